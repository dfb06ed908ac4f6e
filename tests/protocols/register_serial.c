/* SPDX-License-Identifier: Apache-2.0
 * What the register protocols over Modbus RTU have in common, by two small ones: one as Modbus has
 * it, one whose answers count words. Each end alone; together: register_line.c.
 */
#include "protocols/register_serial.h"

#include "base/bytes.h"
#include "tests/support/small_registers.h"
#include "tests/support/test.h"

static void expect(struct small_bench *bench, const char *request, const char *reply)
{
    assert_int_equal(small_ask(bench, request), SERIAL_ANSWERED);
    small_expect_reply(bench, reply);
}

static void expect_refusal(struct small_bench *bench, const char *request, const char *reply)
{
    assert_int_equal(small_ask(bench, request), SERIAL_REFUSED);
    small_expect_reply(bench, reply);
}

/* The battery's side */

static void both_functions_that_read_have_the_same_answer(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    expect(&bench, "01 03 000A 0001", "01 03 02 14AE");
    expect(&bench, "01 04 000A 0003", "01 04 06 14AE 0E42 4321");
    small_start(&bench, 1);
    expect(&bench, "01 03 000A 0001", "01 03 0001 14AE");
    expect(&bench, "01 04 000A 0003", "01 04 0003 14AE 0E42 4321");
}

static void reads_of_125_words_are_answered_and_of_126_refused(void **state)
{
    (void)state;
    struct small_bench bench;
    for (unsigned form = 0; form < 2; form++) {
        small_start(&bench, form);
        assert_int_equal(small_ask(&bench, "01 03 0064 007D"), SERIAL_ANSWERED);
        assert_int_equal(bench.size, 255 + form);
        assert_true(modbus_sealed(bench.reply, bench.size));
        expect_refusal(&bench, "01 03 0064 007E", "01 83 03");
    }
}

static void exceptions_come_in_the_order_of_the_document(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    expect_refusal(&bench, "01 01 000A 0000", "01 81 01"); /* function */
    expect_refusal(&bench, "01 02 000A 0001", "01 82 01");
    expect_refusal(&bench, "01 05 000A FF00", "01 85 01");
    expect_refusal(&bench, "01 0F 000A 0001 01 01", "01 8F 01");
    expect_refusal(&bench, "01 03 0000 0000", "01 83 03"); /* then the count */
    expect_refusal(&bench, "01 03 0000 FFFF", "01 83 03");
    expect_refusal(&bench, "01 04 FFFF 007E", "01 84 03");
    snapshot_set_have(&bench.bank, VALUE_pack_mv, false);
    expect_refusal(&bench, "01 03 000A 0004", "01 83 02"); /* then the addresses */
    expect_refusal(&bench, "01 03 0009 0001", "01 83 02");
    expect_refusal(&bench, "01 03 FFFF 0002", "01 83 02");
    expect_refusal(&bench, "01 03 000A 0001", "01 83 04"); /* then the device */
    small_start(&bench, 0);
    bench.params.cell_ovp_mv = 1;
    expect_refusal(&bench, "01 03 000C 0001", "01 83 06"); /* as the hook says */
}

static void the_host_answers_at_1_a_pack_at_its_number_and_nobody_at_0(void **state)
{
    (void)state;
    for (unsigned dip = 0; dip <= 15; dip++) {
        struct small_bench bench;
        small_start(&bench, 0);
        bench.battery.dip = (uint8_t)dip;
        for (unsigned address = 0; address <= 247; address++) {
            uint8_t request[SERIAL_REQUEST_MAX];
            size_t size = modbus_read_request(request, (uint8_t)address, PACK_MV, 1);
            bool own = address == (dip == 0 ? 1 : dip);
            assert_int_equal(
                bench.protocol->answer(&bench.battery, request, size, bench.reply, &bench.size),
                own ? SERIAL_ANSWERED : SERIAL_FOREIGN);
            assert_int_equal(bench.size, own ? 7 : 0);
            if (own)
                assert_int_equal(bench.reply[0], address);
        }
    }
}

static void a_broadcast_changes_nothing(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    assert_int_equal(small_ask(&bench, "00 06 000B 0E10"), SERIAL_FOREIGN);
    assert_int_equal(small_ask(&bench, "00 10 000B 0001 02 0E10"), SERIAL_FOREIGN);
    assert_int_equal(bench.size, 0);
    assert_int_equal(bench.written.calls, 0);
}

static void a_battery_that_is_not_ready_says_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const requests[] = {"01 03 000A 0001", "01 03 0000 0000", "01 01 0000 0001",
                                           "01 06 000B 0E10", "01 10 000B 0001 02 0E10"};
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct small_bench bench;
        small_start(&bench, 0);
        bench.battery.ready = false;
        assert_int_equal(small_ask(&bench, requests[i]), SERIAL_SILENT);
        assert_int_equal(bench.size, 0);
        assert_int_equal(bench.written.calls, 0);
    }
}

static void writes_of_one_word_and_of_many_are_acknowledged(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    expect(&bench, "01 06 000B 0E10", "01 06 000B 0E10");
    assert_int_equal(bench.written.first, CELL_OVP);
    assert_int_equal(bench.written.words, 1);
    assert_int_equal(get_u16be(bench.written.data), 0x0E10);
    expect(&bench, "01 10 0123 0002 04 1122 3344", "01 10 0123 0002");
    assert_int_equal(bench.written.first, 0x123);
    assert_int_equal(bench.written.words, 2);
    assert_int_equal(get_u32be(bench.written.data), 0x11223344);
    assert_int_equal(bench.written.calls, 2);
}

static void writes_take_123_words_and_their_counts_have_to_agree(void **state)
{
    (void)state;
    struct small_bench bench;
    uint8_t request[SERIAL_REQUEST_MAX];
    static const uint8_t data[2 * MODBUS_WORDS_MAX] = {0};
    small_start(&bench, 0);
    size_t size = modbus_write_request(request, 1, 0, data, 123);
    assert_int_equal(
        bench.protocol->answer(&bench.battery, request, size, bench.reply, &bench.size),
        SERIAL_ANSWERED);
    assert_int_equal(bench.written.words, 123);
    put_u16be(request + 4, 124);
    modbus_seal(request, size - 2);
    assert_int_equal(
        bench.protocol->answer(&bench.battery, request, size, bench.reply, &bench.size),
        SERIAL_REFUSED);
    small_expect_reply(&bench, "01 90 03");
    expect_refusal(&bench, "01 10 000B 0001 04 0E10 0000", "01 90 03");
    expect_refusal(&bench, "01 10 000B 0002 02 0E10", "01 90 03");
    expect_refusal(&bench, "01 10 000B 0000 00", "01 90 03");
    expect_refusal(&bench, "01 10 000B 0081 02 0E10", "01 90 03"); /* 2 x 129 is 2 in a byte */
    assert_int_equal(bench.written.calls, 1);
}

static void a_refused_write_has_the_exception_of_the_protocol(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    bench.written.outcome = MODBUS_ILLEGAL_ADDRESS;
    expect_refusal(&bench, "01 06 000B 0E10", "01 86 02");
    bench.written.outcome = MODBUS_ILLEGAL_VALUE;
    expect_refusal(&bench, "01 10 000B 0001 02 0E10", "01 90 03");
    small_start(&bench, 1); /* writes nothing */
    expect_refusal(&bench, "01 06 000B 0E10", "01 86 01");
    expect_refusal(&bench, "01 10 000B 0001 04 0E10 0000", "01 90 01");
}

static void every_refusal_of_a_command_is_an_exception(void **state)
{
    (void)state;
    for (unsigned result = 0; result < COMMAND_RESULT_COUNT; result++) {
        enum modbus_exception exception = register_refusal((enum command_result)result);
        assert_int_equal(exception == MODBUS_NO_EXCEPTION, result == COMMAND_ACCEPTED);
        if (result == COMMAND_OUT_OF_RANGE || result == COMMAND_NO_ACCESS)
            assert_int_equal(exception, MODBUS_ILLEGAL_VALUE);
    }
    assert_int_equal(register_refusal(COMMAND_BUSY), MODBUS_DEVICE_FAILURE);
    assert_int_equal(register_refusal(COMMAND_UNKNOWN), MODBUS_ILLEGAL_ADDRESS);
}

/* The asking side */

static enum decode take_reply(struct small_bench *bench, const char *request_hex,
                              const char *reply_hex)
{
    uint8_t asked[SERIAL_REQUEST_MAX];
    uint8_t answer[MODBUS_SIZE_MAX + 2];
    const struct serial_token request = {SERIAL_FRAME, (uint16_t)small_frame(request_hex, asked),
                                         asked};
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)small_frame(reply_hex, answer),
                                       answer};
    assert_int_equal(bench->protocol->reply->size(answer, reply.size), reply.size);
    snapshot_init(&bench->values);
    params_init(&bench->taken);
    bench->reading.refused = 0;
    return bench->protocol->take(&request, &reply, 0, &bench->reading);
}

static void each_question_is_a_read_of_its_registers(void **state)
{
    (void)state;
    uint8_t request[SERIAL_REQUEST_MAX];
    uint8_t wanted[MODBUS_SIZE_MAX];
    assert_int_equal(small_protocols[0].question_count, 3);
    size_t size = small_protocols[0].ask(0, 7, request);
    assert_int_equal(size, small_frame("07 03 000A 0003", wanted));
    assert_memory_equal(request, wanted, size);
    assert_int_equal(small_protocols[0].ask(1, 7, request), small_frame("07 03 0064 007D", wanted));
    assert_memory_equal(request, wanted, size);
    assert_int_equal(small_protocols[0].ask(3, 7, request), 0);
}

static void answers_are_read_in_their_form_and_words_in_either(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    assert_int_equal(take_reply(&bench, "03 03 000A 0003", "03 03 06 14AE 0E42 4321"), DECODED);
    assert_string_equal(bench.reading.name, "state");
    assert_int_equal(bench.reading.pack, 3);
    assert_int_equal(bench.values.pack_mv, 52940);
    assert_int_equal(bench.taken.cell_ovp_mv, 3650);
    assert_true(params_have(&bench.taken, PARAM_cell_ovp_mv));
    assert_int_equal(bench.values.cycle_count, 0x4321);
    small_start(&bench, 1);
    assert_int_equal(take_reply(&bench, "01 03 000B 0002", "01 03 0002 0E42 4321"), DECODED);
    assert_string_equal(bench.reading.name, "read");
    assert_false(snapshot_have(&bench.values, VALUE_pack_mv));
    assert_int_equal(bench.taken.cell_ovp_mv, 3650);
    assert_int_equal(take_reply(&bench, "01 04 000A 0001", "01 04 02 14AE"), DECODED);
    assert_int_equal(bench.values.pack_mv, 52940);
}

static void what_does_not_answer_the_request_is_not_taken(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    assert_int_equal(take_reply(&bench, "01 03 000A 0001", "02 03 02 14AE"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 03 000A 0001", "01 04 02 14AE"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 03 000A 0001", "01 03 04 14AE 0E42"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 03 000A 0001", "01 03 00"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 06 000B 0E10", "01 06 000B 0E11"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 03 000A 0001", "01 84 02"), NOT_MINE);
    assert_int_equal(take_reply(&bench, "01 03 0000 0001", "01 03 02 14AE"), BAD);
    uint8_t asked[SERIAL_REQUEST_MAX];
    uint8_t answer[SERIAL_REPLY_MAX] = {0x01, 0x03, 2 * 126};
    const struct serial_token wide = {SERIAL_FRAME,
                                      (uint16_t)modbus_read_request(asked, 1, LARGE, 126), asked};
    const struct serial_token reply = {SERIAL_FRAME, 3 + 2 * 126 + 2, answer};
    assert_int_equal(bench.protocol->take(&wide, &reply, 0, &bench.reading), NOT_MINE);
    assert_int_equal(bench.protocol->take(NULL, &reply, 0, &bench.reading), NOT_MINE);
}

static void an_exception_is_an_answer_and_tells_its_code(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    assert_int_equal(take_reply(&bench, "01 03 000A 0003", "01 83 02"), DECODED);
    assert_int_equal(bench.reading.refused, 2);
    assert_string_equal(bench.reading.name, "state");
    assert_int_equal(take_reply(&bench, "01 10 000B 0001 02 0E10", "01 90 03"), DECODED);
    assert_int_equal(bench.reading.refused, 3);
    assert_string_equal(bench.reading.name, "write");
}

static void acknowledged_writes_are_answers_without_values(void **state)
{
    (void)state;
    struct small_bench bench;
    small_start(&bench, 0);
    assert_int_equal(take_reply(&bench, "01 10 000B 0001 02 0E10", "01 10 000B 0001"), DECODED);
    assert_int_equal(take_reply(&bench, "01 06 000B 0E10", "01 06 000B 0E10"), DECODED);
    assert_int_equal(bench.reading.refused, 0);
    assert_false(params_have(&bench.taken, PARAM_cell_ovp_mv));
}

static void an_answer_has_one_part(void **state)
{
    (void)state;
    struct small_bench bench;
    uint8_t asked[SERIAL_REQUEST_MAX];
    small_start(&bench, 0);
    assert_int_equal(small_ask(&bench, "01 03 000A 0003"), SERIAL_ANSWERED);
    const struct serial_token request = {SERIAL_FRAME,
                                         (uint16_t)small_frame("01 03 000A 0003", asked), asked};
    const struct serial_token reply = {SERIAL_FRAME, (uint16_t)bench.size, bench.reply};
    assert_int_equal(bench.protocol->take(&request, &reply, 0, &bench.reading), DECODED);
    assert_int_equal(bench.protocol->take(&request, &reply, 1, &bench.reading), NOT_MINE);
}

/* Requests for people */

static const char *explain(struct small_bench *bench, const char *hex)
{
    uint8_t bytes[SERIAL_REQUEST_MAX];
    const struct serial_token request = {SERIAL_FRAME, (uint16_t)small_frame(hex, bytes), bytes};
    small_start(bench, 0);
    bench->protocol->explain(&request, &bench->reading);
    return bench->reading.name;
}

static void requests_are_explained_with_what_they_write(void **state)
{
    (void)state;
    struct small_bench bench;
    assert_string_equal(explain(&bench, "05 03 000A 0003"), "state");
    assert_int_equal(bench.reading.pack, 5);
    assert_string_equal(explain(&bench, "05 04 000B 0001"), "read");
    assert_false(params_have(&bench.taken, PARAM_cell_ovp_mv));
    assert_string_equal(explain(&bench, "05 10 000A 0002 04 14AE 0E10"), "write");
    assert_int_equal(bench.taken.cell_ovp_mv, 3600);
    assert_false(snapshot_have(&bench.values, VALUE_pack_mv)); /* nobody writes a reading */
    assert_string_equal(explain(&bench, "05 06 000B 0E10"), "write");
    assert_int_equal(bench.taken.cell_ovp_mv, 3600);
    explain(&bench, "05 10 000B 0002 02 0E10"); /* its counts disagree */
    assert_false(params_have(&bench.taken, PARAM_cell_ovp_mv));
}

/* Shapes */

static int size_of(const struct serial_shape *shape, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int size = hex_parse(hex, strlen(hex), bytes, sizeof(bytes));
    assert_true(size > 0);
    return shape->size(bytes, (size_t)size);
}

static void frames_are_as_long_as_their_first_bytes_say(void **state)
{
    (void)state;
    static const struct {
        const struct serial_shape *shape;
        const char *hex;
        int size;
    } cases[] = {
        {&register_request_shape, "01",                   0             },
        {&register_request_shape, "01 03",                8             },
        {&register_request_shape, "01 10 00 00 00 01",    0             },
        {&register_request_shape, "01 10 00 00 00 01 02", 11            },
        {&register_request_shape, "F8",                   RESULT_UNKNOWN},
        {&register_request_shape, "01 2B",                RESULT_UNKNOWN},
        {&register_reply_shape,   "01 03",                0             },
        {&register_reply_shape,   "01 03 02",             7             },
        {&register_reply_shape,   "01 83",                5             },
        {&register_reply_shape,   "01 10",                8             },
        {&register_reply_shape,   "FF 03",                RESULT_UNKNOWN},
        {&register_words_shape,   "01 03 00",             0             },
        {&register_words_shape,   "01 03 00 01",          8             },
        {&register_words_shape,   "01 03 00 7D",          256           },
        {&register_words_shape,   "01 03 00 7E",          RESULT_UNKNOWN},
        {&register_words_shape,   "01 03 00 00",          RESULT_UNKNOWN},
        {&register_words_shape,   "01 03 02 00",          7             },
        {&register_words_shape,   "F8 03",                RESULT_UNKNOWN},
        {&register_words_shape,   "01 83",                5             },
        {&register_words_shape,   "01",                   0             },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(size_of(cases[i].shape, cases[i].hex), cases[i].size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_functions_that_read_have_the_same_answer),
        cmocka_unit_test(reads_of_125_words_are_answered_and_of_126_refused),
        cmocka_unit_test(exceptions_come_in_the_order_of_the_document),
        cmocka_unit_test(the_host_answers_at_1_a_pack_at_its_number_and_nobody_at_0),
        cmocka_unit_test(a_broadcast_changes_nothing),
        cmocka_unit_test(a_battery_that_is_not_ready_says_and_changes_nothing),
        cmocka_unit_test(writes_of_one_word_and_of_many_are_acknowledged),
        cmocka_unit_test(writes_take_123_words_and_their_counts_have_to_agree),
        cmocka_unit_test(a_refused_write_has_the_exception_of_the_protocol),
        cmocka_unit_test(every_refusal_of_a_command_is_an_exception),
        cmocka_unit_test(each_question_is_a_read_of_its_registers),
        cmocka_unit_test(answers_are_read_in_their_form_and_words_in_either),
        cmocka_unit_test(what_does_not_answer_the_request_is_not_taken),
        cmocka_unit_test(an_exception_is_an_answer_and_tells_its_code),
        cmocka_unit_test(acknowledged_writes_are_answers_without_values),
        cmocka_unit_test(an_answer_has_one_part),
        cmocka_unit_test(requests_are_explained_with_what_they_write),
        cmocka_unit_test(frames_are_as_long_as_their_first_bytes_say),
    };
    return RUN_TESTS(tests);
}
