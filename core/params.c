/* SPDX-License-Identifier: Apache-2.0
 * Settings: descriptors, defaults, ranges and the relations between settings. Decides whether a set
 * of settings may be used; knows no register and no interface.
 */
#include "core/params.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "base/text.h"

const struct param_info param_info[PARAM_COUNT] = {
#define PARAM(name, unit, initial, min, max, access, label)                                        \
    [PARAM_##name] = {#name, initial, min, max, UNIT_##unit, ACCESS_##access},
#include "core/params.def"
#undef PARAM
};

const struct text_param_info text_param_info[TEXT_PARAM_COUNT] = {
#define TEXT_PARAM(name, size, initial, access, secret, label)                                     \
    [TEXT_PARAM_##                                                                                 \
        name] = {#name, initial, offsetof(struct params, name), size, ACCESS_##access, secret},
#include "core/texts.def"
#undef TEXT_PARAM
};

/* `low` must stay below `high` by at least `gap` (both in the unit of the rows). */
static const struct relation {
    uint16_t low;
    uint16_t high;
    int32_t gap;
} relations[] = {
    {PARAM_cell_ovp_release_mv,         PARAM_cell_ovp_mv,                 1 },
    {PARAM_cell_ov_warning_mv,          PARAM_cell_ovp_mv,                 0 },
    {PARAM_cell_ovp_mv,                 PARAM_cell_ovp2_mv,                20},
    {PARAM_cell_uvp_mv,                 PARAM_cell_uvp_release_mv,         1 },
    {PARAM_cell_uvp_mv,                 PARAM_cell_uv_warning_mv,          0 },
    {PARAM_cell_uvp_release_mv,         PARAM_cell_ovp_release_mv,         1 },
    {PARAM_deep_discharge_mv,           PARAM_cell_uvp_mv,                 0 },
    {PARAM_pack_ovp_release_mv,         PARAM_pack_ovp_mv,                 1 },
    {PARAM_pack_uvp_mv,                 PARAM_pack_uvp_release_mv,         1 },
    {PARAM_pack_uvp_release_mv,         PARAM_pack_ovp_release_mv,         1 },
    {PARAM_charge_ocp_ma,               PARAM_charge_ocp2_ma,              0 },
    {PARAM_discharge_ocp_ma,            PARAM_discharge_ocp2_ma,           0 },
    {PARAM_discharge_ocp2_ma,           PARAM_discharge_ocp3_ma,           0 },
    {PARAM_charge_otp_release_ddegc,    PARAM_charge_otp_ddegc,            10},
    {PARAM_charge_utp_ddegc,            PARAM_charge_utp_release_ddegc,    10},
    {PARAM_charge_utp_release_ddegc,    PARAM_charge_otp_release_ddegc,    10},
    {PARAM_discharge_otp_release_ddegc, PARAM_discharge_otp_ddegc,         10},
    {PARAM_discharge_utp_ddegc,         PARAM_discharge_utp_release_ddegc, 10},
    {PARAM_mos_otp_release_ddegc,       PARAM_mos_otp_ddegc,               10},
    {PARAM_heater_on_ddegc,             PARAM_heater_off_ddegc,            10},
    {PARAM_float_request_mv,            PARAM_charge_request_mv,           0 },
    {PARAM_charge_request_mv,           PARAM_cell_ovp_mv,                 20},
    {PARAM_soc_empty_mv,                PARAM_soc_full_mv,                 1 },
    {PARAM_soc_full_mv,                 PARAM_charge_request_mv,           0 },
};

void params_init(struct params *params)
{
    memset(params, 0, sizeof(*params));
    for (size_t id = 0; id < PARAM_COUNT; id++)
        params->value[id] = param_info[id].initial;
    for (int id = 0; id < TEXT_PARAM_COUNT; id++)
        memcpy(params_text(params, (enum text_param_id)id), text_param_info[id].initial,
               strlen(text_param_info[id].initial) + 1);
}

void params_put(struct params *params, enum param_id id, int32_t value)
{
    ASSERT(id < PARAM_COUNT);
    params->value[id] = value;
    params->have[id / 32] |= 1u << id % 32;
}

bool params_have(const struct params *params, enum param_id id)
{
    ASSERT(id < PARAM_COUNT);
    return params->have[id / 32] >> id % 32 & 1;
}

char *params_text(struct params *params, enum text_param_id id)
{
    ASSERT(id < TEXT_PARAM_COUNT);
    return (char *)params + text_param_info[id].offset;
}

const char *params_text_const(const struct params *params, enum text_param_id id)
{
    ASSERT(id < TEXT_PARAM_COUNT);
    return (const char *)params + text_param_info[id].offset;
}

void params_put_text(struct params *params, enum text_param_id id, const char *text, size_t size)
{
    char *field = params_text(params, id);
    size_t capacity = text_param_info[id].size;
    size_t used = 0;
    while (used < size && used < capacity && text[used] != '\0') {
        field[used] = text[used];
        used++;
    }
    memset(field + used, 0, capacity + 1 - used);
    params->have_text |= 1u << id;
}

int param_find(const char *name)
{
    for (int id = 0; id < PARAM_COUNT; id++) {
        if (text_equal(param_info[id].name, name))
            return id;
    }
    return -1;
}

int text_param_find(const char *name)
{
    for (int id = 0; id < TEXT_PARAM_COUNT; id++) {
        if (text_equal(text_param_info[id].name, name))
            return id;
    }
    return -1;
}

int params_check(const struct params *params, int *relation)
{
    *relation = -1;
    for (int id = 0; id < PARAM_COUNT; id++) {
        int32_t value = params->value[id];
        if (value < param_info[id].min || value > param_info[id].max)
            return id;
    }
    for (size_t i = 0; i < COUNT(relations); i++) {
        const struct relation *row = &relations[i];
        if ((int64_t)params->value[row->low] + row->gap > params->value[row->high]) {
            *relation = row->high;
            return row->low;
        }
    }
    return -1;
}
