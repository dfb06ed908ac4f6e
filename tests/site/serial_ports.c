/* SPDX-License-Identifier: Apache-2.0
 * RS485-1 of a running host speaks every serial protocol in turn, changed by its setting; the
 * asking side of each reads what the bank says. Who knows nothing of the bank is told nothing.
 */
#include "protocols/serial_client.h"
#include "protocols/uarts.h"
#include "tests/support/bench.h"
#include "tests/support/test.h"

enum { SETTLE_MS = 15000, STEP_MS = 10, ROUND_MS = 30000, NOT_A_PROTOCOL = 127, BUILT_MIN = 8 };

static struct bench bench;
static struct serial_poll poll;
static struct snapshot heard; /* all that the answers of the first address said */
static unsigned refusals;

static void start(void)
{
    bench_start(&bench, &(struct bench_setup){.pack_count = 2, .load_ma = 20000});
    bench_run(&bench, SETTLE_MS, STEP_MS);
    bench_installer(&bench);
}

static void speak(int number)
{
    assert_int_equal(bench_command(&bench, COMMAND_SET_PARAM, PARAM_uart1_protocol, number),
                     COMMAND_ACCEPTED);
    bench_run(&bench, STEP_MS, STEP_MS);
}

static void take_answer(void)
{
    struct params params;
    struct serial_reading reading = {.values = &heard, .params = &params};
    params_init(&params);
    for (unsigned part = 0; serial_client_take(&poll.client, part, &reading) == DECODED; part++)
        refusals += reading.refused != 0;
}

/* Carries what either side has to say; one step of the site. */
static void exchange(void)
{
    uint8_t bytes[SERIAL_REPLY_MAX];
    struct device *device = &bench.site.device[0];
    uint64_t now_us = bench.site.time_us;
    size_t size = serial_client_transmit(&poll.client, bytes, sizeof(bytes), now_us);
    device_receive(device, DEVICE_RS485_1, bytes, size, now_us);
    size = device_transmit(device, DEVICE_RS485_1, bytes, sizeof(bytes), now_us);
    serial_client_receive(&poll.client, bytes, size, now_us);
    bench_run(&bench, STEP_MS, STEP_MS);
    if (!serial_poll_ended(&poll))
        return;
    if (poll.client.state == SERIAL_CLIENT_ANSWERED)
        take_answer();
    serial_poll_next(&poll);
}

/* One round of questions to the host. */
static void ask_all(const struct serial_protocol *protocol)
{
    uint8_t first = protocol->address_first;
    snapshot_init(&heard);
    refusals = 0;
    serial_poll_init(&poll, protocol, first, first);
    for (uint32_t ms = 0; ms < ROUND_MS && poll.rounds == 0; ms += STEP_MS)
        exchange();
    assert_true(poll.rounds > 0);
}

/* What was heard lies within the coarsest step of any of these protocols; false: was not heard. */
static bool agrees(const char *use, enum value_id id, int32_t step)
{
    int32_t said;
    int32_t bank;
    assert_true(snapshot_get(bench_bank(&bench), id, &bank));
    if (!snapshot_get(&heard, id, &said))
        return false;
    if (abs32(said - bank) > step)
        fail_msg("%s: value %d is %d, heard as %d", use, id, bank, said);
    return true;
}

static void every_protocol_tells_what_the_bank_says(void **state)
{
    (void)state;
    unsigned built = 0;
    start();
    for (size_t i = 0; i < uart_count; i++) {
        const struct serial_protocol *protocol = uart_serial(&uarts[i]);
        if (protocol == NULL || protocol->ask == NULL)
            continue;
        speak(uarts[i].number);
        assert_ptr_equal(device_uart(&bench.site.device[0], DEVICE_RS485_1), &uarts[i]);
        ask_all(protocol);
        if (poll.client.answers != protocol->question_count || refusals > 0)
            fail_msg("%s: %u answers, %u refusals, %u timeouts, %u bad", uarts[i].use,
                     poll.client.answers, refusals, poll.client.timeouts, poll.client.bad_answers);
        assert_true(agrees(uarts[i].use, VALUE_pack_mv, 200));
        assert_true(agrees(uarts[i].use, VALUE_soc_permille, 10));
        agrees(uarts[i].use, VALUE_charge_limit_mv, 100);
        agrees(uarts[i].use, VALUE_charge_allowed, 0);
        agrees(uarts[i].use, VALUE_discharge_allowed, 0);
        built++;
    }
    assert_true(built >= BUILT_MIN);
    assert_true(bench_allows(&bench, BENCH_BOTH));
}

/* Limits are what an inverter goes by. Those that have none are for monitors. */
static void no_protocol_promises_more_than_the_bank(void **state)
{
    (void)state;
    start();
    for (size_t i = 0; i < uart_count; i++) {
        const struct serial_protocol *protocol = uart_serial(&uarts[i]);
        static const enum value_id limits[] = {VALUE_charge_limit_mv, VALUE_charge_limit_ma,
                                               VALUE_discharge_limit_ma};
        if (protocol == NULL || protocol->ask == NULL)
            continue;
        speak(uarts[i].number);
        ask_all(protocol);
        for (size_t n = 0; n < COUNT(limits); n++) {
            int32_t said;
            int32_t bank = 0;
            snapshot_get(bench_bank(&bench), limits[n], &bank);
            if (snapshot_get(&heard, limits[n], &said) && said > bank)
                fail_msg("%s: limit %d is %d, told as %d", uarts[i].use, limits[n], bank, said);
        }
    }
}

static void a_number_without_a_protocol_is_silence(void **state)
{
    (void)state;
    start();
    speak(NOT_A_PROTOCOL);
    assert_null(device_uart(&bench.site.device[0], DEVICE_RS485_1));
    ask_all(uart_serial(uart_find(14)));
    assert_int_equal(poll.client.answers, 0);
    speak(14);
    ask_all(uart_serial(uart_find(14)));
    assert_true(poll.client.answers > 0);
}

static bool bank_is_lost(const struct bench *at, int unused)
{
    (void)unused;
    return !device_is_on(&at->site.device[0]);
}

static void a_pack_that_is_off_is_silent_on_every_protocol(void **state)
{
    (void)state;
    start();
    speak(6);
    bench_command(&bench, COMMAND_SHUT_DOWN, 0, 0);
    assert_true(bench_until(&bench, bank_is_lost, 0, 60000, STEP_MS) <= 60000);
    ask_all(uart_serial(uart_find(6)));
    assert_int_equal(poll.client.answers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_protocol_tells_what_the_bank_says),
        cmocka_unit_test(no_protocol_promises_more_than_the_bank),
        cmocka_unit_test(a_number_without_a_protocol_is_silence),
        cmocka_unit_test(a_pack_that_is_off_is_silent_on_every_protocol),
    };
    return RUN_TESTS(tests);
}
