/* SPDX-License-Identifier: Apache-2.0
 * Parses commands by a table of their members, keeps tickets and asks the source. What a command
 * does is the source's business.
 */
#include "service/web_command.h"

#include <jansson.h>
#include <string.h>

#include "base/number.h"
#include "service/web_json.h"
#include "service/web_reply.h"
#include "service/web_session.h"
#include "ui/json.h"

#define ERROR_SIZE 160
#define ANSWER_SIZE 512
#define PRESSES_MAX 10

/* Members of the body. */
enum {
    COMMAND = 1,
    PACK = 2,
    CONNECTED = 4,
    VALUE = 8,
    NAME = 16,
    PASSWORD = 32,
    PRESSED = 64,
    HOLD_MS = 128,
    TIMES = 256,
    INDEX = 512,
};

/* Who may ask. From LOCAL on only packs of this program are meant. */
enum { ANYBODY, LOCAL, LOGIN, SESSION, LOGOUT };

struct command_row {
    const char *name;
    unsigned members;  /* needed, besides "command" */
    unsigned optional; /* no others are taken */
    int32_t min;       /* of value */
    int32_t max;
    uint8_t who;
    bool text; /* value may be a text */
};

/* Of two rows of one name the one is taken that has a pack where the command has one. */
static const struct command_row rows[] = {
    {"cable",        PACK | CONNECTED,     0,     0,         1,         ANYBODY, false},
    {"speed",        VALUE,                0,     1,         60,        ANYBODY, false},
    {"fault",        PACK | NAME | VALUE,  INDEX, INT32_MIN, INT32_MAX, LOCAL,   false},
    {"fault",        NAME | VALUE,         INDEX, INT32_MIN, INT32_MAX, ANYBODY, false},
    {"clear_faults", PACK,                 0,     0,         0,         LOCAL,   false},
    {"clear_faults", 0,                    0,     0,         0,         ANYBODY, false},
    {"button",       PACK | PRESSED,       0,     0,         1,         LOCAL,   false},
    {"press",        PACK | HOLD_MS,       TIMES, 10,        30000,     LOCAL,   false},
    {"dip",          PACK | VALUE,         0,     0,         15,        LOCAL,   false},
    {"login",        PACK | PASSWORD,      0,     0,         0,         LOGIN,   false},
    {"logout",       PACK,                 0,     0,         0,         LOGOUT,  false},
    {"set",          PACK | NAME | VALUE,  0,     INT32_MIN, INT32_MAX, SESSION, true },
    {"release",      PACK,                 0,     0,         0,         SESSION, false},
    {"emergency",    PACK | VALUE,         0,     0,         1,         SESSION, false},
    {"shut_down",    PACK,                 0,     0,         0,         SESSION, false},
    {"contact",      PACK | INDEX | VALUE, 0,     0,         1,         SESSION, false},
};

static bool read_command(const json_t *json, struct web_command *command)
{
    command->name = json_string_value(json);
    return command->name != NULL;
}

static bool read_pack(const json_t *json, struct web_command *command)
{
    json_int_t value = json_integer_value(json);
    command->pack = (int)value;
    return json_is_integer(json) && value >= 0 && value < PACK_MAX;
}

static bool read_connected(const json_t *json, struct web_command *command)
{
    command->value = json_is_true(json);
    return json_is_boolean(json);
}

static bool read_value(const json_t *json, struct web_command *command)
{
    json_int_t value = json_is_boolean(json) ? json_is_true(json) : json_integer_value(json);
    command->text = json_string_value(json);
    command->value = saturate32(value);
    return command->text != NULL || json_is_boolean(json) ||
           (json_is_integer(json) && value == command->value);
}

static bool read_name(const json_t *json, struct web_command *command)
{
    command->param = json_string_value(json);
    return command->param != NULL;
}

static bool read_between(const json_t *json, int32_t min, int32_t max, int32_t *number)
{
    json_int_t value = json_integer_value(json);
    *number = saturate32(value);
    return json_is_integer(json) && value >= min && value <= max;
}

static bool read_pressed(const json_t *json, struct web_command *command)
{
    return read_connected(json, command);
}

static bool read_hold(const json_t *json, struct web_command *command)
{
    return read_between(json, INT32_MIN, INT32_MAX, &command->value);
}

static bool read_times(const json_t *json, struct web_command *command)
{
    return read_between(json, 1, PRESSES_MAX, &command->index);
}

static bool read_index(const json_t *json, struct web_command *command)
{
    return read_between(json, 0, UINT8_MAX, &command->index);
}

static bool read_password(const json_t *json, struct web_command *command)
{
    command->text = json_string_value(json);
    return command->text != NULL;
}

static const struct member {
    const char *name;
    unsigned bit;
    bool (*read)(const json_t *json, struct web_command *command);
} members[] = {
    {"command",   COMMAND,   read_command  },
    {"pack",      PACK,      read_pack     },
    {"connected", CONNECTED, read_connected},
    {"value",     VALUE,     read_value    },
    {"name",      NAME,      read_name     },
    {"password",  PASSWORD,  read_password },
    {"pressed",   PRESSED,   read_pressed  },
    {"hold_ms",   HOLD_MS,   read_hold     },
    {"times",     TIMES,     read_times    },
    {"index",     INDEX,     read_index    },
};

static const struct member *find_member(const char *name)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    }
    return NULL;
}

/* NULL when there is no command of that name. */
static const struct command_row *find_row(const struct web_command *command)
{
    const struct command_row *found = NULL;
    for (size_t i = 0; command->name != NULL && i < COUNT(rows); i++) {
        bool has_pack = rows[i].members & PACK;
        if (strcmp(rows[i].name, command->name) != 0)
            continue;
        if (found == NULL || has_pack == (command->pack >= 0))
            found = &rows[i];
    }
    return found;
}

static void complain(struct text_writer *error, const char *what, const char *name)
{
    writer_text(error, what);
    writer_text(error, name);
}

/* Reads all members; complains and returns 0 about the first that is wrong, else what it saw. */
static unsigned read_members(json_t *root, struct web_command *command, struct text_writer *error)
{
    unsigned seen = 0;
    const char *name;
    json_t *json;
    json_object_foreach(root, name, json)
    {
        const struct member *member = find_member(name);
        if (member == NULL || !member->read(json, command)) {
            complain(error, member == NULL ? "unknown member: " : "wrong type or range: ", name);
            return 0;
        }
        seen |= member->bit;
    }
    return seen;
}

/* False with a complaint when a member is missing or one too many is there. `told` are those that
 * the path has told. */
static bool check_members(const struct command_row *row, unsigned seen, unsigned told,
                          struct text_writer *error)
{
    unsigned needed = (row->members | COMMAND) & ~told;
    for (size_t i = 0; i < COUNT(members); i++) {
        bool missing = needed & ~seen & members[i].bit;
        bool strange = seen & ~(needed | row->optional) & members[i].bit;
        if (missing || strange) {
            complain(error, missing ? "missing member: " : "member does not belong here: ",
                     members[i].name);
            return false;
        }
    }
    return true;
}

static const struct command_row *read_body(json_t *root, const struct web_post *post,
                                           struct web_command *command, struct text_writer *error)
{
    unsigned told = (post->name != NULL ? COMMAND : 0u) | (post->pack >= 0 ? PACK : 0u);
    unsigned seen = read_members(root, command, error);
    if (error->used > 0)
        return NULL;
    const struct command_row *row = find_row(command);
    if (row == NULL) {
        writer_text(error, "no such command");
        return NULL;
    }
    if (!check_members(row, seen, told, error))
        return NULL;
    if (command->value < row->min || command->value > row->max) {
        writer_text(error, "value is out of range");
        return NULL;
    }
    if ((seen & VALUE) && command->text != NULL && !row->text) {
        writer_text(error, "wrong type or range: value");
        return NULL;
    }
    return row;
}

/* HTTP status of a command that may not be carried out, with the reason; 0 when it may. */
static unsigned forbid(const struct web_commands *commands, const struct command_row *row,
                       const struct web_command *command, const struct web_session *session,
                       const char **why)
{
    struct web_pack pack;
    if (command->pack < 0)
        return 0;
    if (web_find_pack(commands->source, command->pack, &pack) < 0) {
        *why = "no such pack";
        return MHD_HTTP_NOT_FOUND;
    }
    if (row->who != ANYBODY && !pack.local) {
        *why = row->who == LOCAL ? "a remote pack has its own hands and faults"
                                 : "the settings of a remote pack are not written from the web";
        return MHD_HTTP_FORBIDDEN;
    }
    if (row->who >= SESSION && (session == NULL || !(session->packs >> command->pack & 1))) {
        *why = "log in to this pack first";
        return MHD_HTTP_UNAUTHORIZED;
    }
    return 0;
}

static size_t count_pending(const struct web_commands *commands, int pack)
{
    size_t count = 0;
    for (size_t i = 0; i < WEB_TICKET_MAX; i++) {
        const struct web_ticket *ticket = &commands->ticket[i];
        count += ticket->number != 0 && ticket->answer == WEB_PENDING && ticket->pack == pack;
    }
    return count;
}

static struct web_ticket *carry_out(struct web_commands *commands, const struct command_row *row,
                                    struct web_command *command)
{
    const char *reason = "busy";
    uint32_t number = ++commands->last_ticket;
    struct web_ticket *ticket = &commands->ticket[number % WEB_TICKET_MAX];
    bool busy = count_pending(commands, command->pack) >= WEB_PENDING_MAX;
    command->name = row->name;
    command->ticket = number;
    *ticket = (struct web_ticket){
        .number = number, .command = row->name, .pack = command->pack, .answer = WEB_PENDING};
    if (!busy)
        reason = NULL;
    enum web_answer answer =
        busy ? WEB_REFUSED : commands->source->command(commands->source->context, command, &reason);
    if (answer == WEB_REFUSED)
        web_command_finish(ticket, reason != NULL ? reason : "refused");
    else if (answer == WEB_DONE)
        web_command_finish(ticket, NULL);
    return ticket;
}

static enum MHD_Result accept_command(struct web_commands *commands,
                                      struct MHD_Connection *connection,
                                      const struct command_row *row, struct web_command *command,
                                      struct web_ticket **ticket)
{
    const char *why = NULL;
    int found = web_session_find(commands->session, connection);
    struct web_session *session = found >= 0 ? &commands->session[found] : NULL;
    unsigned status = forbid(commands, row, command, session, &why);
    if (status != 0)
        return web_reply_error(connection, status, why, (struct web_header){0});
    *ticket = carry_out(commands, row, command);

    char cookie[WEB_COOKIE_SIZE] = "";
    if (row->who == LOGIN && (*ticket)->answer == WEB_DONE)
        web_session_login(commands->session, session, command->pack, cookie);
    else if (row->who == LOGOUT)
        session->packs &= (uint16_t) ~(1u << command->pack);
    if (session != NULL)
        web_session_touch(session);
    char text[ANSWER_SIZE];
    struct text_writer writer;
    writer_init(&writer, text, sizeof(text));
    web_command_json(&writer, *ticket);
    struct web_header header = {cookie[0] != '\0' ? "Set-Cookie" : NULL, cookie};
    return web_reply_json(connection, MHD_HTTP_ACCEPTED, text, writer.used, header);
}

enum MHD_Result web_command_post(struct web_commands *commands, struct MHD_Connection *connection,
                                 const struct web_post *post, struct web_ticket **ticket)
{
    struct web_command command = {.name = post->name, .pack = post->pack};
    char text[ERROR_SIZE];
    struct text_writer error;
    json_error_t position;
    *ticket = NULL;
    json_t *root = json_loadb(post->body, post->size, JSON_REJECT_DUPLICATES, &position);
    if (!json_is_object(root)) {
        json_decref(root);
        return web_reply_error(connection, MHD_HTTP_BAD_REQUEST,
                               root == NULL ? position.text : "a JSON object is expected",
                               (struct web_header){0});
    }
    writer_init(&error, text, sizeof(text));
    const struct command_row *row = read_body(root, post, &command, &error);
    enum MHD_Result result;
    if (row == NULL)
        result = web_reply_error(connection, MHD_HTTP_BAD_REQUEST, text, (struct web_header){0});
    else
        result = accept_command(commands, connection, row, &command, ticket);
    json_decref(root);
    return result;
}

bool web_command_logged_in(const struct web_commands *commands, struct MHD_Connection *connection,
                           int pack)
{
    int found = web_session_find(commands->session, connection);
    return found >= 0 && commands->session[found].packs >> pack & 1;
}

struct web_ticket *web_command_find(struct web_commands *commands, uint32_t number)
{
    struct web_ticket *ticket = &commands->ticket[number % WEB_TICKET_MAX];
    return number != 0 && ticket->number == number ? ticket : NULL;
}

void web_command_json(struct text_writer *writer, const struct web_ticket *ticket)
{
    static const char *const state[] = {
        [WEB_DONE] = "done", [WEB_REFUSED] = "refused", [WEB_PENDING] = "pending"};
    json_open(writer, '{');
    json_put_integer(writer, "ticket", ticket->number);
    json_put_string(writer, "command", ticket->command);
    if (ticket->pack >= 0)
        json_put_integer(writer, "pack", ticket->pack);
    json_put_string(writer, "state", state[ticket->answer]);
    if (ticket->answer == WEB_REFUSED)
        json_put_string(writer, "reason", ticket->reason);
    json_close(writer, '}');
}

void web_command_finish(struct web_ticket *ticket, const char *reason)
{
    struct text_writer writer;
    ticket->answer = reason == NULL ? WEB_DONE : WEB_REFUSED;
    writer_init(&writer, ticket->reason, sizeof(ticket->reason));
    if (reason != NULL)
        writer_bytes(&writer, reason, strnlen(reason, sizeof(ticket->reason) - 1));
}
