/* SPDX-License-Identifier: Apache-2.0
 * The pick list of brands from brands.def: which protocol an inverter wants, what to choose in its
 * menu, what to mind; and the numbers by which a pack's setting names its CAN protocol.
 */
#ifndef HEARTH_PROTOCOLS_BRANDS_H
#define HEARTH_PROTOCOLS_BRANDS_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/protocols.h"

#define BRAND_NO_PROTOCOL "-"

struct brand {
    const char *brand;
    const char *use; /* "NAME" or "NAME:PROFILE", or BRAND_NO_PROTOCOL */
    const char *tested_by_maker;
    const char *menu;
    const char *advice;
    int16_t number; /* of the setting can_protocol, on RS485 of protocols/uarts.def; -1: none */
    uint8_t bus;    /* enum bus */
};

extern const struct brand brands[];
extern const size_t brand_count;

/* The CAN protocol behind a number of the setting can_protocol, or NULL. */
const struct can_protocol *brand_can(int32_t number);

/* Of its bus with this protocol, bit/s or baud; 0: not known. */
uint32_t brand_bitrate(const struct brand *brand);

/* The number of a CAN protocol, or -1. */
int brand_number(const struct can_protocol *can);

#endif
