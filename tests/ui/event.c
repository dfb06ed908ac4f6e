/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/event.c.
 */
#include "tests/support/test.h"

#include "core/params.h"
#include "core/power.h"
#include "core/protect.h"
#include "core/storage.h"
#include "ui/event.h"
#include "ui/words.h"

static char buffer[512];

static const char *words_of(enum event_kind kind, int detail, int32_t value)
{
    const struct event event = {
        .kind = (uint8_t)kind, .detail = (uint8_t)detail, .value = value, .session = SESSION_COUNT};
    struct text_writer writer;
    writer_init(&writer, buffer, sizeof(buffer));
    text_event(&writer, &event);
    assert_false(writer.overflow);
    return buffer;
}

static const char *json_of(struct event event)
{
    struct text_writer writer;
    writer_init(&writer, buffer, sizeof(buffer));
    json_event(&writer, &event);
    assert_false(writer.overflow);
    return buffer;
}

static void an_alarm_tells_its_label_its_rule_and_both_numbers(void **state)
{
    (void)state;
    const struct event event = {.time_s = 62,
                                .before = 3650,
                                .value = 3655,
                                .kind = EVENT_ALARM_SET,
                                .detail = ALARM_cell_over_voltage,
                                .rule = RULE_cell_ov + 1,
                                .session = SESSION_COUNT};
    assert_string_equal(json_of(event),
                        "\"time_s\":62,\"kind\":\"alarm_set\",\"words\":\"Alarm: Cell "
                        "over-voltage\",\"alarm\":\"cell_over_voltage\",\"unit\":\"mV\","
                        "\"value\":3655,\"before\":3650,\"rule\":\"cell_ov\",\"quantity\":"
                        "\"highest cell\"");
}

static void a_setting_tells_who_asked(void **state)
{
    (void)state;
    const struct event event = {.before = 10,
                                .value = 5,
                                .kind = EVENT_PARAM,
                                .detail = PARAM_balance_trigger_mv,
                                .session = SESSION_LOCAL};
    const char *json = json_of(event);
    assert_non_null(strstr(json, param_words[PARAM_balance_trigger_mv]));
    assert_non_null(strstr(json, "\"unit\":\"mV\",\"value\":5,\"before\":10,\"by\":\"page or "
                                 "screen\""));
}

static void an_event_without_numbers_shows_none(void **state)
{
    (void)state;
    const struct event event = {
        .kind = EVENT_POWER, .detail = POWER_SLEEP, .value = 6, .session = SESSION_COUNT};
    assert_string_equal(json_of(event),
                        "\"time_s\":0,\"kind\":\"power\",\"words\":\"Power: sleeping\"");
}

static void numbers_of_other_headers_have_their_words(void **state)
{
    (void)state;
    assert_string_equal(words_of(EVENT_POWER, POWER_SHUTTING_DOWN, 0), "Power: shutting down");
    assert_string_equal(words_of(EVENT_EMERGENCY_ON, EMERGENCY_BY_BUTTON, 0),
                        "Emergency begins: by the button");
    assert_string_equal(words_of(EVENT_EMERGENCY_OFF, EMERGENCY_BY_TIME, 0),
                        "Emergency ends: time is over");
    assert_string_equal(words_of(EVENT_EMERGENCY_OFF, EMERGENCY_BY_CELL, 0),
                        "Emergency ends: a cell is empty or not known");
    assert_string_equal(words_of(EVENT_EMERGENCY_OFF, EMERGENCY_BY_POWER, 0),
                        "Emergency ends: switched off");
    assert_string_equal(words_of(EVENT_STORAGE, STORAGE_REPAIRED, 0),
                        "Memory: one copy of the settings was repaired");
    assert_string_equal(words_of(EVENT_STORAGE, STORAGE_BOTH_BAD, 0),
                        "Memory: settings are lost and must be confirmed");
    assert_string_equal(words_of(EVENT_STORAGE, STORAGE_FAILED, 0),
                        "Memory: the memory cannot be read");
}

static void a_refusal_says_of_what_and_why(void **state)
{
    (void)state;
    assert_string_equal(words_of(EVENT_REFUSED, COMMAND_SET_PARAM, COMMAND_OUT_OF_RANGE),
                        "Refused: change a setting, outside the permitted range");
    assert_string_equal(text_command_result(COMMAND_ACCEPTED), "done");
    assert_string_equal(text_command_result(COMMAND_RESULT_COUNT), "unknown");
}

static void a_record_is_a_reading(void **state)
{
    (void)state;
    const struct event event = {.kind = EVENT_RECORD,
                                .detail = 50,
                                .before = 52940,
                                .value = -1500,
                                .session = SESSION_COUNT};
    assert_non_null(strstr(json_of(event), "\"Record: 50.0 %, 52.94 V\",\"unit\":\"mA\","
                                           "\"value\":-1500"));
}

static void every_kind_and_every_detail_has_words(void **state)
{
    (void)state;
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        for (int detail = 0; detail <= UINT8_MAX; detail++)
            assert_true(strlen(words_of((enum event_kind)kind, detail, 0)) > 3);
    }
    for (int alarm = 0; alarm < ALARM_COUNT; alarm++)
        assert_non_null(strstr(words_of(EVENT_ALARM_SET, alarm, 0), alarm_words[alarm]));
    for (int state_number = 0; state_number < POWER_STATE_COUNT; state_number++)
        assert_non_null(
            strstr(words_of(EVENT_POWER, state_number, 0), power_words((uint8_t)state_number)));
    for (int kind = 0; kind < COMMAND_KIND_COUNT; kind++)
        assert_non_null(strstr(words_of(EVENT_COMMAND, kind, 0), ": "));
}

static void a_kind_of_the_future_and_a_rule_of_the_future_are_no_harm(void **state)
{
    (void)state;
    const struct event event = {.kind = EVENT_KIND_COUNT, .rule = 255, .session = 9};
    assert_string_equal(json_of(event), "\"time_s\":0,\"kind\":\"unknown\",\"words\":\"unknown\"");
    const struct event rule = {
        .kind = EVENT_ALARM_SET, .detail = 255, .rule = RULE_COUNT + 1, .session = SESSION_COUNT};
    assert_string_equal(json_of(rule), "\"time_s\":0,\"kind\":\"alarm_set\",\"words\":\"Alarm\"");
}

static const char *details_of(struct event event)
{
    struct text_writer writer;
    writer_init(&writer, buffer, sizeof(buffer));
    text_event_details(&writer, &event);
    return buffer;
}

static void details_tell_numbers_rule_and_asker(void **state)
{
    (void)state;
    const struct event alarm = {.kind = EVENT_ALARM_SET,
                                .detail = ALARM_cell_over_voltage,
                                .value = 3710,
                                .before = 3650,
                                .rule = 1,
                                .session = SESSION_COUNT};
    const struct event setting = {.kind = EVENT_PARAM,
                                  .detail = PARAM_cell_ovp_mv,
                                  .value = 3640,
                                  .before = 3650,
                                  .session = SESSION_RS485_1};
    const struct event power = {.kind = EVENT_POWER, .detail = 2, .session = SESSION_COUNT};
    const struct event unknown = {.kind = EVENT_KIND_COUNT};
    assert_string_equal(details_of(alarm), "3.71 V, threshold 3.65 V, rule cell_ov");
    assert_non_null(strstr(details_of(setting), "3.64 V, was 3.65 V, by "));
    assert_string_equal(details_of(power), "");
    assert_string_equal(details_of(unknown), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_tells_its_label_its_rule_and_both_numbers),
        cmocka_unit_test(a_setting_tells_who_asked),
        cmocka_unit_test(an_event_without_numbers_shows_none),
        cmocka_unit_test(numbers_of_other_headers_have_their_words),
        cmocka_unit_test(a_refusal_says_of_what_and_why),
        cmocka_unit_test(a_record_is_a_reading),
        cmocka_unit_test(every_kind_and_every_detail_has_words),
        cmocka_unit_test(a_kind_of_the_future_and_a_rule_of_the_future_are_no_harm),
        cmocka_unit_test(details_tell_numbers_rule_and_asker),
    };
    return RUN_TESTS(tests);
}
