/* SPDX-License-Identifier: Apache-2.0
 * Field types: bytes, ends, signs, neighbours, saturation.
 */
#include "wire/field.h"

#include "tests/support/test.h"

static const struct field_type_info *type_of(enum field_type type)
{
    return &field_type_info[type];
}

static void every_type_lies_as_its_name_says(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        int64_t raw;
        uint8_t bytes[4];
    } rows[] = {
        {U8,          0xA5,        {0xA5}                  },
        {S8,          -2,          {0xFE}                  },
        {U16LE,       0x1234,      {0x34, 0x12}            },
        {S16LE,       -2,          {0xFE, 0xFF}            },
        {U32LE,       0x92345678,  {0x78, 0x56, 0x34, 0x92}},
        {S32LE,       -2,          {0xFE, 0xFF, 0xFF, 0xFF}},
        {U16BE,       0x1234,      {0x12, 0x34}            },
        {S16BE,       -2,          {0xFF, 0xFE}            },
        {U32BE,       0x92345678,  {0x92, 0x34, 0x56, 0x78}},
        {S32BE,       -0x12345678, {0xED, 0xCB, 0xA9, 0x88}},
        {NIBBLE_LOW,  0x9,         {0x09}                  },
        {NIBBLE_HIGH, 0x9,         {0x90}                  },
        {U7,          0x65,        {0x65}                  },
        {BIT0,        1,           {0x01}                  },
        {BIT1,        1,           {0x02}                  },
        {BIT2,        1,           {0x04}                  },
        {BIT3,        1,           {0x08}                  },
        {BIT4,        1,           {0x10}                  },
        {BIT5,        1,           {0x20}                  },
        {BIT6,        1,           {0x40}                  },
        {BIT7,        1,           {0x80}                  },
    };
    assert_int_equal(COUNT(rows), TEXT); /* all but the text */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct field_type_info *type = type_of((enum field_type)rows[i].type);
        uint8_t bytes[4] = {0};
        field_put(type, bytes, rows[i].raw);
        assert_memory_equal(bytes, rows[i].bytes, sizeof(bytes));
        assert_true(field_get(type, bytes) == rows[i].raw);
    }
}

static void numbers_saturate_and_leave_the_top_codes_free(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        int64_t min;
        int64_t max;
    } rows[] = {
        {U8,          0,           255       },
        {S8,          -128,        127       },
        {U16LE,       0,           65534     },
        {S16LE,       -32766,      32766     },
        {U32LE,       0,           4294967294},
        {S32LE,       -2147483646, 2147483646},
        {U16BE,       0,           65534     },
        {S16BE,       -32766,      32766     },
        {U32BE,       0,           4294967294},
        {S32BE,       -2147483646, 2147483646},
        {NIBBLE_LOW,  0,           15        },
        {NIBBLE_HIGH, 0,           15        },
        {U7,          0,           127       },
        {BIT0,        0,           1         },
        {BIT1,        0,           1         },
        {BIT2,        0,           1         },
        {BIT3,        0,           1         },
        {BIT4,        0,           1         },
        {BIT5,        0,           1         },
        {BIT6,        0,           1         },
        {BIT7,        0,           1         },
    };
    assert_int_equal(COUNT(rows), TEXT); /* all but the text */
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct field_type_info *type = type_of((enum field_type)rows[i].type);
        uint8_t bytes[4] = {0};
        field_put(type, bytes, INT64_MAX);
        assert_true(field_get(type, bytes) == rows[i].max);
        field_put(type, bytes, rows[i].max + 1);
        assert_true(field_get(type, bytes) == rows[i].max);
        field_put(type, bytes, INT64_MIN);
        assert_true(field_get(type, bytes) == rows[i].min);
        field_put(type, bytes, rows[i].min - 1);
        assert_true(field_get(type, bytes) == rows[i].min);
    }
}

static void a_code_is_written_as_it_is(void **state)
{
    (void)state;
    uint8_t bytes[2] = {0};
    field_put_code(type_of(U16LE), bytes, 0xFFFF);
    assert_int_equal(field_get(type_of(U16LE), bytes), 0xFFFF);
    field_put_code(type_of(S16BE), bytes, 0x7FFF);
    assert_int_equal(field_get(type_of(S16BE), bytes), INT16_MAX);
    field_put_code(type_of(S16BE), bytes, INT16_MIN);
    assert_int_equal(field_get(type_of(S16BE), bytes), INT16_MIN);
}

static void neighbours_in_a_byte_are_kept(void **state)
{
    (void)state;
    uint8_t bytes[2] = {0xFF, 0xFF};
    field_put(type_of(BIT5), bytes, 0);
    assert_int_equal(bytes[0], 0xDF);
    field_put(type_of(NIBBLE_LOW), bytes, 2);
    assert_int_equal(bytes[0], 0xD2);
    field_put(type_of(NIBBLE_HIGH), bytes, 7);
    assert_int_equal(bytes[0], 0x72);
    field_put(type_of(U8), bytes, 0);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[1], 0xFF);
    bytes[0] = 0x80;
    field_put(type_of(U7), bytes, 5);
    assert_int_equal(bytes[0], 0x85);
}

static void descriptors_agree_with_the_enum(void **state)
{
    (void)state;
    assert_string_equal(type_of(U8)->name, "U8");
    assert_string_equal(type_of(S32BE)->name, "S32BE");
    assert_string_equal(type_of(BIT7)->name, "BIT7");
    assert_string_equal(type_of(TEXT)->name, "TEXT");
    assert_int_equal(type_of(TEXT)->bits, 0);
    assert_int_equal(type_of(TEXT)->shift, 0);
    for (unsigned type = 0; type < TEXT; type++) {
        const struct field_type_info *info = &field_type_info[type];
        assert_true(info->size == 1 || info->bits == 8 * info->size);
        assert_int_equal(info->is_signed, info->min < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_lies_as_its_name_says),
        cmocka_unit_test(numbers_saturate_and_leave_the_top_codes_free),
        cmocka_unit_test(a_code_is_written_as_it_is),
        cmocka_unit_test(neighbours_in_a_byte_are_kept),
        cmocka_unit_test(descriptors_agree_with_the_enum),
    };
    return RUN_TESTS(tests);
}
