/* SPDX-License-Identifier: Apache-2.0
 * The web service with a made-up bank of three packs behind it, for the tests of service/web.c.
 * Prints its port and runs until SIGTERM. A pulled pack leaves the bank at once; the password of
 * every pack is 1234; a new balance_trigger_mv is confirmed only 300 ms later. Pack 2 is remote.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-event.h>

#include "base/assert.h"
#include "base/number.h"
#include "core/limits.h"
#include "service/web.h"
#include "sim/fault_menu.h"

#define PACKS 3
#define EVENTS 60
#define CONFIRM_US 300000

struct fake {
    struct web *web;
    sd_event *loop;
    struct snapshot bank;
    struct snapshot snapshot[PACKS];
    struct params params;
    bool connected[PACKS];
    uint32_t speed;
    uint32_t pending;
    int32_t fault[PACKS + 1][SIM_FAULT_COUNT]; /* behind the packs: plant and inverter */
    uint8_t dip[PACKS];
    uint32_t held_ms[PACKS];
};

noreturn void hearth_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed\n", file, line);
    abort();
}

static void put(struct snapshot *snapshot, size_t count, const int32_t rows[][2])
{
    for (size_t i = 0; i < count; i++)
        snapshot_put(snapshot, (enum value_id)rows[i][0], rows[i][1]);
}

static void make_pack(struct snapshot *pack, int dip)
{
    const int32_t rows[][2] = {
        {VALUE_pack_mv,                54640 + dip                        },
        {VALUE_pack_ma,                41200 + 300 * dip                  },
        {VALUE_soc_permille,           871 + dip                          },
        {VALUE_cell_min_index,         3                                  },
        {VALUE_cell_max_index,         6                                  },
        {VALUE_cell_spread_mv,         48                                 },
        {VALUE_mos_ddegc,              312                                },
        {VALUE_charge_limit_mv,        56800                              },
        {VALUE_charge_limit_ma,        61000                              },
        {VALUE_discharge_limit_ma,     157000                             },
        {VALUE_voltage_limit_reason,   REASON_bulk                        },
        {VALUE_charge_limit_reason,    REASON_cell_high                   },
        {VALUE_charge_limit_index,     6                                  },
        {VALUE_discharge_limit_reason, REASON_rated                       },
        {VALUE_balance_state,          dip == 0 ? 2 : 0                   },
        {VALUE_balance_source_index,   6                                  },
        {VALUE_balance_sink_index,     3                                  },
        {VALUE_leds,                   0x3 | 0x1F << 3 | 1 << 17 | 1 << 24},
    };
    snapshot_init(pack);
    put(pack, COUNT(rows), rows);
    for (int cell = 0; cell < 16; cell++)
        snapshot_put(pack, (enum value_id)(VALUE_cell_mv + cell), 3410 + cell * 7 % 16);
    snapshot_put(pack, VALUE_cell_mv + 3, 3404);
    snapshot_put(pack, VALUE_cell_mv + 6, 3452);
    for (int sensor = 0; sensor < 4; sensor++)
        snapshot_put(pack, (enum value_id)(VALUE_temp_ddegc + sensor), 251 + sensor);
    snapshot_set_have(pack, VALUE_alarms, true);
    snapshot_set_have(pack, VALUE_warnings, true);
    alarm_put(pack->warnings, ALARM_password_not_changed, dip != 2);
}

/* The limits fall with the packs that answer; the numbers mean nothing. */
static void make_bank(struct fake *fake)
{
    int count = 0;
    int missing = -1;
    for (int dip = 0; dip < PACKS; dip++) {
        count += fake->connected[dip];
        missing = fake->connected[dip] ? missing : dip;
    }
    const int32_t rows[][2] = {
        {VALUE_pack_mv,                54640                                            },
        {VALUE_pack_ma,                41300 * count                                    },
        {VALUE_power_w,                2257 * count                                     },
        {VALUE_soc_permille,           872                                              },
        {VALUE_pack_count,             PACKS                                            },
        {VALUE_charge_limit_mv,        56800                                            },
        {VALUE_charge_limit_ma,        54900 * count                                    },
        {VALUE_discharge_limit_ma,     141300 * count                                   },
        {VALUE_voltage_limit_reason,   REASON_bulk                                      },
        {VALUE_charge_limit_reason,    missing < 0 ? REASON_bank_sum : REASON_bank_stale},
        {VALUE_charge_limit_index,     missing < 0 ? 0 : missing                        },
        {VALUE_discharge_limit_reason, missing < 0 ? REASON_bank_sum : REASON_bank_stale},
        {VALUE_discharge_limit_index,  missing < 0 ? 0 : missing                        },
    };
    snapshot_init(&fake->bank);
    put(&fake->bank, COUNT(rows), rows);
    snapshot_set_have(&fake->bank, VALUE_alarms, true);
    alarm_put(fake->bank.alarms, ALARM_pack_stale, missing >= 0);
}

static const struct snapshot *get_bank(void *context)
{
    struct fake *fake = context;
    return &fake->bank;
}

static size_t get_pack_count(void *context)
{
    (void)context;
    return PACKS;
}

static void get_pack(void *context, size_t position, struct web_pack *pack)
{
    static const char *const names[PACKS] = {"Pack A", "Pack B", "Pack \"C\" <1>"};
    struct fake *fake = context;
    bool connected = fake->connected[position];
    *pack = (struct web_pack){.number = (uint8_t)position,
                              .dip = fake->dip[position],
                              .held_ms = fake->held_ms[position],
                              .event_total = EVENTS,
                              .role = ROLE_USER,
                              .name = names[position],
                              .local = position != 2,
                              .connected = connected,
                              .fresh = connected,
                              .excluded = connected ? NULL : "does not answer",
                              .age_ms = connected ? 120 : 3400,
                              .snapshot = &fake->snapshot[position],
                              .params = &fake->params};
}

static size_t get_frames(void *context, struct web_frame *frames, size_t max)
{
    struct fake *fake = context;
    (void)max;
    frames[0] = (struct web_frame){
        .frame = {.id = 0x351, .size = 8, .data = {0x38, 0x02, 0x6F, 0x06, 0x8F, 0x10, 0xC0, 0x01}},
        .name = "limits"
    };
    snapshot_put(&frames[0].values, VALUE_charge_limit_mv, fake->bank.charge_limit_mv);
    snapshot_put(&frames[0].values, VALUE_charge_limit_ma, fake->bank.charge_limit_ma);
    snapshot_put(&frames[0].values, VALUE_discharge_limit_ma, fake->bank.discharge_limit_ma);
    frames[1] = (struct web_frame){
        .frame = {.id = 0x355, .size = 4, .data = {0x57, 0x00, 0x64, 0x00}},
          .name = "state"
    };
    snapshot_put(&frames[1].values, VALUE_soc_permille, 870);
    snapshot_put(&frames[1].values, VALUE_soh_permille, 1000);
    return 2;
}

static void get_site(void *context, struct web_site *site)
{
    const struct fake *fake = context;
    uint64_t now_us = 0;
    sd_event_now(fake->loop, CLOCK_MONOTONIC, &now_us);
    *site = (struct web_site){.clock_s = 217774800 + (int64_t)(now_us / 1000000 * fake->speed),
                              .speed = fake->speed,
                              .sun_w = 7420,
                              .load_w = 640,
                              .grid_w = -9,
                              .inverter = "charging",
                              .protocol = "pylon_can"};
}

static uint32_t get_event_count(void *context, size_t position)
{
    (void)context;
    return position == 0 ? EVENTS : 0;
}

/* The newest is a cell over-voltage; the second newest cannot be read. */
static bool get_event(void *context, size_t position, uint32_t index, struct event *event)
{
    (void)context;
    (void)position;
    *event = (struct event){
        .time_s = index * 10, .kind = EVENT_POWER, .detail = 2, .session = SESSION_COUNT};
    if (index == EVENTS - 1)
        *event = (struct event){.time_s = 7000,
                                .before = 3650,
                                .value = 3655,
                                .kind = EVENT_ALARM_SET,
                                .detail = ALARM_cell_over_voltage,
                                .rule = 1,
                                .session = SESSION_COUNT};
    return index != EVENTS - 2;
}

/* One value per fault, whatever its index. */
static bool get_fault(void *context, size_t position, int id, uint8_t index, int32_t *value)
{
    const struct fake *fake = context;
    bool of_pack = sim_fault_rows[id].scope == SIM_FAULT_OF_PACK;
    *value = index == 0 ? fake->fault[of_pack ? position : PACKS][id] : 0;
    return true;
}

static int confirm(sd_event_source *source, uint64_t time_us, void *context)
{
    struct fake *fake = context;
    (void)source;
    (void)time_us;
    web_finish(fake->web, fake->pending, NULL);
    return 0;
}

static enum web_answer set(struct fake *fake, const struct web_command *command,
                           const char **reason)
{
    int id = param_find(command->param);
    if (id < 0) {
        *reason = "no such setting";
        return WEB_REFUSED;
    }
    params_put(&fake->params, (enum param_id)id, command->value);
    if (id != PARAM_balance_trigger_mv)
        return WEB_DONE;
    fake->pending = command->ticket;
    sd_event_add_time_relative(fake->loop, NULL, CLOCK_MONOTONIC, CONFIRM_US, 0, confirm, fake);
    return WEB_PENDING;
}

static enum web_answer set_fault(struct fake *fake, const struct web_command *command,
                                 const char **reason)
{
    int id = sim_fault_find(command->param);
    if (id < 0) {
        *reason = "no such fault";
        return WEB_REFUSED;
    }
    fake->fault[command->pack < 0 ? PACKS : command->pack][id] = command->value;
    return WEB_DONE;
}

static void at_the_plate(struct fake *fake, const struct web_command *command)
{
    if (strcmp(command->name, "dip") == 0)
        fake->dip[command->pack] = (uint8_t)command->value;
    if (strcmp(command->name, "button") == 0)
        fake->held_ms[command->pack] = command->value ? 1200 : 0;
    if (strcmp(command->name, "press") == 0)
        fake->held_ms[command->pack] = (uint32_t)(command->value * command->index);
}

static enum web_answer do_command(void *context, const struct web_command *command,
                                  const char **reason)
{
    struct fake *fake = context;
    if (strcmp(command->name, "set") == 0)
        return set(fake, command, reason);
    if (strcmp(command->name, "fault") == 0)
        return set_fault(fake, command, reason);
    if (strcmp(command->name, "clear_faults") == 0)
        memset(fake->fault[command->pack < 0 ? PACKS : command->pack], 0, sizeof(fake->fault[0]));
    if (command->pack >= 0)
        at_the_plate(fake, command);
    if (strcmp(command->name, "login") == 0 && strcmp(command->text, "1234") != 0) {
        *reason = "wrong password";
        return WEB_REFUSED;
    }
    if (strcmp(command->name, "cable") == 0)
        fake->connected[command->pack] = command->value;
    if (strcmp(command->name, "speed") == 0)
        fake->speed = (uint32_t)command->value;
    make_bank(fake);
    return WEB_DONE;
}

int main(int argc, char **argv)
{
    static struct fake fake = {
        .speed = 1, .connected = {true, true, true},
             .dip = {0,    1,    2   }
    };
    const struct web_source source = {.context = &fake,
                                      .bank = get_bank,
                                      .pack_count = get_pack_count,
                                      .pack = get_pack,
                                      .frames = get_frames,
                                      .site = get_site,
                                      .event_count = get_event_count,
                                      .event = get_event,
                                      .fault = get_fault,
                                      .command = do_command};
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    params_init(&fake.params);
    for (int dip = 0; dip < PACKS; dip++)
        make_pack(&fake.snapshot[dip], dip);
    make_bank(&fake);
    sd_event_default(&fake.loop);
    sd_event_add_signal(fake.loop, NULL, SIGTERM, NULL, NULL);
    int result = web_start(&fake.web, fake.loop, (uint16_t)(argc > 1 ? atoi(argv[1]) : 0), &source);
    if (result < 0) {
        fprintf(stderr, "%s\n", strerror(-result));
        return 1;
    }
    printf("%u\n", web_port(fake.web));
    fflush(stdout);
    result = sd_event_loop(fake.loop);
    web_stop(fake.web);
    sd_event_unref(fake.loop);
    return result;
}
