/* SPDX-License-Identifier: Apache-2.0
 * Wiring as JSON, for the page and for `hearth cable --json`. Each function writes the members of
 * one object, without its braces.
 */
#ifndef HEARTH_UI_CABLE_JSON_H
#define HEARTH_UI_CABLE_JSON_H

#include "ui/cable.h"
#include "ui/writer.h"

#define CABLE_JSON_SIZE_MAX 32768 /* bytes that suffice for everything */

/* Both ends, and where the pins are known the wires and what a straight cable does. */
void cable_json_socket(struct text_writer *writer, size_t row);

/* A socket of the pack, by enum cable_port. */
void cable_json_port(struct text_writer *writer, size_t row);

/* A pack in parallel: address, role, DIP switches 1..4. */
void cable_json_pack(struct text_writer *writer, size_t address);

void cable_json_advice(struct text_writer *writer, size_t row);

/* One object with all of it: sockets, ports, packs, advice. */
void cable_json(struct text_writer *writer);

#endif
