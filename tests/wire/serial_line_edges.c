/* SPDX-License-Identifier: Apache-2.0
 * Tests of wire/serial_line.c at its edges: bytes that lie in the line from before, places that
 * move with them, a pause and a silence to the microsecond.
 */
#include "tests/support/test.h"

#include "base/result.h"
#include "wire/modbus.h"
#include "wire/serial_line.h"

enum { LATER_US = 100, READ_SIZE = 8, LONG_SIZE = 60, MODBUS = 1, LONG = 3, BROKEN };

struct bench {
    struct serial_line line;
    uint64_t now_us;
    char kinds[32]; /* of the tokens so far, a digit each */
    size_t count;
    size_t size; /* of the last one */
};

/* 'L', size, anything, 'E'; beyond doubt with its first two bytes. */
static int long_size(const uint8_t *bytes, size_t size)
{
    if (bytes[0] != 'L')
        return RESULT_UNKNOWN;
    return size < 2 ? 0 : bytes[1];
}

static bool long_good(const uint8_t *bytes, size_t size)
{
    return bytes[size - 1] == 'E';
}

static const struct serial_shape shapes[] = {
    {LONG,   BROKEN, 2, long_size,           long_good    },
    {MODBUS, BROKEN, 0, modbus_request_size, modbus_sealed},
};

static void setup(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 1000000;
    serial_line_init(&bench->line, shapes, COUNT(shapes));
}

static void feed(struct bench *bench, const uint8_t *bytes, size_t size, uint64_t after_us)
{
    struct serial_input input = {bytes, size};
    struct serial_token token;
    bench->now_us += after_us;
    serial_line_time(&bench->line, size, bench->now_us);
    while (serial_line_next(&bench->line, &input, &token)) {
        assert_true(bench->count < sizeof(bench->kinds) - 1);
        bench->kinds[bench->count++] = (char)('0' + token.kind);
        bench->size = token.size;
    }
}

static void what_a_frame_left_in_the_line_completes_no_other(void **state)
{
    (void)state;
    uint8_t request[READ_SIZE];
    uint8_t earlier[1 + READ_SIZE] = {0};
    struct bench bench;
    setup(&bench);
    modbus_read_request(request, 0, MODBUS_READ << 8, 1); /* its second byte begins one, too */
    memcpy(earlier + 1, request + 1, 6);
    modbus_seal(earlier + 1, 6);
    feed(&bench, earlier, sizeof(earlier), LATER_US);
    feed(&bench, request, READ_SIZE - 1, LATER_US);
    assert_string_equal(bench.kinds, "01");
    feed(&bench, request + READ_SIZE - 1, 1, LATER_US);
    assert_string_equal(bench.kinds, "011");
}

static void a_burst_ends_with_the_next_pause_wherever_its_bytes_lie(void **state)
{
    (void)state;
    static const uint8_t data[16] = {0};
    uint8_t first[1 + READ_SIZE] = {0};
    uint8_t frame[40];
    struct bench bench;
    setup(&bench);
    size_t size = modbus_write_request(frame, 5, 1, data, 8);
    modbus_read_request(frame + sizeof(first), 2, 0x10, 4); /* where the burst was put */
    modbus_seal(frame, size - 2);
    modbus_read_request(first + 1, 1, 0x10, 4);
    feed(&bench, first, sizeof(first), LATER_US);
    feed(&bench, frame, size - 3, SERIAL_PAUSE_US + 1);
    assert_string_equal(bench.kinds, "01");
    feed(&bench, frame + size - 3, 3, LATER_US);
    assert_string_equal(bench.kinds, "011");
    assert_int_equal(bench.size, size);
}

static void a_frame_beyond_doubt_is_not_cut_though_junk_lies_before_it(void **state)
{
    (void)state;
    uint8_t bytes[1 + LONG_SIZE] = {'x', 'L', LONG_SIZE};
    struct bench bench;
    setup(&bench);
    modbus_read_request(bytes + 30, 2, 0x10, 4);
    bytes[LONG_SIZE] = 'E';
    feed(&bench, bytes, 30, LATER_US);
    feed(&bench, bytes + 30, 20, SERIAL_PAUSE_US + 1);
    feed(&bench, bytes + 50, sizeof(bytes) - 50, LATER_US);
    assert_string_equal(bench.kinds, "03");
    assert_int_equal(bench.size, LONG_SIZE);
}

static void a_pause_and_a_silence_are_longer_than_their_times(void **state)
{
    (void)state;
    static const uint8_t guess[20] = {5, MODBUS_WRITE, 0, 1, 0, 20, 40};
    static const uint8_t certain[] = {'L', LONG_SIZE, 0};
    uint8_t request[READ_SIZE];
    modbus_read_request(request, 1, 0x10, 4);
    for (uint64_t late_us = 0; late_us <= 1; late_us++) {
        struct bench bench;
        setup(&bench);
        feed(&bench, guess, sizeof(guess), LATER_US);
        feed(&bench, request, READ_SIZE, SERIAL_PAUSE_US + late_us);
        assert_int_equal(strchr(bench.kinds, '1') != NULL, late_us);
        setup(&bench);
        feed(&bench, certain, sizeof(certain), LATER_US);
        feed(&bench, request, READ_SIZE, SERIAL_SILENCE_US + late_us);
        assert_string_equal(bench.kinds, late_us ? "41" : "");
    }
}

static void what_comes_after_the_end_of_the_traffic_is_waited_for_again(void **state)
{
    (void)state;
    uint8_t request[READ_SIZE];
    struct serial_token token;
    struct serial_line line;
    serial_line_init(&line, shapes, COUNT(shapes));
    serial_line_end(&line);
    modbus_read_request(request, 1, 0x10, 4);
    struct serial_input first = {request, 5};
    struct serial_input second = {request + 5, READ_SIZE - 5};
    assert_false(serial_line_next(&line, &first, &token));
    assert_true(serial_line_next(&line, &second, &token));
    assert_int_equal(token.kind, MODBUS);
    assert_int_equal(token.size, READ_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_frame_left_in_the_line_completes_no_other),
        cmocka_unit_test(a_burst_ends_with_the_next_pause_wherever_its_bytes_lie),
        cmocka_unit_test(a_frame_beyond_doubt_is_not_cut_though_junk_lies_before_it),
        cmocka_unit_test(a_pause_and_a_silence_are_longer_than_their_times),
        cmocka_unit_test(what_comes_after_the_end_of_the_traffic_is_waited_for_again),
    };
    return RUN_TESTS(tests);
}
