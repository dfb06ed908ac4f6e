/* SPDX-License-Identifier: Apache-2.0
 * Sessions of browsers: a random token in a cookie, and which packs it has logged in to. Idle for
 * WEB_SESSION_MS, or a login by another browser to the same pack, ends it.
 */
#ifndef HEARTH_SERVICE_WEB_SESSION_H
#define HEARTH_SERVICE_WEB_SESSION_H

#include "service/web_command.h"

#define WEB_COOKIE_SIZE 96

/* The live session of the browser that asks, its idle time restarted; NULL when there is none. */
struct web_session *web_session_find(struct web_session sessions[WEB_SESSION_MAX],
                                     struct MHD_Connection *connection);

/* Notes a login. Without a session a new one is made, in place of the longest unused, and `cookie`
 * gets the value of Set-Cookie. */
void web_session_login(struct web_session sessions[WEB_SESSION_MAX], struct web_session *session,
                       int pack, char cookie[WEB_COOKIE_SIZE]);

#endif
