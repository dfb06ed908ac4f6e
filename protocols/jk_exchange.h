/* SPDX-License-Identifier: Apache-2.0
 * One question and its answer on a JK RS485 line, asking side. Tolerates what real packs and
 * adapters do: a 00 byte between frame and acknowledge, no acknowledge, an echo of the request,
 * frame and acknowledge in separate bursts, noise, traffic of others. Repeats nothing.
 */
#ifndef HEARTH_PROTOCOLS_JK_EXCHANGE_H
#define HEARTH_PROTOCOLS_JK_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/jk_frame.h"
#include "wire/jk_line.h"
#include "wire/modbus.h"

enum jk_exchange_state {
    JK_EXCHANGE_IDLE,
    JK_EXCHANGE_BUSY,
    JK_EXCHANGE_DONE,    /* frame[] or reply[] holds the answer */
    JK_EXCHANGE_REFUSED, /* `exception` says why */
    JK_EXCHANGE_TIMEOUT, /* nothing came */
    JK_EXCHANGE_BAD,     /* something came, and it was broken or of somebody else */
};

struct jk_exchange {
    struct serial_line line;
    uint8_t state; /* enum jk_exchange_state */
    uint8_t exception;
    uint8_t frame_type; /* asked for; 0 for plain reads and writes */
    bool framed;        /* frame[] holds a good frame of that type, its acknowledge is missing */
    bool damaged;       /* broken bytes or a stranger's answer came */
    uint8_t request[MODBUS_SIZE_MAX];
    uint16_t request_size;
    uint16_t request_sent;
    uint32_t timeout_us;  /* from the last byte sent to the complete answer */
    uint64_t deadline_us; /* 0: the request is not out yet */
    uint8_t frame[JK_FRAME_SIZE];
    uint8_t reply[MODBUS_SIZE_MAX]; /* with address and CRC */
    uint16_t reply_size;
};

void jk_exchange_init(struct jk_exchange *exchange, uint32_t timeout_us);

/* Each begins a new exchange. A fetch asks for a frame type: JK_SETTINGS, JK_STATUS, JK_INFO,
 * JK_EVENT_LOG, JK_DETAIL_LOG. `data` of a write holds 2 * words bytes, words <= 123. */
void jk_exchange_fetch(struct jk_exchange *exchange, uint8_t address, uint8_t type);
void jk_exchange_read(struct jk_exchange *exchange, uint8_t address, uint16_t first,
                      uint16_t words);
void jk_exchange_write(struct jk_exchange *exchange, uint8_t address, uint16_t first,
                       const uint8_t *data, uint16_t words);

/* The timeout runs from the first step after the last byte was handed out. */
void jk_exchange_receive(struct jk_exchange *exchange, const uint8_t *bytes, size_t size,
                         uint64_t now_us);
void jk_exchange_step(struct jk_exchange *exchange, uint64_t now_us);
size_t jk_exchange_transmit(struct jk_exchange *exchange, uint8_t *buffer, size_t size);

#endif
