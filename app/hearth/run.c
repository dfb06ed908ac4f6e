/* SPDX-License-Identifier: Apache-2.0
 * hearth run: the daemon. Without a configuration it shows the demonstration bank: virtual packs on
 * a parallel bus, a virtual inverter on CAN, a page.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/announce.h"
#include "app/hearth/bus_trouble.h"
#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "protocols/protocols.h"
#include "service/config.h"
#include "service/live.h"
#include "service/modbus_server.h"
#include "service/store.h"
#include "service/web.h"

enum {
    OPTION_RS485 = 256,
    OPTION_RS485_1,
    OPTION_RS232,
    OPTION_CAN,
    OPTION_PACKS,
    OPTION_SPEED,
    OPTION_START,
    OPTION_TIMING,
    OPTION_STORE,
    OPTION_PROTOCOL
};

#define DEFAULT_CAN "udpcan:239.74.163.2:43113"

static const struct argp_option options[] = {
    {"config",                                           'c', "FILE", 0, "Configuration (YAML); later options override it", 0},
    {"port",                                            'p', "PORT", 0, "Page on http://127.0.0.1:PORT (8080; 0 any)", 0},
    {"packs", OPTION_PACKS, "N", 0, "Virtual packs, 1 to 16 (3)", 0},
    {"rs485",                                                  OPTION_RS485, "URL", 0, "Parallel bus to the outside (tcp-listen:48502)", 0},
    {"rs485-1",    OPTION_RS485_1, "URL", 0, "RS485-1 of the first pack to the outside (none)", 0},
    {"rs232",                                                 OPTION_RS232, "URL", 0, "RS232 of the first pack to the outside (none)", 0},
    {"can",                                                 OPTION_CAN, "URL", 0, "CAN bus to the outside (" DEFAULT_CAN ")", 0},
    {"protocol",                                            OPTION_PROTOCOL, "NAME", 0, "CAN protocol towards the inverter (pylon_can)", 0},
    {"speed",                                               OPTION_SPEED, "N", 0, "Times real time, 1 to 60 (1)", 0},
    {"start",                      OPTION_START, "HH:MM", 0, "Time of day at the start (10:00)", 0},
    {"timing",                                                  OPTION_TIMING, "NAME", 0, "Polling of the parallel bus: fast or jk (fast)", 0},
    {"store",OPTION_STORE, "DIR", 0,
     "What the packs remember lies here, one file each; made if missing (in memory)", 0},
    {0                                                }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct config *config = state->input;
    switch (key) {
    case 'c': /* read before all other options, see load() */
        break;
    case 'p':
        config->web_port = option_number(state, "--port", text, 0, 65535);
        break;
    case OPTION_PACKS:
        config->packs = option_number(state, "--packs", text, 1, PACK_MAX);
        break;
    case OPTION_RS485:
        option_text(state, "--rs485", text, config->rs485, sizeof(config->rs485));
        break;
    case OPTION_RS485_1:
        option_text(state, "--rs485-1", text, config->rs485_1, sizeof(config->rs485_1));
        break;
    case OPTION_RS232:
        option_text(state, "--rs232", text, config->rs232, sizeof(config->rs232));
        break;
    case OPTION_CAN:
        option_text(state, "--can", text, config->can, sizeof(config->can));
        break;
    case OPTION_SPEED:
        config->speed = option_number(state, "--speed", text, 1, STAGE_SPEED_MAX);
        break;
    case OPTION_START:
        config->start_ms = (int32_t)option_time_ms(state, "--start", text);
        break;
    case OPTION_TIMING:
        if (strcmp(text, "fast") != 0 && strcmp(text, "jk") != 0)
            argp_error(state, "--timing '%s': fast or jk is expected", text);
        config->jk_timing = strcmp(text, "jk") == 0;
        break;
    case OPTION_PROTOCOL:
        config->can_number = option_can_protocol(state, "--protocol", text);
        break;
    case OPTION_STORE:
        option_text(state, "--store", text, config->store, sizeof(config->store));
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    options,
    parse,
    NULL,
    "Runs packs, buses, inverter and page until Ctrl-C. The demonstration bank needs no option.",
    NULL,
    NULL,
    NULL};

/* First pass over the arguments: the configuration file, so that options override it. */
static int load(int argc, char **argv, struct config *config)
{
    const char *file = NULL;
    for (int i = 1; i < argc; i++) {
        if ((strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0) && i + 1 < argc)
            file = argv[i + 1];
        else if (strncmp(argv[i], "--config=", 9) == 0)
            file = argv[i] + 9;
    }
    if (!file)
        return 0;
    char error[YAML_ERROR_SIZE];
    if (config_load(config, file, error) == 0)
        return 0;
    fprintf(stderr, "hearth run: %s\n", error);
    return -1;
}

static void fill_setup(const struct config *config, struct params *params, struct site_setup *setup)
{
    static const int32_t soc_permille[] = {500, 480, 520};
    params_init(params);
    params->can_protocol = config->can_number;
    *setup = (struct site_setup){
        .seed = (uint64_t)config->seed,
        .pack_count = (uint8_t)config->packs,
        .start_ms = (uint64_t)config->start_ms,
        .params = params,
        .timing = config->jk_timing ? JK_TIMING_SLOTS : JK_TIMING_FAST,
        .inverter_on_can = true,
    };
    for (int i = 0; i < config->packs; i++)
        setup->soc_permille[i] = soc_permille[i % 3];
}

/* The demonstration shows its CAN bus where it can; without a route it stays inside. */
static void open_default_can(struct live *live, struct loop *loop, char *error)
{
    error[0] = '\0';
    if (!live->can.kind)
        live_open_can(live, loop, DEFAULT_CAN, error);
}

static void announce(const struct live *live, const struct web *web, const struct config *config,
                     const char *can_error)
{
    char rs485[128] = "-";
    char can[192];
    if (live->bus.kind)
        serial_port_describe(&live->bus, rs485, sizeof(rs485));
    if (live->can.kind)
        can_port_describe(&live->can, can, sizeof(can));
    else
        snprintf(can, sizeof(can), "in process only (%s)", can_error);
    printf("%d virtual packs, page on http://127.0.0.1:%u\n", live->stage.site.pack_count,
           web_port(web));
    printf("RS485-2 of the bank: %s\n", rs485);
    const struct device *first = &live->stage.site.device[0];
    announce_serial("RS485-1 of the first pack", &live->own[0].port,
                    device_uart(first, DEVICE_RS485_1));
    announce_serial("RS232 of the first pack", &live->own[1].port,
                    device_uart(first, DEVICE_RS232));
    printf("CAN to the inverter (%s): %s\n", live->stage.site.receiver[0].protocol->name, can);
    if (config->store[0])
        printf("Memories of the packs: %s\n", config->store);
    fflush(stdout);
}

static void announce_modbus(const struct modbus_server *modbus)
{
    char url[128];
    if (modbus == NULL)
        return;
    modbus_server_describe(modbus, url, sizeof(url));
    printf("Modbus TCP (SunSpec): %s\n", url);
}

static void print_modbus_trouble(const struct modbus_server *modbus)
{
    if (modbus == NULL)
        return;
    const struct modbus_counts *counts = modbus_server_counts(modbus);
    if (counts->broken_clients + counts->half_clients + counts->slow_clients +
            counts->refused_clients >
        0)
        printf(
            "Modbus TCP: clients closed: %u broken, %u half a request, %u not reading; %u turned "
            "away\n",
            counts->broken_clients, counts->half_clients, counts->slow_clients,
            counts->refused_clients);
}

/* Everything between "ports are open" and Ctrl-C. */
static int serve_page(struct loop *loop, struct live *live, const struct config *config,
                      const struct modbus_server *modbus)
{
    char can_error[PORT_ERROR_SIZE];
    struct web *web;
    struct web_source source;
    live_source(live, &source);
    int result = web_start(&web, loop->event, (uint16_t)config->web_port, &source);
    if (result < 0) {
        fprintf(stderr, "hearth run: page on 127.0.0.1:%d: %s\n", config->web_port,
                strerror(-result));
        return EXIT_FAILED;
    }
    open_default_can(live, loop, can_error);
    announce_modbus(modbus);
    announce(live, web, config, can_error);
    int code = loop_run(loop);
    bus_trouble_print(live);
    print_modbus_trouble(modbus);
    web_stop(web);
    return code;
}

static int serve(struct loop *loop, struct live *live, const struct config *config)
{
    char error[PORT_ERROR_SIZE];
    struct modbus_server *modbus;
    if (modbus_server_start(&modbus, loop, &live->stage.site, config->modbus, error) < 0) {
        fprintf(stderr, "hearth run: modbus.url: %s\n", error);
        return EXIT_USAGE;
    }
    int code = serve_page(loop, live, config, modbus);
    modbus_server_stop(modbus);
    return code;
}

/* Opens and closes what lasts as long as the program. */
static int run(struct loop *loop, struct live *live, const struct config *config)
{
    const struct live_ports ports = {
        .rs485_2 = config->rs485[0] ? config->rs485 : NULL,
        .rs485_1 = config->rs485_1[0] ? config->rs485_1 : NULL,
        .rs232 = config->rs232[0] ? config->rs232 : NULL,
        .can = config->can[0] ? config->can : NULL,
    };
    struct params params;
    struct site_setup setup;
    struct store store;
    char error[PORT_ERROR_SIZE];
    int code = EXIT_USAGE;
    fill_setup(config, &params, &setup);
    if (store_open_directory(&store, config->store, &setup, error) < 0 ||
        live_start(live, loop, &setup, &ports, error) < 0) {
        fprintf(stderr, "hearth run: %s\n", error);
    } else {
        live->stage.speed = (uint32_t)config->speed;
        code = serve(loop, live, config);
        live_stop(live);
    }
    if (store_close(&store) == 0)
        return code;
    fprintf(stderr, "hearth run: '%s': the last writes did not reach the disk\n", config->store);
    return EXIT_FAILED;
}

int run_command(int argc, char **argv)
{
    struct config config;
    config_init(&config);
    if (load(argc, argv, &config) < 0)
        return EXIT_USAGE;
    argp_parse(&parser, argc, argv, 0, NULL, &config);

    struct loop loop;
    struct live *live = malloc(sizeof(*live));
    if (!live || loop_init(&loop) < 0) {
        fputs("hearth run: no memory\n", stderr);
        free(live);
        return EXIT_FAILED;
    }
    int code = run(&loop, live, &config);
    loop_free(&loop);
    free(live);
    return code;
}
