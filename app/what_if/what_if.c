/* SPDX-License-Identifier: Apache-2.0
 * A stage and the JSON of the web service, without ports, clock and memory management.
 */
#include "app/what_if/what_if.h"

#include <string.h>

#include "base/crc.h"
#include "base/number.h"
#include "service/stage.h"
#include "service/web_fault.h"
#include "service/web_json.h"
#include "service/web_uart.h"
#include "sim/profile.h"
#include "ui/brands_json.h"
#include "ui/cable_json.h"
#include "ui/json.h"
#include "ui/schema.h"

enum { ARGUMENT_COUNT = 3, ARGUMENT_SIZE = 128 };

static struct stage stage;
static struct web_source source;
static char text[WEB_JSON_SIZE_MAX];
static char argument[ARGUMENT_COUNT][ARGUMENT_SIZE];
static const uint64_t always_ms = 0;
static int32_t held[WHAT_IF_COUNT];
static struct sim_profile profile[WHAT_IF_COUNT];

void what_if_start(uint32_t seed, uint32_t packs, uint32_t start_ms)
{
    static const int32_t soc_permille[] = {500, 480, 520};
    static struct params params;
    params_init(&params);
    struct site_setup setup = {
        .seed = seed,
        .pack_count = (uint8_t)clamp32(packs, 1, PACK_MAX),
        .start_ms = start_ms % SIM_DAY_MS,
        .params = &params,
        .inverter_on_can = true,
    };
    for (int i = 0; i < PACK_MAX; i++)
        setup.soc_permille[i] = soc_permille[i % 3];
    stage_init(&stage, &setup);
    stage_source(&stage, &source);
}

void what_if_run(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++)
        stage_step(&stage);
}

uint32_t what_if_speed(void)
{
    return stage.speed;
}

/* Where the day keeps what replaces a quantity of its own. */
static const struct sim_profile **place_of(uint32_t quantity)
{
    const struct sim_profile **const places[WHAT_IF_COUNT] = {
        [WHAT_IF_LOAD_W] = &stage.site.day.load_w,
        [WHAT_IF_SUN_W] = &stage.site.day.solar_w,
        [WHAT_IF_AMBIENT_DDEGC] = &stage.site.day.ambient_ddegc,
    };
    return quantity < WHAT_IF_COUNT ? places[quantity] : NULL;
}

void what_if_hold(uint32_t quantity, int32_t value)
{
    const struct sim_profile **place = place_of(quantity);
    if (place == NULL)
        return;
    held[quantity] = value;
    profile[quantity] = (struct sim_profile){&always_ms, &held[quantity], 1, 0};
    *place = &profile[quantity];
}

void what_if_release(uint32_t quantity)
{
    const struct sim_profile **place = place_of(quantity);
    if (place != NULL)
        *place = NULL;
}

char *what_if_argument(uint32_t number)
{
    return argument[number % ARGUMENT_COUNT];
}

const char *what_if_command(int32_t pack, int32_t value, int32_t index, uint32_t has_text)
{
    const char *reason = "";
    for (int i = 0; i < ARGUMENT_COUNT; i++)
        argument[i][ARGUMENT_SIZE - 1] = '\0';
    const struct web_command command = {
        .name = argument[0],
        .pack = pack,
        .value = value,
        .index = index,
        .param = argument[1],
        .text = has_text ? argument[2] : NULL,
    };
    return source.command(&stage, &command, &reason) == WEB_DONE ? "" : reason;
}

static struct text_writer begin(void)
{
    struct text_writer json;
    writer_init(&json, text, sizeof(text));
    return json;
}

static bool is_pack(uint32_t pack)
{
    text[0] = '\0';
    return pack < stage.site.pack_count;
}

const char *what_if_schema(void)
{
    struct text_writer json = begin();
    json_open(&json, '{');
    schema_tables(&json);
    web_fault_schema(&json);
    web_uart_schema(&json);
    json_close(&json, '}');
    return text;
}

const char *what_if_bank(void)
{
    struct text_writer json = begin();
    web_json_bank(&json, &source);
    return text;
}

const char *what_if_pack(uint32_t pack)
{
    struct text_writer json = begin();
    if (is_pack(pack))
        web_json_pack(&json, &source, pack);
    return text;
}

const char *what_if_settings(uint32_t pack)
{
    struct text_writer json = begin();
    if (is_pack(pack))
        web_json_pack_settings(&json, &source, pack, true);
    return text;
}

const char *what_if_events(uint32_t pack, uint32_t count)
{
    struct text_writer json = begin();
    if (is_pack(pack))
        web_json_events(&json, &source, pack, count);
    return text;
}

const char *what_if_frames(void)
{
    static struct web_frame frames[WEB_FRAME_MAX];
    struct text_writer json = begin();
    size_t count = source.frames(&stage, frames, WEB_FRAME_MAX);
    json_open(&json, '[');
    for (size_t i = 0; i < count; i++)
        web_json_frame(&json, &frames[i]);
    json_close(&json, ']');
    return text;
}

const char *what_if_cables(void)
{
    struct text_writer json = begin();
    cable_json(&json);
    return text;
}

const char *what_if_brands(void)
{
    struct text_writer json = begin();
    brands_json(&json);
    return text;
}

static uint32_t add(uint32_t sum, const void *bytes, size_t size)
{
    return crc32_more(sum, bytes, size);
}

uint32_t what_if_sum(void)
{
    uint32_t sum = 0;
    for (uint8_t i = 0; i < stage.site.pack_count; i++) {
        sum = add(sum, &stage.site.plant.pack[i].cells, sizeof(struct sim_cells));
        what_if_pack(i);
        sum = add(sum, text, strlen(text));
    }
    what_if_bank();
    return add(sum, text, strlen(text));
}
