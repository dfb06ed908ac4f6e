/* SPDX-License-Identifier: Apache-2.0
 * A battery that answers register protocols in tests: one pack of 16 cells of 3301 to 3316 mV that
 * gives 12.3 A at 52.936 V, 66.0 %, 211.2 of 320 Ah; may take 160 A and give 320 A. Each test
 * changes what it likes.
 */
#ifndef HEARTH_TESTS_SUPPORT_REGISTER_BENCH_H
#define HEARTH_TESTS_SUPPORT_REGISTER_BENCH_H

#include "base/bytes.h"
#include "protocols/serial.h"
#include "tests/support/test.h"
#include "wire/modbus.h"

struct bench {
    struct snapshot own;
    struct snapshot bank;
    struct params params;
    struct serial_battery battery;
    const struct serial_protocol *protocol;
    uint8_t reply[SERIAL_REPLY_MAX]; /* the last one */
    size_t reply_size;
};

void bench_init(struct bench *bench, const struct serial_protocol *protocol);

/* Of the bank and of the pack. */
void bench_put(struct bench *bench, unsigned id, int32_t value);
void bench_alarm(struct bench *bench, enum alarm alarm, bool active);
void bench_warning(struct bench *bench, enum alarm alarm, bool active);

enum serial_answer_kind bench_answer(struct bench *bench, const uint8_t *request, size_t size);

/* The bytes of a frame as text; unless it is sealed, its check sum is added. At most 258. */
size_t frame_of(const char *hex, bool sealed, uint8_t *frame);

/* Bytes as they are on the wire; both without their check sums. */
void assert_exchange(struct bench *bench, const char *request, const char *reply);
void assert_reply(struct bench *bench, const char *request, const char *reply);

/* What a request without its check sum comes to; there is no reply. */
void assert_silence(struct bench *bench, const char *hex, enum serial_answer_kind kind);

/* What a reader makes of a reply to a request, both without their check sums. */
enum decode bench_take(const struct bench *bench, const char *request_hex, const char *reply_hex,
                       struct serial_reading *reading);

/* All questions, asked, answered and read: both ends against each other. */
void bench_poll(struct bench *bench, uint8_t address, struct serial_reading *reading);

/* Big-endian, at a byte of the last reply. */
uint16_t reply_word(const struct bench *bench, size_t at);

/* A value that must be known. */
int32_t value_of(const struct snapshot *values, unsigned id);

#endif
