/* SPDX-License-Identifier: Apache-2.0
 * hearth get: asks one pack for information, settings and status over a serial line in JK's
 * protocol and prints each block as one JSON object. Writes nothing to the pack.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "base/number.h"
#include "port/linux/serial_port.h"
#include "protocols/jk_client.h"
#include "protocols/jk_map.h"
#include "ui/json.h"

enum {
    ADDRESS_USUAL = 0, /* a pack that stands alone has DIP 0 */
    ADDRESS_MAX = 15,
    OBJECT_SIZE = 32768,
    ANSWER_MS = 1000, /* enough for 9600 baud */
    GAP_MS = 120,     /* what real packs need between transactions */
    TICK_MS = 5,
    CONNECT_US = 3000000
};

static const struct block {
    uint8_t type;
    const char *name;
} blocks[] = {
    {JK_INFO,     "info"    },
    {JK_SETTINGS, "settings"},
    {JK_STATUS,   "status"  },
};

struct getter {
    const char *url;
    int32_t address;
    struct loop loop;
    struct loop_timer timer;
    struct serial_port port;
    struct jk_client client;
    uint64_t opened_us;
    size_t block_index; /* the one being asked for */
    bool started;
};

static const struct argp_option options[] = {
    {"address",                                           'a', "N", 0, "Address of the pack: its DIP switch, 0 to 15 (0)", 0},
    {"json",                                                'j', 0, 0, "JSON Lines, which is also the default", 0},
    {0}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct getter *getter = state->input;
    if (key == 'a')
        getter->address = option_number(state, "--address", text, 0, ADDRESS_MAX);
    else if (key == ARGP_KEY_ARG && !getter->url)
        getter->url = text;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one PORT is expected, '%s' is too many", text);
    else if (key == ARGP_KEY_END && !getter->url)
        argp_error(state, "PORT is missing, for example serial:/dev/ttyUSB0?baud=115200");
    else if (key != 'j')
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    options, parse, "PORT", "Prints information, settings and status of a pack.", NULL, NULL, NULL};

/* Returns false when the frame is not what it was asked for. */
static bool print_block(const struct getter *getter)
{
    static char buffer[OBJECT_SIZE];
    struct snapshot values;
    struct params params;
    struct text_writer json;
    snapshot_init(&values);
    params_init(&params);
    if (jk_map_decode_frame(jk_client_frame(&getter->client), &values, &params) != DECODED)
        return false;
    writer_init(&json, buffer, sizeof(buffer));
    json_open(&json, '{');
    json_put_integer(&json, "pack", getter->address);
    json_put_string(&json, "message", blocks[getter->block_index].name);
    json_key(&json, "values");
    json_open(&json, '{');
    json_snapshot_values(&json, &values);
    json_params_values(&json, &params, true);
    json_close(&json, '}');
    json_close(&json, '}');
    if (!json.overflow)
        puts(buffer);
    return !json.overflow;
}

static void fail(struct getter *getter, const char *reason)
{
    const char *trouble = serial_port_trouble(&getter->port);
    fprintf(stderr, "hearth get: %s: address %d: %s%s%s%s\n", getter->url, (int)getter->address,
            reason, trouble[0] ? " (" : "", trouble, trouble[0] ? ")" : "");
    loop_stop(&getter->loop, EXIT_FAILED);
}

static void ask(struct getter *getter)
{
    jk_client_read_frame(&getter->client, blocks[getter->block_index].type);
    getter->started = true;
}

static void finish_block(struct getter *getter)
{
    if (!print_block(getter))
        fail(getter, "the answer is not understood");
    else if (++getter->block_index < COUNT(blocks))
        ask(getter);
    else
        loop_stop(&getter->loop, EXIT_DONE);
}

static void look_at_state(struct getter *getter)
{
    switch (jk_client_state(&getter->client)) {
    case JK_EXCHANGE_DONE:
        finish_block(getter);
        break;
    case JK_EXCHANGE_REFUSED:
        fail(getter, "the pack refuses to answer");
        break;
    case JK_EXCHANGE_TIMEOUT:
        fail(getter, "no answer");
        break;
    case JK_EXCHANGE_BAD:
        fail(getter, "broken answers only");
        break;
    default:
        break;
    }
}

static void step(struct getter *getter)
{
    uint8_t bytes[256];
    size_t size;
    jk_client_step(&getter->client, clock_us());
    while ((size = jk_client_transmit(&getter->client, bytes, sizeof(bytes))) > 0)
        serial_port_write(&getter->port, bytes, size);
    look_at_state(getter);
}

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct getter *getter = context;
    if (!getter->started)
        return;
    jk_client_receive(&getter->client, bytes, size, now_us);
    step(getter);
}

/* Asks once the port is connected. */
static void ticked(void *context, uint64_t due_us)
{
    (void)due_us;
    struct getter *getter = context;
    if (getter->started)
        step(getter);
    else if (!serial_port_trouble(&getter->port)[0])
        ask(getter);
    else if (clock_us() - getter->opened_us > CONNECT_US)
        fail(getter, "no connection");
}

static int run(struct getter *getter)
{
    char error[PORT_ERROR_SIZE];
    const struct serial_listener listener = {getter, received};
    if (serial_port_open(&getter->port, &getter->loop, getter->url, &listener, error) < 0)
        return usage_error("get", "%s", error);
    getter->opened_us = clock_us();
    getter->timer.context = getter;
    getter->timer.tick = ticked;
    jk_client_init(&getter->client, (uint8_t)getter->address, ANSWER_MS, GAP_MS);
    int code = EXIT_FAILED;
    if (loop_timer_start(&getter->timer, &getter->loop, TICK_MS) == 0)
        code = loop_run(&getter->loop);
    bool interrupted = code == EXIT_DONE && getter->block_index < COUNT(blocks);
    loop_timer_stop(&getter->timer);
    serial_port_close(&getter->port);
    return interrupted ? EXIT_FAILED : code;
}

int get_command(int argc, char **argv)
{
    static struct getter getter = {.address = ADDRESS_USUAL};
    argp_parse(&parser, argc, argv, 0, NULL, &getter);
    if (loop_init(&getter.loop) < 0) {
        fputs("hearth get: no event loop\n", stderr);
        return EXIT_FAILED;
    }
    int code = run(&getter);
    loop_free(&getter.loop);
    return code;
}
