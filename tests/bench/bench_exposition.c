/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an exposition of many targets costs, next to a memcpy of the same bytes and to a server that
 * does nothing but send them. Run by exposition.py:
 *   bench_exposition render TARGETS REPETITIONS [openmetrics|text|protobuf|native]
 *     (native: protobuf, without classic buckets)
 *   bench_exposition levels TARGETS REPETITIONS    series, bytes, gzip, CPU of each level
 *   bench_exposition serve TARGETS PORT gzip|text  the exporter's own HTTP server
 *   bench_exposition static TARGETS PORT gzip|text the same bytes, made before
 *   bench_exposition get REPETITIONS gzip|text PORT...
 * All figures are printed one a line: name, then one value a repetition. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "expo/expo.h"
#include "expo/proto.h"
#include "expo/text.h"
#include "operation/operation.h"
#include "web/gzip.h"
#include "web/http.h"

#define SAMPLES 200
#define PORTS_MAX 4
#define REPETITIONS_MAX 1000
#define PART_BYTES ((size_t)64 * 1024)

static void fail(const char *what)
{
    fprintf(stderr, "bench_exposition: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- targets that have run for a while --- */

static struct spec *make_spec(size_t number)
{
    char text[32];
    struct spec *spec = spec_new();
    snprintf(text, sizeof text, "site-%05zu-voice", number);
    spec->identity.name = mem_string(text);
    snprintf(text, sizeof text, "10.%zu.%zu.1", number / 256 % 256, number % 256);
    spec->identity.host = mem_string(text);
    spec->identity.owner = mem_string("noc");
    spec->identity.tag = mem_string("");
    spec->operation = &operation_udp_jitter;
    spec->control.version = CONTROL_V1;
    spec->path.port = 16384;
    spec->identity.labels = mem_alloc(1, sizeof *spec->identity.labels);
    spec->identity.label_count = 1;
    snprintf(text, sizeof text, "r%zu", number % 40);
    spec->identity.labels[0] = (struct label){mem_string("region"), mem_string(text)};
    return spec;
}

static void fill_hist(struct hist *hist, struct rng *rng, uint64_t least_ns)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t value_ns = least_ns + rng_below(rng, least_ns);
        hist_observe(hist, &hist_layout_default, (int64_t)value_ns);
        native_observe(&hist->native, (int64_t)value_ns);
    }
}

static struct report *make_report(size_t number, struct rng *rng)
{
    struct report *report = mem_alloc(1, sizeof *report);
    report->references = 1;
    report->spec = make_spec(number);
    report->has_run = true;
    report->has_succeeded = true;
    report->last_run.ns =
        INT64_C(1767268800) * NS_PER_SECOND + (int64_t)rng_below(rng, 60000000000);
    report->last_success = report->last_run;
    report->latest.outcome = OUTCOME_OK;
    report->latest.return_code = RETURN_CODE_OK;
    report->latest.duration_ns = 180 * NS_PER_MS + (int64_t)rng_below(rng, 9000000);
    report->latest.control_rtt_ns = (int64_t)rng_below(rng, 9000000);
    report->latest.has_reply = true;
    report->latest.sent = report->latest.received = 10;
    report->next_start = wall_add(report->last_run, 60 * NS_PER_SECOND);
    for (unsigned i = 0; i < 10; i++) {
        moments_add(&report->latest.rtt, (int64_t)(500000 + rng_below(rng, 20000000)));
        moments_add(&report->latest.sd.jitter.positive, (int64_t)rng_below(rng, 1000000));
        moments_add(&report->latest.ds.jitter.negative, (int64_t)rng_below(rng, 1000000));
    }
    report->latest.sd.jitter.samples = report->latest.ds.jitter.samples = 9;
    report->latest.sd.jitter.max_ns = report->latest.ds.jitter.max_ns = NS_PER_MS;
    struct tally *tally = &report->tally;
    tally->operations = SAMPLES / 10;
    tally->sent = SAMPLES + number;
    tally->received = SAMPLES;
    fill_hist(&tally->rtt, rng, 500000 + rng_below(rng, 20000000));
    fill_hist(&tally->processing, rng, 20000);
    fill_hist(&tally->sd.jitter, rng, 90000);
    fill_hist(&tally->ds.jitter, rng, 200000);
    tally->sd.positive_ns = (int64_t)rng_below(rng, 1000000000);
    tally->ds.negative_ns = (int64_t)rng_below(rng, 1000000000);
    return report;
}

static struct snapshot *make_snapshot(size_t count)
{
    struct rng rng = {1};
    struct snapshot *snapshot = snapshot_new(count);
    for (size_t i = 0; i < count; i++) {
        snapshot->reports[i] = make_report(i, &rng);
    }
    return snapshot;
}

static struct expo_view view_of(struct snapshot *const *snapshot)
{
    return (struct expo_view){
        .version = "1", .revision = "x", .snapshots = snapshot, .snapshot_count = 1};
}

/* --- rendering --- */

static size_t count_series(const struct buf *body)
{
    size_t count = 0;
    for (size_t i = 0; i + 1 < body->size; i++) {
        count += body->bytes[i] == '\n' && body->bytes[i + 1] != '#';
    }
    return count;
}

/* CPU time to write it, part by part as the server does. */
static double time_render(const struct expo_view *view, const struct expo_format *format)
{
    static char part[PART_BYTES];
    double begin = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    struct expo_body *body = expo_body_open(view, format);
    while (expo_body_read(body, part, sizeof part) > 0) {
    }
    expo_body_close(body);
    return seconds_of(CLOCK_THREAD_CPUTIME_ID) - begin;
}

static double time_copy(char *copy, const struct buf *body)
{
    double begin = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    memcpy(copy, body->bytes, body->size);
    __asm__ volatile("" : : "r"(copy) : "memory"); /* it is needed */
    return seconds_of(CLOCK_THREAD_CPUTIME_ID) - begin;
}

static const struct expo_format *format_named(const char *name)
{
    if (strcmp(name, "text") == 0) {
        return &format_text;
    }
    return strcmp(name, "openmetrics") == 0 ? &format_openmetrics : &format_proto;
}

static void keep_native_only(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        ((struct spec *)snapshot->reports[i]->spec)->results.histograms = HIST_NATIVE;
    }
}

static int run_render(size_t targets, size_t repetitions, const char *form)
{
    const struct expo_format *format = format_named(form);
    struct snapshot *snapshot = make_snapshot(targets);
    if (strcmp(form, "native") == 0) {
        keep_native_only(snapshot);
    }
    struct expo_view view = view_of(&snapshot);
    struct buf body = {0};
    expo_render(&view, format, &body);
    char *copy = mem_alloc(body.size, 1);
    memset(copy, 1, body.size);
    double times[2][REPETITIONS_MAX];
    for (size_t i = 0; i < repetitions; i++) {
        times[0][i] = time_copy(copy, &body);
        times[1][i] = time_render(&view, format);
    }
    printf("bytes %zu\nseries %zu\nmemcpy", body.size, count_series(&body));
    for (size_t i = 0; i < repetitions; i++) {
        printf(" %.6f", times[0][i]);
    }
    printf("\nrender");
    for (size_t i = 0; i < repetitions; i++) {
        printf(" %.6f", times[1][i]);
    }
    printf("\n");
    free(copy);
    buf_fini(&body);
    snapshot_unref(snapshot);
    return 0;
}

static double least_render(const struct expo_view *view, size_t repetitions)
{
    double least = time_render(view, &format_openmetrics);
    for (size_t i = 1; i < repetitions; i++) {
        double seconds = time_render(view, &format_openmetrics);
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* One line a level: its name, series, bytes, bytes with gzip, seconds of CPU to write it. */
static int run_levels(size_t targets, size_t repetitions)
{
    static const char *const names[] = {"minimal", "default", "all"};
    struct snapshot *snapshot = make_snapshot(targets);
    struct expo_view view = view_of(&snapshot);
    for (int level = SERIES_MINIMAL; level <= SERIES_ALL; level++) {
        struct buf body = {0};
        for (size_t i = 0; i < targets; i++) {
            struct spec *spec = (struct spec *)(uintptr_t)snapshot->reports[i]->spec;
            spec->results.series = (enum series_level)level;
        }
        expo_render(&view, &format_openmetrics, &body);
        size_t series = count_series(&body), bytes = body.size;
        gzip_compress(&body);
        printf("%s %zu %zu %zu %.3f\n", names[level - SERIES_MINIMAL], series, bytes, body.size,
               least_render(&view, repetitions));
        buf_fini(&body);
    }
    snapshot_unref(snapshot);
    return 0;
}

/* --- the exporter's server --- */

static size_t read_body(void *context, char *out, size_t size)
{
    return expo_body_read(context, out, size);
}

static void close_body(void *context, bool is_complete)
{
    (void)is_complete;
    expo_body_close(context);
}

static struct stream_source open_metrics(void *context, const struct metrics_request *request)
{
    return (struct stream_source){expo_body_open(context, request->format), read_body, close_body};
}

static _Noreturn void run_serve(size_t targets, uint16_t port, bool is_gzip)
{
    struct snapshot *snapshot = make_snapshot(targets);
    struct expo_view view = view_of(&snapshot);
    struct addr listen = {.family = ADDR_IPV4, .ip = {127, 0, 0, 1}, .port = port};
    struct addr failed;
    const struct http_settings settings = {
        .listen = &listen,
        .listen_count = 1,
        .metrics_path = "/metrics",
        .is_plain = !is_gzip,
    };
    const struct http_handlers handlers = {.context = &view, .metrics = open_metrics};
    if (http_start(&settings, &handlers, &failed, &errno) == NULL) {
        fail("listen");
    }
    for (;;) {
        pause();
    }
}

/* --- a server that only sends --- */

static int listen_at(uint16_t port)
{
    const struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&name, sizeof name) < 0 || listen(fd, 8) < 0) {
        fail("listen");
    }
    return fd;
}

static void send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        size -= (size_t)sent;
    }
}

/* One request after the other, each on a connection of its own. */
static _Noreturn void answer_for_ever(int listener, const struct buf *head, const struct buf *body)
{
    for (;;) {
        char request[4096];
        size_t size = 0;
        int fd = accept(listener, NULL, NULL);
        ssize_t got;
        do {
            got = recv(fd, request + size, sizeof request - 1 - size, 0);
            size += got > 0 ? (size_t)got : 0;
            request[size] = '\0';
        } while (got > 0 && strstr(request, "\r\n\r\n") == NULL);
        send_all(fd, head->bytes, head->size);
        send_all(fd, body->bytes, body->size);
        close(fd);
    }
}

static _Noreturn void run_static(size_t targets, uint16_t port, bool is_gzip)
{
    struct snapshot *snapshot = make_snapshot(targets);
    struct expo_view view = view_of(&snapshot);
    struct buf head = {0};
    struct buf body = {0};
    expo_render(&view, &format_openmetrics, &body);
    if (is_gzip) {
        gzip_compress(&body);
    }
    buf_printf(&head,
               "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n",
               format_openmetrics.content_type, is_gzip ? "Content-Encoding: gzip\r\n" : "",
               body.size);
    answer_for_ever(listen_at(port), &head, &body);
}

/* --- a client --- */

/* Wall time from connecting to the end of the answer. */
static double time_get(uint16_t port, bool is_gzip, size_t *bytes)
{
    static char part[1024 * 1024];
    const struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char request[256];
    int size = snprintf(request, sizeof request,
                        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Accept: application/openmetrics-text\r\n%s\r\n",
                        is_gzip ? "Accept-Encoding: gzip\r\n" : "");
    double begin = seconds_of(CLOCK_MONOTONIC);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&name, sizeof name) < 0) {
        fail("connect");
    }
    send_all(fd, request, (size_t)size);
    ssize_t got;
    *bytes = 0;
    while ((got = recv(fd, part, sizeof part, 0)) > 0) {
        *bytes += (size_t)got;
    }
    close(fd);
    return seconds_of(CLOCK_MONOTONIC) - begin;
}

static int run_get(size_t repetitions, bool is_gzip, char *const *ports, size_t port_count)
{
    static double times[PORTS_MAX][REPETITIONS_MAX];
    size_t bytes[PORTS_MAX] = {0};
    for (size_t i = 0; i < repetitions; i++) {
        for (size_t k = 0; k < port_count; k++) {
            times[k][i] = time_get((uint16_t)atoi(ports[k]), is_gzip, &bytes[k]);
        }
    }
    for (size_t k = 0; k < port_count; k++) {
        printf("bytes.%s %zu\nget.%s", ports[k], bytes[k], ports[k]);
        for (size_t i = 0; i < repetitions; i++) {
            printf(" %.6f", times[k][i]);
        }
        printf("\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 3 ? argv[1] : "";
    size_t first = argc > 3 ? (size_t)atol(argv[2]) : 0;
    bool is_gzip = argc > 4 && strcmp(argv[4], "gzip") == 0;
    if (strcmp(mode, "render") == 0 && atol(argv[3]) <= REPETITIONS_MAX) {
        return run_render(first, (size_t)atol(argv[3]), argc > 4 ? argv[4] : "openmetrics");
    }
    if (strcmp(mode, "levels") == 0) {
        return run_levels(first, (size_t)atol(argv[3]));
    }
    if (strcmp(mode, "serve") == 0) {
        run_serve(first, (uint16_t)atoi(argv[3]), is_gzip);
    }
    if (strcmp(mode, "static") == 0) {
        run_static(first, (uint16_t)atoi(argv[3]), is_gzip);
    }
    if (strcmp(mode, "get") == 0 && first <= REPETITIONS_MAX && argc - 4 <= PORTS_MAX) {
        return run_get(first, strcmp(argv[3], "gzip") == 0, argv + 4, (size_t)(argc - 4));
    }
    fprintf(stderr, "usage: bench_exposition render|serve|static|get ...\n");
    return 2;
}
