/* SPDX-License-Identifier: Apache-2.0
 * Brands: NO_BMS, SYNC, RUN, LOST by the ages of frames, and what each allows in them. Received
 * limits are taken absolute (senders with a sign error are in the field). What a Sofar makes of the
 * count of packs and a Deye of its own voltages is inferred from reports, not documented.
 */
#include "sim/brand.h"

#include "base/number.h"
#include "base/text.h"

enum {
    STEADY_MS = 3000,          /* three cycles of a second */
    PLAUSIBLE_MV = 30000,      /* a 16-cell battery is never below */
    DEFAULT_CHARGE_MV = 54000, /* SMA FSS-ConnectingBat-TI-en-10 */
    COUNTED_PACK_MA = 37000,   /* half the 74 Ah that a module counts for */
    OWN_CHARGE_MV = 56000,     /* voltage mode */
    OWN_DISCHARGE_MV = 46000,
    OWN_MA = 50000,
};

const struct sim_brand sim_brands[] = {
#define BRAND(name, ...) BRAND_ROW(name, __VA_ARGS__)
#define BRAND_ROW(brand_name, brand_title, brand_protocol, limits, state, cycle, ramp, follow,     \
                  when_lost, quirk_set, text_limits, text_state, text_wrong)                       \
    {                                                                                              \
        .name = #brand_name,                                                                       \
        .title = brand_title,                                                                      \
        .protocol = brand_protocol,                                                                \
        .limits_ms = limits,                                                                       \
        .state_ms = state,                                                                         \
        .cycle_ms = cycle,                                                                         \
        .ramp_ms = ramp,                                                                           \
        .follow_ms = follow,                                                                       \
        .lost = SIM_LOST_##when_lost,                                                              \
        .quirks = quirk_set,                                                                       \
        .limits_text = text_limits,                                                                \
        .state_text = text_state,                                                                  \
        .wrong_text = text_wrong,                                                                  \
    },
#define CARELESS SIM_CARELESS
#define NO_PERMISSIONS SIM_NO_PERMISSIONS
#define ALARM_STOPS SIM_ALARM_STOPS
#define FREE_DISCHARGE SIM_FREE_DISCHARGE
#define ZERO_BY_COUNT SIM_ZERO_BY_COUNT
#define ZERO_VOLTAGE_DUMPS SIM_ZERO_VOLTAGE_DUMPS
#define NO_FLOOR SIM_NO_FLOOR
#define OWN_CODES SIM_OWN_CODES
#define MUTE SIM_MUTE
#include "sim/inverter_brands.def"
};
const size_t sim_brand_count = COUNT(sim_brands);

static const enum value_id NEEDED[] = {
    VALUE_pack_mv,         VALUE_soc_permille,       VALUE_charge_limit_mv,
    VALUE_charge_limit_ma, VALUE_discharge_limit_ma,
};

const struct sim_brand *sim_brand_find(const char *name)
{
    for (size_t i = 0; i < sim_brand_count; i++) {
        if (text_equal(sim_brands[i].name, name))
            return &sim_brands[i];
    }
    return NULL;
}

/* How well a brand fits: 2 by protocol and profile, 1 by protocol, 0 not. */
static int fit(const struct sim_brand *brand, const char *name, const char *profile)
{
    const char *rest = text_after(brand->protocol, name);
    if (rest == NULL || (*rest != '\0' && *rest != ':'))
        return 0;
    return text_equal(*rest == ':' ? rest + 1 : rest, profile) ? 2 : 1;
}

const struct sim_brand *sim_brand_of_protocol(const char *name, const char *profile)
{
    const struct sim_brand *best = &sim_brands[0];
    int best_fit = 0;
    for (size_t i = 0; i < sim_brand_count; i++) {
        int this_fit = fit(&sim_brands[i], name, profile);
        if (this_fit > best_fit) {
            best_fit = this_fit;
            best = &sim_brands[i];
        }
    }
    return best;
}

bool sim_brand_is_steady(const struct sim_brand *brand, const struct sim_link *link)
{
    return link->limits_age_ms <= brand->cycle_ms && link->state_age_ms <= brand->cycle_ms;
}

static bool too_old(uint32_t age_ms, uint32_t most_ms, const struct sim_situation *now)
{
    return age_ms == SIM_AGE_NEVER ? now->state_ms > most_ms : age_ms > most_ms;
}

bool sim_brand_limits_lost(const struct sim_brand *brand, const struct sim_situation *now)
{
    return too_old(now->link.limits_age_ms, brand->limits_ms, now);
}

bool sim_brand_state_lost(const struct sim_brand *brand, const struct sim_situation *now)
{
    return too_old(now->link.state_age_ms, brand->state_ms, now);
}

static bool complete(const struct snapshot *received)
{
    for (size_t i = 0; i < COUNT(NEEDED); i++) {
        if (!snapshot_have(received, NEEDED[i]))
            return false;
    }
    return received->pack_mv >= PLAUSIBLE_MV && received->charge_limit_mv >= PLAUSIBLE_MV;
}

enum sim_inverter_state sim_brand_next(const struct sim_brand *brand,
                                       const struct sim_situation *now)
{
    const struct sim_link *link = &now->link;
    bool heard = link->limits_age_ms != SIM_AGE_NEVER || link->state_age_ms != SIM_AGE_NEVER;
    if (now->received == NULL || !heard)
        return now->state == SIM_INVERTER_NO_BMS ? SIM_INVERTER_NO_BMS : SIM_INVERTER_LOST;
    if (now->state == SIM_INVERTER_NO_BMS)
        return SIM_INVERTER_SYNC;
    if (now->state == SIM_INVERTER_LOST)
        return sim_brand_is_steady(brand, link) ? SIM_INVERTER_SYNC : SIM_INVERTER_LOST;
    if (sim_brand_limits_lost(brand, now) || sim_brand_state_lost(brand, now))
        return SIM_INVERTER_LOST;
    bool ready = now->steady_ms >= STEADY_MS && complete(now->received);
    return ready || now->state == SIM_INVERTER_RUN ? SIM_INVERTER_RUN : SIM_INVERTER_SYNC;
}

static int32_t number_or(const struct snapshot *received, enum value_id id, int32_t otherwise)
{
    int32_t value;
    return snapshot_get(received, id, &value) ? value : otherwise;
}

/* Limit of a direction: 0 unless known and not forbidden. */
static int32_t limit_ma(const struct sim_brand *brand, const struct sim_situation *now,
                        enum value_id limit, enum value_id allowed)
{
    const struct snapshot *received = now->received;
    if (!(brand->quirks & SIM_NO_PERMISSIONS) && number_or(received, allowed, 1) == 0)
        return 0;
    int32_t most_ma = abs32(number_or(received, limit, 0));
    if (most_ma > 0)
        return most_ma;
    if (brand->quirks & SIM_ZERO_BY_COUNT)
        return COUNTED_PACK_MA * clamp32(number_or(received, VALUE_pack_count, 0), 0, PACK_MAX);
    bool careless = brand->quirks & SIM_CARELESS && now->options & SIM_IGNORES_ZERO;
    return careless ? SIM_UNLIMITED : 0;
}

static bool any_alarm(const struct snapshot *received)
{
    uint32_t any = 0;
    for (int word = 0; word < ALARM_WORDS; word++)
        any |= received->alarms[word];
    return any != 0;
}

static void obey(const struct sim_brand *brand, const struct sim_situation *now,
                 struct sim_orders *orders)
{
    const struct snapshot *received = now->received;
    bool ramps = brand->ramp_ms > 0 && now->link.limits_age_ms > brand->ramp_ms;
    orders->charge_mv = number_or(received, VALUE_charge_limit_mv, 0);
    if (ramps || (brand->quirks & SIM_ALARM_STOPS && any_alarm(received)))
        return;
    bool free_discharge = now->options & SIM_OFF_GRID || now->terminal_mv > orders->charge_mv;
    orders->charge_ma = limit_ma(brand, now, VALUE_charge_limit_ma, VALUE_charge_allowed);
    orders->discharge_ma = limit_ma(brand, now, VALUE_discharge_limit_ma, VALUE_discharge_allowed);
    if (brand->quirks & SIM_FREE_DISCHARGE && free_discharge)
        orders->discharge_ma = SIM_UNLIMITED;
    if (!(brand->quirks & SIM_NO_FLOOR))
        orders->discharge_mv = number_or(received, VALUE_discharge_limit_mv, 0);
    orders->force_charge = number_or(received, VALUE_force_charge, 0) != 0;
    orders->dump = brand->quirks & SIM_ZERO_VOLTAGE_DUMPS && orders->charge_mv == 0;
}

/* A lost battery, or none yet. */
static void go_without(const struct sim_brand *brand, const struct sim_situation *now,
                       struct sim_orders *orders)
{
    bool lost = now->state == SIM_INVERTER_LOST;
    if (brand->lost == SIM_LOST_DEFAULTS)
        orders->charge_mv = DEFAULT_CHARGE_MV;
    orders->output_off = lost && brand->lost == SIM_LOST_CUTS_OUTPUT;
    if (lost && brand->lost == SIM_LOST_MAY_GO_ON && now->options & SIM_GOES_ON)
        *orders = (struct sim_orders){.charge_mv = OWN_CHARGE_MV,
                                      .charge_ma = OWN_MA,
                                      .discharge_mv = OWN_DISCHARGE_MV,
                                      .discharge_ma = OWN_MA};
}

void sim_brand_orders(const struct sim_brand *brand, const struct sim_situation *now,
                      struct sim_orders *orders)
{
    *orders = (struct sim_orders){0};
    if (now->state == SIM_INVERTER_RUN)
        obey(brand, now, orders);
    else
        go_without(brand, now, orders);
}
