/* SPDX-License-Identifier: Apache-2.0
 * A line of requests and one reply at a time. A request that comes while the last reply still goes
 * out is dropped: on a half-duplex line its sender has not listened.
 */
#include "protocols/serial_server.h"

#include <string.h>

void serial_server_init(struct serial_server *server, const struct serial_protocol *protocol,
                        uint32_t turnaround_us)
{
    memset(server, 0, sizeof(*server));
    server->protocol = protocol;
    server->turnaround_us = turnaround_us;
    serial_line_init(&server->line, protocol->request, 1);
}

static void answer(struct serial_server *server, const struct serial_battery *battery,
                   const struct serial_token *token, uint64_t now_us)
{
    size_t size = 0;
    if (server->reply_sent < server->reply_size) {
        server->overruns++;
        return;
    }
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

void serial_server_receive(struct serial_server *server, const struct serial_battery *battery,
                           const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    serial_line_time(&server->line, size, now_us);
    while (serial_line_next(&server->line, &input, &token)) {
        if (token.kind == SERIAL_FRAME)
            answer(server, battery, &token, now_us);
        else if (token.kind == SERIAL_BROKEN)
            server->broken_frames++;
        else
            server->noise_bytes += token.size;
    }
}

size_t serial_server_transmit(struct serial_server *server, uint8_t *buffer, size_t size,
                              uint64_t now_us)
{
    size_t left = (size_t)(server->reply_size - server->reply_sent);
    if (left == 0 || now_us < server->ready_us)
        return 0;
    size_t count = left < size ? left : size;
    memcpy(buffer, server->reply + server->reply_sent, count);
    server->reply_sent = (uint16_t)(server->reply_sent + count);
    return count;
}
