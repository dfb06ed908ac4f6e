/* SPDX-License-Identifier: Apache-2.0
 * Battery side of a JK RS485 port. Finds requests for its address, turns them into a struct
 * jk_request, encodes the answer. Decides nothing: the device checks the commands.
 */
#include "protocols/jk_server.h"

#include <string.h>

#include "base/bytes.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"

static const uint8_t exception_of[COMMAND_RESULT_COUNT] = {
    [COMMAND_ACCEPTED] = MODBUS_NO_EXCEPTION,
    [COMMAND_NO_ACCESS] = MODBUS_ILLEGAL_ADDRESS,
    [COMMAND_OUT_OF_RANGE] = MODBUS_ILLEGAL_VALUE,
    [COMMAND_CONFLICT] = MODBUS_ILLEGAL_VALUE,
    [COMMAND_UNKNOWN] = MODBUS_ILLEGAL_ADDRESS,
    [COMMAND_NOT_ALLOWED] = MODBUS_ILLEGAL_VALUE,
    [COMMAND_WRONG_PASSWORD] = MODBUS_ILLEGAL_VALUE,
    [COMMAND_WAIT] = MODBUS_ILLEGAL_VALUE,
    [COMMAND_BUSY] = MODBUS_BUSY,
};

void jk_server_init(struct jk_server *server, uint8_t address, enum session session)
{
    memset(server, 0, sizeof(*server));
    server->address = address;
    server->session = (uint8_t)session;
    jk_line_init(&server->line, JK_MEDIUM_RS485);
}

static void take_token(struct jk_server *server, const struct serial_token *token, uint64_t now_us)
{
    switch (token->kind) {
    case JK_TOKEN_NOISE:
        server->noise_bytes += token->size;
        return;
    case JK_TOKEN_BAD_SUM:
        server->sum_errors++;
        return;
    case JK_TOKEN_BAD_CRC:
        server->crc_errors++;
        return;
    case JK_TOKEN_REQUEST:
        break;
    default: /* frames and answers of others */
        return;
    }
    if (token->bytes[0] != server->address) {
        server->foreign_requests++;
        return;
    }
    memcpy(server->request, token->bytes, token->size);
    server->request_size = token->size;
    server->waiting = true;
    server->requested = true;
    server->last_request_us = now_us;
    server->requests++;
}

/* One request at a time: those behind it wait in the line until it has been answered. */
static bool is_free(const struct jk_server *server)
{
    return !server->waiting && server->reply_sent == server->reply_size;
}

void jk_server_receive(struct jk_server *server, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    serial_line_time(&server->line, size, now_us);
    while (is_free(server) && serial_line_next(&server->line, &input, &token))
        take_token(server, &token, now_us);
    serial_line_keep(&server->line, &input);
    server->overruns += (uint32_t)input.size;
}

void jk_server_step(struct jk_server *server, uint64_t now_us)
{
    jk_server_receive(server, NULL, 0, now_us);
}

/* The detail log is not kept yet. */
static bool parse_fetch(struct jk_request *request)
{
    uint8_t type = jk_fetch_type(request->address);
    if (type == 0 || request->words != 1)
        return false;
    request->kind = JK_REQUEST_FETCH;
    request->frame_type = type;
    request->exception = type == JK_DETAIL_LOG ? MODBUS_ILLEGAL_ADDRESS : MODBUS_NO_EXCEPTION;
    return true;
}

static void parse_login(struct jk_request *request, const uint8_t *data)
{
    request->command_count = 1;
    request->commands[0] = (struct command){.kind = COMMAND_LOGIN};
    memcpy(request->commands[0].text, data, 2 * JK_LOGIN_WORDS);
}

static void parse_write(struct jk_request *request, const uint8_t *data,
                        const struct params *params)
{
    request->kind = JK_REQUEST_WRITE;
    if (parse_fetch(request))
        return;
    if (request->address == JK_LOGIN_REGISTER && request->words == JK_LOGIN_WORDS) {
        parse_login(request, data);
        return;
    }
    int count = jk_map_write(request->address, data, 2u * request->words, params, request->commands,
                             JK_COMMAND_MAX);
    if (count < 0) {
        request->exception = (uint8_t)-count;
        return;
    }
    request->command_count = (uint8_t)count;
    for (int i = 0; i < count; i++) {
        if (request->commands[i].kind == COMMAND_PRESET_LFP)
            request->kind = JK_REQUEST_PRESET;
    }
}

bool jk_server_take(struct jk_server *server, const struct params *params,
                    struct jk_request *request)
{
    if (!server->waiting)
        return false;
    const uint8_t *bytes = server->request;
    server->waiting = false;
    memset(request, 0, sizeof(*request));
    request->function = bytes[1];
    request->address = get_u16be(bytes + 2);
    request->words = get_u16be(bytes + 4);
    bool counted = bytes[1] == MODBUS_WRITE && bytes[6] == 2 * request->words;
    if (bytes[1] != MODBUS_READ && bytes[1] != MODBUS_WRITE)
        request->exception = MODBUS_ILLEGAL_FUNCTION;
    else if (request->words == 0 || request->words > MODBUS_WORDS_MAX)
        request->exception = MODBUS_ILLEGAL_VALUE;
    else if (bytes[1] == MODBUS_READ)
        request->kind = JK_REQUEST_READ;
    else if (!counted)
        request->exception = MODBUS_ILLEGAL_VALUE;
    else
        parse_write(request, bytes + 7, params);
    for (uint8_t i = 0; i < request->command_count; i++)
        request->commands[i].session = server->session;
    return true;
}

static uint8_t reply_read(struct jk_server *server, const struct jk_request *request,
                          const struct jk_pack *pack)
{
    uint8_t *reply = server->reply;
    int exception =
        jk_map_read(request->address, request->words, pack->snapshot, pack->params, reply + 3);
    if (exception != MODBUS_NO_EXCEPTION)
        return (uint8_t)exception;
    reply[0] = server->address;
    reply[1] = MODBUS_READ;
    reply[2] = (uint8_t)(2 * request->words);
    server->reply_size = (uint16_t)modbus_seal(reply, 3u + 2u * request->words);
    return MODBUS_NO_EXCEPTION;
}

static void encode_frame(uint8_t type, const struct jk_pack *pack, uint8_t frame[JK_FRAME_SIZE])
{
    if (type == JK_EVENT_LOG)
        jk_event_encode(pack->events, frame);
    else
        jk_map_encode_frame(type, 0, pack->snapshot, pack->params, frame);
}

/* An acknowledge, after a frame where the request is answered with one. */
static void reply_write(struct jk_server *server, const struct jk_request *request,
                        const struct jk_pack *pack)
{
    size_t size = 0;
    uint8_t type = request->kind == JK_REQUEST_PRESET ? JK_SETTINGS : request->frame_type;
    if (type != 0) {
        encode_frame(type, pack, server->reply);
        size = JK_FRAME_SIZE;
    }
    size +=
        modbus_write_reply(server->reply + size, server->address, request->address, request->words);
    server->reply_size = (uint16_t)size;
}

void jk_server_reply(struct jk_server *server, const struct jk_request *request,
                     enum command_result result, const struct jk_pack *pack)
{
    uint8_t exception = request->exception ? request->exception : exception_of[result];
    server->reply_sent = 0;
    if (exception == MODBUS_NO_EXCEPTION && request->kind == JK_REQUEST_READ)
        exception = reply_read(server, request, pack);
    else if (exception == MODBUS_NO_EXCEPTION)
        reply_write(server, request, pack);
    if (exception == MODBUS_NO_EXCEPTION)
        return;
    server->exceptions++;
    server->reply_size = (uint16_t)modbus_exception_reply(server->reply, server->address,
                                                          request->function, exception);
}

size_t jk_server_transmit(struct jk_server *server, uint8_t *buffer, size_t size)
{
    size_t left = (size_t)(server->reply_size - server->reply_sent);
    size_t count = left < size ? left : size;
    memcpy(buffer, server->reply + server->reply_sent, count);
    server->reply_sent = (uint16_t)(server->reply_sent + count);
    return count;
}
