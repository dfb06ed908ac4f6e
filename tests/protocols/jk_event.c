/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_event.c: which of our events have a JK code, and the log frame.
 */
#include "protocols/jk_event.h"

#include <stdio.h>

#include "core/command.h"
#include "core/params.h"
#include "core/power.h"
#include "tests/support/test.h"

struct shelf {
    struct event events[3000];
    uint32_t count;
    uint32_t hidden; /* this one cannot be read; UINT32_MAX none */
    uint32_t reads;
};

static uint32_t count_of(const void *context)
{
    return ((const struct shelf *)context)->count;
}

static bool get(const void *context, uint32_t index, struct event *event)
{
    struct shelf *shelf = (struct shelf *)(uintptr_t)context;
    assert_true(index < shelf->count);
    shelf->reads++;
    *event = shelf->events[index];
    return index != shelf->hidden;
}

static void put(struct shelf *shelf, uint32_t time_s, uint8_t kind, uint8_t detail)
{
    shelf->events[shelf->count++] =
        (struct event){.time_s = time_s, .kind = kind, .detail = detail, .session = SESSION_COUNT};
}

static struct shelf *empty(void)
{
    static struct shelf shelf;
    memset(&shelf, 0, sizeof(shelf));
    shelf.hidden = UINT32_MAX;
    return &shelf;
}

static void encode(const struct shelf *shelf, uint8_t frame[JK_FRAME_SIZE])
{
    const struct event_source source = {shelf, count_of, get};
    jk_event_encode(&source, frame);
    assert_true(jk_frame_good(frame));
    assert_int_equal(frame[4], JK_EVENT_LOG);
}

static void every_alarm_of_the_table_has_its_codes_and_their_words(void **state)
{
    (void)state;
    char released[64];
    int cell;
    for (int id = 0; id < ALARM_COUNT; id++) {
        const struct alarm_info *info = &alarm_info[id];
        struct event event = {.kind = EVENT_ALARM_SET, .detail = (uint8_t)id};
        assert_int_equal(jk_event_code(&event), info->event_set);
        if (info->event_set)
            assert_string_equal(jk_event_name(info->event_set, &cell), info->name);
        event.kind = EVENT_ALARM_CLEARED;
        assert_int_equal(jk_event_code(&event), info->event_cleared);
        snprintf(released, sizeof(released), "%s_released", info->name);
        if (info->event_cleared)
            assert_string_equal(jk_event_name(info->event_cleared, &cell), released);
    }
    struct event strange = {.kind = EVENT_ALARM_SET, .detail = ALARM_COUNT};
    assert_int_equal(jk_event_code(&strange), 0);
}

static void what_was_asked_is_coded_by_who_asked(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind;
        uint8_t detail;
        int32_t value;
        uint8_t session;
        uint8_t code;
    } rows[] = {
        {EVENT_POWER,         POWER_STARTING,          POWER_STARTING,      SESSION_COUNT,   0x01},
        {EVENT_POWER,         POWER_ON,                POWER_ON,            SESSION_COUNT,   0x00},
        {EVENT_POWER,         POWER_OFF,               POWER_OFF,           SESSION_COUNT,   0x00},
        {EVENT_POWER,         POWER_STOPPED,           POWER_STOPPED,       SESSION_COUNT,   0x02},
        {EVENT_POWER,         POWER_SLEEP,             POWER_SLEEP,         SESSION_COUNT,   0x38},
        {EVENT_POWER,         POWER_SHUTTING_DOWN,     POWER_SHUTTING_DOWN, SESSION_COUNT,   0x02},
        {EVENT_EMERGENCY_ON,  EMERGENCY_BY_BUTTON,     0,                   SESSION_COUNT,   0x3D},
        {EVENT_EMERGENCY_ON,  EMERGENCY_BY_COMMAND,    0,                   SESSION_COUNT,   0x29},
        {EVENT_EMERGENCY_OFF, EMERGENCY_BY_BUTTON,     0,                   SESSION_COUNT,   0x3E},
        {EVENT_EMERGENCY_OFF, EMERGENCY_BY_COMMAND,    0,                   SESSION_COUNT,   0x2A},
        {EVENT_EMERGENCY_OFF, EMERGENCY_BY_TIME,       0,                   SESSION_COUNT,   0x2B},
        {EVENT_EMERGENCY_OFF, EMERGENCY_BY_CELL,       0,                   SESSION_COUNT,   0x2B},
        {EVENT_EMERGENCY_OFF, EMERGENCY_BY_POWER,      0,                   SESSION_COUNT,   0x2A},
        {EVENT_COMMAND,       COMMAND_SHUT_DOWN,       0,                   SESSION_BLE,     0x2C},
        {EVENT_COMMAND,       COMMAND_SHUT_DOWN,       0,                   SESSION_RS485_1, 0x2F},
        {EVENT_COMMAND,       COMMAND_SHUT_DOWN,       0,                   SESSION_COUNT,   0x00},
        {EVENT_COMMAND,       COMMAND_PRESET_LFP,      1,                   SESSION_RS485_2, 0x44},
        {EVENT_COMMAND,       COMMAND_SET_CLOCK,       190000000,           SESSION_LOCAL,   0x3B},
        {EVENT_COMMAND,       COMMAND_RELEASE,         0,                   SESSION_LOCAL,   0x00},
        {EVENT_PARAM,         PARAM_charge_enabled,    0,                   SESSION_LOCAL,   0x03},
        {EVENT_PARAM,         PARAM_charge_enabled,    1,                   SESSION_BLE,     0x04},
        {EVENT_PARAM,         PARAM_discharge_enabled, 0,                   SESSION_LOCAL,   0x05},
        {EVENT_PARAM,         PARAM_discharge_enabled, 1,                   SESSION_LOCAL,   0x06},
        {EVENT_PARAM,         PARAM_charge_enabled,    0,                   SESSION_RS485_1, 0x34},
        {EVENT_PARAM,         PARAM_charge_enabled,    1,                   SESSION_RS485_2, 0x35},
        {EVENT_PARAM,         PARAM_discharge_enabled, 0,                   SESSION_RS232,   0x36},
        {EVENT_PARAM,         PARAM_discharge_enabled, 1,                   SESSION_RS485_1, 0x37},
        {EVENT_PARAM,         PARAM_cell_ovp_mv,       1,                   SESSION_RS485_1, 0x00},
        {EVENT_CHARGE_OPENED, SWITCH_PROTECTION,       0,                   SESSION_COUNT,   0x00},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct event event = {.kind = rows[i].kind,
                                    .detail = rows[i].detail,
                                    .value = rows[i].value,
                                    .session = rows[i].session};
        assert_int_equal(jk_event_code(&event), rows[i].code);
    }
}

static void codes_of_single_cells_name_the_cell(void **state)
{
    (void)state;
    int cell = 0;
    assert_string_equal(jk_event_name(0x64, &cell), "cell_over_voltage");
    assert_int_equal(cell, 0);
    assert_string_equal(jk_event_name(0x83, &cell), "cell_over_voltage");
    assert_int_equal(cell, 31);
    assert_string_equal(jk_event_name(0xE7, &cell), "cell_under_voltage");
    assert_int_equal(cell, 31);
    assert_string_equal(jk_event_name(0xC7, &cell), "unknown");
    assert_int_equal(cell, -1);
    assert_string_equal(jk_event_name(0x84, &cell), "unknown");
    assert_string_equal(jk_event_name(0, &cell), "unknown");
}

static void the_captured_log_comes_out_again(void **state)
{
    (void)state;
    static const uint8_t head[] = {0x55, 0xAA, 0xEB, 0x90, 5, 0, 4, 0, 0, 0, 3};
    static const uint8_t entries[] = {0,    0,    0,    0, 0x01, 0xEE, 0,    0,    0, 0x44,
                                      0xAF, 0x5C, 0x26, 0, 0x1B, 0xD8, 0x5C, 0x26, 0, 0x1C};
    struct shelf *shelf = empty();
    uint8_t frame[JK_FRAME_SIZE];
    struct jk_event event;
    put(shelf, 0, EVENT_POWER, POWER_STARTING);
    put(shelf, 238, EVENT_COMMAND, COMMAND_PRESET_LFP);
    put(shelf, 1000, EVENT_CHARGE_CLOSED, SWITCH_ALLOWED);
    put(shelf, 2514095, EVENT_ALARM_SET, ALARM_charge_under_temp);
    put(shelf, 2514136, EVENT_ALARM_CLEARED, ALARM_charge_under_temp);
    encode(shelf, frame);
    assert_memory_equal(frame, head, sizeof(head));
    assert_memory_equal(frame + sizeof(head), entries, sizeof(entries));
    for (size_t i = sizeof(head) + sizeof(entries); i < JK_FRAME_SIZE - 1; i++)
        assert_int_equal(frame[i], 0);
    assert_true(jk_event_get(frame, 2, &event));
    assert_int_equal(event.time_s, 2514095);
    assert_int_equal(event.code, 0x1B);
    assert_false(jk_event_get(frame, 4, &event));
}

static void only_the_newest_fifty_are_shown_oldest_first(void **state)
{
    (void)state;
    struct shelf *shelf = empty();
    uint8_t frame[JK_FRAME_SIZE];
    struct jk_event event;
    for (uint32_t i = 0; i < 120; i++)
        put(shelf, i, i % 2 ? EVENT_ALARM_SET : EVENT_LOGIN, ALARM_cell_over_voltage);
    shelf->hidden = 119;
    encode(shelf, frame);
    assert_int_equal(jk_event_count(frame), JK_EVENT_MAX);
    for (size_t i = 0; i < JK_EVENT_MAX; i++) {
        assert_true(jk_event_get(frame, i, &event));
        assert_int_equal(event.time_s, 19 + 2 * i);
    }
    assert_false(jk_event_get(frame, JK_EVENT_MAX, &event));
}

static void an_answer_looks_back_only_so_far(void **state)
{
    (void)state;
    struct shelf *shelf = empty();
    uint8_t frame[JK_FRAME_SIZE];
    put(shelf, 1, EVENT_POWER, POWER_STARTING);
    for (uint32_t i = 0; i < JK_EVENT_SCAN_MAX; i++)
        put(shelf, i, EVENT_RECORD, 50);
    encode(shelf, frame);
    assert_int_equal(jk_event_count(frame), 0);
    assert_int_equal(shelf->reads, JK_EVENT_SCAN_MAX);
    shelf->count--;
    encode(shelf, frame);
    assert_int_equal(jk_event_count(frame), 1);
}

static void frames_that_are_empty_odd_or_of_another_type_have_no_entries(void **state)
{
    (void)state;
    uint8_t frame[JK_FRAME_SIZE];
    struct jk_event event;
    jk_event_encode(NULL, frame);
    assert_true(jk_frame_good(frame));
    assert_false(jk_event_get(frame, 0, &event));
    frame[6] = 0xFF; /* counts more than there is room for */
    frame[9] = 0xFF;
    assert_false(jk_event_get(frame, 0, &event));
    frame[15] = 1;
    assert_true(jk_event_get(frame, 0, &event));
    frame[11 + 5 * JK_EVENT_MAX + 4] = 1;
    assert_false(jk_event_get(frame, JK_EVENT_MAX, &event));
    frame[4] = JK_STATUS;
    assert_int_equal(jk_event_count(frame), 0);
    assert_false(jk_event_get(frame, 0, &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_alarm_of_the_table_has_its_codes_and_their_words),
        cmocka_unit_test(what_was_asked_is_coded_by_who_asked),
        cmocka_unit_test(codes_of_single_cells_name_the_cell),
        cmocka_unit_test(the_captured_log_comes_out_again),
        cmocka_unit_test(only_the_newest_fifty_are_shown_oldest_first),
        cmocka_unit_test(an_answer_looks_back_only_so_far),
        cmocka_unit_test(frames_that_are_empty_odd_or_of_another_type_have_no_entries),
    };
    return RUN_TESTS(tests);
}
