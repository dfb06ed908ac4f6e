/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/bus_faults.c, alone and on the buses of a bank.
 */
#include "site/bus_faults.h"

#include "site/site.h"
#include "tests/support/test.h"

static const uint8_t first[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t second[] = {11, 12, 13, 14, 15, 16, 17, 18};

static struct bus_faults faults;

static int make(void **state)
{
    (void)state;
    bus_faults_init(&faults, 7);
    return 0;
}

static void put(const uint8_t *bytes, uint64_t now_us)
{
    const struct serial_burst burst = {3, bytes, sizeof(first)};
    bus_faults_put_burst(&faults, &burst, now_us);
}

static int take(uint64_t now_us, struct serial_burst *last)
{
    int count = 0;
    while (bus_faults_take_burst(&faults, now_us, last))
        count++;
    return count;
}

static void a_healthy_bus_passes_everything_at_once(void **state)
{
    (void)state;
    struct serial_burst burst;
    put(first, 100);
    assert_int_equal(take(100, &burst), 1);
    assert_int_equal(burst.sender, 3);
    assert_int_equal(burst.size, sizeof(first));
    assert_memory_equal(burst.bytes, first, sizeof(first));
    assert_int_equal(take(UINT64_MAX, &burst), 0);
}

static void so_many_of_a_thousand_are_lost_or_come_twice(void **state)
{
    (void)state;
    struct serial_burst burst;
    int arrived = 0;
    faults.set.rs485_drop_permille = 300;
    for (int i = 0; i < 10000; i++) {
        put(first, 0);
        arrived += take(0, &burst);
    }
    assert_in_range(arrived, 6800, 7200);
    faults.set = (struct sim_bus_faults){.rs485_duplicate_permille = 1000};
    put(first, 0);
    assert_int_equal(take(0, &burst), 2);
}

static void a_flip_changes_one_bit(void **state)
{
    (void)state;
    struct serial_burst burst;
    faults.set.rs485_flip_permille = 1000;
    for (int i = 0; i < 100; i++) {
        int bits = 0;
        put(first, 0);
        take(0, &burst);
        for (size_t k = 0; k < burst.size; k++)
            bits += __builtin_popcount(burst.bytes[k] ^ first[k]);
        assert_int_equal(bits, 1);
    }
}

static void a_splice_ends_like_the_burst_before(void **state)
{
    (void)state;
    struct serial_burst burst;
    put(first, 0);
    take(0, &burst);
    faults.set.rs485_splice_permille = 1000;
    put(second, 0);
    take(0, &burst);
    assert_int_equal(burst.size, sizeof(second));
    assert_int_equal(burst.bytes[7], first[7]);
    size_t cut = 0;
    while (burst.bytes[cut] == second[cut])
        cut++;
    assert_memory_equal(burst.bytes + cut, first + cut, sizeof(first) - cut);
}

static void late_bursts_keep_their_order_and_too_many_are_lost(void **state)
{
    (void)state;
    struct serial_burst burst;
    faults.set.rs485_delay_ms = 5;
    put(first, 1000);
    put(second, 2000);
    assert_int_equal(take(5999, &burst), 0);
    assert_int_equal(take(6000, &burst), 1);
    assert_memory_equal(burst.bytes, first, sizeof(first));
    assert_int_equal(take(7000, &burst), 1);
    assert_memory_equal(burst.bytes, second, sizeof(second));
    for (int i = 0; i < BUS_FAULTS_BURSTS + 3; i++)
        put(first, 10000);
    assert_int_equal(take(20000, &burst), BUS_FAULTS_BURSTS);
}

static void frames_get_lost_doubled_and_late(void **state)
{
    (void)state;
    const struct can_frame frame = {.id = 0x351, .size = 1, .data = {9}};
    struct can_frame got;
    bool from_inverter;
    bus_faults_put_frame(&faults, &frame, true, 0);
    assert_true(bus_faults_take_frame(&faults, 0, &got, &from_inverter));
    assert_true(from_inverter && got.id == 0x351 && got.data[0] == 9);
    faults.set.can_drop_permille = 1000;
    bus_faults_put_frame(&faults, &frame, false, 0);
    assert_false(bus_faults_take_frame(&faults, 0, &got, &from_inverter));
    faults.set = (struct sim_bus_faults){.can_duplicate_permille = 1000, .can_delay_ms = 20};
    bus_faults_put_frame(&faults, &frame, false, 0);
    assert_false(bus_faults_take_frame(&faults, 19999, &got, &from_inverter));
    assert_true(bus_faults_take_frame(&faults, 20000, &got, &from_inverter));
    assert_true(bus_faults_take_frame(&faults, 20000, &got, &from_inverter));
    assert_false(from_inverter);
}

static struct site site;

static void run_site(const struct sim_bus_faults *set, uint32_t seconds)
{
    static struct params params;
    params_init(&params);
    const struct site_setup setup = {
        .seed = 3,
        .pack_count = 3,
        .start_ms = 10 * 3600000,
        .soc_permille = {500, 500, 500},
        .params = &params,
        .inverter_on_can = true
    };
    site_init(&site, &setup);
    for (uint32_t i = 0; i < 2000; i++)
        site_step(&site, 10);
    site.bus_faults.set = *set;
    for (uint32_t i = 0; i < seconds * 100; i++)
        site_step(&site, 10);
}

static uint32_t fresh_packs(void)
{
    return (uint32_t)bank_snapshot(&site_host(&site)->bank)->pack_fresh_mask;
}

static void a_bank_lives_with_an_echo_late_and_doubled_bursts(void **state)
{
    (void)state;
    run_site(&(struct sim_bus_faults){.rs485_echo = true}, 10);
    assert_int_equal(fresh_packs(), 7);
    run_site(&(struct sim_bus_faults){.rs485_duplicate_permille = 300}, 10);
    assert_int_equal(fresh_packs(), 7);
    run_site(&(struct sim_bus_faults){.rs485_delay_ms = 10}, 10);
    assert_int_equal(fresh_packs(), 7);
}

/* The host reads itself without the bus; the others it no longer believes. */
static void a_dead_or_talked_over_bus_leaves_the_host_alone(void **state)
{
    (void)state;
    run_site(&(struct sim_bus_faults){.rs485_drop_permille = 1000}, 10);
    assert_int_equal(fresh_packs(), 1);
    run_site(&(struct sim_bus_faults){.rs485_delay_ms = 100}, 10);
    assert_int_equal(fresh_packs(), 1);
    run_site(&(struct sim_bus_faults){.rs485_flip_permille = 1000}, 10);
    assert_int_equal(fresh_packs(), 1);
    run_site(&(struct sim_bus_faults){.rs485_babble = true}, 10);
    assert_true(site.bus.collisions > 0);
    assert_int_equal(fresh_packs() & 1, 1);
}

static void an_inverter_without_frames_gives_up_and_comes_back(void **state)
{
    (void)state;
    run_site(&(struct sim_bus_faults){.can_drop_permille = 1000}, 15);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_LOST);
    site.bus_faults.set.can_drop_permille = 0;
    for (uint32_t i = 0; i < 3000; i++)
        site_step(&site, 10);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_RUN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_healthy_bus_passes_everything_at_once, make),
        cmocka_unit_test_setup(so_many_of_a_thousand_are_lost_or_come_twice, make),
        cmocka_unit_test_setup(a_flip_changes_one_bit, make),
        cmocka_unit_test_setup(a_splice_ends_like_the_burst_before, make),
        cmocka_unit_test_setup(late_bursts_keep_their_order_and_too_many_are_lost, make),
        cmocka_unit_test_setup(frames_get_lost_doubled_and_late, make),
        cmocka_unit_test(a_bank_lives_with_an_echo_late_and_doubled_bursts),
        cmocka_unit_test(a_dead_or_talked_over_bus_leaves_the_host_alone),
        cmocka_unit_test(an_inverter_without_frames_gives_up_and_comes_back),
    };
    return RUN_TESTS(tests);
}
