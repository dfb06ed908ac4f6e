/* SPDX-License-Identifier: Apache-2.0
 * What an inverter without a setting takes a battery for: every profile that speaks, played by its
 * own tables, names and frames of others as they were recorded or as documents give them, and names
 * that contradict each other.
 */
#include "protocols/can_guess.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/can_profiles.h"
#include "tests/support/test.h"

static struct can_guess guess;

static void hear(uint32_t id, bool extended, const char *text)
{
    struct can_frame frame = {id, extended, 8, {0}};
    memcpy(frame.data, text, strlen(text) < 8 ? strlen(text) : 8);
    can_guess_take(&guess, &frame);
}

/* One cycle: an alarm frame and a name. */
static void hear_cycle(uint32_t alarms_id, const char *name)
{
    hear(alarms_id, false, "");
    hear(0x35E, false, name);
}

static void expect(const char *use)
{
    const struct can_protocol *expected = use != NULL ? protocol_find_can(use) : NULL;
    assert_true(use == NULL || expected != NULL);
    assert_ptr_equal(can_guess_protocol(&guess), expected);
}

static void a_name_and_the_kind_of_alarms_decide_after_a_whole_cycle(void **state)
{
    (void)state;
    static const struct {
        uint32_t alarms_id;
        const char *name;
        const char *use;
    } rows[] = {
        {0x359, "DY001",    "deye_can:dy33"},
        {0x359, "PYLON   ", "pylon_can:v12"},
        {0x359, "PYLONDIY", "pylon_can:v12"},
        {0x35A, "PYLON   ", "pylon_can:v13"},
        {0x35A, "BYD",      "victron_can"  },
        {0x359, "JK-BMS",   "pylon_can:v12"},
        {0x351, "JK-BMS",   NULL           },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        guess = (struct can_guess){0};
        hear_cycle(rows[i].alarms_id, rows[i].name);
        expect(NULL);
        hear_cycle(rows[i].alarms_id, rows[i].name);
        expect(rows[i].use);
        assert_int_equal(guess.contradictions, 0);
    }
}

static uint8_t digit(char text)
{
    return (uint8_t)(text <= '9' ? text - '0' : text - 'A' + 10);
}

/* Two cycles of frames as in a candump log, "359#0000000001504E". */
static void hear_twice(const char *const *frames, size_t count)
{
    guess = (struct can_guess){0};
    for (size_t i = 0; i < 2 * count; i++) {
        const char *text = frames[i % count];
        struct can_frame frame = {0};
        for (size_t k = 0; k < 3; k++)
            frame.id = 16 * frame.id + digit(text[k]);
        for (const char *byte = text + 4; *byte != '\0'; byte += 2)
            frame.data[frame.size++] = (uint8_t)(16 * digit(byte[0]) + digit(byte[1]));
        can_guess_take(&guess, &frame);
    }
}

#define FRAMES(...) (const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__}))

static void a_map_of_packs_is_not_pylons(void **state)
{
    (void)state;
    /* The vectors of SEPLOS V1.0; with the maker's whole name they are GoodWe's. */
    hear_twice(FRAMES("359#0000000001000001", "35E#4F42"));
    expect("seplos_can");
    hear_twice(FRAMES("359#1000100001000001", "35E#4F50454E424D5320"));
    expect("goodwe_can:a");
    hear_twice(FRAMES("359#0000000000000000", "35E#476F6F6457652020"));
    expect("goodwe_can:a");
}

static void pylons_mark_a_capacity_and_zeros_are_no_map_of_packs(void **state)
{
    (void)state;
    hear_twice(FRAMES("359#0000000001504E", "35E#4F42"));
    expect("pylon_can:v12");
    hear_twice(FRAMES("359#0000000001504E01", "35E#4A4B2D424D53"));
    expect("pylon_can:v12");
    hear_twice(FRAMES("359#00000000013A0101", "35E#4F50454E424D5320")); /* Luxpower's 314 Ah */
    expect("pylon_can:v12");
    hear_twice(FRAMES("359#0000000003000000", "35E#4A4B2D424D53")); /* a gateway to a GoodWe */
    expect("pylon_can:v12");
}

static void the_name_pylon_wins_over_a_map_of_packs(void **state)
{
    (void)state;
    hear_twice(FRAMES("359#0000000001000001", "35E#50594C4F4E202020"));
    expect("pylon_can:v12");
}

static void a_number_that_is_not_valid_tells_sma_from_victron(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "351#FFFF000000000000", "351#380200804006C001", "351#380240060080C001",
        "351#380240064006FFFF", "355#FFFF6300",         "355#4C00FFFF",
        "355#4C006300FFFF",     "356#0080EA001101",     "356#D01400801101",
        "356#D014EA000080",
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        hear_twice(FRAMES(codes[i], "35A#0000000000000000", "35E#4241545249554D20"));
        expect("sma_can");
    }
}

static void valid_numbers_and_codes_of_other_words_do_not_tell_sma(void **state)
{
    (void)state;
    static const char *const frames[] = {
        "351#380240064006C001", "351#00800000000000FF", "355#63006400DE26", "355#4C0063001E1BFFFF",
        "356#0000FFFFF000",     "356#D014EA0011010080", "356#D014EA0080",   "357#0080008000800080",
    };
    for (size_t i = 0; i < COUNT(frames); i++) {
        hear_twice(FRAMES(frames[i], "35A#0000000000000000", "35E#4241545249554D20"));
        expect("victron_can");
    }
}

static void a_frame_that_only_victron_has_wins_over_the_code(void **state)
{
    (void)state;
    static const char *const frames[] = {"360#00", "372#0200020001000000", "379#9C00000000000000",
                                         "382#5052454D49554D00"};
    for (size_t i = 0; i < COUNT(frames); i++) {
        hear_twice(FRAMES("355#1400FFFF", frames[i], "35A#AAAAAAAAAAAAAAAA", "35E#5059544553"));
        expect("victron_can");
    }
}

static void goodwes_name_with_pairs_is_its_older_mapping(void **state)
{
    (void)state;
    hear_twice(FRAMES("35A#AAAAAA02AAAAAA02", "35E#476F6F6457652020"));
    expect("goodwe_can:sma");
}

static void an_order_of_the_battery_is_sofars(void **state)
{
    (void)state;
    hear_twice(FRAMES("30F#0000000000000000", "359#0000000001000000", "35A#AAAAAA02AAAAAA02",
                      "35E#414D415353000000"));
    expect("sofar_can:b");
    hear_twice(FRAMES("30F#0000000000000000", "359#0000000001504E", "35E#414D415353000000"));
    expect("pylon_can:v12");
}

static void a_name_that_contradicts_the_first_is_counted_and_not_taken(void **state)
{
    (void)state;
    guess = (struct can_guess){0};
    hear_cycle(0x359, "PYLON   ");
    hear_cycle(0x359, "DY001");
    expect(NULL);
    hear_cycle(0x359, "PYLON   ");
    expect("pylon_can:v12");
    for (int i = 0; i < 300; i++)
        hear_cycle(0x359, "DY001");
    expect("pylon_can:v12");
    assert_int_equal(guess.contradictions, 301);
}

static void frames_with_29_bits_are_no_names(void **state)
{
    (void)state;
    guess = (struct can_guess){0};
    hear(0x35E, true, "PYLON   ");
    hear(0x35E, true, "PYLON   ");
    hear(0x359, true, "");
    expect(NULL);
    assert_int_equal(guess.cycles, 0);
}

/* What of a set of frames says which protocol it is is not always in it; then a relative that reads
 * the same limits will do. */
static const char *relative(const struct can_protocol *can)
{
    static const char *const relatives[][2] = {
        {"deye_can:pylon",    "pylon_can:v12"},
        {"sma_can:",          "victron_can"  },
        {"invt_can:",         "pylon_can:v12"},
        {"must_can:",         "pylon_can:v12"},
        {"sofar_can:a",       "pylon_can:v12"},
        {"luxpower_can:v04",  "pylon_can:v12"},
        {"growatt_can:rev04", "growatt_can"  },
        {"jk_can:500k",       "jk_can"       },
    };
    char own[64];
    snprintf(own, sizeof(own), "%s:%s", can->name, can->profile);
    for (size_t i = 0; i < COUNT(relatives); i++) {
        if (text_equal(relatives[i][0], own))
            return relatives[i][1];
    }
    return own[strlen(own) - 1] == ':' ? can->name : NULL;
}

static void check_profile(const struct can_protocol *can)
{
    static const char *const sure[] = {
        "victron_can", "goodwe_can:a",  "goodwe_can:b", "goodwe_can:sma", "seplos_can",
        "sofar_can:b", "deye_can:dy33", "growatt_can",  "jk_can",
    };
    struct snapshot values = profile_snapshot(can);
    struct can_frame frame;
    guess = (struct can_guess){0};
    for (int cycle = 0; cycle < 2; cycle++) {
        for (size_t i = 0; i < can->message_count; i++) {
            const struct can_message *message = &can->messages[i];
            bool scheduled = message->period_ms > 0 || message->form & POLL;
            if (scheduled && profile_encode(message, &values, &frame))
                can_guess_take(&guess, &frame);
        }
    }
    const struct can_protocol *found = can_guess_protocol(&guess);
    const char *use = relative(can);
    if (found != can && found != NULL && use != NULL)
        assert_ptr_equal(found, protocol_find_can(use));
    assert_true(found == can || found == NULL || use != NULL);
    for (size_t i = 0; i < COUNT(sure); i++) {
        if (can == protocol_find_can(sure[i]))
            assert_ptr_equal(found, can);
    }
}

static void batteries_of_our_own_are_taken_for_themselves_or_a_relative(void **state)
{
    (void)state;
    each_profile(check_profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_and_the_kind_of_alarms_decide_after_a_whole_cycle),
        cmocka_unit_test(a_map_of_packs_is_not_pylons),
        cmocka_unit_test(pylons_mark_a_capacity_and_zeros_are_no_map_of_packs),
        cmocka_unit_test(the_name_pylon_wins_over_a_map_of_packs),
        cmocka_unit_test(a_number_that_is_not_valid_tells_sma_from_victron),
        cmocka_unit_test(valid_numbers_and_codes_of_other_words_do_not_tell_sma),
        cmocka_unit_test(a_frame_that_only_victron_has_wins_over_the_code),
        cmocka_unit_test(goodwes_name_with_pairs_is_its_older_mapping),
        cmocka_unit_test(an_order_of_the_battery_is_sofars),
        cmocka_unit_test(a_name_that_contradicts_the_first_is_counted_and_not_taken),
        cmocka_unit_test(frames_with_29_bits_are_no_names),
        cmocka_unit_test(batteries_of_our_own_are_taken_for_themselves_or_a_relative),
    };
    return RUN_TESTS(tests);
}
