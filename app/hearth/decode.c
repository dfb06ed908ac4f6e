/* SPDX-License-Identifier: Apache-2.0
 * hearth decode: recorded traffic to JSON Lines, one object per message. Broken traffic becomes an
 * object with "error" and the bytes; a line that is no traffic is named with file, line and column
 * on standard error. Both go on to the end of the file.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/command.h"
#include "app/hearth/event_json.h"
#include "base/bytes.h"
#include "base/result.h"
#include "protocols/can_guess.h"
#include "protocols/explainer.h"
#include "protocols/jk_map.h"
#include "protocols/protocols.h"
#include "ui/json.h"
#include "wire/can_rows.h"
#include "wire/log_text.h"

enum { OBJECT_SIZE = 32768, PROFILE_MAX = 8 };

struct decoder {
    const char *protocol_name;
    const char *path;
    const struct protocol *protocol;
    const struct can_protocol *can; /* NULL for serial protocols */
    struct serial_explainer explainer;
    struct log_line open; /* a serial line that may still go on */
    uint64_t time_us;     /* of the last line */
    enum side side;       /* likewise */
    unsigned broken_messages;
    unsigned broken_lines;
};

static bool is_event_log(const struct message *message)
{
    return message->can_id < 0 && message->error == NULL && message->size == JK_FRAME_SIZE &&
           jk_frame_good(message->bytes) && message->bytes[4] == JK_EVENT_LOG;
}

/* A setting and a value of the same name are one member: what was set wins. */
static void put_values(struct text_writer *json, const struct message *message)
{
    struct snapshot values;
    snapshot_init(&values);
    if (message->values != NULL)
        values = *message->values;
    json_key(json, "values");
    json_open(json, '{');
    for (int id = 0; message->params != NULL && id < PARAM_COUNT; id++) {
        int row = value_find(param_info[id].name);
        if (row >= 0 && params_have(message->params, (enum param_id)id))
            snapshot_set_have(&values, (enum value_id)value_info[row].id, false);
    }
    json_snapshot_values(json, &values);
    if (message->params != NULL)
        json_params_values(json, message->params, true);
    if (is_event_log(message))
        json_jk_events(json, message->bytes);
    json_close(json, '}');
}

static void put_bytes(struct text_writer *json, const struct message *message)
{
    char text[2 * LOG_BYTES_MAX + 1];
    size_t size = message->size < LOG_BYTES_MAX ? message->size : LOG_BYTES_MAX;
    hex_format(message->bytes, size, text);
    json_put_string(json, "bytes", text);
}

static void put_can_id(struct text_writer *json, int64_t id)
{
    char text[9];
    snprintf(text, sizeof(text), id > 0x7FF ? "%08X" : "%03X", (unsigned)id);
    json_put_string(json, "id", text);
}

static bool same_raw_follows(const struct message *message, size_t cursor, const char *name)
{
    const char *next;
    int32_t value;
    return jk_map_raw(message->bytes, &cursor, &next, &value) && strcmp(next, name) == 0;
}

/* Fields of a JK frame that have a place but no value of ours; several of one name are an array. */
static void put_raw(struct text_writer *json, const struct message *message)
{
    size_t cursor = 0;
    const char *name;
    int32_t value;
    bool array = false;
    if (message->can_id >= 0 || message->size != JK_FRAME_SIZE || message->error != NULL ||
        !jk_frame_good(message->bytes) || is_event_log(message))
        return;
    json_key(json, "raw");
    json_open(json, '{');
    while (jk_map_raw(message->bytes, &cursor, &name, &value)) {
        bool more = same_raw_follows(message, cursor, name);
        if (!array)
            json_key(json, name);
        if (more && !array)
            json_open(json, '[');
        json_add_integer(json, value);
        if (array && !more)
            json_close(json, ']');
        array = more;
    }
    json_close(json, '}');
}

static const char *speaker(const struct message *message)
{
    if (message->from == SIDE_BATTERY)
        return "battery";
    return message->can_id >= 0 ? "inverter" : "asking";
}

static void print_message(void *context, const struct message *message)
{
    struct decoder *decoder = context;
    char buffer[OBJECT_SIZE];
    struct text_writer json;
    bool explained = message->values != NULL || message->params != NULL || is_event_log(message);
    writer_init(&json, buffer, sizeof(buffer));
    json_open(&json, '{');
    json_key(&json, "t");
    writer_decimal(&json, (int64_t)decoder->time_us, 6);
    json_put_string(&json, "from", speaker(message));
    if (message->pack >= 0)
        json_put_integer(&json, "pack", message->pack);
    json_put_string(&json, "message", message->name);
    if (message->can_id >= 0)
        put_can_id(&json, message->can_id);
    if (message->error != NULL)
        json_put_string(&json, "error", message->error);
    if (explained)
        put_values(&json, message);
    if (message->control != NULL) {
        json_put_string(&json, "control", message->control);
        json_put_integer(&json, "control_value", message->control_value);
    }
    if (message->error != NULL || (!explained && message->control == NULL))
        put_bytes(&json, message);
    put_raw(&json, message);
    json_close(&json, '}');
    decoder->broken_messages += message->error != NULL || json.overflow;
    puts(json.overflow ? "{\"error\":\"message too long\"}" : buffer);
}

static void bad_line(struct decoder *decoder, unsigned number, const struct log_error *error)
{
    fprintf(stderr, "%s:%u:%u: %s\n", decoder->path, number, (unsigned)error->column,
            error->reason);
    decoder->broken_lines++;
}

static void explain_serial(struct decoder *decoder, const uint8_t *bytes, size_t size)
{
    const struct serial_burst_heard burst = {decoder->side, bytes, size};
    protocol_explain_serial(decoder->protocol, &decoder->explainer, &burst, print_message, decoder);
}

static void take_time_and_side(struct decoder *decoder, const struct log_line *line)
{
    decoder->time_us = line->time_us;
    decoder->side = line->from_asking ? SIDE_ASKING : SIDE_BATTERY;
}

static void close_line(struct decoder *decoder)
{
    if (decoder->open.kind != LOG_SERIAL)
        return;
    take_time_and_side(decoder, &decoder->open);
    explain_serial(decoder, decoder->open.bytes, decoder->open.size);
    decoder->open.kind = LOG_EMPTY;
}

static void decode_serial(struct decoder *decoder, const struct log_line *line)
{
    decoder->open = *line;
    if (!line->may_go_on)
        close_line(decoder);
}

static void decode_line(struct decoder *decoder, const char *text, size_t size, unsigned number)
{
    struct log_line line;
    struct log_error error;
    int result = log_text_parse(text, size, &line, &error);
    if (result == RESULT_OK && line.kind == LOG_MORE)
        result = log_text_join(&decoder->open, &line, &error);
    else
        close_line(decoder);
    if (result != RESULT_OK) {
        bad_line(decoder, number, &error);
        return;
    }
    if (line.kind != LOG_CAN && line.kind != LOG_SERIAL)
        return;
    bool can = decoder->protocol->bus == BUS_CAN;
    if (can != (line.kind == LOG_CAN)) {
        error = (struct log_error){
            .reason = can ? "serial bytes, but a CAN protocol was named"
                          : "a CAN frame, but a serial protocol was named",
            .column = 1,
        };
        bad_line(decoder, number, &error);
        return;
    }
    take_time_and_side(decoder, &line);
    if (can)
        protocol_explain_can(decoder->can, &line.frame, print_message, decoder);
    else
        decode_serial(decoder, &line);
}

/* The profile of a protocol that fits most of a file, the first of equal ones. What cannot be read
 * twice is decoded by the default profile. */
static void choose_profile(struct decoder *decoder, FILE *file)
{
    const struct protocol *protocol = decoder->protocol;
    unsigned fits[PROFILE_MAX] = {0};
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size;
    struct log_line line;
    struct log_error error;
    if (protocol->can_count < 2 || protocol->can_count > PROFILE_MAX ||
        strchr(decoder->protocol_name, ':') != NULL || fseek(file, 0, SEEK_SET) != 0)
        return;
    while ((size = getline(&text, &capacity, file)) >= 0) {
        bool can = log_text_parse(text, (size_t)size, &line, &error) == 0 && line.kind == LOG_CAN;
        for (size_t i = 0; can && i < protocol->can_count; i++)
            fits[i] += can_guess_fit(&protocol->can[i], &line.frame);
    }
    free(text);
    rewind(file);
    size_t best = 0;
    for (size_t i = 1; i < protocol->can_count; i++)
        best = fits[i] > fits[best] ? i : best;
    decoder->can = &protocol->can[best];
}

static int decode_file(struct decoder *decoder, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size;
    choose_profile(decoder, file);
    for (unsigned number = 1; (size = getline(&text, &capacity, file)) >= 0; number++)
        decode_line(decoder, text, (size_t)size, number);
    free(text);
    close_line(decoder);
    if (decoder->protocol->bus != BUS_CAN)
        explain_serial(decoder, NULL, 0);
    if (ferror(file)) {
        fprintf(stderr, "%s: %s\n", decoder->path, strerror(errno));
        return EXIT_FAILED;
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "hearth decode: standard output: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    if (decoder->broken_lines > 0)
        return EXIT_USAGE;
    return decoder->broken_messages > 0 ? EXIT_FAILED : EXIT_DONE;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct decoder *decoder = state->input;
    if (key == ARGP_KEY_ARG && state->arg_num == 0)
        decoder->protocol_name = text;
    else if (key == ARGP_KEY_ARG && state->arg_num == 1)
        decoder->path = text;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "too many arguments at '%s'", text);
    else if (key == ARGP_KEY_END && state->arg_num < 2)
        argp_error(state, "PROTOCOL and FILE are needed");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .parser = parse,
    .args_doc = "PROTOCOL[:PROFILE] FILE",
    .doc =
        "Explains recorded traffic as JSON Lines. FILE '-' is standard input. "
        "`hearth protocols` lists the protocols. Without PROFILE a file is decoded by the one that "
        "fits most of its frames. A line is what candump writes, '(12.3) rs485 > 01 03', 'TX hex "
        "01 "
        "03', 'RX ascii ~2002..', 'H> 01 03' (asking), 'B> 01 03' (battery) or 'CAN> 351 14 02'; "
        "indented bytes go on from the line before; '#' begins a comment, '|' a remark.\v"
        "Exit codes: 1 broken traffic was found, 2 a line of the file is no traffic.",
};

int decode_command(int argc, char **argv)
{
    static struct decoder decoder;
    argp_parse(&parser, argc, argv, 0, NULL, &decoder);
    decoder.protocol = protocol_find(decoder.protocol_name);
    decoder.can = protocol_find_can(decoder.protocol_name);
    decoder.explainer.serial = protocol_find_serial(decoder.protocol_name);
    if (decoder.protocol == NULL)
        return usage_error("decode", "unknown protocol '%s'; `hearth protocols` lists them",
                           decoder.protocol_name);
    bool standard_input = strcmp(decoder.path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(decoder.path, "re");
    if (file == NULL)
        return usage_error("decode", "%s: %s", decoder.path, strerror(errno));
    int code = decode_file(&decoder, file);
    if (!standard_input)
        fclose(file);
    return code;
}
