/* SPDX-License-Identifier: Apache-2.0
 * Power state of the pack: off, starting, on, stopped; moved by button, charger, measurements and
 * the shut-down command. In every state but ON both FETs stay open.
 *
 *   OFF      --button 1 s-------------------> STARTING (beep)
 *   STARTING --plausible measurement for 1 s-> ON
 *   STARTING --button 5 s-------------------> OFF
 *   ON       --button 5 s, shut down--------> OFF
 *   ON       --highest cell too low, 60 s,
 *              no charger-------------------> STOPPED
 *   STOPPED  --charger, button 1 s----------> STARTING
 */
#ifndef HEARTH_CORE_POWER_H
#define HEARTH_CORE_POWER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io.h"
#include "core/measure.h"
#include "core/params.h"

enum power_state { POWER_OFF, POWER_STARTING, POWER_ON, POWER_STOPPED };

struct power {
    uint8_t state; /* enum power_state */
    bool beep;
    /* private */
    bool button_used;   /* this press has already acted */
    uint32_t button_ms; /* time pressed */
    uint32_t good_ms;   /* time with complete measurements while starting */
    uint32_t low_ms;    /* time below the power-off voltage */
    uint32_t beep_ms;   /* time the beep still lasts */
};

/* `on`: the pack starts by itself (a pack that was on when power failed), else it waits for the
 * button. */
void power_init(struct power *power, bool on);

void power_step(struct power *power, const struct inputs *inputs, const struct measured *measured,
                const struct params *params, uint32_t dt_ms);

void power_shut_down(struct power *power);

#endif
