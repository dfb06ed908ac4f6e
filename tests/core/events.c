/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/events.c: what becomes an event, and what happens when the queue is full.
 */
#include "tests/support/test.h"

#include "core/events.h"

enum { ORDINARY_PLACES = OUTPUT_EVENT_MAX - 2 };

static void put_ordinary(struct outputs *outputs, int count)
{
    for (int i = 0; i < count; i++)
        event_put(outputs, 1000, event_of(EVENT_PARAM, (uint8_t)i, i));
}

static void expect(const struct event *event, enum event_kind kind, int detail, int32_t value)
{
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->detail, detail);
    assert_int_equal(event->value, value);
}

static void an_event_carries_its_time_kind_detail_and_value(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    event_put(&outputs, 86399999, event_of(EVENT_PARAM, 200, INT32_MIN));
    assert_int_equal(outputs.event_count, 1);
    assert_int_equal(outputs.events_lost, 0);
    assert_int_equal(outputs.events[0].time_s, 86399);
    expect(&outputs.events[0], EVENT_PARAM, 200, INT32_MIN);
}

static void the_time_passes_the_wrap_of_milliseconds(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    event_put(&outputs, 400000000000u, event_of(EVENT_POWER, 0, 0));
    assert_int_equal(outputs.events[0].time_s, 400000000);
}

static void events_keep_their_order(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    put_ordinary(&outputs, ORDINARY_PLACES);
    assert_int_equal(outputs.event_count, ORDINARY_PLACES);
    for (int i = 0; i < ORDINARY_PLACES; i++)
        expect(&outputs.events[i], EVENT_PARAM, i, i);
}

static void ordinary_events_leave_two_places_and_count_as_lost(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    put_ordinary(&outputs, ORDINARY_PLACES + 3);
    assert_int_equal(outputs.event_count, ORDINARY_PLACES);
    assert_int_equal(outputs.events_lost, 3);
}

static void every_kind_but_the_moves_of_a_switch_is_ordinary(void **state)
{
    (void)state;
    for (int kind = EVENT_ALARM_SET; kind < EVENT_KIND_COUNT; kind++) {
        struct outputs outputs = {0};
        put_ordinary(&outputs, ORDINARY_PLACES);
        event_put(&outputs, 0, event_of((enum event_kind)kind, 0, 0));
        bool kept = kind == EVENT_CHARGE_CLOSED || kind == EVENT_CHARGE_OPENED ||
                    kind == EVENT_DISCHARGE_CLOSED || kind == EVENT_DISCHARGE_OPENED;
        assert_int_equal(outputs.event_count, ORDINARY_PLACES + kept);
        assert_int_equal(outputs.events_lost, !kept);
    }
}

static void both_switches_are_recorded_in_a_full_queue(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    put_ordinary(&outputs, 2 * OUTPUT_EVENT_MAX);
    outputs.events_lost = 0;
    const struct switches before = {.charge = true, .discharge = true};
    const struct switches now = {.charge_reason = SWITCH_PROTECTION,
                                 .discharge_reason = SWITCH_PROTECTION};
    events_of_switches(&outputs, 0, &before, &now, -350000);
    assert_int_equal(outputs.event_count, OUTPUT_EVENT_MAX);
    assert_int_equal(outputs.events_lost, 0);
    expect(&outputs.events[OUTPUT_EVENT_MAX - 2], EVENT_CHARGE_OPENED, SWITCH_PROTECTION, -350000);
    expect(&outputs.events[OUTPUT_EVENT_MAX - 1], EVENT_DISCHARGE_OPENED, SWITCH_PROTECTION,
           -350000);
}

static void nothing_is_written_behind_the_queue(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    for (int i = 0; i < 20; i++)
        event_put(&outputs, 0, event_of(EVENT_CHARGE_OPENED, 0, i));
    assert_int_equal(outputs.event_count, OUTPUT_EVENT_MAX);
    assert_int_equal(outputs.events_lost, 20 - OUTPUT_EVENT_MAX);
    assert_int_equal(outputs.events[OUTPUT_EVENT_MAX - 1].value, OUTPUT_EVENT_MAX - 1);
}

static void a_switch_that_stays_is_no_event_even_with_another_reason(void **state)
{
    (void)state;
    struct outputs outputs = {0};
    const struct switches before = {.charge = true, .charge_reason = SWITCH_ALLOWED};
    const struct switches now = {.charge = true, .charge_reason = SWITCH_BODY_DIODE};
    events_of_switches(&outputs, 0, &before, &now, -5000);
    assert_int_equal(outputs.event_count, 0);
}

static void each_move_of_a_switch_has_its_reason_and_current(void **state)
{
    (void)state;
    const struct switches open = {.charge_reason = SWITCH_SETTING,
                                  .discharge_reason = SWITCH_PROTECTION};
    const struct switches charge = {
        .charge = true, .charge_reason = SWITCH_BODY_DIODE, .discharge_reason = SWITCH_PROTECTION};
    const struct switches discharge = {
        .discharge = true, .charge_reason = SWITCH_SETTING, .discharge_reason = SWITCH_ALLOWED};
    struct outputs outputs = {0};
    events_of_switches(&outputs, 0, &open, &charge, -2500);
    events_of_switches(&outputs, 0, &charge, &open, -900);
    events_of_switches(&outputs, 0, &open, &discharge, 0);
    events_of_switches(&outputs, 3000, &discharge, &open, 12);
    assert_int_equal(outputs.event_count, 4);
    expect(&outputs.events[0], EVENT_CHARGE_CLOSED, SWITCH_BODY_DIODE, -2500);
    expect(&outputs.events[1], EVENT_CHARGE_OPENED, SWITCH_SETTING, -900);
    expect(&outputs.events[2], EVENT_DISCHARGE_CLOSED, SWITCH_ALLOWED, 0);
    expect(&outputs.events[3], EVENT_DISCHARGE_OPENED, SWITCH_PROTECTION, 12);
    assert_int_equal(outputs.events[3].time_s, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_carries_its_time_kind_detail_and_value),
        cmocka_unit_test(the_time_passes_the_wrap_of_milliseconds),
        cmocka_unit_test(events_keep_their_order),
        cmocka_unit_test(ordinary_events_leave_two_places_and_count_as_lost),
        cmocka_unit_test(every_kind_but_the_moves_of_a_switch_is_ordinary),
        cmocka_unit_test(both_switches_are_recorded_in_a_full_queue),
        cmocka_unit_test(nothing_is_written_behind_the_queue),
        cmocka_unit_test(a_switch_that_stays_is_no_event_even_with_another_reason),
        cmocka_unit_test(each_move_of_a_switch_has_its_reason_and_current),
    };
    return RUN_TESTS(tests);
}
