/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_trust.c: every rule (those of protocols/jk_doubt.c too), what acts at once,
 * what waits, and a day of three simulated packs.
 */
#include "tests/support/test.h"

#include <stdio.h>

#include "protocols/jk_trust.h"

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/jk_map.h"
#include "sim/fault_menu.h"
#include "site/site.h"

enum { POLL_MS = 500 };

struct bench {
    struct jk_trust trust;
    struct snapshot pack; /* what the pack says next */
    struct params params;
    uint32_t now_ms;
    uint8_t frame[JK_FRAME_SIZE];
    struct snapshot got; /* what came of it */
};

/* Cell 9 is the lowest, 3 the highest. */
static void put_cells(struct bench *bench, int32_t lowest_mv, int32_t others_mv, int32_t highest_mv)
{
    int32_t sum_mv = 0;
    for (int i = 0; i < 16; i++) {
        int32_t mv = i == 3 ? highest_mv : i == 9 ? lowest_mv : others_mv;
        snapshot_put(&bench->pack, (enum value_id)(VALUE_cell_mv + i), mv);
        sum_mv += mv;
    }
    snapshot_put(&bench->pack, VALUE_cell_mean_mv, (int32_t)div_round(sum_mv, 16));
    snapshot_put(&bench->pack, VALUE_cell_spread_mv, highest_mv - lowest_mv);
    snapshot_put(&bench->pack, VALUE_pack_mv, sum_mv);
}

static void put_current(struct bench *bench, int32_t ma)
{
    snapshot_put(&bench->pack, VALUE_pack_ma, ma);
    snapshot_put(&bench->pack, VALUE_power_w,
                 (int32_t)div_round((int64_t)ma * bench->pack.pack_mv, 1000000));
}

static void put_soc(struct bench *bench, int32_t permille)
{
    snapshot_put(&bench->pack, VALUE_soc_permille, permille);
    snapshot_put(&bench->pack, VALUE_remaining_mah, 314 * permille);
}

static void put_temps(struct bench *bench, int32_t ddegc)
{
    for (int i = 0; i < 5; i++)
        snapshot_put(&bench->pack, (enum value_id)(VALUE_temp_ddegc + i), ddegc + i);
}

static void put_alarm(struct bench *bench, enum alarm alarm, bool active)
{
    alarm_put(bench->pack.alarms, alarm, active);
}

static void encode(struct bench *bench, uint32_t passed_ms)
{
    bench->now_ms += passed_ms;
    uint32_t now_s = bench->now_ms / 1000;
    snapshot_put(&bench->pack, VALUE_run_time_s, (int32_t)(700000 + now_s));
    snapshot_put(&bench->pack, VALUE_uptime_s, (int32_t)(5000 + now_s));
    snapshot_put(&bench->pack, VALUE_clock_s, (int32_t)(153000000 + now_s));
    jk_map_encode_frame(JK_STATUS, 0, &bench->pack, &bench->params, bench->frame);
}

static enum jk_verdict judge(struct bench *bench, bool acknowledged)
{
    jk_frame_seal(bench->frame);
    snapshot_init(&bench->got);
    assert_int_equal(jk_map_decode_frame(bench->frame, &bench->got, &bench->params), 0);
    return jk_trust_judge(&bench->trust, bench->frame, acknowledged, &bench->got, bench->now_ms);
}

static enum jk_verdict poll(struct bench *bench)
{
    encode(bench, POLL_MS);
    return judge(bench, true);
}

/* A pack that nobody has heard. */
static void meet(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    jk_trust_init(&bench->trust);
    params_init(&bench->params);
    snapshot_init(&bench->pack);
    snapshot_put(&bench->pack, VALUE_cell_count, 16);
    snapshot_put(&bench->pack, VALUE_cell_max_index, 3);
    snapshot_put(&bench->pack, VALUE_cell_min_index, 9);
    snapshot_put(&bench->pack, VALUE_full_mah, 314000);
    snapshot_put(&bench->pack, VALUE_mos_ddegc, 300);
    snapshot_put(&bench->pack, VALUE_temp_sensor_mask, 0x3F);
    snapshot_put(&bench->pack, VALUE_charge_on, 1);
    snapshot_put(&bench->pack, VALUE_discharge_on, 1);
    snapshot_put(&bench->pack, VALUE_cycle_mah, 6000);
    put_cells(bench, 3320, 3325, 3330);
    put_current(bench, 40000);
    put_soc(bench, 640);
    put_temps(bench, 250);
    bench->now_ms = 1000;
}

/* The same, believed. */
static void setup(struct bench *bench)
{
    meet(bench);
    poll(bench);
    assert_int_equal(poll(bench), JK_TAKEN);
    assert_int_equal(poll(bench), JK_TAKEN);
}

static void the_first_frame_waits_for_the_second(void **state)
{
    (void)state;
    struct bench bench;
    meet(&bench);
    assert_int_equal(poll(&bench), JK_HELD);
    assert_int_equal(bench.trust.doubts, 1u << JK_DOUBT_FIRST);
    assert_int_equal(bench.trust.held[JK_DOUBT_FIRST], 1);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.pack_ma, 40000);
}

static void a_frame_that_holds_the_beginning_of_another_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    encode(&bench, POLL_MS);
    put_u32le(bench.frame + 200, 0x90EBAA55);
    assert_int_equal(judge(&bench, true), JK_REFUSED);
    assert_int_equal(bench.trust.refused, 1);
    assert_int_equal(poll(&bench), JK_TAKEN);
}

/* Bytes of the block that are changed, the bits flipped, and what is seen in it. */
static const struct {
    uint16_t offset;
    uint8_t bits;
    enum jk_doubt doubt;
} flips[] = {
    {0x00E, 0x40, JK_DOUBT_CELL_MEAN  }, /* cell 7 */
    {0x001, 0x10, JK_DOUBT_RANGE      }, /* cell 0 */
    {0x044, 0x04, JK_DOUBT_CELL_MEAN  },
    {0x046, 0x10, JK_DOUBT_CELL_SPREAD},
    {0x048, 0x04, JK_DOUBT_CELL_SPREAD}, /* number of the highest */
    {0x049, 0x40, JK_DOUBT_CELL_SPREAD}, /* of the lowest: no cell */
    {0x090, 0x80, JK_DOUBT_CELL_SUM   },
    {0x090, 0x10, JK_DOUBT_PACK_COPY  },
    {0x0E4, 0x02, JK_DOUBT_PACK_COPY  },
    {0x099, 0x20, JK_DOUBT_POWER      },
    {0x096, 0x04, JK_DOUBT_POWER      },
    {0x09B, 0x40, JK_DOUBT_RANGE      }, /* current */
    {0x09D, 0x08, JK_DOUBT_RANGE      }, /* temperature 1 */
    {0x08B, 0x10, JK_DOUBT_RANGE      },
    {0x0A7, 0x02, JK_DOUBT_SOC        },
    {0x0A9, 0x20, JK_DOUBT_SOC        },
    {0x0AB, 0x80, JK_DOUBT_RANGE      },
    {0x0AD, 0x80, JK_DOUBT_SOC        },
    {0x0A3, 0x20, JK_DOUBT_FLAGS      }, /* alarm 29 */
    {0x0BA, 0x01, JK_DOUBT_FLAGS      },
    {0x0C0, 0x02, JK_DOUBT_FLAGS      },
    {0x0C2, 0x01, JK_DOUBT_FLAGS      }, /* copy of pre-charging */
    {0x0C3, 0x01, JK_DOUBT_FLAGS      },
    {0x0D0, 0x04, JK_DOUBT_FLAGS      }, /* sensor 2 */
    {0x0D0, 0x01, JK_DOUBT_FLAGS      },
    {0x0E7, 0x01, JK_DOUBT_FLAGS      }, /* heating current without heating */
    {0x0A5, 0x04, JK_DOUBT_FLAGS      },
    {0x113, 0x08, JK_DOUBT_FLAGS      },
    {0x0C4, 0x01, JK_DOUBT_TIMERS     },
    {0x0CC, 0x01, JK_DOUBT_TIMERS     },
    {0x0A6, 0x04, JK_DOUBT_RANGE      },
    {0x112, 0x04, JK_DOUBT_RANGE      },
    {0x041, 0x80, JK_DOUBT_FIXED      }, /* cell 15 is not there */
    {0x024, 0x01, JK_DOUBT_FIXED      }, /* a cell that is not there */
    {0x0B0, 0x01, JK_DOUBT_FIXED      },
    {0x120, 0x01, JK_DOUBT_FIXED      },
    {0x0D8, 0x01, JK_DOUBT_FIXED      },
    {0x04A, 0x20, JK_DOUBT_WIRES      },
    {0x08C, 0x01, JK_DOUBT_WIRES      },
    {0x0BC, 0x10, JK_DOUBT_CLOCK      },
    {0x0F0, 0x40, JK_DOUBT_CLOCK      },
    {0x101, 0x01, JK_DOUBT_CLOCK      },
    {0x110, 0x08, JK_DOUBT_CLOCK      }, /* time in the charge phase */
    {0x109, 0x01, JK_DOUBT_CLOCK      }, /* time to sleep */
    {0x0D4, 0x08, JK_DOUBT_CLOCK      }, /* emergency time */
    {0x0B6, 0x01, JK_DOUBT_COUNTER    },
    {0x0B5, 0x10, JK_DOUBT_COUNTER    }, /* downwards */
    {0x104, 0x80, JK_DOUBT_COUNTER    },
    {0x09C, 0x80, JK_DOUBT_TEMPS      }, /* 12.8 K down */
    {0x0A0, 0x10, JK_DOUBT_ALARMS     }, /* over-voltage, switch closed */
    {0x0A1, 0x08, JK_DOUBT_ALARMS     }, /* under-voltage */
};

static void what_a_frame_cannot_say_holds_it_by_its_cause(void **state)
{
    (void)state;
    struct bench bench;
    for (size_t i = 0; i < COUNT(flips); i++) {
        setup(&bench);
        encode(&bench, POLL_MS);
        bench.frame[JK_FRAME_DATA + flips[i].offset] ^= flips[i].bits;
        enum jk_verdict verdict = judge(&bench, true);
        if (verdict != JK_HELD || !(bench.trust.doubts >> flips[i].doubt & 1))
            fail_msg("offset %03X, bits %02X: verdict %d, doubts %X", (unsigned)flips[i].offset,
                     (unsigned)flips[i].bits, verdict, (unsigned)bench.trust.doubts);
        assert_int_equal(bench.trust.held[flips[i].doubt], 1);
        assert_int_equal(poll(&bench), JK_TAKEN);
        assert_int_equal(bench.got.pack_ma, 40000);
    }
}

static void a_missing_acknowledge_is_a_doubt_where_there_were_some(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    encode(&bench, POLL_MS);
    assert_int_equal(judge(&bench, false), JK_HELD);
    assert_int_equal(bench.trust.doubts, 1u << JK_DOUBT_ALONE);
    for (int i = 0; i < 2; i++) { /* it has none any more */
        encode(&bench, POLL_MS);
        assert_int_equal(judge(&bench, false), JK_TAKEN);
    }
    assert_int_equal(poll(&bench), JK_TAKEN);
}

static void two_cells_that_part_while_their_sum_stays_wait_for_a_third_frame(void **state)
{
    (void)state;
    struct bench bench;
    meet(&bench);
    put_cells(&bench, 3200, 3300, 3400);
    poll(&bench);
    assert_int_equal(poll(&bench), JK_TAKEN);
    for (int i = 0; i < 4; i++) {
        encode(&bench, POLL_MS);
        put_u16le(bench.frame + JK_FRAME_DATA + 2 * 5, 3332);
        put_u16le(bench.frame + JK_FRAME_DATA + 2 * 6, 3268);
        assert_int_equal(judge(&bench, true), i < 2 ? JK_HELD : JK_TAKEN);
    }
    assert_int_equal(bench.trust.held[JK_DOUBT_CELLS], 2);
}

static void over_voltage_acts_in_the_first_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_cells(&bench, 3320, 3325, 3660);
    put_alarm(&bench, ALARM_cell_over_voltage, true);
    snapshot_put(&bench.pack, VALUE_charge_on, 0);
    put_current(&bench, 0);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.cell_max_mv, 3660);
    assert_true(alarm_get(bench.got.alarms, ALARM_cell_over_voltage));
    assert_int_equal(bench.got.charge_on, 0);
    assert_int_equal(bench.got.charge_allowed, 0);
    assert_int_equal(bench.got.pack_ma, 0);
}

static void under_voltage_heat_and_cold_act_in_the_first_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_cells(&bench, 2500, 3325, 3330);
    put_alarm(&bench, ALARM_cell_under_voltage, true);
    put_alarm(&bench, ALARM_battery_over_temp, true);
    snapshot_put(&bench.pack, VALUE_discharge_on, 0);
    snapshot_put(&bench.pack, (enum value_id)(VALUE_temp_ddegc + 2), 320);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.cell_min_mv, 2500);
    assert_int_equal(bench.got.temp_max_ddegc, 320);
    assert_int_equal(bench.got.discharge_allowed, 0);
    assert_true(alarm_get(bench.got.alarms, ALARM_battery_over_temp));
    setup(&bench);
    snapshot_put(&bench.pack, (enum value_id)(VALUE_temp_ddegc + 4), 190);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.temp_min_ddegc, 190);
}

static void what_acts_at_once_does_not_wait_for_what_must(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_cells(&bench, 3370, 3375, 3380); /* lowest better, highest worse */
    put_current(&bench, 90000);
    snapshot_put(&bench.pack, VALUE_discharge_on, 0);
    assert_int_equal(poll(&bench), JK_TAKEN_WORSE);
    assert_int_equal(bench.trust.waits, 1);
    assert_int_equal(bench.got.cell_max_mv, 3380);
    assert_int_equal(bench.got.cell_min_mv, 3320);
    assert_int_equal(bench.got.discharge_on, 0);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.cell_min_mv, 3370);
}

static void a_lasting_fall_of_the_highest_cell_waits_one_frame_only(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    for (int i = 1; i <= 5; i++) {
        put_cells(&bench, 3320 - 30 * i, 3325 - 30 * i, 3330 - 30 * i);
        put_current(&bench, 40000);
        assert_int_equal(poll(&bench), i == 1 ? JK_TAKEN_WORSE : JK_TAKEN);
        assert_int_equal(bench.got.cell_min_mv, 3320 - 30 * i);
        assert_int_equal(bench.got.cell_max_mv, i == 1 ? 3330 : 3330 - 30 * i);
    }
}

static void an_alarm_that_ends_and_a_switch_that_closes_wait_for_the_second_frame(void **state)
{
    (void)state;
    struct bench bench;
    meet(&bench);
    put_alarm(&bench, ALARM_charge_over_temp, true);
    snapshot_put(&bench.pack, VALUE_charge_on, 0);
    poll(&bench);
    assert_int_equal(poll(&bench), JK_TAKEN);
    put_alarm(&bench, ALARM_charge_over_temp, false);
    snapshot_put(&bench.pack, VALUE_charge_on, 1);
    assert_int_equal(poll(&bench), JK_TAKEN_WORSE);
    assert_true(alarm_get(bench.got.alarms, ALARM_charge_over_temp));
    assert_int_equal(bench.got.charge_on, 0);
    assert_int_equal(bench.got.charge_allowed, 0);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_false(alarm_get(bench.got.alarms, ALARM_charge_over_temp));
    assert_int_equal(bench.got.charge_allowed, 1);
}

static void a_jump_of_the_charge_waits_and_one_that_ends_at_once_never_counts(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_soc(&bench, 1000);
    snapshot_put(&bench.pack, VALUE_mos_ddegc, 275);
    assert_int_equal(poll(&bench), JK_TAKEN_WORSE);
    assert_int_equal(bench.got.soc_permille, 640);
    assert_int_equal(bench.got.mos_ddegc, 300);
    put_soc(&bench, 640);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.soc_permille, 640);
    assert_int_equal(bench.got.mos_ddegc, 275);
}

static void a_register_reading_confirms_at_once(void **state)
{
    (void)state;
    struct bench bench;
    struct snapshot read;
    setup(&bench);
    put_alarm(&bench, ALARM_wire_resistance, true);
    poll(&bench);
    put_soc(&bench, 1000);
    put_alarm(&bench, ALARM_wire_resistance, false);
    snapshot_init(&read);
    snapshot_put(&read, VALUE_soc_permille, 1000);
    snapshot_set_have(&read, VALUE_alarms, true);
    jk_trust_confirm(&bench.trust, &read);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.soc_permille, 1000);
    assert_false(alarm_get(bench.got.alarms, ALARM_wire_resistance));
}

static void an_alarm_beside_a_closed_switch_counts_in_the_second_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_alarm(&bench, ALARM_cell_over_voltage, true);
    assert_int_equal(poll(&bench), JK_HELD);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_true(alarm_get(bench.got.alarms, ALARM_cell_over_voltage));
    assert_int_equal(bench.got.charge_on, 1);
}

static void a_pack_that_goes_on_contradicting_itself_is_believed_in_the_third_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    for (int i = 0; i < 5; i++) {
        encode(&bench, POLL_MS);
        put_u32le(bench.frame + JK_FRAME_DATA + 0x094, 0); /* power is not measured */
        assert_int_equal(judge(&bench, true), i < 2 ? JK_HELD : JK_TAKEN);
    }
    assert_int_equal(bench.trust.held[JK_DOUBT_POWER], 2);
    assert_int_equal(poll(&bench), JK_TAKEN);
    encode(&bench, POLL_MS);
    put_u32le(bench.frame + JK_FRAME_DATA + 0x094, 0);
    assert_int_equal(judge(&bench, true), JK_HELD); /* it had kept the rule again */
}

static void a_clock_that_stands_and_one_that_is_set_hold_no_pack_back(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    for (int i = 0; i < 6; i++) { /* a clock that was never set */
        encode(&bench, POLL_MS);
        put_u32le(bench.frame + JK_FRAME_DATA + 0x100, 0);
        assert_int_equal(judge(&bench, true), i == 0 ? JK_HELD : JK_TAKEN);
    }
    assert_int_equal(poll(&bench), JK_HELD);
    assert_int_equal(poll(&bench), JK_TAKEN);
}

static void another_pack_at_the_address_is_believed_in_the_second_frame(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    snapshot_put(&bench.pack, VALUE_cycle_count, 900);
    snapshot_put(&bench.pack, VALUE_cycle_mah, 77000);
    for (int i = 0; i < 16; i++)
        snapshot_put(&bench.pack, (enum value_id)(VALUE_wire_mohm + i), 60 + i);
    assert_int_equal(poll(&bench), JK_HELD);
    assert_int_equal(poll(&bench), JK_TAKEN);
}

static void after_a_minute_of_silence_it_begins_anew(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    put_soc(&bench, 500);
    encode(&bench, 61000);
    assert_int_equal(judge(&bench, true), JK_HELD);
    assert_int_equal(bench.trust.doubts, 1u << JK_DOUBT_FIRST);
    assert_int_equal(poll(&bench), JK_TAKEN);
    assert_int_equal(bench.got.soc_permille, 500);
}

static void a_frame_without_cells_is_out_of_range(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    encode(&bench, POLL_MS);
    put_u32le(bench.frame + JK_FRAME_DATA + 0x040, 0);
    assert_int_equal(judge(&bench, true), JK_HELD);
    assert_true(bench.trust.doubts >> JK_DOUBT_RANGE & 1);
}

struct day {
    struct site site;
    struct jk_trust trust[3];
    struct params params;
    uint32_t held;
    uint32_t taken;
};

static void read_all(struct day *day)
{
    for (int i = 0; i < 3; i++) {
        struct snapshot snapshot;
        uint8_t frame[JK_FRAME_SIZE];
        jk_map_encode_frame(JK_STATUS, 0, device_snapshot(&day->site.device[i]), &day->params,
                            frame);
        snapshot_init(&snapshot);
        jk_map_decode_frame(frame, &snapshot, &day->params);
        bool held = jk_trust_judge(&day->trust[i], frame, true, &snapshot,
                                   (uint32_t)(day->site.time_us / 1000)) == JK_HELD;
        day->held += held;
        day->taken += !held;
        if (day->trust[i].streak > 1)
            fail_msg("pack %d, %u s: doubts %X", i, (unsigned)(day->site.time_us / 1000000),
                     (unsigned)day->trust[i].doubts);
    }
}

/* Three packs, read twice a second for three seconds every minute, one heated now and then. */
static void a_day_in_the_simulator_holds_no_frame_twice(void **state)
{
    (void)state;
    static struct day day;
    params_init(&day.params);
    const struct site_setup setup = {
        .seed = 3,
        .pack_count = 3,
        .start_ms = 6 * 3600000,
        .soc_permille = {850, 900, 800},
        .params = &day.params,
        .inverter_on_can = true,
    };
    site_init(&day.site, &setup);
    for (int minute = 0; minute < 1440; minute++) {
        struct sim_fault_target target = site_fault_target(&day.site, 1);
        sim_fault_set(&target, SIM_FAULT_heat_w, 0, minute % 400 > 300 ? 9000 : 0);
        for (int i = 0; i < 57; i++)
            site_step(&day.site, 1000);
        for (int i = 0; i < 6; i++) {
            site_step(&day.site, POLL_MS);
            read_all(&day);
        }
    }
    printf("day: %u frames taken, %u held\n", (unsigned)day.taken, (unsigned)day.held);
    assert_true(day.held >= 3 && day.taken > 20 * day.held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_frame_waits_for_the_second),
        cmocka_unit_test(a_frame_that_holds_the_beginning_of_another_is_refused),
        cmocka_unit_test(what_a_frame_cannot_say_holds_it_by_its_cause),
        cmocka_unit_test(a_missing_acknowledge_is_a_doubt_where_there_were_some),
        cmocka_unit_test(two_cells_that_part_while_their_sum_stays_wait_for_a_third_frame),
        cmocka_unit_test(over_voltage_acts_in_the_first_frame),
        cmocka_unit_test(under_voltage_heat_and_cold_act_in_the_first_frame),
        cmocka_unit_test(what_acts_at_once_does_not_wait_for_what_must),
        cmocka_unit_test(a_lasting_fall_of_the_highest_cell_waits_one_frame_only),
        cmocka_unit_test(an_alarm_that_ends_and_a_switch_that_closes_wait_for_the_second_frame),
        cmocka_unit_test(a_jump_of_the_charge_waits_and_one_that_ends_at_once_never_counts),
        cmocka_unit_test(a_register_reading_confirms_at_once),
        cmocka_unit_test(an_alarm_beside_a_closed_switch_counts_in_the_second_frame),
        cmocka_unit_test(a_pack_that_goes_on_contradicting_itself_is_believed_in_the_third_frame),
        cmocka_unit_test(a_clock_that_stands_and_one_that_is_set_hold_no_pack_back),
        cmocka_unit_test(another_pack_at_the_address_is_believed_in_the_second_frame),
        cmocka_unit_test(after_a_minute_of_silence_it_begins_anew),
        cmocka_unit_test(a_frame_without_cells_is_out_of_range),
        cmocka_unit_test(a_day_in_the_simulator_holds_no_frame_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
