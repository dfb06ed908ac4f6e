/* SPDX-License-Identifier: Apache-2.0
 * Exchanges in the loop of the line.
 */
#include "app/hearth/asking.h"

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct asking *asking = context;
    serial_client_receive(&asking->client, bytes, size, now_us);
}

int asking_open(struct asking *asking, const struct serial_protocol *protocol)
{
    const struct serial_listener listener = {asking, received};
    serial_client_init(&asking->client, protocol);
    return line_open(&asking->line, &listener);
}

void asking_close(struct asking *asking)
{
    line_close(&asking->line);
}

enum serial_client_state asking_exchange(struct asking *asking, unsigned question, uint8_t address)
{
    struct serial_client *client = &asking->client;
    uint8_t bytes[SERIAL_REQUEST_MAX];
    if (!serial_client_ask(client, question, address))
        return SERIAL_CLIENT_IDLE;
    do {
        size_t size;
        serial_client_receive(client, NULL, 0, clock_us());
        while ((size = serial_client_transmit(client, bytes, sizeof(bytes), clock_us())) > 0)
            serial_port_write(&asking->line.port, bytes, size);
    } while (client->state == SERIAL_CLIENT_BUSY && line_turn(&asking->line));
    return (enum serial_client_state)client->state;
}

static const char *broken(uint8_t trouble)
{
    if (trouble & SERIAL_TROUBLE_CONTENT)
        return "an answer whose content makes no sense";
    if (trouble & SERIAL_TROUBLE_FRAME)
        return "only answers with a wrong check sum or length";
    return "only answers of another address or to another question";
}

const char *asking_trouble(const struct asking *asking)
{
    switch (asking->client.state) {
    case SERIAL_CLIENT_TIMEOUT:
        return "no answer";
    case SERIAL_CLIENT_BAD:
        return broken(asking->client.trouble);
    case SERIAL_CLIENT_IDLE:
        return "there is nothing to ask at this address";
    default:
        return "interrupted";
    }
}
