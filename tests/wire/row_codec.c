/* SPDX-License-Identifier: Apache-2.0
 * Rows to bytes and back, by small tables with every kind of row.
 */
#include "wire/row_codec.h"

#include "tests/support/test.h"

static const struct row_told as_is;

static struct snapshot nothing(void)
{
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    return snapshot;
}

static struct snapshot known(enum value_id id, int32_t value)
{
    struct snapshot snapshot = nothing();
    snapshot_put(&snapshot, id, value);
    return snapshot;
}

static uint16_t word_of(const struct can_field *field, const struct row_told *told,
                        const struct snapshot *source)
{
    uint8_t data[2] = {0, 0};
    assert_true(row_encode(field, 1, told, source, data));
    return (uint16_t)(data[0] << 8 | data[1]);
}

static uint16_t sent(const struct can_field *field, int32_t value)
{
    struct snapshot source = known((enum value_id)field->value, value);
    return word_of(field, &as_is, &source);
}

/* The value read from a whole word, INT32_MIN none. */
static int32_t heard(const struct can_field *field, uint16_t word)
{
    const uint8_t data[2] = {(uint8_t)(word >> 8), (uint8_t)word};
    const struct row_bytes bytes = {data, 0, 2};
    struct snapshot values = nothing();
    int32_t value;
    assert_true(row_decode(field, 1, &bytes, &values));
    return snapshot_get(&values, (enum value_id)field->value, &value) ? value : INT32_MIN;
}

static void numbers_are_scaled_rounded_and_saturated(void **state)
{
    (void)state;
    static const struct can_field mv = {FROM(pack_mv), 0, U16BE, BY_10, REQUIRED};
    static const struct can_field ma = {FROM(pack_ma), 0, S16BE, MINUS_BY_100, REQUIRED};
    static const struct can_field kelvin = {FROM(mos_ddegc), 0, U16BE, BY_10_PLUS_273, REQUIRED};
    assert_int_equal(sent(&mv, 52344), 5234);
    assert_int_equal(sent(&mv, 52345), 5235);
    assert_int_equal(sent(&mv, INT32_MAX), UINT16_MAX - 1);
    assert_int_equal(sent(&mv, -10), 0);
    assert_int_equal((int16_t)sent(&ma, 12340), -123);
    assert_int_equal((int16_t)sent(&ma, -12350), 124);
    assert_int_equal((int16_t)sent(&ma, INT32_MIN), INT16_MAX - 1);
    assert_int_equal((int16_t)sent(&ma, INT32_MAX), 1 - INT16_MAX);
    assert_int_equal(sent(&kelvin, -125), 260); /* half away from zero */
    assert_int_equal(heard(&mv, 5234), 52340);
    assert_int_equal(heard(&ma, 0x8000), 3276800);
    assert_int_equal(heard(&kelvin, 260), -130);
}

static void a_value_that_is_not_known_has_its_code_or_stops_the_whole(void **state)
{
    (void)state;
    static const struct {
        struct can_field field;
        uint16_t code;
    } cases[] = {
        {{FROM(pack_mv), 0, U16BE, PLAIN, ZERO},     0     },
        {{FROM(pack_mv), 0, U16BE, PLAIN, ALL_ONES}, 0xFFFF},
        {{FROM(pack_mv), 0, S16BE, PLAIN, ALL_ONES}, 0xFFFF},
        {{FROM(pack_mv), 0, U16BE, PLAIN, TOP_BIT},  0x8000},
        {{FROM(pack_mv), 0, S16BE, PLAIN, TOP_BIT},  0x8000},
    };
    struct snapshot source = nothing();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct can_field *field = &cases[i].field;
        assert_int_equal(word_of(field, &as_is, &source), cases[i].code);
        assert_int_equal(heard(field, cases[i].code), INT32_MIN);
        assert_int_not_equal(heard(field, cases[i].code ^ 0x0102), INT32_MIN);
        assert_true(can_field_is_absent(field, can_field_absent(field)));
    }
    static const struct can_field required = {FROM(pack_mv), 0, U16BE, PLAIN, REQUIRED};
    uint8_t data[2];
    assert_false(row_encode(&required, 1, &as_is, &source, data));
    assert_false(can_field_is_absent(&required, 0));
    assert_int_equal(heard(&required, 0), 0);
}

static void limits_never_promise_more_and_are_read_as_absolute_values(void **state)
{
    (void)state;
    static const struct can_field down = {FROM(charge_limit_ma), 0, S16BE | DOWN, BY_100, REQUIRED};
    static const struct can_field up = {FROM(discharge_limit_mv), 0, U16BE | UP, BY_100, REQUIRED};
    assert_int_equal(sent(&down, 99999), 999);
    assert_int_equal(sent(&down, -1), 0);
    assert_int_equal(sent(&up, 44801), 449);
    assert_int_equal(sent(&up, 44800), 448);
    assert_int_equal(heard(&down, (uint16_t)-250), 25000);
    assert_int_equal(heard(&up, 448), 44800);
}

static void ranges_bound_what_is_told_and_not_what_is_read(void **state)
{
    (void)state;
    static const struct can_field mv = {FROM(pack_mv), 0, U16BE, BY_100, REQUIRED};
    static const struct can_range ranges[] = {
        {VALUE_pack_ma, 0,     0    },
        {VALUE_pack_mv, 41000, 63000},
    };
    static const struct row_told told = {ranges, COUNT(ranges), false};
    struct snapshot source = known(VALUE_pack_mv, 40000);
    assert_int_equal(word_of(&mv, &told, &source), 410);
    source.pack_mv = 64000;
    assert_int_equal(word_of(&mv, &told, &source), 630);
    assert_int_equal(heard(&mv, 640), 64000);
}

static void a_stopped_charge_lowers_the_voltage_where_it_is_told_so(void **state)
{
    (void)state;
    static const struct can_field cvl = {FROM(charge_limit_mv), 0, U16BE | DOWN, BY_100, REQUIRED};
    static const struct row_told told = {NULL, 0, true};
    struct snapshot source = known(VALUE_charge_limit_mv, 56800);
    snapshot_put(&source, VALUE_pack_mv, 53120);
    snapshot_put(&source, VALUE_discharge_limit_mv, 46000);
    assert_int_equal(word_of(&cvl, &told, &source), 568); /* nothing says that it stopped */
    snapshot_put(&source, VALUE_charge_allowed, 0);
    assert_int_equal(word_of(&cvl, &told, &source), 531);
    assert_int_equal(word_of(&cvl, &as_is, &source), 568);
    snapshot_put(&source, VALUE_charge_allowed, 1);
    snapshot_put(&source, VALUE_charge_limit_ma, 0);
    assert_int_equal(word_of(&cvl, &told, &source), 531);
    source.pack_mv = 45000;
    assert_int_equal(word_of(&cvl, &told, &source), 470); /* 1 V above the discharge voltage */
    source.pack_mv = 58000;
    assert_int_equal(word_of(&cvl, &told, &source), 568); /* never raised */
    snapshot_set_have(&source, VALUE_pack_mv, false);
    assert_int_equal(word_of(&cvl, &told, &source), 568);
}

static void charge_and_health_stay_within_their_ends(void **state)
{
    (void)state;
    static const struct can_field soc = {FROM(soc_permille), 0, U16BE, BY_10, REQUIRED};
    static const struct can_field fine = {FROM(soc_permille), 0, U16BE, TIMES_10, REQUIRED};
    static const struct can_field soh = {FROM(soh_permille), 0, U16BE, BY_10, REQUIRED};
    assert_int_equal(sent(&soc, 1), 1);
    assert_int_equal(sent(&soc, 999), 99);
    assert_int_equal(sent(&soc, 1100), 100);
    assert_int_equal(sent(&soc, -5), 0);
    assert_int_equal(sent(&fine, 999), 9990);
    assert_int_equal(sent(&soh, 999), 100);
    assert_int_equal(sent(&soh, 1001), 100);
}

static void a_fixed_row_is_read_and_not_sent(void **state)
{
    (void)state;
    static const struct can_field fixed = {FROM(pack_mv), 0, U16BE | FIXED, PLAIN, REQUIRED};
    struct snapshot source = nothing();
    assert_int_equal(word_of(&fixed, &as_is, &source), 0);
    assert_int_equal(sent(&fixed, 7), 0);
    assert_int_equal(heard(&fixed, 7), 7);
}

static void a_value_of_several_bits_is_set_if_one_of_them_is(void **state)
{
    (void)state;
    static const struct can_field bits[] = {
        {FROM(force_charge), 0, BIT5, PLAIN, ZERO    },
        {FROM(force_charge), 1, BIT0, PLAIN, ZERO    },
        {FROM(charge_on),    1, BIT7, PLAIN, ALL_ONES},
    };
    struct snapshot source = known(VALUE_force_charge, 2);
    uint8_t data[2] = {0x01, 0x02};
    assert_true(row_encode(bits, COUNT(bits), &as_is, &source, data));
    assert_int_equal(data[0], 0x21);
    assert_int_equal(data[1], 0x83);
    data[0] = 0;
    const struct row_bytes whole = {data, 0, 2};
    const struct row_bytes first = {data, 0, 1};
    struct snapshot values = nothing();
    assert_true(row_decode(bits, COUNT(bits), &whole, &values));
    assert_int_equal(values.force_charge, 1);
    assert_true(row_decode(bits, COUNT(bits), &first, &values));
    assert_int_equal(values.force_charge, 0);
    data[0] = 0x20;
    data[1] = 0;
    assert_true(row_decode(bits, COUNT(bits), &whole, &values));
    assert_int_equal(values.force_charge, 1);
    assert_int_equal(values.charge_on, 0); /* a bit beside it is another value's */
}

static void what_bits_said_before_is_forgotten(void **state)
{
    (void)state;
    static const struct can_field bits[] = {
        {FROM(force_charge), 0, BIT5, PLAIN, ZERO},
        {FROM(force_charge), 1, BIT0, PLAIN, ZERO},
    };
    const uint8_t data[2] = {0x20, 0};
    const struct row_bytes second = {data, 1, 2};
    struct snapshot values = known(VALUE_force_charge, 1);
    assert_true(row_decode(bits, COUNT(bits), &second, &values));
    assert_int_equal(values.force_charge, 0);
}

static void a_finer_number_is_believed_near_the_coarse_one_only(void **state)
{
    (void)state;
    static const struct can_field rows[] = {
        {FROM(soc_permille), 0, U16BE,         BY_10,    REQUIRED},
        {FROM(soc_permille), 2, U16BE | FINER, TIMES_10, ALL_ONES},
    };
    static const struct {
        uint8_t data[4];
        int32_t permille;
    } cases[] = {
        {{0, 66, 0x1A, 0x00}, 666},
        {{0, 66, 0x1A, 0x2C}, 670},
        {{0, 66, 0x1A, 0x36}, 660}, /* 67.1 % */
        {{0, 66, 0xFF, 0xFF}, 660},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct row_bytes bytes = {cases[i].data, 0, 4};
        struct snapshot values = nothing();
        assert_true(row_decode(rows, 2, &bytes, &values));
        assert_int_equal(values.soc_permille, cases[i].permille);
    }
    const struct row_bytes alone = {cases[0].data, 2, 4};
    struct snapshot values = nothing();
    assert_true(row_decode(rows, 2, &alone, &values));
    assert_int_equal(values.soc_permille, 666);
}

static void what_is_there_in_part_is_not_read(void **state)
{
    (void)state;
    static const struct can_field rows[] = {
        {FROM(pack_mv),      0, U16BE, PLAIN, REQUIRED},
        {FROM(charge_on),    2, BIT0,  PLAIN, ZERO    },
        {FROM(discharge_on), 3, BIT0,  PLAIN, ZERO    },
    };
    static const struct can_alarm alarms[] = {ALARM_ROW(cell_over_voltage, 2, 0x02)
                                                  ALARM_ROW(cell_under_voltage, 3, 0x02)};
    static const uint8_t data[] = {0x14, 0x72, 0x03, 0x03};
    for (size_t from = 0; from <= 4; from++) {
        for (size_t to = from; to <= 4; to++) {
            const struct row_bytes bytes = {data, from, to};
            struct snapshot values = nothing();
            bool mv = from == 0 && to >= 2;
            bool third = from <= 2 && to >= 3;
            bool fourth = from <= 3 && to >= 4;
            assert_int_equal(row_decode(rows, COUNT(rows), &bytes, &values), mv || third || fourth);
            assert_int_equal(snapshot_have(&values, VALUE_pack_mv), mv);
            assert_int_equal(snapshot_have(&values, VALUE_charge_on), third);
            assert_int_equal(snapshot_have(&values, VALUE_discharge_on), fourth);
            assert_int_equal(row_decode_alarms(alarms, 2, 0, &bytes, &values), third || fourth);
            assert_int_equal(snapshot_have(&values, VALUE_alarms), third || fourth);
            assert_int_equal(alarm_get(values.alarms, ALARM_cell_over_voltage), third);
            assert_int_equal(alarm_get(values.alarms, ALARM_cell_under_voltage), fourth);
        }
    }
}

static void a_text_ends_at_the_last_byte_or_the_first_that_is_none(void **state)
{
    (void)state;
    static const struct can_field maker = {FROM(maker), 2, TEXT | FIXED, PLAIN, ZERO};
    static const struct {
        const char *data;
        size_t from;
        size_t to;
        const char *text; /* NULL: not there */
    } cases[] = {
        {"--PYLON  ",   0, 9, "PYLON"},
        {"--PY\x01ON",  0, 7, "PY"   },
        {"--\xFFYLON ", 2, 8, ""     },
        {"--PYLON",     0, 4, "PY"   },
        {"--PYLON",     0, 2, NULL   },
        {"--PYLON",     3, 7, NULL   }, /* its beginning is not there */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct row_bytes bytes = {(const uint8_t *)cases[i].data, cases[i].from, cases[i].to};
        struct snapshot values = nothing();
        assert_int_equal(row_decode(&maker, 1, &bytes, &values), cases[i].text != NULL);
        assert_int_equal(snapshot_have(&values, VALUE_maker), cases[i].text != NULL);
        if (cases[i].text != NULL)
            assert_string_equal(values.maker, cases[i].text);
    }
}

/* clang-format off */
static const struct can_alarm rows[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x01)
    ALARM_ROW(pack_over_voltage, 0, 0x01)
    ALARM_ROW(cell_under_voltage, 0, 0x04)
    WARNING_ROW(cell_over_voltage, 1, 0x01)
};

static const struct can_alarm levels[] = {
    ALARM_ROW(cell_over_voltage, 0, 0x01)
    WARNING_ROW(cell_over_voltage, 0, 0x01)
    WARNING_ROW(pack_over_voltage, 0, 0x01)
};
/* clang-format on */

static void expect_alarms(unsigned form, const uint8_t data[2], const char *alarms_and_warnings)
{
    const struct row_bytes bytes = {data, 0, 2};
    struct snapshot values = nothing();
    const bool of_levels = form & ALARM_LEVELS;
    assert_true(
        row_decode_alarms(of_levels ? levels : rows, of_levels ? 3 : 4, form, &bytes, &values));
    const struct {
        char letter;
        bool set;
    } found[] = {
        {'o', alarm_get(values.alarms,   ALARM_cell_over_voltage) },
        {'p', alarm_get(values.alarms,   ALARM_pack_over_voltage) },
        {'u', alarm_get(values.alarms,   ALARM_cell_under_voltage)},
        {'O', alarm_get(values.warnings, ALARM_cell_over_voltage) },
        {'P', alarm_get(values.warnings, ALARM_pack_over_voltage) },
        {'a', snapshot_have(&values,     VALUE_alarms)            },
        {'w', snapshot_have(&values,     VALUE_warnings)          },
    };
    for (size_t i = 0; i < COUNT(found); i++)
        assert_int_equal(found[i].set, strchr(alarms_and_warnings, found[i].letter) != NULL);
}

static void all_alarms_of_a_bit_feed_it_and_the_first_is_read(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    uint8_t data[2] = {0x80, 0};
    row_encode_alarms(rows, COUNT(rows), 0, &source, data);
    assert_int_equal(data[0], 0x80);
    alarm_put(source.alarms, ALARM_pack_over_voltage, true);
    alarm_put(source.warnings, ALARM_cell_over_voltage, true);
    row_encode_alarms(rows, COUNT(rows), 0, &source, data);
    assert_int_equal(data[0], 0x81);
    assert_int_equal(data[1], 0x01);
    expect_alarms(0, data, "oOaw");
    expect_alarms(0, (const uint8_t[]){0x04, 0}, "uaw");
}

static void pairs_say_active_not_or_nothing(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    uint8_t data[2] = {0x0A, 0x02};
    alarm_put(source.alarms, ALARM_pack_over_voltage, true);
    row_encode_alarms(rows, COUNT(rows), ALARM_PAIRS, &source, data);
    assert_int_equal(data[0], 0x09);
    assert_int_equal(data[1], 0x02);
    expect_alarms(ALARM_PAIRS, data, "oaw");
    expect_alarms(ALARM_PAIRS, (const uint8_t[]){0x0F, 0x00}, "");
    expect_alarms(ALARM_PAIRS, (const uint8_t[]){0x00, 0x01}, "Ow");
}

static void of_levels_an_alarm_hides_a_warning(void **state)
{
    (void)state;
    struct snapshot source = nothing();
    uint8_t data[2] = {0, 0};
    alarm_put(source.warnings, ALARM_pack_over_voltage, true);
    row_encode_alarms(levels, COUNT(levels), ALARM_LEVELS, &source, data);
    assert_int_equal(data[0], 0x03);
    expect_alarms(ALARM_LEVELS, data, "Oaw");
    expect_alarms(ALARM_LEVELS, (const uint8_t[]){0x02, 0}, "Oaw");
    alarm_put(source.alarms, ALARM_cell_over_voltage, true);
    data[0] = 0;
    row_encode_alarms(levels, COUNT(levels), ALARM_LEVELS, &source, data);
    assert_int_equal(data[0], 0x01);
    expect_alarms(ALARM_LEVELS, data, "oaw");
}

static void places_are_alike_by_bit_and_in_levels_by_set_too(void **state)
{
    (void)state;
    assert_true(row_same_place(0, &rows[0], &rows[1]));
    assert_false(row_same_place(0, &rows[0], &rows[2]));
    assert_true(row_same_place(0, &levels[0], &levels[1]));
    assert_false(row_same_place(ALARM_LEVELS, &levels[0], &levels[1]));
    assert_true(row_same_place(ALARM_LEVELS, &levels[1], &levels[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_scaled_rounded_and_saturated),
        cmocka_unit_test(a_value_that_is_not_known_has_its_code_or_stops_the_whole),
        cmocka_unit_test(limits_never_promise_more_and_are_read_as_absolute_values),
        cmocka_unit_test(ranges_bound_what_is_told_and_not_what_is_read),
        cmocka_unit_test(a_stopped_charge_lowers_the_voltage_where_it_is_told_so),
        cmocka_unit_test(charge_and_health_stay_within_their_ends),
        cmocka_unit_test(a_fixed_row_is_read_and_not_sent),
        cmocka_unit_test(a_value_of_several_bits_is_set_if_one_of_them_is),
        cmocka_unit_test(what_bits_said_before_is_forgotten),
        cmocka_unit_test(a_finer_number_is_believed_near_the_coarse_one_only),
        cmocka_unit_test(what_is_there_in_part_is_not_read),
        cmocka_unit_test(a_text_ends_at_the_last_byte_or_the_first_that_is_none),
        cmocka_unit_test(all_alarms_of_a_bit_feed_it_and_the_first_is_read),
        cmocka_unit_test(pairs_say_active_not_or_nothing),
        cmocka_unit_test(of_levels_an_alarm_hides_a_warning),
        cmocka_unit_test(places_are_alike_by_bit_and_in_levels_by_set_too),
    };
    return RUN_TESTS(tests);
}
