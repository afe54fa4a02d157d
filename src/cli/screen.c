/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Columns of the numbers; what is left is for name and reason. */
#define STATE_WIDTH 9
#define NUMBER_WIDTH 10
#define NAME_SHARE 2 /* of what is left, the name has a half */
#define NAME_WIDTH 24 /* where nothing limits it */
#define COLUMNS 5

void screen_row_fini(struct screen_row *row)
{
    free(row->name);
    free(row->host);
    free(row->state);
    free(row->reason);
}

/* Marks of direction and the like: they have no width, and move what stands beside them. */
static bool is_invisible(wchar_t c)
{
    return wcwidth(c) <= 0 || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void screen_add_text(const char *text, size_t width, struct buf *out)
{
    mbstate_t state = {0};
    size_t used = 0;
    while (*text != '\0') {
        wchar_t c;
        size_t size = mbrtowc(&c, text, strlen(text), &state);
        bool is_shown = size != (size_t)-1 && size != (size_t)-2 && !is_invisible(c);
        size_t columns = is_shown ? (size_t)wcwidth(c) : 1;
        if (width > 0 && used + columns > width) {
            break;
        }
        if (is_shown) {
            buf_add(out, text, size);
        } else {
            buf_add_char(out, '?');
            state = (mbstate_t){0};
        }
        text += size == (size_t)-1 || size == (size_t)-2 ? 1 : size;
        used += columns;
    }
    for (; used < width; used++) {
        buf_add_char(out, ' ');
    }
}

static void add_cell(const char *text, struct buf *out)
{
    buf_printf(out, " %*s", NUMBER_WIDTH - 1, text);
}

static void add_ms(bool has_value, double ns, struct buf *out)
{
    char text[32];
    snprintf(text, sizeof text, has_value ? "%.3f" : "-", ns / 1e6);
    add_cell(text, out);
}

static void add_loss(const struct screen_row *row, struct buf *out)
{
    const struct round *round = &row->round;
    uint32_t lost = round->sd.lost + round->ds.lost + round->lost_unknown + round->late;
    char text[48];
    if (!row->has_run || round->sent == 0) {
        add_cell("-", out);
        add_cell("-", out);
        return;
    }
    snprintf(text, sizeof text, "%.1f%%", 100.0 * lost / round->sent);
    add_cell(text, out);
    snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, round->sd.lost, round->ds.lost);
    add_cell(text, out);
}

static void add_age(const struct screen_row *row, struct buf *out)
{
    char text[32];
    int64_t seconds = row->age_ns / NS_PER_SECOND;
    if (!row->has_run) {
        snprintf(text, sizeof text, "-");
    } else if (seconds < 600) {
        snprintf(text, sizeof text, "%" PRId64 "s", seconds);
    } else {
        snprintf(text, sizeof text, "%" PRId64 "min", seconds / 60);
    }
    add_cell(text, out);
}

/* Of `width` columns, those of the name; 0: there is no room for both, or no limit. */
static size_t name_width(size_t width)
{
    size_t fixed = STATE_WIDTH + COLUMNS * NUMBER_WIDTH + 2;
    if (width == 0) {
        return NAME_WIDTH;
    }
    return width > fixed + 2 * NAME_SHARE ? (width - fixed) / NAME_SHARE : 0;
}

/* Cuts the line that began at `begin`, or fills it. It has no colours yet. */
static void fit(size_t begin, size_t width, struct buf *out)
{
    struct buf line = {0};
    if (width == 0) {
        return;
    }
    buf_add(&line, out->bytes + begin, out->size - begin);
    out->size = begin;
    screen_add_text(buf_string(&line), width, out);
    buf_fini(&line);
}

static const char *colour_of(const char *state)
{
    if (strcmp(state, "failed") == 0) {
        return "31;1";
    }
    return strcmp(state, "degraded") == 0 ? "33;1" : strcmp(state, "ok") == 0 ? "32" : "2";
}

void screen_add_row(const struct screen_row *row, size_t width, bool has_colour, struct buf *out)
{
    const struct round *round = &row->round;
    struct buf line = {0};
    screen_add_text(row->state, STATE_WIDTH, &line);
    screen_add_text(row->name, name_width(width), &line);
    add_ms(row->has_run && round->rtt.count > 0, moments_average_ns(&round->rtt), &line);
    add_ms(row->has_run && round->sd.jitter.samples > 0,
           jitter_average_both_ns(&round->sd.jitter, &round->ds.jitter), &line);
    add_loss(row, &line);
    add_age(row, &line);
    buf_add_string(&line, "  ");
    buf_add_string(&line, row->reason[0] != '\0' ? row->reason : row->host);
    fit(0, width, &line);
    const char *text = buf_string(&line);
    if (has_colour && strlen(text) > STATE_WIDTH) {
        buf_printf(out, "\033[%sm%.*s\033[0m%s", colour_of(row->state), STATE_WIDTH, text,
                   text + STATE_WIDTH);
    } else {
        screen_add_text(text, width, out);
    }
    buf_fini(&line);
}

void screen_add_heading(size_t width, struct buf *out)
{
    static const char *const columns[COLUMNS] = {"RTT ms", "jitter ms", "loss", "sd/ds", "age"};
    size_t begin = out->size;
    screen_add_text("state", STATE_WIDTH, out);
    screen_add_text("target", name_width(width), out);
    for (size_t i = 0; i < COLUMNS; i++) {
        add_cell(columns[i], out);
    }
    buf_add_string(out, "  why, or host");
    fit(begin, width, out);
}
