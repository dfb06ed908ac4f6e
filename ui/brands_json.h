/* SPDX-License-Identifier: Apache-2.0
 * The pick list of brands as JSON, for the page and for `hearth protocols --json`. What is not
 * known is absent.
 */
#ifndef HEARTH_UI_BRANDS_JSON_H
#define HEARTH_UI_BRANDS_JSON_H

#include "ui/brand.h"
#include "ui/writer.h"

#define BRANDS_JSON_SIZE_MAX 32768 /* bytes that suffice for everything */

/* The members of one row, without braces. */
void brands_json_row(struct text_writer *writer, size_t row);

/* One object: {"brands":[...]}. */
void brands_json(struct text_writer *writer);

#endif
