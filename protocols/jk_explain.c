/* SPDX-License-Identifier: Apache-2.0
 * Explains JK traffic on RS485 and Bluetooth. A 300-byte frame carries no address: who spoke is
 * told by the acknowledge that follows; without one by the address in a settings frame, or by the
 * host showing its own frames. An answer to a read is understood by the request before it; a write
 * tells the settings it asks for, or its word of the control block. A password is never told.
 */
#include "protocols/jk_explain.h"

#include <string.h>

#include "base/bytes.h"
#include "protocols/explainer.h"
#include "protocols/jk_map.h"
#include "protocols/jk_registers.h"
#include "wire/modbus.h"

enum {
    ADDRESS_BYTE = JK_FRAME_DATA + 0x108,
    BLE_ACKNOWLEDGE = 0xC8,
    EXCEPTION_BIT = 0x80,
    WRITE_DATA = 7 /* byte of a write request */
};

/* One call of an explainer. */
struct run {
    struct serial_explainer *explainer;
    enum side from;
    message_function *report;
    void *context;
};

static const struct frame_name {
    uint8_t type;
    const char *name;
} frame_names[] = {
    {JK_SETTINGS,   "settings"  },
    {JK_STATUS,     "status"    },
    {JK_INFO,       "info"      },
    {JK_EVENT_LOG,  "event_log" },
    {JK_DETAIL_LOG, "detail_log"},
};

static const char *name_of(uint8_t type)
{
    for (size_t i = 0; i < sizeof(frame_names) / sizeof(frame_names[0]); i++) {
        if (frame_names[i].type == type)
            return frame_names[i].name;
    }
    return "unknown";
}

static struct message message_of(const struct run *run, const struct serial_token *token,
                                 const char *name)
{
    return (struct message){.name = name,
                            .from = run->from,
                            .pack = -1,
                            .bytes = token->bytes,
                            .size = token->size,
                            .can_id = -1};
}

static void report_plain(const struct run *run, const struct serial_token *token, const char *name,
                         int pack, const char *error)
{
    struct message message = message_of(run, token, name);
    message.pack = pack;
    message.error = error;
    run->report(run->context, &message);
}

static void report_frame(const struct run *run, const uint8_t *frame, enum side from, int pack)
{
    struct serial_explainer *explainer = run->explainer;
    const struct serial_token token = {JK_TOKEN_FRAME, JK_FRAME_SIZE, frame};
    struct message message = message_of(run, &token, name_of(frame[4]));
    message.from = from;
    message.pack = pack;
    snapshot_init(&explainer->values);
    params_init(&explainer->params);
    if (jk_map_decode_frame(frame, &explainer->values, &explainer->params) == DECODED) {
        message.values = frame[4] == JK_SETTINGS ? NULL : &explainer->values;
        message.params = frame[4] == JK_STATUS ? NULL : &explainer->params;
    }
    run->report(run->context, &message);
}

/* Reports the frame that waits for its acknowledge; `pack` < 0: none came. */
static void flush_frame(const struct run *run, int pack)
{
    struct jk_explainer *jk = &run->explainer->jk;
    uint8_t frame[JK_FRAME_SIZE];
    enum side from = (enum side)jk->frame_side;
    if (jk->frame_size == 0)
        return;
    jk->frame_size = 0;
    memcpy(frame, jk->frame, sizeof(frame));
    if (pack < 0 && frame[4] == JK_SETTINGS)
        pack = frame[ADDRESS_BYTE];
    else if (pack < 0 && from == SIDE_ASKING)
        pack = 0;
    report_frame(run, frame, from, pack);
}

static void keep_frame(const struct run *run, const struct serial_token *token)
{
    struct jk_explainer *jk = &run->explainer->jk;
    flush_frame(run, -1);
    memcpy(jk->frame, token->bytes, JK_FRAME_SIZE);
    jk->frame_size = JK_FRAME_SIZE;
    jk->frame_side = (uint8_t)run->from;
}

static bool is_fetch(const struct jk_explainer *jk)
{
    return jk_fetch_type(jk->asked_register) != 0 && jk->asked_words == 1;
}

/* What a write asks for, if we know. */
static void explain_write(const struct run *run, const struct serial_token *token,
                          struct message *message)
{
    struct serial_explainer *explainer = run->explainer;
    uint16_t address = explainer->jk.asked_register;
    const uint8_t *data = token->bytes + WRITE_DATA;
    size_t size = token->bytes[WRITE_DATA - 1];
    const struct jk_control *control = jk_control_find(address);
    if (size + WRITE_DATA + 2 != token->size)
        return;
    snapshot_init(&explainer->values);
    params_init(&explainer->params);
    if (address == JK_LOGIN_REGISTER) {
        message->control = "log_in";
    } else if (control != NULL && control->size == size) {
        message->control = control->name;
        message->control_value =
            (int32_t)jk_get_number(data, size == 4 ? JK_TYPE_I32 : JK_TYPE_I16, true);
    } else if (jk_map_decode_words(address, data, size, &explainer->values, &explainer->params) ==
               DECODED) {
        message->params = &explainer->params;
    }
}

static void take_request(const struct run *run, const struct serial_token *token)
{
    struct jk_explainer *jk = &run->explainer->jk;
    flush_frame(run, -1);
    jk->asked_address = token->bytes[0];
    jk->asked_function = token->bytes[1];
    jk->asked_register = get_u16be(token->bytes + 2);
    jk->asked_words = get_u16be(token->bytes + 4);
    struct message message = message_of(run, token, "read");
    message.pack = token->bytes[0];
    if (jk->asked_function == MODBUS_WRITE) {
        message.name = is_fetch(jk) ? "fetch" : "write";
        if (!is_fetch(jk))
            explain_write(run, token, &message);
    }
    run->report(run->context, &message);
}

/* Data of a read, by the request before it. */
static void take_read(const struct run *run, const struct serial_token *token)
{
    struct serial_explainer *explainer = run->explainer;
    struct jk_explainer *jk = &explainer->jk;
    struct message message = message_of(run, token, "read");
    message.pack = token->bytes[0];
    bool asked = jk->asked_function == MODBUS_READ && jk->asked_address == token->bytes[0] &&
                 2 * jk->asked_words == token->bytes[2];
    jk->asked_function = 0;
    snapshot_init(&explainer->values);
    params_init(&explainer->params);
    if (asked && jk_map_decode_words(jk->asked_register, token->bytes + 3, token->bytes[2],
                                     &explainer->values, &explainer->params) == DECODED) {
        message.values = &explainer->values;
        message.params = &explainer->params;
    }
    run->report(run->context, &message);
}

static void take_reply(const struct run *run, const struct serial_token *token)
{
    const uint8_t *bytes = token->bytes;
    struct jk_explainer *jk = &run->explainer->jk;
    bool acknowledge = bytes[1] == MODBUS_WRITE;
    bool own = jk->frame_size > 0 && jk->frame_side == run->from;
    flush_frame(run, acknowledge && own ? bytes[0] : -1);
    if (bytes[1] & EXCEPTION_BIT)
        report_plain(run, token, "exception", bytes[0], NULL);
    else if (acknowledge)
        report_plain(run, token, "acknowledge", bytes[0], NULL);
    else
        take_read(run, token);
}

static void take_broken(const struct run *run, const struct serial_token *token, const char *error)
{
    flush_frame(run, -1);
    report_plain(run, token, "broken", -1, error);
}

static void take_token(const struct run *run, const struct serial_token *token)
{
    switch (token->kind) {
    case JK_TOKEN_FRAME:
        keep_frame(run, token);
        break;
    case JK_TOKEN_REQUEST:
        take_request(run, token);
        break;
    case JK_TOKEN_REPLY:
        take_reply(run, token);
        break;
    case JK_TOKEN_COMMAND:
        flush_frame(run, -1);
        report_plain(run, token, token->bytes[4] == BLE_ACKNOWLEDGE ? "acknowledge" : "command", -1,
                     NULL);
        break;
    case JK_TOKEN_BAD_SUM:
        take_broken(run, token, "sum is wrong or bytes are missing");
        break;
    case JK_TOKEN_BAD_CRC:
        take_broken(run, token, "CRC is wrong");
        break;
    default:
        report_plain(run, token, "noise", -1, NULL);
        break;
    }
}

static void explain(struct run *run, enum jk_medium medium, const uint8_t *bytes, size_t size)
{
    struct jk_explainer *jk = &run->explainer->jk;
    struct serial_input input = {bytes, size};
    struct serial_token token;
    for (int side = 0; side < 2; side++) {
        if (size != 0 && side != (int)run->from)
            continue;
        if (jk->line[side].shapes == NULL)
            jk_line_init(&jk->line[side], medium);
        if (size == 0) {
            run->from = (enum side)side;
            serial_line_end(&jk->line[side]);
        }
        while (serial_line_next(&jk->line[side], &input, &token))
            take_token(run, &token);
    }
    if (size == 0 || medium == JK_MEDIUM_BLE)
        flush_frame(run, -1);
}

void jk_rs485_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                      size_t size, message_function *report, void *context)
{
    struct run run = {explainer, from, report, context};
    explain(&run, JK_MEDIUM_RS485, bytes, size);
}

void jk_ble_explain(struct serial_explainer *explainer, enum side from, const uint8_t *bytes,
                    size_t size, message_function *report, void *context)
{
    struct run run = {explainer, from, report, context};
    explain(&run, JK_MEDIUM_BLE, bytes, size);
}
