/* SPDX-License-Identifier: Apache-2.0
 * Each pack is a line v = open_v + ohm * i, cut by its diodes, perhaps with a short behind them.
 * The current into the bank rises with the bus voltage, and bends only where a diode begins to
 * conduct; so the bends around the demand are found by trying each, and between two bends the rest
 * is one linear equation. One pass per pack, no iteration that could fail to end. A comparator that
 * trips on the way opens its pack, and the rest is solved again, once per pack at most.
 */
#include "sim/parallel.h"

#include <string.h>

#include "base/assert.h"
#include "sim/number.h"

enum { SUBSTEP_MS = 1000 };

static const double CABLE_OHM = 0.0005;
static const double HIGHEST_V = 1000.0;
static const double BUS_FARAD = 0.010; /* input capacitors of the inverter */
static const double BLEED_OHM = 2000.0;
static const double PRECHARGE_OHM = 50.0;
static const double CHARGER_A = 200.0; /* most that a charger gives into a load beside the packs */

/* How a pack looks from the busbar: a line on either side of the bend, where its diode begins to
 * conduct. Without a short the current at the bend is 0, as it is wherever the gate blocks. */
struct branch {
    double knee_v;
    double knee_a;
    double below_s; /* conductance on either side */
    double above_s;
    double cable_ohm;
    double short_s; /* between the pack's terminals */
    uint8_t gate;   /* enum sim_gate */
};

struct bus {
    struct branch branch[PACK_MAX];
    double load_s; /* resistors at the busbar */
    double leak_s; /* these and the shorts behind the cables */
    uint8_t count;
};

static double branch_a(const struct branch *branch, double v)
{
    double over_v = v - branch->knee_v;
    return branch->knee_a + over_v * (over_v > 0.0 ? branch->above_s : branch->below_s);
}

static double flow_a(const struct bus *bus, double v)
{
    double sum_a = v * bus->load_s;
    for (uint8_t i = 0; i < bus->count; i++)
        sum_a += branch_a(&bus->branch[i], v);
    return sum_a;
}

/* Whether the pack conducts on that side of its bend. */
static bool conducts(const struct branch *branch, bool above)
{
    return branch->gate == SIM_GATE_BOTH ||
           branch->gate == (above ? SIM_GATE_CHARGE_ONLY : SIM_GATE_DISCHARGE_ONLY);
}

/* The two knees around the voltage at which `total_a` flows. A diode whose knee lies exactly there
 * is taken as not conducting: beyond it the current may stay the same. */
static void bracket(const struct bus *bus, double total_a, double *low_v, double *high_v)
{
    *low_v = 0.0;
    *high_v = HIGHEST_V;
    for (uint8_t i = 0; i < bus->count; i++) {
        const struct branch *branch = &bus->branch[i];
        if (branch->gate == SIM_GATE_OPEN)
            continue;
        double knee_a = flow_a(bus, branch->knee_v);
        bool below = knee_a < total_a;
        bool above = knee_a > total_a;
        bool at = !below && !above;
        if (below || (at && branch->gate == SIM_GATE_DISCHARGE_ONLY))
            *low_v = sim_clamp(*low_v, branch->knee_v, HIGHEST_V);
        if (above || (at && branch->gate == SIM_GATE_CHARGE_ONLY))
            *high_v = sim_clamp(*high_v, 0.0, branch->knee_v);
    }
}

/* The voltage at which `total_a` flows, which must lie within flow_a(0) .. flow_a(HIGHEST_V). Where
 * no pack conducts around it, the voltage nearest to `idle_v`. */
static double solve_v(const struct bus *bus, double total_a, double idle_v)
{
    double low_v;
    double high_v;
    bracket(bus, total_a, &low_v, &high_v);
    double conductance = bus->load_s;
    double source_a = 0.0;
    bool driven = false;
    for (uint8_t i = 0; i < bus->count; i++) {
        const struct branch *branch = &bus->branch[i];
        bool above = branch->knee_v <= low_v;
        double branch_s = above ? branch->above_s : branch->below_s;
        conductance += branch_s;
        source_a += branch_s * branch->knee_v - branch->knee_a;
        driven |= conducts(branch, above);
    }
    return driven ? (total_a + source_a) / conductance : sim_clamp(idle_v, low_v, high_v);
}

static double conductance_s(int32_t mohm)
{
    return mohm > 0 ? 1000.0 / mohm : 0.0;
}

static struct branch make_branch(const struct sim_pack *pack, struct sim_line line,
                                 double cable_ohm)
{
    if (pack->faults.breaker_open)
        return (struct branch){.cable_ohm = cable_ohm};
    double knee_v = line.open_v;
    if (pack->gate == SIM_GATE_CHARGE_ONLY)
        knee_v += SIM_PACK_DIODE_V;
    if (pack->gate == SIM_GATE_DISCHARGE_ONLY)
        knee_v -= SIM_PACK_DIODE_V;
    double short_s = conductance_s(pack->faults.terminal_short_mohm);
    double share = 1.0 + short_s * cable_ohm; /* bus voltage over terminal voltage, pack open */
    struct branch branch = {
        .knee_v = knee_v * share,
        .knee_a = knee_v * short_s,
        .below_s = short_s / share,
        .above_s = short_s / share,
        .cable_ohm = cable_ohm,
        .short_s = short_s,
        .gate = pack->gate,
    };
    double conducting_s = 1.0 / (cable_ohm + line.ohm / (1.0 + line.ohm * short_s));
    if (conducts(&branch, false))
        branch.below_s = conducting_s;
    if (conducts(&branch, true))
        branch.above_s = conducting_s;
    return branch;
}

static struct bus make_bus(const struct sim_parallel *bank)
{
    struct bus bus = {.count = bank->count};
    bus.load_s =
        conductance_s(bank->faults.bus_load_mohm) + conductance_s(bank->faults.bus_short_mohm);
    bus.leak_s = bus.load_s;
    for (uint8_t i = 0; i < bank->count; i++) {
        const struct sim_pack *pack = &bank->pack[i];
        double cable_ohm = bank->cable_ohm[i] + pack->faults.cable_extra_uohm * 1e-6;
        struct branch *branch = &bus.branch[i];
        *branch = make_branch(pack, bank->line[i], cable_ohm);
        bus.leak_s += branch->short_s / (1.0 + branch->short_s * cable_ohm);
    }
    return bus;
}

/* Where the busbar drifts while no pack conducts: to the charger's voltage, else through pre-charge
 * resistors to the packs, and through what lies across it to zero. */
static double idle_v(const struct sim_parallel *bank, const struct outputs outputs[],
                     const struct sim_demand *demand, double leak_s, double step_s)
{
    double conductance = 1.0 / BLEED_OHM + leak_s;
    if (demand->charger_on || demand->total_ma > 0)
        return sim_clamp(CHARGER_A / conductance, 0.0, demand->ceiling_mv / 1000.0);
    double source_a = 0.0;
    for (uint8_t i = 0; i < bank->count; i++) {
        const struct sim_faults *faults = &bank->pack[i].faults;
        if (!outputs[i].precharge || faults->precharge_dead || faults->breaker_open)
            continue;
        conductance += 1.0 / PRECHARGE_OHM;
        source_a += bank->line[i].open_v / PRECHARGE_OHM;
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

/* Through the pack's switches; what flows at the busbar less what its short takes. */
static double pack_a(const struct branch *branch, double v)
{
    if (!conducts(branch, v > branch->knee_v))
        return 0.0;
    double bus_a = branch_a(branch, v);
    return bus_a - (v - bus_a * branch->cable_ohm) * branch->short_s;
}

/* Behind an open air switch nothing but the pack's own path remains. */
static double floating_v(const struct sim_pack *pack, const struct outputs *outputs, double open_v)
{
    if (pack->switches == SIM_GATE_BOTH || (outputs->precharge && !pack->faults.precharge_dead))
        return open_v;
    return pack->switches == SIM_GATE_DISCHARGE_ONLY ? open_v - SIM_PACK_DIODE_V : 0.0;
}

/* Whether a comparator opened its pack on the way to this bus voltage. */
static bool trip(struct sim_parallel *bank, const struct outputs outputs[], const struct bus *bus,
                 double step_s)
{
    bool tripped = false;
    for (uint8_t i = 0; i < bank->count; i++)
        tripped |= sim_pack_trip(&bank->pack[i], &outputs[i], bank->line[i],
                                 pack_a(&bus->branch[i], bank->terminal_v), step_s);
    return tripped;
}

static void solve(struct sim_parallel *bank, const struct outputs outputs[],
                  const struct sim_demand *demand, struct bus *bus, double step_s)
{
    double idle = 0.0;
    for (uint8_t pass = 0; pass <= bank->count; pass++) {
        *bus = make_bus(bank);
        if (pass == 0)
            idle = idle_v(bank, outputs, demand, bus->leak_s, step_s);
        bank->terminal_v = solve_v(bus, possible_a(bus, demand), idle);
        if (!trip(bank, outputs, bus, step_s))
            break;
    }
}

static void step_pack(struct sim_parallel *bank, uint8_t i, const struct outputs *outputs,
                      const struct bus *bus, double step_s)
{
    struct sim_pack *pack = &bank->pack[i];
    const struct branch *branch = &bus->branch[i];
    double bus_a = branch_a(branch, bank->terminal_v);
    pack->terminal_v = pack->faults.breaker_open ? floating_v(pack, outputs, bank->line[i].open_v)
                                                 : bank->terminal_v - bus_a * branch->cable_ohm;
    pack->outside_s = branch->short_s + bus->leak_s;
    sim_pack_step(pack, pack_a(branch, bank->terminal_v), step_s);
    bank->sum_a += pack->mean_a;
}

static void substep(struct sim_parallel *bank, const struct outputs outputs[],
                    const struct sim_demand *demand, double step_s)
{
    struct bus bus;
    for (uint8_t i = 0; i < bank->count; i++)
        bank->line[i] = sim_pack_prepare(&bank->pack[i], &outputs[i], step_s);
    solve(bank, outputs, demand, &bus, step_s);
    for (uint8_t i = 0; i < bank->count; i++) {
        bank->pack[i].source_on = demand->charger_on || demand->total_ma > 0;
        step_pack(bank, i, &outputs[i], &bus, step_s);
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
