/* SPDX-License-Identifier: Apache-2.0
 * Values of SunSpec points. Ratings are those of the packs that answer, at 3.2 V per cell, each
 * taken to be rated like the pack that speaks: parallel packs have to be alike. Numbers of states
 * are those of models 713, 802 and 803.
 */
#include "protocols/sunspec_value.h"

#include <string.h>

#include "base/number.h"
#include "core/alarms.h"
#include "protocols/sunspec_events.h"

enum {
    CELL_NOMINAL_MV = 3200,
    IDLE_MA = 500,             /* less is neither charging nor discharging */
    HEARTBEAT_PERIOD = 0xFFFF, /* the last number means "not implemented" */
    OWN_EVENT_BITS = 31,       /* of one point */
};

_Static_assert(ALARM_COUNT <= 2 * OWN_EVENT_BITS, "EvtVnd1 and EvtVnd2 are too small");

enum charge_status { IS_OFF = 1, IS_EMPTY, IS_DISCHARGING, IS_CHARGING, IS_FULL, IS_HOLDING };
enum state { DISCONNECTED = 1, CONNECTED = 3, STANDBY = 4, SOC_PROTECTION = 5, FAULT = 99 };
enum health { HEALTH_OK, HEALTH_WARNING, HEALTH_ERROR };
enum { STRING_ENABLED = 1, STRING_CONTACTOR = 2, CONTACTOR_FAILURE = 6 };

/* Of whom a point speaks: the bank, or a string, `values` being NULL when it does not answer. */
struct subject {
    const struct serial_battery *battery;
    const struct snapshot *values;
};

static const struct snapshot *string_of(const struct serial_battery *battery, uint8_t index)
{
    return battery->dip == 0 ? battery->view.pack[index] : battery->own;
}

uint8_t sunspec_string_count(const struct serial_battery *battery)
{
    int32_t count = 1;
    if (battery->dip != 0)
        return 1;
    snapshot_get(battery->view.bank, VALUE_pack_count, &count);
    for (uint8_t i = 0; i < PACK_MAX; i++) {
        if (battery->view.pack[i] != NULL)
            count = max32(count, i + 1);
    }
    return (uint8_t)clamp32(count, 1, PACK_MAX);
}

static bool flag(const struct snapshot *values, enum value_id id)
{
    int32_t value;
    return snapshot_get(values, id, &value) && value != 0;
}

static bool is_allowed(const struct snapshot *values)
{
    return flag(values, VALUE_charge_allowed) || flag(values, VALUE_discharge_allowed);
}

/* By its switches where they are known. */
static bool is_connected(const struct snapshot *values)
{
    if (snapshot_have(values, VALUE_charge_on) || snapshot_have(values, VALUE_discharge_on))
        return flag(values, VALUE_charge_on) || flag(values, VALUE_discharge_on);
    return is_allowed(values);
}

static int64_t count_strings(const struct serial_battery *battery,
                             bool (*counts)(const struct snapshot *values))
{
    int64_t count = 0;
    for (uint8_t i = 0; i < sunspec_string_count(battery); i++) {
        const struct snapshot *string = string_of(battery, i);
        count += string != NULL && counts(string);
    }
    return count;
}

static bool answers(const struct snapshot *values)
{
    return values != NULL;
}

/* ---- Ratings ---- */

static int64_t strings_answering(const struct subject *subject)
{
    return count_strings(subject->battery, answers);
}

/* mAh to Wh and mA to W, at the nominal voltage of one pack. */
static int64_t at_nominal_voltage(const struct subject *subject, int64_t milli)
{
    return div_floor(milli * CELL_NOMINAL_MV * subject->battery->params->cell_count, 1000000);
}

static bool rated_mah(const struct subject *subject, int64_t *value)
{
    int64_t count = strings_answering(subject);
    *value = count * subject->battery->params->nominal_mah;
    return count > 0;
}

static bool rated_wh(const struct subject *subject, int64_t *value)
{
    int64_t mah;
    bool known = rated_mah(subject, &mah);
    *value = at_nominal_voltage(subject, mah);
    return known;
}

static bool rated_w(const struct subject *subject, int32_t rate_permille, int64_t *value)
{
    const struct params *params = subject->battery->params;
    int64_t count = strings_answering(subject);
    int64_t ma = div_floor((int64_t)params->nominal_mah * rate_permille, 1000);
    *value = at_nominal_voltage(subject, count * clamp64(ma, 0, params->board_rating_ma));
    return count > 0;
}

static bool rated_charge_w(const struct subject *subject, int64_t *value)
{
    return rated_w(subject, subject->battery->params->charge_rate_permille, value);
}

static bool rated_discharge_w(const struct subject *subject, int64_t *value)
{
    return rated_w(subject, subject->battery->params->discharge_rate_permille, value);
}

static bool available_wh(const struct subject *subject, int64_t *value)
{
    int32_t mah;
    bool known = snapshot_get(subject->values, VALUE_remaining_mah, &mah);
    *value = at_nominal_voltage(subject, mah);
    return known;
}

/* ---- States ---- */

static bool depth(const struct subject *subject, int64_t *value)
{
    int32_t soc;
    bool known = snapshot_get(subject->values, VALUE_soc_permille, &soc);
    *value = 1000 - (int64_t)soc;
    return known;
}

static bool charge_status(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    int32_t soc, ma;
    if (!snapshot_get(values, VALUE_soc_permille, &soc) ||
        !snapshot_get(values, VALUE_pack_ma, &ma))
        return false;
    if (!is_allowed(values))
        *value = IS_OFF;
    else if (ma >= IDLE_MA)
        *value = IS_CHARGING;
    else if (ma <= -IDLE_MA)
        *value = IS_DISCHARGING;
    else if (soc >= 1000)
        *value = IS_FULL;
    else
        *value = soc <= 0 ? IS_EMPTY : IS_HOLDING;
    return true;
}

static bool has_fault(const struct snapshot *values)
{
    for (int id = 0; id < ALARM_COUNT; id++) {
        if (alarm_info[id].severity == SEVERITY_FAULT && alarm_get(values->alarms, (enum alarm)id))
            return true;
    }
    return false;
}

static bool is_at_an_end(const struct snapshot *values)
{
    static const uint8_t ends[] = {ALARM_cell_over_voltage, ALARM_pack_over_voltage,
                                   ALARM_cell_under_voltage, ALARM_pack_under_voltage};
    for (size_t i = 0; i < COUNT(ends); i++) {
        if (alarm_get(values->alarms, (enum alarm)ends[i]))
            return true;
    }
    return false;
}

static bool state(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    if (has_fault(values))
        *value = FAULT;
    else if (is_at_an_end(values))
        *value = SOC_PROTECTION;
    else if (is_allowed(values))
        *value = CONNECTED;
    else
        *value = alarm_common(values->alarms, alarm_protecting_set) ? DISCONNECTED : STANDBY;
    return true;
}

static bool health(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    *value = HEALTH_OK;
    if (sunspec_events(values) != 0)
        *value = HEALTH_WARNING;
    if (alarm_common(values->alarms, alarm_protecting_set))
        *value = HEALTH_ERROR;
    return true;
}

static bool heartbeat(const struct subject *subject, int64_t *value)
{
    int32_t uptime_s;
    bool known = snapshot_get(subject->battery->own, VALUE_uptime_s, &uptime_s);
    *value = (uint32_t)uptime_s % HEARTBEAT_PERIOD;
    return known;
}

static bool address(const struct subject *subject, int64_t *value)
{
    *value = subject->battery->dip == 0 ? 1 : subject->battery->dip;
    return true;
}

/* ---- Events ---- */

static bool events(const struct subject *subject, int64_t *value)
{
    *value =
        subject->values != NULL ? sunspec_events(subject->values) : SUNSPEC_COMMUNICATION_ERROR;
    return true;
}

static bool own_events(const struct subject *subject, unsigned first, int64_t *value)
{
    if (subject->values == NULL)
        return false;
    uint64_t alarms = subject->values->alarms[0] | (uint64_t)subject->values->alarms[1] << 32;
    *value = (int64_t)(alarms >> first & ((1u << OWN_EVENT_BITS) - 1));
    return true;
}

static bool own_events_1(const struct subject *subject, int64_t *value)
{
    return own_events(subject, 0, value);
}

static bool own_events_2(const struct subject *subject, int64_t *value)
{
    return own_events(subject, OWN_EVENT_BITS, value);
}

/* ---- Strings ---- */

static bool string_count(const struct subject *subject, int64_t *value)
{
    *value = sunspec_string_count(subject->battery);
    return true;
}

static bool strings_connected(const struct subject *subject, int64_t *value)
{
    *value = count_strings(subject->battery, is_connected);
    return true;
}
static bool bank_words(const struct subject *subject, int64_t *value)
{
    *value = SUNSPEC_BANK_WORDS + SUNSPEC_STRING_WORDS * sunspec_string_count(subject->battery);
    return true;
}

static bool balances(const struct snapshot *values)
{
    return flag(values, VALUE_balance_state);
}

static bool tells_balancing(const struct snapshot *values)
{
    return snapshot_have(values, VALUE_balance_state);
}

static bool cells_balancing(const struct subject *subject, int64_t *value)
{
    *value = count_strings(subject->battery, balances);
    return count_strings(subject->battery, tells_balancing) > 0;
}

static bool string_status(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    *value = 0;
    if (values != NULL && is_allowed(values))
        *value |= STRING_ENABLED;
    if (values != NULL && is_connected(values))
        *value |= STRING_CONTACTOR;
    return true;
}

static bool connection_failure(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    if (values == NULL)
        return false;
    bool failed = alarm_get(values->alarms, ALARM_charge_mos) ||
                  alarm_get(values->alarms, ALARM_discharge_mos) ||
                  alarm_get(values->alarms, ALARM_discharge_on_failed);
    *value = failed ? CONTACTOR_FAILURE : 0;
    return true;
}

static bool switches(const struct subject *subject, int64_t *value)
{
    const struct snapshot *values = subject->values;
    if (values == NULL || !snapshot_have(values, VALUE_charge_on) ||
        !snapshot_have(values, VALUE_discharge_on))
        return false;
    *value = flag(values, VALUE_charge_on) | flag(values, VALUE_discharge_on) << 1;
    return true;
}

static bool (*const made[SUNSPEC_MADE_COUNT])(const struct subject *subject, int64_t *value) = {
#define MADE(name) [SUNSPEC_MADE_##name] = name,
    MADE(address) MADE(available_wh) MADE(bank_words) MADE(cells_balancing) MADE(charge_status)
        MADE(connection_failure) MADE(depth) MADE(events) MADE(health) MADE(heartbeat)
            MADE(own_events_1) MADE(own_events_2) MADE(rated_charge_w) MADE(rated_discharge_w)
                MADE(rated_mah) MADE(rated_wh) MADE(state) MADE(string_count) MADE(string_status)
                    MADE(strings_connected) MADE(switches)
#undef MADE
};

/* ---- Over all strings ---- */

struct spread {
    int64_t lowest;
    int64_t highest;
    int64_t sum;
    uint8_t lowest_string; /* index */
    uint8_t highest_string;
    uint8_t count; /* strings that know the value */
};

static struct spread spread_of(const struct serial_battery *battery, enum value_id id)
{
    struct spread spread = {0};
    for (uint8_t i = 0; i < sunspec_string_count(battery); i++) {
        const struct snapshot *string = string_of(battery, i);
        int32_t value;
        if (string == NULL || !snapshot_get(string, id, &value))
            continue;
        if (spread.count == 0 || value < spread.lowest) {
            spread.lowest = value;
            spread.lowest_string = i;
        }
        if (spread.count == 0 || value > spread.highest) {
            spread.highest = value;
            spread.highest_string = i;
        }
        spread.sum += value;
        spread.count++;
    }
    return spread;
}

static bool spread_value(const struct serial_battery *battery, const struct sunspec_point *point,
                         int64_t *value)
{
    const struct spread spread = spread_of(battery, (enum value_id)point->of);
    if (spread.count == 0)
        return false;
    const int64_t values[] = {
        [SUNSPEC_HIGHEST - SUNSPEC_HIGHEST] = spread.highest,
        [SUNSPEC_LOWEST - SUNSPEC_HIGHEST] = spread.lowest,
        [SUNSPEC_MEAN - SUNSPEC_HIGHEST] = div_round(spread.sum, spread.count),
        [SUNSPEC_HIGHEST_STRING - SUNSPEC_HIGHEST] = spread.highest_string + 1,
        [SUNSPEC_LOWEST_STRING - SUNSPEC_HIGHEST] = spread.lowest_string + 1,
    };
    *value = values[point->source - SUNSPEC_HIGHEST];
    return true;
}

/* ---- Points ---- */

static bool read_value(const struct subject *subject, enum value_id id, int64_t *value)
{
    int32_t number;
    if (subject->values == NULL || !snapshot_get(subject->values, id, &number))
        return false;
    *value = number;
    return true;
}

bool sunspec_value(const struct serial_battery *battery, const struct sunspec_point *point,
                   int8_t string, int64_t *value)
{
    const struct subject subject = {battery, string < 0 ? battery->view.bank
                                                        : string_of(battery, (uint8_t)string)};
    switch ((enum sunspec_source)point->source) {
    case SUNSPEC_FIXED:
        *value = point->of;
        return true;
    case SUNSPEC_VALUE:
        return read_value(&subject, (enum value_id)point->of, value);
    case SUNSPEC_MADE:
        return made[point->of](&subject, value);
    case SUNSPEC_HIGHEST:
    case SUNSPEC_LOWEST:
    case SUNSPEC_MEAN:
    case SUNSPEC_HIGHEST_STRING:
    case SUNSPEC_LOWEST_STRING:
        return spread_value(battery, point, value);
    default:
        return false;
    }
}

const char *sunspec_text(const struct serial_battery *battery, const struct sunspec_point *point)
{
    if (point->source == SUNSPEC_MAKER)
        return battery->own->maker;
    return params_text_const(battery->params, (enum text_param_id)point->of);
}

void sunspec_value_take(const struct sunspec_point *point, int64_t value,
                        struct serial_reading *reading)
{
    if (point->source == SUNSPEC_VALUE)
        snapshot_put(reading->values, (enum value_id)point->of, saturate32(value));
    else if (point->source == SUNSPEC_MADE && point->of == SUNSPEC_MADE_events)
        sunspec_events_take((uint32_t)value, reading->values);
    else if (point->source == SUNSPEC_MADE && point->of == SUNSPEC_MADE_string_count)
        snapshot_put(reading->values, VALUE_pack_count, saturate32(value));
}

void sunspec_text_take(const struct sunspec_point *point, const uint8_t *words,
                       struct serial_reading *reading)
{
    const char *text = (const char *)words;
    if (point->source == SUNSPEC_MAKER)
        snapshot_put_maker(reading->values, text, 2u * point->words);
    else
        params_put_text(reading->params, (enum text_param_id)point->of, text, 2u * point->words);
}
