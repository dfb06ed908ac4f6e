/* SPDX-License-Identifier: Apache-2.0
 * The estimator on measured cells, as tables in Markdown: soc_report FOLDER [CURVES.csv]. Every set
 * starts full; it is also begun at 90, 70, 50 and 30 %, with a new estimator that is told a charge
 * 30 or 80 points wrong (as far as that goes within 0..100 %), and with 0 and +-1 % of 1C added to
 * the current. Beside it plain counting and a plain EKF in the same runs. The start is told as
 * `hearth soc --start-error` tells it. Nothing is left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "service/soc_run.h"
#include "tests/soc_report/baseline.h"

enum { OURS, COUNTING, EKF, METHOD_COUNT };
enum { FULL_START, CUT, CUT_BEFORE, CUT_AFTER, TRUE_START, PART_COUNT };
enum { CURVE_S = 60 };

static const char *const part_name[PART_COUNT] = {
    [FULL_START] = "Full start, after 10 min",
    [CUT] = "Cut runs, after 1 h",
    [CUT_BEFORE] = "Cut runs after 1 h, before the first landmark",
    [CUT_AFTER] = "Cut runs after 1 h, after the first landmark",
    [TRUE_START] = "True start from full, no bias, all samples",
};

static const double FULL_SETTLE_S = 600.0, CUT_SETTLE_S = 3600.0;
static const double LANDMARK_MV = 10.0; /* change of the open-circuit voltage since the start */

/* What one run is. */
struct plan {
    int from; /* sample */
    double start_error;
    double bias_c;
    double settle_s;
    bool trusted; /* counting's own case: no start error, no bias */
};

static struct soc_score total[SET_COUNT][METHOD_COUNT][PART_COUNT];
static FILE *curves;

static double mean_ocv_mv(const struct data *data, double soc)
{
    return (double)soc_curve_at(&data->cell.curve, (float)soc).mean_mv;
}

static void add(const struct plan *plan, struct soc_score score[PART_COUNT], double soc, double low,
                double high, double reference, bool landmark)
{
    if (plan->trusted)
        soc_score_add(&score[TRUE_START], soc, low, high, reference);
    if (plan->from == 0) {
        soc_score_add(&score[FULL_START], soc, low, high, reference);
        return;
    }
    soc_score_add(&score[CUT], soc, low, high, reference);
    soc_score_add(&score[landmark ? CUT_AFTER : CUT_BEFORE], soc, low, high, reference);
}

static void draw(const struct data *data, const struct plan *plan, double time_s,
                 const struct soc_filter *filter, const double *method, double reference)
{
    static double last_s;
    if (curves == NULL || (time_s >= last_s && time_s - last_s < CURVE_S))
        return;
    last_s = time_s;
    fprintf(curves, "%s,%d,%g,%g,%.0f,%.2f,%.2f,%.2f,%.2f,%.2f,%.2f\n", data->set->name, plan->from,
            plan->start_error * 100.0, plan->bias_c * 100.0, time_s, reference * 100.0,
            (double)filter->soc * 100.0, (double)filter->low * 100.0, (double)filter->high * 100.0,
            method[COUNTING] * 100.0, method[EKF] * 100.0);
}

static void run(const struct data *data, const struct plan *plan,
                struct soc_score score[METHOD_COUNT][PART_COUNT])
{
    const struct sample *sample = data->sample + plan->from;
    const struct sample *end = data->sample + data->count;
    double start = fmax(0.0, fmin(sample->soc + plan->start_error, 1.0));
    double ocv_mv = mean_ocv_mv(data, sample->soc);
    struct counting counting = {start};
    struct ekf ekf;
    struct soc_run ours;
    bool landmark = false;
    ekf_init(&ekf, start);
    soc_run_init(&ours, &data->cell, start, plan->trusted ? SOC_TOLD : SOC_GUESSED);
    double begin_s = sample->time_s, last_s = begin_s;
    for (; sample < end; sample++) {
        double current_a = sample->current_a + plan->bias_c * data->cell.nominal_ah;
        double passed_s = sample->time_s - last_s;
        last_s = sample->time_s;
        soc_run_sample(&ours, sample->time_s, current_a, sample->voltage_v, NAN);
        if (passed_s > 0.0) {
            counting_step(&counting, &data->cell, current_a, passed_s);
            ekf_step(&ekf, data, current_a, sample->voltage_v, passed_s);
        }
        const double method[METHOD_COUNT] = {(double)ours.filter.soc, counting.soc, ekf.x[0]};
        landmark |= fabs(mean_ocv_mv(data, sample->soc) - ocv_mv) >= LANDMARK_MV;
        draw(data, plan, sample->time_s, &ours.filter, method, sample->soc);
        if (sample->time_s - begin_s < plan->settle_s)
            continue;
        add(plan, score[OURS], method[OURS], (double)ours.filter.low, (double)ours.filter.high,
            sample->soc, landmark);
        add(plan, score[COUNTING], method[COUNTING], 0.0, 0.0, sample->soc, landmark);
        add(plan, score[EKF], method[EKF], 0.0, 0.0, sample->soc, landmark);
    }
}

/* Errors that are the same within 0..100 % are run once. */
static void run_cuts(const struct data *data, int from, double bias_c,
                     struct soc_score score[METHOD_COUNT][PART_COUNT])
{
    static const double errors[] = {-0.8, -0.3, 0.3, 0.8};
    double soc = data->sample[from].soc, last = -1.0;
    for (size_t e = 0; e < COUNT(errors); e++) {
        double start = fmax(0.0, fmin(soc + errors[e], 1.0));
        if (fabs(start - last) > 0.01)
            run(data, &(struct plan){from, start - soc, bias_c, CUT_SETTLE_S, false}, score);
        last = start;
    }
}

static void run_set(const struct data *data, struct soc_score score[METHOD_COUNT][PART_COUNT])
{
    static const double cuts[] = {0.9, 0.7, 0.5, 0.3};
    static const double biases[] = {0.0, 0.01, -0.01};
    for (size_t b = 0; b < COUNT(biases); b++) {
        const double full_errors[] = {0.0, -0.3, -0.8};
        for (size_t e = 0; e < COUNT(full_errors); e++)
            run(data, &(struct plan){0, full_errors[e], biases[b], FULL_SETTLE_S, false}, score);
        for (size_t c = 0; c < COUNT(cuts); c++) {
            int from = 0;
            while (from < data->count - 1 && data->sample[from].soc > cuts[c])
                from++;
            run_cuts(data, from, biases[b], score);
        }
    }
    struct soc_score only[METHOD_COUNT][PART_COUNT] = {0};
    run(data, &(struct plan){0, 0.0, 0.0, 0.0, true}, only);
    for (int m = 0; m < METHOD_COUNT; m++)
        score[m][TRUE_START] = only[m][TRUE_START];
}

static void merge(struct soc_score *into, const struct soc_score *from)
{
    into->count += from->count;
    into->inside += from->inside;
    into->square += from->square;
    into->width += from->width;
    into->most = fmax(into->most, from->most);
}

static void print_row(const char *name, struct soc_score score[METHOD_COUNT][PART_COUNT], int part)
{
    const struct soc_score *ours = &score[OURS][part];
    double count = ours->count > 0 ? (double)ours->count : 1.0;
    printf("| %s", name);
    for (int m = 0; m < METHOD_COUNT; m++)
        printf(" | %.2f | %.1f", 100.0 * sqrt(score[m][part].square / count),
               100.0 * score[m][part].most);
    printf(" | %.1f | %.1f |\n", 100.0 * (double)ours->inside / count, 100.0 * ours->width / count);
}

static void print_part(int part)
{
    printf("\n### %s\n\n| Set | RMSE | max | counting RMSE | max | EKF RMSE | max | inside %% | "
           "width |\n|---|---|---|---|---|---|---|---|---|\n",
           part_name[part]);
    for (int tuned = 1; tuned >= 0; tuned--) {
        struct soc_score all[METHOD_COUNT][PART_COUNT] = {0};
        for (int i = 0; i < SET_COUNT; i++) {
            char name[64];
            if (sets[i].tuned != tuned)
                continue;
            snprintf(name, sizeof(name), "%g degC", sets[i].degc);
            print_row(name, total[i], part);
            for (int m = 0; m < METHOD_COUNT; m++)
                merge(&all[m][part], &total[i][m][part]);
        }
        print_row(tuned ? "**all that were tuned on**" : "**all held back**", all, part);
    }
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : getenv("HEARTH_A123");
    if (folder == NULL || folder[0] == '\0') {
        fprintf(stderr, "soc_report: say where the measured sets are: soc_report FOLDER, or "
                        "HEARTH_A123=FOLDER\n");
        return 2;
    }
    curves = argc > 2 ? fopen(argv[2], "w") : NULL;
    if (curves != NULL)
        fprintf(curves, "set,from,start_error,bias,time_s,reference,soc,low,high,counting,ekf\n");
    for (int i = 0; i < SET_COUNT; i++) {
        static struct data data;
        data_load(&data, folder, &sets[i]);
        run_set(&data, total[i]);
        data_free(&data);
    }
    printf("Points of charge. `width` is the mean width of the interval, `inside` how often it "
           "holds the reference.\n");
    for (int part = 0; part < PART_COUNT; part++)
        print_part(part);
    if (curves != NULL)
        fclose(curves);
    return 0;
}
