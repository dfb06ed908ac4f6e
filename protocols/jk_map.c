/* SPDX-License-Identifier: Apache-2.0
 * Encodes and decodes the blocks of a JK PB pack by walking protocols/jk_map.def. A block is built
 * whole, in the byte order of its medium, and cut to what was asked. Hooks: cells count only when
 * the mask says so; a missing sensor is -2000; power has no sign on the wire; SOC has 1 % there and
 * is refined by remaining / full capacity when both agree.
 */
#include "protocols/jk_map.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/number.h"
#include "base/result.h"
#include "protocols/jk_registers.h"
#include "wire/modbus.h"

#define SENSOR_MISSING_DDEGC (-2000)
#define ALL_SENSORS 0x3F
#define CELL_MASK_OFFSET 0x040
#define CURRENT_OFFSET 0x098
#define REMAINING_OFFSET 0x0A8
#define FULL_OFFSET 0x0AC
#define CAPABILITY_OFFSET 0x11D
#define JK_ALARM_MASK ((1u << JK_ALARM_COUNT) - 1)

struct writer {
    struct jk_stretch at;
    uint8_t *bytes;
    const struct snapshot *snapshot;
    const struct params *params;
};

struct reader {
    struct jk_stretch at;
    const uint8_t *bytes;
    struct snapshot *snapshot;
    struct params *params;
};

/* --- encoding --- */

static int32_t value_of(const struct snapshot *snapshot, uint16_t id)
{
    int32_t value = 0;
    return snapshot_get(snapshot, (enum value_id)id, &value) ? value : 0;
}

static uint32_t cell_mask_of(const struct snapshot *snapshot)
{
    if (snapshot_have(snapshot, VALUE_cell_present_mask))
        return (uint32_t)snapshot->cell_present_mask;
    int32_t count = clamp32(value_of(snapshot, VALUE_cell_count), 0, CELL_MAX);
    return (uint32_t)(((uint64_t)1 << count) - 1);
}

/* Bit 0 MOS, bits 1..5 battery sensors; the others are set in every capture. */
static int64_t sensors_of(const struct snapshot *snapshot)
{
    int32_t mask = value_of(snapshot, VALUE_temp_sensor_mask) & ALL_SENSORS;
    return mask | (uint8_t)~ALL_SENSORS;
}

/* Two alarms that stop a whole bank have no JK bit. Between our packs they travel in the field
 * UserAlarm, marked by its upper byte; it is 0 as long as there is none, like in JK packs. */
enum { OWN_MARK = 0x4800, OWN_MARK_MASK = 0xFF00 };
static const uint8_t own_alarms[] = {ALARM_thermal_event, ALARM_extinguisher};

static int64_t own_alarms_raw(const struct snapshot *s)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < COUNT(own_alarms); i++)
        bits |= (uint32_t)alarm_get(s->alarms, (enum alarm)own_alarms[i]) << i;
    return bits ? OWN_MARK | bits : 0;
}

static void take_own_alarms(struct snapshot *s, int64_t raw)
{
    if ((raw & OWN_MARK_MASK) != OWN_MARK)
        return;
    for (size_t i = 0; i < COUNT(own_alarms); i++)
        alarm_put(s->alarms, (enum alarm)own_alarms[i], raw >> i & 1);
}

static int64_t hook_raw(const struct snapshot *s, const struct jk_register *row, uint16_t id)
{
    int32_t value = id < VALUE_NUMBER_COUNT ? value_of(s, id) : 0;
    switch (row->kind) {
    case JK_HOOK_CELL_MASK:
        return cell_mask_of(s);
    case JK_HOOK_TEMP:
        return snapshot_have(s, (enum value_id)id) ? value : SENSOR_MISSING_DDEGC;
    case JK_HOOK_POWER:
        return (int64_t)abs32(value) * 1000;
    case JK_HOOK_ALARMS:
        return s->alarms[0] & JK_ALARM_MASK;
    case JK_HOOK_OWN_ALARMS:
        return own_alarms_raw(s);
    case JK_HOOK_SOC: /* half goes down: packs show 99 at 99.49 %, which is 995 permille */
        return div_round(2 * (int64_t)value - 1, 20);
    case JK_HOOK_FIRST_TIMER:
    case JK_HOOK_TIMER:
        return s->alarms[0] & row->alarms ? value : 0;
    case JK_HOOK_SENSORS:
        return sensors_of(s);
    case JK_HOOK_CONTACTS:
        return (value & 3) << 1;
    default:
        return value;
    }
}

static int64_t raw_of(const struct writer *writer, const struct jk_register *row, size_t index)
{
    uint16_t id = (uint16_t)(jk_value_id(row) + index);
    switch (row->kind) {
    case JK_KIND_PARAM:
        return jk_raw(row, writer->params->value[id]);
    case JK_KIND_VALUE:
    case JK_KIND_COPY:
        return jk_raw(row, value_of(writer->snapshot, id));
    case JK_KIND_RAW:
        return row->constant;
    case JK_KIND_BYTES:
        return (uint8_t)row->bytes[index];
    default:
        return hook_raw(writer->snapshot, row, id);
    }
}

static void put_text(struct writer *writer, const struct jk_register *row)
{
    const struct text_param_info *info = &text_param_info[row->id];
    if (info->secret && writer->params->passwords_readable == 0)
        return;
    const char *text = params_text_const(writer->params, (enum text_param_id)row->id);
    size_t size = info->size < row->count ? info->size : row->count;
    memcpy(writer->bytes + jk_offset(row), text, size);
}

static void put_bit(struct writer *writer, const struct jk_register *row)
{
    uint8_t *word = writer->bytes + jk_offset(row);
    int64_t raw = jk_get_number(word, JK_TYPE_U16, writer->at.big);
    if (writer->params->value[row->id] != 0)
        jk_put_number(word, JK_TYPE_U16, writer->at.big, raw | (int64_t)1 << row->bit);
}

static void put_register(struct writer *writer, const struct jk_register *row)
{
    if (row->kind == JK_KIND_TEXT) {
        put_text(writer, row);
    } else if (row->kind == JK_KIND_BIT) {
        put_bit(writer, row);
    } else {
        for (size_t i = 0; i < row->count; i++)
            jk_put_number(writer->bytes + jk_offset(row) + i * jk_width(row), row->type,
                          writer->at.big, raw_of(writer, row, i));
    }
}

/* Fills a cleared block of JK_BLOCK_SIZE bytes. */
static void put_block(struct writer *writer)
{
    for (size_t i = 0; i < jk_register_count; i++) {
        if (jk_block(&jk_registers[i]) == writer->at.block)
            put_register(writer, &jk_registers[i]);
    }
}

static uint16_t block_of_type(uint8_t type)
{
    switch (type) {
    case JK_SETTINGS:
        return JK_BLOCK_SETTINGS;
    case JK_STATUS:
        return JK_BLOCK_STATUS;
    case JK_INFO:
        return JK_BLOCK_INFO;
    default:
        return 0;
    }
}

void jk_map_encode_frame(uint8_t type, uint8_t counter, const struct snapshot *snapshot,
                         const struct params *params, uint8_t frame[JK_FRAME_SIZE])
{
    ASSERT(block_of_type(type) != 0);
    jk_frame_begin(frame, type, counter);
    struct writer writer = {
        {block_of_type(type), 0, JK_BLOCK_SIZE, false},
        frame + JK_FRAME_DATA, snapshot, params
    };
    put_block(&writer);
    jk_frame_seal(frame);
}

int jk_map_read(uint16_t address, uint16_t words, const struct snapshot *snapshot,
                const struct params *params, uint8_t *out)
{
    uint8_t block[JK_BLOCK_SIZE] = {0};
    struct writer writer = {
        {address & JK_BLOCK_MASK, 0, JK_BLOCK_SIZE, true},
        block, snapshot, params
    };
    size_t offset = address & (uint16_t)~JK_BLOCK_MASK;
    if (words == 0 || words > MODBUS_WORDS_MAX)
        return MODBUS_ILLEGAL_VALUE;
    if (!jk_block_known(writer.at.block) || offset % 2 != 0 ||
        !jk_inside(&writer.at, offset, 2 * (size_t)words))
        return MODBUS_ILLEGAL_ADDRESS;
    put_block(&writer);
    memcpy(out, block + offset, 2 * (size_t)words);
    return MODBUS_NO_EXCEPTION;
}

/* --- decoding --- */

/* Reads a number of the block if it is in reach. */
static bool peek(const struct reader *reader, size_t offset, uint8_t type, int64_t *raw)
{
    if (!jk_inside(&reader->at, offset, jk_types[type].size))
        return false;
    *raw = jk_get_number(reader->bytes + (offset - reader->at.from), type, reader->at.big);
    return true;
}

/* Which settings a pack has is told by its capability bytes: captures of 14.20 to 19.27 agree. */
static uint16_t firmware_of(const struct reader *reader)
{
    int64_t third = 0, fourth = 0;
    if (!peek(reader, CAPABILITY_OFFSET + 2, JK_TYPE_U8, &third) ||
        !peek(reader, CAPABILITY_OFFSET + 3, JK_TYPE_U8, &fourth))
        return 0;
    if (third & 0x40)
        return 1900;
    return fourth & 0x01 ? 1541 : 1400;
}

static void take_have(struct snapshot *snapshot, uint16_t id, bool have, int64_t value)
{
    snapshot_put(snapshot, (enum value_id)id, have ? saturate32(value) : 0);
    snapshot_set_have(snapshot, (enum value_id)id, have);
}

static bool cell_present(const struct reader *reader, size_t index, int64_t raw)
{
    int64_t mask = 0;
    if (!peek(reader, CELL_MASK_OFFSET, JK_TYPE_U32, &mask))
        return raw != 0;
    return mask >> index & 1;
}

static void take_cell_mask(struct snapshot *snapshot, int64_t raw)
{
    int32_t count = 0;
    for (int i = 0; i < CELL_MAX; i++)
        count += (int32_t)(raw >> i & 1);
    snapshot_put(snapshot, VALUE_cell_count, count);
    snapshot->cell_present_mask = (int32_t)(uint32_t)raw;
    snapshot_set_have(snapshot, VALUE_cell_present_mask, true);
}

static void take_power(const struct reader *reader, int64_t raw)
{
    int64_t current = 0;
    bool known = peek(reader, CURRENT_OFFSET, JK_TYPE_I32, &current);
    int64_t power = div_round(raw, 1000);
    take_have(reader->snapshot, VALUE_power_w, known, current < 0 ? -power : power);
}

static void take_soc(const struct reader *reader, int64_t percent)
{
    int64_t remaining = 0, full = 0;
    int64_t permille = percent * 10;
    if (peek(reader, REMAINING_OFFSET, JK_TYPE_I32, &remaining) &&
        peek(reader, FULL_OFFSET, JK_TYPE_U32, &full) && full > 0) {
        int64_t fine = div_round(remaining * 1000, full);
        if (fine >= permille - 10 && fine <= permille + 10)
            permille = fine;
    }
    snapshot_put(reader->snapshot, VALUE_soc_permille, saturate32(permille));
}

static void take_hook(const struct reader *reader, const struct jk_register *row, size_t index,
                      int64_t raw)
{
    struct snapshot *s = reader->snapshot;
    uint16_t id = (uint16_t)(jk_value_id(row) + index);
    switch (row->kind) {
    case JK_HOOK_CELLS:
        take_have(s, id, cell_present(reader, index, raw), raw);
        break;
    case JK_HOOK_CELL_MASK:
        take_cell_mask(s, raw);
        break;
    case JK_HOOK_TEMP:
        take_have(s, id, raw != SENSOR_MISSING_DDEGC, raw);
        break;
    case JK_HOOK_POWER:
        take_power(reader, raw);
        break;
    case JK_HOOK_ALARMS:
        s->alarms[0] = (uint32_t)raw & JK_ALARM_MASK;
        s->alarms[1] = 0;
        snapshot_set_have(s, VALUE_alarms, true);
        break;
    case JK_HOOK_OWN_ALARMS:
        take_own_alarms(s, raw);
        break;
    case JK_HOOK_SOC:
        take_soc(reader, raw);
        break;
    case JK_HOOK_TIMER:
        if (raw != 0 && (s->release_left_s == 0 || raw < s->release_left_s))
            snapshot_put(s, VALUE_release_left_s, saturate32(raw));
        break;
    case JK_HOOK_SENSORS:
        snapshot_put(s, VALUE_temp_sensor_mask, (int32_t)raw & ALL_SENSORS);
        break;
    case JK_HOOK_CONTACTS:
        snapshot_put(s, VALUE_contacts, (int32_t)(raw >> 1 & 3));
        break;
    default:
        take_have(s, id, true, raw);
        break;
    }
}

static void take_element(const struct reader *reader, const struct jk_register *row, size_t index,
                         int64_t raw)
{
    uint16_t id = (uint16_t)(row->id + index);
    switch (row->kind) {
    case JK_KIND_PARAM:
        params_put(reader->params, (enum param_id)id, jk_value(row, raw));
        break;
    case JK_KIND_BIT:
        params_put(reader->params, (enum param_id)id, (int32_t)(raw >> row->bit & 1));
        break;
    case JK_KIND_VALUE:
        raw = row->type == JK_TYPE_BOOL ? raw != 0 : raw;
        take_have(reader->snapshot, id, true, jk_value(row, raw));
        break;
    case JK_KIND_COPY:
    case JK_KIND_RAW:
    case JK_KIND_BYTES:
        break;
    default:
        take_hook(reader, row, index, raw);
        break;
    }
}

static void take_register(const struct reader *reader, const struct jk_register *row)
{
    if (row->kind == JK_KIND_TEXT) {
        if (jk_inside(&reader->at, jk_offset(row), row->count))
            params_put_text(reader->params, (enum text_param_id)row->id,
                            (const char *)reader->bytes + (jk_offset(row) - reader->at.from),
                            row->count);
        return;
    }
    for (size_t i = 0; i < row->count; i++) {
        int64_t raw = 0;
        if (peek(reader, jk_offset(row) + i * jk_width(row), row->type, &raw))
            take_element(reader, row, i, raw);
    }
}

/* Values that lie on the wire indirectly: an extreme by its index, what is allowed by its switch.
 */
static void take_derived(struct snapshot *s)
{
    static const uint16_t by_index[][2] = {
        {VALUE_cell_max_index, VALUE_cell_max_mv},
        {VALUE_cell_min_index, VALUE_cell_min_mv},
    };
    static const uint16_t same[][2] = {
        {VALUE_charge_on,    VALUE_charge_allowed   },
        {VALUE_discharge_on, VALUE_discharge_allowed},
    };
    for (size_t i = 0; i < COUNT(by_index); i++) {
        int32_t index = 0, millivolts = 0;
        bool have = snapshot_get(s, (enum value_id)by_index[i][0], &index) && index >= 0 &&
                    index < CELL_MAX &&
                    snapshot_get(s, (enum value_id)(VALUE_cell_mv + index), &millivolts);
        take_have(s, by_index[i][1], have, millivolts);
    }
    for (size_t i = 0; i < COUNT(same); i++) {
        int32_t on = 0;
        bool have = snapshot_get(s, (enum value_id)same[i][0], &on);
        take_have(s, same[i][1], have, on);
    }
}

/* Extremes and mean of the sensors that are there. */
static void take_temperatures(struct snapshot *s)
{
    int32_t low = INT32_MAX;
    int32_t high = INT32_MIN;
    int32_t sum = 0;
    int32_t count = 0;
    for (int i = 0; i < TEMP_MAX; i++) {
        int32_t ddegc;
        if (!snapshot_get(s, (enum value_id)(VALUE_temp_ddegc + i), &ddegc))
            continue;
        low = min32(low, ddegc);
        high = max32(high, ddegc);
        sum += ddegc;
        count++;
    }
    take_have(s, VALUE_temp_min_ddegc, count > 0, low);
    take_have(s, VALUE_temp_max_ddegc, count > 0, high);
    take_have(s, VALUE_temp_mean_ddegc, count > 0, count > 0 ? div_round(sum, count) : 0);
}

static void take_block(const struct reader *reader)
{
    uint16_t firmware = firmware_of(reader);
    for (size_t i = 0; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        bool present = jk_block(row) != JK_BLOCK_SETTINGS || firmware >= jk_notes[i].since;
        if (jk_block(row) == reader->at.block && present)
            take_register(reader, row);
    }
    if (reader->at.block == JK_BLOCK_STATUS) {
        take_derived(reader->snapshot);
        take_temperatures(reader->snapshot);
    }
}

int jk_map_decode_frame(const uint8_t frame[JK_FRAME_SIZE], struct snapshot *snapshot,
                        struct params *params)
{
    uint16_t block = block_of_type(frame[4]);
    if (block == 0)
        return NOT_MINE;
    struct reader reader = {
        {block, 0, JK_BLOCK_SIZE, false},
        frame + JK_FRAME_DATA, snapshot, params
    };
    take_block(&reader);
    return DECODED;
}

int jk_map_decode_words(uint16_t address, const uint8_t *data, size_t size,
                        struct snapshot *snapshot, struct params *params)
{
    struct reader reader = {
        {address & JK_BLOCK_MASK, address & (uint16_t)~JK_BLOCK_MASK, size, true},
        data,
        snapshot,
        params
    };
    if (!jk_block_known(reader.at.block))
        return NOT_MINE;
    take_block(&reader);
    return DECODED;
}

bool jk_map_raw(const uint8_t frame[JK_FRAME_SIZE], size_t *cursor, const char **name,
                int32_t *value)
{
    uint16_t block = block_of_type(frame[4]);
    for (size_t i = *cursor / 64; i < jk_register_count; i++) {
        const struct jk_register *row = &jk_registers[i];
        size_t index = i == *cursor / 64 ? *cursor % 64 : 0;
        if (jk_block(row) != block || jk_notes[i].name == NULL || index >= row->count)
            continue;
        const uint8_t *at = frame + JK_FRAME_DATA + jk_offset(row) + index * jk_width(row);
        *value = (int32_t)(uint32_t)jk_get_number(at, row->type, false);
        *name = jk_notes[i].name;
        *cursor = i * 64 + index + 1;
        return true;
    }
    return false;
}
