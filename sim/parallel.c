/* SPDX-License-Identifier: Apache-2.0
 * Each pack is a line v = open_v + ohm * i, cut by its diodes. The current into the bank rises with
 * the terminal voltage, and bends only where a diode begins to conduct; so the bends around the
 * demand are found by trying each, and between two bends the rest is one linear equation. One pass
 * per pack, no iteration that could fail to end.
 */
#include "sim/parallel.h"

#include <string.h>

#include "base/assert.h"
#include "sim/number.h"

enum { SUBSTEP_MS = 1000 };

static const double CABLE_OHM = 0.0005;
static const double HIGHEST_V = 1000.0;
static const double BUS_FARAD = 0.010; /* input capacitors of the inverter */
static const double BLEED_OHM = 500.0;
static const double PRECHARGE_OHM = 50.0;

/* How a pack looks from the busbar: current flows where `gate` lets it, above or below `knee_v`. */
struct branch {
    double knee_v;
    double ohm;
    uint8_t gate; /* enum sim_gate */
};

struct bus {
    struct branch branch[PACK_MAX];
    uint8_t count;
};

static double branch_a(const struct branch *branch, double v)
{
    double current_a = (v - branch->knee_v) / branch->ohm;
    switch (branch->gate) {
    case SIM_GATE_BOTH:
        return current_a;
    case SIM_GATE_CHARGE_ONLY:
        return current_a > 0.0 ? current_a : 0.0;
    case SIM_GATE_DISCHARGE_ONLY:
        return current_a < 0.0 ? current_a : 0.0;
    default:
        return 0.0;
    }
}

static double flow_a(const struct bus *bus, double v)
{
    double sum_a = 0.0;
    for (uint8_t i = 0; i < bus->count; i++)
        sum_a += branch_a(&bus->branch[i], v);
    return sum_a;
}

/* Whether the branch conducts everywhere between two neighbouring knees. */
static bool conducts(const struct branch *branch, double low_v, double high_v)
{
    return branch->gate == SIM_GATE_BOTH ||
           (branch->gate == SIM_GATE_CHARGE_ONLY && branch->knee_v <= low_v) ||
           (branch->gate == SIM_GATE_DISCHARGE_ONLY && branch->knee_v >= high_v);
}

/* The two knees around the voltage at which `total_a` flows. A diode whose knee lies exactly there
 * is taken as not conducting: beyond it the current may stay the same. */
static void bracket(const struct bus *bus, double total_a, double *low_v, double *high_v)
{
    *low_v = 0.0;
    *high_v = HIGHEST_V;
    for (uint8_t i = 0; i < bus->count; i++) {
        const struct branch *branch = &bus->branch[i];
        double knee_a = flow_a(bus, branch->knee_v);
        bool below = knee_a < total_a;
        bool above = knee_a > total_a;
        bool at = !below && !above;
        if (branch->gate == SIM_GATE_OPEN)
            continue;
        if (below || (at && branch->gate == SIM_GATE_DISCHARGE_ONLY))
            *low_v = sim_clamp(*low_v, branch->knee_v, HIGHEST_V);
        if (above || (at && branch->gate == SIM_GATE_CHARGE_ONLY))
            *high_v = sim_clamp(*high_v, 0.0, branch->knee_v);
    }
}

/* The voltage at which `total_a` flows, which must lie within flow_a(0) .. flow_a(HIGHEST_V). Where
 * nothing conducts around it, the voltage nearest to `idle_v`. */
static double solve_v(const struct bus *bus, double total_a, double idle_v)
{
    double low_v;
    double high_v;
    bracket(bus, total_a, &low_v, &high_v);
    double conductance = 0.0;
    double source_a = 0.0;
    for (uint8_t i = 0; i < bus->count; i++) {
        const struct branch *branch = &bus->branch[i];
        if (!conducts(branch, low_v, high_v))
            continue;
        conductance += 1.0 / branch->ohm;
        source_a += branch->knee_v / branch->ohm;
    }
    if (conductance > 0.0)
        return (total_a + source_a) / conductance;
    return sim_clamp(idle_v, low_v, high_v);
}

static struct branch make_branch(const struct sim_pack *pack, struct sim_line line,
                                 double cable_ohm)
{
    struct branch branch = {line.open_v, line.ohm + cable_ohm, pack->gate};
    if (pack->gate == SIM_GATE_CHARGE_ONLY)
        branch.knee_v += SIM_PACK_DIODE_V;
    if (pack->gate == SIM_GATE_DISCHARGE_ONLY)
        branch.knee_v -= SIM_PACK_DIODE_V;
    return branch;
}

/* Where the busbar drifts while nothing conducts: to the charger's voltage, else through pre-charge
 * resistors to the packs, and slowly to zero. */
static double idle_v(const struct sim_parallel *bank, const struct outputs outputs[],
                     const struct sim_demand *demand, double step_s)
{
    if (demand->charger_on || demand->total_ma > 0)
        return demand->ceiling_mv / 1000.0;
    double conductance = 1.0 / BLEED_OHM;
    double source_a = 0.0;
    for (uint8_t i = 0; i < bank->count; i++) {
        if (!outputs[i].precharge)
            continue;
        conductance += 1.0 / PRECHARGE_OHM;
        source_a += bank->open_v[i] / PRECHARGE_OHM;
    }
    double made = demand->total_ma < 0 ? 1.0 : sim_approach(step_s * conductance / BUS_FARAD);
    return bank->terminal_v + made * (source_a / conductance - bank->terminal_v);
}

/* What is asked, cut to what flows at the ceiling and at a short circuit. */
static double possible_a(const struct bus *bus, const struct sim_demand *demand)
{
    double most_a = sim_clamp(flow_a(bus, demand->ceiling_mv / 1000.0), 0.0, 1e9);
    double least_a = sim_clamp(flow_a(bus, 0.0), -1e9, 0.0);
    return sim_clamp(demand->total_ma / 1000.0, least_a, most_a);
}

static void substep(struct sim_parallel *bank, const struct outputs outputs[],
                    const struct sim_demand *demand, double step_s)
{
    struct bus bus = {.count = bank->count};
    for (uint8_t i = 0; i < bank->count; i++) {
        struct sim_line line = sim_pack_prepare(&bank->pack[i], &outputs[i], step_s);
        bank->open_v[i] = line.open_v;
        bus.branch[i] = make_branch(&bank->pack[i], line, bank->cable_ohm[i]);
    }
    double total_a = possible_a(&bus, demand);
    bank->terminal_v = solve_v(&bus, total_a, idle_v(bank, outputs, demand, step_s));
    for (uint8_t i = 0; i < bank->count; i++) {
        struct sim_pack *pack = &bank->pack[i];
        double current_a = branch_a(&bus.branch[i], bank->terminal_v);
        pack->terminal_v = bank->terminal_v - current_a * bank->cable_ohm[i];
        pack->source_on = demand->charger_on || demand->total_ma > 0;
        sim_pack_step(pack, current_a, step_s);
        bank->sum_a += current_a;
    }
}

void sim_parallel_init(struct sim_parallel *bank, const struct sim_parallel_setup *setup)
{
    ASSERT(setup->count > 0 && setup->count <= PACK_MAX);
    memset(bank, 0, sizeof(*bank));
    bank->count = setup->count;
    for (uint8_t i = 0; i < bank->count; i++) {
        struct sim_pack_setup pack = {
            .seed = setup->seed + i,
            .nominal_mah = setup->nominal_mah,
            .soc_permille = setup->soc_permille[i],
            .ambient_ddegc = setup->ambient_ddegc,
        };
        sim_pack_init(&bank->pack[i], &pack);
        bank->cable_ohm[i] = setup->cable_uohm[i] > 0 ? setup->cable_uohm[i] / 1e6 : CABLE_OHM;
    }
}

void sim_parallel_step(struct sim_parallel *bank, const struct outputs outputs[],
                       const struct sim_demand *demand, uint32_t dt_ms)
{
    ASSERT(dt_ms > 0);
    uint32_t count = (dt_ms - 1) / SUBSTEP_MS + 1;
    bank->sum_a = 0.0;
    for (uint32_t i = 0; i < count; i++)
        substep(bank, outputs, demand, dt_ms / 1000.0 / count);
    bank->terminal_mv = sim_round(bank->terminal_v * 1000.0);
    bank->total_ma = sim_round(bank->sum_a / count * 1000.0);
}

void sim_parallel_set_ambient(struct sim_parallel *bank, int32_t ambient_ddegc)
{
    for (uint8_t i = 0; i < bank->count; i++)
        bank->pack[i].ambient_ddegc = ambient_ddegc;
}
