/* SPDX-License-Identifier: Apache-2.0
 * Tests of ui/schema.c.
 */
#include "tests/support/test.h"

#include "core/params.h"
#include "core/power.h"
#include "core/snapshot.h"
#include "protocols/protocols.h"
#include "ui/schema.h"
#include "ui/words.h"

static char buffer[SCHEMA_SIZE_MAX];
static struct text_writer writer;

static int start(void **state)
{
    (void)state;
    writer_init(&writer, buffer, sizeof(buffer));
    schema_json(&writer);
    return 0;
}

static void the_schema_fits_and_its_brackets_match(void **state)
{
    (void)state;
    assert_false(writer.overflow);
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < writer.used; i++) {
        if (buffer[i] == '"' && buffer[i - 1] != '\\')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += (buffer[i] == '{' || buffer[i] == '[') - (buffer[i] == '}' || buffer[i] == ']');
        assert_true(depth > 0 || i == writer.used - 1);
    }
    assert_int_equal(depth, 0);
}

static void a_setting_shows_its_range_and_access(void **state)
{
    (void)state;
    assert_non_null(strstr(buffer, "{\"name\":\"cell_ovp_mv\",\"label\":\"Cell over-voltage\","
                                   "\"unit\":\"mV\",\"default\":3650,"));
    assert_non_null(strstr(buffer, "{\"name\":\"settings_password\",\"label\":\"Settings "
                                   "password\",\"size\":16,\"access\":\"installer\","
                                   "\"secret\":true}"));
}

static void values_alarms_reasons_and_units_are_rows(void **state)
{
    (void)state;
    assert_non_null(strstr(buffer, "{\"name\":\"cell_mv\",\"label\":\"Cell voltages\",\"kind\":"
                                   "\"array\",\"unit\":\"mV\",\"scope\":\"pack\",\"count\":32}"));
    assert_non_null(strstr(buffer, "{\"name\":\"alarms\",\"label\":\"Alarms\",\"kind\":\"alarms\","
                                   "\"unit\":\"mask\",\"scope\":\"both\"}"));
    assert_non_null(strstr(buffer, "{\"name\":\"no_pack\",\"label\":\"No pack answers\","
                                   "\"severity\":\"fault\"}"));
    assert_non_null(strstr(buffer, "\"severity\":\"warning\",\"jk_bit\":0}"));
    assert_non_null(strstr(buffer, "{\"name\":\"cell_high\",\"words\":\"cell voltage is high: "
                                   "taper\",\"subject\":\"cell\"}"));
    assert_non_null(strstr(buffer, "{\"name\":\"mV\",\"symbol\":\"V\",\"exponent\":3,"
                                   "\"places\":2}"));
}

static void every_protocol_is_listed(void **state)
{
    (void)state;
    assert_true(protocol_count > 0);
    for (size_t row = 0; row < protocol_count; row++)
        assert_non_null(strstr(buffer, protocols[row].name));
}

static void power_states_are_told_in_words(void **state)
{
    (void)state;
    for (int number = 0; number < POWER_STATE_COUNT; number++)
        assert_non_null(strstr(buffer, power_words((uint8_t)number)));
    assert_non_null(strstr(buffer, "{\"name\":2,\"words\":\"on\",\"powered\":true}"));
    assert_non_null(strstr(buffer, "{\"name\":6,\"words\":\"sleeping\",\"powered\":false}"));
}

static void sources_of_contacts_are_told_by_number(void **state)
{
    (void)state;
    assert_non_null(strstr(buffer, "{\"name\":\"system_alarm\",\"label\":\"System alarm\","
                                   "\"number\":10}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_schema_fits_and_its_brackets_match, start),
        cmocka_unit_test_setup(a_setting_shows_its_range_and_access, start),
        cmocka_unit_test_setup(values_alarms_reasons_and_units_are_rows, start),
        cmocka_unit_test_setup(every_protocol_is_listed, start),
        cmocka_unit_test_setup(power_states_are_told_in_words, start),
        cmocka_unit_test_setup(sources_of_contacts_are_told_by_number, start),
    };
    return RUN_TESTS(tests);
}
