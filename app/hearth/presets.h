/* SPDX-License-Identifier: Apache-2.0
 * Presets of a pack by name, for the option --preset.
 */
#ifndef HEARTH_APP_HEARTH_PRESETS_H
#define HEARTH_APP_HEARTH_PRESETS_H

#include <argp.h>
#include <stdint.h>

#include "core/params.h"

struct preset {
    const char *name;
    const char *words;
    int32_t nominal_mah;
    int32_t weight_kg; /* 0: of the cells only, no model */
};

/* Help text of the option, with every name. */
#define PRESET_HELP "Kind of pack: 314, 320, standing or lying (314)"

/* Puts a preset into the settings; an unknown name ends the program with exit code 2. */
const struct preset *option_preset(const struct argp_state *state, const char *text,
                                   struct params *params);

#endif
