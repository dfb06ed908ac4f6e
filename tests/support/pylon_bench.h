/* SPDX-License-Identifier: Apache-2.0
 * What the tests of Pylon over RS485 share: the battery of the worked frames (16 cells of 3301 to
 * 3316 mV, 52.936 V, -12.3 A, 66 %, 211.2 of 320.0 Ah, 37 cycles), asked and read with text.
 */
#ifndef HEARTH_TESTS_SUPPORT_PYLON_BENCH_H
#define HEARTH_TESTS_SUPPORT_PYLON_BENCH_H

#include "protocols/pylon_rs485.h"
#include "protocols/rs485.h"
#include "tests/support/test.h"

#define SILENCE ""

struct pylon_bench {
    const struct serial_protocol *protocol;
    struct serial_battery battery;
    struct snapshot pack[PACK_MAX];
    struct snapshot bank;
    struct params params;
    enum serial_answer_kind kind; /* of the last answer */
    char reply[SERIAL_REPLY_MAX + 1];
    struct command command; /* the last that was asked for */
    unsigned command_count;
    enum command_result result; /* what the pack says to it */
};

/* What a frame said, read. */
struct pylon_bench_reading {
    struct snapshot values;
    struct params params;
    struct serial_reading reading;
};

/* A pack with the sensors of its board and switches among the temperatures. */
void pylon_bench_pack(struct snapshot *pack);

/* A host with `count` such packs; the bank's limits are those of one pack. */
void pylon_bench_init(struct pylon_bench *bench, unsigned count);

/* The answer without its carriage return; SILENCE when there is none. */
const char *pylon_bench_hear(struct pylon_bench *bench, const char *request, size_t request_size);

/* `request` without its carriage return. */
const char *pylon_bench_ask(struct pylon_bench *bench, const char *request);

/* Likewise, with version 20h and length and sum made here; `info` is a byte, or -1 none. */
const char *pylon_bench_ask_for(struct pylon_bench *bench, uint8_t address, uint8_t code, int info);

/* RTN of the last answer. */
unsigned pylon_bench_code(const struct pylon_bench *bench);

/* Both without carriage return; `request` may be NULL. */
enum decode pylon_bench_take(const char *request, const char *reply, unsigned part,
                             struct pylon_bench_reading *read);

#endif
