/* SPDX-License-Identifier: Apache-2.0
 * Front plate lamps: ON, RUN, ALM, L1..L6, from state to light.
 */
#ifndef HEARTH_CORE_LEDS_H
#define HEARTH_CORE_LEDS_H

#include <stdbool.h>
#include <stdint.h>

enum led { LED_ON, LED_RUN, LED_ALM, LED_L1, LED_L2, LED_L3, LED_L4, LED_L5, LED_L6, LED_COUNT };

/* What the lamps show. */
struct led_conditions {
    bool on;        /* power state is not OFF */
    bool alarm;     /* an alarm or warning that lights ALM */
    bool host;      /* DIP 0 */
    bool addressed; /* the last valid request for our address is < 30 s old */
    int32_t soc_permille;
};

struct leds {
    uint16_t lit;        /* now, a bit per enum led */
    uint16_t flickering; /* those that flicker at 1 Hz */
    uint32_t phase_ms;   /* private: 0..999 */
};

void leds_init(struct leds *leds);
void leds_step(struct leds *leds, const struct led_conditions *conditions, uint32_t dt_ms);

#endif
