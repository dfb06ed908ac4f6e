/* SPDX-License-Identifier: Apache-2.0
 * hearth cable: which wire goes where between a pack and an inverter, and among packs in parallel.
 * The pins and the words are ui/cable; this only reads the arguments and prints.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/command.h"
#include "ui/cable_json.h"
#include "ui/cable_text.h"

#define TEXT_SIZE                                                                                  \
    (CABLE_JSON_SIZE_MAX > CABLE_TEXT_SIZE_MAX ? CABLE_JSON_SIZE_MAX : CABLE_TEXT_SIZE_MAX)

struct request {
    const char *what;  /* brand or "parallel" */
    const char *count; /* of packs, as text */
    bool json;
};

static const struct argp_option options[] = {
    {"json", 'j',  NULL, 0, "As JSON, one object per line", 0},
    {NULL,   '\0', NULL, 0, NULL,                           0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    if (key == 'j')
        request->json = true;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        request->what = text;
    else if (key == ARGP_KEY_ARG && state->arg_num == 1)
        request->count = text;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument '%s'", text);
    else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "name a brand, or `parallel` and the count of packs");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "BRAND\nparallel N",
    .doc = "Prints the wiring between a pack and an inverter of BRAND, or that of N (2 to 16) "
           "packs in parallel.",
};

static void print_line(void (*put)(struct text_writer *, size_t), size_t row)
{
    char line[CABLE_JSON_SIZE_MAX];
    struct text_writer writer;
    writer_init(&writer, line, sizeof(line));
    writer_character(&writer, '{');
    put(&writer, row);
    writer_character(&writer, '}');
    puts(line);
}

static int unknown_brand(const char *brand)
{
    char known[TEXT_SIZE];
    struct text_writer writer;
    writer_init(&writer, known, sizeof(known));
    for (size_t i = 0; i < cable_socket_count; i++) {
        if (i > 0 && cable_brand_is(&cable_sockets[i], cable_sockets[i - 1].brand))
            continue;
        writer_text(&writer, i > 0 ? ", " : "");
        writer_text(&writer, cable_sockets[i].brand);
    }
    return usage_error("cable", "unknown brand '%s'; known are %s", brand, known);
}

static int print_brand(const char *brand, bool json)
{
    char text[TEXT_SIZE];
    struct text_writer writer;
    size_t found = 0;
    writer_init(&writer, text, sizeof(text));
    for (size_t i = 0; i < cable_socket_count; i++) {
        if (!cable_brand_is(&cable_sockets[i], brand))
            continue;
        found++;
        if (json)
            print_line(cable_json_socket, i);
        else
            cable_text_socket(&writer, &cable_sockets[i]);
    }
    if (found == 0)
        return unknown_brand(brand);
    if (json)
        print_line(cable_json_port, CABLE_PORT_RS232);
    else
        cable_text_service(&writer);
    fputs(text, stdout);
    return EXIT_DONE;
}

static int print_parallel(const char *text, bool json)
{
    char *end = NULL;
    long count = text != NULL ? strtol(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || count < 2 || count > CABLE_PACK_MAX)
        return usage_error("cable", "parallel needs a count of packs from 2 to %d", CABLE_PACK_MAX);
    if (json) {
        for (size_t address = 0; address < (size_t)count; address++)
            print_line(cable_json_pack, address);
        for (size_t row = 0; row < cable_advice_count; row++)
            print_line(cable_json_advice, row);
        return EXIT_DONE;
    }
    char words[TEXT_SIZE];
    struct text_writer writer;
    writer_init(&writer, words, sizeof(words));
    cable_text_parallel(&writer, (unsigned)count);
    fputs(words, stdout);
    return EXIT_DONE;
}

int cable_command(int argc, char **argv)
{
    struct request request = {0};
    argp_parse(&parser, argc, argv, 0, NULL, &request);
    if (strcmp(request.what, "parallel") == 0)
        return print_parallel(request.count, request.json);
    if (request.count != NULL)
        return usage_error("cable", "unexpected argument '%s'", request.count);
    return print_brand(request.what, request.json);
}
