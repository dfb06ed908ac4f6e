/* SPDX-License-Identifier: Apache-2.0
 * What is done to a site by hand: cables, buttons, switches, power of the boards. A table to loop
 * over, like sim/fault_menu.h.
 */
#ifndef HEARTH_SITE_ACTION_H
#define HEARTH_SITE_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "site/site.h"

enum site_action_id {
#define ACTION(name, ...) SITE_ACTION_##name,
#include "site/actions.def"
    SITE_ACTION_COUNT
};

#define SITE_ACTION_ONCE INT32_MIN /* `usual` of what happens once */

struct site_action_row {
    const char *name;
    const char *label;
    bool of_pack;
    int32_t min;
    int32_t max;
    int32_t usual;
};

extern const struct site_action_row site_action_rows[SITE_ACTION_COUNT];

/* Number of an action; RESULT_UNKNOWN. */
int site_action_find(const char *name);

/* Does it to the pack at that position (0 for those of no pack). RESULT_OK; RESULT_UNKNOWN (action,
 * pack) or RESULT_BAD_VALUE, then nothing has changed. */
enum result site_act(struct site *site, enum site_action_id id, uint8_t pack, int32_t value);

#endif
