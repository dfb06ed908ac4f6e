/* SPDX-License-Identifier: Apache-2.0
 * What the hooks of JK's CAN protocol send and hold back, which no log can show.
 */
#include "protocols/can.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

struct sent {
    bool any;
    struct can_frame frame;
};

static struct sent transmit(uint32_t id, bool extended, const struct snapshot *values,
                            unsigned pack)
{
    struct view view = {.bank = values};
    struct can_frame named = {.id = id, .extended = extended, .size = 8};
    const struct can_message *message = can_find(&jk_can[0], &named);
    struct sent sent = {0};
    assert_non_null(message);
    view.pack[pack] = values;
    sent.any = can_encode(&jk_can[0], message, &view, pack, &sent.frame);
    return sent;
}

static void the_alarms_go_out_while_there_are_any(void **state)
{
    (void)state;
    struct snapshot pack;
    snapshot_init(&pack);
    assert_false(transmit(0x7F4, false, &pack, 0).any);
    alarm_put(pack.warnings, ALARM_cell_under_voltage, true);
    assert_int_equal(transmit(0x7F4, false, &pack, 0).frame.data[0], 3 << 2);
    alarm_put(pack.alarms, ALARM_cell_under_voltage, true);
    assert_int_equal(transmit(0x7F4, false, &pack, 0).frame.data[0], 1 << 2);
    assert_int_equal(transmit(0x7F4, false, &pack, 11).frame.id, 0x7FF);
    assert_false(transmit(0x7F4, false, &pack, 12).any); /* 0x800 has 12 bits */
}

static void a_charger_is_told_what_to_do_while_it_is_plugged(void **state)
{
    (void)state;
    static const uint8_t on[8] = {0x02, 0x38, 0x03, 0xE8, 0, 0};
    struct snapshot pack;
    snapshot_init(&pack);
    snapshot_put(&pack, VALUE_charge_limit_mv, 56800);
    snapshot_put(&pack, VALUE_charge_limit_ma, 100000);
    snapshot_put(&pack, VALUE_charge_allowed, 1);
    assert_false(transmit(0x1806E5F4, true, &pack, 0).any);
    snapshot_put(&pack, VALUE_charger_present, 0);
    assert_false(transmit(0x1806E5F4, true, &pack, 0).any);
    snapshot_put(&pack, VALUE_charger_present, 1);
    struct sent sent = transmit(0x1806E5F4, true, &pack, 0);
    assert_true(sent.any);
    assert_memory_equal(sent.frame.data, on, 8);
    snapshot_put(&pack, VALUE_charge_allowed, 0);
    assert_int_equal(transmit(0x1806E5F4, true, &pack, 0).frame.data[4], 1);
}

/* A real pack with 35 cycles of 280 Ah sends 32875. */
static void the_charge_of_all_cycles_is_sent_modulo_65536(void **state)
{
    (void)state;
    struct snapshot pack;
    snapshot_init(&pack);
    snapshot_put(&pack, VALUE_remaining_mah, 100000);
    snapshot_put(&pack, VALUE_full_mah, 280000);
    snapshot_put(&pack, VALUE_cycle_count, 35);
    snapshot_put(&pack, VALUE_cycle_mah, 9841100);
    struct sent sent = transmit(0x18F128F4, true, &pack, 0);
    assert_true(sent.any);
    assert_int_equal(sent.frame.data[4] | sent.frame.data[5] << 8, 32875);
}

static void only_sensors_that_are_there_are_in_the_mask(void **state)
{
    (void)state;
    static const uint8_t expected[8] = {0x05, 70, 0xFF, 80, 0xFF, 0xFF};
    struct snapshot pack;
    snapshot_init(&pack);
    assert_false(transmit(0x18F228F4, true, &pack, 0).any);
    snapshot_put(&pack, VALUE_temp_ddegc, 200);
    snapshot_put(&pack, VALUE_mos_ddegc, 300);
    struct sent sent = transmit(0x18F228F4, true, &pack, 0);
    assert_true(sent.any);
    assert_memory_equal(sent.frame.data, expected, 8);
}

static void cells_that_are_not_there_are_not_sent(void **state)
{
    (void)state;
    struct snapshot pack;
    snapshot_init(&pack);
    for (unsigned i = 0; i < 16; i++)
        snapshot_put(&pack, (enum value_id)(VALUE_cell_mv + i), 3300);
    assert_true(transmit(0x18E328F4, true, &pack, 0).any);
    assert_false(transmit(0x18E428F4, true, &pack, 0).any);
}

static void a_request_to_open_the_switches_changes_nothing(void **state)
{
    (void)state;
    struct can_frame off = {
        0x18F0F428, true, 8, {7, 0, 0, 0}
    };
    struct can_sender sender;
    can_sender_init(&sender, &jk_can[0], 0);
    can_sender_receive(&sender, &off, 0);
    assert_int_equal(sender.ignored, 0); /* understood */
    assert_int_equal(sender.pending, 0); /* and not obeyed: a sender can only send */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_alarms_go_out_while_there_are_any),
        cmocka_unit_test(a_charger_is_told_what_to_do_while_it_is_plugged),
        cmocka_unit_test(the_charge_of_all_cycles_is_sent_modulo_65536),
        cmocka_unit_test(only_sensors_that_are_there_are_in_the_mask),
        cmocka_unit_test(cells_that_are_not_there_are_not_sent),
        cmocka_unit_test(a_request_to_open_the_switches_changes_nothing),
    };
    return RUN_TESTS(tests);
}
