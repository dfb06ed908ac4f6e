/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/derate.c with the curves of core/derate.def: their corners, the lines between, and
 * that each stays in range and runs one way.
 */
#include "tests/support/test.h"

#include "core/derate.h"

struct sample {
    uint8_t curve;
    int32_t x;
    int32_t y;
};

static void expect(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(derate_at((enum curve)samples[i].curve, samples[i].x), samples[i].y);
}

static void every_corner_has_its_own_value(void **state)
{
    (void)state;
    struct sample corners[64];
    size_t count = 0;
#define POINT(x, y) corners[count++] = (struct sample){curve, x, y};
#define CURVE(name, points)                                                                        \
    {                                                                                              \
        const uint8_t curve = CURVE_##name;                                                        \
        points                                                                                     \
    }
#include "core/derate.def"
#undef CURVE
#undef POINT
    assert_true(count > 2 * CURVE_COUNT && count <= COUNT(corners));
    expect(corners, count);
}

static void the_ends_are_held(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {CURVE_charge_cold,     -400,      0   },
        {CURVE_charge_cold,     INT32_MIN, 0   },
        {CURVE_charge_cold,     300,       500 },
        {CURVE_charge_hot,      -400,      500 },
        {CURVE_charge_hot,      451,       0   },
        {CURVE_charge_hot,      INT32_MAX, 0   },
        {CURVE_discharge_cold,  -202,      0   },
        {CURVE_discharge_cold,  600,       1000},
        {CURVE_discharge_hot,   -400,      1000},
        {CURVE_discharge_hot,   1250,      0   },
        {CURVE_switch_hot,      250,       1000},
        {CURVE_switch_hot,      1250,      0   },
        {CURVE_cell_high,       0,         1000},
        {CURVE_cell_high,       4500,      0   },
        {CURVE_cell_low,        0,         0   },
        {CURVE_cell_low,        3650,      1000},
        {CURVE_cell_low,        INT32_MAX, 1000},
        {CURVE_cell_low,        INT32_MIN, 0   },
        {CURVE_gentle,          0,         50  },
        {CURVE_gentle,          3650,      1000},
        {CURVE_soc_high,        0,         1000},
        {CURVE_soc_high,        1001,      0   },
        {CURVE_soc_low,         -1,        0   },
        {CURVE_soc_low,         1000,      1000},
        {CURVE_cold_resistance, -400,      4075},
        {CURVE_cold_resistance, 1,         0   },
    };
    expect(samples, COUNT(samples));
}

static void between_corners_runs_a_straight_line(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {CURVE_charge_cold,     75,   150 },
        {CURVE_charge_cold,     125,  300 },
        {CURVE_charge_hot,      408,  451 },
        {CURVE_discharge_cold,  -150, 350 },
        {CURVE_discharge_cold,  -50,  650 },
        {CURVE_discharge_cold,  25,   900 },
        {CURVE_discharge_hot,   533,  733 },
        {CURVE_switch_hot,      750,  625 },
        {CURVE_switch_hot,      850,  125 },
        {CURVE_cell_high,       3475, 750 },
        {CURVE_cell_high,       3525, 350 },
        {CURVE_cell_high,       3575, 125 },
        {CURVE_cell_high,       3615, 25  },
        {CURVE_cell_low,        2825, 25  },
        {CURVE_cell_low,        2900, 125 },
        {CURVE_cell_low,        3000, 350 },
        {CURVE_cell_low,        3100, 750 },
        {CURVE_soc_high,        985,  400 },
        {CURVE_soc_low,         50,   400 },
        {CURVE_cold_resistance, -125, 1546},
        {CURVE_cold_resistance, -25,  440 },
    };
    expect(samples, COUNT(samples));
}

static void no_charge_at_or_below_freezing_nor_from_45_degrees(void **state)
{
    (void)state;
    for (int32_t ddegc = -400; ddegc <= 0; ddegc++)
        assert_int_equal(derate_at(CURVE_charge_cold, ddegc), 0);
    assert_true(derate_at(CURVE_charge_cold, 1) > 0);
    assert_true(derate_at(CURVE_charge_hot, 449) > 0);
    for (int32_t ddegc = 450; ddegc <= 1250; ddegc++)
        assert_int_equal(derate_at(CURVE_charge_hot, ddegc), 0);
}

static void every_curve_stays_in_range_and_runs_one_way(void **state)
{
    (void)state;
    static const bool rising[CURVE_COUNT] = {
        [CURVE_charge_cold] = true, [CURVE_discharge_cold] = true, [CURVE_cell_low] = true,
        [CURVE_gentle] = true,      [CURVE_soc_low] = true,
    };
    for (int curve = 0; curve < CURVE_COUNT; curve++) {
        bool rises = rising[curve];
        int32_t most = curve == CURVE_cold_resistance ? 4075 : 1000;
        int32_t before = derate_at((enum curve)curve, -500);
        for (int32_t x = -499; x <= 5000; x++) {
            int32_t y = derate_at((enum curve)curve, x);
            assert_in_range(y, 0, most);
            assert_true(rises ? y >= before : y <= before);
            before = y;
        }
    }
}

static void a_curve_that_does_not_exist_is_an_error(void **state)
{
    (void)state;
    expect_assert_failure(derate_at(CURVE_COUNT, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_corner_has_its_own_value),
        cmocka_unit_test(the_ends_are_held),
        cmocka_unit_test(between_corners_runs_a_straight_line),
        cmocka_unit_test(no_charge_at_or_below_freezing_nor_from_45_degrees),
        cmocka_unit_test(every_curve_stays_in_range_and_runs_one_way),
        cmocka_unit_test(a_curve_that_does_not_exist_is_an_error),
    };
    return RUN_TESTS(tests);
}
