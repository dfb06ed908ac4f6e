/* SPDX-License-Identifier: Apache-2.0
 * The pack's physics between its cells and its terminals. About 2 mohm of joints, switches and
 * inner wiring beside the cells; heat of the cells into one node of 116 kJ/K that loses it through
 * 0.11 K/W; the switches are a small node of their own. The heater runs from the cells and bypasses
 * the shunt. Values are estimates (cell and pack facts, sections 1.2 and 4.4).
 */
#include "sim/pack.h"

#include <string.h>

#include "sim/number.h"

enum { SHORT_CIRCUIT_A = 700, MA_STEP = 10 };

static const double SWITCH_OHM = 0.0008;
static const double WIRING_OHM = 0.0006; /* shunt and inner cables */
static const double DIODE_V = SIM_PACK_DIODE_V;
static const double BALANCE_EFFICIENCY = 0.68; /* 2 A out, 1.35 A in, measured by a user */
static const double CELLS_J_PER_K = 116000.0;
static const double CELLS_K_PER_W = 0.11;
static const double SWITCH_J_PER_K = 400.0;
static const double SWITCH_K_PER_W = 0.8;
static const double HEATER_OHM = 13.0; /* 200 W at 51.2 V */
static const double CAPACITY_SPREAD = 0.004;
static const double RESISTANCE_SPREAD = 0.03;
static const double SOC_SPREAD = 0.005;

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
        sim_cell_init(&pack->cell[i], capacity_ah, sim_clamp(soc, 0.0, 1.0));
        pack->cell[i].resistance_factor = spread(random, 1.0, RESISTANCE_SPREAD);
        pack->joint_ohm[i] = within(random, 40e-6, 20e-6);
        pack->sense_ohm[i] = within(random, 1e-3, 0.2e-3);
        pack->cell_error_v[i] = within(random, 0.0, 0.001);
    }
}

void sim_pack_init(struct sim_pack *pack, const struct sim_pack_setup *setup)
{
    memset(pack, 0, sizeof(*pack));
    sim_random_init(&pack->noise, setup->seed);
    sim_cell_climate_init(&pack->climate);
    init_cells(pack, setup);
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        pack->temp_error_degc[i] = within(&pack->noise, 0.0, 0.8);
    pack->current_error_a = spread(&pack->noise, 0.0, 0.015);
    pack->ambient_ddegc = setup->ambient_ddegc;
    pack->cells_degc = setup->ambient_ddegc / 10.0;
    pack->mos_degc = pack->cells_degc;
    sim_cell_climate_set(&pack->climate, 0.0, pack->cells_degc);
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        pack->terminal_v += sim_cell_open_v(&pack->cell[i], &pack->climate);
}

static enum sim_gate find_gate(const struct sim_faults *faults, const struct outputs *outputs)
{
    bool charge = (outputs->charge_fet && !faults->charge_stuck_open) || faults->charge_welded;
    bool discharge =
        (outputs->discharge_fet && !faults->discharge_stuck_open) || faults->discharge_welded;
    if (charge)
        return discharge ? SIM_GATE_BOTH : SIM_GATE_CHARGE_ONLY;
    return discharge ? SIM_GATE_DISCHARGE_ONLY : SIM_GATE_OPEN;
}

/* Current of a cell beside that through the terminals: heater and balancer. */
static double side_current_a(const struct sim_pack *pack, int cell)
{
    double side_a = pack->heater_on ? -pack->heater_a : 0.0;
    double balance_a = pack->balance_ma / 1000.0;
    if (cell == pack->balance_source)
        side_a -= balance_a;
    if (cell == pack->balance_sink)
        side_a += balance_a * BALANCE_EFFICIENCY;
    return side_a;
}

struct sim_line sim_pack_prepare(struct sim_pack *pack, const struct outputs *outputs,
                                 double step_s)
{
    bool pair = outputs->balance_source != outputs->balance_sink;
    pack->gate = (uint8_t)find_gate(&pack->faults, outputs);
    pack->balance_ma = pair ? outputs->balance_ma : 0;
    pack->balance_source = outputs->balance_source;
    pack->balance_sink = outputs->balance_sink;
    pack->heater_on = outputs->heater;
    sim_cell_climate_set(&pack->climate, step_s, pack->cells_degc);
    struct sim_line sum = {0.0, SWITCH_OHM + WIRING_OHM};
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        struct sim_line line = sim_cell_line(&pack->cell[i], &pack->climate);
        sum.open_v += line.open_v + line.ohm * side_current_a(pack, i) +
                      pack->faults.cell_offset_mv[i] / 1000.0;
        sum.ohm += line.ohm + pack->joint_ohm[i];
    }
    pack->heater_a = sum.open_v / HEATER_OHM;
    return sum;
}

static void step_heat(struct sim_pack *pack, double cells_w, double current_a, double step_s)
{
    double ambient_degc = pack->ambient_ddegc / 10.0;
    bool diode = pack->gate == SIM_GATE_CHARGE_ONLY || pack->gate == SIM_GATE_DISCHARGE_ONLY;
    double switch_w = current_a * current_a * SWITCH_OHM;
    if (diode)
        switch_w += sim_abs(current_a) * DIODE_V;
    double lost_w = (pack->cells_degc - ambient_degc) / CELLS_K_PER_W;
    double switch_lost_w = (pack->mos_degc - ambient_degc) / SWITCH_K_PER_W;
    pack->cells_degc += (cells_w - lost_w) * step_s / CELLS_J_PER_K;
    pack->mos_degc += (switch_w - switch_lost_w) * step_s / SWITCH_J_PER_K;
}

void sim_pack_step(struct sim_pack *pack, double current_a, double step_s)
{
    double cells_w = pack->faults.heat_w;
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double cell_a = current_a + side_current_a(pack, i);
        sim_cell_step(&pack->cell[i], &pack->climate, cell_a);
        cells_w += sim_cell_heat_w(&pack->cell[i], &pack->climate, cell_a) +
                   current_a * current_a * pack->joint_ohm[i];
    }
    if (pack->heater_on)
        cells_w += pack->heater_a * pack->heater_a * HEATER_OHM;
    pack->current_a = current_a;
    pack->short_circuit |= sim_abs(current_a) > SHORT_CIRCUIT_A;
    step_heat(pack, cells_w, current_a, step_s);
}

/* Real voltage between the sense points of a cell, without the balancer's drop in the wires. */
static double cell_v(struct sim_pack *pack, int i)
{
    double cell_a = pack->current_a + side_current_a(pack, i);
    return sim_cell_voltage_v(&pack->cell[i], &pack->climate, cell_a) +
           pack->current_a * pack->joint_ohm[i] + pack->faults.cell_offset_mv[i] / 1000.0;
}

static double sense_drop_v(const struct sim_pack *pack, int i)
{
    double balance_a = pack->balance_ma / 1000.0;
    if (i == pack->balance_source)
        return -balance_a * pack->sense_ohm[i];
    return i == pack->balance_sink ? balance_a * BALANCE_EFFICIENCY * pack->sense_ohm[i] : 0.0;
}

static double measure_cells(struct sim_pack *pack, struct inputs *reading)
{
    double sum_v = 0.0;
    double moved_v = 0.0; /* of a cell whose upper wire is open: its neighbour shows it */
    for (int i = 0; i < SIM_PACK_CELLS; i++) {
        double real_v = cell_v(pack, i);
        double seen_v = real_v + sense_drop_v(pack, i) + pack->cell_error_v[i] + moved_v;
        bool open = pack->faults.wire_open_mask >> i & 1;
        moved_v = open ? seen_v : 0.0;
        sum_v += real_v;
        reading->cell_mv[i] = (int16_t)sim_clamp(sim_round(open ? 0.0 : seen_v * 1000.0), 0, 32767);
    }
    reading->cell_valid_mask = (1u << SIM_PACK_CELLS) - 1;
    return sum_v;
}

static void measure_temps(const struct sim_pack *pack, struct inputs *reading)
{
    for (int i = 0; i < SIM_PACK_TEMPS; i++)
        reading->temp_ddegc[i] =
            (int16_t)sim_round((pack->cells_degc + pack->temp_error_degc[i]) * 10.0);
    reading->temp_valid_mask =
        (uint8_t)(((1u << SIM_PACK_TEMPS) - 1) & ~(uint32_t)pack->faults.temp_lost_mask);
    reading->mos_ddegc = (int16_t)sim_round(pack->mos_degc * 10.0);
    reading->mos_valid = !pack->faults.mos_temp_lost;
}

static void measure_current(struct sim_pack *pack, struct inputs *reading)
{
    double seen_a = pack->current_a + spread(&pack->noise, pack->current_error_a, 0.010);
    reading->pack_ma = sim_round(seen_a * 1000.0 / MA_STEP) * MA_STEP;
}

static void take_reading(struct sim_pack *pack)
{
    struct inputs *reading = &pack->reading;
    double sum_v = measure_cells(pack, reading);
    measure_temps(pack, reading);
    measure_current(pack, reading);
    reading->sample_count++;
    reading->pack_mv = sim_round(sum_v * 1000.0);
    reading->load_mv = sim_round(pack->terminal_v * 1000.0);
    reading->charger_present = pack->source_on && pack->terminal_v > sum_v;
    reading->pack_valid = true;
    if (pack->faults.front_end_lost) {
        reading->pack_valid = false;
        reading->cell_valid_mask = 0;
    }
}

void sim_pack_measure(struct sim_pack *pack, struct inputs *inputs)
{
    if (!pack->faults.frozen)
        take_reading(pack);
    bool button = inputs->button;
    bool bus_request = inputs->bus_request;
    uint8_t dip = inputs->dip;
    *inputs = pack->reading;
    inputs->discharge_short = pack->short_circuit;
    inputs->button = button;
    inputs->bus_request = bus_request;
    inputs->dip = dip;
    pack->short_circuit = false;
}

int32_t sim_pack_soc_permille(const struct sim_pack *pack)
{
    double sum = 0.0;
    for (int i = 0; i < SIM_PACK_CELLS; i++)
        sum += pack->cell[i].soc;
    return sim_round(sum * 1000.0 / SIM_PACK_CELLS);
}
