/* SPDX-License-Identifier: Apache-2.0
 * Site to page. The bank is the snapshot of the pack that transmits to the inverter, never a second
 * sum; a pack that this bank counts as stale is shown as excluded although its own values are known
 * here. Settings go through the pack's own check, with the pack's own password.
 */
#include "service/live_web.h"

#include <string.h>

#include "base/number.h"
#include "core/limits.h"
#include "wire/can_table.h"

static const char *const result_words[COMMAND_RESULT_COUNT] = {
    [COMMAND_ACCEPTED] = "done",
    [COMMAND_NO_ACCESS] = "log in with a password that allows this",
    [COMMAND_OUT_OF_RANGE] = "outside the permitted range",
    [COMMAND_CONFLICT] = "contradicts another setting",
    [COMMAND_UNKNOWN] = "no such setting",
    [COMMAND_NOT_ALLOWED] = "not permitted for anybody",
    [COMMAND_WRONG_PASSWORD] = "wrong password",
    [COMMAND_WAIT] = "wrong passwords before: wait and try again",
    [COMMAND_BUSY] = "busy, try again",
};

static const struct snapshot *get_bank(void *context)
{
    const struct live *live = context;
    const struct device *host = site_host(&live->site);
    return host ? bank_snapshot(&host->bank) : NULL;
}

static size_t get_pack_count(void *context)
{
    const struct live *live = context;
    return live->site.pack_count;
}

static void get_pack(void *context, size_t position, struct web_pack *pack)
{
    const struct live *live = context;
    const struct device *device = &live->site.device[position];
    const struct device *host = site_host(&live->site);
    *pack = (struct web_pack){
        .dip = device->dip,
        .name = device_params(device)->device_name,
        .local = true,
        .connected = live->site.bus_cable[position],
        .fresh = true,
        .snapshot = device_snapshot(device),
        .params = device_params(device),
    };
    if (!host)
        return;
    enum bank_pack_state state = bank_pack_state(&host->bank, device->dip);
    pack->fresh = state == BANK_FRESH;
    pack->age_ms = (uint32_t)(live->site.time_us / 1000) - host->bank.pack[device->dip].status_ms;
    if (!pack->fresh)
        pack->excluded = reason_info[bank_pack_reason(&host->bank, device->dip)].words;
}

static size_t get_frames(void *context, struct web_frame *frames, size_t max)
{
    const struct live *live = context;
    const struct can_protocol *can = live->site.receiver.protocol;
    size_t count = 0;
    for (uint8_t i = 0; i < live->site.frame_count && count < max; i++) {
        const struct site_frame *from = &live->site.frames[i];
        if (from->from_inverter)
            continue;
        struct web_frame *to = &frames[count++];
        const struct can_message *message = can_find(can, &from->frame);
        to->frame = from->frame;
        to->age_ms = (uint32_t)((live->site.time_us - from->time_us) / 1000);
        to->name = message ? message->name : NULL;
        snapshot_init(&to->values);
        if (message)
            can_decode(message, &from->frame, &to->values);
    }
    return count;
}

static void get_site(void *context, struct web_site *site)
{
    const struct live *live = context;
    *site = (struct web_site){
        .clock_s = (int64_t)((live->site.start_ms + live->site.time_us / 1000) / 1000),
        .speed = live->speed,
        .sun_w = live->site.solar_w,
        .load_w = live->site.load_w,
        .grid_w = live->site.inverter.grid_w,
        .inverter = sim_inverter_state_name((enum sim_inverter_state)live->site.inverter.state),
        .protocol = live->site.receiver.protocol->name,
    };
}

static int find_pack(const struct live *live, int dip)
{
    for (int i = 0; i < live->site.pack_count; i++) {
        if (live->site.device[i].dip == dip)
            return i;
    }
    return -1;
}

static enum web_answer answer(enum command_result result, const char **reason)
{
    *reason = result_words[result];
    return result == COMMAND_ACCEPTED ? WEB_DONE : WEB_REFUSED;
}

static enum web_answer do_cable(struct live *live, int position, const struct web_command *command,
                                const char **reason)
{
    live->site.bus_cable[position] = command->value != 0;
    return answer(COMMAND_ACCEPTED, reason);
}

static enum web_answer do_login(struct live *live, int position, const struct web_command *command,
                                const char **reason)
{
    struct command request = {.kind = COMMAND_LOGIN, .session = SESSION_LOCAL};
    size_t size = strlen(command->text);
    if (size >= sizeof(request.text))
        return answer(COMMAND_WRONG_PASSWORD, reason);
    memcpy(request.text, command->text, size);
    return answer(device_request(&live->site.device[position], &request), reason);
}

static enum web_answer do_set(struct live *live, int position, const struct web_command *command,
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
    return answer(device_request(&live->site.device[position], &request), reason);
}

static enum web_answer do_speed(struct live *live, const struct web_command *command,
                                const char **reason)
{
    if (command->value < 1 || command->value > LIVE_SPEED_MAX) {
        *reason = "speed is 1 to 60";
        return WEB_REFUSED;
    }
    live_set_speed(live, (uint32_t)command->value);
    return WEB_DONE;
}

static const struct pack_command {
    const char *name;
    enum web_answer (*run)(struct live *live, int position, const struct web_command *command,
                           const char **reason);
} pack_commands[] = {
    {"cable", do_cable},
    {"login", do_login},
    {"set",   do_set  },
};

static enum web_answer run_command(void *context, const struct web_command *command,
                                   const char **reason)
{
    struct live *live = context;
    if (strcmp(command->name, "speed") == 0)
        return do_speed(live, command, reason);
    int position = find_pack(live, command->pack);
    if (position < 0) {
        *reason = "no such pack";
        return WEB_REFUSED;
    }
    for (size_t i = 0; i < COUNT(pack_commands); i++) {
        if (strcmp(command->name, pack_commands[i].name) == 0)
            return pack_commands[i].run(live, position, command, reason);
    }
    *reason = "no such command";
    return WEB_REFUSED;
}

void live_web_source(struct live *live, struct web_source *source)
{
    *source = (struct web_source){
        .context = live,
        .bank = get_bank,
        .pack_count = get_pack_count,
        .pack = get_pack,
        .frames = get_frames,
        .site = get_site,
        .command = run_command,
    };
}
