/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/stored.c: what is remembered comes back whole, forms of other versions are read,
 * and locks outlive a restart by the names of their rules.
 */
#include "tests/support/test.h"

#include "core/storage.h"
#include "core/stored.h"

/* An engine with default settings. */
static void init_engine(struct protect *protect)
{
    struct params params;
    params_init(&params);
    protect_init(protect, &params);
}

/* Every member different, and as far out as its type goes. */
static void fill(struct stored *stored)
{
    memset(stored, 0, sizeof(*stored));
    stored->on = true;
    stored->dead_cell = true;
    stored->remaining_mah = INT32_MAX;
    stored->cycle_mah = INT32_MIN;
    stored->since_full_s = UINT32_MAX;
    stored->run_time_s = 0x01020304;
    stored->start_count = 0x80000000;
    for (int i = 0; i < TRIES_COUNT; i++)
        stored->tries[i] = (uint8_t)(UINT8_MAX - i);
    for (int i = 0; i < STORED_LOCK_MAX; i++)
        stored->lock[i] = UINT32_MAX - (uint32_t)i;
    for (int i = 0; i < CELL_MAX; i++)
        stored->debt_mah[i] = i % 2 ? INT32_MAX - i : INT32_MIN + i;
}

static void expect_equal(const struct stored *a, const struct stored *b)
{
    assert_int_equal(a->on, b->on);
    assert_int_equal(a->dead_cell, b->dead_cell);
    assert_int_equal(a->remaining_mah, b->remaining_mah);
    assert_int_equal(a->cycle_mah, b->cycle_mah);
    assert_int_equal(a->since_full_s, b->since_full_s);
    assert_int_equal(a->run_time_s, b->run_time_s);
    assert_int_equal(a->start_count, b->start_count);
    assert_memory_equal(a->tries, b->tries, sizeof(a->tries));
    assert_memory_equal(a->lock, b->lock, sizeof(a->lock));
    assert_memory_equal(a->debt_mah, b->debt_mah, sizeof(a->debt_mah));
}

static void extreme_values_come_back_whole(void **state)
{
    (void)state;
    struct stored stored;
    struct stored again;
    uint8_t bytes[STORED_SIZE];
    fill(&stored);
    memset(bytes, 0xA5, sizeof(bytes));
    memset(&again, 0xA5, sizeof(again));
    stored_encode(&stored, bytes);
    stored_decode(&again, bytes, sizeof(bytes));
    expect_equal(&again, &stored);
}

static void both_flags_are_remembered_for_themselves(void **state)
{
    (void)state;
    for (int flags = 0; flags < 4; flags++) {
        struct stored stored = {.on = flags & 1, .dead_cell = flags & 2};
        struct stored again;
        uint8_t bytes[STORED_SIZE];
        stored_encode(&stored, bytes);
        stored_decode(&again, bytes, sizeof(bytes));
        assert_int_equal(again.on, flags & 1);
        assert_int_equal(again.dead_cell, flags >> 1);
    }
}

/* A stored form is read by every later version, so the places stay. */
static void the_places_of_the_first_form_stay(void **state)
{
    (void)state;
    static const struct {
        int at;
        uint8_t byte;
    } places[] = {
        {0,   3   },
        {4,   0xFF},
        {7,   0x7F},
        {11,  0x80},
        {12,  0xFF},
        {16,  0x04},
        {19,  0x01},
        {23,  0x80},
        {24,  0xFF},
        {84,  0xF0},
        {88,  0x00},
        {91,  0x80},
        {92,  0xFE},
        {95,  0x7F},
        {212, 0xE0},
        {215, 0x7F},
        {216, 0xFF},
        {217, 0xFE},
        {222, 0xF9},
        {223, 0x00},
        {1,   0x00},
        {2,   0x00},
        {3,   0x00},
        {247, 0x00},
    };
    struct stored stored;
    uint8_t bytes[STORED_SIZE];
    fill(&stored);
    memset(bytes, 0xA5, sizeof(bytes));
    stored_encode(&stored, bytes);
    for (size_t i = 0; i < COUNT(places); i++)
        assert_int_equal(bytes[places[i].at], places[i].byte);
}

static void a_longer_form_of_a_later_version_is_read(void **state)
{
    (void)state;
    struct stored stored;
    struct stored again;
    uint8_t bytes[STORED_SIZE + 100];
    fill(&stored);
    memset(bytes, 0xEE, sizeof(bytes));
    stored_encode(&stored, bytes);
    for (size_t i = STORED_SIZE; i < sizeof(bytes); i++)
        assert_int_equal(bytes[i], 0xEE);
    stored_decode(&again, bytes, sizeof(bytes));
    expect_equal(&again, &stored);
}

static void what_a_shorter_form_lacks_is_zero(void **state)
{
    (void)state;
    struct stored stored;
    uint8_t bytes[STORED_SIZE];
    fill(&stored);
    stored_encode(&stored, bytes);
    for (size_t size = 0; size <= STORED_SIZE; size++) {
        struct stored again;
        struct stored expected;
        uint8_t whole[STORED_SIZE] = {0};
        uint8_t *exact = malloc(size + 1); /* the sanitizer sees a read beyond */
        assert_non_null(exact);
        uint8_t *end_of_block = exact + 1;
        memcpy(end_of_block, bytes, size);
        memcpy(whole, bytes, size);
        memset(&again, 0xA5, sizeof(again));
        stored_decode(&again, end_of_block, size);
        stored_decode(&expected, whole, sizeof(whole));
        expect_equal(&again, &expected);
        free(exact);
    }
}

static void nothing_stored_is_a_pack_that_was_off_and_locks_nothing(void **state)
{
    (void)state;
    struct stored stored;
    struct protect protect;
    memset(&stored, 0xA5, sizeof(stored));
    stored_decode(&stored, (const uint8_t[1]){0xFF}, 0);
    assert_false(stored.on || stored.dead_cell || stored.parameters_lost);
    assert_int_equal(stored.remaining_mah, 0);
    init_engine(&protect);
    stored_put_locks(&stored, &protect);
    for (int id = 0; id < RULE_COUNT; id++)
        assert_false(protect.state[id].active || protect.state[id].locked);
}

/* ---- Locks ---- */

static void the_hashes_of_all_rules_differ_and_none_is_zero(void **state)
{
    (void)state;
    for (int a = 0; a < RULE_COUNT; a++) {
        assert_int_not_equal(storage_key(rules[a].name), 0);
        for (int b = a + 1; b < RULE_COUNT; b++)
            assert_int_not_equal(storage_key(rules[a].name), storage_key(rules[b].name));
    }
}

/* Off and on again: only bytes remain. */
static void restart(const struct protect *before, struct protect *after)
{
    struct stored stored;
    uint8_t bytes[STORED_SIZE];
    memset(&stored, 0xA5, sizeof(stored));
    stored.on = stored.parameters_lost = false;
    stored_take_locks(&stored, before);
    stored_encode(&stored, bytes);
    memset(&stored, 0xA5, sizeof(stored));
    stored_decode(&stored, bytes, sizeof(bytes));
    init_engine(after);
    stored_put_locks(&stored, after);
}

static void each_lock_outlives_a_restart_alone(void **state)
{
    (void)state;
    for (int locked = 0; locked < RULE_COUNT; locked++) {
        struct protect before;
        struct protect after;
        init_engine(&before);
        before.state[locked].active = before.state[locked].locked = true;
        restart(&before, &after);
        for (int id = 0; id < RULE_COUNT; id++) {
            assert_int_equal(after.state[id].active, id == locked);
            assert_int_equal(after.state[id].locked, id == locked);
        }
    }
}

static void a_lock_that_was_released_is_not_remembered_any_longer(void **state)
{
    (void)state;
    struct stored stored = {0};
    const struct stored none = {0};
    struct protect protect;
    init_engine(&protect);
    for (int id = 0; id < STORED_LOCK_MAX; id++)
        protect.state[id].active = protect.state[id].locked = true;
    stored_take_locks(&stored, &protect);
    for (int i = 0; i < STORED_LOCK_MAX; i++)
        assert_int_equal(stored.lock[i], storage_key(rules[i].name));
    init_engine(&protect);
    stored_take_locks(&stored, &protect);
    assert_memory_equal(stored.lock, none.lock, sizeof(none.lock));
}

static void a_rule_that_is_active_and_not_locked_is_not_remembered(void **state)
{
    (void)state;
    struct protect before;
    struct protect after;
    init_engine(&before);
    before.state[RULE_cell_ov].active = true;
    restart(&before, &after);
    assert_false(after.state[RULE_cell_ov].active);
}

static void tries_and_a_dead_cell_outlive_a_restart(void **state)
{
    (void)state;
    for (int dead = 0; dead <= 1; dead++) {
        struct protect before;
        struct protect after;
        init_engine(&before);
        before.dead_cell = dead;
        for (int i = 0; i < TRIES_COUNT; i++)
            before.tries[i].count = (uint8_t)(i + 200 * dead);
        restart(&before, &after);
        assert_int_equal(after.dead_cell, dead);
        for (int i = 0; i < TRIES_COUNT; i++)
            assert_int_equal(after.tries[i].count, i + 200 * dead);
    }
}

static void more_locks_than_places_keep_the_first_ones(void **state)
{
    (void)state;
    for (int count = STORED_LOCK_MAX - 1; count <= RULE_COUNT; count++) {
        struct protect before;
        struct protect after;
        init_engine(&before);
        for (int id = 0; id < count; id++)
            before.state[id].active = before.state[id].locked = true;
        restart(&before, &after);
        for (int id = 0; id < RULE_COUNT; id++)
            assert_int_equal(after.state[id].locked, id < count && id < STORED_LOCK_MAX);
    }
}

static void a_lock_of_a_rule_that_is_gone_locks_no_other(void **state)
{
    (void)state;
    struct stored stored = {
        .lock = {storage_key("a_rule_of_another_version"), 0, storage_key("thermal")}
    };
    struct protect protect;
    init_engine(&protect);
    stored_put_locks(&stored, &protect);
    for (int id = 0; id < RULE_COUNT; id++)
        assert_int_equal(protect.state[id].locked, id == RULE_thermal);
}

static void a_lock_in_the_last_place_counts(void **state)
{
    (void)state;
    struct stored stored = {.lock = {[STORED_LOCK_MAX - 1] = storage_key("extinguisher")}};
    struct protect protect;
    init_engine(&protect);
    stored_put_locks(&stored, &protect);
    assert_true(protect.state[RULE_extinguisher].active && protect.state[RULE_extinguisher].locked);
}

static void what_is_stored_releases_no_rule(void **state)
{
    (void)state;
    const struct stored stored = {0};
    struct protect protect;
    init_engine(&protect);
    protect.state[RULE_thermal].active = protect.state[RULE_thermal].locked = true;
    stored_put_locks(&stored, &protect);
    assert_true(protect.state[RULE_thermal].active && protect.state[RULE_thermal].locked);
}

/* Second-stage over-voltage, then power off and on with healthy cells: still open, until the
 * installer releases it. */
static void a_tripped_lock_blocks_after_a_restart(void **state)
{
    (void)state;
    struct protect before;
    struct protect after;
    struct params params;
    struct measured measured = {.seen = true, .complete = true};
    params_init(&params);
    for (int i = 0; i < QUANTITY_COUNT; i++)
        measured.quantity[i] = 0;
    measured.quantity[QUANTITY_CELL_MAX_MV] = 3800;
    measured.quantity[QUANTITY_CELL_MIN_MV] = 3300;
    measured.quantity[QUANTITY_PACK_MV] = 52800;
    measured.quantity[QUANTITY_HOT_DDEGC] = measured.quantity[QUANTITY_COLD_DDEGC] = 250;
    init_engine(&before);
    protect_step(&before, &measured, &params, 200);
    assert_true(before.state[RULE_cell_ov2].locked);
    restart(&before, &after);
    measured.quantity[QUANTITY_CELL_MAX_MV] = 3300;
    protect_step(&after, &measured, &params, 10);
    assert_int_equal(protect_blocks(&after, true), BLOCKS_HARD);
    assert_true(alarm_get(after.alarms, ALARM_cell_over_voltage_2));
    protect_step(&after, &measured, &params, 60000);
    assert_int_equal(protect_blocks(&after, true), BLOCKS_HARD);
    assert_int_equal(protect_release(&after, &params), 1);
    protect_step(&after, &measured, &params, 10);
    assert_int_equal(protect_blocks(&after, false), BLOCKS_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extreme_values_come_back_whole),
        cmocka_unit_test(both_flags_are_remembered_for_themselves),
        cmocka_unit_test(the_places_of_the_first_form_stay),
        cmocka_unit_test(a_longer_form_of_a_later_version_is_read),
        cmocka_unit_test(what_a_shorter_form_lacks_is_zero),
        cmocka_unit_test(nothing_stored_is_a_pack_that_was_off_and_locks_nothing),
        cmocka_unit_test(the_hashes_of_all_rules_differ_and_none_is_zero),
        cmocka_unit_test(each_lock_outlives_a_restart_alone),
        cmocka_unit_test(a_lock_that_was_released_is_not_remembered_any_longer),
        cmocka_unit_test(a_rule_that_is_active_and_not_locked_is_not_remembered),
        cmocka_unit_test(tries_and_a_dead_cell_outlive_a_restart),
        cmocka_unit_test(more_locks_than_places_keep_the_first_ones),
        cmocka_unit_test(a_lock_of_a_rule_that_is_gone_locks_no_other),
        cmocka_unit_test(a_lock_in_the_last_place_counts),
        cmocka_unit_test(what_is_stored_releases_no_rule),
        cmocka_unit_test(a_tripped_lock_blocks_after_a_restart),
    };
    return RUN_TESTS(tests);
}
