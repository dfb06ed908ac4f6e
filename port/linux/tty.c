/* SPDX-License-Identifier: Apache-2.0
 * termios. Only the rates that every Linux driver knows by name are accepted.
 */
#include "port/linux/tty.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/number.h"
#include "base/result.h"
#include "port/linux/error.h"

static const struct {
    int32_t baud;
    speed_t speed;
} rates[] = {
    {1200,    B1200   },
    {2400,    B2400   },
    {4800,    B4800   },
    {9600,    B9600   },
    {19200,   B19200  },
    {38400,   B38400  },
    {57600,   B57600  },
    {115200,  B115200 },
    {230400,  B230400 },
    {460800,  B460800 },
    {500000,  B500000 },
    {921600,  B921600 },
    {1000000, B1000000},
    {2000000, B2000000},
};

static int set_rate(struct termios *settings, int32_t baud, char *error)
{
    for (size_t i = 0; i < COUNT(rates); i++)
        if (rates[i].baud == baud)
            return cfsetspeed(settings, rates[i].speed);
    port_fail(error,
              "bad baud %d; accepted: 1200 2400 4800 9600 19200 38400 57600 115200 "
              "230400 460800 500000 921600 1000000 2000000",
              (int)baud);
    return RESULT_BAD_VALUE;
}

int tty_set_raw(int descriptor, int32_t baud, char *error)
{
    struct termios settings;
    if (tcgetattr(descriptor, &settings) != 0)
        return port_fail_errno(error, "not a serial device");
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    int result = baud ? set_rate(&settings, baud, error) : RESULT_OK;
    if (result == RESULT_OK && tcsetattr(descriptor, TCSANOW, &settings) != 0)
        result = port_fail_errno(error, "cannot set the serial device");
    return result;
}

int tty_open(const char *path, int32_t baud, char *error)
{
    int descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return port_fail_errno(error, "cannot open '%.80s'", path);
    int result = tty_set_raw(descriptor, baud, error);
    if (result == RESULT_OK)
        return descriptor;
    close(descriptor);
    return result;
}
