/* SPDX-License-Identifier: Apache-2.0
 * The words of the CAN messages' names.
 */
#include "protocols/can_names.h"

#include "protocols/protocols.h"
#include "tests/support/test.h"

static const char *word_of(unsigned name)
{
    return can_message_name(&(struct can_message){.name = (uint8_t)name});
}

static void every_name_has_a_word_of_its_own_in_the_order_of_the_alphabet(void **state)
{
    (void)state;
    assert_in_range(CAN_NAME_COUNT, 2, UINT8_MAX + 1);
    for (unsigned name = 1; name < CAN_NAME_COUNT; name++)
        assert_true(strcmp(word_of(name - 1), word_of(name)) < 0);
}

static void a_message_is_called_as_its_row_says(void **state)
{
    (void)state;
    const struct can_protocol *pylon = protocol_find_can("pylon_can");
    assert_string_equal(can_message_name(&pylon->messages[0]), "limits");
    assert_string_equal(can_message_name(&pylon->answers[0]), "heartbeat");
}

static void a_number_without_a_word_is_no_name(void **state)
{
    (void)state;
    expect_assert_failure(word_of(CAN_NAME_COUNT));
}

/* Marks the names of one side's messages. */
static void mark(bool used[CAN_NAME_COUNT], const struct can_message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_in_range(messages[i].name, 0, CAN_NAME_COUNT - 1);
        used[messages[i].name] = true;
    }
}

static void every_name_is_that_of_some_message(void **state)
{
    (void)state;
    bool used[CAN_NAME_COUNT] = {false};
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++) {
            const struct can_protocol *can = &protocols[i].can[n];
            mark(used, can->messages, can->message_count);
            mark(used, can->answers, can->answer_count);
        }
    }
    for (unsigned name = 0; name < CAN_NAME_COUNT; name++) {
        if (!used[name])
            fail_msg("no message is called %s", word_of(name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_has_a_word_of_its_own_in_the_order_of_the_alphabet),
        cmocka_unit_test(a_message_is_called_as_its_row_says),
        cmocka_unit_test(a_number_without_a_word_is_no_name),
        cmocka_unit_test(every_name_is_that_of_some_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
