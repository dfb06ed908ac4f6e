/* SPDX-License-Identifier: Apache-2.0
 * Tests of core/power.c: the walk over every arrow of core/power.def, every arrow that must not
 * exist, their order, and the exact times of those that time opens.
 */
#include "tests/core/power_bench.h"

/* ---- How causes come about ---- */

static void raise_on(struct bench *bench)
{
    bench->conditions.button_on = true;
}

static void raise_charger(struct bench *bench)
{
    bench->conditions.charger = true;
}

static void raise_request(struct bench *bench)
{
    bench->conditions.request = true;
}

static void raise_button_off(struct bench *bench)
{
    bench->conditions.button_off = true;
}

static void raise_shut_down(struct bench *bench)
{
    power_shut_down(&bench->power);
}

static void raise_nothing(struct bench *bench)
{
    (void)bench;
}

static void raise_precharged(struct bench *bench)
{
    bench->conditions.precharging = false;
}

static void raise_blocked(struct bench *bench)
{
    bench->conditions.blocked = true;
}

static void raise_free(struct bench *bench)
{
    bench->conditions.blocked = false;
}

static void raise_emergency_command(struct bench *bench)
{
    power_emergency(&bench->power, true);
}

static void raise_emergency_button(struct bench *bench)
{
    bench->conditions.emergency = true;
}

static void raise_emergency_stop(struct bench *bench)
{
    power_emergency(&bench->power, false);
}

static void raise_floor(struct bench *bench)
{
    bench->measured.quantity[QUANTITY_CELL_MIN_MV] = 2500;
}

static void raise_idle(struct bench *bench)
{
    bench->params.smart_sleep_enabled = 1;
}

/* Above the floor of an emergency, so that it is this and nothing else. */
static void raise_empty(struct bench *bench)
{
    bench->params.power_off_mv = 3000;
    cells(bench, 2999);
}

/* Every way in which a cause comes about, and the time that it takes; 0: it acts at once. */
struct way {
    uint8_t cause;
    void (*raise)(struct bench *bench);
    uint32_t ms;
};

static const struct way ways[] = {
    {POWER_CAUSE_on,             raise_on,                0                  },
    {POWER_CAUSE_charger,        raise_charger,           0                  },
    {POWER_CAUSE_wake,           raise_charger,           0                  },
    {POWER_CAUSE_wake,           raise_request,           0                  },
    {POWER_CAUSE_wake,           raise_on,                0                  },
    {POWER_CAUSE_off,            raise_button_off,        0                  },
    {POWER_CAUSE_off,            raise_shut_down,         0                  },
    {POWER_CAUSE_ready,          raise_nothing,           SELF_TEST_MS       },
    {POWER_CAUSE_precharged,     raise_precharged,        0                  },
    {POWER_CAUSE_blocked,        raise_blocked,           0                  },
    {POWER_CAUSE_free,           raise_free,              0                  },
    {POWER_CAUSE_emergency,      raise_emergency_command, 0                  },
    {POWER_CAUSE_emergency,      raise_emergency_button,  0                  },
    {POWER_CAUSE_emergency_over, raise_emergency_stop,    0                  },
    {POWER_CAUSE_emergency_over, raise_floor,             0                  },
    {POWER_CAUSE_emergency_over, raise_nothing,           EMERGENCY_S * 1000u},
    {POWER_CAUSE_idle,           raise_idle,              IDLE_S * 1000u     },
    {POWER_CAUSE_empty,          raise_empty,             EMPTY_S * 1000u    },
    {POWER_CAUSE_stored,         raise_nothing,           0                  },
};

/* One step, or as many of at most `longest_ms` as the way needs, until the state changes. */
static void go(struct bench *bench, const struct way *way, uint32_t longest_ms)
{
    uint8_t from = bench->power.state;
    uint32_t left_ms = way->ms ? way->ms : 1;
    way->raise(bench);
    while (left_ms > 0 && bench->power.state == from) {
        uint32_t dt_ms = left_ms < longest_ms ? left_ms : longest_ms;
        step(bench, dt_ms);
        left_ms -= dt_ms;
    }
}

/* ---- The walk ---- */

static void every_cause_of_the_table_has_a_way_to_come_about(void **state)
{
    (void)state;
    for (int cause = 0; cause < POWER_CAUSE_COUNT; cause++) {
        int found = 0;
        for (size_t i = 0; i < COUNT(ways); i++)
            found += ways[i].cause == cause;
        assert_true(found > 0);
    }
}

static void every_arrow_leads_from_its_state_by_its_cause_to_its_state(void **state)
{
    (void)state;
    int walked = 0;
    for (int i = 0; i < POWER_ARROW_COUNT; i++) {
        const struct power_arrow *arrow = &power_arrows[i];
        for (size_t w = 0; w < COUNT(ways); w++) {
            struct bench bench;
            if (ways[w].cause != arrow->cause)
                continue;
            start(&bench, (enum power_state)arrow->from);
            go(&bench, &ways[w], STEP_MAX_MS);
            expect(&bench, (enum power_state)arrow->to);
            walked++;
        }
    }
    assert_true(walked >= POWER_ARROW_COUNT);
}

/* A state that time alone ends, and the button, which is also a reason to wake. */
static enum power_state without_arrow(enum power_state from, const struct way *way)
{
    if (from == POWER_SHUTTING_DOWN)
        return POWER_OFF;
    if (from == POWER_STARTING && way->ms >= SELF_TEST_MS)
        return POWER_PRECHARGE;
    bool starts = has_arrow(from, POWER_CAUSE_on) || has_arrow(from, POWER_CAUSE_wake);
    bool charges = has_arrow(from, POWER_CAUSE_charger) || has_arrow(from, POWER_CAUSE_wake);
    if ((way->raise == raise_on && starts) || (way->raise == raise_charger && charges))
        return POWER_STARTING;
    return from;
}

static void a_cause_without_an_arrow_moves_nothing(void **state)
{
    (void)state;
    int tried = 0;
    for (int from = 0; from < POWER_STATE_COUNT; from++) {
        for (size_t w = 0; w < COUNT(ways); w++) {
            struct bench bench;
            bool ends_emergency =
                from == POWER_EMERGENCY && ways[w].cause == POWER_CAUSE_emergency_over;
            if (has_arrow((enum power_state)from, (enum power_cause)ways[w].cause) ||
                ends_emergency)
                continue;
            start(&bench, (enum power_state)from);
            if (ways[w].raise == raise_nothing && from == POWER_EMERGENCY)
                bench.power.emergency_ms = UINT32_MAX;
            go(&bench, &ways[w], STEP_MAX_MS);
            expect(&bench, without_arrow((enum power_state)from, &ways[w]));
            tried++;
        }
    }
    assert_true(tried > 100);
}

static void the_first_arrow_of_a_state_wins_over_all_later_ones(void **state)
{
    (void)state;
    for (int i = 0; i < POWER_ARROW_COUNT; i++) {
        for (int later = i + 1; later < POWER_ARROW_COUNT; later++) {
            struct bench bench;
            const struct power_arrow *first = &power_arrows[i];
            const struct power_arrow *second = &power_arrows[later];
            if (first->from != second->from)
                continue;
            start(&bench, (enum power_state)first->from);
            uint32_t ms = 1;
            for (size_t w = 0; w < COUNT(ways); w++) {
                if (ways[w].cause != first->cause && ways[w].cause != second->cause)
                    continue;
                if (first->from == POWER_EMERGENCY && ways[w].raise == raise_nothing)
                    continue;
                ways[w].raise(&bench);
                ms = ways[w].ms > ms ? ways[w].ms : ms;
            }
            if (first->cause == POWER_CAUSE_idle || second->cause == POWER_CAUSE_idle)
                bench.conditions.charger = bench.conditions.request = false;
            step(&bench, ms);
            expect(&bench, (enum power_state)first->to);
        }
    }
}

static void off_wins_over_everything_at_once(void **state)
{
    (void)state;
    for (int from = POWER_STARTING; from < POWER_SHUTTING_DOWN; from++) {
        struct bench bench;
        start(&bench, (enum power_state)from);
        for (size_t w = 0; w < COUNT(ways); w++)
            ways[w].raise(&bench);
        step(&bench, STEP_MAX_MS * 3);
        expect(&bench, POWER_SHUTTING_DOWN);
    }
}

static void one_step_takes_one_arrow(void **state)
{
    (void)state;
    for (int i = 0; i < POWER_ARROW_COUNT; i++) {
        struct bench bench;
        if (i > 0 && power_arrows[i - 1].from == power_arrows[i].from)
            continue;
        start(&bench, (enum power_state)power_arrows[i].from);
        for (size_t w = 0; w < COUNT(ways); w++)
            ways[w].raise(&bench);
        step(&bench, STEP_MAX_MS * 3);
        expect(&bench, (enum power_state)power_arrows[i].to);
    }
}

/* A search that walks: what is reached is the machine itself, not only its name. */
static void every_state_can_be_reached_from_off_and_left(void **state)
{
    (void)state;
    struct power reached[POWER_STATE_COUNT];
    bool known[POWER_STATE_COUNT] = {[POWER_OFF] = true};
    bool left[POWER_STATE_COUNT] = {false};
    power_init(&reached[POWER_OFF], false);
    for (int round = 0; round < POWER_STATE_COUNT; round++) {
        for (int from = 0; from < POWER_STATE_COUNT; from++) {
            for (size_t w = 0; known[from] && w < COUNT(ways); w++) {
                struct bench bench;
                start(&bench, (enum power_state)from);
                bench.power = reached[from];
                go(&bench, &ways[w], STEP_MAX_MS);
                uint8_t to = bench.power.state;
                left[from] = left[from] || to != from;
                if (!known[to])
                    reached[to] = bench.power;
                known[to] = true;
            }
        }
    }
    for (int i = 0; i < POWER_STATE_COUNT; i++)
        assert_true(known[i] && left[i]);
}

static void every_state_leads_back_to_off(void **state)
{
    (void)state;
    bool home[POWER_STATE_COUNT] = {[POWER_OFF] = true};
    for (int round = 0; round < POWER_STATE_COUNT; round++) {
        for (int i = 0; i < POWER_ARROW_COUNT; i++)
            home[power_arrows[i].from] |= home[power_arrows[i].to];
    }
    for (int i = 0; i < POWER_STATE_COUNT; i++)
        assert_true(home[i]);
}

static void a_state_that_time_ends_is_left_at_the_exact_millisecond(void **state)
{
    (void)state;
    static const uint32_t step_ms[] = {1, 7, 10, 999, 1000, 1001, 60000};
    for (int i = 0; i < POWER_ARROW_COUNT; i++) {
        for (size_t w = 0; w < COUNT(ways); w++) {
            const struct way *way = &ways[w];
            if (way->cause != power_arrows[i].cause || way->ms == 0)
                continue;
            for (size_t s = 0; s < COUNT(step_ms); s++) {
                struct bench bench;
                start(&bench, (enum power_state)power_arrows[i].from);
                way->raise(&bench);
                uint32_t passed_ms = 0;
                for (; passed_ms + step_ms[s] < way->ms; passed_ms += step_ms[s]) {
                    step(&bench, step_ms[s]);
                    expect(&bench, (enum power_state)power_arrows[i].from);
                }
                step(&bench, step_ms[s]);
                expect(&bench, (enum power_state)power_arrows[i].to);
            }
        }
    }
}

/* ---- The table as others see it ---- */

static void numbers_and_power_of_the_states_stay(void **state)
{
    (void)state;
    static const struct {
        uint8_t number;
        bool powered;
    } expected[POWER_STATE_COUNT] = {
        {POWER_OFF,           false},
        {POWER_STARTING,      false},
        {POWER_ON,            true },
        {POWER_STOPPED,       false},
        {POWER_PRECHARGE,     true },
        {POWER_PROTECT,       true },
        {POWER_SLEEP,         false},
        {POWER_EMERGENCY,     true },
        {POWER_SHUTTING_DOWN, false},
    };
    for (uint8_t i = 0; i < POWER_STATE_COUNT; i++) {
        const struct power power = {.state = i};
        assert_int_equal(expected[i].number, i);
        assert_int_equal(power_is_powered(&power), expected[i].powered);
    }
}

static void a_pack_that_was_off_waits_for_the_button_whatever_else_comes(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    memset(&bench.power, 0xFF, sizeof(bench.power));
    power_init(&bench.power, false);
    expect(&bench, POWER_OFF);
    bench.conditions.charger = bench.conditions.request = true;
    steps(&bench, 3600000, 10000);
    expect(&bench, POWER_OFF);
}

static void a_pack_that_was_on_starts_by_itself(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, POWER_OFF);
    memset(&bench.power, 0xFF, sizeof(bench.power));
    power_init(&bench.power, true);
    expect(&bench, POWER_STARTING);
    assert_int_equal(bench.power.emergency_ms, 0);
    steps(&bench, 999, 10);
    expect(&bench, POWER_STARTING);
    step(&bench, 1);
    expect(&bench, POWER_PRECHARGE);
    bench.conditions.precharging = false;
    step(&bench, 1);
    expect(&bench, POWER_ON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cause_of_the_table_has_a_way_to_come_about),
        cmocka_unit_test(every_arrow_leads_from_its_state_by_its_cause_to_its_state),
        cmocka_unit_test(a_cause_without_an_arrow_moves_nothing),
        cmocka_unit_test(the_first_arrow_of_a_state_wins_over_all_later_ones),
        cmocka_unit_test(off_wins_over_everything_at_once),
        cmocka_unit_test(one_step_takes_one_arrow),
        cmocka_unit_test(every_state_can_be_reached_from_off_and_left),
        cmocka_unit_test(every_state_leads_back_to_off),
        cmocka_unit_test(a_state_that_time_ends_is_left_at_the_exact_millisecond),
        cmocka_unit_test(numbers_and_power_of_the_states_stay),
        cmocka_unit_test(a_pack_that_was_off_waits_for_the_button_whatever_else_comes),
        cmocka_unit_test(a_pack_that_was_on_starts_by_itself),
    };
    return RUN_TESTS(tests);
}
