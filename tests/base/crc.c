/* SPDX-License-Identifier: Apache-2.0
 * Tests of base/crc.c: the check values of the catalogues over "123456789", and a Modbus frame.
 */
#include "tests/support/test.h"

#include "base/crc.h"

static const uint8_t digits[] = "123456789";

static void crc16_modbus_gives_the_known_values(void **state)
{
    (void)state;
    assert_int_equal(crc16_modbus(digits, 9), 0x4B37);
    assert_int_equal(crc16_modbus(digits, 0), 0xFFFF);
    /* Read 2 registers from address 1: the sum goes out as C4 0B. */
    static const uint8_t request[] = {0x01, 0x03, 0x00, 0x00, 0x00, 0x02};
    assert_int_equal(crc16_modbus(request, sizeof request), 0x0BC4);
}

static void crc16_over_a_frame_with_its_sum_is_zero(void **state)
{
    (void)state;
    static const uint8_t frame[] = {0x01, 0x03, 0x00, 0x00, 0x00, 0x02, 0xC4, 0x0B};
    assert_int_equal(crc16_modbus(frame, sizeof frame), 0);
}

static void sum8_wraps_at_256(void **state)
{
    (void)state;
    assert_int_equal(sum8(digits, 9), 0xDD);
    assert_int_equal(sum8(digits, 0), 0);
    static const uint8_t large[] = {0xFF, 0xFF, 0x03};
    assert_int_equal(sum8(large, 3), 0x01);
}

static void crc32_gives_the_known_values(void **state)
{
    (void)state;
    assert_int_equal(crc32(digits, 9), 0xCBF43926);
    assert_int_equal(crc32(digits, 0), 0);
    static const uint8_t zeros[4] = {0};
    assert_int_equal(crc32(zeros, 4), 0x2144DF1C);
}

static void crc32_of_pieces_is_that_of_the_whole(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= 9; cut++) {
        uint32_t crc = crc32_more(0, digits, cut);
        assert_int_equal(crc32_more(crc, digits + cut, 9 - cut), 0xCBF43926);
    }
}

/* The definition: the remainder bit by bit. */
static uint32_t crc32_of_byte(uint8_t byte)
{
    uint32_t crc = ~(uint32_t)0 ^ byte;
    for (int bit = 0; bit < 8; bit++)
        crc = (crc & 1) ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
    return ~crc;
}

static void crc32_of_every_byte_follows_its_polynomial(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        assert_int_equal(crc32(&byte, 1), crc32_of_byte(byte));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc16_modbus_gives_the_known_values),
        cmocka_unit_test(crc16_over_a_frame_with_its_sum_is_zero),
        cmocka_unit_test(sum8_wraps_at_256),
        cmocka_unit_test(crc32_gives_the_known_values),
        cmocka_unit_test(crc32_of_pieces_is_that_of_the_whole),
        cmocka_unit_test(crc32_of_every_byte_follows_its_polynomial),
    };
    return RUN_TESTS(tests);
}
