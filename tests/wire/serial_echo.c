/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/serial_echo.c.
 */
#include "tests/support/test.h"

#include "wire/serial_echo.h"

static const uint8_t request[] = {1, 2, 3, 4};
static const struct serial_sent all_sent = {request, 4, 4};

static struct serial_input hear(struct serial_echo *echo, const char *bytes, size_t size,
                                struct serial_input *rest)
{
    *rest = (struct serial_input){(const uint8_t *)bytes, size};
    return serial_echo_skip(echo, &all_sent, rest);
}

static void an_echo_is_taken_out_in_pieces_of_every_size(void **state)
{
    (void)state;
    static const char line[] = "\1\2\3\4\1\2";
    for (size_t piece = 1; piece <= 6; piece++) {
        struct serial_echo echo = {0};
        struct serial_input rest;
        size_t left = 0;
        serial_echo_expect(&echo);
        for (size_t at = 0; at < 6; at += piece) {
            size_t size = 6 - at < piece ? 6 - at : piece;
            assert_int_equal(hear(&echo, line + at, size, &rest).size, 0);
            left += rest.size;
        }
        assert_int_equal(left, 2); /* the answer begins like the request */
        assert_int_equal(echo.count, 1);
        assert_false(echo.expected);
    }
}

static void what_only_begins_like_an_echo_is_given_back(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= 3; cut++) {
        struct serial_echo echo = {0};
        struct serial_input rest;
        serial_echo_expect(&echo);
        struct serial_input begun = hear(&echo, "\1\2", cut < 2 ? cut : 2, &rest);
        assert_int_equal(begun.size, 0);
        begun = hear(&echo, cut < 3 ? "\7" : "\3\7", cut < 3 ? 1 : 2, &rest);
        assert_int_equal(begun.size, cut);
        assert_memory_equal(begun.bytes, request, cut);
        assert_int_equal(rest.size, 1);
        assert_int_equal(rest.bytes[0], 7);
        assert_int_equal(echo.count, 0);
        assert_false(echo.expected);
    }
}

static void an_echo_never_runs_ahead_of_what_was_sent(void **state)
{
    (void)state;
    const struct serial_sent half = {request, 2, 4};
    struct serial_input rest = {(const uint8_t *)"\1\2\3", 3};
    struct serial_echo echo = {0};
    serial_echo_expect(&echo);
    assert_int_equal(serial_echo_skip(&echo, &half, &rest).size, 2);
    assert_int_equal(rest.size, 1);
}

static void nothing_is_taken_when_none_is_expected(void **state)
{
    (void)state;
    struct serial_echo echo = {0};
    struct serial_input rest;
    assert_int_equal(hear(&echo, "\1\2\3\4", 4, &rest).size, 0);
    assert_int_equal(rest.size, 4);
    assert_int_equal(serial_echo_end(&echo, &all_sent).size, 0);
}

static void an_echo_that_stops_is_given_back_at_the_end(void **state)
{
    (void)state;
    struct serial_echo echo = {0};
    struct serial_input rest;
    serial_echo_expect(&echo);
    hear(&echo, "\1\2", 2, &rest);
    struct serial_input begun = serial_echo_end(&echo, &all_sent);
    assert_int_equal(begun.size, 2);
    assert_ptr_equal(begun.bytes, request);
    assert_int_equal(serial_echo_end(&echo, &all_sent).size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_is_taken_out_in_pieces_of_every_size),
        cmocka_unit_test(what_only_begins_like_an_echo_is_given_back),
        cmocka_unit_test(an_echo_never_runs_ahead_of_what_was_sent),
        cmocka_unit_test(nothing_is_taken_when_none_is_expected),
        cmocka_unit_test(an_echo_that_stops_is_given_back_at_the_end),
    };
    return RUN_TESTS(tests);
}
