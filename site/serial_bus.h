/* SPDX-License-Identifier: Apache-2.0
 * A multi-drop serial line in virtual time: one burst at a time, as long as its bits take. Two that
 * speak at once garble each other. Knows no protocol.
 */
#ifndef HEARTH_SITE_SERIAL_BUS_H
#define HEARTH_SITE_SERIAL_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_BUS_BURST 2304 /* bytes; no reply is longer */

struct serial_bus {
    uint32_t baud;
    bool busy;
    int sender; /* who speaks */
    uint8_t burst[SERIAL_BUS_BURST];
    size_t size;
    uint64_t end_us; /* the last bit has passed */
    uint32_t collisions;
    uint32_t bursts;
};

struct serial_burst {
    int sender;
    const uint8_t *bytes; /* live until the next send */
    size_t size;
};

void serial_bus_init(struct serial_bus *bus, uint32_t baud);

/* Begins to send; what does not fit SERIAL_BUS_BURST is cut. On a busy line both are garbled. */
void serial_bus_send(struct serial_bus *bus, int sender, const uint8_t *bytes, size_t size,
                     uint64_t now_us);

/* Hands out the burst that has passed completely by now, once. */
bool serial_bus_take(struct serial_bus *bus, uint64_t now_us, struct serial_burst *burst);

#endif
