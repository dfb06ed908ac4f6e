/* SPDX-License-Identifier: Apache-2.0
 * The measured sets: an A123 26650 under drive cycles at eight temperatures (data of G. Plett, ESC
 * toolbox, MIT licence). A folder holds dyn_<set>_s1.csv, ocv_table_c30.csv,
 * capacity_efficiency.csv and ecm_fit_2rc_hyst.csv.
 */
#ifndef HEARTH_TESTS_SOC_REPORT_DATA_H
#define HEARTH_TESTS_SOC_REPORT_DATA_H

#include "service/cell_file.h"

struct set {
    const char *name;
    double degc;
    bool tuned; /* the constants of the estimator were chosen on it */
};

#define SET_COUNT 8
extern const struct set sets[SET_COUNT];

struct sample {
    double time_s;
    double current_a;
    double voltage_v;
    double soc;
};

/* What a fit to the very same data says of the cell; only the baseline is told. */
struct fit {
    double r_ohm[3]; /* R0, R1, R2 */
    double tau_s[2];
    double gamma; /* hysteresis per charge */
    double gap;   /* of the curve, that is really there */
};

struct data {
    const struct set *set;
    struct cell_file cell;
    struct fit fit;
    struct sample *sample;
    int count;
};

/* Reads a set; ends the program with a message when it cannot. */
void data_load(struct data *data, const char *folder, const struct set *set);
void data_free(struct data *data);

#endif
