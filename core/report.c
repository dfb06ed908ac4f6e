/* SPDX-License-Identifier: Apache-2.0
 * State to snapshot. Values of a measurement are `have` only while the measurement is complete.
 */
#include "core/report.h"

#include <string.h>

#include "base/number.h"

enum {
    FORCE_CHARGE_BAND_PERMILLE = 40,
    BALANCE_OUT_OF = 2, /* of balance_state */
};

static const uint8_t measured_values[] = {
    VALUE_pack_mv,        VALUE_pack_ma,         VALUE_power_w,        VALUE_cell_mean_mv,
    VALUE_cell_spread_mv, VALUE_cell_min_mv,     VALUE_cell_max_mv,    VALUE_cell_min_index,
    VALUE_cell_max_index, VALUE_temp_mean_ddegc, VALUE_temp_min_ddegc, VALUE_temp_max_ddegc,
};

/* Decided in every step, so always known. */
static const uint8_t decided_values[] = {
    VALUE_charge_allowed,  VALUE_discharge_allowed,
    VALUE_charge_on,       VALUE_discharge_on,
    VALUE_power_state,     VALUE_balance_ma,
    VALUE_balance_state,   VALUE_leds,
    VALUE_contacts,        VALUE_alarms,
    VALUE_warnings,        VALUE_heating_on,
    VALUE_heating_ma,      VALUE_precharging,
    VALUE_charger_present, VALUE_emergency_left_s,
};

/* Always known from the first slow report on. */
static const uint8_t slow_values[] = {
    VALUE_cell_count,       VALUE_cell_present_mask,
    VALUE_temp_sensor_mask, VALUE_soc_permille,
    VALUE_soc_low_permille, VALUE_soc_high_permille,
    VALUE_soc_reason,       VALUE_soh_permille,
    VALUE_remaining_mah,    VALUE_full_mah,
    VALUE_cycle_mah,        VALUE_cycle_count,
    VALUE_force_charge,     VALUE_full_charge_requested,
    VALUE_release_left_s,   VALUE_run_time_s,
    VALUE_uptime_s,         VALUE_start_count,
    VALUE_record_count,     VALUE_sleep_left_s,
    VALUE_wire_alarm_mask,
};

/* Which values are known; changes seldom. */
static void report_known(struct snapshot *s, const struct measured *m)
{
    for (size_t i = 0; i < COUNT(decided_values); i++)
        snapshot_set_have(s, (enum value_id)decided_values[i], true);
    for (size_t i = 0; i < COUNT(measured_values); i++)
        snapshot_set_have(s, (enum value_id)measured_values[i], m->complete);
    for (uint8_t i = 0; i < CELL_MAX; i++)
        snapshot_set_have(s, (enum value_id)(VALUE_cell_mv + i), m->complete && i < m->cell_count);
    for (uint8_t i = 0; i < TEMP_SENSOR_COUNT; i++)
        snapshot_set_have(s, (enum value_id)(VALUE_temp_ddegc + i), m->temp_valid_mask >> i & 1);
    snapshot_set_have(s, VALUE_mos_ddegc, m->mos_valid);
}

static uint32_t known_key(const struct measured *m)
{
    return 1u | (uint32_t)m->complete << 1 | (uint32_t)m->mos_valid << 2 |
           (uint32_t)m->temp_valid_mask << 8 | (uint32_t)m->cell_count << 16;
}

static void report_measured(struct snapshot *s, const struct measured *m)
{
    s->pack_mv = m->pack_mv;
    s->pack_ma = m->pack_ma;
    s->power_w = (int32_t)div_round((int64_t)m->pack_mv * m->pack_ma, 1000000);
    s->cell_mean_mv = m->cell_count ? (int32_t)div_round(m->cell_sum_mv, m->cell_count) : 0;
    s->cell_min_mv = m->quantity[QUANTITY_CELL_MIN_MV];
    s->cell_max_mv = m->quantity[QUANTITY_CELL_MAX_MV];
    s->cell_spread_mv = s->cell_max_mv - s->cell_min_mv;
    s->cell_min_index = m->cell_min_index;
    s->cell_max_index = m->cell_max_index;
    s->temp_mean_ddegc = m->temp_mean_ddegc;
    /* With a lost sensor, the extremes that rules use: the safe worst case. */
    s->temp_min_ddegc = m->quantity[QUANTITY_COLD_DDEGC];
    s->temp_max_ddegc = m->quantity[QUANTITY_HOT_DDEGC];
    s->mos_ddegc = m->mos_ddegc;
    memcpy(s->cell_mv, m->cell_mv, sizeof(s->cell_mv));
    memcpy(s->temp_ddegc, m->temp_ddegc, sizeof(s->temp_ddegc));
}

void report_fast(struct bms *bms)
{
    struct snapshot *s = &bms->snapshot;
    uint32_t key = known_key(&bms->measured);
    report_measured(s, &bms->measured);
    if (bms->have_key != key)
        report_known(s, &bms->measured);
    bms->have_key = key;
    s->charge_allowed = bms->switches.charge_allowed;
    s->discharge_allowed = bms->switches.discharge_allowed;
    s->charge_on = bms->switches.charge;
    s->discharge_on = bms->switches.discharge;
    s->power_state = bms->power.state;
    s->emergency_left_s = (int32_t)((bms->power.emergency_ms + 999) / 1000);
    memcpy(s->alarms, bms->alarms, sizeof(s->alarms));
    memcpy(s->warnings, bms->warnings, sizeof(s->warnings));
    s->taken_ms = (uint32_t)bms->uptime_ms;
}

static void report_charge(struct snapshot *s, struct bms *bms)
{
    const struct soc *soc = &bms->soc;
    int32_t low = bms->params.force_charge_soc_permille;
    if (soc->soc_permille <= low)
        bms->force_charge = low > 0;
    else if (soc->soc_permille >= low + FORCE_CHARGE_BAND_PERMILLE)
        bms->force_charge = false;
    s->soc_permille = soc->soc_permille;
    s->soc_low_permille = soc->low_permille;
    s->soc_high_permille = soc->high_permille;
    s->soc_reason = soc->reason;
    s->remaining_mah = soc->remaining_mah;
    s->full_mah = soc->full_mah;
    s->cycle_mah = soc->cycle_mah;
    s->cycle_count = soc->cycle_mah / bms->params.nominal_mah;
    s->force_charge = bms->force_charge;
    s->full_charge_requested = soc_full_charge_due(soc);
}

/* What has not been learned yet is not known. */
static void report_health(struct snapshot *s, const struct soc_health *health, int32_t nominal_mah)
{
    bool learned = health->capacity.sigma > 0.0f;
    int32_t growth_permille = soc_health_growth_max_permille(health);
    s->soh_permille =
        (int32_t)clamp64(div_round(1000ll * (int32_t)health->capacity.value, nominal_mah), 0, 1000);
    s->soh_sigma_permille =
        (int32_t)div_round(1000ll * (int32_t)health->capacity.sigma, nominal_mah);
    s->soh_age_s = saturate32(health->capacity.age_s);
    s->growth_max_permille = growth_permille;
    s->leak_max_mah = soc_health_leak_max_mah(health);
    snapshot_set_have(s, VALUE_soh_sigma_permille, learned);
    snapshot_set_have(s, VALUE_soh_age_s, learned);
    snapshot_set_have(s, VALUE_growth_max_permille, growth_permille > 0);
    snapshot_set_have(s, VALUE_leak_max_mah, health->leak_days > 0);
}

static void report_times(struct snapshot *s, const struct bms *bms)
{
    s->release_left_s = (int32_t)(bms->protect.release_left_ms / 1000);
    s->run_time_s = (int32_t)(bms->run_time_ms / 1000);
    s->uptime_s = (int32_t)(bms->uptime_ms / 1000);
    s->start_count = (int32_t)bms->start_count;
    s->record_count = (int32_t)bms->record_count;
    s->sleep_left_s = (int32_t)(power_sleep_left_ms(&bms->power, &bms->params) / 1000);
    s->clock_s = (int32_t)bms->clock_s;
    snapshot_set_have(s, VALUE_clock_s, bms->clock_s != 0);
}

/* Resistances that the balancer's steps have taught: none, until one is known. */
static void report_wires(struct snapshot *s, const struct wires *wires, uint8_t cells)
{
    s->wire_alarm_mask = (int32_t)wires->high_mask;
    if (wires->largest_uohm == 0)
        return;
    for (uint8_t i = 0; i < cells; i++) {
        int32_t uohm = wires_get(wires, i);
        snapshot_put(s, (enum value_id)(VALUE_wire_mohm + i), (int32_t)div_round(uohm, 1000));
        snapshot_set_have(s, (enum value_id)(VALUE_wire_mohm + i), uohm > 0);
    }
}

/* What never changes. */
static void report_once(struct snapshot *s)
{
    for (size_t i = 0; i < COUNT(slow_values); i++)
        snapshot_set_have(s, (enum value_id)slow_values[i], true);
    snapshot_put_maker(s, "Hearth", sizeof("Hearth"));
}

void report_slow(struct bms *bms)
{
    struct snapshot *s = &bms->snapshot;
    uint8_t cells = bms->measured.cell_count;
    if (!snapshot_have(s, VALUE_maker))
        report_once(s);
    s->cell_count = cells;
    s->cell_present_mask = (int32_t)((1u << cells) - 1);
    s->temp_sensor_mask = bms->measured.temp_valid_mask << 1 | bms->measured.mos_valid;
    report_wires(s, &bms->balance.wires, cells);
    report_charge(s, bms);
    report_health(s, &bms->health, bms->params.nominal_mah);
    report_times(s, bms);
    limits_publish(&bms->limits, s);
}

void report_outputs(struct bms *bms, const struct inputs *inputs)
{
    struct snapshot *s = &bms->snapshot;
    s->charger_present = inputs->charger_present;
    const struct balance *balance = &bms->balance;
    bool moves = balance->ma > 0;
    if (moves != (s->balance_state == BALANCE_OUT_OF)) {
        snapshot_set_have(s, VALUE_balance_source_index, moves);
        snapshot_set_have(s, VALUE_balance_sink_index, moves);
    }
    s->balance_ma = balance->ma;
    s->balance_state = moves ? BALANCE_OUT_OF : 0;
    s->balance_source_index = balance->source;
    s->balance_sink_index = balance->sink;
    s->heating_on = bms->heating.on;
    s->heating_ma = bms->heating.on ? inputs->heater_ma : 0;
    s->precharging = bms->precharge.on;
    s->leds = bms->leds.lit | bms->leds.flickering << 16;
    s->contacts = bms->contacts.dry1 | bms->contacts.dry2 << 1 | bms->outputs.buzzer << 2;
}
