/* SPDX-License-Identifier: Apache-2.0
 * Two reasons to move charge. By voltage only near full, where voltage tells charge: the pair is
 * chosen from pause voltages corrected for each cell's resistance. By debt at any charge: what the
 * last full anchor found missing is paid by ampere-hours. Transfer runs 10 s, then pauses 2 s to
 * measure. A source that does not fall and a sink that does not rise contradict the stage; while
 * nothing is wanted it is proven by a transfer now and then, since a stage that never stops would
 * empty a cell unseen.
 * (Cell and pack facts, section 4.4. Its rule 1 asks for 3.45 V above 0.1C, and forbids balancing
 * there: the second is the stricter and leaves the first no case.)
 */
#include "core/balance.h"

#include <string.h>

#include "base/number.h"

enum {
    ON_MS = 10000,
    PAUSE_MS = 2000,
    TAKE_MS = 150000,            /* the debts of a full charge are read so long after it */
    LOOK_MS = 1000,              /* between decisions while idle */
    STOP_DIFFERENCE_DIVISOR = 2, /* stops at half the trigger */
    TEMP_LOW_DDEGC = 0,
    TEMP_HIGH_DDEGC = 500,
    SINK_HIGH_MV = 3600,

    VOLTAGE_CURRENT_DIVISOR = 10, /* of capacity: 0.1C */
    REST_CURRENT_DIVISOR = 50,    /* 0.02C */
    SOURCE_LOW_MV = 3350,
    TELLING_MV = 3400, /* from here on voltage tells charge under 0.1C too (rule 8) */
    TELLING_PERMILLE = 950,

    DEBT_CURRENT_DIVISOR = 5, /* 0.2C */
    DEBT_SOC_PERMILLE = 100,
    DEBT_CELL_LOW_MV = 3200,
    DEBT_START_DIVISOR = 1000, /* 0.1 % of capacity, as well as the debts are known */
    DEBT_STOP_DIVISOR = 5000,
};

/* Rule 7. 0.3 mOhm in each cell and no more than that much wire make source and sink step apart by
 * 1 mV at 2 A (half of that is the limit; 1 mOhm of wire gives 4.4 mV). Each cycle adds what is
 * missing to the limit; more than the limit takes doubt away. Dead: 8 cycles, 100 s. Noise of 1 mV
 * in single samples needs years to gather as much with wires of 1 mOhm. Below 1 A too little is
 * seen for a verdict. */
enum {
    LIMIT_UOHM = 500, /* times the current: the limit of source and sink together */
    DOUBT_STUCK_UV = 8000,
    DOUBT_CYCLE_UV = 1600, /* one cycle never says more: five at least */
    JUDGED_MA = 1000,
    PROOF_MS = 6 * 3600000, /* between proofs; one moves 5.6 mAh */
    FIRST_PROOF_MS = 600000,
    PROOF_CYCLES = 20, /* then it waits again: the pack current never rests, or noise */
    PROOF_STEP_MAX_MS = 1000,
};

void balance_init(struct balance *balance)
{
    memset(balance, 0, sizeof(*balance));
    balance->phase = BALANCE_IDLE;
    balance->wait_ms = PAUSE_MS;
    balance->unproven_ms = PROOF_MS - FIRST_PROOF_MS;
    debt_init(&balance->debt);
    wires_init(&balance->wires);
}

void balance_trust(struct balance *balance)
{
    if (!balance->stuck)
        return;
    balance->stuck = false;
    balance->doubt_uv = 0;
    balance->proofs = 0;
    balance->unproven_ms = PROOF_MS;
}

void balance_set_charge(struct balance *balance, int32_t soc_permille, bool full)
{
    if (full && !balance->full)
        balance->take_ms = TAKE_MS;
    balance->full = full;
    balance->soc_permille = (uint16_t)clamp32(soc_permille, 0, 1000);
}

void balance_set_resistance(struct balance *balance, const int32_t cell_uohm[CELL_MAX])
{
    for (int i = 0; i < CELL_MAX; i++)
        balance->cell_10uohm[i] = (uint8_t)clamp64(div_round(cell_uohm[i], 10), 0, UINT8_MAX);
}

static bool current_below(const struct measured *measured, const struct params *params,
                          int32_t divisor)
{
    return abs32(measured->pack_ma) <= params->nominal_mah / divisor;
}

static bool conditions_hold(const struct measured *measured, const struct params *params)
{
    return params->balance_enabled && measured->complete && !measured->temp_fault &&
           measured->quantity[QUANTITY_COLD_DDEGC] >= TEMP_LOW_DDEGC &&
           measured->quantity[QUANTITY_HOT_DDEGC] <= TEMP_HIGH_DDEGC;
}

/* Decided on what the pause shows: a transfer lowers its source by the drop in the wires. */
static bool voltage_tells(const struct balance *balance, const struct measured *measured,
                          const struct params *params)
{
    if (balance->phase == BALANCE_ON && balance->mode == BALANCE_BY_VOLTAGE)
        return current_below(measured, params, VOLTAGE_CURRENT_DIVISOR);
    int32_t high_mv = measured->quantity[QUANTITY_CELL_MAX_MV];
    if (high_mv < params->balance_start_mv ||
        !current_below(measured, params, VOLTAGE_CURRENT_DIVISOR))
        return false;
    return high_mv >= TELLING_MV || (balance->soc_permille > TELLING_PERMILLE &&
                                     current_below(measured, params, REST_CURRENT_DIVISOR));
}

static bool charge_movable(const struct balance *balance, const struct measured *measured,
                           const struct params *params)
{
    return balance->soc_permille > DEBT_SOC_PERMILLE &&
           measured->quantity[QUANTITY_CELL_MIN_MV] >= DEBT_CELL_LOW_MV &&
           current_below(measured, params, DEBT_CURRENT_DIVISOR);
}

static bool all_learned(const struct balance *balance, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        if (!balance->cell_10uohm[i])
            return false;
    }
    return true;
}

/* Chooses the pair; returns the difference in mV, 0 when a side is out of its range. */
static int32_t choose_by_voltage(struct balance *balance, const struct measured *measured,
                                 const struct params *params)
{
    bool learned = all_learned(balance, measured->cell_count);
    int32_t high = INT32_MIN;
    int32_t low = INT32_MAX;
    for (uint8_t i = 0; i < measured->cell_count; i++) {
        int32_t uohm =
            learned ? balance->cell_10uohm[i] * 10 : params->value[PARAM_wire_01_uohm + i];
        int64_t drop_mv = div_round((int64_t)measured->pack_ma * uohm, 1000000);
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

static bool wanted_by_voltage(struct balance *balance, const struct measured *measured,
                              const struct params *params)
{
    bool goes_on = balance->phase == BALANCE_PAUSE && balance->mode == BALANCE_BY_VOLTAGE;
    int32_t needed_mv = goes_on ? params->balance_trigger_mv / STOP_DIFFERENCE_DIVISOR + 1
                                : params->balance_trigger_mv;
    return choose_by_voltage(balance, measured, params) >= needed_mv;
}

static bool wanted_by_debt(struct balance *balance, const struct measured *measured,
                           const struct params *params)
{
    int32_t apart_mah =
        debt_pair(&balance->debt, measured->cell_count, &balance->source, &balance->sink);
    if (apart_mah >= params->nominal_mah / DEBT_START_DIVISOR)
        balance->paying = true;
    else if (apart_mah <= params->nominal_mah / DEBT_STOP_DIVISOR)
        balance->paying = false;
    return balance->paying && measured->cell_mv[balance->sink] <= SINK_HIGH_MV;
}

static bool wanted_as_proof(struct balance *balance, const struct measured *measured,
                            const struct params *params)
{
    if (balance->unproven_ms < PROOF_MS || params->balance_current_ma < JUDGED_MA)
        return false;
    balance->source = measured->cell_max_index;
    balance->sink = measured->cell_min_index;
    if (balance->source == balance->sink)
        balance->sink = (uint8_t)((balance->source + 1) % measured->cell_count);
    balance->proofs++;
    if (balance->proofs < PROOF_CYCLES)
        return true;
    balance->proofs = 0;
    balance->unproven_ms = 0;
    return false;
}

static void enter(struct balance *balance, enum balance_phase phase, uint32_t wait_ms)
{
    if (balance->phase == BALANCE_ON || phase == BALANCE_ON)
        balance->phase_ms = 0;
    balance->phase = (uint8_t)phase;
    balance->wait_ms = wait_ms;
}

/* Books what was moved since the transfer began. */
static void stop(struct balance *balance, enum balance_phase phase)
{
    debt_move(&balance->debt, balance->source, balance->sink, balance->moved_mams);
    balance->moved_mams = 0;
    balance->ma = 0;
    enter(balance, phase, PAUSE_MS);
}

/* The pair was chosen by the caller. */
static void go_on(struct balance *balance, enum balance_mode mode, const struct params *params)
{
    balance->mode = (uint8_t)mode;
    balance->ma = params->balance_current_ma;
    enter(balance, BALANCE_ON, ON_MS);
}

static void doubt(struct balance *balance)
{
    int32_t ma = balance->wires.ma;
    if (ma < JUDGED_MA)
        return;
    int32_t limit_uv = (int32_t)div_round((int64_t)ma * LIMIT_UOHM, 1000);
    int32_t more_uv = min32(limit_uv - balance->wires.contrast_uv, DOUBT_CYCLE_UV);
    balance->doubt_uv = clamp32((int64_t)balance->doubt_uv + more_uv, 0, DOUBT_STUCK_UV);
    balance->stuck |= balance->doubt_uv >= DOUBT_STUCK_UV;
    balance->unproven_ms = balance->doubt_uv ? PROOF_MS : 0; /* what is in doubt is tried again */
    if (!balance->doubt_uv)
        balance->proofs = 0;
}

/* What the step that just passed did and showed. */
static void look_back(struct balance *balance, const struct measured *measured,
                      const struct params *params, uint32_t dt_ms)
{
    bool on = balance->phase == BALANCE_ON;
    balance->phase_ms = add_sat_u32(balance->phase_ms, dt_ms);
    balance->wait_ms = balance->wait_ms > dt_ms ? balance->wait_ms - dt_ms : 0;
    if (on)
        balance->moved_mams += balance->ma * (int32_t)dt_ms;
    bool seen = dt_ms <= PROOF_STEP_MAX_MS;
    balance->unproven_ms = seen ? add_sat_u32(balance->unproven_ms, dt_ms) : 0;
    debt_step(&balance->debt, dt_ms);
    const struct transfer transfer = {
        .source = balance->source,
        .sink = balance->sink,
        .on = on,
        .ma = balance->ma,
        .ms = balance->phase_ms,
    };
    if (!measured->complete || wires_idle(&balance->wires, &transfer))
        wires_skip(&balance->wires);
    else if (wires_step(&balance->wires, measured, params, &transfer, dt_ms))
        doubt(balance);
}

/* Soon after the pack became full, in a pause. */
static void take_debts(struct balance *balance, const struct measured *measured,
                       const struct params *params, uint32_t dt_ms)
{
    if (!balance->take_ms)
        return;
    bool quiet = balance->phase != BALANCE_ON && balance->phase_ms >= PAUSE_MS;
    bool taken = quiet && measured->complete && debt_take(&balance->debt, measured, params);
    balance->take_ms = taken || balance->take_ms < dt_ms ? 0 : balance->take_ms - dt_ms;
}

static void decide(struct balance *balance, const struct measured *measured,
                   const struct params *params, bool by_voltage)
{
    if (balance->phase == BALANCE_ON)
        stop(balance, BALANCE_PAUSE);
    else if (by_voltage && wanted_by_voltage(balance, measured, params))
        go_on(balance, BALANCE_BY_VOLTAGE, params);
    else if (!by_voltage && wanted_by_debt(balance, measured, params))
        go_on(balance, BALANCE_BY_DEBT, params);
    else if (!by_voltage && wanted_as_proof(balance, measured, params))
        go_on(balance, BALANCE_AS_PROOF, params);
    else
        enter(balance, BALANCE_IDLE, LOOK_MS);
}

void balance_step(struct balance *balance, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms)
{
    look_back(balance, measured, params, dt_ms);
    take_debts(balance, measured, params, dt_ms);
    bool allowed = permitted && !balance->stuck && conditions_hold(measured, params);
    bool by_voltage = allowed && voltage_tells(balance, measured, params);
    bool by_charge = allowed && charge_movable(balance, measured, params);
    bool on = balance->phase == BALANCE_ON;
    if (on && !(balance->mode == BALANCE_BY_VOLTAGE ? by_voltage : by_charge)) {
        stop(balance, BALANCE_IDLE);
    } else if (!by_voltage && !by_charge) {
        enter(balance, BALANCE_IDLE, balance->wait_ms);
    } else if (balance->wait_ms == 0) {
        decide(balance, measured, params, by_voltage);
    }
}
