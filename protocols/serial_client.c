/* SPDX-License-Identifier: Apache-2.0
 * Exchanges of the asking side. The echo of a cheap adapter is recognised by its bytes, all of
 * them: on some protocols an answer begins like its request.
 */
#include "protocols/serial_client.h"

#include <string.h>

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
    client->echo = 0;
    client->echo_done = false;
    client->damaged = false;
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
static bool fits(const struct serial_client *client, const struct serial_token *reply)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.values = &values, .params = &params};
    const struct serial_token request = {SERIAL_FRAME, client->request_size, client->request};
    snapshot_init(&values);
    params_init(&params);
    return client->protocol->take(&request, reply, 0, &reading) == DECODED;
}

static void take_token(struct serial_client *client, const struct serial_token *token,
                       uint64_t now_us)
{
    if (token->kind == SERIAL_NOISE) {
        client->noise_bytes += token->size;
    } else if (token->kind == SERIAL_BROKEN) {
        client->damaged = true;
    } else if (fits(client, token)) {
        memcpy(client->reply, token->bytes, token->size);
        client->reply_size = token->size;
        end(client, SERIAL_CLIENT_ANSWERED, now_us);
    } else {
        client->foreign_frames++;
        client->damaged = true;
    }
}

/* Bytes at the front that repeat the request; a difference gives them back as input. */
static void skip_echo(struct serial_client *client, struct serial_input *input)
{
    while (!client->echo_done && input->size > 0) {
        if (input->bytes[0] != client->request[client->echo]) {
            client->echo_done = true;
            break;
        }
        input->bytes++;
        input->size--;
        client->echo++;
        client->echo_done = client->echo == client->request_size;
        client->echoes += client->echo_done;
    }
}

static void read_line(struct serial_client *client, struct serial_input *input, uint64_t now_us)
{
    struct serial_token token;
    while (client->state == SERIAL_CLIENT_BUSY && serial_line_next(&client->line, input, &token))
        take_token(client, &token, now_us);
}

/* An echo that broke off was the beginning of the answer. */
static void read_bytes(struct serial_client *client, const uint8_t *bytes, size_t size,
                       uint64_t now_us)
{
    struct serial_input input = {bytes, size};
    bool counted = client->echo_done;
    skip_echo(client, &input);
    if (!counted && client->echo_done && client->echo < client->request_size) {
        struct serial_input begun = {client->request, client->echo};
        read_line(client, &begun, now_us);
    }
    if (client->echo_done)
        read_line(client, &input, now_us);
}

void serial_client_receive(struct serial_client *client, const uint8_t *bytes, size_t size,
                           uint64_t now_us)
{
    if (client->state != SERIAL_CLIENT_BUSY || client->request_sent < client->request_size) {
        client->noise_bytes += (uint32_t)size;
        return;
    }
    if (client->deadline_us == 0)
        client->deadline_us = now_us + 1000u * client->protocol->timeout_ms;
    serial_line_time(&client->line, size, now_us);
    if (size > 0 || client->echo_done)
        read_bytes(client, bytes, size, now_us);
    if (client->state == SERIAL_CLIENT_BUSY && now_us >= client->deadline_us)
        end(client, client->damaged ? SERIAL_CLIENT_BAD : SERIAL_CLIENT_TIMEOUT, now_us);
}

size_t serial_client_transmit(struct serial_client *client, uint8_t *buffer, size_t size,
                              uint64_t now_us)
{
    size_t left = (size_t)(client->request_size - client->request_sent);
    if (client->state != SERIAL_CLIENT_BUSY || left == 0 || now_us < client->next_us)
        return 0;
    size_t count = left < size ? left : size;
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
    do
        advance(poll);
    while (!serial_client_ask(&poll->client, poll->question, poll->address) &&
           poll->rounds - round < 2);
}
