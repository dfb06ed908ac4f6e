/* SPDX-License-Identifier: Apache-2.0
 * What an inverter without a setting takes a battery for: every profile that speaks, played by its
 * own tables, names of others, and names that contradict each other.
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
        {"goodwe_can:a",      "pylon_can:v12"},
        {"goodwe_can:sma",    "victron_can"  },
        {"sma_can:",          "victron_can"  },
        {"invt_can:",         "pylon_can:v12"},
        {"must_can:",         "pylon_can:v12"},
        {"sofar_can:a",       "pylon_can:v12"},
        {"sofar_can:b",       "pylon_can:v12"},
        {"seplos_can:",       "pylon_can:v12"},
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
    if (text_equal(can->name, "victron_can"))
        assert_ptr_equal(found, can);
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
        cmocka_unit_test(a_name_that_contradicts_the_first_is_counted_and_not_taken),
        cmocka_unit_test(frames_with_29_bits_are_no_names),
        cmocka_unit_test(batteries_of_our_own_are_taken_for_themselves_or_a_relative),
    };
    return RUN_TESTS(tests);
}
