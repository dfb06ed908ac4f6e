/* SPDX-License-Identifier: Apache-2.0
 * Walks the lamp table of core/leds.def. All patterns run on one clock, so that lamps of one
 * pattern light together.
 */
#include "core/leds.h"

#include "base/assert.h"

#define PHASE_END_MS 4000 /* a multiple of every period */

#define P(pattern) LED_PATTERN_##pattern
#define STATES(a, b, c, d, e, f, g)                                                                \
    {                                                                                              \
        P(a), P(b), P(c), P(d), P(e), P(f), P(g)                                                   \
    }
#define LAMP(lamp, level, above, ...)                                                              \
    [LED_##lamp] = {STATES(__VA_ARGS__), above, LED_LEVEL_##level},

const struct lamp lamps[LED_COUNT] = {
#include "core/leds.def"
};

const struct led_pattern_info led_pattern_info[LED_PATTERN_COUNT] = {
#define PATTERN(pattern, period_ms, lit_ms) [LED_PATTERN_##pattern] = {period_ms, lit_ms},
#include "core/leds.def"
};

#define PATTERN(pattern, period_ms, lit_ms)                                                        \
    _Static_assert(PHASE_END_MS % (period_ms) == 0, "the clock wraps within a pattern");
#include "core/leds.def"

void leds_init(struct leds *leds)
{
    *leds = (struct leds){0};
}

/* A bit per pattern: lit at this moment. */
static uint32_t lit_patterns(uint32_t phase_ms)
{
    uint32_t lit = 0;
    for (int i = 0; i < LED_PATTERN_COUNT; i++) {
        const struct led_pattern_info *pattern = &led_pattern_info[i];
        lit |= (uint32_t)(phase_ms % pattern->period_ms < pattern->lit_ms) << i;
    }
    return lit;
}

void leds_step(struct leds *leds, const struct led_conditions *conditions, uint32_t dt_ms)
{
    ASSERT(conditions->state < LED_STATE_COUNT);
    const int32_t level[] = {
        [LED_LEVEL_ALWAYS] = 1,
        [LED_LEVEL_ALARM] = conditions->alarm,
        [LED_LEVEL_ADDRESSED] = conditions->host | conditions->addressed,
        [LED_LEVEL_SOC] = conditions->soc_permille,
    };
    leds->phase_ms = (leds->phase_ms + dt_ms) % PHASE_END_MS;
    uint32_t lit = lit_patterns(leds->phase_ms);
    leds->lit = 0;
    leds->flickering = 0;
    for (int led = 0; led < LED_COUNT; led++) {
        if (level[lamps[led].level] <= lamps[led].above)
            continue;
        uint8_t pattern = lamps[led].pattern[conditions->state];
        leds->lit |= (uint16_t)((lit >> pattern & 1) << led);
        leds->flickering |= (uint16_t)((pattern == LED_PATTERN_FLICKER) << led);
    }
}
