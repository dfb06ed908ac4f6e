/* SPDX-License-Identifier: Apache-2.0
 * Serial line with 10 bits per byte. A collision inverts what was on the line and lengthens it, so
 * that no check sum of either side fits any more.
 */
#include "site/serial_bus.h"

#include <string.h>

#include "base/assert.h"

enum { BITS_PER_BYTE = 10 };

void serial_bus_init(struct serial_bus *bus, uint32_t baud)
{
    ASSERT(baud > 0);
    memset(bus, 0, sizeof(*bus));
    bus->baud = baud;
}

static uint64_t duration_us(const struct serial_bus *bus, size_t size)
{
    return (uint64_t)size * BITS_PER_BYTE * 1000000u / bus->baud;
}

static void collide(struct serial_bus *bus, size_t size, uint64_t now_us)
{
    for (size_t i = 0; i < bus->size; i++)
        bus->burst[i] = (uint8_t)~bus->burst[i];
    uint64_t end_us = now_us + duration_us(bus, size);
    bus->end_us = end_us > bus->end_us ? end_us : bus->end_us;
    bus->sender = -1;
    bus->collisions++;
}

void serial_bus_send(struct serial_bus *bus, int sender, const uint8_t *bytes, size_t size,
                     uint64_t now_us)
{
    if (bus->busy) {
        collide(bus, size, now_us);
        return;
    }
    bus->size = size < SERIAL_BUS_BURST ? size : SERIAL_BUS_BURST;
    memcpy(bus->burst, bytes, bus->size);
    bus->busy = true;
    bus->sender = sender;
    bus->end_us = now_us + duration_us(bus, size);
}

bool serial_bus_take(struct serial_bus *bus, uint64_t now_us, struct serial_burst *burst)
{
    if (!bus->busy || now_us < bus->end_us)
        return false;
    bus->busy = false;
    bus->bursts++;
    *burst = (struct serial_burst){bus->sender, bus->burst, bus->size};
    return true;
}
