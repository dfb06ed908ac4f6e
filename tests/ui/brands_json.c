/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/brands_json.c. That the text is good JSON is asked of a parser in tests/e2e.
 */
#include "tests/support/test.h"

#include "ui/brands_json.h"

static char buffer[BRANDS_JSON_SIZE_MAX];
static struct text_writer writer;

static int start(void **state)
{
    (void)state;
    writer_init(&writer, buffer, sizeof(buffer));
    brands_json(&writer);
    return 0;
}

/* The object of the first row with these members; cut at its end. */
static const char *row_with(const char *members)
{
    static char row[2048];
    const char *from = strstr(buffer, members);
    assert_non_null(from);
    size_t size = strcspn(from, "}");
    assert_true(size < sizeof(row));
    memcpy(row, from, size);
    row[size] = '\0';
    return row;
}

static void everything_fits_with_room_to_spare(void **state)
{
    (void)state;
    assert_false(writer.overflow);
    assert_true(writer.used < BRANDS_JSON_SIZE_MAX * 3 / 4);
    size_t rows = 0;
    for (const char *at = buffer; (at = strstr(at, "{\"brand\":")) != NULL; at++)
        rows++;
    assert_int_equal(rows, brand_count);
}

static void a_row_has_what_there_is_to_know(void **state)
{
    (void)state;
    const char *row = row_with("\"brand\":\"Growatt\",\"bus\":\"can\"");
    assert_non_null(strstr(row, "\"use\":\"growatt_can:rev05\",\"protocol\":\"growatt_can\","
                                "\"profile\":\"rev05\""));
    assert_non_null(strstr(row, "\"evidence\":\"document\",\"bitrate\":500000,\"number\":3,"
                                "\"own_number\":true"));
    assert_non_null(strstr(row, "\"tested_by_maker\":\"SPF 3000TL HVM-48\""));
    assert_non_null(strstr(row, "\"menu\":\"Program 05 LI"));
    assert_non_null(strstr(row, "\"advice\":\"Owners run"));
    assert_non_null(strstr(row, "\"pins\":\"swapped\",\"has_wiring\":true,"
                                "\"pin_warning\":\"swap CAN-H/CAN-L: hearth cable Growatt\""));
}

static void what_is_not_known_is_absent(void **state)
{
    (void)state;
    const char *row = row_with("\"brand\":\"Voltronic\",\"bus\":\"can\"");
    assert_null(strstr(row, "\"use\""));
    assert_null(strstr(row, "\"protocol\""));
    assert_null(strstr(row, "\"number\""));
    assert_null(strstr(row, "\"menu\""));
    assert_non_null(strstr(row, "\"pins\":\"unknown\",\"has_wiring\":false"));
    assert_null(strstr(buffer, "\"-\""));
}

static void a_brand_without_a_protocol_of_its_own_takes_the_number_of_another(void **state)
{
    (void)state;
    const char *row = row_with("\"brand\":\"Solis\",\"bus\":\"can\",\"use\":\"pylon_can:v12\"");
    assert_non_null(strstr(row, "\"number\":2,\"own_number\":false"));
}

static void a_serial_protocol_has_the_number_of_its_port(void **state)
{
    (void)state;
    const char *row = row_with("\"brand\":\"JK\",\"bus\":\"rs485\"");
    assert_non_null(strstr(row, "\"bitrate\":115200"));
    assert_non_null(strstr(row, "\"number\":1,\"own_number\":true"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(everything_fits_with_room_to_spare, start),
        cmocka_unit_test_setup(a_row_has_what_there_is_to_know, start),
        cmocka_unit_test_setup(what_is_not_known_is_absent, start),
        cmocka_unit_test_setup(a_brand_without_a_protocol_of_its_own_takes_the_number_of_another,
                               start),
        cmocka_unit_test_setup(a_serial_protocol_has_the_number_of_its_port, start),
    };
    return RUN_TESTS(tests);
}
