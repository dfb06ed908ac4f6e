/* SPDX-License-Identifier: Apache-2.0
 * Rules are remembered by the hash of their names, so that a table of another version neither
 * loses a lock nor locks another rule. A pack with more locks than places keeps the first ones:
 * each of them holds it open.
 */
#include "core/stored.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "core/storage.h"

enum { FLAG_ON = 1, FLAG_DEAD_CELL = 2, NUMBER_SIZE = 4, FLAGS_AT = 0, NUMBERS_AT = 4 };

void stored_take_locks(struct stored *stored, const struct protect *protect)
{
    size_t used = 0;
    memset(stored->lock, 0, sizeof(stored->lock));
    for (int id = 0; id < RULE_COUNT && used < STORED_LOCK_MAX; id++) {
        if (protect->state[id].locked)
            stored->lock[used++] = storage_key(rules[id].name);
    }
    for (int i = 0; i < TRIES_COUNT; i++)
        stored->tries[i] = protect->tries[i].count;
    stored->dead_cell = protect->dead_cell;
}

static bool has_lock(const struct stored *stored, uint32_t key)
{
    for (int i = 0; i < STORED_LOCK_MAX; i++) {
        if (stored->lock[i] == key)
            return true;
    }
    return false;
}

void stored_put_locks(const struct stored *stored, struct protect *protect)
{
    for (int id = 0; id < RULE_COUNT; id++) {
        bool locked = has_lock(stored, storage_key(rules[id].name));
        protect->state[id].active |= locked;
        protect->state[id].locked |= locked;
        protect->busy |= (uint64_t)locked << id;
    }
    for (int i = 0; i < TRIES_COUNT; i++)
        protect->tries[i].count = stored->tries[i];
    protect->dead_cell = stored->dead_cell;
}

/* Numbers in the order of their places; flags and tries lie before them. */
#define NUMBER_COUNT (5 + STORED_LOCK_MAX + CELL_MAX)
#define TRIES_AT (NUMBERS_AT + NUMBER_COUNT * NUMBER_SIZE)
/* The health stands behind them, in whole words. */
#define HEALTH_AT ((TRIES_AT + TRIES_COUNT + 3) / 4 * 4)
#define HEALTH_NUMBERS 5
#define CELLS_AT (HEALTH_AT + HEALTH_NUMBERS * NUMBER_SIZE)
_Static_assert(CELLS_AT + 3 * 2 * SOC_HEALTH_CELLS <= STORED_SIZE, "form of the stored state");

static void encode_health(const struct stored *stored, uint8_t *bytes)
{
    put_u32le(bytes + HEALTH_AT, (uint32_t)stored->capacity_mah);
    put_u32le(bytes + HEALTH_AT + 4, (uint32_t)stored->capacity_sigma_mah);
    put_u32le(bytes + HEALTH_AT + 8, stored->capacity_age_s);
    put_u32le(bytes + HEALTH_AT + 12, stored->capacity_pairs);
    put_u16le(bytes + HEALTH_AT + 16, stored->soc_sigma_permille);
    for (int i = 0; i < SOC_HEALTH_CELLS; i++) {
        put_u16le(bytes + CELLS_AT + 6 * i, stored->fresh_uohm[i]);
        put_u16le(bytes + CELLS_AT + 6 * i + 2, stored->cell_uohm[i]);
        put_u16le(bytes + CELLS_AT + 6 * i + 4, (uint16_t)stored->leak_mah[i]);
    }
}

static void decode_health(struct stored *stored, const uint8_t *bytes)
{
    stored->capacity_mah = (int32_t)get_u32le(bytes + HEALTH_AT);
    stored->capacity_sigma_mah = (int32_t)get_u32le(bytes + HEALTH_AT + 4);
    stored->capacity_age_s = get_u32le(bytes + HEALTH_AT + 8);
    stored->capacity_pairs = get_u32le(bytes + HEALTH_AT + 12);
    stored->soc_sigma_permille = get_u16le(bytes + HEALTH_AT + 16);
    for (int i = 0; i < SOC_HEALTH_CELLS; i++) {
        stored->fresh_uohm[i] = get_u16le(bytes + CELLS_AT + 6 * i);
        stored->cell_uohm[i] = get_u16le(bytes + CELLS_AT + 6 * i + 2);
        stored->leak_mah[i] = (int16_t)get_u16le(bytes + CELLS_AT + 6 * i + 4);
    }
}

static void to_numbers(const struct stored *stored, uint32_t number[NUMBER_COUNT])
{
    number[0] = (uint32_t)stored->remaining_mah;
    number[1] = (uint32_t)stored->cycle_mah;
    number[2] = stored->since_full_s;
    number[3] = stored->run_time_s;
    number[4] = stored->start_count;
    memcpy(number + 5, stored->lock, sizeof(stored->lock));
    for (int i = 0; i < CELL_MAX; i++)
        number[5 + STORED_LOCK_MAX + i] = (uint32_t)stored->debt_mah[i];
}

static void from_numbers(struct stored *stored, const uint32_t number[NUMBER_COUNT])
{
    stored->remaining_mah = (int32_t)number[0];
    stored->cycle_mah = (int32_t)number[1];
    stored->since_full_s = number[2];
    stored->run_time_s = number[3];
    stored->start_count = number[4];
    memcpy(stored->lock, number + 5, sizeof(stored->lock));
    for (int i = 0; i < CELL_MAX; i++)
        stored->debt_mah[i] = (int32_t)number[5 + STORED_LOCK_MAX + i];
}

void stored_encode(const struct stored *stored, uint8_t bytes[STORED_SIZE])
{
    uint32_t number[NUMBER_COUNT];
    memset(bytes, 0, STORED_SIZE);
    bytes[FLAGS_AT] =
        (uint8_t)((stored->on ? FLAG_ON : 0) | (stored->dead_cell ? FLAG_DEAD_CELL : 0));
    to_numbers(stored, number);
    for (int i = 0; i < NUMBER_COUNT; i++)
        put_u32le(bytes + NUMBERS_AT + i * NUMBER_SIZE, number[i]);
    memcpy(bytes + TRIES_AT, stored->tries, sizeof(stored->tries));
    encode_health(stored, bytes);
}

void stored_decode(struct stored *stored, const uint8_t *bytes, size_t size)
{
    uint8_t whole[STORED_SIZE] = {0};
    uint32_t number[NUMBER_COUNT];
    memcpy(whole, bytes, size < sizeof(whole) ? size : sizeof(whole));
    memset(stored, 0, sizeof(*stored));
    stored->on = whole[FLAGS_AT] & FLAG_ON;
    stored->dead_cell = whole[FLAGS_AT] & FLAG_DEAD_CELL;
    for (int i = 0; i < NUMBER_COUNT; i++)
        number[i] = get_u32le(whole + NUMBERS_AT + i * NUMBER_SIZE);
    from_numbers(stored, number);
    memcpy(stored->tries, whole + TRIES_AT, sizeof(stored->tries));
    decode_health(stored, whole);
}
