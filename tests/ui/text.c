/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/text.c.
 */
#include "tests/support/test.h"

#include "core/limits.h"
#include "ui/text.h"

static char buffer[256];
static struct text_writer writer;
static struct snapshot snapshot;

static int start(void **state)
{
    (void)state;
    writer_init(&writer, buffer, sizeof(buffer));
    snapshot_init(&snapshot);
    return 0;
}

static void every_unit_is_shown_as_people_read_it(void **state)
{
    (void)state;
    static const struct {
        int32_t value;
        enum unit unit;
        const char *text;
    } rows[] = {
        {51204,  UNIT_MV,       "51.20 V"     },
        {-12350, UNIT_MA,       "-12.4 A"     },
        {280000, UNIT_MAH,      "280.0 Ah"    },
        {-999,   UNIT_W,        "-999 W"      },
        {-5,     UNIT_DDEGC,    "-0.5 \u00B0C"},
        {997,    UNIT_PERMILLE, "99.7 %"      },
        {1,      UNIT_FLAG,     "yes"         },
        {0,      UNIT_FLAG,     "no"          },
        {42,     UNIT_COUNT,    "42"          },
        {1250,   UNIT_MS,       "1.3 s"       },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(NULL);
        text_value(&writer, rows[i].value, rows[i].unit);
        assert_string_equal(buffer, rows[i].text);
    }
    expect_assert_failure(text_value(&writer, 0, UNIT_KIND_COUNT));
}

static void no_unit_shows_more_decimals_than_it_has(void **state)
{
    (void)state;
    for (size_t unit = 0; unit < UNIT_KIND_COUNT; unit++) {
        assert_non_null(unit_name[unit]);
        assert_true(unit_display[unit].places <= unit_display[unit].exponent);
    }
}

static void a_reason_names_its_cell_from_one_and_its_pack_by_dip(void **state)
{
    (void)state;
    text_reason(&writer, REASON_cell_high, 6);
    assert_string_equal(buffer, "cell voltage is high: taper, cell 7");
    start(NULL);
    text_reason(&writer, REASON_bank_stale, 1);
    assert_string_equal(buffer, "a pack does not answer, pack 1");
    start(NULL);
    text_reason(&writer, REASON_cold, 3);
    assert_string_equal(buffer, "cells are cold");
    start(NULL);
    text_reason(&writer, REASON_cell_low, -1);
    assert_string_equal(buffer, "cell voltage is low: taper");
    expect_assert_failure(text_reason(&writer, REASON_COUNT, 0));
}

static void the_charge_limit_tells_the_voltage_of_its_cell(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_charge_limit_reason, REASON_cell_high);
    snapshot_put(&snapshot, VALUE_charge_limit_index, 6);
    snapshot_put(&snapshot, VALUE_cell_mv + 6, 3510);
    text_limit_reason(&writer, &snapshot, VALUE_charge_limit_reason);
    assert_string_equal(buffer, "cell voltage is high: taper, cell 7 at 3.510 V");
}

static void the_discharge_limit_leaves_out_what_is_not_known(void **state)
{
    (void)state;
    text_limit_reason(&writer, &snapshot, VALUE_discharge_limit_reason);
    assert_string_equal(buffer, "");
    snapshot_put(&snapshot, VALUE_discharge_limit_reason, REASON_cell_low);
    text_limit_reason(&writer, &snapshot, VALUE_discharge_limit_reason);
    assert_string_equal(buffer, "cell voltage is low: taper");
    start(NULL);
    snapshot_put(&snapshot, VALUE_discharge_limit_reason, REASON_cell_low);
    snapshot_put(&snapshot, VALUE_discharge_limit_index, CELL_MAX);
    text_limit_reason(&writer, &snapshot, VALUE_discharge_limit_reason);
    assert_string_equal(buffer, "cell voltage is low: taper, cell 33");
}

static void the_charge_voltage_names_the_highest_cell(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_voltage_limit_reason, REASON_overshoot);
    text_limit_reason(&writer, &snapshot, VALUE_voltage_limit_reason);
    assert_string_equal(buffer, "lowered for a cell above its target");
    start(NULL);
    snapshot_put(&snapshot, VALUE_voltage_limit_reason, REASON_overshoot);
    snapshot_put(&snapshot, VALUE_cell_max_index, 6);
    snapshot_put(&snapshot, VALUE_cell_mv + 6, 3571);
    text_limit_reason(&writer, &snapshot, VALUE_voltage_limit_reason);
    assert_string_equal(buffer, "lowered for a cell above its target, cell 7 at 3.571 V");
}

static void the_charge_voltage_has_no_pack(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_voltage_limit_reason, REASON_bank_pack);
    snapshot_put(&snapshot, VALUE_charge_limit_index, 2);
    text_limit_reason(&writer, &snapshot, VALUE_voltage_limit_reason);
    assert_string_equal(buffer, "set by one pack");
}

static void a_reason_nobody_knows_writes_nothing(void **state)
{
    (void)state;
    snapshot_put(&snapshot, VALUE_charge_limit_reason, REASON_COUNT);
    text_limit_reason(&writer, &snapshot, VALUE_charge_limit_reason);
    snapshot_put(&snapshot, VALUE_charge_limit_reason, -1);
    text_limit_reason(&writer, &snapshot, VALUE_charge_limit_reason);
    assert_string_equal(buffer, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_unit_is_shown_as_people_read_it, start),
        cmocka_unit_test_setup(no_unit_shows_more_decimals_than_it_has, start),
        cmocka_unit_test_setup(a_reason_names_its_cell_from_one_and_its_pack_by_dip, start),
        cmocka_unit_test_setup(the_charge_limit_tells_the_voltage_of_its_cell, start),
        cmocka_unit_test_setup(the_discharge_limit_leaves_out_what_is_not_known, start),
        cmocka_unit_test_setup(the_charge_voltage_names_the_highest_cell, start),
        cmocka_unit_test_setup(the_charge_voltage_has_no_pack, start),
        cmocka_unit_test_setup(a_reason_nobody_knows_writes_nothing, start),
    };
    return RUN_TESTS(tests);
}
