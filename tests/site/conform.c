/* SPDX-License-Identifier: Apache-2.0
 * The conformance kit over simulated time, for every profile of the registry: our own battery and
 * inverter pass, and each kind of broken device fails the rule that is meant for it and no other.
 */
#include "protocols/protocols.h"
#include "tests/support/test.h"
#include "wire/can_link.h"

/* The kit is a part of the service, which has no library without an operating system. */
#include "service/conform.c"
#include "service/conform_frame.c"
#include "service/conform_rules.c"
#include "service/conform_time.c"

enum { STEP_US = 10000, DURATION_MS = 15000, FRAMES_MAX = 4 };

static const uint64_t start_us = 5000000;

/* A device between the two ends of a protocol. It may change what its sound core sends. */
struct bench {
    const struct can_protocol *can;
    struct conform conform;
    struct can_sender battery;
    struct can_receiver inverter;
    struct snapshot bank;
    uint64_t now_us;
    uint64_t heard_us; /* last frame from the kit */
};

/* Fills `out` with what goes out instead of one frame, which may be none. */
typedef size_t fault(struct bench *bench, const struct can_frame *frame,
                     struct can_frame out[FRAMES_MAX]);

static size_t sound_device(struct bench *bench, const struct can_frame *frame,
                           struct can_frame out[FRAMES_MAX])
{
    (void)bench;
    out[0] = *frame;
    return 1;
}

static void say(struct bench *bench, const struct can_frame *frame, fault *change)
{
    struct can_frame out[FRAMES_MAX];
    size_t count = change(bench, frame, out);
    for (size_t i = 0; i < count; i++)
        conform_receive(&bench->conform, &out[i], bench->now_us);
}

static bool device_transmit(struct bench *bench, struct can_frame *frame)
{
    struct view view = {&bench->bank, {&bench->bank}};
    if (bench->conform.role == CONFORM_BATTERY)
        return can_sender_transmit(&bench->battery, &view, frame);
    return can_receiver_transmit(&bench->inverter, &bench->bank, bench->now_us, frame);
}

static void step(struct bench *bench, fault *change, bool on)
{
    struct view view = {&bench->bank, {&bench->bank}};
    struct can_frame frame;
    while (conform_transmit(&bench->conform, bench->now_us, &frame)) {
        bench->heard_us = bench->now_us;
        can_sender_receive(&bench->battery, &frame, bench->now_us);
        can_receiver_receive(&bench->inverter, &frame, bench->now_us);
    }
    can_sender_step(&bench->battery, &view, bench->now_us);
    while (device_transmit(bench, &frame)) {
        if (on)
            say(bench, &frame, change);
    }
    bench->now_us += STEP_US;
}

/* Silent at first for so long. */
static void run_late(struct bench *bench, const struct can_protocol *can, enum conform_role role,
                     fault *change, uint32_t silent_ms)
{
    memset(bench, 0, sizeof(*bench));
    bench->can = can;
    bench->now_us = bench->heard_us = start_us;
    conform_sound_bank(&bench->bank);
    can_sender_init(&bench->battery, can, start_us + 1000ull * silent_ms);
    can_receiver_init(&bench->inverter, can, start_us);
    conform_init(&bench->conform, can, role, start_us, DURATION_MS);
    while (!conform_over(&bench->conform, bench->now_us))
        step(bench, change, bench->now_us >= start_us + 1000ull * silent_ms);
}

static struct conform_verdict verdict_on(const struct bench *bench, const char *rule)
{
    struct conform_verdict verdict;
    size_t index = 0;
    const struct conform_rule *row;
    while ((row = conform_rule(bench->conform.role, index)) != NULL && strcmp(row->name, rule) != 0)
        index++;
    assert_non_null(row);
    conform_judge(&bench->conform, index, &verdict);
    return verdict;
}

static void assert_outcome(const struct bench *bench, const char *rule,
                           enum conform_outcome expected)
{
    struct conform_verdict verdict = verdict_on(bench, rule);
    if (verdict.outcome != expected)
        print_error("%s:%s %s: %s, %s\n", bench->can->name, bench->can->profile, rule,
                    conform_outcome_name[verdict.outcome], verdict.measured);
    assert_int_equal(verdict.outcome, expected);
}

/* No rule fails but those named. */
static unsigned assert_fails(const struct bench *bench, const char *const *expected)
{
    const struct conform_rule *row;
    unsigned passed = 0;
    for (size_t i = 0; (row = conform_rule(bench->conform.role, i)) != NULL; i++) {
        struct conform_verdict verdict;
        bool meant = false;
        for (size_t k = 0; expected[k] != NULL; k++)
            meant |= strcmp(expected[k], row->name) == 0;
        conform_judge(&bench->conform, i, &verdict);
        if ((verdict.outcome == CONFORM_FAIL) != meant)
            print_error("%s:%s %s: %s, %s\n", bench->can->name, bench->can->profile, row->name,
                        conform_outcome_name[verdict.outcome], verdict.measured);
        assert_int_equal(verdict.outcome == CONFORM_FAIL, meant);
        assert_true(verdict.measured[0] != '\0');
        passed += verdict.outcome == CONFORM_PASS;
    }
    return passed;
}

#define FAILS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_FAIL ((const char *const[]){NULL})

typedef void protocol_check(const struct can_protocol *can);

static void each_protocol(protocol_check *check)
{
    unsigned count = 0;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; protocols[i].can != NULL && n < protocols[i].can_count; n++, count++)
            check(&protocols[i].can[n]);
    }
    assert_true(count > 0);
}

static bool sends(const struct can_protocol *can)
{
    for (size_t i = 0; i < can->message_count; i++) {
        if (can->messages[i].period_ms > 0 || can->messages[i].form & POLL)
            return true;
    }
    return false; /* read only */
}

/* Sound ones */

static void sound_battery(const struct can_protocol *can)
{
    struct bench bench;
    if (!sends(can))
        return;
    run_late(&bench, can, CONFORM_BATTERY, sound_device, 0);
    assert_true(assert_fails(&bench, NO_FAIL) >= 4);
    assert_int_equal(bench.conform.unknown, 0);
}

static void our_own_battery_passes_in_every_protocol(void **state)
{
    (void)state;
    each_protocol(sound_battery);
}

static void sound_inverter(const struct can_protocol *can)
{
    struct bench bench;
    if (can->answer_count == 0 || can->answers[0].period_ms == 0)
        return;
    run_late(&bench, can, CONFORM_INVERTER, sound_device, 0);
    assert_true(assert_fails(&bench, NO_FAIL) >= 5);
}

static void our_own_inverter_passes_in_every_protocol(void **state)
{
    (void)state;
    each_protocol(sound_inverter);
}

/* Broken ones, in the most common protocol */

static const struct can_protocol *pylon(void)
{
    return protocol_find_can("pylon_can");
}

static void run_broken(struct bench *bench, fault *change)
{
    run_late(bench, pylon(), CONFORM_BATTERY, change, 0);
}

static size_t silence(struct bench *bench, const struct can_frame *frame,
                      struct can_frame out[FRAMES_MAX])
{
    (void)bench;
    (void)frame;
    (void)out;
    return 0;
}

static void a_dead_device_fails_and_what_it_never_said_is_not_testable(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, silence);
    assert_int_equal(assert_fails(&bench, FAILS("supervised_present", "scheduled_present")), 0);
    run_late(&bench, pylon(), CONFORM_INVERTER, silence, 0);
    assert_int_equal(assert_fails(&bench, FAILS("scheduled_present")), 0);
}

static size_t without_limits(struct bench *bench, const struct can_frame *frame,
                             struct can_frame out[FRAMES_MAX])
{
    return frame->id == 0x351 ? 0 : sound_device(bench, frame, out);
}

static size_t without_maker(struct bench *bench, const struct can_frame *frame,
                            struct can_frame out[FRAMES_MAX])
{
    return frame->id == 0x35E ? 0 : sound_device(bench, frame, out);
}

static void a_missing_message_is_named(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, without_limits);
    assert_fails(&bench, FAILS("supervised_present", "scheduled_present"));
    assert_non_null(strstr(verdict_on(&bench, "supervised_present").measured, "351 limits"));
    run_broken(&bench, without_maker);
    assert_fails(&bench, FAILS("scheduled_present"));
    assert_non_null(strstr(verdict_on(&bench, "scheduled_present").measured, "35E maker"));
}

/* The same frame again half a second later. */
static struct can_frame kept;
static uint64_t kept_us;

static size_t keep_measurements(struct bench *bench, const struct can_frame *frame,
                                struct can_frame out[FRAMES_MAX])
{
    if (frame->id == 0x356) {
        kept = *frame;
        kept_us = bench->now_us;
    }
    return sound_device(bench, frame, out);
}

static void a_message_at_double_rate_is_measured(void **state)
{
    struct bench bench;
    (void)state;
    run_late(&bench, pylon(), CONFORM_BATTERY, sound_device, DURATION_MS - 1);
    conform_init(&bench.conform, pylon(), CONFORM_BATTERY, bench.now_us, DURATION_MS);
    while (!conform_over(&bench.conform, bench.now_us)) {
        step(&bench, keep_measurements, true);
        if (kept_us > 0 && bench.now_us >= kept_us + 500000) {
            conform_receive(&bench.conform, &kept, bench.now_us);
            kept_us = 0;
        }
    }
    assert_fails(&bench, FAILS("period"));
    assert_non_null(strstr(verdict_on(&bench, "period").measured, "356 measurements: "));
    assert_non_null(strstr(verdict_on(&bench, "period").measured, "ms instead of 1000"));
}

static size_t every_seventh_lost(struct bench *bench, const struct can_frame *frame,
                                 struct can_frame out[FRAMES_MAX])
{
    bool lost = frame->id == 0x355 && bench->conform.messages[1].count == 6 &&
                bench->now_us - bench->conform.messages[1].last_us < 1500000;
    return lost ? 0 : sound_device(bench, frame, out);
}

static void a_frame_that_was_left_out_once_is_jitter(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, every_seventh_lost);
    assert_fails(&bench, FAILS("jitter"));
}

static size_t negative_limit(struct bench *bench, const struct can_frame *frame,
                             struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    if (frame->id == 0x351) {
        out[0].data[4] = 0xFB; /* -5: -0.5 A */
        out[0].data[5] = 0xFF;
    }
    return 1;
}

static void a_negative_limit_is_shown_with_its_frame(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, negative_limit);
    assert_fails(&bench, FAILS("limits_not_negative"));
    struct conform_verdict verdict = verdict_on(&bench, "limits_not_negative");
    assert_non_null(strstr(verdict.measured, "first 351#"));
    assert_non_null(strstr(verdict.measured, "discharge_limit_ma -5"));
}

static size_t extended(struct bench *bench, const struct can_frame *frame,
                       struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    out[0].extended = true;
    return 1;
}

static size_t with_twins(struct bench *bench, const struct can_frame *frame,
                         struct can_frame out[FRAMES_MAX])
{
    (void)bench;
    out[0] = out[1] = *frame;
    out[1].extended = true;
    return 2;
}

static void identifiers_of_29_bits_are_not_those_of_11(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, extended);
    assert_fails(&bench, FAILS("supervised_present", "scheduled_present", "identifier_length"));
    run_broken(&bench, with_twins);
    assert_fails(&bench, FAILS("identifier_length"));
}

static size_t with_heartbeat(struct bench *bench, const struct can_frame *frame,
                             struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    out[1] = (struct can_frame){.id = 0x305, .size = 8};
    return 2;
}

static void a_battery_that_sends_the_heartbeat_of_the_inverter_fails(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, with_heartbeat);
    assert_fails(&bench, FAILS("own_side"));
}

static size_t only_when_heard(struct bench *bench, const struct can_frame *frame,
                              struct can_frame out[FRAMES_MAX])
{
    return bench->now_us - bench->heard_us > 4000000 ? 0 : sound_device(bench, frame, out);
}

static void a_battery_that_stops_without_heartbeat_fails(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, only_when_heard);
    assert_fails(&bench, FAILS("keep_alive_loss"));
    assert_non_null(
        strstr(verdict_on(&bench, "keep_alive_loss").measured, "351 limits: last heard after "));
}

static size_t limits_late(struct bench *bench, const struct can_frame *frame,
                          struct can_frame out[FRAMES_MAX])
{
    bool early = bench->now_us < start_us + 9000000;
    return frame->id == 0x351 && early ? 0 : sound_device(bench, frame, out);
}

static void a_start_is_judged_only_if_it_was_seen(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, sound_device);
    assert_outcome(&bench, "complete_start", CONFORM_NOT_TESTABLE);
    run_late(&bench, pylon(), CONFORM_BATTERY, sound_device, 4000);
    assert_outcome(&bench, "complete_start", CONFORM_PASS);
    run_late(&bench, pylon(), CONFORM_BATTERY, limits_late, 4000);
    assert_fails(&bench, FAILS("complete_start"));
}

static size_t cut_short(struct bench *bench, const struct can_frame *frame,
                        struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    if (frame->id == 0x351)
        out[0].size = 4;
    return 1;
}

static void a_short_frame_lacks_a_mandatory_value(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, cut_short);
    assert_fails(&bench, FAILS("size", "mandatory"));
}

/* One byte of one message is something else. */
static uint32_t changed_id;
static uint8_t changed_byte;
static uint8_t changed_to;

static size_t other_byte(struct bench *bench, const struct can_frame *frame,
                         struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    if (frame->id == changed_id)
        out[0].data[changed_byte] = changed_to;
    return 1;
}

static void run_changed(struct bench *bench, uint32_t id, uint8_t byte, uint8_t to)
{
    changed_id = id;
    changed_byte = byte;
    changed_to = to;
    run_broken(bench, other_byte);
}

static void wrong_bytes_fail_the_rule_that_is_meant_for_them(void **state)
{
    struct bench bench;
    (void)state;
    run_changed(&bench, 0x356, 1, 0x05); /* 14 V */
    assert_fails(&bench, FAILS("plausible"));
    run_changed(&bench, 0x359, 0, 0x01); /* reserved */
    assert_fails(&bench, FAILS("undefined_bits"));
    run_changed(&bench, 0x351, 7, 0x02); /* discharge to 72.0 V */
    assert_fails(&bench, FAILS("order"));
    run_changed(&bench, 0x359, 0, 0x02); /* cell over-voltage, and charge goes on */
    assert_fails(&bench, FAILS("protection_limits"));
    run_changed(&bench, 0x35C, 0, 0x40); /* no charge, but a current */
    assert_fails(&bench, FAILS("stop_said_twice"));
}

static size_t top_code(struct bench *bench, const struct can_frame *frame,
                       struct can_frame out[FRAMES_MAX])
{
    sound_device(bench, frame, out);
    if (frame->id == 0x351) {
        out[0].data[2] = 0xFF;
        out[0].data[3] = 0x7F;
    }
    return 1;
}

static void the_top_codes_are_reserved(void **state)
{
    struct bench bench;
    (void)state;
    run_broken(&bench, top_code);
    assert_fails(&bench, FAILS("saturation"));
}

/* Inverters */

static size_t late_heartbeat(struct bench *bench, const struct can_frame *frame,
                             struct can_frame out[FRAMES_MAX])
{
    return bench->now_us < start_us + 4000000 ? 0 : sound_device(bench, frame, out);
}

static size_t heartbeat_to_a_battery(struct bench *bench, const struct can_frame *frame,
                                     struct can_frame out[FRAMES_MAX])
{
    bool alone = bench->heard_us == start_us || bench->now_us - bench->heard_us > 900000;
    return alone ? 0 : sound_device(bench, frame, out);
}

static void an_inverter_speaks_before_with_and_after_a_battery(void **state)
{
    struct bench bench;
    (void)state;
    run_late(&bench, pylon(), CONFORM_INVERTER, late_heartbeat, 0);
    assert_fails(&bench, FAILS("before_partner"));
    run_late(&bench, pylon(), CONFORM_INVERTER, heartbeat_to_a_battery, 0);
    assert_fails(&bench, FAILS("before_partner", "keep_alive_loss"));
    assert_outcome(&bench, "limits_obeyed", CONFORM_NOT_TESTABLE);
}

/* One that tells its current goes on charging for so long after the limits fell to 0. */
static void run_charging(struct bench *bench, uint32_t duration_ms, uint32_t late_ms)
{
    const struct can_protocol *can = protocol_find_can("sma_can");
    uint64_t zero_us = 0;
    run_late(bench, can, CONFORM_INVERTER, silence, 0);
    conform_init(&bench->conform, can, CONFORM_INVERTER, bench->now_us, duration_ms);
    while (!conform_over(&bench->conform, bench->now_us)) {
        bool stopped = bench->conform.bank.charge_limit_ma == 0;
        zero_us = stopped && zero_us == 0 ? bench->now_us : zero_us;
        bool charges = !stopped || bench->now_us < zero_us + 1000ull * late_ms;
        snapshot_put(&bench->bank, VALUE_pack_ma, charges ? 50000 : 0);
        step(bench, sound_device, true);
    }
}

static void a_current_that_outlasts_the_limit_fails_only_if_there_was_time_to_stop(void **state)
{
    struct bench bench;
    (void)state;
    run_charging(&bench, 60000, 10000);
    assert_outcome(&bench, "limits_obeyed", CONFORM_PASS);
    run_charging(&bench, 60000, 60000);
    assert_fails(&bench, FAILS("limits_obeyed"));
    assert_string_equal(verdict_on(&bench, "limits_obeyed").measured,
                        "50.0 A before, 50.0 A after limits of 0");
    run_charging(&bench, 15000, 10000);
    assert_outcome(&bench, "limits_obeyed", CONFORM_NOT_TESTABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_battery_passes_in_every_protocol),
        cmocka_unit_test(our_own_inverter_passes_in_every_protocol),
        cmocka_unit_test(a_dead_device_fails_and_what_it_never_said_is_not_testable),
        cmocka_unit_test(a_missing_message_is_named),
        cmocka_unit_test(a_message_at_double_rate_is_measured),
        cmocka_unit_test(a_frame_that_was_left_out_once_is_jitter),
        cmocka_unit_test(a_negative_limit_is_shown_with_its_frame),
        cmocka_unit_test(identifiers_of_29_bits_are_not_those_of_11),
        cmocka_unit_test(a_battery_that_sends_the_heartbeat_of_the_inverter_fails),
        cmocka_unit_test(a_battery_that_stops_without_heartbeat_fails),
        cmocka_unit_test(a_start_is_judged_only_if_it_was_seen),
        cmocka_unit_test(a_short_frame_lacks_a_mandatory_value),
        cmocka_unit_test(wrong_bytes_fail_the_rule_that_is_meant_for_them),
        cmocka_unit_test(the_top_codes_are_reserved),
        cmocka_unit_test(an_inverter_speaks_before_with_and_after_a_battery),
        cmocka_unit_test(a_current_that_outlasts_the_limit_fails_only_if_there_was_time_to_stop),
    };
    return RUN_TESTS(tests);
}
