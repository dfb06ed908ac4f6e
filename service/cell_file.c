/* SPDX-License-Identifier: Apache-2.0
 * The curve is read at the points of the file and stored at every percent. Where only one branch
 * was recorded, the gap is that of the nearest point with both; beyond the last point the curve
 * goes on straight, within the voltages of the cell.
 */
#include "service/cell_file.h"

#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "service/csv.h"
#include "service/yaml_table.h"

enum { POINT_MAX = 10000, SOC = 0, DISCHARGE, CHARGE, SINGLE, COLUMN_COUNT };

static const double NONE = -2e9, AUTO = -1e9;
static const double SLOW_RATE_C = 1.0 / 30.0; /* of a usual curve with two branches */
static const double USUAL_MV = 16.0;          /* hysteresis of a large cell at rest */
static const double BEYOND_V = 0.3;           /* by which a curve may leave v_min..v_max */

struct raw {
    char ocv[YAML_TEXT_SIZE];
#define CELL(key, ...) char key[YAML_TEXT_SIZE];
#include "service/cell_file.def"
#undef CELL
};

#define ROW(member)                                                                                \
    {                                                                                              \
#member, YAML_KIND_TEXT, offsetof(struct raw, member), 0, 0, NULL                          \
    }

static const struct yaml_key keys[] = {
    ROW(ocv),
#define CELL(key, ...) ROW(key),
#include "service/cell_file.def"
#undef CELL
};

static const struct yaml_table table = {keys, COUNT(keys), sizeof(struct raw)};

static const struct csv_column wanted[COLUMN_COUNT] = {
    [SOC] = {"soc",             true,  false},
    [DISCHARGE] = {"ocv_discharge_v", false, false},
    [CHARGE] = {"ocv_charge_v",    false, false},
    [SINGLE] = {"ocv_v",           false, false},
};

struct points {
    int count;
    double soc[POINT_MAX];
    double volt[2][POINT_MAX]; /* discharge, charge */
};

static int fail(char *error, const char *path, const char *key, const char *reason)
{
    snprintf(error, CELL_FILE_ERROR_SIZE, "%.300s: %s: %s", path, key, reason);
    return -1;
}

static int take_number(const char *path, const char *key, const char *text, double range[3],
                       double *value, char *error)
{
    char *end;
    *value = range[2];
    if (text[0] == '\0')
        return *value == NONE ? fail(error, path, key, "is missing") : 0;
    *value = strtod(text, &end);
    if (end == text || *end != '\0')
        return fail(error, path, key, "is no number");
    if (!(*value >= range[0] && *value <= range[1])) {
        snprintf(error, CELL_FILE_ERROR_SIZE, "%.300s: %s: %s is outside %g..%g", path, key, text,
                 range[0], range[1]);
        return -1;
    }
    return 0;
}

static int take_numbers(struct cell_file *cell, const struct raw *raw, const char *path,
                        char *error)
{
#define CELL(key, least, most, initial, ...)                                                       \
    {                                                                                              \
        double range[3] = {least, most, initial};                                                  \
        if (take_number(path, #key, raw->key, range, &cell->key, error) < 0)                       \
            return -1;                                                                             \
    }
#include "service/cell_file.def"
#undef CELL
    if (cell->v_min >= cell->v_max)
        return fail(error, path, "v_min", "is not below v_max");
    return 0;
}

static int take_point(struct csv *csv, struct points *points, const double *value)
{
    int i = points->count;
    double discharge = value[DISCHARGE], charge = value[CHARGE];
    if (csv->columns[SINGLE].present)
        discharge = charge = value[SINGLE]; /* sample() takes them apart */
    if (isnan(discharge) && isnan(charge))
        return 0;
    if (i == POINT_MAX)
        return csv_fail(csv, "there are more than %d points", POINT_MAX);
    if (i > 0 && value[SOC] <= points->soc[i - 1])
        return csv_fail(csv, "soc has to rise from row to row");
    if (discharge <= 0.0 || charge <= 0.0 || discharge > 6.0 || charge > 6.0)
        return csv_fail(csv, "a voltage is outside 0..6 V");
    points->soc[i] = value[SOC];
    points->volt[0][i] = discharge;
    points->volt[1][i] = charge;
    points->count++;
    return 0;
}

/* A missing branch lies beside the other one by the gap of the nearest point with both. */
static bool fill(struct points *points)
{
    int count = points->count;
    int with = -1;
    for (int i = 0; i < count; i++)
        with = with < 0 && !isnan(points->volt[0][i]) && !isnan(points->volt[1][i]) ? i : with;
    if (with < 0)
        return false;
    double gap = points->volt[1][with] - points->volt[0][with];
    for (int i = 0; i < count; i++) {
        if (isnan(points->volt[0][i]))
            points->volt[0][i] = points->volt[1][i] - gap;
        else if (isnan(points->volt[1][i]))
            points->volt[1][i] = points->volt[0][i] + gap;
        else
            gap = points->volt[1][i] - points->volt[0][i];
    }
    return true;
}

static double at(const struct points *points, int branch, double soc)
{
    int i = 0;
    while (i < points->count - 2 && soc > points->soc[i + 1])
        i++;
    const double *volt = points->volt[branch];
    double part = (soc - points->soc[i]) / (points->soc[i + 1] - points->soc[i]);
    return volt[i] + part * (volt[i + 1] - volt[i]);
}

static int sample(struct cell_file *cell, struct points *points, struct csv *csv)
{
    if (points->count < 5)
        return csv_fail(csv, "a curve needs at least 5 points, there are %d", points->count);
    double scale = points->soc[points->count - 1] > 1.5 ? 0.01 : 1.0;
    for (int i = 0; i < points->count; i++)
        points->soc[i] *= scale;
    if (points->soc[0] > 0.2 || points->soc[points->count - 1] < 0.8)
        return csv_fail(csv, "the curve has to reach from 20 to 80 %% at least");
    if (!fill(points))
        return csv_fail(csv, "no row has both branches");
    for (int k = 0; k < SOC_CURVE_COUNT; k++) {
        double soc = k / (double)(SOC_CURVE_COUNT - 1);
        double volt[2];
        for (int branch = 0; branch < 2; branch++) {
            double v = at(points, branch, soc);
            v = fmax(cell->v_min - BEYOND_V, fmin(v, cell->v_max + BEYOND_V));
            volt[branch] = v;
        }
        if (csv->columns[SINGLE].present) {
            volt[0] -= cell->hysteresis_mv / 2000.0;
            volt[1] += cell->hysteresis_mv / 2000.0;
        }
        cell->curve.discharge[k] = (uint16_t)lround(volt[0] * 1e4);
        cell->curve.charge[k] = (uint16_t)lround(fmax(volt[0], volt[1]) * 1e4);
    }
    return 0;
}

static int read_points(struct csv *csv, struct points *points)
{
    double value[COLUMN_COUNT];
    int result;
    bool single = csv->columns[SINGLE].present;
    if (!single && !(csv->columns[DISCHARGE].present && csv->columns[CHARGE].present))
        return csv_fail(csv, "ocv_v is missing, or ocv_discharge_v and ocv_charge_v");
    while ((result = csv_read(csv, value)) > 0) {
        if (take_point(csv, points, value) < 0)
            return -1;
    }
    return result;
}

static int load_curve(struct cell_file *cell, const char *path, char *error)
{
    struct csv csv;
    struct csv_column columns[COLUMN_COUNT];
    memcpy(columns, wanted, sizeof(columns));
    if (csv_open(&csv, path, columns, COLUMN_COUNT, false, error, CELL_FILE_ERROR_SIZE) < 0)
        return -1;
    csv.may_be_empty = 1u << DISCHARGE | 1u << CHARGE;
    struct points *points = calloc(1, sizeof(*points));
    int result = points != NULL ? read_points(&csv, points) : csv_fail(&csv, "no memory");
    if (result == 0)
        result = sample(cell, points, &csv);
    cell->both = !columns[SINGLE].present;
    free(points);
    csv_close(&csv);
    return result;
}

int cell_file_load(struct cell_file *cell, const char *path, char error[CELL_FILE_ERROR_SIZE])
{
    struct raw raw;
    char copy[1024], csv[sizeof(copy) + YAML_TEXT_SIZE + 1];
    memset(&raw, 0, sizeof(raw));
    memset(cell, 0, sizeof(*cell));
    if (yaml_table_load(&table, &raw, path, error) < 0 || take_numbers(cell, &raw, path, error) < 0)
        return -1;
    if (raw.ocv[0] == '\0')
        return fail(error, path, "ocv", "is missing: a CSV file with the open-circuit voltage");
    if (strlen(path) >= sizeof(copy))
        return fail(error, path, "ocv", "the path is too long");
    strcpy(copy, path);
    snprintf(csv, sizeof(csv), "%s/%s", raw.ocv[0] == '/' ? "" : dirname(copy), raw.ocv);
    cell->guessed = cell->hysteresis_mv == AUTO;
    if (cell->guessed)
        cell->hysteresis_mv = USUAL_MV;
    if (load_curve(cell, csv, error) < 0)
        return -1;
    cell->guessed &= !cell->both;
    if (cell->nominal_ah == AUTO)
        cell->nominal_ah = cell->capacity_ah;
    if (cell->ocv_temp_c == AUTO)
        cell->ocv_temp_c = NAN;
    if (cell->ocv_rate_c == AUTO)
        cell->ocv_rate_c = cell->both ? SLOW_RATE_C : 0.0;
    return 0;
}
