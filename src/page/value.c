/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

#include "page/html.h"

#define SPACE "&nbsp;"

void value_add_ms_number(struct buf *out, double ns)
{
    double ms = ns / NS_PER_MS;
    double size = ms < 0 ? -ms : ms;
    buf_printf(out, "%.*f", size < 9.9995 ? 3 : size < 99.995 ? 2 : 1, ms);
}

void value_add_ms(struct buf *out, double ns)
{
    value_add_ms_number(out, ns);
    buf_add_string(out, SPACE "ms");
}

void value_add_share(struct buf *out, uint64_t part, uint64_t whole)
{
    double percent = 100.0 * (double)part / (double)whole;
    if (part == 0 || part == whole) {
        buf_add_string(out, part == 0 ? "0" SPACE "%" : "100" SPACE "%");
    } else if (percent < 0.05) {
        buf_add_string(out, "&lt;0.1" SPACE "%");
    } else if (percent >= 99.95) {
        buf_add_string(out, "&gt;99.9" SPACE "%");
    } else {
        buf_printf(out, "%.1f" SPACE "%%", percent);
    }
}

void value_add_span(struct buf *out, int64_t ns)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t seconds = ns < 0 ? 0 : ns / NS_PER_SECOND;
    size_t i = 0;
    while (i < 3 && seconds < 2 * units[i].seconds) {
        i++;
    }
    buf_printf(out, "%" PRId64 SPACE "%s", seconds / units[i].seconds, units[i].name);
}

static bool break_down(struct wall at, struct tm *out)
{
    time_t seconds = (time_t)floor_div(at.ns, NS_PER_SECOND);
    return gmtime_r(&seconds, out) != NULL;
}

static void add_date(struct buf *out, const struct tm *utc)
{
    buf_printf(out, "%04d-%02d-%02d", utc->tm_year + 1900, utc->tm_mon + 1, utc->tm_mday);
}

static void add_clock(struct buf *out, const struct tm *utc)
{
    buf_printf(out, "%02d:%02d:%02d", utc->tm_hour, utc->tm_min, utc->tm_sec);
}

/* The beginning of an element that has the moment for machines. */
static void begin_time(struct buf *out, const struct tm *utc)
{
    buf_add_string(out, "<time datetime=\"");
    add_date(out, utc);
    buf_add_char(out, 'T');
    add_clock(out, utc);
    buf_add_string(out, "Z\"");
}

static bool is_same_day(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

void value_add_plain_time(struct buf *out, struct wall at, struct wall now)
{
    struct tm utc, today;
    if (!break_down(at, &utc) || !break_down(now, &today)) {
        return;
    }
    if (!is_same_day(&utc, &today)) {
        add_date(out, &utc);
        buf_add_char(out, ' ');
    }
    add_clock(out, &utc);
    buf_add_string(out, " UTC");
}

void value_add_time(struct buf *out, struct wall at, struct wall now)
{
    struct tm utc;
    if (!break_down(at, &utc)) {
        buf_add_string(out, HTML_NONE);
        return;
    }
    begin_time(out, &utc);
    buf_add_char(out, '>');
    value_add_plain_time(out, at, now);
    buf_add_string(out, "</time>");
}

void value_add_moment(struct buf *out, struct wall at, struct wall now)
{
    value_add_time(out, at, now);
    buf_add_string(out, ", ");
    value_add_span(out, now.ns - at.ns);
    buf_add_string(out, SPACE "ago");
}

void value_add_age(struct buf *out, struct wall at, struct wall now)
{
    struct tm utc;
    if (!break_down(at, &utc)) {
        buf_add_string(out, HTML_NONE);
        return;
    }
    begin_time(out, &utc);
    buf_add_string(out, " title=\"");
    add_date(out, &utc);
    buf_add_char(out, ' ');
    add_clock(out, &utc);
    buf_add_string(out, " UTC\">");
    value_add_span(out, now.ns - at.ns);
    buf_add_string(out, "</time>");
}
