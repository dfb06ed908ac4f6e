/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/uarts.c: every row names what is built, numbers are unique.
 */
#include "tests/support/test.h"

#include "protocols/protocols.h"
#include "protocols/uarts.h"

static void numbers_are_unique_and_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < uart_count; i++)
        assert_ptr_equal(uart_find(uarts[i].number), &uarts[i]);
    assert_null(uart_find(-1));
    assert_null(uart_find(255));
}

static void what_a_row_uses_exists(void **state)
{
    (void)state;
    for (size_t i = 0; i < uart_count; i++) {
        const struct uart *uart = &uarts[i];
        assert_true(uart->baud >= 1200);
        if (uart->kind == UART_NONE) {
            assert_string_equal(uart->use, "-");
            continue;
        }
        assert_non_null(protocol_find(uart->use));
        assert_int_equal(uart_serial(uart) != NULL, uart->kind == UART_TABLES);
        assert_int_equal(uart_number(uart->use, uart->baud), uart->number);
    }
}

static void a_protocol_with_two_rates_has_two_numbers(void **state)
{
    (void)state;
    assert_int_equal(uart_number("pylon_rs485", 9600), 14);
    assert_int_equal(uart_number("pylon_rs485", 115200), 5);
    assert_int_equal(uart_number("jk_rs485", 0), 1);
    assert_int_equal(uart_number("jk_rs485", 9600), 13);
    assert_int_equal(uart_number("jk_rs485", 19200), -1);
    assert_int_equal(uart_number("nothing", 0), -1);
}

/* Every serial protocol with tables can be chosen. */
static void each_table_has_a_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < protocol_count; i++) {
        if (protocols[i].serial != NULL && uart_number(protocols[i].name, 0) < 0)
            fail_msg("%s has no number", protocols[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_unique_and_found),
        cmocka_unit_test(what_a_row_uses_exists),
        cmocka_unit_test(a_protocol_with_two_rates_has_two_numbers),
        cmocka_unit_test(each_table_has_a_number),
    };
    return RUN_TESTS(tests);
}
