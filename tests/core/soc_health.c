/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/soc_health.c.
 */
#include "core/soc_health.h"

#include "core/stored.h"
#include "tests/support/test.h"

enum { NOMINAL_MAH = 314000, HOUR_MS = 3600000 };

static struct soc_health health;
static int16_t cell_mv[SOC_HEALTH_CELLS];
static uint32_t random_state;

static int make(void **state)
{
    (void)state;
    soc_health_init(&health, NOMINAL_MAH);
    for (int i = 0; i < SOC_HEALTH_CELLS; i++)
        cell_mv[i] = 3300;
    random_state = 1;
    return 0;
}

/* Even, -1..1. */
static float noise(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1.0f;
}

static void step(int32_t pack_ma, int32_t temp_ddegc, int32_t soc_permille, uint32_t dt_ms)
{
    const struct soc_health_look look = {pack_ma, cell_mv, 0xFFFF, temp_ddegc, soc_permille, dt_ms};
    soc_health_step(&health, &look);
}

/* Charges or discharges by so much in four hours. */
static void move(float mah)
{
    for (int minute = 0; minute < 240; minute++)
        step((int32_t)(mah / 4.0f), 250, 500, 60000);
}

/* A cycle between two anchors of a pack with a true capacity; every second pair of it counts. */
static void cycle(float true_mah, float soc_error, float gain)
{
    float low = 0.1f + 0.05f * noise();
    soc_health_anchor(&health, low + soc_error * noise(), 0.01f, 20.0f);
    move((0.95f - low) * true_mah * gain);
    soc_health_anchor(&health, 0.95f + soc_error * noise(), 0.01f, 20.0f);
    move((low - 0.95f) * true_mah * gain);
}

static void capacity_is_within_two_percent_after_ten_pairs(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        cycle(0.93f * NOMINAL_MAH, 0.01f, 1.0f);
    assert_true(health.pair_count >= 9);
    assert_in_range((int32_t)health.capacity.value, 286000, 298000); /* 292,020 */
    assert_true(health.capacity.sigma > 300.0f && health.capacity.sigma < 4000.0f);
}

/* Errors of the charge alone make a quotient of sums too small by their variance. */
static void errors_of_the_charge_do_not_shift_the_capacity(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        cycle(0.9f * NOMINAL_MAH, 0.03f, 1.0f);
    assert_in_range((int32_t)health.capacity.value, 279000, 286500); /* 282,600 */
}

static void one_pair_moves_little_once_something_is_known(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        cycle(0.95f * NOMINAL_MAH, 0.001f, 1.0f);
    float before = health.capacity.value;
    cycle(0.7f * NOMINAL_MAH, 0.0f, 1.0f);
    float moved = before - health.capacity.value;
    assert_true(moved >= 0.0f && moved <= 2.01f * 0.005f * NOMINAL_MAH);
}

static void poor_pairs_teach_nothing(void **state)
{
    (void)state;
    soc_health_anchor(&health, 0.5f, 0.01f, 20.0f);
    move(0.3f * NOMINAL_MAH);
    soc_health_anchor(&health, 0.8f, 0.01f, 20.0f); /* too little */
    step(0, 100, 800, 60000);
    move(-0.7f * NOMINAL_MAH);
    soc_health_anchor(&health, 0.1f, 0.01f, 20.0f); /* it was cold */
    move(0.1f * NOMINAL_MAH);
    soc_health_anchor(&health, 0.9f, 0.01f, 20.0f); /* impossible */
    for (int hour = 0; hour < 25; hour++)
        for (int minute = 0; minute < 60; minute++)
            step(-(int32_t)(0.8f * NOMINAL_MAH / 25.0f), 250, 500, 60000);
    soc_health_anchor(&health, 0.1f, 0.01f, 20.0f); /* too long ago */
    assert_int_equal(health.pair_count, 0);
    assert_int_equal((int32_t)health.capacity.value, NOMINAL_MAH);
    assert_true(health.capacity.sigma == 0.0f);
}

static void a_value_ages_until_it_is_learned_from_again(void **state)
{
    (void)state;
    cycle(0.95f * NOMINAL_MAH, 0.0f, 1.0f);
    uint32_t age_s = health.capacity.age_s;
    move(0.0f);
    assert_int_equal(health.capacity.age_s, age_s + 4 * 3600);
    cycle(0.95f * NOMINAL_MAH, 0.0f, 1.0f);
    assert_int_equal(health.capacity.age_s, 4 * 3600);
}

static void cycles_are_the_charge_through_twice_the_capacity(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        move(0.5f * NOMINAL_MAH);
        move(-0.5f * NOMINAL_MAH);
    }
    assert_in_range((int32_t)(health.cycles * 1000.0f), 4990, 5010);
}

static void use_is_counted_by_temperature_and_charge(void **state)
{
    (void)state;
    for (int i = 0; i < 2500; i++)
        step(0, -101, 199, 400);
    step(0, 449, 800, 2000);
    step(0, 450, 799, 3000);
    assert_int_equal(health.used_s[0][0], 1000);
    assert_int_equal(health.used_s[4][4], 2);
    assert_int_equal(health.used_s[5][3], 3);
}

/* Steps of 100 A across mohm milliohm in each cell. */
static void pulse(float mohm, float worse, int32_t temp_ddegc, float factor)
{
    for (int i = 0; i < SOC_HEALTH_CELLS; i++)
        cell_mv[i] = 3300;
    step(0, temp_ddegc, 500, 1000);
    for (int i = 0; i < SOC_HEALTH_CELLS; i++)
        cell_mv[i] = (int16_t)(3300.0f - 100.0f * factor * (i == 7 ? mohm * worse : mohm) - 0.5f);
    step(-100000, temp_ddegc, 500, 1000);
}

static void resistance_grows_against_the_first_steps(void **state)
{
    (void)state;
    for (int i = 0; i < 11; i++)
        pulse(0.5f, 1.0f, 250, 1.0f);
    assert_int_equal(soc_health_growth_permille(&health, 7), 1000);
    for (int i = 0; i < 200; i++)
        pulse(0.5f, 1.6f, 250, 1.0f);
    assert_in_range(soc_health_growth_permille(&health, 7), 1580, 1620);
    assert_in_range(soc_health_growth_permille(&health, 6), 980, 1020);
    assert_true(health.cell[6].fresh_mohm > 0.48f && health.cell[6].fresh_mohm < 0.52f);
}

static void resistance_is_that_of_25_degc(void **state)
{
    (void)state;
    for (int i = 0; i < 11; i++)
        pulse(0.5f, 1.0f, 250, 1.0f);
    for (int i = 0; i < 200; i++)
        pulse(0.5f, 1.0f, 150, 1.25f);
    assert_in_range(soc_health_growth_permille(&health, 0), 980, 1020);
    uint16_t steps = health.cell[0].steps;
    pulse(0.5f, 1.0f, 140, 1.3f); /* too cold */
    step(0, 250, 250, 1000);      /* too empty */
    step(-100000, 250, 500, 5000);
    assert_int_equal(health.cell[0].steps, steps);
}

static void a_leaking_cell_is_the_one_that_is_filled_up(void **state)
{
    (void)state;
    for (int day = 0; day < 30; day++) {
        for (int minute = 0; minute < 1440; minute++) {
            if (minute < 60)
                soc_health_balance(&health, (uint8_t)(minute % 15), 15, 1500, 1000, 60000);
            step(0, 250, 500, 60000);
        }
    }
    assert_int_equal(health.leak_days, 30);
    /* In 1,000 mAh a day; the mean of all is 500 out. */
    assert_in_range((int32_t)health.cell[15].leak_mah, 1020, 1045);
    assert_in_range(-(int32_t)health.cell[3].leak_mah, 60, 75);
}

static void an_unknown_cell_of_the_balancer_is_nobodys(void **state)
{
    (void)state;
    struct soc_health before = health;
    soc_health_balance(&health, 16, 255, 1500, 1000, 60000);
    assert_memory_equal(&health, &before, sizeof(health));
}

static void what_was_learned_outlives_a_restart(void **state)
{
    (void)state;
    struct stored stored = {0};
    for (int i = 0; i < 5; i++)
        cycle(0.93f * NOMINAL_MAH, 0.01f, 1.0f);
    for (int i = 0; i < 30; i++)
        pulse(0.5f, i < 10 ? 1.0f : 1.5f, 250, 1.0f);
    health.cell[3].leak_mah = 41.0f;
    struct soc_health before = health;
    soc_health_remember(&health, &stored);
    soc_health_init(&health, NOMINAL_MAH);
    soc_health_recall(&health, &stored);
    assert_in_range((int32_t)(health.capacity.value - before.capacity.value) + 10, 0, 20);
    assert_in_range((int32_t)(health.capacity.sigma - before.capacity.sigma) + 2, 0, 4);
    assert_int_equal(health.pair_count, before.pair_count);
    assert_in_range(soc_health_growth_max_permille(&health) -
                        soc_health_growth_max_permille(&before) + 5,
                    0, 10);
    assert_int_equal(soc_health_leak_max_mah(&health), 41);
    cycle(0.93f * NOMINAL_MAH, 0.0f, 1.0f); /* and is not forgotten by the next pair */
    assert_in_range((int32_t)(health.capacity.value - before.capacity.value) + 1000, 0, 2000);
}

static void nonsense_that_was_stored_is_not_known(void **state)
{
    (void)state;
    struct stored stored = {.capacity_mah = 1000, .capacity_sigma_mah = 100};
    soc_health_recall(&health, &stored);
    stored = (struct stored){.capacity_mah = 300000, .capacity_sigma_mah = 300000};
    soc_health_recall(&health, &stored);
    assert_true(health.capacity.sigma == 0.0f && health.pair_count == 0);
    assert_int_equal(soc_health_growth_max_permille(&health), 0);
}

static void nothing_is_known_of_a_new_pack(void **state)
{
    (void)state;
    assert_int_equal(soc_health_growth_permille(&health, 0), 0);
    assert_true(health.capacity.sigma == 0.0f && health.cycles == 0.0f);
    assert_true(sizeof(struct soc_health) / SOC_HEALTH_CELLS <= 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(capacity_is_within_two_percent_after_ten_pairs, make),
        cmocka_unit_test_setup(errors_of_the_charge_do_not_shift_the_capacity, make),
        cmocka_unit_test_setup(one_pair_moves_little_once_something_is_known, make),
        cmocka_unit_test_setup(poor_pairs_teach_nothing, make),
        cmocka_unit_test_setup(a_value_ages_until_it_is_learned_from_again, make),
        cmocka_unit_test_setup(cycles_are_the_charge_through_twice_the_capacity, make),
        cmocka_unit_test_setup(use_is_counted_by_temperature_and_charge, make),
        cmocka_unit_test_setup(resistance_grows_against_the_first_steps, make),
        cmocka_unit_test_setup(resistance_is_that_of_25_degc, make),
        cmocka_unit_test_setup(a_leaking_cell_is_the_one_that_is_filled_up, make),
        cmocka_unit_test_setup(an_unknown_cell_of_the_balancer_is_nobodys, make),
        cmocka_unit_test_setup(what_was_learned_outlives_a_restart, make),
        cmocka_unit_test_setup(nonsense_that_was_stored_is_not_known, make),
        cmocka_unit_test_setup(nothing_is_known_of_a_new_pack, make),
    };
    return RUN_TESTS(tests);
}
