/* SPDX-License-Identifier: Apache-2.0
 * Exchanges of the asking side. An answer is what the protocol can read as the answer to this very
 * request; all else, also from other addresses, is counted and waited through.
 */
#include "protocols/serial_client.h"

#include <string.h>

enum { BITS_PER_BYTE = 10 };

void serial_client_init(struct serial_client *client, const struct serial_protocol *protocol)
{
    memset(client, 0, sizeof(*client));
    client->protocol = protocol;
    serial_line_init(&client->line, protocol->reply, 1);
}

bool serial_client_ask(struct serial_client *client, unsigned question, uint8_t address)
{
    if (client->state == SERIAL_CLIENT_BUSY)
        return false;
    size_t size = client->protocol->ask(question, address, client->request);
    if (size == 0)
        return false;
    client->request_size = (uint16_t)size;
    client->request_sent = 0;
    client->echo.expected = false;
    client->trouble = 0;
    client->deadline_us = 0;
    client->state = SERIAL_CLIENT_BUSY;
    serial_line_init(&client->line, client->protocol->reply, 1);
    return true;
}

static void end(struct serial_client *client, enum serial_client_state state, uint64_t now_us)
{
    client->state = (uint8_t)state;
    client->next_us = now_us + 1000u * client->protocol->pause_ms;
    client->answers += state == SERIAL_CLIENT_ANSWERED;
    client->timeouts += state == SERIAL_CLIENT_TIMEOUT;
    client->bad_answers += state == SERIAL_CLIENT_BAD;
}

/* Whether the reply answers the request; asks the protocol without keeping what it says. */
static enum decode judge(const struct serial_client *client, const struct serial_token *reply)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    const struct serial_token request = {SERIAL_FRAME, client->request_size, client->request};
    snapshot_init(&values);
    params_init(&params);
    return client->protocol->take(&request, reply, 0, &reading);
}

static void take_frame(struct serial_client *client, const struct serial_token *token,
                       uint64_t now_us)
{
    enum decode outcome = judge(client, token);
    client->foreign_frames += outcome == NOT_MINE;
    if (outcome != DECODED) {
        client->trouble |= outcome == NOT_MINE ? SERIAL_TROUBLE_FOREIGN : SERIAL_TROUBLE_CONTENT;
        return;
    }
    memcpy(client->reply, token->bytes, token->size);
    client->reply_size = token->size;
    end(client, SERIAL_CLIENT_ANSWERED, now_us);
}

static void read_line(struct serial_client *client, struct serial_input input, uint64_t now_us)
{
    struct serial_token token;
    while (client->state == SERIAL_CLIENT_BUSY && serial_line_next(&client->line, &input, &token)) {
        if (token.kind == SERIAL_FRAME)
            take_frame(client, &token, now_us);
        else if (token.kind == SERIAL_BROKEN)
            client->trouble |= SERIAL_TROUBLE_FRAME;
        else
            client->noise_bytes += token.size;
    }
    if (client->state != SERIAL_CLIENT_BUSY) /* what follows an answer belongs to nothing */
        client->noise_bytes += (uint32_t)(client->line.end - client->line.start + input.size);
}

static uint64_t wire_us(const struct serial_client *client, size_t size)
{
    return 1000000ull * BITS_PER_BYTE * size / client->protocol->baud;
}

/* Whether to wait no longer. Bytes that still come may be the answer, but not for ever. */
static bool expired(const struct serial_client *client, uint64_t now_us)
{
    bool coming = now_us - client->line.last_us <= SERIAL_SILENCE_US;
    return now_us >= client->deadline_us + (coming ? wire_us(client, SERIAL_REPLY_MAX) : 0);
}

/* Nothing more is waited for: what is there is all. */
static void give_up(struct serial_client *client, const struct serial_sent *sent, uint64_t now_us)
{
    struct serial_input begun = serial_echo_end(&client->echo, sent);
    struct serial_input none = {NULL, 0};
    client->trouble |= begun.size > 0 ? SERIAL_TROUBLE_FRAME : 0;
    serial_line_keep(&client->line, &begun);
    serial_line_end(&client->line);
    read_line(client, none, now_us);
    if (client->state == SERIAL_CLIENT_BUSY)
        end(client, client->trouble ? SERIAL_CLIENT_BAD : SERIAL_CLIENT_TIMEOUT, now_us);
}

void serial_client_receive(struct serial_client *client, const uint8_t *bytes, size_t size,
                           uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    if (client->state != SERIAL_CLIENT_BUSY) {
        client->noise_bytes += (uint32_t)size;
        return;
    }
    const struct serial_sent sent = {client->request, client->request_sent, client->request_size};
    struct serial_input begun = serial_echo_skip(&client->echo, &sent, &input);
    if (sent.sent < sent.size) {
        client->noise_bytes += (uint32_t)(begun.size + input.size);
        return;
    }
    if (client->deadline_us == 0)
        client->deadline_us =
            now_us + wire_us(client, sent.size) + 1000u * client->protocol->timeout_ms;
    serial_line_time(&client->line, size, now_us);
    read_line(client, begun, now_us);
    if (client->state == SERIAL_CLIENT_BUSY)
        read_line(client, input, now_us);
    if (client->state == SERIAL_CLIENT_BUSY && expired(client, now_us))
        give_up(client, &sent, now_us);
}

size_t serial_client_transmit(struct serial_client *client, uint8_t *buffer, size_t size,
                              uint64_t now_us)
{
    size_t left = (size_t)(client->request_size - client->request_sent);
    if (client->state != SERIAL_CLIENT_BUSY || left == 0 || now_us < client->next_us)
        return 0;
    size_t count = left < size ? left : size;
    if (client->request_sent == 0)
        serial_echo_expect(&client->echo);
    memcpy(buffer, client->request + client->request_sent, count);
    client->request_sent = (uint16_t)(client->request_sent + count);
    return count;
}

enum decode serial_client_take(const struct serial_client *client, unsigned part,
                               struct serial_reading *reading)
{
    const struct serial_token request = {SERIAL_FRAME, client->request_size, client->request};
    const struct serial_token reply = {SERIAL_FRAME, client->reply_size, client->reply};
    if (client->state != SERIAL_CLIENT_ANSWERED)
        return NOT_MINE;
    return client->protocol->take(&request, &reply, part, reading);
}

/* To the next question, or to the first one of the next address. */
static void advance(struct serial_poll *poll)
{
    poll->question++;
    if (poll->question < poll->client.protocol->question_count)
        return;
    poll->question = 0;
    poll->rounds += poll->address == poll->last;
    poll->address = poll->address == poll->last ? poll->first : (uint8_t)(poll->address + 1);
}

void serial_poll_init(struct serial_poll *poll, const struct serial_protocol *protocol,
                      uint8_t first, uint8_t last)
{
    memset(poll, 0, sizeof(*poll));
    serial_client_init(&poll->client, protocol);
    poll->first = first;
    poll->last = last;
    poll->address = first;
    if (!serial_client_ask(&poll->client, 0, first))
        serial_poll_next(poll);
}

bool serial_poll_ended(const struct serial_poll *poll)
{
    return poll->client.state != SERIAL_CLIENT_BUSY;
}

/* Not every address has every question; a round without any ends the search. */
void serial_poll_next(struct serial_poll *poll)
{
    uint32_t round = poll->rounds;
    if (!serial_poll_ended(poll))
        return;
    do
        advance(poll);
    while (!serial_client_ask(&poll->client, poll->question, poll->address) &&
           poll->rounds - round < 2);
}
