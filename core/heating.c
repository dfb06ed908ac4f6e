/* SPDX-License-Identifier: Apache-2.0
 * Safety rules, section 4 (heating): off on any sensor fault, at 15 degC, or after 3 h, whatever
 * the settings say; then it rests for as long.
 */
#include "core/heating.h"

#include "base/number.h"

enum { HOT_DDEGC = 150, LONGEST_MS = 10800000 };

void heating_init(struct heating *heating)
{
    *heating = (struct heating){0};
}

static bool is_wanted(const struct heating *heating, const struct measured *measured,
                      const struct params *params)
{
    int32_t cold_ddegc = measured->quantity[QUANTITY_COLD_DDEGC];
    if (measured->quantity[QUANTITY_HOT_DDEGC] >= HOT_DDEGC)
        return false;
    return heating->on ? cold_ddegc < params->heater_off_ddegc
                       : cold_ddegc < params->heater_on_ddegc;
}

void heating_step(struct heating *heating, const struct measured *measured,
                  const struct params *params, bool permitted, uint32_t dt_ms)
{
    if (heating->on || heating->tired)
        heating->ms = add_sat_u32(heating->ms, dt_ms);
    bool over = heating->ms >= LONGEST_MS; /* of heating, or of the rest after it */
    bool known = measured->complete && !measured->temp_fault;
    bool wanted = known && is_wanted(heating, measured, params);
    if (over)
        heating->tired = !heating->tired;
    if (over || (known && !wanted && !heating->tired))
        heating->ms = 0;
    heating->on = permitted && params->heating_enabled && wanted && !heating->tired;
}
