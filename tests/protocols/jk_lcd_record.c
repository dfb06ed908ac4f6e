/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_lcd_record.c: recorded pictures drawn again from what they say, values at
 * their ends, and contents that a lost byte makes.
 */
#include <stdio.h>

#include "tests/support/test.h"

#include "base/bytes.h"
#include "protocols/jk_lcd_record.h"
#include "wire/log_text.h"

enum { RECORDS_SIZE = 2048, RECORDED_MAX = 64, STATUS_SIZE = 96 };

/* All records of a log, one after the other. */
struct recording {
    uint8_t bytes[RECORDS_SIZE];
    size_t size;
    size_t at[RECORDED_MAX];
    unsigned count;
};

static void load(struct recording *recording, const char *path)
{
    char text[4096];
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    memset(recording, 0, sizeof(*recording));
    while (fgets(text, sizeof(text), stream) != NULL) {
        struct log_line line;
        struct log_error error;
        assert_int_equal(log_text_parse(text, strcspn(text, "\n"), &line, &error), 0);
        if (line.kind != LOG_SERIAL)
            continue;
        assert_true(recording->count < RECORDED_MAX);
        assert_true(recording->size + line.size <= RECORDS_SIZE);
        recording->at[recording->count++] = recording->size;
        memcpy(recording->bytes + recording->size, line.bytes, line.size);
        recording->size += line.size;
    }
    fclose(stream);
}

static enum decode decode(enum jk_lcd_kind kind, const uint8_t *bytes, size_t size,
                          struct snapshot *values)
{
    struct jk_lcd_told told;
    const struct serial_token record = {JK_LCD_RECORD, (uint16_t)size, bytes};
    return jk_lcd_decode(kind, &record, values, &told);
}

/* A pack as in a recorded status. Both recorded packs have an alarm of which no word tells; only
 * that there is one. */
static void be_like(struct snapshot *pack, const uint8_t *status)
{
    snapshot_init(pack);
    assert_int_equal(decode(JK_LCD_V2, status, STATUS_SIZE, pack), DECODED);
    alarm_put(pack->alarms, ALARM_password_not_changed, true);
}

static void a_recorded_refresh_is_drawn_byte_for_byte(void **state)
{
    (void)state;
    struct recording recording;
    struct snapshot pack;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    load(&recording, TEST_DATA "/protocols/jk_lcd.log");
    size_t from = recording.at[26]; /* the second set, of a V19 pack */
    be_like(&pack, recording.bytes + recording.at[27]);
    size_t size = jk_lcd_encode(JK_LCD_V2, &pack, picture);
    assert_int_equal(size, recording.size - from);
    assert_memory_equal(picture, recording.bytes + from, size);
}

/* The older pack sets its page at the end and has 24 elements. */
static void status_and_colours_of_an_older_pack_are_drawn_alike(void **state)
{
    (void)state;
    enum { PAGE_SIZE = 6, COLOURS_SIZE = 24 * 8 };
    struct recording recording;
    struct snapshot pack;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    load(&recording, TEST_DATA "/protocols/jk_lcd.log");
    be_like(&pack, recording.bytes);
    assert_true(jk_lcd_encode(JK_LCD_V2, &pack, picture) > PAGE_SIZE + STATUS_SIZE + COLOURS_SIZE);
    assert_memory_equal(picture + PAGE_SIZE, recording.bytes, STATUS_SIZE + COLOURS_SIZE);
}

/* Walks the records of a picture. */
static void read_picture(enum jk_lcd_kind kind, const uint8_t *picture, size_t size,
                         struct snapshot *values)
{
    snapshot_init(values);
    for (size_t at = 0; at < size;) {
        int whole = jk_lcd_shape[kind].size(picture + at, size - at);
        assert_true(whole > 0 && at + (size_t)whole <= size);
        assert_int_equal(decode(kind, picture + at, (size_t)whole, values), DECODED);
        at += (size_t)whole;
    }
}

static void what_is_drawn_for_the_pb_display_reads_back(void **state)
{
    (void)state;
    struct snapshot pack;
    struct snapshot values;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    snapshot_init(&pack);
    snapshot_put(&pack, VALUE_pack_mv, 52360);
    snapshot_put(&pack, VALUE_pack_ma, -6540);
    snapshot_put(&pack, VALUE_soc_permille, 999);
    snapshot_put(&pack, VALUE_full_mah, 280000);
    snapshot_put(&pack, VALUE_remaining_mah, 208700);
    snapshot_put(&pack, VALUE_cell_mean_mv, 3273);
    snapshot_put(&pack, VALUE_cell_spread_mv, 6);
    for (int cell = 0; cell < 16; cell++)
        snapshot_put(&pack, (enum value_id)(VALUE_cell_mv + cell), 3270 + cell % 7);
    size_t size = jk_lcd_encode(JK_LCD_PB, &pack, picture);
    read_picture(JK_LCD_PB, picture, size, &values);
    assert_int_equal(values.pack_mv, 52360);
    assert_int_equal(values.pack_ma, -6500);
    assert_int_equal(values.soc_permille, 990);
    assert_int_equal(values.full_mah, 280000);
    assert_int_equal(values.remaining_mah, 208700);
    assert_int_equal(values.cell_mean_mv, 3273);
    assert_int_equal(values.cell_spread_mv, 6);
    assert_memory_equal(values.cell_mv, pack.cell_mv, 16 * sizeof(pack.cell_mv[0]));
}

/* Words 3, 7 and so on of the PB display are not ours to write. */
static void unknown_variables_are_left_alone(void **state)
{
    (void)state;
    static const uint16_t known[][2] = {
        {0x1000, 3 },
        {0x1004, 3 },
        {0x1210, 16},
        {0x1221, 4 },
        {0x1227, 1 }
    };
    struct snapshot pack;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    snapshot_init(&pack);
    size_t size = jk_lcd_encode(JK_LCD_PB, &pack, picture);
    size_t at = 0;
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_int_equal(get_u16be(picture + at + 4), known[i][0]);
        assert_int_equal(picture[at + 2], 3 + 2 * known[i][1]);
        at += 3u + picture[at + 2];
    }
    for (; at < size; at += 8)
        assert_int_equal(get_u16be(picture + at + 4) & 0xF00F, 0x2003);
    assert_int_equal(at, size);
}

static void each_alarm_has_its_word(void **state)
{
    (void)state;
    static const struct {
        enum alarm alarm;
        unsigned word;
        enum alarm read;
    } rows[] = {
        {ALARM_deep_discharge,       36, ALARM_cell_under_voltage     },
        {ALARM_cell_over_voltage,    37, ALARM_cell_over_voltage      },
        {ALARM_charge_over_current,  38, ALARM_discharge_over_current },
        {ALARM_mos_over_temp,        39, ALARM_mos_over_temp          },
        {ALARM_charge_over_temp,     40, ALARM_battery_over_temp      },
        {ALARM_charge_short_circuit, 41, ALARM_discharge_short_circuit},
        {ALARM_coprocessor,          42, ALARM_coprocessor            },
        {ALARM_wire_resistance,      43, ALARM_wire_resistance        },
        {ALARM_cell_count,           44, ALARM_cell_count             },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct snapshot pack;
        struct snapshot values;
        uint8_t picture[JK_LCD_PICTURE_MAX];
        const uint8_t *words = picture + 12;
        snapshot_init(&pack);
        alarm_put(pack.alarms, rows[i].alarm, true);
        size_t size = jk_lcd_encode(JK_LCD_V2, &pack, picture);
        assert_int_equal(get_u16be(words + 14), 1);
        for (unsigned word = 36; word < 45; word++)
            assert_int_equal(get_u16be(words + 2 * word), word == rows[i].word);
        read_picture(JK_LCD_V2, picture, size, &values);
        for (unsigned alarm = 0; alarm < ALARM_COUNT; alarm++)
            assert_int_equal(alarm_get(values.alarms, (enum alarm)alarm),
                             alarm == (unsigned)rows[i].read);
    }
}

static void numbers_saturate(void **state)
{
    (void)state;
    struct snapshot pack;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    snapshot_init(&pack);
    for (unsigned id = 0; id < VALUE_SCALAR_COUNT; id++)
        snapshot_put(&pack, (enum value_id)id, INT32_MAX);
    jk_lcd_encode(JK_LCD_V2, &pack, picture);
    assert_int_equal(get_u16be(picture + 12), UINT16_MAX - 1);
    assert_int_equal(get_u16be(picture + 14), INT16_MAX - 1);
    assert_int_equal(get_u16be(picture + 18), 100);
    assert_int_equal(get_u16be(picture + 30), 1);
}

static void a_status_that_lost_a_byte_is_bad(void **state)
{
    (void)state;
    struct recording recording;
    struct snapshot values;
    load(&recording, TEST_DATA "/protocols/jk_lcd.log");
    const size_t last = 6 + 2 * 25; /* behind its cells all is 0 */
    for (size_t lost = 6; lost < last; lost++) {
        uint8_t status[STATUS_SIZE];
        memcpy(status, recording.bytes, lost);
        memcpy(status + lost, recording.bytes + lost + 1, STATUS_SIZE - 1 - lost);
        status[STATUS_SIZE - 1] = 0xA5; /* of the next record */
        snapshot_init(&values);
        assert_int_equal(decode(JK_LCD_V2, status, STATUS_SIZE, &values), BAD);
        assert_false(snapshot_have(&values, VALUE_pack_mv));
    }
}

static void a_part_of_an_area_tells_what_it_covers(void **state)
{
    (void)state;
    static const uint8_t soc[] = {0x5A, 0xA5, 0x05, 0x82, 0x10, 0x02, 0x00, 0x4B};
    static const uint8_t long_one[] = {0x5A, 0xA5, 0x09, 0x82, 0x12, 0x2A, 1, 2, 3, 4, 5, 6};
    struct snapshot values;
    snapshot_init(&values);
    assert_int_equal(decode(JK_LCD_PB, soc, sizeof(soc), &values), DECODED);
    assert_int_equal(values.soc_permille, 750);
    assert_false(snapshot_have(&values, VALUE_pack_mv));
    assert_int_equal(decode(JK_LCD_PB, long_one, sizeof(long_one), &values), DECODED);
}

static void impossible_contents_are_bad(void **state)
{
    (void)state;
    static const struct {
        unsigned word; /* of the status */
        uint16_t content;
        enum decode outcome;
    } rows[] = {
        {3,  100,  DECODED},
        {3,  101,  BAD    },
        {9,  2,    BAD    },
        {10, 256,  BAD    },
        {11, 2,    BAD    },
        {12, 0,    DECODED},
        {12, 499,  BAD    },
        {35, 5001, BAD    },
        {36, 1,    DECODED},
        {36, 2,    BAD    },
        {44, 256,  BAD    },
    };
    struct recording recording;
    load(&recording, TEST_DATA "/protocols/jk_lcd.log");
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t status[STATUS_SIZE];
        struct snapshot values;
        memcpy(status, recording.bytes, STATUS_SIZE);
        put_u16be(status + 6 + 2 * rows[i].word, rows[i].content);
        snapshot_init(&values);
        assert_int_equal(decode(JK_LCD_V2, status, STATUS_SIZE, &values), rows[i].outcome);
    }
}

static void only_records_have_a_shape(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int size;
    } rows[] = {
        {"A5 5A 05 82 20 03 07 E0", 8             },
        {"A5 5A 03 80 01 40",       6             },
        {"A5 5A 5D",                0             },
        {"A5",                      0             },
        {"A5 5B",                   RESULT_UNKNOWN},
        {"5A A5 05 82 20 03 07 E0", RESULT_UNKNOWN},
        {"A5 5A 05 83 20 03 07 E0", RESULT_UNKNOWN},
        {"A5 5A 06 82 20 03 07 E0", RESULT_UNKNOWN},
        {"A5 5A 03 82 20 03",       RESULT_UNKNOWN},
        {"A5 5A 02 80 01",          RESULT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[16];
        int size = hex_parse(rows[i].hex, strlen(rows[i].hex), bytes, sizeof(bytes));
        assert_true(size > 0);
        assert_int_equal(jk_lcd_shape[JK_LCD_V2].size(bytes, (size_t)size), rows[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_refresh_is_drawn_byte_for_byte),
        cmocka_unit_test(status_and_colours_of_an_older_pack_are_drawn_alike),
        cmocka_unit_test(what_is_drawn_for_the_pb_display_reads_back),
        cmocka_unit_test(unknown_variables_are_left_alone),
        cmocka_unit_test(each_alarm_has_its_word),
        cmocka_unit_test(numbers_saturate),
        cmocka_unit_test(a_status_that_lost_a_byte_is_bad),
        cmocka_unit_test(a_part_of_an_area_tells_what_it_covers),
        cmocka_unit_test(impossible_contents_are_bad),
        cmocka_unit_test(only_records_have_a_shape),
    };
    return RUN_TESTS(tests);
}
