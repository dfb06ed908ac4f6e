/* SPDX-License-Identifier: Apache-2.0
 * Option values. A value that is not understood ends the program with exit code 2 and says what was
 * expected.
 */
#include "app/hearth/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/brands.h"
#include "protocols/uarts.h"

int32_t option_number(const struct argp_state *state, const char *name, const char *text,
                      int32_t low, int32_t high)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end != '\0' || value < low || value > high)
        argp_error(state, "%s '%s': a whole number from %d to %d is expected", name, text, low,
                   high);
    return (int32_t)value;
}

void option_text(const struct argp_state *state, const char *name, const char *text, char *field,
                 size_t size)
{
    size_t length = strlen(text);
    if (length >= size)
        argp_error(state, "%s '%s': at most %zu characters are expected", name, text, size - 1);
    else
        memcpy(field, text, length + 1);
}

int32_t option_can_protocol(const struct argp_state *state, const char *name, const char *text)
{
    const struct can_protocol *can = protocol_find_can(text);
    int number = can != NULL ? brand_number(can) : -1;
    if (number < 0)
        argp_error(state,
                   "%s '%s': there is no such CAN protocol that a pack can speak; "
                   "`hearth protocols` lists them",
                   name, text);
    return number;
}

int32_t option_serial_protocol(const struct argp_state *state, const char *name, const char *text)
{
    char use[64] = "";
    const char *rate = strchr(text, '@');
    size_t length = rate != NULL ? (size_t)(rate - text) : strlen(text);
    int32_t baud = rate != NULL ? option_number(state, name, rate + 1, 1, 1000000) : 0;
    if (length < sizeof(use))
        memcpy(use, text, length);
    int number = uart_number(use, (uint32_t)baud);
    if (number < 0)
        argp_error(state,
                   "%s '%s': there is no such serial protocol that a pack can speak; "
                   "`hearth protocols --layouts` lists them",
                   name, text);
    return number;
}

uint32_t option_time_ms(const struct argp_state *state, const char *name, const char *text)
{
    char *end;
    unsigned long hour = strtoul(text, &end, 10);
    unsigned long minute = 60;
    if (end != text && *end == ':')
        minute = strtoul(end + 1, &end, 10);
    if (*end != '\0' || hour > 23 || minute > 59)
        argp_error(state, "%s '%s': a time of day as HH:MM is expected", name, text);
    return (uint32_t)(hour * 60 + minute) * 60000u;
}
