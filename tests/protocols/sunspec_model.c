/* SPDX-License-Identifier: Apache-2.0
 * The types of SunSpec points, their codes for "not implemented", and the walk over models.
 */
#include "protocols/sunspec_model.h"

#include "tests/support/test.h"

static void put(uint8_t type, int8_t exponent, int scale, int64_t value, uint8_t *words)
{
    const struct sunspec_point point = {.type = type, .words = 1, .exponent = exponent};
    sunspec_put(&point, scale, value, words);
}

static unsigned word(uint8_t type, int8_t exponent, int scale, int64_t value)
{
    uint8_t words[4];
    put(type, exponent, scale, value, words);
    return (unsigned)words[0] << 8 | words[1];
}

static uint32_t long_word(uint8_t type, int64_t value)
{
    uint8_t words[4];
    put(type, 0, 0, value, words);
    return (uint32_t)words[0] << 24 | (uint32_t)words[1] << 16 | (uint32_t)words[2] << 8 | words[3];
}

static void a_value_is_raw_times_ten_to_the_scale(void **state)
{
    (void)state;
    assert_int_equal(word(SUNSPEC_U16, -3, -2, 52736), 5274);    /* mV as 0.01 V */
    assert_int_equal(word(SUNSPEC_U16, -3, -3, 3305), 3305);     /* mV as 0.001 V */
    assert_int_equal(word(SUNSPEC_S16, -3, -1, -12345), 0xFF85); /* mA as 0.1 A */
    assert_int_equal(word(SUNSPEC_U16, 0, 1, 16076), 1608);      /* Wh as 10 Wh */
    assert_int_equal(word(SUNSPEC_U16, 0, -1, 7), 70);
    assert_int_equal(word(SUNSPEC_U16, -1, -1, 655), 655); /* per mille as 0.1 % */
}

static void limits_are_rounded_to_the_careful_side(void **state)
{
    (void)state;
    uint8_t words[2];
    const struct sunspec_point down = {
        .type = SUNSPEC_U16, .words = 1, .exponent = -3, .rounding = SUNSPEC_DOWN};
    const struct sunspec_point up = {
        .type = SUNSPEC_U16, .words = 1, .exponent = -3, .rounding = SUNSPEC_UP};
    sunspec_put(&down, -1, 1299, words);
    assert_int_equal(words[1], 12);
    sunspec_put(&up, -1, 1201, words);
    assert_int_equal(words[1], 13);
    sunspec_put(&up, -1, 1200, words);
    assert_int_equal(words[1], 12);
}

static void numbers_saturate_beside_the_code_for_not_implemented(void **state)
{
    (void)state;
    assert_int_equal(word(SUNSPEC_U16, 0, 0, 70000), 0xFFFE);
    assert_int_equal(word(SUNSPEC_U16, 0, 0, -1), 0);
    assert_int_equal(word(SUNSPEC_ENUM16, 0, 0, 0xFFFF), 0xFFFE);
    assert_int_equal(word(SUNSPEC_S16, 0, 0, 40000), 0x7FFF);
    assert_int_equal(word(SUNSPEC_S16, 0, 0, -40000), 0x8001);
    assert_int_equal(word(SUNSPEC_SF, 0, 0, -11), 0xFFF6);
    assert_int_equal(word(SUNSPEC_PAD, 0, 0, 0), 0x8000);
    assert_int_equal(long_word(SUNSPEC_U32, INT64_MAX), 0xFFFFFFFE);
    assert_int_equal(long_word(SUNSPEC_U32, 0x12345678), 0x12345678);
    assert_int_equal(long_word(SUNSPEC_BITS32, 0xFFFFFFFF), 0x7FFFFFFF);
    assert_int_equal(word(SUNSPEC_U16, 0, -10, INT32_MAX), 0xFFFE);
    assert_int_equal(word(SUNSPEC_S16, -3, 10, INT32_MIN), 0);
}

static void what_is_not_implemented_has_its_code_and_reads_as_nothing(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        uint8_t words;
        uint8_t bytes[4];
    } cases[] = {
        {SUNSPEC_U16,    1, {0xFF, 0xFF}            },
        {SUNSPEC_S16,    1, {0x80, 0x00}            },
        {SUNSPEC_ENUM16, 1, {0xFF, 0xFF}            },
        {SUNSPEC_SF,     1, {0x80, 0x00}            },
        {SUNSPEC_U32,    2, {0xFF, 0xFF, 0xFF, 0xFF}},
        {SUNSPEC_BITS32, 2, {0xFF, 0xFF, 0xFF, 0xFF}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sunspec_point point = {.type = cases[i].type, .words = cases[i].words};
        uint8_t words[4] = {0};
        int64_t value;
        sunspec_put_nothing(&point, words);
        assert_memory_equal(words, cases[i].bytes, 4);
        assert_false(sunspec_get(&point, 0, words, &value));
    }
    const struct sunspec_point text = {.type = SUNSPEC_TEXT, .words = 2};
    uint8_t words[] = {1, 2, 3, 4};
    sunspec_put_nothing(&text, words);
    assert_memory_equal(words, "\0\0\0\0", 4);
}

static void what_was_put_is_got_back(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        int8_t exponent;
        int8_t scale;
        int64_t value;
    } cases[] = {
        {SUNSPEC_U16,    -3, -2, 52740     },
        {SUNSPEC_S16,    -3, -1, -12300    },
        {SUNSPEC_S16,    -1, -1, -205      },
        {SUNSPEC_U32,    0,  0,  4000000000},
        {SUNSPEC_BITS32, 0,  0,  1 << 29   },
        {SUNSPEC_S16,    0,  1,  -5120     },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sunspec_point point = {.type = cases[i].type, .exponent = cases[i].exponent};
        uint8_t words[4];
        int64_t value = 0;
        sunspec_put(&point, cases[i].scale, cases[i].value, words);
        assert_true(sunspec_get(&point, cases[i].scale, words, &value));
        assert_int_equal(value, cases[i].value);
    }
}

static void a_scale_factor_out_of_range_reads_as_nothing(void **state)
{
    (void)state;
    const struct sunspec_point point = {.type = SUNSPEC_SF, .words = 1};
    const uint8_t words[] = {0, 11};
    int64_t value;
    assert_false(sunspec_get(&point, 0, words, &value));
}

static const struct sunspec_point head[] = {
    {.type = SUNSPEC_U16, .words = 1   },
    { .type = SUNSPEC_U32,         .words = 2, .scale_at = 3},
    { .type = SUNSPEC_SF,         .words = 1,      .of = -2}
};
static const struct sunspec_point block[] = {
    {.type = SUNSPEC_U16,    .words = 1},
    {.type = SUNSPEC_BITS32, .words = 2}
};
static const struct sunspec_model models[] = {
    {head, NULL,  3, 0},
    {head, block, 3, 2},
    {head, NULL,  1, 0}
};

static void the_walk_counts_words_and_repeats_the_block(void **state)
{
    (void)state;
    static const struct {
        uint16_t at;
        uint16_t model_at;
        int8_t string;
    } expected[] = {
        {100, 100, -1},
        {101, 100, -1},
        {103, 100, -1},
        {104, 104, -1},
        {105, 104, -1},
        {107, 104, -1},
        {108, 104, 0 },
        {109, 104, 0 },
        {111, 104, 1 },
        {112, 104, 1 },
        {114, 114, -1}
    };
    struct sunspec_walk walk;
    sunspec_walk_init(&walk, models, COUNT(models), 100);
    walk.strings = 2;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(sunspec_walk_next(&walk));
        assert_int_equal(walk.place.at, expected[i].at);
        assert_int_equal(walk.place.model_at, expected[i].model_at);
        assert_int_equal(walk.place.string, expected[i].string);
    }
    assert_false(sunspec_walk_next(&walk));
    assert_false(sunspec_walk_next(&walk));
}

static void without_strings_there_is_no_block(void **state)
{
    (void)state;
    struct sunspec_walk walk;
    int count = 0;
    sunspec_walk_init(&walk, models, COUNT(models), 100);
    while (sunspec_walk_next(&walk)) {
        assert_int_equal(walk.place.string, -1);
        count++;
    }
    assert_int_equal(count, 7);
}

static void the_scale_is_that_of_the_row_it_points_to(void **state)
{
    (void)state;
    assert_int_equal(sunspec_scale(&models[0], &head[1]), -2);
    assert_int_equal(sunspec_scale(&models[0], &head[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_raw_times_ten_to_the_scale),
        cmocka_unit_test(limits_are_rounded_to_the_careful_side),
        cmocka_unit_test(numbers_saturate_beside_the_code_for_not_implemented),
        cmocka_unit_test(what_is_not_implemented_has_its_code_and_reads_as_nothing),
        cmocka_unit_test(what_was_put_is_got_back),
        cmocka_unit_test(a_scale_factor_out_of_range_reads_as_nothing),
        cmocka_unit_test(the_walk_counts_words_and_repeats_the_block),
        cmocka_unit_test(without_strings_there_is_no_block),
        cmocka_unit_test(the_scale_is_that_of_the_row_it_points_to),
    };
    return RUN_TESTS(tests);
}
