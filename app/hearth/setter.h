/* SPDX-License-Identifier: Apache-2.0
 * Changing settings of a pack in JK's protocol: difference first, then the writes, then a look
 * whether it is changed. For the subcommands set and clone, which say what is to be changed.
 */
#ifndef HEARTH_APP_HEARTH_SETTER_H
#define HEARTH_APP_HEARTH_SETTER_H

#include "app/hearth/assign.h"
#include "app/hearth/session.h"

#define SETTER_ASSIGNMENT_MAX PARAM_COUNT
#define SETTER_PASSWORD_SIZE 16
#define SETTER_OPTION_PASSWORD 256
#define SETTER_OPTION_DRY_RUN 257

/* Assignments of consecutive registers that are written by one frame. */
struct unit_of_write {
    size_t first;
    size_t count;
    bool done;
    uint8_t exception; /* why it was refused last, 0 not at all */
};

struct setter {
    struct pack_session session;
    const char *password_path;
    char password[SETTER_PASSWORD_SIZE + 2];
    bool dry_run;
    bool only_differences; /* are shown */
    bool logged_in;
    bool is_hearth;
    struct assignment assignments[SETTER_ASSIGNMENT_MAX];
    size_t count;
    struct unit_of_write units[SETTER_ASSIGNMENT_MAX];
    size_t unit_count;
    struct params before;
    struct params now; /* with what was accepted so far */
};

/* The options --address, --password-file and --dry-run, for the tables of the subcommands. */
#define SETTER_OPTIONS                                                                             \
    SESSION_OPTION_ADDRESS,                                                                        \
        {"password-file",                                                                          \
         SETTER_OPTION_PASSWORD,                                                                   \
         "FILE",                                                                                   \
         0,                                                                                        \
         "Log in with the password in its first line",                                             \
         0},                                                                                       \
    {                                                                                              \
        "dry-run", SETTER_OPTION_DRY_RUN, NULL, 0, "Show the difference and write nothing", 0      \
    }

/* Takes --password-file, --dry-run and what session_parse() takes. */
error_t setter_parse(struct setter *setter, int key, char *text, struct argp_state *state);

/* Opens the port, does it all and closes the port. Returns an exit code; troubles are told. */
int setter_run(struct setter *setter);

#endif
