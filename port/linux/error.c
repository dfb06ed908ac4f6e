/* SPDX-License-Identifier: Apache-2.0
 * Error texts; see the header.
 */
#include "port/linux/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/result.h"

int port_fail(char *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, PORT_ERROR_SIZE, format, arguments);
    va_end(arguments);
    return RESULT_IO;
}

int port_fail_errno(char *error, const char *format, ...)
{
    int number = errno;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(error, PORT_ERROR_SIZE, format, arguments);
    va_end(arguments);
    if (size >= 0 && size < PORT_ERROR_SIZE)
        snprintf(error + size, (size_t)(PORT_ERROR_SIZE - size), ": %s", strerror(number));
    return RESULT_IO;
}
