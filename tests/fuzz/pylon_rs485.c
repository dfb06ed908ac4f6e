/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of Pylon over RS485, both ends. Input: a byte that chooses profile and battery, then
 * frames, each after a byte for its size and one that says whether head, length and sum are made
 * right. Whatever is asked, an answer is a right frame from an address of ours, an error has no
 * INFO, and only 95 asks for a command; whatever is answered, parts end and values lie in range.
 */
#include <stdlib.h>
#include <string.h>

#include "protocols/pylon_rs485.h"
#include "protocols/rs485.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { FRAMES_MAX = 64 };

struct bench {
    const struct serial_protocol *protocol;
    struct serial_battery battery;
    struct snapshot pack[PACK_MAX];
    struct params params;
    bool may_command;
};

static void check(bool good)
{
    if (!good)
        abort();
}

static enum command_result request(void *context, const struct command *commands, uint8_t count)
{
    const struct bench *bench = context;
    check(bench->may_command && count == 1 && commands[0].kind == COMMAND_SHUT_DOWN);
    check(commands[0].session == SESSION_RS232);
    return COMMAND_NO_ACCESS;
}

/* Values that mean nothing, of some packs, some of them not known. */
static void fill(struct bench *bench, uint8_t choice)
{
    params_init(&bench->params);
    for (unsigned i = 0; i < PACK_MAX; i++) {
        snapshot_init(&bench->pack[i]);
        for (unsigned id = 0; id < VALUE_NUMBER_COUNT; id++) {
            if ((id + i + choice) % 7 != 0 || choice & 1)
                snapshot_put(&bench->pack[i], (enum value_id)id,
                             (int32_t)((id + 1) * 2654435761u * (choice + i)));
        }
        snapshot_set_have(&bench->pack[i], VALUE_alarms, true);
        memset(bench->pack[i].alarms, choice, sizeof(bench->pack[i].alarms));
        memset(bench->pack[i].warnings, choice >> 1, sizeof(bench->pack[i].warnings));
        if ((choice >> 2 & 15) >= i)
            bench->battery.view.pack[i] = &bench->pack[i];
    }
    bench->protocol = &pylon_rs485[choice >> 6 & 1];
    bench->battery.view.bank = &bench->pack[0];
    bench->battery.own = &bench->pack[0];
    bench->battery.params = &bench->params;
    bench->battery.dip = choice & 2 ? 0 : choice >> 2 & 15;
    bench->battery.ready = choice >> 7 == 0;
    bench->battery.session = SESSION_RS232;
    bench->battery.request = request;
    bench->battery.context = bench;
}

/* The bytes as a frame: raw between '~' and carriage return, or as INFO with all the rest right. */
static size_t frame_of(uint8_t kind, const uint8_t *bytes, size_t size,
                       uint8_t frame[SERIAL_LINE_CAPACITY])
{
    if (size < 2 || kind & 1) {
        frame[0] = '~';
        memcpy(frame + 1, bytes, size);
        frame[1 + size] = '\r';
        return size + 2;
    }
    struct pylon_writer writer;
    const struct pylon_head head = {0x20, bytes[0], PYLON_DEVICE, bytes[1]};
    pylon_begin(&writer, frame, SERIAL_LINE_CAPACITY, &head);
    for (size_t i = 2; i < size; i++)
        pylon_put(&writer, bytes[i], 1);
    return pylon_end(&writer);
}

static void check_reply(const struct bench *bench, const uint8_t *reply, size_t size,
                        enum serial_answer_kind kind)
{
    struct pylon_frame frame;
    bool silent = kind == SERIAL_FOREIGN || kind == SERIAL_SILENT;
    check((size == 0 && kind != SERIAL_ANSWERED && kind != SERIAL_REFUSED) ||
          (size > 0 && !silent));
    if (size == 0)
        return;
    check(pylon_open(reply, size, &frame) == PYLON_NORMAL);
    check(frame.head.device == PYLON_DEVICE && frame.head.address <= PYLON_ADDRESS_FIRST + 15);
    check((frame.head.code == PYLON_NORMAL) == (kind == SERIAL_ANSWERED));
    check(frame.head.code == PYLON_NORMAL || frame.info_size == 0);
    check(bench->battery.dip == 0 || bench->protocol == &pylon_rs485[1] ||
          frame.head.address == PYLON_ADDRESS_FIRST + bench->battery.dip);
}

static void serve(struct bench *bench, const uint8_t *frame, size_t size,
                  uint8_t reply[SERIAL_REPLY_MAX], size_t *reply_size)
{
    struct pylon_frame opened;
    *reply_size = SIZE_MAX;
    bench->may_command =
        pylon_open(frame, size, &opened) == PYLON_NORMAL && opened.head.code == PYLON_SHUT_DOWN;
    enum serial_answer_kind kind =
        bench->protocol->answer(&bench->battery, frame, size, reply, reply_size);
    check_reply(bench, reply, *reply_size, kind);
}

static void check_reading(const struct serial_reading *reading)
{
    int32_t value;
    check(reading->name != NULL);
    if (snapshot_get(reading->values, VALUE_soc_permille, &value))
        check(value >= 0 && value <= 2550);
    if (snapshot_get(reading->values, VALUE_pack_mv, &value))
        check(value >= 0 && value <= UINT16_MAX);
    if (snapshot_get(reading->values, VALUE_discharge_limit_ma, &value))
        check(value >= 0 && value <= 3276800);
    if (snapshot_get(reading->values, VALUE_cell_count, &value))
        check(value >= 1 && value <= CELL_MAX);
}

static void take(const struct bench *bench, const struct serial_token *asked,
                 const struct serial_token *reply)
{
    struct snapshot values;
    struct params params;
    enum decode result = DECODED;
    for (unsigned part = 0; result == DECODED; part++) {
        struct serial_reading reading = {.values = &values, .params = &params};
        check(part <= PACK_MAX);
        snapshot_init(&values);
        params_init(&params);
        result = bench->protocol->take(asked, reply, part, &reading);
        if (result == DECODED)
            check_reading(&reading);
    }
}

static void explain(const struct bench *bench, const struct serial_token *asked)
{
    struct snapshot values;
    struct params params;
    struct serial_reading reading = {.name = "unknown", .values = &values, .params = &params};
    snapshot_init(&values);
    params_init(&params);
    bench->protocol->explain(asked, &reading);
    check_reading(&reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct bench bench;
    uint8_t frame[SERIAL_LINE_CAPACITY];
    uint8_t reply[SERIAL_REPLY_MAX];
    size_t at = 1;
    if (size == 0)
        return 0;
    memset(&bench, 0, sizeof(bench));
    fill(&bench, bytes[0]);
    for (int i = 0; i < FRAMES_MAX && size - at > 2; i++) {
        size_t count = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
        size_t frame_size = frame_of(bytes[at + 1], bytes + at + 2, count, frame);
        size_t reply_size;
        const struct serial_token asked = {SERIAL_FRAME, (uint16_t)frame_size, frame};
        serve(&bench, frame, frame_size, reply, &reply_size);
        const struct serial_token answered = {SERIAL_FRAME, (uint16_t)reply_size, reply};
        if (reply_size > 0)
            take(&bench, &asked, &answered);
        take(&bench, NULL, &asked);
        take(&bench, &asked, &asked);
        explain(&bench, &asked);
        at += 2 + count;
    }
    return 0;
}
