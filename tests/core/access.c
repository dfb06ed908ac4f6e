/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/access.c: what a password opens, what a session may, and how long it waits.
 */
#include "tests/support/test.h"

#include "core/access.h"

struct bench {
    struct access_state access;
    struct params params;
};

static void start(struct bench *bench)
{
    memset(bench, 0xA5, sizeof(*bench));
    params_init(&bench->params);
    access_init(&bench->access);
}

static void password(struct bench *bench, enum text_param_id id, const char *text)
{
    params_put_text(&bench->params, id, text, strlen(text));
}

static enum role role(const struct bench *bench, enum session session)
{
    return access_role(&bench->access, &bench->params, session);
}

static void nobody_is_logged_in_at_the_start(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int i = 0; i < SESSION_COUNT; i++) {
        assert_int_equal(role(&bench, (enum session)i), ROLE_NONE);
        assert_int_equal(bench.access.session[i].wait_ms, 0);
        assert_int_equal(bench.access.session[i].failures, 0);
    }
}

static void each_password_opens_its_role(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_int_equal(access_role_of(&bench.params, "1234"), ROLE_USER);
    assert_int_equal(access_role_of(&bench.params, "666666"), ROLE_INSTALLER);
}

static void a_password_that_differs_in_any_way_opens_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",       "1",     "123",     "12345",  "1235",   "0234",       "1234 ",           " 1234",
        "1234\n", "66666", "6666666", "666667", "766666", "1234666666", "\xB1\x32\x33\x34"};
    struct bench bench;
    start(&bench);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(access_role_of(&bench.params, wrong[i]), ROLE_NONE);
}

static void the_higher_role_wins_when_both_passwords_are_equal(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    password(&bench, TEXT_PARAM_device_password, "same word");
    password(&bench, TEXT_PARAM_settings_password, "same word");
    assert_int_equal(access_role_of(&bench.params, "same word"), ROLE_INSTALLER);
}

static void all_sixteen_characters_of_a_password_count(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    char text[] = "0123456789abcdef";
    password(&bench, TEXT_PARAM_settings_password, text);
    assert_int_equal(access_role_of(&bench.params, text), ROLE_INSTALLER);
    for (int i = 0; i < 16; i++) {
        text[i] ^= 1;
        assert_int_equal(access_role_of(&bench.params, text), ROLE_NONE);
        text[i] ^= 1;
    }
    text[15] = '\0';
    assert_int_equal(access_role_of(&bench.params, text), ROLE_NONE);
}

static void a_shorter_new_password_leaves_nothing_of_the_old_one(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    password(&bench, TEXT_PARAM_device_password, "0123456789abcdef");
    password(&bench, TEXT_PARAM_device_password, "abcd");
    assert_int_equal(access_role_of(&bench.params, "abcd"), ROLE_USER);
    assert_int_equal(access_role_of(&bench.params, "0123456789abcdef"), ROLE_NONE);
}

static void what_follows_the_end_of_the_text_is_not_compared(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    const char text[COMMAND_TEXT_SIZE] = "1234\0garbage";
    assert_int_equal(access_role_of(&bench.params, text), ROLE_USER);
}

static void a_log_in_belongs_to_its_session_alone(void **state)
{
    (void)state;
    for (int opened = 0; opened < SESSION_COUNT; opened++) {
        struct bench bench;
        start(&bench);
        access_open(&bench.access, (enum session)opened, ROLE_USER);
        for (int i = 0; i < SESSION_COUNT; i++)
            assert_int_equal(role(&bench, (enum session)i), i == opened ? ROLE_USER : ROLE_NONE);
    }
}

static void a_log_out_ends_its_session_alone(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_BLE, ROLE_INSTALLER);
    access_open(&bench.access, SESSION_LOCAL, ROLE_USER);
    access_close(&bench.access, SESSION_BLE);
    assert_int_equal(role(&bench, SESSION_BLE), ROLE_NONE);
    assert_int_equal(role(&bench, SESSION_LOCAL), ROLE_USER);
}

static void a_session_ends_after_five_idle_minutes(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_RS232, ROLE_INSTALLER);
    access_step(&bench.access, 299999);
    assert_int_equal(role(&bench, SESSION_RS232), ROLE_INSTALLER);
    access_step(&bench.access, 1);
    assert_int_equal(role(&bench, SESSION_RS232), ROLE_NONE);
}

static void use_keeps_a_session_open_but_not_its_neighbour(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_RS232, ROLE_USER);
    access_open(&bench.access, SESSION_BLE, ROLE_USER);
    for (int i = 0; i < 3; i++) {
        access_step(&bench.access, 299999);
        access_touch(&bench.access, SESSION_RS232);
    }
    assert_int_equal(role(&bench, SESSION_RS232), ROLE_USER);
    assert_int_equal(role(&bench, SESSION_BLE), ROLE_NONE);
}

static void use_does_not_revive_an_ended_session(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_BLE, ROLE_USER);
    access_step(&bench.access, 300000);
    access_touch(&bench.access, SESSION_BLE);
    assert_int_equal(role(&bench, SESSION_BLE), ROLE_NONE);
}

static void a_new_log_in_starts_with_five_fresh_minutes(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_step(&bench.access, 299999);
    access_open(&bench.access, SESSION_BLE, ROLE_USER);
    access_step(&bench.access, 299999);
    assert_int_equal(role(&bench, SESSION_BLE), ROLE_USER);
}

static void time_passes_for_the_sessions_alone(void **state)
{
    (void)state;
    struct bench bench;
    struct params before;
    start(&bench);
    before = bench.params;
    access_step(&bench.access, 1000);
    assert_memory_equal(&bench.params, &before, sizeof(before));
    for (int i = 0; i < SESSION_COUNT; i++) /* and not for those that nobody uses */
        assert_int_equal(bench.access.session[i].idle_ms, 0);
}

static void idle_time_never_wraps(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_LOCAL, ROLE_USER);
    bench.access.session[SESSION_LOCAL].wait_ms = UINT32_MAX;
    access_step(&bench.access, UINT32_MAX - 50);
    access_step(&bench.access, 49);
    assert_int_equal(bench.access.session[SESSION_LOCAL].idle_ms, UINT32_MAX - 1);
    bench.access.session[SESSION_LOCAL].wait_ms = UINT32_MAX;
    access_step(&bench.access, 100);
    assert_int_equal(bench.access.session[SESSION_LOCAL].idle_ms, UINT32_MAX);
}

static void wrong_passwords_cost_growing_time(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    static const uint32_t wait_s[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    for (size_t i = 0; i < COUNT(wait_s); i++) {
        access_open(&bench.access, SESSION_RS485_1, ROLE_NONE);
        assert_int_equal(bench.access.session[SESSION_RS485_1].wait_ms, wait_s[i] * 1000);
    }
    assert_int_equal(bench.access.session[SESSION_RS485_2].wait_ms, 0);
}

static void the_delay_stays_at_its_longest_after_hundreds_of_failures(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int i = 0; i < 600; i++) {
        access_open(&bench.access, SESSION_BLE, ROLE_NONE);
        if (i >= 9)
            assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 300000);
    }
    assert_int_equal(bench.access.session[SESSION_BLE].failures, UINT8_MAX);
}

static void the_delay_runs_out_and_stays_at_zero(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    access_step(&bench.access, 999);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 1);
    access_step(&bench.access, 1);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 0);
    access_step(&bench.access, 10);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 0);
    access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    access_step(&bench.access, 5000);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 0);
}

static void waiting_does_not_forget_the_failures(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    access_step(&bench.access, 3600000);
    access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 2000);
}

static void the_right_password_forgets_the_failures(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (int i = 0; i < 5; i++)
        access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    access_open(&bench.access, SESSION_BLE, ROLE_USER);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 0);
    access_open(&bench.access, SESSION_BLE, ROLE_NONE);
    assert_int_equal(bench.access.session[SESSION_BLE].wait_ms, 1000);
}

static void the_rs485_setting_grants_its_role_to_both_rs485_ports_only(void **state)
{
    (void)state;
    for (int granted = ROLE_NONE; granted <= ROLE_INSTALLER; granted++) {
        struct bench bench;
        start(&bench);
        bench.params.rs485_write_role = granted;
        for (int i = 0; i < SESSION_COUNT; i++) {
            bool rs485 = i == SESSION_RS485_1 || i == SESSION_RS485_2;
            assert_int_equal(role(&bench, (enum session)i), rs485 ? granted : (int)ROLE_NONE);
        }
    }
}

static void the_rs485_setting_never_lowers_a_log_in(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    bench.params.rs485_write_role = ROLE_USER;
    access_open(&bench.access, SESSION_RS485_2, ROLE_INSTALLER);
    assert_int_equal(role(&bench, SESSION_RS485_2), ROLE_INSTALLER);
    access_close(&bench.access, SESSION_RS485_2);
    assert_int_equal(role(&bench, SESSION_RS485_2), ROLE_USER);
}

static void a_session_that_does_not_exist_is_an_error(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    expect_assert_failure(role(&bench, SESSION_COUNT));
    expect_assert_failure(access_open(&bench.access, SESSION_COUNT, ROLE_USER));
    expect_assert_failure(access_close(&bench.access, SESSION_COUNT));
    expect_assert_failure(access_touch(&bench.access, SESSION_COUNT));
}

static void either_password_as_delivered_is_noticed(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    assert_true(access_password_unchanged(&bench.params));
    password(&bench, TEXT_PARAM_device_password, "12345");
    assert_true(access_password_unchanged(&bench.params));
    password(&bench, TEXT_PARAM_settings_password, "66666");
    assert_false(access_password_unchanged(&bench.params));
    password(&bench, TEXT_PARAM_device_password, "1234");
    assert_true(access_password_unchanged(&bench.params));
}

static void a_text_longer_than_the_password_opens_nothing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    char text[COMMAND_TEXT_SIZE] = {'0', '1', '2', '3', '4', '5', '6', '7', '8',
                                    '9', 'a', 'b', 'c', 'd', 'e', 'f', 'X'};
    params_put_text(&bench.params, TEXT_PARAM_device_password, text, sizeof(text));
    params_put_text(&bench.params, TEXT_PARAM_settings_password, text, sizeof(text));
    assert_int_equal(access_role_of(&bench.params, text), ROLE_NONE);
    text[COMMAND_TEXT_SIZE - 1] = '\0';
    assert_int_equal(access_role_of(&bench.params, text), ROLE_INSTALLER);
}

/* Nothing behind its COMMAND_TEXT_SIZE bytes is read: the sanitizer watches. */
static void a_text_without_an_end_is_read_no_further_than_its_size(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    char *text = malloc(COMMAND_TEXT_SIZE);
    assert_non_null(text);
    memset(text, '1', COMMAND_TEXT_SIZE);
    assert_int_equal(access_role_of(&bench.params, text), ROLE_NONE);
    free(text);
}

static void an_empty_stored_password_opens_no_role(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    password(&bench, TEXT_PARAM_device_password, "");
    password(&bench, TEXT_PARAM_settings_password, "");
    assert_int_equal(access_role_of(&bench.params, ""), ROLE_NONE);
    assert_int_equal(access_role_of(&bench.params, (const char[COMMAND_TEXT_SIZE]){0}), ROLE_NONE);
}

static void a_password_needs_four_characters_to_open_anything(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench);
    for (size_t length = 0; length <= 5; length++) {
        char text[COMMAND_TEXT_SIZE] = {0};
        memset(text, 'x', length);
        password(&bench, TEXT_PARAM_device_password, text);
        password(&bench, TEXT_PARAM_settings_password, "666666");
        assert_int_equal(access_role_of(&bench.params, text), length < 4 ? ROLE_NONE : ROLE_USER);
        password(&bench, TEXT_PARAM_settings_password, text);
        assert_int_equal(access_role_of(&bench.params, text),
                         length < 4 ? ROLE_NONE : ROLE_INSTALLER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_logged_in_at_the_start),
        cmocka_unit_test(each_password_opens_its_role),
        cmocka_unit_test(a_password_that_differs_in_any_way_opens_nothing),
        cmocka_unit_test(the_higher_role_wins_when_both_passwords_are_equal),
        cmocka_unit_test(all_sixteen_characters_of_a_password_count),
        cmocka_unit_test(a_shorter_new_password_leaves_nothing_of_the_old_one),
        cmocka_unit_test(what_follows_the_end_of_the_text_is_not_compared),
        cmocka_unit_test(a_log_in_belongs_to_its_session_alone),
        cmocka_unit_test(a_log_out_ends_its_session_alone),
        cmocka_unit_test(a_session_ends_after_five_idle_minutes),
        cmocka_unit_test(use_keeps_a_session_open_but_not_its_neighbour),
        cmocka_unit_test(use_does_not_revive_an_ended_session),
        cmocka_unit_test(a_new_log_in_starts_with_five_fresh_minutes),
        cmocka_unit_test(time_passes_for_the_sessions_alone),
        cmocka_unit_test(idle_time_never_wraps),
        cmocka_unit_test(wrong_passwords_cost_growing_time),
        cmocka_unit_test(the_delay_stays_at_its_longest_after_hundreds_of_failures),
        cmocka_unit_test(the_delay_runs_out_and_stays_at_zero),
        cmocka_unit_test(waiting_does_not_forget_the_failures),
        cmocka_unit_test(the_right_password_forgets_the_failures),
        cmocka_unit_test(the_rs485_setting_grants_its_role_to_both_rs485_ports_only),
        cmocka_unit_test(the_rs485_setting_never_lowers_a_log_in),
        cmocka_unit_test(a_session_that_does_not_exist_is_an_error),
        cmocka_unit_test(either_password_as_delivered_is_noticed),
        cmocka_unit_test(a_text_longer_than_the_password_opens_nothing),
        cmocka_unit_test(a_text_without_an_end_is_read_no_further_than_its_size),
        cmocka_unit_test(an_empty_stored_password_opens_no_role),
        cmocka_unit_test(a_password_needs_four_characters_to_open_anything),
    };
    return RUN_TESTS(tests);
}
