/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/flash_log.c: records of every size come back, damage costs no more than itself, and
 * the newest record is never given up for one that is not complete.
 */
#include "tests/core/flash_bench.h"

#include "base/bytes.h"
#include "base/result.h"
#include "core/flash_log.h"

enum { PAGE_SIZE = 2048, AREA = 7 };

static struct flash_log new_log(uint32_t page_count)
{
    return (struct flash_log){.flash = bench_init(PAGE_SIZE, page_count + 1),
                              .first_page = 1,
                              .page_count = page_count,
                              .area = AREA};
}

static void restart(struct flash_log *log)
{
    *log = (struct flash_log){.flash = log->flash,
                              .first_page = log->first_page,
                              .page_count = log->page_count,
                              .area = log->area,
                              .page_per_record = log->page_per_record};
    assert_int_equal(flash_log_init(log), RESULT_OK);
}

/* A record of `size` bytes that begins with `number` (if it has room) and goes on with its low
 * byte. */
static int append(struct flash_log *log, uint32_t number, uint32_t size)
{
    uint8_t bytes[PAGE_SIZE];
    struct flash_writer writer;
    memset(bytes, (uint8_t)number, sizeof bytes);
    put_u32le(bytes, number);
    flash_log_begin(log, &writer, size);
    flash_log_put(&writer, bytes, size / 3);
    flash_log_put(&writer, bytes + size / 3, size - size / 3);
    return flash_log_end(&writer);
}

static uint32_t number_of(struct flash_log *log, const struct flash_record *record)
{
    uint8_t bytes[4] = {0};
    assert_true(record->size >= sizeof bytes);
    assert_int_equal(flash_log_read(log, record, 0, bytes, sizeof bytes), RESULT_OK);
    return get_u32le(bytes);
}

static uint32_t count_in_page(struct flash_log *log, uint32_t page)
{
    struct flash_record record = {.page = page};
    uint32_t count = 0;
    while (flash_log_next(log, &record))
        count++;
    return count;
}

static uint8_t *page_bytes(const struct flash_log *log, uint32_t page)
{
    return bench.bytes + (log->first_page + page) * PAGE_SIZE;
}

static void records_of_every_size_come_back(void **state)
{
    (void)state;
    struct flash_log log = new_log(4);
    assert_int_equal(flash_log_init(&log), RESULT_OK);
    assert_int_equal(log.newest.size, 0);
    for (uint32_t size = 4; size <= PAGE_SIZE - FLASH_LOG_PAGE_HEADER_SIZE - 12; size += 13) {
        uint8_t last;
        assert_int_equal(append(&log, size, size), RESULT_OK);
        restart(&log);
        assert_int_equal(log.newest.size, size);
        assert_int_equal(number_of(&log, &log.newest), size);
        assert_int_equal(flash_log_read(&log, &log.newest, size - 1, &last, 1), RESULT_OK);
        assert_int_equal(last, size > 4 ? (uint8_t)size : 0);
    }
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void what_does_not_fit_into_a_page_is_refused(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    flash_log_init(&log);
    struct flash_writer writer;
    static const uint32_t bad_sizes[] = {0, PAGE_SIZE - FLASH_LOG_PAGE_HEADER_SIZE - 11, 65536,
                                         UINT32_MAX};
    for (size_t i = 0; i < COUNT(bad_sizes); i++) {
        flash_log_begin(&log, &writer, bad_sizes[i]);
        assert_int_equal(flash_log_end(&writer), RESULT_NO_SPACE);
    }
    assert_int_equal(bench.sim.steps, 0);
    assert_int_equal(append(&log, 1, PAGE_SIZE - FLASH_LOG_PAGE_HEADER_SIZE - 12), RESULT_OK);
    append(&log, 2, 8);
    flash_log_begin(&log, &writer, 0);
    append(&log, 3, 8);
    assert_int_equal(count_in_page(&log, log.page), 2);
    assert_int_equal(log.newest.offset, FLASH_LOG_PAGE_HEADER_SIZE + FLASH_LOG_RECORD_SIZE(8));
}

static void another_area_is_not_touched_nor_believed(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    flash_log_init(&log);
    memset(bench.bytes, 0, PAGE_SIZE);
    append(&log, 5, 100);
    for (uint32_t i = 0; i < 3; i++)
        append(&log, 6 + i, 1000);
    for (uint32_t i = 0; i < PAGE_SIZE; i++)
        assert_int_equal(bench.bytes[i], 0);
    log.area++;
    restart(&log);
    assert_int_equal(log.newest.size, 0);
    assert_true(flash_log_was_used(&log, 0));
}

static void the_oldest_page_is_erased_when_the_ring_is_full(void **state)
{
    (void)state;
    struct flash_log log = new_log(3);
    flash_log_init(&log);
    uint32_t per_page = FLASH_LOG_PER_PAGE(PAGE_SIZE, 100);
    for (uint32_t i = 0; i < 3 * per_page; i++)
        append(&log, i, 100);
    for (uint32_t page = 0; page < 3; page++)
        assert_int_equal(count_in_page(&log, page), per_page);
    append(&log, 1000, 100);
    assert_int_equal(count_in_page(&log, 0), 1);
    assert_int_equal(count_in_page(&log, 1), per_page);
    restart(&log);
    assert_int_equal(number_of(&log, &log.newest), 1000);
    assert_int_equal(log.erases, 4);
    assert_int_equal(log.records, 3 * per_page + 1);
}

static void records_fill_a_page_to_its_last_byte(void **state)
{
    (void)state;
    struct flash_log log = new_log(3);
    flash_log_init(&log);
    uint32_t per_page = (PAGE_SIZE - FLASH_LOG_PAGE_HEADER_SIZE) / 88; /* no byte is left over */
    for (uint32_t i = 0; i < 2 * per_page; i++) {
        append(&log, i, 76);
        restart(&log);
    }
    assert_int_equal(log.position, PAGE_SIZE);
    assert_int_equal(log.erases, 2);
    assert_int_equal(count_in_page(&log, 0), per_page);
}

/* Its last word may hold a single byte of the CRC, and that may be FF like an empty place. */
static void a_record_that_ends_like_an_empty_place_is_not_written_over(void **state)
{
    (void)state;
    unsigned seen = 0;
    for (uint32_t number = 0; number < 1500; number++) {
        struct flash_log log = new_log(2);
        flash_log_init(&log);
        append(&log, number, 5);
        uint32_t end = FLASH_LOG_PAGE_HEADER_SIZE + FLASH_LOG_RECORD_SIZE(5);
        seen += page_bytes(&log, 0)[end - FLASH_LOG_WORD_SIZE] == 0xFF;
        restart(&log);
        append(&log, number + 1, 5);
        assert_int_equal(log.newest.offset, end);
        assert_int_equal(count_in_page(&log, 0), 2);
    }
    assert_true(seen > 0);
}

static void a_rotten_record_costs_only_itself(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    flash_log_init(&log);
    for (uint32_t i = 0; i < 5; i++)
        append(&log, i, 100);
    bench_keep();
    for (uint32_t bit = 0; bit < FLASH_LOG_RECORD_SIZE(100) * 8; bit++) {
        uint32_t offset = FLASH_LOG_PAGE_HEADER_SIZE + 2 * FLASH_LOG_RECORD_SIZE(100) + bit / 8;
        sim_flash_rot(&bench.sim, PAGE_SIZE + offset, bit % 8);
        restart(&log);
        assert_int_equal(number_of(&log, &log.newest), 4);
        assert_int_equal(count_in_page(&log, 0), 4);
        bench_go_back();
    }
}

static void the_newest_record_outlives_any_number_of_cuts(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    flash_log_init(&log);
    append(&log, 77, 500);
    for (uint32_t cut = 0; cut < 40; cut++) {
        log.page_per_record = cut % 2 == 0;
        sim_flash_cut_after(&bench.sim, 3 + 10 * cut);
        assert_int_equal(append(&log, 78, 500), RESULT_IO);
        sim_flash_power_on(&bench.sim);
        restart(&log);
        assert_int_equal(number_of(&log, &log.newest), 77);
    }
    assert_int_equal(append(&log, 79, 500), RESULT_OK);
    restart(&log);
    assert_int_equal(number_of(&log, &log.newest), 79);
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    struct flash_log log = new_log(3);
    flash_log_init(&log);
    log.erases = UINT32_MAX - 3;
    log.records = UINT32_MAX - 30;
    for (uint32_t i = 0; i < 60; i++) {
        assert_int_equal(append(&log, i, 200), RESULT_OK);
        restart(&log);
        assert_int_equal(number_of(&log, &log.newest), i);
        assert_int_equal(log.records, (uint32_t)(UINT32_MAX - 29 + i));
    }
    assert_true(log.erases < 10);
}

/* A record of another layout in the middle of good ones, as an older page might hold. */
static void a_record_older_than_its_page_is_not_believed(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    flash_log_init(&log);
    log.records = 50;
    append(&log, 1, 100);
    log.records = 10;
    append(&log, 2, 100);
    restart(&log);
    assert_int_equal(number_of(&log, &log.newest), 1);
    assert_int_equal(log.records, 51);
}

static void a_page_counts_as_used_when_a_record_was_complete(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    log.page_per_record = true;
    flash_log_init(&log);
    assert_false(flash_log_was_used(&log, 0));
    sim_flash_cut_after(&bench.sim, SIM_FLASH_ERASE_STEPS + FLASH_LOG_PAGE_HEADER_SIZE + 20);
    append(&log, 1, 100);
    sim_flash_power_on(&bench.sim);
    assert_false(flash_log_was_used(&log, 0));
    append(&log, 1, 100);
    append(&log, 2, 100);
    assert_true(flash_log_was_used(&log, 0));
    memset(page_bytes(&log, 0), 0, FLASH_LOG_PAGE_HEADER_SIZE);
    assert_true(flash_log_was_used(&log, 0));
    memset(page_bytes(&log, 0) + FLASH_LOG_PAGE_HEADER_SIZE, 0xFF,
           PAGE_SIZE - FLASH_LOG_PAGE_HEADER_SIZE);
    assert_false(flash_log_was_used(&log, 0));
}

static void a_page_whose_erase_was_broken_off_is_passed_over(void **state)
{
    (void)state;
    struct flash_log log = new_log(3);
    flash_log_init(&log);
    append(&log, 1, 1500);
    uint32_t bad = (log.first_page + 1) * PAGE_SIZE + 2000;
    bench.bytes[bad] = 0;
    /* The erase reaches all of the page but its last part. */
    sim_flash_cut_after(&bench.sim, SIM_FLASH_ERASE_STEPS - 1);
    assert_int_equal(append(&log, 2, 1500), RESULT_IO);
    sim_flash_power_on(&bench.sim);
    assert_int_equal(bench.bytes[bad], 0);
    assert_int_equal(append(&log, 3, 1500), RESULT_OK);
    assert_int_equal(log.newest.page, 2);
    restart(&log);
    assert_int_equal(number_of(&log, &log.newest), 3);
}

/* A flash that fails in one place, as one with error correction does after a broken-off write. */
static struct flash faulty;
static uint32_t bad_offset;

static int read_but_not_there(void *context, uint32_t offset, void *bytes, uint32_t size)
{
    const struct sim_flash *sim = context;
    if (bad_offset >= offset && bad_offset < offset + size)
        return RESULT_IO;
    return sim->flash.read(context, offset, bytes, size);
}

static int erase_but_not_there(void *context, uint32_t page)
{
    const struct sim_flash *sim = context;
    int result = sim->flash.erase(context, page);
    if (page == bad_offset / PAGE_SIZE)
        sim->bytes[bad_offset] = 0;
    return result;
}

static void an_unreadable_word_costs_only_its_record(void **state)
{
    (void)state;
    uint32_t stride = FLASH_LOG_RECORD_SIZE(100);
    struct flash_log log = new_log(3);
    flash_log_init(&log);
    for (uint32_t i = 0; i < 3; i++)
        append(&log, i, 100);
    bench_keep();
    faulty = bench.sim.flash;
    faulty.read = read_but_not_there;
    for (uint32_t at = 0; at < 3 * stride; at += FLASH_LOG_WORD_SIZE) {
        bench_go_back();
        bad_offset = PAGE_SIZE + FLASH_LOG_PAGE_HEADER_SIZE + at;
        log = (struct flash_log){.flash = &faulty, .first_page = 1, .page_count = 3, .area = AREA};
        assert_int_equal(flash_log_init(&log), RESULT_IO);
        assert_int_equal(number_of(&log, &log.newest), at < 2 * stride ? 2 : 1);
        assert_int_equal(append(&log, 9, 100), RESULT_OK);
        assert_int_equal(number_of(&log, &log.newest), 9);
    }
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void a_record_that_does_not_read_back_is_not_the_newest(void **state)
{
    (void)state;
    for (uint32_t at = 0; at < FLASH_LOG_RECORD_EXTRA_SIZE + 100; at += 4) {
        struct flash_log log = new_log(3);
        flash_log_init(&log);
        append(&log, 1, 100);
        faulty = bench.sim.flash;
        faulty.read = read_but_not_there;
        log.flash = &faulty;
        bad_offset = PAGE_SIZE + log.position + at;
        assert_int_equal(append(&log, 2, 100), RESULT_IO);
        assert_int_equal(number_of(&log, &log.newest), 1);
        assert_int_equal(append(&log, 3, 100), RESULT_OK);
    }
}

static void a_page_that_does_not_erase_as_a_whole_is_passed_over(void **state)
{
    (void)state;
    struct flash_log log = new_log(4);
    flash_log_init(&log);
    for (uint32_t i = 0; i < 4; i++)
        append(&log, i, 1500);
    faulty = bench.sim.flash;
    faulty.erase = erase_but_not_there;
    log.flash = &faulty;
    bad_offset = 2 * PAGE_SIZE - 1;
    assert_int_equal(append(&log, 4, 1500), RESULT_IO);
    assert_int_equal(number_of(&log, &log.newest), 3);
    assert_int_equal(append(&log, 5, 1500), RESULT_OK);
    assert_int_equal(log.newest.page, 1);
    restart(&log);
    assert_int_equal(number_of(&log, &log.newest), 5);
}

static void an_unreadable_flash_is_an_error_and_never_blank(void **state)
{
    (void)state;
    struct flash_log log = new_log(2);
    bench.sim.powered = false;
    assert_int_equal(flash_log_init(&log), RESULT_IO);
    assert_true(log.read_errors > 0);
    assert_int_equal(log.newest.size, 0);
    assert_true(flash_log_was_used(&log, 0));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_every_size_come_back),
        cmocka_unit_test(what_does_not_fit_into_a_page_is_refused),
        cmocka_unit_test(another_area_is_not_touched_nor_believed),
        cmocka_unit_test(the_oldest_page_is_erased_when_the_ring_is_full),
        cmocka_unit_test(records_fill_a_page_to_its_last_byte),
        cmocka_unit_test(a_record_that_ends_like_an_empty_place_is_not_written_over),
        cmocka_unit_test(a_rotten_record_costs_only_itself),
        cmocka_unit_test(the_newest_record_outlives_any_number_of_cuts),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(a_record_older_than_its_page_is_not_believed),
        cmocka_unit_test(a_page_counts_as_used_when_a_record_was_complete),
        cmocka_unit_test(a_page_whose_erase_was_broken_off_is_passed_over),
        cmocka_unit_test(an_unreadable_word_costs_only_its_record),
        cmocka_unit_test(a_record_that_does_not_read_back_is_not_the_newest),
        cmocka_unit_test(a_page_that_does_not_erase_as_a_whole_is_passed_over),
        cmocka_unit_test(an_unreadable_flash_is_an_error_and_never_blank),
    };
    return RUN_TESTS(tests);
}
