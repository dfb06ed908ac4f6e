/* SPDX-License-Identifier: Apache-2.0
 * Tests of site/inverter_link.c: ages by value, what the inverter tells of itself, and several
 * inverters of different brands at one battery.
 */
#include "site/inverter_link.h"

#include "protocols/brands.h"
#include "site/site.h"
#include "tests/support/test.h"

#define SECOND_US 1000000u

static struct can_receiver receiver;
static struct sim_inverter inverter;

static const struct can_protocol *can(const char *name)
{
    const struct can_protocol *found = protocol_find_can(name);
    assert_non_null(found);
    return found;
}

static void hear(uint32_t id, const uint8_t data[8], uint64_t now_us)
{
    struct can_frame frame = {.id = id, .size = 8};
    memcpy(frame.data, data, 8);
    assert_int_equal(can_receiver_receive(&receiver, &frame, now_us), DECODED);
}

static void ages_are_those_of_the_frames_with_the_values(void **state)
{
    (void)state;
    static const uint8_t limits[8] = {0x30, 0x02, 0xF4, 0x01, 0xF4, 0x01, 0xC0, 0x01};
    static const uint8_t charge[8] = {50, 0, 100, 0};
    inverter_link_init(&receiver, can("pylon_can:v12"), sim_brand_find("pylon"), 0);
    struct sim_link link = inverter_link_ages(&receiver, SECOND_US);
    assert_int_equal(link.limits_age_ms, SIM_AGE_NEVER);
    assert_int_equal(link.state_age_ms, SIM_AGE_NEVER);
    hear(0x351, limits, SECOND_US);
    hear(0x355, charge, 3 * SECOND_US);
    link = inverter_link_ages(&receiver, 4 * SECOND_US);
    assert_int_equal(link.limits_age_ms, 3000);
    assert_int_equal(link.state_age_ms, 1000);
}

static void every_protocol_with_limits_has_an_age_of_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < protocol_count; i++) {
        for (size_t j = 0; j < protocols[i].can_count; j++) {
            const struct can_protocol *profile = &protocols[i].can[j];
            const struct sim_brand *brand = sim_brand_of_protocol(profile->name, profile->profile);
            inverter_link_init(&receiver, profile, brand, 0);
            struct sim_link link = inverter_link_ages(&receiver, SECOND_US);
            assert_int_equal(link.limits_age_ms, SIM_AGE_NEVER);
            assert_int_equal(link.state_age_ms, SIM_AGE_NEVER);
        }
    }
}

static void every_brand_speaks_a_protocol_of_the_registry(void **state)
{
    (void)state;
    for (size_t i = 0; i < sim_brand_count; i++)
        assert_non_null(protocol_find_can(sim_brands[i].protocol));
}

static void impossible_values_are_counted_and_only_victron_takes_them(void **state)
{
    (void)state;
    const struct can_frame zero = {.id = 0x351, .size = 8};
    inverter_link_init(&receiver, can("victron_can"), sim_brand_find("deye"), 0);
    assert_int_equal(can_receiver_receive(&receiver, &zero, 0), BAD);
    assert_int_equal(inverter_link_ages(&receiver, 0).wrong_count, 1);
    inverter_link_init(&receiver, can("victron_can"), sim_brand_find("victron"), 0);
    assert_int_equal(can_receiver_receive(&receiver, &zero, 0), DECODED);
    assert_true(snapshot_have(&receiver.values, VALUE_charge_limit_mv));
    assert_int_equal(receiver.values.charge_limit_mv, 0);
}

static void a_sunny_island_tells_its_own_measurements(void **state)
{
    (void)state;
    struct snapshot received;
    struct can_frame frame;
    snapshot_init(&received);
    snapshot_put(&received, VALUE_soc_permille, 765);
    snapshot_put(&received, VALUE_temp_mean_ddegc, 230);
    const struct sim_inverter_sight sight = {
        .received = &received, .terminal_mv = 52300, .battery_ma = 40000};
    inverter_link_init(&receiver, can("sma_can"), sim_brand_find("sma"), 0);
    sim_inverter_init(&inverter, 314000);
    sim_inverter_set_brand(&inverter, sim_brand_find("sma"));
    inverter.state = SIM_INVERTER_RUN;
    assert_true(inverter_link_transmit(&receiver, &inverter, &sight, SECOND_US, &frame));
    static const uint8_t expected[8] = {0x0B, 0x02, 0x70, 0xFE, 0xE6, 0x00, 0xFD, 0x02};
    assert_int_equal(frame.id, 0x305);
    assert_memory_equal(frame.data, expected, 8);
    inverter.state = SIM_INVERTER_LOST;
    assert_true(inverter_link_transmit(&receiver, &inverter, &sight, 2 * SECOND_US, &frame));
    assert_int_equal(frame.id, 0x305);
    assert_int_equal(frame.data[6] | frame.data[7], 0); /* SOC 0, its default */
}

static void a_mute_inverter_sends_nothing(void **state)
{
    (void)state;
    const struct sim_inverter_sight sight = {0};
    struct can_frame frame;
    inverter_link_init(&receiver, can("pylon_can:v12"), sim_brand_find("sofar"), 0);
    sim_inverter_init(&inverter, 314000);
    assert_true(inverter_link_transmit(&receiver, &inverter, &sight, SECOND_US, &frame));
    sim_inverter_set_brand(&inverter, sim_brand_find("sofar"));
    assert_false(inverter_link_transmit(&receiver, &inverter, &sight, 9 * SECOND_US, &frame));
}

/* A second inverter on the bus of a site. */
struct guest {
    struct can_receiver receiver;
    struct sim_inverter sim;
    struct sim_inverter_sight sight;
};

static void guest_init(struct guest *guest, const char *brand_name)
{
    const struct sim_brand *brand = sim_brand_find(brand_name);
    *guest = (struct guest){0};
    sim_inverter_init(&guest->sim, 314000);
    sim_inverter_set_brand(&guest->sim, brand);
    inverter_link_init(&guest->receiver, can("pylon_can:v12"), brand, 0);
}

static void guest_step(struct guest *guest, struct site *site)
{
    struct can_frame frame;
    while (
        inverter_link_transmit(&guest->receiver, &guest->sim, &guest->sight, site->time_us, &frame))
        site_can_receive(site, &frame);
    guest->sight.received = &guest->receiver.values;
    guest->sight.link = inverter_link_ages(&guest->receiver, site->time_us);
    guest->sight.terminal_mv = site->plant.terminal_mv;
    sim_inverter_step(&guest->sim, &guest->sight, 10);
}

static void run_together(struct site *site, struct guest guests[2], uint32_t ms)
{
    for (uint32_t passed = 0; passed < ms; passed += 10) {
        struct can_frame frame;
        site_step(site, 10);
        while (site_can_transmit(site, &frame)) {
            can_receiver_receive(&guests[0].receiver, &frame, site->time_us);
            can_receiver_receive(&guests[1].receiver, &frame, site->time_us);
        }
        guest_step(&guests[0], site);
        guest_step(&guests[1], site);
    }
}

static void three_inverters_share_one_battery(void **state)
{
    (void)state;
    static struct site site;
    static struct guest guests[2];
    static struct params params;
    params_init(&params);
    const struct site_setup setup = {
        .seed = 1,
        .pack_count = 1,
        .soc_permille = {500},
        .params = &params,
        .inverter_on_can = true,
    };
    site_init(&site, &setup);
    guest_init(&guests[0], "deye");
    guest_init(&guests[1], "solis");
    run_together(&site, guests, 20000);
    const struct can_sender *sender = &site.device[0].sender;
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_RUN);
    assert_int_equal(guests[0].sim.state, SIM_INVERTER_RUN);
    assert_int_equal(guests[1].sim.state, SIM_INVERTER_RUN);
    assert_int_equal(guests[0].receiver.bad, 0);
    assert_int_equal(guests[0].sim.orders.charge_ma, site.inverter[0].orders.charge_ma);
    assert_int_equal(sender->ignored, 0);
    uint32_t sent = sender->sent;
    run_together(&site, guests, 10000);
    assert_in_range(sender->sent - sent, 58, 62); /* six frames a second, however many listen */
    site.can_cable = false;
    run_together(&site, guests, 11000);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_LOST);
    assert_int_equal(guests[0].sim.state, SIM_INVERTER_LOST);
    assert_int_equal(guests[1].sim.state, SIM_INVERTER_LOST);
}

/* Through every protocol with limits: never lost, a pause without current, running again. */
static void the_inverter_of_a_site_becomes_the_brand_of_a_changed_protocol(void **state)
{
    (void)state;
    static const char *const names[] = {"deye", "victron", "sma", "goodwe", "growatt", "pylon"};
    static struct site site;
    static struct params params;
    params_init(&params);
    const struct site_setup setup = {
        .seed = 1,
        .pack_count = 1,
        .start_ms = 10 * 3600000,
        .soc_permille = {500},
        .params = &params,
        .inverter_on_can = true,
    };
    site_init(&site, &setup);
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct sim_brand *brand = sim_brand_find(names[i]);
        site.device[0].bms.params.can_protocol = brand_number(can(brand->protocol));
        site_step(&site, 10);
        assert_ptr_equal(site.inverter[0].brand, brand);
        assert_int_equal(site.inverter[0].demand.total_ma, 0);
        for (uint32_t ms = 0; ms < 10000; ms += 10) {
            site_step(&site, 10);
            assert_int_not_equal(site.inverter[0].state, SIM_INVERTER_LOST);
        }
        assert_int_equal(site.inverter[0].state, SIM_INVERTER_RUN);
        assert_int_not_equal(site.inverter[0].demand.total_ma, 0);
        assert_int_equal(
            site.receiver[0].bad + site.receiver[0].unknown + site.receiver[0].implausible, 0);
    }
}

static void an_unknown_protocol_in_the_settings_leaves_the_inverter_waiting(void **state)
{
    (void)state;
    static struct site site;
    static struct params params;
    params_init(&params);
    params.can_protocol = 127;
    const struct site_setup setup = {
        .seed = 1,
        .pack_count = 1,
        .soc_permille = {500},
        .params = &params,
        .inverter_on_can = true,
    };
    site_init(&site, &setup);
    for (uint32_t ms = 0; ms < 5000; ms += 10)
        site_step(&site, 10);
    assert_int_equal(site.inverter[0].state, SIM_INVERTER_NO_BMS);
    assert_int_equal(site.inverter[0].demand.total_ma, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ages_are_those_of_the_frames_with_the_values),
        cmocka_unit_test(every_protocol_with_limits_has_an_age_of_them),
        cmocka_unit_test(every_brand_speaks_a_protocol_of_the_registry),
        cmocka_unit_test(impossible_values_are_counted_and_only_victron_takes_them),
        cmocka_unit_test(a_sunny_island_tells_its_own_measurements),
        cmocka_unit_test(a_mute_inverter_sends_nothing),
        cmocka_unit_test(three_inverters_share_one_battery),
        cmocka_unit_test(the_inverter_of_a_site_becomes_the_brand_of_a_changed_protocol),
        cmocka_unit_test(an_unknown_protocol_in_the_settings_leaves_the_inverter_waiting),
    };
    return RUN_TESTS(tests);
}
