/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/modbus.c. Whole frames are those of the maker's document and of captures.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "base/result.h"
#include "wire/modbus.h"

static void expect_bytes(const uint8_t *bytes, size_t size, const char *hex)
{
    uint8_t wanted[MODBUS_SIZE_MAX];
    int count = hex_parse(hex, strlen(hex), wanted, sizeof(wanted));
    assert_int_equal(size, count);
    assert_memory_equal(bytes, wanted, size);
}

static void a_read_request_has_the_bytes_of_the_document(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_SIZE_MAX];
    expect_bytes(frame, modbus_read_request(frame, 1, 0x0005, 2), "01 03 00 05 00 02 D4 0A");
}

static void a_write_and_its_acknowledge_have_the_bytes_of_the_document(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x00, 0x05, 0x22, 0x33};
    static const uint8_t nothing[2] = {0};
    uint8_t frame[MODBUS_SIZE_MAX];
    expect_bytes(frame, modbus_write_request(frame, 1, 0x0020, data, 2),
                 "01 10 00 20 00 02 04 00 05 22 33 B9 03");
    expect_bytes(frame, modbus_write_reply(frame, 1, 0x0020, 2), "01 10 00 20 00 02 40 02");
    expect_bytes(frame, modbus_write_request(frame, 1, 0x1620, nothing, 1),
                 "01 10 16 20 00 01 02 00 00 D6 F1");
    expect_bytes(frame, modbus_write_reply(frame, 1, 0x1620, 1), "01 10 16 20 00 01 04 4B");
}

static void the_host_acknowledges_its_own_frames_as_captured(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_SIZE_MAX];
    expect_bytes(frame, modbus_write_reply(frame, 0, 0x1620, 1), "00 10 16 20 00 01 05 9A");
    expect_bytes(frame, modbus_write_reply(frame, 0, 0x161E, 1), "00 10 16 1E 00 01 64 56");
}

static void an_exception_is_five_sealed_bytes(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_SIZE_MAX];
    size_t size = modbus_exception_reply(frame, 3, MODBUS_READ, MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(size, 5);
    assert_int_equal(frame[0], 3);
    assert_int_equal(frame[1], 0x83);
    assert_int_equal(frame[2], 2);
    assert_true(modbus_sealed(frame, size));
}

static void every_flipped_bit_breaks_the_seal(void **state)
{
    (void)state;
    uint8_t frame[MODBUS_SIZE_MAX];
    size_t size = modbus_read_request(frame, 1, 0x1200, 0x40);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(modbus_sealed(frame, size));
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(modbus_sealed(frame, size));
    assert_false(modbus_sealed(frame, 3));
    assert_int_equal(modbus_seal(frame, 2), 4);
    assert_true(modbus_sealed(frame, 4));
    modbus_seal(frame, 1); /* no frame is that short */
    assert_false(modbus_sealed(frame, 3));
}

static void a_request_tells_its_size_as_soon_as_it_can(void **state)
{
    (void)state;
    static const uint8_t read[] = {1, 0x03};
    static const uint8_t write[] = {1, 0x10, 0x16, 0x20, 0, 1, 2};
    static const uint8_t largest[] = {1, 0x10, 0x16, 0x20, 0, 1, 247};
    static const uint8_t huge[] = {1, 0x10, 0x16, 0x20, 0, 1, 248};
    static const uint8_t strange[] = {1, 0x2B};
    assert_int_equal(modbus_request_size(read, 1), 0);
    assert_int_equal(modbus_request_size(read, 2), 8);
    assert_int_equal(modbus_request_size(write, 6), 0);
    assert_int_equal(modbus_request_size(write, 7), 11);
    assert_int_equal(modbus_request_size(largest, 7), MODBUS_SIZE_MAX);
    assert_int_equal(modbus_request_size(huge, 7), RESULT_UNKNOWN);
    assert_int_equal(modbus_request_size(strange, 2), RESULT_UNKNOWN);
}

static void a_reply_tells_its_size_as_soon_as_it_can(void **state)
{
    (void)state;
    static const uint8_t read[] = {1, 0x03, 4};
    static const uint8_t largest[] = {1, 0x03, 251};
    static const uint8_t huge[] = {1, 0x03, 252};
    static const uint8_t acknowledge[] = {1, 0x10};
    static const uint8_t exception[] = {1, 0x90};
    static const uint8_t strange[] = {1, 0xAB};
    assert_int_equal(modbus_reply_size(strange, 1), 0);
    assert_int_equal(modbus_reply_size(read, 2), 0);
    assert_int_equal(modbus_reply_size(read, 3), 9);
    assert_int_equal(modbus_reply_size(largest, 3), MODBUS_SIZE_MAX);
    assert_int_equal(modbus_reply_size(huge, 3), RESULT_UNKNOWN);
    assert_int_equal(modbus_reply_size(acknowledge, 2), 8);
    assert_int_equal(modbus_reply_size(exception, 2), 5);
    assert_int_equal(modbus_reply_size(strange, 2), RESULT_UNKNOWN);
}

static void functions_that_are_known_have_a_size(void **state)
{
    (void)state;
    static const struct {
        uint8_t function;
        int request;
        int reply;
    } rows[] = {
        {0x00, RESULT_UNKNOWN, RESULT_UNKNOWN},
        {0x01, 8,              9             },
        {0x02, 8,              9             },
        {0x03, 8,              9             },
        {0x04, 8,              9             },
        {0x05, 8,              8             },
        {0x06, 8,              8             },
        {0x07, RESULT_UNKNOWN, RESULT_UNKNOWN},
        {0x0E, RESULT_UNKNOWN, RESULT_UNKNOWN},
        {0x0F, 13,             8             },
        {0x10, 13,             8             },
        {0x11, RESULT_UNKNOWN, RESULT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const uint8_t bytes[7] = {1, rows[i].function, 4, 4, 4, 4, 4};
        assert_int_equal(modbus_request_size(bytes, 7), rows[i].request);
        assert_int_equal(modbus_reply_size(bytes, 7), rows[i].reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_request_has_the_bytes_of_the_document),
        cmocka_unit_test(a_write_and_its_acknowledge_have_the_bytes_of_the_document),
        cmocka_unit_test(the_host_acknowledges_its_own_frames_as_captured),
        cmocka_unit_test(an_exception_is_five_sealed_bytes),
        cmocka_unit_test(every_flipped_bit_breaks_the_seal),
        cmocka_unit_test(a_request_tells_its_size_as_soon_as_it_can),
        cmocka_unit_test(a_reply_tells_its_size_as_soon_as_it_can),
        cmocka_unit_test(functions_that_are_known_have_a_size),
    };
    return RUN_TESTS(tests);
}
