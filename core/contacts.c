/* SPDX-License-Identifier: Apache-2.0
 * Contact logic. A source is an alarm group (core/alarms.def names it), the sum of all protections
 * and faults, or a charge level with trigger and release in percent. Remote control closes nothing
 * yet: no command drives it.
 */
#include "core/contacts.h"

#include "base/number.h"

void contacts_init(struct contacts *contacts)
{
    *contacts = (struct contacts){0};
}

static bool source_alarms(const uint32_t alarms[ALARM_WORDS], int32_t source)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (!alarm_get(alarms, (enum alarm)id))
            continue;
        bool matches = source == SOURCE_SYSTEM_ALARM ? alarm_info[id].severity != SEVERITY_WARNING
                                                     : alarm_info[id].contact_source == source;
        if (matches)
            return true;
    }
    return false;
}

/* The three settings of one contact. */
struct contact_setting {
    int32_t source;
    int32_t trigger;
    int32_t release;
};

static bool decide(bool closed, struct contact_setting setting, const uint32_t alarms[ALARM_WORDS],
                   int32_t soc_permille)
{
    int32_t trigger = saturate32((int64_t)setting.trigger * 10);
    int32_t release = saturate32((int64_t)setting.release * 10);
    switch (setting.source) {
    case SOURCE_OFF:
    case SOURCE_REMOTE:
        return false;
    case SOURCE_LOW_SOC:
        return closed ? soc_permille < release : soc_permille <= trigger;
    case SOURCE_HIGH_SOC:
        return closed ? soc_permille > release : soc_permille >= trigger;
    default:
        return source_alarms(alarms, setting.source);
    }
}

void contacts_step(struct contacts *contacts, const uint32_t alarms[ALARM_WORDS],
                   int32_t soc_permille, const struct params *params)
{
    const struct contact_setting dry1 = {params->dry1_source, params->dry1_trigger,
                                         params->dry1_release};
    const struct contact_setting dry2 = {params->dry2_source, params->dry2_trigger,
                                         params->dry2_release};
    const struct contact_setting buzzer = {params->buzzer_source, params->buzzer_trigger,
                                           params->buzzer_release};
    contacts->dry1 = decide(contacts->dry1, dry1, alarms, soc_permille);
    contacts->dry2 = decide(contacts->dry2, dry2, alarms, soc_permille);
    contacts->buzzer = decide(contacts->buzzer, buzzer, alarms, soc_permille);
}
