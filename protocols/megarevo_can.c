/* SPDX-License-Identifier: Apache-2.0
 * Megarevo CAN, both ends, two dialects whose numbers cannot collide; neither is verified. 11 bits,
 * by itself: "BMS Protocol (CAN) For Li Residential Series" Ver 1.0, which names no maker. 29 bits,
 * when polled: ai-republic/bms-to-inverter, issue 146 (implementation). The battery says the first
 * until the second is polled, and again 10 s after the last poll; an inverter polls and takes
 * either. 359: errors of sub-packs are not sent; byte 4 of 399 is not read. Charge stops by
 * permission and current 0 in both. Hooks: level and blocks of the polled dialect; a level is an
 * internal error.
 */
#include "core/alarms.h"
#include "protocols/can.h"
#include "protocols/can_351_messages.h"

enum { TIMEOUT_MS = 10000, PATIENCE_MS = 10000 };

/* When polled: 0.1 V, 0.1 A, 1 %, 1 mV, 0.1 degC, 0.1 Ah */

static const struct can_field limits[] = {
    {FROM(charge_limit_mv),    0, U16LE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_mv), 2, U16LE | UP,   BY_100, ZERO    },
    {FROM(charge_limit_ma),    4, U16LE | DOWN, BY_100, REQUIRED},
    {FROM(discharge_limit_ma), 6, U16LE | DOWN, BY_100, REQUIRED},
};

static const struct can_field state[] = {
    {FROM(soc_permille), 0, U16LE, BY_10,  REQUIRED},
    {FROM(soh_permille), 2, U16LE, BY_10,  REQUIRED},
    {FROM(pack_mv),      4, U16LE, BY_100, REQUIRED},
    {FROM(pack_ma),      6, S16LE, BY_100, REQUIRED},
};

static const struct can_field extremes[] = {
    {FROM(cell_max_mv),    0, U16LE, PLAIN, REQUIRED},
    {FROM(cell_min_mv),    2, U16LE, PLAIN, REQUIRED},
    {FROM(temp_max_ddegc), 4, S16LE, PLAIN, REQUIRED},
    {FROM(temp_min_ddegc), 6, S16LE, PLAIN, REQUIRED},
};

static const struct can_field capacity[] = {
    {FROM(full_mah),      0, U16LE, BY_100, REQUIRED},
    {FROM(remaining_mah), 2, U16LE, BY_100, REQUIRED},
};

/* By itself, where it is not as in the 0x351 family */

static const struct can_field energy[] = {
    {FROM(full_mah), 0, U16LE, TIMES_8_BY_15625, ZERO}, /* 0.1 kWh at 51.2 V */
};

static const struct can_alarm cells[] = {
    WARNING_ROW(cell_over_voltage, 2, 0x01) WARNING_ROW(cell_under_voltage, 2, 0x02)
        ALARM_ROW(cell_over_voltage, 3, 0x01) ALARM_ROW(cell_under_voltage, 3, 0x02)};

static const struct can_field cell_extremes[] = {
    {FROM(cell_max_mv),    0, U16LE, PLAIN,  REQUIRED},
    {FROM(cell_min_mv),    2, U16LE, PLAIN,  REQUIRED},
    {FROM(cell_max_index), 4, U8,    PLUS_1, ZERO    },
    {FROM(cell_min_index), 5, U8,    PLUS_1, ZERO    },
};

/* 1 degC; the numbers of the sensors behind them are not known. */
static const struct can_field temperature_extremes[] = {
    {FROM(temp_max_ddegc), 0, U8, BY_10_PLUS_50, REQUIRED},
    {FROM(temp_min_ddegc), 1, U8, BY_10_PLUS_50, REQUIRED},
};

/* clang-format off */
#define POLLED(id, form, timeout_ms, name, rows)                                                   \
    {id, 0, timeout_ms, CAN_29_BIT | POLL | (form), 8, name, rows}
#define BY_ITSELF(id, timeout_ms, name, ...)                                                       \
    {id, 1000, timeout_ms, CAN_11_BIT, 8, name, __VA_ARGS__}

static const struct can_message messages[] = {
    CAN_351_LIMITS(TIMEOUT_MS),
    BY_ITSELF(0x355, TIMEOUT_MS,     NAME_state,                FIELDS(can_351_state)),
    BY_ITSELF(0x356, 0,              NAME_measurements,         CAN_351_COARSE),
    BY_ITSELF(0x359, 0,              NAME_alarms,               ALARMS(can_351_bits)),
    BY_ITSELF(0x35C, 0,              NAME_requests,             FIELDS(can_351_requests_1)),
    BY_ITSELF(0x399, 0,              NAME_energy,               FIELDS(energy), ALARMS(cells)),
    BY_ITSELF(0x3DA, 0,              NAME_cell_extremes,        FIELDS(cell_extremes)),
    BY_ITSELF(0x3DB, 0,              NAME_temperature_extremes, FIELDS(temperature_extremes)),
    POLLED(0x1F000300, 0, TIMEOUT_MS, NAME_limits,              FIELDS(limits)),
    POLLED(0x1F000301, 0, TIMEOUT_MS, NAME_state,               FIELDS(state)),
    POLLED(0x1F000302, 0, 0,          NAME_extremes,            FIELDS(extremes)),
    POLLED(0x1F000303, HOOKED, 0,     NAME_blocks,              NO_ROWS),
    POLLED(0x1F000304, 0, 0,          NAME_capacity,            FIELDS(capacity)),
};

/* A battery of 11 bits needs no heartbeat. */
static const struct can_message answers[] = {
    {0x1F000100, 1000, 0, CAN_29_BIT | POLL, 8, NAME_poll,      NO_ROWS},
    {0x305,      0,    0, CAN_EITHER,        8, NAME_heartbeat, NO_ROWS},
};
/* clang-format on */

enum { LEVEL = 0, CHARGE = 2, DISCHARGE = 4, BLOCKED = 2 };
enum { NONE, WARNING, ALARM };

static bool any(const uint32_t set[ALARM_WORDS])
{
    return alarm_common(set, set);
}

static uint8_t block_of(const struct snapshot *bank, enum value_id allowed)
{
    int32_t value;
    return snapshot_get(bank, allowed, &value) && value != 0 ? 0 : BLOCKED;
}

static bool encode_blocks(const struct can_message *message, const struct view *view, unsigned pack,
                          struct can_frame *frame)
{
    (void)message, (void)pack;
    const struct snapshot *bank = view->bank;
    if (alarm_common(bank->alarms, alarm_protecting_set))
        frame->data[LEVEL] = ALARM;
    else if (any(bank->alarms) || any(bank->warnings))
        frame->data[LEVEL] = WARNING;
    frame->data[CHARGE] = block_of(bank, VALUE_charge_allowed);
    frame->data[DISCHARGE] = block_of(bank, VALUE_discharge_allowed);
    return true;
}

static bool decode_blocks(const struct can_message *message, const struct can_frame *frame,
                          struct snapshot *values)
{
    (void)message;
    if (frame->size > LEVEL) {
        snapshot_set_have(values, VALUE_alarms, true);
        snapshot_set_have(values, VALUE_warnings, true);
        alarm_put(values->alarms, ALARM_internal, frame->data[LEVEL] >= ALARM);
        alarm_put(values->warnings, ALARM_internal, frame->data[LEVEL] == WARNING);
    }
    if (frame->size > CHARGE)
        snapshot_put(values, VALUE_charge_allowed, frame->data[CHARGE] != BLOCKED);
    if (frame->size > DISCHARGE)
        snapshot_put(values, VALUE_discharge_allowed, frame->data[DISCHARGE] != BLOCKED);
    return true;
}

const struct can_protocol megarevo_can[1] = {
    {
     .name = "megarevo_can",
     .profile = "",
     .bitrate = 500000,
     BATTERY(messages),
     INVERTER(answers),
     .encode = encode_blocks,
     .decode = READER(decode_blocks),
     .poll_patience_ms = PATIENCE_MS,
     }
};
