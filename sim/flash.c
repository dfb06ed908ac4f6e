/* SPDX-License-Identifier: Apache-2.0
 * NOR flash with power cuts and bit rot. A byte whose programming is broken off has only the bits
 * of its lower half cleared; a broken erase has reached a part of the page.
 */
#include "sim/flash.h"

#include <string.h>

#include "base/result.h"

static uint32_t total_size(const struct sim_flash *sim)
{
    return sim->flash.page_size * sim->flash.page_count;
}

static bool lies_inside(const struct sim_flash *sim, uint32_t offset, uint32_t size)
{
    return offset <= total_size(sim) && size <= total_size(sim) - offset;
}

/* False when power fails in this step. */
static bool take_step(struct sim_flash *sim)
{
    if (sim->steps == sim->cut_at_step)
        sim->powered = false;
    else
        sim->steps++;
    return sim->powered;
}

static int read_bytes(void *context, uint32_t offset, void *bytes, uint32_t size)
{
    const struct sim_flash *sim = context;
    if (!sim->powered || !lies_inside(sim, offset, size))
        return RESULT_IO;
    memcpy(bytes, sim->bytes + offset, size);
    return RESULT_OK;
}

static int program_bytes(void *context, uint32_t offset, const void *bytes, uint32_t size)
{
    struct sim_flash *sim = context;
    const uint8_t *source = bytes;
    if (!sim->powered || !lies_inside(sim, offset, size))
        return RESULT_IO;
    sim->bad_programs += offset % SIM_FLASH_WORD_SIZE != 0 || size % SIM_FLASH_WORD_SIZE != 0;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t *cell = &sim->bytes[offset + i];
        if (!take_step(sim)) {
            *cell &= (uint8_t)(source[i] | 0xF0);
            return RESULT_IO;
        }
        sim->bad_programs += *cell != 0xFF;
        *cell &= source[i];
    }
    return RESULT_OK;
}

static int erase_page(void *context, uint32_t page)
{
    struct sim_flash *sim = context;
    if (!sim->powered || page >= sim->flash.page_count)
        return RESULT_IO;
    uint32_t size = sim->flash.page_size;
    sim->erase_counts[page]++;
    for (uint32_t done = 0; done < SIM_FLASH_ERASE_STEPS; done++) {
        uint32_t part = sim->erases_backwards ? SIM_FLASH_ERASE_STEPS - 1 - done : done;
        if (!take_step(sim))
            return RESULT_IO;
        memset(sim->bytes + page * size + part * (size / SIM_FLASH_ERASE_STEPS), 0xFF,
               size / SIM_FLASH_ERASE_STEPS);
    }
    return RESULT_OK;
}

void sim_flash_init(struct sim_flash *sim, uint8_t *bytes, uint32_t *erase_counts,
                    uint32_t page_size, uint32_t page_count)
{
    *sim = (struct sim_flash){
        .flash = {.context = sim,
                  .page_size = page_size,
                  .page_count = page_count,
                  .read = read_bytes,
                  .program = program_bytes,
                  .erase = erase_page},
        .bytes = bytes,
        .erase_counts = erase_counts,
        .cut_at_step = UINT64_MAX,
        .powered = true,
    };
    memset(bytes, 0xFF, total_size(sim));
    memset(erase_counts, 0, page_count * sizeof *erase_counts);
}

void sim_flash_cut_after(struct sim_flash *sim, uint64_t steps)
{
    sim->cut_at_step = sim->steps + steps;
}

void sim_flash_power_on(struct sim_flash *sim)
{
    sim->powered = true;
    sim->cut_at_step = UINT64_MAX;
}

void sim_flash_rot(struct sim_flash *sim, uint32_t offset, unsigned bit)
{
    sim->bytes[offset] ^= (uint8_t)(1u << bit);
}
