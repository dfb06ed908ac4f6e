/* SPDX-License-Identifier: Apache-2.0
 * Two small register protocols for tests, with one map: registers 1, 10..12 and 100..224. One is as
 * Modbus has it and can be written, the other counts the words of an answer and cannot. Their
 * battery has 52.94 V.
 */
#ifndef HEARTH_TESTS_SUPPORT_SMALL_REGISTERS_H
#define HEARTH_TESTS_SUPPORT_SMALL_REGISTERS_H

#include "protocols/register_serial.h"

enum { ALONE = 1, PACK_MV = 10, CELL_OVP = 11, HOOKED = 12, LARGE = 100 };

extern const struct serial_protocol small_protocols[2];

/* What the write hook was given. */
struct small_written {
    unsigned calls;
    uint16_t first;
    uint16_t words;
    uint8_t data[2 * MODBUS_WORDS_MAX];
    enum modbus_exception outcome;
};

struct small_bench {
    const struct serial_protocol *protocol;
    struct snapshot bank;
    struct params params;
    struct serial_battery battery;
    struct small_written written;
    uint8_t reply[SERIAL_REPLY_MAX];
    size_t size;
    struct snapshot values;
    struct params taken;
    struct serial_reading reading;
};

void small_start(struct small_bench *bench, unsigned protocol);

/* A frame as text without its check sum; its size with it. `frame` holds MODBUS_SIZE_MAX + 2. */
size_t small_frame(const char *hex, uint8_t *frame);

/* The battery gets such a request; the reply that it has given has to be such a frame. */
enum serial_answer_kind small_ask(struct small_bench *bench, const char *hex);
void small_expect_reply(const struct small_bench *bench, const char *hex);

#endif
