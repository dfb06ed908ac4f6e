/* SPDX-License-Identifier: Apache-2.0
 * Wiring in words for a terminal: both ends of a cable pin by pin, and a set of parallel packs.
 */
#ifndef HEARTH_UI_CABLE_TEXT_H
#define HEARTH_UI_CABLE_TEXT_H

#include "ui/cable.h"
#include "ui/writer.h"

#define CABLE_TEXT_SIZE_MAX 8192 /* bytes that suffice for either text */

/* The cable to one socket of an inverter, with the warning about straight cables. */
void cable_text_socket(struct text_writer *writer, const struct cable_socket *socket);

/* The pack's own sockets that no inverter row is about: RS232. */
void cable_text_service(struct text_writer *writer);

/* DIP switches, chain and advice for 2..CABLE_PACK_MAX packs. */
void cable_text_parallel(struct text_writer *writer, unsigned pack_count);

#endif
