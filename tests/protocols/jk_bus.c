/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_bus.c: a host against servers on one wire, in both timings. An answer takes
 * the time of its bytes at 115200 baud; addresses can be lost, corrupted or spliced.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_bus.h"
#include "protocols/jk_map.h"
#include "protocols/jk_server.h"

enum { STATUS, SETTINGS, BYTE_US = 87, WIRE_SIZE = 2 * (JK_FRAME_SIZE + 8) };

struct bench {
    struct jk_host host;
    struct jk_server servers[JK_ADDRESS_MAX + 1];
    uint16_t present; /* a bit per address */
    uint16_t garbled; /* likewise: a bit of its frames is flipped */
    uint16_t spliced; /* likewise: half a frame before each answer */
    struct snapshot snapshot;
    struct params params;
    uint64_t now_us;
    uint8_t wire[WIRE_SIZE]; /* the answer under way */
    size_t wire_size;
    uint64_t wire_us; /* it is complete then */
    uint8_t own[JK_FRAME_SIZE + 8];
    uint64_t own_us[2]; /* last own frame: status, settings */
    unsigned own_count[2];
    unsigned asked[JK_ADDRESS_MAX + 1];
    unsigned reports[JK_ADDRESS_MAX + 1][2];
    uint32_t period_max_ms[JK_ADDRESS_MAX + 1]; /* of status reports */
};

static void setup(struct bench *bench, enum jk_timing timing, uint16_t present)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    bench->present = present;
    snapshot_init(&bench->snapshot);
    params_init(&bench->params);
    jk_host_init(&bench->host, timing);
    for (uint8_t i = 1; i <= JK_ADDRESS_MAX; i++)
        jk_server_init(&bench->servers[i], i, SESSION_RS485_2);
}

static bool in(uint16_t mask, uint8_t address)
{
    return mask >> address & 1;
}

static void put_answer(struct bench *bench, uint8_t address)
{
    struct jk_server *server = &bench->servers[address];
    struct jk_request request;
    if (!jk_server_take(server, &bench->params, &request))
        return;
    assert_int_equal(bench->wire_size, 0); /* one speaker at a time */
    snapshot_put(&bench->snapshot, VALUE_pack_mv, 50000 + address);
    bench->params.address = address;
    jk_server_reply(server, &request, COMMAND_ACCEPTED,
                    &(const struct jk_pack){&bench->snapshot, &bench->params, NULL});
    size_t half = in(bench->spliced, address) ? JK_FRAME_SIZE / 2 : 0;
    size_t size = jk_server_transmit(server, bench->wire + half, WIRE_SIZE - half);
    memcpy(bench->wire, bench->wire + half, half);
    if (in(bench->garbled, address))
        bench->wire[half + 100] ^= 0x20;
    bench->wire_size = half + size;
    bench->wire_us = bench->now_us + bench->wire_size * BYTE_US;
}

static void hear_own(struct bench *bench, const uint8_t *bytes)
{
    int kind = bytes[4] == JK_STATUS ? STATUS : SETTINGS;
    memcpy(bench->own, bytes, sizeof(bench->own));
    bench->own_us[kind] = bench->now_us;
    bench->own_count[kind]++;
}

static void hear_host(struct bench *bench)
{
    uint8_t bytes[JK_FRAME_SIZE + 8];
    size_t size = jk_host_transmit(&bench->host, bytes, sizeof(bytes));
    if (size == 0)
        return;
    if (size > JK_FRAME_SIZE)
        hear_own(bench, bytes);
    else
        bench->asked[bytes[0]]++;
    for (uint8_t i = 1; i <= JK_ADDRESS_MAX; i++) {
        if (!in(bench->present, i))
            continue;
        jk_server_receive(&bench->servers[i], bytes, size, bench->now_us);
        put_answer(bench, i);
    }
}

static void take_report(struct bench *bench)
{
    struct jk_report report;
    struct snapshot values;
    struct params params;
    if (!jk_host_take(&bench->host, &report))
        return;
    assert_in_range(report.address, 1, JK_ADDRESS_MAX);
    assert_int_equal(report.frame[4], report.type);
    snapshot_init(&values);
    params_init(&params);
    assert_true(jk_frame_good(report.frame));
    assert_int_equal(jk_map_decode_frame(report.frame, &values, &params), DECODED);
    if (report.type == JK_STATUS) {
        assert_int_equal(values.pack_mv, 50000 + report.address);
        uint32_t *max = &bench->period_max_ms[report.address];
        *max = report.period_ms > *max ? report.period_ms : *max;
    } else {
        assert_int_equal(params.address, report.address);
    }
    bench->reports[report.address][report.type == JK_STATUS ? STATUS : SETTINGS]++;
}

/* A millisecond of host and wire. */
static void advance(struct bench *bench, bool taking)
{
    bench->now_us += 1000;
    if (bench->wire_size > 0 && bench->now_us >= bench->wire_us) {
        jk_host_receive(&bench->host, bench->wire, bench->wire_size, bench->now_us);
        bench->wire_size = 0;
    }
    jk_host_step(&bench->host, &bench->snapshot, &bench->params, bench->now_us);
    if (taking)
        take_report(bench);
    hear_host(bench);
}

static void run(struct bench *bench, uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i++)
        advance(bench, true);
}

static void a_fast_host_finds_everybody_and_asks_them_every_second(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 0xFFFE);
    run(&bench, 15000);
    assert_int_equal(bench.host.known, 0xFFFE);
    memset(bench.period_max_ms, 0, sizeof(bench.period_max_ms));
    memset(bench.reports, 0, sizeof(bench.reports));
    run(&bench, 30000);
    for (uint8_t i = 1; i <= JK_ADDRESS_MAX; i++) {
        assert_in_range(bench.reports[i][STATUS], 29, 62);
        assert_in_range(bench.period_max_ms[i], 1, 1200);
        assert_in_range(bench.reports[i][SETTINGS], 1, 7);
    }
    assert_int_equal(bench.host.reports_lost, 0);
}

static void a_cycle_of_slots_takes_17_and_its_slaves_times_400_ms(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_TIMING_SLOTS, 1u << 1 | 1u << 2 | 1u << 9);
    run(&bench, 20 * 400);
    for (int cycle = 0; cycle < 3; cycle++) {
        uint64_t before_us = bench.own_us[STATUS];
        while (bench.own_us[STATUS] == before_us)
            run(&bench, 1);
        if (cycle > 0)
            assert_in_range(bench.own_us[STATUS] - before_us, 7999000, 8001000 + 400000);
    }
    assert_true(bench.own_us[SETTINGS] < bench.own_us[STATUS]);
}

static void slots_ask_settings_only_of_those_that_answer(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_TIMING_SLOTS, 1u << 3);
    run(&bench, 60000);
    assert_in_range(bench.reports[3][STATUS], 7, 9);
    assert_in_range(bench.reports[3][SETTINGS], 7, 9);
    assert_in_range(bench.asked[4], 7, 9);
    assert_in_range(bench.asked[3], 14, 18);
    assert_int_equal(bench.host.known, 1u << 3);
}

static void own_frames_carry_their_own_acknowledge(void **state)
{
    (void)state;
    static const uint8_t status_end[] = {0x00, 0x10, 0x16, 0x20, 0, 1, 0x05, 0x9A};
    static const uint8_t settings_end[] = {0x00, 0x10, 0x16, 0x1E, 0, 1, 0x64, 0x56};
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 0);
    while (bench.own_count[STATUS] == 0)
        run(&bench, 1);
    assert_true(jk_frame_good(bench.own));
    assert_int_equal(bench.own[4], JK_STATUS);
    assert_int_equal(bench.own[5], 0);
    assert_memory_equal(bench.own + JK_FRAME_SIZE, status_end, 8);
    while (bench.own_count[SETTINGS] == 0)
        run(&bench, 1);
    assert_int_equal(bench.own[4], JK_SETTINGS);
    assert_memory_equal(bench.own + JK_FRAME_SIZE, settings_end, 8);
    run(&bench, 10000);
    assert_in_range(bench.own_count[STATUS], 6, 11);
}

static void a_lost_slave_is_forgotten_and_found_again(void **state)
{
    (void)state;
    static const enum jk_timing timings[] = {JK_TIMING_FAST, JK_TIMING_SLOTS};
    for (size_t i = 0; i < COUNT(timings); i++) {
        struct bench bench;
        setup(&bench, timings[i], 1u << 1 | 1u << 5);
        run(&bench, 30000);
        assert_int_equal(bench.host.known, 1u << 1 | 1u << 5);
        bench.present = 1u << 1;
        run(&bench, 40000);
        assert_int_equal(bench.host.known, 1u << 1);
        assert_true(bench.host.timeouts > 0);
        unsigned before = bench.reports[5][STATUS];
        bench.present = 1u << 1 | 1u << 5;
        run(&bench, 40000);
        assert_int_equal(bench.host.known, 1u << 1 | 1u << 5);
        assert_true(bench.reports[5][STATUS] > before);
        assert_true(bench.host.heard_us[5][SETTINGS] != 0);
    }
}

static void a_garbled_slave_is_never_reported_and_others_go_on(void **state)
{
    (void)state;
    static const enum jk_timing timings[] = {JK_TIMING_FAST, JK_TIMING_SLOTS};
    for (size_t i = 0; i < COUNT(timings); i++) {
        struct bench bench;
        setup(&bench, timings[i], 1u << 1 | 1u << 2);
        bench.garbled = 1u << 2;
        run(&bench, 30000);
        assert_int_equal(bench.reports[2][STATUS], 0);
        assert_true(bench.reports[1][STATUS] >= 3);
        assert_true(bench.host.bad_replies > 0);
        assert_int_equal(bench.host.known, 1u << 1);
    }
}

static void a_known_slave_gets_one_second_chance_at_once(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 1u << 1);
    run(&bench, 10000);
    assert_int_equal(bench.host.repeats, 0);
    bench.garbled = 1u << 1;
    while (bench.host.bad_replies == 0)
        run(&bench, 1);
    assert_int_equal(bench.host.repeats, 1);
    bench.garbled = 0;
    bench.wire[100] ^= 0x20; /* the second answer, under way already, is good */
    unsigned before = bench.reports[1][STATUS] + bench.reports[1][SETTINGS];
    run(&bench, 60);
    assert_int_equal(bench.reports[1][STATUS] + bench.reports[1][SETTINGS], before + 1);
    assert_int_equal(bench.host.known, 1u << 1);
}

static void an_answer_spliced_onto_half_a_frame_is_found(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 1u << 1 | 1u << 2);
    bench.spliced = 1u << 2;
    run(&bench, 20000);
    assert_int_equal(bench.host.known, 1u << 1 | 1u << 2);
    assert_true(bench.reports[2][STATUS] > 5);
}

static void a_report_that_nobody_takes_is_counted_and_never_mixed_up(void **state)
{
    (void)state;
    struct jk_report report;
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 1u << 1 | 1u << 2);
    run(&bench, 10000);
    while (!bench.host.report_waiting)
        advance(&bench, false);
    while (bench.host.asking == 0)
        advance(&bench, false);
    assert_false(jk_host_take(&bench.host, &report));
    assert_int_equal(bench.host.reports_lost, 1);
    run(&bench, 2000);
    assert_int_equal(bench.host.reports_lost, 1);
}

static void a_late_step_still_hands_out_its_answer(void **state)
{
    (void)state;
    struct jk_report report;
    struct bench bench;
    setup(&bench, JK_TIMING_SLOTS, 1u << 1);
    while (bench.wire_size == 0)
        run(&bench, 1);
    bench.wire_size = 0; /* the frame comes without its acknowledge, then nobody steps */
    jk_host_receive(&bench.host, bench.wire, JK_FRAME_SIZE, bench.now_us + 30000);
    bench.now_us += 900000;
    jk_host_step(&bench.host, &bench.snapshot, &bench.params, bench.now_us);
    assert_true(jk_host_take(&bench.host, &report));
    assert_int_equal(report.address, 1);
    assert_int_equal(report.type, JK_STATUS);
}

static void a_status_in_doubt_is_asked_for_again_at_once_twice_at_most(void **state)
{
    (void)state;
    struct jk_report report;
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 1u << 1 | 1u << 2);
    run(&bench, 10000);
    uint32_t repeats = bench.host.repeats;
    uint32_t period_ms = 0;
    for (int i = 0; i < 3; i++) {
        do
            advance(&bench, false);
        while (!jk_host_take(&bench.host, &report) || (i == 0 && report.address != 1) ||
               report.type != JK_STATUS);
        assert_int_equal(report.address, 1);
        assert_true(report.acknowledged);
        assert_true(i == 0 || (report.period_ms > period_ms && report.period_ms < period_ms + 60));
        period_ms = report.period_ms; /* since the last one without doubt */
        jk_host_again(&bench.host);
        assert_int_equal(bench.host.repeats - repeats, i < 2 ? i + 1 : 2);
    }
    run(&bench, 2000);
    assert_int_equal(bench.host.repeats - repeats, 2);
    assert_true(in(bench.host.known, 1) && in(bench.host.known, 2));
}

static void a_host_answers_nobody(void **state)
{
    (void)state;
    uint8_t request[16];
    struct bench bench;
    setup(&bench, JK_TIMING_FAST, 0);
    run(&bench, 1000);
    while (bench.host.asking != 0 || bench.host.next_us < bench.now_us + 20000)
        run(&bench, 1);
    jk_host_receive(&bench.host, request, modbus_read_request(request, 0, 0x1200, 2), bench.now_us);
    assert_int_equal(jk_host_transmit(&bench.host, request, sizeof(request)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fast_host_finds_everybody_and_asks_them_every_second),
        cmocka_unit_test(a_cycle_of_slots_takes_17_and_its_slaves_times_400_ms),
        cmocka_unit_test(slots_ask_settings_only_of_those_that_answer),
        cmocka_unit_test(own_frames_carry_their_own_acknowledge),
        cmocka_unit_test(a_lost_slave_is_forgotten_and_found_again),
        cmocka_unit_test(a_garbled_slave_is_never_reported_and_others_go_on),
        cmocka_unit_test(a_known_slave_gets_one_second_chance_at_once),
        cmocka_unit_test(an_answer_spliced_onto_half_a_frame_is_found),
        cmocka_unit_test(a_report_that_nobody_takes_is_counted_and_never_mixed_up),
        cmocka_unit_test(a_late_step_still_hands_out_its_answer),
        cmocka_unit_test(a_status_in_doubt_is_asked_for_again_at_once_twice_at_most),
        cmocka_unit_test(a_host_answers_nobody),
    };
    return RUN_TESTS(tests);
}
