/* SPDX-License-Identifier: Apache-2.0
 * hearth inverter: one virtual inverter of a brand on a CAN port. It sends and obeys as the brand
 * does and says what its owner would read on it. No battery stands behind it: the voltage is the
 * received one, the current what it decided.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "base/number.h"
#include "port/linux/can_port.h"
#include "port/linux/error.h"
#include "protocols/can_guess.h"
#include "protocols/protocols.h"
#include "sim/inverter_display.h"
#include "site/inverter_link.h"
#include "ui/json.h"

enum {
    OPTION_BRAND = 256,
    OPTION_PROTOCOL,
    OPTION_SECONDS,
    OPTION_SOLAR,
    OPTION_LOAD,
    OPTION_JSON,
    OPTION_GOES_ON,
    OPTION_IGNORES_ZERO,
    OPTION_OFF_GRID,
    OPTION_EXTENDED
};

enum {
    TICK_MS = 100,
    REPORT_MS = 1000,
    BANK_MAH = 314000,
    POWER_MAX_W = 1000000,
    LINE_SIZE = 1024
};

struct virtual_inverter {
    const char *url;
    const char *brand_name;
    const char *protocol_name; /* NULL: that of the brand */
    int32_t seconds;           /* 0: until Ctrl-C */
    bool json;
    bool extended;
    bool guesses;    /* the protocol is not known yet */
    bool any_brand;  /* it becomes the brand of the protocol */
    uint8_t options; /* enum sim_option */
    struct loop loop;
    struct loop_timer timer;
    struct can_port port;
    struct can_guess guess;
    struct can_receiver receiver;
    struct sim_inverter sim;
    struct sim_inverter_sight sight;
    struct sim_display display; /* shown last */
    uint64_t start_us;
    uint64_t step_us;   /* of the last step */
    uint64_t report_us; /* of the last JSON line */
};

/* clang-format off */
static const struct argp_option options[] = {
    {"brand", OPTION_BRAND, "NAME", 0,
     "Whose inverter; `list` shows all, `auto` is the brand of what the battery speaks", 0},
    {"protocol", OPTION_PROTOCOL, "NAME", 0,
     "Instead of the brand's: NAME, NAME:PROFILE or auto (what the battery speaks)", 0},
    {"seconds", OPTION_SECONDS, "N", 0, "Ends after N seconds (never)", 0},
    {"solar", OPTION_SOLAR, "W", 0, "Power of the sun (4000)", 0},
    {"load", OPTION_LOAD, "W", 0, "Power of the household (1000)", 0},
    {"json", OPTION_JSON, NULL, 0, "JSON Lines: every second and at every change", 0},
    {"goes-on", OPTION_GOES_ON, NULL, 0,
     "A lost battery does not stop a Deye (BMS_Err_Stop)", 0},
    {"ignores-zero", OPTION_IGNORES_ZERO, NULL, 0,
     "Takes current limits of 0 for none, as Deye and Solis at times", 0},
    {"off-grid", OPTION_OFF_GRID, NULL, 0, "No grid", 0},
    {"extended", OPTION_EXTENDED, NULL, 0, "Takes frames with 29-bit numbers too", 0},
    {0},
};
/* clang-format on */

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct virtual_inverter *inverter = state->input;
    switch (key) {
    case OPTION_BRAND:
        inverter->brand_name = text;
        break;
    case OPTION_PROTOCOL:
        inverter->protocol_name = text;
        break;
    case OPTION_SECONDS:
        inverter->seconds = option_number(state, "--seconds", text, 1, 1000000);
        break;
    case OPTION_SOLAR:
        inverter->sight.solar_w = option_number(state, "--solar", text, 0, POWER_MAX_W);
        break;
    case OPTION_LOAD:
        inverter->sight.load_w = option_number(state, "--load", text, 0, POWER_MAX_W);
        break;
    case OPTION_JSON:
        inverter->json = true;
        break;
    case OPTION_GOES_ON:
        inverter->options |= SIM_GOES_ON;
        break;
    case OPTION_IGNORES_ZERO:
        inverter->options |= SIM_IGNORES_ZERO;
        break;
    case OPTION_OFF_GRID:
        inverter->options |= SIM_OFF_GRID;
        break;
    case OPTION_EXTENDED:
        inverter->extended = true;
        break;
    case ARGP_KEY_ARG:
        if (inverter->url != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        inverter->url = text;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    options, parse, "PORT", "One virtual inverter on a CAN port (udpcan:, slcan:, can:).",
    NULL,    NULL,  NULL};

static void print_json(const struct virtual_inverter *inverter, int64_t t_ms)
{
    const struct sim_inverter *sim = &inverter->sim;
    char line[LINE_SIZE];
    struct text_writer json;
    writer_init(&json, line, sizeof(line));
    json_open(&json, '{');
    json_put_integer(&json, "t_ms", t_ms);
    json_put_string(&json, "brand", sim->brand->name);
    json_put_string(&json, "protocol", inverter->receiver.protocol->name);
    json_put_string(&json, "profile", inverter->receiver.protocol->profile);
    json_put_string(&json, "state", sim_inverter_state_name((enum sim_inverter_state)sim->state));
    json_key(&json, "display");
    json_open(&json, '[');
    for (uint8_t i = 0; i < inverter->display.count; i++)
        json_add_string(&json, inverter->display.line[i]);
    json_close(&json, ']');
    json_put_integer(&json, "pack_mv", inverter->sight.terminal_mv);
    json_put_integer(&json, "pack_ma", sim->demand.total_ma);
    json_put_integer(&json, "grid_w", sim->grid_w);
    json_put_integer(&json, "charge_limit_mv", sim->demand.ceiling_mv);
    json_put_integer(&json, "charge_limit_ma", sim->orders.charge_ma);
    json_put_integer(&json, "discharge_limit_ma", sim->orders.discharge_ma);
    json_put_integer(&json, "unknown", inverter->receiver.unknown);
    json_put_integer(&json, "bad", inverter->receiver.bad);
    json_put_integer(&json, "implausible", inverter->receiver.implausible);
    json_close(&json, '}');
    puts(line);
    fflush(stdout);
}

static void print_line(const struct virtual_inverter *inverter, int64_t t_ms)
{
    printf("%8.1f s  %5.1f V %+7.1f A  ", (double)t_ms / 1000, inverter->sight.terminal_mv / 1000.0,
           inverter->sim.demand.total_ma / 1000.0);
    for (uint8_t i = 0; i < inverter->display.count; i++)
        printf("%s%s", i > 0 ? "; " : "", inverter->display.line[i]);
    putchar('\n');
    fflush(stdout);
}

/* A line for people when it reads differently; for programs every second too. */
static void show(struct virtual_inverter *inverter, uint64_t now_us)
{
    struct sim_display display;
    sim_inverter_display(&inverter->sim, &inverter->sight, &display);
    bool changed = !sim_display_equal(&display, &inverter->display);
    bool due = inverter->json && now_us - inverter->report_us >= REPORT_MS * 1000u;
    int64_t t_ms = (int64_t)((now_us - inverter->start_us) / 1000);
    if (!changed && !due)
        return;
    inverter->display = display;
    inverter->report_us = now_us;
    if (inverter->json)
        print_json(inverter, t_ms);
    else
        print_line(inverter, t_ms);
}

static void tick(void *context, uint64_t due_us)
{
    struct virtual_inverter *inverter = context;
    struct sim_inverter_sight *sight = &inverter->sight;
    struct can_frame frame;
    uint64_t now_us = clock_us();
    (void)due_us;
    uint32_t dt_ms = (uint32_t)((now_us - inverter->step_us) / 1000);
    inverter->step_us += 1000ull * dt_ms;
    sight->received = &inverter->receiver.values;
    sight->link = inverter_link_ages(&inverter->receiver, now_us);
    sight->terminal_mv = sight->received->pack_mv;
    sight->battery_ma = inverter->sim.demand.total_ma;
    sim_inverter_step(&inverter->sim, sight, dt_ms);
    while (inverter_link_transmit(&inverter->receiver, &inverter->sim, sight, now_us, &frame))
        can_port_write(&inverter->port, &frame);
    show(inverter, now_us);
    if (inverter->seconds > 0 &&
        now_us - inverter->start_us >= 1000000ull * (uint32_t)inverter->seconds)
        loop_stop(&inverter->loop, EXIT_DONE);
}

static void announce(const struct virtual_inverter *inverter)
{
    const struct can_protocol *can = inverter->receiver.protocol;
    char text[160];
    can_port_describe(&inverter->port, text, sizeof(text));
    if (inverter->json)
        return;
    if (inverter->guesses)
        printf("listens for the battery's protocol on %s\n", text);
    else
        printf("%s, %s%s%s on %s\n", inverter->sim.brand->title, can->name,
               can->profile[0] != '\0' ? ":" : "", can->profile, text);
    fflush(stdout);
}

static void listen_to(struct virtual_inverter *inverter, const struct can_protocol *can,
                      const struct sim_brand *brand)
{
    sim_inverter_set_brand(&inverter->sim, brand);
    inverter_link_init(&inverter->receiver, can, brand, clock_us());
    inverter->receiver.accept_extended = inverter->extended;
}

static void guess(struct virtual_inverter *inverter, const struct can_frame *frame)
{
    can_guess_take(&inverter->guess, frame);
    const struct can_protocol *can = can_guess_protocol(&inverter->guess);
    if (can == NULL)
        return;
    inverter->guesses = false;
    listen_to(inverter, can,
              inverter->any_brand ? sim_brand_of_protocol(can->name, can->profile)
                                  : inverter->sim.brand);
    announce(inverter);
}

static void receive(void *context, const struct can_frame *frame, uint64_t now_us)
{
    struct virtual_inverter *inverter = context;
    if (inverter->guesses)
        guess(inverter, frame);
    else
        can_receiver_receive(&inverter->receiver, frame, now_us);
}

/* Everything between "the port is open" and the end. */
static int serve(struct virtual_inverter *inverter)
{
    announce(inverter);
    inverter->timer = (struct loop_timer){.context = inverter, .tick = tick};
    if (loop_timer_start(&inverter->timer, &inverter->loop, TICK_MS) < 0)
        return EXIT_FAILED;
    int code = loop_run(&inverter->loop);
    loop_timer_stop(&inverter->timer);
    return code;
}

static int run(struct virtual_inverter *inverter)
{
    const struct can_listener listener = {inverter, receive};
    char error[PORT_ERROR_SIZE];
    int code = EXIT_FAILED;
    if (loop_init(&inverter->loop) < 0) {
        fputs("hearth inverter: no memory\n", stderr);
        return EXIT_FAILED;
    }
    if (can_port_open(&inverter->port, &inverter->loop, inverter->url, &listener, error) < 0) {
        fprintf(stderr, "hearth inverter: %s\n", error);
        code = EXIT_USAGE;
    } else {
        code = serve(inverter);
        can_port_close(&inverter->port);
    }
    loop_free(&inverter->loop);
    return code;
}

static void list_brands(FILE *stream)
{
    for (size_t i = 0; i < sim_brand_count; i++)
        fprintf(stream, "  %-10s %-20s %s\n", sim_brands[i].name, sim_brands[i].title,
                sim_brands[i].protocol);
}

static bool is_auto(const char *name)
{
    return name != NULL && strcmp(name, "auto") == 0;
}

/* The brand and what it listens to. Returns an exit code. */
static int choose(struct virtual_inverter *inverter)
{
    const char *name = inverter->brand_name != NULL ? inverter->brand_name : "";
    const char *use = inverter->protocol_name;
    inverter->any_brand = is_auto(name);
    const struct sim_brand *brand = inverter->any_brand ? &sim_brands[0] : sim_brand_find(name);
    if (brand == NULL) {
        fprintf(stderr, "hearth inverter: --brand '%s': known are auto and\n", name);
        list_brands(stderr);
        return EXIT_USAGE;
    }
    inverter->guesses = is_auto(use) || (inverter->any_brand && use == NULL);
    if (use == NULL || inverter->guesses)
        use = brand->protocol;
    const struct can_protocol *can = protocol_find_can(use);
    if (can == NULL)
        return usage_error("inverter", "no CAN protocol '%s'; `hearth protocols` lists them", use);
    if (inverter->any_brand && !inverter->guesses)
        brand = sim_brand_of_protocol(can->name, can->profile);
    sim_inverter_init(&inverter->sim, BANK_MAH);
    listen_to(inverter, can, brand);
    inverter->sim.options = inverter->options;
    inverter->start_us = inverter->step_us = inverter->report_us = clock_us();
    return EXIT_DONE;
}

int inverter_command(int argc, char **argv)
{
    struct virtual_inverter inverter = {
        .sight = {.solar_w = 4000, .load_w = 1000}
    };
    argp_parse(&parser, argc, argv, 0, NULL, &inverter);
    if (inverter.brand_name != NULL && strcmp(inverter.brand_name, "list") == 0) {
        list_brands(stdout);
        return EXIT_DONE;
    }
    int code = choose(&inverter);
    if (code != EXIT_DONE)
        return code;
    if (inverter.url == NULL)
        return usage_error("inverter", "no PORT; `hearth inverter --help` tells more");
    return run(&inverter);
}
