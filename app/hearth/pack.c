/* SPDX-License-Identifier: Apache-2.0
 * hearth pack: one virtual pack in real time on given ports, with a household's charge and
 * discharge behind it. Protocols are those of its settings, or of --protocol.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/announce.h"
#include "app/hearth/bus_trouble.h"
#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "app/hearth/presets.h"
#include "protocols/protocols.h"
#include "service/live.h"
#include "service/store.h"

enum {
    OPTION_DIP = 256,
    OPTION_PRESET,
    OPTION_RS485_1,
    OPTION_RS485_2,
    OPTION_RS232,
    OPTION_CAN,
    OPTION_PROTOCOL,
    OPTION_SOC,
    OPTION_STORE,
    OPTION_ON
};

enum { PRESS_MS = 1500 }; /* switches on: longer than 1 s, shorter than 5 s */

struct pack_options {
    struct live_ports ports;
    struct params params;
    int32_t dip;
    int32_t soc_permille;
    int32_t can_number;     /* -1: as the settings say */
    int32_t uart_number[2]; /* of RS485-1 and RS232, likewise */
    const char *store;
    bool press;
};

static const struct argp_option options[] = {
    {"dip",                                    OPTION_DIP, "N", 0, "DIP switch: 0 host, 1 to 15 slave (0)", 0},
    {"preset",                                     OPTION_PRESET, "NAME", 0, PRESET_HELP, 0},
    {"soc", OPTION_SOC, "PERCENT", 0, "Charge at the start (50)", 0},
    {"rs485-1",                                        OPTION_RS485_1, "URL", 0, "Port of the inverter or PC", 0},
    {"rs485-2",OPTION_RS485_2, "URL", 0, "Parallel bus", 0},
    {"rs232",                                       OPTION_RS232, "URL", 0, "Service port", 0},
    {"can",                                       OPTION_CAN, "URL", 0, "CAN; only the host (DIP 0) speaks", 0},
    {"protocol",                                    OPTION_PROTOCOL, "PORT=NAME", 0,
     "rs485-1=, rs232= or can=NAME[:PROFILE], of serial ones with @BAUD where there are several "
     "(jk_rs485, pylon_can)", 0},
    {"store",                               OPTION_STORE, "FILE", 0,
     "What the pack remembers lies here; made if missing. Once it exists, what it holds wins over "
     "--preset and --soc (in memory)", 0},
    {"on",              OPTION_ON, NULL, 0,
     "Press the button at the start if the pack remembers that it was switched off", 0},
    {0                                       }
};

/* What follows the name of a port. */
static const char *of_port(const char *text, const char *port)
{
    size_t length = strlen(port);
    return strncmp(text, port, length) == 0 ? text + length : NULL;
}

static void take_protocol(const struct argp_state *state, const char *text,
                          struct pack_options *pack)
{
    const char *name;
    if ((name = of_port(text, "can=")) != NULL)
        pack->can_number = option_can_protocol(state, "--protocol can", name);
    else if ((name = of_port(text, "rs485-1=")) != NULL)
        pack->uart_number[0] = option_serial_protocol(state, "--protocol rs485-1", name);
    else if ((name = of_port(text, "rs232=")) != NULL)
        pack->uart_number[1] = option_serial_protocol(state, "--protocol rs232", name);
    else if (strcmp(text, "rs485-2=jk_rs485") != 0)
        argp_error(state,
                   "--protocol '%s': rs485-1=NAME, rs232=NAME or can=NAME is expected; RS485-2 "
                   "speaks jk_rs485 always",
                   text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct pack_options *pack = state->input;
    switch (key) {
    case OPTION_DIP:
        pack->dip = option_number(state, "--dip", text, 0, 15);
        break;
    case OPTION_PRESET:
        option_preset(state, text, &pack->params);
        break;
    case OPTION_SOC:
        pack->soc_permille = option_number(state, "--soc", text, 0, 100) * 10;
        break;
    case OPTION_RS485_1:
        pack->ports.rs485_1 = text;
        break;
    case OPTION_RS485_2:
        pack->ports.rs485_2 = text;
        break;
    case OPTION_RS232:
        pack->ports.rs232 = text;
        break;
    case OPTION_CAN:
        pack->ports.can = text;
        break;
    case OPTION_STORE:
        pack->store = text;
        break;
    case OPTION_ON:
        pack->press = true;
        break;
    case OPTION_PROTOCOL:
        take_protocol(state, text, pack);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {options, parse, NULL, "Runs one virtual pack until Ctrl-C.",
                                   NULL,    NULL,  NULL};

static void announce(const struct live *live, const struct pack_options *pack, bool on)
{
    char text[160];
    printf("virtual pack, DIP %d\n", pack->dip);
    if (pack->store)
        printf("memory: %s\n", pack->store);
    if (!on)
        printf("switched off; %s\n",
               pack->press ? "its button is pressed now" : "--on presses its button");
    const struct device *device = &live->stage.site.device[0];
    announce_serial("RS485-1", &live->own[0].port, device_uart(device, DEVICE_RS485_1));
    announce_serial("RS485-2", &live->bus, device_uart(device, DEVICE_RS485_2));
    announce_serial("RS232", &live->own[1].port, device_uart(device, DEVICE_RS232));
    if (live->can.kind) {
        can_port_describe(&live->can, text, sizeof(text));
        printf("CAN: %s\n", text);
    }
    fflush(stdout);
}

static int serve(struct loop *loop, struct live *live, const struct pack_options *pack)
{
    bool on = device_is_on(&live->stage.site.device[0]);
    announce(live, pack, on);
    if (!on && pack->press)
        live_plate_press(&live->stage.plate[0], PRESS_MS, 1);
    int code = loop_run(loop);
    bus_trouble_print(live);
    return code;
}

/* Opens and closes what lasts as long as the program. */
static int run(struct loop *loop, struct live *live, const struct pack_options *pack)
{
    struct site_setup setup = {
        .seed = (uint64_t)pack->dip + 1,
        .pack_count = 1,
        .first_dip = (uint8_t)pack->dip,
        .start_ms = 10 * 3600000u,
        .soc_permille = {pack->soc_permille},
        .params = &pack->params,
        .timing = JK_TIMING_FAST,
    };
    struct store store;
    char error[PORT_ERROR_SIZE];
    int code = EXIT_USAGE;
    if (store_open_file(&store, pack->store, &setup, error) < 0 ||
        live_start(live, loop, &setup, &pack->ports, error) < 0) {
        fprintf(stderr, "hearth pack: %s\n", error);
    } else {
        code = serve(loop, live, pack);
        live_stop(live);
    }
    if (store_close(&store) == 0)
        return code;
    fprintf(stderr, "hearth pack: '%s': the last writes did not reach the disk\n", pack->store);
    return EXIT_FAILED;
}

int pack_command(int argc, char **argv)
{
    struct pack_options pack = {
        .soc_permille = 500, .can_number = -1, .uart_number = {-1, -1}
    };
    params_init(&pack.params);
    argp_parse(&parser, argc, argv, 0, NULL, &pack);
    if (pack.can_number >= 0)
        pack.params.can_protocol = pack.can_number;
    if (pack.uart_number[0] >= 0)
        pack.params.uart1_protocol = pack.uart_number[0];
    if (pack.uart_number[1] >= 0)
        pack.params.uart3_protocol = pack.uart_number[1];

    struct loop loop;
    struct live *live = malloc(sizeof(*live));
    if (!live || loop_init(&loop) < 0) {
        fputs("hearth pack: no memory\n", stderr);
        free(live);
        return EXIT_FAILED;
    }
    int code = run(&loop, live, &pack);
    loop_free(&loop);
    free(live);
    return code;
}
