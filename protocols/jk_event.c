/* SPDX-License-Identifier: Apache-2.0
 * Our events as JK codes and the event-log frame. Layout: a captured log book of firmware 19; codes
 * from protocols/jk_events.def. What JK has no code for is left out, and so is the number of a cell
 * that our events do not carry.
 */
#include "protocols/jk_event.h"

#include "base/bytes.h"
#include "base/number.h"
#include "core/alarms.h"
#include "core/command.h"
#include "core/params.h"

enum {
    COUNT_BYTE = JK_FRAME_DATA, /* u32 */
    MARK_BYTE = COUNT_BYTE + 4, /* not documented; 3 in the capture */
    ENTRY_BYTE = MARK_BYTE + 1,
    ENTRY_SIZE = 5, /* u32 time, u8 code */
    MARK = 3,
    CELL_CODES = 32
};

_Static_assert(ENTRY_BYTE + JK_EVENT_MAX * ENTRY_SIZE < JK_FRAME_SIZE, "the log fits a frame");

/* Numbers of core/power.h, which is no view: of EVENT_POWER and of the two of an emergency. They
 * are stored with events and stay; tests/protocols/jk_event.c holds them together. */
enum { STATE_STARTING = 1, STATE_STOPPED = 3, STATE_SLEEP = 6, STATE_SHUTTING_DOWN = 8 };
enum { BY_BUTTON, BY_COMMAND, BY_TIME, BY_CELL, BY_POWER };

enum asker { ASKER_NOBODY, ASKER_APP, ASKER_RS485, ASKER_COUNT };

static const uint8_t asker_of[SESSION_COUNT + 1] = {
    [SESSION_LOCAL] = ASKER_APP,   [SESSION_RS485_1] = ASKER_RS485, [SESSION_RS485_2] = ASKER_RS485,
    [SESSION_RS232] = ASKER_RS485, [SESSION_BLE] = ASKER_APP,       [SESSION_COUNT] = ASKER_NOBODY,
};

#define ANY INT8_MIN

/* Events that are no alarm. An emergency that a cell ended goes by the code of the timer: JK has
 * none that is nearer. */
static const struct mapping {
    uint8_t kind;
    uint8_t detail;
    int8_t value; /* ANY: whatever */
    uint8_t code[ASKER_COUNT];
} mappings[] = {
    {EVENT_POWER,         STATE_STARTING,          ANY, {0x01, 0x01, 0x01}},
    {EVENT_POWER,         STATE_STOPPED,           ANY, {0x02, 0x02, 0x02}},
    {EVENT_POWER,         STATE_SHUTTING_DOWN,     ANY, {0x02, 0x02, 0x02}},
    {EVENT_POWER,         STATE_SLEEP,             ANY, {0x38, 0x38, 0x38}},
    {EVENT_COMMAND,       COMMAND_SHUT_DOWN,       ANY, {0x00, 0x2C, 0x2F}},
    {EVENT_COMMAND,       COMMAND_PRESET_LFP,      ANY, {0x44, 0x44, 0x44}},
    {EVENT_COMMAND,       COMMAND_SET_CLOCK,       ANY, {0x3B, 0x3B, 0x3B}},
    {EVENT_PARAM,         PARAM_charge_enabled,    0,   {0x00, 0x03, 0x34}},
    {EVENT_PARAM,         PARAM_charge_enabled,    1,   {0x00, 0x04, 0x35}},
    {EVENT_PARAM,         PARAM_discharge_enabled, 0,   {0x00, 0x05, 0x36}},
    {EVENT_PARAM,         PARAM_discharge_enabled, 1,   {0x00, 0x06, 0x37}},
    {EVENT_EMERGENCY_ON,  BY_BUTTON,               ANY, {0x3D, 0x3D, 0x3D}},
    {EVENT_EMERGENCY_ON,  BY_COMMAND,              ANY, {0x29, 0x29, 0x29}},
    {EVENT_EMERGENCY_OFF, BY_BUTTON,               ANY, {0x3E, 0x3E, 0x3E}},
    {EVENT_EMERGENCY_OFF, BY_COMMAND,              ANY, {0x2A, 0x2A, 0x2A}},
    {EVENT_EMERGENCY_OFF, BY_POWER,                ANY, {0x2A, 0x2A, 0x2A}},
    {EVENT_EMERGENCY_OFF, BY_TIME,                 ANY, {0x2B, 0x2B, 0x2B}},
    {EVENT_EMERGENCY_OFF, BY_CELL,                 ANY, {0x2B, 0x2B, 0x2B}},
};

static uint8_t mapped(const struct event *event)
{
    uint8_t session = event->session < SESSION_COUNT ? event->session : SESSION_COUNT;
    for (size_t i = 0; i < COUNT(mappings); i++) {
        const struct mapping *row = &mappings[i];
        if (row->kind == event->kind && row->detail == event->detail &&
            (row->value == ANY || row->value == event->value))
            return row->code[asker_of[session]];
    }
    return 0;
}

uint8_t jk_event_code(const struct event *event)
{
    bool set = event->kind == EVENT_ALARM_SET;
    if (!set && event->kind != EVENT_ALARM_CLEARED)
        return mapped(event);
    if (event->detail >= ALARM_COUNT)
        return 0;
    const struct alarm_info *info = &alarm_info[event->detail];
    return set ? info->event_set : info->event_cleared;
}

const char *jk_event_name(uint8_t code, int *cell_index)
{
    static const struct cells {
        uint8_t first;
        const char *name;
    } cells[] = {
#define JK_EVENT(code, name)
#define JK_EVENT_CELLS(first, name) {first, #name},
#include "protocols/jk_events.def"
#undef JK_EVENT
#undef JK_EVENT_CELLS
    };
    static const char *const names[UINT8_MAX + 1] = {
#define JK_EVENT(code, name) [code] = #name,
#define JK_EVENT_CELLS(first, name)
#include "protocols/jk_events.def"
#undef JK_EVENT
#undef JK_EVENT_CELLS
    };
    *cell_index = -1;
    for (size_t i = 0; i < COUNT(cells); i++) {
        if (code < cells[i].first || code >= cells[i].first + CELL_CODES)
            continue;
        *cell_index = code - cells[i].first;
        return cells[i].name;
    }
    return names[code] != NULL ? names[code] : "unknown";
}

/* The newest entries, newest first; their number. */
static size_t collect(const struct event_source *source, struct jk_event newest[JK_EVENT_MAX])
{
    uint32_t total = source->count(source->context);
    size_t count = 0;
    for (uint32_t back = 1; back <= total && back <= JK_EVENT_SCAN_MAX; back++) {
        struct event event;
        if (!source->get(source->context, total - back, &event))
            continue;
        uint8_t code = jk_event_code(&event);
        if (code == 0)
            continue;
        newest[count++] = (struct jk_event){event.time_s, code};
        if (count == JK_EVENT_MAX)
            break;
    }
    return count;
}

void jk_event_encode(const struct event_source *events, uint8_t frame[JK_FRAME_SIZE])
{
    struct jk_event newest[JK_EVENT_MAX];
    size_t count = events != NULL ? collect(events, newest) : 0;
    jk_frame_begin(frame, JK_EVENT_LOG, 0);
    put_u32le(frame + COUNT_BYTE, (uint32_t)count);
    frame[MARK_BYTE] = MARK;
    for (size_t i = 0; i < count; i++) {
        uint8_t *entry = frame + ENTRY_BYTE + i * ENTRY_SIZE;
        put_u32le(entry, newest[count - 1 - i].time_s);
        entry[4] = newest[count - 1 - i].code;
    }
    jk_frame_seal(frame);
}

uint32_t jk_event_count(const uint8_t frame[JK_FRAME_SIZE])
{
    return frame[4] == JK_EVENT_LOG ? get_u32le(frame + COUNT_BYTE) : 0;
}

bool jk_event_get(const uint8_t frame[JK_FRAME_SIZE], size_t index, struct jk_event *entry)
{
    if (index >= JK_EVENT_MAX || index >= jk_event_count(frame))
        return false;
    const uint8_t *bytes = frame + ENTRY_BYTE + index * ENTRY_SIZE;
    *entry = (struct jk_event){get_u32le(bytes), bytes[4]};
    return entry->code != 0;
}
