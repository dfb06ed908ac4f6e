/* SPDX-License-Identifier: Apache-2.0
 * The battery's side of JK Modbus on RS485-1, RS485-2 (slave) and RS232: finds requests for its
 * address, turns writes into commands, encodes the answer. Decides nothing: the device checks the
 * commands and hands back the result. What is not for us or broken gets no answer and is counted.
 */
#ifndef HEARTH_PROTOCOLS_JK_SERVER_H
#define HEARTH_PROTOCOLS_JK_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/jk_event.h"
#include "wire/jk_frame.h"
#include "wire/jk_line.h"
#include "wire/modbus.h"

#define JK_COMMAND_MAX 8 /* commands in one write */

enum jk_request_kind {
    JK_REQUEST_READ,
    JK_REQUEST_FETCH, /* a whole block; a read, whatever its function code */
    JK_REQUEST_WRITE,
    JK_REQUEST_PRESET, /* a write that is answered with the settings frame */
};

/* Check every command in order; give jk_server_reply() the first result that is not
 * COMMAND_ACCEPTED. Nothing of a request is applied unless all of it is accepted. */
struct jk_request {
    uint8_t kind;          /* enum jk_request_kind */
    uint8_t function;      /* Modbus */
    uint8_t exception;     /* already refused: enum modbus_exception; then without commands */
    uint8_t frame_type;    /* of a fetch */
    uint8_t command_count; /* 0 for reads */
    uint16_t address;      /* register */
    uint16_t words;
    struct command commands[JK_COMMAND_MAX];
};

/* What answers are made of. */
struct jk_pack {
    const struct snapshot *snapshot;
    const struct params *params;
    const struct event_source *events; /* NULL: none are kept */
};

struct jk_server {
    uint8_t address; /* 0..247; 0 is an ordinary address */
    uint8_t session; /* enum session, copied into commands */
    bool waiting;    /* a request is there to be taken */
    struct serial_line line;
    uint8_t request[MODBUS_SIZE_MAX];
    uint16_t request_size;
    uint8_t reply[JK_FRAME_SIZE + 8];
    uint16_t reply_size;
    uint16_t reply_sent;
    uint64_t last_request_us; /* last valid request for our address */
    bool requested;           /* there was one */
    /* Counted by cause */
    uint32_t requests;
    uint32_t foreign_requests; /* for another address */
    uint32_t crc_errors;
    uint32_t sum_errors;
    uint32_t noise_bytes;
    uint32_t overruns; /* bytes that found no room while an answer waited */
    uint32_t exceptions;
};

void jk_server_init(struct jk_server *server, uint8_t address, enum session session);

void jk_server_receive(struct jk_server *server, const uint8_t *bytes, size_t size,
                       uint64_t now_us);
void jk_server_step(struct jk_server *server, uint64_t now_us);

/* Takes the waiting request; `params` are the pack's present settings. */
bool jk_server_take(struct jk_server *server, const struct params *params,
                    struct jk_request *request);

/* Answers it. The pack is read for reads, fetches and presets. */
void jk_server_reply(struct jk_server *server, const struct jk_request *request,
                     enum command_result result, const struct jk_pack *pack);

/* Hands out bytes to send; returns their number, 0 when there are none. */
size_t jk_server_transmit(struct jk_server *server, uint8_t *buffer, size_t size);

#endif
