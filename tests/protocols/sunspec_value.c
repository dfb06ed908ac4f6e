/* SPDX-License-Identifier: Apache-2.0
 * What SunSpec points say of a bank of two packs, of one that lost a pack, and of a single pack.
 */
#include "protocols/sunspec_value.h"

#include "core/alarms.h"
#include "tests/support/test.h"

struct bank {
    struct snapshot total;
    struct snapshot pack[2];
    struct params params;
    struct serial_battery battery;
};

static void put(struct snapshot *snapshot, enum value_id id, int32_t value)
{
    snapshot_put(snapshot, id, value);
}

/* Two packs at 52.7 V that charge with 10 A and 14 A. */
static void init(struct bank *bank)
{
    memset(bank, 0, sizeof(*bank));
    params_init(&bank->params);
    snapshot_init(&bank->total);
    put(&bank->total, VALUE_pack_count, 2);
    put(&bank->total, VALUE_soc_permille, 655);
    put(&bank->total, VALUE_pack_ma, 24000);
    put(&bank->total, VALUE_charge_allowed, 1);
    put(&bank->total, VALUE_discharge_allowed, 1);
    put(&bank->total, VALUE_remaining_mah, 411000);
    for (int i = 0; i < 2; i++) {
        struct snapshot *pack = &bank->pack[i];
        snapshot_init(pack);
        put(pack, VALUE_pack_mv, 52700 + i);
        put(pack, VALUE_pack_ma, 10000 + 4000 * i);
        put(pack, VALUE_temp_max_ddegc, 250 - 10 * i);
        put(pack, VALUE_charge_on, 1);
        put(pack, VALUE_discharge_on, 1);
        put(pack, VALUE_charge_allowed, 1);
        put(pack, VALUE_discharge_allowed, 1);
        put(pack, VALUE_balance_state, 2 * i);
        put(pack, VALUE_uptime_s, 70000);
        bank->battery.view.pack[i] = pack;
    }
    bank->battery.view.bank = &bank->total;
    bank->battery.own = &bank->pack[0];
    bank->battery.params = &bank->params;
    bank->battery.ready = true;
}

/* The value of a point, or -9999 when it is not known. */
static int64_t said(const struct bank *bank, uint8_t source, int16_t of, int8_t string)
{
    const struct sunspec_point point = {.source = source, .of = of};
    int64_t value;
    return sunspec_value(&bank->battery, &point, string, &value) ? value : -9999;
}

static int64_t made(const struct bank *bank, enum sunspec_made what)
{
    return said(bank, SUNSPEC_MADE, (int16_t)what, -1);
}

static int64_t made_of_string(const struct bank *bank, enum sunspec_made what, int8_t string)
{
    return said(bank, SUNSPEC_MADE, (int16_t)what, string);
}

static void values_are_of_the_bank_or_of_the_pack_of_the_block(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_pack_ma, -1), 24000);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_pack_ma, 0), 10000);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_pack_ma, 1), 14000);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_soh_permille, -1), -9999);
    assert_int_equal(said(&bank, SUNSPEC_NOTHING, 0, -1), -9999);
    assert_int_equal(said(&bank, SUNSPEC_FIXED, -3, -1), -3);
}

static void extremes_over_the_strings_come_with_their_number(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    assert_int_equal(said(&bank, SUNSPEC_HIGHEST, VALUE_pack_ma, -1), 14000);
    assert_int_equal(said(&bank, SUNSPEC_HIGHEST_STRING, VALUE_pack_ma, -1), 2);
    assert_int_equal(said(&bank, SUNSPEC_LOWEST, VALUE_pack_ma, -1), 10000);
    assert_int_equal(said(&bank, SUNSPEC_LOWEST_STRING, VALUE_pack_ma, -1), 1);
    assert_int_equal(said(&bank, SUNSPEC_MEAN, VALUE_pack_ma, -1), 12000);
    assert_int_equal(said(&bank, SUNSPEC_HIGHEST_STRING, VALUE_temp_max_ddegc, -1), 1);
    assert_int_equal(said(&bank, SUNSPEC_MEAN, VALUE_mos_ddegc, -1), -9999);
}

static void ratings_are_those_of_the_packs_that_answer(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_mah), 628000);
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_wh), 32153);          /* x 51.2 V */
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_charge_w), 16076);    /* 0.5 C */
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_discharge_w), 20480); /* the board's 200 A */
    assert_int_equal(made(&bank, SUNSPEC_MADE_available_wh), 21043);
    bank.battery.view.pack[1] = NULL;
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_mah), 314000);
    bank.battery.view.pack[0] = NULL;
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_mah), -9999);
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_wh), -9999);
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_charge_w), -9999);
}

static void a_string_that_does_not_answer_stays_and_says_so(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    bank.battery.view.pack[1] = NULL;
    assert_int_equal(made(&bank, SUNSPEC_MADE_string_count), 2);
    assert_int_equal(made(&bank, SUNSPEC_MADE_bank_words), 26 + 2 * 32);
    assert_int_equal(made(&bank, SUNSPEC_MADE_strings_connected), 1);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_events, 1), 1);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_string_status, 1), 0);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_own_events_1, 1), -9999);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_connection_failure, 1), -9999);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_switches, 1), -9999);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_pack_ma, 1), -9999);
    assert_int_equal(said(&bank, SUNSPEC_HIGHEST, VALUE_pack_ma, -1), 10000);
}

static void a_pack_with_a_high_number_makes_room_for_it(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    bank.battery.view.pack[5] = &bank.pack[1];
    assert_int_equal(made(&bank, SUNSPEC_MADE_string_count), 6);
    put(&bank.total, VALUE_pack_count, 99);
    assert_int_equal(made(&bank, SUNSPEC_MADE_string_count), PACK_MAX);
}

static void a_pack_that_is_no_host_is_its_only_string(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    bank.battery.dip = 7;
    bank.battery.own = &bank.pack[1];
    bank.battery.view = (struct view){.bank = &bank.pack[1]};
    bank.battery.view.pack[7] = &bank.pack[1];
    assert_int_equal(made(&bank, SUNSPEC_MADE_string_count), 1);
    assert_int_equal(made(&bank, SUNSPEC_MADE_address), 7);
    assert_int_equal(said(&bank, SUNSPEC_VALUE, VALUE_pack_ma, 0), 14000);
    assert_int_equal(made(&bank, SUNSPEC_MADE_rated_mah), 314000);
}

static void strings_show_their_switches(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_switches, 0), 3);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_string_status, 0), 3);
    put(&bank.pack[0], VALUE_charge_on, 0);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_switches, 0), 2);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_string_status, 0), 3);
    put(&bank.pack[0], VALUE_discharge_on, 0);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_string_status, 0), 1);
    assert_int_equal(made(&bank, SUNSPEC_MADE_strings_connected), 1);
    alarm_put(bank.pack[0].alarms, ALARM_charge_mos, true);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_connection_failure, 0), 6);
    assert_int_equal(made_of_string(&bank, SUNSPEC_MADE_connection_failure, 1), 0);
    assert_int_equal(made(&bank, SUNSPEC_MADE_cells_balancing), 1);
}

static void the_charge_status_follows_current_and_charge(void **state)
{
    (void)state;
    static const struct {
        int32_t ma;
        int32_t soc_permille;
        int32_t allowed;
        int64_t status;
    } cases[] = {
        {500,   500,  1, 4},
        {-500,  500,  1, 3},
        {499,   500,  1, 6},
        {-499,  1,    1, 6},
        {0,     1000, 1, 5},
        {0,     999,  1, 6},
        {0,     0,    1, 2},
        {600,   1000, 1, 4},
        {-5000, 0,    1, 3},
        {0,     500,  0, 1}
    };
    struct bank bank;
    init(&bank);
    for (size_t i = 0; i < COUNT(cases); i++) {
        put(&bank.total, VALUE_pack_ma, cases[i].ma);
        put(&bank.total, VALUE_soc_permille, cases[i].soc_permille);
        put(&bank.total, VALUE_charge_allowed, cases[i].allowed);
        put(&bank.total, VALUE_discharge_allowed, cases[i].allowed);
        assert_int_equal(made(&bank, SUNSPEC_MADE_charge_status), cases[i].status);
        assert_int_equal(made(&bank, SUNSPEC_MADE_depth), 1000 - cases[i].soc_permille);
    }
    snapshot_set_have(&bank.total, VALUE_soc_permille, false);
    assert_int_equal(made(&bank, SUNSPEC_MADE_charge_status), -9999);
    assert_int_equal(made(&bank, SUNSPEC_MADE_depth), -9999);
}

static void the_state_tells_faults_from_an_end_of_charge(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 3);
    assert_int_equal(made(&bank, SUNSPEC_MADE_health), 0);
    alarm_put(bank.total.warnings, ALARM_cell_under_voltage, true);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 3);
    assert_int_equal(made(&bank, SUNSPEC_MADE_health), 1);
    alarm_put(bank.total.alarms, ALARM_cell_under_voltage, true);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 5);
    assert_int_equal(made(&bank, SUNSPEC_MADE_health), 2);
    alarm_put(bank.total.alarms, ALARM_internal, true);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 99);
    init(&bank);
    put(&bank.total, VALUE_charge_allowed, 0);
    put(&bank.total, VALUE_discharge_allowed, 0);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 4);
    alarm_put(bank.total.alarms, ALARM_discharge_over_current, true);
    assert_int_equal(made(&bank, SUNSPEC_MADE_state), 1);
}

static void the_heartbeat_never_is_the_code_for_nothing(void **state)
{
    (void)state;
    static const int32_t seconds[] = {0, 65534, 65535, 65536, 131069, 131070};
    static const int64_t beats[] = {0, 65534, 0, 1, 65534, 0};
    struct bank bank;
    init(&bank);
    for (size_t i = 0; i < COUNT(seconds); i++) {
        put(&bank.pack[0], VALUE_uptime_s, seconds[i]);
        assert_int_equal(made(&bank, SUNSPEC_MADE_heartbeat), beats[i]);
    }
}

static void own_events_are_the_alarms_by_number(void **state)
{
    (void)state;
    for (int id = 0; id < ALARM_COUNT; id++) {
        struct bank bank;
        init(&bank);
        alarm_put(bank.total.alarms, (enum alarm)id, true);
        int64_t first = id < 31 ? (int64_t)1 << id : 0;
        int64_t second = id < 31 ? 0 : (int64_t)1 << (id - 31);
        assert_int_equal(made(&bank, SUNSPEC_MADE_own_events_1), first);
        assert_int_equal(made(&bank, SUNSPEC_MADE_own_events_2), second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_of_the_bank_or_of_the_pack_of_the_block),
        cmocka_unit_test(extremes_over_the_strings_come_with_their_number),
        cmocka_unit_test(ratings_are_those_of_the_packs_that_answer),
        cmocka_unit_test(a_string_that_does_not_answer_stays_and_says_so),
        cmocka_unit_test(a_pack_with_a_high_number_makes_room_for_it),
        cmocka_unit_test(a_pack_that_is_no_host_is_its_only_string),
        cmocka_unit_test(strings_show_their_switches),
        cmocka_unit_test(the_charge_status_follows_current_and_charge),
        cmocka_unit_test(the_state_tells_faults_from_an_end_of_charge),
        cmocka_unit_test(the_heartbeat_never_is_the_code_for_nothing),
        cmocka_unit_test(own_events_are_the_alarms_by_number),
    };
    return RUN_TESTS(tests);
}
