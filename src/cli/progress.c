/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "operation/payload.h"

#define COLUMNS_DEFAULT 80
#define RETRY_NS (5 * NS_PER_MS)
#define ERASE "\r\033[K"

bool cli_progress_is_possible(void)
{
    const char *term = getenv("TERM");
    bool is_dumb = term != NULL && strcmp(term, "dumb") == 0;
    return isatty(STDERR_FILENO) == 1 && !is_dumb;
}

/* The terminal with a file description of our own: it is made non-blocking, which the shell's must
 * not become. What has no name is written to as it is. */
static int open_terminal(void)
{
    char name[64];
    int fd = -1;
    if (ttyname_r(STDERR_FILENO, name, sizeof name) == 0) {
        fd = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    return fd >= 0 ? fd : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
}

void cli_progress_open(struct cli_progress *progress, const struct spec *spec, bool is_wanted)
{
    *progress = (struct cli_progress){.spec = spec, .fd = is_wanted ? open_terminal() : -1};
}

void cli_progress_close(struct cli_progress *progress)
{
    cli_progress_erase(progress);
    if (progress->fd >= 0) {
        close(progress->fd);
    }
    progress->fd = -1;
}

/* False when it takes none now, or when it is the terminal of another job in the foreground. */
static bool is_writable(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    pid_t foreground = tcgetpgrp(fd);
    return (foreground < 0 || foreground == getpgrp()) && poll(&wait, 1, 0) == 1 &&
           (wait.revents & POLLOUT) != 0;
}

static void put(int fd, const char *text, size_t size)
{
    /* What does not fit is lost; the next drawing starts the line again. */
    ssize_t written = write(fd, text, size);
    (void)written;
}

void cli_progress_erase(struct cli_progress *progress)
{
    if (progress->is_drawn && is_writable(progress->fd)) {
        put(progress->fd, ERASE, sizeof ERASE - 1);
    }
    progress->is_drawn = false;
}

void cli_counts_clear(struct cli_counts *counts)
{
    *counts = (struct cli_counts){.last_rtt_ns = -1, .min_rtt_ns = -1};
}

static void follow_sent(struct cli_counts *counts, const struct samples *samples)
{
    while (counts->seen_items < samples->count &&
           samples->items[counts->seen_items].fate != FATE_PLANNED) {
        counts->sent += samples->items[counts->seen_items].fate != FATE_UNSENT;
        counts->seen_items++;
    }
}

/* Timeouts end in the order of sending. */
static void follow_timeouts(struct cli_counts *counts, const struct samples *samples,
                            int64_t timeout_ns, int64_t now_ns)
{
    for (; counts->seen_settled < counts->seen_items; counts->seen_settled++) {
        const struct sample *sample = &samples->items[counts->seen_settled];
        bool is_missing = sample->fate == FATE_SENT || sample->fate == FATE_LATE;
        if (is_missing && sample->t1_ns + timeout_ns > now_ns) {
            return;
        }
        counts->lost += is_missing;
    }
}

static void follow_arrivals(struct cli_counts *counts, const struct samples *samples,
                            int64_t resolution_ns)
{
    for (; counts->seen_arrivals < samples->arrivals; counts->seen_arrivals++) {
        const struct sample *sample = &samples->items[samples->arrival[counts->seen_arrivals]];
        int64_t rtt_ns = sample_rtt_ns(sample, resolution_ns);
        if (sample->fate != FATE_RECEIVED) {
            continue;
        }
        counts->received++;
        if (rtt_ns < 0) {
            continue;
        }
        counts->last_rtt_ns = rtt_ns;
        if (counts->min_rtt_ns < 0 || rtt_ns < counts->min_rtt_ns) {
            counts->min_rtt_ns = rtt_ns;
        }
    }
}

void cli_counts_follow(struct cli_counts *counts, const struct samples *samples,
                       const struct spec *spec, int64_t now_ns)
{
    follow_sent(counts, samples);
    follow_timeouts(counts, samples, spec->schedule.timeout_ns, now_ns);
    follow_arrivals(counts, samples, payload_resolution_ns(spec));
    uint32_t settled = counts->received + counts->lost;
    counts->under_way = counts->sent > settled ? counts->sent - settled : 0;
}

static void add_seconds(struct buf *out, int64_t ns)
{
    buf_printf(out, "%" PRId64 ".%" PRId64 " s", ns / NS_PER_SECOND,
               ns % NS_PER_SECOND / (100 * NS_PER_MS));
}

static void add_running(const struct cli_progress *progress, struct mono now, struct buf *out)
{
    const struct spec *spec = progress->spec;
    const struct cli_counts *counts = &progress->counts;
    buf_printf(out, "sent %" PRIu32 "/%" PRIu32 "  received %" PRIu32 "  lost %" PRIu32,
               counts->sent, spec->packets.count, counts->received, counts->lost);
    if (counts->min_rtt_ns >= 0) {
        buf_printf(out, "  RTT %.3f ms, min %.3f", (double)counts->last_rtt_ns / 1e6,
                   (double)counts->min_rtt_ns / 1e6);
    }
    buf_add_string(out, "  ");
    add_seconds(out, mono_diff(now, progress->started));
    if (spec->packets.count > 1) {
        buf_add_string(out, " of ");
        add_seconds(out, (int64_t)(spec->packets.count - 1) * spec->packets.interval_ns);
    }
}

void cli_progress_format(const struct cli_progress *progress, struct mono now, size_t columns,
                         struct buf *out)
{
    struct buf line = {0};
    if (progress->is_running) {
        add_running(progress, now, &line);
    } else {
        buf_add_string(&line, "next run in ");
        add_seconds(&line, mono_diff(progress->started, now));
    }
    buf_add(out, buf_string(&line), line.size < columns ? line.size : columns);
    buf_fini(&line);
}

void cli_progress_begin(struct cli_progress *progress, struct mono start, struct mono now)
{
    cli_progress_erase(progress);
    progress->is_running = false;
    progress->started = start;
    progress->next_draw = mono_add(now, CLI_PROGRESS_NS);
    cli_counts_clear(&progress->counts);
}

static void draw(struct cli_progress *progress, struct mono now)
{
    struct winsize size = {0};
    size_t columns = COLUMNS_DEFAULT;
    if (!is_writable(progress->fd)) {
        return;
    }
    if (ioctl(progress->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        columns = size.ws_col;
    }
    struct buf out = {0};
    buf_add_string(&out, "\r");
    cli_progress_format(progress, now, columns - 1, &out);
    buf_add_string(&out, "\033[K");
    put(progress->fd, buf_string(&out), out.size);
    progress->is_drawn = true;
    buf_fini(&out);
}

/* A packet under way may come back while the line is drawn; that is waited for, but not for ever.
 */
static bool is_quiet(const struct cli_progress *progress, struct mono next_due, struct mono now)
{
    bool is_overdue = mono_diff(now, progress->next_draw) >= CLI_PROGRESS_NS;
    if (next_due.ns != MONO_NEVER.ns && mono_diff(next_due, now) < CLI_PROGRESS_MARGIN_NS) {
        return false;
    }
    return !progress->is_running || progress->counts.under_way == 0 || is_overdue;
}

/* What is due before brings a call by itself. */
static struct mono wish(struct mono at, struct mono next_due)
{
    return mono_is_before(next_due, at) ? MONO_NEVER : at;
}

struct mono cli_progress_update(struct cli_progress *progress, const struct samples *samples,
                                struct mono next_due, struct instant now)
{
    if (progress->fd < 0) {
        return MONO_NEVER;
    }
    if (!progress->is_running && !mono_is_before(now.mono, progress->started)) {
        cli_progress_erase(progress);
        progress->is_running = true;
        progress->epoch_ns = now.wall.ns - now.mono.ns;
    }
    if (mono_is_before(now.mono, progress->next_draw)) {
        return wish(progress->next_draw, next_due);
    }
    if (progress->is_running) {
        cli_counts_follow(&progress->counts, samples, progress->spec,
                          now.mono.ns + progress->epoch_ns);
    }
    if (is_quiet(progress, next_due, now.mono)) {
        draw(progress, now.mono);
        progress->next_draw = mono_add(now.mono, CLI_PROGRESS_NS);
        return wish(progress->next_draw, next_due);
    }
    return wish(mono_add(now.mono, RETRY_NS), next_due);
}
