/* SPDX-License-Identifier: Apache-2.0
 * A whole site on the bench for tests of faults: packs from DIP 0 on, an inverter on CAN, no sun,
 * no household, 25 degC. Faults are set by their name in sim/faults.def; charger and load ignore
 * all limits. Every step checks what must hold whatever happens: a direction that is not allowed
 * has no limit left in the same step, in the pack and in the bank; the charge voltage is never 0; a
 * hard block keeps both switches open.
 */
#ifndef HEARTH_TESTS_SUPPORT_BENCH_H
#define HEARTH_TESTS_SUPPORT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "site/site.h"

#define BENCH_DEVICE_PASSWORD "bench user"
#define BENCH_SETTINGS_PASSWORD "bench installer"
#define BENCH_EVERY 255

enum { BENCH_CHARGE = 1, BENCH_DISCHARGE = 2, BENCH_BOTH = 3 };
enum { BENCH_LAMP_ON = 0, BENCH_LAMP_RUN = 1, BENCH_LAMP_ALM = 2 };

/* How it begins. Zero: one pack, half full, at rest. */
struct bench_setup {
    int32_t soc_permille; /* 0: 500 */
    int32_t charger_ma;
    int32_t load_ma;
    uint8_t pack_count;                    /* 0: 1 */
    bool dead_bus;                         /* the busbar begins at 0 V */
    void (*change)(struct params *params); /* other settings than bench_params(); NULL: none */
};

struct bench {
    struct site site;
    uint32_t events_seen; /* events before this index are not looked for */
};

/* Defaults with passwords that are not as delivered, so that the lamp ALM means something. */
void bench_params(struct params *params);

/* Nothing has been stepped. */
void bench_open(struct bench *bench, const struct bench_setup *setup);

/* bench_open() and eight seconds: on, both directions allowed, no alarm. */
void bench_start(struct bench *bench, const struct bench_setup *setup);

/* Steps of step_ms (10: with bytes on the buses) until at least `ms` have passed. */
void bench_run(struct bench *bench, uint32_t ms, uint32_t step_ms);

/* Steps until `holds`, at most most_ms; returns the time it took, UINT32_MAX if it never did. */
typedef bool bench_condition(const struct bench *bench, int argument);
uint32_t bench_until(struct bench *bench, bench_condition *holds, int argument, uint32_t most_ms,
                     uint32_t step_ms);

/* Conditions: exactly these directions are allowed; the power state is; this rule has set its alarm
 * since bench_mark(), or its warning acts; the alarm (warning) of this rule is not there. */
bool bench_allows(const struct bench *bench, int directions);
bool bench_in_state(const struct bench *bench, int power_state);
bool bench_rule_fired(const struct bench *bench, int rule);
bool bench_rule_ended(const struct bench *bench, int rule);

/* A fault of pack 0, the plant or the inverter; BENCH_EVERY sets all its elements. The name
 * cell_reads_mv forces a cell to read so much now. */
void bench_fault(struct bench *bench, const char *name, uint8_t index, int32_t value);

/* All cells of pack 0 lack the same charge, as after long balancing; the mean cell is so full. */
void bench_balance(struct bench *bench, double soc);

/* Everything in the pack has this temperature, and the air too. */
void bench_temper(struct bench *bench, int32_t ddegc);

/* Newest event of that kind and detail since bench_mark(); false if there is none. */
void bench_mark(struct bench *bench);
bool bench_event(const struct bench *bench, enum event_kind kind, int detail, struct event *event);
uint32_t bench_event_count(const struct bench *bench, enum event_kind kind, int detail);

/* A command of the local session, logged in as installer where it must be. */
enum command_result bench_command(struct bench *bench, enum command_kind kind, uint16_t id,
                                  int32_t value);
enum command_result bench_login(struct bench *bench, const char *password);
void bench_installer(struct bench *bench);

const struct snapshot *bench_pack(const struct bench *bench);
const struct snapshot *bench_bank(const struct bench *bench);
int bench_directions(const struct bench *bench); /* allowed now */
bool bench_lamp_flickers(const struct bench *bench, int lamp);
bool bench_contact_closed(const struct bench *bench);

/* Holds the button of pack 0, then lets it go. */
void bench_press(struct bench *bench, uint32_t ms);

#endif
