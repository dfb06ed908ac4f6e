/* SPDX-License-Identifier: Apache-2.0
 * The table of presets. A preset sets what differs between packs of the same board: the capacity.
 */
#include "app/hearth/presets.h"

#include <string.h>

#include "base/number.h"

static const struct preset presets[] = {
#define PRESET(name, nominal_mah, weight_kg, words) {name, words, nominal_mah, weight_kg},
#include "app/hearth/presets.def"
#undef PRESET
};

const struct preset *option_preset(const struct argp_state *state, const char *text,
                                   struct params *params)
{
    for (size_t i = 0; i < COUNT(presets); i++) {
        if (strcmp(text, presets[i].name) != 0)
            continue;
        params->nominal_mah = presets[i].nominal_mah;
        return &presets[i];
    }
    argp_error(state, "--preset '%s': 314, 320, standing or lying is expected", text);
    return NULL;
}
