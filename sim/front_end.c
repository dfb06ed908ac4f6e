/* SPDX-License-Identifier: Apache-2.0
 * One reading: real value, error of the board, then its faults. Contacts and the comparator are
 * lines of their own, so they are true even while the front end stands still. Cells and the pack
 * voltage are two converters: frozen cells leave the pack voltage alive.
 */
#include "sim/front_end.h"

#include "sim/number.h"

enum { MA_STEP = 10 };

static const double NOISE_A = 0.010;
static const double SHORT_SEEN_S = 10.0; /* below 0.1 ohm the test current finds a short */

/* Real voltage between the sense points of a cell, without the balancer's drop in the wires. */
static double cell_v(struct sim_pack *pack, int i)
{
    return pack->cells.voltage_v[i] + pack->current_a * sim_pack_joint_ohm(pack, i) +
           pack->faults.cell_offset_mv[i] / 1000.0;
}

static double sense_drop_v(const struct sim_pack *pack, int i)
{
    if (i != pack->balance_source && i != pack->balance_sink)
        return 0.0;
    double ohm = pack->sense_ohm[i] + pack->faults.sense_extra_mohm[i] / 1000.0;
    double balance_a = pack->balance_ma / 1000.0;
    return i == pack->balance_source ? -balance_a * ohm
                                     : balance_a * SIM_PACK_BALANCE_EFFICIENCY * ohm;
}

/* Returns the real sum. */
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
        if (pack->faults.cells_frozen)
            continue;
        reading->cell_mv[i] = (int16_t)sim_clamp(sim_round(open ? 0.0 : seen_v * 1000.0), 0, 32767);
    }
    reading->cell_valid_mask = (1u << SIM_PACK_CELLS) - 1;
    return sum_v;
}

static void measure_temps(const struct sim_pack *pack, struct inputs *reading)
{
    const struct sim_faults *faults = &pack->faults;
    for (int i = 0; i < SIM_PACK_TEMPS; i++) {
        double seen_ddegc = (pack->heat.sensor_degc[i] + pack->temp_error_degc[i]) * 10.0;
        if (faults->temp_stuck_mask >> i & 1)
            continue;
        reading->temp_ddegc[i] =
            (int16_t)sim_clamp(sim_round(seen_ddegc + faults->temp_offset_ddegc[i]), -32768, 32767);
    }
    reading->temp_valid_mask =
        (uint8_t)(((1u << SIM_PACK_TEMPS) - 1) & ~(uint32_t)faults->temp_lost_mask);
    reading->mos_ddegc = (int16_t)sim_round(pack->heat.mos_degc * 10.0);
    reading->mos_valid = !faults->mos_temp_lost;
}

static int32_t measure_current_ma(struct sim_pack *pack)
{
    const struct sim_faults *faults = &pack->faults;
    double error_a = pack->current_error_a + NOISE_A * sim_random_normal(&pack->noise);
    double gain = 1.0 + pack->current_gain_error + faults->current_gain_permille / 1000.0;
    double seen_a = (faults->current_reversed ? -gain : gain) * pack->current_a + error_a +
                    faults->current_offset_ma / 1000.0;
    return faults->current_dead ? 0 : sim_round(seen_a * 1000.0 / MA_STEP) * MA_STEP;
}

static void take_reading(struct sim_pack *pack)
{
    struct inputs *reading = &pack->reading;
    double sum_v = measure_cells(pack, reading);
    measure_temps(pack, reading);
    reading->pack_ma = measure_current_ma(pack);
    reading->heater_ma = pack->heater_on ? sim_round(pack->heater_a * 1000.0) : 0;
    reading->sample_count++;
    reading->pack_mv = sim_round(sum_v * 1000.0) + pack->faults.pack_offset_mv;
    reading->load_mv = sim_round(pack->terminal_v * 1000.0);
    reading->charger_present =
        pack->source_on && !pack->faults.breaker_open && pack->terminal_v > sum_v;
    reading->pack_valid = true;
    if (pack->faults.front_end_lost) {
        reading->pack_valid = false;
        reading->cell_valid_mask = 0;
    }
}

static void read_lines(struct sim_pack *pack, struct inputs *inputs)
{
    struct sim_comparator *comparator = &pack->comparator;
    bool open = pack->switches == SIM_GATE_OPEN && !pack->faults.breaker_open;
    inputs->discharge_short = comparator->discharge_told;
    inputs->charge_short = comparator->charge_told;
    inputs->short_present = open && pack->outside_s > SHORT_SEEN_S;
    inputs->breaker_open = pack->faults.breaker_open;
    inputs->extinguisher_fired = pack->extinguisher_fired;
    comparator->discharge_told = false;
    comparator->charge_told = false;
}

void sim_front_end_measure(struct sim_pack *pack, struct inputs *inputs)
{
    if (!pack->faults.frozen)
        take_reading(pack);
    bool button = inputs->button;
    bool bus_request = inputs->bus_request;
    uint8_t dip = inputs->dip;
    *inputs = pack->reading;
    inputs->button = button;
    inputs->bus_request = bus_request;
    inputs->dip = dip;
    read_lines(pack, inputs);
}
