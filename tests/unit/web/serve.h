/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server on loopback with handlers made by hand, and a client of plain sockets. */
#ifndef UNIT_EXPO_SERVE_H
#define UNIT_EXPO_SERVE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "expo/text.h"
#include "support/build.h"
#include "support/cm.h"
#include "web/http.h"

#define DEADLINE_MS 60000

/* What the handlers answer, and what they were asked. */
struct fixture {
    struct http *http;
    struct addr address;
    struct http_settings settings;
    struct probe_handlers probes;
    atomic_bool is_ready;
    atomic_bool can_share; /* metrics can be opened again */
    atomic_uint reloads, renders;
    atomic_uint hold_ms; /* how long a rendering takes */
    atomic_size_t page_size, metrics_size;
    atomic_size_t given; /* of the metrics, to all */
    atomic_uint closed, completed; /* metrics */
    atomic_uint rejected[EXPO_REJECTION_COUNT]; /* as the latest metrics were told */
};

/* Metrics of `size` bytes, each a digit by its place; of size 0 a word that names the format. */
struct metrics {
    struct fixture *fixture;
    const struct expo_format *format;
    size_t size, at;
};

static inline size_t read_metrics(void *context, char *out, size_t size)
{
    struct metrics *metrics = context;
    if (metrics->size == 0) {
        const char *word = metrics->format == &format_openmetrics ? "# EOF\n" : "x 1\n";
        *out = word[metrics->at];
        metrics->at++;
        return *out == '\0' ? 0 : 1;
    }
    size_t left = metrics->size - metrics->at;
    size = size < left ? size : left;
    for (size_t i = 0; i < size; i++) {
        out[i] = (char)('0' + metrics->at++ % 10);
    }
    atomic_fetch_add(&metrics->fixture->given, size);
    return size;
}

static inline void close_metrics(void *context, bool is_complete)
{
    struct metrics *metrics = context;
    atomic_fetch_add(&metrics->fixture->completed, is_complete ? 1 : 0);
    atomic_fetch_add(&metrics->fixture->closed, 1);
    free(metrics);
}

static inline struct stream_source give_again(void *context);

static inline struct stream_source give_bytes(struct fixture *fixture,
                                              const struct expo_format *format)
{
    struct metrics *metrics = mem_alloc(1, sizeof *metrics);
    *metrics = (struct metrics){fixture, format, atomic_load(&fixture->metrics_size), 0};
    atomic_fetch_add(&fixture->renders, 1);
    return (struct stream_source){metrics, read_metrics, close_metrics,
                                  atomic_load(&fixture->can_share) ? give_again : NULL};
}

static inline struct stream_source give_again(void *context)
{
    const struct metrics *metrics = context;
    return give_bytes(metrics->fixture, metrics->format);
}

static inline struct stream_source give_metrics(void *context,
                                                const struct metrics_request *request)
{
    struct fixture *fixture = context;
    unsigned hold_ms = atomic_load(&fixture->hold_ms);
    if (hold_ms > 0) {
        nanosleep(&(struct timespec){0, (long)hold_ms * 1000000}, NULL);
    }
    for (unsigned i = 0; i < EXPO_REJECTION_COUNT; i++) {
        atomic_store(&fixture->rejected[i], (unsigned)request->rejections.of[i]);
    }
    return give_bytes(fixture, request->format);
}

static inline void give_page(void *context, struct buf *out)
{
    struct fixture *fixture = context;
    buf_add_string(out, "<!DOCTYPE html>");
    size_t size = atomic_load(&fixture->page_size);
    for (size_t i = 0; i < size; i += 10) {
        buf_add(out, "0123456789", 10);
    }
}

static inline bool give_ready(void *context, struct buf *message)
{
    struct fixture *fixture = context;
    buf_add_string(message, "2 targets have not run yet");
    return atomic_load(&fixture->is_ready);
}

/* The test ends the reload by http_reloaded. */
static inline void request_reload(void *context)
{
    struct fixture *fixture = context;
    atomic_fetch_add(&fixture->reloads, 1);
}

#define CONFIG_TEXT "a: b\n"

/* A byte at a time. */
static inline size_t read_config(void *context, char *out, size_t size)
{
    size_t *at = context;
    (void)size;
    *out = CONFIG_TEXT[(*at)++];
    return *out == '\0' ? 0 : 1;
}

static inline void close_config(void *context, bool is_complete)
{
    (void)is_complete;
    free(context);
}

static inline struct stream_source give_config(void *context)
{
    (void)context;
    return (struct stream_source){mem_alloc(1, sizeof(size_t)), read_config, close_config};
}

static inline void await(const atomic_uint *value, unsigned wanted)
{
    for (unsigned i = 0; i < DEADLINE_MS && atomic_load(value) < wanted; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    assert_int_equal(atomic_load(value), wanted);
}

static inline struct http *start_at(const struct addr *listen, size_t count,
                                    struct fixture *fixture, int *error)
{
    const struct http_handlers handlers = {fixture,        give_metrics, give_page,      give_ready,
                                           request_reload, give_config,  fixture->probes};
    struct addr failed = {0};
    *error = 0;
    struct http_settings settings = fixture->settings;
    settings.listen = listen;
    settings.listen_count = count;
    settings.metrics_path = "/metrics";
    struct http *http = http_start(&settings, &handlers, &failed, error);
    if (http == NULL) {
        assert_true(addr_is_equal(&failed, &listen[count - 1]));
    }
    return http;
}

static inline int setup(void **state)
{
    struct fixture *fixture = mem_alloc(1, sizeof *fixture);
    struct addr listen = build_addr("127.0.0.1:0");
    int error;
    fixture->http = start_at(&listen, 1, fixture, &error);
    assert_non_null(fixture->http);
    fixture->address = http_address(fixture->http, 0);
    assert_true(fixture->address.port != 0);
    *state = fixture;
    return 0;
}

/* Starts the server again, with these settings. */
static inline void restart(struct fixture *fixture, const struct http_settings *settings)
{
    http_stop(fixture->http);
    fixture->settings = *settings;
    const struct addr listen = build_addr("127.0.0.1:0");
    int error;
    fixture->http = start_at(&listen, 1, fixture, &error);
    assert_non_null(fixture->http);
    fixture->address = http_address(fixture->http, 0);
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    http_stop(fixture->http);
    assert_int_equal(atomic_load(&fixture->closed), atomic_load(&fixture->renders));
    free(fixture);
    return 0;
}

static inline int dial(const struct addr *addr)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(addr->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(addr->port)};
    memcpy(&v4.sin_addr, addr->ip, 4);
    memcpy(&v6.sin6_addr, addr->ip, 16);
    bool is_v6 = addr->family == ADDR_IPV6;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    const struct sockaddr *name = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    assert_int_equal(connect(fd, name, is_v6 ? sizeof v6 : sizeof v4), 0);
    return fd;
}

/* The peer may close while we still send: then the rest is lost, which is fine. */
static inline void say(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0) {
            return;
        }
        at += sent;
        size -= (size_t)sent;
    }
}

/* Everything until the server closes, which must be before the deadline. */
static inline void hear(int fd, struct buf *out)
{
    char bytes[65536];
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
        ssize_t size = recv(fd, bytes, sizeof bytes, 0);
        if (size <= 0) {
            return;
        }
        buf_add(out, bytes, (size_t)size);
    }
}

/* Sends the bytes on a connection of their own; the whole answer goes to `out`. */
static inline void ask_raw(const struct addr *addr, const char *request, size_t size,
                           struct buf *out)
{
    int fd = dial(addr);
    say(fd, request, size);
    hear(fd, out);
    close(fd);
}

/* "METHOD PATH" and further header lines, each with its \r\n. */
static inline void ask(const struct fixture *fixture, const char *what, const char *headers,
                       struct buf *out)
{
    struct buf request = {0};
    buf_printf(&request, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", what, headers);
    ask_raw(&fixture->address, request.bytes, request.size, out);
    buf_fini(&request);
}

static inline const char *body_of(const struct buf *answer)
{
    const char *end = strstr(buf_string(answer), "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}

static inline void expect_status(const struct buf *answer, int status)
{
    char start[32];
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    if (strncmp(buf_string(answer), start, strlen(start)) != 0) {
        fail_msg("expected %d: %.200s", status, buf_string(answer));
    }
}

static inline void expect_header(const struct buf *answer, const char *line)
{
    char wanted[200];
    snprintf(wanted, sizeof wanted, "\r\n%s\r\n", line);
    const char *found = strstr(buf_string(answer), wanted);
    if (found == NULL || found >= body_of(answer)) {
        fail_msg("no header '%s' in: %.600s", line, buf_string(answer));
    }
}

/* Asks, checks status, body and the headers of every answer. */
static inline void expect(const struct fixture *fixture, const char *what, int status,
                          const char *body)
{
    struct buf answer = {0};
    ask(fixture, what, "", &answer);
    expect_status(&answer, status);
    assert_string_equal(body_of(&answer), body);
    expect_header(&answer, "Cache-Control: no-store");
    expect_header(&answer, "X-Content-Type-Options: nosniff");
    assert_non_null(strstr(answer.bytes, "\r\nContent-Type: "));
    assert_non_null(strstr(answer.bytes, "\r\nContent-Length: "));
    buf_fini(&answer);
}

/* One more scrape is told that `count` were rejected for the reason, and none for another. */
static inline void expect_rejected(struct fixture *fixture, enum expo_rejection reason,
                                   unsigned count)
{
    struct buf answer = {0};
    atomic_store(&fixture->metrics_size, 0);
    ask(fixture, "GET /metrics", "", &answer);
    expect_status(&answer, 200);
    for (unsigned i = 0; i < EXPO_REJECTION_COUNT; i++) {
        assert_int_equal(atomic_load(&fixture->rejected[i]), i == reason ? count : 0);
    }
    buf_fini(&answer);
}

/* The size of `body` (gzip) unpacked, every byte after `head` being a digit in its place. */
static inline size_t unpack(const char *body, size_t size, const char *head)
{
    static char unpacked[512 * 1024];
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)body,
                       .avail_in = (uInt)size,
                       .next_out = (Bytef *)unpacked,
                       .avail_out = sizeof unpacked};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    assert_memory_equal(unpacked, head, strlen(head));
    for (size_t i = strlen(head); i < stream.total_out; i++) {
        assert_int_equal(unpacked[i], '0' + (i - strlen(head)) % 10);
    }
    return stream.total_out;
}

#endif
