/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_registers.c: the table is sound, numbers keep their byte order.
 */
#include "tests/support/test.h"

#include "core/params.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"

static size_t size_of(const struct jk_register *row)
{
    return jk_width(row) * row->count;
}

static void every_row_lies_in_its_block(void **state)
{
    (void)state;
    const struct jk_stretch block = {0, 0, JK_BLOCK_SIZE, false};
    assert_true(jk_register_count > 150);
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        assert_true(jk_block_known(jk_block(row)));
        assert_true(row->count > 0);
        assert_true(jk_scales[row->scale].num > 0 && jk_scales[row->scale].den > 0);
        assert_true(jk_inside(&block, jk_offset(row), size_of(row)));
    }
}

static void a_frame_type_and_its_register_find_each_other(void **state)
{
    (void)state;
    static const uint8_t types[] = {JK_INFO, JK_SETTINGS, JK_STATUS, JK_DETAIL_LOG, JK_EVENT_LOG};
    for (size_t i = 0; i < COUNT(types); i++) {
        assert_int_equal(jk_fetch_register(types[i]), 0x161C + 2 * i);
        assert_int_equal(jk_fetch_type((uint16_t)(0x161C + 2 * i)), types[i]);
    }
    assert_int_equal(jk_fetch_register(4), 0);
    assert_int_equal(jk_fetch_type(0x161D), 0);
    assert_int_equal(jk_fetch_type(0x1626), 0);
}

static void rows_are_in_order_and_do_not_overlap(void **state)
{
    (void)state;
    for (size_t i = 1; i < jk_register_count; i++) {
        const struct jk_register *before = &jk_registers[i - 1];
        const struct jk_register *row = &jk_registers[i];
        if (jk_block(row) != jk_block(before))
            continue;
        if (row->kind == JK_KIND_BIT && before->kind == JK_KIND_BIT)
            assert_true(row->address == before->address && row->bit == before->bit + 1);
        else
            assert_true(row->address >= before->address + size_of(before));
    }
}

static void no_setting_has_two_registers(void **state)
{
    (void)state;
    unsigned seen[PARAM_COUNT] = {0};
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        if (row->kind == JK_KIND_PARAM || row->kind == JK_KIND_BIT)
            assert_int_equal(seen[row->id]++, 0);
    }
    assert_int_equal(seen[PARAM_cell_ovp_mv], 1);
}

static void control_is_no_block_of_values(void **state)
{
    (void)state;
    assert_true(jk_block_known(JK_BLOCK_SETTINGS));
    assert_false(jk_block_known(JK_BLOCK_CONTROL));
    assert_false(jk_block_known(0));
}

static void a_stretch_holds_only_whole_fields(void **state)
{
    (void)state;
    const struct jk_stretch at = {JK_BLOCK_SETTINGS, 4, 8, true};
    assert_true(jk_inside(&at, 4, 8));
    assert_true(jk_inside(&at, 8, 4));
    assert_false(jk_inside(&at, 2, 4));
    assert_false(jk_inside(&at, 10, 4));
}

static void numbers_keep_byte_order_and_sign(void **state)
{
    (void)state;
    uint8_t bytes[4];
    static const uint8_t big[] = {0xFF, 0xFE, 0x79, 0x60};
    jk_put_number(bytes, JK_TYPE_I32, true, -100000);
    assert_memory_equal(bytes, big, 4);
    assert_int_equal(jk_get_number(bytes, JK_TYPE_I32, true), -100000);
    jk_put_number(bytes, JK_TYPE_I16, false, -2000);
    assert_int_equal(bytes[0], 0x30);
    assert_int_equal(bytes[1], 0xF8);
    assert_int_equal(jk_get_number(bytes, JK_TYPE_I16, false), -2000);
    assert_int_equal(jk_get_number(bytes, JK_TYPE_U16, false), 63536);
    jk_put_number(bytes, JK_TYPE_I8, true, -20);
    assert_int_equal(jk_get_number(bytes, JK_TYPE_I8, false), -20);
}

static void numbers_saturate_and_never_wrap(void **state)
{
    (void)state;
    for (uint8_t type = JK_TYPE_U8; type <= JK_TYPE_I32; type++) {
        uint8_t bytes[4];
        jk_put_number(bytes, type, true, jk_types[type].max + 1ll);
        assert_true(jk_get_number(bytes, type, true) == jk_types[type].max);
        jk_put_number(bytes, type, true, jk_types[type].min - 1ll);
        assert_true(jk_get_number(bytes, type, true) == jk_types[type].min);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_lies_in_its_block),
        cmocka_unit_test(a_frame_type_and_its_register_find_each_other),
        cmocka_unit_test(rows_are_in_order_and_do_not_overlap),
        cmocka_unit_test(no_setting_has_two_registers),
        cmocka_unit_test(control_is_no_block_of_values),
        cmocka_unit_test(a_stretch_holds_only_whole_fields),
        cmocka_unit_test(numbers_keep_byte_order_and_sign),
        cmocka_unit_test(numbers_saturate_and_never_wrap),
    };
    return RUN_TESTS(tests);
}
