/* SPDX-License-Identifier: Apache-2.0
 * The bench of the core's tests; see the header.
 */
#include "tests/support/rig.h"

#include "tests/support/test.h"

void rig_init_with(struct rig *rig, const struct params *params, const struct stored *stored)
{
    memset(rig, 0, sizeof(*rig));
    bms_init(&rig->bms, params, stored);
    struct inputs *inputs = &rig->inputs;
    inputs->cell_valid_mask = 0xFFFF;
    inputs->temp_valid_mask = (1u << TEMP_SENSOR_COUNT) - 1;
    inputs->mos_ddegc = 300;
    inputs->mos_valid = true;
    inputs->pack_valid = true;
    rig_cells(rig, 3300);
    rig_temps(rig, 250);
}

void rig_init(struct rig *rig)
{
    struct params params;
    params_init(&params);
    rig_init_with(rig, &params, &(struct stored){.remaining_mah = 157000, .on = true});
}

void rig_start(struct rig *rig)
{
    rig_init(rig);
    rig_step(rig, 3000);
    assert_int_equal(rig->bms.power.state, POWER_ON);
    assert_true(rig->bms.outputs.charge_fet && rig->bms.outputs.discharge_fet);
}

void rig_step_once(struct rig *rig, uint32_t dt_ms)
{
    rig->inputs.sample_count++;
    bms_step(&rig->bms, &rig->inputs, dt_ms);
    for (uint8_t i = 0; i < rig->bms.outputs.event_count; i++) {
        struct event event = rig->bms.outputs.events[i];
        rig->event_count[event.kind]++;
        rig->event[event.kind] = event;
    }
}

void rig_step(struct rig *rig, uint32_t ms)
{
    assert_int_equal(ms % RIG_STEP_MS, 0);
    for (uint32_t passed_ms = 0; passed_ms < ms; passed_ms += RIG_STEP_MS)
        rig_step_once(rig, RIG_STEP_MS);
}

static void sum_pack(struct rig *rig)
{
    rig->inputs.pack_mv = 0;
    for (int i = 0; i < 16; i++)
        rig->inputs.pack_mv += rig->inputs.cell_mv[i];
    rig->inputs.load_mv = rig->inputs.pack_mv; /* the terminals are live */
}

void rig_cells(struct rig *rig, int16_t mv)
{
    for (int i = 0; i < 16; i++)
        rig->inputs.cell_mv[i] = mv;
    sum_pack(rig);
}

void rig_cell(struct rig *rig, uint8_t index, int16_t mv)
{
    rig->inputs.cell_mv[index] = mv;
    sum_pack(rig);
}

void rig_temps(struct rig *rig, int16_t ddegc)
{
    for (int i = 0; i < TEMP_SENSOR_COUNT; i++)
        rig->inputs.temp_ddegc[i] = ddegc;
}

enum command_result rig_command(struct rig *rig, enum command_kind kind, uint16_t id, int32_t value)
{
    const struct command command = {
        .kind = (uint8_t)kind, .session = SESSION_LOCAL, .id = id, .value = value};
    return bms_request(&rig->bms, &command);
}

enum command_result rig_text(struct rig *rig, enum command_kind kind, uint16_t id, const char *text)
{
    struct command command = {.kind = (uint8_t)kind, .session = SESSION_LOCAL, .id = id};
    memcpy(command.text, text, strnlen(text, COMMAND_TEXT_SIZE));
    return bms_request(&rig->bms, &command);
}

void rig_installer(struct rig *rig)
{
    assert_int_equal(rig_text(rig, COMMAND_LOGIN, 0, "666666"), COMMAND_ACCEPTED);
}

bool rig_alarm(const struct rig *rig, enum alarm alarm)
{
    return alarm_get(rig->bms.alarms, alarm);
}
