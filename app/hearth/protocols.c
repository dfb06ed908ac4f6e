/* SPDX-License-Identifier: Apache-2.0
 * hearth protocols: the registry as a table for people or as Markdown for the README.
 */
#include <argp.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "protocols/protocols.h"

static const struct argp_option options[] = {
    {"markdown", 'm',  NULL, 0, "As a Markdown table", 0},
    {NULL,       '\0', NULL, 0, NULL,                  0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    bool *markdown = state->input;
    if (key == 'm')
        *markdown = true;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument '%s'", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .doc = "Lists the protocols and what is known of them.",
};

int protocols_command(int argc, char **argv)
{
    bool markdown = false;
    argp_parse(&parser, argc, argv, 0, NULL, &markdown);
    const char *row = markdown ? "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
                               : "%-12s %-10s %-52s %-6s %-8s %-8s %-8s %-8s %s\n";
    printf(row, "Name", "Brand", "Official name", "Bus", "Bit rate", "Tested", "Model", "Menu",
           "Evidence");
    if (markdown)
        printf("|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < protocol_count; i++) {
        const struct protocol *p = &protocols[i];
        char bitrate[12] = "-";
        if (p->bitrate > 0)
            snprintf(bitrate, sizeof(bitrate), "%u", (unsigned)p->bitrate);
        printf(row, p->name, p->brand, p->title, bus_name[p->bus], bitrate, p->tested_by_maker,
               p->model, p->menu, evidence_name[p->evidence]);
    }
    return EXIT_DONE;
}
