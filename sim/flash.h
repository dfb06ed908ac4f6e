/* SPDX-License-Identifier: Apache-2.0
 * A NOR flash in memory of the caller: programming only clears bits, erasing sets a page to FF.
 * Power can fail after any number of steps in the middle of a call: a programmed byte is one step,
 * an erase is SIM_FLASH_ERASE_STEPS. Bits can rot. Counts erases per page and whatever a flash with
 * error correction would refuse.
 */
#ifndef HEARTH_SIM_FLASH_H
#define HEARTH_SIM_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/flash.h"

#define SIM_FLASH_ERASE_STEPS 4
#define SIM_FLASH_WORD_SIZE 8 /* bytes that a flash with error correction programs at once */

struct sim_flash {
    struct flash flash; /* hand this to storage; must not move */
    uint8_t *bytes;
    uint32_t *erase_counts; /* per page, of completed and broken erases */
    uint64_t steps;         /* so far */
    uint64_t cut_at_step;   /* power fails when `steps` gets there; UINT64_MAX never */
    uint32_t bad_programs;  /* not in whole words, or a byte programmed twice without an erase */
    bool powered;
    bool erases_backwards; /* a broken erase has cleared the end of the page, not its beginning */
};

/* `bytes` holds page_size * page_count, `erase_counts` page_count. All becomes FF and 0. */
void sim_flash_init(struct sim_flash *sim, uint8_t *bytes, uint32_t *erase_counts,
                    uint32_t page_size, uint32_t page_count);

/* Lets the power fail in the step after this many more; the call in progress does a part of its
 * work, and every call fails with RESULT_IO until power is back. */
void sim_flash_cut_after(struct sim_flash *sim, uint64_t steps);
void sim_flash_power_on(struct sim_flash *sim);

/* One bit changes by itself. */
void sim_flash_rot(struct sim_flash *sim, uint32_t offset, unsigned bit);

#endif
