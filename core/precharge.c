/* SPDX-License-Identifier: Apache-2.0
 * Cell and pack facts, section 4.5: 2..20 mF behind the terminals would draw thousands of amperes.
 * Through 30..50 ohm they come up within a second or two; the switch closes at 95 %. A load that
 * is connected meanwhile holds them down: that ends the attempt when the set time has passed; the
 * rule `precharge` waits, tries again and locks.
 */
#include "core/precharge.h"

#include "base/number.h"

enum { READY_PERCENT = 95 };

void precharge_init(struct precharge *precharge)
{
    *precharge = (struct precharge){0};
}

static bool has_come_up(const struct precharge_conditions *conditions)
{
    return (int64_t)conditions->terminal_mv * 100 >= (int64_t)conditions->pack_mv * READY_PERCENT;
}

void precharge_step(struct precharge *precharge, const struct precharge_conditions *conditions,
                    const struct params *params, uint32_t dt_ms)
{
    uint32_t limit_ms = (uint32_t)params->precharge_s * 1000u;
    precharge->failed = false;
    precharge->ready =
        conditions->wanted && (conditions->closed || limit_ms == 0 || has_come_up(conditions));
    if (!conditions->wanted || precharge->ready) {
        precharge->on = false;
        precharge->ms = 0;
        return;
    }
    precharge->ms = precharge->on ? add_sat_u32(precharge->ms, dt_ms) : 0;
    precharge->failed = precharge->ms >= limit_ms;
    precharge->on = !precharge->failed;
}
