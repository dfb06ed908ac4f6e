/* SPDX-License-Identifier: Apache-2.0
 * Alarms as one enum and one descriptor table, made from core/alarms.def. A set of alarms is
 * uint32_t[ALARM_WORDS], a bit per id. The first JK_ALARM_COUNT ids equal the JK alarm bits.
 */
#ifndef HEARTH_CORE_ALARMS_H
#define HEARTH_CORE_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

enum alarm {
#define ALARM(id, ...) ALARM_##id,
#include "core/alarms.def"
#undef ALARM
    ALARM_COUNT
};

#define ALARM_WORDS 2
#define JK_ALARM_COUNT 29

_Static_assert(ALARM_COUNT <= 32 * ALARM_WORDS, "alarm set is too small");
_Static_assert(ALARM_gps_lock == JK_ALARM_COUNT - 1, "JK alarms come first, in bit order");

enum severity { SEVERITY_WARNING, SEVERITY_PROTECTION, SEVERITY_FAULT };
enum alarm_led { ALARM_LED_NONE, ALARM_LED_ALM };

struct alarm_info {
    const char *name;
    uint8_t severity;       /* enum severity */
    uint8_t led;            /* enum alarm_led */
    uint8_t contact_source; /* source number of a dry contact, 0 none */
    int8_t jk_bit;          /* -1 none */
    uint8_t event_set;      /* JK event code, 0 none */
    uint8_t event_cleared;
};

extern const struct alarm_info alarm_info[ALARM_COUNT];

/* The alarms that light the lamp ALM, as a set. */
extern const uint32_t alarm_lit_set[ALARM_WORDS];

bool alarm_get(const uint32_t set[ALARM_WORDS], enum alarm alarm);
void alarm_put(uint32_t set[ALARM_WORDS], enum alarm alarm, bool active);

/* Id of a name, or -1. */
int alarm_find(const char *name);

#endif
