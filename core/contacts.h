/* SPDX-License-Identifier: Apache-2.0
 * Dry contacts and buzzer: which source closes them, with trigger and release value.
 */
#ifndef HEARTH_CORE_CONTACTS_H
#define HEARTH_CORE_CONTACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarms.h"
#include "core/params.h"

/* Numbers of the sources that are no alarm of their own; the others come from core/alarms.def. */
enum contact_source {
    SOURCE_OFF = 0,
    SOURCE_LOW_SOC = 1,
    SOURCE_SYSTEM_ALARM = 10,
    SOURCE_REMOTE = 12,
    SOURCE_HIGH_SOC = 13,
};

struct contacts {
    bool dry1; /* closed */
    bool dry2;
    bool buzzer;
};

void contacts_init(struct contacts *contacts);
void contacts_step(struct contacts *contacts, const uint32_t alarms[ALARM_WORDS],
                   int32_t soc_permille, const struct params *params);

#endif
