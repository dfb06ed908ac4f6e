/* SPDX-License-Identifier: Apache-2.0
 * Commands: who may, in which range, in harmony with the other settings. What is accepted here is
 * applied in the next step without a further look; what is refused changes nothing.
 */
#include "core/request.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "base/text.h"
#include "core/events.h"

enum { PASSWORD_MIN_SIZE = 4, REMOTE_COUNT = 3 };

_Static_assert(PARAM_COUNT <= UINT8_MAX, "an event holds the id of a setting in a byte");

/* Role a command needs, by kind; settings have their own (core/params.def). */
static const uint8_t needed_role[COMMAND_KIND_COUNT] = {
    [COMMAND_PRESET_LFP] = ROLE_INSTALLER, [COMMAND_RELEASE] = ROLE_INSTALLER,
    [COMMAND_EMERGENCY] = ROLE_USER,       [COMMAND_CONTACT] = ROLE_USER,
    [COMMAND_SHUT_DOWN] = ROLE_USER,       [COMMAND_SET_CLOCK] = ROLE_USER,
};

static bool may_write(enum role role, uint8_t access)
{
    if (access == ACCESS_USER)
        return role >= ROLE_USER;
    return access == ACCESS_INSTALLER && role == ROLE_INSTALLER;
}

/* The settings of the chemistry: what a JK pack sets by its LiFePO4 preset. */
static void apply_preset(struct params *params)
{
    static const uint16_t chemistry[] = {
        PARAM_smart_sleep_mv,   PARAM_cell_uvp_mv,         PARAM_cell_uvp_release_mv,
        PARAM_cell_ovp_mv,      PARAM_cell_ovp_release_mv, PARAM_balance_trigger_mv,
        PARAM_soc_full_mv,      PARAM_soc_empty_mv,        PARAM_charge_request_mv,
        PARAM_float_request_mv, PARAM_power_off_mv,        PARAM_balance_start_mv,
    };
    for (size_t i = 0; i < COUNT(chemistry); i++)
        params->value[chemistry[i]] = param_info[chemistry[i]].initial;
}

/* What a command does to the numeric settings; most do nothing. */
static void change(struct params *params, const struct command *command)
{
    if (command->kind == COMMAND_SET_PARAM)
        params->value[command->id] = command->value;
    else if (command->kind == COMMAND_PRESET_LFP)
        apply_preset(params);
}

void bms_pending_params(const struct bms *bms, struct params *params)
{
    *params = bms->params;
    for (uint8_t i = 0; i < bms->queue_count; i++)
        change(params, &bms->queue[i]);
}

static enum command_result check_param(const struct command *command, enum role role)
{
    if (command->id >= PARAM_COUNT)
        return COMMAND_UNKNOWN;
    const struct param_info *info = &param_info[command->id];
    if (!may_write(role, info->access))
        return COMMAND_NO_ACCESS;
    if (command->value < info->min || command->value > info->max)
        return COMMAND_OUT_OF_RANGE;
    return COMMAND_ACCEPTED;
}

static bool text_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return false;
    }
    return true;
}

static size_t text_size(const struct command *command)
{
    size_t size = 0;
    while (size < COMMAND_TEXT_SIZE && command->text[size] != '\0')
        size++;
    return size;
}

/* Too short, as delivered, or the password of the other role: it would open that one too. */
static bool unsafe_password(const struct params *params, const struct command *command, size_t size)
{
    const char *other = command->id == TEXT_PARAM_device_password ? params->settings_password
                                                                  : params->device_password;
    return size < PASSWORD_MIN_SIZE ||
           text_equal(command->text, text_param_info[command->id].initial) ||
           text_equal(command->text, other);
}

static enum command_result check_text(const struct params *params, const struct command *command,
                                      enum role role)
{
    if (command->id >= TEXT_PARAM_COUNT)
        return COMMAND_UNKNOWN;
    const struct text_param_info *info = &text_param_info[command->id];
    size_t size = text_size(command);
    if (!may_write(role, info->access))
        return COMMAND_NO_ACCESS;
    if (size > info->size || !text_printable(command->text, size))
        return COMMAND_OUT_OF_RANGE;
    return info->secret && unsafe_password(params, command, size) ? COMMAND_OUT_OF_RANGE
                                                                  : COMMAND_ACCEPTED;
}

static enum command_result check_login(const struct bms *bms, const struct command *command)
{
    if (bms->access.session[command->session].wait_ms > 0)
        return COMMAND_WAIT;
    return access_role_of(&bms->params, command->text) == ROLE_NONE ? COMMAND_WRONG_PASSWORD
                                                                    : COMMAND_ACCEPTED;
}

/* Commands that are no setting and no log-in. */
static enum command_result check_order(const struct bms *bms, const struct command *command,
                                       enum role role)
{
    if (role < needed_role[command->kind])
        return COMMAND_NO_ACCESS;
    switch (command->kind) {
    case COMMAND_SET_CLOCK:
        return command->value < 1 ? COMMAND_OUT_OF_RANGE : COMMAND_ACCEPTED;
    case COMMAND_CONTACT:
        return command->id < REMOTE_COUNT ? COMMAND_ACCEPTED : COMMAND_UNKNOWN;
    case COMMAND_EMERGENCY:
        return !command->value || power_emergency_possible(&bms->power, &bms->measured)
                   ? COMMAND_ACCEPTED
                   : COMMAND_CONFLICT;
    default:
        return COMMAND_ACCEPTED;
    }
}

/* A command by itself; the harmony of settings is looked at for all together. */
static enum command_result check_one(const struct bms *bms, const struct command *command)
{
    if (command->session >= SESSION_COUNT || command->kind >= COMMAND_KIND_COUNT)
        return COMMAND_UNKNOWN;
    enum role role = access_role(&bms->access, &bms->params, (enum session)command->session);
    switch (command->kind) {
    case COMMAND_LOGIN:
        return check_login(bms, command);
    case COMMAND_LOGOUT:
        return COMMAND_ACCEPTED;
    case COMMAND_SET_PARAM:
        return check_param(command, role);
    case COMMAND_SET_TEXT:
        return check_text(&bms->params, command, role);
    case COMMAND_FORBIDDEN:
        return COMMAND_NOT_ALLOWED;
    default:
        return check_order(bms, command, role);
    }
}

/* Whether the settings are in harmony once the queue and then these commands have been applied. */
static bool leaves_harmony(const struct bms *bms, const struct command *commands, uint8_t count)
{
    struct params params;
    int relation;
    bool changes = false;
    bms_pending_params(bms, &params);
    for (uint8_t i = 0; i < count; i++) {
        change(&params, &commands[i]);
        changes |= commands[i].kind == COMMAND_SET_PARAM || commands[i].kind == COMMAND_PRESET_LFP;
    }
    return !changes || params_check(&params, &relation) < 0;
}

enum command_result bms_check_all(const struct bms *bms, const struct command *commands,
                                  uint8_t count, uint8_t *refused)
{
    for (*refused = 0; *refused < count; (*refused)++) {
        bool mixed = count > 1 && commands[*refused].kind == COMMAND_LOGIN;
        enum command_result result = mixed ? COMMAND_UNKNOWN : check_one(bms, &commands[*refused]);
        if (result != COMMAND_ACCEPTED)
            return result;
    }
    *refused = 0;
    if (bms->queue_count + count > COMMAND_QUEUE_MAX)
        return COMMAND_BUSY;
    return leaves_harmony(bms, commands, count) ? COMMAND_ACCEPTED : COMMAND_CONFLICT;
}

enum command_result bms_check(const struct bms *bms, const struct command *command)
{
    uint8_t refused;
    return bms_check_all(bms, command, 1, &refused);
}

/* The event with its author. */
static struct event by(const struct command *command, struct event event)
{
    event.session = command->session;
    return event;
}

static void early_event(struct bms *bms, struct event event)
{
    if (bms->early_count < OUTPUT_EVENT_MAX)
        bms->early[bms->early_count++] = event;
    else
        bms->outputs.events_lost++;
}

/* Log-ins change no physics and act at once, so that the next command of the session counts. */
static void log_in(struct bms *bms, const struct command *command, enum command_result result)
{
    enum session session = (enum session)command->session;
    if (result == COMMAND_WAIT)
        return;
    enum role role =
        result == COMMAND_ACCEPTED ? access_role_of(&bms->params, command->text) : ROLE_NONE;
    access_open(&bms->access, session, role);
    early_event(bms, by(command, event_of(role == ROLE_NONE ? EVENT_LOGIN_FAILED : EVENT_LOGIN,
                                          (uint8_t)role, 0)));
}

/* Accepted commands are applied by the next step; a log-out at once, like a log-in. */
static void queue(struct bms *bms, const struct command *command)
{
    enum session session = (enum session)command->session;
    if (command->kind == COMMAND_LOGOUT) {
        access_close(&bms->access, session);
        return;
    }
    access_touch(&bms->access, session);
    bms->queue[bms->queue_count++] = *command;
}

enum command_result bms_request_all(struct bms *bms, const struct command *commands, uint8_t count)
{
    uint8_t refused;
    enum command_result result = bms_check_all(bms, commands, count, &refused);
    if (result == COMMAND_UNKNOWN || result == COMMAND_BUSY)
        return result;
    if (count > 0 && commands->kind == COMMAND_LOGIN) {
        log_in(bms, commands, result);
        return result;
    }
    for (uint8_t i = 0; result == COMMAND_ACCEPTED && i < count; i++)
        queue(bms, &commands[i]);
    if (result != COMMAND_ACCEPTED) {
        struct event event = event_of(EVENT_REFUSED, commands[refused].kind, (int32_t)result);
        event.before = commands[refused].id;
        early_event(bms, by(&commands[refused], event));
    }
    return result;
}

enum command_result bms_request(struct bms *bms, const struct command *command)
{
    return bms_request_all(bms, command, 1);
}

static void apply_param(struct bms *bms, const struct command *command)
{
    struct event event = event_of(EVENT_PARAM, (uint8_t)command->id, command->value);
    event.before = bms->params.value[command->id];
    change(&bms->params, command);
    if (command->id == PARAM_nominal_mah) {
        soc_set_capacity(&bms->soc, command->value);
        soc_health_init(&bms->health, command->value); /* other cells */
    }
    event_put(&bms->outputs, bms->run_time_ms, by(command, event));
}

static void apply_text(struct bms *bms, const struct command *command)
{
    params_put_text(&bms->params, (enum text_param_id)command->id, command->text,
                    COMMAND_TEXT_SIZE);
    bms->password_unchanged = access_password_unchanged(&bms->params);
    event_put(&bms->outputs, bms->run_time_ms,
              by(command, event_of(EVENT_TEXT, (uint8_t)command->id, 0)));
}

/* An installer who releases also confirms settings that were lost: the defaults are in use. */
static void apply_release(struct bms *bms, const struct command *command)
{
    int count = protect_release(&bms->protect, &bms->params);
    if (!bms->protect.state[RULE_balancer].active)
        balance_trust(&bms->balance);
    count += bms->parameters_bad;
    bms->parameters_bad = false;
    event_put(&bms->outputs, bms->run_time_ms, by(command, event_of(EVENT_RELEASED, 0, count)));
}

static void apply_contact(struct bms *bms, const struct command *command)
{
    uint8_t bit = (uint8_t)(1u << command->id);
    bms->remote_mask = (uint8_t)(command->value ? bms->remote_mask | bit : bms->remote_mask & ~bit);
}

static void apply_order(struct bms *bms, const struct command *command)
{
    switch (command->kind) {
    case COMMAND_PRESET_LFP:
        change(&bms->params, command);
        break;
    case COMMAND_SHUT_DOWN:
        power_shut_down(&bms->power);
        break;
    case COMMAND_EMERGENCY:
        power_emergency(&bms->power, command->value != 0);
        break;
    case COMMAND_CONTACT:
        apply_contact(bms, command);
        break;
    default:
        ASSERT(command->kind == COMMAND_SET_CLOCK);
        bms->clock_s = (uint32_t)command->value;
        break;
    }
    event_put(&bms->outputs, bms->run_time_ms,
              by(command, event_of(EVENT_COMMAND, command->kind, command->value)));
}

static void apply(struct bms *bms, const struct command *command)
{
    if (command->kind == COMMAND_SET_PARAM)
        apply_param(bms, command);
    else if (command->kind == COMMAND_SET_TEXT)
        apply_text(bms, command);
    else if (command->kind == COMMAND_RELEASE)
        apply_release(bms, command);
    else
        apply_order(bms, command);
}

void request_apply(struct bms *bms)
{
    if (bms->queue_count == 0)
        return;
    for (uint8_t i = 0; i < bms->queue_count; i++)
        apply(bms, &bms->queue[i]);
    bms->queue_count = 0;
    protect_set_params(&bms->protect, &bms->params);
}

void request_reset_passwords(struct bms *bms)
{
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        const struct text_param_info *info = &text_param_info[id];
        if (info->secret)
            params_put_text(&bms->params, (enum text_param_id)id, info->initial, info->size);
    }
    bms->password_unchanged = true;
    access_init(&bms->access);
    event_put(&bms->outputs, bms->run_time_ms, event_of(EVENT_PASSWORD_RESET, 0, 0));
}
