/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/storage.c, state: after a power cut at any byte, and with any rotten bit, a restart
 * finds the newest whole state; the pages wear evenly and last ten years.
 */
#include "tests/core/flash_bench.h"

#include "base/result.h"
#include "core/storage.h"

enum { SMALL_PAGE = 2048, MINUTES_IN_10_YEARS = 5259600, ERASES_MAX = 10000 };

static struct storage storage;

static void restart(void)
{
    assert_int_equal(storage_init(&storage, &bench.sim.flash), RESULT_OK);
}

static void new_storage(uint32_t page_size)
{
    bench_init(page_size, STORAGE_PAGES_MIN(page_size));
    restart();
}

static void fill(uint8_t *bytes, uint32_t size, uint32_t seed)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(seed * 31 + i);
}

static bool state_is(uint32_t size, uint32_t seed)
{
    uint8_t bytes[STORAGE_STATE_SIZE_MAX], expected[STORAGE_STATE_SIZE_MAX];
    uint32_t found;
    fill(expected, size, seed);
    return storage_load_state(&storage, bytes, sizeof bytes, &found) == STORAGE_OK &&
           found == size && memcmp(bytes, expected, size) == 0;
}

static int save_state(uint32_t size, uint32_t seed)
{
    uint8_t bytes[STORAGE_STATE_SIZE_MAX];
    fill(bytes, size, seed);
    return storage_save_state(&storage, bytes, size);
}

static void the_newest_state_comes_back(void **state)
{
    (void)state;
    new_storage(SMALL_PAGE);
    for (uint32_t size = 1; size <= STORAGE_STATE_SIZE_MAX; size++) {
        assert_int_equal(save_state(size, size), RESULT_OK);
        assert_true(state_is(size, size));
        if (size % 8 == 0)
            restart();
        assert_true(state_is(size, size));
    }
    uint8_t large[STORAGE_STATE_SIZE_MAX + 1] = {0};
    assert_int_equal(storage_save_state(&storage, large, sizeof large), RESULT_NO_SPACE);
    assert_int_equal(storage_save_state(&storage, large, 0), RESULT_NO_SPACE);
    assert_true(state_is(STORAGE_STATE_SIZE_MAX, STORAGE_STATE_SIZE_MAX));
}

static void a_longer_state_is_cut_to_what_the_reader_knows(void **state)
{
    (void)state;
    uint8_t bytes[4] = {0, 0, 0, 0xAA}, expected[3];
    uint32_t size;
    fill(expected, sizeof expected, 1);
    new_storage(SMALL_PAGE);
    save_state(100, 1);
    assert_int_equal(storage_load_state(&storage, bytes, 3, &size), STORAGE_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(bytes, expected, 3);
    assert_int_equal(bytes[3], 0xAA);
}

/* `before` states are there, the first with seed 1; the cut falls into the next one. */
static void cut_state_everywhere(uint32_t size, uint32_t before)
{
    new_storage(SMALL_PAGE);
    for (uint32_t seed = 1; seed <= before; seed++)
        save_state(size, seed);
    bench_keep();
    bool cut = true;
    for (uint64_t step = 0; cut; step++) {
        bench_go_back();
        restart();
        bench.sim.erases_backwards = step < SIM_FLASH_ERASE_STEPS && step % 2;
        sim_flash_cut_after(&bench.sim, step);
        int result = save_state(size, before + 1);
        cut = bench_was_cut();
        assert_int_equal(result, cut ? RESULT_IO : RESULT_OK);
        restart();
        bool is_new = state_is(size, before + 1);
        assert_true(is_new || cut);
        assert_true(is_new || before == 0 || state_is(size, before));
        if (!is_new && before == 0) {
            uint8_t byte;
            uint32_t found;
            assert_int_equal(storage_load_state(&storage, &byte, 1, &found), STORAGE_BLANK);
        }
        assert_int_equal(save_state(size, before + 2), RESULT_OK);
        restart();
        assert_true(state_is(size, before + 2));
    }
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void the_state_survives_a_power_cut_at_any_byte(void **state)
{
    (void)state;
    uint32_t per_page = FLASH_LOG_PER_PAGE(SMALL_PAGE, 300);
    cut_state_everywhere(300, 0);
    cut_state_everywhere(300, 1);
    cut_state_everywhere(300, per_page);                           /* with a new page */
    cut_state_everywhere(300, per_page * STORAGE_STATE_PAGES_MIN); /* with an erase */
}

static void any_rotten_bit_of_the_newest_state_brings_back_the_one_before(void **state)
{
    (void)state;
    new_storage(SMALL_PAGE);
    for (uint32_t seed = 1; seed <= 30; seed++)
        save_state(100, seed);
    struct flash_record newest = storage.state.newest;
    uint32_t offset = (storage.state.first_page + newest.page) * SMALL_PAGE + newest.offset;
    for (uint32_t bit = 0; bit < (newest.size + FLASH_LOG_RECORD_EXTRA_SIZE) * 8; bit++) {
        sim_flash_rot(&bench.sim, offset + bit / 8, bit % 8);
        restart();
        assert_true(state_is(100, 29));
        sim_flash_rot(&bench.sim, offset + bit / 8, bit % 8);
    }
}

static void the_pages_of_the_state_wear_evenly(void **state)
{
    (void)state;
    enum { SAVES = 3000, SIZE = 60 };
    new_storage(SMALL_PAGE);
    for (uint32_t i = 0; i < SAVES; i++) {
        assert_int_equal(save_state(SIZE, i), RESULT_OK);
        if (i % 100 == 0)
            restart();
    }
    uint32_t per_page = FLASH_LOG_PER_PAGE(SMALL_PAGE, SIZE);
    uint32_t erases = (SAVES + per_page - 1) / per_page;
    for (uint32_t i = 0; i < storage.state.page_count; i++) {
        uint32_t count = bench.erase_counts[storage.state.first_page + i];
        assert_true(count == erases / storage.state.page_count ||
                    count == erases / storage.state.page_count + 1);
    }
    struct storage_wear wear = storage_wear(&storage, STORAGE_STATE);
    assert_int_equal(wear.erases, erases);
    assert_int_equal(wear.records, SAVES);
    assert_int_equal(wear.pages, STORAGE_STATE_PAGES_MIN);
}

static bool lasts_ten_years(uint32_t page_count, uint32_t size)
{
    bench_init(4096, page_count);
    restart();
    return storage_state_endurance(&storage, size, ERASES_MAX) >= MINUTES_IN_10_YEARS;
}

/* One state a minute, 10,000 erases of each page: 128 KB do for 128 bytes, 352 KB for the most. */
static void ten_years_of_states_need_32_pages_or_88_for_the_largest(void **state)
{
    (void)state;
    assert_true(lasts_ten_years(32, 128));
    assert_true(lasts_ten_years(88, STORAGE_STATE_SIZE_MAX));
    assert_false(lasts_ten_years(87, STORAGE_STATE_SIZE_MAX));
    assert_int_equal(storage.state.page_count, 75);
    assert_int_equal(storage_state_endurance(&storage, 512, 1), 75 * 7);
}

static void sequence_numbers_of_states_wrap(void **state)
{
    (void)state;
    new_storage(SMALL_PAGE);
    storage.state.erases = UINT32_MAX - 1;
    storage.state.records = UINT32_MAX - 250;
    for (uint32_t i = 1; i <= 500; i++) {
        assert_int_equal(save_state(20, i), RESULT_OK);
        if (i % 50 > 45)
            restart();
        assert_true(state_is(20, i));
    }
    assert_true(storage.state.erases < 100 && storage.state.records < 300);
}

/* A page in which nothing can be programmed any more. */
static uint32_t worn_page;

static int program_but_not_there(void *context, uint32_t offset, const void *bytes, uint32_t size)
{
    struct sim_flash *sim = context;
    if (offset / sim->flash.page_size != worn_page)
        return sim->flash.program(context, offset, bytes, size);
    return RESULT_OK;
}

static void a_worn_page_is_left_behind(void **state)
{
    (void)state;
    new_storage(SMALL_PAGE);
    struct flash flash = bench.sim.flash;
    flash.program = program_but_not_there;
    worn_page = storage.state.first_page + 1;
    assert_int_equal(storage_init(&storage, &flash), RESULT_OK);
    for (uint32_t seed = 1; seed <= 60; seed++) {
        assert_int_equal(save_state(300, seed), RESULT_OK);
        assert_true(state_is(300, seed));
        if (seed % 7 == 0)
            restart();
        storage.state.flash = &flash;
        assert_true(state_is(300, seed));
    }
}

static void events_and_state_do_not_disturb_the_settings(void **state)
{
    (void)state;
    struct event event = {.time_s = 7};
    struct params params;
    new_storage(SMALL_PAGE);
    params_init(&params);
    assert_int_equal(storage_save_params(&storage, &params), RESULT_OK);
    bench_keep();
    for (uint32_t i = 0; i < 3000; i++) {
        event_log_put(&storage.events, &event);
        save_state(50, i);
    }
    assert_memory_equal(bench.bytes, bench.kept, STORAGE_PARAMS_PAGES * SMALL_PAGE);
    restart();
    assert_true(state_is(50, 2999));
    assert_true(event_log_count(&storage.events) >= EVENT_LOG_MIN_COUNT);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_state_comes_back),
        cmocka_unit_test(a_longer_state_is_cut_to_what_the_reader_knows),
        cmocka_unit_test(the_state_survives_a_power_cut_at_any_byte),
        cmocka_unit_test(any_rotten_bit_of_the_newest_state_brings_back_the_one_before),
        cmocka_unit_test(the_pages_of_the_state_wear_evenly),
        cmocka_unit_test(ten_years_of_states_need_32_pages_or_88_for_the_largest),
        cmocka_unit_test(a_worn_page_is_left_behind),
        cmocka_unit_test(events_and_state_do_not_disturb_the_settings),
        cmocka_unit_test(sequence_numbers_of_states_wrap),
    };
    return RUN_TESTS(tests);
}
