/* SPDX-License-Identifier: Apache-2.0
 * A pseudo terminal for one participant, found under a symbolic link. Raw: every byte passes as it
 * is. A second descriptor of the far side stays open, so that a program may come and go.
 */
#ifndef HEARTH_PORT_LINUX_PTY_H
#define HEARTH_PORT_LINUX_PTY_H

#include "port/linux/channel.h"
#include "port/linux/url.h"

struct pty {
    struct channel channel;
    int far_descriptor;
    char link_path[URL_TEXT_SIZE];
    char far_path[64];
};

/* `channel.context` and `channel.receive` are set before. A symbolic link at `path` is replaced,
 * anything else is left alone and an error. */
int pty_open(struct pty *pty, struct loop *loop, const char *path, char *error);
void pty_close(struct pty *pty);

#endif
