/* SPDX-License-Identifier: Apache-2.0
 * NAME=VALUE on the command line of `hearth set`: one setting and what it shall become, checked
 * against the tables of settings and of JK registers. Knows no pack.
 */
#ifndef HEARTH_APP_HEARTH_ASSIGN_H
#define HEARTH_APP_HEARTH_ASSIGN_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/params.h"

#define ASSIGN_TEXT_SIZE 12 /* an int32_t and the NUL */

struct assignment {
    const char *name;
    const char *text; /* the value as given */
    bool is_text;
    uint16_t id;      /* enum param_id, or enum text_param_id */
    int32_t value;    /* of a number */
    uint16_t address; /* of its register */
    uint16_t size;    /* bytes */
};

/* Parses "NAME=VALUE" (the text is cut at '='). What is unknown, read only, out of range or without
 * a register ends the program by argp_error. */
void assign_parse(struct assignment *assignment, const struct argp_state *state, char *text);

/* A number that was read from another pack. False: it cannot be written: read only, without a
 * register, outside its range. `text` becomes the value as text and outlives the assignment. */
bool assign_number(struct assignment *assignment, enum param_id id, int32_t value,
                   char text[ASSIGN_TEXT_SIZE]);

bool assign_same_setting(const struct assignment *a, const struct assignment *b);

/* The setting is among those read from the pack; it has the value asked for. A secret never is. */
bool assign_have(const struct assignment *assignment, const struct params *params);
bool assign_holds(const struct assignment *assignment, const struct params *params);
bool assign_secret(const struct assignment *assignment);

/* Enters the value asked for. */
void assign_apply(const struct assignment *assignment, struct params *params);

/* Data of its register, `size` bytes; what shares a word with it is taken from `params`. */
void assign_encode(const struct assignment *assignment, const struct params *params,
                   uint8_t data[16]);

/* Prints "NAME: OLD -> NEW unit". */
void assign_print(const struct assignment *assignment, const struct params *before,
                  const struct params *after);

#endif
