/* SPDX-License-Identifier: Apache-2.0
 * CAN frames as the msgpack map that python-can 4.1 sends (can/interfaces/udp_multicast): just as
 * much msgpack as these messages need. Reading never passes the end of its input; keys that are not
 * known are skipped, nested containers are refused.
 */
#ifndef HEARTH_PORT_LINUX_MSGPACK_H
#define HEARTH_PORT_LINUX_MSGPACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/can.h"
#include "base/result.h"

#define MSGPACK_FRAME_SIZE_MAX 192

/* Writes the message; returns its size, at most MSGPACK_FRAME_SIZE_MAX. */
size_t msgpack_encode_frame(const struct can_frame *frame, uint64_t time_us, uint8_t *bytes);

enum msgpack_kind { MSGPACK_DATA, MSGPACK_REMOTE, MSGPACK_ERROR, MSGPACK_FD };

/* DECODED (a data frame), NOT_MINE (another `kind`), or BAD. */
enum decode msgpack_decode_frame(struct can_frame *frame, enum msgpack_kind *kind,
                                 const uint8_t *bytes, size_t size);

#endif
