/* SPDX-License-Identifier: Apache-2.0
 * Growatt: what its hooks say of a bank and of its packs, and when it speaks. The bytes of three
 * banks are worked out by hand from "Growatt BMS CAN-Bus-protocol-low-voltage" Rev_04.
 */
#include "core/alarms.h"
#include "protocols/can.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

static const struct can_protocol *const rev05 = &growatt_can[0];
static const struct can_protocol *const rev04 = &growatt_can[1];

struct bank {
    struct snapshot values;
    struct snapshot packs[PACK_MAX];
    struct view view;
};

struct number {
    unsigned value;
    int32_t number;
};

static void put_all(struct snapshot *snapshot, const struct number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        snapshot_put(snapshot, (enum value_id)numbers[i].value, numbers[i].number);
}

/* A charging bank of `count` packs of 16 cells. */
static void bank_init(struct bank *bank, unsigned count)
{
    static const struct number numbers[] = {
        {VALUE_pack_mv,            53280 },
        {VALUE_pack_ma,            23400 },
        {VALUE_soc_permille,       760   },
        {VALUE_soh_permille,       990   },
        {VALUE_temp_max_ddegc,     273   },
        {VALUE_temp_min_ddegc,     241   },
        {VALUE_cell_max_mv,        3337  },
        {VALUE_cell_min_mv,        3326  },
        {VALUE_cell_max_index,     4     },
        {VALUE_cell_min_index,     11    },
        {VALUE_charge_limit_mv,    56800 },
        {VALUE_charge_limit_ma,    160000},
        {VALUE_discharge_limit_ma, 200000},
        {VALUE_full_mah,           314000},
        {VALUE_remaining_mah,      238640},
        {VALUE_cell_spread_mv,     11    },
        {VALUE_cycle_count,        42    },
        {VALUE_charge_allowed,     1     },
        {VALUE_discharge_allowed,  1     },
    };
    memset(bank, 0, sizeof(*bank));
    snapshot_init(&bank->values);
    put_all(&bank->values, numbers, COUNT(numbers));
    snapshot_put(&bank->values, VALUE_pack_count, (int32_t)count);
    snapshot_put(&bank->values, VALUE_cell_count, (int32_t)(16 * count));
    bank->view.bank = &bank->values;
    for (unsigned i = 0; i < count; i++) {
        snapshot_init(&bank->packs[i]);
        snapshot_put(&bank->packs[i], VALUE_cell_count, 16);
        snapshot_put(&bank->packs[i], VALUE_soc_permille, 760);
        bank->view.pack[i] = &bank->packs[i];
    }
}

static const struct can_message *message_of(uint32_t id)
{
    const struct can_frame frame = {id, false, 8, {0}};
    const struct can_message *message = can_find(rev05, &frame);
    assert_non_null(message);
    return message;
}

static void assert_sent(const struct bank *bank, uint32_t id, const char *bytes)
{
    struct can_frame frame;
    assert_true(can_encode(rev05, message_of(id), &bank->view, 0, &frame));
    assert_int_equal(frame.size, 8);
    assert_memory_equal(frame.data, bytes, 8);
}

static void the_status_word_follows_current_permissions_and_packs(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 1);
    assert_sent(&bank, 0x311, "\x02\x38\x06\x40\x07\xD0\x08\x62");
    snapshot_put(&bank.packs[0], VALUE_balance_state, 2);
    assert_sent(&bank, 0x311, "\x02\x38\x06\x40\x07\xD0\x08\x6A");

    bank_init(&bank, 2);
    snapshot_put(&bank.values, VALUE_pack_ma, -300);
    snapshot_put(&bank.values, VALUE_charge_limit_ma, 20000);
    snapshot_put(&bank.values, VALUE_discharge_limit_ma, 0);
    snapshot_put(&bank.values, VALUE_discharge_allowed, 0);
    alarm_put(bank.values.alarms, ALARM_cell_under_voltage, true);
    assert_sent(&bank, 0x311, "\x02\x38\x00\xC8\x00\x00\x05\x45");

    bank_init(&bank, 1);
    snapshot_put(&bank.values, VALUE_pack_ma, -85700);
    snapshot_put(&bank.values, VALUE_charge_limit_ma, 0);
    snapshot_put(&bank.values, VALUE_discharge_limit_ma, 160000);
    snapshot_put(&bank.values, VALUE_charge_allowed, 0);
    alarm_put(bank.values.alarms, ALARM_charge_under_temp, true);
    assert_sent(&bank, 0x311, "\x02\x38\x00\x00\x06\x40\x0C\x27");
}

static void a_mere_warning_does_not_make_the_error_bytes_valid(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 1);
    alarm_put(bank.values.alarms, ALARM_pack_stale, true);
    assert_sent(&bank, 0x311, "\x02\x38\x06\x40\x07\xD0\x08\x62");
    assert_sent(&bank, 0x312, "\0\0\0\x01\x01\xAA\xBB\x10");
}

static void from_half_an_ampere_on_the_battery_charges_or_discharges(void **state)
{
    (void)state;
    static const struct {
        int32_t current_ma;
        uint8_t state;
    } rows[] = {
        {499,  1},
        {500,  2},
        {-499, 1},
        {-500, 3},
        {0,    1}
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bank bank;
        struct can_frame frame;
        bank_init(&bank, 1);
        snapshot_put(&bank.values, VALUE_pack_ma, rows[i].current_ma);
        assert_true(can_encode(rev05, message_of(0x311), &bank.view, 0, &frame));
        assert_int_equal(frame.data[6] >> 2, rows[i].state);
        assert_int_equal(frame.data[7] & 3, rows[i].state);
    }
}

/* 16 packs of 314 Ah, half full. */
static void capacities_that_do_not_fit_keep_their_ratio(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 16);
    assert_sent(&bank, 0x314, "\x5D\x38\x7A\xA8\x00\x0B\x00\x2A");
    snapshot_put(&bank.values, VALUE_full_mah, 16 * 314000);
    snapshot_put(&bank.values, VALUE_remaining_mah, 8 * 314000);
    assert_sent(&bank, 0x314, "\x7F\xFF\xFF\xFE\x00\x0B\x00\x2A");
    snapshot_put(&bank.values, VALUE_full_mah, 655340);
    snapshot_put(&bank.values, VALUE_remaining_mah, 10);
    assert_sent(&bank, 0x314, "\x00\x01\xFF\xFE\x00\x0B\x00\x2A");
}

static void cells_count_through_the_bank_and_end_at_255(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 16);
    snapshot_put(&bank.values, VALUE_cell_max_pack, 0);
    snapshot_put(&bank.values, VALUE_cell_min_pack, 2);
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\x05\x2C\x00");
    snapshot_put(&bank.values, VALUE_cell_max_pack, 15);
    snapshot_put(&bank.values, VALUE_cell_max_index, 15);
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\xFF\x2C\x00");
    bank.view.pack[2] = NULL; /* it has just gone */
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\xFF\x0C\x00");
    snapshot_set_have(&bank.values, VALUE_cell_min_index, false);
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\xFF\x00\x00");
}

static void the_first_pack_in_protection_is_named(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 3);
    alarm_put(bank.packs[0].alarms, ALARM_wire_resistance, true); /* a warning */
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\x05\x0C\x00");
    alarm_put(bank.packs[1].alarms, ALARM_cell_under_voltage, true);
    alarm_put(bank.packs[2].alarms, ALARM_cell_under_voltage, true);
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\x05\x0C\x02");
    bank.view.pack[1] = NULL;
    assert_sent(&bank, 0x319, "\xC0\x0D\x09\x0C\xFE\x05\x0C\x03");
}

static void a_system_of_256_cells_says_254(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 16);
    assert_sent(&bank, 0x312, "\0\0\0\0\x10\xAA\xBB\xFE");
    assert_sent(&bank, 0x323, "\xFE\0\0\0\0\0\0\0");
}

static void the_extremes_name_their_sensors_and_the_charge_of_the_packs(void **state)
{
    (void)state;
    struct bank bank;
    bank_init(&bank, 2);
    snapshot_put(&bank.packs[0], (enum value_id)(VALUE_temp_ddegc + 0), 273);
    snapshot_put(&bank.packs[1], (enum value_id)(VALUE_temp_ddegc + 2), 241);
    assert_sent(&bank, 0x322, "\x01\x11\x00\xF1\x01\x03\x4C\x4C");
    snapshot_put(&bank.packs[0], VALUE_soc_permille, 1000);
    snapshot_put(&bank.packs[1], VALUE_soc_permille, 515);
    assert_sent(&bank, 0x322, "\x01\x11\x00\xF1\x01\x03\x64\x34");
    snapshot_put(&bank.packs[0], VALUE_soc_permille, 999);
    snapshot_put(&bank.packs[1], VALUE_soc_permille, 1);
    assert_sent(&bank, 0x322, "\x01\x11\x00\xF1\x01\x03\x63\x01");
    bank.view.pack[0] = bank.view.pack[1] = NULL; /* the bank's own is the best there is */
    assert_sent(&bank, 0x322, "\x01\x11\x00\xF1\x00\x00\x4C\x4C");
}

static void a_mark_beside_the_health_is_no_part_of_it(void **state)
{
    (void)state;
    struct can_receiver receiver;
    const struct can_frame worn = {0x313, false, 8, "\x14\xD0\0\xEA\x01\x11\x4C\xE3"};
    can_receiver_init(&receiver, rev05, 0);
    assert_int_equal(can_receiver_receive(&receiver, &worn, 0), DECODED);
    assert_int_equal(receiver.values.soh_permille, 990);
}

static void a_313_with_the_low_byte_first_is_refused(void **state)
{
    (void)state;
    struct can_receiver receiver;
    const struct can_frame frame = {0x313, false, 8, "\x66\x1C\0\0\x1F\x01\x5C\x63"};
    can_receiver_init(&receiver, rev05, 0);
    assert_int_equal(can_receiver_receive(&receiver, &frame, 0), BAD);
    assert_int_equal(receiver.implausible, 1);
    assert_false(snapshot_have(&receiver.values, VALUE_pack_mv));
}

/* How many frames come out at this moment. */
static unsigned drain(struct can_sender *sender, const struct bank *bank, uint64_t now_us)
{
    struct can_frame frame;
    unsigned count = 0;
    can_sender_step(sender, &bank->view, now_us);
    while (can_sender_transmit(sender, &bank->view, &frame))
        count++;
    return count;
}

static unsigned run(struct can_sender *sender, const struct bank *bank, uint64_t *now_us,
                    uint64_t until_us)
{
    unsigned count = 0;
    for (; *now_us < until_us; *now_us += 10000)
        count += drain(sender, bank, *now_us);
    return count;
}

enum { SET_05 = 9 + 4, SET_04 = 7 + 4 }; /* frames of a cycle */

static void the_cells_of_a_single_pack_are_told_and_those_of_a_bank_are_not(void **state)
{
    (void)state;
    struct bank bank;
    struct can_frame frame;
    bank_init(&bank, 1);
    for (unsigned i = 0; i < 15; i++)
        snapshot_put(&bank.packs[0], (enum value_id)(VALUE_cell_mv + i), 0x0D00 + (int32_t)i);
    assert_sent(&bank, 0x315, "\x0D\x00\x0D\x01\x0D\x02\x0D\x03");
    assert_sent(&bank, 0x318, "\x0D\x0C\x0D\x0D\x0D\x0E\x00\x00"); /* there is no 16th */
    for (unsigned i = 8; i < 15; i++)
        snapshot_set_have(&bank.packs[0], (enum value_id)(VALUE_cell_mv + i), false);
    assert_false(can_encode(rev05, message_of(0x317), &bank.view, 0, &frame));
    snapshot_put(&bank.values, VALUE_pack_count, 2);
    assert_false(can_encode(rev05, message_of(0x315), &bank.view, 0, &frame));
}

static void check_polls(const struct can_protocol *can, unsigned set)
{
    static const uint32_t polls[] = {0x301, 0x211, 0x212};
    struct bank bank;
    struct can_sender sender;
    uint64_t now_us = 1000000;
    bank_init(&bank, 1);
    for (unsigned i = 0; i < 16; i++)
        snapshot_put(&bank.packs[0], (enum value_id)(VALUE_cell_mv + i), 3330);
    can_sender_init(&sender, can, now_us);
    assert_int_equal(run(&sender, &bank, &now_us, 4000000), 3 * set); /* nobody polls */
    for (size_t i = 0; i < COUNT(polls); i++) {
        const struct can_frame poll = {polls[i], false, 8, {0}};
        can_sender_receive(&sender, &poll, now_us);
        assert_int_equal(drain(&sender, &bank, now_us), set);
        assert_int_equal(run(&sender, &bank, &now_us, now_us + 1500000), 0);
    }
    assert_in_range(run(&sender, &bank, &now_us, now_us + 2000000), 2 * set - 1, 2 * set + 1);
}

static void a_poll_is_answered_at_once_and_its_end_by_free_run(void **state)
{
    (void)state;
    check_polls(rev05, SET_05);
    check_polls(rev04, SET_04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_word_follows_current_permissions_and_packs),
        cmocka_unit_test(a_mere_warning_does_not_make_the_error_bytes_valid),
        cmocka_unit_test(from_half_an_ampere_on_the_battery_charges_or_discharges),
        cmocka_unit_test(capacities_that_do_not_fit_keep_their_ratio),
        cmocka_unit_test(cells_count_through_the_bank_and_end_at_255),
        cmocka_unit_test(the_first_pack_in_protection_is_named),
        cmocka_unit_test(a_system_of_256_cells_says_254),
        cmocka_unit_test(the_extremes_name_their_sensors_and_the_charge_of_the_packs),
        cmocka_unit_test(a_mark_beside_the_health_is_no_part_of_it),
        cmocka_unit_test(a_313_with_the_low_byte_first_is_refused),
        cmocka_unit_test(the_cells_of_a_single_pack_are_told_and_those_of_a_bank_are_not),
        cmocka_unit_test(a_poll_is_answered_at_once_and_its_end_by_free_run),
    };
    return RUN_TESTS(tests);
}
