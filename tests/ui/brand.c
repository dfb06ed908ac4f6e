/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/brand.c: bit rates, numbers and pin warnings of rows of the pick list.
 */
#include "tests/support/test.h"

#include "base/text.h"
#include "protocols/uarts.h"
#include "ui/brand.h"
#include "wire/can_rows.h"

static const struct brand *row_of(const char *name, const char *use)
{
    for (size_t i = 0; i < brand_count; i++) {
        if (text_equal(brands[i].brand, name) && text_equal(brands[i].use, use))
            return &brands[i];
    }
    fail_msg("no row %s %s", name, use);
    return NULL;
}

static const char *warning_of(const char *name, const char *use)
{
    static char text[BRAND_PINS_SIZE_MAX];
    struct text_writer writer;
    writer_init(&writer, text, sizeof(text));
    brand_pins_warning(&writer, row_of(name, use));
    assert_false(writer.overflow);
    return text;
}

static void the_bit_rate_is_that_of_the_profile(void **state)
{
    (void)state;
    assert_int_equal(brand_bitrate(row_of("JK", "jk_can:250k")), 250000);
    assert_int_equal(brand_bitrate(row_of("JK", "jk_can:500k")), 500000);
    assert_int_equal(brand_bitrate(row_of("JK", "jk_rs485")), 115200);
    assert_int_equal(brand_bitrate(row_of("Pylontech", "pylon_rs485")), 9600);
    assert_int_equal(brand_bitrate(row_of("Voltronic", "-")), 0);
}

static void a_row_without_a_number_takes_that_of_its_protocol(void **state)
{
    (void)state;
    assert_int_equal(row_of("Solis", "pylon_can:v12")->number, -1);
    assert_int_equal(brand_choice(row_of("Solis", "pylon_can:v12")), 2);
    assert_int_equal(brand_choice(row_of("Pylontech", "pylon_can:v12")), 2);
    assert_int_equal(brand_choice(row_of("JK", "jk_rs485")), 1);
    assert_int_equal(brand_choice(row_of("Voltronic", "-")), -1);
}

static void exchanged_lines_other_pins_and_unknown_ones_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(warning_of("SMA", "sma_can"), "swap CAN-H/CAN-L: hearth cable SMA");
    assert_string_equal(warning_of("Growatt", "growatt_can:rev05"),
                        "swap CAN-H/CAN-L: hearth cable Growatt");
    assert_string_equal(warning_of("Victron", "victron_can"), "other pins: hearth cable Victron");
    assert_string_equal(warning_of("Deye", "deye_can:pylon"), "pins not known");
    assert_string_equal(warning_of("JK", "jk_rs485"), "pins not known"); /* no socket at all */
}

static void a_socket_that_a_straight_cable_meets_needs_no_warning(void **state)
{
    (void)state;
    static const struct brand sol_ark = {"Sol-Ark", "-", "-", "-", "-", -1, BUS_RS485};
    static const struct brand sol_ark_can = {"Sol-Ark", "-", "-", "-", "-", -1, BUS_CAN};
    assert_int_equal(brand_pins(&sol_ark), BRAND_PINS_FIT);
    assert_int_equal(brand_pins(&sol_ark_can), BRAND_PINS_SWAPPED);
    char text[BRAND_PINS_SIZE_MAX];
    struct text_writer writer;
    writer_init(&writer, text, sizeof(text));
    brand_pins_warning(&writer, &sol_ark);
    assert_string_equal(text, "");
}

static void only_profiles_that_exist_have_a_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < brand_count; i++) {
        int number = brand_choice(&brands[i]);
        if (number < 0)
            continue;
        if (brands[i].bus == BUS_CAN)
            assert_ptr_equal(brand_can(number), brand_profile(&brands[i]));
        else
            assert_string_equal(uart_find(number)->use, brands[i].use);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bit_rate_is_that_of_the_profile),
        cmocka_unit_test(a_row_without_a_number_takes_that_of_its_protocol),
        cmocka_unit_test(exchanged_lines_other_pins_and_unknown_ones_are_told_apart),
        cmocka_unit_test(a_socket_that_a_straight_cable_meets_needs_no_warning),
        cmocka_unit_test(only_profiles_that_exist_have_a_number),
    };
    return RUN_TESTS(tests);
}
