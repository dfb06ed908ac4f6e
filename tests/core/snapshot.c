/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/snapshot.c.
 */
#include "tests/support/test.h"

#include "core/limits.h"
#include "core/snapshot.h"
#include "ui/words.h"

static void nothing_is_known_at_first(void **state)
{
    (void)state;
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    for (int id = 0; id < VALUE_ID_COUNT; id++)
        assert_false(snapshot_have(&snapshot, (enum value_id)id));
    int32_t value;
    assert_false(snapshot_get(&snapshot, VALUE_pack_mv, &value));
    assert_int_equal(value, 0);
}

static void every_number_comes_back_by_id_and_marks_only_itself(void **state)
{
    (void)state;
    for (int id = 0; id < VALUE_NUMBER_COUNT; id++) {
        struct snapshot snapshot;
        snapshot_init(&snapshot);
        snapshot_put(&snapshot, (enum value_id)id, -1234);
        int known = 0;
        for (int other = 0; other < VALUE_ID_COUNT; other++)
            known += snapshot_have(&snapshot, (enum value_id)other);
        int32_t value = 0;
        assert_true(snapshot_get(&snapshot, (enum value_id)id, &value));
        assert_int_equal(value, -1234);
        assert_int_equal(known, 1);
        snapshot_set_have(&snapshot, (enum value_id)id, false);
        assert_false(snapshot_get(&snapshot, (enum value_id)id, &value));
    }
}

static void elements_saturate(void **state)
{
    (void)state;
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    snapshot_put(&snapshot, (enum value_id)(VALUE_cell_mv + 3), 70000);
    snapshot_put(&snapshot, VALUE_temp_ddegc, -70000);
    snapshot_put(&snapshot, VALUE_pack_ma, INT32_MIN);
    assert_int_equal(snapshot.cell_mv[3], INT16_MAX);
    assert_int_equal(snapshot.temp_ddegc[0], INT16_MIN);
    assert_int_equal(snapshot.pack_ma, INT32_MIN);
}

static void the_maker_is_cut_and_padded(void **state)
{
    (void)state;
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    snapshot_put_maker(&snapshot, "abcdefghijklmnopqrst", 20);
    assert_string_equal(snapshot.maker, "abcdefghijklmno");
    snapshot_put_maker(&snapshot, "ab\0c", 4);
    const char expected[16] = "ab";
    assert_memory_equal(snapshot.maker, expected, sizeof(expected));
    snapshot_put_maker(&snapshot, "xyz", 1);
    assert_string_equal(snapshot.maker, "x");
    assert_true(snapshot_have(&snapshot, VALUE_maker));
}

static void rows_follow_each_other_without_gaps(void **state)
{
    (void)state;
    int id = 0;
    for (int row = 0; row < VALUE_ROW_COUNT; row++) {
        const struct value_info *info = &value_info[row];
        assert_int_equal(info->id, id);
        id += info->kind == VALUE_KIND_ARRAY ? info->count : 1;
        assert_int_equal(value_find(info->name), row);
    }
    assert_int_equal(id, VALUE_ID_COUNT);
    assert_int_equal(value_find("nonsense"), -1);
    assert_int_equal(value_info[VALUE_ROW_cell_mv].count, CELL_MAX);
    assert_int_equal(value_info[VALUE_ROW_maker].kind, VALUE_KIND_TEXT);
    assert_string_equal(reason_info[REASON_bank_weakest].name, "bank_weakest");
    assert_int_equal(reason_info[REASON_cell_high].subject, REASON_SUBJECT_CELL);
}

static void ids_beyond_the_table_are_refused(void **state)
{
    (void)state;
    struct snapshot snapshot;
    int32_t value;
    snapshot_init(&snapshot);
    expect_assert_failure((void)snapshot_have(&snapshot, VALUE_ID_COUNT));
    expect_assert_failure(snapshot_set_have(&snapshot, VALUE_ID_COUNT, true));
    expect_assert_failure(snapshot_put(&snapshot, VALUE_maker, 0));
    expect_assert_failure((void)snapshot_get(&snapshot, VALUE_maker, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(every_number_comes_back_by_id_and_marks_only_itself),
        cmocka_unit_test(elements_saturate),
        cmocka_unit_test(the_maker_is_cut_and_padded),
        cmocka_unit_test(rows_follow_each_other_without_gaps),
        cmocka_unit_test(ids_beyond_the_table_are_refused),
    };
    return RUN_TESTS(tests);
}
