/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_explain.c: what recorded traffic is said to mean, and who said it.
 */
#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/explainer.h"
#include "protocols/jk_map.h"
#include "wire/modbus.h"

enum { HEARD_MAX = 8 };

struct heard {
    char name[16];
    enum side from;
    int pack;
    bool error;
    size_t size;
    int32_t pack_mv;     /* 0 not known */
    int32_t cell_ovp_mv; /* 0 not known */
    char control[24];
    int32_t control_value;
};

struct bench {
    struct serial_explainer explainer;
    struct heard heard[HEARD_MAX];
    size_t count;
    bool ble;
};

static void setup(struct bench *bench, bool ble)
{
    memset(bench, 0, sizeof(*bench));
    bench->ble = ble;
}

static void note(void *context, const struct message *message)
{
    struct bench *bench = context;
    assert_true(bench->count < HEARD_MAX);
    struct heard *heard = &bench->heard[bench->count++];
    strncpy(heard->name, message->name, sizeof(heard->name) - 1);
    heard->from = message->from;
    heard->pack = message->pack;
    heard->error = message->error != NULL;
    heard->size = message->size;
    assert_int_equal(message->can_id, -1);
    if (message->control)
        strncpy(heard->control, message->control, sizeof(heard->control) - 1);
    heard->control_value = message->control_value;
    if (message->values && snapshot_have(message->values, VALUE_pack_mv))
        heard->pack_mv = message->values->pack_mv;
    if (message->params && params_have(message->params, PARAM_cell_ovp_mv))
        heard->cell_ovp_mv = message->params->cell_ovp_mv;
}

static void say(struct bench *bench, enum side from, const uint8_t *bytes, size_t size)
{
    if (bench->ble)
        jk_ble_explain(&bench->explainer, from, bytes, size, note, bench);
    else
        jk_rs485_explain(&bench->explainer, from, bytes, size, note, bench);
}

static void say_hex(struct bench *bench, enum side from, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int count = hex_parse(hex, strlen(hex), bytes, sizeof(bytes));
    assert_true(count > 0);
    say(bench, from, bytes, (size_t)count);
}

static void say_frame(struct bench *bench, enum side from, uint8_t type)
{
    struct snapshot snapshot;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    snapshot_init(&snapshot);
    params_init(&params);
    snapshot_put(&snapshot, VALUE_pack_mv, 52920);
    params.address = 4;
    jk_map_encode_frame(type, 0, &snapshot, &params, frame);
    say(bench, from, frame, sizeof(frame));
}

static void finish(struct bench *bench)
{
    say(bench, SIDE_BATTERY, NULL, 0);
}

static const struct heard *expect(const struct bench *bench, size_t index, const char *name,
                                  int pack)
{
    assert_true(index < bench->count);
    assert_string_equal(bench->heard[index].name, name);
    assert_int_equal(bench->heard[index].pack, pack);
    return &bench->heard[index];
}

static void a_fetch_is_told_with_the_pack_of_its_acknowledge(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, false);
    say_hex(&bench, SIDE_ASKING, "01 10 16 20 00 01 02 00 00 D6 F1");
    say_frame(&bench, SIDE_BATTERY, JK_STATUS);
    assert_int_equal(bench.count, 1);
    say_hex(&bench, SIDE_BATTERY, "01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.count, 3);
    assert_int_equal(expect(&bench, 0, "fetch", 1)->from, SIDE_ASKING);
    const struct heard *status = expect(&bench, 1, "status", 1);
    assert_int_equal(status->from, SIDE_BATTERY);
    assert_int_equal(status->size, JK_FRAME_SIZE);
    assert_int_equal(status->pack_mv, 52920);
    expect(&bench, 2, "acknowledge", 1);
}

static void a_pad_byte_does_not_hide_who_spoke(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, false);
    say_frame(&bench, SIDE_BATTERY, JK_STATUS);
    say_hex(&bench, SIDE_BATTERY, "00 01 10 16 20 00 01 04 4B");
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, "noise", -1);
    expect(&bench, 1, "status", 1);
    expect(&bench, 2, "acknowledge", 1);
}

static void a_settings_frame_alone_tells_its_own_address(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, false);
    say_frame(&bench, SIDE_BATTERY, JK_SETTINGS);
    assert_int_equal(bench.count, 0);
    finish(&bench);
    assert_int_equal(bench.count, 1);
    assert_int_equal(expect(&bench, 0, "settings", 4)->cell_ovp_mv, 3650);
}

static void a_frame_of_the_asking_side_is_the_hosts_own(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, false);
    say_frame(&bench, SIDE_ASKING, JK_STATUS);
    say_hex(&bench, SIDE_ASKING, "00 10 16 20 00 01 05 9A");
    say_frame(&bench, SIDE_ASKING, JK_STATUS); /* without its acknowledge */
    finish(&bench);
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, "status", 0);
    expect(&bench, 1, "acknowledge", 0);
    assert_int_equal(expect(&bench, 2, "status", 0)->from, SIDE_ASKING);
}

static void the_data_of_a_read_is_understood_by_its_request(void **state)
{
    (void)state;
    uint8_t bytes[16];
    static const uint8_t answer[] = {1, 3, 4, 0x00, 0x00, 0xCE, 0xB8};
    struct bench bench;
    setup(&bench, false);
    say(&bench, SIDE_ASKING, bytes, modbus_read_request(bytes, 1, 0x1290, 2));
    memcpy(bytes, answer, sizeof(answer));
    say(&bench, SIDE_BATTERY, bytes, modbus_seal(bytes, sizeof(answer)));
    say(&bench, SIDE_BATTERY, bytes, sizeof(answer) + 2); /* nobody asked for this one */
    assert_int_equal(bench.count, 3);
    assert_int_equal(expect(&bench, 0, "read", 1)->from, SIDE_ASKING);
    assert_int_equal(expect(&bench, 1, "read", 1)->pack_mv, 52920);
    assert_int_equal(expect(&bench, 2, "read", 1)->pack_mv, 0);
}

static void a_write_its_acknowledge_and_a_refusal_have_names(void **state)
{
    (void)state;
    uint8_t refusal[5];
    struct bench bench;
    setup(&bench, false);
    say_hex(&bench, SIDE_ASKING, "01 10 00 20 00 02 04 00 05 22 33 B9 03");
    say_hex(&bench, SIDE_BATTERY, "01 10 00 20 00 02 40 02");
    say(&bench, SIDE_BATTERY, refusal,
        modbus_exception_reply(refusal, 1, MODBUS_WRITE, MODBUS_ILLEGAL_VALUE));
    assert_int_equal(bench.count, 3);
    expect(&bench, 0, "write", 1);
    expect(&bench, 1, "acknowledge", 1);
    expect(&bench, 2, "exception", 1);
}

static void broken_bytes_are_told_with_a_reason(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, false);
    say_hex(&bench, SIDE_ASKING, "01 10 16 20 00 01 02 00 00 D6 F0");
    say_hex(&bench, SIDE_BATTERY, "55 AA EB 90 02 00 11 22 33");
    say_hex(&bench, SIDE_BATTERY, "FF FE");
    finish(&bench);
    assert_int_equal(bench.count, 2);
    for (size_t i = 0; i < bench.count; i++)
        assert_true(expect(&bench, i, "broken", -1)->error);
    setup(&bench, false);
    say_hex(&bench, SIDE_BATTERY, "FF FE");
    finish(&bench);
    assert_false(expect(&bench, 0, "noise", -1)->error);
}

static void a_frame_in_pieces_is_one_message(void **state)
{
    (void)state;
    struct snapshot snapshot;
    struct params params;
    uint8_t frame[JK_FRAME_SIZE];
    struct bench bench;
    setup(&bench, true);
    snapshot_init(&snapshot);
    params_init(&params);
    jk_map_encode_frame(JK_INFO, 9, &snapshot, &params, frame);
    say(&bench, SIDE_BATTERY, frame, 128);
    say(&bench, SIDE_BATTERY, frame + 128, 128);
    assert_int_equal(bench.count, 0);
    say(&bench, SIDE_BATTERY, frame + 256, 44);
    assert_int_equal(bench.count, 1);
    expect(&bench, 0, "info", -1);
}

static void bluetooth_commands_have_names(void **state)
{
    (void)state;
    uint8_t command[JK_COMMAND_SIZE] = {0xAA, 0x55, 0x90, 0xEB, 0x97, [19] = 0x11};
    uint8_t acknowledge[JK_COMMAND_SIZE] = {0xAA, 0x55, 0x90, 0xEB, 0xC8, 1, 1, [19] = 0x44};
    struct bench bench;
    setup(&bench, true);
    say(&bench, SIDE_ASKING, command, sizeof(command));
    say(&bench, SIDE_BATTERY, acknowledge, sizeof(acknowledge));
    assert_int_equal(bench.count, 2);
    expect(&bench, 0, "command", -1);
    expect(&bench, 1, "acknowledge", -1);
}

static const struct heard *ask_once(struct bench *bench, const char *hex)
{
    uint8_t bytes[MODBUS_SIZE_MAX];
    int count = hex_parse(hex, strlen(hex), bytes, sizeof(bytes) - 2);
    setup(bench, false);
    say(bench, SIDE_ASKING, bytes, modbus_seal(bytes, (size_t)count));
    assert_int_equal(bench->count, 1);
    return expect(bench, 0, "write", 1);
}

static void a_write_tells_what_it_asks_for(void **state)
{
    (void)state;
    struct bench bench;
    const struct heard *heard = ask_once(&bench, "01 10 10 0C 00 02 04 00 00 0E 2E");
    assert_int_equal(heard->cell_ovp_mv, 3630);
    assert_string_equal(heard->control, "");
    heard = ask_once(&bench, "01 10 16 0C 00 01 02 00 05");
    assert_string_equal(heard->control, "preset_lfp");
    assert_int_equal(heard->control_value, 5);
    heard = ask_once(&bench, "01 10 16 06 00 02 04 FF FF FF 9C");
    assert_string_equal(heard->control, "current_calibration");
    assert_int_equal(heard->control_value, -100);
    heard =
        ask_once(&bench, "01 10 16 80 00 08 10 31 32 33 34 00 00 00 00 00 00 00 00 00 00 00 00");
    assert_string_equal(heard->control, "log_in");
    assert_int_equal(heard->control_value, 0);
    heard = ask_once(&bench, "01 10 16 40 00 01 02 00 00");
    assert_string_equal(heard->control, "");
    heard = ask_once(&bench, "01 10 16 0C 00 02 04 00 00 00 00");
    assert_string_equal(heard->control, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fetch_is_told_with_the_pack_of_its_acknowledge),
        cmocka_unit_test(a_pad_byte_does_not_hide_who_spoke),
        cmocka_unit_test(a_settings_frame_alone_tells_its_own_address),
        cmocka_unit_test(a_frame_of_the_asking_side_is_the_hosts_own),
        cmocka_unit_test(the_data_of_a_read_is_understood_by_its_request),
        cmocka_unit_test(a_write_its_acknowledge_and_a_refusal_have_names),
        cmocka_unit_test(broken_bytes_are_told_with_a_reason),
        cmocka_unit_test(a_frame_in_pieces_is_one_message),
        cmocka_unit_test(bluetooth_commands_have_names),
        cmocka_unit_test(a_write_tells_what_it_asks_for),
    };
    return RUN_TESTS(tests);
}
