/* SPDX-License-Identifier: Apache-2.0
 * Dry contacts and the alarm of the buzzer: which of the sources in core/contacts.def closes them.
 * At the trigger a source is active, at the release no longer; a release on the wrong side of the
 * trigger acts like one equal to it. A source whose value is not known keeps its state.
 *
 * Setting contact_intermittent: a contact that closes on its source pulses, 500 ms of every second.
 * Setting contact_inverted: contact 1 is closed while the pack runs and its source is not active,
 * and opens steadily when it is; a dead board reads as alarm.
 */
#ifndef HEARTH_CORE_CONTACTS_H
#define HEARTH_CORE_CONTACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alarms.h"
#include "core/measure.h"
#include "core/params.h"

enum contact_source {
#define SOURCE(number, name, ...) SOURCE_##name = number,
#include "core/contacts.def"
#undef SOURCE
    SOURCE_COUNT
};

enum contact_value {
    CONTACT_NONE,
    CONTACT_SOC_PERMILLE,
    CONTACT_PACK_MV,
    CONTACT_CELL_MAX_MV,
    CONTACT_CELL_MIN_MV,
    CONTACT_CHARGE_MA,    /* >= 0 */
    CONTACT_DISCHARGE_MA, /* >= 0 */
    CONTACT_TEMP_MAX_DDEGC,
    CONTACT_TEMP_MIN_DDEGC,
    CONTACT_MOS_DDEGC,
    CONTACT_VALUE_COUNT
};

enum contact_kind { CONTACT_COMPARES, CONTACT_FOLLOWS, CONTACT_EITHER };
enum contact_side { CONTACT_OVER, CONTACT_UNDER };

/* A const row of the table. */
struct contact_source_info {
    uint8_t kind;  /* enum contact_kind */
    uint8_t value; /* enum contact_value */
    uint8_t side;  /* enum contact_side */
    uint8_t factor;
};

extern const struct contact_source_info contact_source_info[SOURCE_COUNT];

enum contact { CONTACT_DRY1, CONTACT_DRY2, CONTACT_BUZZER, CONTACT_COUNT };

struct contact_conditions {
    int32_t value[CONTACT_VALUE_COUNT];
    uint32_t known_mask;          /* a bit per enum contact_value */
    uint32_t alarms[ALARM_WORDS]; /* active protections and faults */
    uint8_t remote_mask;          /* a bit per enum contact: closed by command */
    bool running;                 /* the pack is on; else every contact is open */
};

struct contact_state {
    bool active;       /* its source says so */
    uint8_t source;    /* enum contact_source that it belongs to */
    uint32_t phase_ms; /* of the pulse, 0..999 */
};

struct contacts {
    bool dry1; /* closed */
    bool dry2;
    bool buzzer; /* alarm for the buzzer */
    struct contact_state state[CONTACT_COUNT];
};

/* Values and known_mask from what was measured; the other members are left alone. */
void contact_conditions_measure(struct contact_conditions *conditions,
                                const struct measured *measured, int32_t soc_permille);

void contacts_init(struct contacts *contacts);
void contacts_step(struct contacts *contacts, const struct contact_conditions *conditions,
                   const struct params *params, uint32_t dt_ms);

#endif
