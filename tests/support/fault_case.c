/* SPDX-License-Identifier: Apache-2.0
 * Expectations of a row come from the row and, for thresholds and holds, from the rule table and
 * the settings of the pack.
 */
#include "tests/support/fault_case.h"

#include "tests/support/test.h"

enum {
    BYTES_STEP_MS = 10,
    LONG_STEP_MS = 100,
    LONG_MS = 70000,     /* waits beyond it take long steps */
    CHECK_MS = 1200,     /* what fault_case_check() takes */
    LATCHED_MS = 400000, /* the signs of a thermal event look back over minutes */
    TRIES = 3,
    LOCKED_MS = 300000, /* longer than any rule waits before it tries again */
};

static uint32_t step_for(uint32_t time_ms)
{
    return time_ms > LONG_MS ? LONG_STEP_MS : BYTES_STEP_MS;
}

void fault_case_set(struct bench *bench, const struct fault_case *row, bool healed)
{
    for (size_t i = 0; i < COUNT(row->fault) && row->fault[i].fault; i++) {
        const struct fault_setting *fault = &row->fault[i];
        bool reads = strcmp(fault->fault, "cell_reads_mv") == 0;
        const char *name = reads && healed ? "cell_offset_mv" : fault->fault;
        bench_fault(bench, name, fault->index, healed ? fault->healed : fault->value);
    }
}

/* Allowed or not, closed or not: pack and bank agree in the step of the alarm. */
static void check_switches(const struct bench *bench, uint8_t closes)
{
    const struct snapshot *pack = bench_pack(bench);
    const struct snapshot *bank = bench_bank(bench);
    assert_int_equal(bench_directions(bench), BENCH_BOTH & ~closes);
    if (closes & BENCH_CHARGE)
        assert_true(!pack->charge_on || pack->pack_ma < -1000);
    if (closes & BENCH_DISCHARGE)
        assert_true(!pack->discharge_on || pack->pack_ma > 1000);
    assert_int_equal(bank->charge_allowed, pack->charge_allowed);
    assert_int_equal(bank->discharge_allowed, pack->discharge_allowed);
    assert_int_equal(bank->pack_charge_mask, pack->charge_allowed);
    assert_int_equal(bank->pack_discharge_mask, pack->discharge_allowed);
}

void fault_case_await(struct bench *bench, const struct fault_case *row)
{
    uint32_t ms =
        bench_until(bench, bench_rule_fired, row->rule, row->within_ms, step_for(row->within_ms));
    assert_true(ms <= row->within_ms);
    check_switches(bench, row->closes);
}

void fault_case_fire(struct bench *bench, const struct fault_case *row)
{
    bench_start(bench, &row->scene);
    fault_case_set(bench, row, false);
    fault_case_await(bench, row);
}

/* The lamp flickers once a second; the contact closes for what is more than a warning. */
static void check_plate(struct bench *bench, const struct rule *rule)
{
    bool warns = rule->level == LEVEL_WARN || alarm_info[rule->alarm].severity == SEVERITY_WARNING;
    uint32_t lit_ms = 0;
    assert_true(bench_lamp_flickers(bench, BENCH_LAMP_ALM));
    for (int ms = 0; ms < 1000; ms += 100) {
        bench_run(bench, 100, BYTES_STEP_MS);
        if (device_outputs(&bench->site.device[0])->leds >> BENCH_LAMP_ALM & 1)
            lit_ms += 100;
    }
    assert_int_equal(lit_ms, 500);
    assert_int_equal(bench_contact_closed(bench), !warns);
}

/* The event names the rule and a value beyond its threshold. */
static void check_event(const struct bench *bench, uint8_t id)
{
    const struct rule *rule = &rules[id];
    struct event event;
    if (rule->level == LEVEL_WARN)
        return;
    assert_true(bench_event(bench, EVENT_ALARM_SET, rule->alarm, &event));
    assert_int_equal(event.rule, id + 1);
    assert_int_equal(event.before, rule_trip_value(rule, device_params(&bench->site.device[0])));
    if (rule->side == SIDE_OVER)
        assert_true(event.value >= event.before);
    else
        assert_true(event.value <= event.before);
}

/* The bank calls it an alarm if it stops the bank, and the inverter has decoded the limits. */
static void check_wire(const struct bench *bench, const struct rule *rule, uint8_t closes)
{
    const struct snapshot *bank = bench_bank(bench);
    const struct snapshot *heard = &bench->site.receiver[0].values;
    bool stops = closes && rule->level == LEVEL_TRIP;
    assert_true(alarm_get(stops ? bank->alarms : bank->warnings, (enum alarm)rule->alarm));
    if (closes & BENCH_CHARGE)
        assert_int_equal(heard->charge_limit_ma, 0);
    if (closes & BENCH_DISCHARGE)
        assert_int_equal(heard->discharge_limit_ma, 0);
    assert_in_range(heard->charge_limit_mv, 40000, 57600);
}

void fault_case_check(struct bench *bench, const struct fault_case *row)
{
    bench_run(bench, CHECK_MS - 1000, BYTES_STEP_MS);
    check_event(bench, row->rule);
    check_plate(bench, &rules[row->rule]);
    check_wire(bench, &rules[row->rule], row->closes);
}

void fault_case_release(struct bench *bench)
{
    bench_installer(bench);
    assert_int_equal(bench_command(bench, COMMAND_RELEASE, 0, 0), COMMAND_ACCEPTED);
    bench_run(bench, 20, BYTES_STEP_MS);
}

static void await_normal(struct bench *bench, const struct fault_case *row, uint32_t most_ms)
{
    uint32_t step_ms = step_for(most_ms);
    uint32_t ended_ms = bench_until(bench, bench_rule_ended, row->rule, most_ms, step_ms);
    assert_true(ended_ms <= most_ms);
    uint32_t left_ms = most_ms - ended_ms;
    assert_true(bench_until(bench, bench_allows, BENCH_BOTH, left_ms, step_ms) <= left_ms);
    struct event event;
    if (rules[row->rule].level == LEVEL_TRIP)
        assert_true(bench_event(bench, EVENT_ALARM_CLEARED, rules[row->rule].alarm, &event));
}

/* Only when an installer asks, and not before the cause is gone. */
static void recover_by_release(struct bench *bench, const struct fault_case *row)
{
    if (rules[row->rule].latch == LATCH_MANUAL) {
        fault_case_release(bench);
        assert_false(bench_rule_ended(bench, row->rule));
        bench_command(bench, COMMAND_LOGOUT, 0, 0);
    }
    fault_case_set(bench, row, true);
    bench_run(bench, LATCHED_MS, LONG_STEP_MS);
    assert_false(bench_rule_ended(bench, row->rule));
    assert_int_equal(bench_command(bench, COMMAND_RELEASE, 0, 0), COMMAND_NO_ACCESS);
    fault_case_release(bench);
    await_normal(bench, row, row->back_ms);
}

/* Not before the release condition has held for its time; that of a counted rule begins when the
 * switch opens. */
static void recover_by_itself(struct bench *bench, const struct fault_case *row)
{
    uint32_t hold_ms = rule_hold_ms(&rules[row->rule], device_params(&bench->site.device[0]));
    uint32_t held_ms = row->recovery == AFTER_TRIES ? CHECK_MS : 0;
    uint32_t early_ms = hold_ms > held_ms + 100 ? hold_ms - held_ms - 100 : 0;
    fault_case_set(bench, row, true);
    bench_run(bench, early_ms, BYTES_STEP_MS);
    if (early_ms > 0)
        assert_false(bench_rule_ended(bench, row->rule));
    await_normal(bench, row, row->back_ms - early_ms);
}

void fault_case_recover(struct bench *bench, const struct fault_case *row)
{
    if (row->recovery == BY_RELEASE)
        recover_by_release(bench, row);
    else
        recover_by_itself(bench, row);
}

void fault_case_lock(struct bench *bench, const struct fault_case *row)
{
    uint32_t pause_ms = rule_hold_ms(&rules[row->rule], device_params(&bench->site.device[0]));
    uint32_t most_ms = pause_ms + row->within_ms + LOCKED_MS;
    for (int tries = 0; tries < TRIES; tries++) {
        bench_mark(bench);
        assert_true(bench_until(bench, bench_rule_ended, row->rule, pause_ms + 1000, 10) >=
                    pause_ms - 10);
        assert_true(bench_until(bench, bench_rule_fired, row->rule, most_ms, 10) <= most_ms);
    }
    bench_run(bench, LOCKED_MS, LONG_STEP_MS);
    assert_false(bench_rule_ended(bench, row->rule));
    assert_int_equal(bench_directions(bench), BENCH_BOTH & ~row->closes);
    fault_case_set(bench, row, true);
    bench_run(bench, LATCHED_MS, LONG_STEP_MS);
    assert_false(bench_rule_ended(bench, row->rule));
    fault_case_release(bench);
    await_normal(bench, row, row->back_ms);
}
