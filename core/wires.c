/* SPDX-License-Identifier: Apache-2.0
 * Four windows of 1.5 s per cycle, each half a second away from switching: before (the pause of the
 * last cycle, if it moved between the same cells), early and late while on, after. From early to
 * late the voltages drift by charging and by the slow branch of the cell; that drift, carried over
 * the 2 s of a switching, is taken off. One cycle is noisy: 1 mV of resolution is 0.5 mOhm at 2 A,
 * so the mean moves slowly, and a known value is moved by half of itself at most.
 */
#include "core/wires.h"

#include <string.h>

#include "base/number.h"
#include "core/debt.h"

enum {
    SETTLE_MS = 500,
    LATE_MS = 8500,     /* of the 10 s that a transfer lasts */
    DRIFT_DIVISOR = 4,  /* early to late 8 s, over a switching 2 s */
    STEP_MAX_MS = 1000, /* longer steps see no window */
    CELLS_MIN = 4,      /* two of them to compare with */
    STEADY_MA = 2000,   /* change of the pack current that is allowed */
    CELL_UOHM = 300,    /* R0 and most of R1 of a 314 Ah cell at 25 degC */
    UOHM_MAX = 1000000,
    KNOWN_CYCLES = 4,
    MEAN_CYCLES = 16,
    LEAP_UOHM = 2000, /* a known mean may always be moved towards a value that far away */
};

enum { CYCLE = 1u << WIRES_EARLY | 1u << WIRES_LATE | 1u << WIRES_AFTER };

void wires_init(struct wires *wires)
{
    memset(wires, 0, sizeof(*wires));
    wires->window = WIRES_NONE;
}

void wires_skip(struct wires *wires)
{
    wires->window = WIRES_NONE;
    wires->have = 0;
}

int32_t wires_get(const struct wires *wires, uint8_t cell)
{
    return wires->cycles[cell] < KNOWN_CYCLES ? 0 : max32(wires->mean_uohm[cell], 1);
}

static enum wires_window window_of(const struct transfer *transfer)
{
    uint32_t ms = transfer->ms;
    if (ms > SETTLE_MS && ms <= WIRES_END_MS)
        return transfer->on ? WIRES_EARLY : WIRES_AFTER;
    return transfer->on && ms > LATE_MS ? WIRES_LATE : WIRES_NONE;
}

static void add_sample(struct wires_sum *sum, const struct measured *measured, uint8_t source,
                       uint8_t sink)
{
    sum->source_mv += measured->cell_mv[source];
    sum->sink_mv += measured->cell_mv[sink];
    sum->cells_mv += measured->cell_sum_mv;
    sum->low_ma = min32(sum->low_ma, measured->pack_ma);
    sum->high_ma = max32(sum->high_ma, measured->pack_ma);
    sum->count++;
}

static void learn(struct wires *wires, uint8_t cell, int32_t step_uv, int32_t ma)
{
    int64_t seen = clamp64(div_round(step_uv * 1000LL, ma) - CELL_UOHM, -UOHM_MAX, UOHM_MAX);
    int32_t mean = wires->mean_uohm[cell];
    if (wires->cycles[cell] >= KNOWN_CYCLES) {
        int32_t leap = max32(abs32(mean) / 2, LEAP_UOHM);
        seen = clamp64(seen, mean - leap, mean + leap);
    }
    if (wires->cycles[cell] < MEAN_CYCLES)
        wires->cycles[cell]++;
    wires->mean_uohm[cell] = (int32_t)(mean + div_round(seen - mean, wires->cycles[cell]));
}

static void publish(struct wires *wires, uint8_t cell_count, int32_t warning_uohm)
{
    wires->largest_uohm = 0;
    wires->high_mask = 0;
    for (uint8_t i = 0; i < cell_count; i++) {
        int32_t uohm = wires_get(wires, i);
        wires->largest_uohm = max32(wires->largest_uohm, uohm);
        if (uohm > warning_uohm)
            wires->high_mask |= 1u << i;
    }
}

/* Voltage of one side while on minus off; the mean of start and stop when both were seen. */
static int32_t change_uv(const int32_t uv[WIRES_NONE], bool started)
{
    int32_t drift = (int32_t)div_round((int64_t)uv[WIRES_LATE] - uv[WIRES_EARLY], DRIFT_DIVISOR);
    int32_t stop = uv[WIRES_LATE] + drift - uv[WIRES_AFTER];
    if (!started)
        return stop;
    int32_t start = uv[WIRES_EARLY] - drift - uv[WIRES_BEFORE];
    return (int32_t)div_round((int64_t)start + stop, 2);
}

/* At the end of the window after a transfer. False when the cycle is not usable. */
static bool evaluate(struct wires *wires, uint8_t cell_count, const struct params *params)
{
    if ((wires->have & CYCLE) != CYCLE || wires->high_ma - wires->low_ma > STEADY_MA)
        return false;
    int32_t source_uv[WIRES_NONE];
    int32_t sink_uv[WIRES_NONE];
    for (int i = 0; i < WIRES_NONE; i++) {
        source_uv[i] = wires->mean[i].source_uv;
        sink_uv[i] = wires->mean[i].sink_uv;
    }
    bool started = wires->have >> WIRES_BEFORE & 1;
    int32_t fall_uv = -change_uv(source_uv, started);
    int32_t rise_uv = change_uv(sink_uv, started);
    wires->contrast_uv = fall_uv + rise_uv;
    int32_t sink_ma = (int32_t)div_round((int64_t)wires->ma * DEBT_EFFICIENCY_PERMILLE, 1000);
    learn(wires, wires->source, fall_uv, wires->ma);
    learn(wires, wires->sink, rise_uv, sink_ma);
    publish(wires, cell_count, params->wire_warning_uohm);
    return true;
}

static void close_window(struct wires *wires, enum wires_window window, uint8_t cell_count)
{
    const struct wires_sum *sum = &wires->sum;
    int64_t others_mv = (int64_t)sum->cells_mv - sum->source_mv - sum->sink_mv;
    int64_t others_uv = div_round(others_mv * 1000, (int64_t)sum->count * (cell_count - 2));
    wires->mean[window] = (struct wires_mean){
        .source_uv = (int32_t)(div_round(sum->source_mv * 1000LL, sum->count) - others_uv),
        .sink_uv = (int32_t)(div_round(sum->sink_mv * 1000LL, sum->count) - others_uv),
    };
    wires->have = (uint8_t)(wires->have | 1u << window);
    wires->low_ma = min32(wires->low_ma, sum->low_ma);
    wires->high_ma = max32(wires->high_ma, sum->high_ma);
}

/* The pause of the last cycle becomes the `before` of this one if the cells are the same. */
static void begin_cycle(struct wires *wires, const struct transfer *transfer)
{
    bool follows = wires->have >> WIRES_AFTER & 1 && transfer->source == wires->source &&
                   transfer->sink == wires->sink;
    wires->have = follows ? 1u << WIRES_BEFORE : 0;
    wires->mean[WIRES_BEFORE] = wires->mean[WIRES_AFTER];
    wires->low_ma = follows ? wires->sum.low_ma : INT32_MAX;
    wires->high_ma = follows ? wires->sum.high_ma : INT32_MIN;
    wires->source = transfer->source;
    wires->sink = transfer->sink;
    wires->ma = transfer->ma;
}

static void open_window(struct wires *wires, enum wires_window window,
                        const struct transfer *transfer)
{
    wires->window = (uint8_t)window;
    if (window == WIRES_EARLY)
        begin_cycle(wires, transfer);
    if (window != WIRES_NONE)
        wires->sum = (struct wires_sum){.low_ma = INT32_MAX, .high_ma = INT32_MIN};
}

/* Closes the window; true when that completes a usable cycle. */
static bool finish(struct wires *wires, uint8_t cell_count, const struct params *params)
{
    enum wires_window window = (enum wires_window)wires->window;
    wires->window = WIRES_NONE;
    if (window == WIRES_NONE)
        return false;
    close_window(wires, window, cell_count);
    if (window != WIRES_AFTER)
        return false;
    bool usable = evaluate(wires, cell_count, params);
    wires->have = 1u << WIRES_AFTER;
    return usable;
}

bool wires_step(struct wires *wires, const struct measured *measured, const struct params *params,
                const struct transfer *transfer, uint32_t dt_ms)
{
    if (dt_ms > STEP_MAX_MS || measured->cell_count < CELLS_MIN) {
        wires_skip(wires);
        return false;
    }
    bool usable = false;
    enum wires_window window = window_of(transfer);
    if (window != wires->window) {
        usable = finish(wires, measured->cell_count, params);
        open_window(wires, window, transfer);
    }
    if (window != WIRES_NONE)
        add_sample(&wires->sum, measured, wires->source, wires->sink);
    if (!transfer->on && transfer->ms == WIRES_END_MS) /* before the next transfer is decided */
        usable |= finish(wires, measured->cell_count, params);
    else if (!transfer->on && transfer->ms > WIRES_END_MS) /* too long ago for the next cycle */
        wires->have = 0;
    return usable;
}
