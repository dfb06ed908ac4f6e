/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/serial_bus.c.
 */
#include "tests/support/test.h"

#include "site/serial_bus.h"

static void a_burst_takes_as_long_as_its_bits(void **state)
{
    (void)state;
    struct serial_bus bus;
    struct serial_burst burst;
    const uint8_t bytes[] = {1, 2, 3};
    serial_bus_init(&bus, 10000); /* 1 ms per byte */
    serial_bus_send(&bus, 4, bytes, sizeof(bytes), 500);
    assert_false(serial_bus_take(&bus, 3499, &burst));
    assert_true(serial_bus_take(&bus, 3500, &burst));
    assert_int_equal(burst.sender, 4);
    assert_int_equal(burst.size, 3);
    assert_memory_equal(burst.bytes, bytes, 3);
    assert_false(serial_bus_take(&bus, 9999, &burst));
}

static void two_speakers_garble_each_other(void **state)
{
    (void)state;
    struct serial_bus bus;
    struct serial_burst burst;
    const uint8_t bytes[] = {0x55, 0xAA};
    serial_bus_init(&bus, 10000);
    serial_bus_send(&bus, 0, bytes, 2, 0);
    serial_bus_send(&bus, 1, bytes, 2, 1000);
    assert_int_equal(bus.collisions, 1);
    assert_false(serial_bus_take(&bus, 2999, &burst));
    assert_true(serial_bus_take(&bus, 3000, &burst));
    assert_int_equal(burst.sender, -1);
    assert_int_equal(burst.bytes[0], 0xAA);
}

static void a_short_intruder_does_not_shorten_the_burst(void **state)
{
    (void)state;
    struct serial_bus bus;
    struct serial_burst burst;
    const uint8_t bytes[8] = {0};
    serial_bus_init(&bus, 10000);
    serial_bus_send(&bus, 0, bytes, 8, 0);
    serial_bus_send(&bus, 1, bytes, 1, 1000);
    assert_false(serial_bus_take(&bus, 7999, &burst));
    assert_true(serial_bus_take(&bus, 8000, &burst));
}

static void what_does_not_fit_is_cut(void **state)
{
    (void)state;
    static uint8_t bytes[SERIAL_BUS_BURST + 1];
    struct serial_bus bus;
    struct serial_burst burst;
    serial_bus_init(&bus, 1000000);
    serial_bus_send(&bus, 0, bytes, sizeof(bytes), 0);
    assert_true(serial_bus_take(&bus, 1000000, &burst));
    assert_int_equal(burst.size, SERIAL_BUS_BURST);
    expect_assert_failure(serial_bus_init(&bus, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_takes_as_long_as_its_bits),
        cmocka_unit_test(two_speakers_garble_each_other),
        cmocka_unit_test(a_short_intruder_does_not_shorten_the_burst),
        cmocka_unit_test(what_does_not_fit_is_cut),
    };
    return RUN_TESTS(tests);
}
