/* SPDX-License-Identifier: Apache-2.0
 * Two hours of drive cycles through the estimator of the charge for soc_step.py, which counts the
 * instructions of soc_filter_step() from outside: one step a second, start not known, so that the
 * hypotheses move and narrow. Prints the number of steps and the bytes of state.
 */
#include <stdio.h>

#include "core/soc_filter.h"

enum { STEPS = 7200, CAPACITY_MAH = 314000 };

static void make_curve(struct soc_curve *curve)
{
    for (int i = 0; i < SOC_CURVE_COUNT; i++) {
        int step = i < 55 ? 0 : i > 65 ? 360 : (i - 55) * 36;
        int knee = i < 15 ? (15 - i) * 400 : 0;
        curve->discharge[i] = (uint16_t)(32850 + i + step - knee);
        curve->charge[i] = (uint16_t)(curve->discharge[i] + 150);
    }
}

int main(void)
{
    static const int32_t ma[] = {-60000, 100000, -120000, 0, -180000, 90000, -10000};
    static struct soc_curve curve;
    static struct soc_filter filter;
    make_curve(&curve);
    const struct soc_filter_config config = {
        .curve = &curve,
        .capacity_mams = CAPACITY_MAH * 3600000LL,
        .full_mv = 3450.0f,
        .gate_c = 0.015f,
        .ripple_c = 0.0003f,
    };
    float soc = 0.9f;
    soc_filter_init(&filter, -1.0f, 0.0f, 0.0f);
    for (int step = 0; step < STEPS; step++) {
        int32_t current_ma = ma[step / 15 % 7];
        soc += (float)current_ma / (CAPACITY_MAH * 3600.0f);
        float mv = soc_curve_at(&curve, soc).mean_mv + 0.0006f * (float)current_ma;
        soc_filter_step(&filter, &config, current_ma, mv, 1000);
    }
    printf("%d %zu\n", STEPS, sizeof(filter));
    return 0;
}
