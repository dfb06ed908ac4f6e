/* SPDX-License-Identifier: Apache-2.0
 * One pack as a box: core, DIP switch, serial ports and CAN, with the role that the DIP switch
 * gives. Firmware, `hearth pack` and `hearth run` use the same struct. It moves bytes and asks the
 * core; it knows no descriptor and no clock.
 */
#ifndef HEARTH_DEVICE_DEVICE_H
#define HEARTH_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank/bank.h"
#include "base/can.h"
#include "core/bms.h"
#include "device/memory.h"
#include "protocols/jk_bus.h"
#include "protocols/jk_lcd.h"
#include "protocols/jk_server.h"
#include "protocols/jk_trust.h"
#include "protocols/serial_server.h"
#include "protocols/uarts.h"
#include "wire/can_link.h"

enum device_port { DEVICE_RS485_1, DEVICE_RS485_2, DEVICE_RS232, DEVICE_PORT_COUNT };

struct device_setup {
    struct params params;      /* at the first start; later the flash holds them */
    struct stored stored;      /* likewise */
    const struct flash *flash; /* outlives the device; STORAGE_PAGES_MIN pages at least */
    enum jk_timing timing;     /* of RS485-2 when this pack is the host */
};

/* What runs on a serial port. */
enum device_port_role {
    PORT_MUTE,    /* its number names nothing that is built */
    PORT_JK,      /* answers in JK's protocol */
    PORT_TABLES,  /* answers in another one */
    PORT_LCD,     /* draws on a display of JK's */
    PORT_JK_HOST, /* asks the other packs: RS485-2 of the host */
};

struct device_endpoint {
    uint8_t role;   /* enum device_port_role */
    int32_t number; /* the setting that chose it */
    union {
        struct jk_server jk;
        struct serial_server tables;
        struct jk_lcd lcd;
        struct jk_host host;
    };
};

struct device {
    struct bms bms;
    struct memory memory;
    uint8_t dip;
    uint8_t timing;                 /* enum jk_timing */
    int32_t can_number;             /* the setting can_protocol that `can` was chosen by */
    const struct can_protocol *can; /* what the host speaks; NULL: nothing, no such protocol */
    struct device_endpoint port[DEVICE_PORT_COUNT];
    struct bank bank;         /* filled on the host only */
    struct can_sender sender; /* host only */
    uint32_t bank_pending_ms; /* since the bank last read the own pack */
    bool bus_request;         /* a request for our address came since the last step */
    uint64_t request_us;      /* time of the last one */
    /* Host only, by address: what the packs last said. */
    struct jk_trust trust[JK_ADDRESS_MAX + 1];
};

void device_init(struct device *device, const struct device_setup *setup, uint8_t dip);

/* One step of the pack. button, dip and measurements come in `inputs`; bus_request is filled in. A
 * changed DIP switch changes the role at once. now_us is the time at the end of the step. */
void device_step(struct device *device, struct inputs *inputs, uint32_t dt_ms, uint64_t now_us);

/* Call before the program ends in good order; a power cut without it loses a minute of charge. */
void device_save(struct device *device);

bool device_is_host(const struct device *device);
bool device_is_on(const struct device *device); /* off, stopped: it neither hears nor speaks */

/* What a serial port speaks, by its setting; RS485-2 always speaks JK's. NULL: nothing that is
 * built. The port has to run at its baud rate. */
const struct uart *device_uart(const struct device *device, enum device_port port);

/* Bytes that came in; answers are ready at once in device_transmit(). */
void device_receive(struct device *device, enum device_port port, const uint8_t *bytes, size_t size,
                    uint64_t now_us);

/* Lets the ports act on time; call at least every few milliseconds. */
void device_poll(struct device *device, uint64_t now_us);

size_t device_transmit(struct device *device, enum device_port port, uint8_t *buffer, size_t size,
                       uint64_t now_us);

/* CAN of the host, in the protocol that its setting can_protocol names. transmit: true while there
 * is a frame to send now. */
void device_can_receive(struct device *device, const struct can_frame *frame, uint64_t now_us);
bool device_can_transmit(struct device *device, struct can_frame *frame, uint64_t now_us);

/* A reading of another pack that did not come as bytes (simulation in long steps). */
void device_put_reading(struct device *device, uint8_t address, const struct snapshot *snapshot,
                        const struct params *params, uint32_t period_ms, uint64_t now_us);

/* Events kept in flash, oldest first; get is false when that one cannot be read. */
uint32_t device_event_count(const struct device *device);
bool device_event_get(struct device *device, uint32_t index, struct event *event);

const struct outputs *device_outputs(const struct device *device);
const struct snapshot *device_snapshot(const struct device *device);
const struct params *device_params(const struct device *device);

/* See bms_check() and bms_request(). */
enum command_result device_check(const struct device *device, const struct command *command);
enum command_result device_request(struct device *device, const struct command *command);

#endif
