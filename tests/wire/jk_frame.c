/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/jk_frame.c.
 */
#include "tests/support/test.h"

#include "wire/jk_frame.h"

static void a_frame_begins_cleared_with_marker_type_and_counter(void **state)
{
    (void)state;
    static const uint8_t head[] = {0x55, 0xAA, 0xEB, 0x90, JK_STATUS, 7};
    uint8_t frame[JK_FRAME_SIZE];
    memset(frame, 0xCC, sizeof(frame));
    jk_frame_begin(frame, JK_STATUS, 7);
    assert_memory_equal(frame, head, sizeof(head));
    for (size_t i = sizeof(head); i < JK_FRAME_SIZE; i++)
        assert_int_equal(frame[i], 0);
}

static void the_sum_counts_every_byte_before_it(void **state)
{
    (void)state;
    uint8_t frame[JK_FRAME_SIZE];
    jk_frame_begin(frame, JK_INFO, 0);
    frame[JK_FRAME_DATA] = 0xFF;
    frame[298] = 0x02;
    jk_frame_seal(frame);
    /* 55 + AA + EB + 90 = 27A; + 03 + FF + 02 = 37E */
    assert_int_equal(frame[299], 0x7E);
    assert_true(jk_frame_good(frame));
    jk_frame_seal(frame); /* the old sum does not count */
    assert_int_equal(frame[299], 0x7E);
}

static void a_changed_byte_or_marker_is_not_good(void **state)
{
    (void)state;
    uint8_t frame[JK_FRAME_SIZE];
    jk_frame_begin(frame, JK_STATUS, 0);
    jk_frame_seal(frame);
    for (size_t i = 0; i < JK_FRAME_SIZE; i++) {
        frame[i]++;
        assert_false(jk_frame_good(frame));
        frame[i]--;
    }
    frame[0]++;
    frame[1]--; /* the sum is right, the marker is not */
    assert_false(jk_frame_good(frame));
}

static void the_first_marker_is_found(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x55, 0xAA, 0xEB, 0x91, 0x55, 0xAA, 0xEB, 0x90, 0x55};
    assert_int_equal(jk_frame_find(bytes, sizeof(bytes)), 4);
    assert_int_equal(jk_frame_find(bytes + 5, 4), 3);
    assert_int_equal(jk_frame_find(bytes + 5, 3), 3);
    assert_int_equal(jk_frame_find(bytes, 0), 0);
}

static void the_beginning_of_a_marker_at_the_end_counts(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x01, 0x55, 0xAA, 0xEB};
    for (size_t size = 3; size <= sizeof(bytes); size++)
        assert_int_equal(jk_frame_find(bytes, size), 2);
    assert_int_equal(jk_frame_find(bytes, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_begins_cleared_with_marker_type_and_counter),
        cmocka_unit_test(the_sum_counts_every_byte_before_it),
        cmocka_unit_test(a_changed_byte_or_marker_is_not_good),
        cmocka_unit_test(the_first_marker_is_found),
        cmocka_unit_test(the_beginning_of_a_marker_at_the_end_counts),
    };
    return RUN_TESTS(tests);
}
