/* SPDX-License-Identifier: Apache-2.0
 * Areas of display memory as rows. Addresses count words. Of the display of the PB series only what
 * is known is written, the rest of its memory is left alone. Cells have colours: red the lowest,
 * blue the highest, green the others, none where there is no cell.
 * Sources: JK LCD protocol V1.0 (2021-04); recorded traffic of both kinds.
 */
#include "protocols/jk_lcd_record.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "wire/row_codec.h"

enum {
    HEAD_SIZE = 3, /* header, size of the rest */
    AT_SIZE = 2,
    AT_COMMAND = 3,
    AT_REGISTER = 4,
    AT_ADDRESS = 4,
    AT_WORDS = 6,
    TOUCH_SIZE = 8, /* the end of a write to TOUCH_ADDRESS, which begins like a record */
    AREA_SIZE_MAX = 90,
};

enum command { SET_REGISTER = 0x80, SET_VARIABLES = 0x82 };

enum {
    PAGE_REGISTER = 1,
    TOUCH_ADDRESS = 0x00B0,
    COLOUR_ADDRESS = 0x2003, /* of element 0 */
    COLOUR_STEP = 0x10,
    COLOUR_END = 0x2300,
};

enum { RESERVED = 3 }; /* in all recordings */

enum colour { UNUSED = 0x0000, BLUE = 0x001F, GREEN = 0x07E0, RED = 0xF800 };

/* ---- What lies where ---- */

#define AT(word) (2 * (word))

struct area {
    const char *name;
    uint16_t address;
    uint8_t words;
    uint8_t cell_word; /* first one */
    uint8_t cell_count;
    uint8_t any_alarm_word; /* 0 none */
    uint8_t reserved_word;  /* always RESERVED; 0 none */
    uint8_t alarm_word;     /* first of the words of `alarms`, to the end; 0 none */
    uint8_t field_count;
    const struct can_field *fields;
};

static const struct can_field v2_status[] = {
    {FROM(pack_mv),         AT(0),  U16BE, BY_10,  REQUIRED},
    {FROM(pack_ma),         AT(1),  S16BE, BY_100, REQUIRED},
    {FROM(soc_permille),    AT(3),  U16BE, BY_10,  REQUIRED},
    {FROM(cell_spread_mv),  AT(4),  U16BE, PLAIN,  REQUIRED},
    {FROM(mos_ddegc),       AT(5),  S16BE, BY_10,  REQUIRED},
    {FROM(temp_mean_ddegc), AT(6),  S16BE, BY_10,  REQUIRED},
    {FROM(cell_mean_mv),    AT(8),  U16BE, PLAIN,  REQUIRED},
    {FROM(balance_state),   AT(9),  U16BE, PLAIN,  REQUIRED},
    {FROM(charge_on),       AT(10), U16BE, PLAIN,  REQUIRED},
    {FROM(discharge_on),    AT(11), U16BE, PLAIN,  REQUIRED},
};

static const struct can_field pb_status[] = {
    {FROM(pack_mv),       AT(0), U16BE, BY_10,  REQUIRED},
    {FROM(pack_ma),       AT(1), S16BE, BY_100, REQUIRED},
    {FROM(soc_permille),  AT(2), U16BE, BY_10,  REQUIRED},
    {FROM(full_mah),      AT(4), U16BE, BY_100, REQUIRED},
    {FROM(remaining_mah), AT(5), U16BE, BY_100, REQUIRED},
    {FROM(cell_mean_mv),  AT(6), U16BE, PLAIN,  REQUIRED},
};

static const struct can_field pb_cells[] = {
    {FROM(soc_permille),   AT(17), U16BE, BY_10,  REQUIRED},
    {FROM(full_mah),       AT(18), U16BE, BY_100, REQUIRED},
    {FROM(remaining_mah),  AT(19), U16BE, BY_100, REQUIRED},
    {FROM(cell_spread_mv), AT(20), U16BE, PLAIN,  REQUIRED},
    {FROM(pack_ma),        AT(23), S16BE, BY_100, REQUIRED},
};

static const struct area v2_areas[] = {
    {"status", 0x1000, 45, 12, 24, 7, 2, 36, COUNT(v2_status), v2_status},
};

static const struct area pb_areas[] = {
    {"status", 0x1000, 15, 0, 0,  0, 0, 0, COUNT(pb_status), pb_status},
    {"cells",  0x1210, 27, 0, 16, 0, 0, 0, COUNT(pb_cells),  pb_cells },
};

/* From `alarm_word` on, a word each. Which current is too large is not told. */
/* clang-format off */
static const struct can_alarm alarms[] = {
    ALARM_ROW(cell_under_voltage,       AT(0) + 1, 1) ALARM_ROW(deep_discharge,        AT(0) + 1, 1)
    ALARM_ROW(cell_over_voltage,        AT(1) + 1, 1) ALARM_ROW(cell_over_voltage_2,   AT(1) + 1, 1)
    ALARM_ROW(discharge_over_current,   AT(2) + 1, 1) ALARM_ROW(charge_over_current,   AT(2) + 1, 1)
    ALARM_ROW(discharge_over_current_2, AT(2) + 1, 1) ALARM_ROW(charge_over_current_2, AT(2) + 1, 1)
    ALARM_ROW(discharge_over_current_3, AT(2) + 1, 1)
    ALARM_ROW(mos_over_temp,            AT(3) + 1, 1)
    ALARM_ROW(battery_over_temp,        AT(4) + 1, 1) ALARM_ROW(charge_over_temp,      AT(4) + 1, 1)
    ALARM_ROW(discharge_over_temp,      AT(4) + 1, 1)
    ALARM_ROW(discharge_short_circuit,  AT(5) + 1, 1) ALARM_ROW(charge_short_circuit,  AT(5) + 1, 1)
    ALARM_ROW(short_release_failed,     AT(5) + 1, 1)
    ALARM_ROW(coprocessor,              AT(6) + 1, 1)
    ALARM_ROW(wire_resistance,          AT(7) + 1, 1)
    ALARM_ROW(cell_count,               AT(8) + 1, 1)
};
/* clang-format on */

/* Words of an area that are written at once. */
struct run {
    uint8_t area;
    uint8_t first;
    uint8_t words;
};

/* Colours of elements that are no cells. */
struct element {
    uint8_t number;
    uint16_t colour;
};

struct layout {
    uint8_t header[2];
    bool sets_page; /* to `page`, before all else */
    uint8_t page;
    uint8_t coloured; /* elements that are cells */
    uint8_t area_count;
    uint8_t run_count;
    uint8_t element_count;
    const struct area *areas;
    const struct run *runs;
    const struct element *elements;
};

static const struct run v2_runs[] = {
    {0, 0, 45}
};
static const struct run pb_runs[] = {
    {0, 0,  3 },
    {0, 4,  3 },
    {1, 0,  16},
    {1, 17, 4 },
    {1, 23, 1 }
};
static const struct element v2_elements[] = {
    {24, UNUSED},
    {32, GREEN }
};
static const struct element pb_elements[] = {
    {16, GREEN},
    {17, GREEN}
};

#define LISTS(kind)                                                                                \
    .areas = kind##_areas, .area_count = COUNT(kind##_areas), .runs = kind##_runs,                 \
    .run_count = COUNT(kind##_runs), .elements = kind##_elements,                                  \
    .element_count = COUNT(kind##_elements)

static const struct layout layouts[JK_LCD_KIND_COUNT] = {
    [JK_LCD_V2] = {{0xA5, 0x5A}, true,  0x40, 24, LISTS(v2)},
    [JK_LCD_PB] = {{0x5A, 0xA5}, false, 0,    16, LISTS(pb)},
};

/* ---- Shapes ---- */

static int record_size(const struct layout *layout, const uint8_t *bytes, size_t size)
{
    if (bytes[0] != layout->header[0] || (size > 1 && bytes[1] != layout->header[1]))
        return RESULT_UNKNOWN;
    if (size <= AT_COMMAND)
        return 0;
    uint8_t rest = bytes[AT_SIZE];
    if (rest == 0)
        return TOUCH_SIZE;
    bool is_register = bytes[AT_COMMAND] == SET_REGISTER && rest >= 3;
    bool is_variable = bytes[AT_COMMAND] == SET_VARIABLES && rest >= 5 && rest % 2 != 0;
    return is_register || is_variable ? HEAD_SIZE + rest : RESULT_UNKNOWN;
}

static int v2_size(const uint8_t *bytes, size_t size)
{
    return record_size(&layouts[JK_LCD_V2], bytes, size);
}

static int pb_size(const uint8_t *bytes, size_t size)
{
    return record_size(&layouts[JK_LCD_PB], bytes, size);
}

static bool has_no_sum(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return true;
}

const struct serial_shape jk_lcd_shape[JK_LCD_KIND_COUNT] = {
    [JK_LCD_V2] = {JK_LCD_RECORD, JK_LCD_BROKEN, AT_COMMAND + 1, v2_size, has_no_sum},
    [JK_LCD_PB] = {JK_LCD_RECORD, JK_LCD_BROKEN, AT_COMMAND + 1, pb_size, has_no_sum},
};

/* ---- Reading ---- */

static bool is_flag(const struct snapshot *values, enum value_id id)
{
    int32_t value;
    return !snapshot_get(values, id, &value) || value <= 1;
}

static bool cells_plausible(const struct snapshot *values)
{
    enum { CELL_LEAST_MV = 500, CELL_MOST_MV = 5000 };
    for (unsigned cell = 0; cell < CELL_MAX; cell++) {
        int32_t mv;
        if (snapshot_get(values, (enum value_id)(VALUE_cell_mv + cell), &mv) &&
            (mv < CELL_LEAST_MV || mv > CELL_MOST_MV))
            return false;
    }
    return true;
}

static bool plausible(const struct snapshot *values)
{
    int32_t soc_permille;
    bool soc = !snapshot_get(values, VALUE_soc_permille, &soc_permille) || soc_permille <= 1000;
    return soc && is_flag(values, VALUE_balance_state) && is_flag(values, VALUE_charge_on) &&
           is_flag(values, VALUE_discharge_on) && cells_plausible(values);
}

/* A cell that is not there reads 0. */
static void take_cells(const struct area *area, const struct row_bytes *bytes,
                       struct snapshot *values)
{
    for (unsigned cell = 0; cell < area->cell_count; cell++) {
        size_t at = AT(area->cell_word + (size_t)cell);
        if (at < bytes->from || at + 2 > bytes->to)
            continue;
        uint16_t mv = get_u16be(bytes->data + at);
        snapshot_put(values, (enum value_id)(VALUE_cell_mv + cell), mv);
        snapshot_set_have(values, (enum value_id)(VALUE_cell_mv + cell), mv != 0);
    }
}

/* False: they are no flags. */
static bool take_alarms(const struct area *area, const struct row_bytes *bytes,
                        struct snapshot *values)
{
    size_t from = AT((size_t)area->alarm_word);
    size_t to = AT((size_t)area->words);
    if (area->alarm_word == 0 || from < bytes->from || to > bytes->to)
        return true;
    for (size_t at = from; at < to; at += 2) {
        if (get_u16be(bytes->data + at) > 1)
            return false;
    }
    const struct row_bytes there = {bytes->data + from, 0, to - from};
    row_decode_alarms(alarms, COUNT(alarms), 0, &there, values);
    return true;
}

/* The words [from, to) of an area. */
static enum decode take_area(const struct area *area, const struct row_bytes *bytes,
                             struct snapshot *values)
{
    struct snapshot trial = *values;
    row_decode(area->fields, area->field_count, bytes, &trial);
    take_cells(area, bytes, &trial);
    if (!take_alarms(area, bytes, &trial) || !plausible(&trial))
        return BAD;
    *values = trial;
    return DECODED;
}

static void take_colour(uint16_t address, uint16_t colour, struct jk_lcd_told *told)
{
    static const struct {
        uint16_t colour;
        const char *name;
    } names[] = {
        {UNUSED, "unused"},
        {BLUE,   "blue"  },
        {GREEN,  "green" },
        {RED,    "red"   },
    };
    *told = (struct jk_lcd_told){"colour", "colour", (address - COLOUR_ADDRESS) / COLOUR_STEP};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (names[i].colour == colour)
            told->control = names[i].name;
    }
}

static enum decode take_variables(const struct layout *layout, const struct serial_token *record,
                                  struct snapshot *values, struct jk_lcd_told *told)
{
    uint16_t address = get_u16be(record->bytes + AT_ADDRESS);
    const uint8_t *words = record->bytes + AT_WORDS;
    size_t size = record->size - (size_t)AT_WORDS;
    *told = (struct jk_lcd_told){.name = address == TOUCH_ADDRESS ? "touch" : "variable"};
    if (address >= COLOUR_ADDRESS && address < COLOUR_END &&
        (address - COLOUR_ADDRESS) % COLOUR_STEP == 0) {
        take_colour(address, get_u16be(words), told);
        return DECODED;
    }
    for (size_t i = 0; i < layout->area_count; i++) {
        const struct area *area = &layout->areas[i];
        uint8_t memory[AREA_SIZE_MAX] = {0};
        if (address < area->address || address >= area->address + area->words)
            continue;
        size_t from = AT((size_t)address - area->address);
        size_t room = AT((size_t)area->words) - from;
        size_t taken = size < room ? size : room;
        memcpy(memory + from, words, taken);
        told->name = area->name;
        return take_area(area, &(struct row_bytes){memory, from, from + taken}, values);
    }
    return DECODED;
}

enum decode jk_lcd_decode(enum jk_lcd_kind kind, const struct serial_token *record,
                          struct snapshot *values, struct jk_lcd_told *told)
{
    const uint8_t *bytes = record->bytes;
    if (bytes[AT_SIZE] == 0) {
        *told = (struct jk_lcd_told){.name = "touch"};
        return DECODED;
    }
    if (bytes[AT_COMMAND] == SET_VARIABLES)
        return take_variables(&layouts[kind], record, values, told);
    bool page = bytes[AT_REGISTER] == PAGE_REGISTER;
    *told = (struct jk_lcd_told){"register", page ? "page" : "register", bytes[AT_REGISTER + 1]};
    return DECODED;
}

/* ---- Writing ---- */

struct picture {
    const struct layout *layout;
    uint8_t *bytes;
    size_t size;
};

/* Begins a record; returns where its `rest` bytes go. */
static uint8_t *begin(struct picture *picture, size_t rest)
{
    uint8_t *record = picture->bytes + picture->size;
    memcpy(record, picture->layout->header, sizeof(picture->layout->header));
    record[AT_SIZE] = (uint8_t)rest;
    picture->size += HEAD_SIZE + rest;
    return record + HEAD_SIZE;
}

static void write_words(struct picture *picture, uint16_t address, const uint8_t *words,
                        size_t size)
{
    uint8_t *rest = begin(picture, 1 + sizeof(address) + size);
    rest[0] = SET_VARIABLES;
    put_u16be(rest + 1, address);
    memcpy(rest + 1 + sizeof(address), words, size);
}

static void write_page(struct picture *picture, uint8_t page)
{
    const uint8_t rest[] = {SET_REGISTER, PAGE_REGISTER, page};
    memcpy(begin(picture, sizeof(rest)), rest, sizeof(rest));
}

static void write_colour(struct picture *picture, unsigned element, uint16_t colour)
{
    uint8_t word[2];
    put_u16be(word, colour);
    write_words(picture, (uint16_t)(COLOUR_ADDRESS + element * COLOUR_STEP), word, sizeof(word));
}

static bool any_alarm(const struct snapshot *pack)
{
    uint32_t any = 0;
    for (size_t i = 0; i < ALARM_WORDS; i++)
        any |= pack->alarms[i] | pack->warnings[i];
    return any != 0;
}

static void write_run(struct picture *picture, const struct run *run, const struct snapshot *pack)
{
    static const struct can_range ranges[] = {
        {VALUE_balance_state, 0, 1}
    };
    static const struct row_told told = {ranges, COUNT(ranges), false};
    const struct area *area = &picture->layout->areas[run->area];
    uint8_t memory[AREA_SIZE_MAX] = {0};
    row_encode(area->fields, area->field_count, &told, pack, memory);
    for (unsigned cell = 0; cell < area->cell_count; cell++)
        put_u16be(memory + AT(area->cell_word + (size_t)cell), (uint16_t)pack->cell_mv[cell]);
    if (area->any_alarm_word != 0)
        memory[AT(area->any_alarm_word) + 1] = any_alarm(pack);
    if (area->reserved_word != 0)
        memory[AT(area->reserved_word) + 1] = RESERVED;
    if (area->alarm_word != 0)
        row_encode_alarms(alarms, COUNT(alarms), 0, pack, memory + AT(area->alarm_word));
    write_words(picture, (uint16_t)(area->address + run->first), memory + AT(run->first),
                AT((size_t)run->words));
}

/* A display has no sign for what is not known. */
static struct snapshot all_known(const struct layout *layout, const struct snapshot *pack)
{
    struct snapshot shown = *pack;
    for (size_t i = 0; i < layout->area_count; i++) {
        const struct area *area = &layout->areas[i];
        for (size_t field = 0; field < area->field_count; field++) {
            enum value_id id = (enum value_id)area->fields[field].value;
            if (!snapshot_have(pack, id))
                snapshot_put(&shown, id, 0);
        }
    }
    return shown;
}

static void write_cell_colours(struct picture *picture, const struct snapshot *pack)
{
    unsigned count = picture->layout->coloured;
    const int16_t *mv = pack->cell_mv;
    unsigned lowest = CELL_MAX;
    unsigned highest = CELL_MAX;
    for (unsigned cell = 0; cell < count; cell++) {
        if (mv[cell] <= 0)
            continue;
        if (lowest == CELL_MAX || mv[cell] < mv[lowest])
            lowest = cell;
        if (highest == CELL_MAX || mv[cell] > mv[highest])
            highest = cell;
    }
    for (unsigned cell = 0; cell < count; cell++) {
        uint16_t colour = mv[cell] > 0 ? GREEN : UNUSED;
        colour = cell == highest ? BLUE : colour;
        write_colour(picture, cell, cell == lowest ? RED : colour);
    }
}

size_t jk_lcd_encode(enum jk_lcd_kind kind, const struct snapshot *pack,
                     uint8_t bytes[JK_LCD_PICTURE_MAX])
{
    const struct layout *layout = &layouts[kind];
    struct picture picture = {layout, bytes, 0};
    const struct snapshot shown = all_known(layout, pack);
    if (layout->sets_page)
        write_page(&picture, layout->page);
    for (size_t i = 0; i < layout->run_count; i++)
        write_run(&picture, &layout->runs[i], &shown);
    write_cell_colours(&picture, &shown);
    for (size_t i = 0; i < layout->element_count; i++)
        write_colour(&picture, layout->elements[i].number, layout->elements[i].colour);
    return picture.size;
}
