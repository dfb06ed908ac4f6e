/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/cable_json.c. That the text is good JSON is asked of a parser in tests/e2e.
 */
#include "tests/support/test.h"

#include "ui/cable_json.h"

static char buffer[CABLE_JSON_SIZE_MAX];
static struct text_writer writer;

static int start(void **state)
{
    (void)state;
    writer_init(&writer, buffer, sizeof(buffer));
    cable_json(&writer);
    return 0;
}

static void everything_fits_with_room_to_spare(void **state)
{
    (void)state;
    assert_false(writer.overflow);
    assert_true(writer.used < CABLE_JSON_SIZE_MAX * 3 / 4);
}

static void wires_and_faults_follow_known_pins(void **state)
{
    (void)state;
    assert_non_null(strstr(buffer, "\"inverter_pins\":[null,\"ground\",null,\"CAN-H\",\"CAN-L\","
                                   "null,null,null],\"wires\":[{\"signal\":\"CAN-H\","
                                   "\"pack_pin\":5,\"inverter_pin\":4,\"colour\":\"white-blue\"}"));
    assert_non_null(strstr(buffer, "\"straight_faults\":[{\"pin\":4,\"pack\":\"CAN-L\","
                                   "\"inverter\":\"CAN-H\"}"));
    assert_non_null(strstr(buffer, "{\"pin\":4,\"pack\":\"CAN-L\"},"));
}

static void unknown_pins_have_no_wires(void **state)
{
    (void)state;
    const char *deye = strstr(buffer, "{\"brand\":\"Deye\"");
    assert_non_null(deye);
    const char *next = strstr(deye + 1, "{\"brand\"");
    assert_non_null(strstr(deye, "\"pins_known\":false"));
    assert_true(strstr(deye, "\"wires\"") > next);
}

static void packs_and_advice_are_rows(void **state)
{
    (void)state;
    assert_non_null(
        strstr(buffer, "{\"pack\":5,\"role\":\"slave\",\"dip\":[true,false,true,false]}"));
    assert_non_null(strstr(buffer, "{\"topic\":\"Address\",\"words\":"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(everything_fits_with_room_to_spare, start),
        cmocka_unit_test_setup(wires_and_faults_follow_known_pins, start),
        cmocka_unit_test_setup(unknown_pins_have_no_wires, start),
        cmocka_unit_test_setup(packs_and_advice_are_rows, start),
    };
    return RUN_TESTS(tests);
}
