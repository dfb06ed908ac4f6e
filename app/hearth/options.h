/* SPDX-License-Identifier: Apache-2.0
 * Parsing of option values shared by subcommands.
 */
#ifndef HEARTH_APP_HEARTH_OPTIONS_H
#define HEARTH_APP_HEARTH_OPTIONS_H

#include <argp.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number within [low, high]; else ends the program by argp_error with name and range. */
int32_t option_number(const struct argp_state *state, const char *name, const char *text,
                      int32_t low, int32_t high);

/* Copies a text into a field of `size` bytes; one that does not fit ends the program likewise. */
void option_text(const struct argp_state *state, const char *name, const char *text, char *field,
                 size_t size);

/* The number by which a setting names this CAN protocol, "NAME" or "NAME:PROFILE". */
int32_t option_can_protocol(const struct argp_state *state, const char *name, const char *text);

/* Likewise a serial one: "NAME[:PROFILE]" or "NAME[:PROFILE]@BAUD", for the settings uart1_protocol
 * and uart3_protocol. */
int32_t option_serial_protocol(const struct argp_state *state, const char *name, const char *text);

/* "HH:MM" as milliseconds of the day. */
uint32_t option_time_ms(const struct argp_state *state, const char *name, const char *text);

#endif
