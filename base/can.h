/* SPDX-License-Identifier: Apache-2.0
 * One classic CAN data frame, independent of any driver.
 */
#ifndef HEARTH_BASE_CAN_H
#define HEARTH_BASE_CAN_H

#include <stdbool.h>
#include <stdint.h>

struct can_frame {
    uint32_t id;   /* 11 or 29 bits */
    bool extended; /* 29-bit identifier */
    uint8_t size;  /* 0..8 */
    uint8_t data[8];
};

#endif
