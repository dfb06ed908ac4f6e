/* SPDX-License-Identifier: Apache-2.0
 * What the estimator is compared with: plain counting, and a plain extended Kalman filter over
 * charge and two RC branches with a one-state hysteresis, which is told the resistances that were
 * fitted to the very data it is judged on.
 */
#ifndef HEARTH_TESTS_SOC_REPORT_BASELINE_H
#define HEARTH_TESTS_SOC_REPORT_BASELINE_H

#include "tests/soc_report/data.h"

struct counting {
    double soc;
};

void counting_step(struct counting *counting, const struct cell_file *cell, double current_a,
                   double dt_s);

struct ekf {
    double x[3]; /* charge; currents in the two branches, A */
    double p[3][3];
    double hysteresis;
};

void ekf_init(struct ekf *ekf, double soc);
void ekf_step(struct ekf *ekf, const struct data *data, double current_a, double voltage_v,
              double dt_s);

#endif
