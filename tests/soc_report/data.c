/* SPDX-License-Identifier: Apache-2.0
 * The curve goes through a cell file of its own, so that the report reads what a user would give.
 */
#include "tests/soc_report/data.h"

#include "service/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct set sets[SET_COUNT] = {
    {"N25", -25.0, false},
    {"N15", -15.0, true },
    {"N05", -5.0,  false},
    {"P05", 5.0,   true },
    {"P15", 15.0,  false},
    {"P25", 25.0,  true },
    {"P35", 35.0,  false},
    {"P45", 45.0,  true },
};

enum { PATH_SIZE = 1024 };

static char trouble[CELL_FILE_ERROR_SIZE];

static void stop(const char *reason)
{
    fprintf(stderr, "soc_report: %s\n", reason);
    exit(1);
}

static void open_table(struct csv *table, const char *folder, const char *name,
                       struct csv_column *columns, int count)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (csv_open(table, path, columns, count, false, trouble, sizeof(trouble)) < 0)
        stop(trouble);
}

/* The next row of this temperature; false at the end. */
static bool next(struct csv *table, double degc, double *value)
{
    int result;
    while ((result = csv_read(table, value)) > 0) {
        if (fabs(value[0] - degc) < 0.5)
            return true;
    }
    if (result < 0)
        stop(trouble);
    return false;
}

static double load_capacity(const char *folder, double degc)
{
    struct csv_column columns[] = {
        {"temp_C", true, false},
        {"Q_Ah",   true, false},
    };
    struct csv table;
    double value[2];
    open_table(&table, folder, "capacity_efficiency.csv", columns, 2);
    if (!next(&table, degc, value))
        stop("capacity_efficiency.csv lacks a temperature");
    csv_close(&table);
    return value[1];
}

static void load_fit(struct fit *fit, const char *folder, double degc)
{
    struct csv_column columns[] = {
        {"temp_C",  true, false},
        {"soc",     true, false},
        {"R0_mohm", true, false},
        {"R1_mohm", true, false},
        {"R2_mohm", true, false},
        {"tau1_s",  true, false},
        {"tau2_s",  true, false},
        {"gamma",   true, false},
    };
    struct csv table;
    double value[8];
    open_table(&table, folder, "ecm_fit_2rc_hyst.csv", columns, 8);
    while (next(&table, degc, value)) {
        if (fabs(value[1] - 0.5) > 0.01)
            continue;
        *fit = (struct fit){
            .r_ohm = {value[2] / 1e3, value[3] / 1e3, value[4] / 1e3},
            .tau_s = {value[5],              value[6]                    },
            .gamma = value[7],
            .gap = 1.0,
        };
    }
    csv_close(&table);
}

static void write_cell(const char *folder, double degc, const char *target)
{
    struct csv_column columns[] = {
        {"temp_C",  true, false},
        {"soc_pct", true, false},
        {"v_dis",   true, false},
        {"v_chg",   true, false},
    };
    struct csv table;
    double value[4];
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/ocv.csv", target);
    FILE *csv = fopen(path, "w");
    snprintf(path, sizeof(path), "%s/cell.yaml", target);
    FILE *yaml = fopen(path, "w");
    if (csv == NULL || yaml == NULL)
        stop("cannot write a temporary file");
    fprintf(csv, "soc,ocv_discharge_v,ocv_charge_v\n");
    open_table(&table, folder, "ocv_table_c30.csv", columns, 4);
    table.may_be_empty = 1u << 2 | 1u << 3;
    while (next(&table, degc, value)) {
        fprintf(csv, "%g,", value[1] / 100.0);
        if (!isnan(value[2]))
            fprintf(csv, "%g", value[2]);
        fputc(',', csv);
        if (!isnan(value[3]))
            fprintf(csv, "%g", value[3]);
        fputc('\n', csv);
    }
    csv_close(&table);
    fprintf(yaml, "capacity_ah: %g\nv_min: 2.0\nv_max: 3.6\nocv: ocv.csv\n",
            load_capacity(folder, degc));
    fclose(csv);
    fclose(yaml);
}

static void load_cell(struct cell_file *cell, const char *folder, double degc)
{
    char error[CELL_FILE_ERROR_SIZE];
    char target[] = "/tmp/soc_report.XXXXXX";
    char path[PATH_SIZE];
    if (mkdtemp(target) == NULL)
        stop("cannot make a temporary folder");
    write_cell(folder, degc, target);
    snprintf(path, sizeof(path), "%s/cell.yaml", target);
    int result = cell_file_load(cell, path, error);
    unlink(path);
    snprintf(path, sizeof(path), "%s/ocv.csv", target);
    unlink(path);
    rmdir(target);
    if (result < 0)
        stop(error);
}

static void load_samples(struct data *data, const char *folder)
{
    struct csv_column columns[] = {
        {"time_s",    true, false},
        {"current_A", true, false},
        {"voltage_V", true, false},
        {"soc_ref",   true, false},
    };
    struct csv table;
    double value[4];
    char name[64];
    int result, room = 0;
    snprintf(name, sizeof(name), "dyn_%s_s1.csv", data->set->name);
    open_table(&table, folder, name, columns, 4);
    while ((result = csv_read(&table, value)) > 0) {
        if (data->count == room) {
            room = room > 0 ? 2 * room : 65536;
            data->sample = realloc(data->sample, (size_t)room * sizeof(*data->sample));
            if (data->sample == NULL)
                stop("no memory");
        }
        data->sample[data->count++] = (struct sample){value[0], value[1], value[2], value[3]};
    }
    if (result < 0)
        stop(trouble);
    csv_close(&table);
}

void data_load(struct data *data, const char *folder, const struct set *set)
{
    memset(data, 0, sizeof(*data));
    data->set = set;
    load_cell(&data->cell, folder, set->degc);
    load_fit(&data->fit, folder, set->degc);
    load_samples(data, folder);
}

void data_free(struct data *data)
{
    free(data->sample);
}
