/* SPDX-License-Identifier: Apache-2.0
 * How long a year of a whole site takes: packs with core, storage, bank, cables, heat, household,
 * sun and inverter in steps of 1 s, as JSON Lines, with the charge estimated each second or each
 * minute. Runs DAYS spread over the year and scales; the
 * longest resident memory before and after is in the line.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "core/params.h"
#include "site/site.h"
#include "tests/bench/support/bench.h"

enum { DAYS = 2, STEP_MS = 1000, DAY_STEPS = 86400, DAYS_PER_YEAR = 365 };

static struct site site;

static long resident_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void start(uint8_t packs, int32_t period_s)
{
    struct params params;
    params_init(&params);
    params.soc_period_s = period_s;
    struct site_setup setup = {
        .seed = 1, .pack_count = packs, .params = &params, .start_ms = 6 * 3600000u};
    for (uint8_t i = 0; i < packs; i++)
        setup.soc_permille[i] = 500;
    site_init(&site, &setup);
    for (int i = 0; i < 60; i++)
        site_step(&site, STEP_MS);
}

static void measure(uint8_t packs, int32_t period_s)
{
    start(packs, period_s);
    long before_kb = resident_kb();
    double start_s = bench_cpu_s();
    for (int i = 0; i < DAYS * DAY_STEPS; i++)
        site_step(&site, STEP_MS);
    double day_s = (bench_cpu_s() - start_s) / DAYS;
    printf("{\"name\":\"sim_year_%d_packs_s\",\"packs\":%d,\"estimator_s\":%d,"
           "\"value\":%.4g,\"unit\":\"s\","
           "\"days_run\":%d,\"pack_second_us\":%.3g,\"resident_kb\":%ld,\"grown_kb\":%ld,"
           "\"soc_permille\":%d}\n",
           packs, packs, (int)period_s, day_s * DAYS_PER_YEAR, DAYS,
           day_s * 1e6 / DAY_STEPS / packs, resident_kb(), resident_kb() - before_kb,
           site.device[0].bms.snapshot.soc_permille);
    fflush(stdout);
}

int main(void)
{
    measure(1, 1);
    measure(4, 1);
    measure(PACK_MAX, 1);
    measure(PACK_MAX, 60);
    return 0;
}
