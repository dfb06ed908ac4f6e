/* SPDX-License-Identifier: Apache-2.0
 * The subcommands of `hearth`: one file each, one line each in the table of main.c.
 */
#ifndef HEARTH_APP_HEARTH_COMMAND_H
#define HEARTH_APP_HEARTH_COMMAND_H

/* Exit codes of every subcommand. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Each gets the arguments from its own name on and returns an exit code. */
int run_command(int argc, char **argv);
int pack_command(int argc, char **argv);
int get_command(int argc, char **argv);
int set_command(int argc, char **argv);
int clone_command(int argc, char **argv);
int log_command(int argc, char **argv);
int decode_command(int argc, char **argv);
int describe_command(int argc, char **argv);
int protocols_command(int argc, char **argv);
int params_command(int argc, char **argv);
int alarms_command(int argc, char **argv);
int cable_command(int argc, char **argv);
int inverter_command(int argc, char **argv);
int detect_command(int argc, char **argv);
int conform_command(int argc, char **argv);
int sim_command(int argc, char **argv);
int characterise_command(int argc, char **argv);
int soc_command(int argc, char **argv);

/* Prints "hearth NAME: text" to standard error and returns EXIT_USAGE. */
int usage_error(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
