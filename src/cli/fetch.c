/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fetch.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/time.h"
#include "config/duration.h"
#include "host/clock.h"

#define PART_MAX 256 /* bytes of a host name with its NUL */
#define MS_PER_SECOND 1000
#define HEADERS_MAX 100 /* a server that sends them for ever is no exporter */

struct fetch {
    const char *program;
    FILE *stream;
    int fd;
    struct mono end; /* then nothing more is read */
    bool is_faulty;
    char line[FETCH_LINE_MAX];
};

struct place {
    char host[PART_MAX], port[8], prefix[PART_MAX];
};

/* "host", "[::1]", "host:port" and what follows. False when it is none of these. */
static bool split_url(const char *url, struct place *out)
{
    static const char scheme[] = "http://";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    const char *at = url + sizeof scheme - 1;
    bool is_bracketed = *at == '[';
    at += is_bracketed;
    size_t length = strcspn(at, is_bracketed ? "]" : ":/@?#");
    if (length == 0 || length >= sizeof out->host) {
        return false;
    }
    snprintf(out->host, sizeof out->host, "%.*s", (int)length, at);
    at += length;
    if (is_bracketed && *at++ != ']') {
        return false;
    }
    snprintf(out->port, sizeof out->port, "80");
    if (*at == ':') {
        length = strspn(++at, "0123456789");
        if (length == 0 || length >= sizeof out->port) {
            return false;
        }
        snprintf(out->port, sizeof out->port, "%.*s", (int)length, at);
        at += length;
    }
    length = strlen(at);
    length -= length > 0 && at[length - 1] == '/';
    if (length >= sizeof out->prefix || strpbrk(at, "?# ") != NULL || (*at != '/' && *at != '\0')) {
        return false;
    }
    snprintf(out->prefix, sizeof out->prefix, "%.*s", (int)length, at);
    return true;
}

/* A connected socket; -1 with a reason. */
static int connect_to(const struct place *place, const char **reason)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const struct timeval patience = {.tv_sec = FETCH_SECONDS};
    struct addrinfo *addresses;
    int fd = -1;
    int error = getaddrinfo(place->host, place->port, &hints, &addresses);
    if (error != 0) {
        *reason = gai_strerror(error);
        return -1;
    }
    for (const struct addrinfo *at = addresses; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd < 0) {
            continue;
        }
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
            *reason = strerror(errno);
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(addresses);
    return fd;
}

static bool send_request(int fd, const struct place *place, const char *path)
{
    struct buf request = {0};
    bool is_ipv6 = strchr(place->host, ':') != NULL;
    buf_printf(&request, "GET %s%s HTTP/1.0\r\nHost: %s%s%s:%s\r\nAccept: application/json\r\n\r\n",
               place->prefix, path, is_ipv6 ? "[" : "", place->host, is_ipv6 ? "]" : "",
               place->port);
    size_t sent = 0;
    while (sent < request.size) {
        ssize_t size = send(fd, request.bytes + sent, request.size - sent, MSG_NOSIGNAL);
        if (size <= 0) {
            break;
        }
        sent += (size_t)size;
    }
    bool is_sent = sent == request.size;
    buf_fini(&request);
    return is_sent;
}

const char *fetch_line(struct fetch *fetch)
{
    if (fgets(fetch->line, sizeof fetch->line, fetch->stream) == NULL) {
        fetch->is_faulty = fetch->is_faulty || ferror(fetch->stream) != 0;
        return NULL;
    }
    size_t length = strcspn(fetch->line, "\r\n");
    if (fetch->line[length] == '\0' && length + 1 == sizeof fetch->line) {
        fetch->is_faulty = true;
        return NULL;
    }
    fetch->line[length] = '\0';
    return fetch->line;
}

/* Reads the head of the answer. False after a message. */
static bool read_head(struct fetch *fetch, const char *url)
{
    unsigned status;
    const char *line = fetch_line(fetch);
    if (line == NULL || sscanf(line, "HTTP/1.%*1[01] %3u", &status) != 1) {
        fprintf(stderr, "%s: %s does not answer as an exporter\n", fetch->program, url);
        return false;
    }
    size_t headers = 0;
    while ((line = fetch_line(fetch)) != NULL && line[0] != '\0') {
        if (++headers > HEADERS_MAX) {
            fprintf(stderr, "%s: %s answers with more than %d headers\n", fetch->program, url,
                    HEADERS_MAX);
            return false;
        }
    }
    if (status == 200) {
        return true;
    }
    fprintf(stderr, "%s: %s answers with status %u%s\n", fetch->program, url, status,
            status == 401   ? ": it wants a password; curl can ask it, and - read what curl got"
            : status == 404 ? ": it is no exporter of this version, or below another path"
                            : "");
    return false;
}

static struct fetch *new_fetch(const char *program, FILE *stream)
{
    struct fetch *fetch = mem_alloc(1, sizeof *fetch);
    fetch->program = program;
    fetch->stream = stream;
    return fetch;
}

/* A server that sends a byte now and then would never end otherwise. */
static ssize_t read_socket(void *cookie, char *out, size_t size)
{
    const struct fetch *fetch = cookie;
    int64_t left_ms = mono_diff(fetch->end, clock_now().mono) / NS_PER_MS;
    int64_t most_ms = FETCH_SECONDS * MS_PER_SECOND;
    int64_t wait_ms = left_ms < most_ms ? left_ms : most_ms;
    struct pollfd item = {.fd = fetch->fd, .events = POLLIN};
    if (wait_ms <= 0 || poll(&item, 1, (int)wait_ms) <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    return read(fetch->fd, out, size);
}

static int close_socket(void *cookie)
{
    const struct fetch *fetch = cookie;
    return close(fetch->fd);
}

static struct fetch *open_socket(const char *program, int fd, struct mono end)
{
    static const cookie_io_functions_t functions = {.read = read_socket, .close = close_socket};
    struct fetch *fetch = new_fetch(program, NULL);
    fetch->fd = fd;
    fetch->end = end;
    fetch->stream = fopencookie(fetch, "r", functions);
    return fetch;
}

struct fetch *fetch_open(const char *program, const char *url, const char *path)
{
    int64_t within_ns = 0;
    duration_parse(FETCH_WHOLE, &within_ns);
    return fetch_open_within(program, url, path, within_ns);
}

struct fetch *fetch_open_within(const char *program, const char *url, const char *path,
                                int64_t within_ns)
{
    const struct mono end = mono_add(clock_now().mono, within_ns);
    struct place place;
    const char *reason = "no address";
    if (strcmp(url, "-") == 0) {
        return new_fetch(program, stdin);
    }
    if (!split_url(url, &place)) {
        fprintf(stderr,
                "%s: \"%s\" is not http://HOST:PORT; what another program fetched (https, a "
                "password) can be read from standard input: -\n",
                program, url);
        return NULL;
    }
    int fd = connect_to(&place, &reason);
    if (fd < 0 || !send_request(fd, &place, path)) {
        fprintf(stderr, "%s: %s: %s\n", program, url, fd < 0 ? reason : "no request could be sent");
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    struct fetch *fetch = open_socket(program, fd, end);
    if (!read_head(fetch, url)) {
        fclose(fetch->stream);
        free(fetch);
        return NULL;
    }
    return fetch;
}

bool fetch_close(struct fetch *fetch)
{
    bool is_good = !fetch->is_faulty;
    if (!is_good) {
        fprintf(stderr, "%s: the answer cannot be read to its end\n", fetch->program);
    }
    if (fetch->stream != stdin) {
        fclose(fetch->stream);
    }
    free(fetch);
    return is_good;
}
