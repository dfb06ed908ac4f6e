/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/pylon_rs485_read.c: packs one behind the other, forms of the capacity, what
 * follows from the numbers, and INFO that is cut, stretched or nonsense at every place.
 */
#include "protocols/pylon_rs485_take.h"

#include <stdio.h>

#include "tests/support/pylon_bench.h"

#define REQUEST "~20024642E00202FD33"
#define GROUP_REQUEST "~20024642E002FFFD09"

/* A right answer from address 02 with this INFO. */
static const char *reply_of(const char *info)
{
    static char text[SERIAL_REPLY_MAX];
    struct pylon_writer writer;
    const struct pylon_head head = {0x20, 2, PYLON_DEVICE, 0};
    pylon_begin(&writer, (uint8_t *)text, sizeof(text), &head);
    for (size_t i = 0; info[2 * i] != '\0'; i++) {
        char pair[3] = {info[2 * i], info[2 * i + 1], '\0'};
        pylon_put(&writer, (uint32_t)strtoul(pair, NULL, 16), 1);
    }
    text[pylon_end(&writer) - 1] = '\0';
    return text;
}

static enum decode take(const char *request, const char *info, unsigned part,
                        struct pylon_bench_reading *read)
{
    return pylon_bench_take(request, reply_of(info), part, read);
}

#define CELLS "020CE50CE6"     /* 3301, 3302 mV */
#define TEMPS "030BA50B920B93" /* 25.0, 23.1, 23.2 degC */
#define SMALL                                                                                      \
    CELLS TEMPS "FF851A00"                                                                         \
                "5BCC02C3500025" /* -12.3 A, 6.656 V, 23.5 of 50.0 Ah */
#define LARGE                                                                                      \
    CELLS TEMPS "FF851A00"                                                                         \
                "FFFF04FFFF0025"                                                                   \
                "03390004E200"

static void a_pack_with_two_items_is_read(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(take(REQUEST, "1102" SMALL, 0, &read), DECODED);
    assert_string_equal(read.reading.name, "analog");
    assert_int_equal(read.reading.pack, 2);
    assert_int_equal(read.values.cell_count, 2);
    assert_int_equal(read.values.cell_max_mv, 3302);
    assert_int_equal(read.values.cell_max_index, 1);
    assert_int_equal(read.values.cell_min_mv, 3301);
    assert_int_equal(read.values.cell_min_index, 0);
    assert_int_equal(read.values.pack_ma, -12300);
    assert_int_equal(read.values.pack_mv, 6656);
    assert_int_equal(read.values.remaining_mah, 23500);
    assert_int_equal(read.values.full_mah, 50000);
    assert_int_equal(read.values.cycle_count, 37);
    assert_int_equal(read.values.soc_permille, 470);
    assert_int_equal(read.values.temp_mean_ddegc, 232); /* without the board, half up */
    assert_int_equal(read.values.temp_min_ddegc, 231);
    assert_int_equal(read.values.temp_max_ddegc, 232);
    assert_false(snapshot_have(&read.values, VALUE_mos_ddegc));
    assert_int_equal(take(REQUEST, "1102" SMALL, 1, &read), NOT_MINE);
}

static void the_number_of_items_decides_not_the_marker(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(take(REQUEST, "1102" LARGE, 0, &read), DECODED);
    assert_int_equal(read.values.remaining_mah, 211200);
    assert_int_equal(read.values.full_mah, 320000);
    const char *const four_without_marker = "1102" CELLS TEMPS "FF851A00"
                                            "5BCC04C3500025"
                                            "03390004E200";
    assert_int_equal(take(REQUEST, four_without_marker, 0, &read), DECODED);
    assert_int_equal(read.values.remaining_mah, 211200);
    const char *const five = "1102" CELLS TEMPS "FF851A00"
                             "FFFF05FFFF0025"
                             "03390004E200"
                             "1234";
    assert_int_equal(take(REQUEST, five, 0, &read), DECODED);
    assert_int_equal(read.values.full_mah, 320000);
    const char *const three = "1102" CELLS TEMPS "FF851A00"
                              "FFFF03FFFF0025"
                              "03390004E200";
    assert_int_equal(take(REQUEST, three, 0, &read), DECODED);
    assert_int_equal(read.values.full_mah, 320000);
}

static void a_marker_alone_is_no_charge(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const marked = "1102" CELLS TEMPS "FF851A00"
                               "FFFF02FFFF0025";
    assert_int_equal(take(REQUEST, marked, 0, &read), DECODED);
    assert_false(snapshot_have(&read.values, VALUE_remaining_mah));
    assert_false(snapshot_have(&read.values, VALUE_full_mah));
    assert_false(snapshot_have(&read.values, VALUE_soc_permille));
    const char *const none = "1102" CELLS TEMPS "FF851A00"
                             "000A0200000025";
    assert_int_equal(take(REQUEST, none, 0, &read), DECODED);
    assert_false(snapshot_have(&read.values, VALUE_soc_permille));
    const char *const over = "1102" CELLS TEMPS "FF851A00"
                             "00020200010025";
    assert_int_equal(take(REQUEST, over, 0, &read), DECODED);
    assert_int_equal(read.values.soc_permille, 1000);
}

static void voltages_reach_65_535_mv(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const high = "1102" CELLS TEMPS "7FFFFFFF"
                             "5BCC02C3500025";
    assert_int_equal(take(REQUEST, high, 0, &read), DECODED);
    assert_int_equal(read.values.pack_mv, 65535);
    assert_int_equal(read.values.pack_ma, 3276700);
}

static void packs_of_both_forms_follow_each_other(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const info = "1103" SMALL LARGE SMALL;
    for (unsigned part = 0; part < 3; part++) {
        assert_int_equal(take(GROUP_REQUEST, info, part, &read), DECODED);
        assert_int_equal(read.reading.pack, 2 + part);
        assert_int_equal(read.values.full_mah, part == 1 ? 320000 : 50000);
    }
    assert_int_equal(take(GROUP_REQUEST, info, 3, &read), NOT_MINE);
    assert_int_equal(take(GROUP_REQUEST, "1104" SMALL LARGE SMALL, 0, &read), BAD);
    assert_int_equal(take(GROUP_REQUEST, "1101" SMALL, 0, &read), DECODED);
}

static void a_group_has_16_packs_at_most(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    char info[SERIAL_REPLY_MAX];
    for (unsigned count = 15; count <= 17; count++) {
        snprintf(info, sizeof(info), "11%02X", count);
        for (unsigned i = 0; i < count; i++)
            strcat(info, SMALL);
        assert_int_equal(take(GROUP_REQUEST, info, 0, &read), count <= 16 ? DECODED : BAD);
        assert_int_equal(take(NULL, info, 15, &read), count == 16 ? DECODED : NOT_MINE);
    }
}

static void without_temperatures_there_are_no_extremes(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    assert_int_equal(take(REQUEST,
                          "1102" CELLS "00"
                          "FF851A00"
                          "5BCC02C3500025",
                          0, &read),
                     DECODED);
    assert_false(snapshot_have(&read.values, VALUE_temp_max_ddegc));
    assert_false(snapshot_have(&read.values, VALUE_temp_ddegc));
    const char *const one = "1102" CELLS "010BA5"
                            "FF851A00"
                            "5BCC02C3500025";
    assert_int_equal(take(REQUEST, one, 0, &read), DECODED);
    assert_int_equal(read.values.temp_max_ddegc, 250);
}

static void more_temperatures_than_there_is_room_for_still_count(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const ten = "1102" CELLS "0A0BA50BA50BA50BA50BA50BA50BA50BA50BA50BB4"
                            "FF851A00"
                            "5BCC02C3500025";
    assert_int_equal(take(REQUEST, ten, 0, &read), DECODED);
    assert_int_equal(read.values.temp_ddegc[7], 250);
    assert_int_equal(read.values.temp_max_ddegc, 265);
}

/* `info` with every number of bytes, and a byte more. */
static void check_cuts(const char *request, const char *info)
{
    struct pylon_bench_reading read;
    char cut[2 * SERIAL_REPLY_MAX];
    size_t size = strlen(info);
    assert_int_equal(take(request, info, 0, &read), DECODED);
    for (size_t kept = 2; kept < size; kept += 2) {
        memcpy(cut, info, kept);
        cut[kept] = '\0';
        if (take(request, cut, 0, &read) != BAD)
            print_error("%s\n", cut);
        assert_int_equal(take(request, cut, 0, &read), BAD);
    }
    memcpy(cut, info, size);
    memcpy(cut + size, "00", 3);
    assert_int_equal(take(request, cut, 0, &read), BAD);
}

static void what_is_cut_or_too_long_is_bad(void **state)
{
    (void)state;
    check_cuts(REQUEST, "1102" SMALL);
    check_cuts(REQUEST, "1102" LARGE);
    check_cuts("~20024644E00202FD31", "0002"
                                      "020000"
                                      "03000000"
                                      "000000"
                                      "0000000000");
}

static void impossible_counts_are_bad(void **state)
{
    (void)state;
    static const char *const infos[] = {
        "1102"
        "00" TEMPS "FF851A00"
        "5BCC02C3500025", /* no cells */
        "1102"
        "210CE50CE6" TEMPS "FF851A00"
        "5BCC02C3500025", /* 33 cells */
        "1102" CELLS "21"
        "0BA5"
        "FF851A00"
        "5BCC02C3500025", /* 33 temperatures */
        "1102" CELLS TEMPS "FF851A00"
        "5BCC01C3500025", /* one item */
        "1102" CELLS TEMPS "FF851A00"
        "5BCC00C3500025",
    };
    struct pylon_bench_reading read;
    for (size_t i = 0; i < COUNT(infos); i++)
        assert_int_equal(take(REQUEST, infos[i], 0, &read), BAD);
    assert_int_equal(take("~20024644E00202FD31",
                          "000202000303000000000000"
                          "0000000000",
                          0, &read),
                     BAD); /* state 03 */
}

static void places_of_packs_are_found(void **state)
{
    (void)state;
    struct pylon_frame frame;
    char text[SERIAL_REPLY_MAX];
    size_t start = 0;
    const char *reply = reply_of("1102" SMALL LARGE);
    size_t size = strlen(reply);
    memcpy(text, reply, size);
    text[size] = '\r';
    assert_int_equal(pylon_open((const uint8_t *)text, size + 1, &frame), PYLON_NORMAL);
    assert_int_equal(pylon_find_packs(&frame, pylon_analog_extent, 0, &start), 2);
    assert_int_equal(start, 2);
    assert_int_equal(pylon_find_packs(&frame, pylon_analog_extent, 1, &start), 2);
    assert_int_equal(start, 2 + 23);
    assert_int_equal(pylon_find_packs(&frame, pylon_alarms_extent, 0, &start), 0);
}

/* Cells, temperatures, currents and voltage, status. */
static const struct {
    const char *info;
    uint8_t alarm; /* ALARM_COUNT: none */
    uint8_t warning;
} states[] = {
    {"00020200010200000000000000000000", ALARM_COUNT,                  ALARM_cell_under_voltage    },
    {"00020202000200000000000000000000", ALARM_COUNT,                  ALARM_cell_over_voltage     },
    {"000202F0000200000000000000000000", ALARM_open_wire,              ALARM_COUNT                 },
    {"00020200000200010000000000000000", ALARM_COUNT,                  ALARM_charge_under_temp     },
    {"00020200000202000000000000000000", ALARM_COUNT,                  ALARM_battery_over_temp     },
    {"00020200000200F00000000000000000", ALARM_temp_sensor,            ALARM_COUNT                 },
    {"00020200000200000200000000000000", ALARM_COUNT,                  ALARM_charge_over_current   },
    {"00020200000200000001000000000000", ALARM_COUNT,                  ALARM_pack_under_voltage    },
    {"00020200000200000002000000000000", ALARM_COUNT,                  ALARM_pack_over_voltage     },
    {"00020200000200000000020000000000", ALARM_COUNT,                  ALARM_discharge_over_current},
    {"00020200000200000000000100000000", ALARM_pack_over_voltage,      ALARM_COUNT                 },
    {"00020202000200000000000100000000", ALARM_cell_over_voltage,      ALARM_COUNT                 },
    {"00020200000200000002000100000000", ALARM_pack_over_voltage,      ALARM_COUNT                 },
    {"00020200010200000000000200000000", ALARM_cell_under_voltage,     ALARM_COUNT                 },
    {"00020200000200000200000400000000", ALARM_charge_over_current,    ALARM_COUNT                 },
    {"00020200000200000000001000000000", ALARM_discharge_over_current, ALARM_COUNT                 },
    {"00020200000200020000002000000000", ALARM_discharge_over_temp,    ALARM_COUNT                 },
    {"00020200000200020000004000000000", ALARM_charge_over_temp,       ALARM_COUNT                 },
    {"00020200000200000001008000000000", ALARM_pack_under_voltage,     ALARM_COUNT                 },
};

static void states_of_44_are_warnings_and_bits_alarms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct pylon_bench_reading read;
        assert_int_equal(take("~20024644E00202FD31", states[i].info, 0, &read), DECODED);
        for (int alarm = 0; alarm < ALARM_COUNT; alarm++) {
            bool alarmed = alarm_get(read.values.alarms, (enum alarm)alarm);
            bool warned = alarm_get(read.values.warnings, (enum alarm)alarm);
            assert_int_equal(alarmed, alarm == states[i].alarm);
            assert_int_equal(warned, alarm == states[i].warning);
        }
    }
}

static void switches_of_44_are_read(void **state)
{
    (void)state;
    struct pylon_bench_reading read;
    const char *const request = "~20024644E00202FD31";
    assert_int_equal(take(request, "0002020000020000000000000B200000", 0, &read), DECODED);
    assert_int_equal(read.values.precharging, 1);
    assert_int_equal(read.values.charge_on, 1);
    assert_int_equal(read.values.discharge_on, 0);
    assert_int_equal(read.values.heating_on, 1);
    assert_int_equal(take(request, "00020200000200000000000004DF0000", 0, &read), DECODED);
    assert_int_equal(read.values.precharging, 0);
    assert_int_equal(read.values.charge_on, 0);
    assert_int_equal(read.values.discharge_on, 1);
    assert_int_equal(read.values.heating_on, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_with_two_items_is_read),
        cmocka_unit_test(the_number_of_items_decides_not_the_marker),
        cmocka_unit_test(a_marker_alone_is_no_charge),
        cmocka_unit_test(voltages_reach_65_535_mv),
        cmocka_unit_test(packs_of_both_forms_follow_each_other),
        cmocka_unit_test(a_group_has_16_packs_at_most),
        cmocka_unit_test(without_temperatures_there_are_no_extremes),
        cmocka_unit_test(more_temperatures_than_there_is_room_for_still_count),
        cmocka_unit_test(what_is_cut_or_too_long_is_bad),
        cmocka_unit_test(impossible_counts_are_bad),
        cmocka_unit_test(places_of_packs_are_found),
        cmocka_unit_test(states_of_44_are_warnings_and_bits_alarms),
        cmocka_unit_test(switches_of_44_are_read),
    };
    return RUN_TESTS(tests);
}
