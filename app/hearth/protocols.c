/* SPDX-License-Identifier: Apache-2.0
 * hearth protocols: the pick list of brands and the registry of layouts, as tables for people, as
 * Markdown for README and docs, the pick list as JSON Lines too. All words are those of the tables.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "app/hearth/command.h"
#include "base/text.h"
#include "ui/brands_json.h"
#include "ui/json.h"

enum { WIDTH = 112, MENU_COLUMN = 42, MENU_WIDTH = 24, ADVICE_COLUMN = 4, CELL_SIZE = 12 };

/* Up to the menu, which is MENU_COLUMN wide; the menu; what follows. */
#define PICK_ROW "%-10s %-5s %-6s %-17s %-*.*s %-14s %s\n"
#define LAYOUT_ROW "%-12s %-5s %-6s %-14s %s\n"

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON };

struct request {
    enum format format;
    bool layouts;
};

static const struct argp_option options[] = {
    {"layouts",  'l',  NULL, 0, "The layouts with their documents", 0},
    {"markdown", 'm',  NULL, 0, "Both as Markdown tables",          0},
    {"json",     'j',  NULL, 0, "The brands as JSON, one per line", 0},
    {NULL,       '\0', NULL, 0, NULL,                               0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    if (key == 'l')
        request->layouts = true;
    else if (key == 'm')
        request->format = FORMAT_MARKDOWN;
    else if (key == 'j')
        request->format = FORMAT_JSON;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument '%s'", text);
    else if (key == ARGP_KEY_END && request->layouts && request->format == FORMAT_JSON)
        argp_error(state, "--json lists brands: `hearth describe` has a layout as JSON");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .doc = "Lists which protocol an inverter of which brand wants, what to choose in its menu and "
           "what is known of it; or the layouts themselves.",
};

static bool is_known(const char *text)
{
    return !text_equal(text, "-");
}

static void format_bitrate(char cell[CELL_SIZE], uint32_t bitrate)
{
    if (bitrate > 0)
        snprintf(cell, CELL_SIZE, "%u", (unsigned)bitrate);
    else
        snprintf(cell, CELL_SIZE, "-");
}

static const char *evidence_of(const struct brand *brand)
{
    return is_known(brand->use) ? evidence_name[protocol_evidence(brand->use)] : "-";
}

/* Characters that go on a line of this width: up to the last space that fits, if there is one. */
static int line_size(const char *text, int width)
{
    int size = (int)strlen(text);
    if (size <= width)
        return size;
    for (size = width; size > 0 && text[size] != ' '; size--)
        ;
    return size > 0 ? size : width;
}

static void print_wrapped(const char *text, int column)
{
    while (*text != '\0') {
        int size = line_size(text, WIDTH - column);
        printf("%*s%.*s\n", column, "", size, text);
        text += size;
        text += *text == ' ';
    }
}

static void print_advice(const struct brand *brand)
{
    char words[512];
    struct text_writer writer;
    writer_init(&writer, words, sizeof(words));
    if (is_known(brand->tested_by_maker)) {
        writer_text(&writer, "Tested by the pack's maker on ");
        writer_text(&writer, brand->tested_by_maker);
        writer_text(&writer, is_known(brand->advice) ? ". " : ".");
    }
    if (is_known(brand->advice))
        writer_text(&writer, brand->advice);
    print_wrapped(words, ADVICE_COLUMN);
}

static void format_pins(char pins[BRAND_PINS_SIZE_MAX], const struct brand *brand)
{
    struct text_writer writer;
    writer_init(&writer, pins, BRAND_PINS_SIZE_MAX);
    brand_pins_warning(&writer, brand);
    if (pins[0] == '\0')
        writer_text(&writer, "straight cable");
}

static void print_brand(const struct brand *brand)
{
    char bitrate[CELL_SIZE];
    char pins[BRAND_PINS_SIZE_MAX];
    format_bitrate(bitrate, brand_bitrate(brand));
    format_pins(pins, brand);
    int menu = line_size(brand->menu, MENU_WIDTH);
    printf(PICK_ROW, brand->brand, bus_name[brand->bus], bitrate, brand->use, MENU_WIDTH, menu,
           brand->menu, evidence_of(brand), pins);
    for (const char *rest = brand->menu + menu; *rest == ' '; rest += menu) {
        menu = line_size(++rest, MENU_WIDTH);
        printf("%*s%.*s\n", MENU_COLUMN, "", menu, rest);
    }
    print_advice(brand);
}

static void print_brands(void)
{
    printf(PICK_ROW, "Brand", "Bus", "bit/s", "Protocol", MENU_WIDTH, MENU_WIDTH,
           "Menu of the inverter", "Evidence", "Pins");
    for (size_t i = 0; i < brand_count; i++)
        print_brand(&brands[i]);
}

static void print_layouts(const char *row)
{
    for (size_t i = 0; i < protocol_count; i++) {
        char bitrate[CELL_SIZE];
        const struct protocol *p = &protocols[i];
        format_bitrate(bitrate, p->bitrate);
        printf(row, p->name, bus_name[p->bus], bitrate, evidence_name[p->evidence], p->title);
    }
}

static void print_brands_markdown(void)
{
    puts("| Brand | Bus | bit/s | Protocol | Tested by the maker | Menu of the inverter | Evidence "
         "| Pins | Advice |\n|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < brand_count; i++) {
        const struct brand *b = &brands[i];
        char bitrate[CELL_SIZE];
        char pins[BRAND_PINS_SIZE_MAX];
        format_bitrate(bitrate, brand_bitrate(b));
        format_pins(pins, b);
        printf("| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", b->brand, bus_name[b->bus],
               bitrate, b->use, b->tested_by_maker, b->menu, evidence_of(b), pins, b->advice);
    }
}

static void print_layouts_markdown(void)
{
    puts("| Name | Bus | bit/s | Evidence | Official name |\n|---|---|---|---|---|");
    print_layouts("| %s | %s | %s | %s | %s |\n");
}

static void print_json(void)
{
    for (size_t i = 0; i < brand_count; i++) {
        char line[BRANDS_JSON_SIZE_MAX];
        struct text_writer writer;
        writer_init(&writer, line, sizeof(line));
        json_open(&writer, '{');
        brands_json_row(&writer, i);
        json_close(&writer, '}');
        puts(line);
    }
}

static void print_markdown(bool layouts_only)
{
    if (!layouts_only) {
        print_brands_markdown();
        puts("");
    }
    print_layouts_markdown();
}

int protocols_command(int argc, char **argv)
{
    struct request request = {0};
    argp_parse(&parser, argc, argv, 0, NULL, &request);
    if (request.format == FORMAT_JSON) {
        print_json();
    } else if (request.format == FORMAT_MARKDOWN) {
        print_markdown(request.layouts);
    } else if (request.layouts) {
        printf(LAYOUT_ROW, "Name", "Bus", "bit/s", "Evidence", "Official name");
        print_layouts(LAYOUT_ROW);
    } else {
        print_brands();
    }
    return EXIT_DONE;
}
