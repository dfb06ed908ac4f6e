/* SPDX-License-Identifier: Apache-2.0
 * Settings of a pack as one struct and one descriptor table, both made from core/params.def and
 * core/texts.def. Reach a setting by name (params.cell_ovp_mv) or by id (params.value[PARAM_...]).
 */
#ifndef HEARTH_CORE_PARAMS_H
#define HEARTH_CORE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/units.h"

enum access {
    ACCESS_READ,      /* nobody writes it */
    ACCESS_USER,      /* device password */
    ACCESS_INSTALLER, /* settings password */
};

enum param_id {
#define PARAM(name, ...) PARAM_##name,
#include "core/params.def"
#undef PARAM
    PARAM_COUNT
};

enum text_param_id {
#define TEXT_PARAM(name, ...) TEXT_PARAM_##name,
#include "core/texts.def"
#undef TEXT_PARAM
    TEXT_PARAM_COUNT
};

/* A const descriptor of one row. */
struct param_info {
    const char *name;
    int32_t initial; /* default */
    int32_t min;
    int32_t max;
    uint8_t unit;   /* enum unit */
    uint8_t access; /* enum access */
};

struct text_param_info {
    const char *name;
    const char *initial;
    uint16_t offset; /* in struct params */
    uint8_t size;    /* longest text, bytes; the field has one more for the NUL */
    uint8_t access;
    bool secret;
};

struct params {
    union {
        int32_t value[PARAM_COUNT];
        struct {
#define PARAM(name, ...) int32_t name;
#include "core/params.def"
#undef PARAM
        };
    };
#define TEXT_PARAM(name, size, ...) char name[(size) + 1];
#include "core/texts.def"
#undef TEXT_PARAM
    uint32_t have[(PARAM_COUNT + 31) / 32]; /* a bit per id: really read from the pack */
    uint32_t have_text;                     /* likewise for texts */
};

extern const struct param_info param_info[PARAM_COUNT];
extern const struct text_param_info text_param_info[TEXT_PARAM_COUNT];

/* Defaults, all `have` bits clear. */
void params_init(struct params *params);

/* Records a value that was read from elsewhere; ranges are not checked (a monitor shows what is).
 */
void params_put(struct params *params, enum param_id id, int32_t value);
bool params_have(const struct params *params, enum param_id id);

char *params_text(struct params *params, enum text_param_id id);
const char *params_text_const(const struct params *params, enum text_param_id id);

/* Copies at most the row's size, stops at NUL, sets the `have` bit. */
void params_put_text(struct params *params, enum text_param_id id, const char *text, size_t size);

/* Id of a name, or -1. */
int param_find(const char *name);
int text_param_find(const char *name);

/* Whether every value lies in its range and all relations between settings hold. Returns the id of
 * the first offender, or -1 when all is well; `*relation` gets the id of the other side or -1. */
int params_check(const struct params *params, int *relation);

#endif
