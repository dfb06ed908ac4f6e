/* SPDX-License-Identifier: Apache-2.0
 * A PACE battery in tests, that of the worked answer to a read of 0..36, and reads and writes of
 * its registers. Writes are judged by a real pack; what it accepts is applied at once.
 */
#ifndef HEARTH_TESTS_SUPPORT_PACE_BENCH_H
#define HEARTH_TESTS_SUPPORT_PACE_BENCH_H

#include "core/bms.h"
#include "protocols/rs485.h"

#define PACE_DATA 3 /* byte of a reply */
#define PACE_SETTINGS 60
#define PACE_SETTING_WORDS 55

struct pace_bench {
    struct bms bms;
    struct snapshot bank;
    struct snapshot own;
    struct params params;
    struct serial_battery battery;
    struct command commands[64];
    uint8_t count; /* of the last request that was accepted */
    unsigned requests;
    uint8_t reply[SERIAL_REPLY_MAX];
    size_t size;
};

void pace_start(struct pace_bench *bench);

/* A value of the bank and of the pack. */
void pace_put(struct pace_bench *bench, enum value_id id, int32_t value);

/* The reply is kept; a word of it. */
enum serial_answer_kind pace_ask(struct pace_bench *bench, const uint8_t *request, size_t size);
uint16_t pace_word(const struct pace_bench *bench, unsigned index);

/* Have to succeed. */
void pace_read_words(struct pace_bench *bench, uint16_t first, uint16_t words);
uint16_t pace_read(struct pace_bench *bench, uint16_t address);

/* 0, or the exception. */
int pace_read_outcome(struct pace_bench *bench, uint16_t first, uint16_t words);
int pace_write_words(struct pace_bench *bench, uint16_t first, const uint16_t *words,
                     uint16_t count);
int pace_write(struct pace_bench *bench, uint16_t address, int value);

/* What the asking side makes of the answer to its question; the name of the message. */
const char *pace_exchange(struct pace_bench *bench, unsigned question,
                          struct serial_reading *reading);

#endif
