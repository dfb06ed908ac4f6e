/* SPDX-License-Identifier: Apache-2.0
 * Tests of protocols/jk_lcd.c: pictures in time, battery and display against each other over a line
 * that loses and adds bytes, and what an explainer reports.
 */
#include "tests/support/test.h"

#include "protocols/explainer.h"
#include "protocols/jk_lcd.h"

enum { TICK_US = 10000, SECOND_US = 1000000 };

struct bench {
    struct jk_lcd lcd;
    struct jk_lcd_reader reader;
    struct snapshot pack;
    uint64_t now_us;
};

static void setup(struct bench *bench, enum jk_lcd_kind kind)
{
    memset(bench, 0, sizeof(*bench));
    bench->now_us = 5 * SECOND_US;
    jk_lcd_init(&bench->lcd, kind);
    jk_lcd_reader_init(&bench->reader, kind);
    snapshot_init(&bench->pack);
    snapshot_put(&bench->pack, VALUE_pack_mv, 52340);
    snapshot_put(&bench->pack, VALUE_pack_ma, -12300);
    snapshot_put(&bench->pack, VALUE_soc_permille, 640);
    for (int cell = 0; cell < 16; cell++)
        snapshot_put(&bench->pack, (enum value_id)(VALUE_cell_mv + cell), 3271);
}

/* Both ends for `time_us`, in pieces of `piece` bytes. */
static void run(struct bench *bench, const struct snapshot *pack, uint64_t time_us, size_t piece)
{
    for (uint64_t end_us = bench->now_us + time_us; bench->now_us < end_us;) {
        uint8_t bytes[JK_LCD_PICTURE_MAX];
        jk_lcd_step(&bench->lcd, pack, bench->now_us);
        size_t size = jk_lcd_transmit(&bench->lcd, bytes, piece);
        jk_lcd_reader_receive(&bench->reader, bytes, size, bench->now_us);
        bench->now_us += TICK_US;
    }
}

static void a_display_shows_what_the_battery_writes(void **state)
{
    (void)state;
    for (int kind = 0; kind < JK_LCD_KIND_COUNT; kind++) {
        for (size_t piece = 1; piece <= JK_LCD_PICTURE_MAX; piece += 13) {
            struct bench bench;
            setup(&bench, (enum jk_lcd_kind)kind);
            run(&bench, &bench.pack, 4 * SECOND_US, piece);
            assert_true(jk_lcd_reader_fresh(&bench.reader, bench.now_us));
            assert_int_equal(bench.reader.values.pack_mv, 52340);
            assert_int_equal(bench.reader.values.pack_ma, -12300);
            assert_int_equal(bench.reader.values.soc_permille, 640);
            assert_int_equal(bench.reader.values.cell_mv[15], 3271);
            assert_false(snapshot_have(&bench.reader.values, VALUE_cell_mv + 16));
            assert_int_equal(
                bench.reader.noise_bytes + bench.reader.broken + bench.reader.bad_records, 0);
        }
    }
}

static void a_picture_comes_every_second_or_as_the_line_allows(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_LCD_PB);
    run(&bench, &bench.pack, 10 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_int_equal(bench.lcd.pictures, 10);
    setup(&bench, JK_LCD_V2); /* 310 bytes at 2400 baud: 1.29 s */
    run(&bench, &bench.pack, 13 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_int_equal(bench.lcd.pictures, 10);
}

static void a_picture_that_is_not_out_is_not_drawn_over(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t byte;
    setup(&bench, JK_LCD_PB);
    jk_lcd_step(&bench.lcd, &bench.pack, bench.now_us);
    assert_int_equal(jk_lcd_transmit(&bench.lcd, &byte, 1), 1);
    jk_lcd_step(&bench.lcd, &bench.pack, bench.now_us + 60 * SECOND_US);
    assert_int_equal(bench.lcd.pictures, 1);
}

static void without_a_fresh_pack_the_display_goes_stale(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench, JK_LCD_PB);
    assert_false(jk_lcd_reader_fresh(&bench.reader, bench.now_us));
    run(&bench, NULL, 2 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_int_equal(bench.lcd.pictures, 0);
    run(&bench, &bench.pack, 2 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_true(jk_lcd_reader_fresh(&bench.reader, bench.now_us));
    run(&bench, NULL, 4 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_int_equal(bench.lcd.pictures, 2);
    assert_true(jk_lcd_reader_fresh(&bench.reader, bench.now_us));
    run(&bench, NULL, 2 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_false(jk_lcd_reader_fresh(&bench.reader, bench.now_us));
    snapshot_init(&bench.pack); /* measured nothing yet */
    run(&bench, &bench.pack, 2 * SECOND_US, JK_LCD_PICTURE_MAX);
    assert_int_equal(bench.lcd.pictures, 2);
}

/* Every byte lost in turn: the next picture is shown whole again, and nothing impossible. */
static void a_lost_byte_costs_one_picture_at_most(void **state)
{
    (void)state;
    uint8_t picture[JK_LCD_PICTURE_MAX];
    struct bench bench;
    setup(&bench, JK_LCD_V2);
    size_t size = jk_lcd_encode(JK_LCD_V2, &bench.pack, picture);
    for (size_t lost = 0; lost < size; lost++) {
        jk_lcd_reader_init(&bench.reader, JK_LCD_V2);
        uint64_t now_us = SECOND_US;
        jk_lcd_reader_receive(&bench.reader, picture, lost, now_us);
        jk_lcd_reader_receive(&bench.reader, picture + lost + 1, size - lost - 1, now_us);
        jk_lcd_reader_receive(&bench.reader, NULL, 0, now_us + SECOND_US / 2);
        const struct snapshot *values = &bench.reader.values;
        assert_true(!snapshot_have(values, VALUE_pack_mv) || values->pack_mv == 52340);
        assert_true(!snapshot_have(values, VALUE_cell_mv) || values->cell_mv[0] == 3271);
        assert_true(bench.reader.bad_records + bench.reader.broken + bench.reader.noise_bytes > 0);
        jk_lcd_reader_receive(&bench.reader, picture, size, now_us + SECOND_US);
        assert_int_equal(values->pack_mv, 52340);
        assert_int_equal(values->cell_mv[15], 3271);
    }
}

/* ---- Explained ---- */

struct noted {
    unsigned count;
    unsigned errors;
    const char *name; /* of the last one */
    enum side from;
    const char *control;
    int32_t number;
};

static void note(void *context, const struct message *message)
{
    struct noted *noted = context;
    noted->count++;
    noted->errors += message->error != NULL;
    noted->name = message->name;
    noted->from = message->from;
    noted->control = message->control;
    noted->number = message->control_value;
}

static void records_are_reported_by_name_and_side(void **state)
{
    (void)state;
    static const uint8_t colour[] = {0xA5, 0x5A, 0x05, 0x82, 0x20, 0x63, 0xF8, 0x00};
    struct serial_explainer explainer;
    struct noted noted = {0};
    memset(&explainer, 0, sizeof(explainer));
    jk_lcd_explain(&explainer, SIDE_BATTERY, colour, 5, note, &noted);
    assert_int_equal(noted.count, 0);
    jk_lcd_explain(&explainer, SIDE_BATTERY, colour + 5, sizeof(colour) - 5, note, &noted);
    assert_int_equal(noted.count, 1);
    assert_string_equal(noted.name, "colour");
    assert_string_equal(noted.control, "red");
    assert_int_equal(noted.number, 6);
    assert_int_equal(noted.from, SIDE_BATTERY);
    jk_lcd_explain(&explainer, SIDE_ASKING, colour, 5, note, &noted);
    jk_lcd_explain(&explainer, SIDE_BATTERY, NULL, 0, note, &noted);
    assert_int_equal(noted.count, 2);
    assert_int_equal(noted.errors, 1);
    assert_string_equal(noted.name, "broken");
    assert_int_equal(noted.from, SIDE_ASKING);
}

static void records_of_the_other_display_are_noise(void **state)
{
    (void)state;
    static const uint8_t colour[] = {0xA5, 0x5A, 0x05, 0x82, 0x20, 0x63, 0xF8, 0x00};
    struct serial_explainer explainer;
    struct noted noted = {0};
    memset(&explainer, 0, sizeof(explainer));
    jk_lcd_pb_explain(&explainer, SIDE_BATTERY, colour, sizeof(colour), note, &noted);
    jk_lcd_pb_explain(&explainer, SIDE_BATTERY, NULL, 0, note, &noted);
    assert_true(noted.count > 0);
    assert_string_equal(noted.name, "noise");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_display_shows_what_the_battery_writes),
        cmocka_unit_test(a_picture_comes_every_second_or_as_the_line_allows),
        cmocka_unit_test(a_picture_that_is_not_out_is_not_drawn_over),
        cmocka_unit_test(without_a_fresh_pack_the_display_goes_stale),
        cmocka_unit_test(a_lost_byte_costs_one_picture_at_most),
        cmocka_unit_test(records_are_reported_by_name_and_side),
        cmocka_unit_test(records_of_the_other_display_are_noise),
    };
    return RUN_TESTS(tests);
}
