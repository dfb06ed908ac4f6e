/* SPDX-License-Identifier: Apache-2.0
 * 4G-GPS remote module common protocol (4E 57), UART number 0: both ends. The line is point to
 * point, so any terminal number is answered. The protocol has no error answer that is known: what
 * is refused is not answered, so that no asker takes it for done.
 * Sources: "Communication protocol between monitoring platform and BMS" V2.5; a recorded exchange
 * of a JK-B2A24S, firmware 10.07.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "protocols/jk_uart_items.h"
#include "protocols/rs485.h"
#include "wire/can_sides.h"

enum {
    AT_LENGTH = 2, /* all bytes but two */
    AT_ID = 4,
    AT_COMMAND = 8,
    AT_SENDER = 9,
    AT_TYPE = 10,
    AT_DATA = 11,
    MARK_SIZE = 5, /* record number, end mark */
    SUM_SIZE = 4,
    TAIL_SIZE = MARK_SIZE + SUM_SIZE,
    FRAME_MIN = AT_DATA + TAIL_SIZE,
    FRAME_MAX = AT_DATA + JK_ITEMS_SIZE_MAX + TAIL_SIZE,
    HEAD_SIZE = 4, /* shows that a frame was meant */
    END_MARK = 0x68,
    ITEM_ALL = 0x00,
    ITEM_PASSWORD = 0xB2,
    COMMANDS_MAX = 16, /* in one write */
};

enum command_word { ACTIVATE = 1, WRITE = 2, READ = 3, PASSWORD = 5, READ_ALL = 6 };
enum sender { SENDER_BMS = 0, SENDER_PC = 3 };
enum frame_type { TYPE_REQUEST, TYPE_REPLY, TYPE_UPLOAD };

static const char *const names[] = {
    [ACTIVATE] = "activate", [WRITE] = "write",       [READ] = "read",
    [PASSWORD] = "password", [READ_ALL] = "read_all",
};

/* ---- Frames ---- */

static const uint8_t *data_of(const uint8_t *frame)
{
    return frame + AT_DATA;
}

static size_t data_size(size_t whole)
{
    return whole - FRAME_MIN;
}

/* The low 16 bits of the sum of all bytes before it. */
static uint32_t sum_of(const uint8_t *frame, size_t size)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < size - SUM_SIZE; i++)
        sum = (uint16_t)(sum + frame[i]);
    return sum;
}

static int frame_size(const uint8_t *bytes, size_t size)
{
    if (bytes[0] != 'N' || (size > 1 && bytes[1] != 'W'))
        return RESULT_UNKNOWN;
    if (size < HEAD_SIZE)
        return 0;
    int whole = get_u16be(bytes + AT_LENGTH) + 2;
    return whole >= FRAME_MIN && whole <= FRAME_MAX ? whole : RESULT_UNKNOWN;
}

static bool frame_good(const uint8_t *frame, size_t size)
{
    return frame[size - SUM_SIZE - 1] == END_MARK &&
           get_u32be(frame + size - SUM_SIZE) == sum_of(frame, size);
}

static const struct serial_shape shape = {SERIAL_FRAME, SERIAL_BROKEN, HEAD_SIZE, frame_size,
                                          frame_good};

/* Around data that is in place already; the record number too. Returns the frame's size. */
static size_t seal(uint8_t *frame, size_t size_of_data)
{
    size_t size = FRAME_MIN + size_of_data;
    frame[0] = 'N';
    frame[1] = 'W';
    put_u16be(frame + AT_LENGTH, (uint16_t)(size - 2));
    frame[size - SUM_SIZE - 1] = END_MARK;
    put_u32be(frame + size - SUM_SIZE, sum_of(frame, size));
    return size;
}

static const char *name_of(const uint8_t *frame)
{
    uint8_t word = frame[AT_COMMAND];
    return word < COUNT(names) && names[word] != NULL ? names[word] : "unknown";
}

/* ---- Battery ---- */

/* Asks for all of the commands in the name of the line. */
static bool accepted(const struct serial_battery *battery, struct command *commands, size_t count)
{
    if (count == 0 || battery->request == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        commands[i].session = battery->session;
    return battery->request(battery->context, commands, (uint8_t)count) == COMMAND_ACCEPTED;
}

static bool written(const struct serial_battery *battery, const uint8_t *data, size_t size)
{
    struct command commands[COMMANDS_MAX];
    return accepted(battery, commands, jk_items_commands(data, size, commands, COMMANDS_MAX));
}

/* A password, alone or as the item that holds it; padded with NUL. */
static bool logged_in(const struct serial_battery *battery, const uint8_t *data, size_t size)
{
    struct command login = {.kind = COMMAND_LOGIN};
    if (size > 0 && data[0] == ITEM_PASSWORD) {
        data++;
        size--;
    }
    if (size == 0 || size >= sizeof(login.text))
        return false;
    memcpy(login.text, data, size);
    return accepted(battery, &login, 1);
}

/* What is answered is what was asked, or what was read. */
static enum serial_answer_kind echo(bool done, const uint8_t *data, size_t size, uint8_t *out,
                                    size_t *out_size)
{
    if (!done)
        return SERIAL_REFUSED;
    memcpy(out, data, size);
    *out_size = size;
    return SERIAL_ANSWERED;
}

static enum serial_answer_kind read_one(const struct serial_battery *battery, const uint8_t *data,
                                        size_t size, uint8_t *out, size_t *out_size)
{
    if (size != 1 || !jk_items_known(data[0]))
        return SERIAL_REFUSED;
    *out_size = jk_items_put(data[0], battery, out);
    return *out_size > 0 ? SERIAL_ANSWERED : SERIAL_SILENT;
}

/* Does what a request asks for; writes the data of the reply. */
static enum serial_answer_kind serve(const struct serial_battery *battery, const uint8_t *request,
                                     size_t request_size, uint8_t *out, size_t *out_size)
{
    const uint8_t *data = data_of(request);
    size_t size = data_size(request_size);
    switch (request[AT_COMMAND]) {
    case ACTIVATE:
        return SERIAL_ANSWERED;
    case WRITE:
        return echo(written(battery, data, size), data, size, out, out_size);
    case READ:
        return read_one(battery, data, size, out, out_size);
    case PASSWORD: /* is not said again */
        return logged_in(battery, data, size) ? SERIAL_ANSWERED : SERIAL_REFUSED;
    case READ_ALL:
        *out_size = jk_items_put_all(battery, out);
        return *out_size > 0 ? SERIAL_ANSWERED : SERIAL_SILENT;
    default:
        return SERIAL_REFUSED;
    }
}

/* Frames of a battery are its own echo, or somebody else's. */
static enum serial_answer_kind answer(const struct serial_battery *battery, const uint8_t *request,
                                      size_t request_size, uint8_t reply[SERIAL_REPLY_MAX],
                                      size_t *size)
{
    size_t written_size = 0;
    if (request[AT_TYPE] == TYPE_REPLY || request[AT_SENDER] == SENDER_BMS)
        return SERIAL_FOREIGN;
    enum serial_answer_kind kind =
        serve(battery, request, request_size, reply + AT_DATA, &written_size);
    if (kind != SERIAL_ANSWERED)
        return kind;
    memcpy(reply, request, AT_DATA);
    reply[AT_SENDER] = SENDER_BMS;
    reply[AT_TYPE] = TYPE_REPLY;
    memcpy(reply + AT_DATA + written_size, request + request_size - TAIL_SIZE, MARK_SIZE);
    *size = seal(reply, written_size);
    return kind;
}

/* ---- Asking side ---- */

static size_t ask(unsigned question, uint8_t address, uint8_t request[SERIAL_REQUEST_MAX])
{
    (void)question;
    memset(request, 0, FRAME_MIN + 1);
    put_u32be(request + AT_ID, address);
    request[AT_COMMAND] = READ_ALL;
    request[AT_SENDER] = SENDER_PC;
    request[AT_TYPE] = TYPE_REQUEST;
    request[AT_DATA] = ITEM_ALL;
    return seal(request, 1);
}

static bool fits(const struct serial_token *request, const struct serial_token *reply)
{
    const uint8_t *asked = request->bytes;
    const uint8_t *said = reply->bytes;
    bool same_item = asked[AT_COMMAND] != READ || asked[AT_DATA] == said[AT_DATA];
    return said[AT_TYPE] == TYPE_REPLY && said[AT_COMMAND] == asked[AT_COMMAND] &&
           memcmp(said + AT_ID, asked + AT_ID, AT_COMMAND - AT_ID) == 0 && same_item;
}

/* Whether it carries items that may be shown. */
static bool has_items(const struct serial_token *frame)
{
    return frame->bytes[AT_COMMAND] != PASSWORD && data_size(frame->size) > 0;
}

/* Uploads come without a request. */
static enum decode take(const struct serial_token *request, const struct serial_token *reply,
                        unsigned part, struct serial_reading *reading)
{
    const uint8_t *said = reply->bytes;
    if (part > 0 || said[AT_TYPE] == TYPE_REQUEST || said[AT_SENDER] != SENDER_BMS)
        return NOT_MINE;
    if (request != NULL && !fits(request, reply))
        return NOT_MINE;
    reading->name = name_of(said);
    if (!has_items(reply))
        return DECODED;
    return jk_items_get(data_of(said), data_size(reply->size), reading->values, reading->params);
}

static void explain(const struct serial_token *request, struct serial_reading *reading)
{
    reading->name = name_of(request->bytes);
    if (request->bytes[AT_COMMAND] == WRITE)
        jk_items_get(data_of(request->bytes), data_size(request->size), reading->values,
                     reading->params);
}

/* The rate is a matter of the device: 115200 since hardware V10, 9600 before. */
#define JK_UART(profile_, baud_, timeout_)                                                         \
    {                                                                                              \
        .name = "jk_uart", .profile = profile_, .baud = baud_, .pause_ms = 20,                     \
        .timeout_ms = timeout_, .question_count = 1, .request = &shape, .reply = READER(&shape),   \
        .answer = answer, .ask = READER(ask), .take = READER(take), .explain = READER(explain)     \
    }

const struct serial_protocol jk_uart[2] = {
    JK_UART("", 115200, 500),
    JK_UART("9600", 9600, 1000),
};
