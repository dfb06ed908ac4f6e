/* SPDX-License-Identifier: Apache-2.0
 * A line of requests and one reply at a time; while it goes out, further requests wait in the line.
 * An adapter that echoes does so at once. What equals the reply after a silence is a request that
 * looks like it, as a repeated write of one register does.
 */
#include "protocols/serial_server.h"

#include <string.h>

enum { ECHO_US = 40000, BITS_PER_BYTE = 10 };

void serial_server_init(struct serial_server *server, const struct serial_protocol *protocol,
                        uint32_t turnaround_us)
{
    memset(server, 0, sizeof(*server));
    server->protocol = protocol;
    server->turnaround_us = turnaround_us;
    serial_line_init(&server->line, protocol->request, 1);
}

int32_t serial_server_address(const struct serial_server *server, uint8_t dip)
{
    const struct serial_protocol *protocol = server->protocol;
    if (protocol->address_last == 0)
        return SERIAL_ADDRESS_NONE;
    if (dip == 0)
        return protocol->address_first;
    return protocol->counts_host ? protocol->address_first + dip : dip;
}

/* The last reply is not out yet, as far as can be known. */
static bool replying(const struct serial_server *server)
{
    return server->reply_sent < server->reply_size || server->echo.expected;
}

static void answer(struct serial_server *server, const struct serial_battery *battery,
                   const struct serial_token *token, uint64_t now_us)
{
    size_t size = 0;
    enum serial_answer_kind kind =
        server->protocol->answer(battery, token->bytes, token->size, server->reply, &size);
    server->outcome[kind]++;
    server->reply_size = (uint16_t)size;
    server->reply_sent = 0;
    server->ready_us = now_us + server->turnaround_us;
    if (kind == SERIAL_FOREIGN || kind == SERIAL_DAMAGED)
        return;
    server->requested = true;
    server->request_us = now_us;
}

/* Reads up to a request that has a reply. */
static void read_line(struct serial_server *server, const struct serial_battery *battery,
                      struct serial_input *input, uint64_t now_us)
{
    struct serial_token token;
    while (!replying(server) && serial_line_next(&server->line, input, &token)) {
        if (token.kind == SERIAL_FRAME)
            answer(server, battery, &token, now_us);
        else if (token.kind == SERIAL_BROKEN)
            server->broken_frames++;
        else
            server->noise_bytes += token.size;
    }
    serial_line_keep(&server->line, input);
    server->overruns += (uint32_t)input->size;
}

/* Returns what was taken for the beginning of an echo and is none. */
static struct serial_input skip_echo(struct serial_server *server, struct serial_input *input,
                                     uint64_t now_us)
{
    const struct serial_sent sent = {server->reply, server->reply_sent, server->reply_size};
    if (input->size == 0 && server->reply_sent == server->reply_size &&
        now_us > server->echo_end_us)
        return serial_echo_end(&server->echo, &sent);
    return serial_echo_skip(&server->echo, &sent, input);
}

void serial_server_receive(struct serial_server *server, const struct serial_battery *battery,
                           const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    struct serial_input begun = skip_echo(server, &input, now_us);
    serial_line_time(&server->line, begun.size + input.size, now_us);
    serial_line_keep(&server->line, &begun);
    server->overruns += (uint32_t)begun.size;
    read_line(server, battery, &input, now_us);
}

size_t serial_server_transmit(struct serial_server *server, uint8_t *buffer, size_t size,
                              uint64_t now_us)
{
    size_t left = (size_t)(server->reply_size - server->reply_sent);
    if (left == 0 || now_us < server->ready_us)
        return 0;
    size_t count = left < size ? left : size;
    if (server->reply_sent == 0)
        serial_echo_expect(&server->echo);
    memcpy(buffer, server->reply + server->reply_sent, count);
    server->reply_sent = (uint16_t)(server->reply_sent + count);
    server->echo_end_us =
        now_us + ECHO_US + 1000000ull * BITS_PER_BYTE * server->reply_size / server->protocol->baud;
    return count;
}
