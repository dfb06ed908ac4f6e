/* SPDX-License-Identifier: Apache-2.0
 * Exchanges as messages. A reply that does not fit the last request is read without one: recordings
 * begin anywhere and lose bytes.
 */
#include "protocols/serial_explain.h"

#include <string.h>

#include "protocols/explainer.h"

/* One call. */
struct run {
    struct serial_explainer *explainer;
    const struct serial_protocol *protocol;
    enum side from;
    message_function *report;
    void *context;
};

static struct message message_of(const struct run *run, const struct serial_token *token)
{
    return (struct message){.name = "unknown",
                            .from = run->from,
                            .pack = -1,
                            .bytes = token->bytes,
                            .size = token->size,
                            .can_id = -1};
}

static struct serial_reading blank(const struct run *run)
{
    snapshot_init(&run->explainer->values);
    params_init(&run->explainer->params);
    return (struct serial_reading){.name = "unknown",
                                   .pack = SERIAL_ADDRESS_NONE,
                                   .values = &run->explainer->values,
                                   .params = &run->explainer->params};
}

static void tell(const struct run *run, const struct serial_token *token,
                 const struct serial_reading *reading)
{
    struct message message = message_of(run, token);
    message.name = reading->name;
    message.pack = reading->pack;
    message.values = reading->values;
    message.params = reading->params;
    if (reading->refused != 0) {
        message.control = "refused";
        message.control_value = reading->refused;
    }
    run->report(run->context, &message);
}

static void take_request(const struct run *run, const struct serial_token *token)
{
    struct exchange_explainer *memory = &run->explainer->exchange;
    struct serial_reading reading = blank(run);
    bool fits = token->size <= sizeof(memory->request);
    memory->request_size = fits ? token->size : 0;
    memcpy(memory->request, token->bytes, memory->request_size);
    run->protocol->explain(token, &reading);
    tell(run, token, &reading);
}

/* Reads the reply by the request before it, else without one; which of the two is in *request. */
static enum decode read_reply(const struct run *run, const struct serial_token **request,
                              const struct serial_token *token, struct serial_reading *reading)
{
    enum decode outcome = run->protocol->take(*request, token, 0, reading);
    if (outcome == DECODED || *request == NULL)
        return outcome;
    *request = NULL;
    *reading = blank(run);
    enum decode alone = run->protocol->take(NULL, token, 0, reading);
    return alone == NOT_MINE ? outcome : alone;
}

static void take_reply(const struct run *run, const struct serial_token *token)
{
    const struct exchange_explainer *memory = &run->explainer->exchange;
    const struct serial_token asked = {SERIAL_FRAME, memory->request_size, memory->request};
    const struct serial_token *request = memory->request_size > 0 ? &asked : NULL;
    struct serial_reading reading = blank(run);
    enum decode outcome = read_reply(run, &request, token, &reading);
    if (outcome != DECODED) {
        struct message message = message_of(run, token);
        message.error = outcome == BAD ? "its content is wrong" : NULL;
        run->report(run->context, &message);
    }
    for (unsigned part = 1; outcome == DECODED && part <= PACK_MAX; part++) {
        tell(run, token, &reading);
        reading = blank(run);
        outcome = run->protocol->take(request, token, part, &reading);
    }
}

static void take_token(const struct run *run, const struct serial_token *token)
{
    struct message message = message_of(run, token);
    if (token->kind == SERIAL_FRAME && run->from == SIDE_ASKING) {
        take_request(run, token);
    } else if (token->kind == SERIAL_FRAME) {
        take_reply(run, token);
    } else {
        message.name = token->kind == SERIAL_BROKEN ? "broken" : "noise";
        if (token->kind == SERIAL_BROKEN)
            message.error = "check sum is wrong or bytes are missing";
        run->report(run->context, &message);
    }
}

static void read_side(struct run *run, enum side from, const struct serial_burst_heard *burst)
{
    struct serial_line *line = &run->explainer->exchange.line[from];
    struct serial_input input = {burst->bytes, burst->size};
    struct serial_token token;
    run->from = from;
    if (line->shapes == NULL)
        serial_line_init(line, from == SIDE_ASKING ? run->protocol->request : run->protocol->reply,
                         1);
    if (burst->size == 0)
        serial_line_end(line);
    while (serial_line_next(line, &input, &token))
        take_token(run, &token);
}

void serial_explain(struct serial_explainer *explainer, const struct serial_protocol *protocol,
                    const struct serial_burst_heard *burst, message_function *report, void *context)
{
    struct run run = {explainer, protocol, burst->from, report, context};
    read_side(&run, burst->from, burst);
    if (burst->size == 0)
        read_side(&run, burst->from == SIDE_ASKING ? SIDE_BATTERY : SIDE_ASKING, burst);
}
