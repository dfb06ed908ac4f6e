/* SPDX-License-Identifier: Apache-2.0
 * Pseudo terminal. Both sides are raw before the symbolic link appears, so that who finds it can
 * use it at once.
 */
#include "port/linux/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "port/linux/tty.h"

/* Cannot happen while we hold the far side open; then there is nobody left to talk to. */
static void hung_up(struct channel *channel, int error)
{
    (void)error;
    channel_close(channel);
}

static int open_far_side(struct pty *pty, int descriptor, char *error)
{
    if (grantpt(descriptor) != 0 || unlockpt(descriptor) != 0 ||
        ptsname_r(descriptor, pty->far_path, sizeof pty->far_path) != 0)
        return port_fail_errno(error, "cannot make a pseudo terminal");
    pty->far_descriptor = open(pty->far_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->far_descriptor < 0)
        return port_fail_errno(error, "cannot open '%s'", pty->far_path);
    return tty_set_raw(pty->far_descriptor, 0, error);
}

static int make_link(struct pty *pty, const char *path, char *error)
{
    struct stat status;
    if (lstat(path, &status) == 0) {
        if (!S_ISLNK(status.st_mode))
            return port_fail(error, "'%.80s' exists and is not a symbolic link", path);
        unlink(path);
    }
    if (symlink(pty->far_path, path) != 0)
        return port_fail_errno(error, "cannot make the symbolic link '%.80s'", path);
    strcpy(pty->link_path, path); /* came from a struct url, so it fits */
    return RESULT_OK;
}

int pty_open(struct pty *pty, struct loop *loop, const char *path, char *error)
{
    pty->far_descriptor = -1;
    pty->link_path[0] = '\0';
    int descriptor = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return port_fail_errno(error, "cannot make a pseudo terminal");
    pty->channel.hang_up = hung_up;
    int result = open_far_side(pty, descriptor, error);
    if (result != RESULT_OK)
        close(descriptor);
    else if (channel_open(&pty->channel, loop, descriptor) != RESULT_OK)
        result = port_fail(error, "cannot add the pseudo terminal to the loop");
    else
        result = make_link(pty, path, error);
    if (result != RESULT_OK)
        pty_close(pty);
    return result;
}

/* Removes the link only while it is ours: somebody else may have taken the name since. */
static void remove_link(struct pty *pty)
{
    char target[sizeof pty->far_path];
    ssize_t size = readlink(pty->link_path, target, sizeof target);
    if (size == (ssize_t)strlen(pty->far_path) && !memcmp(target, pty->far_path, (size_t)size))
        unlink(pty->link_path);
}

void pty_close(struct pty *pty)
{
    if (pty->link_path[0])
        remove_link(pty);
    pty->link_path[0] = '\0';
    channel_close(&pty->channel);
    if (pty->far_descriptor >= 0)
        close(pty->far_descriptor);
    pty->far_descriptor = -1;
}
