/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/leds.c: the front plate (safety rules, section 5), then the lamp table row by row.
 */
#include "tests/support/test.h"

#include "core/leds.h"

#define LAMP(led) (1u << (led))

enum { BAR = 0xF8 }; /* L1..L5 */

static struct leds leds_at(const struct led_conditions *conditions, uint32_t phase_ms)
{
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, conditions, phase_ms);
    return leds;
}

static uint16_t lit_at(const struct led_conditions *conditions, uint32_t phase_ms)
{
    return leds_at(conditions, phase_ms).lit;
}

static uint16_t flickering(const struct led_conditions *conditions)
{
    return leds_at(conditions, 10).flickering;
}

/* Every cause there is. */
static struct led_conditions all_causes(enum led_state state)
{
    return (struct led_conditions){state, true, true, true, 1000};
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

static void all_lamps_are_dark_while_off_or_shut_down_whatever_else_holds(void **state)
{
    (void)state;
    const enum led_state dark[] = {LED_STATE_OFF, LED_STATE_SHUT_DOWN};
    for (size_t i = 0; i < COUNT(dark); i++) {
        struct led_conditions conditions = all_causes(LED_STATE_RUNNING);
        struct leds leds;
        leds_init(&leds);
        leds_step(&leds, &conditions, 10);
        assert_int_equal(leds.lit, LAMP(LED_COUNT) - 1);
        conditions.state = dark[i];
        for (int step = 0; step < 500; step++) {
            leds_step(&leds, &conditions, 10);
            assert_int_equal(leds.lit, 0);
            assert_int_equal(leds.flickering, 0);
        }
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
        {1100, 5},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct led_conditions conditions = {.state = LED_STATE_RUNNING,
                                                  .soc_permille = rows[i].soc_permille};
        unsigned expected = (LAMP(rows[i].lamps) - 1) << LED_L1;
        assert_int_equal(lit_at(&conditions, 10) & BAR, expected);
        assert_int_equal(lit_at(&conditions, 600) & BAR, expected); /* it does not flicker */
        assert_int_equal(lit_at(&conditions, 10) & LAMP(LED_L6), 0);
    }
}

static void on_is_steady_and_run_flickers(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.state = LED_STATE_RUNNING};
    assert_int_equal(lit_at(&conditions, 0), LAMP(LED_ON) | LAMP(LED_RUN));
    assert_int_equal(lit_at(&conditions, 499), LAMP(LED_ON) | LAMP(LED_RUN));
    assert_int_equal(lit_at(&conditions, 500), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 999), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 1000), LAMP(LED_ON) | LAMP(LED_RUN));
}

static void run_is_dark_while_both_switches_have_to_stay_open(void **state)
{
    (void)state;
    const enum led_state waiting[] = {LED_STATE_STARTING, LED_STATE_PROTECT};
    for (size_t i = 0; i < COUNT(waiting); i++) {
        const struct led_conditions conditions = {.state = waiting[i]};
        assert_int_equal(lit_at(&conditions, 0), LAMP(LED_ON));
        assert_int_equal(flickering(&conditions), 0);
    }
}

static void an_emergency_looks_like_running(void **state)
{
    (void)state;
    for (uint32_t phase_ms = 0; phase_ms < 4000; phase_ms += 50) {
        struct led_conditions conditions = all_causes(LED_STATE_RUNNING);
        uint16_t expected = lit_at(&conditions, phase_ms);
        conditions.state = LED_STATE_EMERGENCY;
        assert_int_equal(lit_at(&conditions, phase_ms), expected);
    }
}

static void asleep_on_blinks_shortly_every_four_seconds(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.state = LED_STATE_SLEEP, .soc_permille = 900};
    assert_int_equal(lit_at(&conditions, 0), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 99), LAMP(LED_ON));
    assert_int_equal(lit_at(&conditions, 100), 0);
    assert_int_equal(lit_at(&conditions, 1000), 0);
    assert_int_equal(lit_at(&conditions, 3999), 0);
    assert_int_equal(lit_at(&conditions, 4000), LAMP(LED_ON));
    assert_int_equal(flickering(&conditions), 0);
}

static void alarm_and_address_show_in_every_state_but_the_dark_ones(void **state)
{
    (void)state;
    for (int i = LED_STATE_STARTING; i < LED_STATE_SHUT_DOWN; i++) {
        const struct led_conditions conditions = all_causes((enum led_state)i);
        const uint16_t both = LAMP(LED_ALM) | LAMP(LED_L6);
        assert_int_equal(flickering(&conditions) & both, both);
    }
}

static void an_alarm_flickers_its_lamp(void **state)
{
    (void)state;
    struct led_conditions conditions = {.state = LED_STATE_RUNNING};
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
            .state = LED_STATE_RUNNING, .host = (mask & 1) != 0, .addressed = (mask & 2) != 0};
        bool expected = mask != 0;
        assert_int_equal((flickering(&conditions) & LAMP(LED_L6)) != 0, expected);
        assert_int_equal((lit_at(&conditions, 10) & LAMP(LED_L6)) != 0, expected);
        assert_false(lit_at(&conditions, 510) & LAMP(LED_L6));
    }
}

static void flicker_is_one_hertz_with_half_of_it_lit(void **state)
{
    (void)state;
    const struct led_conditions conditions = all_causes(LED_STATE_RUNNING);
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
    struct led_conditions conditions = {.state = LED_STATE_OFF};
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, &conditions, 490);
    conditions.state = LED_STATE_RUNNING;
    leds_step(&leds, &conditions, 10);
    assert_int_equal(leds.phase_ms, 500);
    assert_int_equal(leds.lit, LAMP(LED_ON));
}

static void long_steps_keep_the_phase(void **state)
{
    (void)state;
    const struct led_conditions conditions = {.state = LED_STATE_SLEEP};
    struct leds leds;
    leds_init(&leds);
    leds_step(&leds, &conditions, 60000);
    assert_int_equal(leds.phase_ms, 0);
    leds_step(&leds, &conditions, 59999);
    assert_int_equal(leds.phase_ms, 3999);
}

/* Row by row: in each state and moment a lamp is lit if its cause holds and its pattern says so. */
static void every_lamp_follows_its_row(void **state)
{
    (void)state;
    const uint32_t moments_ms[] = {0, 99, 100, 499, 500, 999, 1000, 1499, 1500, 3999};
    for (int led = 0; led < LED_COUNT; led++) {
        const struct lamp *lamp = &lamps[led];
        for (int i = 0; i < LED_STATE_COUNT * (int)COUNT(moments_ms); i++) {
            enum led_state column = (enum led_state)(i % LED_STATE_COUNT);
            uint32_t moment_ms = moments_ms[i / LED_STATE_COUNT];
            struct led_conditions conditions = {
                .state = column,
                .alarm = lamp->level == LED_LEVEL_ALARM,
                .host = lamp->level == LED_LEVEL_ADDRESSED,
                .soc_permille = lamp->level == LED_LEVEL_SOC ? lamp->above + 1 : 0,
            };
            const struct led_pattern_info *pattern = &led_pattern_info[lamp->pattern[column]];
            bool expected = moment_ms % pattern->period_ms < pattern->lit_ms;
            struct leds leds = leds_at(&conditions, moment_ms);
            assert_int_equal(leds.lit >> led & 1, expected);
            assert_int_equal(leds.flickering >> led & 1,
                             lamp->pattern[column] == LED_PATTERN_FLICKER);
            conditions.alarm = conditions.host = false;
            conditions.soc_permille = lamp->above;
            leds = leds_at(&conditions, moment_ms);
            if (lamp->level != LED_LEVEL_ALWAYS)
                assert_int_equal((leds.lit | leds.flickering) >> led & 1, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lamps_are_dark_at_the_start),
        cmocka_unit_test(all_lamps_are_dark_while_off_or_shut_down_whatever_else_holds),
        cmocka_unit_test(each_bar_lamp_is_lit_above_its_share_of_charge),
        cmocka_unit_test(on_is_steady_and_run_flickers),
        cmocka_unit_test(run_is_dark_while_both_switches_have_to_stay_open),
        cmocka_unit_test(an_emergency_looks_like_running),
        cmocka_unit_test(asleep_on_blinks_shortly_every_four_seconds),
        cmocka_unit_test(alarm_and_address_show_in_every_state_but_the_dark_ones),
        cmocka_unit_test(an_alarm_flickers_its_lamp),
        cmocka_unit_test(the_address_lamp_flickers_on_the_host_and_on_an_addressed_slave),
        cmocka_unit_test(flicker_is_one_hertz_with_half_of_it_lit),
        cmocka_unit_test(the_flicker_keeps_its_phase_while_off),
        cmocka_unit_test(long_steps_keep_the_phase),
        cmocka_unit_test(every_lamp_follows_its_row),
    };
    return RUN_TESTS(tests);
}
