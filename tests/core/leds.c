/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/leds.c: the lamp table (safety rules, section 5).
 */
#include "tests/support/test.h"

#include "core/leds.h"

#define LAMP(led) (1u << (led))

enum { BAR = 0xF8 }; /* L1..L5 */

static uint16_t lit_at(const struct led_conditions *conditions, uint32_t phase_ms)
{
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, conditions, phase_ms);
    return leds.lit;
}

static uint16_t flickering(const struct led_conditions *conditions)
{
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, conditions, 10);
    return leds.flickering;
}

static void all_lamps_are_dark_at_the_start(void **state)
{
    (void)state;
    struct leds leds;
    memset(&leds, 0xFF, sizeof(leds));
    leds_init(&leds);
    assert_int_equal(leds.lit, 0);
    assert_int_equal(leds.flickering, 0);
}

static void all_lamps_are_dark_while_off_whatever_else_holds(void **state)
{
    (void)state;
    struct led_conditions conditions = {true, true, true, true, 1000};
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, &conditions, 10);
    assert_int_not_equal(leds.lit, 0);
    conditions.on = false;
    for (int i = 0; i < 100; i++) {
        leds_step(&leds, &conditions, 10);
        assert_int_equal(leds.lit, 0);
        assert_int_equal(leds.flickering, 0);
    }
}

static void each_bar_lamp_is_lit_above_its_share_of_charge(void **state)
{
    (void)state;
    static const struct {
        int32_t soc_permille;
        int lamps;
    } rows[] = {
        {-1,   0},
        {0,    0},
        {1,    1},
        {200,  1},
        {201,  2},
        {400,  2},
        {401,  3},
        {600,  3},
        {601,  4},
        {800,  4},
        {801,  5},
        {1000, 5},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct led_conditions conditions = {.on = true, .soc_permille = rows[i].soc_permille};
        unsigned expected = (LAMP(rows[i].lamps) - 1) << LED_L1;
        assert_int_equal(lit_at(&conditions, 10) & BAR, expected);
        assert_int_equal(lit_at(&conditions, 600) & BAR, expected); /* it does not flicker */
    }
}

static void on_is_steady_and_run_flickers(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.on = true};
    assert_int_equal(lit_at(&conditions, 0), LAMP(LED_ON) | LAMP(LED_RUN));
    assert_int_equal(lit_at(&conditions, 499), LAMP(LED_ON) | LAMP(LED_RUN));
    assert_int_equal(lit_at(&conditions, 500), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 999), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 1000), LAMP(LED_ON) | LAMP(LED_RUN));
}

static void an_alarm_flickers_its_lamp(void **state)
{
    (void)state;
    struct led_conditions conditions = {.on = true};
    assert_int_equal(flickering(&conditions), LAMP(LED_RUN));
    conditions.alarm = true;
    assert_int_equal(flickering(&conditions), LAMP(LED_RUN) | LAMP(LED_ALM));
    assert_true(lit_at(&conditions, 10) & LAMP(LED_ALM));
    assert_false(lit_at(&conditions, 510) & LAMP(LED_ALM));
}

static void the_address_lamp_flickers_on_the_host_and_on_an_addressed_slave(void **state)
{
    (void)state;
    for (int mask = 0; mask < 4; mask++) {
        const struct led_conditions conditions = {
            .on = true, .host = (mask & 1) != 0, .addressed = (mask & 2) != 0};
        bool expected = mask != 0;
        assert_int_equal((flickering(&conditions) & LAMP(LED_L6)) != 0, expected);
        assert_int_equal((lit_at(&conditions, 10) & LAMP(LED_L6)) != 0, expected);
        assert_false(lit_at(&conditions, 510) & LAMP(LED_L6));
    }
}

static void flicker_is_one_hertz_with_half_of_it_lit(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.on = true, .alarm = true, .host = true};
    const uint16_t mask = LAMP(LED_RUN) | LAMP(LED_ALM) | LAMP(LED_L6);
    struct leds leds;
    leds_init(&leds);
    int lit = 0;
    int changes = 0;
    uint16_t before = mask;
    for (int i = 0; i < 1000; i++) {
        leds_step(&leds, &conditions, 10);
        uint16_t now = leds.lit & mask;
        assert_true(now == 0 || now == mask); /* all together */
        lit += now != 0;
        changes += now != before;
        before = now;
    }
    assert_int_equal(lit, 500);
    assert_int_equal(changes, 20);
}

static void the_flicker_keeps_its_phase_while_off(void **state)
{
    (void)state;
    struct led_conditions conditions = {.on = false};
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, &conditions, 490);
    conditions.on = true;
    leds_step(&leds, &conditions, 10);
    assert_int_equal(leds.phase_ms, 500);
    assert_int_equal(leds.lit, LAMP(LED_ON));
}

static void the_bar_ends_at_its_fifth_lamp(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.on = true, .soc_permille = 1100};
    assert_int_equal(lit_at(&conditions, 600), LAMP(LED_ON) | BAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lamps_are_dark_at_the_start),
        cmocka_unit_test(all_lamps_are_dark_while_off_whatever_else_holds),
        cmocka_unit_test(each_bar_lamp_is_lit_above_its_share_of_charge),
        cmocka_unit_test(on_is_steady_and_run_flickers),
        cmocka_unit_test(an_alarm_flickers_its_lamp),
        cmocka_unit_test(the_address_lamp_flickers_on_the_host_and_on_an_addressed_slave),
        cmocka_unit_test(flicker_is_one_hertz_with_half_of_it_lit),
        cmocka_unit_test(the_flicker_keeps_its_phase_while_off),
        cmocka_unit_test(the_bar_ends_at_its_fifth_lamp),
    };
    return RUN_TESTS(tests);
}
