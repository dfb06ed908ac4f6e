/* SPDX-License-Identifier: Apache-2.0
 * SunSpec for an energy management system, read only. Source: sunspec/models, models 1, 713, 802
 * and 803. A charging current is positive: the standard does not say. What is not known reads "not
 * implemented"; without a pack that answers only limits of 0, states and the communication error
 * are left. Writes to what the standard makes writable are refused as not allowed. The client reads
 * this map only, not a battery whose models lie elsewhere.
 */
#include "protocols/sunspec.h"

#include <string.h>

#include "base/bytes.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "protocols/sunspec_value.h"

/* ---- Tables: words of each point, which give offsets, then the rows ---- */

#define POINT(name, type, words, source) uint16_t name[words];
#define SCALED(name, type, words, scale, exponent, source) uint16_t name[words];
struct layout_1 {
#include "protocols/sunspec_1.def"
};
struct layout_713 {
#include "protocols/sunspec_713.def"
};
struct layout_802 {
#include "protocols/sunspec_802.def"
};
struct layout_803 {
#include "protocols/sunspec_803.def"
};
struct layout_string {
#include "protocols/sunspec_803_string.def"
};
#undef POINT
#undef SCALED

#define WORDS_OF(layout) (sizeof(struct layout) / 2)

_Static_assert(SUNSPEC_STORAGE - SUNSPEC_COMMON == WORDS_OF(layout_1), "model 1");
_Static_assert(SUNSPEC_BATTERY - SUNSPEC_STORAGE == WORDS_OF(layout_713), "model 713");
_Static_assert(SUNSPEC_BANK - SUNSPEC_BATTERY == WORDS_OF(layout_802), "model 802");
_Static_assert(SUNSPEC_STRINGS - SUNSPEC_BANK == WORDS_OF(layout_803), "model 803");
_Static_assert(SUNSPEC_BANK_WORDS == WORDS_OF(layout_803) - 2, "model 803, L");
_Static_assert(SUNSPEC_STRING_WORDS == WORDS_OF(layout_string), "model 803, block");

enum { WHOLE = 0, TENTH = -1, MILLI = -3 }; /* exponents */

#define NOTHING SUNSPEC_NOTHING, SUNSPEC_NEAREST, 0
#define NUMBER(number) SUNSPEC_FIXED, SUNSPEC_NEAREST, number
#define BANK(value) SUNSPEC_VALUE, SUNSPEC_NEAREST, VALUE_##value
#define BANK_DOWN(value) SUNSPEC_VALUE, SUNSPEC_DOWN, VALUE_##value
#define BANK_UP(value) SUNSPEC_VALUE, SUNSPEC_UP, VALUE_##value
#define PACK(value) SUNSPEC_VALUE, SUNSPEC_NEAREST, VALUE_##value
#define HIGHEST(value) SUNSPEC_HIGHEST, SUNSPEC_NEAREST, VALUE_##value
#define LOWEST(value) SUNSPEC_LOWEST, SUNSPEC_NEAREST, VALUE_##value
#define MEAN(value) SUNSPEC_MEAN, SUNSPEC_NEAREST, VALUE_##value
#define HIGHEST_STRING(value) SUNSPEC_HIGHEST_STRING, SUNSPEC_NEAREST, VALUE_##value
#define LOWEST_STRING(value) SUNSPEC_LOWEST_STRING, SUNSPEC_NEAREST, VALUE_##value
#define MADE(what) SUNSPEC_MADE, SUNSPEC_NEAREST, SUNSPEC_MADE_##what
#define MADE_DOWN(what) SUNSPEC_MADE, SUNSPEC_DOWN, SUNSPEC_MADE_##what
#define SETTING(text) SUNSPEC_SETTING, SUNSPEC_NEAREST, TEXT_PARAM_##text
#define MAKER SUNSPEC_MAKER, SUNSPEC_NEAREST, 0

#define POINT(name, type, words, source) {SUNSPEC_##type, words, 0, 0, source},
#define SCALED(name, type, words, scale, exponent, source)                                         \
    {SUNSPEC_##type, words, offsetof(struct LAYOUT, scale) / 2, exponent, source},

static const struct sunspec_point marker[] = {POINT(Su, S16, 1, NUMBER(0x5375)) /* */
                                              POINT(nS, S16, 1, NUMBER(0x6E53))};
static const struct sunspec_point end[] = {POINT(ID, S16, 1, NUMBER(-1)) /* */
                                           POINT(L, S16, 1, NUMBER(0))};

static const struct sunspec_point model_1[] = {
#define LAYOUT layout_1
#include "protocols/sunspec_1.def"
#undef LAYOUT
};
static const struct sunspec_point model_713[] = {
#define LAYOUT layout_713
#include "protocols/sunspec_713.def"
#undef LAYOUT
};
static const struct sunspec_point model_802[] = {
#define LAYOUT layout_802
#include "protocols/sunspec_802.def"
#undef LAYOUT
};
#define LAYOUT layout_803 /* of the block, too: its scale factors are those of the model */
static const struct sunspec_point model_803[] = {
#include "protocols/sunspec_803.def"
};
static const struct sunspec_point string_803[] = {
#include "protocols/sunspec_803_string.def"
#include "wire/can_sides.h"
};
#undef LAYOUT

#define ROWS(table) .points = table, .point_count = COUNT(table)

const struct sunspec_model sunspec_models[SUNSPEC_MODEL_COUNT] = {
    {ROWS(marker)                     },
    {ROWS(model_1)                    },
    {ROWS(model_713)                  },
    {ROWS(model_802)                  },
    {ROWS(model_803),                   .block = string_803, .block_count = COUNT(string_803)},
    {ROWS(end)},
};

/* ---- Battery ---- */

/* The words of one point. */
static void fill_point(const struct serial_battery *battery, const struct sunspec_place *place,
                       uint8_t words[2 * SUNSPEC_POINT_WORDS_MAX])
{
    const struct sunspec_point *point = place->point;
    int64_t value;
    sunspec_put_nothing(point, words);
    if (point->type == SUNSPEC_TEXT) {
        const char *text = sunspec_text(battery, point);
        size_t size = strlen(text);
        memcpy(words, text, size < 2u * point->words ? size : 2u * point->words);
    } else if (sunspec_value(battery, point, place->string, &value)) {
        sunspec_put(point, sunspec_scale(place->model, point), value, words);
    }
}

/* Copies the part of a point's words that lies in the span. */
static void lay_in(const struct sunspec_place *place, const uint8_t *words,
                   const struct register_span *span)
{
    for (uint8_t i = 0; i < place->point->words; i++) {
        uint8_t *to = register_at(span, (uint16_t)(place->at + i));
        if (to != NULL)
            memcpy(to, words + 2 * i, 2);
    }
}

static bool meets(const struct sunspec_place *place, const struct register_span *span)
{
    return place->at < (uint32_t)span->first + span->words &&
           span->first < place->at + place->point->words;
}

/* Whether the map of a battery with that many strings has all these registers. */
static bool is_in_map(const struct register_span *span, uint8_t strings)
{
    int after = SUNSPEC_STRINGS + SUNSPEC_STRING_WORDS * strings + (int)COUNT(end);
    return span->first >= SUNSPEC_BASE && span->first + span->words <= after;
}

static enum modbus_exception fill(const struct serial_battery *battery,
                                  const struct register_span *span)
{
    struct sunspec_walk walk;
    uint8_t words[2 * SUNSPEC_POINT_WORDS_MAX];
    uint8_t strings = sunspec_string_count(battery);
    if (!is_in_map(span, strings))
        return MODBUS_ILLEGAL_ADDRESS;
    sunspec_walk_init(&walk, sunspec_models, COUNT(sunspec_models), SUNSPEC_BASE);
    walk.strings = strings;
    while (sunspec_walk_next(&walk)) {
        if (!meets(&walk.place, span))
            continue;
        fill_point(battery, &walk.place, words);
        lay_in(&walk.place, words, span);
    }
    return MODBUS_NO_EXCEPTION;
}

static enum modbus_exception refuse(const struct serial_battery *battery,
                                    const struct register_span *span)
{
    return is_in_map(span, sunspec_string_count(battery)) ? MODBUS_ILLEGAL_VALUE
                                                          : MODBUS_ILLEGAL_ADDRESS;
}

static const struct register_map no_blocks = {.gaps_read_zero = true};

static const struct register_question questions[] = {
    {"common",  SUNSPEC_BASE,    SUNSPEC_STORAGE - SUNSPEC_BASE},
    {"battery", SUNSPEC_STORAGE, SUNSPEC_BANK - SUNSPEC_STORAGE},
    {"bank",    SUNSPEC_BANK,    SUNSPEC_STRINGS - SUNSPEC_BANK},
};

static const struct register_protocol protocol = {
    .map = &no_blocks,
    .questions = READER(questions),
    .question_count = COUNT(questions),
    .fill = fill,
    .write = refuse,
};

/* ---- Asking side ---- */

/* The scale factor that came along; false: it did not, or it is none. */
static bool scale_of(const struct sunspec_place *place, const struct register_span *span,
                     int *scale)
{
    *scale = 0;
    if (place->point->scale_at == 0)
        return true;
    const uint8_t *words = register_at(span, (uint16_t)(place->model_at + place->point->scale_at));
    if (words == NULL)
        return false;
    *scale = (int16_t)get_u16be(words);
    return *scale >= -10 && *scale <= 10;
}

/* False: the ID of a model, or the marker, is not what has to be there. */
static bool take_point(const struct sunspec_place *place, const struct register_span *span,
                       struct serial_reading *reading)
{
    const struct sunspec_point *point = place->point;
    const uint8_t *words = register_at(span, place->at);
    int64_t value;
    int scale;
    if (words == NULL || register_at(span, (uint16_t)(place->at + point->words - 1)) == NULL)
        return true;
    if (point->type == SUNSPEC_TEXT) {
        sunspec_text_take(point, words, reading);
        return true;
    }
    if (!scale_of(place, span, &scale) || !sunspec_get(point, scale, words, &value))
        return true;
    if (point->source == SUNSPEC_FIXED && place->at == place->model_at)
        return value == point->of;
    sunspec_value_take(point, value, reading);
    return true;
}

/* What lies before the strings: how many there are is the battery's business. */
static bool take_words(const struct register_span *span, struct serial_reading *reading)
{
    struct sunspec_walk walk;
    sunspec_walk_init(&walk, sunspec_models, COUNT(sunspec_models) - 1, SUNSPEC_BASE);
    while (sunspec_walk_next(&walk)) {
        if (!take_point(&walk.place, span, reading))
            return false;
    }
    return true;
}

REGISTER_FUNCTIONS(map, protocol)

static enum decode sunspec_take(const struct serial_token *request,
                                const struct serial_token *reply, unsigned part,
                                struct serial_reading *reading)
{
    enum { REPLY_DATA = 3 };
    uint8_t data[2 * MODBUS_WORDS_MAX];
    enum decode outcome = map_take(request, reply, part, reading);
    uint8_t size = reply->bytes[2];
    bool read = reply->bytes[1] == MODBUS_READ || reply->bytes[1] == MODBUS_READ_INPUT;
    if (outcome != DECODED || !read)
        return outcome;
    memcpy(data, reply->bytes + REPLY_DATA, size);
    const struct register_span span = {get_u16be(request->bytes + 2), (uint16_t)(size / 2), data};
    return take_words(&span, reading) ? DECODED : BAD;
}

const struct serial_protocol sunspec[1] = {
    {
     .name = "sunspec",
     .profile = "",
     .baud = 9600,
     .address_first = 1,
     .address_last = 15,
     .pause_ms = 5,
     .timeout_ms = 500,
     .request = &register_request_shape,
     .reply = READER(&register_reply_shape),
     .question_count = COUNT(questions),
     .answer = map_answer,
     .ask = READER(map_ask),
     .take = READER(sunspec_take),
     .explain = READER(map_explain),
     },
};
