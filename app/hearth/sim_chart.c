/* SPDX-License-Identifier: Apache-2.0
 * Panels and series are tables; the script and its data go to gnuplot through a pipe.
 */
#include "app/hearth/sim_chart.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/number.h"
#include "ui/text.h"

enum { WIDTH = 1200, PANEL_HEIGHT = 240, NOT_FOUND = 127 };

enum panel { POWER, VOLTAGE, CELLS, CURRENT, CHARGE, TEMPERATURE, PANEL_COUNT };

static const struct {
    const char *title;
    double scale; /* shown value = value / scale */
} panels[PANEL_COUNT] = {
    [POWER] = {"kW",         1e3 },
      [VOLTAGE] = {"V",          1e3 },
      [CELLS] = {"V per cell", 1e3 },
    [CURRENT] = {"A",          1e3 },
      [CHARGE] = {"%",          10.0},
      [TEMPERATURE] = {"°C",        10.0},
};

/* One line each, or one per pack. A negative sign mirrors it. */
static const struct series {
    uint8_t panel;
    const char *column;
    const char *label;
    const char *color;
    int sign;
    bool dashed;
} all_series[] = {
    {POWER,       "world.load_w",            "household",                 "#c0362c", 1,  false},
    {POWER,       "world.solar_w",           "sun",                       "#c07a08", 1,  false},
    {POWER,       "world.battery_w",         "into the battery",          "#1b7a63", 1,  false},
    {VOLTAGE,     "bank.charge_limit_mv",    "charge voltage limit",      "#94620a", 1,  true },
    {VOLTAGE,     "bank.pack_mv",            "battery",                   "#5b6bb5", 1,  false},
    {CELLS,       "pack.cell_max_mv",        "highest cell",              "#c07a08", 1,  false},
    {CELLS,       "pack.cell_min_mv",        "lowest cell",               "#5b6bb5", 1,  false},
    {CURRENT,     "bank.charge_limit_ma",    "charge limit",              "#94620a", 1,  true },
    {CURRENT,     "bank.discharge_limit_ma", "discharge limit",           "#94620a", -1, true },
    {CURRENT,     "bank.pack_ma",            "battery",                   "#1b7a63", 1,  false},
    {CHARGE,      "pack.soc_permille",       "what the packs believe",    "#1b7a63", 1,  false},
    {CHARGE,      "real.soc_permille",       "what is true",              "#67726d", 1,  true },
    {TEMPERATURE, "real.hottest_ddegc",      "hottest cell of each pack", "#c0362c", 1,  false},
    {TEMPERATURE, "world.ambient_ddegc",     "air",                       "#5b6bb5", 1,  false},
};

static void add_line(struct sim_chart *chart, const struct column *column, uint8_t series)
{
    if (chart->line_count == SIM_CHART_LINES)
        return;
    struct sim_chart_line *line = &chart->line[chart->line_count++];
    line->column = *column;
    line->series = series;
    for (int i = 0; i < SIM_CHART_PLACES; i++) {
        line->low[i] = INT32_MAX;
        line->high[i] = INT32_MIN;
    }
}

void sim_chart_begin(struct sim_chart *chart, const struct scenario *scenario)
{
    chart->duration_ms = scenario->duration_ms;
    chart->line_count = 0;
    for (uint8_t i = 0; i < COUNT(all_series); i++) {
        static struct columns columns;
        columns.count = 0;
        columns_add(&columns, all_series[i].column, scenario->setup.pack_count);
        for (uint16_t k = 0; k < columns.count; k++)
            add_line(chart, &columns.column[k], i);
    }
}

void sim_chart_add(struct sim_chart *chart, const struct site *site)
{
    uint64_t place = site->time_us / 1000 * SIM_CHART_PLACES / chart->duration_ms;
    if (place >= SIM_CHART_PLACES)
        place = SIM_CHART_PLACES - 1;
    for (uint8_t i = 0; i < chart->line_count; i++) {
        struct sim_chart_line *line = &chart->line[i];
        int32_t value;
        if (!column_get(site, &line->column, &value))
            continue;
        line->low[place] = min32(line->low[place], value);
        line->high[place] = max32(line->high[place], value);
    }
}

struct axis {
    const char *unit;
    double ms;
    double tics; /* between two marks; 0: as it fits */
};

static struct axis axis_of(uint64_t duration_ms)
{
    static const struct {
        uint64_t up_to_ms;
        struct axis axis;
    } axes[] = {
        {300000,     {"seconds", 1e3, 0.0} },
        {7200000,    {"minutes", 6e4, 0.0} },
        {129600000,  {"hours", 3.6e6, 3.0} },
        {259200000,  {"hours", 3.6e6, 12.0}},
        {UINT64_MAX, {"days", 8.64e7, 0.0} },
    };
    size_t i = 0;
    while (duration_ms > axes[i].up_to_ms)
        i++;
    return axes[i].axis;
}

/* Inside single quotes gnuplot knows one special character. */
static void put_quoted(FILE *plot, const char *text)
{
    fputc('\'', plot);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', plot);
        fputc(*text, plot);
    }
    fputc('\'', plot);
}

static void put_head(FILE *plot, const char *title, const char *file, double end,
                     const struct axis *axis)
{
    const char *ending = strrchr(file, '.');
    bool png = ending && strcmp(ending, ".png") == 0;
    fprintf(plot, "set terminal %s size %d,%d noenhanced font 'DejaVu Sans,%d'\nset output ",
            png ? "pngcairo" : "svg", WIDTH, PANEL_COUNT * PANEL_HEIGHT + 60, png ? 10 : 12);
    put_quoted(plot, file);
    fputs("\nset multiplot title ", plot);
    put_quoted(plot, title);
    fprintf(plot,
            " font ',16' offset 0,-0.3\n"
            "set lmargin at screen 0.075\nset rmargin at screen 0.985\n"
            "set border 3 lc rgb '#67726d'\nset tics nomirror textcolor rgb '#17211d'\n"
            "set grid lc rgb '#e1e4e1' lt 1 lw 0.7\n"
            "set key at graph 0,graph 1.13 left top horizontal Left reverse samplen 2\n"
            "set xrange [0:%g]\nset yrange [*:*]\n",
            end);
    if (axis->tics > 0.0)
        fprintf(plot, "set xtics %g\n", axis->tics);
}

static void put_data(FILE *plot, const struct sim_chart *chart, const struct axis *axis,
                     const struct sim_chart_line *line)
{
    const struct series *series = &all_series[line->series];
    double scale = panels[series->panel].scale / series->sign;
    fprintf(plot, "$line%d << END\n", (int)(line - chart->line));
    for (int i = 0; i < SIM_CHART_PLACES; i++) {
        double time = (i + 0.5) * (double)chart->duration_ms / SIM_CHART_PLACES / axis->ms;
        if (line->low[i] <= line->high[i])
            fprintf(plot, "%.6g %.6g\n", time, line->low[i] / scale);
        if (line->low[i] < line->high[i])
            fprintf(plot, "%.6g %.6g\n", time, line->high[i] / scale);
    }
    fputs("END\n", plot);
}

/* "Loose busbar at a cell: 300 uohm" */
static void words_of(const struct scenario_event *event, char *text, size_t size)
{
    struct text_writer writer;
    writer_init(&writer, text, size);
    writer_text(&writer, scenario_label(event));
    if (event->what >= SCENARIO_ACTION) {
        writer_text(&writer, ": ");
        writer_integer(&writer, event->value);
    } else if (sim_fault_rows[event->what].unit != UNIT_FLAG) {
        writer_text(&writer, ": ");
        text_value(&writer, event->value, (enum unit)sim_fault_rows[event->what].unit);
    }
}

/* Dotted lines where something begins; on the first panel with its words. */
static void put_moments(FILE *plot, const struct scenario *scenario, const struct axis *axis,
                        bool words)
{
    fputs("unset arrow\nunset label\n", plot);
    for (uint16_t i = 0; i < scenario->moment_count && i < 40; i++) {
        const struct scenario_moment *moment = &scenario->moment[i];
        double time = (double)moment->at_ms / axis->ms;
        fprintf(plot, "set arrow from %g,graph 0 to %g,graph 1 nohead lc rgb '%s' dt 3 back\n",
                time, time, moment->begins ? "#c0362c" : "#67726d");
        if (!words || !moment->begins)
            continue;
        char text[128];
        words_of(&scenario->event[moment->event], text, sizeof(text));
        fputs("set label ", plot);
        put_quoted(plot, text);
        fprintf(plot, " at %g,graph %g offset 0.5,0 font ',9' tc rgb '#c0362c' front\n", time,
                0.95 - 0.09 * (i % 4));
    }
}

static void put_lines(FILE *plot, const struct sim_chart *chart, uint8_t panel)
{
    const char *before = "plot ";
    int last_series = -1;
    for (uint8_t i = 0; i < chart->line_count; i++) {
        const struct series *series = &all_series[chart->line[i].series];
        if (series->panel != panel)
            continue;
        bool first = chart->line[i].series != last_series;
        fprintf(plot, "%s$line%d with lines lw %s lc rgb '%s'%s ", before, i,
                series->dashed ? "1" : "1.5", series->color, series->dashed ? " dt 2" : "");
        fprintf(plot, first ? "title '%s'" : "notitle", series->label);
        last_series = chart->line[i].series;
        before = ", ";
    }
    fputc('\n', plot);
}

static bool has_data(const struct sim_chart *chart, uint8_t panel)
{
    for (uint8_t i = 0; i < chart->line_count; i++) {
        const struct sim_chart_line *line = &chart->line[i];
        for (int k = 0; all_series[line->series].panel == panel && k < SIM_CHART_PLACES; k++) {
            if (line->low[k] <= line->high[k])
                return true;
        }
    }
    return false;
}

static void put_panels(FILE *plot, const struct sim_chart *chart, const struct scenario *scenario,
                       const struct axis *axis)
{
    double height = 0.93 / PANEL_COUNT;
    for (uint8_t panel = 0; panel < PANEL_COUNT; panel++) {
        double top = 0.957 - panel * height;
        bool last = panel == PANEL_COUNT - 1;
        if (!has_data(chart, panel))
            continue;
        fprintf(plot, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", top,
                top - height + 0.028);
        fprintf(plot, "set ylabel '%s' offset 1,0\n", panels[panel].title);
        fprintf(plot, last ? "set format x\nset xlabel '%s'\n" : "set format x ''\n", axis->unit);
        put_moments(plot, scenario, axis, panel == 0);
        put_lines(plot, chart, panel);
    }
}

int sim_chart_draw(const struct sim_chart *chart, const char *title,
                   const struct scenario *scenario, const char *file)
{
    const struct axis axis = axis_of(chart->duration_ms);
    void (*pipe_handler)(int) = signal(SIGPIPE, SIG_IGN);
    FILE *plot = popen("gnuplot", "w");
    if (plot == NULL) {
        perror("gnuplot");
        return -1;
    }
    put_head(plot, title, file, (double)chart->duration_ms / axis.ms, &axis);
    for (uint8_t i = 0; i < chart->line_count; i++)
        put_data(plot, chart, &axis, &chart->line[i]);
    put_panels(plot, chart, scenario, &axis);
    fputs("unset multiplot\n", plot);
    int status = pclose(plot);
    signal(SIGPIPE, pipe_handler);
    if (status == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        fputs("no chart: gnuplot is missing (Debian: gnuplot-nox)\n", stderr);
    else
        fprintf(stderr, "no chart: gnuplot could not draw '%s'\n", file);
    return -1;
}
