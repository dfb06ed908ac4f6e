/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/bms.c: the pack as a whole, seen from outside. The safety invariants have a file
 * of their own, invariants.c.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

static void a_pack_that_was_on_closes_after_a_second_of_measurements(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig_step(&rig, 990);
    assert_int_equal(rig.bms.power.state, POWER_STARTING);
    assert_false(rig.bms.outputs.charge_fet || rig.bms.outputs.discharge_fet);
    rig_step(&rig, 10);
    assert_true(rig.bms.outputs.charge_fet && rig.bms.outputs.discharge_fet);
    assert_int_equal(rig.event_count[EVENT_CHARGE_CLOSED], 1);
    assert_int_equal(rig.event[EVENT_DISCHARGE_CLOSED].detail, SWITCH_ALLOWED);
}

static void a_pack_that_was_off_waits_for_its_button(void **state)
{
    (void)state;
    struct rig rig;
    struct params params;
    params_init(&params);
    rig_init_with(&rig, &params, &(struct stored){.remaining_mah = 157000});
    rig_step(&rig, 10000);
    assert_int_equal(rig.bms.power.state, POWER_OFF);
    assert_int_equal(rig.bms.outputs.leds, 0);
    rig.inputs.button = true;
    rig_step(&rig, 1000);
    assert_true(rig.bms.outputs.buzzer);
    rig_step(&rig, 1010);
    assert_int_equal(rig.bms.power.state, POWER_ON);
}

static void memory_of_the_last_run_is_continued(void **state)
{
    (void)state;
    struct rig rig;
    struct params params;
    params_init(&params);
    rig_init_with(&rig, &params,
                  &(struct stored){.remaining_mah = 229220, .run_time_s = 86400, .on = true});
    rig_step(&rig, 2000);
    assert_int_equal(rig.bms.snapshot.soc_permille, 730);
    assert_in_range(rig.bms.snapshot.run_time_s, 86401, 86402);
    assert_in_range(rig.bms.snapshot.uptime_s, 1, 2);
}

static void a_step_of_no_time_or_of_more_than_a_minute_is_an_error(void **state)
{
    (void)state;
    static struct rig rig; /* survives the jump out of the failed step */
    rig_init(&rig);
    expect_assert_failure(bms_step(&rig.bms, &rig.inputs, 0));
    expect_assert_failure(bms_step(&rig.bms, &rig.inputs, 60001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_that_was_on_closes_after_a_second_of_measurements),
        cmocka_unit_test(a_pack_that_was_off_waits_for_its_button),
        cmocka_unit_test(memory_of_the_last_run_is_continued),
        cmocka_unit_test(a_step_of_no_time_or_of_more_than_a_minute_is_an_error),
    };
    return RUN_TESTS(tests);
}
