/* SPDX-License-Identifier: Apache-2.0
 * The pack's physics between its cells and its terminals. About 2 mohm of joints, switches and
 * inner wiring beside the cells. The heater runs from the cells and bypasses the shunt. Values are
 * estimates (cell and pack facts, sections 1.2 and 4.4).
 */
#include "sim/pack.h"

#include <string.h>

#include "sim/front_end.h"
#include "sim/number.h"

enum { STUCK_BALANCE_MA = 2000, STUCK_BALANCE_CELLS = 8 };

static const double SWITCH_OHM = 0.0008;
static const double WIRING_OHM = 0.0006; /* shunt and inner cables */
static const double LOOP_HENRY = 2e-6;   /* pack, cables and a short near by */
static const double HEATER_OHM = 13.0;   /* 200 W at 51.2 V */
static const double CELL_V = 3.3;        /* for heat of side currents */
static const double EMPTY_SOC = -0.03;   /* about 0 V */
static const double EXTINGUISHER_DEGC = 170.0;
static const double CAPACITY_SPREAD = 0.004;
static const double RESISTANCE_SPREAD = 0.03;
static const double SOC_SPREAD = 0.005;
static const double GAIN_SPREAD = 0.001;
static const double SELF_PER_MONTH = 0.015;
static const double SELF_SPREAD_PER_MONTH = 0.003;
static const double HOURS_PER_MONTH = 730.5;

static double spread(struct sim_random *random, double mean, double deviation)
{
    return mean + deviation * sim_random_normal(random);
}

/* Even over mean +- half. */
static double within(struct sim_random *random, double mean, double half)
{
    return mean + half * (2.0 * sim_random_uniform(random) - 1.0);
}

static void init_cells(struct sim_pack *pack, const struct sim_pack_setup *setup)
{
    struct sim_random *random = &pack->noise;
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double capacity_ah = spread(random, 1.0, CAPACITY_SPREAD) * setup->nominal_mah / 1000.0;
        double soc = spread(random, setup->soc_permille / 1000.0, SOC_SPREAD);
        pack->cells.capacity_ah[i] = capacity_ah;
        pack->cells.soc[i] = sim_clamp(soc, 0.0, 1.0);
        pack->cells.resistance[i] = spread(random, 1.0, RESISTANCE_SPREAD);
        pack->joint_ohm[i] = within(random, 40e-6, 20e-6);
        pack->sense_ohm[i] = within(random, 1e-3, 0.2e-3);
        pack->cell_error_v[i] = within(random, 0.0, 0.001);
    }
}

static void init_self_discharge(struct sim_pack *pack)
{
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double per_month = spread(&pack->noise, SELF_PER_MONTH, SELF_SPREAD_PER_MONTH);
        pack->self_a[i] =
            sim_clamp(per_month, 0.0, 1.0) * pack->cells.capacity_ah[i] / HOURS_PER_MONTH;
    }
}

void sim_pack_temper(struct sim_pack *pack, int32_t ddegc)
{
    pack->ambient_ddegc = ddegc;
    sim_heat_init(&pack->heat, ddegc / 10.0);
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->cells.degc[i] = ddegc / 10.0;
    sim_cells_run(&pack->cells, 1, &pack->step, 0);
}

void sim_pack_init(struct sim_pack *pack, const struct sim_pack_setup *setup)
{
    memset(pack, 0, sizeof(*pack));
    sim_random_init(&pack->noise, setup->seed);
    sim_cells_step_init(&pack->step, &sim_cell_lfp314, 0.0);
    sim_cells_init(&pack->cells, setup->nominal_mah / 1000.0, 0.0, 0.0);
    init_cells(pack, setup);
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        pack->temp_error_degc[i] = within(&pack->noise, 0.0, 0.8);
    pack->current_error_a = spread(&pack->noise, 0.0, 0.015);
    init_self_discharge(pack);
    pack->current_gain_error = spread(&pack->noise, 0.0, GAIN_SPREAD);
    sim_wear_init(&pack->wear, &pack->cells);
    sim_pack_temper(pack, setup->ambient_ddegc);
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->terminal_v += pack->cells.voltage_v[i];
}

static enum sim_gate gate_of(bool charge, bool discharge)
{
    if (charge)
        return discharge ? SIM_GATE_BOTH : SIM_GATE_CHARGE_ONLY;
    return discharge ? SIM_GATE_DISCHARGE_ONLY : SIM_GATE_OPEN;
}

/* A welded switch conducts against board and comparator. */
static void set_gate(struct sim_pack *pack, const struct outputs *outputs)
{
    const struct sim_faults *faults = &pack->faults;
    bool held = pack->comparator.open;
    bool charge = outputs->charge_fet && !held && !faults->charge_stuck_open;
    bool discharge = outputs->discharge_fet && !held && !faults->discharge_stuck_open;
    pack->switches =
        (uint8_t)gate_of(charge || faults->charge_welded, discharge || faults->discharge_welded);
    pack->gate = faults->breaker_open ? SIM_GATE_OPEN : pack->switches;
}

static uint8_t lowest_bit(uint32_t mask)
{
    uint8_t bit = 0;
    while (bit < SIM_PACK_CELLS - 1 && !(mask >> bit & 1))
        bit++;
    return bit;
}

static void set_balance(struct sim_pack *pack, const struct outputs *outputs)
{
    bool pair = outputs->balance_source != outputs->balance_sink;
    uint32_t stuck = pack->faults.balance_stuck_mask;
    pack->balance_ma = pair && !pack->faults.balance_dead ? outputs->balance_ma : 0;
    pack->balance_source = outputs->balance_source;
    pack->balance_sink = outputs->balance_sink;
    if (!stuck)
        return;
    pack->balance_ma = STUCK_BALANCE_MA;
    pack->balance_source = lowest_bit(stuck);
    pack->balance_sink = (uint8_t)((pack->balance_source + STUCK_BALANCE_CELLS) % SIM_PACK_CELLS);
}

/* Through the inside of a cell, until nothing is left. */
static double leak_a(const struct sim_pack *pack, int cell)
{
    double fault_a = pack->faults.leak_ma[cell] / 1000.0;
    return pack->cells.soc[cell] > EMPTY_SOC ? pack->self_a[cell] + fault_a : 0.0;
}

static void set_side_currents(struct sim_pack *pack)
{
    double heater_a = pack->heater_on ? pack->heater_a : 0.0;
    double balance_a = pack->balance_ma / 1000.0;
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->side_a[i] = -heater_a - leak_a(pack, i);
    if (pack->balance_source < SIM_PACK_CELLS)
        pack->side_a[pack->balance_source] -= balance_a;
    if (pack->balance_sink < SIM_PACK_CELLS)
        pack->side_a[pack->balance_sink] += balance_a * SIM_PACK_BALANCE_EFFICIENCY;
}

double sim_pack_joint_ohm(const struct sim_pack *pack, int cell)
{
    return pack->joint_ohm[cell] + pack->faults.joint_extra_uohm[cell] * 1e-6;
}

struct sim_line sim_pack_prepare(struct sim_pack *pack, const struct outputs *outputs,
                                 double step_s)
{
    const struct sim_faults *faults = &pack->faults;
    sim_comparator_command(&pack->comparator, outputs->charge_fet, outputs->discharge_fet);
    set_gate(pack, outputs);
    set_balance(pack, outputs);
    pack->heater_on = (outputs->heater || faults->heater_stuck) && !faults->heater_dead;
    set_side_currents(pack);
    pack->surge_as = 0.0;
    pack->surge_j = 0.0;
    if (sim_cells_step_set(&pack->step, step_s))
        sim_cells_run(&pack->cells, 1, &pack->step, 0);
    const struct sim_cells *cells = &pack->cells;
    struct sim_line sum = {0.0, SWITCH_OHM + WIRING_OHM};
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        sum.open_v += cells->ahead_v[i] + cells->ahead_ohm[i] * pack->side_a[i] +
                      faults->cell_offset_mv[i] / 1000.0;
        sum.ohm += cells->ahead_ohm[i] + sim_pack_joint_ohm(pack, i);
    }
    pack->heater_a = sum.open_v / HEATER_OHM;
    pack->ahead = sum;
    sum.open_v += pack->ahead_error_v;
    return sum;
}

static bool passes(enum sim_gate gate, double current_a)
{
    return gate == SIM_GATE_BOTH || (gate == SIM_GATE_CHARGE_ONLY && current_a > 0.0) ||
           (gate == SIM_GATE_DISCHARGE_ONLY && current_a < 0.0);
}

bool sim_pack_trip(struct sim_pack *pack, const struct outputs *outputs, struct sim_line line,
                   double current_a, double step_s)
{
    if (sim_abs(current_a) <= SIM_COMPARATOR_A) {
        sim_comparator_rest(&pack->comparator);
        return false;
    }
    double drive_v = current_a < 0.0 ? -line.open_v : current_a * line.ohm;
    struct sim_surge surge = {
        .start_a = pack->current_a,
        .drive_v = drive_v,
        .ohm = drive_v / current_a,
        .henry = LOOP_HENRY,
        .duration_us = step_s * 1e6,
    };
    if (!sim_comparator_watch(&pack->comparator, &surge, outputs->scp_delay_us))
        return false;
    set_gate(pack, outputs);
    if (passes((enum sim_gate)pack->gate, current_a))
        return true; /* welded: it goes on */
    pack->surge_as = pack->comparator.let_as;
    pack->surge_j = pack->comparator.let_j;
    return true;
}

static double switch_w(const struct sim_pack *pack, double current_a)
{
    bool diode = pack->gate == SIM_GATE_CHARGE_ONLY || pack->gate == SIM_GATE_DISCHARGE_ONLY;
    double diode_w = diode ? sim_abs(current_a) * SIM_PACK_DIODE_V : 0.0;
    double balance_w = pack->balance_ma / 1000.0 * CELL_V * (1.0 - SIM_PACK_BALANCE_EFFICIENCY);
    return current_a * current_a * SWITCH_OHM + diode_w + balance_w + pack->faults.mos_heat_w;
}

/* Heat that all cells get alike. */
static double common_w(const struct sim_pack *pack, double step_s)
{
    double heater_w = pack->heater_on ? pack->heater_a * pack->heater_a * HEATER_OHM : 0.0;
    return (heater_w + pack->faults.heat_w + pack->surge_j / step_s) / SIM_PACK_CELLS;
}

/* What the cells really came to against what was foretold. Added to the next forecast, so that the
 * energy at the terminals and in the cells does not drift apart. */
static double forecast_error_v(const struct sim_pack *pack)
{
    double real_v = pack->current_a * (SWITCH_OHM + WIRING_OHM);
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        real_v += pack->cells.voltage_v[i] + pack->current_a * sim_pack_joint_ohm(pack, i) +
                  pack->faults.cell_offset_mv[i] / 1000.0;
    return real_v - pack->ahead.open_v - pack->ahead.ohm * pack->current_a;
}

static void set_heat(struct sim_pack *pack, double current_a, double step_s)
{
    double *added_w = pack->cells.added_w;
    double alike_w = common_w(pack, step_s);
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        added_w[i] = alike_w + current_a * current_a * sim_pack_joint_ohm(pack, i) +
                     pack->faults.cell_heat_w[i] + leak_a(pack, i) * CELL_V;
    sim_heat_exchange(pack->cells.degc, added_w);
    pack->cells.air_degc = pack->ambient_ddegc / 10.0;
}

static void set_currents(struct sim_pack *pack, double current_a)
{
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->cells.current_a[i] = current_a + pack->side_a[i];
}

void sim_pack_step(struct sim_pack *pack, double current_a, double step_s)
{
    pack->current_a = current_a;
    pack->mean_a = current_a + pack->surge_as / step_s;
    set_heat(pack, current_a, step_s);
    set_currents(pack, pack->mean_a);
    sim_cells_run(&pack->cells, 1, &pack->step, 1);
    sim_wear_step(&pack->wear, &pack->cells, step_s);
    pack->ahead_error_v = forecast_error_v(pack);
    if (pack->surge_as < 0.0 || pack->surge_as > 0.0) {
        set_currents(pack, current_a); /* what is measured after it */
        sim_cells_run(&pack->cells, 1, &pack->step, 0);
        pack->ahead_error_v = 0.0;
    }
    sim_heat_step(&pack->heat, pack->cells.degc, switch_w(pack, current_a), pack->cells.air_degc,
                  step_s);
    if (pack->faults.extinguisher || pack->heat.max_degc > EXTINGUISHER_DEGC)
        pack->extinguisher_fired = true;
}

void sim_pack_measure(struct sim_pack *pack, struct inputs *inputs)
{
    sim_front_end_measure(pack, inputs);
}

int32_t sim_pack_soc_permille(const struct sim_pack *pack)
{
    double sum = 0.0;
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        sum += pack->cells.soc[i];
    return sim_round(sum * 1000.0 / SIM_PACK_CELLS);
}
