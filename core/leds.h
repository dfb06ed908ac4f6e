/* SPDX-License-Identifier: Apache-2.0
 * Front plate lamps: ON, RUN, ALM, L1..L6, from state to light. Which lamp shows what is a table,
 * core/leds.def.
 */
#ifndef HEARTH_CORE_LEDS_H
#define HEARTH_CORE_LEDS_H

#include <stdbool.h>
#include <stdint.h>

enum led {
#define LAMP(lamp, ...) LED_##lamp,
#include "core/leds.def"
    LED_COUNT
};

enum led_pattern {
#define PATTERN(pattern, ...) LED_PATTERN_##pattern,
#include "core/leds.def"
    LED_PATTERN_COUNT
};

/* What the whole front plate shows; the columns of the table. */
enum led_state {
    LED_STATE_OFF, /* also before the first complete measurement and after an internal error */
    LED_STATE_STARTING,
    LED_STATE_RUNNING,
    LED_STATE_PROTECT, /* a protection keeps both switches open */
    LED_STATE_SLEEP,
    LED_STATE_EMERGENCY,
    LED_STATE_SHUT_DOWN, /* it switched itself off */
    LED_STATE_COUNT
};

/* What a lamp depends on besides the state. */
enum led_level { LED_LEVEL_ALWAYS, LED_LEVEL_ALARM, LED_LEVEL_ADDRESSED, LED_LEVEL_SOC };

/* A const row of the table. */
struct lamp {
    uint8_t pattern[LED_STATE_COUNT]; /* enum led_pattern */
    int16_t above;                    /* shown while its level is above this */
    uint8_t level;                    /* enum led_level */
};

struct led_pattern_info {
    uint16_t period_ms;
    uint16_t lit_ms;
};

extern const struct lamp lamps[LED_COUNT];
extern const struct led_pattern_info led_pattern_info[LED_PATTERN_COUNT];

struct led_conditions {
    enum led_state state;
    bool alarm;     /* an alarm or warning that lights ALM */
    bool host;      /* DIP 0 */
    bool addressed; /* the last valid request for our address is < 30 s old */
    int32_t soc_permille;
};

struct leds {
    uint16_t lit;        /* now, a bit per enum led */
    uint16_t flickering; /* those that flicker at 1 Hz */
    uint32_t phase_ms;   /* private: 0..3999 */
};

void leds_init(struct leds *leds);
void leds_step(struct leds *leds, const struct led_conditions *conditions, uint32_t dt_ms);

#endif
