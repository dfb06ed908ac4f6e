/* SPDX-License-Identifier: Apache-2.0
 * One array per table, made from its last column.
 */
#include "ui/words.h"

#include <stddef.h>

#include "base/number.h"

const char *const param_words[PARAM_COUNT] = {
#define PARAM(name, unit, initial, min, max, access, label) [PARAM_##name] = label,
#include "core/params.def"
#undef PARAM
};

const char *const text_param_words[TEXT_PARAM_COUNT] = {
#define TEXT_PARAM(name, size, initial, access, secret, label) [TEXT_PARAM_##name] = label,
#include "core/texts.def"
#undef TEXT_PARAM
};

const char *const value_words[VALUE_ROW_COUNT] = {
#define VALUE(name, unit, scope, label) [VALUE_ROW_##name] = label,
#define ARRAY(name, count, unit, scope, label) [VALUE_ROW_##name] = label,
#define SNAPSHOT_TEXT(name, size, scope, label) [VALUE_ROW_##name] = label,
#define FLAGS(name, scope, label) [VALUE_ROW_##name] = label,
#include "core/snapshot.def"
};

const char *const alarm_words[ALARM_COUNT] = {
#define ALARM(id, severity, led, source, bit, set, cleared, label) [ALARM_##id] = label,
#include "core/alarms.def"
#undef ALARM
};

const struct reason_info reason_info[REASON_COUNT] = {
#define REASON(id, subject, words) [REASON_##id] = {#id, words, REASON_SUBJECT_##subject},
#include "core/reasons.def"
#undef REASON
};

static const char *const states[] = {
#define STATE(id, number, powered, words) [number] = words,
#define ARROW(...)
#include "core/power.def"
};

static const char *const sources[] = {
#define SOURCE(number, name, kind, value, side, factor, unit, label) [number] = label,
#include "core/contacts.def"
#undef SOURCE
};

static const char *const quantities[] = {
#define QUANTITY(id, unit, kind, words) words,
#include "core/quantities.def"
#undef QUANTITY
};

const char *power_words(uint8_t state)
{
    return state < COUNT(states) ? states[state] : NULL;
}

const char *contact_source_words(uint8_t source)
{
    return source < COUNT(sources) ? sources[source] : NULL;
}

const char *quantity_words(uint8_t quantity)
{
    return quantity < COUNT(quantities) ? quantities[quantity] : NULL;
}

const char *soc_reason_words(int32_t reason)
{
    static const char *const words[] = {"counted only",      "corrected by voltage",
                                        "anchored at full",  "anchored at empty",
                                        "corrected at rest", "as remembered"};
    return reason >= 0 && (size_t)reason < COUNT(words) ? words[reason] : NULL;
}
