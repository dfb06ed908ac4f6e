/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pace_settings.c through the whole protocol: units, writes that a real pack
 * judges, exact read-back, and all that is refused.
 */
#include "tests/support/pace_bench.h"
#include "tests/support/test.h"

/* Of a pack as delivered, 320 Ah. */
/* clang-format off */
static const int32_t delivered[PACE_SETTING_WORDS] = {
    57600, 58400, 55200, 10, /* 60 pack over-voltage, 64 cell */
    3600, 3650, 3450, 10,
    46400, 43200, 48000, 10, /* 68 pack under-voltage, 72 cell */
    2900, 2700, 3000, 10,
    160, 175, 100, /* 76 charge current, 79 discharge current */
    200, 220, 100, 300, 40,
    450, 500, 450, 550, 600, 550, 50, 0, 50, -150, -200, -150, 800, 900, 700, /* 84 temperatures */
    0, 0, 0, 0, 0, 0, /* 99 environment */
    3400, 10, /* 105 balancing */
    55200, 16000, /* 107 full: 16 x 3.45 V, 0.05C */
    3500, 1440, 8, 9, 200, 40, /* 109 sleep, short circuit, low charge, charge current 2 */
};
/* clang-format on */

static void the_settings_of_a_pack_as_delivered_read_in_the_units_of_the_document(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    pace_read_words(&bench, PACE_SETTINGS, PACE_SETTING_WORDS);
    for (unsigned i = 0; i < PACE_SETTING_WORDS; i++)
        assert_int_equal(pace_word(&bench, i), (uint16_t)delivered[i]);
}

/* Register, raw value within our bounds, the setting and its value. */
static const struct {
    uint8_t address;
    int32_t raw;
    uint16_t id;
    int32_t value;
} write_cases[] = {
    {60,  57500, PARAM_pack_ov_warning_mv,           57500 },
    {61,  58000, PARAM_pack_ovp_mv,                  58000 },
    {62,  55000, PARAM_pack_ovp_release_mv,          55000 },
    {63,  50,    PARAM_pack_voltage_delay_ms,        5000  },
    {64,  3590,  PARAM_cell_ov_warning_mv,           3590  },
    {65,  3640,  PARAM_cell_ovp_mv,                  3640  },
    {66,  3440,  PARAM_cell_ovp_release_mv,          3440  },
    {67,  1,     PARAM_cell_ovp_delay_ms,            100   },
    {68,  46000, PARAM_pack_uv_warning_mv,           46000 },
    {69,  43000, PARAM_pack_uvp_mv,                  43000 },
    {70,  47000, PARAM_pack_uvp_release_mv,          47000 },
    {71,  20,    PARAM_pack_voltage_delay_ms,        2000  },
    {72,  2910,  PARAM_cell_uv_warning_mv,           2910  },
    {73,  2710,  PARAM_cell_uvp_mv,                  2710  },
    {74,  3010,  PARAM_cell_uvp_release_mv,          3010  },
    {75,  15,    PARAM_cell_uvp_delay_ms,            1500  },
    {76,  150,   PARAM_charge_oc_warning_ma,         150000},
    {77,  170,   PARAM_charge_ocp_ma,                170000},
    {78,  120,   PARAM_charge_ocp_delay_s,           12    },
    {79,  190,   PARAM_discharge_oc_warning_ma,      190000},
    {80,  210,   PARAM_discharge_ocp_ma,             210000},
    {81,  20,    PARAM_discharge_ocp_delay_s,        2     },
    {82,  310,   PARAM_discharge_ocp2_ma,            310000},
    {83,  4,     PARAM_discharge_ocp2_delay_ms,      100   },
    {84,  440,   PARAM_temp_hot_warning_ddegc,       440   },
    {85,  490,   PARAM_charge_otp_ddegc,             490   },
    {86,  440,   PARAM_charge_otp_release_ddegc,     440   },
    {87,  540,   PARAM_discharge_hot_warning_ddegc,  540   },
    {88,  590,   PARAM_discharge_otp_ddegc,          590   },
    {89,  540,   PARAM_discharge_otp_release_ddegc,  540   },
    {90,  60,    PARAM_temp_cold_warning_ddegc,      60    },
    {91,  20,    PARAM_charge_utp_ddegc,             20    },
    {92,  60,    PARAM_charge_utp_release_ddegc,     60    },
    {93,  -140,  PARAM_discharge_cold_warning_ddegc, -140  },
    {94,  -190,  PARAM_discharge_utp_ddegc,          -190  },
    {95,  -140,  PARAM_discharge_utp_release_ddegc,  -140  },
    {96,  790,   PARAM_mos_warning_ddegc,            790   },
    {97,  890,   PARAM_mos_otp_ddegc,                890   },
    {98,  690,   PARAM_mos_otp_release_ddegc,        690   },
    {105, 3380,  PARAM_balance_start_mv,             3380  },
    {106, 15,    PARAM_balance_trigger_mv,           15    },
    {107, 55680, PARAM_soc_full_mv,                  3480  },
    {109, 3400,  PARAM_smart_sleep_mv,               3400  },
    {110, 60,    PARAM_smart_sleep_delay_s,          3600  },
    {111, 20,    PARAM_scp_delay_us,                 500   },
    {112, 12,    PARAM_force_charge_soc_permille,    120   },
    {113, 180,   PARAM_charge_ocp2_ma,               180000},
    {114, 200,   PARAM_charge_ocp2_delay_ms,         5000  },
};

static void every_setting_is_written_alone_and_reads_back_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(write_cases); i++) {
        struct pace_bench bench;
        pace_start(&bench);
        uint8_t address = write_cases[i].address;
        assert_int_equal(pace_write(&bench, address, write_cases[i].raw), 0);
        assert_int_equal(bench.count, 1);
        assert_int_equal(bench.commands[0].kind, COMMAND_SET_PARAM);
        assert_int_equal(bench.commands[0].session, SESSION_RS485_1);
        assert_int_equal(bench.commands[0].id, write_cases[i].id);
        assert_int_equal(bench.commands[0].value, write_cases[i].value);
        assert_int_equal(pace_read(&bench, address), (uint16_t)write_cases[i].raw);
    }
}

/* Beyond the hard bounds or the harmony of the settings: refused by the core. What cannot be told
 * exactly, what has no counterpart: refused before it. */
static const struct {
    uint8_t address;
    int32_t raw;
    bool asked; /* the core */
} refusals[] = {
    {61,  60001, true }, /* pack over-voltage up to 60.0 V */
    {63,  0,     true }, /* 0.1 to 5.0 s */
    {63,  51,    true },
    {65,  3751,  true }, /* cell over-voltage up to 3.75 V */
    {66,  3650,  true }, /* release below the trip */
    {67,  51,    true },
    {73,  2499,  true }, /* cell under-voltage from 2.50 V */
    {77,  351,   true }, /* board rating x 1.75 */
    {78,  10,    true }, /* from 2 s */
    {80,  351,   true },
    {82,  351,   true },
    {83,  201,   true }, /* up to 5 s */
    {85,  501,   true }, /* charge up to 50 degC */
    {88,  601,   true }, /* discharge up to 60 degC */
    {91,  -1,    true }, /* charge from 0 degC */
    {97,  1001,  true }, /* switch up to 100 degC */
    {110, 59,    true }, /* from an hour */
    {111, 61,    true }, /* up to 1.5 ms */
    {112, 21,    true },
    {113, 351,   true },
    {114, 0,     true },
    {78,  101,   false}, /* whole seconds */
    {81,  205,   false},
    {99,  600,   false}, /* no sensor of the environment */
    {104, -100,  false},
    {107, 55201, false}, /* 16 equal cells */
    {108, 15000, false}, /* follows from the capacity */
};

static void what_bounds_units_or_hardware_forbid_is_refused_as_an_illegal_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct pace_bench bench;
        pace_start(&bench);
        struct params before = bench.params;
        assert_int_equal(pace_write(&bench, refusals[i].address, refusals[i].raw), 3);
        assert_int_equal(bench.requests, refusals[i].asked);
        assert_memory_equal(&bench.params, &before, sizeof(before));
    }
}

static void a_write_is_done_wholly_or_not_at_all(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    static const uint16_t good[] = {3590, 3640, 3440, 20};
    static const uint16_t bad[] = {3590, 3640, 3440, 51};
    struct params before = bench.params;
    assert_int_equal(pace_write_words(&bench, 64, bad, 4), 3);
    assert_memory_equal(&bench.params, &before, sizeof(before));
    assert_int_equal(pace_write_words(&bench, 64, good, 4), 0);
    assert_int_equal(bench.count, 4);
    pace_read_words(&bench, 64, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pace_word(&bench, i), good[i]);
}

static void the_two_delays_of_the_pack_voltage_are_one_setting(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    uint16_t words[9];
    pace_read_words(&bench, 63, 9);
    for (unsigned i = 0; i < 9; i++)
        words[i] = pace_word(&bench, i);
    words[0] = 20;
    assert_int_equal(pace_write_words(&bench, 63, words, 9), 3);
    words[8] = 20;
    assert_int_equal(pace_write_words(&bench, 63, words, 9), 0);
    assert_int_equal(bench.params.pack_voltage_delay_ms, 2000);
    assert_int_equal(pace_write(&bench, 71, 30), 0);
    assert_int_equal(pace_read(&bench, 63), 30);
}

static void the_whole_block_can_be_written_back_with_one_change(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    bench.params.charge_ocp_ma = 170500; /* finer than the register */
    bench.params.scp_delay_us = 210;
    uint16_t words[PACE_SETTING_WORDS];
    pace_read_words(&bench, PACE_SETTINGS, PACE_SETTING_WORDS);
    for (unsigned i = 0; i < PACE_SETTING_WORDS; i++)
        words[i] = pace_word(&bench, i);
    assert_int_equal(words[77 - PACE_SETTINGS], 170); /* never more than it is */
    words[106 - PACE_SETTINGS] = 12;
    assert_int_equal(pace_write_words(&bench, PACE_SETTINGS, words, PACE_SETTING_WORDS), 0);
    assert_int_equal(bench.count, 1);
    assert_int_equal(bench.params.balance_trigger_mv, 12);
    assert_int_equal(bench.params.charge_ocp_ma, 170500);
    assert_int_equal(bench.params.scp_delay_us, 210);
}

static void more_changes_than_a_pack_queues_are_refused_without_any(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    static const uint16_t words[] = {440, 490, 440, 540, 590, 540, 60, 20, 60};
    struct params before = bench.params;
    assert_int_equal(pace_write_words(&bench, 84, words, 9), 4);
    assert_memory_equal(&bench.params, &before, sizeof(before));
    assert_int_equal(pace_write_words(&bench, 84, words, 8), 0);
    assert_int_equal(bench.count, 8);
}

static void a_master_without_the_right_role_changes_nothing_and_is_told_so(void **state)
{
    (void)state;
    struct pace_bench bench;
    pace_start(&bench);
    bench.params.rs485_write_role = ROLE_USER;
    assert_int_equal(pace_write(&bench, 106, 12), 3);
    assert_int_equal(pace_write(&bench, 106, 10), 3); /* even if nothing would change */
    assert_int_equal(bench.params.balance_trigger_mv, 10);
    assert_int_equal(pace_write(&bench, 99, 0), 3); /* nothing there that can be set */
    pace_start(&bench);
    bench.battery.request = NULL;
    assert_int_equal(pace_write(&bench, 106, 12), 3);
    pace_start(&bench);
    assert_int_equal(pace_write(&bench, 106, 10), 0);
    assert_int_equal(bench.count, 1);
}

static void only_the_settings_can_be_written(void **state)
{
    (void)state;
    struct pace_bench bench;
    static const uint16_t words[30] = {0};
    /* clang-format off */
    static const uint16_t illegal[][2] = {
        {0, 1}, {6, 1}, {36, 1}, {37, 1}, {59, 2}, {114, 2}, {115, 1}, {150, 1}, {159, 11},
        {200, 1},
    };
    /* clang-format on */
    pace_start(&bench);
    for (size_t i = 0; i < COUNT(illegal); i++)
        assert_int_equal(pace_write_words(&bench, illegal[i][0], words, illegal[i][1]), 2);
    assert_int_equal(pace_write_words(&bench, 160, words, 10), 3);
    assert_int_equal(pace_write_words(&bench, 170, words, 10), 3);
    assert_int_equal(pace_write_words(&bench, 160, words, 20), 3);
    assert_int_equal(bench.requests, 0);
}

static void both_ends_agree_on_the_settings(void **state)
{
    (void)state;
    struct pace_bench bench;
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    pace_start(&bench);
    snapshot_init(&values);
    params_init(&params);
    for (unsigned id = 0; id < PARAM_COUNT; id++)
        params.value[id] = -1;
    snapshot_put(&values, VALUE_cell_count, 16);
    assert_string_equal(pace_exchange(&bench, 1, &reading), "settings");
    for (size_t i = 0; i < COUNT(write_cases); i++) {
        enum param_id id = (enum param_id)write_cases[i].id;
        assert_true(params_have(&params, id));
        assert_int_equal(params.value[id], bench.params.value[id]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_settings_of_a_pack_as_delivered_read_in_the_units_of_the_document),
        cmocka_unit_test(every_setting_is_written_alone_and_reads_back_exactly),
        cmocka_unit_test(what_bounds_units_or_hardware_forbid_is_refused_as_an_illegal_value),
        cmocka_unit_test(a_write_is_done_wholly_or_not_at_all),
        cmocka_unit_test(the_two_delays_of_the_pack_voltage_are_one_setting),
        cmocka_unit_test(the_whole_block_can_be_written_back_with_one_change),
        cmocka_unit_test(more_changes_than_a_pack_queues_are_refused_without_any),
        cmocka_unit_test(a_master_without_the_right_role_changes_nothing_and_is_told_so),
        cmocka_unit_test(only_the_settings_can_be_written),
        cmocka_unit_test(both_ends_agree_on_the_settings),
    };
    return RUN_TESTS(tests);
}
