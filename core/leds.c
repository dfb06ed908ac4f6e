/* SPDX-License-Identifier: Apache-2.0
 * Lamp table. Flicker is 1 Hz with 50 % on. L_n (n = 1..5) is lit above (n - 1) x 20 % of charge;
 * L6 is the address lamp: on the host it always flickers, on a slave while the host talks to it.
 */
#include "core/leds.h"

enum { PERIOD_MS = 1000, LIT_MS = 500, BAR_PERMILLE = 200 };

void leds_init(struct leds *leds)
{
    *leds = (struct leds){0};
}

static uint16_t bit(enum led led)
{
    return (uint16_t)(1u << led);
}

static uint16_t charge_bar(int32_t soc_permille)
{
    uint16_t bar = 0;
    for (int n = 0; n < 5; n++) {
        if (soc_permille > n * BAR_PERMILLE)
            bar |= bit((enum led)(LED_L1 + n));
    }
    return bar;
}

void leds_step(struct leds *leds, const struct led_conditions *conditions, uint32_t dt_ms)
{
    leds->phase_ms = (leds->phase_ms + dt_ms) % PERIOD_MS;
    if (!conditions->on) {
        leds->lit = 0;
        leds->flickering = 0;
        return;
    }
    uint16_t steady = (uint16_t)(bit(LED_ON) | charge_bar(conditions->soc_permille));
    uint16_t flickering = bit(LED_RUN);
    if (conditions->alarm)
        flickering |= bit(LED_ALM);
    if (conditions->host || conditions->addressed)
        flickering |= bit(LED_L6);
    leds->flickering = flickering;
    leds->lit = (uint16_t)(steady | (leds->phase_ms < LIT_MS ? flickering : 0));
}
