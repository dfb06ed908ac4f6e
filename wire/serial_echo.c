/* SPDX-License-Identifier: Apache-2.0
 * An echo is compared byte by byte with what was sent. Its bytes need not be kept: up to the first
 * difference they are those that were sent.
 */
#include "wire/serial_echo.h"

void serial_echo_expect(struct serial_echo *echo)
{
    echo->expected = true;
    echo->seen = 0;
}

struct serial_input serial_echo_end(struct serial_echo *echo, const struct serial_sent *sent)
{
    struct serial_input begun = {sent->bytes, echo->expected ? echo->seen : 0};
    echo->expected = false;
    return begun;
}

struct serial_input serial_echo_skip(struct serial_echo *echo, const struct serial_sent *sent,
                                     struct serial_input *input)
{
    while (echo->expected && input->size > 0) {
        if (echo->seen == sent->sent || input->bytes[0] != sent->bytes[echo->seen])
            return serial_echo_end(echo, sent);
        input->bytes++;
        input->size--;
        echo->seen++;
        if (echo->seen == sent->size) {
            echo->expected = false;
            echo->count++;
        }
    }
    return (struct serial_input){sent->bytes, 0};
}
