/* SPDX-License-Identifier: Apache-2.0
 * A row of the pick list together with what other tables say of it: its protocol, bit rate, number
 * of the setting can_protocol, and whether a straight cable meets the pins of the brand's socket.
 */
#ifndef HEARTH_UI_BRAND_H
#define HEARTH_UI_BRAND_H

#include "protocols/brands.h"
#include "ui/cable.h"
#include "ui/writer.h"

#define BRAND_PINS_SIZE_MAX 80 /* bytes of a pin warning */

/* How the brand's socket compares with the pack's. */
enum brand_pins {
    BRAND_PINS_UNKNOWN, /* no document tells them */
    BRAND_PINS_FIT,     /* a straight patch cable works */
    BRAND_PINS_SWAPPED, /* the two data lines are exchanged */
    BRAND_PINS_DIFFER,  /* they lie elsewhere */
};

/* The profile, NULL for serial protocols and for rows without a protocol. */
const struct can_protocol *brand_profile(const struct brand *brand);

/* The number that the setting can_protocol takes for this row, its own or another's; -1: none. */
int brand_choice(const struct brand *brand);

/* NULL when there is no row for it. */
const struct cable_socket *brand_socket(const struct brand *brand);

enum brand_pins brand_pins(const struct brand *brand);

/* "swap CAN-H/CAN-L: hearth cable SMA", "pins not known", or nothing where a straight cable fits.
 */
void brand_pins_warning(struct text_writer *writer, const struct brand *brand);

#endif
