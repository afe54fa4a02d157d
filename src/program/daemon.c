/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/daemon.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/time.h"
#include "host/log.h"

/* Below it a port takes a privilege, unless the system is told otherwise. */
#define FIRST_FREE_PORT 1024

int daemon_read_logging(const struct options *options)
{
    enum log_level level;
    enum log_format format;
    const char *text = options_value(options, "log.level");
    if (!log_level_parse(text, &level)) {
        return options_refuse(options, "log.level", text, "debug, info, warn or error");
    }
    text = options_value(options, "log.format");
    if (!log_format_parse(text, &format)) {
        return options_refuse(options, "log.format", text, "logfmt or json");
    }
    log_setup(level, format);
    return 0;
}

sigset_t daemon_block_signals(const int *also)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    for (; *also != 0; also++) {
        sigaddset(&signals, *also);
    }
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

void daemon_raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

const char *daemon_listen_error(const struct addr *address, int error)
{
    if (error == EACCES && address->port < FIRST_FREE_PORT) {
        return "Permission denied; a port below 1024 needs CAP_NET_BIND_SERVICE";
    }
    return strerror(error);
}

bool daemon_has_manager(void)
{
    return getenv("NOTIFY_SOCKET") != NULL;
}

int64_t daemon_watchdog_ns(void)
{
    const char *text = getenv("WATCHDOG_USEC");
    const char *pid_text = getenv("WATCHDOG_PID");
    uint64_t us, pid;
    bool is_meant = pid_text == NULL ||
                    (options_parse_number(pid_text, 1, INT32_MAX, &pid) && (pid_t)pid == getpid());
    if (text == NULL || !is_meant || !options_parse_number(text, 1, INT64_MAX / NS_PER_US, &us)) {
        return 0;
    }
    return (int64_t)us * NS_PER_US;
}

void daemon_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') ||
        strlen(path) >= sizeof name.sun_path) {
        return;
    }
    size_t length = strlen(path);
    memcpy(name.sun_path, path, length);
    if (path[0] == '@') {
        name.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    /* Nobody could be told that telling failed. */
    ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name, size);
    (void)sent;
    close(fd);
}
