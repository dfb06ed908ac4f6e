/* SPDX-License-Identifier: Apache-2.0
 * hearth: finds the subcommand and hands over. The table is help and dispatch in one.
 */
#include "app/hearth/command.h"

#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

static const struct subcommand {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    {"run",          "the daemon; without a configuration the demonstration bank",  run_command         },
    {"pack",         "one virtual pack on given ports",                             pack_command        },
    {"get",          "values and settings of a pack over RS485",                    get_command         },
    {"detect",       "find rate, protocol and addresses of packs on a serial line", detect_command      },
    {"set",          "change settings of a pack over RS485",                        set_command         },
    {"clone",        "give a pack the settings of another one",                     clone_command       },
    {"log",          "events of a pack over RS485",                                 log_command         },
    {"decode",       "explain recorded traffic",                                    decode_command      },
    {"describe",     "print the layout of a protocol from its tables",              describe_command    },
    {"protocols",    "list the protocols and what is known of them",                protocols_command   },
    {"params",       "list the settings with defaults and ranges",                  params_command      },
    {"alarms",       "list the alarms, or with --matrix what each one does",        alarms_command      },
    {"cable",        "wiring between pack and inverter, and of packs in parallel",  cable_command       },
    {"inverter",     "one virtual inverter of a brand on a CAN port",               inverter_command    },
    {"sim",          "play a scenario as fast as it goes",                          sim_command         },
    {"characterise", "open-circuit voltages of a cell from slow logs",              characterise_command},
    {"soc",          "the estimator of the charge over a measured log",             soc_command         },
    {"conform",      "judge a battery or an inverter on a CAN port",                conform_command     },
};

static void print_help(FILE *stream)
{
    fputs("Usage: hearth SUBCOMMAND [options]\n"
          "An open battery-management stack for LiFePO4 home-storage packs.\n\n",
          stream);
    for (size_t i = 0; i < COUNT(subcommands); i++)
        fprintf(stream, "  %-12s %s\n", subcommands[i].name, subcommands[i].summary);
    fputs("\n`hearth SUBCOMMAND --help` tells more. Exit codes: 0 done, 1 failed, 2 bad usage or "
          "configuration.\n",
          stream);
}

int usage_error(const char *name, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "hearth %s: ", name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* The name in messages and help is that of the whole command. */
static int start(const struct subcommand *subcommand, int argc, char **argv)
{
    char name[32];
    snprintf(name, sizeof(name), "hearth %s", subcommand->name);
    argv[0] = name;
    return subcommand->run(argc, argv);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COUNT(subcommands); i++) {
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return start(&subcommands[i], argc - 1, argv + 1);
    }
    fprintf(stderr, "hearth: unknown subcommand '%s'; `hearth --help` lists them\n", argv[1]);
    return EXIT_USAGE;
}
