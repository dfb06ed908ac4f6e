/* SPDX-License-Identifier: Apache-2.0
 * Finds the frames that matter by the values in their rows, so that no brand names an identifier.
 * A protocol whose rows say nothing of a value is judged by all its supervised frames together.
 */
#include "site/inverter_link.h"

#include "base/number.h"

void inverter_link_init(struct can_receiver *receiver, const struct can_protocol *can,
                        const struct sim_brand *brand, uint64_t now_us)
{
    can_receiver_init(receiver, can, now_us);
    receiver->credulous = brand->quirks & SIM_ZERO_VOLTAGE_DUMPS;
}

static bool carries(const struct can_message *message, enum value_id id)
{
    if (message->form & (ASIDE | EACH_PACK))
        return false;
    for (size_t i = 0; i < message->field_count; i++) {
        if (message->fields[i].value == id)
            return true;
    }
    return false;
}

/* Of the newest frame that carries the value. */
static uint32_t age_of(const struct can_receiver *receiver, enum value_id id, uint64_t now_us)
{
    const struct can_protocol *can = receiver->protocol;
    uint32_t youngest_ms = SIM_AGE_NEVER;
    bool found = false;
    for (size_t i = 0; i < can->message_count; i++) {
        if (!carries(&can->messages[i], id))
            continue;
        found = true;
        uint32_t age_ms = can_receiver_age_ms(receiver, can->messages[i].id, now_us);
        if (age_ms < youngest_ms)
            youngest_ms = age_ms;
    }
    if (found)
        return youngest_ms;
    return receiver->seen != 0 && can_receiver_alive(receiver, now_us) ? 0 : SIM_AGE_NEVER;
}

struct sim_link inverter_link_ages(const struct can_receiver *receiver, uint64_t now_us)
{
    return (struct sim_link){
        .limits_age_ms = age_of(receiver, VALUE_charge_limit_ma, now_us),
        .state_age_ms = age_of(receiver, VALUE_soc_permille, now_us),
        .wrong_count = receiver->implausible,
    };
}

void inverter_link_own(const struct sim_inverter *inverter, const struct sim_inverter_sight *sight,
                       struct snapshot *own)
{
    static const enum value_id passed_on[] = {VALUE_temp_mean_ddegc, VALUE_soc_permille,
                                              VALUE_soh_permille};
    snapshot_init(own);
    snapshot_put(own, VALUE_pack_mv, sight->terminal_mv);
    snapshot_put(own, VALUE_pack_ma, sight->battery_ma);
    snapshot_put(own, VALUE_charge_limit_mv, inverter->demand.ceiling_mv);
    for (size_t i = 0; i < COUNT(passed_on) && sight->received != NULL; i++) {
        int32_t value;
        if (snapshot_get(sight->received, passed_on[i], &value))
            snapshot_put(own, passed_on[i], value);
    }
    if (inverter->brand->lost == SIM_LOST_DEFAULTS && inverter->state != SIM_INVERTER_RUN)
        snapshot_put(own, VALUE_soc_permille, 0);
}

bool inverter_link_transmit(struct can_receiver *receiver, const struct sim_inverter *inverter,
                            const struct sim_inverter_sight *sight, uint64_t now_us,
                            struct can_frame *frame)
{
    if (inverter->brand->quirks & SIM_MUTE)
        return false;
    struct snapshot own;
    inverter_link_own(inverter, sight, &own);
    return can_receiver_transmit(receiver, &own, now_us, frame);
}
