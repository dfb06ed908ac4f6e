/* SPDX-License-Identifier: Apache-2.0
 * The little that tables of names need of strings, without the C library's comparison.
 */
#ifndef HEARTH_BASE_TEXT_H
#define HEARTH_BASE_TEXT_H

#include <stdbool.h>

/* Both end with a NUL. Not in constant time: no passwords. */
bool text_equal(const char *a, const char *b);

/* What follows `start` in `text`; NULL if it does not begin so. */
const char *text_after(const char *text, const char *start);

#endif
