/* SPDX-License-Identifier: Apache-2.0
 * Tests of service/live_serial.c: what a port is said to speak is what answers there, and its
 * numbers are those of its engine.
 */
#include "base/number.h"
#include "protocols/serial_client.h"
#include "service/live_serial.h"
#include "tests/support/bench.h"
#include "tests/support/test.h"

enum { SETTLE_MS = 15000, STEP_MS = 10, ANSWER_MS = 2000, NOT_A_PROTOCOL = 127, SLAVE = 2 };

static struct bench bench;
static uint8_t said[1024]; /* by the port, since it was asked */
static size_t said_size;

static void start(void)
{
    bench_start(&bench, &(struct bench_setup){.pack_count = 3, .load_ma = 20000});
    bench_run(&bench, SETTLE_MS, STEP_MS);
    bench_installer(&bench);
}

static struct web_port look(int pack, enum web_port_id id)
{
    struct web_port port;
    live_serial_describe(&bench.site.device[pack], id, &port);
    return port;
}

static uint32_t number(const struct web_port *port, const char *name)
{
    for (size_t i = 0; i < port->count; i++) {
        if (strcmp(port->counts[i].name, name) == 0)
            return port->counts[i].number;
    }
    fail_msg("no count %s", name);
    return 0;
}

static bool counts(const struct web_port *port, const char *name)
{
    for (size_t i = 0; i < port->count; i++) {
        if (strcmp(port->counts[i].name, name) == 0)
            return true;
    }
    return false;
}

/* RS485-1 of a pack; the others are slaves, whose settings are not the bench's to command. */
static void speak(int pack, int protocol)
{
    bench.site.device[pack].bms.params.uart1_protocol = protocol;
    bench_run(&bench, STEP_MS, STEP_MS);
    assert_int_equal(look(pack, WEB_PORT_rs485_1).number, protocol);
}

static void put_in(int pack, const uint8_t *bytes, size_t size)
{
    struct device *device = &bench.site.device[pack];
    said_size = 0;
    device_receive(device, DEVICE_RS485_1, bytes, size, bench.site.time_us);
    for (int ms = 0; ms < ANSWER_MS; ms += STEP_MS) {
        said_size += device_transmit(device, DEVICE_RS485_1, said + said_size,
                                     sizeof(said) - said_size, bench.site.time_us);
        bench_run(&bench, STEP_MS, STEP_MS);
    }
}

static void ask(int pack, const struct serial_protocol *protocol, int32_t address)
{
    uint8_t request[SERIAL_REQUEST_MAX];
    put_in(pack, request, protocol->ask(0, (uint8_t)address, request));
}

/* Every protocol of the table, at a host and at a slave. */
static void the_address_that_is_shown_answers_and_the_next_one_does_not(void **state)
{
    static const int packs[] = {0, SLAVE};
    (void)state;
    start();
    for (size_t i = 0; i < uart_count; i++) {
        const struct serial_protocol *protocol = uart_serial(&uarts[i]);
        for (size_t n = 0; protocol != NULL && n < COUNT(packs); n++) {
            speak(packs[n], uarts[i].number);
            struct web_port port = look(packs[n], WEB_PORT_rs485_1);
            assert_int_equal(port.baud, uarts[i].baud);
            bool addressed = port.address != SERIAL_ADDRESS_NONE;
            ask(packs[n], protocol, addressed ? port.address : 0);
            port = look(packs[n], WEB_PORT_rs485_1);
            if (said_size == 0 || number(&port, "answered") != 1 || number(&port, "requests") != 1)
                fail_msg("%s, pack %d: no answer at %d", uarts[i].use, packs[n], port.address);
            if (!addressed)
                continue;
            ask(packs[n], protocol, protocol->address_last);
            port = look(packs[n], WEB_PORT_rs485_1);
            if (said_size != 0 || number(&port, "foreign") != 1 || number(&port, "requests") != 1)
                fail_msg("%s, pack %d: answers at %d, too", uarts[i].use, packs[n],
                         protocol->address_last);
        }
    }
}

static void jk_counts_requests_refusals_and_damage(void **state)
{
    (void)state;
    uint8_t read[] = {0, 3, 0x12, 0x90, 0, 2, 0, 0};
    uint8_t outside[] = {0, 3, 0x30, 0, 0, 2, 0, 0};
    start();
    struct web_port port = look(0, WEB_PORT_rs485_1);
    assert_int_equal(port.number, 1);
    assert_int_equal(port.baud, 115200);
    assert_int_equal(port.address, 0);
    assert_string_equal(port.state, "answers");
    put_in(0, read, modbus_seal(read, 6));
    assert_int_equal(said_size, 9);
    put_in(0, outside, modbus_seal(outside, 6));
    read[6] ^= 1;
    put_in(0, read, sizeof(read));
    assert_int_equal(said_size, 0);
    port = look(0, WEB_PORT_rs485_1);
    assert_int_equal(number(&port, "requests"), 2);
    assert_int_equal(number(&port, "answered"), 1);
    assert_int_equal(number(&port, "refused"), 1);
    assert_int_equal(number(&port, "bad"), 1);
    assert_false(counts(&port, "pictures"));
}

static void another_protocol_begins_with_zero_and_the_old_one_is_noise(void **state)
{
    (void)state;
    uint8_t read[] = {0, 3, 0x12, 0x90, 0, 2, 0, 0};
    size_t size = modbus_seal(read, 6);
    start();
    put_in(0, read, size);
    speak(0, 14);
    struct web_port port = look(0, WEB_PORT_rs485_1);
    assert_int_equal(number(&port, "requests"), 0);
    put_in(0, read, size);
    assert_int_equal(said_size, 0);
    port = look(0, WEB_PORT_rs485_1);
    assert_int_equal(number(&port, "requests"), 0);
    assert_int_equal(number(&port, "noise"), size);
}

static void ports_say_what_else_they_do(void **state)
{
    (void)state;
    start();
    struct web_port port = look(0, WEB_PORT_rs485_2);
    assert_string_equal(port.state, "asks the other packs");
    assert_int_equal(port.address, SERIAL_ADDRESS_NONE);
    assert_true(number(&port, "rounds") > 0);
    assert_true(number(&port, "timeouts") > 0); /* free addresses are asked, too */
    port = look(SLAVE, WEB_PORT_rs485_2);
    assert_string_equal(port.state, "answers");
    assert_int_equal(port.address, SLAVE);
    assert_true(number(&port, "answered") > 0);
    bench.site.device[0].bms.params.uart3_protocol = 10;
    bench_run(&bench, ANSWER_MS, STEP_MS);
    port = look(0, WEB_PORT_rs232);
    assert_string_equal(port.state, "draws on a display");
    assert_int_equal(port.baud, 2400);
    assert_true(number(&port, "pictures") > 0);
}

static void a_number_without_a_protocol_and_a_pack_that_is_off_are_silent(void **state)
{
    (void)state;
    start();
    speak(0, NOT_A_PROTOCOL);
    struct web_port port = look(0, WEB_PORT_rs485_1);
    assert_string_equal(port.state, "silent: nothing that is built has this number");
    assert_int_equal(port.baud, 0);
    assert_int_equal(port.count, 0);
    bench_command(&bench, COMMAND_SHUT_DOWN, 0, 0);
    bench_run(&bench, 60000, STEP_MS);
    port = look(0, WEB_PORT_rs232);
    assert_string_equal(port.state, "silent: the pack is off");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_that_is_shown_answers_and_the_next_one_does_not),
        cmocka_unit_test(jk_counts_requests_refusals_and_damage),
        cmocka_unit_test(another_protocol_begins_with_zero_and_the_old_one_is_noise),
        cmocka_unit_test(ports_say_what_else_they_do),
        cmocka_unit_test(a_number_without_a_protocol_and_a_pack_that_is_off_are_silent),
    };
    return RUN_TESTS(tests);
}
