/* SPDX-License-Identifier: Apache-2.0
 * One short function per row of site/actions.def.
 */
#include "site/action.h"

#include <string.h>

#define NONE SITE_ACTION_ONCE

const struct site_action_row site_action_rows[SITE_ACTION_COUNT] = {
#define ACTION(name, of_pack, min, max, usual, label) {#name, label, of_pack, min, max, usual},
#include "site/actions.def"
};

static void rs485_cable(struct site *site, uint8_t pack, int32_t value)
{
    site->bus_cable[pack] = value != 0;
}

static void can_cable(struct site *site, uint8_t pack, int32_t value)
{
    (void)pack;
    site->can_cable = value != 0;
}

static void board_power(struct site *site, uint8_t pack, int32_t value)
{
    site->board_power[pack] = value != 0;
}

static void button(struct site *site, uint8_t pack, int32_t value)
{
    site->inputs[pack].button = value != 0;
}

static void dip(struct site *site, uint8_t pack, int32_t value)
{
    site->inputs[pack].dip = (uint8_t)value;
}

/* As the owner would: with the pack's own password. */
static void clock_s(struct site *site, uint8_t pack, int32_t value)
{
    struct device *device = &site->device[pack];
    struct command login = {.kind = COMMAND_LOGIN, .session = SESSION_LOCAL};
    struct command set = {.kind = COMMAND_SET_CLOCK, .session = SESSION_LOCAL, .value = value};
    _Static_assert(sizeof(login.text) == sizeof(device_params(device)->device_password), "fits");
    memcpy(login.text, device_params(device)->device_password, sizeof(login.text));
    device_request(device, &login);
    device_request(device, &set);
}

int site_action_find(const char *name)
{
    for (int id = 0; id < SITE_ACTION_COUNT; id++) {
        if (strcmp(site_action_rows[id].name, name) == 0)
            return id;
    }
    return RESULT_UNKNOWN;
}

enum result site_act(struct site *site, enum site_action_id id, uint8_t pack, int32_t value)
{
    static void (*const doers[SITE_ACTION_COUNT])(struct site *, uint8_t, int32_t) = {
#define ACTION(name, ...) [SITE_ACTION_##name] = name,
#include "site/actions.def"
    };
    if ((size_t)id >= SITE_ACTION_COUNT || pack >= site->pack_count)
        return RESULT_UNKNOWN;
    const struct site_action_row *row = &site_action_rows[id];
    if (value < row->min || value > row->max)
        return RESULT_BAD_VALUE;
    doers[id](site, pack, value);
    return RESULT_OK;
}
