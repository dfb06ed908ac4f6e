/* SPDX-License-Identifier: Apache-2.0
 * The CAN protocol of the host is changed while everything runs: both ends speak the new one within
 * two seconds, the inverter goes on with the values of the battery, nobody raises an alarm.
 */
#include "protocols/brands.h"
#include "tests/support/bench.h"
#include "tests/support/test.h"

enum { SETTLE_MS = 15000, BOUND_MS = 2000, NOT_A_PROTOCOL = 127 };

static struct bench bench;

static void start(void)
{
    bench_start(&bench, &(struct bench_setup){.pack_count = 2});
    bench.site.day.load_scale_permille = 1000;
    bench_run(&bench, SETTLE_MS, 10);
    bench_mark(&bench);
}

static void change(int number)
{
    bench_installer(&bench);
    assert_int_equal(bench_command(&bench, COMMAND_SET_PARAM, PARAM_can_protocol, number),
                     COMMAND_ACCEPTED);
}

/* Displays are told nothing to go by. */
static bool tells_limits(const struct can_protocol *can)
{
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        for (size_t n = 0; n < message->field_count; n++) {
            if (message->timeout_ms > 0 && message->fields[n].value == VALUE_charge_limit_ma)
                return true;
        }
    }
    return false;
}

static bool hears(const struct bench *at, int number)
{
    const struct can_receiver *receiver = &at->site.receiver[0];
    return receiver->protocol == brand_can(number) &&
           snapshot_have(&receiver->values, VALUE_charge_limit_ma) &&
           can_receiver_alive(receiver, at->site.time_us);
}

static void check_calm(const char *use)
{
    const struct snapshot *bank = bench_bank(&bench);
    const struct snapshot *heard = &bench.site.receiver[0].values;
    if (bank->alarms[0] | bank->alarms[1] | heard->alarms[0] | heard->alarms[1])
        fail_msg("%s: an alarm after the change", use);
    if (abs32(heard->charge_limit_ma - bank->charge_limit_ma) > 1000)
        fail_msg("%s: %d mA may charge, the inverter believes %d", use, bank->charge_limit_ma,
                 heard->charge_limit_ma);
}

static void both_ends_change_to_every_protocol_within_two_seconds(void **state)
{
    (void)state;
    unsigned changes = 0;
    start();
    for (size_t i = 0; i < brand_count; i++) {
        const struct brand *brand = &brands[i];
        const struct can_protocol *can = brand_can(brand->number);
        if (brand->bus != BUS_CAN || can == NULL || !tells_limits(can))
            continue;
        change(brand->number);
        if (bench_until(&bench, hears, brand->number, BOUND_MS, 10) > BOUND_MS)
            fail_msg("%s: the inverter does not follow", brand->use);
        bench_run(&bench, SETTLE_MS, 10);
        check_calm(brand->use);
        changes++;
    }
    assert_true(changes > 10);
}

static void a_protocol_the_pack_does_not_know_is_not_spoken(void **state)
{
    (void)state;
    start();
    change(NOT_A_PROTOCOL);
    bench_run(&bench, 1000, 10);
    uint32_t decoded = bench.site.receiver[0].decoded;
    bench_run(&bench, SETTLE_MS, 10);
    assert_int_equal(bench.site.receiver[0].decoded, decoded);
    change(2);
    assert_true(bench_until(&bench, hears, 2, BOUND_MS, 10) <= BOUND_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_change_to_every_protocol_within_two_seconds),
        cmocka_unit_test(a_protocol_the_pack_does_not_know_is_not_spoken),
    };
    return RUN_TESTS(tests);
}
