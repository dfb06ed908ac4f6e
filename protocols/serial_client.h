/* SPDX-License-Identifier: Apache-2.0
 * The asking side of a serial protocol: an inverter or a monitor. One exchange at a time, or a
 * round over addresses, again and again: all questions of one address, then the next. Discards its
 * own echo, survives noise, answers of others and silence; keeps nothing but the answer at hand.
 */
#ifndef HEARTH_PROTOCOLS_SERIAL_CLIENT_H
#define HEARTH_PROTOCOLS_SERIAL_CLIENT_H

#include "base/result.h"
#include "protocols/serial.h"
#include "wire/serial_echo.h"

enum serial_client_state {
    SERIAL_CLIENT_IDLE,
    SERIAL_CLIENT_BUSY,
    SERIAL_CLIENT_ANSWERED, /* take the parts of the answer */
    SERIAL_CLIENT_TIMEOUT,  /* nothing came */
    SERIAL_CLIENT_BAD,      /* something came, and it was broken or of somebody else */
};

/* What was wrong with what came in an exchange; a set. */
enum serial_client_trouble {
    SERIAL_TROUBLE_FRAME = 1,   /* a check sum, a length, or an end that is missing */
    SERIAL_TROUBLE_FOREIGN = 2, /* of another address, or no answer to this question */
    SERIAL_TROUBLE_CONTENT = 4, /* well formed, and it makes no sense */
};

struct serial_client {
    const struct serial_protocol *protocol;
    struct serial_line line;
    uint8_t state;   /* enum serial_client_state */
    uint8_t trouble; /* enum serial_client_trouble, of this exchange */
    uint8_t request[SERIAL_REQUEST_MAX];
    uint16_t request_size;
    uint16_t request_sent;
    struct serial_echo echo;
    uint8_t reply[SERIAL_REPLY_MAX];
    uint16_t reply_size;
    uint64_t deadline_us; /* for the answer to begin; 0: the request is not out yet */
    uint64_t next_us;     /* the pause ends */
    /* Counted by cause */
    uint32_t answers;
    uint32_t timeouts;
    uint32_t bad_answers;
    uint32_t foreign_frames;
    uint32_t noise_bytes;
};

void serial_client_init(struct serial_client *client, const struct serial_protocol *protocol);

/* Begins an exchange with question number `question` to `address`; false: nothing to ask, or one is
 * running. It goes out after the protocol's pause. */
bool serial_client_ask(struct serial_client *client, unsigned question, uint8_t address);

/* size 0: no bytes are there. The timeout runs from the first call after the last byte went out,
 * plus the time that its bytes take; an answer that has begun by then may end as its bytes do. */
void serial_client_receive(struct serial_client *client, const uint8_t *bytes, size_t size,
                           uint64_t now_us);

size_t serial_client_transmit(struct serial_client *client, uint8_t *buffer, size_t size,
                              uint64_t now_us);

/* Part `part` of the answer; see take() of struct serial_protocol. */
enum decode serial_client_take(const struct serial_client *client, unsigned part,
                               struct serial_reading *reading);

/* ---- Rounds ---- */

struct serial_poll {
    struct serial_client client;
    uint8_t first; /* addresses */
    uint8_t last;
    uint8_t address; /* of the exchange */
    uint8_t question;
    uint32_t rounds; /* complete */
};

/* Begins the first exchange. */
void serial_poll_init(struct serial_poll *poll, const struct serial_protocol *protocol,
                      uint8_t first, uint8_t last);

/* Whether the exchange has ended: look at poll->client, then go on to the next one (does nothing
 * before). */
bool serial_poll_ended(const struct serial_poll *poll);
void serial_poll_next(struct serial_poll *poll);

#endif
