/* SPDX-License-Identifier: Apache-2.0
 * How often a damaged status frame of a JK pack does harm: bytes damaged on the line go through
 * the whole receiving path (line, acknowledge, decoding, protocols/jk_trust.c). Harm is a value
 * that neither the pack sent nor the right frame would have led to: a cell by more than 20 mV, the
 * current by more than 5 A, a temperature by more than 2 K, the charge by more than 2 points, any
 * alarm or switch. Frames are of three packs in a simulated day with weather and faults.
 * Figures are per damaged frame; an argument multiplies their number. Fixed seeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/number.h"
#include "protocols/jk_exchange.h"
#include "protocols/jk_map.h"
#include "protocols/jk_trust.h"
#include "sim/fault_menu.h"
#include "sim/random.h"
#include "site/site.h"

enum {
    PACKS = 3,
    MOMENTS = 720, /* one every two minutes */
    POLL_MS = 500,
    SETTLE_POLLS = 4, /* right frames before a moment */
    LINE_SIZE = JK_FRAME_SIZE + 8,
    TRIALS = 1000000,
    SECOND_TRIALS = 16, /* damaged second frames per first one that changed anything */
    REJECT_SAMPLE = 1024,
};

/* One pack at one moment: what it sent and what its reader knew. */
struct moment {
    struct jk_trust trust;
    uint8_t before[LINE_SIZE];
    uint8_t now[LINE_SIZE];
    uint8_t next[LINE_SIZE];
    uint32_t now_ms;
};

static struct moment moments[MOMENTS][PACKS];
static struct sim_random dice;

static uint32_t below(uint32_t bound)
{
    return (uint32_t)((uint64_t)sim_random_bits(&dice) * bound >> 32);
}

/* --- a day in the life --- */

/* Faults that come and go: {first moment, last, pack, fault, index, value}. */
static const struct {
    uint16_t from;
    uint16_t to;
    uint8_t pack;
    const char *name;
    uint8_t index;
    int32_t value;
} troubles[] = {
    {60,  63,  0, "cell_offset_mv", 4, 450  },
    {100, 103, 1, "cell_offset_mv", 9, -900 },
    {150, 190, 2, "heat_w",         0, 15000},
    {240, 250, 1, "temp_open_mask", 2, 1    },
    {300, 330, 0, "mos_heat_w",     0, 400  },
    {420, 440, 2, "cell_offset_mv", 0, 60   },
    {500, 560, 1, "heat_w",         0, -9000},
};

static void trouble(struct site *site, int moment)
{
    for (size_t i = 0; i < COUNT(troubles); i++) {
        struct sim_fault_target target = site_fault_target(site, troubles[i].pack);
        int id = sim_fault_find(troubles[i].name);
        int32_t value = moment == troubles[i].from ? troubles[i].value : 0;
        if (id >= 0 && (moment == troubles[i].from || moment == troubles[i].to))
            sim_fault_set(&target, (enum sim_fault_id)id, troubles[i].index, value);
    }
}

/* What the pack would send: frame and acknowledge. The connection resistances are 59..63 mOhm, in
 * every pack others, as captures show them. */
static void speak(const struct device *device, uint8_t address, uint8_t bytes[LINE_SIZE])
{
    struct snapshot snapshot = *device_snapshot(device);
    for (int i = 0; i < 16; i++)
        snapshot_put(&snapshot, (enum value_id)(VALUE_wire_mohm + i), 59 + (i + 1) * address % 5);
    jk_map_encode_frame(JK_STATUS, 0, &snapshot, device_params(device), bytes);
    modbus_write_reply(bytes + JK_FRAME_SIZE, address, 0x1620, 1);
}

static void decode(const uint8_t *frame, struct snapshot *snapshot)
{
    struct params params;
    snapshot_init(snapshot);
    jk_map_decode_frame(frame, snapshot, &params);
}

static void judge_right(struct jk_trust *trust, const uint8_t *frame, uint32_t now_ms,
                        struct snapshot *snapshot)
{
    decode(frame, snapshot);
    jk_trust_judge(trust, frame, true, snapshot, now_ms);
}

static void record(struct site *site, struct moment *row)
{
    struct snapshot snapshot;
    for (int poll = 0; poll < SETTLE_POLLS + 2; poll++) {
        site_step(site, POLL_MS);
        for (uint8_t i = 0; i < PACKS; i++) {
            struct moment *at = &row[i];
            uint8_t *bytes = poll < SETTLE_POLLS    ? at->before
                             : poll == SETTLE_POLLS ? at->now
                                                    : at->next;
            speak(&site->device[i], (uint8_t)(i + 1), bytes);
            at->now_ms = poll <= SETTLE_POLLS ? (uint32_t)(site->time_us / 1000) : at->now_ms;
            if (poll < SETTLE_POLLS)
                judge_right(&at->trust, bytes, at->now_ms, &snapshot);
        }
    }
}

static bool live(void)
{
    static struct site site;
    static struct params params;
    params_init(&params);
    struct site_setup setup = {
        .seed = 5,
        .pack_count = PACKS,
        .start_ms = 6 * 3600000,
        .soc_permille = {850, 900, 800},
        .params = &params,
        .inverter_on_can = true
    };
    site_init(&site, &setup);
    for (int i = 0; i < 600; i++)
        site_step(&site, 100);
    for (int m = 0; m < MOMENTS; m++) {
        trouble(&site, m);
        for (int i = 0; i < 117; i++)
            site_step(&site, 1000);
        record(&site, moments[m]);
        for (int i = 0; i < PACKS; i++) {
            if (!moments[m][i].trust.trusted)
                return false;
        }
    }
    return true;
}

/* --- damage --- */

struct spoilt {
    uint8_t bytes[2 * LINE_SIZE];
    size_t size;
};

struct source {
    const struct moment *at;
    const uint8_t *line;   /* of `at`: now or next */
    const uint8_t *before; /* what it sent the poll before */
    int moment;
    int pack;
};

static void copy_line(const struct source *source, struct spoilt *out)
{
    memcpy(out->bytes, source->line, LINE_SIZE);
    out->size = LINE_SIZE;
}

static void flip(struct spoilt *out, uint32_t bit)
{
    out->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void flips(const struct source *source, struct spoilt *out)
{
    copy_line(source, out);
    uint32_t count = 1 + below(8);
    for (uint32_t i = 0; i < count; i++)
        flip(out, below(8 * JK_FRAME_SIZE));
}

static void two_flips(const struct source *source, struct spoilt *out)
{
    copy_line(source, out);
    flip(out, below(8 * JK_FRAME_SIZE));
    flip(out, below(8 * JK_FRAME_SIZE));
}

/* First and last bit wrong, those between at random. */
static void burst(const struct source *source, struct spoilt *out)
{
    copy_line(source, out);
    uint32_t size = 8 + below(57);
    uint32_t from = below(8 * JK_FRAME_SIZE - size + 1);
    for (uint32_t i = 0; i < size; i++) {
        if (i == 0 || i == size - 1 || below(2))
            flip(out, from + i);
    }
}

static void splice_at(const uint8_t *head, const struct source *source, struct spoilt *out)
{
    copy_line(source, out);
    memcpy(out->bytes, head, 1 + below(JK_FRAME_SIZE - 1));
}

static void splice_before(const struct source *source, struct spoilt *out)
{
    splice_at(source->before, source, out);
}

static void splice_packs(const struct source *source, struct spoilt *out)
{
    int other = (source->pack + 1 + (int)below(PACKS - 1)) % PACKS;
    splice_at(moments[source->moment][other].now, source, out);
}

static void splice_life(const struct source *source, struct spoilt *out)
{
    splice_at(moments[below(MOMENTS)][source->pack].now, source, out);
}

/* The tail of any frame behind the head of this one, but not where it belongs. */
static void splice_shifted(const struct source *source, struct spoilt *out)
{
    const uint8_t *other = moments[below(MOMENTS)][below(PACKS)].now;
    uint32_t head = 4 + below(JK_FRAME_SIZE - 4);
    uint32_t tail = 1 + below(LINE_SIZE - 1);
    copy_line(source, out);
    memcpy(out->bytes + head, other + tail, LINE_SIZE - tail);
    out->size = head + LINE_SIZE - tail;
}

static void drop(const struct source *source, struct spoilt *out)
{
    copy_line(source, out);
    uint32_t count = 1 + below(8);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = below((uint32_t)out->size);
        memmove(out->bytes + at, out->bytes + at + 1, out->size - at - 1);
        out->size--;
    }
}

static const struct model {
    const char *name;
    void (*damage)(const struct source *source, struct spoilt *out);
} models[] = {
    {"1 to 8 bits",           flips         },
    {"2 bits",                two_flips     },
    {"burst of 8 to 64 bits", burst         },
    {"splice, frame before",  splice_before },
    {"splice, other pack",    splice_packs  },
    {"splice, other time",    splice_life   },
    {"splice, other offset",  splice_shifted},
    {"1 to 8 bytes dropped",  drop          },
};

/* --- the receiving path --- */

/* A frame with a right sum lies in the bytes: without one nothing can be taken. */
static bool sum_good(const struct spoilt *spoilt)
{
    for (size_t at = 0; at + JK_FRAME_SIZE <= spoilt->size; at++) {
        at += jk_frame_find(spoilt->bytes + at, spoilt->size - at);
        if (at + JK_FRAME_SIZE <= spoilt->size && jk_frame_good(spoilt->bytes + at))
            return true;
    }
    return false;
}

static bool hear(struct jk_exchange *exchange, uint8_t address, const struct spoilt *spoilt)
{
    uint8_t request[MODBUS_SIZE_MAX];
    uint64_t now_us = 1000000;
    jk_exchange_fetch(exchange, address, JK_STATUS);
    jk_exchange_transmit(exchange, request, sizeof(request));
    jk_exchange_step(exchange, now_us);
    jk_exchange_receive(exchange, spoilt->bytes, spoilt->size, now_us + 27000);
    for (int ms = 30; ms <= 110 && exchange->state == JK_EXCHANGE_BUSY; ms += 10)
        jk_exchange_step(exchange, now_us + 1000 * (uint64_t)ms);
    return exchange->state == JK_EXCHANGE_DONE;
}

/* --- harm --- */

#define HARM_OTHER ((uint64_t)1 << 63) /* alarms and switches; cells from bit 0 */
enum { HARM_TEMP = CELL_MAX, HARM_MOS = HARM_TEMP + TEMP_MAX, HARM_CURRENT, HARM_SOC };

static const struct {
    uint16_t value;
    uint8_t count;
    uint8_t bit;
    int32_t most;
} harms[] = {
    {VALUE_cell_mv,      CELL_MAX, 0,            20  },
    {VALUE_temp_ddegc,   TEMP_MAX, HARM_TEMP,    20  },
    {VALUE_mos_ddegc,    1,        HARM_MOS,     20  },
    {VALUE_pack_ma,      1,        HARM_CURRENT, 5000},
    {VALUE_soc_permille, 1,        HARM_SOC,     20  },
    {VALUE_charge_on,    1,        63,           0   },
    {VALUE_discharge_on, 1,        63,           0   },
};

static bool differs(const struct snapshot *a, const struct snapshot *b, uint16_t id, int32_t most)
{
    int32_t left, right;
    bool have = snapshot_get(a, (enum value_id)id, &left);
    if (snapshot_get(b, (enum value_id)id, &right) != have)
        return true;
    return have && (left - right > most || right - left > most);
}

/* A bit per wrong value: neither as sent nor as the right frame would have left it. */
static uint64_t harm(const struct snapshot *got, const struct snapshot *sent,
                     const struct snapshot *due)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < COUNT(harms); i++) {
        for (int n = 0; n < harms[i].count; n++) {
            uint16_t id = (uint16_t)(harms[i].value + n);
            if (differs(got, sent, id, harms[i].most) && differs(got, due, id, harms[i].most))
                mask |= (uint64_t)1 << (harms[i].bit + n);
        }
    }
    for (int i = 0; i < ALARM_WORDS; i++) {
        if ((got->alarms[i] ^ sent->alarms[i]) & (got->alarms[i] ^ due->alarms[i]))
            mask |= HARM_OTHER;
    }
    return mask;
}

/* --- trials --- */

struct tally {
    uint64_t damaged;
    uint64_t good_sum;
    uint64_t unchecked; /* harm, were the sum all */
    uint64_t taken;
    uint64_t harmful;
    uint64_t second_damaged;
    uint64_t confirmed; /* the same wrong value after a damaged second frame */
    uint64_t slipped;   /* taken without a good sum: must be 0 */
};

struct outcome {
    bool heard; /* a frame came out of the line */
    bool taken;
    uint64_t told; /* harm of the bare frame */
    uint64_t harm; /* of what was taken */
};

/* One damaged frame for this reader, which is changed. */
static struct outcome suffer(struct jk_trust *trust, const struct source *source, uint32_t now_ms,
                             const struct spoilt *spoilt)
{
    static struct jk_exchange exchange;
    struct outcome outcome = {false, false, 0, 0};
    struct snapshot got, sent, due;
    if (exchange.timeout_us == 0)
        jk_exchange_init(&exchange, 60000);
    outcome.heard = hear(&exchange, (uint8_t)(source->pack + 1), spoilt);
    if (!outcome.heard)
        return outcome;
    struct jk_trust right = *trust;
    decode(source->line, &sent);
    judge_right(&right, source->line, now_ms, &due);
    decode(exchange.frame, &got);
    outcome.told = harm(&got, &sent, &sent);
    enum jk_verdict verdict =
        jk_trust_judge(trust, exchange.frame, exchange.reply_size > 0, &got, now_ms);
    outcome.taken = verdict == JK_TAKEN || verdict == JK_TAKEN_WORSE;
    outcome.harm = outcome.taken ? harm(&got, &sent, &due) : 0;
    return outcome;
}

static void try_second(const struct model *model, const struct source *first,
                       const struct jk_trust *trust, uint64_t told, struct tally *tally)
{
    struct source source = *first;
    struct spoilt spoilt;
    source.before = first->line;
    source.line = first->at->next;
    for (int i = 0; i < SECOND_TRIALS; i++) {
        struct jk_trust second = *trust;
        model->damage(&source, &spoilt);
        if (!sum_good(&spoilt))
            continue;
        struct outcome outcome = suffer(&second, &source, first->at->now_ms + POLL_MS, &spoilt);
        tally->confirmed += (outcome.harm & told) != 0;
    }
}

static void try_first(const struct model *model, struct tally *tally)
{
    struct source source = {.moment = (int)below(MOMENTS), .pack = (int)below(PACKS)};
    struct spoilt spoilt;
    source.at = &moments[source.moment][source.pack];
    source.line = source.at->now;
    source.before = source.at->before;
    model->damage(&source, &spoilt);
    if (spoilt.size == LINE_SIZE && memcmp(spoilt.bytes, source.line, LINE_SIZE) == 0)
        return;
    tally->damaged++;
    tally->second_damaged += SECOND_TRIALS;
    bool good = sum_good(&spoilt);
    tally->good_sum += good;
    if (!good && tally->damaged % REJECT_SAMPLE != 0)
        return;
    struct jk_trust trust = source.at->trust;
    struct outcome outcome = suffer(&trust, &source, source.at->now_ms, &spoilt);
    tally->slipped += !good && outcome.heard;
    tally->unchecked += outcome.told != 0;
    tally->taken += outcome.taken;
    tally->harmful += outcome.harm != 0;
    if (outcome.told != 0)
        try_second(model, &source, &trust, outcome.told, tally);
}

static void print(const char *name, const char *model, uint64_t count, uint64_t of, double aim)
{
    printf("{\"name\":\"jk_harm_%s\",\"model\":\"%s\",\"value\":%.3g,\"unit\":\"per damaged "
           "frame\",\"count\":%llu,\"of\":%llu",
           name, model, (double)count / (double)of, (unsigned long long)count,
           (unsigned long long)of);
    if (aim > 0)
        printf(",\"aim\":%g,\"met\":%s", aim, (double)count < aim * (double)of ? "true" : "false");
    printf("}\n");
}

static bool measure(const struct model *model, uint32_t trials)
{
    struct tally tally = {0};
    sim_random_init(&dice, 1);
    for (uint32_t i = 0; i < trials; i++)
        try_first(model, &tally);
    print("sum_right", model->name, tally.good_sum, tally.damaged, 0);
    print("by_sum_alone", model->name, tally.unchecked, tally.damaged, 0);
    print("taken", model->name, tally.taken, tally.damaged, 0);
    print("harmful", model->name, tally.harmful, tally.damaged, 1e-4);
    print("confirmed", model->name, tally.confirmed, tally.second_damaged, 1e-6);
    return tally.slipped == 0;
}

int main(int argc, char **argv)
{
    long factor = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    bool good = factor > 0 && live();
    for (size_t i = 0; good && i < COUNT(models); i++)
        good = measure(&models[i], (uint32_t)factor * TRIALS);
    if (!good)
        fprintf(stderr,
                "jk_harm: a pack was not believed, or a frame with a wrong sum was taken\n");
    return good ? 0 : 1;
}
