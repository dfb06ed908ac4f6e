/* SPDX-License-Identifier: Apache-2.0
 * Parser of port names. One row per scheme says what its address looks like and which option it
 * takes.
 */
#include "port/linux/url.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/result.h"

enum shape { NAME, HOST_PORT, LISTEN };

struct scheme {
    const char *name;
    uint8_t shape;       /* enum shape */
    const char *accepts; /* shown in errors */
    const char *option;  /* NULL: takes none */
    int32_t low, high, usual;
};

static const struct scheme schemes[URL_SCHEME_COUNT] = {
    {"serial",      NAME,      "serial:/dev/ttyUSB0?baud=9600",     "baud",    1200,  4000000, 115200},
    {"pty",         NAME,      "pty:PATH",                          NULL,      0,     0,       0     },
    {"tcp",         HOST_PORT, "tcp:HOST:PORT",                     NULL,      0,     0,       0     },
    {"tcp-listen",  LISTEN,    "tcp-listen:[HOST:]PORT",            NULL,      0,     0,       0     },
    {"unix",        NAME,      "unix:PATH",                         NULL,      0,     0,       0     },
    {"unix-listen", NAME,      "unix-listen:PATH",                  NULL,      0,     0,       0     },
    {"modbus-tcp",  LISTEN,    "modbus-tcp:[HOST:]PORT",            NULL,      0,     0,       0     },
    {"can",         NAME,      "can:can0",                          NULL,      0,     0,       0     },
    {"slcan",       NAME,      "slcan:/dev/ttyACM0?bitrate=500000", "bitrate", 10000, 1000000, 500000},
    {"udpcan",      HOST_PORT, "udpcan:239.74.163.2:43113[?ttl=1]", "ttl",     0,     255,     0     },
    {"log",         NAME,      "log:FILE[?speed=1]",                "speed",   0,     1000,    -1    },
    {"bus",         NAME,      "bus:NAME",                          NULL,      0,     0,       0     },
};

/* Reads a whole decimal number in low..high. */
static bool parse_number(const char *text, int32_t low, int32_t high, int32_t *value)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    long number = strtol(text, &end, 10);
    if (*end || number < low || number > high)
        return false;
    *value = (int32_t)number;
    return true;
}

static const struct scheme *find_scheme(const char *text, size_t size)
{
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (strlen(schemes[i].name) == size && !memcmp(schemes[i].name, text, size))
            return &schemes[i];
    return NULL;
}

static int unknown_scheme(const char *text, size_t size, char *error)
{
    char names[PORT_ERROR_SIZE] = "";
    for (size_t i = 0, used = 0; i < COUNT(schemes); i++)
        used += (size_t)snprintf(names + used, sizeof names - used, " %s:", schemes[i].name);
    port_fail(error, "unknown kind of port '%.*s'; accepted:%s", (int)(size > 20 ? 20 : size), text,
              names);
    return RESULT_BAD_FORMAT;
}

/* "?baud=9600"; `text` stands behind the question mark. */
static int parse_option(struct url *url, const struct scheme *scheme, const char *text, char *error)
{
    size_t size = scheme->option ? strlen(scheme->option) : 0;
    if (!size || strncmp(text, scheme->option, size) != 0 || text[size] != '=') {
        port_fail(error, "unknown option '%.40s'; accepted is %s", text, scheme->accepts);
        return RESULT_BAD_FORMAT;
    }
    if (parse_number(text + size + 1, scheme->low, scheme->high, &url->option))
        return RESULT_OK;
    port_fail(error, "bad %s '%.40s'; accepted is a number from %d to %d", scheme->option,
              text + size + 1, (int)scheme->low, (int)scheme->high);
    return RESULT_BAD_VALUE;
}

/* Splits "HOST:PORT", "[::1]:PORT" or, where the host may be left out, "PORT" in url->name. */
static int parse_host_port(struct url *url, const struct scheme *scheme, char *error)
{
    char *colon = strrchr(url->name, ':');
    if (!colon && scheme->shape == HOST_PORT) {
        port_fail(error, "port number missing in '%.60s'; accepted is %s", url->name,
                  scheme->accepts);
        return RESULT_BAD_FORMAT;
    }
    int32_t port;
    const char *number = colon ? colon + 1 : url->name;
    if (!parse_number(number, scheme->shape == LISTEN ? 0 : 1, 65535, &port)) {
        port_fail(error, "bad port number '%.40s'; accepted is %s", number, scheme->accepts);
        return RESULT_BAD_VALUE;
    }
    url->port = (uint16_t)port;
    if (!colon) {
        url->name[0] = '\0';
        return RESULT_OK;
    }
    *colon = '\0';
    size_t size = strlen(url->name);
    if (size > 2 && url->name[0] == '[' && url->name[size - 1] == ']') {
        memmove(url->name, url->name + 1, size - 2);
        url->name[size - 2] = '\0';
    }
    if (url->name[0])
        return RESULT_OK;
    port_fail(error, "host missing; accepted is %s", scheme->accepts);
    return RESULT_BAD_FORMAT;
}

int url_parse(struct url *url, const char *text, char *error)
{
    *url = (struct url){0};
    const char *colon = strchr(text, ':');
    if (!colon)
        return unknown_scheme(text, strlen(text), error);
    const struct scheme *scheme = find_scheme(text, (size_t)(colon - text));
    if (!scheme)
        return unknown_scheme(text, (size_t)(colon - text), error);
    url->scheme = (uint8_t)(scheme - schemes);
    url->option = scheme->usual;
    const char *address = colon + 1;
    size_t size = strcspn(address, "?");
    if (size == 0 || size >= sizeof url->name) {
        port_fail(error, "address %s; accepted is %s", size ? "too long" : "missing",
                  scheme->accepts);
        return RESULT_BAD_FORMAT;
    }
    memcpy(url->name, address, size);
    url->name[size] = '\0';
    int result = RESULT_OK;
    if (address[size] == '?')
        result = parse_option(url, scheme, address + size + 1, error);
    if (result == RESULT_OK && scheme->shape != NAME)
        result = parse_host_port(url, scheme, error);
    return result;
}

void url_format(const struct url *url, char *text, size_t size)
{
    const struct scheme *scheme = &schemes[url->scheme];
    char port[8] = "";
    char option[32] = "";
    bool brackets = scheme->shape != NAME && strchr(url->name, ':');
    if (scheme->shape != NAME)
        snprintf(port, sizeof port, "%s%u", url->name[0] ? ":" : "", url->port);
    if (scheme->option && url->option != scheme->usual)
        snprintf(option, sizeof option, "?%s=%d", scheme->option, (int)url->option);
    snprintf(text, size, "%s:%s%s%s%s%s", scheme->name, brackets ? "[" : "", url->name,
             brackets ? "]" : "", port, option);
}
