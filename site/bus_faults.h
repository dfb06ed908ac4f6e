/* SPDX-License-Identifier: Apache-2.0
 * What can go wrong on the way of a burst or a frame (the BUS rows of sim/faults.def): lost, late,
 * twice, changed, heard by who said it, talked over. Without a fault everything passes at once and
 * unchanged. Knows no protocol.
 */
#ifndef HEARTH_SITE_BUS_FAULTS_H
#define HEARTH_SITE_BUS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "sim/faults.h"
#include "sim/random.h"
#include "site/serial_bus.h"

#define BUS_FAULTS_BURSTS 4  /* under way at a time; one more is lost */
#define BUS_FAULTS_FRAMES 64 /* likewise */
#define BUS_FAULTS_BABBLE 32 /* bytes */

struct bus_faults_burst {
    uint64_t due_us;
    int sender;
    size_t size;
    uint8_t bytes[SERIAL_BUS_BURST];
};

struct bus_faults_frame {
    uint64_t due_us;
    struct can_frame frame;
    bool from_inverter;
};

struct bus_faults {
    struct sim_bus_faults set; /* may be written at any time */
    /* private */
    struct sim_random random;
    struct bus_faults_burst burst[BUS_FAULTS_BURSTS]; /* rings */
    struct bus_faults_frame frame[BUS_FAULTS_FRAMES];
    uint32_t burst_put, burst_taken;
    uint32_t frame_put, frame_taken;
    uint8_t before[SERIAL_BUS_BURST]; /* the burst before, for splices */
    size_t before_size;
    uint64_t babble_us; /* next time */
};

void bus_faults_init(struct bus_faults *faults, uint64_t seed);

/* A burst has passed the line; take hands out what arrives of it, when it does, in the order in
 * which it was put. Its bytes live until the next put. */
void bus_faults_put_burst(struct bus_faults *faults, const struct serial_burst *burst,
                          uint64_t now_us);
bool bus_faults_take_burst(struct bus_faults *faults, uint64_t now_us, struct serial_burst *burst);

/* Likewise for frames. Damaged ones are lost: a CAN controller hands out none. */
void bus_faults_put_frame(struct bus_faults *faults, const struct can_frame *frame,
                          bool from_inverter, uint64_t now_us);
bool bus_faults_take_frame(struct bus_faults *faults, uint64_t now_us, struct can_frame *frame,
                           bool *from_inverter);

/* What a babbling node says now: the size, 0 for nothing. */
size_t bus_faults_babble(struct bus_faults *faults, uint64_t now_us,
                         uint8_t bytes[BUS_FAULTS_BABBLE]);

#endif
