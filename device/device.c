/* SPDX-License-Identifier: Apache-2.0
 * The box around the core. Requests of a port become commands, all of which are checked before any
 * is queued; readings of the bus go to the bank; the bank's view goes to the inverter.
 */
#include "device/device.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "protocols/brands.h"
#include "protocols/jk_map.h"

enum {
    OWN_PERIOD_MS = 100,
    FAST_PERIOD_MS = 1000,   /* slowest reading of a pack in fast timing */
    SLOTS_PERIOD_MS = 12800, /* in slots with 15 slaves: (17 + 15) * 0.4 s */
};

static const uint8_t port_session[DEVICE_PORT_COUNT] = {
    [DEVICE_RS485_1] = SESSION_RS485_1,
    [DEVICE_RS485_2] = SESSION_RS485_2,
    [DEVICE_RS232] = SESSION_RS232,
};

static uint32_t to_ms(uint64_t now_us)
{
    return (uint32_t)(now_us / 1000);
}

bool device_is_host(const struct device *device)
{
    return device->dip == 0;
}

bool device_is_on(const struct device *device)
{
    uint8_t state = device->bms.power.state;
    return state != POWER_OFF && state != POWER_STOPPED && state != POWER_SHUTTING_DOWN;
}

/* The setting of RS485-2 follows the DIP switch: both its roles are JK's. */
static int32_t port_number(const struct device *device, enum device_port port)
{
    const struct params *params = &device->bms.params;
    if (port == DEVICE_RS485_2)
        return uart_number("jk_rs485", 0);
    return port == DEVICE_RS485_1 ? params->uart1_protocol : params->uart3_protocol;
}

const struct uart *device_uart(const struct device *device, enum device_port port)
{
    const struct uart *uart = uart_find(port_number(device, port));
    return uart != NULL && uart->kind != UART_NONE ? uart : NULL;
}

static void start_port(struct device *device, enum device_port port)
{
    struct device_endpoint *at = &device->port[port];
    const struct uart *uart = device_uart(device, port);
    const struct serial_protocol *tables = uart != NULL ? uart_serial(uart) : NULL;
    at->number = port_number(device, port);
    if (port == DEVICE_RS485_2 && device_is_host(device)) {
        at->role = PORT_JK_HOST;
        jk_host_init(&at->host, (enum jk_timing)device->timing);
    } else if (tables != NULL) {
        at->role = PORT_TABLES;
        serial_server_init(&at->tables, tables, 0);
    } else if (uart != NULL && uart->kind == UART_JK) {
        at->role = PORT_JK;
        jk_server_init(&at->jk, device->dip, (enum session)port_session[port]);
    } else if (uart != NULL && (uart->kind == UART_LCD || uart->kind == UART_LCD_PB)) {
        at->role = PORT_LCD;
        jk_lcd_init(&at->lcd, uart->kind == UART_LCD ? JK_LCD_V2 : JK_LCD_PB);
    } else {
        at->role = PORT_MUTE;
    }
}

/* The setting names the protocol; a pack that does not know it says nothing. */
static void start_can(struct device *device, uint64_t now_us)
{
    device->can_number = device->bms.params.can_protocol;
    device->can = brand_can(device->can_number);
    if (device->can != NULL)
        can_sender_init(&device->sender, device->can, now_us);
}

/* Gives every port and the bank the role of the DIP switch. */
static void take_role(struct device *device, uint8_t dip, uint64_t now_us)
{
    const struct params *params = &device->bms.params;
    device->dip = dip;
    for (int port = 0; port < DEVICE_PORT_COUNT; port++)
        start_port(device, (enum device_port)port);
    for (int i = 0; i <= JK_ADDRESS_MAX; i++)
        jk_trust_init(&device->trust[i]);
    bank_init(&device->bank, (uint8_t)params->parallel_packs,
              (uint32_t)params->first_reading_timeout_s * 1000u);
    start_can(device, now_us);
}

void device_init(struct device *device, const struct device_setup *setup, uint8_t dip)
{
    ASSERT(dip <= JK_ADDRESS_MAX);
    memset(device, 0, sizeof(*device));
    device->timing = (uint8_t)setup->timing;
    struct params params = setup->params;
    struct stored stored = setup->stored;
    memory_init(&device->memory, setup->flash, &params, &stored);
    bms_init(&device->bms, &params, &stored);
    take_role(device, dip, 0);
}

uint32_t device_event_count(const struct device *device)
{
    return memory_event_count(&device->memory);
}

bool device_event_get(struct device *device, uint32_t index, struct event *event)
{
    return memory_event_get(&device->memory, index, event);
}

void device_save(struct device *device)
{
    memory_save(&device->memory, &device->bms);
}

/* For protocols, which only read. */
static uint32_t count_events(const void *context)
{
    return device_event_count(context);
}

static bool get_event(const void *context, uint32_t index, struct event *event)
{
    return device_event_get((struct device *)(uintptr_t)context, index, event);
}

/* The own pack speaks to its bank ten times a second, and at once when it closes a direction. */
static bool own_reading_due(const struct device *device)
{
    const struct snapshot *now = &device->bms.snapshot;
    const struct snapshot *last = &device->bank.pack[0].snapshot;
    return device->bank_pending_ms >= OWN_PERIOD_MS ||
           now->charge_allowed != last->charge_allowed ||
           now->discharge_allowed != last->discharge_allowed;
}

static void step_bank(struct device *device, uint32_t dt_ms, uint64_t now_us)
{
    struct bank *bank = &device->bank;
    if (!device_is_host(device) || !device_is_on(device))
        return;
    device->bank_pending_ms += dt_ms;
    if (own_reading_due(device)) {
        bank_put_status(bank, 0, &device->bms.snapshot, to_ms(now_us),
                        (uint32_t)max32((int32_t)dt_ms, OWN_PERIOD_MS));
        device->bank_pending_ms = 0;
    }
    if (!bank->pack[0].params_read)
        bank_put_params(bank, 0, &device->bms.params, to_ms(now_us));
    bank_step(bank, to_ms(now_us));
}

/* Another number in the settings changes the protocol at once. */
static void follow_settings(struct device *device, uint64_t now_us)
{
    if (device->bms.params.can_protocol != device->can_number)
        start_can(device, now_us);
    for (int port = 0; port < DEVICE_PORT_COUNT; port++) {
        if (port_number(device, (enum device_port)port) != device->port[port].number)
            start_port(device, (enum device_port)port);
    }
}

void device_step(struct device *device, struct inputs *inputs, uint32_t dt_ms, uint64_t now_us)
{
    inputs->dip &= JK_ADDRESS_MAX; /* four switches */
    if (inputs->dip != device->dip)
        take_role(device, inputs->dip, now_us);
    inputs->bus_request = device->bus_request;
    device->bus_request = false;
    bms_step(&device->bms, inputs, dt_ms);
    follow_settings(device, now_us);
    memory_step(&device->memory, &device->bms, dt_ms);
    step_bank(device, dt_ms, now_us);
}

/* Requests are answered with the settings they lead to; a preset shows them. */
static void serve_jk(struct device *device, struct jk_server *server)
{
    struct jk_request request;
    struct params params;
    const struct event_source events = {device, count_events, get_event};
    const struct jk_pack pack = {&device->bms.snapshot, &params, &events};
    while (jk_server_take(server, &device->bms.params, &request)) {
        enum command_result result =
            bms_request_all(&device->bms, request.commands, request.command_count);
        bms_pending_params(&device->bms, &params);
        jk_server_reply(server, &request, result, &pack);
        device->bus_request |= server->session == SESSION_RS485_2;
    }
}

static enum command_result request_all(void *context, const struct command *commands, uint8_t count)
{
    struct device *device = context;
    return bms_request_all(&device->bms, commands, count);
}

/* A pack that is no host speaks of itself alone. */
static void serve_tables(struct device *device, enum device_port port, const uint8_t *bytes,
                         size_t size, uint64_t now_us)
{
    bool host = device_is_host(device);
    struct serial_battery battery = {
        .own = &device->bms.snapshot,
        .params = &device->bms.params,
        .dip = device->dip,
        .session = port_session[port],
        .ready = !host || bank_ready(&device->bank),
        .request = request_all,
        .context = device,
    };
    if (host) {
        bank_view(&device->bank, &battery.view);
    } else {
        battery.view.bank = battery.own;
        battery.view.pack[device->dip] = battery.own;
    }
    serial_server_receive(&device->port[port].tables, &battery, bytes, size, now_us);
}

/* Period of a source: as measured, but never longer than the timing of the bus allows, so that the
 * gap of a lost pack does not lengthen its next life. */
static uint32_t reading_period_ms(const struct device *device, const struct jk_report *report)
{
    uint32_t longest_ms = device->timing == JK_TIMING_FAST ? FAST_PERIOD_MS : SLOTS_PERIOD_MS;
    bool measured = report->period_ms > 0 && report->period_ms < longest_ms;
    return measured ? report->period_ms : longest_ms;
}

/* A frame in doubt is no reading; false. */
static bool put_status(struct device *device, const struct jk_report *report,
                       struct snapshot *snapshot, uint64_t now_us)
{
    enum jk_verdict verdict = jk_trust_judge(&device->trust[report->address], report->frame,
                                             report->acknowledged, snapshot, to_ms(now_us));
    if (verdict == JK_HELD || verdict == JK_REFUSED)
        return false;
    bank_put_status(&device->bank, report->address, snapshot, to_ms(now_us),
                    reading_period_ms(device, report));
    return true;
}

static void collect_report(struct device *device, struct jk_host *host, uint64_t now_us)
{
    struct jk_report report;
    if (!jk_host_take(host, &report))
        return;
    struct snapshot snapshot;
    struct params params;
    snapshot_init(&snapshot);
    params_init(&params);
    if (jk_map_decode_frame(report.frame, &snapshot, &params) != DECODED)
        return;
    if (report.type != JK_STATUS)
        bank_put_params(&device->bank, report.address, &params, to_ms(now_us));
    else if (!put_status(device, &report, &snapshot, now_us))
        jk_host_again(host);
}

void device_receive(struct device *device, enum device_port port, const uint8_t *bytes, size_t size,
                    uint64_t now_us)
{
    ASSERT(port < DEVICE_PORT_COUNT);
    struct device_endpoint *at = &device->port[port];
    if (!device_is_on(device))
        return;
    switch ((enum device_port_role)at->role) {
    case PORT_JK_HOST:
        jk_host_receive(&at->host, bytes, size, now_us);
        collect_report(device, &at->host, now_us);
        break;
    case PORT_JK:
        jk_server_receive(&at->jk, bytes, size, now_us);
        serve_jk(device, &at->jk);
        break;
    case PORT_TABLES:
        serve_tables(device, port, bytes, size, now_us);
        break;
    case PORT_LCD: /* a display says nothing */
    case PORT_MUTE:
        break;
    }
}

static void poll_port(struct device *device, enum device_port port, uint64_t now_us)
{
    struct device_endpoint *at = &device->port[port];
    switch ((enum device_port_role)at->role) {
    case PORT_JK_HOST:
        jk_host_step(&at->host, &device->bms.snapshot, &device->bms.params, now_us);
        collect_report(device, &at->host, now_us);
        break;
    case PORT_JK:
        jk_server_step(&at->jk, now_us);
        serve_jk(device, &at->jk);
        break;
    case PORT_TABLES:
        serve_tables(device, port, NULL, 0, now_us);
        break;
    case PORT_LCD:
        jk_lcd_step(&at->lcd, &device->bms.snapshot, now_us);
        break;
    case PORT_MUTE:
        break;
    }
}

void device_poll(struct device *device, uint64_t now_us)
{
    if (!device_is_on(device))
        return;
    for (int port = 0; port < DEVICE_PORT_COUNT; port++)
        poll_port(device, (enum device_port)port, now_us);
}

size_t device_transmit(struct device *device, enum device_port port, uint8_t *buffer, size_t size,
                       uint64_t now_us)
{
    ASSERT(port < DEVICE_PORT_COUNT);
    struct device_endpoint *at = &device->port[port];
    if (!device_is_on(device))
        return 0;
    switch ((enum device_port_role)at->role) {
    case PORT_JK_HOST:
        return jk_host_transmit(&at->host, buffer, size);
    case PORT_JK:
        return jk_server_transmit(&at->jk, buffer, size);
    case PORT_TABLES:
        return serial_server_transmit(&at->tables, buffer, size, now_us);
    case PORT_LCD:
        return jk_lcd_transmit(&at->lcd, buffer, size);
    case PORT_MUTE:
        break;
    }
    return 0;
}

void device_can_receive(struct device *device, const struct can_frame *frame, uint64_t now_us)
{
    if (device_is_host(device) && device_is_on(device) && device->can != NULL)
        can_sender_receive(&device->sender, frame, now_us);
}

bool device_can_transmit(struct device *device, struct can_frame *frame, uint64_t now_us)
{
    if (!device_is_host(device) || !device_is_on(device) || !bank_ready(&device->bank) ||
        device->can == NULL)
        return false;
    struct view view;
    bank_view(&device->bank, &view);
    can_sender_step(&device->sender, &view, now_us);
    return can_sender_transmit(&device->sender, &view, frame);
}

void device_put_reading(struct device *device, uint8_t address, const struct snapshot *snapshot,
                        const struct params *params, uint32_t period_ms, uint64_t now_us)
{
    bank_put_status(&device->bank, address, snapshot, to_ms(now_us), period_ms);
    bank_put_params(&device->bank, address, params, to_ms(now_us));
}

const struct outputs *device_outputs(const struct device *device)
{
    return &device->bms.outputs;
}

const struct snapshot *device_snapshot(const struct device *device)
{
    return &device->bms.snapshot;
}

const struct params *device_params(const struct device *device)
{
    return &device->bms.params;
}

enum command_result device_check(const struct device *device, const struct command *command)
{
    return bms_check(&device->bms, command);
}

enum command_result device_request(struct device *device, const struct command *command)
{
    return bms_request(&device->bms, command);
}
