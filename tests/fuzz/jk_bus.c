/* SPDX-License-Identifier: Apache-2.0
 * Fuzz harness of protocols/jk_bus.c: the first byte chooses the timing, then bursts, each after a
 * byte for its size (FF: the right answer) and one for the pause before it (odd: the CRC is added).
 * What is reported is a good frame of the type that was asked for; what is sent is an own frame or
 * one sealed question.
 */
#include <stdlib.h>
#include <string.h>

#include "protocols/jk_bus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { BURSTS_MAX = 500, PAUSE_US = 2000 };

struct bench {
    struct jk_host host;
    struct snapshot snapshot;
    struct params params;
    uint64_t now_us;
};

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_sent(struct bench *bench)
{
    uint8_t sent[JK_FRAME_SIZE + 8];
    size_t size = jk_host_transmit(&bench->host, sent, sizeof(sent));
    if (size == 0)
        return;
    size_t frame_size = size == sizeof(sent) ? JK_FRAME_SIZE : 0;
    check(frame_size == 0 || jk_frame_good(sent));
    check(modbus_sealed(sent + frame_size, size - frame_size));
    check(sent[frame_size + 1] == MODBUS_WRITE);
    check(frame_size ? sent[frame_size] == 0 : sent[0] >= 1 && sent[0] <= JK_ADDRESS_MAX);
}

static void check_report(struct bench *bench)
{
    struct jk_report report;
    if (!jk_host_take(&bench->host, &report))
        return;
    check(report.address >= 1 && report.address <= JK_ADDRESS_MAX);
    check(report.type == JK_STATUS || report.type == JK_SETTINGS);
    check(report.frame[4] == report.type && jk_frame_good(report.frame));
}

static void hear(struct bench *bench, const uint8_t *bytes, size_t size)
{
    jk_host_receive(&bench->host, bytes, size, bench->now_us);
    check_report(bench);
}

static void hear_burst(struct bench *bench, const uint8_t *bytes, size_t size, bool sealed)
{
    uint8_t burst[UINT8_MAX + 2];
    memcpy(burst, bytes, size);
    hear(bench, burst, sealed ? modbus_seal(burst, size) : size);
}

/* The answer that the host waits for, so that more than time-outs is reached. */
static void answer(struct bench *bench)
{
    uint8_t frame[JK_FRAME_SIZE + 8];
    const struct jk_exchange *exchange = &bench->host.exchange;
    if (bench->host.asking == 0)
        return;
    jk_frame_begin(frame, exchange->frame_type, 0);
    jk_frame_seal(frame);
    uint16_t address = exchange->frame_type == JK_STATUS ? 0x1620 : 0x161E;
    size_t size =
        JK_FRAME_SIZE + modbus_write_reply(frame + JK_FRAME_SIZE, bench->host.asking, address, 1);
    hear(bench, frame, size);
}

static void step(struct bench *bench, uint8_t pause)
{
    bench->now_us += (uint64_t)pause * PAUSE_US;
    jk_host_step(&bench->host, &bench->snapshot, &bench->params, bench->now_us);
    check_report(bench);
    check_sent(bench);
    check((bench->host.known & 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bench bench = {.now_us = 1000000};
    if (size == 0)
        return 0;
    snapshot_init(&bench.snapshot);
    params_init(&bench.params);
    jk_host_init(&bench.host, bytes[0] & 1 ? JK_TIMING_SLOTS : JK_TIMING_FAST);
    size_t at = 1;
    for (int i = 0; i < BURSTS_MAX && size - at > 2; i++) {
        size_t burst = bytes[at] < size - at - 2 ? bytes[at] : size - at - 2;
        step(&bench, bytes[at + 1]);
        if (bytes[at] == 0xFF)
            answer(&bench);
        else
            hear_burst(&bench, bytes + at + 2, burst, bytes[at + 1] & 1);
        at += 2 + (bytes[at] == 0xFF ? 0 : burst);
    }
    return 0;
}
