/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/contacts.c: every source at its boundaries, walked row by row, what the two options
 * make of it, and that a contact is driven only in a pack that is on.
 */
#include "tests/support/test.h"

#include "core/contacts.h"
#include "tests/support/rig.h"

struct bench {
    struct contacts contacts;
    struct contact_conditions conditions;
    struct params params;
};

/* All contacts off, every value known and far from any trigger, the pack running. */
static void start(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    params_init(&bench->params);
    bench->params.dry1_source = SOURCE_off;
    bench->params.dry2_source = SOURCE_off;
    bench->params.buzzer_source = SOURCE_off;
    bench->conditions.known_mask = UINT32_MAX;
    bench->conditions.running = true;
    contacts_init(&bench->contacts);
}

static void start_with(struct bench *bench, int32_t source, int32_t trigger, int32_t release)
{
    start(bench);
    bench->params.dry1_source = source;
    bench->params.dry1_trigger = trigger;
    bench->params.dry1_release = release;
}

static bool dry1(struct bench *bench)
{
    contacts_step(&bench->contacts, &bench->conditions, &bench->params, 10);
    return bench->contacts.dry1;
}

/* One step with the value that the source of contact 1 compares. */
static bool dry1_at(struct bench *bench, int32_t value)
{
    uint8_t id = contact_source_info[bench->params.dry1_source].value;
    bench->conditions.value[id] = value;
    return dry1(bench);
}

static bool dry1_with_alarm(struct bench *bench, enum alarm alarm, bool active)
{
    alarm_put(bench->conditions.alarms, alarm, active);
    return dry1(bench);
}

static bool has_value(int source)
{
    return contact_source_info[source].kind != CONTACT_FOLLOWS;
}

static void the_table_has_all_fifteen_sources(void **state)
{
    (void)state;
    assert_int_equal(SOURCE_COUNT, 15);
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct contact_source_info *row = &contact_source_info[source];
        assert_int_equal(has_value(source), row->value != CONTACT_NONE);
    }
}

static void every_alarm_names_a_source_that_follows(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        uint8_t source = alarm_info[id].contact_source;
        assert_true(source < SOURCE_COUNT);
        if (source != SOURCE_off)
            assert_int_not_equal(contact_source_info[source].kind, CONTACT_COMPARES);
    }
}

static void without_a_cause_nothing_closes(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    params_init(&bench.params); /* sources as delivered */
    bench.conditions.value[CONTACT_SOC_PERMILLE] = 500;
    assert_false(dry1(&bench));
    assert_false(bench.contacts.dry2 || bench.contacts.buzzer);
}

/* Walks the table. `out` is one step of the value towards the side on which the source is active.
 */
static void each_value_closes_at_its_trigger_and_opens_at_its_release(void **state)
{
    (void)state;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct contact_source_info *row = &contact_source_info[source];
        if (!has_value(source))
            continue;
        int32_t out = row->side == CONTACT_OVER ? 1 : -1;
        int32_t trigger = 50 * row->factor;
        int32_t release = (50 - 10 * out) * row->factor;
        struct bench bench;
        start_with(&bench, source, 50, 50 - 10 * out);
        assert_false(dry1_at(&bench, trigger - out));
        assert_true(dry1_at(&bench, trigger));
        assert_true(dry1_at(&bench, trigger - out));
        assert_true(dry1_at(&bench, release + out));
        assert_false(dry1_at(&bench, release));
        assert_false(dry1_at(&bench, release + out));
        assert_false(dry1_at(&bench, trigger - out));
        assert_true(dry1_at(&bench, trigger + 1000 * out));
        assert_false(dry1_at(&bench, release - 1000 * out));
    }
}

static void a_release_on_the_wrong_side_acts_like_the_trigger(void **state)
{
    (void)state;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct contact_source_info *row = &contact_source_info[source];
        if (!has_value(source))
            continue;
        int32_t out = row->side == CONTACT_OVER ? 1 : -1;
        for (int32_t beyond = 0; beyond <= 10; beyond += 10) {
            struct bench bench;
            start_with(&bench, source, 50, 50 + beyond * out);
            for (int i = 0; i < 3; i++) { /* the same at every look: no chatter */
                assert_true(dry1_at(&bench, 50 * row->factor));
                assert_true(dry1_at(&bench, 50 * row->factor));
                assert_false(dry1_at(&bench, 50 * row->factor - out));
                assert_false(dry1_at(&bench, 50 * row->factor - out));
            }
        }
    }
}

static void a_value_that_is_not_known_keeps_the_contact_as_it_is(void **state)
{
    (void)state;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct contact_source_info *row = &contact_source_info[source];
        if (!has_value(source))
            continue;
        int32_t out = row->side == CONTACT_OVER ? 1 : -1;
        struct bench bench;
        start_with(&bench, source, 50, 50 - 10 * out);
        bench.conditions.known_mask = ~(1u << row->value);
        assert_false(dry1_at(&bench, (50 + 30 * out) * row->factor));
        bench.conditions.known_mask = UINT32_MAX;
        assert_true(dry1(&bench));
        bench.conditions.known_mask = ~(1u << row->value);
        assert_true(dry1_at(&bench, (50 - 30 * out) * row->factor));
        bench.conditions.known_mask = 1u << row->value; /* the others do not matter */
        assert_false(dry1(&bench));
    }
}

static void each_source_closes_by_its_alarms_and_no_other(void **state)
{
    (void)state;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (contact_source_info[source].kind == CONTACT_COMPARES)
            continue;
        int members = 0;
        for (int id = 0; id < ALARM_COUNT; id++) {
            struct bench bench;
            start_with(&bench, source, 0, 0);
            bench.conditions.known_mask = 0; /* alarms count while nothing is measured */
            bool member = source == SOURCE_system_alarm
                              ? alarm_info[id].severity != SEVERITY_WARNING
                              : source != SOURCE_off && alarm_info[id].contact_source == source;
            assert_int_equal(dry1_with_alarm(&bench, (enum alarm)id, true), member);
            assert_false(dry1_with_alarm(&bench, (enum alarm)id, false));
            members += member;
        }
        assert_int_equal(members > 0, source != SOURCE_off && source != SOURCE_remote);
    }
}

static void several_alarms_at_once_close_all_their_contacts(void **state)
{
    (void)state;
    struct bench bench;
    start_with(&bench, SOURCE_cell_over_voltage, 0, 0);
    bench.params.dry2_source = SOURCE_switch_hot;
    bench.params.dry2_trigger = 0;
    bench.params.dry2_release = 0;
    bench.params.buzzer_source = SOURCE_battery_hot;
    alarm_put(bench.conditions.alarms, ALARM_mos_over_temp, true);
    alarm_put(bench.conditions.alarms, ALARM_battery_over_temp, true); /* a mere warning */
    assert_true(dry1_with_alarm(&bench, ALARM_cell_over_voltage, true));
    assert_true(bench.contacts.dry2);
    assert_true(bench.contacts.buzzer);
}

static void with_a_trigger_or_a_release_the_alarms_of_a_value_do_not_count(void **state)
{
    (void)state;
    for (int set = 0; set < 2; set++) {
        struct bench bench;
        start_with(&bench, SOURCE_battery_hot, set == 0 ? 60 : 0, set == 0 ? 0 : -1);
        bench.conditions.value[CONTACT_TEMP_MAX_DDEGC] = set == 0 ? 0 : -10;
        assert_false(dry1_with_alarm(&bench, ALARM_charge_over_temp, true));
        assert_true(dry1_at(&bench, 600));
    }
    struct bench bench;
    start_with(&bench, SOURCE_battery_cold, 0, 1); /* 0 degC can be had with a release of 1 */
    assert_false(dry1_at(&bench, 1));
    assert_true(dry1_at(&bench, 0));
    assert_true(dry1_at(&bench, 9));
    assert_false(dry1_at(&bench, 10));
}

static void a_charge_level_compares_even_with_zeros(void **state)
{
    (void)state;
    struct bench bench;
    start_with(&bench, SOURCE_low_soc, 0, 0);
    assert_false(dry1_at(&bench, 1));
    assert_true(dry1_at(&bench, 0));
    assert_false(dry1_at(&bench, 1));
    start_with(&bench, SOURCE_high_soc, 0, 0);
    assert_true(dry1_at(&bench, 0));
    assert_false(dry1_at(&bench, -1));
}

static void a_trigger_beyond_every_value_does_not_wrap(void **state)
{
    (void)state;
    struct bench bench;
    start_with(&bench, SOURCE_low_soc, INT32_MAX, INT32_MAX);
    assert_true(dry1_at(&bench, 1000));
    start_with(&bench, SOURCE_low_soc, INT32_MIN, INT32_MIN);
    assert_false(dry1_at(&bench, INT32_MAX));
    start_with(&bench, SOURCE_high_soc, INT32_MAX, INT32_MAX);
    assert_false(dry1_at(&bench, 1000));
}

static void settings_of_real_packs_work(void **state)
{
    (void)state;
    struct bench bench;
    start_with(&bench, 11, 18, 20); /* contact 1 closed at 10.3 degC */
    assert_true(dry1_at(&bench, 103));
    start_with(&bench, 8, 60, 50);
    assert_false(dry1_at(&bench, 599));
    assert_true(dry1_at(&bench, 600));
    assert_false(dry1_at(&bench, 500));
    start_with(&bench, 9, 100, 95);
    assert_false(dry1_at(&bench, 999));
    assert_true(dry1_at(&bench, 1000));
    assert_true(dry1_at(&bench, 951));
    assert_false(dry1_at(&bench, 950));
}

static void a_new_source_begins_open(void **state)
{
    (void)state;
    struct bench bench;
    start_with(&bench, SOURCE_high_soc, 90, 80);
    assert_true(dry1_at(&bench, 900));
    bench.params.dry1_source = SOURCE_cell_over_voltage;
    bench.params.dry1_trigger = 3600;
    bench.params.dry1_release = 3400;
    assert_false(dry1_at(&bench, 3500)); /* between both: not active on its own account */
    bench.params.dry1_source = SOURCE_high_soc;
    bench.params.dry1_trigger = 90;
    bench.params.dry1_release = 80;
    assert_false(dry1_at(&bench, 850));
}

static void remote_control_moves_each_contact_by_its_own_bit(void **state)
{
    (void)state;
    for (uint8_t mask = 0; mask < 8; mask++) {
        struct bench bench;
        start_with(&bench, SOURCE_remote, 20, 25); /* its values mean nothing */
        bench.params.dry2_source = SOURCE_remote;
        bench.params.buzzer_source = SOURCE_remote;
        bench.conditions.remote_mask = mask;
        assert_int_equal(dry1(&bench), mask & 1);
        assert_int_equal(bench.contacts.dry2, mask >> 1 & 1);
        assert_int_equal(bench.contacts.buzzer, mask >> 2 & 1);
        bench.params.dry1_source = SOURCE_off;
        assert_false(dry1(&bench));
    }
}

static void each_contact_follows_its_own_setting(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    params_init(&bench.params); /* contact 2 at 20 % by default */
    bench.params.dry1_source = SOURCE_cell_under_voltage;
    bench.params.buzzer_source = SOURCE_cell_over_voltage;
    bench.conditions.value[CONTACT_SOC_PERMILLE] = 200;
    alarm_put(bench.conditions.alarms, ALARM_cell_over_voltage, true);
    assert_false(dry1(&bench));
    assert_true(bench.contacts.dry2);
    assert_true(bench.contacts.buzzer);
}

/* Contact 1 and the buzzer follow the system alarm, contact 2 is low on charge. */
static void start_alarmed(struct bench *bench)
{
    start(bench);
    params_init(&bench->params);
    bench->conditions.value[CONTACT_SOC_PERMILLE] = 100;
    alarm_put(bench->conditions.alarms, ALARM_cell_over_voltage, true);
}

static void an_intermittent_contact_pulses_at_one_hertz_and_begins_closed(void **state)
{
    (void)state;
    struct bench bench;
    start_alarmed(&bench);
    bench.params.contact_intermittent = 1;
    for (int ms = 0; ms < 3000; ms++) {
        contacts_step(&bench.contacts, &bench.conditions, &bench.params, 1);
        assert_int_equal(bench.contacts.dry1, ms % 1000 < 500);
        assert_int_equal(bench.contacts.dry2, ms % 1000 < 500);
        assert_true(bench.contacts.buzzer); /* has a pattern of its own */
    }
}

static void a_pulse_begins_anew_with_each_alarm(void **state)
{
    (void)state;
    struct bench bench;
    start_alarmed(&bench);
    bench.params.contact_intermittent = 1;
    dry1(&bench);
    contacts_step(&bench.contacts, &bench.conditions, &bench.params, 60700);
    assert_false(bench.contacts.dry1); /* 700 ms into a period */
    assert_false(dry1_with_alarm(&bench, ALARM_cell_over_voltage, false));
    assert_true(dry1_with_alarm(&bench, ALARM_cell_over_voltage, true));
    assert_false(bench.contacts.dry2); /* kept its rhythm */
}

static void an_inverted_contact_1_opens_on_alarm_and_steadily(void **state)
{
    (void)state;
    for (int intermittent = 0; intermittent < 2; intermittent++) {
        struct bench bench;
        start_alarmed(&bench);
        bench.params.contact_inverted = 1;
        bench.params.contact_intermittent = intermittent;
        for (int i = 0; i < 200; i++)
            assert_false(dry1(&bench));
        for (int i = 0; i < 200; i++)
            assert_true(dry1_with_alarm(&bench, ALARM_cell_over_voltage, false));
        contacts_step(&bench.contacts, &bench.conditions, &bench.params, 1010);
        assert_true(bench.contacts.dry2); /* it still closes */
        assert_false(bench.contacts.buzzer);
    }
}

static void in_a_pack_that_does_not_run_all_contacts_are_open(void **state)
{
    (void)state;
    for (int inverted = 0; inverted < 2; inverted++) {
        struct bench bench;
        start_alarmed(&bench);
        bench.params.contact_inverted = inverted;
        bench.conditions.running = false;
        for (int alarm = 0; alarm < 2; alarm++) {
            assert_false(dry1_with_alarm(&bench, ALARM_cell_over_voltage, alarm == 1));
            assert_false(bench.contacts.dry2 || bench.contacts.buzzer);
        }
        bench.conditions.running = true;
        assert_int_equal(dry1(&bench), !inverted);
        assert_true(bench.contacts.dry2 && bench.contacts.buzzer);
    }
}

static struct measured some_measured(void)
{
    struct measured measured = {.complete = true, .mos_valid = true};
    measured.quantity[QUANTITY_PACK_MV] = 1;
    measured.quantity[QUANTITY_CELL_MAX_MV] = 2;
    measured.quantity[QUANTITY_CELL_MIN_MV] = 3;
    measured.quantity[QUANTITY_CHARGE_MA] = 4;
    measured.quantity[QUANTITY_DISCHARGE_MA] = 5;
    measured.temp_max_ddegc = 6;
    measured.temp_min_ddegc = 7;
    measured.mos_ddegc = 8;
    return measured;
}

static void values_come_from_what_was_measured(void **state)
{
    (void)state;
    const struct measured measured = some_measured();
    struct contact_conditions conditions = {.running = true, .remote_mask = 5};
    contact_conditions_measure(&conditions, &measured, 9);
    assert_int_equal(conditions.value[CONTACT_PACK_MV], 1);
    assert_int_equal(conditions.value[CONTACT_CELL_MAX_MV], 2);
    assert_int_equal(conditions.value[CONTACT_CELL_MIN_MV], 3);
    assert_int_equal(conditions.value[CONTACT_CHARGE_MA], 4);
    assert_int_equal(conditions.value[CONTACT_DISCHARGE_MA], 5);
    assert_int_equal(conditions.value[CONTACT_TEMP_MAX_DDEGC], 6);
    assert_int_equal(conditions.value[CONTACT_TEMP_MIN_DDEGC], 7);
    assert_int_equal(conditions.value[CONTACT_MOS_DDEGC], 8);
    assert_int_equal(conditions.value[CONTACT_SOC_PERMILLE], 9);
    assert_int_equal(conditions.known_mask, (1u << CONTACT_VALUE_COUNT) - 2);
    assert_true(conditions.running);
    assert_int_equal(conditions.remote_mask, 5);
}

static void only_what_is_valid_is_known(void **state)
{
    (void)state;
    const uint32_t all = (1u << CONTACT_VALUE_COUNT) - 2;
    const uint32_t temps = 1u << CONTACT_TEMP_MAX_DDEGC | 1u << CONTACT_TEMP_MIN_DDEGC;
    struct contact_conditions conditions = {.known_mask = UINT32_MAX};
    struct measured measured = some_measured();
    measured.temps_lost = true;
    contact_conditions_measure(&conditions, &measured, 9);
    assert_int_equal(conditions.known_mask, all & ~temps);
    measured = some_measured();
    measured.mos_valid = false;
    contact_conditions_measure(&conditions, &measured, 9);
    assert_int_equal(conditions.known_mask, all & ~(1u << CONTACT_MOS_DDEGC));
    measured = some_measured();
    measured.complete = false;
    contact_conditions_measure(&conditions, &measured, 9);
    assert_int_equal(conditions.known_mask, 1u << CONTACT_SOC_PERMILLE);
}

static void shut_down(struct rig *rig)
{
    rig_installer(rig);
    assert_int_equal(rig_command(rig, COMMAND_SHUT_DOWN, 0, 0), COMMAND_ACCEPTED);
    rig_step(rig, 10);
    assert_int_equal(rig->bms.outputs.contacts, 0);
    assert_false(rig->bms.outputs.buzzer);
}

static void contacts_show_at_the_output_while_the_pack_is_on(void **state)
{
    (void)state;
    struct rig rig;
    rig_start(&rig);
    assert_int_equal(rig.bms.outputs.contacts, 0);
    rig_cell(&rig, 3, 3700);
    rig_step(&rig, 1200); /* alarm after a second */
    assert_int_equal(rig.bms.outputs.contacts, 1);
    assert_true(rig.bms.outputs.buzzer);
    rig_step(&rig, 500);
    assert_false(rig.bms.outputs.buzzer); /* its pattern */
    rig_step(&rig, 1500);
    assert_true(rig.bms.outputs.buzzer);
    assert_int_equal(rig.bms.outputs.contacts, 1);
    shut_down(&rig);
}

static void an_inverted_contact_1_shows_a_dead_board_like_an_alarm(void **state)
{
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.bms.params.contact_inverted = 1;
    rig_step(&rig, 10);
    assert_int_equal(rig.bms.outputs.contacts, 0); /* not on yet */
    rig_step(&rig, 3000);
    assert_int_equal(rig.bms.outputs.contacts, 1);
    rig_cell(&rig, 3, 3700);
    rig_step(&rig, 1500);
    assert_int_equal(rig.bms.outputs.contacts, 0);
    shut_down(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_all_fifteen_sources),
        cmocka_unit_test(every_alarm_names_a_source_that_follows),
        cmocka_unit_test(without_a_cause_nothing_closes),
        cmocka_unit_test(each_value_closes_at_its_trigger_and_opens_at_its_release),
        cmocka_unit_test(a_release_on_the_wrong_side_acts_like_the_trigger),
        cmocka_unit_test(a_value_that_is_not_known_keeps_the_contact_as_it_is),
        cmocka_unit_test(each_source_closes_by_its_alarms_and_no_other),
        cmocka_unit_test(several_alarms_at_once_close_all_their_contacts),
        cmocka_unit_test(with_a_trigger_or_a_release_the_alarms_of_a_value_do_not_count),
        cmocka_unit_test(a_charge_level_compares_even_with_zeros),
        cmocka_unit_test(a_trigger_beyond_every_value_does_not_wrap),
        cmocka_unit_test(settings_of_real_packs_work),
        cmocka_unit_test(a_new_source_begins_open),
        cmocka_unit_test(remote_control_moves_each_contact_by_its_own_bit),
        cmocka_unit_test(each_contact_follows_its_own_setting),
        cmocka_unit_test(an_intermittent_contact_pulses_at_one_hertz_and_begins_closed),
        cmocka_unit_test(a_pulse_begins_anew_with_each_alarm),
        cmocka_unit_test(an_inverted_contact_1_opens_on_alarm_and_steadily),
        cmocka_unit_test(in_a_pack_that_does_not_run_all_contacts_are_open),
        cmocka_unit_test(values_come_from_what_was_measured),
        cmocka_unit_test(only_what_is_valid_is_known),
        cmocka_unit_test(contacts_show_at_the_output_while_the_pack_is_on),
        cmocka_unit_test(an_inverted_contact_1_shows_a_dead_board_like_an_alarm),
    };
    return RUN_TESTS(tests);
}
