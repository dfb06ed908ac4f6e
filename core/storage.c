/* SPDX-License-Identifier: Apache-2.0
 * Three areas of flash, in the order of their pages: settings (two pages, a copy in each), events,
 * state. Settings are entries of key, size and value; the key is a hash of the name, so that a
 * setting may be added, removed or moved in the tables without losing the others. An entry that is
 * not known, or whose size does not fit, is passed over.
 */
#include "core/storage.h"

#include "base/bytes.h"
#include "base/number.h"

enum {
    KEY_SIZE = 4,
    ENTRY_EXTRA_SIZE = KEY_SIZE + 1, /* and the size of the value */
    NUMBER_SIZE = 4,
    VALUE_SIZE_MAX = 64, /* of a text */
    WRITE_TRIES = 2,
    /* All settings as stored; those that nobody writes are not. */
    PARAMS_SIZE = 0
#define PARAM(name, unit, initial, min, max, access, label)                                        \
    +(ACCESS_##access != ACCESS_READ) * (ENTRY_EXTRA_SIZE + NUMBER_SIZE)
#include "core/params.def"
#undef PARAM
#define TEXT_PARAM(name, size, initial, access, secret, label)                                     \
    +(ACCESS_##access != ACCESS_READ) * (ENTRY_EXTRA_SIZE + (size))
#include "core/texts.def"
#undef TEXT_PARAM
};

_Static_assert(FLASH_LOG_PAGE_HEADER_SIZE + FLASH_LOG_RECORD_SIZE(PARAMS_SIZE) <=
                   STORAGE_PAGE_SIZE_MIN,
               "the settings fit into the smallest page");
#define TEXT_PARAM(name, size, ...)                                                                \
    _Static_assert((size) <= VALUE_SIZE_MAX, "the text fits into an entry");
#include "core/texts.def"
#undef TEXT_PARAM

uint32_t storage_key(const char *name)
{
    uint32_t key = 2166136261u;
    for (; *name != '\0'; name++)
        key = (key ^ (uint8_t)*name) * 16777619u;
    return key;
}

int storage_init(struct storage *storage, const struct flash *flash)
{
    uint32_t size = flash->page_size;
    *storage = (struct storage){0};
    if (size < STORAGE_PAGE_SIZE_MIN || size > STORAGE_PAGE_SIZE_MAX ||
        size % FLASH_LOG_WORD_SIZE != 0 || flash->page_count < STORAGE_PAGES_MIN(size) ||
        flash->page_count > UINT32_MAX / size)
        return RESULT_NO_SPACE;
    uint32_t state_page = STORAGE_PARAMS_PAGES + EVENT_LOG_PAGES(size);
    storage->params = (struct flash_log){.flash = flash,
                                         .page_count = STORAGE_PARAMS_PAGES,
                                         .area = STORAGE_PARAMS,
                                         .page_per_record = true};
    storage->state = (struct flash_log){.flash = flash,
                                        .first_page = state_page,
                                        .page_count = flash->page_count - state_page,
                                        .area = STORAGE_STATE};
    int params = flash_log_init(&storage->params);
    int events = event_log_init(&storage->events, flash, STORAGE_PARAMS_PAGES, STORAGE_EVENTS);
    int state = flash_log_init(&storage->state);
    return params < 0 || events < 0 || state < 0 ? RESULT_IO : RESULT_OK;
}

static void put_entry(struct flash_writer *writer, const char *name, const void *value, size_t size)
{
    uint8_t head[ENTRY_EXTRA_SIZE];
    put_u32le(head, storage_key(name));
    head[KEY_SIZE] = (uint8_t)size;
    flash_log_put(writer, head, sizeof head);
    flash_log_put(writer, value, (uint32_t)size);
}

static int write_copy(struct storage *storage, const struct params *params)
{
    struct flash_writer writer;
    flash_log_begin(&storage->params, &writer, PARAMS_SIZE);
    for (int id = 0; id < PARAM_COUNT; id++) {
        uint8_t number[NUMBER_SIZE];
        put_u32le(number, (uint32_t)params->value[id]);
        if (param_info[id].access != ACCESS_READ)
            put_entry(&writer, param_info[id].name, number, sizeof number);
    }
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        const struct text_param_info *info = &text_param_info[id];
        if (info->access != ACCESS_READ)
            put_entry(&writer, info->name, params_text_const(params, (enum text_param_id)id),
                      info->size);
    }
    return flash_log_end(&writer);
}

static int write_copy_surely(struct storage *storage, const struct params *params)
{
    int result = RESULT_IO;
    for (int i = 0; i < WRITE_TRIES && result < 0; i++)
        result = write_copy(storage, params);
    return result;
}

int storage_save_params(struct storage *storage, const struct params *params)
{
    for (int copy = 0; copy < STORAGE_PARAMS_PAGES; copy++) {
        int result = write_copy_surely(storage, params);
        if (result < 0)
            return result;
    }
    return RESULT_OK;
}

/* Hands a stored value over; false if no setting has this key. Settings are stored in the order of
 * their table: the search goes on behind the `*last` one found. */
static bool take_number(struct params *params, uint32_t key, const uint8_t *value, int *last)
{
    for (int i = 1; i <= PARAM_COUNT; i++) {
        int id = (*last + i) % PARAM_COUNT;
        if (param_info[id].access == ACCESS_READ || storage_key(param_info[id].name) != key)
            continue;
        params_put(params, (enum param_id)id, (int32_t)get_u32le(value));
        *last = id;
        return true;
    }
    return false;
}

static void take_text(struct params *params, uint32_t key, const uint8_t *value, size_t size)
{
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        const struct text_param_info *info = &text_param_info[id];
        if (info->access != ACCESS_READ && storage_key(info->name) == key && size <= info->size)
            params_put_text(params, (enum text_param_id)id, (const char *)value, size);
    }
}

/* Returns 0 or RESULT_IO. A broken list of entries ends early. */
static int read_copy(struct storage *storage, struct params *params)
{
    const struct flash_record *record = &storage->params.newest;
    uint32_t at = 0;
    int last = PARAM_COUNT - 1;
    while (at + ENTRY_EXTRA_SIZE <= record->size) {
        uint8_t head[ENTRY_EXTRA_SIZE], value[VALUE_SIZE_MAX];
        if (flash_log_read(&storage->params, record, at, head, sizeof head) < 0)
            return RESULT_IO;
        uint32_t size = head[KEY_SIZE];
        at += ENTRY_EXTRA_SIZE + size;
        if (size > sizeof value || at > record->size)
            continue;
        if (flash_log_read(&storage->params, record, at - size, value, size) < 0)
            return RESULT_IO;
        if (size != NUMBER_SIZE || !take_number(params, get_u32le(head), value, &last))
            take_text(params, get_u32le(head), value, size);
    }
    return RESULT_OK;
}

static enum storage_trouble trouble_of_nothing(struct flash_log *log)
{
    bool used = false;
    for (uint32_t page = 0; page < log->page_count; page++)
        used = used || flash_log_was_used(log, page);
    if (log->read_errors > 0)
        return STORAGE_FAILED;
    return used ? STORAGE_BOTH_BAD : STORAGE_BLANK;
}

enum storage_trouble storage_load_params(struct storage *storage, struct params *params)
{
    struct flash_log *log = &storage->params;
    if (log->flash == NULL)
        return STORAGE_FAILED;
    if (log->newest.size == 0)
        return trouble_of_nothing(log);
    if (read_copy(storage, params) < 0) {
        params_init(params);
        return STORAGE_FAILED;
    }
    struct flash_record other = {.page = (log->newest.page + 1) % STORAGE_PARAMS_PAGES};
    if (flash_log_next(log, &other))
        return STORAGE_OK;
    return write_copy_surely(storage, params) < 0 ? STORAGE_ONE_COPY : STORAGE_REPAIRED;
}

enum storage_trouble storage_load_state(struct storage *storage, uint8_t *bytes, uint32_t capacity,
                                        uint32_t *size)
{
    struct flash_log *log = &storage->state;
    *size = 0;
    if (log->flash == NULL)
        return STORAGE_FAILED;
    if (log->newest.size == 0)
        return trouble_of_nothing(log);
    uint32_t found = log->newest.size < capacity ? log->newest.size : capacity;
    if (flash_log_read(log, &log->newest, 0, bytes, found) < 0)
        return STORAGE_FAILED;
    *size = found;
    return STORAGE_OK;
}

int storage_save_state(struct storage *storage, const uint8_t *bytes, uint32_t size)
{
    int result = RESULT_IO;
    if (size == 0 || size > STORAGE_STATE_SIZE_MAX)
        return RESULT_NO_SPACE;
    for (int i = 0; i < WRITE_TRIES && result < 0; i++) {
        struct flash_writer writer;
        flash_log_begin(&storage->state, &writer, size);
        flash_log_put(&writer, bytes, size);
        result = flash_log_end(&writer);
    }
    return result;
}

struct storage_wear storage_wear(const struct storage *storage, enum storage_area area)
{
    const struct flash_log *const logs[STORAGE_AREA_COUNT] = {
        &storage->params,
        &storage->events.log,
        &storage->state,
    };
    return (struct storage_wear){logs[area]->erases, logs[area]->records, logs[area]->page_count};
}

uint64_t storage_state_endurance(const struct storage *storage, uint32_t size, uint32_t erases)
{
    const struct flash_log *log = &storage->state;
    return (uint64_t)FLASH_LOG_PER_PAGE(log->flash->page_size, size) * log->page_count * erases;
}
