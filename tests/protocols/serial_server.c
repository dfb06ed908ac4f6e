/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/serial_server.c with the toy protocol: what is answered, when, and what is
 * counted, on clean, shared, echoing, noisy and late lines.
 */
#include "tests/support/test.h"

#include "protocols/serial_server.h"
#include "tests/support/toy_serial.h"
#include "wire/modbus.h"

enum { OWN = 2, OTHER = 5, POLL_US = 2000, HEARD_MAX = 4096 };

struct bench {
    struct serial_server server;
    struct serial_battery battery;
    uint64_t now_us;
    uint64_t poll_us;  /* between calls without bytes */
    size_t piece;      /* room of one transmit */
    bool echoing;      /* the adapter gives back what is sent */
    size_t echo_piece; /* at a time */
    uint8_t heard[HEARD_MAX];
    size_t heard_size;
    uint8_t want[HEARD_MAX];
    size_t want_size;
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    bench->poll_us = POLL_US;
    bench->piece = HEARD_MAX;
    bench->echo_piece = HEARD_MAX;
    bench->battery = toy_battery(OWN);
    serial_server_init(&bench->server, &toy_serial, 0);
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    serial_server_receive(&bench->server, &bench->battery, bytes, size, bench->now_us);
}

static void echo(struct bench *bench, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; bench->echoing && at < size; at += bench->echo_piece) {
        size_t count = size - at < bench->echo_piece ? size - at : bench->echo_piece;
        hear(bench, bytes + at, count);
    }
}

static void fetch(struct bench *bench)
{
    uint8_t bytes[HEARD_MAX];
    size_t size;
    while ((size = serial_server_transmit(&bench->server, bytes, bench->piece, bench->now_us))) {
        assert_true(bench->heard_size + size <= HEARD_MAX);
        memcpy(bench->heard + bench->heard_size, bytes, size);
        bench->heard_size += size;
        echo(bench, bytes, size);
    }
}

static void burst(struct bench *bench, const uint8_t *bytes, size_t size)
{
    hear(bench, bytes, size);
    fetch(bench);
}

static void wait(struct bench *bench, uint64_t us)
{
    for (uint64_t passed = 0; passed < us; passed += bench->poll_us) {
        bench->now_us += bench->poll_us;
        burst(bench, NULL, 0);
    }
}

static void want(struct bench *bench, const uint8_t *request)
{
    bench->want_size += toy_reply(bench->want + bench->want_size, request);
}

static void expect(const struct bench *bench)
{
    assert_int_equal(bench->heard_size, bench->want_size);
    assert_memory_equal(bench->heard, bench->want, bench->want_size);
}

static void ask(struct bench *bench, uint8_t address, uint16_t first, uint16_t words)
{
    uint8_t request[TOY_REQUEST_SIZE];
    size_t size = toy_read(request, address, first, words);
    if (address == OWN)
        want(bench, request);
    burst(bench, request, size);
}

/* Nothing was counted but so many answers. */
static void expect_counts(const struct bench *bench, const uint32_t outcome[], uint32_t broken,
                          uint32_t noise)
{
    for (int kind = 0; kind < SERIAL_ANSWER_KIND_COUNT; kind++)
        assert_int_equal(bench->server.outcome[kind], outcome[kind]);
    assert_int_equal(bench->server.broken_frames, broken);
    assert_int_equal(bench->server.noise_bytes, noise);
    assert_int_equal(bench->server.overruns, 0);
}

static void every_outcome_is_counted_by_its_cause(void **state)
{
    (void)state;
    static const uint32_t outcome[] = {[SERIAL_ANSWERED] = 1,
                                       [SERIAL_FOREIGN] = 1,
                                       [SERIAL_DAMAGED] = 1,
                                       [SERIAL_REFUSED] = 2,
                                       [SERIAL_SILENT] = 1};
    static const uint8_t noise[] = {0, 0xFF, 0x55};
    uint8_t write[100] = {0};
    struct bench bench;
    setup(&bench);
    ask(&bench, OWN, 0, 10);
    ask(&bench, OTHER, 0, 10);
    burst(&bench, write, modbus_write_request(write, OWN, 0, write + 50, 4)); /* odd size */
    ask(&bench, OWN, TOY_REFUSED, 1);
    ask(&bench, OWN, 0, 0);
    ask(&bench, OWN, TOY_SILENT, 1);
    expect(&bench);
    wait(&bench, 40000);
    toy_read(write, OWN, 0, 1);
    write[7] ^= 1;
    burst(&bench, write, TOY_REQUEST_SIZE);
    wait(&bench, 40000);
    burst(&bench, noise, sizeof(noise));
    wait(&bench, 40000);
    expect_counts(&bench, outcome, 1, 3);
    expect(&bench);
}

static void a_request_for_us_is_remembered_by_its_time(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    ask(&bench, OTHER, 0, 1);
    assert_false(bench.server.requested);
    bench.now_us += 500;
    ask(&bench, OWN, TOY_SILENT, 1);
    assert_true(bench.server.requested);
    assert_int_equal(bench.server.request_us, bench.now_us);
}

static void requests_of_one_burst_are_answered_in_turn(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, 8, 200};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        uint8_t requests[10 * TOY_REQUEST_SIZE];
        struct bench bench;
        setup(&bench);
        for (uint8_t k = 0; k < 10; k++) {
            uint8_t *request = requests + k * TOY_REQUEST_SIZE;
            toy_read(request, k % 3 == 2 ? OTHER : OWN, k, (uint16_t)(k + 1));
            if (k % 3 != 2)
                want(&bench, request);
        }
        for (size_t at = 0; at < sizeof(requests); at += pieces[i]) {
            size_t left = sizeof(requests) - at;
            hear(&bench, requests + at, left < pieces[i] ? left : pieces[i]);
        }
        wait(&bench, 1000000);
        expect(&bench);
        assert_int_equal(bench.server.outcome[SERIAL_ANSWERED], 7);
        assert_int_equal(bench.server.outcome[SERIAL_FOREIGN], 3);
        assert_int_equal(bench.server.overruns, 0);
    }
}

static void what_finds_no_room_while_a_reply_waits_is_counted(void **state)
{
    (void)state;
    static uint8_t much[SERIAL_LINE_CAPACITY + 300];
    struct bench bench;
    setup(&bench);
    toy_read(much, OWN, 0, 4);
    hear(&bench, much, TOY_REQUEST_SIZE);
    hear(&bench, much + TOY_REQUEST_SIZE, sizeof(much) - TOY_REQUEST_SIZE);
    assert_int_equal(bench.server.overruns, 300 - TOY_REQUEST_SIZE);
    want(&bench, much);
    wait(&bench, 1000000);
    ask(&bench, OWN, 7, 7);
    expect(&bench);
    assert_int_equal(bench.server.noise_bytes, SERIAL_LINE_CAPACITY);
}

static void a_reply_goes_out_in_pieces_of_every_size(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 30; piece++) {
        struct bench bench;
        setup(&bench);
        bench.piece = piece;
        ask(&bench, OWN, 0, 10);
        expect(&bench);
    }
}

static void the_line_rests_for_the_turnaround_before_a_reply(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    serial_server_init(&bench.server, &toy_serial, 4000);
    ask(&bench, OWN, 0, 2);
    assert_int_equal(bench.heard_size, 0);
    bench.now_us += 3999;
    fetch(&bench);
    assert_int_equal(bench.heard_size, 0);
    bench.now_us += 1;
    fetch(&bench);
    expect(&bench);
}

/* The reply to a write equals the request: answered again, it would never end. */
static void the_own_echo_is_no_request(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, HEARD_MAX};
    for (size_t i = 0; i < COUNT(pieces) * COUNT(pieces); i++) {
        uint8_t request[TOY_REQUEST_SIZE];
        struct bench bench;
        setup(&bench);
        bench.echoing = true;
        bench.piece = pieces[i / COUNT(pieces)];
        bench.echo_piece = pieces[i % COUNT(pieces)];
        for (uint16_t n = 0; n < 5; n++) {
            burst(&bench, request, toy_write(request, OWN, n, 1));
            want(&bench, request);
            wait(&bench, 100000);
            ask(&bench, OWN, n, 10);
        }
        expect(&bench);
        assert_int_equal(bench.server.echo.count, 10);
        assert_int_equal(bench.server.outcome[SERIAL_ANSWERED], 10);
        assert_int_equal(bench.server.noise_bytes, 0);
    }
}

static void an_echo_that_a_late_caller_finds_100_ms_later_is_no_request(void **state)
{
    (void)state;
    uint8_t request[TOY_REQUEST_SIZE];
    struct bench bench;
    setup(&bench);
    burst(&bench, request, toy_write(request, OWN, 1, 1));
    want(&bench, request);
    bench.now_us += 100000;
    burst(&bench, request, sizeof(request));
    wait(&bench, 100000);
    expect(&bench);
}

static void the_same_write_again_is_answered_again(void **state)
{
    (void)state;
    uint8_t request[TOY_REQUEST_SIZE];
    struct bench bench;
    setup(&bench);
    for (int i = 0; i < 5; i++) {
        burst(&bench, request, toy_write(request, OWN, 1, 1));
        want(&bench, request);
        wait(&bench, 100000);
    }
    expect(&bench);
    assert_int_equal(bench.server.echo.count, 0);
}

static void an_echo_that_stops_in_the_middle_spoils_nothing(void **state)
{
    (void)state;
    uint8_t reply[TOY_REPLY_MAX];
    uint8_t request[TOY_REQUEST_SIZE];
    toy_read(request, OWN, 0, 10);
    size_t size = toy_reply(reply, request);
    for (size_t part = 1; part < size; part++) {
        struct bench bench;
        setup(&bench);
        ask(&bench, OWN, 0, 10);
        burst(&bench, reply, part);
        wait(&bench, 200000);
        ask(&bench, OWN, 3, 3);
        expect(&bench);
        assert_int_equal(bench.server.overruns, 0);
    }
}

static void a_caller_that_comes_every_100_ms_answers_all(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t request[TOY_REQUEST_SIZE];
    setup(&bench);
    bench.poll_us = 100000;
    for (uint16_t n = 0; n < 20; n++) {
        size_t size = toy_read(request, OWN, n, 4);
        size_t cut = n % TOY_REQUEST_SIZE;
        want(&bench, request);
        burst(&bench, request, cut); /* half of it came before the caller was held up */
        bench.now_us += 100000;
        burst(&bench, request + cut, size - cut);
        wait(&bench, 300000);
    }
    expect(&bench);
    assert_int_equal(bench.server.outcome[SERIAL_ANSWERED], 20);
}

static void a_clock_far_from_zero_and_one_at_zero_work_alike(void **state)
{
    (void)state;
    static const uint64_t starts[] = {0, 1, 1ull << 32, 1ull << 52};
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct bench bench;
        setup(&bench);
        bench.now_us = starts[i];
        ask(&bench, OWN, 0, 3);
        wait(&bench, 200000);
        bench.now_us += 86400000000ull;
        ask(&bench, OWN, 0, 3);
        expect(&bench);
    }
}

/* ---- Random traffic ---- */

static uint32_t random_below(uint32_t *seed, uint32_t bound)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % bound;
}

/* A request in one of the ways in which lines spoil one; its size. Never the good one. */
static size_t spoil(uint8_t *bytes, uint32_t *seed)
{
    size_t size = toy_read(bytes, OWN, (uint16_t)random_below(seed, 99), 10);
    uint32_t at = random_below(seed, (uint32_t)size);
    switch (random_below(seed, 5)) {
    case 0: /* one bit */
        bytes[at] ^= (uint8_t)(1u << random_below(seed, 8));
        return size;
    case 1: /* truncated */
        return at;
    case 2: /* a byte is lost */
        memmove(bytes + at, bytes + at + 1, size - at - 1);
        return size - 1;
    case 3: /* spliced with another one */
        toy_read(bytes + at, OWN, (uint16_t)(100 + random_below(seed, 99)), 20);
        memmove(bytes + at, bytes + at + 1 + random_below(seed, 6), 3);
        return at + 3;
    default: /* noise */
        size = 1 + random_below(seed, 40);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)random_below(seed, 256);
        return size;
    }
}

/* Two damaged requests can make up a good one between them. */
static bool holds_request(const uint8_t *traffic, size_t size)
{
    for (size_t at = 0; at + TOY_REQUEST_SIZE <= size; at++) {
        if (traffic[at] == OWN && modbus_sealed(traffic + at, TOY_REQUEST_SIZE))
            return true;
    }
    return false;
}

/* Up to three spoiled requests and a silence; false if a good one came about. */
static bool feed_damage(struct bench *bench, uint32_t *seed)
{
    uint8_t traffic[256];
    size_t size = 0;
    for (uint32_t n = random_below(seed, 4); n > 0; n--) {
        size_t added = spoil(traffic + size, seed);
        burst(bench, traffic + size, added);
        size += added;
        bench->now_us += random_below(seed, 20000);
    }
    if (random_below(seed, 2))
        wait(bench, SERIAL_SILENCE_US + POLL_US);
    else
        bench->now_us += SERIAL_SILENCE_US + 1; /* nobody calls meanwhile */
    return !holds_request(traffic, size);
}

static void damage_is_never_answered_and_never_costs_the_next_request(void **state)
{
    (void)state;
    uint32_t seed = 20261126;
    uint32_t made_up = 0;
    struct bench bench;
    setup(&bench);
    for (int round = 0; round < 20000; round++) {
        bench.echoing = random_below(&seed, 3) == 0;
        bench.heard_size = bench.want_size = 0;
        if (feed_damage(&bench, &seed)) {
            assert_int_equal(bench.heard_size, 0);
        } else {
            made_up++;
            wait(&bench, 200000);
            bench.heard_size = 0;
        }
        ask(&bench, OWN, (uint16_t)random_below(&seed, 99), 4);
        wait(&bench, 120000);
        expect(&bench);
    }
    assert_in_range(made_up, 0, 200);
    assert_in_range(bench.server.outcome[SERIAL_ANSWERED], 20000, 20000 + made_up);
    assert_int_equal(bench.server.overruns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_is_counted_by_its_cause),
        cmocka_unit_test(a_request_for_us_is_remembered_by_its_time),
        cmocka_unit_test(requests_of_one_burst_are_answered_in_turn),
        cmocka_unit_test(what_finds_no_room_while_a_reply_waits_is_counted),
        cmocka_unit_test(a_reply_goes_out_in_pieces_of_every_size),
        cmocka_unit_test(the_line_rests_for_the_turnaround_before_a_reply),
        cmocka_unit_test(the_own_echo_is_no_request),
        cmocka_unit_test(an_echo_that_a_late_caller_finds_100_ms_later_is_no_request),
        cmocka_unit_test(the_same_write_again_is_answered_again),
        cmocka_unit_test(an_echo_that_stops_in_the_middle_spoils_nothing),
        cmocka_unit_test(a_caller_that_comes_every_100_ms_answers_all),
        cmocka_unit_test(a_clock_far_from_zero_and_one_at_zero_work_alike),
        cmocka_unit_test(damage_is_never_answered_and_never_costs_the_next_request),
    };
    return RUN_TESTS(tests);
}
