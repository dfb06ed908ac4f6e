/* SPDX-License-Identifier: Apache-2.0
 * What the hooks of Deye's DY profile do and no log can show: what they send, and what an inverter
 * keeps of the permissions.
 */
#include "protocols/can.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

static const struct can_protocol *const dy33 = &deye_can[1];

static const struct can_message *message_of(uint32_t id)
{
    struct can_frame frame = {.id = id, .size = 8};
    const struct can_message *message = can_find(dy33, &frame);
    assert_non_null(message);
    return message;
}

static void encode(uint32_t id, const struct view *view, uint8_t data[8])
{
    struct can_frame frame;
    assert_true(can_encode(dy33, message_of(id), view, 0, &frame));
    assert_int_equal(frame.size, 8);
    memcpy(data, frame.data, 8);
}

static void the_time_of_an_inverter_survives_the_wire_on_every_day(void **state)
{
    (void)state;
    for (int32_t clock_s = 1; clock_s < 67 * 365 * 86400; clock_s += 86400 / 2 + 61) {
        struct can_frame frame = {.id = 0x305, .size = 8};
        struct snapshot own;
        struct snapshot heard;
        struct view view = {.bank = &own};
        snapshot_init(&own);
        snapshot_init(&heard);
        snapshot_put(&own, VALUE_clock_s, clock_s);
        encode(0x305, &view, frame.data);
        assert_int_equal(can_decode(dy33, message_of(0x305), &frame, &heard), DECODED);
        assert_int_equal(heard.clock_s, clock_s);
    }
}

static void the_time_is_that_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        int32_t clock_s;
        uint8_t data[8];
    } rows[] = {
        {163691107,             {7, 45, 13, 9, 3, 25}   }, /* 2025-03-09 13:45:07 */
        {59 * 86400,            {0, 0, 0, 29, 2, 20}    }, /* 2020-02-29 */
        {366 * 86400 - 1,       {59, 59, 23, 31, 12, 20}},
        {366 * 86400,           {0, 0, 0, 1, 1, 21}     },
        {(366 + 59) * 86400,    {0, 0, 0, 1, 3, 21}     },
        {(4 * 365 + 1) * 86400, {0, 0, 0, 1, 1, 24}     },
        {0,                     {0}                     }, /* never set */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct snapshot own;
        struct view view = {.bank = &own};
        uint8_t data[8];
        snapshot_init(&own);
        snapshot_put(&own, VALUE_clock_s, rows[i].clock_s);
        encode(0x305, &view, data);
        assert_memory_equal(data, rows[i].data, 8);
    }
}

static void receive(struct can_receiver *receiver, uint32_t id, const uint8_t data[8])
{
    struct can_frame frame = {.id = id, .size = 8};
    memcpy(frame.data, data, 8);
    assert_int_equal(can_receiver_receive(receiver, &frame, 0), DECODED);
}

static void a_battery_without_permissions_is_charged_by_its_limits(void **state)
{
    (void)state;
    static const uint8_t none[8] = {0};
    static const uint8_t limits[8] = {0x40, 0x02, 0xE8, 0x03, 0xDC, 0x05, 0xC0, 0x01};
    static const uint8_t no_charge[8] = {0x40, 0x02, 0x00, 0x00, 0xDC, 0x05, 0xC0, 0x01};
    struct can_receiver receiver;
    can_receiver_init(&receiver, dy33, 0);
    receive(&receiver, 0x35C, none);
    assert_int_equal(receiver.values.charge_allowed, 0);
    receive(&receiver, 0x351, limits);
    receive(&receiver, 0x35C, none);
    assert_int_equal(receiver.values.charge_allowed, 1);
    assert_int_equal(receiver.values.discharge_allowed, 1);
    receive(&receiver, 0x351, no_charge);
    receive(&receiver, 0x35C, none);
    assert_int_equal(receiver.values.charge_limit_ma, 0);
    assert_int_equal(receiver.values.charge_allowed, 0);
    assert_int_equal(receiver.values.discharge_allowed, 1);
}

static void the_limits_on_grid_are_told_but_not_gone_by(void **state)
{
    (void)state;
    static const uint8_t limits[8] = {0x40, 0x02, 0xE8, 0x03, 0xDC, 0x05, 0xC0, 0x01};
    static const uint8_t on_grid[8] = {0x84, 0x03, 0x78, 0x05};
    struct can_receiver receiver;
    can_receiver_init(&receiver, dy33, 0);
    receive(&receiver, 0x351, limits);
    receive(&receiver, 0x371, on_grid);
    assert_int_equal(receiver.values.charge_limit_ma, 100000);
}

static void the_master_tells_its_own_capacity_and_not_that_of_the_bank(void **state)
{
    (void)state;
    static const uint8_t expected[8] = {'D', 'Y', '0', '0', '1', 3, 0x44, 0x0C};
    struct snapshot bank;
    struct snapshot pack;
    struct view view = {.bank = &bank, .pack = {[2] = &pack}};
    uint8_t data[8];
    snapshot_init(&bank);
    snapshot_init(&pack);
    snapshot_put(&bank, VALUE_full_mah, 942000);
    snapshot_put(&pack, VALUE_full_mah, 314000);
    encode(0x35E, &view, data);
    assert_memory_equal(data, expected, 8);
}

static void a_pack_tells_direction_faults_and_the_cells_that_are_balanced(void **state)
{
    (void)state;
    static const uint8_t working[8] = {2, 2, 35, 0, 0x01, 0x80, 0, 0};
    static const uint8_t resting[8] = {0, 1, 35, 0, 0, 0, 0, 0};
    struct snapshot pack;
    struct view view = {.bank = &pack, .pack = {&pack}};
    uint8_t data[8];
    snapshot_init(&pack);
    snapshot_put(&pack, VALUE_cycle_count, 35);
    snapshot_put(&pack, VALUE_pack_ma, -12500);
    snapshot_put(&pack, VALUE_balance_state, 1);
    snapshot_put(&pack, VALUE_balance_source_index, 0);
    snapshot_put(&pack, VALUE_balance_sink_index, 15);
    alarm_put(pack.alarms, ALARM_cell_under_voltage, true);
    encode(0x400, &view, data);
    assert_memory_equal(data, working, 8);
    snapshot_put(&pack, VALUE_pack_ma, 50);
    snapshot_put(&pack, VALUE_balance_state, 0);
    alarm_put(pack.alarms, ALARM_cell_under_voltage, false);
    alarm_put(pack.warnings, ALARM_cell_under_voltage, true);
    encode(0x400, &view, data);
    assert_memory_equal(data, resting, 8);
}

static void grey_bits_are_read_and_never_sent(void **state)
{
    (void)state;
    struct can_frame frame = {
        .id = 0x359, .size = 8, .data = {0x04, 0, 0, 0, 0x01}
    };
    struct snapshot heard;
    struct view view = {.bank = &heard};
    uint8_t data[8];
    snapshot_init(&heard);
    assert_int_equal(can_decode(dy33, message_of(0x359), &frame, &heard), DECODED);
    assert_true(alarm_get(heard.alarms, ALARM_pack_over_voltage));
    assert_true(alarm_get(heard.warnings, ALARM_cell_over_voltage));
    encode(0x359, &view, data);
    assert_int_equal(data[0], 0x01); /* goes out as a cell's */
    assert_int_equal(data[4], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_of_an_inverter_survives_the_wire_on_every_day),
        cmocka_unit_test(the_time_is_that_of_the_calendar),
        cmocka_unit_test(a_battery_without_permissions_is_charged_by_its_limits),
        cmocka_unit_test(the_limits_on_grid_are_told_but_not_gone_by),
        cmocka_unit_test(the_master_tells_its_own_capacity_and_not_that_of_the_bank),
        cmocka_unit_test(a_pack_tells_direction_faults_and_the_cells_that_are_balanced),
        cmocka_unit_test(grey_bits_are_read_and_never_sent),
    };
    return RUN_TESTS(tests);
}
