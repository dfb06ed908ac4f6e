/* SPDX-License-Identifier: Apache-2.0
 * hearth decode: recorded traffic to JSON Lines, one object per message. Unknown and foreign
 * traffic is shown, not an error; what is broken is an object with "error", and the exit code is 1.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/command.h"
#include "base/bytes.h"
#include "protocols/explainer.h"
#include "protocols/jk_map.h"
#include "protocols/protocols.h"
#include "ui/json.h"
#include "wire/log_text.h"

struct decoder {
    const struct protocol *protocol;
    const char *file;
    FILE *stream;
    uint64_t time_us;
    bool broken; /* something was */
    struct serial_explainer explainer;
    char text[32768];
};

struct decode_options {
    const char *protocol;
    const char *file;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct decode_options *options = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "too many arguments: '%s'", text);
        *(state->arg_num == 0 ? &options->protocol : &options->file) = text;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            argp_error(state, "a protocol and a file are expected");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    NULL,
    parse,
    "PROTOCOL FILE",
    "Explains recorded traffic as JSON Lines. FILE is candump text or `(t) rs485 > 01 03 ...` "
    "lines "
    "('>' asking side, '<' battery); - is standard input. `hearth protocols` lists the protocols.",
    NULL,
    NULL,
    NULL};

static const char *speaker(const struct decoder *decoder, enum side side)
{
    if (side == SIDE_BATTERY)
        return "battery";
    return decoder->protocol->can ? "inverter" : "asking";
}

static void put_bytes(struct text_writer *writer, const uint8_t *bytes, size_t size)
{
    char hex[2 * LOG_BYTES_MAX + 1];
    hex_format(bytes, size < LOG_BYTES_MAX ? size : LOG_BYTES_MAX, hex);
    json_put_string(writer, "bytes", hex);
}

/* Fields of a JK frame that have a place but no value of ours. */
static void put_raw(struct text_writer *writer, const struct message *message)
{
    size_t cursor = 0;
    const char *name;
    int32_t value;
    if (message->can_id >= 0 || message->size != JK_FRAME_SIZE || message->error ||
        !jk_frame_good(message->bytes))
        return;
    json_key(writer, "raw");
    json_open(writer, '{');
    while (jk_map_raw(message->bytes, &cursor, &name, &value))
        json_put_integer(writer, name, value);
    json_close(writer, '}');
}

static void put_values(struct text_writer *writer, const struct message *message)
{
    if (!message->values && !message->params)
        return;
    json_key(writer, "values");
    json_open(writer, '{');
    if (message->values)
        json_snapshot_values(writer, message->values);
    if (message->params)
        json_params_values(writer, message->params, true);
    json_close(writer, '}');
}

static void report(void *context, const struct message *message)
{
    struct decoder *decoder = context;
    struct text_writer writer;
    writer_init(&writer, decoder->text, sizeof(decoder->text));
    json_put_string(&writer, "from", speaker(decoder, message->from));
    if (message->pack >= 0)
        json_put_integer(&writer, "pack", message->pack);
    if (message->can_id >= 0) {
        char id[24];
        snprintf(id, sizeof(id), "%03" PRIX64, (uint64_t)message->can_id);
        json_put_string(&writer, "id", id);
    }
    json_put_string(&writer, "message", message->name);
    if (message->error) {
        json_put_string(&writer, "error", message->error);
        decoder->broken = true;
    }
    bool explained = message->values || message->params;
    if (message->bytes && (!explained || message->error))
        put_bytes(&writer, message->bytes, message->size);
    put_values(&writer, message);
    put_raw(&writer, message);
    const char *comma = decoder->text[0] == ',' ? "" : ",";
    printf("{\"t\":%" PRIu64 ".%06" PRIu64 "%s%s}\n", decoder->time_us / 1000000,
           decoder->time_us % 1000000, comma, decoder->text);
}

static int explain(struct decoder *decoder, const struct log_line *line, size_t number)
{
    const struct protocol *protocol = decoder->protocol;
    if (line->kind != LOG_CAN && line->kind != LOG_SERIAL)
        return 0;
    if ((line->kind == LOG_CAN) != (protocol->can != NULL)) {
        fprintf(stderr, "hearth decode: %s:%zu: this is %s traffic, %s runs on %s\n", decoder->file,
                number, line->kind == LOG_CAN ? "CAN" : "serial", protocol->name,
                bus_name[protocol->bus]);
        return -1;
    }
    decoder->time_us = line->time_us;
    if (protocol->can)
        protocol_explain_can(protocol->can, &line->frame, report, decoder);
    else
        protocol->explain(&decoder->explainer, line->from_asking ? SIDE_ASKING : SIDE_BATTERY,
                          line->bytes, line->size, report, decoder);
    return 0;
}

/* A line that is no traffic line is broken input: said, counted, and the rest goes on. */
static int decode_file(struct decoder *decoder)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size;
    int code = EXIT_DONE;
    for (size_t number = 1; (size = getline(&text, &capacity, decoder->stream)) >= 0; number++) {
        struct log_line line;
        struct log_error error;
        while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
            size--;
        if (log_parse(text, (size_t)size, &line, &error) < 0) {
            fprintf(stderr, "hearth decode: %s:%zu:%zu: %s\n", decoder->file, number, error.column,
                    error.words);
            code = EXIT_FAILED;
        } else if (explain(decoder, &line, number) < 0) {
            code = EXIT_USAGE;
            break;
        }
    }
    free(text);
    if (!decoder->protocol->can && code != EXIT_USAGE)
        decoder->protocol->explain(&decoder->explainer, SIDE_BATTERY, NULL, 0, report, decoder);
    return code == EXIT_DONE && decoder->broken ? EXIT_FAILED : code;
}

int decode_command(int argc, char **argv)
{
    struct decode_options options = {0};
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    const struct protocol *protocol = protocol_find(options.protocol);
    if (!protocol)
        return usage_error("decode", "unknown protocol '%s'; `hearth protocols` lists them",
                           options.protocol);
    bool standard = strcmp(options.file, "-") == 0;
    FILE *stream = standard ? stdin : fopen(options.file, "r");
    if (!stream)
        return usage_error("decode", "%s: %s", options.file, strerror(errno));
    struct decoder *decoder = calloc(1, sizeof(*decoder));
    int code = EXIT_FAILED;
    if (decoder) {
        decoder->protocol = protocol;
        decoder->file = options.file;
        decoder->stream = stream;
        code = decode_file(decoder);
    }
    free(decoder);
    if (!standard)
        fclose(stream);
    return code;
}
