/* SPDX-License-Identifier: Apache-2.0
 * A PC as master: one transaction at a time, each request after a silence, repeated when the answer
 * is missing or broken (packs from firmware 15.36 on sometimes miss the first one).
 */
#include "protocols/jk_client.h"

#include <string.h>

#include "protocols/jk_registers.h"

void jk_client_init(struct jk_client *client, uint8_t address, uint32_t timeout_ms, uint32_t gap_ms)
{
    memset(client, 0, sizeof(*client));
    client->address = address;
    client->gap_us = gap_ms * 1000u;
    jk_exchange_init(&client->exchange, timeout_ms * 1000u);
}

static void begin(struct jk_client *client)
{
    client->tries_left = JK_CLIENT_RETRIES;
    client->send_us = client->clock_known ? client->now_us + client->gap_us : 0;
}

void jk_client_read_frame(struct jk_client *client, uint8_t type)
{
    jk_exchange_fetch(&client->exchange, client->address, type);
    begin(client);
}

void jk_client_read(struct jk_client *client, uint16_t first, uint16_t words)
{
    jk_exchange_read(&client->exchange, client->address, first, words);
    begin(client);
}

void jk_client_write(struct jk_client *client, uint16_t first, const uint8_t *data, uint16_t words)
{
    jk_exchange_write(&client->exchange, client->address, first, data, words);
    begin(client);
}

void jk_client_login(struct jk_client *client, const char *password)
{
    uint8_t data[2 * JK_LOGIN_WORDS] = {0};
    for (size_t i = 0; i < sizeof(data) && password[i] != '\0'; i++)
        data[i] = (uint8_t)password[i];
    jk_client_write(client, JK_LOGIN_REGISTER, data, JK_LOGIN_WORDS);
}

void jk_client_receive(struct jk_client *client, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    jk_exchange_receive(&client->exchange, bytes, size, now_us);
}

static void repeat(struct jk_client *client)
{
    struct jk_exchange *exchange = &client->exchange;
    jk_line_init(&exchange->line, JK_MEDIUM_RS485);
    client->tries_left--;
    client->send_us = client->now_us + client->gap_us;
    exchange->request_sent = 0;
    exchange->deadline_us = 0;
    exchange->framed = false;
    exchange->damaged = false;
    exchange->state = JK_EXCHANGE_BUSY;
}

void jk_client_step(struct jk_client *client, uint64_t now_us)
{
    client->now_us = now_us;
    if (!client->clock_known)
        client->send_us = now_us;
    client->clock_known = true;
    jk_exchange_step(&client->exchange, now_us);
    uint8_t state = client->exchange.state;
    bool failed = state == JK_EXCHANGE_TIMEOUT || state == JK_EXCHANGE_BAD;
    if (failed && client->tries_left > 0)
        repeat(client);
}

size_t jk_client_transmit(struct jk_client *client, uint8_t *buffer, size_t size)
{
    if (!client->clock_known || client->now_us < client->send_us)
        return 0;
    return jk_exchange_transmit(&client->exchange, buffer, size);
}

enum jk_exchange_state jk_client_state(const struct jk_client *client)
{
    uint8_t state = client->exchange.state;
    bool failed = state == JK_EXCHANGE_TIMEOUT || state == JK_EXCHANGE_BAD;
    return failed && client->tries_left > 0 ? JK_EXCHANGE_BUSY : (enum jk_exchange_state)state;
}

const uint8_t *jk_client_frame(const struct jk_client *client)
{
    const struct jk_exchange *exchange = &client->exchange;
    bool there = exchange->state == JK_EXCHANGE_DONE && exchange->frame_type != 0;
    return there ? exchange->frame : NULL;
}

const uint8_t *jk_client_data(const struct jk_client *client, size_t *size)
{
    const struct jk_exchange *exchange = &client->exchange;
    *size = 0;
    if (exchange->state != JK_EXCHANGE_DONE || exchange->reply[1] != MODBUS_READ)
        return NULL;
    *size = exchange->reply[2];
    return exchange->reply + 3;
}
