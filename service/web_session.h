/* SPDX-License-Identifier: Apache-2.0
 * Sessions of browsers: a random token in a cookie, and which packs it has logged in to. Idle for
 * WEB_SESSION_MS, or a login by another browser to the same pack, ends it.
 */
#ifndef HEARTH_SERVICE_WEB_SESSION_H
#define HEARTH_SERVICE_WEB_SESSION_H

#include "service/web_command.h"

#define WEB_COOKIE_SIZE 96

/* Index of the live session of the browser that asks, or -1. */
int web_session_find(const struct web_session sessions[WEB_SESSION_MAX],
                     struct MHD_Connection *connection);

/* Restarts its idle time. */
void web_session_touch(struct web_session *session);

/* Notes a login. Without a session a new one is made, in place of the longest unused, and `cookie`
 * gets the value of Set-Cookie. */
void web_session_login(struct web_session sessions[WEB_SESSION_MAX], struct web_session *session,
                       int pack, char cookie[WEB_COOKIE_SIZE]);

#endif
