/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/event_log.c: at least the last 1,000 events are there, in order, through restarts,
 * power cuts and rot. Event n has n in its time and derived values elsewhere.
 */
#include "tests/core/flash_bench.h"

#include "base/result.h"
#include "core/event_log.h"

enum { AREA = 1 };

static struct event_log events;

static void restart(void)
{
    assert_int_equal(event_log_init(&events, &bench.sim.flash, 1, AREA), RESULT_OK);
}

static void new_log(uint32_t page_size)
{
    bench_init(page_size, EVENT_LOG_PAGES(page_size) + 1);
    restart();
}

static int put(uint32_t n)
{
    struct event event = {.time_s = n,
                          .before = -(int32_t)n,
                          .value = INT32_MIN + (int32_t)n,
                          .kind = (uint8_t)n,
                          .detail = (uint8_t)(n + 1),
                          .rule = (uint8_t)(n + 2),
                          .session = (uint8_t)(n + 3)};
    return event_log_put(&events, &event);
}

static void put_many(uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n < to; n++)
        assert_int_equal(put(n), RESULT_OK);
}

/* The number of the event at an index; all of it has to be right. */
static uint32_t number_at(uint32_t index)
{
    struct event event;
    assert_int_equal(event_log_get(&events, index, &event), RESULT_OK);
    uint32_t n = event.time_s;
    assert_int_equal(event.before, -(int32_t)n);
    assert_int_equal(event.value, INT32_MIN + (int32_t)n);
    assert_int_equal(event.kind, (uint8_t)n);
    assert_int_equal(event.detail, (uint8_t)(n + 1));
    assert_int_equal(event.rule, (uint8_t)(n + 2));
    assert_int_equal(event.session, (uint8_t)(n + 3));
    return n;
}

/* Everything from first to last, without a gap, and nothing else. */
static void assert_holds(uint32_t first, uint32_t last)
{
    struct event event;
    assert_int_equal(event_log_count(&events), last - first + 1);
    for (uint32_t n = first; n <= last; n++)
        assert_int_equal(number_at(n - first), n);
    assert_int_equal(event_log_get(&events, last - first + 1, &event), RESULT_UNKNOWN);
}

static void a_new_log_is_empty(void **state)
{
    (void)state;
    struct event event;
    new_log(4096);
    assert_int_equal(event_log_count(&events), 0);
    assert_int_equal(event_log_get(&events, 0, &event), RESULT_UNKNOWN);
    assert_int_equal(event_log_get(&events, UINT32_MAX, &event), RESULT_UNKNOWN);
}

static void events_come_back_in_order_after_a_restart(void **state)
{
    (void)state;
    new_log(4096);
    put_many(1, 301);
    assert_holds(1, 300);
    restart();
    assert_holds(1, 300);
    put_many(301, 303);
    restart();
    assert_holds(1, 302);
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void at_least_1000_events_are_there_whatever_came_before(void **state)
{
    (void)state;
    static const uint32_t page_sizes[] = {2048, 4096};
    for (size_t i = 0; i < COUNT(page_sizes); i++) {
        uint32_t room = EVENT_LOG_PAGES(page_sizes[i]) * EVENT_LOG_PER_PAGE(page_sizes[i]);
        new_log(page_sizes[i]);
        for (uint32_t n = 1; n <= 3 * room; n++) {
            put_many(n, n + 1);
            uint32_t count = event_log_count(&events);
            assert_true(n < EVENT_LOG_MIN_COUNT ? count == n : count >= EVENT_LOG_MIN_COUNT);
            assert_int_equal(number_at(0), n - count + 1);
        }
        uint32_t count = event_log_count(&events);
        assert_holds(3 * room - count + 1, 3 * room);
        restart();
        assert_holds(3 * room - count + 1, 3 * room);
    }
}

static void only_the_oldest_page_makes_room(void **state)
{
    (void)state;
    uint32_t per_page = EVENT_LOG_PER_PAGE(4096), room = EVENT_LOG_PAGES(4096) * per_page;
    new_log(4096);
    put_many(1, room + 1);
    assert_int_equal(event_log_count(&events), room);
    put_many(room + 1, room + 2);
    assert_int_equal(event_log_count(&events), room - per_page + 1);
    assert_int_equal(number_at(0), per_page + 1);
}

static void pages_wear_evenly(void **state)
{
    (void)state;
    uint32_t pages = EVENT_LOG_PAGES(2048), room = pages * EVENT_LOG_PER_PAGE(2048);
    new_log(2048);
    put_many(0, 7 * room);
    assert_int_equal(bench.erase_counts[0], 0);
    for (uint32_t page = 1; page <= pages; page++)
        assert_int_equal(bench.erase_counts[page], 7);
    restart();
    assert_int_equal(events.log.erases, 7 * pages);
    assert_int_equal(events.log.records, 7 * room);
}

/* Cuts at every step of one more event after `before` of them. `lost` go with the oldest page. */
static void cut_everywhere(uint32_t before, uint32_t lost)
{
    new_log(2048);
    put_many(1, before + 1);
    bench_keep();
    bool cut = true;
    for (uint64_t step = 0; cut; step++) {
        bench_go_back();
        restart();
        sim_flash_cut_after(&bench.sim, step);
        int result = put(before + 1);
        cut = bench_was_cut();
        assert_int_equal(result, cut ? RESULT_IO : RESULT_OK);
        restart();
        uint32_t count = event_log_count(&events);
        uint32_t last = number_at(count - 1);
        assert_true(last == before || last == before + 1);
        assert_true(cut || last == before + 1);
        if (lost == 0)
            assert_holds(1, last);
        assert_true(count >= before - lost);
        put_many(last + 1, last + 3);
        assert_int_equal(number_at(event_log_count(&events) - 3), last);
        assert_int_equal(number_at(event_log_count(&events) - 1), last + 2);
        assert_true(number_at(0) <= lost + 1);
    }
    assert_int_equal(bench.sim.bad_programs, 0);
}

static void a_power_cut_at_any_byte_costs_at_most_the_event_being_written(void **state)
{
    (void)state;
    cut_everywhere(10, 0);
    cut_everywhere(EVENT_LOG_PER_PAGE(2048), 0); /* with a new page */
}

static void a_power_cut_while_the_oldest_page_goes_leaves_all_the_others(void **state)
{
    (void)state;
    uint32_t per_page = EVENT_LOG_PER_PAGE(2048);
    cut_everywhere(EVENT_LOG_PAGES(2048) * per_page, per_page);
}

/* Whatever part of the page a broken erase has reached. */
static void a_broken_erase_leaves_events_in_order(void **state)
{
    (void)state;
    uint32_t room = EVENT_LOG_PAGES(2048) * EVENT_LOG_PER_PAGE(2048);
    for (uint64_t step = 0; step < 2 * SIM_FLASH_ERASE_STEPS; step++) {
        new_log(2048);
        put_many(1, room + 1);
        bench.sim.erases_backwards = step % 2;
        sim_flash_cut_after(&bench.sim, step / 2);
        assert_int_equal(put(room + 1), RESULT_IO);
        sim_flash_power_on(&bench.sim);
        restart();
        uint32_t count = event_log_count(&events);
        assert_true(count >= EVENT_LOG_MIN_COUNT);
        for (uint32_t i = 1; i < count; i++)
            assert_true(number_at(i) > number_at(i - 1));
        assert_int_equal(number_at(count - 1), room);
        put_many(room + 1, room + 2);
        assert_int_equal(number_at(event_log_count(&events) - 1), room + 1);
    }
}

static void a_rotten_event_is_left_out_and_the_others_stay(void **state)
{
    (void)state;
    struct event event;
    new_log(2048);
    put_many(1, 101);
    uint32_t offset = 2048 + FLASH_LOG_PAGE_HEADER_SIZE + 4 * FLASH_LOG_RECORD_SIZE(EVENT_SIZE);
    for (uint32_t bit = 0; bit < (EVENT_SIZE + FLASH_LOG_RECORD_EXTRA_SIZE) * 8; bit++) {
        sim_flash_rot(&bench.sim, offset + bit / 8, bit % 8);
        restart();
        assert_int_equal(event_log_count(&events), 99);
        assert_int_equal(number_at(3), 4);
        assert_int_equal(number_at(4), 6);
        assert_int_equal(number_at(98), 100);
        sim_flash_rot(&bench.sim, offset + bit / 8, bit % 8);
    }
    restart();
    sim_flash_rot(&bench.sim, 2048 + FLASH_LOG_PAGE_HEADER_SIZE, 0);
    uint32_t in_first_page = EVENT_LOG_PER_PAGE(2048) - 1;
    assert_int_equal(event_log_get(&events, in_first_page, &event), RESULT_IO);
}

static void a_record_of_another_layout_is_no_event(void **state)
{
    (void)state;
    struct flash_writer writer;
    new_log(2048);
    put_many(1, 3);
    flash_log_begin(&events.log, &writer, 20);
    flash_log_put(&writer, "twenty bytes of text", 20);
    assert_int_equal(flash_log_end(&writer), RESULT_OK);
    put_many(3, 5);
    restart();
    assert_holds(1, 4);
}

static void a_flash_without_power_is_an_error(void **state)
{
    (void)state;
    struct event event;
    new_log(2048);
    put_many(1, 4);
    bench.sim.powered = false;
    assert_int_equal(event_log_get(&events, 0, &event), RESULT_IO);
    assert_int_equal(put(4), RESULT_IO);
    assert_int_equal(event_log_init(&events, &bench.sim.flash, 1, AREA), RESULT_IO);
    assert_int_equal(event_log_count(&events), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_log_is_empty),
        cmocka_unit_test(events_come_back_in_order_after_a_restart),
        cmocka_unit_test(at_least_1000_events_are_there_whatever_came_before),
        cmocka_unit_test(only_the_oldest_page_makes_room),
        cmocka_unit_test(pages_wear_evenly),
        cmocka_unit_test(a_power_cut_at_any_byte_costs_at_most_the_event_being_written),
        cmocka_unit_test(a_power_cut_while_the_oldest_page_goes_leaves_all_the_others),
        cmocka_unit_test(a_broken_erase_leaves_events_in_order),
        cmocka_unit_test(a_rotten_event_is_left_out_and_the_others_stay),
        cmocka_unit_test(a_record_of_another_layout_is_no_event),
        cmocka_unit_test(a_flash_without_power_is_an_error),
    };
    return RUN_TESTS(tests);
}
