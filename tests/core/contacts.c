/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/contacts.c: every source, its hysteresis, and that a contact moves only in a pack
 * that is on.
 */
#include "tests/support/test.h"

#include "tests/support/rig.h"

struct bench {
    struct contacts contacts;
    struct params params;
    uint32_t alarms[ALARM_WORDS];
};

static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    contacts_init(&bench->contacts);
}

static bool dry1(struct bench *bench, int32_t soc_permille)
{
    contacts_step(&bench->contacts, bench->alarms, soc_permille, &bench->params);
    return bench->contacts.dry1;
}

static void without_a_cause_nothing_closes(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_false(dry1(&bench, 500));
    assert_false(bench.contacts.dry2 || bench.contacts.buzzer);
}

static void the_system_alarm_is_every_protection_and_fault_but_no_warning(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        struct bench bench;
        start(&bench);
        bench.params.dry1_source = SOURCE_SYSTEM_ALARM;
        alarm_put(bench.alarms, (enum alarm)id, true);
        bool expected = alarm_info[id].severity != SEVERITY_WARNING;
        assert_int_equal(dry1(&bench, 500), expected);
        assert_int_equal(bench.contacts.buzzer, expected); /* its default source is the same */
        alarm_put(bench.alarms, (enum alarm)id, false);
        assert_false(dry1(&bench, 500));
    }
}

static void an_alarm_closes_the_contact_of_its_group_and_no_other(void **state)
{
    (void)state;
    const int32_t groups[] = {2, 3, 4, 5, 6, 7, 8, 9, 11, 14};
    for (size_t i = 0; i < COUNT(groups); i++) {
        int members = 0;
        for (int id = 0; id < ALARM_COUNT; id++) {
            struct bench bench;
            start(&bench);
            bench.params.dry1_source = groups[i];
            alarm_put(bench.alarms, (enum alarm)id, true);
            bool member = alarm_info[id].contact_source == groups[i];
            assert_int_equal(dry1(&bench, 500), member);
            members += member;
        }
        assert_true(members > 0);
    }
}

static void low_charge_closes_at_the_trigger_and_opens_at_the_release(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.dry1_source = SOURCE_LOW_SOC;
    bench.params.dry1_trigger = 20;
    bench.params.dry1_release = 25;
    assert_false(dry1(&bench, 201));
    assert_true(dry1(&bench, 200));
    assert_true(dry1(&bench, 249));
    assert_false(dry1(&bench, 250));
    assert_false(dry1(&bench, 201));
}

static void high_charge_closes_at_the_trigger_and_opens_at_the_release(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.dry1_source = SOURCE_HIGH_SOC;
    bench.params.dry1_trigger = 90;
    bench.params.dry1_release = 80;
    assert_false(dry1(&bench, 899));
    assert_true(dry1(&bench, 900));
    assert_true(dry1(&bench, 801));
    assert_false(dry1(&bench, 800));
    assert_false(dry1(&bench, 899));
}

static void a_trigger_beyond_every_charge_does_not_wrap(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.dry1_source = SOURCE_LOW_SOC;
    bench.params.dry1_trigger = INT32_MAX;
    bench.params.dry1_release = INT32_MAX;
    assert_true(dry1(&bench, 1000));
    bench.params.dry1_source = SOURCE_HIGH_SOC;
    assert_false(dry1(&bench, 1000));
}

static void sources_off_and_remote_never_close(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    memset(bench.alarms, 0xFF, sizeof(bench.alarms));
    bench.params.dry1_source = SOURCE_OFF;
    assert_false(dry1(&bench, 0));
    bench.params.dry1_source = SOURCE_REMOTE;
    assert_false(dry1(&bench, 0));
}

static void each_contact_follows_its_own_setting(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.dry1_source = 5;
    bench.params.buzzer_source = 4;
    alarm_put(bench.alarms, ALARM_cell_over_voltage, true);
    assert_false(dry1(&bench, 200));
    assert_true(bench.contacts.dry2); /* low charge, 20 % by default */
    assert_true(bench.contacts.buzzer);
}

static void contacts_show_at_the_output_while_the_pack_is_on(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_int_equal(rig.bms.outputs.contacts, 0);
    rig_cell(&rig, 3, 3700);
    rig_step(&rig, 1500);
    assert_int_equal(rig.bms.outputs.contacts, 1);
    assert_true(rig.bms.outputs.buzzer);
    rig_installer(&rig);
    assert_int_equal(rig_command(&rig, COMMAND_SHUT_DOWN, 0, 0), COMMAND_ACCEPTED);
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.outputs.contacts, 0);
    assert_false(rig.bms.outputs.buzzer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_cause_nothing_closes),
        cmocka_unit_test(the_system_alarm_is_every_protection_and_fault_but_no_warning),
        cmocka_unit_test(an_alarm_closes_the_contact_of_its_group_and_no_other),
        cmocka_unit_test(low_charge_closes_at_the_trigger_and_opens_at_the_release),
        cmocka_unit_test(high_charge_closes_at_the_trigger_and_opens_at_the_release),
        cmocka_unit_test(a_trigger_beyond_every_charge_does_not_wrap),
        cmocka_unit_test(sources_off_and_remote_never_close),
        cmocka_unit_test(each_contact_follows_its_own_setting),
        cmocka_unit_test(contacts_show_at_the_output_while_the_pack_is_on),
    };
    return RUN_TESTS(tests);
}
