/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/serial_explain.c: recorded traffic of the toy protocol as messages.
 */
#include "tests/support/test.h"

#include "protocols/explainer.h"
#include "tests/support/toy_serial.h"
#include "wire/modbus.h"

enum { MESSAGES_MAX = 32 };

/* What was reported, without what lives for the call only. */
struct heard {
    char name[16];
    enum side from;
    int pack;
    char error[48];
    size_t size;
    bool has_mv;
    int32_t pack_mv;
    bool has_ma;
    int32_t refused;
};

struct bench {
    struct serial_explainer explainer;
    struct heard heard[MESSAGES_MAX];
    size_t count;
};

static void report(void *context, const struct message *message)
{
    struct bench *bench = context;
    assert_true(bench->count < MESSAGES_MAX);
    struct heard *heard = &bench->heard[bench->count++];
    strncpy(heard->name, message->name, sizeof(heard->name) - 1);
    strncpy(heard->error, message->error != NULL ? message->error : "", sizeof(heard->error) - 1);
    heard->from = message->from;
    heard->pack = message->pack;
    heard->size = message->size;
    heard->refused = message->control != NULL ? message->control_value : 0;
    if (message->values == NULL)
        return;
    heard->has_mv = snapshot_have(message->values, VALUE_pack_mv);
    heard->has_ma = snapshot_have(message->values, VALUE_pack_ma);
    heard->pack_mv = message->values->pack_mv;
}

static void hear(struct bench *bench, enum side from, const uint8_t *bytes, size_t size)
{
    const struct serial_burst_heard burst = {from, bytes, size};
    serial_explain(&bench->explainer, &toy_serial, &burst, report, bench);
}

static void request(struct bench *bench, uint16_t first, uint16_t words)
{
    uint8_t bytes[TOY_REQUEST_SIZE];
    hear(bench, SIDE_ASKING, bytes, toy_read(bytes, 4, first, words));
}

static size_t make_reply(uint8_t reply[TOY_REPLY_MAX], uint16_t first, uint16_t words)
{
    uint8_t bytes[TOY_REQUEST_SIZE];
    toy_read(bytes, 4, first, words);
    return toy_reply(reply, bytes);
}

static void reply(struct bench *bench, uint16_t first, uint16_t words)
{
    uint8_t bytes[TOY_REPLY_MAX];
    hear(bench, SIDE_BATTERY, bytes, make_reply(bytes, first, words));
}

static void expect(const struct bench *bench, size_t index, const char *name, const char *error)
{
    assert_true(index < bench->count);
    assert_string_equal(bench->heard[index].name, name);
    assert_string_equal(bench->heard[index].error, error);
}

static void an_exchange_is_a_request_and_the_parts_of_its_reply(void **state)
{
    (void)state;
    struct bench bench = {0};
    request(&bench, 7, 3);
    reply(&bench, 7, 3);
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, "read", "");
    assert_int_equal(bench.heard[0].from, SIDE_ASKING);
    assert_int_equal(bench.heard[0].pack, 4);
    assert_int_equal(bench.heard[0].size, TOY_REQUEST_SIZE);
    expect(&bench, 1, "words", "");
    assert_int_equal(bench.heard[1].from, SIDE_BATTERY);
    assert_true(bench.heard[1].has_mv && !bench.heard[1].has_ma);
    assert_int_equal(bench.heard[1].pack_mv, 7);
    assert_true(bench.heard[2].has_ma && !bench.heard[2].has_mv); /* each part begins anew */
}

static void a_reply_without_its_request_is_read_by_itself(void **state)
{
    (void)state;
    struct bench bench = {0};
    reply(&bench, 7, 3); /* the recording begins here */
    request(&bench, 7, 5);
    reply(&bench, 9, 3); /* its request was lost */
    assert_int_equal(bench.count, 5);
    expect(&bench, 3, "words", "");
    assert_int_equal(bench.heard[3].pack_mv, 9);
}

static void a_refusal_is_shown_with_its_code(void **state)
{
    (void)state;
    struct bench bench = {0};
    request(&bench, TOY_REFUSED, 3);
    reply(&bench, TOY_REFUSED, 3);
    expect(&bench, 1, "refusal", "");
    assert_int_equal(bench.heard[1].refused, MODBUS_ILLEGAL_ADDRESS);
}

static void a_reply_of_wrong_content_is_an_error(void **state)
{
    (void)state;
    struct bench bench = {0};
    reply(&bench, TOY_NONSENSE, 3);
    request(&bench, TOY_NONSENSE, 3);
    reply(&bench, TOY_NONSENSE, 3);
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, "unknown", "its content is wrong");
    expect(&bench, 2, "unknown", "its content is wrong");
}

static void broken_frames_and_noise_are_told(void **state)
{
    (void)state;
    static const uint8_t noise[] = {0xFF, 0xFE};
    uint8_t bytes[TOY_REPLY_MAX];
    struct bench bench = {0};
    size_t size = make_reply(bytes, 0, 4);
    bytes[4] ^= 1;
    hear(&bench, SIDE_BATTERY, bytes, size);
    reply(&bench, 0, 4);
    hear(&bench, SIDE_ASKING, noise, sizeof(noise));
    request(&bench, 0, 4);
    assert_int_equal(bench.count, 5);
    expect(&bench, 0, "broken", "check sum is wrong or bytes are missing");
    expect(&bench, 3, "noise", "");
    assert_int_equal(bench.heard[3].size, 2);
    expect(&bench, 4, "read", "");
}

static void a_frame_in_pieces_is_one_message_though_the_other_side_speaks_between(void **state)
{
    (void)state;
    uint8_t bytes[TOY_REPLY_MAX];
    struct bench bench = {0};
    size_t size = make_reply(bytes, 0, 4);
    hear(&bench, SIDE_BATTERY, bytes, 5);
    request(&bench, 0, 4);
    hear(&bench, SIDE_BATTERY, bytes + 5, size - 5);
    assert_int_equal(bench.count, 3);
    expect(&bench, 1, "words", "");
}

static void the_end_tells_what_still_waits_on_both_sides(void **state)
{
    (void)state;
    static const uint8_t piece[] = {4, 3, 0};
    for (int side = 0; side < 2; side++) {
        struct bench bench = {0};
        hear(&bench, SIDE_ASKING, piece, 3);
        hear(&bench, SIDE_BATTERY, piece, 2);
        assert_int_equal(bench.count, 0);
        hear(&bench, side ? SIDE_ASKING : SIDE_BATTERY, NULL, 0);
        assert_int_equal(bench.count, 2);
        assert_int_equal(bench.heard[0].size + bench.heard[1].size, 5);
        request(&bench, 0, 4); /* and it can go on */
        assert_int_equal(bench.count, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exchange_is_a_request_and_the_parts_of_its_reply),
        cmocka_unit_test(a_reply_without_its_request_is_read_by_itself),
        cmocka_unit_test(a_refusal_is_shown_with_its_code),
        cmocka_unit_test(a_reply_of_wrong_content_is_an_error),
        cmocka_unit_test(broken_frames_and_noise_are_told),
        cmocka_unit_test(a_frame_in_pieces_is_one_message_though_the_other_side_speaks_between),
        cmocka_unit_test(the_end_tells_what_still_waits_on_both_sides),
    };
    return RUN_TESTS(tests);
}
