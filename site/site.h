/* SPDX-License-Identifier: Apache-2.0
 * Packs, buses, inverters and weather in virtual time. One clock; nothing here opens a descriptor
 * or reads a clock. Bytes and frames of the outside come in and go out through rings.
 */
#ifndef HEARTH_SITE_SITE_H
#define HEARTH_SITE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "device/device.h"
#include "sim/day.h"
#include "sim/fault_menu.h"
#include "sim/flash.h"
#include "sim/inverter_display.h"
#include "sim/parallel.h"
#include "site/bus_faults.h"
#include "site/serial_bus.h"
#include "wire/can_link.h"

#define SITE_BYTES_STEP_MS 10 /* longest step with bytes on the buses */
#define SITE_FRAME_MAX 224    /* identifiers remembered for display, of 16 packs too */
#define SITE_CAN_OUT_MAX 64
#define SITE_INVERTER_MAX 2

struct site_setup {
    uint64_t seed;
    uint8_t pack_count; /* 1..16; pack n has DIP first_dip + n */
    uint8_t first_dip;
    uint64_t start_ms;              /* time of day at the start */
    int32_t soc_permille[PACK_MAX]; /* real charge at the start */
    const struct params *params;    /* of every pack; parallel_packs is set here */
    uint8_t inverter_count; /* 0 counts as 1; several share sun and household, not the limits */
    const struct sim_brand *brand[SITE_INVERTER_MAX]; /* NULL: who stands for the protocol */
    enum jk_timing timing;
    const struct flash *flash[PACK_MAX]; /* of each pack; NULL: a memory that ends with the site */
    bool inverter_on_can; /* else the inverters read the bank directly (a lone slave) */
};

/* The last frame of an identifier on the CAN bus. */
struct site_frame {
    struct can_frame frame;
    bool from_inverter;
    uint64_t time_us;
    uint32_t count;
};

#define SITE_FLASH_PAGE 2048
#define SITE_FLASH_PAGES STORAGE_PAGES_MIN(SITE_FLASH_PAGE)

struct site_flash {
    struct sim_flash sim;
    uint8_t bytes[SITE_FLASH_PAGE * SITE_FLASH_PAGES];
    uint32_t erase_counts[SITE_FLASH_PAGES];
};

struct site {
    uint64_t time_us;  /* virtual, since the start */
    uint64_t start_ms; /* time of day at time 0 */
    uint8_t pack_count;
    struct device device[PACK_MAX];
    struct device_setup first_start[PACK_MAX]; /* what a board is delivered with */
    struct site_flash flash[PACK_MAX];
    struct inputs inputs[PACK_MAX]; /* dip and button may be written */
    bool board_power[PACK_MAX]; /* may be written: a board without opens its switches, and starts
                                 * anew with what its flash holds when it is back */
    bool running[PACK_MAX];     /* had power in the last step */
    bool bus_cable[PACK_MAX];   /* RS485-2 plugged in; may be written */
    bool can_cable;             /* likewise, host to inverters */
    struct sim_parallel plant;  /* its faults may be written */
    struct sim_day day;
    uint8_t inverter_count;
    struct sim_inverter inverter[SITE_INVERTER_MAX];
    bool inverter_on_can;
    struct can_receiver receiver[SITE_INVERTER_MAX]; /* the inverters' */
    struct serial_bus bus;                           /* RS485-2 */
    struct bus_faults bus_faults;                    /* of it and of CAN; `set` may be written */
    struct site_frame frames[SITE_FRAME_MAX];
    uint8_t frame_count;
    struct can_frame can_out[SITE_CAN_OUT_MAX]; /* to the outside; oldest dropped */
    uint32_t can_out_total;
    uint32_t can_out_taken;
    uint32_t can_out_lost;
    struct ring bus_out; /* bytes on RS485-2, to the outside */
    uint8_t bus_out_bytes[8192];
    int32_t solar_w;
    int32_t load_w;
};

void site_init(struct site *site, const struct site_setup *setup);

/* Everything advances by dt_ms (1..60,000). Above SITE_BYTES_STEP_MS packs read each other without
 * bytes and the inverter reads the bank without frames. */
void site_step(struct site *site, uint32_t dt_ms);

/* What came from outside; it acts within the next millisecond of virtual time. */
void site_bus_receive(struct site *site, const uint8_t *bytes, size_t size);
void site_can_receive(struct site *site, const struct can_frame *frame);

/* What went over the buses since the last call. */
size_t site_bus_transmit(struct site *site, uint8_t *buffer, size_t size);
bool site_can_transmit(struct site *site, struct can_frame *frame);

/* What the owner reads on the first inverter. */
void site_inverter_display(const struct site *site, struct sim_display *display);

/* Where faults of pack `pack`, of the plant, the first inverter and the buses are set. */
struct sim_fault_target site_fault_target(struct site *site, uint8_t pack);

/* Time of day, 0..86,399,999 ms. */
uint32_t site_day_ms(const struct site *site);

/* The pack with DIP 0, or NULL. */
const struct device *site_host(const struct site *site);

#endif
