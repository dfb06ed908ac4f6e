/* SPDX-License-Identifier: Apache-2.0
 * One step: physics with the last outputs, every pack decides on what it measured, buses carry
 * bytes millisecond by millisecond, the inverter obeys what it decoded.
 */
#include "site/site.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "protocols/protocols.h"
#include "site/inverter_link.h"

enum { BUS_BAUD = 115200, OUTSIDE = PACK_MAX, BABBLER, AMBIENT_MS = 60000 };

static void start_board(struct site *site, uint8_t i)
{
    device_init(&site->device[i], &site->first_start[i], site->inputs[i].dip);
    site->running[i] = true;
}

static void init_packs(struct site *site, const struct site_setup *setup)
{
    struct device_setup pack = {.params = *setup->params, .timing = setup->timing};
    pack.params.parallel_packs = setup->first_dip == 0 ? setup->pack_count : 1;
    for (uint8_t i = 0; i < setup->pack_count; i++) {
        struct site_flash *flash = &site->flash[i];
        sim_flash_init(&flash->sim, flash->bytes, flash->erase_counts, SITE_FLASH_PAGE,
                       SITE_FLASH_PAGES);
        pack.flash = setup->flash[i] ? setup->flash[i] : &flash->sim.flash;
        pack.stored = (struct stored){
            .remaining_mah = (int32_t)div_round(
                (int64_t)setup->params->nominal_mah * setup->soc_permille[i], 1000),
            .on = true,
        };
        site->first_start[i] = pack;
        site->inputs[i].dip = (uint8_t)(setup->first_dip + i);
        site->board_power[i] = true;
        site->bus_cable[i] = true;
        start_board(site, i);
    }
}

static void init_plant(struct site *site, const struct site_setup *setup)
{
    struct sim_parallel_setup plant = {
        .seed = setup->seed,
        .count = setup->pack_count,
        .nominal_mah = setup->params->nominal_mah,
        .ambient_ddegc = sim_day_ambient_ddegc(&site->day, setup->start_ms),
    };
    memcpy(plant.soc_permille, setup->soc_permille, sizeof(plant.soc_permille));
    sim_parallel_init(&site->plant, &plant);
    for (uint8_t i = 0; i < site->inverter_count; i++)
        sim_inverter_init(&site->inverter[i], setup->params->nominal_mah * setup->pack_count);
}

/* Of a host that does not know the protocol in its settings nothing will ever be heard. */
static void set_inverters(struct site *site, const struct can_protocol *can,
                          const struct sim_brand *const brands[SITE_INVERTER_MAX])
{
    if (can == NULL)
        can = protocol_find_can(sim_brands[0].protocol);
    for (uint8_t i = 0; i < site->inverter_count; i++) {
        const struct sim_brand *brand =
            brands[i] ? brands[i] : sim_brand_of_protocol(can->name, can->profile);
        sim_inverter_set_brand(&site->inverter[i], brand);
        inverter_link_init(&site->receiver[i], can, brand, site->time_us);
    }
}

void site_init(struct site *site, const struct site_setup *setup)
{
    ASSERT(setup->pack_count >= 1 && setup->first_dip + setup->pack_count <= PACK_MAX);
    ASSERT(setup->inverter_count <= SITE_INVERTER_MAX);
    memset(site, 0, sizeof(*site));
    site->start_ms = setup->start_ms;
    site->pack_count = setup->pack_count;
    site->inverter_count = setup->inverter_count ? setup->inverter_count : 1;
    site->inverter_on_can = setup->inverter_on_can;
    site->can_cable = true;
    sim_day_init(&site->day, setup->seed);
    /* Sized for three packs; a smaller or larger bank gets its share of sun and load. */
    site->day.solar_peak_w = site->day.solar_peak_w * setup->pack_count / 3;
    site->day.load_scale_permille = site->day.load_scale_permille * setup->pack_count / 3;
    init_packs(site, setup);
    init_plant(site, setup);
    set_inverters(site, site->device[0].can, setup->brand);
    serial_bus_init(&site->bus, BUS_BAUD);
    bus_faults_init(&site->bus_faults, setup->seed);
    ring_init(&site->bus_out, site->bus_out_bytes, sizeof(site->bus_out_bytes));
}

struct sim_fault_target site_fault_target(struct site *site, uint8_t pack)
{
    return (struct sim_fault_target){&site->plant, &site->inverter[0], pack, &site->bus_faults.set};
}

uint32_t site_day_ms(const struct site *site)
{
    return (uint32_t)((site->start_ms + site->time_us / 1000) % SIM_DAY_MS);
}

const struct device *site_host(const struct site *site)
{
    for (uint8_t i = 0; i < site->pack_count; i++) {
        if (site->running[i] && device_is_host(&site->device[i]))
            return &site->device[i];
    }
    return NULL;
}

/* Several inverters are one to the bank: their currents add up, the highest voltage counts. */
static struct sim_demand whole_demand(const struct site *site)
{
    struct sim_demand whole = site->inverter[0].demand;
    for (uint8_t i = 1; i < site->inverter_count; i++) {
        const struct sim_demand *demand = &site->inverter[i].demand;
        whole.total_ma += demand->total_ma;
        whole.ceiling_mv = max32(whole.ceiling_mv, demand->ceiling_mv);
        whole.charger_on |= demand->charger_on;
    }
    return whole;
}

static void step_physics(struct site *site, uint32_t dt_ms)
{
    struct outputs outputs[PACK_MAX] = {0};
    uint64_t time_ms = site->start_ms + site->time_us / 1000;
    for (uint8_t i = 0; i < site->pack_count; i++)
        if (site->board_power[i])
            outputs[i] = *device_outputs(&site->device[i]);
    if (time_ms % AMBIENT_MS < dt_ms)
        sim_parallel_set_ambient(&site->plant, sim_day_ambient_ddegc(&site->day, time_ms));
    const struct sim_demand demand = whole_demand(site);
    sim_parallel_step(&site->plant, outputs, &demand, dt_ms);
}

static void step_packs(struct site *site, uint32_t dt_ms, uint64_t end_us)
{
    for (uint8_t i = 0; i < site->pack_count; i++) {
        sim_pack_measure(&site->plant.pack[i], &site->inputs[i]);
        if (site->board_power[i] && !site->running[i])
            start_board(site, i);
        site->running[i] = site->board_power[i];
        if (site->running[i])
            device_step(&site->device[i], &site->inputs[i], dt_ms, end_us);
    }
}

static void deliver(struct site *site, const struct serial_burst *burst, uint64_t now_us)
{
    bool cut_off = burst->sender >= 0 && burst->sender < OUTSIDE && !site->bus_cable[burst->sender];
    for (uint8_t i = 0; i < site->pack_count && !cut_off; i++) {
        bool hears = i != burst->sender || site->bus_faults.set.rs485_echo;
        if (hears && site->bus_cable[i] && site->running[i])
            device_receive(&site->device[i], DEVICE_RS485_2, burst->bytes, burst->size, now_us);
    }
    if (burst->sender != OUTSIDE && !cut_off)
        ring_put(&site->bus_out, burst->bytes, burst->size);
}

/* One look at the bus: what has arrived is delivered, who has something to say says it. */
static void poll_bus(struct site *site, uint64_t now_us)
{
    struct serial_burst burst;
    uint8_t babble[BUS_FAULTS_BABBLE];
    if (serial_bus_take(&site->bus, now_us, &burst))
        bus_faults_put_burst(&site->bus_faults, &burst, now_us);
    while (bus_faults_take_burst(&site->bus_faults, now_us, &burst))
        deliver(site, &burst, now_us);
    size_t babble_size = bus_faults_babble(&site->bus_faults, now_us, babble);
    if (babble_size > 0)
        serial_bus_send(&site->bus, BABBLER, babble, babble_size, now_us);
    for (uint8_t i = 0; i < site->pack_count; i++) {
        uint8_t bytes[SERIAL_BUS_BURST];
        if (!site->running[i])
            continue;
        device_poll(&site->device[i], now_us);
        size_t size =
            device_transmit(&site->device[i], DEVICE_RS485_2, bytes, sizeof(bytes), now_us);
        if (size > 0)
            serial_bus_send(&site->bus, i, bytes, size, now_us);
    }
}

/* To the outside; the oldest frame makes room. */
static void put_out(struct site *site, const struct can_frame *frame)
{
    if (site->can_out_total - site->can_out_taken == SITE_CAN_OUT_MAX) {
        site->can_out_taken++;
        site->can_out_lost++;
    }
    site->can_out[site->can_out_total++ % SITE_CAN_OUT_MAX] = *frame;
}

static void remember_frame(struct site *site, const struct can_frame *frame, bool from_inverter,
                           uint64_t now_us)
{
    uint8_t i = 0;
    while (i < site->frame_count && site->frames[i].frame.id != frame->id)
        i++;
    if (i == site->frame_count && i < SITE_FRAME_MAX)
        site->frames[site->frame_count++].count = 0;
    if (i < site->frame_count) {
        uint32_t count = site->frames[i].count + 1;
        site->frames[i] = (struct site_frame){*frame, from_inverter, now_us, count};
    }
    put_out(site, frame);
}

/* What goes through one inverter of all current of the bank: what it asked for, and its share of
 * what came differently. */
static int32_t own_current_ma(const struct site *site, const struct sim_inverter *inverter)
{
    int32_t asked_ma = 0;
    for (uint8_t i = 0; i < site->inverter_count; i++)
        asked_ma += site->inverter[i].demand.total_ma;
    return inverter->demand.total_ma + (site->plant.total_ma - asked_ma) / site->inverter_count;
}

/* What inverter i sees of the battery, and its share of the day. */
static struct sim_inverter_sight look(const struct site *site, uint8_t i)
{
    return (struct sim_inverter_sight){
        .received = &site->receiver[i].values,
        .link = inverter_link_ages(&site->receiver[i], site->time_us),
        .solar_w = site->solar_w / site->inverter_count,
        .load_w = site->load_w / site->inverter_count,
        .terminal_mv = site->plant.terminal_mv,
        .battery_ma = own_current_ma(site, &site->inverter[i]),
    };
}

void site_inverter_display(const struct site *site, struct sim_display *display)
{
    const struct sim_inverter_sight sight = look(site, 0);
    sim_inverter_display(&site->inverter[0], &sight, display);
}

/* An inverter's side of the CAN bus. */
static void poll_inverter(struct site *site, uint8_t i, uint64_t now_us)
{
    struct can_frame frame;
    const struct sim_inverter_sight sight = look(site, i);
    while (inverter_link_transmit(&site->receiver[i], &site->inverter[i], &sight, now_us, &frame)) {
        if (site->can_cable)
            bus_faults_put_frame(&site->bus_faults, &frame, true, now_us);
        remember_frame(site, &frame, true, now_us);
    }
}

static void deliver_frames(struct site *site, uint64_t now_us)
{
    struct can_frame frame;
    bool from_inverter;
    while (bus_faults_take_frame(&site->bus_faults, now_us, &frame, &from_inverter)) {
        if (from_inverter)
            site_can_receive(site, &frame);
        for (uint8_t i = 0; i < site->inverter_count && !from_inverter; i++)
            can_receiver_receive(&site->receiver[i], &frame, now_us);
    }
}

static void poll_can(struct site *site, uint64_t now_us)
{
    struct can_frame frame;
    for (uint8_t i = 0; i < site->pack_count; i++) {
        while (site->running[i] && device_can_transmit(&site->device[i], &frame, now_us)) {
            if (!site->can_cable)
                continue;
            bus_faults_put_frame(&site->bus_faults, &frame, false, now_us);
            remember_frame(site, &frame, false, now_us);
        }
    }
    deliver_frames(site, now_us);
    for (uint8_t i = 0; i < site->inverter_count && site->inverter_on_can; i++)
        poll_inverter(site, i, now_us);
    deliver_frames(site, now_us);
}

static void exchange_bytes(struct site *site, uint32_t dt_ms)
{
    for (uint32_t ms = 1; ms <= dt_ms; ms++)
        poll_bus(site, site->time_us + ms * 1000u);
    poll_can(site, site->time_us + dt_ms * 1000u);
}

/* Long steps: the host reads the packs as they are. */
static void exchange_readings(struct site *site, uint32_t dt_ms, uint64_t end_us)
{
    for (uint8_t host = 0; host < site->pack_count; host++) {
        if (!site->running[host] || !device_is_host(&site->device[host]))
            continue;
        for (uint8_t i = 0; i < site->pack_count; i++) {
            const struct device *pack = &site->device[i];
            bool linked = site->bus_cable[i] && site->bus_cable[host];
            if (i != host && linked && site->running[i] && device_is_on(pack))
                device_put_reading(&site->device[host], pack->dip, device_snapshot(pack),
                                   device_params(pack), dt_ms, end_us);
        }
    }
}

/* Without frames: the bank itself, or the one pack that is no host. */
static void look_directly(const struct site *site, struct sim_inverter_sight *sight)
{
    const struct device *host = site_host(site);
    bool there = host ? site->can_cable && bank_ready(&host->bank) : site->running[0];
    uint32_t age_ms = there ? 0 : SIM_AGE_NEVER;
    sight->link = (struct sim_link){age_ms, age_ms, 0};
    sight->received = host ? bank_snapshot(&host->bank) : device_snapshot(&site->device[0]);
}

static void step_inverters(struct site *site, uint32_t dt_ms, bool bytes)
{
    struct sim_inverter_sight sight[SITE_INVERTER_MAX];
    uint64_t time_ms = site->start_ms + site->time_us / 1000;
    site->solar_w = sim_day_solar_w(&site->day, time_ms);
    site->load_w = sim_day_load_w(&site->day, time_ms);
    for (uint8_t i = 0; i < site->inverter_count; i++) {
        sight[i] = look(site, i);
        if (!bytes || !site->inverter_on_can)
            look_directly(site, &sight[i]);
    }
    for (uint8_t i = 0; i < site->inverter_count; i++)
        sim_inverter_step(&site->inverter[i], &sight[i], dt_ms);
}

/* The inverters are set to whatever the host speaks, and start anew. */
static void follow_protocol(struct site *site)
{
    const struct device *host = site_host(site);
    static const struct sim_brand *const whoever[SITE_INVERTER_MAX] = {NULL};
    if (host == NULL || host->can == NULL || host->can == site->receiver[0].protocol)
        return;
    set_inverters(site, host->can, whoever);
    site->frame_count = 0;
}

void site_step(struct site *site, uint32_t dt_ms)
{
    uint64_t end_us = site->time_us + dt_ms * 1000ull;
    bool bytes = dt_ms <= SITE_BYTES_STEP_MS;
    step_physics(site, dt_ms);
    step_packs(site, dt_ms, end_us);
    follow_protocol(site);
    if (bytes)
        exchange_bytes(site, dt_ms);
    else
        exchange_readings(site, dt_ms, end_us);
    site->time_us = end_us;
    step_inverters(site, dt_ms, bytes);
}

void site_bus_receive(struct site *site, const uint8_t *bytes, size_t size)
{
    serial_bus_send(&site->bus, OUTSIDE, bytes, size, site->time_us);
}

void site_can_receive(struct site *site, const struct can_frame *frame)
{
    for (uint8_t i = 0; i < site->pack_count; i++)
        if (site->running[i])
            device_can_receive(&site->device[i], frame, site->time_us);
}

size_t site_bus_transmit(struct site *site, uint8_t *buffer, size_t size)
{
    return ring_get(&site->bus_out, buffer, size);
}

bool site_can_transmit(struct site *site, struct can_frame *frame)
{
    if (site->can_out_taken == site->can_out_total)
        return false;
    *frame = site->can_out[site->can_out_taken++ % SITE_CAN_OUT_MAX];
    return true;
}
