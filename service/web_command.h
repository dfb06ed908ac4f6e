/* SPDX-License-Identifier: Apache-2.0
 * Commands from the page: JSON in, a ticket out, the result later. Refuses what is malformed or not
 * permitted before the source sees it; settings need a session, which is a cookie that has logged
 * in to that pack less than 5 minutes ago.
 */
#ifndef HEARTH_SERVICE_WEB_COMMAND_H
#define HEARTH_SERVICE_WEB_COMMAND_H

#include <microhttpd.h>

#include "service/web.h"
#include "ui/writer.h"

#define WEB_TICKET_MAX 64     /* results kept */
#define WEB_PENDING_MAX 8     /* per pack */
#define WEB_SESSION_MAX 8     /* browsers logged in at a time */
#define WEB_SESSION_MS 300000 /* idle time that ends a session */
#define WEB_REASON_SIZE 128
#define WEB_TOKEN_SIZE 33 /* 128 random bits in hexadecimal, NUL */

struct web_ticket {
    uint32_t number; /* 0: unused */
    const char *command;
    int pack; /* -1: none */
    enum web_answer answer;
    char reason[WEB_REASON_SIZE]; /* of a refusal */
};

struct web_session {
    char token[WEB_TOKEN_SIZE]; /* empty: unused */
    uint16_t packs;             /* logged in to; a pack belongs to one session at a time */
    uint64_t used_ms;
};

struct web_commands {
    const struct web_source *source;
    struct web_ticket ticket[WEB_TICKET_MAX];
    uint32_t last_ticket;
    struct web_session session[WEB_SESSION_MAX];
};

/* What was posted: a JSON object, and what the path has already told. */
struct web_post {
    const char *name; /* NULL: the body names the command */
    int pack;         /* -1: the body names the pack, where the command has one */
    const char *body;
    size_t size;
};

/* Answers the POST with 202 and a ticket, or with an error. `*ticket` is the new one, NULL after an
 * error; it may already be finished. */
enum MHD_Result web_command_post(struct web_commands *commands, struct MHD_Connection *connection,
                                 const struct web_post *post, struct web_ticket **ticket);

/* Whether the browser that asks is logged in to the pack; does not touch its idle time. */
bool web_command_logged_in(const struct web_commands *commands, struct MHD_Connection *connection,
                           int pack);

/* NULL when it is not known, or no longer. */
struct web_ticket *web_command_find(struct web_commands *commands, uint32_t number);

/* {"ticket":1,"command":"cable","pack":0,"state":"refused","reason":"..."} */
void web_command_json(struct text_writer *writer, const struct web_ticket *ticket);

void web_command_finish(struct web_ticket *ticket, const char *reason);

#endif
