/* SPDX-License-Identifier: Apache-2.0
 * The one event loop of a process: a thin cover over sd-event with what every command needs, timers
 * that do not drift and a clean end by SIGINT or SIGTERM. SIGPIPE is ignored.
 */
#ifndef HEARTH_PORT_LINUX_LOOP_H
#define HEARTH_PORT_LINUX_LOOP_H

#include <stdint.h>

#include <systemd/sd-event.h>

struct loop {
    sd_event *event; /* for sources of one's own: web server, D-Bus, MQTT */
};

/* Calls `tick` once for every period that has passed, with the time at which it was due: after a
 * pause the missed calls follow at once, between them the rest of the loop gets its turn. More than
 * LOOP_BEHIND_MAX_US behind (a stopped process), the older ones are skipped and counted. */
#define LOOP_BEHIND_MAX_US 60000000u

struct loop_timer {
    sd_event_source *source;
    uint64_t due_us;
    uint64_t period_us;
    uint64_t skipped; /* ticks */
    void *context;
    void (*tick)(void *context, uint64_t due_us);
};

/* Each returns 0 or a negative enum result. */
int loop_init(struct loop *loop);

/* `period_ms` > 0. The first tick comes after one period. Set `context` and `tick` before. */
int loop_timer_start(struct loop_timer *timer, struct loop *loop, uint32_t period_ms);
void loop_timer_stop(struct loop_timer *timer);

/* Runs until loop_stop() or a signal; returns the code given to loop_stop(), 0 after a signal. */
int loop_run(struct loop *loop);

/* May be called from anything that runs in the loop. */
void loop_stop(struct loop *loop, int code);

/* After everything that uses the loop was closed. */
void loop_free(struct loop *loop);

#endif
