/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/flash.c: it behaves like NOR flash, also when power fails in the middle.
 */
#include "tests/support/test.h"

#include "base/result.h"
#include "sim/flash.h"

enum { PAGE_SIZE = 64, PAGE_COUNT = 3 };

static uint8_t bytes[PAGE_SIZE * PAGE_COUNT];
static uint32_t erase_counts[PAGE_COUNT];
static struct sim_flash sim;

static const struct flash *new_flash(void)
{
    sim_flash_init(&sim, bytes, erase_counts, PAGE_SIZE, PAGE_COUNT);
    return &sim.flash;
}

static void assert_all(uint32_t from, uint32_t to, uint8_t expected)
{
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(bytes[i], expected);
}

static void a_new_flash_reads_ff(void **state)
{
    (void)state;
    uint8_t read[PAGE_SIZE];
    const struct flash *flash = new_flash();
    assert_int_equal(flash->read(flash->context, PAGE_SIZE, read, PAGE_SIZE), RESULT_OK);
    for (int i = 0; i < PAGE_SIZE; i++)
        assert_int_equal(read[i], 0xFF);
}

static void programming_only_clears_bits(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    static const uint8_t first[8] = {0xF0, 1, 2, 3, 4, 5, 6, 7}, second[8] = {0x3C};
    assert_int_equal(flash->program(flash->context, 8, first, 8), RESULT_OK);
    assert_memory_equal(bytes + 8, first, 8);
    assert_int_equal(sim.bad_programs, 0);
    assert_int_equal(flash->program(flash->context, 8, second, 8), RESULT_OK);
    assert_int_equal(bytes[8], 0x30);
    assert_all(9, 16, 0);
    assert_int_equal(sim.bad_programs, 8);
}

static void erasing_sets_one_page_to_ff_and_is_counted(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(flash->erase(flash->context, 1), RESULT_OK);
    assert_all(0, PAGE_SIZE, 0);
    assert_all(PAGE_SIZE, 2 * PAGE_SIZE, 0xFF);
    assert_all(2 * PAGE_SIZE, 3 * PAGE_SIZE, 0);
    assert_int_equal(erase_counts[0], 0);
    assert_int_equal(erase_counts[1], 1);
}

static void nothing_is_reached_beyond_the_end(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    uint8_t two[2] = {0};
    uint32_t last = sizeof bytes - 1;
    assert_int_equal(flash->read(flash->context, last, two, 2), RESULT_IO);
    assert_int_equal(flash->read(flash->context, UINT32_MAX, two, 2), RESULT_IO);
    assert_int_equal(flash->program(flash->context, last, two, 2), RESULT_IO);
    assert_int_equal(flash->erase(flash->context, PAGE_COUNT), RESULT_IO);
    assert_int_equal(flash->read(flash->context, last, two, 1), RESULT_OK);
    assert_all(0, sizeof bytes, 0xFF);
}

static void a_power_cut_leaves_half_a_byte_and_stops_everything(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    static const uint8_t zeros[8] = {0};
    uint8_t read;
    sim_flash_cut_after(&sim, 3);
    assert_int_equal(flash->program(flash->context, 0, zeros, 8), RESULT_IO);
    assert_all(0, 3, 0);
    assert_int_equal(bytes[3], 0xF0);
    assert_all(4, PAGE_SIZE, 0xFF);
    assert_int_equal(flash->read(flash->context, 0, &read, 1), RESULT_IO);
    assert_int_equal(flash->program(flash->context, 8, zeros, 8), RESULT_IO);
    assert_int_equal(flash->erase(flash->context, 0), RESULT_IO);
    sim_flash_power_on(&sim);
    assert_int_equal(flash->program(flash->context, 8, zeros, 8), RESULT_OK);
}

static void a_broken_erase_clears_either_end_of_the_page(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    memset(bytes, 0, sizeof bytes);
    sim_flash_cut_after(&sim, 1);
    assert_int_equal(flash->erase(flash->context, 0), RESULT_IO);
    assert_all(0, PAGE_SIZE / 4, 0xFF);
    assert_all(PAGE_SIZE / 4, PAGE_SIZE, 0);
    sim_flash_power_on(&sim);
    sim.erases_backwards = true;
    sim_flash_cut_after(&sim, 3);
    assert_int_equal(flash->erase(flash->context, 1), RESULT_IO);
    assert_all(PAGE_SIZE, PAGE_SIZE + PAGE_SIZE / 4, 0);
    assert_all(PAGE_SIZE + PAGE_SIZE / 4, 2 * PAGE_SIZE, 0xFF);
    assert_int_equal(erase_counts[0] + erase_counts[1], 2);
}

static void words_that_are_not_whole_are_noticed(void **state)
{
    (void)state;
    const struct flash *flash = new_flash();
    static const uint8_t zeros[8] = {0};
    flash->program(flash->context, 0, zeros, 7);
    flash->program(flash->context, 12, zeros, 8);
    assert_int_equal(sim.bad_programs, 2);
}

static void a_bit_rots_either_way(void **state)
{
    (void)state;
    new_flash();
    sim_flash_rot(&sim, 5, 7);
    assert_int_equal(bytes[5], 0x7F);
    sim_flash_rot(&sim, 5, 7);
    assert_int_equal(bytes[5], 0xFF);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_flash_reads_ff),
        cmocka_unit_test(programming_only_clears_bits),
        cmocka_unit_test(erasing_sets_one_page_to_ff_and_is_counted),
        cmocka_unit_test(nothing_is_reached_beyond_the_end),
        cmocka_unit_test(a_power_cut_leaves_half_a_byte_and_stops_everything),
        cmocka_unit_test(a_broken_erase_clears_either_end_of_the_page),
        cmocka_unit_test(words_that_are_not_whole_are_noticed),
        cmocka_unit_test(a_bit_rots_either_way),
    };
    return RUN_TESTS(tests);
}
