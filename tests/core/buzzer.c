/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/buzzer.c: both patterns to the millisecond, and what one does to the other.
 */
#include "tests/support/test.h"

#include "core/buzzer.h"

/* How the sound of the next `ms` (steps of 1 ms, the first of which starts what was asked for) is
 * spread: lengths of sound and silence in turn, beginning with sound. */
static size_t listen(struct buzzer *buzzer, bool alarm, uint32_t ms, uint32_t *lengths_ms)
{
    size_t count = 0;
    bool sounding = true;
    lengths_ms[0] = 0;
    for (uint32_t i = 0; i < ms; i++) {
        bool now = buzzer_step(buzzer, alarm, 1);
        if (now != sounding)
            lengths_ms[++count] = 0;
        lengths_ms[count]++;
        sounding = now;
        assert_true(count < 30);
    }
    return count + 1;
}

static void expect(const uint32_t *lengths_ms, const uint32_t *expected_ms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(lengths_ms[i], expected_ms[i]);
}

static void it_is_silent_without_a_cause(void **state)
{
    (void)state;
    struct buzzer buzzer;
    memset(&buzzer, 0xFF, sizeof(buzzer));
    buzzer_init(&buzzer);
    for (int i = 0; i < 10000; i++)
        assert_false(buzzer_step(&buzzer, false, 1));
}

static void switching_on_is_one_beep_of_a_fifth_of_a_second(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    buzzer_beep(&buzzer, BEEPS_ON);
    assert_int_equal(listen(&buzzer, false, 3000, lengths_ms), 2);
    expect(lengths_ms, (const uint32_t[]){200, 2800}, 2);
}

static void a_password_reset_is_three_beeps(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    buzzer_beep(&buzzer, BEEPS_PASSWORD_RESET);
    assert_int_equal(listen(&buzzer, false, 3000, lengths_ms), 6);
    expect(lengths_ms, (const uint32_t[]){200, 200, 200, 200, 200, 2000}, 6);
}

static void every_count_beeps_as_often(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= UINT8_MAX; count++) {
        struct buzzer buzzer;
        buzzer_init(&buzzer);
        buzzer_beep(&buzzer, (uint8_t)count);
        uint32_t sounded = 0;
        for (int i = 0; i < 11000; i++)
            sounded += buzzer_step(&buzzer, false, 10);
        assert_int_equal(sounded, count * 20);
    }
}

static void the_first_step_starts_the_beep_however_long_it_is(void **state)
{
    (void)state;
    struct buzzer buzzer;
    buzzer_init(&buzzer);
    buzzer_beep(&buzzer, 1);
    assert_true(buzzer_step(&buzzer, false, 60000));
    assert_false(buzzer_step(&buzzer, false, 60000));
    assert_int_equal(buzzer.beeps_ms, 0);
}

static void new_beeps_replace_old_ones(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    buzzer_beep(&buzzer, 3);
    listen(&buzzer, false, 300, lengths_ms);
    buzzer_beep(&buzzer, 1);
    assert_int_equal(listen(&buzzer, false, 3000, lengths_ms), 2);
    expect(lengths_ms, (const uint32_t[]){200, 2800}, 2);
}

static void an_alarm_sounds_half_a_second_of_every_two(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    assert_int_equal(listen(&buzzer, true, 6000, lengths_ms), 6);
    expect(lengths_ms, (const uint32_t[]){500, 1500, 500, 1500, 500, 1500}, 6);
}

static void an_alarm_ends_at_once_and_begins_with_sound_again(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    listen(&buzzer, true, 400, lengths_ms);
    assert_false(buzzer_step(&buzzer, false, 1));
    listen(&buzzer, true, 1000, lengths_ms);
    expect(lengths_ms, (const uint32_t[]){500, 500}, 2);
}

static void the_alarm_waits_for_the_beeps_and_keeps_its_rhythm(void **state)
{
    (void)state;
    struct buzzer buzzer;
    uint32_t lengths_ms[30];
    buzzer_init(&buzzer);
    listen(&buzzer, true, 100, lengths_ms);
    buzzer_beep(&buzzer, 2); /* from 100 to 700 of the alarm's 2000 ms */
    assert_int_equal(listen(&buzzer, true, 2400, lengths_ms), 5);
    expect(lengths_ms, (const uint32_t[]){200, 200, 200, 1300, 500}, 5);
}

static void long_steps_keep_the_alarm_in_its_rhythm(void **state)
{
    (void)state;
    struct buzzer buzzer;
    buzzer_init(&buzzer);
    assert_true(buzzer_step(&buzzer, true, 60000)); /* starts */
    assert_true(buzzer_step(&buzzer, true, 60000));
    assert_true(buzzer_step(&buzzer, true, 499));
    assert_false(buzzer_step(&buzzer, true, 1));
    assert_false(buzzer_step(&buzzer, true, 4000));
    assert_true(buzzer_step(&buzzer, true, 1500));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_silent_without_a_cause),
        cmocka_unit_test(switching_on_is_one_beep_of_a_fifth_of_a_second),
        cmocka_unit_test(a_password_reset_is_three_beeps),
        cmocka_unit_test(every_count_beeps_as_often),
        cmocka_unit_test(the_first_step_starts_the_beep_however_long_it_is),
        cmocka_unit_test(new_beeps_replace_old_ones),
        cmocka_unit_test(an_alarm_sounds_half_a_second_of_every_two),
        cmocka_unit_test(an_alarm_ends_at_once_and_begins_with_sound_again),
        cmocka_unit_test(the_alarm_waits_for_the_beeps_and_keeps_its_rhythm),
        cmocka_unit_test(long_steps_keep_the_alarm_in_its_rhythm),
    };
    return RUN_TESTS(tests);
}
