/* SPDX-License-Identifier: Apache-2.0
 * Fault table: condition, alarm, what it blocks.
 */
#include "core/faults.h"

#include "base/number.h"

enum { START_MS = 2000 }; /* time a pack has to come to its first measurement */

static bool measurement_lost(const struct bms *bms)
{
    return !bms->measured.complete && bms->uptime_ms >= START_MS;
}

static bool sensor_lost(const struct bms *bms)
{
    return bms->measured.temp_fault && bms->uptime_ms >= START_MS;
}

static bool cell_count_wrong(const struct bms *bms)
{
    return bms->measured.cell_count_wrong && bms->measured.seen;
}

static bool current_broken(const struct bms *bms)
{
    return bms->measured.current_fault;
}

static bool settings_bad(const struct bms *bms)
{
    return bms->parameters_bad;
}

static bool password_unchanged(const struct bms *bms)
{
    return access_password_unchanged(&bms->params);
}

static const struct fault {
    bool (*active)(const struct bms *bms);
    uint8_t alarm;
    uint8_t blocks;
} faults[] = {
    {measurement_lost,   ALARM_coprocessor,          BLOCKS_BOTH   },
    {sensor_lost,        ALARM_temp_sensor,          BLOCKS_NOTHING},
    {cell_count_wrong,   ALARM_cell_count,           BLOCKS_BOTH   },
    {current_broken,     ALARM_current_sensor,       BLOCKS_BOTH   },
    {settings_bad,       ALARM_internal,             BLOCKS_HARD   },
    {password_unchanged, ALARM_password_not_changed, BLOCKS_NOTHING},
};

uint8_t faults_collect(const struct bms *bms, uint32_t alarms[ALARM_WORDS])
{
    uint8_t blocks = BLOCKS_NOTHING;
    for (size_t i = 0; i < COUNT(faults); i++) {
        if (!faults[i].active(bms))
            continue;
        alarm_put(alarms, (enum alarm)faults[i].alarm, true);
        blocks |= faults[i].blocks;
    }
    return blocks;
}
