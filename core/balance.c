/* SPDX-License-Identifier: Apache-2.0
 * Balancing near full only, where voltage tells charge: highest cell above the start voltage,
 * little current, moderate temperature, no protection. The pair is chosen from resting voltages
 * corrected for each cell's connection; transfer runs 10 s, then pauses 2 s to measure. (Cell and
 * pack facts, section 4.4, rules 1 to 4.)
 */
#include "core/balance.h"

#include "base/number.h"

enum {
    ON_MS = 10000,
    PAUSE_MS = 2000,
    STOP_DIFFERENCE_DIVISOR = 2, /* stops at half the trigger */
    CURRENT_DIVISOR = 10,        /* of capacity: 0.1C */
    TEMP_LOW_DDEGC = 0,
    TEMP_HIGH_DDEGC = 500,
    SOURCE_LOW_MV = 3350,
    SINK_HIGH_MV = 3600,
};

void balance_init(struct balance *balance)
{
    *balance = (struct balance){.phase = BALANCE_IDLE};
}

static bool conditions_hold(const struct measured *measured, const struct params *params)
{
    return params->balance_enabled && measured->complete && !measured->temp_fault &&
           measured->quantity[QUANTITY_CELL_MAX_MV] >= params->balance_start_mv &&
           abs32(measured->pack_ma) <= params->nominal_mah / CURRENT_DIVISOR &&
           measured->quantity[QUANTITY_COLD_DDEGC] >= TEMP_LOW_DDEGC &&
           measured->quantity[QUANTITY_HOT_DDEGC] <= TEMP_HIGH_DDEGC;
}

/* Chooses the pair; returns the difference in mV, 0 when a side is out of its range. */
static int32_t choose(struct balance *balance, const struct measured *measured,
                      const struct params *params)
{
    int32_t high = INT32_MIN;
    int32_t low = INT32_MAX;
    for (uint8_t i = 0; i < measured->cell_count; i++) {
        int32_t wire_uohm = params->value[PARAM_wire_01_uohm + i];
        int64_t drop_mv = div_round((int64_t)measured->pack_ma * wire_uohm, 1000000);
        int32_t cell_mv = measured->cell_mv[i] - (int32_t)drop_mv;
        if (cell_mv > high) {
            high = cell_mv;
            balance->source = i;
        }
        if (cell_mv < low) {
            low = cell_mv;
            balance->sink = i;
        }
    }
    return high < SOURCE_LOW_MV || low > SINK_HIGH_MV ? 0 : high - low;
}

static void enter(struct balance *balance, enum balance_phase phase, int32_t ma)
{
    balance->phase = (uint8_t)phase;
    balance->phase_ms = 0;
    balance->ma = ma;
}

void balance_step(struct balance *balance, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms)
{
    if (!permitted || !conditions_hold(measured, params)) {
        enter(balance, BALANCE_IDLE, 0);
        return;
    }
    balance->phase_ms = add_sat_u32(balance->phase_ms, dt_ms);
    if (balance->phase == BALANCE_ON) {
        if (balance->phase_ms >= ON_MS)
            enter(balance, BALANCE_PAUSE, 0);
        return;
    }
    if (balance->phase == BALANCE_PAUSE && balance->phase_ms < PAUSE_MS)
        return;
    int32_t needed_mv = balance->phase == BALANCE_PAUSE
                            ? params->balance_trigger_mv / STOP_DIFFERENCE_DIVISOR + 1
                            : params->balance_trigger_mv;
    if (choose(balance, measured, params) >= needed_mv)
        enter(balance, BALANCE_ON, params->balance_current_ma);
    else
        enter(balance, BALANCE_IDLE, 0);
}
