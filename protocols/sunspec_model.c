/* SPDX-License-Identifier: Apache-2.0
 * Points to words and back. A scale factor is a row with a fixed number; value = raw x 10^factor.
 */
#include "protocols/sunspec_model.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/number.h"

enum { SCALE_MAX = 10, EXPONENT_MAX = 3 };

static const struct type_info {
    uint8_t words;
    bool negative; /* two's complement */
    int16_t min;
    uint32_t nothing; /* not implemented */
    int64_t max;
} types[SUNSPEC_TYPE_COUNT] = {
    [SUNSPEC_U16] = {1, false, 0,          0xFFFF,     0xFFFE    },
    [SUNSPEC_S16] = {1, true,  -0x7FFF,    0x8000,     0x7FFF    },
    [SUNSPEC_ENUM16] = {1, false, 0,          0xFFFF,     0xFFFE    },
    [SUNSPEC_SF] = {1, true,  -SCALE_MAX, 0x8000,     SCALE_MAX },
    [SUNSPEC_PAD] = {1, true,  -0x8000,    0x8000,     -0x8000   },
    [SUNSPEC_U32] = {2, false, 0,          0xFFFFFFFF, 0xFFFFFFFE},
    [SUNSPEC_BITS32] = {2, false, 0,          0xFFFFFFFF, 0x7FFFFFFF},
};

void sunspec_walk_init(struct sunspec_walk *walk, const struct sunspec_model *models,
                       size_t model_count, uint16_t first)
{
    memset(walk, 0, sizeof(*walk));
    walk->models = models;
    walk->model_count = (uint8_t)model_count;
    walk->next = first;
    walk->place = (struct sunspec_place){.model = models, .model_at = first, .string = -1};
}

static uint8_t rows_here(const struct sunspec_place *place)
{
    return place->string < 0 ? place->model->point_count : place->model->block_count;
}

/* On to the next block or model when the rows of this one are through. */
static bool turn_page(struct sunspec_walk *walk)
{
    struct sunspec_place *place = &walk->place;
    walk->point = 0;
    if (place->model->block != NULL && place->string + 1 < walk->strings) {
        place->string++;
        return true;
    }
    if (++walk->model >= walk->model_count)
        return false;
    place->model = &walk->models[walk->model];
    place->model_at = walk->next;
    place->string = -1;
    return true;
}

bool sunspec_walk_next(struct sunspec_walk *walk)
{
    struct sunspec_place *place = &walk->place;
    if (walk->model >= walk->model_count)
        return false;
    if (walk->point == rows_here(place) && !turn_page(walk))
        return false;
    const struct sunspec_point *rows =
        place->string < 0 ? place->model->points : place->model->block;
    place->point = &rows[walk->point++];
    place->at = walk->next;
    walk->next = (uint16_t)(walk->next + place->point->words);
    return true;
}

int sunspec_scale(const struct sunspec_model *model, const struct sunspec_point *point)
{
    uint8_t at = 0;
    if (point->scale_at == 0)
        return 0;
    for (uint8_t i = 0; i < model->point_count; i++) {
        if (at == point->scale_at)
            return model->points[i].of;
        at = (uint8_t)(at + model->points[i].words);
    }
    return 0;
}

/* |power| <= SCALE_MAX + EXPONENT_MAX: fits 64 bits together with any 16-bit word. */
static int64_t ten_to(int power)
{
    int64_t result = 1;
    ASSERT(power <= SCALE_MAX + EXPONENT_MAX);
    for (int i = 0; i < power; i++)
        result *= 10;
    return result;
}

/* value x 10^power */
static int64_t shift(int64_t value, int power, enum sunspec_rounding rounding)
{
    if (power == 0)
        return value;
    if (power > 0)
        return clamp64(value, INT32_MIN, INT32_MAX) * ten_to(power > 9 ? 9 : power);
    if (rounding == SUNSPEC_DOWN)
        return div_floor(value, ten_to(-power));
    if (rounding == SUNSPEC_UP)
        return -div_floor(-value, ten_to(-power));
    return div_round(value, ten_to(-power));
}

static void put_raw(const struct sunspec_point *point, int64_t raw, uint8_t *words)
{
    if (types[point->type].words == 2)
        put_u32be(words, (uint32_t)raw);
    else
        put_u16be(words, (uint16_t)raw);
}

void sunspec_put(const struct sunspec_point *point, int scale, int64_t value, uint8_t *words)
{
    const struct type_info *type = &types[point->type];
    enum sunspec_rounding rounding = (enum sunspec_rounding)point->rounding;
    ASSERT(point->type != SUNSPEC_TEXT);
    put_raw(point, clamp64(shift(value, point->exponent - scale, rounding), type->min, type->max),
            words);
}

void sunspec_put_nothing(const struct sunspec_point *point, uint8_t *words)
{
    if (point->type == SUNSPEC_TEXT)
        memset(words, 0, 2u * point->words);
    else
        put_raw(point, types[point->type].nothing, words);
}

bool sunspec_get(const struct sunspec_point *point, int scale, const uint8_t *words, int64_t *value)
{
    const struct type_info *type = &types[point->type];
    ASSERT(point->type != SUNSPEC_TEXT);
    int64_t raw = type->words == 2 ? (int64_t)get_u32be(words) : get_u16be(words);
    if (type->negative)
        raw = (int16_t)raw;
    if (raw < type->min || raw > type->max)
        return false;
    *value = shift(raw, scale - point->exponent, SUNSPEC_NEAREST);
    return true;
}
