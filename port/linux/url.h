/* SPDX-License-Identifier: Apache-2.0
 * Names of ports: SCHEME:ADDRESS[?OPTION=NUMBER]. Parses only; whether the thing exists is found
 * out when it is opened. Errors say which part is wrong and what is accepted.
 */
#ifndef HEARTH_PORT_LINUX_URL_H
#define HEARTH_PORT_LINUX_URL_H

#include <stddef.h>
#include <stdint.h>

#include "port/linux/error.h"

enum url_scheme {
    URL_SERIAL,
    URL_PTY,
    URL_TCP,
    URL_TCP_LISTEN,
    URL_UNIX,
    URL_UNIX_LISTEN,
    URL_MODBUS_TCP,
    URL_CAN,
    URL_SLCAN,
    URL_UDPCAN,
    URL_LOG,
    URL_BUS,
    URL_SCHEME_COUNT
};

#define URL_TEXT_SIZE 256
#define URL_LOG_WRITTEN (-1) /* option of a log that is not played */

struct url {
    uint8_t scheme; /* enum url_scheme */
    uint16_t port;  /* 0 where the scheme has none or the kernel shall choose */
    int32_t option; /* baud, bitrate, ttl or speed, with its default; 0 where there is none */
    char name[URL_TEXT_SIZE]; /* path, host, group, interface or bus */
};

/* Returns 0 or a negative enum result with `error` (PORT_ERROR_SIZE) filled. */
int url_parse(struct url *url, const char *text, char *error);

/* Writes the URL in full, at most `size` bytes with NUL. */
void url_format(const struct url *url, char *text, size_t size);

#endif
