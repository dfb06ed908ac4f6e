/* SPDX-License-Identifier: Apache-2.0
 * hearth conform: puts the conformance kit on a CAN port and prints its verdicts, as a table for
 * people or as JSON Lines. Rules and judgement are in service/conform*.c.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "base/number.h"
#include "port/linux/can_port.h"
#include "protocols/protocols.h"
#include "service/conform.h"
#include "ui/json.h"

enum {
    OPTION_ROLE = 256,
    OPTION_JSON,
    OPTION_SECONDS,
    TICK_MS = 10,
    SECONDS_MIN = 5,
    SECONDS_MAX = 3600,
    SECONDS_DEFAULT = 15,
    LINE_SIZE = 2048
};

struct kit {
    const char *protocol_name;
    const char *url;
    enum conform_role role;
    int32_t seconds;
    bool json;
    bool complete; /* it ran to its end */
    struct loop loop;
    struct can_port port;
    struct conform conform;
};

static const struct argp_option options[] = {
    {"role",                                          OPTION_ROLE, "ROLE", 0, "Of the thing under test: battery or inverter", 0},
    {"json",                                         OPTION_JSON, NULL, 0, "JSON Lines: one object per rule, then the sums", 0},
    {"seconds", OPTION_SECONDS, "N", 0,
     "How long, 5 to 3600 (15). A battery that stops without "
     "a heartbeat may take longer", 0},
    {0                                              }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct kit *kit = state->input;
    if (key == OPTION_ROLE && strcmp(text, "battery") == 0)
        kit->role = CONFORM_BATTERY;
    else if (key == OPTION_ROLE && strcmp(text, "inverter") == 0)
        kit->role = CONFORM_INVERTER;
    else if (key == OPTION_ROLE)
        argp_error(state, "--role '%s': battery or inverter is expected", text);
    else if (key == OPTION_JSON)
        kit->json = true;
    else if (key == OPTION_SECONDS)
        kit->seconds = option_number(state, "--seconds", text, SECONDS_MIN, SECONDS_MAX);
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        kit->protocol_name = text;
    else if (key == ARGP_KEY_ARG && state->arg_num == 1)
        kit->url = text;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "too many arguments at '%s'", text);
    else if (key == ARGP_KEY_END && kit->url == NULL)
        argp_error(state, "PROTOCOL and PORT are needed, for example pylon_can can:can0");
    else if (key == ARGP_KEY_END && kit->role == 0)
        argp_error(state, "--role battery or --role inverter is needed");
    else if (key != ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "PROTOCOL[:PROFILE] PORT",
    .doc = "Plays the other end of a protocol on a CAN port and judges what it hears.\v"
           "Exit codes: 0 no rule failed, 1 one did, 2 bad usage.",
};

static void received(void *context, const struct can_frame *frame, uint64_t now_us)
{
    struct kit *kit = context;
    conform_receive(&kit->conform, frame, now_us);
}

static void tick(void *context, uint64_t due_us)
{
    struct kit *kit = context;
    struct can_frame frame;
    uint64_t now_us = clock_us();
    (void)due_us;
    while (conform_transmit(&kit->conform, now_us, &frame))
        can_port_write(&kit->port, &frame);
    kit->complete = conform_over(&kit->conform, now_us);
    if (kit->complete)
        loop_stop(&kit->loop, 0);
}

/* Until the end of the time, or Ctrl-C. */
static int listen_and_talk(struct kit *kit, const struct can_protocol *can)
{
    char error[PORT_ERROR_SIZE];
    struct loop_timer timer = {.context = kit, .tick = tick};
    const struct can_listener listener = {kit, received};
    conform_init(&kit->conform, can, kit->role, clock_us(), 1000u * (uint32_t)kit->seconds);
    if (can_port_open(&kit->port, &kit->loop, kit->url, &listener, error) < 0)
        return usage_error("conform", "%s", error);
    if (loop_timer_start(&timer, &kit->loop, TICK_MS) < 0) {
        fputs("hearth conform: no timer\n", stderr);
    } else {
        loop_run(&kit->loop);
        loop_timer_stop(&timer);
    }
    if (can_port_trouble(&kit->port)[0] != '\0')
        fprintf(stderr, "hearth conform: %s: %s\n", kit->url, can_port_trouble(&kit->port));
    can_port_close(&kit->port);
    return kit->complete ? EXIT_DONE : EXIT_FAILED;
}

static void print_rule(const struct kit *kit, const struct conform_rule *rule,
                       const struct conform_verdict *verdict)
{
    char line[LINE_SIZE];
    struct text_writer json;
    if (!kit->json) {
        printf("%-13s %-20s %s\n%13s %s (%s)\n", conform_outcome_name[verdict->outcome], rule->name,
               verdict->measured, "", rule->title, rule->source);
        return;
    }
    writer_init(&json, line, sizeof(line));
    json_open(&json, '{');
    json_put_string(&json, "rule", rule->name);
    json_put_string(&json, "result", conform_outcome_name[verdict->outcome]);
    json_put_string(&json, "measured", verdict->measured);
    json_put_string(&json, "title", rule->title);
    json_put_string(&json, "source", rule->source);
    json_close(&json, '}');
    puts(line);
}

static void print_head(const struct kit *kit, const struct protocol *protocol)
{
    if (kit->json)
        return;
    printf("%s as %s on %s, %d s\nDocument: %s. Evidence: %s\n\n", kit->protocol_name,
           kit->role == CONFORM_BATTERY ? "battery" : "inverter", kit->url, (int)kit->seconds,
           protocol->title, evidence_name[protocol_evidence(kit->protocol_name)]);
}

static void print_sums(const struct kit *kit, const struct protocol *protocol,
                       const unsigned sums[3])
{
    char line[LINE_SIZE];
    struct text_writer json;
    const struct conform *conform = &kit->conform;
    if (!kit->json) {
        printf("\n%u frames heard, %u of them with unknown identifiers\n"
               "%u rules: %u pass, %u fail, %u not testable\n",
               (unsigned)conform->heard, (unsigned)conform->unknown, sums[0] + sums[1] + sums[2],
               sums[CONFORM_PASS], sums[CONFORM_FAIL], sums[CONFORM_NOT_TESTABLE]);
        return;
    }
    writer_init(&json, line, sizeof(line));
    json_open(&json, '{');
    json_put_string(&json, "protocol", kit->protocol_name);
    json_put_string(&json, "role", kit->role == CONFORM_BATTERY ? "battery" : "inverter");
    json_put_string(&json, "document", protocol->title);
    json_put_string(&json, "evidence", evidence_name[protocol_evidence(kit->protocol_name)]);
    json_put_integer(&json, "seconds", kit->seconds);
    json_put_integer(&json, "frames", conform->heard);
    json_put_integer(&json, "unknown_frames", conform->unknown);
    json_put_integer(&json, "pass", sums[CONFORM_PASS]);
    json_put_integer(&json, "fail", sums[CONFORM_FAIL]);
    json_put_integer(&json, "not_testable", sums[CONFORM_NOT_TESTABLE]);
    json_close(&json, '}');
    puts(line);
}

static int report(const struct kit *kit, const struct protocol *protocol)
{
    unsigned sums[3] = {0};
    print_head(kit, protocol);
    for (size_t i = 0; conform_rule(kit->role, i) != NULL; i++) {
        struct conform_verdict verdict;
        conform_judge(&kit->conform, i, &verdict);
        print_rule(kit, conform_rule(kit->role, i), &verdict);
        sums[verdict.outcome]++;
    }
    print_sums(kit, protocol, sums);
    return sums[CONFORM_FAIL] == 0 && fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

int conform_command(int argc, char **argv)
{
    static struct kit kit = {.seconds = SECONDS_DEFAULT};
    argp_parse(&parser, argc, argv, 0, NULL, &kit);
    const struct protocol *protocol = protocol_find(kit.protocol_name);
    if (protocol == NULL)
        return usage_error("conform", "unknown protocol '%s'; `hearth protocols` lists them",
                           kit.protocol_name);
    if (protocol->can == NULL)
        return usage_error("conform", "so far for CAN only; %s runs on %s", protocol->name,
                           bus_name[protocol->bus]);
    if (loop_init(&kit.loop) < 0) {
        fputs("hearth conform: no event loop\n", stderr);
        return EXIT_FAILED;
    }
    int code = listen_and_talk(&kit, protocol_find_can(kit.protocol_name));
    loop_free(&kit.loop);
    if (code == EXIT_DONE)
        return report(&kit, protocol);
    if (code == EXIT_FAILED)
        fputs("hearth conform: ended before its time, nothing is judged\n", stderr);
    return code;
}
