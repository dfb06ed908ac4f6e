/* SPDX-License-Identifier: Apache-2.0
 * Numbers stay integers in their own units; the time is in seconds.
 */
#include "app/hearth/sim_record.h"

#include <string.h>

#include "base/number.h"
#include "ui/json.h"

enum { BANK = PACK_MAX, LINE_SIZE = 65536 };
enum { CHARGE_CLOSED = 1, DISCHARGE_CLOSED = 2 };

static char line[LINE_SIZE];

static void put_time(struct text_writer *writer, const struct site *site)
{
    writer_decimal(writer, (int64_t)(site->time_us / 1000), 3);
}

static void begin_object(struct text_writer *json, const struct sim_record *record)
{
    writer_init(json, line, sizeof(line));
    json_open(json, '{');
    json_key(json, "t");
    put_time(json, record->site);
}

static void begin_event(struct text_writer *json, const struct sim_record *record, const char *name)
{
    begin_object(json, record);
    json_put_string(json, "event", name);
}

static void end_event(struct text_writer *json, struct sim_record *record)
{
    json_close(json, '}');
    for (int i = 0; i < 2; i++) {
        FILE *stream = i == 0 ? record->lines : record->events;
        if (stream)
            fprintf(stream, "%s\n", line);
    }
    if (record->events)
        fflush(record->events);
}

void sim_record_begin(struct sim_record *record, const struct columns *columns,
                      const struct site *site)
{
    record->columns = columns;
    record->site = site;
    if (record->csv == NULL)
        return;
    fputs("time_s", record->csv);
    for (uint16_t i = 0; i < columns->count; i++)
        fprintf(record->csv, ",%s", columns->column[i].name);
    fputc('\n', record->csv);
}

void sim_record_row(struct sim_record *record)
{
    static char csv_line[LINE_SIZE];
    struct text_writer csv;
    struct text_writer json;
    writer_init(&csv, csv_line, sizeof(csv_line));
    put_time(&csv, record->site);
    begin_object(&json, record);
    for (uint16_t i = 0; i < record->columns->count; i++) {
        const struct column *column = &record->columns->column[i];
        int32_t value;
        bool known = column_get(record->site, column, &value);
        writer_character(&csv, ',');
        if (known)
            writer_integer(&csv, value);
        if (known)
            json_put_integer(&json, column->name, value);
    }
    json_close(&json, '}');
    if (record->csv)
        fprintf(record->csv, "%s\n", csv_line);
    if (record->lines)
        fprintf(record->lines, "%s\n", line);
    record->row_count++;
}

static void put_subject(struct text_writer *json, uint8_t position)
{
    if (position == BANK)
        json_put_boolean(json, "bank", true);
    else
        json_put_integer(json, "pack", position);
}

/* `position` is that of a pack, or BANK. */
static void watch_alarms(struct sim_record *record, uint8_t position,
                         const struct snapshot *snapshot)
{
    uint32_t *before = record->alarms[position];
    if (memcmp(before, snapshot->alarms, sizeof(record->alarms[position])) == 0)
        return;
    for (int alarm = 0; alarm < ALARM_COUNT; alarm++) {
        bool is = alarm_get(snapshot->alarms, (enum alarm)alarm);
        struct text_writer json;
        if (is == alarm_get(before, (enum alarm)alarm))
            continue;
        begin_event(&json, record, is ? "alarm" : "alarm_over");
        put_subject(&json, position);
        json_put_string(&json, "alarm", alarm_info[alarm].name);
        end_event(&json, record);
        record->alarm_count += is;
    }
    memcpy(before, snapshot->alarms, sizeof(record->alarms[position]));
}

static void watch_switches(struct sim_record *record, uint8_t pack, uint32_t now)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } switches[] = {
        {CHARGE_CLOSED,    "charge"   },
        {DISCHARGE_CLOSED, "discharge"}
    };
    uint32_t changed = now ^ record->switches[pack];
    for (size_t i = 0; i < COUNT(switches) && changed != 0; i++) {
        struct text_writer json;
        if (!(changed & switches[i].bit))
            continue;
        begin_event(&json, record, now & switches[i].bit ? "switch_closed" : "switch_opened");
        json_put_integer(&json, "pack", pack);
        json_put_string(&json, "switch", switches[i].name);
        end_event(&json, record);
    }
    record->switches[pack] = now;
}

static void watch_inverter(struct sim_record *record, uint8_t i)
{
    uint8_t now = record->site->inverter[i].state;
    struct text_writer json;
    if (now == record->inverter[i])
        return;
    begin_event(&json, record, "inverter");
    json_put_integer(&json, "inverter", i);
    json_put_string(&json, "state", sim_inverter_state_name((enum sim_inverter_state)now));
    end_event(&json, record);
    record->inverter[i] = now;
}

void sim_record_watch(struct sim_record *record)
{
    const struct site *site = record->site;
    const struct device *host = site_host(site);
    for (uint8_t i = 0; i < site->pack_count; i++) {
        const struct snapshot *snapshot = device_snapshot(&site->device[i]);
        bool runs = site->running[i];
        if (runs)
            watch_alarms(record, i, snapshot);
        watch_switches(record, i,
                       (runs && snapshot->charge_on ? CHARGE_CLOSED : 0u) |
                           (runs && snapshot->discharge_on ? DISCHARGE_CLOSED : 0u));
    }
    if (host)
        watch_alarms(record, BANK, bank_snapshot(&host->bank));
    for (uint8_t i = 0; i < site->inverter_count; i++)
        watch_inverter(record, i);
}

void sim_record_moment(struct sim_record *record, const struct scenario *scenario,
                       const struct scenario_moment *moment)
{
    const struct scenario_event *event = &scenario->event[moment->event];
    bool action = event->what >= SCENARIO_ACTION;
    const struct sim_fault_row *row = action ? NULL : &sim_fault_rows[event->what];
    bool of_pack = action ? site_action_rows[event->what - SCENARIO_ACTION].of_pack
                          : row->scope == SIM_FAULT_OF_PACK;
    struct text_writer json;
    begin_event(&json, record, moment->begins ? "begins" : "ends");
    json_put_string(&json, "what", scenario_name(event));
    json_put_string(&json, "words", scenario_label(event));
    if (of_pack)
        json_put_integer(&json, "pack", event->pack);
    if (row && row->index != SIM_FAULT_NO_INDEX)
        json_put_integer(&json, row->index == SIM_FAULT_BY_CELL ? "cell" : "sensor",
                         event->index + 1);
    if (moment->begins)
        json_put_integer(&json, "value", event->value);
    end_event(&json, record);
}

bool sim_record_good(const struct sim_record *record)
{
    FILE *const streams[] = {record->csv, record->lines, record->events};
    for (size_t i = 0; i < COUNT(streams); i++) {
        if (streams[i] && (fflush(streams[i]) != 0 || ferror(streams[i])))
            return false;
    }
    return true;
}
