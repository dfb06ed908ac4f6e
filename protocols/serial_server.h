/* SPDX-License-Identifier: Apache-2.0
 * The battery's side of a serial protocol on one port: finds whole requests in the bytes that come
 * in, lets the protocol answer, hands out the reply. Knows no protocol. Several requests in one
 * burst are answered in turn, the next when the reply to the last one is out and its echo, if the
 * adapter makes one, could be back. The own echo is no request; what is noise, broken, not for us
 * or refused is counted by cause.
 */
#ifndef HEARTH_PROTOCOLS_SERIAL_SERVER_H
#define HEARTH_PROTOCOLS_SERIAL_SERVER_H

#include "protocols/serial.h"
#include "wire/serial_echo.h"

struct serial_server {
    const struct serial_protocol *protocol;
    struct serial_line line;
    uint32_t turnaround_us; /* from a request to its reply; 0 where a driver rests */
    uint64_t ready_us;
    uint8_t reply[SERIAL_REPLY_MAX];
    uint16_t reply_size;
    uint16_t reply_sent;
    struct serial_echo echo;
    uint64_t echo_end_us; /* it is not expected any more */
    uint64_t request_us;  /* last request for our address */
    bool requested;       /* there was one */
    /* Counted by cause */
    uint32_t outcome[SERIAL_ANSWER_KIND_COUNT]; /* requests, by enum serial_answer_kind */
    uint32_t broken_frames;
    uint32_t noise_bytes;
    uint32_t overruns; /* bytes that found no room while a reply waited */
};

void serial_server_init(struct serial_server *server, const struct serial_protocol *protocol,
                        uint32_t turnaround_us);

/* Where a pack with this DIP number answers, as on the wire; SERIAL_ADDRESS_NONE in a protocol
 * without addresses. */
int32_t serial_server_address(const struct serial_server *server, uint8_t dip);

/* Answers what is whole. size 0: no bytes are there; call it every few milliseconds. */
void serial_server_receive(struct serial_server *server, const struct serial_battery *battery,
                           const uint8_t *bytes, size_t size, uint64_t now_us);

/* Hands out bytes to send; returns their number, 0 when there are none yet. */
size_t serial_server_transmit(struct serial_server *server, uint8_t *buffer, size_t size,
                              uint64_t now_us);

#endif
