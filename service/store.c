/* SPDX-License-Identifier: Apache-2.0
 * Opens the files and reads from each, before its pack does, how much charge to put into the cells.
 * That look changes nothing: what has to be repaired is left to the pack, which tells it.
 */
#include "service/store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/result.h"
#include "core/storage.h"
#include "core/stored.h"

enum {
    UNKNOWN_MAH = -1,
    ROOM_FOR_STATE = 256,
    STATE_PAGES = STORE_PAGES - STORAGE_PARAMS_PAGES - EVENT_LOG_PAGES(STORE_PAGE_SIZE),
    PAGE_ERASES = 10000,
    TEN_YEARS_MIN = 3653 * 24 * 60
};
_Static_assert((long long)FLASH_LOG_PER_PAGE(STORE_PAGE_SIZE, ROOM_FOR_STATE) * STATE_PAGES *
                       PAGE_ERASES >=
                   TEN_YEARS_MIN,
               "a state a minute for ten years");

static int refuse_program(void *context, uint32_t offset, const void *bytes, uint32_t size)
{
    (void)context;
    (void)offset;
    (void)bytes;
    (void)size;
    return RESULT_IO;
}

static int refuse_erase(void *context, uint32_t page)
{
    (void)context;
    (void)page;
    return RESULT_IO;
}

/* What a memory holds, over what is in `params` and `stored`. */
static void look_into(const struct flash *flash, struct params *params, struct stored *stored)
{
    struct flash look = *flash;
    struct storage storage;
    struct params held = *params;
    uint8_t bytes[STORED_SIZE];
    uint32_t size;
    int other;
    look.program = refuse_program;
    look.erase = refuse_erase;
    storage_init(&storage, &look);
    storage_load_params(&storage, &held);
    if (params_check(&held, &other) < 0)
        *params = held;
    if (storage_load_state(&storage, bytes, sizeof(bytes), &size) == STORAGE_OK)
        stored_decode(stored, bytes, size);
}

/* The memory of the next pack. `params` leaves with the settings it holds. */
static int open_next(struct store *store, const char *path, struct site_setup *setup,
                     struct params *params, char *error)
{
    struct flash_file *file = &store->file[store->count];
    struct stored stored = {.remaining_mah = UNKNOWN_MAH};
    if (flash_file_open(file, path, STORE_PAGE_SIZE, STORE_PAGES, error) < 0)
        return RESULT_IO;
    look_into(&file->flash, params, &stored);
    setup->flash[store->count] = &file->flash;
    store->remaining_mah[store->count++] = stored.remaining_mah;
    return RESULT_OK;
}

/* Puts into the cells what their packs remember. */
static void charge_cells(const struct store *store, struct site_setup *setup)
{
    for (uint8_t i = 0; i < store->count; i++) {
        int64_t remaining = store->remaining_mah[i];
        if (remaining != UNKNOWN_MAH)
            setup->soc_permille[i] =
                clamp32(div_round(remaining * 1000, setup->params->nominal_mah), 0, 1000);
    }
}

int store_open_file(struct store *store, const char *path, struct site_setup *setup, char *error)
{
    struct params held = *setup->params;
    *store = (struct store){.params = *setup->params};
    if (!path || !*path)
        return RESULT_OK;
    if (open_next(store, path, setup, &held, error) < 0)
        return RESULT_IO;
    store->params.nominal_mah = held.nominal_mah;
    setup->params = &store->params;
    charge_cells(store, setup);
    return RESULT_OK;
}

static int open_all(struct store *store, const char *directory, struct site_setup *setup,
                    char *error)
{
    for (uint8_t i = 0; i < setup->pack_count; i++) {
        char path[PATH_MAX];
        struct params held = *setup->params;
        int size =
            snprintf(path, sizeof(path), "%s/pack-%02d.flash", directory, setup->first_dip + i);
        if (size >= (int)sizeof(path))
            return port_fail(error, "'%.80s...': the path is too long", directory);
        if (open_next(store, path, setup, &held, error) < 0)
            return RESULT_IO;
    }
    return RESULT_OK;
}

int store_open_directory(struct store *store, const char *path, struct site_setup *setup,
                         char *error)
{
    *store = (struct store){.count = 0};
    if (!path || !*path)
        return RESULT_OK;
    if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST)
        return port_fail_errno(error, "cannot make the directory '%.80s'", path);
    if (open_all(store, path, setup, error) < 0) {
        store_close(store);
        return RESULT_IO;
    }
    charge_cells(store, setup);
    return RESULT_OK;
}

int store_close(struct store *store)
{
    int result = RESULT_OK;
    while (store->count > 0) {
        if (flash_file_close(&store->file[--store->count]) < 0)
            result = RESULT_IO;
    }
    return result;
}
