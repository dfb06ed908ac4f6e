/* SPDX-License-Identifier: Apache-2.0
 * Makes the data ready for the kernels: each quantity becomes a straight line over its piece of the
 * charge axis, what lies beyond empty and full included, so that a step neither divides nor clamps.
 */
#include "sim/cells.h"

#include <string.h>

#include "base/assert.h"
#include "sim/number.h"

enum { SECONDS_PER_HOUR = 3600, FIRST = 2, LAST = SIM_CELLS_PIECES - 1, PIECES_PER_SOC = 200 };

static const double FAR = 1e9;

typedef double (*quantity)(const struct sim_cell_row *row);

static double ocv_v(const struct sim_cell_row *row)
{
    return (row->ocv_discharge_v + row->ocv_charge_v) / 2.0;
}

static double half_v(const struct sim_cell_row *row)
{
    return (row->ocv_charge_v - row->ocv_discharge_v) / 2.0;
}

static double entropy_v_per_k(const struct sim_cell_row *row)
{
    return row->entropy_mv_per_k / 1000.0;
}

static double r0_ohm(const struct sim_cell_row *row)
{
    return row->r0_mohm / 1000.0;
}

static double r1_ohm(const struct sim_cell_row *row)
{
    return row->r1_mohm / 1000.0;
}

static double r2_ohm(const struct sim_cell_row *row)
{
    return row->r2_mohm / 1000.0;
}

static double r2_charge_ohm(const struct sim_cell_row *row)
{
    return row->r2_charge_mohm / 1000.0;
}

static double tau2_charge_s(const struct sim_cell_row *row)
{
    return row->tau2_charge_s;
}

static double at_soc(const struct sim_cell_data *data, quantity of, double soc)
{
    const struct sim_cell_row *row = data->rows;
    const struct sim_cell_row *last = row + data->row_count - 2;
    while (row < last && soc * 100.0 >= row[1].soc_percent)
        row++;
    double share = (soc * 100.0 - row->soc_percent) / (row[1].soc_percent - row->soc_percent);
    return of(row) + share * (of(row + 1) - of(row));
}

static struct sim_piece_line through(double x0, double y0, double x1, double y1)
{
    double b = (y1 - y0) / (x1 - x0);
    return (struct sim_piece_line){y0 - b * x0, b};
}

static struct sim_piece_line level(double value)
{
    return (struct sim_piece_line){value, 0.0};
}

static struct sim_piece_line line_of(const struct sim_cell_data *data, quantity of,
                                     const struct sim_charge_piece *piece)
{
    return through(piece->from_soc, at_soc(data, of, piece->from_soc), piece->to_soc,
                   at_soc(data, of, piece->to_soc));
}

static void fill_piece(struct sim_charge_piece *piece, const struct sim_cell_data *data, int index)
{
    piece->from_soc = (double)index / PIECES_PER_SOC;
    piece->to_soc = (double)(index + 1) / PIECES_PER_SOC;
    piece->ocv_v = line_of(data, ocv_v, piece);
    piece->half_v = line_of(data, half_v, piece);
    piece->entropy_v_per_k = line_of(data, entropy_v_per_k, piece);
    piece->r0_ohm = line_of(data, r0_ohm, piece);
    piece->r1_ohm = line_of(data, r1_ohm, piece);
    piece->r2_ohm = line_of(data, r2_ohm, piece);
    piece->r2_charge_ohm = line_of(data, r2_charge_ohm, piece);
}

/* Beyond an end everything stays as it is there, and the voltage runs away from it. */
static struct sim_charge_piece beyond(const struct sim_cell_data *data, double soc,
                                      double v_per_soc)
{
    return (struct sim_charge_piece){
        .ocv_v = {at_soc(data, ocv_v, soc) - v_per_soc * soc, v_per_soc},
        .half_v = level(at_soc(data, half_v, soc)),
        .entropy_v_per_k = level(at_soc(data, entropy_v_per_k, soc)),
        .r0_ohm = level(at_soc(data, r0_ohm, soc)),
        .r1_ohm = level(at_soc(data, r1_ohm, soc)),
        .r2_ohm = level(at_soc(data, r2_ohm, soc)),
        .r2_charge_ohm = level(at_soc(data, r2_charge_ohm, soc)),
    };
}

/* A cell without voltage: its resistances alone are left. */
static void fill_ends(struct sim_cells_step *step, const struct sim_cell_data *data)
{
    struct sim_charge_piece *dead = &step->charge[0];
    struct sim_charge_piece *empty = &step->charge[1];
    *empty = beyond(data, 0.0, data->overdischarge_v_per_soc);
    empty->from_soc = -data->rows[0].ocv_discharge_v / data->overdischarge_v_per_soc;
    *dead = *empty;
    dead->ocv_v = dead->half_v = dead->entropy_v_per_k = level(0.0);
    dead->to_soc = empty->from_soc;
    dead->from_soc = -FAR;
    step->charge[LAST] = beyond(data, 1.0, data->overcharge_v_per_soc);
    step->charge[LAST].from_soc = 1.0;
    step->charge[LAST].to_soc = FAR;
}

static void fill_factors(struct sim_cells_step *step, const struct sim_cell_data *data)
{
    const struct sim_cell_factor_row *row = data->factors;
    int inner = data->factor_count - 1;
    ASSERT(inner >= 0 && inner + 2 <= SIM_CELLS_FACTOR_PIECES);
    step->heat_pieces = inner + 2;
    step->heat[0] =
        (struct sim_heat_piece){-FAR, row[0].degc, level(row[0].factor1), level(row[0].factor2)};
    for (int i = 0; i < inner; i++)
        step->heat[i + 1] = (struct sim_heat_piece){
            row[i].degc, row[i + 1].degc,
            through(row[i].degc, row[i].factor1, row[i + 1].degc, row[i + 1].factor1),
            through(row[i].degc, row[i].factor2, row[i + 1].degc, row[i + 1].factor2)};
    step->heat[inner + 1] = (struct sim_heat_piece){row[inner].degc, FAR, level(row[inner].factor1),
                                                    level(row[inner].factor2)};
}

void sim_cells_step_init(struct sim_cells_step *step, const struct sim_cell_data *data,
                         double step_s)
{
    memset(step, 0, sizeof(*step));
    step->data = data;
    step->step_s = -1.0;
    for (int i = FIRST; i < LAST; i++)
        fill_piece(&step->charge[i], data, i - FIRST);
    fill_ends(step, data);
    fill_factors(step, data);
    sim_cells_step_set(step, step_s);
}

bool sim_cells_step_set(struct sim_cells_step *step, double step_s)
{
    const struct sim_cell_data *data = step->data;
    if (!(step_s < step->step_s) && !(step_s > step->step_s))
        return false;
    step->step_s = step_s;
    step->made1 = sim_approach(step_s / data->tau1_s);
    step->made2 = sim_approach(step_s / data->tau2_s);
    step->heat_k_per_w = step_s / data->heat_j_per_k;
    double low = sim_approach(step_s / at_soc(data, tau2_charge_s, 0.0));
    step->charge[0].made2_charge = step->charge[1].made2_charge = level(low);
    for (int i = FIRST; i < LAST; i++) {
        struct sim_charge_piece *piece = &step->charge[i];
        double high = sim_approach(step_s / at_soc(data, tau2_charge_s, piece->to_soc));
        piece->made2_charge = through(piece->from_soc, low, piece->to_soc, high);
        low = high;
    }
    step->charge[LAST].made2_charge = level(low);
    return true;
}

void sim_cells_init(struct sim_cells *cells, double capacity_ah, double soc, double degc)
{
    memset(cells, 0, sizeof(*cells));
    cells->air_degc = degc;
    for (int i = 0; i < SIM_CELLS; i++) {
        cells->capacity_ah[i] = capacity_ah;
        cells->resistance[i] = 1.0;
        cells->soc[i] = soc;
        cells->degc[i] = degc;
    }
}

void sim_cells_run(struct sim_cells *cells, size_t count, const struct sim_cells_step *step,
                   int steps)
{
    int best = sim_cells_kernel_count - 1;
    while (!sim_cells_kernels[best].usable())
        best--;
    sim_cells_kernels[best].run(cells, count, step, steps);
}
