/* SPDX-License-Identifier: Apache-2.0
 * One function per sign. Currents flow as the switches of the last step let them, and inverters
 * obey the limits of then. Sources: cell and pack facts, sections 4.5 and 4.6; safety rules,
 * section 4 (disobeying inverter, charge failure).
 */
#include "core/supervise.h"

#include "base/number.h"

enum {
    START_MS = 2000, /* time a pack has to come to its first measurement */
    OBEY_PERMILLE = 1050,
    OBEY_MA = 2000,
    QUIET_MA = 200,          /* no current */
    CHARGER_ABOVE_MV = 1500, /* more than a closed switch and its cables ever drop */
    TERMINALS_PERCENT = 80,
    BELOW_REQUEST_MV = 500,
    NO_CHARGE_MA = 500,
    TRIPPED = 2, /* the comparator; 1: the terminals are still shorted */
};

static int32_t short_level(bool tripped, bool present)
{
    return tripped ? TRIPPED : present;
}

static void put_shorts(int32_t *quantity, const struct inputs *inputs)
{
    quantity[QUANTITY_SHORT_PRESENT] = inputs->short_present;
    quantity[QUANTITY_DISCHARGE_SHORT] =
        short_level(inputs->discharge_short, inputs->short_present);
    quantity[QUANTITY_CHARGE_SHORT] = short_level(inputs->charge_short, inputs->short_present);
}

/* Current beyond what the limit grants, 0 when it is obeyed. */
static int32_t excess_ma(int32_t current_ma, int32_t limit_ma)
{
    int64_t granted = (int64_t)limit_ma * OBEY_PERMILLE / 1000 + OBEY_MA;
    return current_ma > granted ? (int32_t)(current_ma - granted) : 0;
}

/* A limit that is 0 only because a minute has to pass says nothing about the current. */
static int32_t judged_ma(int32_t current_ma, const struct limit *limit)
{
    return limit->reason == REASON_after_trip ? 0 : excess_ma(current_ma, limit->value);
}

static void put_obedience(int32_t *quantity, const struct bms *bms)
{
    int32_t charge_ma = bms->limits.charge_ma.limit.value;
    int32_t discharge_ma = bms->limits.discharge_ma.limit.value;
    int32_t charge = bms->params.dedicated_charger
                         ? 0
                         : judged_ma(quantity[QUANTITY_CHARGE_MA], &bms->limits.charge_ma.limit);
    int32_t discharge = judged_ma(quantity[QUANTITY_DISCHARGE_MA], &bms->limits.discharge_ma.limit);
    quantity[QUANTITY_CHARGE_EXCESS_MA] = charge_ma > 0 ? charge : 0;
    quantity[QUANTITY_CHARGE_UNWANTED_MA] = charge_ma > 0 ? 0 : charge;
    quantity[QUANTITY_DISCHARGE_EXCESS_MA] = discharge_ma > 0 ? discharge : 0;
    quantity[QUANTITY_DISCHARGE_UNWANTED_MA] = discharge_ma > 0 ? 0 : discharge;
}

static void put_switches(int32_t *quantity, const struct bms *bms, const struct inputs *inputs)
{
    const struct switches *switches = &bms->switches;
    int32_t pack_mv = bms->measured.pack_mv;
    int32_t current_ma = abs32(bms->measured.pack_ma);
    bool connected = !inputs->breaker_open;
    bool quiet = connected && current_ma < QUIET_MA;
    bool collapsed = (int64_t)inputs->load_mv * 100 < (int64_t)pack_mv * TERMINALS_PERCENT;
    bool charger = inputs->load_mv > pack_mv + CHARGER_ABOVE_MV;
    bool open = connected && !switches->charge && !switches->discharge;
    quantity[QUANTITY_CHARGE_WELDED_MA] = switches->charge ? 0 : quantity[QUANTITY_CHARGE_MA];
    quantity[QUANTITY_DISCHARGE_WELDED_MA] =
        switches->discharge ? 0 : quantity[QUANTITY_DISCHARGE_MA];
    quantity[QUANTITY_BIAS_MA] = open ? current_ma : 0;
    quantity[QUANTITY_CHARGE_STUCK] = quiet && switches->charge && charger;
    quantity[QUANTITY_DISCHARGE_STUCK] = quiet && switches->discharge && collapsed;
}

static const uint8_t current_signs[] = {
    QUANTITY_CHARGE_EXCESS_MA,
    QUANTITY_CHARGE_UNWANTED_MA,
    QUANTITY_DISCHARGE_EXCESS_MA,
    QUANTITY_DISCHARGE_UNWANTED_MA,
    QUANTITY_CHARGE_WELDED_MA,
    QUANTITY_DISCHARGE_WELDED_MA,
    QUANTITY_BIAS_MA,
    QUANTITY_CHARGE_STUCK,
    QUANTITY_DISCHARGE_STUCK,
};

/* Signs of the current are judged with each new set and kept until the next one: an old current
 * says nothing of switches and limits that have moved since. Without a measurement there are none.
 */
static void put_current(int32_t *quantity, const struct bms *bms, const struct inputs *inputs)
{
    if (bms->measured.fresh) {
        put_obedience(quantity, bms);
        put_switches(quantity, bms, inputs);
    } else if (!bms->measured.complete) {
        for (size_t i = 0; i < COUNT(current_signs); i++)
            quantity[current_signs[i]] = 0;
    }
}

static bool charge_fails(const struct bms *bms, const struct inputs *inputs)
{
    const struct measured *measured = &bms->measured;
    return bms->switches.charge_allowed && inputs->charger_present &&
           bms->limits.charge_ma.limit.value > 0 && measured->pack_ma < NO_CHARGE_MA &&
           measured->pack_mv < bms->limits.charge.limit.value - BELOW_REQUEST_MV;
}

static void put_measurement(int32_t *quantity, const struct bms *bms)
{
    const struct measured *measured = &bms->measured;
    bool started = bms->uptime_ms >= START_MS;
    quantity[QUANTITY_MEASUREMENT_LOST] = started && !measured->complete;
    quantity[QUANTITY_TEMP_FAULT] = started && measured->temp_fault;
    quantity[QUANTITY_OPEN_WIRE] = bms->trust.open_wire;
    quantity[QUANTITY_FROZEN] = bms->trust.cells_frozen;
    quantity[QUANTITY_CURRENT_REVERSED] = bms->trust.current_reversed;
    quantity[QUANTITY_SUM_WRONG] = measured->sum_bad_ms > 0;
    quantity[QUANTITY_CELL_COUNT_WRONG] = measured->seen && measured->cell_count_wrong;
    quantity[QUANTITY_CURRENT_BROKEN] = measured->current_fault;
}

void supervise_step(struct bms *bms, const struct inputs *inputs)
{
    int32_t *quantity = bms->measured.quantity;
    put_shorts(quantity, inputs);
    put_current(quantity, bms, inputs);
    put_measurement(quantity, bms);
    quantity[QUANTITY_PRECHARGE_FAILED] = bms->precharge.failed;
    quantity[QUANTITY_THERMAL_SIGNS] = bms->thermal.count;
    quantity[QUANTITY_WIRE_UOHM] = bms->balance.wires.largest_uohm;
    quantity[QUANTITY_BALANCER_STUCK] = bms->balance.stuck;
    quantity[QUANTITY_CHARGE_FAILED] = charge_fails(bms, inputs);
    quantity[QUANTITY_BREAKER_OPEN] = inputs->breaker_open;
    quantity[QUANTITY_EXTINGUISHER] = inputs->extinguisher_fired;
    quantity[QUANTITY_SETTINGS_BAD] = bms->parameters_bad;
    quantity[QUANTITY_PASSWORD_UNCHANGED] = bms->password_unchanged;
    quantity[QUANTITY_FULL_CHARGE_DUE] = soc_full_charge_due(&bms->soc);
}
