/* SPDX-License-Identifier: Apache-2.0
 * Two short rings in the order of sending: what is put in may get lost or come twice, what is
 * oldest leaves when it is due.
 */
#include "site/bus_faults.h"

#include <string.h>

enum { BABBLE_EVERY_US = 40000 };

void bus_faults_init(struct bus_faults *faults, uint64_t seed)
{
    memset(faults, 0, sizeof(*faults));
    sim_random_init(&faults->random, seed);
}

/* True in so many of a thousand cases; a healthy bus uses up no random number. */
static bool strikes(struct bus_faults *faults, int32_t permille)
{
    return permille > 0 && sim_random_uniform(&faults->random) * 1000.0 < permille;
}

static size_t somewhere(struct bus_faults *faults, size_t size)
{
    return sim_random_bits(&faults->random) % size;
}

static void flip(struct bus_faults *faults, struct bus_faults_burst *burst)
{
    size_t bit = somewhere(faults, burst->size * 8);
    burst->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* From somewhere on it goes on like the burst before. */
static void splice(struct bus_faults *faults, struct bus_faults_burst *burst)
{
    size_t cut = somewhere(faults, burst->size);
    if (cut >= faults->before_size)
        return;
    memcpy(burst->bytes + cut, faults->before + cut, faults->before_size - cut);
    burst->size = faults->before_size;
}

static void remember(struct bus_faults *faults, const struct serial_burst *burst)
{
    memcpy(faults->before, burst->bytes, burst->size);
    faults->before_size = burst->size;
}

static void queue_burst(struct bus_faults *faults, const struct serial_burst *burst,
                        uint64_t now_us)
{
    if (faults->burst_put - faults->burst_taken == BUS_FAULTS_BURSTS)
        return;
    struct bus_faults_burst *last = &faults->burst[faults->burst_put++ % BUS_FAULTS_BURSTS];
    last->due_us = now_us + (uint64_t)faults->set.rs485_delay_ms * 1000u;
    last->sender = burst->sender;
    last->size = burst->size;
    memcpy(last->bytes, burst->bytes, burst->size);
    if (strikes(faults, faults->set.rs485_splice_permille))
        splice(faults, last);
    if (strikes(faults, faults->set.rs485_flip_permille))
        flip(faults, last);
}

void bus_faults_put_burst(struct bus_faults *faults, const struct serial_burst *burst,
                          uint64_t now_us)
{
    bool lost = burst->size == 0 || strikes(faults, faults->set.rs485_drop_permille);
    bool twice = strikes(faults, faults->set.rs485_duplicate_permille);
    for (int times = lost ? 0 : twice ? 2 : 1; times > 0; times--)
        queue_burst(faults, burst, now_us);
    remember(faults, burst);
}

bool bus_faults_take_burst(struct bus_faults *faults, uint64_t now_us, struct serial_burst *burst)
{
    const struct bus_faults_burst *first = &faults->burst[faults->burst_taken % BUS_FAULTS_BURSTS];
    if (faults->burst_taken == faults->burst_put || now_us < first->due_us)
        return false;
    faults->burst_taken++;
    *burst = (struct serial_burst){first->sender, first->bytes, first->size};
    return true;
}

static void queue_frame(struct bus_faults *faults, const struct can_frame *frame,
                        bool from_inverter, uint64_t now_us)
{
    if (faults->frame_put - faults->frame_taken == BUS_FAULTS_FRAMES)
        return;
    faults->frame[faults->frame_put++ % BUS_FAULTS_FRAMES] = (struct bus_faults_frame){
        .due_us = now_us + (uint64_t)faults->set.can_delay_ms * 1000u,
        .frame = *frame,
        .from_inverter = from_inverter,
    };
}

void bus_faults_put_frame(struct bus_faults *faults, const struct can_frame *frame,
                          bool from_inverter, uint64_t now_us)
{
    bool lost = strikes(faults, faults->set.can_drop_permille);
    bool twice = strikes(faults, faults->set.can_duplicate_permille);
    for (int times = lost ? 0 : twice ? 2 : 1; times > 0; times--)
        queue_frame(faults, frame, from_inverter, now_us);
}

bool bus_faults_take_frame(struct bus_faults *faults, uint64_t now_us, struct can_frame *frame,
                           bool *from_inverter)
{
    const struct bus_faults_frame *first = &faults->frame[faults->frame_taken % BUS_FAULTS_FRAMES];
    if (faults->frame_taken == faults->frame_put || now_us < first->due_us)
        return false;
    faults->frame_taken++;
    *frame = first->frame;
    *from_inverter = first->from_inverter;
    return true;
}

size_t bus_faults_babble(struct bus_faults *faults, uint64_t now_us,
                         uint8_t bytes[BUS_FAULTS_BABBLE])
{
    if (!faults->set.rs485_babble || now_us < faults->babble_us)
        return 0;
    faults->babble_us = now_us + BABBLE_EVERY_US;
    for (size_t i = 0; i < BUS_FAULTS_BABBLE; i++)
        bytes[i] = (uint8_t)sim_random_bits(&faults->random);
    return BUS_FAULTS_BABBLE;
}
