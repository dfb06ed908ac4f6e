/* SPDX-License-Identifier: Apache-2.0
 * The table of wire/can_scales.def.
 */
#include "wire/can_field.h"

const struct can_scale can_scales[CAN_SCALE_COUNT] = {
#define CAN_SCALE(name, num, den, offset) [name] = {num, offset, den},
#include "wire/can_scales.def"
#undef CAN_SCALE
};
