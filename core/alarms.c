/* SPDX-License-Identifier: Apache-2.0
 * Alarm descriptors and alarm sets. Decides nothing; core/protect.c raises alarms.
 */
#include "core/alarms.h"

#include "base/text.h"

const struct alarm_info alarm_info[ALARM_COUNT] = {
#define ALARM(id, severity, led, source, bit, set, cleared, label)                                 \
    [ALARM_##id] = {#id, SEVERITY_##severity, ALARM_LED_##led, source, bit, set, cleared},
#include "core/alarms.def"
#undef ALARM
};

#define ALARM(id, severity, led, ...)                                                              \
    | (ALARM_LED_##led == ALARM_LED_ALM && ALARM_##id / 32 == WORD ? 1u << ALARM_##id % 32 : 0u)
const uint32_t alarm_lit_set[ALARM_WORDS] = {0u
#define WORD 0
#include "core/alarms.def"
                                             ,
#undef WORD
                                             0u
#define WORD 1
#include "core/alarms.def"
#undef WORD
};
#undef ALARM

#define ALARM(id, severity, ...)                                                                   \
    | (SEVERITY_##severity != SEVERITY_WARNING && ALARM_##id / 32 == WORD ? 1u << ALARM_##id % 32  \
                                                                          : 0u)
const uint32_t alarm_protecting_set[ALARM_WORDS] = {0u
#define WORD 0
#include "core/alarms.def"
                                                    ,
#undef WORD
                                                    0u
#define WORD 1
#include "core/alarms.def"
#undef WORD
};
#undef ALARM

int alarm_find(const char *name)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (text_equal(alarm_info[id].name, name))
            return id;
    }
    return -1;
}
