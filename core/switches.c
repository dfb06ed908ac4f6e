/* SPDX-License-Identifier: Apache-2.0
 * Decision on the two FETs. A FET that is blocked in its own direction still carries current of the
 * other direction through its body diode; above 2 A that diode would burn, so the FET is closed and
 * opens again within one step once less than 1 A flows (safety rules, invariant 1). This needs the
 * other direction to be allowed, so hard blocks, which forbid both, know no exception.
 */
#include "core/switches.h"

#include "core/protect.h"

enum { DIODE_CLOSE_MA = 2000, DIODE_OPEN_MA = 1000 };

void switches_init(struct switches *switches)
{
    *switches = (struct switches){.charge_reason = SWITCH_POWER, .discharge_reason = SWITCH_POWER};
}

/* First cause that forbids a direction, or SWITCH_ALLOWED. */
static enum switch_reason verdict(const struct switch_conditions *conditions, uint8_t blocks,
                                  bool enabled)
{
    if (!conditions->powered)
        return SWITCH_POWER;
    if (!conditions->measured)
        return SWITCH_MEASUREMENT;
    if (conditions->blocks & blocks)
        return SWITCH_PROTECTION;
    return enabled ? SWITCH_ALLOWED : SWITCH_SETTING;
}

bool switches_want_discharge(const struct switch_conditions *conditions,
                             const struct params *params)
{
    return verdict(conditions, BLOCKS_DISCHARGE, params->discharge_enabled) == SWITCH_ALLOWED;
}

/* `reverse_ma`: current through this FET's body diode, positive when it conducts. */
static bool diode_conducts(bool closed_for_diode, int32_t reverse_ma)
{
    return reverse_ma > (closed_for_diode ? DIODE_OPEN_MA : DIODE_CLOSE_MA);
}

void switches_step(struct switches *switches, const struct switch_conditions *conditions,
                   const struct params *params)
{
    enum switch_reason charge = verdict(conditions, BLOCKS_CHARGE, params->charge_enabled);
    enum switch_reason discharge = verdict(conditions, BLOCKS_DISCHARGE, params->discharge_enabled);
    if (discharge == SWITCH_ALLOWED && !conditions->precharged)
        discharge = SWITCH_PRECHARGE;
    bool charge_diode = switches->charge_reason == SWITCH_BODY_DIODE;
    bool discharge_diode = switches->discharge_reason == SWITCH_BODY_DIODE;
    switches->charge_allowed = charge == SWITCH_ALLOWED;
    switches->discharge_allowed = discharge == SWITCH_ALLOWED;
    if (!switches->charge_allowed && switches->discharge_allowed &&
        diode_conducts(charge_diode, -conditions->pack_ma))
        charge = SWITCH_BODY_DIODE;
    if (!switches->discharge_allowed && switches->charge_allowed &&
        diode_conducts(discharge_diode, conditions->pack_ma))
        discharge = SWITCH_BODY_DIODE;
    switches->charge = charge == SWITCH_ALLOWED || charge == SWITCH_BODY_DIODE;
    switches->discharge = discharge == SWITCH_ALLOWED || discharge == SWITCH_BODY_DIODE;
    switches->charge_reason = (uint8_t)charge;
    switches->discharge_reason = (uint8_t)discharge;
}
