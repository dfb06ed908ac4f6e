/* SPDX-License-Identifier: Apache-2.0
 * Who has logged in where. Passwords are checked by the packs themselves; here are only tokens,
 * from the kernel's random source.
 */
#include "service/web_session.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#define COOKIE_NAME "hearth_session"

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool same_token(const char *left, const char *right)
{
    unsigned difference = 0;
    for (size_t i = 0; i < WEB_TOKEN_SIZE; i++)
        difference |= (unsigned)(left[i] ^ right[i]);
    return difference == 0;
}

static struct web_session *take_oldest(struct web_session sessions[WEB_SESSION_MAX])
{
    struct web_session *oldest = &sessions[0];
    for (size_t i = 1; i < WEB_SESSION_MAX; i++) {
        if (sessions[i].used_ms < oldest->used_ms)
            oldest = &sessions[i];
    }
    return oldest;
}

/* False when the kernel has no random bytes yet; then there is no session. */
static bool make_token(char token[WEB_TOKEN_SIZE])
{
    uint32_t random[4];
    struct text_writer writer;
    if (getrandom(random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
        return false;
    writer_init(&writer, token, WEB_TOKEN_SIZE);
    for (size_t i = 0; i < 4; i++)
        writer_hex(&writer, random[i], 8);
    return true;
}

int web_session_find(const struct web_session sessions[WEB_SESSION_MAX],
                     struct MHD_Connection *connection)
{
    uint64_t now = now_ms();
    const char *token = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE_NAME);
    if (token == NULL || strlen(token) != WEB_TOKEN_SIZE - 1)
        return -1;
    for (int i = 0; i < WEB_SESSION_MAX; i++) {
        const struct web_session *session = &sessions[i];
        if (session->token[0] != '\0' && same_token(session->token, token))
            return now - session->used_ms < WEB_SESSION_MS ? i : -1;
    }
    return -1;
}

void web_session_touch(struct web_session *session)
{
    session->used_ms = now_ms();
}

void web_session_login(struct web_session sessions[WEB_SESSION_MAX], struct web_session *session,
                       int pack, char cookie[WEB_COOKIE_SIZE])
{
    struct text_writer writer;
    writer_init(&writer, cookie, WEB_COOKIE_SIZE);
    if (session == NULL) {
        session = take_oldest(sessions);
        *session = (struct web_session){0};
        if (!make_token(session->token))
            return;
        writer_text(&writer, COOKIE_NAME "=");
        writer_text(&writer, session->token);
        writer_text(&writer, "; HttpOnly; SameSite=Strict; Path=/");
    }
    for (size_t i = 0; i < WEB_SESSION_MAX; i++)
        sessions[i].packs &= (uint16_t) ~(1u << pack);
    session->packs |= (uint16_t)(1u << pack);
    session->used_ms = now_ms();
}
