/* SPDX-License-Identifier: Apache-2.0
 * Modbus TCP frames: where they end, what cannot be one, and the RTU form of the same request.
 */
#include "wire/modbus_tcp.h"

#include "base/result.h"
#include "tests/support/test.h"
#include "wire/serial_line.h"

/* Transaction 0x1234, unit 0x11, read of 3 words from 0x006B. */
static const uint8_t request[] = {0x12, 0x34, 0, 0, 0, 6, 0x11, 3, 0, 0x6B, 0, 3};

static void a_frame_is_as_long_as_its_head_says(void **state)
{
    (void)state;
    assert_int_equal(modbus_tcp_size(request, sizeof(request)), 12);
    assert_int_equal(modbus_tcp_size(request, 6), 12);
}

static void a_head_that_is_not_complete_waits(void **state)
{
    (void)state;
    for (size_t size = 1; size < 6; size++)
        assert_int_equal(modbus_tcp_size(request, size), 0);
}

static void another_protocol_is_no_frame_as_soon_as_it_shows(void **state)
{
    (void)state;
    static const uint8_t high[] = {0, 1, 1, 0, 0, 6, 1, 3};
    static const uint8_t low[] = {0, 1, 0, 1, 0, 6, 1, 3};
    for (size_t size = 3; size <= sizeof(high); size++)
        assert_int_equal(modbus_tcp_size(high, size), RESULT_UNKNOWN);
    assert_int_equal(modbus_tcp_size(low, 3), 0);
    for (size_t size = 4; size <= sizeof(low); size++)
        assert_int_equal(modbus_tcp_size(low, size), RESULT_UNKNOWN);
}

static void an_impossible_length_is_no_frame(void **state)
{
    (void)state;
    static const struct {
        uint16_t length;
        int size;
    } cases[] = {
        {0,      RESULT_UNKNOWN},
        {1,      RESULT_UNKNOWN},
        {2,      8             },
        {254,    260           },
        {255,    RESULT_UNKNOWN},
        {256,    RESULT_UNKNOWN},
        {0x0106, RESULT_UNKNOWN}
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const uint8_t head[] = {
            0, 0, 0, 0, (uint8_t)(cases[i].length >> 8), (uint8_t)cases[i].length};
        assert_int_equal(modbus_tcp_size(head, sizeof(head)), cases[i].size);
        /* Too long shows before the last byte of the head. */
        assert_int_equal(modbus_tcp_size(head, 5), cases[i].length > 255 ? RESULT_UNKNOWN : 0);
    }
    assert_int_equal(MODBUS_TCP_SIZE_MAX, 260);
}

static void a_request_becomes_the_serial_one_for_an_address(void **state)
{
    (void)state;
    uint8_t rtu[MODBUS_SIZE_MAX];
    uint8_t expected[MODBUS_SIZE_MAX];
    size_t size = modbus_tcp_to_rtu(request, sizeof(request), 1, rtu);
    assert_int_equal(size, modbus_read_request(expected, 1, 0x6B, 3));
    assert_memory_equal(rtu, expected, size);
}

static void the_longest_request_fits(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_TCP_SIZE_MAX] = {0, 1, 0, 0, 0, 254, 1, MODBUS_WRITE};
    uint8_t rtu[MODBUS_SIZE_MAX];
    frame[sizeof(frame) - 1] = 0xA5;
    assert_int_equal(modbus_tcp_to_rtu(frame, sizeof(frame), 1, rtu), MODBUS_SIZE_MAX);
    assert_int_equal(rtu[MODBUS_SIZE_MAX - 3], 0xA5);
    assert_true(modbus_sealed(rtu, MODBUS_SIZE_MAX));
}

static void an_answer_has_the_transaction_and_unit_of_its_request(void **state)
{
    (void)state;
    uint8_t rtu[] = {1, 3, 2, 0xAB, 0xCD, 0, 0};
    uint8_t frame[MODBUS_TCP_SIZE_MAX];
    static const uint8_t expected[] = {0x12, 0x34, 0, 0, 0, 5, 0x11, 3, 2, 0xAB, 0xCD};
    size_t size = modbus_seal(rtu, 5);
    assert_int_equal(modbus_tcp_from_rtu(request, rtu, size, frame), sizeof(expected));
    assert_memory_equal(frame, expected, sizeof(expected));
    assert_int_equal(modbus_tcp_unit(frame), 0x11);
}

static void an_exception_names_the_function(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_TCP_SIZE_MAX];
    static const uint8_t expected[] = {0x12, 0x34, 0, 0, 0, 3, 0x11, 0x83, 2};
    assert_int_equal(modbus_tcp_exception(request, MODBUS_ILLEGAL_ADDRESS, frame),
                     sizeof(expected));
    assert_memory_equal(frame, expected, sizeof(expected));
}

static bool always(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    return size > 0;
}

static void it_is_a_shape_of_the_line_reader(void **state)
{
    (void)state;
    static const struct serial_shape shape = {1, 2, 0, modbus_tcp_size, always};
    struct serial_line line;
    uint8_t two[2 * sizeof(request)];
    struct serial_input input = {two, sizeof(two)};
    struct serial_token token;
    memcpy(two, request, sizeof(request));
    memcpy(two + sizeof(request), request, sizeof(request));
    serial_line_init(&line, &shape, 1);
    for (int i = 0; i < 2; i++) {
        assert_true(serial_line_next(&line, &input, &token));
        assert_int_equal(token.kind, 1);
        assert_int_equal(token.size, sizeof(request));
    }
    assert_false(serial_line_next(&line, &input, &token));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_as_long_as_its_head_says),
        cmocka_unit_test(a_head_that_is_not_complete_waits),
        cmocka_unit_test(another_protocol_is_no_frame_as_soon_as_it_shows),
        cmocka_unit_test(an_impossible_length_is_no_frame),
        cmocka_unit_test(a_request_becomes_the_serial_one_for_an_address),
        cmocka_unit_test(the_longest_request_fits),
        cmocka_unit_test(an_answer_has_the_transaction_and_unit_of_its_request),
        cmocka_unit_test(an_exception_names_the_function),
        cmocka_unit_test(it_is_a_shape_of_the_line_reader),
    };
    return RUN_TESTS(tests);
}
