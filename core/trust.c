/* SPDX-License-Identifier: Apache-2.0
 * Checks of cell and pack facts, section 4.6 (open wire, frozen, current against voltage). A wire
 * that breaks lets one cell read nothing and the next one both. A pack has 10 to 25 mohm, so a
 * current step of 30 A moves it by at least 0.3 V within a sample, the same way.
 */
#include "core/trust.h"

#include <string.h>

#include "base/number.h"

enum {
    EMPTY_MV = 1000,  /* of a cell whose wire is open */
    DOUBLE_MV = 4500, /* of its neighbour */
    FROZEN_MS = 60000,
    FROZEN_MA = 10000,
    STEP_MA = 30000,
    STEP_MV = 100,        /* smaller steps of the voltage are no answer */
    QUIET_MA = 1000,      /* a current that has not moved */
    JUMP_MV = 600,        /* cannot come without current */
    WINDOW_MS = 1000,     /* steps are looked at over this time; */
    WINDOW_MAX_MS = 2000, /* over longer ones the charge moves the voltage too */
    SIGN_ERRORS = 3,
};

void trust_init(struct trust *trust)
{
    memset(trust, 0, sizeof(*trust));
}

/* The last cell has no neighbour above. */
static bool find_open_wire(const struct inputs *inputs, uint8_t cell_count)
{
    for (uint8_t i = 0; i < cell_count; i++) {
        bool last = i + 1 == cell_count;
        if ((inputs->cell_valid_mask >> i & 1) && inputs->cell_mv[i] < EMPTY_MV &&
            (last || inputs->cell_mv[i + 1] > DOUBLE_MV))
            return true;
    }
    return false;
}

static void step_still(struct trust *trust, const struct inputs *inputs, int32_t pack_ma,
                       uint32_t dt_ms)
{
    if (memcmp(trust->cell_mv, inputs->cell_mv, sizeof(trust->cell_mv)) != 0) {
        memcpy(trust->cell_mv, inputs->cell_mv, sizeof(trust->cell_mv));
        trust->still_ms = 0;
        trust->low_ma = pack_ma;
        trust->high_ma = pack_ma;
    } else {
        trust->still_ms = add_sat_u32(trust->still_ms, dt_ms);
        trust->low_ma = min32(trust->low_ma, pack_ma);
        trust->high_ma = max32(trust->high_ma, pack_ma);
    }
    trust->cells_frozen =
        trust->still_ms >= FROZEN_MS && (int64_t)trust->high_ma - trust->low_ma > FROZEN_MA;
}

/* A step of the current without its answer, or an answer without a step: a reversed or dead shunt.
 */
static void judge_step(struct trust *trust, int32_t change_ma, int32_t change_mv)
{
    bool stepped = abs32(change_ma) > STEP_MA;
    bool jumped = abs32(change_ma) < QUIET_MA && abs32(change_mv) > JUMP_MV;
    bool contradicts = change_ma > 0 ? change_mv < -STEP_MV : change_mv > STEP_MV;
    if (stepped && !contradicts)
        trust->sign_errors = 0;
    else if ((stepped || jumped) && trust->sign_errors < SIGN_ERRORS)
        trust->sign_errors++;
    trust->current_reversed = trust->sign_errors >= SIGN_ERRORS;
}

static void step_sign(struct trust *trust, const struct measured *measured, uint32_t dt_ms)
{
    trust->window_ms = add_sat_u32(trust->window_ms, dt_ms);
    if (trust->window_ms < WINDOW_MS)
        return;
    if (trust->stepped && trust->window_ms <= WINDOW_MAX_MS)
        judge_step(trust, saturate32((int64_t)measured->pack_ma - trust->step_ma),
                   measured->pack_mv - trust->step_mv);
    trust->window_ms = 0;
    trust->step_ma = measured->pack_ma;
    trust->step_mv = measured->pack_mv;
    trust->stepped = true;
}

void trust_step(struct trust *trust, const struct inputs *inputs, const struct measured *measured,
                uint32_t dt_ms)
{
    /* Such a set is never plausible. */
    trust->open_wire = !measured->fresh && find_open_wire(inputs, measured->cell_count);
    trust->pending_ms = add_sat_u32(trust->pending_ms, dt_ms);
    if (measured->fresh) {
        step_still(trust, inputs, measured->pack_ma, trust->pending_ms);
        step_sign(trust, measured, trust->pending_ms);
    }
    if (measured->fresh || !measured->complete) /* what passes without a measurement is not seen */
        trust->pending_ms = 0;
}
