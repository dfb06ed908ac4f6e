/* SPDX-License-Identifier: Apache-2.0
 * What a frame costs on this machine, encoded from a snapshot and decoded again: each CAN set,
 * mean over its frames, and the status frame of a JK pack. A codec that loses the values on
 * its way gives no figure.
 */
#include <stdio.h>

#include "base/result.h"
#include "protocols/jk_map.h"
#include "protocols/protocols.h"
#include "tests/bench/support/battery.h"
#include "tests/bench/support/bench.h"
#include "wire/can_table.h"

enum { CAN_ROUNDS = 200000, JK_ROUNDS = 50000 };

static bool can_round(const struct can_protocol *can, const struct view *view,
                      struct snapshot *heard)
{
    bool good = true;
    for (size_t i = 0; i < can->message_count; i++) {
        const struct can_message *message = &can->messages[i];
        struct can_frame frame;
        if (can_encode(can, message, view, 0, &frame))
            good = can_decode(can, message, &frame, heard) == DECODED && good;
    }
    return good;
}

static bool jk_round(const struct snapshot *source, struct snapshot *heard, struct params *params)
{
    uint8_t frame[JK_FRAME_SIZE];
    jk_map_encode_frame(JK_STATUS, 0, source, params, frame);
    return jk_map_decode_frame(frame, heard, params) == DECODED;
}

static void print(const char *codec, double seconds, double frames)
{
    printf("{\"name\":\"codec_ns_per_frame\",\"codec\":\"%s\",\"value\":%.4g,\"unit\":\"ns\"}\n",
           codec, seconds / frames * 1e9);
}

static bool measure_can(const struct can_protocol *can, const struct snapshot *source)
{
    struct view view = {source, {source}};
    struct snapshot heard;
    char name[40];
    bool good = true;
    snapshot_init(&heard);
    double start_s = bench_cpu_s();
    for (int i = 0; i < CAN_ROUNDS; i++)
        good = can_round(can, &view, &heard) && good;
    double seconds = bench_cpu_s() - start_s;
    snprintf(name, sizeof(name), "%s:%s", can->name, can->profile);
    print(name, seconds, (double)CAN_ROUNDS * (double)can->message_count);
    return good;
}

static bool measure_all_can(const struct snapshot *source)
{
    bool good = true;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t n = 0; n < protocols[i].can_count; n++)
            good = measure_can(&protocols[i].can[n], source) && good;
    }
    return good;
}

static bool measure_jk(const struct snapshot *source)
{
    struct snapshot heard;
    struct params params;
    bool good = true;
    snapshot_init(&heard);
    params_init(&params);
    double start_s = bench_cpu_s();
    for (int i = 0; i < JK_ROUNDS; i++)
        good = jk_round(source, &heard, &params) && good;
    double seconds = bench_cpu_s() - start_s;
    if (!good || heard.pack_ma != source->pack_ma || heard.cell_mv[0] != source->cell_mv[0])
        return false;
    print("jk_status", seconds, JK_ROUNDS);
    return true;
}

int main(void)
{
    struct snapshot source;
    bench_battery(&source);
    if (measure_all_can(&source) && measure_jk(&source))
        return 0;
    fprintf(stderr, "codec: values were lost between encoding and decoding\n");
    return 1;
}
