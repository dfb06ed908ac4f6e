/* SPDX-License-Identifier: Apache-2.0
 * The asking side of Pylon over RS485: which answer it is, by its request or, in recordings, by its
 * shape, and what those with fixed places say. Tolerant: discharge limits of either sign, the
 * command where 00 belongs, with "adr02" answers from address 02 to any question. Not of the size:
 * a late answer to another question must not be taken for this one.
 */
#include "base/number.h"
#include "base/result.h"
#include "protocols/pylon_rs485_take.h"

enum {
    VERSION_PARTS = 3,
};

/* ---- Fixed places ---- */

static void take_limits(const struct pylon_part *part)
{
    struct snapshot *values = part->reading->values;
    size_t at = part->start;
    uint32_t status = pylon_get(part->frame, at + 8, 1);
    pylon_part_take(part, at, PYLON_MV, VALUE_charge_limit_mv);
    pylon_part_take(part, at + 2, PYLON_MV, VALUE_discharge_limit_mv);
    pylon_part_take(part, at + 4, PYLON_DECIAMPS, VALUE_charge_limit_ma);
    snapshot_put(values, VALUE_discharge_limit_ma,
                 abs32(pylon_part_get(part, at + 6, PYLON_DECIAMPS)));
    snapshot_put(values, VALUE_charge_allowed, (status & PYLON_MAY_CHARGE) != 0);
    snapshot_put(values, VALUE_discharge_allowed, (status & PYLON_MAY_DISCHARGE) != 0);
    snapshot_put(values, VALUE_force_charge,
                 (status & (PYLON_FORCE_CHARGE_1 | PYLON_FORCE_CHARGE_2)) != 0);
    snapshot_put(values, VALUE_full_charge_requested, (status & PYLON_FULL_CHARGE) != 0);
}

static void take_system_analog(const struct pylon_part *part)
{
    size_t at = part->start;
    for (size_t i = 0; i < PYLON_SYSTEM_ANALOG_FIELDS; i++) {
        const struct pylon_field *field = &pylon_system_analog[i];
        enum pylon_form form = (enum pylon_form)field->form;
        if (field->read)
            pylon_part_take(part, at, form, (enum value_id)field->value);
        at += pylon_form_size(form);
    }
}

static void take_system_alarms(const struct pylon_part *part)
{
    uint8_t bytes[4];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)pylon_get(part->frame, part->start + i, 1);
    pylon_part_bits(part, pylon_system_bits, pylon_system_bit_count, bytes);
}

static void take_settings(const struct pylon_part *part)
{
    size_t at = part->start;
    for (size_t i = 0; i < PYLON_SETTING_COUNT; i++) {
        enum pylon_form form = (enum pylon_form)pylon_settings[i].form;
        int32_t value = pylon_part_get(part, at, form);
        if (pylon_settings[i].param == PARAM_discharge_ocp_ma)
            value = abs32(value);
        params_put(part->reading->params, (enum param_id)pylon_settings[i].param, value);
        at += pylon_form_size(form);
    }
}

/* ---- Identity ---- */

/* Text up to its NUL or its end, without the fill behind it; its size. */
static size_t get_text(const struct pylon_part *part, size_t at, size_t size, char *text)
{
    size_t used = 0;
    for (; used < size; used++) {
        text[used] = (char)pylon_get(part->frame, at + used, 1);
        if (text[used] == '\0')
            break;
    }
    while (used > 0 && (text[used - 1] == PYLON_FILL || text[used - 1] == ' '))
        used--;
    return used;
}

static void take_text(const struct pylon_part *part, size_t at, size_t size, enum text_param_id id)
{
    char text[PYLON_MAKER_SIZE];
    size_t used = get_text(part, at, size, text);
    if (used > 0)
        params_put_text(part->reading->params, id, text, used);
}

static void take_maker_name(const struct pylon_part *part, size_t at)
{
    char text[PYLON_MAKER_SIZE];
    size_t used = get_text(part, at, PYLON_MAKER_SIZE, text);
    snapshot_put_maker(part->reading->values, text, (uint32_t)used);
}

/* As "1.2.3", as far as eight characters hold it. */
static void take_version(const struct pylon_part *part, size_t at, size_t parts)
{
    char text[4 * VERSION_PARTS];
    size_t used = 0;
    for (size_t i = 0; i < parts; i++) {
        uint32_t number = pylon_get(part->frame, at + i, 1);
        if (i > 0)
            text[used++] = '.';
        if (number >= 100)
            text[used++] = (char)('0' + number / 100);
        if (number >= 10)
            text[used++] = (char)('0' + number / 10 % 10);
        text[used++] = (char)('0' + number % 10);
    }
    params_put_text(part->reading->params, TEXT_PARAM_software_version, text, used);
}

static void take_maker(const struct pylon_part *part)
{
    size_t at = part->start;
    take_text(part, at, PYLON_NAME_SIZE, TEXT_PARAM_model);
    take_version(part, at + PYLON_NAME_SIZE, 2);
    take_maker_name(part, at + PYLON_NAME_SIZE + 2);
}

static void take_system(const struct pylon_part *part)
{
    size_t at = part->start;
    size_t serials = PYLON_NAME_SIZE + PYLON_MAKER_SIZE + 3;
    take_text(part, at, PYLON_NAME_SIZE, TEXT_PARAM_model);
    take_maker_name(part, at + PYLON_NAME_SIZE);
    take_version(part, at + PYLON_NAME_SIZE + PYLON_MAKER_SIZE, 2);
    pylon_part_take(part, at + serials - 1, PYLON_BYTE, VALUE_pack_count);
    if (part->frame->info_size - at >= serials + PYLON_SERIAL_SIZE)
        take_text(part, at + serials, PYLON_SERIAL_SIZE, TEXT_PARAM_serial_number);
}

static void take_serial(const struct pylon_part *part)
{
    take_text(part, part->start, PYLON_SERIAL_SIZE, TEXT_PARAM_serial_number);
}

static void take_firmware(const struct pylon_part *part)
{
    take_version(part, part->start + 2, VERSION_PARTS);
}

/* ---- Answers ---- */

enum { OF_PACK = 1, OF_SYSTEM = 2, SIZE_GROWS = 4 };

static const struct answer {
    uint8_t code;
    uint8_t form;
    uint8_t skipped; /* bytes before: INFOFLAG, echo of the address */
    uint8_t size;    /* bytes behind them */
    pylon_extent *extent;
    void (*take)(const struct pylon_part *part);
} answers[] = {
    {PYLON_ANALOG,        OF_PACK,                PYLON_PACKS_AT, 0,                        pylon_analog_extent, pylon_take_analog },
    {PYLON_ALARMS,        OF_PACK,                PYLON_PACKS_AT, 0,                        pylon_alarms_extent, pylon_take_alarms },
    {PYLON_SYSTEM_ANALOG, OF_SYSTEM,              0,              PYLON_SYSTEM_ANALOG_SIZE, NULL,                take_system_analog},
    {PYLON_SYSTEM_LIMITS, OF_SYSTEM,              0,              9,                        NULL,                take_limits       },
    {PYLON_SYSTEM_ALARMS, OF_SYSTEM,              0,              4,                        NULL,                take_system_alarms},
    {PYLON_LIMITS,        OF_PACK,                1,              9,                        NULL,                take_limits       },
    {PYLON_SETTINGS,      OF_PACK,                1,              24,                       NULL,                take_settings     },
    {PYLON_MAKER,         OF_PACK,                0,              32,                       NULL,                take_maker        },
    {PYLON_SERIAL,        OF_PACK,                1,              16,                       NULL,                take_serial       },
    {PYLON_FIRMWARE,      OF_PACK,                1,              5,                        NULL,                take_firmware     },
    {PYLON_SYSTEM,        OF_SYSTEM | SIZE_GROWS, 0,              33,                       NULL,                take_system       },
};

static const struct answer *answer_to(unsigned code)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        if (answers[i].code == code)
            return &answers[i];
    }
    return NULL;
}

/* Of an answer with fixed places. */
static bool size_fits(const struct answer *answer, const struct pylon_frame *frame)
{
    size_t least = (size_t)answer->skipped + answer->size;
    bool grows = frame->info_size > least && answer->form & SIZE_GROWS;
    return frame->info_size == least ||
           (grows && (frame->info_size - least) % PYLON_SERIAL_SIZE == 0);
}

static bool could_be(const struct answer *answer, const struct pylon_frame *frame)
{
    size_t start;
    if (answer->extent == NULL)
        return size_fits(answer, frame);
    return pylon_find_packs(frame, answer->extent, 0, &start) > 0;
}

/* Without the request an answer is known by its shape. */
static const struct answer *guess(const struct pylon_frame *frame)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        if (could_be(&answers[i], frame))
            return &answers[i];
    }
    return NULL;
}

static int16_t pack_address(const struct answer *answer, const struct pylon_head *head,
                            unsigned part)
{
    if (answer->form & OF_SYSTEM)
        return SERIAL_ADDRESS_NONE;
    return (int16_t)(head->address + part);
}

/* `head`: of the request, or of the answer where that is not known. */
static enum decode take_part(const struct answer *answer, const struct pylon_frame *frame,
                             const struct pylon_head *head, unsigned number,
                             struct serial_reading *reading)
{
    struct pylon_part part = {frame, answer->skipped, reading};
    if (answer->extent != NULL) {
        unsigned count = pylon_find_packs(frame, answer->extent, number, &part.start);
        if (count == 0 || (count > 1 && pylon_get(frame, 1, 1) != count))
            return BAD;
        if (number >= count)
            return NOT_MINE;
    } else if (number > 0) {
        return NOT_MINE;
    } else if (!size_fits(answer, frame)) {
        return BAD;
    }
    reading->pack = pack_address(answer, head, number);
    answer->take(&part);
    return DECODED;
}

/* An error, or an answer without content. */
static enum decode take_bare(const struct pylon_head *head, uint8_t code, unsigned part,
                             struct serial_reading *reading)
{
    if (part > 0)
        return NOT_MINE;
    reading->pack = head->address;
    reading->refused = code;
    return DECODED;
}

/* Asked at another group's address, JK answers from that without the group. */
static bool is_from(const struct pylon_head *asked, const struct pylon_head *head, bool only_02)
{
    if (only_02 && head->address == PYLON_ADDRESS_FIRST)
        return true;
    return head->address == asked->address || head->address == asked->address - PYLON_GROUP;
}

static enum decode take_asked(const struct pylon_head *asked, const struct pylon_frame *frame,
                              unsigned part, struct serial_reading *reading)
{
    uint8_t code = frame->head.code == asked->code ? PYLON_NORMAL : frame->head.code;
    const struct answer *answer = answer_to(asked->code);
    if (pylon_command_name(code) != NULL)
        return NOT_MINE;
    const char *name = pylon_command_name(asked->code);
    reading->name = name != NULL ? name : "unknown";
    if (code != PYLON_NORMAL || answer == NULL)
        return take_bare(asked, code, part, reading);
    return take_part(answer, frame, asked, part, reading);
}

static enum decode take_unasked(const struct pylon_frame *frame, unsigned part,
                                struct serial_reading *reading)
{
    const struct pylon_head *head = &frame->head;
    const char *name = pylon_command_name(head->code);
    const struct answer *answer = name != NULL ? answer_to(head->code) : guess(frame);
    bool error = head->code != PYLON_NORMAL && name == NULL;
    if (error || frame->info_size == 0) {
        reading->name = error ? "refused" : "acknowledge";
        return take_bare(head, error ? head->code : PYLON_NORMAL, part, reading);
    }
    if (answer == NULL)
        return NOT_MINE;
    reading->name = pylon_command_name(answer->code);
    return take_part(answer, frame, head, part, reading);
}

static enum decode take_reply(const struct serial_token *request, const struct serial_token *reply,
                              bool only_02, unsigned part, struct serial_reading *reading)
{
    struct pylon_frame asked;
    struct pylon_frame frame;
    if (pylon_open(reply->bytes, reply->size, &frame) != PYLON_NORMAL ||
        frame.head.device != PYLON_DEVICE)
        return BAD;
    if (request == NULL || pylon_open(request->bytes, request->size, &asked) < 0)
        return take_unasked(&frame, part, reading);
    if (!is_from(&asked.head, &frame.head, only_02))
        return NOT_MINE;
    return take_asked(&asked.head, &frame, part, reading);
}

enum decode pylon_take_v35(const struct serial_token *request, const struct serial_token *reply,
                           unsigned part, struct serial_reading *reading)
{
    return take_reply(request, reply, false, part, reading);
}

enum decode pylon_take_adr02(const struct serial_token *request, const struct serial_token *reply,
                             unsigned part, struct serial_reading *reading)
{
    return take_reply(request, reply, true, part, reading);
}

/* A request with a wrong sum or length is "broken"; the pack's error goes with it. */
void pylon_explain(const struct serial_token *request, struct serial_reading *reading)
{
    struct pylon_frame frame;
    int opened = pylon_open(request->bytes, request->size, &frame);
    if (opened < 0)
        return;
    const char *name = pylon_command_name(frame.head.code);
    reading->pack = frame.head.address;
    reading->refused = (uint8_t)opened;
    if (opened != PYLON_NORMAL)
        reading->name = "broken";
    else if (name != NULL && frame.head.device == PYLON_DEVICE)
        reading->name = name;
    if (opened == PYLON_NORMAL && frame.head.code == PYLON_SET_LIMITS && frame.info_size == 9) {
        struct pylon_part part = {&frame, 1, reading};
        pylon_part_take(&part, 1, PYLON_MV, VALUE_charge_limit_mv);
        pylon_part_take(&part, 3, PYLON_MV, VALUE_discharge_limit_mv);
        pylon_part_take(&part, 5, PYLON_DECIAMPS, VALUE_charge_limit_ma);
        snapshot_put(reading->values, VALUE_discharge_limit_ma,
                     abs32(pylon_part_get(&part, 7, PYLON_DECIAMPS)));
    }
}
