/* SPDX-License-Identifier: Apache-2.0
 * Charge debts. A full charge is the only moment at which voltage tells charge: there the missing
 * charge of each cell is read from a table, and the smallest is the reference. Transfers are
 * counted in mA ms, so that many short ones lose nothing to rounding. What the next full charge
 * finds beyond the count was lost in the cell. (Cell and pack facts, 2.7 and 4.4 rules 5 and 6.)
 */
#include "core/debt.h"

#include <string.h>

#include "base/number.h"

#define DAYS_S(days) ((days)*86400u)

enum {
    MAMS_PER_UAH = 3600,
    UAH_PER_MAH = 1000,
    TAIL_CURRENT_DIVISOR = 20, /* 0.05C */
    FORGET_S = DAYS_S(30),     /* older losses count half */
};

/* Missing charge by voltage near full, at rest after charging and while 0.05C flows in. From the
 * recommended parameters of a 314 Ah cell at 25 degC: charge branch of the open-circuit voltage
 * plus R0 + R1 + slow charge resistance, the current settled as it is at the end of a charge. All
 * that is above 97 % there is inferred, not measured, and so are the values beyond 100 %. Expect an
 * error of 0.2 % of capacity in the difference of two cells above 99 %, and half of the value
 * below, where 1 mV is 0.3 % and more. Good enough to pay in the right direction; the next full
 * charge corrects the rest. */
static const struct knee_row {
    int16_t rest_mv;
    int16_t tail_mv;
    int32_t missing_ppm;
} knee[] = {
    {3600, 4134, -10000},
    {3450, 3973, 0     },
    {3418, 3708, 2500  },
    {3386, 3446, 5000  },
    {3360, 3393, 10000 },
    {3346, 3363, 20000 },
    {3343, 3354, 30000 },
    {3341, 3350, 50000 },
};

void debt_init(struct debt *debt)
{
    memset(debt, 0, sizeof(*debt));
}

static int32_t lowest_uah(const int32_t *uah, uint8_t count)
{
    int32_t lowest = uah[0];
    for (uint8_t i = 1; i < count; i++)
        lowest = min32(lowest, uah[i]);
    return lowest;
}

void debt_get(const struct debt *debt, int32_t mah[CELL_MAX])
{
    for (uint8_t i = 0; i < CELL_MAX; i++)
        mah[i] = debt->known ? (int32_t)div_round(debt->uah[i], UAH_PER_MAH) : 0;
}

void debt_set(struct debt *debt, const int32_t mah[CELL_MAX])
{
    debt->known = false;
    for (uint8_t i = 0; i < CELL_MAX; i++) {
        debt->uah[i] = saturate32((int64_t)mah[i] * UAH_PER_MAH);
        debt->known |= mah[i] != 0;
    }
}

void debt_step(struct debt *debt, uint32_t dt_ms)
{
    debt->age_ms += dt_ms;
    if (debt->age_ms < 1000)
        return;
    debt->age_s = add_sat_u32(debt->age_s, debt->age_ms / 1000);
    debt->age_ms %= 1000;
}

/* The voltages of the rows at this current. */
static void find_rows(int32_t row_mv[COUNT(knee)], int32_t pack_ma, int32_t tail_ma)
{
    for (size_t i = 0; i < COUNT(knee); i++)
        row_mv[i] = interpolate(pack_ma, 0, knee[i].rest_mv, tail_ma, knee[i].tail_mv);
}

static int32_t missing_ppm(int32_t cell_mv, const int32_t row_mv[COUNT(knee)])
{
    for (size_t i = 1; i < COUNT(knee); i++) {
        if (cell_mv >= row_mv[i])
            return interpolate(cell_mv, row_mv[i], knee[i].missing_ppm, row_mv[i - 1],
                               knee[i - 1].missing_ppm);
    }
    return knee[COUNT(knee) - 1].missing_ppm;
}

/* What the new debts show beyond the count; then the cell that lost least is the reference. */
static void gather_losses(struct debt *debt, const int32_t *new_uah, uint8_t count)
{
    int32_t lost_uah[CELL_MAX];
    for (uint8_t i = 0; i < count; i++) {
        int64_t beyond = (int64_t)new_uah[i] - debt->uah[i];
        lost_uah[i] = saturate32(beyond + (int64_t)debt->lost_mah[i] * UAH_PER_MAH);
    }
    int32_t lowest = lowest_uah(lost_uah, count);
    for (uint8_t i = 0; i < count; i++) {
        int64_t mah = div_round((int64_t)lost_uah[i] - lowest, UAH_PER_MAH);
        debt->lost_mah[i] = (int16_t)clamp64(mah, 0, INT16_MAX);
    }
}

static void begin_losses(struct debt *debt)
{
    memset(debt->lost_mah, 0, sizeof(debt->lost_mah));
    debt->age_s = 0;
    debt->age_ms = 0;
    debt->moved_mah = 0;
    debt->based = true;
}

static void forget_half(struct debt *debt)
{
    for (uint8_t i = 0; i < CELL_MAX; i++)
        debt->lost_mah[i] = (int16_t)(debt->lost_mah[i] / 2);
    debt->age_s /= 2;
    debt->moved_mah /= 2;
}

bool debt_take(struct debt *debt, const struct measured *measured, const struct params *params)
{
    int32_t tail_ma = params->nominal_mah / TAIL_CURRENT_DIVISOR;
    if (abs32(measured->pack_ma) > tail_ma)
        return false;
    int32_t row_mv[COUNT(knee)];
    find_rows(row_mv, measured->pack_ma, tail_ma);
    int32_t new_uah[CELL_MAX] = {0};
    uint8_t count = measured->cell_count;
    for (uint8_t i = 0; i < count; i++) {
        int32_t ppm = missing_ppm(measured->cell_mv[i], row_mv);
        new_uah[i] = saturate32(div_round((int64_t)params->nominal_mah * ppm, UAH_PER_MAH));
    }
    int32_t lowest = lowest_uah(new_uah, count);
    for (uint8_t i = 0; i < count; i++)
        new_uah[i] -= lowest;
    if (debt->based)
        gather_losses(debt, new_uah, count);
    else
        begin_losses(debt);
    if (debt->age_s > FORGET_S)
        forget_half(debt);
    debt->span_s = debt->age_s;
    memcpy(debt->uah, new_uah, sizeof(new_uah));
    debt->known = true;
    debt->anchor_count++;
    return true;
}

/* Moves whole units out of `*rest`. */
static int32_t whole(int64_t *rest, int32_t unit)
{
    int64_t units = div_floor(*rest, unit);
    *rest -= units * unit;
    return (int32_t)units;
}

void debt_move(struct debt *debt, uint8_t source, uint8_t sink, int32_t mams)
{
    if (!debt->known)
        return;
    int64_t given = (int64_t)debt->source_rest + mams;
    int64_t taken = (int64_t)debt->sink_rest + (int64_t)mams * DEBT_EFFICIENCY_PERMILLE;
    int32_t given_uah = whole(&given, MAMS_PER_UAH);
    int32_t taken_uah = whole(&taken, MAMS_PER_UAH * 1000);
    debt->source_rest = (int32_t)given;
    debt->sink_rest = (int32_t)taken;
    debt->uah[source] = saturate32((int64_t)debt->uah[source] + given_uah);
    debt->uah[sink] = saturate32((int64_t)debt->uah[sink] - taken_uah);
    int64_t moved = (int64_t)debt->moved_rest_uah + given_uah;
    debt->moved_mah = saturate32((int64_t)debt->moved_mah + whole(&moved, UAH_PER_MAH));
    debt->moved_rest_uah = (int32_t)moved;
}

int32_t debt_pair(const struct debt *debt, uint8_t count, uint8_t *source, uint8_t *sink)
{
    *source = 0;
    *sink = 0;
    if (!debt->known)
        return 0;
    for (uint8_t i = 1; i < count; i++) {
        if (debt->uah[i] < debt->uah[*source])
            *source = i;
        if (debt->uah[i] > debt->uah[*sink])
            *sink = i;
    }
    int64_t apart = (int64_t)debt->uah[*sink] - debt->uah[*source];
    return (int32_t)div_round(apart, UAH_PER_MAH);
}
