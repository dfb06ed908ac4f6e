/* SPDX-License-Identifier: Apache-2.0
 * The body of every kernel: the equations of sim/cells.h on LANES cells at a time, LANES = 1 being
 * the reference. Included once by each sim/cells_*.c after LANES, RUN (the name) and TARGET (the
 * attribute that allows the processor's instructions). A cell's piece of the tables is looked up
 * anew only when a cell of the vector leaves its own. Only + - * on doubles, in one order, so the
 * bits do not depend on LANES.
 */
#include <stdint.h>
#include <string.h>

#include "sim/cells.h"

typedef double vec __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t mask __attribute__((vector_size(LANES * sizeof(double))));

struct lane_line {
    vec a;
    vec b;
};

struct lane_pieces {
    vec from_soc;
    vec to_soc;
    struct lane_line ocv_v;
    struct lane_line half_v;
    struct lane_line entropy_v_per_k;
    struct lane_line r0_ohm;
    struct lane_line r1_ohm;
    struct lane_line r2_ohm;
    struct lane_line r2_charge_ohm;
    struct lane_line made2_charge;
    vec from_degc;
    vec to_degc;
    struct lane_line factor1;
    struct lane_line factor2;
};

struct lane_state {
    vec soc;
    vec branch1_a;
    vec branch2_a;
    vec hysteresis;
    vec degc;
    vec taken_j;
};

/* What holds for the whole run. */
struct lane_run {
    const struct sim_cells_step *step;
    vec current_a;
    vec resistance;
    vec added_w;
    vec soc_per_a;
    vec moved;
    vec turned; /* part of its way that the hysteresis goes in a step */
    vec direction;
    double air_degc;
};

/* What the state means at the current. */
struct lane_look {
    vec ocv_v;
    vec entropy_v_per_k;
    vec ohm01; /* R0, as it is at this temperature; the same for the next */
    vec ohm1;
    vec ohm2;
    vec over_v; /* voltage above ocv_v */
    vec heat_w;
};

static const double ZERO_DEGC_K = 273.15;
static const double SECONDS_PER_HOUR = 3600.0;
static const double TURN_MAX = 0.5;

TARGET static inline vec load(const double *from)
{
    vec value;
    memcpy(&value, from, sizeof(value));
    return value;
}

TARGET static inline void store(double *to, vec value)
{
    memcpy(to, &value, sizeof(value));
}

TARGET static inline vec all(double value)
{
    return (vec){0} + value;
}

TARGET static inline vec choose(mask which, vec yes, vec no)
{
    return (vec)((which & (mask)yes) | (~which & (mask)no));
}

TARGET static inline int everywhere(mask which)
{
    int64_t both = -1;
    for (int i = 0; i < LANES; i++)
        both &= which[i];
    return both != 0;
}

TARGET static inline vec at(const struct lane_line *line, vec x)
{
    return line->a + line->b * x;
}

TARGET static inline void set_line(struct lane_line *line, int lane, struct sim_piece_line from)
{
    line->a[lane] = from.a;
    line->b[lane] = from.b;
}

static inline const struct sim_charge_piece *charge_piece(const struct sim_cells_step *step,
                                                          double soc)
{
    const struct sim_charge_piece *piece = step->charge;
    if (soc >= 1.0)
        return piece + SIM_CELLS_PIECES - 1;
    piece += soc >= 0.0 ? 2 + (int)(soc * (SIM_CELLS_PIECES - 3)) : 1;
    return soc < piece->from_soc ? piece - 1 : piece;
}

static inline const struct sim_heat_piece *heat_piece(const struct sim_cells_step *step,
                                                      double degc)
{
    const struct sim_heat_piece *piece = step->heat;
    const struct sim_heat_piece *last = piece + step->heat_pieces - 1;
    while (piece < last && degc >= piece->to_degc)
        piece++;
    return piece;
}

TARGET static inline void take_pieces(struct lane_pieces *pieces, const struct sim_cells_step *step,
                                      const struct lane_state *state)
{
    for (int i = 0; i < LANES; i++) {
        const struct sim_charge_piece *charge = charge_piece(step, state->soc[i]);
        const struct sim_heat_piece *heat = heat_piece(step, state->degc[i]);
        pieces->from_soc[i] = charge->from_soc;
        pieces->to_soc[i] = charge->to_soc;
        set_line(&pieces->ocv_v, i, charge->ocv_v);
        set_line(&pieces->half_v, i, charge->half_v);
        set_line(&pieces->entropy_v_per_k, i, charge->entropy_v_per_k);
        set_line(&pieces->r0_ohm, i, charge->r0_ohm);
        set_line(&pieces->r1_ohm, i, charge->r1_ohm);
        set_line(&pieces->r2_ohm, i, charge->r2_ohm);
        set_line(&pieces->r2_charge_ohm, i, charge->r2_charge_ohm);
        set_line(&pieces->made2_charge, i, charge->made2_charge);
        pieces->from_degc[i] = heat->from_degc;
        pieces->to_degc[i] = heat->to_degc;
        set_line(&pieces->factor1, i, heat->factor1);
        set_line(&pieces->factor2, i, heat->factor2);
    }
}

TARGET static inline void renew_pieces(struct lane_pieces *pieces,
                                       const struct sim_cells_step *step,
                                       const struct lane_state *state)
{
    mask inside = (mask)(state->soc >= pieces->from_soc) & (mask)(state->soc < pieces->to_soc) &
                  (mask)(state->degc >= pieces->from_degc) & (mask)(state->degc < pieces->to_degc);
    if (!everywhere(inside))
        take_pieces(pieces, step, state);
}

TARGET static inline mask charge_side(const struct lane_state *state)
{
    return (mask)(state->branch2_a > all(0.0));
}

/* Part of its way that the slow branch makes in a step. */
TARGET static inline vec made2(const struct lane_pieces *pieces, const struct lane_run *run,
                               const struct lane_state *state)
{
    return choose(charge_side(state), at(&pieces->made2_charge, state->soc), all(run->step->made2));
}

TARGET static inline struct lane_look
look(const struct lane_pieces *pieces, const struct lane_run *run, const struct lane_state *state)
{
    struct lane_look look;
    vec factor1 = run->resistance * at(&pieces->factor1, state->degc);
    vec factor2 = run->resistance * at(&pieces->factor2, state->degc);
    vec r2_ohm = choose(charge_side(state), at(&pieces->r2_charge_ohm, state->soc),
                        at(&pieces->r2_ohm, state->soc));
    look.entropy_v_per_k = at(&pieces->entropy_v_per_k, state->soc);
    look.ocv_v = at(&pieces->ocv_v, state->soc) +
                 state->hysteresis * at(&pieces->half_v, state->soc) +
                 look.entropy_v_per_k * (state->degc - run->step->data->reference_degc);
    look.ohm01 = factor1 * at(&pieces->r0_ohm, state->soc);
    look.ohm1 = factor1 * at(&pieces->r1_ohm, state->soc);
    look.ohm2 = factor2 * r2_ohm;
    look.over_v =
        look.ohm01 * run->current_a + look.ohm1 * state->branch1_a + look.ohm2 * state->branch2_a;
    look.heat_w =
        run->current_a * (look.over_v + (state->degc + ZERO_DEGC_K) * look.entropy_v_per_k);
    return look;
}

TARGET static inline void advance(struct lane_state *state, struct lane_pieces *pieces,
                                  const struct lane_run *run)
{
    const struct sim_cells_step *step = run->step;
    vec made = made2(pieces, run, state);
    state->branch1_a += step->made1 * (run->current_a - state->branch1_a);
    state->branch2_a += made * (run->current_a - state->branch2_a);
    state->hysteresis += run->turned * (run->direction - state->hysteresis);
    state->soc += run->moved;
    renew_pieces(pieces, step, state);
    struct lane_look now = look(pieces, run, state);
    state->taken_j += step->step_s * (run->current_a * (now.ocv_v + now.over_v));
    state->degc += step->heat_k_per_w * (now.heat_w + run->added_w -
                                         step->data->air_w_per_k * (state->degc - run->air_degc));
}

/* 1 - exp(-x) of small x as its series. */
TARGET static inline vec approach(vec x)
{
    vec held = choose((mask)(x < all(TURN_MAX)), x, all(TURN_MAX));
    vec sum = all(1.0);
    for (int n = 9; n > 1; n--)
        sum = 1.0 - held * (1.0 / n) * sum;
    return held * sum;
}

TARGET static inline void prepare(struct lane_run *run, const struct sim_cells *cells, int first,
                                  const struct sim_cells_step *step)
{
    run->step = step;
    run->current_a = load(cells->current_a + first);
    run->resistance = load(cells->resistance + first);
    run->added_w = load(cells->added_w + first);
    run->air_degc = cells->air_degc;
    mask charging = (mask)(run->current_a > all(0.0));
    run->direction = choose(charging, all(1.0), all(-1.0));
    run->soc_per_a = step->step_s / (SECONDS_PER_HOUR * load(cells->capacity_ah + first));
    run->moved = run->current_a * run->soc_per_a *
                 choose(charging, all(step->data->charge_efficiency), all(1.0));
    run->turned = approach(run->direction * run->moved * step->data->hysteresis_per_soc);
}

TARGET static inline void store_results(struct sim_cells *cells, int first,
                                        const struct lane_pieces *pieces,
                                        const struct lane_run *run, const struct lane_state *state)
{
    double made1 = run->step->made1;
    vec made = made2(pieces, run, state);
    struct lane_look now = look(pieces, run, state);
    vec factor2 = run->resistance * at(&pieces->factor2, state->degc);
    vec r2_slope = choose(charge_side(state), pieces->r2_charge_ohm.b, pieces->r2_ohm.b) * factor2;
    vec v_per_soc =
        pieces->ocv_v.b + state->hysteresis * pieces->half_v.b + r2_slope * state->branch2_a;
    store(cells->ocv_v + first, now.ocv_v);
    store(cells->voltage_v + first, now.ocv_v + now.over_v);
    store(cells->heat_w + first, now.heat_w);
    store(cells->ahead_v + first, now.ocv_v + now.ohm1 * ((1.0 - made1) * state->branch1_a) +
                                      now.ohm2 * ((1.0 - made) * state->branch2_a));
    store(cells->ahead_ohm + first,
          now.ohm01 + now.ohm1 * made1 + now.ohm2 * made + v_per_soc * run->soc_per_a);
}

TARGET static inline void run_lanes(struct sim_cells *cells, int first,
                                    const struct sim_cells_step *step, int steps)
{
    struct lane_run run;
    struct lane_pieces pieces;
    struct lane_state state = {
        .soc = load(cells->soc + first),
        .branch1_a = load(cells->branch1_a + first),
        .branch2_a = load(cells->branch2_a + first),
        .hysteresis = load(cells->hysteresis + first),
        .degc = load(cells->degc + first),
        .taken_j = load(cells->taken_j + first),
    };
    prepare(&run, cells, first, step);
    take_pieces(&pieces, step, &state);
    for (int i = 0; i < steps; i++)
        advance(&state, &pieces, &run);
    store(cells->soc + first, state.soc);
    store(cells->branch1_a + first, state.branch1_a);
    store(cells->branch2_a + first, state.branch2_a);
    store(cells->hysteresis + first, state.hysteresis);
    store(cells->degc + first, state.degc);
    store(cells->taken_j + first, state.taken_j);
    renew_pieces(&pieces, step, &state);
    store_results(cells, first, &pieces, &run, &state);
}

TARGET void RUN(struct sim_cells *cells, size_t count, const struct sim_cells_step *step, int steps)
{
    for (size_t i = 0; i < count; i++)
        for (int first = 0; first < SIM_CELLS; first += LANES)
            run_lanes(&cells[i], first, step, steps);
}
