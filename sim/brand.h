/* SPDX-License-Identifier: Apache-2.0
 * What the brand of an inverter makes of a battery: when it takes part, what it allows itself, what
 * it does when the battery falls silent. A brand is a const row of inverter_brands.def; everything
 * here is a pure function of that row, the values received and their ages. No byte is known here.
 */
#ifndef HEARTH_SIM_BRAND_H
#define HEARTH_SIM_BRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"

#define SIM_AGE_NEVER UINT32_MAX
#define SIM_UNLIMITED INT32_MAX

enum sim_inverter_state {
    SIM_INVERTER_NO_BMS, /* nothing heard since start */
    SIM_INVERTER_SYNC,   /* hears the battery, waits for a complete set */
    SIM_INVERTER_RUN,
    SIM_INVERTER_LOST, /* heard it once */
};

enum sim_lost {
    SIM_LOST_STOPS,
    SIM_LOST_MAY_GO_ON,   /* by its own voltage settings, with SIM_GOES_ON */
    SIM_LOST_DEFAULTS,    /* 54 V and no current */
    SIM_LOST_CUTS_OUTPUT, /* the household is dark */
};

enum sim_quirk {
    SIM_CARELESS = 0x01,       /* may take a current limit of 0 for none, with SIM_IGNORES_ZERO */
    SIM_NO_PERMISSIONS = 0x02, /* looks at limits only */
    SIM_ALARM_STOPS = 0x04,    /* standby while the battery reports any alarm */
    SIM_FREE_DISCHARGE = 0x08, /* no discharge limit off grid, nor above the charge voltage */
    SIM_ZERO_BY_COUNT = 0x10,  /* takes a current limit of 0 for not said: so much per pack */
    SIM_ZERO_VOLTAGE_DUMPS = 0x20, /* takes a charge voltage of 0 as it stands: discharges */
    SIM_NO_FLOOR = 0x40,           /* the discharge voltage is for information */
    SIM_OWN_CODES = 0x80,          /* shows the battery's alarms by numbers of its own */
    SIM_MUTE = 0x100,              /* sends nothing to the battery */
};

/* Settings of an inverter and its place; a set. */
enum sim_option {
    SIM_IGNORES_ZERO = 1,
    SIM_GOES_ON = 2,
    SIM_OFF_GRID = 4,
};

struct sim_brand {
    const char *name;
    const char *title;
    const char *protocol; /* "NAME" or "NAME:PROFILE" */
    uint32_t limits_ms;
    uint32_t state_ms;
    uint32_t cycle_ms;
    uint32_t ramp_ms;
    uint32_t follow_ms;
    uint8_t lost;    /* enum sim_lost */
    uint16_t quirks; /* enum sim_quirk */
    const char *limits_text;
    const char *state_text;
    const char *wrong_text; /* NULL: says nothing */
};

/* Ages of the last good frames with current limits and with the state of charge. */
struct sim_link {
    uint32_t limits_age_ms;
    uint32_t state_age_ms;
    uint32_t wrong_count; /* frames with impossible values so far */
};

struct sim_situation {
    const struct snapshot *received; /* may be NULL before anything came */
    struct sim_link link;
    uint8_t state;      /* enum sim_inverter_state */
    uint8_t options;    /* enum sim_option */
    uint32_t state_ms;  /* time in it */
    uint32_t steady_ms; /* without a missed cycle */
    int32_t terminal_mv;
};

/* What an inverter allows itself. Currents are >= 0. */
struct sim_orders {
    int32_t charge_mv; /* 0: as before */
    int32_t charge_ma;
    int32_t discharge_mv;
    int32_t discharge_ma;
    bool force_charge;
    bool dump;       /* it empties the battery whatever the household needs */
    bool output_off; /* no household */
};

extern const struct sim_brand sim_brands[];
extern const size_t sim_brand_count;

/* NULL when there is none. */
const struct sim_brand *sim_brand_find(const char *name);

/* Who stands for a protocol and profile; the first row if nobody does. */
const struct sim_brand *sim_brand_of_protocol(const char *name, const char *profile);

/* Frames came without a gap longer than the brand's cycle. */
bool sim_brand_is_steady(const struct sim_brand *brand, const struct sim_link *link);

enum sim_inverter_state sim_brand_next(const struct sim_brand *brand,
                                       const struct sim_situation *now);

void sim_brand_orders(const struct sim_brand *brand, const struct sim_situation *now,
                      struct sim_orders *orders);

/* Each is a reason for the display: the frames are too old, or did not come in time at all. */
bool sim_brand_limits_lost(const struct sim_brand *brand, const struct sim_situation *now);
bool sim_brand_state_lost(const struct sim_brand *brand, const struct sim_situation *now);

#endif
