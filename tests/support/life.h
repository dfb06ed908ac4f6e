/* SPDX-License-Identifier: Apache-2.0
 * A pack in a random world: sensor values, commands, presses of the button, faults and short
 * circuits, in steps of 1 ms to 60 s. Every life has a number and repeats itself exactly.
 */
#ifndef HEARTH_TESTS_SUPPORT_LIFE_H
#define HEARTH_TESTS_SUPPORT_LIFE_H

#include "tests/support/rig.h"

#define LIFE_WAYS 2 /* charge, discharge */

/* What was seen up to the last step, for one direction. */
struct watched {
    bool closed;
    bool barred; /* by a protection or by its switch in the settings */
    int32_t limit_ma;
    uint32_t clear_ms; /* since a protection last blocked it in a pack that was on */
};

struct life {
    struct rig rig;
    uint64_t random;
    bool calm;
    bool sleepy; /* hours without current, charger or request */
    uint32_t number;
    uint32_t step;
    uint32_t dt_ms;
    /* memory of who checks the invariants */
    bool complete_seen;
    bool voltage_published;
    uint64_t emergency_ms; /* of the present one */
    uint64_t emergency_most_ms;
    uint32_t accepted;   /* settings that commands have changed */
    uint32_t sessions;   /* by which: a bit per enum session */
    uint32_t pending_ms; /* time the limits of this step cover */
    struct watched watched[LIFE_WAYS];
    bool rule_active[RULE_COUNT];
    uint32_t rule_free_ms[RULE_COUNT];
};

void life_begin(struct life *life, uint32_t number, int32_t soc_permille);
void life_step(struct life *life);

#endif
