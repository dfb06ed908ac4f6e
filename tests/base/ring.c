/* SPDX-License-Identifier: Apache-2.0
 * Tests of base/ring.c.
 */
#include "tests/support/test.h"

#include "base/ring.h"

static uint8_t memory[6];
static uint8_t taken[8];

/* A ring of 5 over memory whose last byte must never change. */
static struct ring fresh_ring(void)
{
    struct ring ring;
    memset(memory, 0xEE, sizeof memory);
    memset(taken, 0, sizeof taken);
    ring_init(&ring, memory, 5);
    return ring;
}

static void bytes_come_out_as_they_went_in_across_the_end(void **state)
{
    (void)state;
    struct ring ring = fresh_ring();
    for (uint8_t round = 0; round < 20; round++) {
        uint8_t bytes[3] = {round, (uint8_t)(round + 100), (uint8_t)(round + 200)};
        assert_int_equal(ring_put(&ring, bytes, 3), 3);
        assert_int_equal(ring.size, 3);
        assert_int_equal(ring_get(&ring, taken, 3), 3);
        assert_memory_equal(taken, bytes, 3);
        assert_int_equal(ring.size, 0);
    }
    assert_int_equal(ring.lost, 0);
    assert_int_equal(memory[5], 0xEE);
}

static void what_does_not_fit_is_refused_whole_and_counted(void **state)
{
    (void)state;
    struct ring ring = fresh_ring();
    assert_int_equal(ring_put(&ring, (const uint8_t *)"abcdef", 6), 0);
    assert_int_equal(ring.lost, 6);
    assert_int_equal(ring_put(&ring, (const uint8_t *)"abcde", 5), 5);
    assert_int_equal(ring_put(&ring, (const uint8_t *)"x", 1), 0);
    assert_int_equal(ring.lost, 7);
    assert_int_equal(ring_put(&ring, (const uint8_t *)"", 0), 0);
    assert_int_equal(ring.lost, 7);
    assert_int_equal(ring_get(&ring, taken, 8), 5);
    assert_memory_equal(taken, "abcde\0\0\0", 8);
}

static void peek_takes_nothing(void **state)
{
    (void)state;
    struct ring ring = fresh_ring();
    ring_put(&ring, (const uint8_t *)"abc", 3);
    assert_int_equal(ring_peek(&ring, taken, 2), 2);
    assert_memory_equal(taken, "ab\0", 3);
    assert_int_equal(ring_peek(&ring, taken, 8), 3);
    assert_memory_equal(taken, "abc", 3);
    assert_int_equal(ring.size, 3);
}

static void skip_drops_from_the_front_and_no_more_than_there_is(void **state)
{
    (void)state;
    struct ring ring = fresh_ring();
    ring_put(&ring, (const uint8_t *)"abcd", 4);
    ring_skip(&ring, 3);
    assert_int_equal(ring.size, 1);
    ring_put(&ring, (const uint8_t *)"efgh", 4);
    assert_int_equal(ring_peek(&ring, taken, 8), 5);
    assert_memory_equal(taken, "defgh", 5);
    ring_skip(&ring, 1);
    assert_int_equal(ring_peek(&ring, taken, 8), 4);
    assert_memory_equal(taken, "efgh", 4);
    ring_skip(&ring, 9);
    assert_int_equal(ring.size, 0);
    assert_int_equal(ring_get(&ring, taken, 8), 0);
}

static void ring_without_room_is_an_error_of_the_caller(void **state)
{
    (void)state;
    struct ring ring;
    expect_assert_failure(ring_init(&ring, memory, 0));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_out_as_they_went_in_across_the_end),
        cmocka_unit_test(what_does_not_fit_is_refused_whole_and_counted),
        cmocka_unit_test(peek_takes_nothing),
        cmocka_unit_test(skip_drops_from_the_front_and_no_more_than_there_is),
        cmocka_unit_test(ring_without_room_is_an_error_of_the_caller),
    };
    return RUN_TESTS(tests);
}
