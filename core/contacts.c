/* SPDX-License-Identifier: Apache-2.0
 * Contact logic: walks from the source a setting names, over its row, to active or not; then from
 * active to closed. What one contact does never depends on another.
 */
#include "core/contacts.h"

#include "base/assert.h"
#include "base/number.h"

enum { PULSE_MS = 500, PULSE_PERIOD_MS = 1000 };

const struct contact_source_info contact_source_info[SOURCE_COUNT] = {
#define SOURCE(number, name, kind, value, side, factor, unit, label)                               \
    [number] = {CONTACT_##kind, CONTACT_##value, CONTACT_##side, factor},
#include "core/contacts.def"
#undef SOURCE
};

static const struct contact_setting {
    uint16_t source; /* enum param_id, all three */
    uint16_t trigger;
    uint16_t release;
} settings[CONTACT_COUNT] = {
    [CONTACT_DRY1] = {PARAM_dry1_source,   PARAM_dry1_trigger,   PARAM_dry1_release  },
    [CONTACT_DRY2] = {PARAM_dry2_source,   PARAM_dry2_trigger,   PARAM_dry2_release  },
    [CONTACT_BUZZER] = {PARAM_buzzer_source, PARAM_buzzer_trigger, PARAM_buzzer_release},
};

void contacts_init(struct contacts *contacts)
{
    *contacts = (struct contacts){0};
}

static void put(struct contact_conditions *conditions, enum contact_value id, int32_t value,
                bool known)
{
    conditions->value[id] = value;
    conditions->known_mask |= (uint32_t)known << id;
}

/* Temperatures are those of the sensors that answer: a contact may drive a heater or a fan, which a
 * lost sensor must not switch on. */
void contact_conditions_measure(struct contact_conditions *conditions, const struct measured *m,
                                int32_t soc_permille)
{
    bool known = m->complete;
    bool temps_known = known && !m->temps_lost;
    conditions->known_mask = 0;
    put(conditions, CONTACT_SOC_PERMILLE, soc_permille, true);
    put(conditions, CONTACT_PACK_MV, m->quantity[QUANTITY_PACK_MV], known);
    put(conditions, CONTACT_CELL_MAX_MV, m->quantity[QUANTITY_CELL_MAX_MV], known);
    put(conditions, CONTACT_CELL_MIN_MV, m->quantity[QUANTITY_CELL_MIN_MV], known);
    put(conditions, CONTACT_CHARGE_MA, m->quantity[QUANTITY_CHARGE_MA], known);
    put(conditions, CONTACT_DISCHARGE_MA, m->quantity[QUANTITY_DISCHARGE_MA], known);
    put(conditions, CONTACT_TEMP_MAX_DDEGC, m->temp_max_ddegc, temps_known);
    put(conditions, CONTACT_TEMP_MIN_DDEGC, m->temp_min_ddegc, temps_known);
    put(conditions, CONTACT_MOS_DDEGC, m->mos_ddegc, known && m->mos_valid);
}

/* A bit per source that has an active alarm. */
static uint32_t alarmed_sources(const uint32_t alarms[ALARM_WORDS])
{
    uint32_t sources = (uint32_t)alarm_common(alarms, alarm_protecting_set) << SOURCE_system_alarm;
    for (int word = 0; word < ALARM_WORDS; word++) {
        for (uint64_t set = alarms[word]; set; set = without_first(set))
            sources |= 1u << alarm_info[32 * word + first_bit(set)].contact_source;
    }
    return sources & ~(1u << SOURCE_off); /* an alarm without a source names 0 */
}

/* What one contact waits for: the row of its source, with its own two values. */
struct contact_rule {
    const struct contact_source_info *row;
    int32_t trigger;
    int32_t release;
};

/* With the release on the wrong side the first half alone decides. */
static bool compare(bool active, const struct contact_rule *rule, int32_t value)
{
    int64_t sign = rule->row->side == CONTACT_OVER ? 1 : -1;
    int64_t trigger = sign * rule->trigger * rule->row->factor;
    int64_t release = sign * rule->release * rule->row->factor;
    return sign * value >= trigger || (active && sign * value > release);
}

static bool decide(bool active, const struct contact_rule *rule,
                   const struct contact_conditions *conditions, bool cause)
{
    uint8_t value = rule->row->value;
    bool has_values = rule->trigger != 0 || rule->release != 0;
    if (rule->row->kind == CONTACT_FOLLOWS || (rule->row->kind == CONTACT_EITHER && !has_values))
        return cause;
    if (!(conditions->known_mask >> value & 1))
        return active;
    return compare(active, rule, conditions->value[value]);
}

static void step_contact(struct contact_state *state, const struct contact_setting *setting,
                         const struct contact_conditions *conditions, const struct params *params,
                         uint32_t causes)
{
    int32_t source = params->value[setting->source];
    ASSERT(source >= 0 && source < SOURCE_COUNT);
    const struct contact_rule rule = {&contact_source_info[source], params->value[setting->trigger],
                                      params->value[setting->release]};
    bool before = state->active && state->source == source; /* a new source begins anew */
    state->source = (uint8_t)source;
    state->active = decide(before, &rule, conditions, causes >> source & 1);
}

/* A pulse begins closed, in the step in which the source becomes active. */
static bool step_pulse(struct contact_state *state, bool was_active, uint32_t dt_ms)
{
    bool goes_on = state->active && was_active;
    state->phase_ms = goes_on ? (state->phase_ms + dt_ms) % PULSE_PERIOD_MS : 0;
    return state->active && state->phase_ms < PULSE_MS;
}

void contacts_step(struct contacts *contacts, const struct contact_conditions *conditions,
                   const struct params *params, uint32_t dt_ms)
{
    uint32_t alarmed = alarmed_sources(conditions->alarms);
    bool closed[CONTACT_COUNT];
    for (int i = 0; i < CONTACT_COUNT; i++) {
        struct contact_state *state = &contacts->state[i];
        bool was_active = state->active;
        uint32_t remote = conditions->remote_mask >> i & 1u;
        step_contact(state, &settings[i], conditions, params, alarmed | remote << SOURCE_remote);
        bool pulse = step_pulse(state, was_active, dt_ms);
        closed[i] = params->contact_intermittent ? pulse : state->active;
    }
    if (params->contact_inverted)
        closed[CONTACT_DRY1] = !contacts->state[CONTACT_DRY1].active;
    contacts->dry1 = conditions->running && closed[CONTACT_DRY1];
    contacts->dry2 = conditions->running && closed[CONTACT_DRY2];
    contacts->buzzer = conditions->running && contacts->state[CONTACT_BUZZER].active;
}
