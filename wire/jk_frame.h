/* SPDX-License-Identifier: Apache-2.0
 * The 300-byte frame of JK packs: marker 55 AA EB 90, type, counter, 293 bytes of a block, sum-8.
 * Knows no field of a block. Counter (byte 5): 0 for a host's own frames and for replies over
 * RS485, running over Bluetooth; a receiver does not look at it.
 */
#ifndef HEARTH_WIRE_JK_FRAME_H
#define HEARTH_WIRE_JK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JK_FRAME_SIZE 300
#define JK_FRAME_DATA 6 /* frame byte = JK_FRAME_DATA + register offset */
#define JK_MARKER_SIZE 4

enum jk_frame_type {
    JK_SETTINGS = 0x01,
    JK_STATUS = 0x02,
    JK_INFO = 0x03,
    JK_EVENT_LOG = 0x05,
    JK_DETAIL_LOG = 0x06,
};

/* Writes marker, type and counter, clears the rest. */
void jk_frame_begin(uint8_t frame[JK_FRAME_SIZE], uint8_t type, uint8_t counter);

/* Writes the sum over bytes 0..298 into byte 299. */
void jk_frame_seal(uint8_t frame[JK_FRAME_SIZE]);

/* Marker and sum are right. */
bool jk_frame_good(const uint8_t frame[JK_FRAME_SIZE]);

/* Offset of the first marker, or of what may be the beginning of one at the very end; `size` when
 * there is none. */
size_t jk_frame_find(const uint8_t *bytes, size_t size);

#endif
