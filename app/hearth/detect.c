/* SPDX-License-Identifier: Apache-2.0
 * hearth detect: what speaks on a serial line, at which rate and address. Listens first: a line
 * that has a master is told and left alone. Then asks, with reads only: the usual addresses of
 * every protocol, then the others. A Modbus device that answers is told apart by what its registers
 * say.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/asking.h"
#include "app/hearth/command.h"
#include "app/hearth/detect_probe.h"
#include "base/number.h"
#include "ui/json.h"

enum {
    LISTEN_US = 1200000,
    HEARD_MAX = 4096, /* bytes that are looked at */
    LINE_SIZE = 512,
    RATE_MAX = 4,
};

struct detector {
    struct asking asking;
    struct probe probes[PROBE_MAX];
    size_t probe_count;
    uint8_t heard[HEARD_MAX];
    size_t heard_size;
    bool listening;
    bool json;
    uint64_t start_us;
    const struct probe *found;
    uint32_t addresses; /* bit per address - first of the protocol */
};

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0, "One JSON object instead of text", 0},
    {NULL,   0,   NULL, 0, NULL,                              0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct detector *detector = state->input;
    if (key == 'j')
        detector->json = true;
    else if (key == ARGP_KEY_ARG && detector->asking.line.url != NULL)
        argp_error(state, "one PORT is expected, '%s' is too many", text);
    else if (key == ARGP_KEY_ARG)
        detector->asking.line.url = text;
    else if (key == ARGP_KEY_END && detector->asking.line.url == NULL)
        argp_error(state, "PORT is missing, for example serial:/dev/ttyUSB0");
    else
        return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "PORT",
    .doc = "Finds rate, protocol and addresses of packs on a serial line. Listens first and never "
           "speaks on a line that has a master; asks with reads only.\v"
           "Exit codes: 0 found, 1 nothing found or the line is in use.",
};

/* ---- Listening ---- */

static void received(void *context, const uint8_t *bytes, size_t size, uint64_t now_us)
{
    struct detector *detector = context;
    if (!detector->listening) {
        serial_client_receive(&detector->asking.client, bytes, size, now_us);
        return;
    }
    size_t room = sizeof(detector->heard) - detector->heard_size;
    size_t taken = size < room ? size : room;
    memcpy(detector->heard + detector->heard_size, bytes, taken);
    detector->heard_size += taken;
}

static bool listen_for(struct detector *detector, uint64_t duration_us)
{
    uint64_t end_us = clock_us() + duration_us;
    detector->listening = true;
    detector->heard_size = 0;
    while (clock_us() < end_us) {
        if (!line_turn(&detector->asking.line))
            return false;
    }
    detector->listening = false;
    return true;
}

static bool set_rate(struct detector *detector, uint32_t baud)
{
    char error[PORT_ERROR_SIZE];
    if (serial_port_set_baud(&detector->asking.line.port, (int32_t)baud, error) == 0)
        return true;
    line_complain(&detector->asking.line, NULL, error);
    return false;
}

static double seconds(const struct detector *detector)
{
    return (double)(clock_us() - detector->start_us) / 1e6;
}

static void tell_busy(const struct detector *detector, const char *what, uint32_t baud)
{
    if (detector->json)
        printf("{\"in_use\":true,\"speaks\":\"%s\",\"baud\":%u}\n", what, (unsigned)baud);
    else if (baud > 0)
        printf("The line has a master: %s at %u baud. Nothing was sent.\n", what, (unsigned)baud);
    else
        printf("The line has a master: %s. Nothing was sent.\n", what);
}

/* Whether the line is free; else what was heard is told. */
static bool is_free(struct detector *detector, const uint32_t *rates, size_t rate_count)
{
    struct hearsay best = {"something unknown", 0};
    uint32_t best_baud = 0;
    bool heard = false;
    for (size_t i = 0; i < rate_count; i++) {
        if (!set_rate(detector, rates[i]) || !listen_for(detector, LISTEN_US))
            return false;
        struct hearsay now = probe_judge(detector->heard, detector->heard_size);
        heard |= detector->heard_size > 0;
        if (now.frames > best.frames) {
            best = now;
            best_baud = rates[i];
        }
    }
    if (heard)
        tell_busy(detector, best.what, best_baud);
    return !heard;
}

/* ---- Asking ---- */

/* Somebody else's traffic shows between our questions: another master began. */
static bool disturbed(const struct detector *detector)
{
    return detector->asking.client.foreign_frames > 0;
}

static enum serial_client_state exchange(struct detector *detector, const struct probe *probe,
                                         uint8_t address)
{
    serial_client_init(&detector->asking.client, &probe->protocol);
    return asking_exchange(&detector->asking, 0, address);
}

static bool answers(struct detector *detector, const struct probe *probe, uint8_t address)
{
    return exchange(detector, probe, address) == SERIAL_CLIENT_ANSWERED &&
           probe_plausible(&detector->asking.client);
}

/* Somebody is there, and it is not JK's: one of the register protocols of the same rate. */
static const struct probe *classify(struct detector *detector, const struct probe *by,
                                    uint8_t address)
{
    for (size_t i = 0; i < detector->probe_count; i++) {
        const struct probe *probe = &detector->probes[i];
        if (probe->is_register && probe->baud == by->baud && answers(detector, probe, address))
            return probe;
    }
    return NULL;
}

/* The probe that finds somebody at an address, or NULL. */
static const struct probe *ask(struct detector *detector, const struct probe *probe,
                               uint8_t address)
{
    enum serial_client_state state = exchange(detector, probe, address);
    if (state == SERIAL_CLIENT_ANSWERED && probe_plausible(&detector->asking.client))
        return probe;
    bool somebody = state == SERIAL_CLIENT_ANSWERED || state == SERIAL_CLIENT_BAD;
    return somebody && probe->is_jk ? classify(detector, probe, address) : NULL;
}

/* `usual`: the first addresses of every probe, else all others. */
static bool search(struct detector *detector, bool usual)
{
    for (size_t i = 0; i < detector->probe_count; i++) {
        const struct probe *probe = &detector->probes[i];
        if (!set_rate(detector, probe->baud))
            return false;
        for (unsigned address = probe->protocol.address_first;
             address <= probe->protocol.address_last; address++) {
            if (probe_is_usual(probe, (uint8_t)address) != usual || (!usual && !probe->everywhere))
                continue;
            const struct probe *found = ask(detector, probe, (uint8_t)address);
            if (found != NULL) {
                detector->found = found;
                detector->addresses = 1u << (address - found->protocol.address_first);
                return true;
            }
            if (disturbed(detector) || detector->asking.client.state == SERIAL_CLIENT_BUSY)
                return false;
        }
    }
    return false;
}

static void find_others(struct detector *detector)
{
    const struct probe *found = detector->found;
    for (unsigned address = found->protocol.address_first; address <= found->protocol.address_last;
         address++) {
        uint32_t bit = 1u << (address - found->protocol.address_first);
        if (!(detector->addresses & bit) && answers(detector, found, (uint8_t)address))
            detector->addresses |= bit;
    }
}

/* ---- Telling ---- */

static void tell_first(const struct detector *detector)
{
    if (detector->json)
        return;
    printf("%s at %u baud, after %.1f s%s%s\n", detector->found->use,
           (unsigned)detector->found->baud, seconds(detector),
           detector->found->remark[0] ? ". " : "", detector->found->remark);
    fflush(stdout);
}

static void tell_all(const struct detector *detector)
{
    const struct probe *found = detector->found;
    char text[LINE_SIZE];
    struct text_writer json;
    writer_init(&json, text, sizeof(text));
    json_open(&json, '{');
    json_put_string(&json, "protocol", found->use);
    json_put_integer(&json, "baud", found->baud);
    json_key(&json, "addresses");
    json_open(&json, '[');
    if (!detector->json)
        fputs("addresses:", stdout);
    for (unsigned i = 0; i < 32; i++) {
        unsigned address = found->protocol.address_first + i;
        if (!(detector->addresses >> i & 1))
            continue;
        json_add_integer(&json, address);
        if (!detector->json)
            printf(" %u", address);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    if (detector->json)
        puts(text);
    else
        printf(" (%.1f s)\n", seconds(detector));
}

static void tell_nothing(const struct detector *detector)
{
    if (disturbed(detector))
        tell_busy(detector, "somebody began to ask while we did", 0);
    else if (detector->json)
        puts("{\"protocol\":null}");
    else
        printf("Nobody answers (%.1f s). Is the pack switched on, are A and B swapped, does the "
               "port speak CAN?\n",
               seconds(detector));
}

static int detect(struct detector *detector)
{
    uint32_t rates[RATE_MAX] = {0};
    size_t rate_count = 1;
    if (serial_port_has_baud(&detector->asking.line.port))
        rate_count = probe_rates(detector->probes, detector->probe_count, rates, RATE_MAX);
    if (!is_free(detector, rates, rate_count))
        return EXIT_FAILED;
    if (!search(detector, true) && (disturbed(detector) || !search(detector, false))) {
        tell_nothing(detector);
        return EXIT_FAILED;
    }
    tell_first(detector);
    find_others(detector);
    tell_all(detector);
    return EXIT_DONE;
}

int detect_command(int argc, char **argv)
{
    static struct detector detector = {.asking.line.subcommand = "detect"};
    argp_parse(&parser, argc, argv, 0, NULL, &detector);
    const struct serial_listener listener = {&detector, received};
    detector.start_us = clock_us();
    int code = line_open(&detector.asking.line, &listener);
    if (code != EXIT_DONE)
        return code;
    bool any_rate = serial_port_has_baud(&detector.asking.line.port);
    detector.probe_count = probe_list(detector.probes, any_rate);
    code = detect(&detector);
    line_close(&detector.asking.line);
    return code;
}
