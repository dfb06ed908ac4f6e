/* SPDX-License-Identifier: Apache-2.0
 * The filter of the textbooks: prediction by the model, correction by the voltage.
 */
#include "tests/soc_report/baseline.h"

#include <math.h>
#include <string.h>

static const double START_SIGMA = 0.3;
static const double CURRENT_SIGMA_A = 0.02;
static const double VOLTAGE_SIGMA_V = 0.02;

void counting_step(struct counting *counting, const struct cell_file *cell, double current_a,
                   double dt_s)
{
    double counted_a = current_a > 0.0 ? current_a * cell->efficiency : current_a;
    counting->soc += counted_a * dt_s / (3600.0 * cell->capacity_ah);
    counting->soc = fmax(0.0, fmin(counting->soc, 1.0));
}

void ekf_init(struct ekf *ekf, double soc)
{
    memset(ekf, 0, sizeof(*ekf));
    ekf->x[0] = soc;
    ekf->p[0][0] = START_SIGMA * START_SIGMA;
}

static void predict(struct ekf *ekf, const struct data *data, double current_a, double dt_s)
{
    const struct fit *fit = &data->fit;
    double per_a = dt_s / (3600.0 * data->cell.capacity_ah);
    double counted_a = current_a > 0.0 ? current_a * data->cell.efficiency : current_a;
    double keep[3] = {1.0, exp(-dt_s / fit->tau_s[0]), exp(-dt_s / fit->tau_s[1])};
    double input[3] = {per_a, 1.0 - keep[1], 1.0 - keep[2]};
    double way = exp(-fabs(counted_a * per_a * fit->gamma));
    double goal = current_a > 0.0 ? 1.0 : -1.0;
    if (current_a != 0.0)
        ekf->hysteresis = goal + way * (ekf->hysteresis - goal);
    ekf->x[0] += per_a * counted_a;
    for (int i = 1; i < 3; i++)
        ekf->x[i] = keep[i] * ekf->x[i] + input[i] * current_a;
    double noise = CURRENT_SIGMA_A * CURRENT_SIGMA_A;
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            ekf->p[i][k] = keep[i] * keep[k] * ekf->p[i][k] + input[i] * input[k] * noise;
    }
}

void ekf_step(struct ekf *ekf, const struct data *data, double current_a, double voltage_v,
              double dt_s)
{
    const struct fit *fit = &data->fit;
    double ph[3], sum = VOLTAGE_SIGMA_V * VOLTAGE_SIGMA_V;
    predict(ekf, data, current_a, dt_s);
    struct soc_point point = soc_curve_at(&data->cell.curve, (float)ekf->x[0]);
    double ocv_v = ((double)point.mean_mv + ekf->hysteresis * (double)point.half_mv) / 1e3;
    double h[3] = {(double)point.slope_mv / 1e3, fit->r_ohm[1], fit->r_ohm[2]};
    double error =
        voltage_v - ocv_v - fit->r_ohm[0] * current_a - h[1] * ekf->x[1] - h[2] * ekf->x[2];
    for (int i = 0; i < 3; i++)
        ph[i] = ekf->p[i][0] * h[0] + ekf->p[i][1] * h[1] + ekf->p[i][2] * h[2];
    for (int i = 0; i < 3; i++)
        sum += h[i] * ph[i];
    for (int i = 0; i < 3; i++) {
        ekf->x[i] += ph[i] / sum * error;
        for (int k = 0; k < 3; k++)
            ekf->p[i][k] -= ph[i] * ph[k] / sum;
    }
    ekf->x[0] = fmax(0.0, fmin(ekf->x[0], 1.0));
}
