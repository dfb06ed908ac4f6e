/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pylon_rs485_answer.c: the worked frames, addresses, errors in the order of the
 * document's table, what is said without a bank, limits that never promise more than there is.
 */
#include "tests/support/pylon_bench.h"

#define ANALOG_REPLY                                                                               \
    "~2002460060821102100CE50CE60CE70CE80CE90CEA0CEB0CEC0CED0CEE0CEF0CF00CF10CF20CF30CF4060BA50B"  \
    "920B930B940B950BC3FF85CEC8FFFF04FFFF002503390004E200DFE5"

#define ALARMS_REPLY                                                                               \
    "~20024600804400021000000000000000000000000000000000060000000000000000000"                     \
    "00E400000F0C0"

static struct pylon_bench bench;

static void expect_all(const char *const rows[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *reply = pylon_bench_ask(&bench, rows[i][0]);
        if (strcmp(reply, rows[i][1]) != 0)
            print_error("asked %s\n", rows[i][0]);
        assert_string_equal(reply, rows[i][1]);
    }
}

static void a_battery_answers_with_the_worked_frames(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"~20024642E00202FD33",                 ANALOG_REPLY                                         },
        {"~20024644E00202FD31",                 ALARMS_REPLY                                         },
        {"~20024692E00202FD2E",                 "~20024600B01402DDE0AF000640F380C0F937"              },
        {"~200246620000FDAA",                   "~20024600800800000000FC22"                          },
        {"~200246630000FDA9",                   "~20024600D012DDE0AF0006400C80C0F99F"                },
        {"~2002464F0000FD98",                   "~200246000000FDB2"                                  },
        {"~20024693E00202FD2D",                 "~20024600C022024F50454E5041434B3030303030303031F6B8"},
        {"~20024694D01202DDE0AF0003E8FC18F976", "~200246040000FDAE"                                  },
        {"~20024695E00202FD2B",                 "~200246000000FDB2"                                  },
    };
    pylon_bench_init(&bench, 1);
    expect_all(rows, COUNT(rows));
    assert_int_equal(bench.command_count, 1);
}

/* Its own snapshot names no pack. */
static void a_pack_that_speaks_for_itself_names_itself_in_61(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 0);
    pylon_bench_pack(&bench.pack[5]);
    bench.battery.view.bank = bench.battery.own = &bench.pack[5];
    bench.battery.dip = 5;
    const char *reply = pylon_bench_ask(&bench, "~200746610000FDA6");
    assert_memory_equal(reply + 35, "0CF40510", 8); /* highest cell */
    assert_memory_equal(reply + 43, "0CE50501", 8);
}

/* The frame counts its pack from 1; packs count from 0 here, as at JK. */
static void the_worked_frame_of_61_is_that_of_pack_1(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 0);
    pylon_bench_pack(&bench.pack[1]);
    bench.battery.view.pack[1] = &bench.pack[1];
    bench.battery.own = &bench.pack[1];
    bench.battery.dip = 1;
    snapshot_put(&bench.bank, VALUE_cell_max_pack, 1);
    snapshot_put(&bench.bank, VALUE_cell_min_pack, 1);
    assert_string_equal(pylon_bench_ask(&bench, "~200346610000FDAA"),
                        "~200346008062CEC8FB32420025002564640CF401100CE501010B940B9501040B9201010B"
                        "C30BC300010BC300010BA50BA500010BA50001E8F4");
}

static void a_request_in_lower_case_is_answered(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    assert_string_equal(pylon_bench_ask(&bench, "~20024642e00202fd13"), ANALOG_REPLY);
}

static void sixteen_packs_of_sixteen_cells_fit_into_one_answer(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 16);
    assert_int_equal(strlen(pylon_bench_ask(&bench, "~20024642E002FFFD09")), 2037);
    assert_memory_equal(bench.reply, "~2002460077E41110", 17);
    assert_int_equal(pylon_bench_code(&bench), PYLON_NORMAL);
    pylon_bench_ask(&bench, "~20024644E002FFFD07");
    assert_int_equal(pylon_bench_code(&bench), PYLON_NORMAL);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 16);
    for (unsigned i = 0; i < 16; i++) {
        for (int cell = 0; cell < CELL_MAX; cell++)
            snapshot_put(&bench.pack[i], (enum value_id)(VALUE_cell_mv + cell), 3300);
    }
    pylon_bench_ask(&bench, "~20024642E002FFFD09");
    assert_int_equal(pylon_bench_code(&bench), PYLON_BAD_DATA);
    assert_int_equal(bench.kind, SERIAL_REFUSED);
}

static void faults_are_answered_in_the_order_of_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        const char *reply;
        uint8_t kind;
    } rows[] = {
        {"~2G024642E00202FD1C",   SILENCE,             SERIAL_DAMAGED },
        {"~20014642E00202FD34",   SILENCE,             SERIAL_FOREIGN },
        {"~20224642E00202FD31",   SILENCE,             SERIAL_FOREIGN },
        {"~20FF4642E00202FD09",   SILENCE,             SERIAL_FOREIGN },
        {"~20024642D00202FD33",   "~200246020000FDB0", SERIAL_DAMAGED }, /* sum before length */
        {"~20024642D00202FD34",   "~200246030000FDAF", SERIAL_DAMAGED },
        {"~20024642C00402FD33",   "~200246050000FDAD", SERIAL_DAMAGED },
        {"~20024699E00202FD27",   "~200246040000FDAE", SERIAL_REFUSED },
        {"~200246990000FDA0",     "~200246040000FDAE", SERIAL_REFUSED }, /* before format */
        {"~20024742E00202FD32",   "~200246040000FDAE", SERIAL_REFUSED }, /* no battery */
        {"~200246420000FDAC",     "~200246050000FDAD", SERIAL_REFUSED },
        {"~20024692E002FFFD04",   "~200246060000FDAC", SERIAL_REFUSED },
        {"~20034642E002FFFD08",   "~200346900000FDA8", SERIAL_REFUSED }, /* group at a pack */
        {"~200346610000FDAA",     "~200346900000FDA8", SERIAL_REFUSED },
        {"~20044642E00204FD2F",   "~200446910000FDA6", SERIAL_REFUSED }, /* pack 2 is lost */
        {"~20024642E00205FD30",   NULL,                SERIAL_ANSWERED}, /* INFO is ignored */
        {"~20024692C0040201FCCD", NULL,                SERIAL_ANSWERED}, /* so is more of it */
        {"~2002464FC0048520FCB2", NULL,                SERIAL_ANSWERED},
    };
    pylon_bench_init(&bench, 2);
    snapshot_put(&bench.bank, VALUE_pack_count, 3);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pylon_bench_ask(&bench, rows[i].request);
        if (bench.kind != rows[i].kind)
            print_error("asked %s\n", rows[i].request);
        assert_int_equal(bench.kind, rows[i].kind);
        if (rows[i].reply != NULL)
            assert_string_equal(bench.reply, rows[i].reply);
    }
}

/* An adapter that echoes shows a pack its own answers. */
static void no_answer_is_answered(void **state)
{
    (void)state;
    static const char *const answers[] = {
        ANALOG_REPLY,        "~200246000000FDB2", "~200246020000FDB0", "~200246040000FDAE",
        "~200246060000FDAC", "~200246900000FDA9", "~200246910000FDA8",
    };
    pylon_bench_init(&bench, 1);
    for (size_t i = 0; i < COUNT(answers); i++) {
        uint8_t bytes[512];
        size_t size = strlen(answers[i]);
        memcpy(bytes, answers[i], size);
        bytes[size] = '\r';
        assert_string_equal(pylon_bench_hear(&bench, (const char *)bytes, size + 1), SILENCE);
        assert_int_equal(bench.kind, SERIAL_FOREIGN);
    }
}

static unsigned answered_addresses(uint8_t code, int info)
{
    unsigned count = 0;
    for (unsigned address = 0; address <= UINT8_MAX; address++) {
        pylon_bench_ask_for(&bench, (uint8_t)address, code, info);
        count += bench.kind != SERIAL_FOREIGN;
    }
    return count;
}

static void the_host_answers_for_its_packs_and_a_slave_for_itself(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 3);
    assert_int_equal(answered_addresses(PYLON_ANALOG, 2), 6); /* 02..04, 12..14 */
    assert_int_equal(answered_addresses(PYLON_VERSION, -1), 7);
    pylon_bench_init(&bench, 16);
    assert_int_equal(answered_addresses(PYLON_ANALOG, 2), 32);
    bench.battery.dip = 15;
    bench.battery.own = &bench.pack[15];
    assert_int_equal(answered_addresses(PYLON_ANALOG, 2), 2);
    pylon_bench_ask_for(&bench, 0x11, PYLON_ANALOG, 0x11);
    assert_memory_equal(bench.reply, "~2011460060821111", 17);
    pylon_bench_ask_for(&bench, 0x11, PYLON_ANALOG, 0xFF);
    assert_int_equal(pylon_bench_code(&bench), PYLON_BAD_ADDRESS);
}

static void version_and_maker_are_told_at_address_0(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    assert_string_equal(pylon_bench_ask(&bench, "~2000464F0000FD9A"), "~200046000000FDB4");
    assert_memory_equal(pylon_bench_ask(&bench, "~200046510000FDAE"), "~20004600C040", 13);
    pylon_bench_ask_for(&bench, 0, PYLON_ANALOG, 2);
    assert_int_equal(bench.kind, SERIAL_FOREIGN);
    bench.battery.dip = 1;
    pylon_bench_ask_for(&bench, 0, PYLON_VERSION, -1);
    assert_int_equal(bench.kind, SERIAL_FOREIGN);
}

static void the_version_of_the_request_comes_back_but_4F_says_20(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    assert_memory_equal(pylon_bench_ask(&bench, "~28024642E00202FD2B"), "~280246006082", 13);
    assert_string_equal(pylon_bench_ask(&bench, "~2802464F0000FD90"), "~200246000000FDB2");
}

static void the_other_profile_always_answers_from_address_02(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 3);
    bench.protocol = &pylon_rs485[1];
    assert_string_equal(bench.protocol->profile, "adr02");
    for (uint8_t address = 0x02; address <= 0x04; address++) {
        assert_memory_equal(pylon_bench_ask_for(&bench, address, PYLON_ANALOG, address),
                            "~2002460060821102", 17);
        assert_memory_equal(pylon_bench_ask_for(&bench, address, 0x99, -1), "~20024604", 9);
    }
    assert_memory_equal(pylon_bench_ask_for(&bench, 0, PYLON_VERSION, -1), "~20024600", 9);
    pylon_bench_ask_for(&bench, 0x05, PYLON_ANALOG, 5);
    assert_int_equal(bench.kind, SERIAL_FOREIGN);
}

static void without_a_bank_only_the_identity_is_told(void **state)
{
    (void)state;
    static const uint8_t silent[] = {0x42, 0x44, 0x47, 0x60, 0x61, 0x62, 0x63, 0x92};
    static const uint8_t told[] = {0x4F, 0x51, 0x93, 0x96};
    pylon_bench_init(&bench, 1);
    bench.battery.ready = false;
    for (size_t i = 0; i < COUNT(silent); i++) {
        pylon_bench_ask_for(&bench, 2, silent[i], 2);
        assert_int_equal(bench.kind, SERIAL_SILENT);
        assert_string_equal(bench.reply, SILENCE);
    }
    for (size_t i = 0; i < COUNT(told); i++) {
        pylon_bench_ask_for(&bench, 2, told[i], 2);
        assert_int_equal(bench.kind, SERIAL_ANSWERED);
    }
    pylon_bench_ask_for(&bench, 2, 0x99, 2);
    assert_int_equal(bench.kind, SERIAL_REFUSED);
}

static void what_the_bank_does_not_know_is_not_said(void **state)
{
    (void)state;
    static const struct {
        uint8_t value;
        uint8_t code;
    } rows[] = {
        {VALUE_pack_mv,            PYLON_SYSTEM_ANALOG},
        {VALUE_pack_ma,            PYLON_SYSTEM_ANALOG},
        {VALUE_soc_permille,       PYLON_SYSTEM_ANALOG},
        {VALUE_charge_limit_mv,    PYLON_SYSTEM_LIMITS},
        {VALUE_charge_limit_ma,    PYLON_SYSTEM_LIMITS},
        {VALUE_discharge_limit_mv, PYLON_LIMITS       },
        {VALUE_discharge_limit_ma, PYLON_LIMITS       },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pylon_bench_init(&bench, 1);
        snapshot_set_have(&bench.bank, (enum value_id)rows[i].value, false);
        pylon_bench_ask_for(&bench, 2, rows[i].code, 2);
        assert_int_equal(bench.kind, SERIAL_SILENT);
    }
    pylon_bench_init(&bench, 1);
    snapshot_set_have(&bench.bank, VALUE_alarms, false);
    pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_ALARMS, -1);
    assert_int_equal(bench.kind, SERIAL_SILENT);
}

static void a_group_leaves_a_lost_pack_out(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 3);
    bench.battery.view.pack[1] = NULL;
    assert_memory_equal(pylon_bench_ask(&bench, "~20024642E002FFFD09") + 13, "1102", 4);
    pylon_bench_ask_for(&bench, 3, PYLON_LIMITS, 3);
    assert_int_equal(pylon_bench_code(&bench), PYLON_PACK_LOST);
    snapshot_set_have(&bench.pack[0], VALUE_pack_mv, false);
    snapshot_set_have(&bench.pack[2], VALUE_pack_mv, false);
    pylon_bench_ask(&bench, "~20024642E002FFFD09");
    assert_int_equal(pylon_bench_code(&bench), PYLON_PACK_LOST);
}

/* Limits as the asking side reads them. */
static void read_limits(uint8_t address, uint8_t code, struct snapshot *limits)
{
    struct pylon_bench_reading read;
    pylon_bench_ask_for(&bench, address, code, address);
    assert_int_equal(pylon_bench_take(NULL, bench.reply, 0, &read), DECODED);
    *limits = read.values;
}

static void packs_share_what_the_bank_may(void **state)
{
    (void)state;
    struct snapshot limits;
    pylon_bench_init(&bench, 3);
    snapshot_put(&bench.bank, VALUE_charge_limit_ma, 200000);
    snapshot_put(&bench.pack[1], VALUE_charge_limit_ma, 50000);
    snapshot_put(&bench.pack[1], VALUE_charge_limit_mv, 55000);
    snapshot_put(&bench.pack[1], VALUE_discharge_limit_mv, 46000);
    snapshot_put(&bench.pack[2], VALUE_charge_allowed, 0);
    read_limits(2, PYLON_LIMITS, &limits);
    assert_int_equal(limits.charge_limit_ma, 66600); /* rounded down */
    assert_int_equal(limits.discharge_limit_ma, 106600);
    read_limits(3, PYLON_LIMITS, &limits);
    assert_int_equal(limits.charge_limit_ma, 50000);
    assert_int_equal(limits.charge_limit_mv, 55000);
    assert_int_equal(limits.discharge_limit_mv, 46000);
    read_limits(4, PYLON_LIMITS, &limits);
    assert_int_equal(limits.charge_limit_ma, 0);
    assert_int_equal(limits.charge_allowed, 0);
    assert_int_equal(limits.discharge_allowed, 1);
    read_limits(2, PYLON_SYSTEM_LIMITS, &limits);
    assert_int_equal(limits.charge_limit_ma, 200000);
}

static void a_stopped_bank_stops_every_pack_in_every_way(void **state)
{
    (void)state;
    static const uint8_t codes[] = {PYLON_LIMITS, PYLON_SYSTEM_LIMITS};
    pylon_bench_init(&bench, 2);
    snapshot_put(&bench.bank, VALUE_charge_allowed, 0);
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct snapshot limits;
        read_limits(2, codes[i], &limits);
        assert_int_equal(limits.charge_allowed, 0);
        assert_int_equal(limits.charge_limit_ma, 0);
        assert_int_equal(limits.charge_limit_mv, 52936); /* as it stands */
        assert_int_equal(limits.discharge_limit_ma, i == 0 ? 160000 : 320000);
    }
    snapshot_put(&bench.bank, VALUE_pack_mv, 40000);
    struct snapshot limits;
    read_limits(2, PYLON_SYSTEM_LIMITS, &limits);
    assert_int_equal(limits.charge_limit_mv, 45800); /* 1 V above the discharge voltage */
}

static void requests_of_the_battery_are_bits_and_balancing_is_none(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    snapshot_put(&bench.bank, VALUE_force_charge, 1);
    snapshot_put(&bench.bank, VALUE_full_charge_requested, 1);
    snapshot_put(&bench.pack[0], VALUE_balance_state, 1);
    snapshot_put(&bench.bank, VALUE_balance_state, 1);
    const char *reply = pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_LIMITS, -1);
    assert_memory_equal(reply + 29, "D8", 2);
    snapshot_put(&bench.bank, VALUE_force_charge, 0);
    snapshot_put(&bench.bank, VALUE_full_charge_requested, 0);
    reply = pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_LIMITS, -1);
    assert_memory_equal(reply + 29, "C0", 2);
}

static void large_currents_saturate(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 1);
    snapshot_put(&bench.bank, VALUE_charge_limit_ma, 5120000);
    snapshot_put(&bench.bank, VALUE_discharge_limit_ma, 5120000);
    snapshot_put(&bench.bank, VALUE_pack_ma, 640000);
    assert_memory_equal(pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_LIMITS, -1) + 21, "7FFF7FFF",
                        8);
    assert_memory_equal(pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_ANALOG, -1) + 13, "CEC87FFF",
                        8);
}

static void the_system_says_which_pack_is_hot_cold_and_worn(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 3);
    snapshot_put(&bench.pack[1], VALUE_mos_ddegc, 400);
    snapshot_put(&bench.pack[2], VALUE_mos_ddegc, 100);
    snapshot_put(&bench.pack[2], (enum value_id)(VALUE_temp_ddegc + 3), 350);
    snapshot_put(&bench.pack[1], (enum value_id)(VALUE_temp_ddegc + 4), 50);
    snapshot_put(&bench.pack[1], VALUE_temp_ddegc, 300);
    snapshot_put(&bench.pack[2], VALUE_soh_permille, 905);
    snapshot_put(&bench.pack[2], VALUE_cycle_count, 100);
    const char *info = pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_ANALOG, -1) + 13;
    assert_memory_equal(info + 10, "003A0064645B", 12); /* mean and most cycles, health */
    assert_memory_equal(info + 46, "0203", 4);
    assert_memory_equal(info + 54, "0104", 4);
    assert_memory_equal(info + 58, "0BAF0C3B00010B0F0002", 20); /* switches 26.0 40.0 10.0 */
    assert_memory_equal(info + 78, "0BB60BD700010BA50000", 20); /* boards 26.7 30.0 25.0 */
}

static void a_pack_is_shut_down_only_by_its_own_address_and_if_it_may(void **state)
{
    (void)state;
    pylon_bench_init(&bench, 2);
    pylon_bench_ask_for(&bench, 2, PYLON_SHUT_DOWN, 3);
    assert_int_equal(pylon_bench_code(&bench), PYLON_BAD_DATA);
    pylon_bench_ask_for(&bench, 2, PYLON_SHUT_DOWN, 0xFF);
    assert_int_equal(pylon_bench_code(&bench), PYLON_BAD_DATA);
    pylon_bench_ask_for(&bench, 3, PYLON_SHUT_DOWN, 3); /* the host cannot */
    assert_int_equal(pylon_bench_code(&bench), PYLON_UNKNOWN);
    assert_int_equal(bench.command_count, 0);
    pylon_bench_ask_for(&bench, 2, PYLON_SHUT_DOWN, 2);
    assert_int_equal(pylon_bench_code(&bench), PYLON_NORMAL);
    assert_int_equal(bench.command_count, 1);
    assert_int_equal(bench.command.kind, COMMAND_SHUT_DOWN);
    assert_int_equal(bench.command.session, SESSION_RS485_1);
    bench.result = COMMAND_NO_ACCESS;
    pylon_bench_ask_for(&bench, 2, PYLON_SHUT_DOWN, 2);
    assert_int_equal(pylon_bench_code(&bench), PYLON_UNKNOWN);
    bench.battery.request = NULL;
    pylon_bench_ask_for(&bench, 2, PYLON_SHUT_DOWN, 2);
    assert_int_equal(pylon_bench_code(&bench), PYLON_UNKNOWN);
    assert_int_equal(bench.command_count, 2);
}

static void the_identity_comes_back_as_it_was_told(void **state)
{
    (void)state;
    static const uint8_t codes[] = {PYLON_MAKER, PYLON_SYSTEM};
    pylon_bench_init(&bench, 2);
    snapshot_put_maker(&bench.pack[0], "Hearth", 6);
    params_put_text(&bench.params, TEXT_PARAM_software_version, "12.3.250", 8);
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct pylon_bench_reading read;
        pylon_bench_ask_for(&bench, 2, codes[i], -1);
        assert_int_equal(pylon_bench_take(NULL, bench.reply, 0, &read), DECODED);
        assert_string_equal(read.params.model, "HEARTH_16S");
        assert_string_equal(read.params.software_version, "12.3");
        assert_string_equal(read.values.maker, "Hearth");
    }
    assert_memory_equal(bench.reply + 77, "024F50454E", 10); /* two packs, the own serial number */
    assert_memory_equal(bench.reply + 111, "2D2D2D2D", 8);   /* the other's is not known */
    assert_memory_equal(pylon_bench_ask_for(&bench, 2, PYLON_FIRMWARE, 2) + 13, "020C030C03FA", 12);
    assert_memory_equal(pylon_bench_ask_for(&bench, 3, PYLON_SERIAL, 3) + 13, "032D2D2D", 8);
}

static void without_a_maker_it_says_Pylon(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 1);
    pylon_bench_ask_for(&bench, 2, PYLON_MAKER, -1);
    assert_int_equal(pylon_bench_take(NULL, bench.reply, 0, &read), DECODED);
    assert_string_equal(read.values.maker, "Pylon");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_battery_answers_with_the_worked_frames),
        cmocka_unit_test(the_worked_frame_of_61_is_that_of_pack_1),
        cmocka_unit_test(a_pack_that_speaks_for_itself_names_itself_in_61),
        cmocka_unit_test(a_request_in_lower_case_is_answered),
        cmocka_unit_test(sixteen_packs_of_sixteen_cells_fit_into_one_answer),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(faults_are_answered_in_the_order_of_the_table),
        cmocka_unit_test(no_answer_is_answered),
        cmocka_unit_test(the_host_answers_for_its_packs_and_a_slave_for_itself),
        cmocka_unit_test(version_and_maker_are_told_at_address_0),
        cmocka_unit_test(the_version_of_the_request_comes_back_but_4F_says_20),
        cmocka_unit_test(the_other_profile_always_answers_from_address_02),
        cmocka_unit_test(without_a_bank_only_the_identity_is_told),
        cmocka_unit_test(what_the_bank_does_not_know_is_not_said),
        cmocka_unit_test(a_group_leaves_a_lost_pack_out),
        cmocka_unit_test(packs_share_what_the_bank_may),
        cmocka_unit_test(a_stopped_bank_stops_every_pack_in_every_way),
        cmocka_unit_test(requests_of_the_battery_are_bits_and_balancing_is_none),
        cmocka_unit_test(large_currents_saturate),
        cmocka_unit_test(the_system_says_which_pack_is_hot_cold_and_worn),
        cmocka_unit_test(a_pack_is_shut_down_only_by_its_own_address_and_if_it_may),
        cmocka_unit_test(the_identity_comes_back_as_it_was_told),
        cmocka_unit_test(without_a_maker_it_says_Pylon),
    };
    return RUN_TESTS(tests);
}
