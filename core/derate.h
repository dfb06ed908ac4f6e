/* SPDX-License-Identifier: Apache-2.0
 * Derating curves of core/derate.def: how much of a limit remains at a temperature or voltage.
 */
#ifndef HEARTH_CORE_DERATE_H
#define HEARTH_CORE_DERATE_H

#include <stddef.h>
#include <stdint.h>

enum curve {
    CURVE_charge_cold, /* x: coldest cell, ddegC */
    CURVE_charge_hot,  /* x: hottest cell */
    CURVE_discharge_cold,
    CURVE_discharge_hot,
    CURVE_switch_hot, /* x: switch temperature */
    CURVE_cell_high,  /* x: highest cell, mV */
    CURVE_cell_low,   /* x: lowest cell, mV */
    CURVE_COUNT
};

/* Permille that remains at x, 0..1000. */
int32_t derate_permille(enum curve curve, int32_t x);

#endif
