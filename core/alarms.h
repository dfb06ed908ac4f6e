/* SPDX-License-Identifier: Apache-2.0
 * Alarms as one enum and one descriptor table, made from core/alarms.def. A set of alarms is
 * uint32_t[ALARM_WORDS], a bit per id. The first JK_ALARM_COUNT ids equal the JK alarm bits.
 */
#ifndef HEARTH_CORE_ALARMS_H
#define HEARTH_CORE_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"

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

/* The alarms that light the lamp ALM, and those that are no mere warnings, as sets. */
extern const uint32_t alarm_lit_set[ALARM_WORDS];
extern const uint32_t alarm_protecting_set[ALARM_WORDS];

static inline bool alarm_get(const uint32_t set[ALARM_WORDS], enum alarm alarm)
{
    ASSERT(alarm < ALARM_COUNT);
    return set[alarm / 32] >> alarm % 32 & 1;
}

static inline void alarm_put(uint32_t set[ALARM_WORDS], enum alarm alarm, bool active)
{
    ASSERT(alarm < ALARM_COUNT);
    uint32_t bit = 1u << alarm % 32;
    if (active)
        set[alarm / 32] |= bit;
    else
        set[alarm / 32] &= ~bit;
}

/* Whether two sets share an alarm. */
static inline bool alarm_common(const uint32_t a[ALARM_WORDS], const uint32_t b[ALARM_WORDS])
{
    uint32_t common = 0;
    for (int word = 0; word < ALARM_WORDS; word++)
        common |= a[word] & b[word];
    return common != 0;
}

/* Id of a name, or -1. */
int alarm_find(const char *name);

#endif
