/* SPDX-License-Identifier: Apache-2.0
 * hearth sim: plays a scenario as fast as the machine can, with the real core in the loop, and
 * writes what happened.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/hearth/command.h"
#include "app/hearth/sim_chart.h"
#include "app/hearth/sim_list.h"
#include "app/hearth/sim_record.h"
#include "port/port.h"
#include "service/scenario_file.h"
#include "site/world.h"
#include "ui/json.h"

enum { OPTION_NO_CHART = 256, OPTION_PNG, OPTION_CHECK, OPTION_LIST };
enum { PATH_SIZE = 4096, LOOK_STEPS = 64, TERMINAL_US = 200000, PLAIN_US = 10000000 };

struct arguments {
    const char *scenario;
    const char *output;
    bool chart;
    bool png;
    bool quiet;
    bool check;
};

/* Everything that lasts as long as a simulation. */
struct simulation {
    struct scenario_file file;
    struct site site;
    struct scenario_run run;
    struct sim_record record;
    struct sim_chart chart;
    uint64_t start_us; /* of the clock on the wall */
    uint64_t said_us;  /* progress, last time */
    uint64_t step_count;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static const struct argp_option options[] = {
    {"output",                                          'o', "DIR", 0, "Where NAME.csv, NAME.jsonl and NAME.svg go (.)", 0},
    {"no-chart",                                            OPTION_NO_CHART, 0, 0, "Draw nothing", 0},
    {"png", OPTION_PNG, 0, 0, "Draw NAME.png instead of NAME.svg", 0},
    {"check",                                                 OPTION_CHECK, 0, 0, "Read the scenario, say what is wrong, run nothing", 0},
    {"list",OPTION_LIST, 0, 0,
     "Print what a scenario can hold: keys, faults, actions, numbers, inverters", 0},
    {"quiet",                                                'q', 0, 0, "Neither progress nor events, only the summary", 0},
    {0                                               }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->output = text;
        break;
    case OPTION_NO_CHART:
        arguments->chart = false;
        break;
    case OPTION_PNG:
        arguments->png = true;
        break;
    case OPTION_CHECK:
        arguments->check = true;
        break;
    case OPTION_LIST:
        sim_list_print();
        exit(EXIT_DONE);
    case 'q':
        arguments->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (arguments->scenario)
            argp_error(state, "one scenario is expected");
        arguments->scenario = text;
        break;
    case ARGP_KEY_END:
        if (!arguments->scenario)
            argp_error(state, "a scenario is expected");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    options,
    parse,
    "SCENARIO",
    "Plays a scenario (YAML) as fast as it goes, with the real battery management in the loop."
    "\vWhat happens is printed as JSON Lines, at the end a summary. Ctrl-C ends it early; what is "
    "written is complete up to there. How to write one: docs/scenarios.md; examples: scenarios/.",
    NULL,
    NULL,
    NULL};

/* "DIR/NAME.ending" of the scenario's own name. */
static void output_path(const struct arguments *arguments, const char *ending, char path[PATH_SIZE])
{
    const char *slash = strrchr(arguments->scenario, '/');
    const char *name = slash ? slash + 1 : arguments->scenario;
    const char *dot = strrchr(name, '.');
    int size = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    snprintf(path, PATH_SIZE, "%s/%.*s%s", arguments->output, size, name, ending);
}

static FILE *open_output(const struct arguments *arguments, const char *ending)
{
    char path[PATH_SIZE];
    output_path(arguments, ending, path);
    FILE *stream = fopen(path, "w");
    if (stream == NULL)
        fprintf(stderr, "hearth sim: %s: %s\n", path, strerror(errno));
    return stream;
}

static void print_left(double seconds)
{
    if (seconds >= 3600)
        fprintf(stderr, "%.0f h %.0f min left", seconds / 3600 - 0.5,
                (int)(seconds / 60) % 60 + 0.0);
    else if (seconds >= 60)
        fprintf(stderr, "%.0f min left", seconds / 60 + 0.5);
    else
        fprintf(stderr, "%.0f s left", seconds);
}

/* On a terminal one line that is written over, else a line now and then. */
static void show_progress(struct simulation *sim)
{
    bool terminal = isatty(STDERR_FILENO);
    uint64_t now_us = clock_us();
    if (now_us - sim->said_us < (terminal ? TERMINAL_US : PLAIN_US))
        return;
    double done = (double)sim->site.time_us / 1000 / (double)sim->file.scenario.duration_ms;
    double wall_s = (double)(now_us - sim->start_us) / 1e6;
    sim->said_us = now_us;
    fprintf(stderr, "%s%5.1f %%  day %llu  %.0f times real time  ", terminal ? "\r\033[K" : "",
            done * 100, (unsigned long long)(sim->site.time_us / 86400000000ull + 1),
            (double)sim->site.time_us / 1e6 / wall_s);
    print_left(wall_s / done * (1 - done));
    fputs(terminal ? "" : "\n", stderr);
}

/* A step and all that is to be written of it. False at the end. */
static bool advance(struct simulation *sim)
{
    const struct scenario *scenario = &sim->file.scenario;
    uint16_t moment = sim->run.next;
    uint64_t before_ms = sim->site.time_us / 1000;
    scenario_act(&sim->run);
    for (; moment < sim->run.next; moment++)
        sim_record_moment(&sim->record, scenario, &scenario->moment[moment]);
    if (!scenario_step(&sim->run))
        return false;
    sim->step_count++;
    sim_record_watch(&sim->record);
    if ((before_ms + scenario->step_ms) % sim->file.record_ms < scenario->step_ms) {
        sim_record_row(&sim->record);
        sim_chart_add(&sim->chart, &sim->site);
    }
    return true;
}

static void play(struct simulation *sim, bool quiet)
{
    sim->start_us = sim->said_us = clock_us();
    while (!interrupted && advance(sim)) {
        if (!quiet && sim->step_count % LOOK_STEPS == 0)
            show_progress(sim);
    }
    if (!quiet && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static void print_pack(struct text_writer *json, const struct simulation *sim, uint8_t i)
{
    const struct snapshot *snapshot = device_snapshot(&sim->site.device[i]);
    const struct column truth = {
        .source = COLUMN_OF_REAL, .pack = i, .id = SITE_TRUTH_soc_permille};
    const struct column health = {
        .source = COLUMN_OF_REAL, .pack = i, .id = SITE_TRUTH_health_permille};
    int32_t value;
    json_open(json, '{');
    json_put_integer(json, "pack", i);
    json_put_integer(json, "soc_permille", snapshot->soc_permille);
    column_get(&sim->site, &truth, &value);
    json_put_integer(json, "real_soc_permille", value);
    column_get(&sim->site, &health, &value);
    json_put_integer(json, "real_health_permille", value);
    json_put_integer(json, "cycle_count", snapshot->cycle_count);
    json_key(json, "alarms");
    json_alarms(json, snapshot->alarms);
    json_close(json, '}');
}

static void print_summary(const struct simulation *sim)
{
    static char text[16384];
    struct text_writer json;
    double wall_s = (double)(clock_us() - sim->start_us) / 1e6;
    writer_init(&json, text, sizeof(text));
    json_open(&json, '{');
    json_key(&json, "t");
    writer_decimal(&json, (int64_t)(sim->site.time_us / 1000), 3);
    json_put_string(&json, "event", interrupted ? "interrupted" : "end");
    json_put_integer(&json, "steps", (int64_t)sim->step_count);
    json_put_integer(&json, "rows", sim->record.row_count);
    json_put_integer(&json, "alarms", sim->record.alarm_count);
    json_put_integer(&json, "wall_ms", (int64_t)(wall_s * 1000));
    json_key(&json, "packs");
    json_open(&json, '[');
    for (uint8_t i = 0; i < sim->site.pack_count; i++)
        print_pack(&json, sim, i);
    json_close(&json, ']');
    json_close(&json, '}');
    puts(text);
}

static int draw(const struct simulation *sim, const struct arguments *arguments)
{
    char path[PATH_SIZE];
    output_path(arguments, arguments->png ? ".png" : ".svg", path);
    return sim_chart_draw(&sim->chart, sim->file.title[0] ? sim->file.title : arguments->scenario,
                          &sim->file.scenario, path);
}

static int simulate(struct simulation *sim, const struct arguments *arguments)
{
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    scenario_start(&sim->run, &sim->file.scenario, &sim->site);
    sim->record.events = arguments->quiet ? NULL : stdout;
    sim_record_begin(&sim->record, &sim->file.columns, &sim->site);
    sim_chart_begin(&sim->chart, &sim->file.scenario);
    play(sim, arguments->quiet);
    print_summary(sim);
    if (!sim_record_good(&sim->record)) {
        fprintf(stderr, "hearth sim: the record could not be written: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    bool drawn = !arguments->chart || draw(sim, arguments) == 0;
    return interrupted || !drawn ? EXIT_FAILED : EXIT_DONE;
}

static int run(struct simulation *sim, const struct arguments *arguments)
{
    char error[YAML_ERROR_SIZE];
    if (scenario_file_load(&sim->file, arguments->scenario, error) < 0)
        return usage_error("sim", "%s", error);
    int code = EXIT_DONE;
    if (!arguments->check) {
        sim->record.csv = open_output(arguments, ".csv");
        sim->record.lines = sim->record.csv ? open_output(arguments, ".jsonl") : NULL;
        code = sim->record.lines ? simulate(sim, arguments) : EXIT_USAGE;
        if (sim->record.csv)
            fclose(sim->record.csv);
        if (sim->record.lines)
            fclose(sim->record.lines);
    }
    scenario_file_free(&sim->file);
    return code;
}

int sim_command(int argc, char **argv)
{
    struct arguments arguments = {.output = ".", .chart = true};
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    struct simulation *sim = calloc(1, sizeof(*sim));
    if (sim == NULL) {
        fputs("hearth sim: no memory\n", stderr);
        return EXIT_FAILED;
    }
    int code = run(sim, &arguments);
    free(sim);
    return code;
}
