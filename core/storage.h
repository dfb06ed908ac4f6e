/* SPDX-License-Identifier: Apache-2.0
 * What a pack remembers, over a struct flash: its settings in two copies, its state (charge,
 * learned values, locks) spread over many pages, its events. A power cut in any write leaves the
 * old or the new, whole. Never checks whether settings make sense: that is params_check()'s.
 */
#ifndef HEARTH_CORE_STORAGE_H
#define HEARTH_CORE_STORAGE_H

#include "core/event_log.h"
#include "core/params.h"

#define STORAGE_PAGE_SIZE_MIN 2048
#define STORAGE_PAGE_SIZE_MAX 65536
#define STORAGE_STATE_SIZE_MAX 512
#define STORAGE_PARAMS_PAGES 2    /* the two copies */
#define STORAGE_STATE_PAGES_MIN 4 /* the state gets all pages that are left */

/* Pages that the areas need at least. */
#define STORAGE_PAGES_MIN(page_size)                                                               \
    (STORAGE_PARAMS_PAGES + EVENT_LOG_PAGES(page_size) + STORAGE_STATE_PAGES_MIN)

enum storage_trouble {
    STORAGE_OK,
    STORAGE_BLANK,    /* nothing was ever stored: the first start */
    STORAGE_REPAIRED, /* one copy of the settings was bad and has been written anew */
    STORAGE_ONE_COPY, /* likewise, but that failed: the next damage loses the settings */
    STORAGE_BOTH_BAD, /* something was stored and nothing of it is left; charging and discharging
                       * stay blocked until somebody confirms the settings */
    STORAGE_FAILED,   /* the flash could not be read: settings are the defaults */
};

enum storage_area { STORAGE_PARAMS, STORAGE_EVENTS, STORAGE_STATE, STORAGE_AREA_COUNT };

/* Since the flash was new, as far as the headers of its pages are readable. */
struct storage_wear {
    uint32_t erases;  /* of all pages of the area; they wear evenly */
    uint32_t records; /* written completely */
    uint32_t pages;   /* of the area */
};

struct storage {
    struct flash_log params;
    struct event_log events; /* for event_log_put(), event_log_count(), event_log_get() */
    struct flash_log state;
};

/* Finds what is stored; `flash` outlives the storage. Returns 0, RESULT_NO_SPACE (flash too small,
 * or pages of a size that does not fit), or RESULT_IO (some of it could not be read, as a flash
 * with error correction says of a word whose programming was broken off; use what was found). */
int storage_init(struct storage *storage, const struct flash *flash);

/* Replaces what is stored in `params` and sets the `have` bits of these rows; what is not stored
 * keeps the value it has, so begin with params_init(). Rows that nobody may write (ACCESS_READ)
 * belong to the firmware and are never stored. Writes only to repair a copy. */
enum storage_trouble storage_load_params(struct storage *storage, struct params *params);

/* Writes both copies, one after the other. Returns 0 or RESULT_IO: then the old or the new settings
 * are loaded next time. Takes two page erases. */
int storage_save_params(struct storage *storage, const struct params *params);

/* Copies the newest state, at most `capacity` bytes; `*size` is how many. STORAGE_OK, _BLANK,
 * _BOTH_BAD (there was a state) or _FAILED; then `*size` is 0. */
enum storage_trouble storage_load_state(struct storage *storage, uint8_t *bytes, uint32_t capacity,
                                        uint32_t *size);

/* `size` is 1..STORAGE_STATE_SIZE_MAX. Returns 0, RESULT_NO_SPACE (too large or nothing) or
 * RESULT_IO: then the old state is loaded next time. */
int storage_save_state(struct storage *storage, const uint8_t *bytes, uint32_t size);

struct storage_wear storage_wear(const struct storage *storage, enum storage_area area);

/* How many states of `size` bytes can be saved until every page has been erased `erases` times. */
uint64_t storage_state_endurance(const struct storage *storage, uint32_t size, uint32_t erases);

/* The key under which a setting is stored: FNV-1a of its name. */
uint32_t storage_key(const char *name);

#endif
