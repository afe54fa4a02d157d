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

#include "base/crypto.h"
#include "config/config.h"
#include "config/yaml.h"
#include "host/host.h"
#include "host/log.h"
#include "web/gzip.h"
#include "web/http.h"

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

/* The pairs end where one has no key. */
void daemon_log_start(const char *program, const char *file, const struct config *config)
{
    size_t targets = config == NULL ? 0 : config->targets->count;
    log_line(LOG_LEVEL_INFO, "starting", "program", program, "version", IPSLA_VERSION, "revision",
             IPSLA_REVISION, "libmicrohttpd", http_library_version(), "libevent",
             host_library_version(), "libyaml", yaml_library_version(), "openssl",
             crypto_library_version(), "zlib", gzip_library_version(), file == NULL ? NULL : "file",
             file, config == NULL ? NULL : "targets", LOG_NUMBER(targets), NULL);
}

static void log_finding(const struct diagnostics *diagnostics, size_t index)
{
    const struct diagnostic *item = &diagnostics->items[index];
    struct diagnostics one = {
        .file = diagnostics->file, .items = &diagnostics->items[index], .count = 1};
    struct buf text = {0};
    diagnostics_format(&one, &text);
    while (text.size > 0 && text.bytes[text.size - 1] == '\n') {
        text.bytes[--text.size] = '\0';
    }
    log_line(item->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "configuration", "finding",
             buf_string(&text), "file", diagnostics->file, "line", LOG_NUMBER(item->line), "column",
             LOG_NUMBER(item->column), NULL);
    buf_fini(&text);
}

void daemon_log_findings(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        log_finding(diagnostics, i);
    }
    if (diagnostics->unlisted > 0) {
        log_line(LOG_LEVEL_ERROR, "configuration", "finding", "more than are listed", "findings",
                 LOG_NUMBER(diagnostics->unlisted), NULL);
    }
}
