/* SPDX-License-Identifier: Apache-2.0
 * The SunSpec map of a battery: "SunS" at register 40000, models 1, 713, 802 and 803, the end.
 */
#ifndef HEARTH_PROTOCOLS_SUNSPEC_H
#define HEARTH_PROTOCOLS_SUNSPEC_H

#include "protocols/sunspec_model.h"

/* Registers; the models of a fixed size come first. The end lies behind the last string. */
enum {
    SUNSPEC_BASE = 40000,
    SUNSPEC_COMMON = 40002,
    SUNSPEC_STORAGE = 40070,
    SUNSPEC_BATTERY = 40079,
    SUNSPEC_BANK = 40143,
    SUNSPEC_STRINGS = 40171,
};

enum { SUNSPEC_MODEL_COUNT = 6 }; /* marker and end included */

extern const struct sunspec_model sunspec_models[SUNSPEC_MODEL_COUNT];

#endif
