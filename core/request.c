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

enum { PASSWORD_MIN_SIZE = 4 };

_Static_assert(PARAM_COUNT <= UINT8_MAX, "an event holds the id of a setting in a byte");

/* Role a command needs, by kind; settings have their own (core/params.def). */
static const uint8_t needed_role[COMMAND_KIND_COUNT] = {
    [COMMAND_PRESET_LFP] = ROLE_INSTALLER,
    [COMMAND_RELEASE] = ROLE_INSTALLER,
    [COMMAND_SHUT_DOWN] = ROLE_USER,
    [COMMAND_SET_CLOCK] = ROLE_USER,
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

/* Whether the settings are in harmony once the queue and then this command have been applied. */
static enum command_result check_change(const struct bms *bms, const struct command *command)
{
    struct params params;
    int relation;
    bms_pending_params(bms, &params);
    change(&params, command);
    return params_check(&params, &relation) < 0 ? COMMAND_ACCEPTED : COMMAND_CONFLICT;
}

static enum command_result check_param(const struct bms *bms, const struct command *command,
                                       enum role role)
{
    if (command->id >= PARAM_COUNT)
        return COMMAND_UNKNOWN;
    const struct param_info *info = &param_info[command->id];
    if (!may_write(role, info->access))
        return COMMAND_NO_ACCESS;
    if (command->value < info->min || command->value > info->max)
        return COMMAND_OUT_OF_RANGE;
    return check_change(bms, command);
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
    if (command->kind == COMMAND_PRESET_LFP)
        return check_change(bms, command);
    bool no_time = command->kind == COMMAND_SET_CLOCK && command->value < 1;
    return no_time ? COMMAND_OUT_OF_RANGE : COMMAND_ACCEPTED;
}

enum command_result bms_check(const struct bms *bms, const struct command *command)
{
    if (command->session >= SESSION_COUNT || command->kind >= COMMAND_KIND_COUNT)
        return COMMAND_UNKNOWN;
    enum role role = access_role(&bms->access, &bms->params, (enum session)command->session);
    if (bms->queue_count == COMMAND_QUEUE_MAX)
        return COMMAND_BUSY;
    switch (command->kind) {
    case COMMAND_LOGIN:
        return check_login(bms, command);
    case COMMAND_LOGOUT:
        return COMMAND_ACCEPTED;
    case COMMAND_SET_PARAM:
        return check_param(bms, command, role);
    case COMMAND_SET_TEXT:
        return check_text(&bms->params, command, role);
    case COMMAND_FORBIDDEN:
        return COMMAND_NOT_ALLOWED;
    default:
        return check_order(bms, command, role);
    }
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

enum command_result bms_request(struct bms *bms, const struct command *command)
{
    enum command_result result = bms_check(bms, command);
    if (result == COMMAND_UNKNOWN || result == COMMAND_BUSY)
        return result;
    if (command->kind == COMMAND_LOGIN) {
        log_in(bms, command, result);
        return result;
    }
    if (result != COMMAND_ACCEPTED) {
        early_event(bms, by(command, event_of(EVENT_REFUSED, command->kind, (int32_t)result)));
        return result;
    }
    if (command->kind == COMMAND_LOGOUT) {
        access_close(&bms->access, (enum session)command->session);
        return result;
    }
    access_touch(&bms->access, (enum session)command->session);
    bms->queue[bms->queue_count++] = *command;
    return result;
}

static void apply_param(struct bms *bms, const struct command *command)
{
    struct event event = event_of(EVENT_PARAM, (uint8_t)command->id, command->value);
    event.before = bms->params.value[command->id];
    change(&bms->params, command);
    if (command->id == PARAM_nominal_mah)
        soc_set_capacity(&bms->soc, command->value);
    event_put(&bms->outputs, bms->run_time_ms, by(command, event));
}

static void apply(struct bms *bms, const struct command *command)
{
    switch (command->kind) {
    case COMMAND_SET_PARAM:
        apply_param(bms, command);
        return;
    case COMMAND_SET_TEXT:
        params_put_text(&bms->params, (enum text_param_id)command->id, command->text,
                        COMMAND_TEXT_SIZE);
        event_put(&bms->outputs, bms->run_time_ms,
                  by(command, event_of(EVENT_TEXT, (uint8_t)command->id, 0)));
        return;
    case COMMAND_PRESET_LFP:
        change(&bms->params, command);
        break;
    case COMMAND_RELEASE:
        protect_release(&bms->protect, &bms->params);
        break;
    case COMMAND_SHUT_DOWN:
        power_shut_down(&bms->power);
        break;
    default: /* COMMAND_SET_CLOCK */
        ASSERT(command->kind == COMMAND_SET_CLOCK);
        bms->clock_s = (uint32_t)command->value;
        break;
    }
    event_put(&bms->outputs, bms->run_time_ms,
              by(command, event_of(EVENT_COMMAND, command->kind, command->value)));
}

void request_apply(struct bms *bms)
{
    for (uint8_t i = 0; i < bms->queue_count; i++)
        apply(bms, &bms->queue[i]);
    bms->queue_count = 0;
}
