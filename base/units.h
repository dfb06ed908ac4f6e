/* SPDX-License-Identifier: Apache-2.0
 * Units of the product. One table, base/units.def, feeds the enum here and the names in ui.
 */
#ifndef HEARTH_BASE_UNITS_H
#define HEARTH_BASE_UNITS_H

enum unit {
#define UNIT(id, symbol) UNIT_##id,
#include "base/units.def"
#undef UNIT
    UNIT_KIND_COUNT
};

#endif
