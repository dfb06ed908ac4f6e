/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/balance.c: the watch over the transfer stage. A small pack with a stage that obeys,
 * is dead or never stops, with noise, 1 mV of resolution and jumps of the pack current.
 */
#include "tests/support/test.h"

#include "core/balance.h"

/* A pack on which the transfer shows: cells 3.300 V, 0.3 mOhm of each cell and `wire_uohm` of wire
 * are in the voltages, rounded to 1 mV with noise of 1 mV; the pack current may jump by 100 A. */
struct world {
    struct balance balance;
    struct measured measured;
    struct params params;
    uint32_t random;
    int32_t wire_uohm;
    int32_t moving_ma; /* what the stage does */
    uint8_t source;
    uint8_t sink;
    bool dead;
    bool never_stops;
    bool jumps;
    bool restless; /* the pack current moves by 5 A from second to second */
    uint32_t now_ms;
    uint32_t moved_ms; /* time of transfer */
};

static int32_t noise_uv(struct world *world)
{
    world->random = world->random * 1664525u + 1013904223u;
    return (int32_t)(world->random >> 16) % 2001 - 1000;
}

static void obey(struct world *world)
{
    const struct balance *balance = &world->balance;
    if (balance->ma > 0 && !world->dead) {
        world->source = balance->source;
        world->sink = balance->sink;
        world->moving_ma = balance->ma;
    } else if (!world->never_stops || world->dead) {
        world->moving_ma = 0;
    }
}

static void measure(struct world *world)
{
    struct measured *measured = &world->measured;
    measured->pack_ma = world->jumps && world->now_ms / 7000 % 2 ? -50000 : 50000;
    measured->cell_sum_mv = 0;
    for (int i = 0; i < 16; i++) {
        int64_t cell_ma = world->jumps ? measured->pack_ma : 0;
        int64_t uv = 3300000 + i * 130 + cell_ma * (250 + i % 5 * 20) / 1000 + noise_uv(world);
        if (i == world->source)
            uv -= (int64_t)world->moving_ma * (300 + world->wire_uohm) / 1000;
        if (i == world->sink)
            uv += (int64_t)world->moving_ma * 68 / 100 * (300 + world->wire_uohm) / 1000;
        measured->cell_mv[i] = (int16_t)div_round(uv, 1000);
        measured->cell_sum_mv += measured->cell_mv[i];
    }
    if (!world->jumps)
        measured->pack_ma = world->restless && world->now_ms / 1000 % 2 ? -10000 : -5000;
}

static void live(struct world *world, uint32_t seconds, uint32_t dt_ms)
{
    for (uint32_t ms = 0; ms < seconds * 1000; ms += dt_ms) {
        obey(world);
        world->now_ms += dt_ms;
        world->moved_ms += world->moving_ma ? dt_ms : 0;
        measure(world);
        balance_step(&world->balance, &world->measured, &world->params, true, dt_ms);
    }
}

static void start_world(struct world *world, int32_t wire_uohm)
{
    memset(world, 0, sizeof(*world));
    params_init(&world->params);
    balance_init(&world->balance);
    balance_set_charge(&world->balance, 600, false);
    world->measured.complete = true;
    world->measured.cell_count = 16;
    world->measured.quantity[QUANTITY_COLD_DDEGC] = 250;
    world->measured.quantity[QUANTITY_HOT_DDEGC] = 260;
    world->measured.quantity[QUANTITY_CELL_MIN_MV] = 3300;
    world->measured.quantity[QUANTITY_CELL_MAX_MV] = 3300;
    int32_t mah[CELL_MAX] = {[4] = 30000, [5] = 29980};
    debt_set(&world->balance.debt, mah);
    world->wire_uohm = wire_uohm;
}

static void a_stage_that_obeys_is_never_called_stuck(void **state)
{
    (void)state;
    static const int32_t wire_uohm[] = {400, 1000, 30000};
    for (size_t i = 0; i < COUNT(wire_uohm); i++) {
        struct world world;
        start_world(&world, wire_uohm[i]);
        live(&world, 36000, 500);
        assert_false(world.balance.stuck);
    }
}

static void currents_that_jump_by_100_a_are_no_contradiction(void **state)
{
    (void)state;
    struct world world;
    start_world(&world, 1000);
    world.jumps = true;
    live(&world, 36000, 500);
    assert_false(world.balance.stuck);
    assert_true(world.balance.debt.moved_mah > 10000);
}

static void a_dead_stage_is_stuck_after_some_cycles(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {10, 1000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct world world;
        start_world(&world, 1000);
        world.dead = true;
        live(&world, 60, dt_ms[i]); /* five cycles are too few for a verdict */
        assert_false(world.balance.stuck);
        live(&world, 300, dt_ms[i]);
        assert_true(world.balance.stuck);
    }
}

static void a_stage_that_dies_later_is_found(void **state)
{
    (void)state;
    struct world world;
    start_world(&world, 1000);
    live(&world, 3600, 100);
    assert_false(world.balance.stuck);
    world.dead = true;
    live(&world, 240, 100);
    assert_true(world.balance.stuck);
}

static void a_stage_that_never_stops_is_stuck(void **state)
{
    (void)state;
    static const uint32_t dt_ms[] = {10, 1000};
    for (size_t i = 0; i < COUNT(dt_ms); i++) {
        struct world world;
        start_world(&world, 1000);
        live(&world, 600, dt_ms[i]);
        assert_false(world.balance.stuck);
        world.never_stops = true;
        live(&world, 360, dt_ms[i]);
        assert_true(world.balance.stuck);
    }
}

static void stuck_stays_until_init(void **state)
{
    (void)state;
    struct world world;
    start_world(&world, 1000);
    world.dead = true;
    live(&world, 360, 100);
    assert_true(world.balance.stuck);
    world.dead = false;
    live(&world, 3600, 100);
    assert_true(world.balance.stuck);
    balance_init(&world.balance);
    assert_false(world.balance.stuck);
}

static void below_one_ampere_there_is_no_verdict(void **state)
{
    (void)state;
    struct world world;
    start_world(&world, 1000);
    world.params.balance_current_ma = 999;
    world.dead = true;
    live(&world, 3600, 100);
    assert_false(world.balance.stuck);
}

/* No debts: nothing is wanted. */
static void start_idle(struct world *world)
{
    start_world(world, 1000);
    const int32_t nothing[CELL_MAX] = {0};
    debt_set(&world->balance.debt, nothing);
}

static void an_idle_stage_is_proven_ten_minutes_after_the_start_and_every_six_hours(void **state)
{
    (void)state;
    struct world world;
    start_idle(&world);
    live(&world, 598, 100);
    assert_int_equal(world.moved_ms, 0);
    live(&world, 60, 100);
    assert_int_equal(world.moved_ms, 10000);
    assert_int_equal(world.balance.mode, BALANCE_AS_PROOF);
    live(&world, 21500, 100);
    assert_int_equal(world.moved_ms, 10000);
    live(&world, 300, 100);
    assert_int_equal(world.moved_ms, 20000);
    assert_false(world.balance.stuck);
}

static void an_idle_stage_that_is_dead_or_never_stops_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world world;
        start_idle(&world);
        live(&world, 3600, 100);
        assert_false(world.balance.stuck);
        world.dead = i == 0;
        world.never_stops = i == 1;
        live(&world, 6 * 3600, 100);
        assert_true(world.balance.stuck);
        uint32_t moved_ms = world.moved_ms;
        live(&world, 12 * 3600, 1000); /* no more proofs then */
        assert_true(i == 1 || world.moved_ms == moved_ms);
    }
}

static void a_proof_that_cannot_be_judged_ends(void **state)
{
    (void)state;
    struct world world;
    start_idle(&world);
    world.restless = true;
    live(&world, 6 * 3600, 100);
    assert_false(world.balance.stuck);
    assert_in_range(world.moved_ms, 150000, 200000);
}

static void nothing_is_proven_at_steps_that_show_nothing(void **state)
{
    (void)state;
    struct world world;
    start_idle(&world);
    live(&world, 24 * 3600, 10000);
    assert_int_equal(world.moved_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stage_that_obeys_is_never_called_stuck),
        cmocka_unit_test(currents_that_jump_by_100_a_are_no_contradiction),
        cmocka_unit_test(a_dead_stage_is_stuck_after_some_cycles),
        cmocka_unit_test(a_stage_that_dies_later_is_found),
        cmocka_unit_test(a_stage_that_never_stops_is_stuck),
        cmocka_unit_test(stuck_stays_until_init),
        cmocka_unit_test(below_one_ampere_there_is_no_verdict),
        cmocka_unit_test(an_idle_stage_is_proven_ten_minutes_after_the_start_and_every_six_hours),
        cmocka_unit_test(an_idle_stage_that_is_dead_or_never_stops_is_found),
        cmocka_unit_test(a_proof_that_cannot_be_judged_ends),
        cmocka_unit_test(nothing_is_proven_at_steps_that_show_nothing),
    };
    return RUN_TESTS(tests);
}
