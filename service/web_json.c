/* SPDX-License-Identifier: Apache-2.0
 * JSON texts of bank, packs and frames. Values come from the tables by ui/json.h; only the few
 * facts of the service itself (names, cables, virtual time) are named here.
 */
#include "service/web_json.h"

#include "base/number.h"
#include "service/web_fault.h"
#include "service/web_uart.h"
#include "ui/event.h"
#include "ui/json.h"
#include "ui/text.h"
#include "ui/words.h"

#define WORDS_SIZE_MAX 160

/* Each reason that is known, in words, under the name of its row. */
static void put_words(struct text_writer *writer, const struct snapshot *snapshot)
{
    static const uint16_t rows[] = {VALUE_ROW_voltage_limit_reason, VALUE_ROW_charge_limit_reason,
                                    VALUE_ROW_discharge_limit_reason};
    json_key(writer, "words");
    json_open(writer, '{');
    for (size_t i = 0; i < COUNT(rows); i++) {
        char words[WORDS_SIZE_MAX];
        struct text_writer text;
        writer_init(&text, words, sizeof(words));
        text_limit_reason(&text, snapshot, (enum value_id)value_info[rows[i]].id);
        if (text.used > 0)
            json_put_string(writer, value_info[rows[i]].name, words);
    }
    if (snapshot_have(snapshot, VALUE_soc_reason) && soc_reason_words(snapshot->soc_reason))
        json_put_string(writer, "soc_reason", soc_reason_words(snapshot->soc_reason));
    json_close(writer, '}');
}

static void put_snapshot(struct text_writer *writer, const struct snapshot *snapshot)
{
    json_key(writer, "values");
    json_open(writer, '{');
    json_snapshot_values(writer, snapshot);
    json_close(writer, '}');
    put_words(writer, snapshot);
}

static void put_text_or_null(struct text_writer *writer, const char *name, const char *text)
{
    json_key(writer, name);
    if (text != NULL)
        json_add_string(writer, text);
    else
        json_add_null(writer);
}

static void put_site(struct text_writer *writer, const struct web_source *source)
{
    struct web_site site = {0};
    source->site(source->context, &site);
    json_key(writer, "site");
    json_open(writer, '{');
    json_put_integer(writer, "clock_s", site.clock_s);
    json_put_integer(writer, "speed", site.speed);
    json_put_integer(writer, "sun_w", site.sun_w);
    json_put_integer(writer, "load_w", site.load_w);
    json_put_integer(writer, "grid_w", site.grid_w);
    put_text_or_null(writer, "inverter", site.inverter);
    put_text_or_null(writer, "protocol", site.protocol);
    json_key(writer, "display");
    json_open(writer, '[');
    for (size_t i = 0; i < WEB_DISPLAY_LINES && site.display[i] != NULL; i++)
        json_add_string(writer, site.display[i]);
    json_close(writer, ']');
    web_fault_json(writer, source, 0, false);
    json_close(writer, '}');
}

void web_json_count(struct text_writer *writer, const struct web_count *count)
{
    json_open(writer, '{');
    json_put_string(writer, "group", count->group);
    json_put_string(writer, "name", count->name);
    json_put_string(writer, "label", count->label);
    json_put_integer(writer, "number", count->number);
    json_put_boolean(writer, "trouble", count->trouble && count->number > 0);
    json_close(writer, '}');
}

static void put_id(struct text_writer *writer, uint32_t id, bool extended)
{
    char text[9];
    struct text_writer hex;
    writer_init(&hex, text, sizeof(text));
    writer_hex(&hex, id, extended ? 8 : 3);
    json_put_string(writer, "id", text);
}

static void put_message(struct text_writer *writer, const struct web_message *message)
{
    json_open(writer, '{');
    json_put_string(writer, "from", message->from_inverter ? "inverter" : "battery");
    put_id(writer, message->id, message->extended);
    json_put_string(writer, "name", message->name);
    json_put_integer(writer, "period_ms", message->period_ms);
    json_put_integer(writer, "sent_age_ms", message->sent_age_ms);
    json_put_integer(writer, "heard_age_ms", message->heard_age_ms);
    json_close(writer, '}');
}

void web_json_diagnostics(struct text_writer *writer, const struct web_source *source)
{
    struct web_diagnostics found = {.trouble = "", .heartbeat_age_ms = -1};
    if (source->diagnostics != NULL)
        source->diagnostics(source->context, &found);
    json_open(writer, '{');
    put_text_or_null(writer, "protocol", found.protocol);
    put_text_or_null(writer, "title", found.title);
    put_text_or_null(writer, "profile", found.profile);
    json_put_integer(writer, "bitrate", found.bitrate);
    json_put_integer(writer, "heartbeat_age_ms", found.heartbeat_age_ms);
    json_put_string(writer, "port", found.port);
    json_put_string(writer, "trouble", found.trouble);
    json_key(writer, "counts");
    json_open(writer, '[');
    for (size_t i = 0; i < found.count; i++)
        web_json_count(writer, &found.counts[i]);
    json_close(writer, ']');
    json_key(writer, "messages");
    json_open(writer, '[');
    for (size_t i = 0; i < found.message_count; i++)
        put_message(writer, &found.messages[i]);
    json_close(writer, ']');
    json_close(writer, '}');
}

void web_json_bank(struct text_writer *writer, const struct web_source *source)
{
    struct snapshot nothing;
    snapshot_init(&nothing);
    const struct snapshot *bank = source->bank(source->context);
    json_open(writer, '{');
    put_snapshot(writer, bank != NULL ? bank : &nothing);
    put_site(writer, source);
    json_close(writer, '}');
}

/* What there is at the front plate besides lamps and contacts, which are values. */
static void put_plate(struct text_writer *writer, const struct web_pack *pack)
{
    json_key(writer, "plate");
    json_open(writer, '{');
    json_put_integer(writer, "held_ms", pack->held_ms);
    json_put_integer(writer, "sounds", pack->sounds);
    json_close(writer, '}');
}

static void put_pack(struct text_writer *writer, const struct web_source *source, size_t position,
                     const struct web_pack *pack)
{
    json_put_integer(writer, "pack", pack->number);
    json_put_integer(writer, "dip", pack->dip);
    put_text_or_null(writer, "name", pack->name);
    json_put_boolean(writer, "local", pack->local);
    json_put_boolean(writer, "connected", pack->connected);
    json_put_boolean(writer, "fresh", pack->fresh);
    put_text_or_null(writer, "excluded", pack->excluded);
    json_put_integer(writer, "age_ms", pack->age_ms);
    json_put_integer(writer, "event_total", pack->event_total);
    if (pack->local) {
        put_plate(writer, pack);
        web_fault_json(writer, source, position, true);
    }
    put_snapshot(writer, pack->snapshot);
}

void web_json_pack(struct text_writer *writer, const struct web_source *source, size_t position)
{
    struct web_pack pack = {0};
    source->pack(source->context, position, &pack);
    json_open(writer, '{');
    put_pack(writer, source, position, &pack);
    json_close(writer, '}');
}

void web_json_pack_settings(struct text_writer *writer, const struct web_source *source,
                            size_t position, bool logged_in)
{
    static const char *const role_name[] = {
        [ROLE_NONE] = "none", [ROLE_USER] = "user", [ROLE_INSTALLER] = "installer"};
    struct web_pack pack = {0};
    source->pack(source->context, position, &pack);
    json_open(writer, '{');
    put_pack(writer, source, position, &pack);
    json_put_string(writer, "role", role_name[logged_in ? pack.role : ROLE_NONE]);
    if (pack.params != NULL) {
        json_key(writer, "params");
        json_open(writer, '{');
        json_params_values(writer, pack.params, !pack.local);
        json_close(writer, '}');
    }
    if (pack.local)
        web_ports_json(writer, source, position);
    json_close(writer, '}');
}

void web_json_events(struct text_writer *writer, const struct web_source *source, size_t position,
                     uint32_t max)
{
    struct web_pack pack = {0};
    source->pack(source->context, position, &pack);
    uint32_t kept = source->event_count(source->context, position);
    json_open(writer, '{');
    json_put_integer(writer, "pack", pack.number);
    json_put_integer(writer, "kept", kept);
    json_key(writer, "events");
    json_open(writer, '[');
    for (uint32_t back = 1; back <= kept && back <= max; back++) {
        struct event event;
        if (!source->event(source->context, position, kept - back, &event))
            continue;
        json_open(writer, '{');
        json_event(writer, &event);
        json_close(writer, '}');
    }
    json_close(writer, ']');
    json_close(writer, '}');
}

void web_json_packs(struct text_writer *writer, const struct web_source *source)
{
    size_t count = source->pack_count(source->context);
    json_open(writer, '[');
    for (size_t position = 0; position < count; position++)
        web_json_pack(writer, source, position);
    json_close(writer, ']');
}

void web_json_frame(struct text_writer *writer, const struct web_frame *frame)
{
    char text[2 * sizeof(frame->frame.data) + 1];
    struct text_writer hex;
    json_open(writer, '{');
    put_id(writer, frame->frame.id, frame->frame.extended);
    writer_init(&hex, text, sizeof(text));
    for (uint8_t i = 0; i < frame->frame.size; i++)
        writer_hex(&hex, frame->frame.data[i], 2);
    json_put_string(writer, "bytes", text);
    json_put_integer(writer, "age_ms", frame->age_ms);
    put_text_or_null(writer, "message", frame->name);
    json_key(writer, "values");
    json_open(writer, '{');
    json_snapshot_values(writer, &frame->values);
    json_close(writer, '}');
    json_close(writer, '}');
}

int web_find_pack(const struct web_source *source, int number, struct web_pack *pack)
{
    size_t count = source->pack_count(source->context);
    for (size_t position = 0; position < count; position++) {
        *pack = (struct web_pack){0};
        source->pack(source->context, position, pack);
        if (pack->number == number)
            return (int)position;
    }
    return -1;
}
