/* SPDX-License-Identifier: Apache-2.0
 * The battery's side of Pylon over RS485. The host answers for pack n at 02h + n, for all of them
 * where INFO is FF, and at 12h + n as JK does, with the address 02h + n; another pack at 02h + DIP.
 * VER is the one that was asked with (4F: 20h), so 01 is never sent; 90: a question to the group at
 * the address of a pack, 91: the pack does not answer. A group leaves such a pack out. 92 is a
 * pack's share of what the bank may, so that neither a reader that adds the packs up nor one that
 * takes the first for all gets more. A stopped charge also lowers the charge voltage.
 */
#include <string.h>

#include "base/number.h"
#include "protocols/pylon_rs485_answer.h"
#include "wire/row_codec.h"

enum {
    SILENCE = 0xFF, /* beside enum pylon_return */
    GENUINE_VERSION = 0x20,
    ANALOG_FLAG = 0x11, /* INFOFLAG, as packs send it */
    ALARM_FLAG = 0x00,
    CHARGE_ABOVE_MV = 1000,
    VERSION_PARTS = 3,
};

/* One request. */
struct call {
    const struct serial_battery *battery;
    struct pylon_frame request;
    bool only_02;                /* every answer comes from the first address */
    unsigned number;             /* of the pack that was asked */
    const struct snapshot *pack; /* NULL: it does not answer */
    uint8_t address;             /* of the answer */
    struct pylon_writer writer;
};

static const struct snapshot *bank_of(const struct call *call)
{
    const struct snapshot *bank = call->battery->view.bank;
    return bank != NULL ? bank : call->battery->own;
}

/* The speaking pack knows itself even where the bank does not. */
static const struct snapshot *pack_of(const struct call *call, unsigned number)
{
    const struct serial_battery *battery = call->battery;
    const struct snapshot *pack = number < PACK_MAX ? battery->view.pack[number] : NULL;
    return pack == NULL && number == battery->dip ? battery->own : pack;
}

/* ---- 42 and 44: one pack or all ---- */

struct pack_answer {
    uint8_t flag;
    bool (*known)(const struct snapshot *pack);
    void (*put)(struct pylon_writer *writer, const struct snapshot *pack, bool large);
};

/* A stack with one large pack has four items for all. */
static bool any_large(const struct call *call)
{
    bool large = false;
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = pack_of(call, i);
        large |= pack != NULL && pylon_is_large(pack);
    }
    return large;
}

static uint8_t put_group(struct call *call, const struct pack_answer *answer)
{
    unsigned count = 0;
    bool large = any_large(call);
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = pack_of(call, i);
        count += pack != NULL && answer->known(pack);
    }
    pylon_put(&call->writer, count, 1);
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = pack_of(call, i);
        if (pack != NULL && answer->known(pack))
            answer->put(&call->writer, pack, large);
    }
    return count > 0 ? PYLON_NORMAL : PYLON_PACK_LOST;
}

static uint8_t put_packs(struct call *call, const struct pack_answer *answer)
{
    bool group = pylon_get(&call->request, 0, 1) == PYLON_ALL;
    if (group && (call->number != 0 || call->battery->dip != 0))
        return PYLON_BAD_ADDRESS;
    pylon_put(&call->writer, answer->flag, 1);
    if (group)
        return put_group(call, answer);
    if (call->pack == NULL || !answer->known(call->pack))
        return PYLON_PACK_LOST;
    pylon_put(&call->writer, call->address, 1);
    answer->put(&call->writer, call->pack, any_large(call));
    return PYLON_NORMAL;
}

static uint8_t answer_analog(struct call *call)
{
    static const struct pack_answer analog = {ANALOG_FLAG, pylon_analog_known, pylon_put_analog};
    return put_packs(call, &analog);
}

static uint8_t answer_alarms(struct call *call)
{
    static const struct pack_answer alarms = {ALARM_FLAG, pylon_alarms_known, pylon_put_alarms};
    return put_packs(call, &alarms);
}

/* ---- 63 and 92 ---- */

struct limits_told {
    int32_t charge_mv;
    int32_t discharge_mv;
    int32_t charge_ma;
    int32_t discharge_ma;
    bool may_charge;
    bool may_discharge;
};

static bool limits_of(const struct snapshot *source, struct limits_told *told)
{
    static const uint16_t ids[] = {VALUE_charge_limit_mv, VALUE_charge_limit_ma,
                                   VALUE_discharge_limit_mv, VALUE_discharge_limit_ma};
    *told = (struct limits_told){source->charge_limit_mv,
                                 source->discharge_limit_mv,
                                 source->charge_limit_ma,
                                 source->discharge_limit_ma,
                                 pylon_is_set(source, VALUE_charge_allowed),
                                 pylon_is_set(source, VALUE_discharge_allowed)};
    return pylon_knows(source, ids, COUNT(ids));
}

/* A charger that obeys the voltage alone stops at the present one; never at 0, which would empty
 * the battery. */
static int32_t lowered(const struct limits_told *told, const struct snapshot *source)
{
    int32_t pack_mv;
    bool stopped = !told->may_charge || told->charge_ma <= 0;
    if (!stopped || !snapshot_get(source, VALUE_pack_mv, &pack_mv))
        return told->charge_mv;
    return min32(told->charge_mv, max32(pack_mv, told->discharge_mv + CHARGE_ABOVE_MV));
}

/* Currents round down; none where there is no permission. */
static uint32_t deciamps(bool allowed, int32_t limit_ma)
{
    return allowed ? (uint32_t)clamp64(div_floor(limit_ma, 100), 0, INT16_MAX) : 0;
}

static void put_limits(struct call *call, const struct limits_told *told,
                       const struct snapshot *source, bool negative)
{
    const struct snapshot *bank = bank_of(call);
    uint32_t discharge = deciamps(told->may_discharge, told->discharge_ma);
    pylon_put_number(&call->writer, PYLON_MV, lowered(told, source));
    pylon_put_number(&call->writer, PYLON_MV, told->discharge_mv);
    pylon_put(&call->writer, deciamps(told->may_charge, told->charge_ma), 2);
    pylon_put(&call->writer, negative ? 0 - discharge : discharge, 2);
    pylon_put(&call->writer,
              (told->may_charge ? PYLON_MAY_CHARGE : 0u) |
                  (told->may_discharge ? PYLON_MAY_DISCHARGE : 0u) |
                  (pylon_is_set(bank, VALUE_force_charge) ? PYLON_FORCE_CHARGE_2 : 0u) |
                  (pylon_is_set(bank, VALUE_full_charge_requested) ? PYLON_FULL_CHARGE : 0u),
              1);
}

static uint8_t answer_system_limits(struct call *call)
{
    struct limits_told told;
    if (!limits_of(bank_of(call), &told))
        return SILENCE;
    put_limits(call, &told, bank_of(call), false);
    return PYLON_NORMAL;
}

static int32_t packs_there(const struct call *call)
{
    int32_t count = 0;
    for (unsigned i = 0; i < PACK_MAX; i++)
        count += pack_of(call, i) != NULL;
    return max32(count, 1);
}

static uint8_t answer_limits(struct call *call)
{
    struct limits_told told;
    struct limits_told own;
    if (!limits_of(bank_of(call), &told))
        return SILENCE;
    if (call->pack == NULL)
        return PYLON_PACK_LOST;
    int32_t count = packs_there(call);
    told.charge_ma = (int32_t)div_floor(told.charge_ma, count);
    told.discharge_ma = (int32_t)div_floor(told.discharge_ma, count);
    if (limits_of(call->pack, &own)) {
        told.charge_mv = min32(told.charge_mv, own.charge_mv);
        told.discharge_mv = max32(told.discharge_mv, own.discharge_mv);
        told.charge_ma = min32(told.charge_ma, own.charge_ma);
        told.discharge_ma = min32(told.discharge_ma, own.discharge_ma);
        told.may_charge = told.may_charge && own.may_charge;
        told.may_discharge = told.may_discharge && own.may_discharge;
    }
    pylon_put(&call->writer, call->address, 1);
    put_limits(call, &told, call->pack, true);
    return PYLON_NORMAL;
}

/* ---- 61 and 62 ---- */

struct spread {
    int64_t sum;
    int32_t count;
    int32_t low;
    int32_t high;
    unsigned low_pack;
    unsigned high_pack;
};

/* The board's temperature is T1. */
static bool value_of_pack(const struct snapshot *pack, enum value_id id, int32_t *value)
{
    struct pylon_temperatures found;
    if (id != VALUE_temp_ddegc)
        return snapshot_get(pack, id, value);
    pylon_temperatures(pack, &found);
    *value = found.ddegc[0];
    return found.count > 0;
}

static struct spread spread_of(const struct call *call, enum value_id id)
{
    struct spread spread = {0};
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = pack_of(call, i);
        int32_t value;
        if (pack == NULL || !value_of_pack(pack, id, &value))
            continue;
        if (spread.count == 0 || value < spread.low) {
            spread.low = value;
            spread.low_pack = i;
        }
        if (spread.count == 0 || value > spread.high) {
            spread.high = value;
            spread.high_pack = i;
        }
        spread.sum += value;
        spread.count++;
    }
    return spread;
}

/* Pack and sensor (from 1) of the hottest (sign 1: the last of equal ones, as JK) or coldest cell
 * sensor. */
static uint32_t sensor_place(const struct call *call, int32_t sign)
{
    struct pylon_temperatures found;
    int32_t best = INT32_MIN;
    uint32_t place = 0;
    for (unsigned i = 0; i < PACK_MAX; i++) {
        const struct snapshot *pack = pack_of(call, i);
        found.cells_end = 0;
        if (pack != NULL)
            pylon_temperatures(pack, &found);
        for (unsigned sensor = 1; sensor < found.cells_end; sensor++) {
            int32_t reading = sign * found.ddegc[sensor];
            if (reading < best || (reading == best && sign < 0))
                continue;
            best = reading;
            place = i << 8 | sensor;
        }
    }
    return place;
}

/* A pack that speaks for itself alone is the one of its highest and lowest cell. */
static uint32_t bank_field(const struct call *call, const struct pylon_field *field)
{
    enum pylon_form form = (enum pylon_form)field->form;
    bool names_pack = field->value == VALUE_cell_max_pack || field->value == VALUE_cell_min_pack;
    int32_t value;
    if (snapshot_get(bank_of(call), (enum value_id)field->value, &value))
        return pylon_raw(form, value);
    return names_pack ? call->battery->dip : pylon_absent(form);
}

/* Raw. What no pack knows is that of the bank. */
static uint32_t field_of(const struct call *call, const struct pylon_field *field)
{
    enum pylon_form form = (enum pylon_form)field->form;
    if (field->source == PYLON_OF_BANK)
        return bank_field(call, field);
    if (field->source == PYLON_HOT_PLACE || field->source == PYLON_COLD_PLACE)
        return sensor_place(call, field->source == PYLON_HOT_PLACE ? 1 : -1);
    struct spread spread = spread_of(call, (enum value_id)field->value);
    if (field->source == PYLON_HIGH_PACK || field->source == PYLON_LOW_PACK)
        return field->source == PYLON_HIGH_PACK ? spread.high_pack : spread.low_pack;
    if (spread.count == 0)
        return bank_field(call, field);
    if (field->source == PYLON_MEAN)
        return pylon_raw(form, (int32_t)div_round(spread.sum, spread.count));
    return pylon_raw(form, field->source == PYLON_HIGH ? spread.high : spread.low);
}

static uint8_t answer_system_analog(struct call *call)
{
    static const uint16_t ids[] = {VALUE_pack_mv, VALUE_pack_ma, VALUE_soc_permille};
    if (!pylon_knows(bank_of(call), ids, COUNT(ids)))
        return SILENCE;
    for (size_t i = 0; i < PYLON_SYSTEM_ANALOG_FIELDS; i++) {
        const struct pylon_field *field = &pylon_system_analog[i];
        pylon_put(&call->writer, field_of(call, field),
                  pylon_form_size((enum pylon_form)field->form));
    }
    return PYLON_NORMAL;
}

static uint8_t answer_system_alarms(struct call *call)
{
    if (!snapshot_have(bank_of(call), VALUE_alarms))
        return SILENCE;
    uint8_t bytes[4] = {0};
    row_encode_alarms(pylon_system_bits, pylon_system_bit_count, 0, bank_of(call), bytes);
    for (size_t i = 0; i < sizeof(bytes); i++)
        pylon_put(&call->writer, bytes[i], 1);
    return PYLON_NORMAL;
}

/* ---- Settings and identity ---- */

static uint8_t answer_settings(struct call *call)
{
    pylon_put(&call->writer, ANALOG_FLAG, 1);
    for (size_t i = 0; i < PYLON_SETTING_COUNT; i++)
        pylon_put_number(&call->writer, (enum pylon_form)pylon_settings[i].form,
                         call->battery->params->value[pylon_settings[i].param]);
    return PYLON_NORMAL;
}

static uint8_t answer_version(struct call *call)
{
    (void)call; /* VER is the answer */
    return PYLON_NORMAL;
}

/* The numbers of "1.2.3". */
static void put_version(struct call *call, size_t parts)
{
    const char *text = call->battery->params->software_version;
    for (size_t i = 0; i < parts; i++) {
        uint32_t number = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            number = (number * 10 + (uint32_t)(*text - '0')) & UINT8_MAX;
        pylon_put(&call->writer, number, 1);
        text += *text == '.';
    }
}

static void put_maker(struct call *call)
{
    char maker[PYLON_MAKER_SIZE] = "Pylon"; /* some readers look for it */
    const struct snapshot *own = call->battery->own;
    if (snapshot_have(own, VALUE_maker))
        memcpy(maker, own->maker, sizeof(own->maker));
    pylon_put_text(&call->writer, maker, PYLON_MAKER_SIZE, PYLON_FILL);
}

static uint8_t answer_maker(struct call *call)
{
    pylon_put_text(&call->writer, call->battery->params->model, PYLON_NAME_SIZE, '\0');
    put_version(call, 2);
    put_maker(call);
    return PYLON_NORMAL;
}

/* Those of other packs are not known here. */
static void put_serial(struct call *call, unsigned number)
{
    bool own = number == call->battery->dip;
    pylon_put_text(&call->writer, own ? call->battery->params->serial_number : "",
                   PYLON_SERIAL_SIZE, own ? '\0' : PYLON_FILL);
}

static uint8_t answer_system(struct call *call)
{
    pylon_put_text(&call->writer, call->battery->params->model, PYLON_NAME_SIZE, '\0');
    put_maker(call);
    put_version(call, 2);
    pylon_put(&call->writer, (uint32_t)packs_there(call), 1);
    for (unsigned i = 0; i < PACK_MAX; i++) {
        if (pack_of(call, i) != NULL)
            put_serial(call, i);
    }
    return PYLON_NORMAL;
}

static uint8_t answer_serial(struct call *call)
{
    pylon_put(&call->writer, call->address, 1);
    put_serial(call, call->number);
    return PYLON_NORMAL;
}

static uint8_t answer_firmware(struct call *call)
{
    pylon_put(&call->writer, call->address, 1);
    put_version(call, 2);
    put_version(call, VERSION_PARTS);
    return PYLON_NORMAL;
}

/* The address stands in the request twice: a write has to mean it. */
static uint8_t answer_shut_down(struct call *call)
{
    const struct serial_battery *battery = call->battery;
    const struct command command = {.kind = COMMAND_SHUT_DOWN, .session = battery->session};
    if (pylon_get(&call->request, 0, 1) != call->request.head.address)
        return PYLON_BAD_DATA;
    if (call->number != battery->dip || battery->request == NULL ||
        battery->request(battery->context, &command, 1) != COMMAND_ACCEPTED)
        return PYLON_UNKNOWN;
    return PYLON_NORMAL;
}

/* ---- Requests ---- */

enum { OF_PACK = 1, OF_GROUP = 2, OF_SYSTEM = 4, KNOWN_ALWAYS = 8, ANYWHERE = 16 };

static const struct handler {
    uint8_t code;
    uint8_t form; /* OF_PACK: INFO is an address; OF_GROUP: or FF; OF_SYSTEM: of the first address;
                     KNOWN_ALWAYS: without the bank; ANYWHERE: asked at address 0, too */
    uint8_t (*answer)(struct call *call); /* RTN or SILENCE */
} handlers[] = {
    {PYLON_ANALOG,        OF_PACK | OF_GROUP,      answer_analog       },
    {PYLON_ALARMS,        OF_PACK | OF_GROUP,      answer_alarms       },
    {PYLON_SETTINGS,      0,                       answer_settings     },
    {PYLON_VERSION,       KNOWN_ALWAYS | ANYWHERE, answer_version      },
    {PYLON_MAKER,         KNOWN_ALWAYS | ANYWHERE, answer_maker        },
    {PYLON_SYSTEM,        OF_SYSTEM,               answer_system       },
    {PYLON_SYSTEM_ANALOG, OF_SYSTEM,               answer_system_analog},
    {PYLON_SYSTEM_ALARMS, OF_SYSTEM,               answer_system_alarms},
    {PYLON_SYSTEM_LIMITS, OF_SYSTEM,               answer_system_limits},
    {PYLON_LIMITS,        OF_PACK,                 answer_limits       },
    {PYLON_SERIAL,        OF_PACK | KNOWN_ALWAYS,  answer_serial       },
    {PYLON_SHUT_DOWN,     OF_PACK | KNOWN_ALWAYS,  answer_shut_down    },
    {PYLON_FIRMWARE,      OF_PACK | KNOWN_ALWAYS,  answer_firmware     },
};

static const struct handler *handler_of(const struct pylon_head *head)
{
    for (size_t i = 0; i < COUNT(handlers); i++) {
        if (handlers[i].code == head->code && head->device == PYLON_DEVICE)
            return &handlers[i];
    }
    return NULL;
}

/* A pack hears the answers on the line, its own from an adapter that echoes: they have a return
 * code where requests have a command, and must not be answered. */
static bool is_answer(const struct pylon_head *head)
{
    return head->code <= PYLON_BAD_DATA || head->code == PYLON_BAD_ADDRESS ||
           head->code == PYLON_PACK_LOST;
}

/* Whether the request is for this battery; which pack it asks. A pack of the host's bank that does
 * not answer is still asked here; its number lies below the count of packs. */
static bool find_pack(struct call *call)
{
    const struct serial_battery *battery = call->battery;
    const struct handler *handler = handler_of(&call->request.head);
    unsigned asked = call->request.head.address;
    if (is_answer(&call->request.head))
        return false;
    if (asked == 0) {
        call->number = 0;
        call->pack = battery->own;
        call->address = 0;
        return battery->dip == 0 && handler != NULL && handler->form & ANYWHERE;
    }
    if (asked < PYLON_ADDRESS_FIRST)
        return false;
    if (asked >= PYLON_ADDRESS_FIRST + PYLON_GROUP)
        asked -= PYLON_GROUP;
    call->number = asked - PYLON_ADDRESS_FIRST;
    call->pack = pack_of(call, call->number);
    call->address = (uint8_t)asked;
    if (battery->dip != 0)
        return call->number == battery->dip;
    int32_t known = pylon_value_or(bank_of(call), VALUE_pack_count, 1);
    return call->number < PACK_MAX && (call->pack != NULL || (int32_t)call->number < known);
}

/* In the order of the document: command, format, data, address, the rest. */
static uint8_t handle(struct call *call)
{
    const struct handler *handler = handler_of(&call->request.head);
    if (handler == NULL)
        return PYLON_UNKNOWN;
    if (handler->form & OF_PACK && call->request.info_size == 0)
        return PYLON_BAD_FORMAT;
    bool all = handler->form & OF_PACK && pylon_get(&call->request, 0, 1) == PYLON_ALL;
    if (all && !(handler->form & OF_GROUP))
        return PYLON_BAD_DATA;
    if (handler->form & OF_SYSTEM && call->number != call->battery->dip)
        return PYLON_BAD_ADDRESS;
    if (!call->battery->ready && !(handler->form & KNOWN_ALWAYS))
        return SILENCE;
    return handler->answer(call);
}

/* `opened`: how the request could be read. */
static enum serial_answer_kind respond(struct call *call, int opened,
                                       uint8_t reply[SERIAL_REPLY_MAX], size_t *size)
{
    *size = 0;
    if (opened < 0)
        return SERIAL_DAMAGED;
    if (!find_pack(call))
        return SERIAL_FOREIGN;
    const struct pylon_head *asked = &call->request.head;
    struct pylon_head head = {.version = asked->version, .device = PYLON_DEVICE};
    if (call->only_02)
        call->address = PYLON_ADDRESS_FIRST;
    head.address = call->address;
    if (asked->code == PYLON_VERSION)
        head.version = GENUINE_VERSION;
    pylon_begin(&call->writer, reply, SERIAL_REPLY_MAX, &head);
    head.code = opened != PYLON_NORMAL ? (uint8_t)opened : handle(call);
    if (head.code == SILENCE)
        return SERIAL_SILENT;
    if (head.code == PYLON_NORMAL)
        *size = pylon_end(&call->writer);
    if (*size > 0)
        return SERIAL_ANSWERED;
    if (head.code == PYLON_NORMAL)
        head.code = PYLON_BAD_DATA; /* more packs than an answer holds */
    pylon_begin(&call->writer, reply, SERIAL_REPLY_MAX, &head);
    *size = pylon_end(&call->writer);
    return opened != PYLON_NORMAL ? SERIAL_DAMAGED : SERIAL_REFUSED;
}

enum serial_answer_kind pylon_answer_v35(const struct serial_battery *battery,
                                         const uint8_t *request, size_t request_size,
                                         uint8_t reply[SERIAL_REPLY_MAX], size_t *size)
{
    struct call call = {.battery = battery};
    int opened = pylon_open(request, request_size, &call.request);
    return respond(&call, opened, reply, size);
}

enum serial_answer_kind pylon_answer_adr02(const struct serial_battery *battery,
                                           const uint8_t *request, size_t request_size,
                                           uint8_t reply[SERIAL_REPLY_MAX], size_t *size)
{
    struct call call = {.battery = battery, .only_02 = true};
    int opened = pylon_open(request, request_size, &call.request);
    return respond(&call, opened, reply, size);
}
