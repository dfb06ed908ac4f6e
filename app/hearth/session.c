/* SPDX-License-Identifier: Apache-2.0
 * One exchange after the other, each to its end. Ctrl-C ends the loop, and with it every exchange
 * that follows.
 */
#include "app/hearth/session.h"

#include <stdio.h>

#include "app/hearth/options.h"
#include "base/result.h"
#include "protocols/jk_map.h"

enum {
    ADDRESS_MAX = 15,
    ANSWER_MS = 1000, /* enough for 9600 baud */
    GAP_MS = 120,     /* what real packs need between transactions */
};

error_t session_parse(struct pack_session *session, int key, char *text, struct argp_state *state)
{
    if (key == 'a')
        session->address = option_number(state, "--address", text, 0, ADDRESS_MAX);
    else if (key == ARGP_KEY_ARG && !session->line.url)
        session->line.url = text;
    else if (key == ARGP_KEY_END && !session->line.url)
        argp_error(state, "PORT is missing, for example serial:/dev/ttyUSB0?baud=115200");
    else if (key != ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN;
    return 0;
}

void session_complain(const struct pack_session *session, const char *reason)
{
    char about[32];
    snprintf(about, sizeof(about), "address %d", (int)session->address);
    line_complain(&session->line, about, reason);
}

const char *session_trouble(enum jk_exchange_state state)
{
    switch (state) {
    case JK_EXCHANGE_REFUSED:
        return "the pack refuses to answer";
    case JK_EXCHANGE_TIMEOUT:
        return "no answer";
    case JK_EXCHANGE_BAD:
        return "broken answers only";
    default:
        return "interrupted";
    }
}

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct pack_session *session = context;
    if (session->asked)
        jk_client_receive(&session->client, bytes, size, now_us);
}

static enum jk_exchange_state run(struct pack_session *session)
{
    struct jk_client *client = &session->client;
    uint8_t bytes[256];
    size_t size;
    session->asked = true;
    do {
        jk_client_step(client, clock_us());
        while ((size = jk_client_transmit(client, bytes, sizeof(bytes))) > 0)
            serial_port_write(&session->line.port, bytes, size);
    } while (jk_client_state(client) == JK_EXCHANGE_BUSY && line_turn(&session->line));
    session->asked = false;
    return jk_client_state(client);
}

int session_open(struct pack_session *session)
{
    const struct serial_listener listener = {session, received};
    jk_client_init(&session->client, (uint8_t)session->address, ANSWER_MS, GAP_MS);
    return line_open(&session->line, &listener);
}

void session_close(struct pack_session *session)
{
    line_close(&session->line);
}

enum jk_exchange_state session_fetch(struct pack_session *session, uint8_t frame_type)
{
    jk_client_read_frame(&session->client, frame_type);
    return run(session);
}

enum jk_exchange_state session_write(struct pack_session *session, uint16_t first,
                                     const uint8_t *data, uint16_t words)
{
    jk_client_write(&session->client, first, data, words);
    return run(session);
}

enum jk_exchange_state session_login(struct pack_session *session, const char *password)
{
    jk_client_login(&session->client, password);
    return run(session);
}

bool session_read(struct pack_session *session, uint8_t frame_type, struct snapshot *values,
                  struct params *params)
{
    enum jk_exchange_state state = session_fetch(session, frame_type);
    if (state != JK_EXCHANGE_DONE) {
        session_complain(session, session_trouble(state));
        return false;
    }
    if (jk_map_decode_frame(jk_client_frame(&session->client), values, params) == DECODED)
        return true;
    session_complain(session, "the answer is not understood");
    return false;
}
