/* SPDX-License-Identifier: Apache-2.0
 * A PC that asks one pack over RS485: one transaction at a time, repeated twice when the answer is
 * missing or broken, with silence between transactions (real packs need 120 ms and sometimes miss
 * the first request). Interprets nothing.
 */
#ifndef HEARTH_PROTOCOLS_JK_CLIENT_H
#define HEARTH_PROTOCOLS_JK_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/jk_exchange.h"

#define JK_CLIENT_RETRIES 2

struct jk_client {
    struct jk_exchange exchange;
    uint8_t address;
    uint8_t tries_left;
    uint32_t gap_us;  /* silence before each request */
    uint64_t send_us; /* not before */
    bool clock_known;
    uint64_t now_us; /* of the last step */
};

/* timeout_ms: for a complete answer (400 at 115200 baud is ample, 1000 at 9600); gap_ms: 120 suits
 * real packs. */
void jk_client_init(struct jk_client *client, uint8_t address, uint32_t timeout_ms,
                    uint32_t gap_ms);

/* Begin a transaction; one that runs is given up. */
void jk_client_read_frame(struct jk_client *client, uint8_t type);
void jk_client_read(struct jk_client *client, uint16_t first, uint16_t words);
void jk_client_write(struct jk_client *client, uint16_t first, const uint8_t *data, uint16_t words);
void jk_client_login(struct jk_client *client, const char *password);

void jk_client_receive(struct jk_client *client, const uint8_t *bytes, size_t size,
                       uint64_t now_us);
void jk_client_step(struct jk_client *client, uint64_t now_us);
size_t jk_client_transmit(struct jk_client *client, uint8_t *buffer, size_t size);

/* Result so far; JK_EXCHANGE_BUSY while retries are left. */
enum jk_exchange_state jk_client_state(const struct jk_client *client);

/* After DONE: the frame of a fetch, or the data of a read with its size. NULL otherwise. */
const uint8_t *jk_client_frame(const struct jk_client *client);
const uint8_t *jk_client_data(const struct jk_client *client, size_t *size);

#endif
