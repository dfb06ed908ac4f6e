/* SPDX-License-Identifier: Apache-2.0
 * The scales of the CAN rows can all be divided by, and each is there once.
 */
#include "base/number.h"
#include "tests/support/test.h"
#include "wire/can_table.h"

static void neither_part_of_a_ratio_is_zero(void **state)
{
    (void)state;
    for (size_t i = 0; i < CAN_SCALE_COUNT; i++) {
        assert_int_not_equal(can_scales[i].num, 0);
        assert_true(can_scales[i].den > 0);
    }
}

static void no_scale_is_there_twice(void **state)
{
    (void)state;
    for (size_t i = 1; i < CAN_SCALE_COUNT; i++) {
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(&can_scales[i], &can_scales[k], sizeof(can_scales[i]));
    }
}

static void a_row_has_the_scale_it_names(void **state)
{
    (void)state;
    const struct can_field kelvin = {FROM(temp_max_ddegc), 0, U16LE, BY_10_PLUS_273, ZERO};
    assert_int_equal(can_field_scale(&kelvin)->num, 1);
    assert_int_equal(can_field_scale(&kelvin)->den, 10);
    assert_int_equal(can_field_scale(&kelvin)->offset, 273);
}

static void a_code_of_not_known_is_that_of_its_type(void **state)
{
    (void)state;
    static const struct {
        struct can_field field;
        int64_t code;
    } rows[] = {
        {{FROM(pack_mv), 0, U16LE, PLAIN, ZERO},     0         },
        {{FROM(pack_mv), 0, U16LE, PLAIN, ALL_ONES}, UINT16_MAX},
        {{FROM(pack_mv), 0, U16LE, PLAIN, TOP_BIT},  0x8000    },
        {{FROM(pack_mv), 0, S16BE, PLAIN, ALL_ONES}, -1        },
        {{FROM(pack_mv), 0, S16BE, PLAIN, TOP_BIT},  INT16_MIN },
        {{FROM(pack_mv), 0, U32LE, PLAIN, ALL_ONES}, UINT32_MAX},
        {{FROM(pack_mv), 0, S32LE, PLAIN, TOP_BIT},  INT32_MIN },
        {{FROM(pack_mv), 0, BIT3, PLAIN, ALL_ONES},  1         },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(can_field_absent(&rows[i].field), rows[i].code);
        assert_true(can_field_is_absent(&rows[i].field, rows[i].code));
        assert_false(can_field_is_absent(&rows[i].field, rows[i].code + 1));
    }
    const struct can_field required = {FROM(pack_mv), 0, U16LE, PLAIN, REQUIRED};
    assert_false(can_field_is_absent(&required, 0));
    expect_assert_failure(can_field_absent(&required));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neither_part_of_a_ratio_is_zero),
        cmocka_unit_test(no_scale_is_there_twice),
        cmocka_unit_test(a_row_has_the_scale_it_names),
        cmocka_unit_test(a_code_of_not_known_is_that_of_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
