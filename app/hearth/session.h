/* SPDX-License-Identifier: Apache-2.0
 * A conversation with one pack over a serial line in JK's protocol, for the subcommands get, log
 * and set: opens the port, then runs one exchange after the other, each to its end.
 */
#ifndef HEARTH_APP_HEARTH_SESSION_H
#define HEARTH_APP_HEARTH_SESSION_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/hearth/line.h"
#include "core/params.h"
#include "core/snapshot.h"
#include "protocols/jk_client.h"

struct pack_session {
    struct line line;
    int32_t address;
    struct jk_client client; /* holds the answer of the last exchange */
    bool asked;              /* an exchange runs; else what comes in is not for us */
};

/* The option --address and one PORT argument: for the argp parser of a subcommand, with these in
 * its table. ARGP_ERR_UNKNOWN for everything else, further arguments included. */
#define SESSION_OPTION_ADDRESS                                                                     \
    {                                                                                              \
        "address", 'a', "N", 0, "Address of the pack: its DIP switch, 0 to 15 (0)", 0              \
    }
error_t session_parse(struct pack_session *session, int key, char *text, struct argp_state *state);

/* Opens the port and waits for its connection. Returns an exit code; unless it is EXIT_DONE the
 * trouble has been told and nothing is to be closed. */
int session_open(struct pack_session *session);
void session_close(struct pack_session *session);

/* Each returns how the exchange ended: DONE, REFUSED, TIMEOUT, BAD, or BUSY after Ctrl-C. */
enum jk_exchange_state session_fetch(struct pack_session *session, uint8_t frame_type);
enum jk_exchange_state session_write(struct pack_session *session, uint16_t first,
                                     const uint8_t *data, uint16_t words);
enum jk_exchange_state session_login(struct pack_session *session, const char *password);

/* Fetches a frame and adds what it says. False: the trouble has been told. */
bool session_read(struct pack_session *session, uint8_t frame_type, struct snapshot *values,
                  struct params *params);

/* Tells a trouble on standard error, with port and address. */
void session_complain(const struct pack_session *session, const char *reason);

/* The words for an exchange that did not end well. */
const char *session_trouble(enum jk_exchange_state state);

#endif
