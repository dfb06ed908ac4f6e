/* SPDX-License-Identifier: Apache-2.0
 * Buzzer: short beeps that answer the button, and the alarm. A beep is 200 ms, with 200 ms between
 * beeps. The maker does not document the alarm's pattern; ours is 500 ms of every 2 s. While beeps
 * last the alarm waits, so that they can be counted.
 */
#ifndef HEARTH_CORE_BUZZER_H
#define HEARTH_CORE_BUZZER_H

#include <stdbool.h>
#include <stdint.h>

enum { BEEPS_ON = 1, BEEPS_PASSWORD_RESET = 3 };

struct buzzer {
    /* private */
    bool starting;     /* beeps were asked for since the last step */
    bool alarming;     /* the alarm was on in the last step */
    uint32_t beeps_ms; /* what is left of the beeps */
    uint32_t alarm_ms; /* phase of the alarm, 0..1999 */
};

void buzzer_init(struct buzzer *buzzer);

/* Beeps 1..255 times, from the next step on; replaces beeps that still last. */
void buzzer_beep(struct buzzer *buzzer, uint8_t count);

/* Whether it sounds now. Both patterns begin with sound, in the step that starts them. */
bool buzzer_step(struct buzzer *buzzer, bool alarm, uint32_t dt_ms);

#endif
