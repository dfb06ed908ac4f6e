/* SPDX-License-Identifier: Apache-2.0
 * Real time for a site. Bytes for a port of the first pack are answered at once; the parallel bus
 * has the timing of its baud rate, so its answers come with the next ticks.
 */
#include "service/live.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "service/live_diagnostics.h"
#include "service/live_serial.h"
#include "service/web.h"

static uint64_t virtual_us(const struct live *live)
{
    return live->stage.site.time_us;
}

static void bus_received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct live *live = context;
    (void)now_us;
    if (live->stage.speed == 1)
        site_bus_receive(&live->stage.site, bytes, size);
    else
        live->refused_bytes += (uint32_t)size;
}

static void flush_own(struct live_own *own)
{
    uint8_t bytes[SERIAL_BUS_BURST];
    struct device *device = &own->live->stage.site.device[0];
    uint64_t now_us = virtual_us(own->live);
    size_t size;
    while ((size = device_transmit(device, own->device_port, bytes, sizeof(bytes), now_us)) > 0) {
        if (own->port.kind)
            serial_port_write(&own->port, bytes, size);
    }
}

/* A real adapter runs at the rate of what its port speaks. One that cannot be set is lost anyway,
 * and set when it comes back. */
static void follow_rate(struct live_own *own)
{
    char error[PORT_ERROR_SIZE];
    const struct uart *uart = device_uart(&own->live->stage.site.device[0], own->device_port);
    if (uart != NULL)
        (void)serial_port_set_baud(&own->port, (int32_t)uart->baud, error);
}

static void own_received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct live_own *own = context;
    struct live *live = own->live;
    (void)now_us;
    if (live->stage.speed != 1) {
        own->refused_bytes += (uint32_t)size;
        return;
    }
    device_receive(&live->stage.site.device[0], own->device_port, bytes, size, virtual_us(live));
    flush_own(own);
}

/* The protocol of the host, NULL when there is none. */
static const struct can_protocol *spoken(const struct live *live)
{
    const struct device *host = site_host(&live->stage.site);
    return host != NULL ? host->can : NULL;
}

static void can_received(void *context, const struct can_frame *frame, uint64_t now_us)
{
    struct live *live = context;
    (void)now_us;
    can_witness_heard(&live->witness, spoken(live), frame);
    if (live->stage.speed == 1)
        site_can_receive(&live->stage.site, frame);
    else
        live->refused_frames++;
}

static void flush(struct live *live)
{
    uint8_t bytes[1024];
    struct can_frame frame;
    size_t size;
    while ((size = site_bus_transmit(&live->stage.site, bytes, sizeof(bytes))) > 0) {
        if (live->bus.kind)
            serial_port_write(&live->bus, bytes, size);
    }
    while (site_can_transmit(&live->stage.site, &frame)) {
        can_witness_sent(&live->witness, spoken(live), &frame);
        if (live->can.kind)
            can_port_write(&live->can, &frame);
    }
    for (size_t i = 0; i < COUNT(live->own); i++)
        flush_own(&live->own[i]);
}

static void tick(void *context, uint64_t due_us)
{
    struct live *live = context;
    (void)due_us;
    for (uint32_t i = 0; i < live->stage.speed; i++) {
        stage_step(&live->stage);
        flush(live);
    }
    for (size_t i = 0; i < COUNT(live->own); i++)
        follow_rate(&live->own[i]);
}

static int open_own(struct live *live, struct loop *loop, struct live_own *own, const char *url,
                    char *error)
{
    if (!url)
        return 0;
    const struct serial_listener listener = {own, own_received};
    own->live = live;
    return serial_port_open(&own->port, loop, url, &listener, error);
}

int live_open_can(struct live *live, struct loop *loop, const char *url, char *error)
{
    const struct can_listener listener = {live, can_received};
    return can_port_open(&live->can, loop, url, &listener, error);
}

static int open_ports(struct live *live, struct loop *loop, const struct live_ports *ports,
                      char *error)
{
    const struct serial_listener bus = {live, bus_received};
    int result = 0;
    if (ports->rs485_2)
        result = serial_port_open(&live->bus, loop, ports->rs485_2, &bus, error);
    if (result == 0)
        result = open_own(live, loop, &live->own[0], ports->rs485_1, error);
    if (result == 0)
        result = open_own(live, loop, &live->own[1], ports->rs232, error);
    if (result == 0 && ports->can)
        result = live_open_can(live, loop, ports->can, error);
    return result;
}

int live_start(struct live *live, struct loop *loop, const struct site_setup *setup,
               const struct live_ports *ports, char *error)
{
    static const enum device_port device_port[] = {DEVICE_RS485_1, DEVICE_RS232};
    memset(live, 0, sizeof(*live));
    for (size_t i = 0; i < COUNT(live->own); i++) {
        live->own[i].live = live;
        live->own[i].device_port = device_port[i];
    }
    stage_init(&live->stage, setup);
    int result = open_ports(live, loop, ports, error);
    if (result < 0) {
        live_stop(live);
        return result;
    }
    live->timer.context = live;
    live->timer.tick = tick;
    result = loop_timer_start(&live->timer, loop, STAGE_STEP_MS);
    if (result < 0)
        port_fail(error, "no timer");
    return result;
}

void live_stop(struct live *live)
{
    loop_timer_stop(&live->timer);
    for (uint8_t i = 0; i < live->stage.site.pack_count; i++)
        device_save(&live->stage.site.device[i]);
    serial_port_close(&live->bus);
    for (size_t i = 0; i < COUNT(live->own); i++)
        serial_port_close(&live->own[i].port);
    can_port_close(&live->can);
}

void live_source(struct live *live, struct web_source *source)
{
    stage_source(&live->stage, source);
    source->diagnostics = live_diagnostics;
    source->ports = live_serial_ports;
}
