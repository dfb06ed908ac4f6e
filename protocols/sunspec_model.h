/* SPDX-License-Identifier: Apache-2.0
 * SunSpec models as tables: a row per point as in the standard's own tables, with type, words,
 * scale factor and where its value comes from. Here is what the rows can be, the walk over a map
 * made of models, and a point's words. What a value is: protocols/sunspec_value.h. Source: SunSpec
 * Device Information Model Specification; types and models as published in sunspec/models.
 */
#ifndef HEARTH_PROTOCOLS_SUNSPEC_MODEL_H
#define HEARTH_PROTOCOLS_SUNSPEC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUNSPEC_POINT_WORDS_MAX 16

enum sunspec_type {
    SUNSPEC_U16,
    SUNSPEC_S16,
    SUNSPEC_ENUM16,
    SUNSPEC_SF, /* a power of ten */
    SUNSPEC_PAD,
    SUNSPEC_U32,    /* high word first */
    SUNSPEC_BITS32, /* bits 0..30 */
    SUNSPEC_TEXT,   /* padded with zero bytes */
    SUNSPEC_TYPE_COUNT
};

enum sunspec_rounding { SUNSPEC_NEAREST, SUNSPEC_DOWN, SUNSPEC_UP };

struct sunspec_point {
    uint8_t type; /* enum sunspec_type */
    uint8_t words;
    uint8_t scale_at; /* word of its scale factor from the ID on, 0 none */
    int8_t exponent;  /* of the source's unit: mV is -3 */
    uint8_t source;   /* enum sunspec_source */
    uint8_t rounding; /* enum sunspec_rounding */
    int16_t of;       /* depends on the source */
};

struct sunspec_model {
    const struct sunspec_point *points;
    const struct sunspec_point *block; /* repeated once per string; NULL: no such block */
    uint8_t point_count;
    uint8_t block_count; /* points of the block */
};

/* ---- Walk over the points of a map, in the order of their registers ---- */

struct sunspec_place {
    const struct sunspec_model *model;
    const struct sunspec_point *point;
    uint16_t model_at; /* register of the model's first word */
    uint16_t at;       /* register of the point */
    int8_t string;     /* index of the block, -1 not in one */
};

struct sunspec_walk {
    const struct sunspec_model *models;
    uint8_t model_count;
    uint8_t strings; /* blocks there are */
    uint8_t model;   /* index */
    uint8_t point;   /* index of the next one */
    uint16_t next;   /* its register */
    struct sunspec_place place;
};

void sunspec_walk_init(struct sunspec_walk *walk, const struct sunspec_model *models,
                       size_t model_count, uint16_t first);

/* Goes to the next point, walk->place; false: there is none. */
bool sunspec_walk_next(struct sunspec_walk *walk);

/* ---- One point ---- */

/* The number of a fixed scale factor of a model's rows. */
int sunspec_scale(const struct sunspec_model *model, const struct sunspec_point *point);

/* A number, in units of 10^point->exponent, as words; saturated, never the code for "not
 * implemented". Not for texts. */
void sunspec_put(const struct sunspec_point *point, int scale, int64_t value, uint8_t *words);
void sunspec_put_nothing(const struct sunspec_point *point, uint8_t *words);

/* Back, rounded to nearest; false: not implemented. */
bool sunspec_get(const struct sunspec_point *point, int scale, const uint8_t *words,
                 int64_t *value);

#endif
