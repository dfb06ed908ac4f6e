/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pylon_rs485_take.c: answers with their request and without, habits of real
 * batteries and emulators, answers that belong to another question, requests explained.
 */
#include "tests/support/pylon_bench.h"

static struct pylon_bench bench;

/* Every bit of 62, alone. */
static void every_alarm_of_62_comes_back_in_its_place(void **state)
{
    (void)state;
    static const uint8_t first[] = {
        ALARM_cell_over_voltage,  ALARM_cell_under_voltage,  ALARM_pack_over_voltage,
        ALARM_pack_under_voltage, ALARM_charge_over_temp,    ALARM_charge_under_temp,
        ALARM_mos_over_temp,      ALARM_charge_over_current, ALARM_discharge_over_current,
    };
    for (size_t i = 0; i < COUNT(first); i++) {
        for (int warned = 0; warned < 2; warned++) {
            struct pylon_bench_reading read;
            pylon_bench_init(&bench, 1);
            uint32_t *set = warned ? bench.bank.warnings : bench.bank.alarms;
            alarm_put(set, (enum alarm)first[i], true);
            pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_ALARMS, -1);
            assert_int_equal(pylon_bench_take(NULL, bench.reply, 0, &read), DECODED);
            assert_memory_equal(read.values.alarms, bench.bank.alarms, sizeof(read.values.alarms));
            assert_memory_equal(read.values.warnings, bench.bank.warnings,
                                sizeof(read.values.warnings));
        }
    }
}

static void alarms_of_62_have_the_places_of_the_table(void **state)
{
    (void)state;
    static const struct {
        uint8_t alarm;
        bool warns;
        const char *info;
    } rows[] = {
        {ALARM_pack_over_voltage,       true,  "80000000"},
        {ALARM_pack_under_voltage,      true,  "40000000"},
        {ALARM_cell_over_voltage,       true,  "20000000"},
        {ALARM_cell_under_voltage,      true,  "10000000"},
        {ALARM_battery_over_temp,       true,  "08000000"},
        {ALARM_battery_over_temp,       false, "08000000"},
        {ALARM_charge_under_temp,       true,  "04000000"},
        {ALARM_mos_over_temp,           true,  "02000000"},
        {ALARM_cell_spread,             true,  "01000000"},
        {ALARM_temp_spread,             true,  "00800000"},
        {ALARM_charge_over_current,     true,  "00400000"},
        {ALARM_discharge_over_current,  true,  "00200000"},
        {ALARM_pack_stale,              false, "00100000"},
        {ALARM_pack_over_voltage,       false, "00008000"},
        {ALARM_pack_under_voltage,      false, "00004000"},
        {ALARM_cell_over_voltage_2,     false, "00002000"},
        {ALARM_deep_discharge,          false, "00001000"},
        {ALARM_discharge_over_temp,     false, "00000800"},
        {ALARM_discharge_under_temp,    false, "00000400"},
        {ALARM_mos_over_temp,           false, "00000200"},
        {ALARM_charge_short_circuit,    false, "00000040"},
        {ALARM_discharge_short_circuit, false, "00000020"},
        {ALARM_thermal_event,           false, "00000008"},
        {ALARM_no_pack,                 false, "00100008"},
        {ALARM_password_not_changed,    false, "00000000"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pylon_bench_init(&bench, 1);
        alarm_put(rows[i].warns ? bench.bank.warnings : bench.bank.alarms,
                  (enum alarm)rows[i].alarm, true);
        const char *reply = pylon_bench_ask_for(&bench, 2, PYLON_SYSTEM_ALARMS, -1);
        assert_memory_equal(reply + 13, rows[i].info, 8);
    }
}

static void discharge_limits_of_either_sign_are_positive(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(
        pylon_bench_take("~20024692E00202FD2E", "~20024600B01402D002B79800FAFF06C0F92D", 0, &read),
        DECODED);
    assert_int_equal(read.values.discharge_limit_ma, 25000);
    assert_int_equal(
        pylon_bench_take("~200246630000FDA9", "~20024600D01270805460064006A4C0F9E5", 0, &read),
        DECODED);
    assert_int_equal(read.values.discharge_limit_ma, 170000);
}

static void an_emulator_may_repeat_the_command_where_00_belongs(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(pylon_bench_take("~200246620000FDAA", "~20024662800800000000FC1A", 0, &read),
                     DECODED);
    assert_string_equal(read.reading.name, "system_alarms");
    assert_int_equal(read.reading.refused, 0);
    assert_int_equal(pylon_bench_take(NULL, "~20024662800800000000FC1A", 0, &read), DECODED);
    assert_string_equal(read.reading.name, "system_alarms");
    /* the answer to another question */
    assert_int_equal(pylon_bench_take("~200246630000FDA9", "~20024662800800000000FC1A", 0, &read),
                     NOT_MINE);
}

static void errors_are_told_with_their_code(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(pylon_bench_take("~20024642E00202FD33", "~200246910000FDA8", 0, &read),
                     DECODED);
    assert_string_equal(read.reading.name, "analog");
    assert_int_equal(read.reading.refused, 0x91);
    assert_int_equal(read.reading.pack, 2);
    assert_int_equal(pylon_bench_take("~20024642E00202FD33", "~200246910000FDA8", 1, &read),
                     NOT_MINE);
    assert_int_equal(pylon_bench_take(NULL, "~200246040000FDAE", 0, &read), DECODED);
    assert_string_equal(read.reading.name, "refused");
    assert_int_equal(read.reading.refused, 4);
    assert_int_equal(pylon_bench_take(NULL, "~200246000000FDB2", 0, &read), DECODED);
    assert_string_equal(read.reading.name, "acknowledge");
}

static void an_answer_from_elsewhere_is_none_to_this_question(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const from_02 = "~20024600B01402DDE0AF000640F380C0F937";
    assert_int_equal(pylon_bench_take("~20024692E00202FD2E", from_02, 0, &read), DECODED);
    assert_int_equal(pylon_bench_take("~20034692E00203FD2C", from_02, 0, &read), NOT_MINE);
    assert_int_equal(pylon_bench_take("~20124692E00212FD2C", from_02, 0, &read), DECODED); /* JK */
    assert_int_equal(pylon_bench_take("~20224692E00222FD2A", from_02, 0, &read), NOT_MINE);
    assert_int_equal(pylon_bench_take("~20024642E00202FD33", from_02, 0, &read), BAD); /* late */
    assert_int_equal(
        pylon_bench_take("~20024692E00202FD2E", "~20024600B01402DDE0AF000640F380C0F936", 0, &read),
        BAD);
    assert_int_equal(
        pylon_bench_take("~20024692E00202FD2E", "~20024700B01402DDE0AF000640F380C0F936", 0, &read),
        BAD); /* no battery */
}

/* Takes `from_02` as an answer to `request` in the profile that expects just that. */
static enum decode take_adr02(const char *request, const char *from_02,
                              struct pylon_bench_reading *read)
{
    char bytes[2][64];
    struct serial_token tokens[2];
    const char *texts[2] = {request, from_02};
    for (int i = 0; i < 2; i++) {
        size_t size = strlen(texts[i]);
        memcpy(bytes[i], texts[i], size);
        bytes[i][size] = '\r';
        tokens[i] =
            (struct serial_token){SERIAL_FRAME, (uint16_t)(size + 1), (const uint8_t *)bytes[i]};
    }
    snapshot_init(&read->values);
    params_init(&read->params);
    read->reading = (struct serial_reading){.values = &read->values, .params = &read->params};
    return pylon_rs485[1].take(&tokens[0], &tokens[1], 0, &read->reading);
}

static void with_adr02_the_question_says_which_pack_answers(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const from_02 = "~20024600B01402DDE0AF000640F380C0F937";
    assert_int_equal(take_adr02("~20034692E00203FD2C", from_02, &read), DECODED);
    assert_int_equal(read.reading.pack, 3);
    assert_int_equal(
        take_adr02("~20034692E00203FD2C", "~20044600B01402DDE0AF000640F380C0F935", &read),
        NOT_MINE);
}

/* With every command that answers something. */
static void an_answer_is_known_by_its_shape(void **state)
{
    (void)state;
    static const struct {
        uint8_t code;
        const char *name;
    } rows[] = {
        {PYLON_ANALOG,        "analog"       },
        {PYLON_ALARMS,        "alarms"       },
        {PYLON_SETTINGS,      "settings"     },
        {PYLON_MAKER,         "maker"        },
        {PYLON_SYSTEM,        "system"       },
        {PYLON_SYSTEM_ANALOG, "system_analog"},
        {PYLON_SYSTEM_ALARMS, "system_alarms"},
        {PYLON_SYSTEM_LIMITS, "system_limits"},
        {PYLON_LIMITS,        "limits"       },
        {PYLON_SERIAL,        "serial_number"},
        {PYLON_FIRMWARE,      "firmware"     },
    };
    pylon_bench_init(&bench, 2);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pylon_bench_reading read;
        pylon_bench_ask_for(&bench, 2, rows[i].code, 2);
        assert_int_equal(pylon_bench_take(NULL, bench.reply, 0, &read), DECODED);
        assert_string_equal(read.reading.name, rows[i].name);
    }
    pylon_bench_ask_for(&bench, 2, PYLON_ANALOG, 0xFF);
    struct pylon_bench_reading read;
    assert_int_equal(pylon_bench_take(NULL, bench.reply, 1, &read), DECODED);
    assert_int_equal(read.reading.pack, 3);
    assert_int_equal(pylon_bench_take(NULL, bench.reply, 2, &read), NOT_MINE);
    assert_int_equal(pylon_bench_take(NULL, "~20024600E00200FD3B", 0, &read), NOT_MINE);
}

static void settings_of_47_come_back(void **state)
{
    (void)state;
    static const uint8_t ids[] = {
        PARAM_cell_ovp_mv,         PARAM_cell_uv_warning_mv,  PARAM_cell_uvp_mv,
        PARAM_charge_otp_ddegc,    PARAM_charge_utp_ddegc,    PARAM_charge_ocp_ma,
        PARAM_pack_ovp_mv,         PARAM_pack_uv_warning_mv,  PARAM_pack_uvp_mv,
        PARAM_discharge_otp_ddegc, PARAM_discharge_utp_ddegc, PARAM_discharge_ocp_ma,
    };
    struct pylon_bench_reading read;
    pylon_bench_init(&bench, 1);
    pylon_bench_ask_for(&bench, 2, PYLON_SETTINGS, -1);
    assert_int_equal(pylon_bench_take("~200246470000FDA7", bench.reply, 0, &read), DECODED);
    unsigned known = 0;
    for (unsigned id = 0; id < PARAM_COUNT; id++)
        known += params_have(&read.params, (enum param_id)id);
    assert_int_equal(known, COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_true(params_have(&read.params, (enum param_id)ids[i]));
        assert_int_equal(read.params.value[ids[i]], bench.params.value[ids[i]]);
    }
}

static void explain(const char *request, struct pylon_bench_reading *read)
{
    char bytes[SERIAL_REQUEST_MAX];
    size_t size = strlen(request);
    memcpy(bytes, request, size);
    bytes[size] = '\r';
    const struct serial_token token = {SERIAL_FRAME, (uint16_t)(size + 1), (const uint8_t *)bytes};
    snapshot_init(&read->values);
    params_init(&read->params);
    read->reading = (struct serial_reading){.name = "unknown",
                                            .pack = SERIAL_ADDRESS_NONE,
                                            .values = &read->values,
                                            .params = &read->params};
    pylon_rs485[0].explain(&token, &read->reading);
}

static void requests_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        const char *name;
        int pack;
        int refused;
    } rows[] = {
        {"~20024642E00202FD33", "analog",  2,  0},
        {"~20324642E002FFFD06", "analog",  50, 0},
        {"~2002464F0000FD98",   "version", 2,  0},
        {"~20024699E00202FD27", "unknown", 2,  0},
        {"~20024742E00202FD32", "unknown", 2,  0},
        {"~20024642E00202FD32", "broken",  2,  2},
        {"~20024642D00202FD34", "broken",  2,  3},
        {"~20024642C00402FD33", "broken",  2,  5},
        {"~2G024642E00202FD1C", "unknown", -1, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pylon_bench_reading read;
        explain(rows[i].request, &read);
        assert_string_equal(read.reading.name, rows[i].name);
        assert_int_equal(read.reading.pack, rows[i].pack);
        assert_int_equal(read.reading.refused, rows[i].refused);
    }
}

static void limits_that_are_set_are_shown(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    explain("~20024694D01202DDE0AF0003E8FC18F976", &read);
    assert_string_equal(read.reading.name, "set_limits");
    assert_int_equal(read.values.charge_limit_mv, 56800);
    assert_int_equal(read.values.discharge_limit_mv, 44800);
    assert_int_equal(read.values.charge_limit_ma, 100000);
    assert_int_equal(read.values.discharge_limit_ma, 100000);
    explain("~20024694E00202FD2C", &read);
    assert_string_equal(read.reading.name, "set_limits");
    assert_false(snapshot_have(&read.values, VALUE_charge_limit_mv));
}

static void versions_are_text(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        const char *text;
    } rows[] = {
        {"~20024600400C020100010203FB52", "1.2.3"   },
        {"~20024600400C02010064FF0AFB11", "100.255."}, /* eight characters */
        {"~20024600400C020100000A63FB3E", "0.10.99" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pylon_bench_reading read;
        assert_int_equal(pylon_bench_take("~20024696E00202FD2A", rows[i].reply, 0, &read), DECODED);
        assert_string_equal(read.params.software_version, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_alarm_of_62_comes_back_in_its_place),
        cmocka_unit_test(alarms_of_62_have_the_places_of_the_table),
        cmocka_unit_test(discharge_limits_of_either_sign_are_positive),
        cmocka_unit_test(an_emulator_may_repeat_the_command_where_00_belongs),
        cmocka_unit_test(errors_are_told_with_their_code),
        cmocka_unit_test(an_answer_from_elsewhere_is_none_to_this_question),
        cmocka_unit_test(with_adr02_the_question_says_which_pack_answers),
        cmocka_unit_test(an_answer_is_known_by_its_shape),
        cmocka_unit_test(settings_of_47_come_back),
        cmocka_unit_test(requests_are_explained),
        cmocka_unit_test(limits_that_are_set_are_shown),
        cmocka_unit_test(versions_are_text),
    };
    return RUN_TESTS(tests);
}
