/* SPDX-License-Identifier: Apache-2.0
 * Megarevo: when each of the two dialects is spoken, that an inverter lives by either, and what the
 * polled one says of alarms and permissions.
 */
#include "core/alarms.h"
#include "protocols/can.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

enum { STEP_US = 10000, SECOND_US = 1000000, BY_ITSELF = 8, POLLED = 5, FIRST_POLLED = 0x1F000300 };

static const struct can_protocol *const can = megarevo_can;

static struct snapshot complete_bank(void)
{
    static const struct {
        unsigned value;
        int32_t number;
    } rows[] = {
        {VALUE_pack_mv,            53280 },
        {VALUE_pack_ma,            23400 },
        {VALUE_soc_permille,       760   },
        {VALUE_soh_permille,       990   },
        {VALUE_temp_mean_ddegc,    260   },
        {VALUE_temp_max_ddegc,     273   },
        {VALUE_temp_min_ddegc,     241   },
        {VALUE_cell_max_mv,        3337  },
        {VALUE_cell_min_mv,        3326  },
        {VALUE_charge_limit_mv,    56800 },
        {VALUE_discharge_limit_mv, 44800 },
        {VALUE_charge_limit_ma,    160000},
        {VALUE_discharge_limit_ma, 200000},
        {VALUE_full_mah,           314000},
        {VALUE_remaining_mah,      238640},
        {VALUE_charge_allowed,     1     },
        {VALUE_discharge_allowed,  1     },
    };
    struct snapshot bank;
    snapshot_init(&bank);
    for (size_t i = 0; i < COUNT(rows); i++)
        snapshot_put(&bank, (enum value_id)rows[i].value, rows[i].number);
    return bank;
}

/* A battery and an inverter; what the battery said since the last look. */
struct link {
    struct snapshot bank;
    struct can_sender battery;
    struct can_receiver inverter;
    uint64_t now_us;
    unsigned by_itself;
    unsigned polled;
};

static void link_init(struct link *link)
{
    memset(link, 0, sizeof(*link));
    link->bank = complete_bank();
    link->now_us = SECOND_US;
    can_sender_init(&link->battery, can, link->now_us);
    can_receiver_init(&link->inverter, can, link->now_us);
}

static void drain(struct link *link)
{
    struct view view = {.bank = &link->bank};
    struct can_frame frame;
    can_sender_step(&link->battery, &view, link->now_us);
    while (can_sender_transmit(&link->battery, &view, &frame)) {
        link->by_itself += !frame.extended;
        link->polled += frame.extended;
        assert_int_equal(can_receiver_receive(&link->inverter, &frame, link->now_us), DECODED);
    }
}

static void run(struct link *link, uint32_t seconds, bool inverter_polls)
{
    struct can_frame frame;
    link->by_itself = link->polled = 0;
    for (uint64_t end_us = link->now_us + seconds * (uint64_t)SECOND_US; link->now_us < end_us;
         link->now_us += STEP_US) {
        bool due = can_receiver_transmit(&link->inverter, NULL, link->now_us, &frame);
        if (due && inverter_polls)
            can_sender_receive(&link->battery, &frame, link->now_us);
        drain(link);
    }
}

static void a_battery_that_nobody_polls_speaks_by_itself_and_the_inverter_lives(void **state)
{
    (void)state;
    struct link link;
    link_init(&link);
    run(&link, 5, false);
    assert_int_equal(link.by_itself, 5 * BY_ITSELF);
    assert_int_equal(link.polled, 0);
    assert_true(can_receiver_alive(&link.inverter, link.now_us));
    assert_int_equal(link.inverter.values.pack_mv, 53300);
    assert_false(can_receiver_alive(&link.inverter, link.now_us + 11 * SECOND_US));
}

static void polls_silence_the_other_dialect_and_the_inverter_lives(void **state)
{
    (void)state;
    struct link link;
    link_init(&link);
    run(&link, 2, true);
    run(&link, 20, true);
    assert_int_equal(link.by_itself, 0);
    assert_int_equal(link.polled, 20 * POLLED);
    assert_true(can_receiver_alive(&link.inverter, link.now_us));
    assert_int_equal(link.inverter.values.remaining_mah, 238600);
}

static void ten_seconds_after_the_last_poll_the_battery_speaks_by_itself_again(void **state)
{
    (void)state;
    struct link link;
    link_init(&link);
    run(&link, 2, true); /* the last poll is heard in the second second */
    run(&link, 9, false);
    assert_int_equal(link.by_itself + link.polled, 0);
    run(&link, 2, false);
    run(&link, 3, false);
    assert_int_equal(link.by_itself, 3 * BY_ITSELF);
    assert_int_equal(link.polled, 0);
}

static void check_blocks(const struct snapshot *bank, const char *bytes)
{
    const struct can_frame asked = {FIRST_POLLED + 3, true, 8, {0}};
    struct view view = {.bank = bank};
    struct can_frame frame;
    assert_true(can_encode(can, can_find(can, &asked), &view, 0, &frame));
    assert_memory_equal(frame.data, bytes, 8);
}

static void the_level_tells_a_warning_from_an_alarm(void **state)
{
    (void)state;
    struct snapshot bank = complete_bank();
    check_blocks(&bank, "\0\0\0\0\0\0\0\0");
    alarm_put(bank.warnings, ALARM_cell_over_voltage, true);
    check_blocks(&bank, "\1\0\0\0\0\0\0\0");
    snapshot_put(&bank, VALUE_charge_allowed, 0);
    alarm_put(bank.alarms, ALARM_cell_over_voltage, true);
    check_blocks(&bank, "\2\0\2\0\0\0\0\0");
    bank = complete_bank();
    alarm_put(bank.alarms, ALARM_pack_stale, true); /* an alarm that is a mere warning */
    check_blocks(&bank, "\1\0\0\0\0\0\0\0");
    snapshot_set_have(&bank, VALUE_discharge_allowed, false);
    check_blocks(&bank, "\1\0\0\0\2\0\0\0");
}

static void a_level_is_read_as_an_internal_error(void **state)
{
    (void)state;
    static const struct {
        uint8_t level;
        bool warning;
        bool alarm;
    } rows[] = {
        {0, false, false},
        {1, true,  false},
        {2, false, true },
        {3, false, true }
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct can_receiver receiver;
        const struct can_frame frame = {
            FIRST_POLLED + 3, true, 8, {rows[i].level, 0, 0, 0, 2}
        };
        can_receiver_init(&receiver, can, 0);
        assert_int_equal(can_receiver_receive(&receiver, &frame, 0), DECODED);
        assert_int_equal(alarm_get(receiver.values.warnings, ALARM_internal), rows[i].warning);
        assert_int_equal(alarm_get(receiver.values.alarms, ALARM_internal), rows[i].alarm);
        assert_int_equal(receiver.values.charge_allowed, 1);
        assert_int_equal(receiver.values.discharge_allowed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_battery_that_nobody_polls_speaks_by_itself_and_the_inverter_lives),
        cmocka_unit_test(polls_silence_the_other_dialect_and_the_inverter_lives),
        cmocka_unit_test(ten_seconds_after_the_last_poll_the_battery_speaks_by_itself_again),
        cmocka_unit_test(the_level_tells_a_warning_from_an_alarm),
        cmocka_unit_test(a_level_is_read_as_an_internal_error),
    };
    return RUN_TESTS(tests);
}
