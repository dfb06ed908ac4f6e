/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of core/storage.c over any image: the input is a list of steps (a byte and its
 * operands) that save, cut the power, rot bits, overwrite, and set right the CRCs of what was
 * overwritten, so that the fields behind them are reached. Loading gives a defined result, twice
 * the same, and what is saved then comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/result.h"
#include "core/storage.h"
#include "sim/flash.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum {
    PAGE_SIZE = STORAGE_PAGE_SIZE_MIN,
    PAGE_COUNT = STORAGE_PAGES_MIN(PAGE_SIZE),
    STEP_SIZE = 8,
    STEPS_MAX = 20,
};

struct bench {
    struct sim_flash sim;
    struct storage storage;
    uint8_t bytes[PAGE_SIZE * PAGE_COUNT];
    uint32_t erase_counts[PAGE_COUNT];
};

static void check(bool good)
{
    if (!good)
        abort();
}

static void restart(struct bench *bench)
{
    sim_flash_power_on(&bench->sim);
    check(storage_init(&bench->storage, &bench->sim.flash) == RESULT_OK);
}

static void save_params(struct bench *bench, int32_t value)
{
    struct params params;
    params_init(&params);
    params.cell_ovp_mv = value;
    storage_save_params(&bench->storage, &params);
}

static void save_states(struct bench *bench, uint8_t count, uint8_t value)
{
    uint8_t state[100];
    memset(state, value, sizeof state);
    for (unsigned i = 0; i < count; i++)
        storage_save_state(&bench->storage, state, sizeof state);
}

static void save_events(struct bench *bench, uint8_t count, uint32_t time_s)
{
    struct event event = {.time_s = time_s};
    for (unsigned i = 0; i < count; i++)
        event_log_put(&bench->storage.events, &event);
}

/* The area that a page belongs to. */
static uint8_t area_of(uint32_t page)
{
    if (page < STORAGE_PARAMS_PAGES)
        return STORAGE_PARAMS;
    return page < STORAGE_PARAMS_PAGES + EVENT_LOG_PAGES(PAGE_SIZE) ? STORAGE_EVENTS
                                                                    : STORAGE_STATE;
}

/* Sequence numbers are compared across their wrap, which has a meaning only while all of them lie
 * in one half of the range. */
static void bound_sequence(uint8_t *bytes)
{
    bytes[3] &= 0x3F;
}

/* Makes whatever stands at the start of a page a good page header. */
static void seal_page(struct bench *bench, uint32_t page)
{
    uint8_t *header = bench->bytes + page * PAGE_SIZE;
    put_u32le(header, 0x48544C50);
    put_u16le(header + 4, FLASH_LOG_VERSION);
    put_u16le(header + 6, area_of(page));
    bound_sequence(header + 8);
    bound_sequence(header + 12);
    put_u32le(header + 20, crc32(header, 20));
}

/* Makes whatever stands at a word of a page a good record, if there is room for its size. */
static void seal_record(struct bench *bench, uint32_t page, uint32_t offset)
{
    uint8_t *record = bench->bytes + page * PAGE_SIZE + offset;
    uint32_t size = get_u16le(record + 2);
    if (offset + FLASH_LOG_RECORD_EXTRA_SIZE + size > PAGE_SIZE)
        return;
    put_u16le(record, 0x5248);
    bound_sequence(record + 4);
    put_u32le(record + 8 + size, crc32(record, 8 + size));
}

static void take_step(struct bench *bench, const uint8_t *step)
{
    uint32_t offset = get_u16le(step + 2) % sizeof bench->bytes;
    uint32_t page = step[1] % PAGE_COUNT;
    uint32_t place = page * PAGE_SIZE + offset % (PAGE_SIZE - 4);
    switch (step[0] % 9) {
    case 0:
        save_params(bench, step[1]);
        break;
    case 1:
        save_states(bench, step[1], step[2]);
        break;
    case 2:
        save_events(bench, step[1], get_u32le(step + 4));
        break;
    case 3:
        bench->sim.erases_backwards = step[1] & 1;
        sim_flash_cut_after(&bench->sim, offset);
        break;
    case 4:
        sim_flash_rot(&bench->sim, place, step[4] % 8);
        break;
    case 5:
        memcpy(bench->bytes + place, step + 4, 4);
        break;
    case 6:
        seal_record(bench, page, place % PAGE_SIZE / FLASH_LOG_WORD_SIZE * FLASH_LOG_WORD_SIZE);
        break;
    case 7:
        seal_page(bench, page);
        break;
    default:
        restart(bench);
    }
}

static void check_events(struct bench *bench)
{
    struct event event;
    uint32_t count = event_log_count(&bench->storage.events);
    check(event_log_get(&bench->storage.events, count, &event) == RESULT_UNKNOWN);
    for (uint32_t i = 0; i < count; i += 1 + count / 8)
        check(event_log_get(&bench->storage.events, i, &event) == RESULT_OK);
    event = (struct event){.time_s = 12345, .value = -1};
    check(event_log_put(&bench->storage.events, &event) == RESULT_OK);
}

static void check_params(struct bench *bench)
{
    struct params first, again;
    params_init(&first);
    params_init(&again);
    enum storage_trouble trouble = storage_load_params(&bench->storage, &first);
    check(trouble == STORAGE_OK || trouble == STORAGE_BLANK || trouble == STORAGE_REPAIRED ||
          trouble == STORAGE_BOTH_BAD);
    restart(bench);
    trouble = storage_load_params(&bench->storage, &again);
    check(trouble == STORAGE_OK || trouble == STORAGE_BLANK || trouble == STORAGE_BOTH_BAD);
    check(memcmp(first.value, again.value, sizeof first.value) == 0);
    first.cell_ovp_mv = 77;
    check(storage_save_params(&bench->storage, &first) == RESULT_OK);
    restart(bench);
    check(storage_load_params(&bench->storage, &again) == STORAGE_OK && again.cell_ovp_mv == 77);
}

static void check_state(struct bench *bench)
{
    uint8_t state[STORAGE_STATE_SIZE_MAX];
    uint32_t size;
    enum storage_trouble trouble = storage_load_state(&bench->storage, state, sizeof state, &size);
    check(trouble == STORAGE_OK || trouble == STORAGE_BLANK || trouble == STORAGE_BOTH_BAD);
    check(size <= sizeof state && (size > 0) == (trouble == STORAGE_OK));
    check(storage_save_state(&bench->storage, (const uint8_t *)"new", 3) == RESULT_OK);
    restart(bench);
    check(storage_load_state(&bench->storage, state, sizeof state, &size) == STORAGE_OK);
    check(size == 3 && memcmp(state, "new", 3) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct bench bench;
    sim_flash_init(&bench.sim, bench.bytes, bench.erase_counts, PAGE_SIZE, PAGE_COUNT);
    restart(&bench);
    for (size_t i = 0; i < STEPS_MAX && (i + 1) * STEP_SIZE <= size; i++)
        take_step(&bench, bytes + i * STEP_SIZE);
    restart(&bench);
    check_params(&bench);
    check_state(&bench);
    check_events(&bench);
    return 0;
}
