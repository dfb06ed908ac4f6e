/* SPDX-License-Identifier: Apache-2.0
 * hearth soc: the estimator of the core over a measured log; with a reference also how far it was
 * off. It knows nothing but the log and the cell file.
 */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/command.h"
#include "app/hearth/options.h"
#include "base/number.h"
#include "service/csv.h"
#include "service/soc_run.h"

enum { OPTION_CELL = 256, OPTION_START, OPTION_ERROR, OPTION_BIAS, OPTION_REFERENCE };
enum { OPTION_SETTLE = 300, OPTION_EVERY, OPTION_QUIET = 'q' };
enum { OPTION_TIME = 400, OPTION_CURRENT, OPTION_VOLTAGE, OPTION_TEMP };
enum { TIME, CURRENT, VOLTAGE, TEMP, REFERENCE, COLUMN_COUNT };

struct arguments {
    const char *file;
    const char *cell;
    double start_percent; /* NAN: not given; likewise the next */
    double start_error_points;
    double bias_percent;
    double settle_s;
    double every_s;
    bool quiet;
    struct csv_column column[COLUMN_COUNT];
};

struct soc_command {
    struct arguments arguments;
    struct cell_file cell;
    struct csv log;
    struct soc_run run;
    struct soc_score score;
    double first_s;
    double last_s;
    double said_s;
    bool started;
    char error[CELL_FILE_ERROR_SIZE];
};

static const struct argp_option options[] = {
    {"cell",        OPTION_CELL,      "CELL.yaml", 0, "The cell: capacity, voltages, curve",    0},
    {"start",       OPTION_START,     "PERCENT",   0, "Charge at the first sample, known",      0},
    {"start-error", OPTION_ERROR,     "POINTS",    0, "Begin with a guess: reference and this", 0},
    {"bias",        OPTION_BIAS,      "PERCENT",   0, "Adds so much of 1C to every current",    0},
    {"reference",   OPTION_REFERENCE, "COLUMN",    0, "True charge, 0..1, to compare with",     0},
    {"settle",      OPTION_SETTLE,    "SECONDS",   0, "Samples before are not compared (0)",    0},
    {"every",       OPTION_EVERY,     "SECONDS",   0, "Time between two lines (1)",             0},
    {"time",        OPTION_TIME,      "COLUMN",    0, "Name of the column (time_s)",            0},
    {"current",     OPTION_CURRENT,   "COLUMN",    0, "Ampere, positive charges (current_a)",   0},
    {"voltage",     OPTION_VOLTAGE,   "COLUMN",    0, "Volt of one cell (voltage_v)",           0},
    {"temp",        OPTION_TEMP,      "COLUMN",    0, "Degrees Celsius, optional (temp_c)",     0},
    {"quiet",       OPTION_QUIET,     NULL,        0, "Print only the comparison",              0},
    {NULL,          0,                NULL,        0, NULL,                                     0},
};

static double number(const struct argp_state *state, const char *name, const char *text, double low,
                     double high)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        argp_error(state, "%s '%s': a number from %g to %g is expected", name, text, low, high);
    return value;
}

static error_t parse_number(struct arguments *arguments, int key, const char *text,
                            struct argp_state *state)
{
    switch (key) {
    case OPTION_START:
        arguments->start_percent = number(state, "--start", text, 0.0, 100.0);
        return 0;
    case OPTION_ERROR:
        arguments->start_error_points = number(state, "--start-error", text, -100.0, 100.0);
        return 0;
    case OPTION_BIAS:
        arguments->bias_percent = number(state, "--bias", text, -100.0, 100.0);
        return 0;
    case OPTION_SETTLE:
        arguments->settle_s = number(state, "--settle", text, 0.0, 1e9);
        return 0;
    case OPTION_EVERY:
        arguments->every_s = number(state, "--every", text, 0.0, 1e9);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void finish(const struct arguments *arguments, struct argp_state *state)
{
    bool reference = arguments->column[REFERENCE].name[0] != '\0';
    if (arguments->file == NULL)
        argp_error(state, "a log is expected");
    if (arguments->cell == NULL)
        argp_error(state, "--cell is expected");
    if (!isnan(arguments->start_error_points) && !reference)
        argp_error(state, "--start-error needs --reference");
    if (!isnan(arguments->start_error_points) && !isnan(arguments->start_percent))
        argp_error(state, "--start and --start-error exclude each other");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    if (key == OPTION_CELL)
        arguments->cell = text;
    else if (key == OPTION_REFERENCE)
        arguments->column[REFERENCE] = (struct csv_column){text, true, false};
    else if (key >= OPTION_TIME && key <= OPTION_TEMP)
        arguments->column[key - OPTION_TIME].name = text;
    else if (key == OPTION_QUIET)
        arguments->quiet = true;
    else if (key == ARGP_KEY_ARG && arguments->file == NULL)
        arguments->file = text;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one log is expected, '%s' is too many", text);
    else if (key == ARGP_KEY_END)
        finish(arguments, state);
    else
        return parse_number(arguments, key, text, state);
    return 0;
}

static const struct argp parser = {
    options,
    parse,
    "FILE",
    "Runs the estimator of the charge over a measured log of one cell (CSV with a header) and "
    "prints one JSON object per line: t in s, soc_permille, sigma_permille, and the interval "
    "low_permille..high_permille."
    "\vThe cell file is YAML: capacity_ah, nominal_ah, v_min, v_max, and ocv, the name of a CSV "
    "file with soc (0..1) and ocv_discharge_v, ocv_charge_v, or ocv_v. With --reference the last "
    "line compares: {\"rmse_points\":..,\"max_points\":..,\"coverage\":..,\"mean_width_points\":"
    "..,\"samples\":..}. docs/soc.md tells more.",
    NULL,
    NULL,
    NULL};

static double start_of(const struct arguments *arguments, const double *value)
{
    if (!isnan(arguments->start_percent))
        return arguments->start_percent / 100.0;
    if (!isnan(arguments->start_error_points))
        return fmax(0.0, fmin(value[REFERENCE] + arguments->start_error_points / 100.0, 1.0));
    return -1.0;
}

static void print_line(const struct soc_command *soc, double time_s)
{
    const struct soc_filter *filter = &soc->run.filter;
    printf("{\"t\":%.10g,\"soc_permille\":%.1f,\"sigma_permille\":%.1f,\"low_permille\":%.1f,"
           "\"high_permille\":%.1f}\n",
           time_s, (double)filter->soc * 1000.0, (double)filter->sigma * 1000.0,
           (double)filter->low * 1000.0, (double)filter->high * 1000.0);
}

static int take_row(struct soc_command *soc, const double *value)
{
    const struct arguments *arguments = &soc->arguments;
    const struct soc_filter *filter = &soc->run.filter;
    double time_s = value[TIME];
    if (!soc->started) {
        soc_run_init(&soc->run, &soc->cell, start_of(arguments, value),
                     isnan(arguments->start_percent) ? SOC_GUESSED : SOC_TOLD);
        soc->first_s = time_s;
        soc->said_s = time_s - arguments->every_s;
    } else if (time_s < soc->last_s) {
        return csv_fail(&soc->log, "%s: %g comes after %g", arguments->column[TIME].name, time_s,
                        soc->last_s);
    }
    soc->started = true;
    soc->last_s = time_s;
    double bias_a = arguments->bias_percent / 100.0 * soc->cell.nominal_ah;
    soc_run_sample(&soc->run, time_s, value[CURRENT] + bias_a, value[VOLTAGE], value[TEMP]);
    if (!isnan(value[REFERENCE]) && time_s - soc->first_s >= arguments->settle_s)
        soc_score_add(&soc->score, (double)filter->soc, (double)filter->low, (double)filter->high,
                      value[REFERENCE]);
    if (!arguments->quiet && time_s - soc->said_s >= arguments->every_s - 1e-6) {
        print_line(soc, time_s);
        soc->said_s = time_s;
    }
    return 0;
}

static int run(struct soc_command *soc)
{
    struct arguments *arguments = &soc->arguments;
    double value[COLUMN_COUNT] = {0};
    int count = arguments->column[REFERENCE].name[0] != '\0' ? COLUMN_COUNT : REFERENCE;
    int result = csv_open(&soc->log, arguments->file, arguments->column, count, false, soc->error,
                          sizeof(soc->error));
    if (result < 0)
        return result;
    soc->log.may_be_empty = 1u << VOLTAGE | 1u << TEMP | 1u << REFERENCE;
    value[REFERENCE] = value[TEMP] = NAN;
    while ((result = csv_read(&soc->log, value)) > 0) {
        result = take_row(soc, value);
        if (result < 0)
            break;
    }
    if (result == 0 && !soc->started)
        result = csv_fail(&soc->log, "there are no samples");
    csv_close(&soc->log);
    return result;
}

/* What is not given by options. */
static void set_defaults(struct arguments *arguments)
{
    static const struct csv_column column[COLUMN_COUNT] = {
        [TIME] = {"time_s",    true,  false},
          [CURRENT] = {"current_a", true,  false},
        [VOLTAGE] = {"voltage_v", true,  false},
          [TEMP] = {"temp_c",    false, false},
        [REFERENCE] = {"",          false, false},
    };
    memcpy(arguments->column, column, sizeof(column));
    arguments->start_percent = NAN;
    arguments->start_error_points = NAN;
    arguments->every_s = 1.0;
}

int soc_command(int argc, char **argv)
{
    static struct soc_command soc;
    set_defaults(&soc.arguments);
    argp_parse(&parser, argc, argv, 0, NULL, &soc.arguments);
    if (cell_file_load(&soc.cell, soc.arguments.cell, soc.error) < 0)
        return usage_error("soc", "%s", soc.error);
    if (run(&soc) < 0)
        return usage_error("soc", "%s", soc.error);
    if (soc.arguments.column[REFERENCE].name[0] != '\0')
        soc_score_print(&soc.score, stdout);
    if (soc.run.filter.swapped)
        fprintf(stderr,
                "hearth soc: %s: the sign of the current is wrong, the voltage falls when it "
                "charges; only counted\n",
                soc.arguments.file);
    return EXIT_DONE;
}
