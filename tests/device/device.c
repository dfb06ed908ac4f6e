/* SPDX-License-Identifier: Apache-2.0
 * Tests of device/device.c: ports, roles, commands by bus, bank and CAN of the host.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "base/crc.h"
#include "device/device.h"
#include "core/storage.h"
#include "protocols/protocols.h"
#include "sim/flash.h"

enum { PAGE_SIZE = 2048, PAGE_COUNT = STORAGE_PAGES_MIN(PAGE_SIZE) };

struct bench {
    struct device device;
    struct sim_flash flash;
    uint8_t flash_bytes[PAGE_SIZE * PAGE_COUNT];
    uint32_t erase_counts[PAGE_COUNT];
    struct inputs inputs;
    uint64_t now_us;
};

static void setup(struct bench *bench, uint8_t dip)
{
    struct device_setup setup = {
        .stored = {.remaining_mah = 157000, .on = true}
    };
    memset(bench, 0, sizeof(*bench));
    sim_flash_init(&bench->flash, bench->flash_bytes, bench->erase_counts, PAGE_SIZE, PAGE_COUNT);
    setup.flash = &bench->flash.flash;
    params_init(&setup.params);
    device_init(&bench->device, &setup, dip);
    struct inputs *in = &bench->inputs;
    in->dip = dip;
    in->cell_valid_mask = 0xFFFF;
    in->temp_valid_mask = 0x1F;
    for (int i = 0; i < 16; i++)
        in->cell_mv[i] = 3300;
    for (int i = 0; i < 5; i++)
        in->temp_ddegc[i] = 250;
    in->mos_ddegc = 250;
    in->mos_valid = true;
    in->pack_valid = true;
    in->pack_mv = 52800;
    in->load_mv = 52800;
}

static void run(struct bench *bench, uint32_t ms)
{
    for (uint32_t passed = 0; passed < ms; passed += 10) {
        bench->inputs.sample_count++;
        bench->now_us += 10000;
        device_step(&bench->device, &bench->inputs, 10, bench->now_us);
        device_poll(&bench->device, bench->now_us);
    }
}

/* Sends a request without its CRC; returns the answer's size. */
static size_t ask(struct bench *bench, const char *hex, uint8_t *answer, size_t size)
{
    uint8_t bytes[64];
    int count = hex_parse(hex, strlen(hex), bytes, sizeof(bytes) - 2);
    assert_true(count > 0);
    put_u16le(bytes + count, crc16_modbus(bytes, (size_t)count));
    bench->now_us += 100000;
    device_receive(&bench->device, DEVICE_RS485_1, bytes, (size_t)count + 2, bench->now_us);
    return device_transmit(&bench->device, DEVICE_RS485_1, answer, size, bench->now_us);
}

/* As installer, by the settings password. */
static void log_in(struct bench *bench)
{
    uint8_t answer[320];
    const char *login = "02 10 16 80 00 08 10 36 36 36 36 36 36 00 00 00 00 00 00 00 00 00 00";
    assert_int_equal(ask(bench, login, answer, sizeof(answer)), 8);
}

static void a_slave_answers_reads_on_its_port(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t answer[320];
    setup(&bench, 2);
    run(&bench, 2000);
    assert_int_equal(ask(&bench, "02 03 10 0C 00 02", answer, sizeof(answer)), 9);
    assert_int_equal(get_u32be(answer + 3), 3650);
    assert_int_equal(ask(&bench, "03 03 10 0C 00 02", answer, sizeof(answer)), 0);
}

static void a_write_needs_a_session_and_is_applied_in_the_next_step(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t answer[320];
    setup(&bench, 2);
    run(&bench, 2000);
    const char *write = "02 10 10 0C 00 02 04 00 00 0E 2E"; /* 3630 mV */
    assert_int_equal(ask(&bench, write, answer, sizeof(answer)), 5);
    assert_int_equal(answer[1], 0x90);
    assert_int_equal(answer[2], 2);
    log_in(&bench);
    assert_int_equal(ask(&bench, write, answer, sizeof(answer)), 8);
    assert_int_equal(bench.device.bms.params.cell_ovp_mv, 3650);
    run(&bench, 10);
    assert_int_equal(bench.device.bms.params.cell_ovp_mv, 3630);
}

static void a_bound_of_the_pack_holds_on_the_bus_too(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t answer[320];
    setup(&bench, 2);
    run(&bench, 2000);
    log_in(&bench);
    assert_int_equal(ask(&bench, "02 10 10 0C 00 02 04 00 00 0F A0", answer, sizeof(answer)), 5);
    assert_int_equal(answer[2], 3); /* 4000 mV */
    assert_int_equal(ask(&bench, "02 10 16 26 00 01 02 00 00", answer, sizeof(answer)), 5);
    assert_int_equal(answer[2], 3); /* firmware update */
    run(&bench, 10);
    assert_int_equal(bench.device.bms.params.cell_ovp_mv, 3650);
}

static void a_preset_answers_with_the_settings_it_leads_to(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t answer[320];
    setup(&bench, 2);
    run(&bench, 2000);
    log_in(&bench);
    assert_int_equal(ask(&bench, "02 10 10 0C 00 02 04 00 00 0E 2E", answer, sizeof(answer)), 8);
    run(&bench, 10);
    assert_int_equal(bench.device.bms.params.cell_ovp_mv, 3630);
    assert_int_equal(ask(&bench, "02 10 16 0C 00 01 02 00 00", answer, sizeof(answer)), 308);
    assert_int_equal(answer[4], JK_SETTINGS);
    assert_int_equal(get_u32le(answer + 6 + 0x0C), 3650);
    run(&bench, 10);
    assert_int_equal(bench.device.bms.params.cell_ovp_mv, 3650);
}

static void the_host_sends_its_set_when_its_bank_is_ready(void **state)
{
    (void)state;
    struct bench bench;
    struct can_frame frame;
    setup(&bench, 0);
    int frames = 0;
    for (int i = 0; i < 300; i++) {
        run(&bench, 10);
        while (device_can_transmit(&bench.device, &frame, bench.now_us))
            frames++;
    }
    assert_true(bank_ready(&bench.device.bank));
    assert_in_range(frames, 6, 24);
}

static void a_slave_never_speaks_on_can(void **state)
{
    (void)state;
    struct bench bench;
    struct can_frame frame;
    setup(&bench, 3);
    for (int i = 0; i < 300; i++) {
        run(&bench, 10);
        assert_false(device_can_transmit(&bench.device, &frame, bench.now_us));
    }
}

static void a_changed_dip_switch_changes_the_role(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t bytes[320];
    setup(&bench, 3);
    run(&bench, 2000);
    assert_int_equal(
        device_transmit(&bench.device, DEVICE_RS485_2, bytes, sizeof(bytes), bench.now_us), 0);
    bench.inputs.dip = 0;
    run(&bench, 100);
    assert_true(device_is_host(&bench.device));
    assert_true(device_transmit(&bench.device, DEVICE_RS485_2, bytes, sizeof(bytes), bench.now_us) >
                0);
    assert_int_equal(device_params(&bench.device)->address, 0);
}

static void a_pack_that_is_off_is_silent(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t answer[320];
    setup(&bench, 2);
    run(&bench, 2000);
    bench.inputs.button = true;
    run(&bench, 5010);
    assert_false(device_is_on(&bench.device));
    assert_int_equal(ask(&bench, "02 03 10 0C 00 02", answer, sizeof(answer)), 0);
    assert_false(device_outputs(&bench.device)->charge_fet);
    assert_int_equal(device_outputs(&bench.device)->leds, 0);
}

static void events_are_kept_in_order(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, 2);
    run(&bench, 2000);
    assert_true(device_event_count(&bench.device) >= 4);
    bool closed = false;
    struct event event = {0};
    uint32_t last_s = 0;
    for (uint32_t i = 0; device_event_get(&bench.device, i, &event); i++) {
        closed |= event.kind == EVENT_CHARGE_CLOSED;
        assert_true(event.time_s >= last_s);
        last_s = event.time_s;
    }
    assert_true(closed);
}

/* Number 10 draws on a display of JK's, once a second or slower, and hears nothing. */
static void a_port_set_to_a_display_draws(void **state)
{
    (void)state;
    static const uint8_t head[] = {0xA5, 0x5A};
    uint8_t bytes[1024];
    struct bench bench;
    setup(&bench, 0);
    bench.device.bms.params.uart3_protocol = 10;
    run(&bench, 2000);
    size_t size = device_transmit(&bench.device, DEVICE_RS232, bytes, sizeof(bytes), bench.now_us);
    assert_true(size > sizeof(head));
    assert_memory_equal(bytes, head, sizeof(head));
    device_receive(&bench.device, DEVICE_RS232, bytes, size, bench.now_us);
    assert_int_equal(
        device_transmit(&bench.device, DEVICE_RS232, bytes, sizeof(bytes), bench.now_us), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slave_answers_reads_on_its_port),
        cmocka_unit_test(a_write_needs_a_session_and_is_applied_in_the_next_step),
        cmocka_unit_test(a_bound_of_the_pack_holds_on_the_bus_too),
        cmocka_unit_test(a_preset_answers_with_the_settings_it_leads_to),
        cmocka_unit_test(the_host_sends_its_set_when_its_bank_is_ready),
        cmocka_unit_test(a_slave_never_speaks_on_can),
        cmocka_unit_test(a_changed_dip_switch_changes_the_role),
        cmocka_unit_test(a_pack_that_is_off_is_silent),
        cmocka_unit_test(events_are_kept_in_order),
        cmocka_unit_test(a_port_set_to_a_display_draws),
    };
    return RUN_TESTS(tests);
}
