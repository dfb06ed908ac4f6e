/* SPDX-License-Identifier: Apache-2.0
 * The bank of `hearth run` as a module without a system: a browser compiles nothing and asks no
 * server, it calls these. One bank at a time. Texts are JSON in the shapes of the web service
 * (`hearth run`, /api/...), live until the next call. The same source built for a PC gives the same
 * bytes.
 */
#ifndef HEARTH_APP_WHAT_IF_H
#define HEARTH_APP_WHAT_IF_H

#include <stdint.h>

/* What somebody holds instead of the day: enum what_if_quantity. */
enum what_if_quantity { WHAT_IF_LOAD_W, WHAT_IF_SUN_W, WHAT_IF_AMBIENT_DDEGC, WHAT_IF_COUNT };

/* 1..16 packs, at start_ms of the day. */
void what_if_start(uint32_t seed, uint32_t packs, uint32_t start_ms);

/* Advances so many steps of 10 ms. */
void what_if_run(uint32_t steps);

/* Times real time, for the page; what_if_run() is told its steps. */
uint32_t what_if_speed(void);

/* Holds a quantity; what_if_release() gives it back to the day. Others are ignored. */
void what_if_hold(uint32_t quantity, int32_t value);
void what_if_release(uint32_t quantity);

/* Writable text for arguments: number 0..2 of 128 bytes. */
char *what_if_argument(uint32_t number);

/* A command of the web service: argument 0 its name, 1 the name of a setting or fault, 2 a text if
 * `has_text`. `pack` -1 for none. Returns "" or the words of a refusal. */
const char *what_if_command(int32_t pack, int32_t value, int32_t index, uint32_t has_text);

/* Sizes by strlen(). "" for a pack that there is not. */
const char *what_if_schema(void);
const char *what_if_bank(void);
const char *what_if_pack(uint32_t pack);
const char *what_if_settings(uint32_t pack);
const char *what_if_events(uint32_t pack, uint32_t count);
const char *what_if_frames(void); /* an array */
const char *what_if_cables(void);
const char *what_if_brands(void);

/* CRC-32 over the real state of all cells and the JSON of bank and packs: equal on every machine
 * for the same calls. */
uint32_t what_if_sum(void);

#endif
