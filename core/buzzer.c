/* SPDX-License-Identifier: Apache-2.0
 * The two sound patterns. Beeps are counted down, so that their rest says how they go on: sound in
 * the last 200 ms and in every second 200 ms before.
 */
#include "core/buzzer.h"

#include "base/assert.h"

enum { BEEP_MS = 200, BEEP_PERIOD_MS = 400, ALARM_MS = 500, ALARM_PERIOD_MS = 2000 };

void buzzer_init(struct buzzer *buzzer)
{
    *buzzer = (struct buzzer){0};
}

void buzzer_beep(struct buzzer *buzzer, uint8_t count)
{
    ASSERT(count >= 1);
    buzzer->starting = true;
    buzzer->beeps_ms = (uint32_t)count * BEEP_PERIOD_MS - (BEEP_PERIOD_MS - BEEP_MS);
}

static void step_beeps(struct buzzer *buzzer, uint32_t dt_ms)
{
    uint32_t passed_ms = buzzer->starting ? 0 : dt_ms;
    buzzer->starting = false;
    buzzer->beeps_ms = buzzer->beeps_ms > passed_ms ? buzzer->beeps_ms - passed_ms : 0;
}

static void step_alarm(struct buzzer *buzzer, bool alarm, uint32_t dt_ms)
{
    bool goes_on = alarm && buzzer->alarming;
    buzzer->alarm_ms = goes_on ? (buzzer->alarm_ms + dt_ms) % ALARM_PERIOD_MS : 0;
    buzzer->alarming = alarm;
}

bool buzzer_step(struct buzzer *buzzer, bool alarm, uint32_t dt_ms)
{
    step_beeps(buzzer, dt_ms);
    step_alarm(buzzer, alarm, dt_ms);
    if (buzzer->beeps_ms > 0)
        return (buzzer->beeps_ms - 1) % BEEP_PERIOD_MS < BEEP_MS;
    return alarm && buzzer->alarm_ms < ALARM_MS;
}
