/* SPDX-License-Identifier: Apache-2.0
 * Parsing of option values shared by subcommands.
 */
#ifndef HEARTH_APP_HEARTH_OPTIONS_H
#define HEARTH_APP_HEARTH_OPTIONS_H

#include <argp.h>
#include <stdint.h>

/* A whole number within [low, high]; else ends the program by argp_error with name and range. */
int32_t option_number(const struct argp_state *state, const char *name, const char *text,
                      int32_t low, int32_t high);

/* "HH:MM" as milliseconds of the day. */
uint32_t option_time_ms(const struct argp_state *state, const char *name, const char *text);

#endif
