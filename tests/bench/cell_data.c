/* SPDX-License-Identifier: Apache-2.0
 * The cell model against a measured cell, as JSON Lines: an A123 26650 (data of G. Plett, ESC
 * toolbox, MIT licence) under UDDS drive cycles at seven temperatures, with the parameters that
 * were fitted to it. HEARTH_A123 names the folder that holds ocv_table_c30.csv,
 * ecm_fit_2rc_hyst.csv, capacity_efficiency.csv and dyn_<temperature>_s1.csv; without it nothing is
 * measured, and the line says so. Counts samples between 5 and 99.5 % of charge.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sim/cells.h"
#include "sim/number.h"

enum { COLUMNS_MAX = 10, ROWS = 101, NODES_MAX = 16, LINE_MAX_SIZE = 2048 };

static const double LOW_SOC = 0.05;
static const double HIGH_SOC = 0.995;
static const double AIM_MV = 7.0;

/* A cell whose field was empty in the file. */
static const double NONE = -1e9;

struct csv {
    FILE *file;
    char path[512];
    int line;
};

static void open_csv(struct csv *csv, const char *name)
{
    char line[LINE_MAX_SIZE];
    snprintf(csv->path, sizeof(csv->path), "%s/%s", getenv("HEARTH_A123"), name);
    csv->file = fopen(csv->path, "r");
    csv->line = 2;
    if (csv->file == NULL || !fgets(line, sizeof(line), csv->file) ||
        !fgets(line, sizeof(line), csv->file)) {
        fprintf(stderr, "%s: %s\n", csv->path, csv->file ? "too short" : strerror(errno));
        exit(1);
    }
}

/* False at the end, which closes the file. */
static bool next_row(struct csv *csv, double column[COLUMNS_MAX], int count)
{
    char line[LINE_MAX_SIZE];
    if (!fgets(line, sizeof(line), csv->file)) {
        fclose(csv->file);
        return false;
    }
    csv->line++;
    char *at = line;
    for (int i = 0; i < count; i++) {
        char *end;
        column[i] = strtod(at, &end);
        if (end == at)
            column[i] = NONE;
        if (*end != ',' && *end != '\n' && *end != '\r') {
            fprintf(stderr, "%s:%d: column %d is no number\n", csv->path, csv->line, i + 1);
            exit(1);
        }
        at = end + 1;
    }
    return true;
}

struct measured_cell {
    struct sim_cell_row row[ROWS];
    struct sim_cell_factor_row factor;
    struct sim_cell_data data;
    double capacity_ah;
};

/* Both branches of the file at this temperature. */
struct branches {
    double discharge_v[ROWS];
    double charge_v[ROWS];
    int first; /* row with both */
    int last;
};

static void read_branches(struct branches *branches, double degc)
{
    struct csv csv;
    double column[COLUMNS_MAX];
    open_csv(&csv, "ocv_table_c30.csv");
    for (int i = 0; i < ROWS; i++)
        branches->discharge_v[i] = branches->charge_v[i] = NONE;
    branches->first = ROWS;
    branches->last = -1;
    while (next_row(&csv, column, 4)) {
        int i = (int)column[1];
        if (sim_abs(column[0] - degc) > 0.5 || i < 0 || i >= ROWS)
            continue;
        branches->discharge_v[i] = column[2];
        branches->charge_v[i] = column[3];
        if (column[2] <= NONE || column[3] <= NONE)
            continue;
        branches->first = i < branches->first ? i : branches->first;
        branches->last = i;
    }
    if (branches->last < 0) {
        fprintf(stderr, "%s: no row at %g degC\n", csv.path, degc);
        exit(1);
    }
}

/* Where one branch was not reached, the gap is that of the nearest row with both; where none was,
 * the nearest row holds. */
static void fill_ocv(struct measured_cell *cell, const struct branches *branches, double gap_scale)
{
    for (int i = 0; i < ROWS; i++) {
        int known = (int)sim_clamp(i, branches->first, branches->last);
        int low = branches->discharge_v[i] > NONE || branches->charge_v[i] > NONE ? i : known;
        double half_v = (branches->charge_v[known] - branches->discharge_v[known]) / 2.0;
        double mean_v = branches->discharge_v[low] > NONE ? branches->discharge_v[low] + half_v
                                                          : branches->charge_v[low] - half_v;
        cell->row[i] = (struct sim_cell_row){
            .soc_percent = i,
            .ocv_discharge_v = mean_v - half_v * gap_scale,
            .ocv_charge_v = mean_v + half_v * gap_scale,
        };
    }
}

struct node {
    double soc;
    double r_mohm[3];
};

static void fill_resistances(struct measured_cell *cell, const struct node *node, int count)
{
    for (int i = 0; i < ROWS; i++) {
        double soc = i / 100.0;
        const struct node *at = node;
        while (at < node + count - 2 && soc > at[1].soc)
            at++;
        double share = sim_clamp((soc - at->soc) / (at[1].soc - at->soc), 0.0, 1.0);
        double r_mohm[3];
        for (int k = 0; k < 3; k++)
            r_mohm[k] = at->r_mohm[k] + share * (at[1].r_mohm[k] - at->r_mohm[k]);
        cell->row[i].r0_mohm = r_mohm[0];
        cell->row[i].r1_mohm = r_mohm[1];
        cell->row[i].r2_mohm = cell->row[i].r2_charge_mohm = r_mohm[2];
        cell->row[i].tau2_charge_s = cell->data.tau2_s;
    }
}

static void read_cell(struct measured_cell *cell, double degc)
{
    struct csv csv;
    struct branches branches;
    double column[COLUMNS_MAX];
    struct node node[NODES_MAX];
    int count = 0;
    double gap_scale = 1.0;
    cell->data = (struct sim_cell_data){
        .rows = cell->row,
        .row_count = ROWS,
        .factors = &cell->factor,
        .factor_count = 1,
        .overcharge_v_per_soc = 15.0,
        .overdischarge_v_per_soc = 80.0,
        .reference_degc = degc,
        .heat_j_per_k = 1e12, /* held in a chamber */
    };
    cell->factor = (struct sim_cell_factor_row){degc, 1.0, 1.0, 1.0};
    open_csv(&csv, "ecm_fit_2rc_hyst.csv");
    while (next_row(&csv, column, 9)) {
        if (sim_abs(column[0] - degc) > 0.5 || count == NODES_MAX)
            continue;
        node[count++] = (struct node){
            column[1], {column[2], column[3], column[4]}
        };
        cell->data.tau1_s = column[5];
        cell->data.tau2_s = column[6];
        cell->data.hysteresis_per_soc = column[7];
        gap_scale = column[8];
    }
    read_branches(&branches, degc);
    fill_ocv(cell, &branches, gap_scale);
    fill_resistances(cell, node, count);
    open_csv(&csv, "capacity_efficiency.csv");
    while (next_row(&csv, column, 3)) {
        if (sim_abs(column[0] - degc) < 0.5) {
            cell->capacity_ah = column[1];
            cell->data.charge_efficiency = column[2];
        }
    }
}

struct error {
    double square;
    double most_v;
    long samples;
};

/* Follows the measured current from full; each sample's current flows since the one before. */
static struct error follow(const struct measured_cell *cell, const char *name)
{
    static struct sim_cells cells;
    static struct sim_cells_step step;
    struct error error = {0};
    struct csv csv;
    double column[COLUMNS_MAX];
    double time_s = NONE;
    sim_cells_step_init(&step, &cell->data, 1.0);
    sim_cells_init(&cells, cell->capacity_ah, 1.0, cell->factor.degc);
    open_csv(&csv, name);
    while (next_row(&csv, column, 7)) {
        double passed_s = time_s > NONE ? column[0] - time_s : 0.0;
        time_s = column[0];
        sim_cells_step_set(&step, passed_s);
        cells.current_a[0] = column[2];
        sim_cells_run(&cells, 1, &step, 1);
        if (cells.soc[0] < LOW_SOC || cells.soc[0] > HIGH_SOC)
            continue;
        double off_v = cells.voltage_v[0] - column[3];
        error.square += off_v * off_v;
        error.most_v = sim_abs(off_v) > error.most_v ? sim_abs(off_v) : error.most_v;
        error.samples++;
    }
    return error;
}

/* By bisection; sim/ has no root. */
static double root(double square)
{
    double low = 0.0;
    double high = square > 1.0 ? square : 1.0;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2.0;
        if (middle * middle < square)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int main(void)
{
    static const struct {
        double degc;
        const char *name;
    } runs[] = {
        {-15, "N15"},
        {-5,  "N05"},
        {5,   "P05"},
        {15,  "P15"},
        {25,  "P25"},
        {35,  "P35"},
        {45,  "P45"}
    };
    static struct measured_cell cell;
    if (getenv("HEARTH_A123") == NULL) {
        printf(
            "{\"name\":\"cell_model_rms_mv\",\"not_measured\":\"HEARTH_A123 names no folder\"}\n");
        return 0;
    }
    for (size_t i = 0; i < COUNT(runs); i++) {
        char file[32];
        snprintf(file, sizeof(file), "dyn_%s_s1.csv", runs[i].name);
        read_cell(&cell, runs[i].degc);
        struct error error = follow(&cell, file);
        if (error.samples == 0)
            return 1;
        printf("{\"name\":\"cell_model_rms_mv\",\"degc\":%g,\"value\":%.2f,\"unit\":\"mV\","
               "\"aim\":%g,\"most_mv\":%.1f,\"samples\":%ld}\n",
               runs[i].degc, root(error.square / (double)error.samples) * 1e3, AIM_MV,
               error.most_v * 1e3, error.samples);
    }
    return 0;
}
