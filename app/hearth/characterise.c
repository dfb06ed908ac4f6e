/* SPDX-License-Identifier: Apache-2.0
 * hearth characterise: makes the open-circuit voltages of a cell from slow logs, one full discharge
 * and one full charge. Writes NAME.yaml and NAME.csv for `hearth soc`.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/hearth/command.h"
#include "service/measured_log.h"
#include "sim/number.h"

enum { OPTION_TIME = 256, OPTION_CURRENT, OPTION_VOLTAGE, OPTION_NOMINAL, OPTION_RESISTANCE };
enum { POINTS = 101, FILE_MAX = 8, ERROR_SIZE = 256, PATH_SIZE = 4096 };

/* A run has to move so much of what the longest one moves to count as a full one. */
static const double FULL_PART = 0.9;
/* Faster than this the voltage is not that of a cell at rest, even when corrected. */
static const double SLOW_C = 0.11;

struct arguments {
    const char *files[FILE_MAX];
    int file_count;
    const char *output;
    double nominal_ah;
    double resistance_mohm;
    struct measured_names names;
};

/* Current of one direction, from its first to its last row of a log. */
struct run {
    const struct measured_log *log;
    size_t first;
    size_t end;
    double ah; /* > 0 */
};

static const struct argp_option options[] = {
    {"output",                               'o', "NAME", 0, "Write NAME.yaml and NAME.csv (cell)", 0},
    {"nominal",                                OPTION_NOMINAL, "AH", 0, "Nominal capacity (the measured one)", 0},
    {"resistance", OPTION_RESISTANCE, "MOHM", 0, "Taken out of the voltages (0)", 0},
    {"time",                                      OPTION_TIME, "NAME", 0, "Column of the time in s (time_s)", 0},
    {"current",OPTION_CURRENT, "NAME", 0, "Column of the current in A, + = charge (current_a)", 0},
    {"voltage",                                     OPTION_VOLTAGE, "NAME", 0, "Column of the voltage in V (voltage_v)", 0},
    {0                                    }
};

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double positive(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value > 0.0 && value < 1e6))
        argp_error(state, "%s '%s': a number above 0 is expected", name, text);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->output = text;
        break;
    case OPTION_NOMINAL:
        arguments->nominal_ah = positive(state, "--nominal", text);
        break;
    case OPTION_RESISTANCE:
        arguments->resistance_mohm = positive(state, "--resistance", text);
        break;
    case OPTION_TIME:
        arguments->names.time = text;
        break;
    case OPTION_CURRENT:
        arguments->names.current = text;
        break;
    case OPTION_VOLTAGE:
        arguments->names.voltage = text;
        break;
    case ARGP_KEY_ARG:
        if (arguments->file_count == FILE_MAX)
            argp_error(state, "at most %d logs are taken", FILE_MAX);
        arguments->files[arguments->file_count++] = text;
        break;
    case ARGP_KEY_END:
        if (arguments->file_count == 0)
            argp_error(state, "a log is expected");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    options,
    parse,
    "FILE...",
    "Makes the open-circuit voltages of a cell from slow logs (C/10 or slower) of one full "
    "discharge and one full charge, in one file or several."
    "\vThe longest discharge and the longest charge are taken. Without --resistance the voltages "
    "are as "
    "measured: at C/30 they differ from those at rest by a millivolt or two.",
    NULL,
    NULL,
    NULL};

static int sign(double current_a, double quiet_a)
{
    return current_a > quiet_a ? 1 : current_a < -quiet_a ? -1 : 0;
}

static double moved_ah(const struct measured_log *log, size_t first, size_t end)
{
    double ah = 0.0;
    for (size_t i = first + 1; i < end; i++)
        ah += log->current_a[i] * (log->time_s[i] - log->time_s[i - 1]) / 3600.0;
    return ah;
}

/* The longest run of one direction of all logs; ah 0 when there is none. */
static struct run longest(const struct measured_log logs[], int count, int direction)
{
    struct run best = {0};
    for (int k = 0; k < count; k++) {
        const struct measured_log *log = &logs[k];
        double most_a = 0.0;
        for (size_t i = 0; i < log->count; i++)
            most_a = larger(most_a, sim_abs(log->current_a[i]));
        for (size_t first = 0, end; first < log->count; first = end) {
            for (end = first + 1;
                 end < log->count && sign(log->current_a[end], most_a / 20.0) ==
                                         sign(log->current_a[first], most_a / 20.0);)
                end++;
            double ah = direction * moved_ah(log, first, end);
            if (sign(log->current_a[first], most_a / 20.0) == direction && ah > best.ah)
                best = (struct run){log, first, end, ah};
        }
    }
    return best;
}

/* Voltages at rest at 0, 1 .. 100 percent, by the charge moved since the run began. */
static void trace(const struct run *run, double ohm, bool discharge, double ocv_v[POINTS])
{
    const struct measured_log *log = run->log;
    double ah = 0.0;
    int point = 0; /* counted from the start of the run */
    for (size_t i = run->first; i < run->end; i++) {
        double before = ah;
        if (i > run->first)
            ah += sim_abs(log->current_a[i]) * (log->time_s[i] - log->time_s[i - 1]) / 3600.0;
        double now_v = log->voltage_v[i] - ohm * log->current_a[i];
        double before_v =
            i > run->first ? log->voltage_v[i - 1] - ohm * log->current_a[i - 1] : now_v;
        for (; point < POINTS && point * run->ah / (POINTS - 1) <= ah; point++) {
            double wanted = point * run->ah / (POINTS - 1);
            double part = ah > before ? (wanted - before) / (ah - before) : 1.0;
            ocv_v[discharge ? POINTS - 1 - point : point] = before_v + part * (now_v - before_v);
        }
    }
    double last_v = log->voltage_v[run->end - 1];
    for (; point < POINTS; point++)
        ocv_v[discharge ? POINTS - 1 - point : point] = last_v;
}

/* Noise must not make a voltage fall while the charge rises. */
static void make_rising(double ocv_v[POINTS])
{
    for (int i = 1; i < POINTS; i++)
        ocv_v[i] = larger(ocv_v[i], ocv_v[i - 1]);
}

static int write_cell(const struct arguments *arguments, double capacity_ah,
                      const double discharge_v[POINTS], const double charge_v[POINTS])
{
    char path[PATH_SIZE];
    const char *slash = strrchr(arguments->output, '/');
    snprintf(path, sizeof(path), "%s.csv", arguments->output);
    FILE *table = fopen(path, "w");
    if (table == NULL)
        return usage_error("characterise", "%s: %s", path, strerror(errno));
    fputs("soc,ocv_discharge_v,ocv_charge_v\n", table);
    for (int i = 0; i < POINTS; i++)
        fprintf(table, "%.2f,%.5f,%.5f\n", i / (POINTS - 1.0), discharge_v[i], charge_v[i]);
    bool good = fclose(table) == 0;
    snprintf(path, sizeof(path), "%s.yaml", arguments->output);
    FILE *cell = fopen(path, "w");
    if (cell == NULL)
        return usage_error("characterise", "%s: %s", path, strerror(errno));
    fprintf(cell, "capacity_ah: %.4f\nnominal_ah: %.4f\nv_min: %.3f\nv_max: %.3f\nocv: %s.csv\n",
            capacity_ah, arguments->nominal_ah > 0.0 ? arguments->nominal_ah : capacity_ah,
            discharge_v[0], charge_v[POINTS - 1], slash ? slash + 1 : arguments->output);
    if (fclose(cell) == 0 && good)
        return EXIT_DONE;
    fprintf(stderr, "hearth characterise: %s: %s\n", path, strerror(errno));
    return EXIT_FAILED;
}

static int refuse(const char *why)
{
    fprintf(stderr, "hearth characterise: %s\n", why);
    return EXIT_FAILED;
}

static int make_cell(const struct arguments *arguments, const struct measured_log logs[])
{
    double discharge_v[POINTS];
    double charge_v[POINTS];
    const struct run discharge = longest(logs, arguments->file_count, -1);
    const struct run charge = longest(logs, arguments->file_count, 1);
    double ohm = arguments->resistance_mohm / 1e3;
    double most_ah = larger(discharge.ah, charge.ah);
    if (discharge.ah == 0.0 || charge.ah == 0.0)
        return refuse(discharge.ah == 0.0 ? "there is no discharge in these logs"
                                          : "there is no charge in these logs");
    if (smaller(discharge.ah, charge.ah) < FULL_PART * most_ah)
        return refuse("the longest discharge and the longest charge differ by more than a tenth: "
                      "one of them is not a full one");
    double mean_a =
        discharge.ah * 3600.0 /
        (discharge.log->time_s[discharge.end - 1] - discharge.log->time_s[discharge.first]);
    if (mean_a > SLOW_C * discharge.ah)
        return refuse("the discharge is faster than C/10: its voltages are not those of a cell at "
                      "rest");
    trace(&discharge, ohm, true, discharge_v);
    trace(&charge, ohm, false, charge_v);
    make_rising(discharge_v);
    make_rising(charge_v);
    for (int i = 0; i < POINTS; i++)
        charge_v[i] = larger(charge_v[i], discharge_v[i]);
    fprintf(stderr, "discharge %.4f Ah, charge %.4f Ah, %.1f mV between them at half charge\n",
            discharge.ah, charge.ah, (charge_v[POINTS / 2] - discharge_v[POINTS / 2]) * 1e3);
    return write_cell(arguments, discharge.ah, discharge_v, charge_v);
}

/* Loads log after log, telling which. */
static int load_all(const struct arguments *arguments, struct measured_log logs[])
{
    char error[ERROR_SIZE];
    for (int i = 0; i < arguments->file_count; i++) {
        fprintf(stderr, "log %d of %d: %s", i + 1, arguments->file_count, arguments->files[i]);
        if (measured_log_load(&logs[i], arguments->files[i], &arguments->names, error,
                              sizeof(error)) < 0) {
            fputc('\n', stderr);
            return usage_error("characterise", "%s", error);
        }
        fprintf(stderr, ", %zu rows over %.1f h\n", logs[i].count,
                (logs[i].time_s[logs[i].count - 1] - logs[i].time_s[0]) / 3600.0);
    }
    return EXIT_DONE;
}

int characterise_command(int argc, char **argv)
{
    struct arguments arguments = {.output = "cell", .names = MEASURED_NAMES};
    struct measured_log logs[FILE_MAX] = {{0}};
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    int code = load_all(&arguments, logs);
    if (code == EXIT_DONE)
        code = make_cell(&arguments, logs);
    for (int i = 0; i < FILE_MAX; i++)
        measured_log_free(&logs[i]);
    return code;
}
