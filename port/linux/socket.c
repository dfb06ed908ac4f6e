/* SPDX-License-Identifier: Apache-2.0
 * Addresses and listening sockets. A socket file that nobody listens on any more is replaced, one
 * in use is an error.
 */
#include "port/linux/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/result.h"

#define BACKLOG 16

static int resolve_unix(struct socket_address *address, const char *path, char *error)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof local.sun_path)
        return port_fail(error, "the path of a socket may have %u characters at most",
                         (unsigned)sizeof local.sun_path - 1);
    strcpy(local.sun_path, path);
    memcpy(&address->storage, &local, sizeof local);
    address->size = sizeof local;
    return RESULT_OK;
}

int socket_resolve(struct socket_address *address, const struct url *url, char *error)
{
    *address = (struct socket_address){0};
    if (url->scheme == URL_UNIX || url->scheme == URL_UNIX_LISTEN)
        return resolve_unix(address, url->name, error);
    char port[8];
    snprintf(port, sizeof port, "%u", url->port);
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    const char *host = url->name[0] ? url->name : "127.0.0.1";
    int result = getaddrinfo(host, port, &hints, &found);
    if (result != 0)
        return port_fail(error, "host '%.60s': %s", host, gai_strerror(result));
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->size = found->ai_addrlen;
    freeaddrinfo(found);
    return RESULT_OK;
}

static void remove_stale(const char *path, const struct socket_address *address)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return;
    if (connect(probe, (const struct sockaddr *)&address->storage, address->size) != 0 &&
        errno == ECONNREFUSED)
        unlink(path);
    close(probe);
}

static int fail_bind(const struct url *url, char *error)
{
    if (errno == EADDRINUSE && url->scheme == URL_UNIX_LISTEN)
        return port_fail(error, "'%.100s' is in use", url->name);
    if (errno == EADDRINUSE)
        return port_fail(error, "port %u is in use", url->port);
    return port_fail_errno(error, "cannot listen on '%.80s'", url->name);
}

/* Host and port that the kernel has given. */
static void read_back(struct url *url, int descriptor)
{
    struct sockaddr_storage storage;
    socklen_t size = sizeof storage;
    struct sockaddr *address = (struct sockaddr *)&storage;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(descriptor, address, &size) != 0 ||
        getnameinfo(address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    unsigned number;
    if (sscanf(port, "%u", &number) == 1)
        url->port = (uint16_t)number;
    if (strlen(host) < sizeof url->name)
        strcpy(url->name, host);
}

int socket_listen(struct url *url, char *error)
{
    struct socket_address address;
    int result = socket_resolve(&address, url, error);
    if (result != RESULT_OK)
        return result;
    if (url->scheme == URL_UNIX_LISTEN)
        remove_stale(url->name, &address);
    int descriptor =
        socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return port_fail_errno(error, "no socket");
    int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, (const struct sockaddr *)&address.storage, address.size) != 0 ||
        listen(descriptor, BACKLOG) != 0) {
        result = fail_bind(url, error);
        close(descriptor);
        return result;
    }
    if (url->scheme != URL_UNIX_LISTEN)
        read_back(url, descriptor);
    return descriptor;
}

void socket_set_no_delay(int descriptor)
{
    int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}
