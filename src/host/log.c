/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/log.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "host/clock.h"
#include "host/journal.h"

/* Process-wide, set once before threads start. */
static enum log_level least_level = LOG_LEVEL_INFO;
static enum log_format line_format = LOG_FORMAT_LOGFMT;

static atomic_uint_least64_t dropped;

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "debug",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_ERROR] = "error",
};

static const char *const format_names[] = {
    [LOG_FORMAT_LOGFMT] = "logfmt",
    [LOG_FORMAT_JSON] = "json",
};

const char log_whole[] = "whole", log_real[] = "real"; /* told by their addresses */

void log_setup(enum log_level level, enum log_format format)
{
    least_level = level;
    line_format = format;
    bool has_fields = format == LOG_FORMAT_LOGFMT && journal_has_stderr();
    journal_open(has_fields ? journal_socket() : NULL);
}

bool log_is_on(enum log_level level)
{
    return level >= least_level;
}

/* The index of `name`, -1 when it is none of the `count` names. */
static int find_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool log_level_parse(const char *name, enum log_level *out)
{
    int found = find_name(level_names, sizeof level_names / sizeof level_names[0], name);
    if (found >= 0) {
        *out = (enum log_level)found;
    }
    return found >= 0;
}

bool log_format_parse(const char *name, enum log_format *out)
{
    int found = find_name(format_names, sizeof format_names / sizeof format_names[0], name);
    if (found >= 0) {
        *out = (enum log_format)found;
    }
    return found >= 0;
}

static bool is_journal; /* found out once */

static void find_journal(void)
{
    is_journal = journal_has_stderr();
}

/* As syslog counts. */
static const char *const priorities[] = {
    [LOG_LEVEL_DEBUG] = "<7>",
    [LOG_LEVEL_INFO] = "<6>",
    [LOG_LEVEL_WARN] = "<4>",
    [LOG_LEVEL_ERROR] = "<3>",
};

const char *log_priority(enum log_level level)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_journal);
    return is_journal ? priorities[level] : "";
}

/* Adds `text` in quotes with the escapes of JSON, which logfmt readers understand, too. */
static void add_quoted(struct buf *line, const char *text)
{
    buf_add_char(line, '"');
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\') {
            buf_add_char(line, '\\');
            buf_add_char(line, *at);
        } else if (c == '\n') {
            buf_add_string(line, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            buf_printf(line, "\\u%04x", (unsigned)c);
        } else {
            buf_add_char(line, *at);
        }
    }
    buf_add_char(line, '"');
}

/* Whether a logfmt value can be written without quotes. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c <= ' ' || c == 0x7f || c == '"' || c == '=' || c == '\\') {
            return false;
        }
    }
    return text[0] != '\0';
}

/* How a value is written. */
enum style { STYLE_TEXT, STYLE_QUOTED, STYLE_NUMBER };

static void add_first_pair(struct buf *line, const char *key, const char *value, enum style style)
{
    bool is_json = line_format == LOG_FORMAT_JSON;
    bool is_bare = style == STYLE_NUMBER || (style == STYLE_TEXT && !is_json && is_plain(value));
    if (is_json) {
        add_quoted(line, key);
    } else {
        buf_add_string(line, key);
    }
    buf_add_char(line, is_json ? ':' : '=');
    if (is_bare) {
        buf_add_string(line, value);
    } else {
        add_quoted(line, value);
    }
}

static void add_pair(struct buf *line, const char *key, const char *value, enum style style)
{
    buf_add_char(line, line_format == LOG_FORMAT_JSON ? ',' : ' ');
    add_first_pair(line, key, value, style);
}

static void add_time(struct buf *line)
{
    int64_t ms = floor_div(clock_now().wall.ns, NS_PER_MS);
    time_t seconds = (time_t)floor_div(ms, 1000);
    struct tm utc;
    char text[32] = "";
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    struct buf stamp = {0};
    buf_printf(&stamp, "%s.%03dZ", text, (int)(ms - (int64_t)seconds * 1000));
    add_first_pair(line, "time", buf_string(&stamp), STYLE_TEXT);
    buf_fini(&stamp);
}

/* Whether standard error takes PIPE_BUF bytes now: what poll(2) says of a pipe and a terminal. A
 * file takes all at any time. */
static bool has_room(void)
{
    struct pollfd item = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&item, 1, 0) == 1 && (item.revents & POLLOUT) != 0;
}

/* Writes as much as is taken at once; returns how much. */
static size_t write_part(const char *bytes, size_t size)
{
    size_t part = size < PIPE_BUF ? size : PIPE_BUF;
    ssize_t written = send(STDERR_FILENO, bytes, part, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written < 0 && errno == ENOTSOCK) {
        written = has_room() ? write(STDERR_FILENO, bytes, part) : 0;
    }
    return written < 0 ? 0 : (size_t)written;
}

/* One thread at a time, so that lines do not mix, nor take the room that another was told of. */
static void write_line(const struct buf *line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static bool is_cut; /* the latest line has no end */
    size_t at = 0, part = 1;
    pthread_mutex_lock(&mutex);
    if (is_cut && write_part("\n", 1) == 1) {
        is_cut = false;
    }
    while (!is_cut && at < line->size && part > 0) {
        part = write_part(line->bytes + at, line->size - at);
        at += part;
    }
    if (at < line->size) {
        atomic_fetch_add(&dropped, 1);
        is_cut |= at > 0;
    }
    pthread_mutex_unlock(&mutex);
}

/* JSON has no infinity; nine digits are enough for nanoseconds of a second. */
static void add_real(struct buf *out, double value)
{
    if (isfinite(value)) {
        buf_printf(out, "%.9g", value);
    } else {
        buf_add_string(out, "null");
    }
}

/* Adds the pairs to the line and, when there is an entry, to that as fields of ours. */
static void add_pairs(struct buf *line, struct buf *entry, va_list *arguments)
{
    const char *key;
    while ((key = va_arg(*arguments, const char *)) != NULL) {
        const char *value = va_arg(*arguments, const char *);
        enum style style = value == log_whole || value == log_real ? STYLE_NUMBER : STYLE_TEXT;
        struct buf number = {0};
        if (value == log_whole) {
            buf_printf(&number, "%lld", va_arg(*arguments, long long));
        } else if (value == log_real) {
            add_real(&number, va_arg(*arguments, double));
        }
        value = style == STYLE_NUMBER ? buf_string(&number) : value == NULL ? "" : value;
        add_pair(line, key, value, style);
        if (entry != NULL) {
            journal_add_own(entry, key, value);
        }
        buf_fini(&number);
    }
}

/* Time and level are the journal's own. What it does not take goes the way of standard error, where
 * it reads the level from the beginning of the line. */
static void write_entry(enum log_level level, const char *message, va_list *arguments)
{
    struct buf entry = {0}, text = {0}, line = {0};
    journal_begin(&entry, priorities[level][1]);
    buf_add_string(&text, message);
    add_pairs(&text, &entry, arguments);
    journal_add(&entry, "MESSAGE", buf_string(&text));
    if (!journal_send(&entry)) {
        buf_printf(&line, "%s%s\n", priorities[level], buf_string(&text));
        write_line(&line);
    }
    buf_fini(&entry);
    buf_fini(&text);
    buf_fini(&line);
}

static void write_text(enum log_level level, const char *message, va_list *arguments)
{
    bool is_json = line_format == LOG_FORMAT_JSON;
    struct buf line = {0};
    buf_add_string(&line, log_priority(level));
    buf_add_string(&line, is_json ? "{" : "");
    add_time(&line);
    add_pair(&line, "level", level_names[level], STYLE_TEXT);
    add_pair(&line, "msg", message, STYLE_QUOTED);
    add_pairs(&line, NULL, arguments);
    buf_add_string(&line, is_json ? "}\n" : "\n");
    write_line(&line);
    buf_fini(&line);
}

void log_line(enum log_level level, const char *message, ...)
{
    if (!log_is_on(level)) {
        return;
    }
    va_list arguments;
    va_start(arguments, message);
    if (journal_is_open()) {
        write_entry(level, message, &arguments);
    } else {
        write_text(level, message, &arguments);
    }
    va_end(arguments);
}

static atomic_bool is_serving;

void log_begin_serving(void)
{
    atomic_store(&is_serving, true);
}

void log_text(enum log_level level, const char *text)
{
    if (atomic_load(&is_serving)) {
        log_line(level, text, NULL);
    } else {
        fprintf(stderr, "%s%s\n", log_priority(level), text);
    }
}

uint64_t log_lines_dropped(void)
{
    return atomic_load(&dropped);
}
