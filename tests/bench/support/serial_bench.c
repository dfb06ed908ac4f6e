/* SPDX-License-Identifier: Apache-2.0
 * The simulated line. The asking side speaks as number SERIAL_BENCH_PACKS.
 */
#include "tests/bench/support/serial_bench.h"

enum { ASKING = SERIAL_BENCH_PACKS, CLOCK_US = 10, LOOK_US = 1000, BITS_PER_BYTE = 10 };

void serial_bench_init(struct serial_bench *bench, uint32_t baud)
{
    serial_bus_init(&bench->bus, baud);
    bench->wire_us = bench->answer_us = 0;
    bench->answers = 0;
}

static void speak(struct serial_bench *bench, const struct serial_end *end, unsigned index)
{
    uint8_t bytes[SERIAL_BUS_BURST];
    bool is_pack = end == &bench->pack;
    size_t size = end->transmit(end->context, index, bytes, sizeof(bytes), bench->now_us);
    if (size == 0)
        return;
    serial_bus_send(&bench->bus, is_pack ? (int)index : ASKING, bytes, size, bench->now_us);
    bench->wire_us += (uint64_t)size * BITS_PER_BYTE * 1000000u / bench->bus.baud;
    bench->answer_us += is_pack ? bench->now_us - bench->heard_us : 0;
    bench->answers += is_pack;
}

/* All look; the burst, if any, is heard by all but its sender. */
static void look(struct serial_bench *bench, const struct serial_burst *burst)
{
    if (burst->sender != ASKING)
        bench->asking.receive(bench->asking.context, 0, burst->bytes, burst->size, bench->now_us);
    else
        bench->heard_us = bench->now_us;
    for (unsigned i = 0; i < bench->pack_count; i++) {
        bool own = burst->sender == (int)i;
        bench->pack.receive(bench->pack.context, i, burst->bytes, own ? 0 : burst->size,
                            bench->now_us);
        speak(bench, &bench->pack, i);
    }
    speak(bench, &bench->asking, 0);
}

bool serial_bench_run(struct serial_bench *bench, bool (*done)(void *asking), uint64_t limit_us)
{
    uint64_t end_us = bench->now_us + limit_us;
    while (bench->now_us < end_us && !done(bench->asking.context)) {
        struct serial_burst burst = {-1, NULL, 0};
        bool heard = serial_bus_take(&bench->bus, bench->now_us, &burst);
        if (heard || bench->now_us % LOOK_US == 0)
            look(bench, &burst);
        bench->now_us += CLOCK_US;
    }
    return bench->now_us < end_us;
}
