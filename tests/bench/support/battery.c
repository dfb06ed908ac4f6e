/* SPDX-License-Identifier: Apache-2.0
 * The numbers of that battery. What no row names is known and 0: flags not set, no reason, first
 * index, none of them missing.
 */
#include "tests/bench/support/battery.h"

#include <stddef.h>

#include "base/number.h"

enum { CELLS = 16, TEMPS = 5, WIRE_MOHM = 60 };

static const struct {
    enum value_id id;
    int32_t value;
} values[] = {
    {VALUE_pack_mv,             53120  },
    {VALUE_pack_ma,             -42300 },
    {VALUE_power_w,             -2247  },
    {VALUE_soc_permille,        640    },
    {VALUE_soh_permille,        990    },
    {VALUE_remaining_mah,       200960 },
    {VALUE_full_mah,            314000 },
    {VALUE_cycle_count,         57     },
    {VALUE_cycle_mah,           1789800},
    {VALUE_cell_count,          CELLS  },
    {VALUE_cell_present_mask,   0xFFFF },
    {VALUE_cell_mean_mv,        3320   },
    {VALUE_cell_spread_mv,      15     },
    {VALUE_cell_min_mv,         3312   },
    {VALUE_cell_max_mv,         3327   },
    {VALUE_cell_max_index,      15     },
    {VALUE_cell_max_pack,       3      },
    {VALUE_temp_mean_ddegc,     242    },
    {VALUE_temp_min_ddegc,      240    },
    {VALUE_temp_max_ddegc,      244    },
    {VALUE_mos_ddegc,           310    },
    {VALUE_temp_sensor_mask,    0x3F   },
    {VALUE_charge_limit_mv,     56800  },
    {VALUE_charge_limit_ma,     150000 },
    {VALUE_discharge_limit_mv,  44800  },
    {VALUE_discharge_limit_ma,  150000 },
    {VALUE_charge_allowed,      1      },
    {VALUE_discharge_allowed,   1      },
    {VALUE_charge_on,           1      },
    {VALUE_discharge_on,        1      },
    {VALUE_run_time_s,          8640000},
    {VALUE_uptime_s,            86400  },
    {VALUE_pack_count,          4      },
    {VALUE_packs_online,        4      },
    {VALUE_pack_fresh_mask,     0xF    },
    {VALUE_pack_charge_mask,    0xF    },
    {VALUE_pack_discharge_mask, 0xF    },
};

void bench_battery(struct snapshot *battery)
{
    snapshot_init(battery);
    for (int id = 0; id < VALUE_SCALAR_COUNT; id++)
        snapshot_put(battery, (enum value_id)id, 0);
    for (size_t i = 0; i < COUNT(values); i++)
        snapshot_put(battery, values[i].id, values[i].value);
    for (int i = 0; i < CELLS; i++) {
        snapshot_put(battery, (enum value_id)(VALUE_cell_mv + i), 3312 + i);
        snapshot_put(battery, (enum value_id)(VALUE_wire_mohm + i), WIRE_MOHM + i);
    }
    for (int i = 0; i < TEMPS; i++)
        snapshot_put(battery, (enum value_id)(VALUE_temp_ddegc + i), 240 + i);
    snapshot_set_have(battery, VALUE_alarms, true);
    snapshot_set_have(battery, VALUE_warnings, true);
}
