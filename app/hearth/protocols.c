/* SPDX-License-Identifier: Apache-2.0
 * hearth protocols: the registry, as text or as the table of the README.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "app/hearth/command.h"
#include "protocols/protocols.h"

static const struct argp_option options[] = {
    {"markdown", 'm', NULL, 0, "As a table for a document", 0},
    {0     }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    bool *markdown = state->input;
    switch (key) {
    case 'm':
        *markdown = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': no argument is expected", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {options,
                                   parse,
                                   NULL,
                                   "Lists the protocols. Evidence: capture = real bytes decode "
                                   "right; document = the maker's text; "
                                   "implementation = independent implementations; unverified.",
                                   NULL,
                                   NULL,
                                   NULL};

static void print_row(const struct protocol *row, bool markdown)
{
    const char *format = markdown ? "| `%s` | %s | %s | %s | %u | %s | %s | %s | %s |\n"
                                  : "%-12s %-10s %-52s %-6s %7u  %-8s %-10s %-18s %s\n";
    printf(format, row->name, row->brand, row->title, bus_name[row->bus], row->bitrate,
           row->tested_by_maker, row->model, row->menu, evidence_name[row->evidence]);
}

int protocols_command(int argc, char **argv)
{
    bool markdown = false;
    argp_parse(&parser, argc, argv, 0, NULL, &markdown);
    if (markdown)
        puts("| Name | Brand | Document | Bus | bit/s | Tested by maker | Model | Inverter menu | "
             "Evidence |\n|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < protocol_count; i++)
        print_row(&protocols[i], markdown);
    return EXIT_DONE;
}
