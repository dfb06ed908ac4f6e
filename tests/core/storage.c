/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/storage.c, settings: after a power cut at any byte, and with any rotten bit, a
 * restart finds the old or the new, whole; settings survive a change of their table.
 */
#include "tests/core/flash_bench.h"

#include "base/bytes.h"
#include "base/result.h"
#include "core/storage.h"

enum { SMALL_PAGE = 2048, ROT_STRIDE = 5 };

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

/* Settings that differ from those of any other `seed` in every row that is stored. */
static struct params settings(int32_t seed)
{
    struct params params;
    params_init(&params);
    for (int id = 0; id < PARAM_COUNT; id++) {
        if (param_info[id].access != ACCESS_READ)
            params.value[id] = seed * 1000 - id * 7;
    }
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        char text[64];
        memset(text, 'a' + (int)seed, sizeof text);
        if (text_param_info[id].access != ACCESS_READ)
            params_put_text(&params, (enum text_param_id)id, text, text_param_info[id].size);
    }
    return params;
}

static bool same_settings(const struct params *a, const struct params *b)
{
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        if (strcmp(params_text_const(a, (enum text_param_id)id),
                   params_text_const(b, (enum text_param_id)id)) != 0)
            return false;
    }
    return memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* What a restart loads, over the defaults. */
static enum storage_trouble load(struct params *params)
{
    restart();
    params_init(params);
    return storage_load_params(&storage, params);
}

static void save(int32_t seed)
{
    struct params params = settings(seed);
    assert_int_equal(storage_save_params(&storage, &params), RESULT_OK);
}

static void assert_loads(int32_t seed, enum storage_trouble trouble)
{
    struct params params, expected = settings(seed);
    assert_int_equal(load(&params), trouble);
    assert_true(same_settings(&params, &expected));
}

static uint8_t *page_bytes(uint32_t page)
{
    return bench.bytes + page * bench.sim.flash.page_size;
}

static void a_new_flash_is_blank(void **state)
{
    (void)state;
    struct params params, defaults;
    uint8_t bytes[8];
    uint32_t size;
    params_init(&defaults);
    new_storage(4096);
    assert_int_equal(load(&params), STORAGE_BLANK);
    assert_memory_equal(&params, &defaults, sizeof params);
    assert_int_equal(storage_load_state(&storage, bytes, sizeof bytes, &size), STORAGE_BLANK);
    assert_int_equal(size, 0);
    assert_int_equal(event_log_count(&storage.events), 0);
    assert_int_equal(bench.sim.steps, 0);
}

static void settings_and_texts_come_back_after_a_restart(void **state)
{
    (void)state;
    new_storage(4096);
    for (int32_t seed = 1; seed <= 5; seed++) {
        save(seed);
        assert_loads(seed, STORAGE_OK);
    }
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void rows_that_nobody_writes_stay_with_the_firmware(void **state)
{
    (void)state;
    struct params params = settings(1), loaded;
    new_storage(4096);
    params_put_text(&params, TEXT_PARAM_software_version, "0.9", 3);
    assert_int_equal(storage_save_params(&storage, &params), RESULT_OK);
    assert_int_equal(load(&loaded), STORAGE_OK);
    assert_string_equal(loaded.software_version,
                        text_param_info[TEXT_PARAM_software_version].initial);
    assert_true(params_have(&loaded, PARAM_cell_ovp_mv));
    assert_false(params_have(&loaded, PARAM_board_rating_ma));
}

static void keys_of_all_settings_differ(void **state)
{
    (void)state;
    const char *names[PARAM_COUNT + TEXT_PARAM_COUNT];
    for (size_t i = 0; i < PARAM_COUNT; i++)
        names[i] = param_info[i].name;
    for (size_t i = 0; i < TEXT_PARAM_COUNT; i++)
        names[PARAM_COUNT + i] = text_param_info[i].name;
    for (size_t a = 0; a < COUNT(names); a++) {
        for (size_t b = 0; b < a; b++)
            assert_int_not_equal(storage_key(names[a]), storage_key(names[b]));
    }
    assert_int_equal(storage_key("foobar"), 0xBF9CF968);
}

/* Saves set 2 over set 1 with a cut at every step; the cut may also meet the repair. */
static void settings_survive_a_power_cut_at_any_byte(void **state)
{
    (void)state;
    struct params params, old = settings(1), new = settings(2);
    new_storage(SMALL_PAGE);
    save(1);
    bench_keep();
    unsigned old_count = 0, new_count = 0;
    bool cut = true;
    for (uint64_t step = 0; cut; step++) {
        bench_go_back();
        restart();
        bench.sim.erases_backwards = step < SIM_FLASH_ERASE_STEPS && step % 2;
        sim_flash_cut_after(&bench.sim, step);
        int result = storage_save_params(&storage, &new);
        cut = bench_was_cut();
        assert_int_equal(result, cut ? RESULT_IO : RESULT_OK);
        enum storage_trouble trouble = load(&params);
        assert_true(trouble == STORAGE_OK || trouble == STORAGE_REPAIRED);
        bool is_new = same_settings(&params, &new);
        assert_true(is_new || (cut && same_settings(&params, &old)));
        assert_true(is_new || new_count == 0); /* it turns at one byte and stays */
        *(is_new ? &new_count : &old_count) += 1;
        assert_loads(is_new ? 2 : 1, STORAGE_OK);
    }
    assert_true(old_count > 1000 && new_count > 1000); /* the cut has been everywhere */
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void the_store_works_on_after_a_cut(void **state)
{
    (void)state;
    struct params params, new = settings(2);
    new_storage(SMALL_PAGE);
    save(1);
    bench_keep();
    for (uint64_t step = 0; step < 2600; step += 13) {
        bench_go_back();
        restart();
        sim_flash_cut_after(&bench.sim, step);
        storage_save_params(&storage, &new);
        sim_flash_power_on(&bench.sim);
        load(&params);
        save(3);
        assert_loads(3, STORAGE_OK);
    }
}

/* Cut again and again before anything was ever complete: still a first start, never damage. */
static void the_very_first_save_may_be_cut_many_times(void **state)
{
    (void)state;
    struct params params, defaults, new = settings(2);
    params_init(&defaults);
    for (uint64_t step = 0; step < 1300; step += 3) {
        new_storage(SMALL_PAGE);
        for (uint64_t again = 0; again < 3; again++) {
            sim_flash_cut_after(&bench.sim, again == 1 ? step / 2 : step);
            assert_int_equal(storage_save_params(&storage, &new), RESULT_IO);
            sim_flash_power_on(&bench.sim);
            enum storage_trouble trouble = load(&params);
            bool complete = same_settings(&params, &new);
            if (complete)
                assert_true(trouble == STORAGE_REPAIRED || trouble == STORAGE_OK);
            else
                assert_true(trouble == STORAGE_BLANK && same_settings(&params, &defaults));
        }
        save(2);
        assert_loads(2, STORAGE_OK);
    }
}

static void a_cut_during_a_repair_loses_nothing(void **state)
{
    (void)state;
    struct params params, expected = settings(1);
    for (uint32_t bad = 0; bad < 2; bad++) {
        new_storage(SMALL_PAGE);
        save(1);
        page_bytes(bad)[100] ^= 1;
        bench_keep();
        bool cut = true;
        for (uint64_t step = 0; cut; step += 7) {
            bench_go_back();
            restart();
            params_init(&params);
            sim_flash_cut_after(&bench.sim, step);
            enum storage_trouble trouble = storage_load_params(&storage, &params);
            cut = bench_was_cut();
            assert_int_equal(trouble, cut ? STORAGE_ONE_COPY : STORAGE_REPAIRED);
            assert_true(same_settings(&params, &expected));
            trouble = load(&params);
            assert_true(trouble == STORAGE_OK || (cut && trouble == STORAGE_REPAIRED));
            assert_true(same_settings(&params, &expected));
            assert_loads(1, STORAGE_OK);
        }
    }
}

static void any_rotten_bit_of_a_copy_is_repaired(void **state)
{
    (void)state;
    unsigned repaired = 0;
    new_storage(SMALL_PAGE);
    save(1);
    bench_keep();
    uint32_t used = FLASH_LOG_PAGE_HEADER_SIZE + FLASH_LOG_RECORD_SIZE(storage.params.newest.size);
    for (uint32_t bit = 0; bit < 2 * used * 8; bit += ROT_STRIDE) {
        struct params params, expected = settings(1);
        bench_go_back();
        uint32_t byte = bit / 8;
        sim_flash_rot(&bench.sim, byte < used ? byte : byte - used + SMALL_PAGE, bit % 8);
        enum storage_trouble trouble = load(&params);
        assert_true(trouble == STORAGE_OK || trouble == STORAGE_REPAIRED);
        assert_true(same_settings(&params, &expected));
        repaired += trouble == STORAGE_REPAIRED;
        if (trouble == STORAGE_REPAIRED)
            assert_loads(1, STORAGE_OK);
    }
    /* All but the bits of the padding. */
    assert_true(repaired * ROT_STRIDE > 2 * (used - 16) * 8);
}

static void with_both_copies_rotten_the_loss_is_reported(void **state)
{
    (void)state;
    struct params params, defaults;
    params_init(&defaults);
    static const uint32_t places[] = {0, 9, 30, 200, 1000};
    for (size_t a = 0; a < COUNT(places); a++) {
        for (size_t b = 0; b < COUNT(places); b++) {
            new_storage(4096);
            save(1);
            sim_flash_rot(&bench.sim, places[a], 3);
            sim_flash_rot(&bench.sim, 4096 + places[b], 4);
            assert_int_equal(load(&params), STORAGE_BOTH_BAD);
            assert_memory_equal(&params, &defaults, sizeof params);
            assert_int_equal(load(&params), STORAGE_BOTH_BAD);
            save(2);
            assert_loads(2, STORAGE_OK);
        }
    }
}

static void a_flash_full_of_something_else_is_not_a_first_start(void **state)
{
    (void)state;
    struct params params;
    uint8_t bytes[8];
    uint32_t size;
    new_storage(SMALL_PAGE);
    memset(bench.bytes, 0x5A, bench_size());
    assert_int_equal(load(&params), STORAGE_BOTH_BAD);
    assert_int_equal(storage_load_state(&storage, bytes, sizeof bytes, &size), STORAGE_BOTH_BAD);
    save(1);
    assert_int_equal(storage_save_state(&storage, bytes, sizeof bytes), RESULT_OK);
    assert_loads(1, STORAGE_OK);
    assert_int_equal(storage_load_state(&storage, bytes, sizeof bytes, &size), STORAGE_OK);
}

/* A cut between the copies, then the new one rots: the set before is better than none. */
static void the_older_set_serves_when_the_only_new_copy_rots(void **state)
{
    (void)state;
    struct params new = settings(2);
    new_storage(SMALL_PAGE);
    save(1);
    uint64_t steps_of_a_copy = bench.sim.steps / 2;
    sim_flash_cut_after(&bench.sim, steps_of_a_copy);
    assert_int_equal(storage_save_params(&storage, &new), RESULT_IO);
    sim_flash_power_on(&bench.sim);
    assert_loads(2, STORAGE_OK);
    page_bytes(storage.params.newest.page)[500] ^= 0x10;
    assert_loads(1, STORAGE_REPAIRED);
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    new_storage(SMALL_PAGE);
    storage.params.erases = storage.params.records = UINT32_MAX - 4;
    for (int32_t seed = 1; seed <= 6; seed++) {
        save(seed);
        assert_loads(seed, STORAGE_OK);
    }
    assert_true(storage.params.records < 100);
}

/* A set as other firmware might store it. */
static void put_foreign(struct flash_writer *writer, const char *name, const char *value,
                        uint8_t size)
{
    uint8_t head[5];
    put_u32le(head, storage_key(name));
    head[4] = size;
    flash_log_put(writer, head, sizeof head);
    flash_log_put(writer, value, size);
}

static void settings_of_other_firmware_keep_what_both_know(void **state)
{
    (void)state;
    struct params params, expected;
    new_storage(4096);
    for (int copy = 0; copy < 2; copy++) {
        struct flash_writer writer;
        flash_log_begin(&storage.params, &writer, 9 + 9 + 9 + 205 + 10 + 6 + 7 + 26);
        put_foreign(&writer, "cell_uvp_mv", "\x28\x0A\0\0", 4); /* 2600; out of order */
        put_foreign(&writer, "colour_of_the_case", "\1\0\0\0", 4);
        put_foreign(&writer, "cell_ovp_mv", "\x2E\x0E\0\0", 4); /* 3630 */
        char poem[200] = "a text longer than any of ours";
        put_foreign(&writer, "poem", poem, sizeof poem);
        put_foreign(&writer, "device_name", "short", 5);
        put_foreign(&writer, "cell_ovp2_mv", "\1", 1);      /* a number of another size */
        put_foreign(&writer, "board_rating_ma", "\1\2", 2); /* was writable once */
        put_foreign(&writer, "user_data", "longer than sixteen..", 21);
        assert_int_equal(flash_log_end(&writer), RESULT_OK);
    }
    params_init(&expected);
    expected.cell_uvp_mv = 2600;
    expected.cell_ovp_mv = 3630;
    strcpy(expected.device_name, "short");
    assert_int_equal(load(&params), STORAGE_OK);
    assert_true(same_settings(&params, &expected));
    assert_true(params_have(&params, PARAM_cell_uvp_mv));
    assert_false(params_have(&params, PARAM_cell_ovp2_mv));
}

static void a_list_that_ends_inside_an_entry_is_read_up_to_there(void **state)
{
    (void)state;
    struct params params, expected;
    struct flash_writer writer;
    new_storage(4096);
    flash_log_begin(&storage.params, &writer, 9 + 8);
    put_foreign(&writer, "cell_uvp_mv", "\x28\x0A\0\0", 4);
    uint8_t head[8] = {0};
    put_u32le(head, storage_key("cell_ovp_mv"));
    head[4] = 4;
    flash_log_put(&writer, head, sizeof head);
    assert_int_equal(flash_log_end(&writer), RESULT_OK);
    params_init(&expected);
    expected.cell_uvp_mv = 2600;
    assert_int_equal(load(&params), STORAGE_REPAIRED);
    assert_true(same_settings(&params, &expected));
}

static void wear_is_counted_through_restarts(void **state)
{
    (void)state;
    struct event event = {.time_s = 1};
    new_storage(SMALL_PAGE);
    for (int32_t seed = 1; seed <= 10; seed++) {
        save(seed);
        event_log_put(&storage.events, &event);
        restart();
    }
    struct storage_wear params = storage_wear(&storage, STORAGE_PARAMS);
    struct storage_wear events = storage_wear(&storage, STORAGE_EVENTS);
    assert_int_equal(params.erases, 20);
    assert_int_equal(params.records, 20);
    assert_int_equal(params.pages, 2);
    assert_int_equal(bench.erase_counts[0] + bench.erase_counts[1], 20);
    assert_int_equal(events.erases, 1);
    assert_int_equal(events.records, 10);
    assert_int_equal(events.pages, EVENT_LOG_PAGES(SMALL_PAGE));
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

static unsigned erases_that_fail;

static int erase_at_the_second_try(void *context, uint32_t page)
{
    const struct sim_flash *sim = context;
    if (erases_that_fail == 0)
        return sim->flash.erase(context, page);
    erases_that_fail--;
    return RESULT_IO;
}

static void a_write_that_fails_is_tried_once_more(void **state)
{
    (void)state;
    struct params params = settings(2);
    new_storage(SMALL_PAGE);
    save(1);
    struct flash flash = bench.sim.flash;
    flash.erase = erase_at_the_second_try;
    assert_int_equal(storage_init(&storage, &flash), RESULT_OK);
    erases_that_fail = 2;
    assert_int_equal(storage_save_params(&storage, &params), RESULT_IO);
    erases_that_fail = 1;
    assert_int_equal(storage_save_params(&storage, &params), RESULT_OK);
    assert_loads(2, STORAGE_OK);
}

static void a_worn_page_of_the_settings_is_reported_at_every_start(void **state)
{
    (void)state;
    struct params params, expected = settings(1);
    new_storage(SMALL_PAGE);
    save(1);
    struct flash flash = bench.sim.flash;
    flash.program = program_but_not_there;
    worn_page = 0;
    page_bytes(0)[50] ^= 1;
    for (int i = 0; i < 3; i++) {
        params_init(&params);
        assert_int_equal(storage_init(&storage, &flash), RESULT_OK);
        assert_int_equal(storage_load_params(&storage, &params), STORAGE_ONE_COPY);
        assert_true(same_settings(&params, &expected));
        assert_int_equal(storage_save_params(&storage, &params), RESULT_IO);
    }
}

static void a_flash_that_cannot_be_read_is_not_taken_for_blank(void **state)
{
    (void)state;
    struct params params, defaults;
    uint8_t byte;
    uint32_t size;
    params_init(&params);
    params_init(&defaults);
    new_storage(SMALL_PAGE);
    save(1);
    assert_int_equal(storage_save_state(&storage, (const uint8_t *)"state", 5), RESULT_OK);
    bench.sim.powered = false;
    assert_int_equal(storage_load_params(&storage, &params), STORAGE_FAILED);
    assert_memory_equal(&params, &defaults, sizeof params);
    assert_int_equal(storage_load_state(&storage, &byte, 1, &size), STORAGE_FAILED);
    assert_int_equal(storage_init(&storage, &bench.sim.flash), RESULT_IO);
    assert_int_equal(storage_load_params(&storage, &params), STORAGE_FAILED);
    assert_int_equal(storage_load_state(&storage, &byte, 1, &size), STORAGE_FAILED);
    sim_flash_power_on(&bench.sim);
    assert_loads(1, STORAGE_OK);
}

static void a_flash_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t page_size;
        uint32_t page_count;
        int result;
    } cases[] = {
        {2048,  STORAGE_PAGES_MIN(2048),     RESULT_OK      },
        {2048,  STORAGE_PAGES_MIN(2048) - 1, RESULT_NO_SPACE},
        {4096,  STORAGE_PAGES_MIN(4096),     RESULT_OK      },
        {4096,  STORAGE_PAGES_MIN(4096) - 1, RESULT_NO_SPACE},
        {2040,  80,                          RESULT_NO_SPACE},
        {2052,  70,                          RESULT_NO_SPACE},
        {65544, 100,                         RESULT_NO_SPACE},
        {65536, 65536,                       RESULT_NO_SPACE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t byte;
        uint32_t size;
        struct params params;
        bench_init(4096, 40);
        bench.sim.flash.page_size = cases[i].page_size;
        bench.sim.flash.page_count = cases[i].page_count;
        assert_int_equal(storage_init(&storage, &bench.sim.flash), cases[i].result);
        enum storage_trouble expected =
            cases[i].result == RESULT_OK ? STORAGE_BLANK : STORAGE_FAILED;
        params_init(&params);
        assert_int_equal(storage_load_params(&storage, &params), expected);
        assert_int_equal(storage_load_state(&storage, &byte, 1, &size), expected);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_flash_is_blank),
        cmocka_unit_test(settings_and_texts_come_back_after_a_restart),
        cmocka_unit_test(rows_that_nobody_writes_stay_with_the_firmware),
        cmocka_unit_test(keys_of_all_settings_differ),
        cmocka_unit_test(settings_survive_a_power_cut_at_any_byte),
        cmocka_unit_test(the_store_works_on_after_a_cut),
        cmocka_unit_test(the_very_first_save_may_be_cut_many_times),
        cmocka_unit_test(a_cut_during_a_repair_loses_nothing),
        cmocka_unit_test(any_rotten_bit_of_a_copy_is_repaired),
        cmocka_unit_test(with_both_copies_rotten_the_loss_is_reported),
        cmocka_unit_test(a_flash_full_of_something_else_is_not_a_first_start),
        cmocka_unit_test(the_older_set_serves_when_the_only_new_copy_rots),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(settings_of_other_firmware_keep_what_both_know),
        cmocka_unit_test(a_list_that_ends_inside_an_entry_is_read_up_to_there),
        cmocka_unit_test(wear_is_counted_through_restarts),
        cmocka_unit_test(a_write_that_fails_is_tried_once_more),
        cmocka_unit_test(a_worn_page_of_the_settings_is_reported_at_every_start),
        cmocka_unit_test(a_flash_that_cannot_be_read_is_not_taken_for_blank),
        cmocka_unit_test(a_flash_that_does_not_fit_is_refused),
    };
    return RUN_TESTS(tests);
}
