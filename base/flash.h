/* SPDX-License-Identifier: Apache-2.0
 * What storage needs from a flash memory: three callbacks and its geometry. Implemented by port,
 * sim and tests. Offsets are bytes from the start of our area; program only clears bits.
 */
#ifndef HEARTH_BASE_FLASH_H
#define HEARTH_BASE_FLASH_H

#include <stdint.h>

struct flash {
    void *context;
    uint32_t page_size; /* erase unit, bytes */
    uint32_t page_count;
    /* Each returns 0 or a negative enum result; a failed call may have done a part of its work. */
    int (*read)(void *context, uint32_t offset, void *bytes, uint32_t size);
    int (*program)(void *context, uint32_t offset, const void *bytes, uint32_t size);
    int (*erase)(void *context, uint32_t page);
};

#endif
