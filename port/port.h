/* SPDX-License-Identifier: Apache-2.0
 * What a platform supplies. To carry Hearth to a board, write these declarations for it:
 *   - clock_us() below;
 *   - serial ports and CAN ports: struct serial_port and struct can_port with write functions that
 *     never wait, and calls of the listeners below with the time of reception;
 *   - a struct flash (base/flash.h) for settings and events;
 *   - hearth_assert_failed() (base/assert.h).
 * How a port is opened is the platform's own affair; on Linux see port/linux/serial_port.h.
 */
#ifndef HEARTH_PORT_PORT_H
#define HEARTH_PORT_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/can.h"

/* Time since an arbitrary start; never set back, never wraps. */
uint64_t clock_us(void);

/* Who hears a serial port. `bytes` are valid during the call only; `now_us` is the time at which
 * they were taken from the driver. A listener may write to the port, but not close it. */
struct serial_listener {
    void *context;
    void (*receive)(void *context, const uint8_t *bytes, size_t size, uint64_t now_us);
};

struct serial_port;

/* Hands bytes over and returns at once. What a receiver does not take is kept in a bounded buffer;
 * when that is full its oldest bytes are dropped and counted (`lost_bytes`). */
void serial_port_write(struct serial_port *port, const uint8_t *bytes, size_t size);

/* Who hears a CAN port. One's own frames are not heard. */
struct can_listener {
    void *context;
    void (*receive)(void *context, const struct can_frame *frame, uint64_t now_us);
};

struct can_port;

/* Hands one frame over and returns at once; a frame that cannot go out is dropped and counted
 * (`lost_frames`). */
void can_port_write(struct can_port *port, const struct can_frame *frame);

#endif
