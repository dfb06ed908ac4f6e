/* SPDX-License-Identifier: Apache-2.0
 * Hands at the front plates, and site to page. The bank is the snapshot of the pack that transmits
 * to the inverter, never a second sum; a pack that this bank counts as stale is shown as excluded
 * although its own values are known here. Settings go through the pack's own check, with the pack's
 * own password.
 */
#include "service/stage.h"

#include <string.h>

#include "base/number.h"
#include "core/limits.h"
#include "protocols/can_names.h"
#include "service/web.h"
#include "ui/event.h"
#include "ui/words.h"
#include "wire/can_table.h"

void stage_init(struct stage *stage, const struct site_setup *setup)
{
    memset(stage, 0, sizeof(*stage));
    site_init(&stage->site, setup);
    stage->speed = 1;
}

void stage_step(struct stage *stage)
{
    struct site *site = &stage->site;
    for (uint8_t i = 0; i < site->pack_count; i++)
        site->inputs[i].button = live_plate_step(&stage->plate[i], STAGE_STEP_MS);
    site_step(site, STAGE_STEP_MS);
    for (uint8_t i = 0; i < site->pack_count; i++)
        live_plate_hear(&stage->plate[i], device_outputs(&site->device[i])->buzzer);
}

static const struct snapshot *get_bank(void *context)
{
    const struct stage *stage = context;
    const struct device *host = site_host(&stage->site);
    return host ? bank_snapshot(&host->bank) : NULL;
}

static size_t get_pack_count(void *context)
{
    const struct stage *stage = context;
    return stage->site.pack_count;
}

/* Asks the pack what it would let this side do. */
static enum role role_of(const struct device *device)
{
    const struct command installer = {.kind = COMMAND_RELEASE, .session = SESSION_LOCAL};
    const struct command user = {.kind = COMMAND_SHUT_DOWN, .session = SESSION_LOCAL};
    if (device_check(device, &installer) != COMMAND_NO_ACCESS)
        return ROLE_INSTALLER;
    return device_check(device, &user) != COMMAND_NO_ACCESS ? ROLE_USER : ROLE_NONE;
}

static void get_pack(void *context, size_t position, struct web_pack *pack)
{
    const struct stage *stage = context;
    const struct device *device = &stage->site.device[position];
    const struct device *host = site_host(&stage->site);
    *pack = (struct web_pack){
        .number = (uint8_t)position,
        .dip = device->dip,
        .name = device_params(device)->device_name,
        .local = true,
        .connected = stage->site.bus_cable[position],
        .fresh = true,
        .held_ms = stage->plate[position].held_ms,
        .sounds = stage->plate[position].sounds,
        .event_total = device->memory.event_total,
        .role = role_of(device),
        .snapshot = device_snapshot(device),
        .params = device_params(device),
    };
    if (!host)
        return;
    enum bank_pack_state state = bank_pack_state(&host->bank, device->dip);
    pack->fresh = state == BANK_FRESH;
    pack->age_ms = (uint32_t)(stage->site.time_us / 1000) - host->bank.pack[device->dip].status_ms;
    if (!pack->fresh)
        pack->excluded = reason_info[bank_pack_reason(&host->bank, device->dip)].words;
}

static uint32_t get_event_count(void *context, size_t position)
{
    const struct stage *stage = context;
    return device_event_count(&stage->site.device[position]);
}

static bool get_event(void *context, size_t position, uint32_t index, struct event *event)
{
    struct stage *stage = context;
    return device_event_get(&stage->site.device[position], index, event);
}

static bool get_fault(void *context, size_t position, int id, uint8_t index, int32_t *value)
{
    struct sim_fault_target target =
        site_fault_target(&((struct stage *)context)->site, (uint8_t)position);
    return sim_fault_get(&target, (enum sim_fault_id)id, index, value) == RESULT_OK;
}

static size_t get_frames(void *context, struct web_frame *frames, size_t max)
{
    const struct stage *stage = context;
    const struct can_protocol *can = stage->site.receiver[0].protocol;
    size_t count = 0;
    for (uint8_t i = 0; i < stage->site.frame_count && count < max; i++) {
        const struct site_frame *from = &stage->site.frames[i];
        if (from->from_inverter)
            continue;
        struct web_frame *to = &frames[count++];
        const struct can_message *message = can_find(can, &from->frame);
        to->frame = from->frame;
        to->age_ms = (uint32_t)((stage->site.time_us - from->time_us) / 1000);
        to->name = message ? can_message_name(message) : NULL;
        snapshot_init(&to->values);
        if (message)
            can_decode(can, message, &from->frame, &to->values);
    }
    return count;
}

static void get_site(void *context, struct web_site *site)
{
    const struct stage *stage = context;
    struct sim_display display = {0};
    *site = (struct web_site){
        .clock_s = (int64_t)((stage->site.start_ms + stage->site.time_us / 1000) / 1000),
        .speed = stage->speed,
        .sun_w = stage->site.solar_w,
        .load_w = stage->site.load_w,
        .grid_w = stage->site.inverter[0].grid_w,
        .inverter = sim_inverter_state_name((enum sim_inverter_state)stage->site.inverter[0].state),
        .protocol = stage->site.receiver[0].protocol->name,
    };
    site_inverter_display(&stage->site, &display);
    for (uint8_t i = 0; i < display.count && i < WEB_DISPLAY_LINES; i++)
        site->display[i] = display.line[i];
}

static enum web_answer answer(enum command_result result, const char **reason)
{
    *reason = text_command_result(result);
    return result == COMMAND_ACCEPTED ? WEB_DONE : WEB_REFUSED;
}

static enum web_answer do_cable(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    stage->site.bus_cable[position] = command->value != 0;
    return answer(COMMAND_ACCEPTED, reason);
}

static enum web_answer do_login(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    struct command request = {.kind = COMMAND_LOGIN, .session = SESSION_LOCAL};
    size_t size = strlen(command->text);
    if (size >= sizeof(request.text))
        return answer(COMMAND_WRONG_PASSWORD, reason);
    memcpy(request.text, command->text, size);
    return answer(device_request(&stage->site.device[position], &request), reason);
}

static enum web_answer do_set(struct stage *stage, int position, const struct web_command *command,
                              const char **reason)
{
    struct command request = {.session = SESSION_LOCAL, .value = command->value};
    int id = param_find(command->param);
    request.kind = COMMAND_SET_PARAM;
    if (command->text) {
        id = text_param_find(command->param);
        request.kind = COMMAND_SET_TEXT;
        size_t size = strlen(command->text);
        if (size >= sizeof(request.text))
            return answer(COMMAND_OUT_OF_RANGE, reason);
        memcpy(request.text, command->text, size);
    }
    if (id < 0)
        return answer(COMMAND_UNKNOWN, reason);
    request.id = (uint16_t)id;
    return answer(device_request(&stage->site.device[position], &request), reason);
}

/* Orders to the pack itself, which checks them. */
static enum web_answer do_order(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    static const struct order {
        const char *name;
        uint8_t kind;
    } orders[] = {
        {"logout",    COMMAND_LOGOUT   },
        {"release",   COMMAND_RELEASE  },
        {"emergency", COMMAND_EMERGENCY},
        {"shut_down", COMMAND_SHUT_DOWN},
        {"contact",   COMMAND_CONTACT  },
    };
    struct command request = {.kind = COMMAND_FORBIDDEN,
                              .session = SESSION_LOCAL,
                              .id = (uint16_t)command->index,
                              .value = command->value};
    for (size_t i = 0; i < COUNT(orders); i++) {
        if (strcmp(orders[i].name, command->name) == 0)
            request.kind = orders[i].kind;
    }
    return answer(device_request(&stage->site.device[position], &request), reason);
}

static enum web_answer do_button(struct stage *stage, int position,
                                 const struct web_command *command, const char **reason)
{
    if (command->value != 0)
        live_plate_press(&stage->plate[position], LIVE_HOLD_MAX_MS, 1);
    else
        live_plate_release(&stage->plate[position]);
    return answer(COMMAND_ACCEPTED, reason);
}

static enum web_answer do_press(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    uint8_t times = command->index > 0 ? (uint8_t)command->index : 1;
    live_plate_press(&stage->plate[position], (uint32_t)command->value, times);
    return answer(COMMAND_ACCEPTED, reason);
}

static enum web_answer do_dip(struct stage *stage, int position, const struct web_command *command,
                              const char **reason)
{
    stage->site.inputs[position].dip = (uint8_t)command->value;
    return answer(COMMAND_ACCEPTED, reason);
}

/* `position` -1: a fault of plant or inverter. */
static enum web_answer do_fault(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    struct sim_fault_target target =
        site_fault_target(&stage->site, position < 0 ? 0 : (uint8_t)position);
    int id = sim_fault_find(command->param);
    *reason = "no such fault";
    if (id < 0 || (sim_fault_rows[id].scope == SIM_FAULT_OF_PACK) != (position >= 0))
        return WEB_REFUSED;
    enum result result =
        sim_fault_set(&target, (enum sim_fault_id)id, (uint8_t)command->index, command->value);
    if (result == RESULT_UNKNOWN)
        *reason = "no such cell or sensor";
    else if (result != RESULT_OK)
        *reason = "outside the range of this fault";
    return result == RESULT_OK ? WEB_DONE : WEB_REFUSED;
}

static enum web_answer do_clear_faults(struct stage *stage, int position,
                                       const struct web_command *command, const char **reason)
{
    (void)command;
    struct sim_fault_target target =
        site_fault_target(&stage->site, position < 0 ? 0 : (uint8_t)position);
    for (int id = 0; id < SIM_FAULT_COUNT; id++) {
        bool of_pack = sim_fault_rows[id].scope == SIM_FAULT_OF_PACK;
        for (uint8_t i = 0; of_pack == (position >= 0) && i < sim_fault_rows[id].count; i++)
            sim_fault_set(&target, (enum sim_fault_id)id, i, 0);
    }
    return answer(COMMAND_ACCEPTED, reason);
}

static enum web_answer do_speed(struct stage *stage, int position,
                                const struct web_command *command, const char **reason)
{
    (void)position;
    if (command->value < 1 || command->value > STAGE_SPEED_MAX) {
        *reason = "speed is 1 to 60";
        return WEB_REFUSED;
    }
    stage->speed = (uint32_t)command->value;
    return answer(COMMAND_ACCEPTED, reason);
}

enum { OF_PACK = 1, OF_SITE = 2 };

static const struct stage_command {
    const char *name;
    int of;
    enum web_answer (*run)(struct stage *stage, int position, const struct web_command *command,
                           const char **reason);
} stage_commands[] = {
    {"speed",        OF_SITE,           do_speed       },
    {"cable",        OF_PACK,           do_cable       },
    {"fault",        OF_PACK | OF_SITE, do_fault       },
    {"clear_faults", OF_PACK | OF_SITE, do_clear_faults},
    {"button",       OF_PACK,           do_button      },
    {"press",        OF_PACK,           do_press       },
    {"dip",          OF_PACK,           do_dip         },
    {"login",        OF_PACK,           do_login       },
    {"set",          OF_PACK,           do_set         },
    {"logout",       OF_PACK,           do_order       },
    {"release",      OF_PACK,           do_order       },
    {"emergency",    OF_PACK,           do_order       },
    {"shut_down",    OF_PACK,           do_order       },
    {"contact",      OF_PACK,           do_order       },
};

static enum web_answer run_command(void *context, const struct web_command *command,
                                   const char **reason)
{
    struct stage *stage = context;
    int of = command->pack < 0 ? OF_SITE : OF_PACK;
    *reason = "no such pack";
    if (command->pack >= stage->site.pack_count)
        return WEB_REFUSED;
    for (size_t i = 0; i < COUNT(stage_commands); i++) {
        if (stage_commands[i].of & of && strcmp(command->name, stage_commands[i].name) == 0)
            return stage_commands[i].run(stage, command->pack, command, reason);
    }
    *reason = "no such command";
    return WEB_REFUSED;
}

void stage_source(struct stage *stage, struct web_source *source)
{
    *source = (struct web_source){
        .context = stage,
        .bank = get_bank,
        .pack_count = get_pack_count,
        .pack = get_pack,
        .frames = get_frames,
        .site = get_site,
        .event_count = get_event_count,
        .event = get_event,
        .fault = get_fault,
        .command = run_command,
    };
}
