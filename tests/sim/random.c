/* SPDX-License-Identifier: Apache-2.0
 * Tests of sim/random.c.
 */
#include "sim/random.h"

#include "tests/support/test.h"

enum { DRAWS = 20000 };

static void same_seed_gives_the_same_numbers_and_another_seed_others(void **state)
{
    (void)state;
    struct sim_random a;
    struct sim_random b;
    struct sim_random c;
    sim_random_init(&a, 7);
    sim_random_init(&b, 7);
    sim_random_init(&c, 8);
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        uint32_t bits = sim_random_bits(&a);
        assert_int_equal(bits, sim_random_bits(&b));
        equal += bits == sim_random_bits(&c);
    }
    assert_int_equal(equal, 0);
}

static void normal_numbers_have_mean_zero_and_deviation_one(void **state)
{
    (void)state;
    struct sim_random random;
    sim_random_init(&random, 1);
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        double x = sim_random_normal(&random);
        assert_true(x >= -6.0 && x <= 6.0);
        sum += x;
        squares += x * x;
    }
    assert_true(sum / DRAWS > -0.03 && sum / DRAWS < 0.03);
    assert_true(squares / DRAWS > 0.96 && squares / DRAWS < 1.04);
}

static void even_numbers_fill_the_unit_evenly(void **state)
{
    (void)state;
    struct sim_random random;
    sim_random_init(&random, 2);
    int low = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = sim_random_uniform(&random);
        assert_true(x >= 0.0 && x < 1.0);
        low += x < 0.25;
    }
    assert_in_range(low, DRAWS / 4 - 300, DRAWS / 4 + 300);
}

static void a_number_belongs_to_its_seed_and_key(void **state)
{
    (void)state;
    double sum = 0.0;
    for (uint64_t key = 0; key < 1000; key++) {
        assert_true(sim_random_at(3, key) == sim_random_at(3, key));
        assert_true(sim_random_at(3, key) != sim_random_at(4, key));
        assert_true(sim_random_at(3, key) != sim_random_at(3, key + 1));
        sum += sim_random_at(3, key);
    }
    assert_true(sum > 460.0 && sum < 540.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_numbers_and_another_seed_others),
        cmocka_unit_test(normal_numbers_have_mean_zero_and_deviation_one),
        cmocka_unit_test(even_numbers_fill_the_unit_evenly),
        cmocka_unit_test(a_number_belongs_to_its_seed_and_key),
    };
    return RUN_TESTS(tests);
}
