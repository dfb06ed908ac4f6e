/* SPDX-License-Identifier: Apache-2.0
 * The SunSpec map as registers: both ends against each other, the edges of the map, refusals.
 */
#include "protocols/sunspec.h"

#include "base/bytes.h"
#include "core/alarms.h"
#include "protocols/register_serial.h"
#include "protocols/rs485.h"
#include "protocols/sunspec_value.h"
#include "tests/support/test.h"

enum { STRINGS = 3, MAP_WORDS = SUNSPEC_STRINGS - SUNSPEC_BASE + 32 * STRINGS + 2, DATA = 3 };

struct bank {
    struct snapshot total;
    struct snapshot pack[STRINGS];
    struct params params;
    struct serial_battery battery;
    uint8_t reply[SERIAL_REPLY_MAX];
    size_t size;
};

static const struct {
    uint8_t id;
    int32_t value;
} known[] = {
    {VALUE_pack_mv,            52740  },
    {VALUE_pack_ma,            -12300 },
    {VALUE_power_w,            -650   },
    {VALUE_soc_permille,       655    },
    {VALUE_soh_permille,       981    },
    {VALUE_cycle_count,        70000  },
    {VALUE_cell_max_mv,        3312   },
    {VALUE_cell_min_mv,        3289   },
    {VALUE_temp_max_ddegc,     251    },
    {VALUE_temp_min_ddegc,     -35    },
    {VALUE_temp_mean_ddegc,    102    },
    {VALUE_charge_limit_mv,    56800  },
    {VALUE_charge_limit_ma,    89900  },
    {VALUE_discharge_limit_mv, 46400  },
    {VALUE_discharge_limit_ma, 270000 },
    {VALUE_pack_count,         STRINGS},
};

static void init(struct bank *bank)
{
    memset(bank, 0, sizeof(*bank));
    params_init(&bank->params);
    snapshot_init(&bank->total);
    for (size_t i = 0; i < COUNT(known); i++)
        snapshot_put(&bank->total, (enum value_id)known[i].id, known[i].value);
    snapshot_put_maker(&bank->total, "Hearth", 6);
    for (int i = 0; i < STRINGS; i++) {
        bank->pack[i] = bank->total;
        snapshot_put(&bank->pack[i], VALUE_pack_ma, -1000 * i);
        snapshot_put(&bank->pack[i], VALUE_uptime_s, 77);
        bank->battery.view.pack[i] = &bank->pack[i];
    }
    bank->battery.view.bank = &bank->total;
    bank->battery.own = &bank->pack[0];
    bank->battery.params = &bank->params;
    bank->battery.ready = true;
}

static enum serial_answer_kind send(struct bank *bank, const uint8_t *request, size_t size)
{
    return sunspec->answer(&bank->battery, request, size, bank->reply, &bank->size);
}

static enum serial_answer_kind read(struct bank *bank, uint16_t first, uint16_t words)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    return send(bank, request, modbus_read_request(request, 1, first, words));
}

static unsigned word_at(struct bank *bank, uint16_t at)
{
    assert_int_equal(read(bank, at, 1), SERIAL_ANSWERED);
    return get_u16be(bank->reply + DATA);
}

static void the_map_begins_with_suns_and_chains_to_its_end(void **state)
{
    (void)state;
    static const unsigned ids[] = {1, 713, 802, 803, 0xFFFF};
    static const unsigned lengths[] = {66, 7, 62, 26 + 32 * STRINGS, 0};
    static const uint16_t at[] = {SUNSPEC_COMMON, SUNSPEC_STORAGE, SUNSPEC_BATTERY, SUNSPEC_BANK,
                                  SUNSPEC_BASE + MAP_WORDS - 2};
    struct bank bank;
    init(&bank);
    assert_int_equal(read(&bank, SUNSPEC_BASE, 2), SERIAL_ANSWERED);
    assert_memory_equal(bank.reply + DATA, "SunS", 4);
    uint16_t next = SUNSPEC_COMMON;
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_int_equal(next, at[i]);
        assert_int_equal(word_at(&bank, next), ids[i]);
        assert_int_equal(word_at(&bank, (uint16_t)(next + 1)), lengths[i]);
        next = (uint16_t)(next + 2 + lengths[i]);
    }
}

/* Places and raw numbers worked out from the standard's tables by hand. */
static void points_lie_where_the_standard_has_them(void **state)
{
    (void)state;
    static const struct {
        uint16_t at;
        uint16_t word;
    } cases[] = {
        {SUNSPEC_COMMON + 66,       1      }, /* DA */
        {SUNSPEC_COMMON + 67,       0x8000 }, /* Pad */
        {SUNSPEC_STORAGE + 2,       4823   }, /* WHRtg: 3 x 314 Ah x 51.2 V */
        {SUNSPEC_STORAGE + 7,       1      }, /* WH_SF */
        {SUNSPEC_BATTERY + 2,       942    }, /* AHRtg */
        {SUNSPEC_BATTERY + 7,       0xFFFF }, /* SoCMax */
        {SUNSPEC_BATTERY + 11,      655    }, /* SoC */
        {SUNSPEC_BATTERY + 12,      345    }, /* DoD */
        {SUNSPEC_BATTERY + 13,      981    }, /* SoH */
        {SUNSPEC_BATTERY + 14,      1      }, /* NCyc, high word */
        {SUNSPEC_BATTERY + 15,      4464   }, /* low word */
        {SUNSPEC_BATTERY + 17,      1      }, /* LocRemCtl */
        {SUNSPEC_BATTERY + 18,      77     }, /* Hb */
        {SUNSPEC_BATTERY + 21,      4      }, /* Typ */
        {SUNSPEC_BATTERY + 34,      5274   }, /* V */
        {SUNSPEC_BATTERY + 44,      0xFF85 }, /* A */
        {SUNSPEC_BATTERY + 45,      899    }, /* AChaMax */
        {SUNSPEC_BATTERY + 46,      2700   }, /* ADisChaMax */
        {SUNSPEC_BATTERY + 47,      0xFFBF }, /* W */
        {SUNSPEC_BATTERY + 50,      1      }, /* SetOp */
        {SUNSPEC_BATTERY + 55,      0x8000 }, /* DisChaRte_SF */
        {SUNSPEC_BATTERY + 59,      0xFFFE }, /* V_SF */
        {SUNSPEC_BATTERY + 63,      1      }, /* W_SF */
        {SUNSPEC_BANK + 2,          STRINGS}, /* NStr */
        {SUNSPEC_BANK + 4,          251    }, /* ModTmpMax */
        {SUNSPEC_BANK + 7,          0xFFDD }, /* ModTmpMin */
        {SUNSPEC_BANK + 27,         0xFFFE }, /* V_SF */
        {SUNSPEC_STRINGS,           1      }, /* StrNMod */
        {SUNSPEC_STRINGS + 4,       655    }, /* StrSoC */
        {SUNSPEC_STRINGS + 32 + 6,  0xFFF6 }, /* StrA of string 2 */
        {SUNSPEC_STRINGS + 64 + 31, 0x8000 }, /* Pad2 of string 3 */
    };
    struct bank bank;
    init(&bank);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(word_at(&bank, cases[i].at), cases[i].word);
}

static void any_span_shows_the_same_words(void **state)
{
    (void)state;
    struct bank bank;
    uint8_t whole[2 * MAP_WORDS];
    init(&bank);
    for (uint16_t i = 0; i < MAP_WORDS; i++)
        put_u16be(whole + 2 * i, (uint16_t)word_at(&bank, (uint16_t)(SUNSPEC_BASE + i)));
    for (uint16_t words = 2; words <= MODBUS_WORDS_MAX; words = (uint16_t)(words + 41)) {
        for (uint16_t i = 0; i + words <= MAP_WORDS; i++) {
            assert_int_equal(read(&bank, (uint16_t)(SUNSPEC_BASE + i), words), SERIAL_ANSWERED);
            assert_int_equal(bank.size, 5 + 2 * words);
            assert_memory_equal(bank.reply + DATA, whole + 2 * i, 2u * words);
        }
    }
}

static void assert_refused(struct bank *bank, enum serial_answer_kind kind, unsigned code)
{
    assert_int_equal(kind, SERIAL_REFUSED);
    assert_int_equal(bank->size, 5);
    assert_int_equal(bank->reply[2], code);
}

static void what_lies_outside_the_map_is_refused(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    uint16_t last = SUNSPEC_BASE + MAP_WORDS - 1;
    assert_int_equal(read(&bank, last, 1), SERIAL_ANSWERED);
    assert_refused(&bank, read(&bank, last, 2), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(&bank, read(&bank, SUNSPEC_BASE - 1, 2), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(&bank, read(&bank, 0, 2), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(&bank, read(&bank, 65535, 125), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(&bank, read(&bank, SUNSPEC_BASE, 126), MODBUS_ILLEGAL_VALUE);
    assert_refused(&bank, read(&bank, SUNSPEC_BASE, 0), MODBUS_ILLEGAL_VALUE);
}

static enum command_result surprise(void *context, const struct command *commands, uint8_t count)
{
    (void)context;
    (void)commands;
    (void)count;
    fail_msg("a write became a command");
    return COMMAND_ACCEPTED;
}

static void writes_are_refused_and_become_no_command(void **state)
{
    (void)state;
    static const uint8_t two[] = {0, 2};
    uint8_t request[SERIAL_REQUEST_MAX];
    struct bank bank;
    init(&bank);
    bank.battery.request = surprise;
    size_t size = modbus_write_request(request, 1, SUNSPEC_BATTERY + 50, two, 1);
    assert_refused(&bank, send(&bank, request, size), MODBUS_ILLEGAL_VALUE);
    size = modbus_write_request(request, 1, 30000, two, 1);
    assert_refused(&bank, send(&bank, request, size), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 50), 1);
}

static void a_battery_that_is_not_ready_says_nothing(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    bank.battery.ready = false;
    assert_int_equal(read(&bank, SUNSPEC_BATTERY, 64), SERIAL_SILENT);
    assert_int_equal(bank.size, 0);
}

/* Only what can be said without a pack is left: the fault, limits of 0. */
static void a_bank_without_packs_shows_no_measurements(void **state)
{
    (void)state;
    struct bank bank;
    init(&bank);
    snapshot_init(&bank.total);
    snapshot_put(&bank.total, VALUE_pack_count, STRINGS);
    snapshot_put(&bank.total, VALUE_charge_limit_ma, 0);
    snapshot_put(&bank.total, VALUE_discharge_limit_ma, 0);
    alarm_put(bank.total.alarms, ALARM_no_pack, true);
    for (int i = 0; i < STRINGS; i++)
        bank.battery.view.pack[i] = NULL;
    static const uint8_t measured[] = {11, 12, 13, 34, 37, 40, 43};
    for (size_t i = 0; i < COUNT(measured); i++)
        assert_int_equal(word_at(&bank, (uint16_t)(SUNSPEC_BATTERY + measured[i])), 0xFFFF);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 44), 0x8000);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 45), 0);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 46), 0);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 22), 99);
    assert_int_equal(word_at(&bank, SUNSPEC_BATTERY + 27), 1);
    assert_int_equal(word_at(&bank, SUNSPEC_BANK + 2), STRINGS);
    assert_int_equal(word_at(&bank, SUNSPEC_STRINGS + 64 + 21), 1);
}

/* Asks one question; the outcome of reading the answer, damaged by `damage` first. */
static enum decode poll(struct bank *bank, unsigned question, struct serial_reading *reading,
                        void (*damage)(uint8_t *reply))
{
    uint8_t bytes[SERIAL_REQUEST_MAX];
    size_t size = sunspec->ask(question, 1, bytes);
    assert_int_not_equal(size, 0);
    assert_int_equal(send(bank, bytes, size), SERIAL_ANSWERED);
    if (damage != NULL)
        damage(bank->reply);
    const struct serial_token request = {SERIAL_FRAME, (uint16_t)size, bytes};
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)bank->size, bank->reply};
    assert_int_equal(sunspec->take(&request, &reply, 1, reading), NOT_MINE);
    return sunspec->take(&request, &reply, 0, reading);
}

static void start_reading(struct serial_reading *reading, struct snapshot *values,
                          struct params *params)
{
    snapshot_init(values);
    params_init(params);
    *reading = (struct serial_reading){.values = values, .params = params};
}

static void the_client_reads_what_the_battery_says(void **state)
{
    (void)state;
    struct bank bank;
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
    init(&bank);
    alarm_put(bank.total.alarms, ALARM_cell_over_voltage, true);
    params_put_text(&bank.params, TEXT_PARAM_serial_number, "0123456789ABCDEF", 16);
    start_reading(&reading, &values, &params);
    for (unsigned i = 0; i < sunspec->question_count; i++)
        assert_int_equal(poll(&bank, i, &reading, NULL), DECODED);
    for (size_t i = 0; i < COUNT(known); i++) {
        int32_t value;
        assert_true(snapshot_get(&values, (enum value_id)known[i].id, &value));
        assert_int_equal(value, known[i].value);
    }
    assert_string_equal(values.maker, "Hearth");
    assert_string_equal(params.model, "HEARTH_16S200A");
    assert_string_equal(params.serial_number, "0123456789ABCDEF");
    assert_true(alarm_get(values.alarms, ALARM_cell_over_voltage));
    assert_int_equal(sunspec->ask(sunspec->question_count, 1, bank.reply), 0);
}

static void other_scale(uint8_t *reply)
{
    uint8_t *model = reply + DATA + 2 * (SUNSPEC_BATTERY - SUNSPEC_STORAGE);
    put_u16be(model + 2 * 34, 527);          /* V */
    put_u16be(model + 2 * 59, (uint16_t)-1); /* V_SF */
    put_u16be(model + 2 * 45, 90);           /* AChaMax */
    put_u16be(model + 2 * 62, 0);            /* AMax_SF */
}

static void the_client_goes_by_the_scale_that_comes_along(void **state)
{
    (void)state;
    struct bank bank;
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
    init(&bank);
    start_reading(&reading, &values, &params);
    assert_int_equal(poll(&bank, 1, &reading, other_scale), DECODED);
    assert_int_equal(values.pack_mv, 52700);
    assert_int_equal(values.charge_limit_ma, 90000);
    assert_int_equal(values.soc_permille, 655);
}

static void no_scale(uint8_t *reply)
{
    uint8_t *model = reply + DATA + 2 * (SUNSPEC_BATTERY - SUNSPEC_STORAGE);
    put_u16be(model + 2 * 59, 0x8000);
    put_u16be(model + 2 * 61, 11);
}

static void a_value_without_a_scale_is_not_read(void **state)
{
    (void)state;
    struct bank bank;
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
    init(&bank);
    start_reading(&reading, &values, &params);
    assert_int_equal(poll(&bank, 1, &reading, no_scale), DECODED);
    assert_false(snapshot_have(&values, VALUE_pack_mv));
    assert_false(snapshot_have(&values, VALUE_pack_ma));
    assert_true(snapshot_have(&values, VALUE_soc_permille));
}

static void other_model(uint8_t *reply)
{
    put_u16be(reply + DATA + 2 * (SUNSPEC_BATTERY - SUNSPEC_STORAGE), 805);
}

static void other_marker(uint8_t *reply)
{
    reply[DATA] = 's';
}

static void a_map_with_other_models_is_refused(void **state)
{
    (void)state;
    struct bank bank;
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
    init(&bank);
    start_reading(&reading, &values, &params);
    assert_int_equal(poll(&bank, 1, &reading, other_model), BAD);
    assert_int_equal(poll(&bank, 0, &reading, other_marker), BAD);
}

static void every_point_finds_its_scale_factor_in_its_model(void **state)
{
    (void)state;
    struct sunspec_walk walk;
    int scaled = 0;
    sunspec_walk_init(&walk, sunspec_models, SUNSPEC_MODEL_COUNT, SUNSPEC_BASE);
    walk.strings = 1;
    while (sunspec_walk_next(&walk)) {
        const struct sunspec_place *place = &walk.place;
        unsigned at = 0;
        if (place->point->scale_at == 0)
            continue;
        for (size_t i = 0; at < place->point->scale_at; i++)
            at += place->model->points[i].words;
        size_t row = 0;
        for (unsigned words = 0; words < at; row++)
            words += place->model->points[row].words;
        assert_int_equal(at, place->point->scale_at);
        assert_int_equal(place->model->points[row].type, SUNSPEC_SF);
        assert_int_equal(place->model->points[row].source, SUNSPEC_FIXED);
        scaled++;
    }
    assert_int_equal(scaled, 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_begins_with_suns_and_chains_to_its_end),
        cmocka_unit_test(points_lie_where_the_standard_has_them),
        cmocka_unit_test(any_span_shows_the_same_words),
        cmocka_unit_test(what_lies_outside_the_map_is_refused),
        cmocka_unit_test(writes_are_refused_and_become_no_command),
        cmocka_unit_test(a_battery_that_is_not_ready_says_nothing),
        cmocka_unit_test(a_bank_without_packs_shows_no_measurements),
        cmocka_unit_test(the_client_reads_what_the_battery_says),
        cmocka_unit_test(the_client_goes_by_the_scale_that_comes_along),
        cmocka_unit_test(a_value_without_a_scale_is_not_read),
        cmocka_unit_test(a_map_with_other_models_is_refused),
        cmocka_unit_test(every_point_finds_its_scale_factor_in_its_model),
    };
    return RUN_TESTS(tests);
}
