/* SPDX-License-Identifier: Apache-2.0
 * Event loop, timers and signals by sd-event. Time is CLOCK_MONOTONIC throughout.
 */
#include "port/linux/loop.h"

#include <signal.h>
#include <time.h>

#include "base/assert.h"
#include "base/result.h"
#include "port/port.h"

uint64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

int loop_init(struct loop *loop)
{
    *loop = (struct loop){0};
    signal(SIGPIPE, SIG_IGN);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0 || sd_event_new(&loop->event) < 0)
        return RESULT_IO;
    /* Without a handler of ours sd-event leaves the loop with code 0. */
    if (sd_event_add_signal(loop->event, NULL, SIGINT, NULL, NULL) < 0 ||
        sd_event_add_signal(loop->event, NULL, SIGTERM, NULL, NULL) < 0) {
        loop_free(loop);
        return RESULT_IO;
    }
    return RESULT_OK;
}

static int arm(struct loop_timer *timer)
{
    if (sd_event_source_set_time(timer->source, timer->due_us) < 0)
        return RESULT_IO;
    return sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT) < 0 ? RESULT_IO : RESULT_OK;
}

static int timer_fired(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    struct loop_timer *timer = context;
    uint64_t due_us = timer->due_us;
    timer->due_us += timer->period_us;
    uint64_t now_us = clock_us();
    if (now_us > timer->due_us + LOOP_BEHIND_MAX_US) {
        uint64_t missed = (now_us - timer->due_us) / timer->period_us;
        timer->skipped += missed;
        timer->due_us += missed * timer->period_us;
    }
    int result = arm(timer); /* before the call, which may stop the timer */
    timer->tick(timer->context, due_us);
    return result;
}

int loop_timer_start(struct loop_timer *timer, struct loop *loop, uint32_t period_ms)
{
    ASSERT(period_ms > 0);
    timer->period_us = (uint64_t)period_ms * 1000u;
    timer->due_us = clock_us() + timer->period_us;
    timer->skipped = 0;
    int result = sd_event_add_time(loop->event, &timer->source, CLOCK_MONOTONIC, timer->due_us, 1,
                                   timer_fired, timer);
    return result < 0 ? RESULT_IO : RESULT_OK;
}

void loop_timer_stop(struct loop_timer *timer)
{
    timer->source = sd_event_source_disable_unref(timer->source);
}

int loop_run(struct loop *loop)
{
    return sd_event_loop(loop->event);
}

void loop_stop(struct loop *loop, int code)
{
    sd_event_exit(loop->event, code);
}

void loop_free(struct loop *loop)
{
    loop->event = sd_event_unref(loop->event);
}
