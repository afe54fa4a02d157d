/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evidence/evidence.h"
#include "explain/explain.h"

#define FILE_NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

void evidence_list_fini(struct evidence_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        evidence_unref(list->items[i]);
    }
    free(list->items);
    *list = (struct evidence_list){0};
}

const struct evidence *evidence_list_find(const struct evidence_list *list, const char *id)
{
    char own[24];
    for (size_t i = 0; i < list->count; i++) {
        snprintf(own, sizeof own, "%" PRIu64, evidence_id(list->items[i]));
        if (strcmp(own, id) == 0) {
            return list->items[i];
        }
    }
    return NULL;
}

void evidence_list_write(const struct evidence_list *list, struct buf *out)
{
    buf_add_string(out, "{\"evidence\": [");
    for (size_t i = list->count; i > 0; i--) {
        buf_add_string(out, i == list->count ? "\n{" : ",\n{");
        evidence_add_summary(list->items[i - 1], out);
        buf_add_char(out, '}');
    }
    buf_add_string(out, "\n]}\n");
}

/* "2026-11-28T15:53:00.123Z", or without the signs between the numbers. */
static void add_time(const struct evidence *evidence, bool is_short, struct buf *out)
{
    int64_t started_ns = evidence->round.started.ns;
    time_t seconds = (time_t)(started_ns / NS_PER_SECOND);
    struct tm parts;
    char text[32];
    gmtime_r(&seconds, &parts);
    if (is_short) {
        strftime(text, sizeof text, "%Y%m%dT%H%M%S", &parts);
    } else {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    }
    buf_printf(out, "%s.%03dZ", text, (int)(started_ns / NS_PER_MS % 1000));
}

void evidence_file_name(const struct evidence *evidence, const char *suffix, struct buf *out)
{
    for (const char *at = evidence->spec->identity.name; *at != '\0'; at++) {
        buf_add_char(out, strchr(FILE_NAME_LETTERS, *at) != NULL ? *at : '_');
    }
    buf_add_char(out, '-');
    add_time(evidence, true, out);
    buf_add_string(out, suffix);
}

static void add_escaped(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_add_string(out, "&amp;");
            break;
        case '<':
            buf_add_string(out, "&lt;");
            break;
        case '>':
            buf_add_string(out, "&gt;");
            break;
        default:
            buf_add_char(out, *text);
        }
    }
}

/* Why it is kept, in one sentence. */
static void add_reason(const struct evidence *evidence, struct buf *out)
{
    const struct round *round = &evidence->round;
    struct buf text = {0};
    explain_failure(evidence->spec, round, 0, &text);
    if (text.size == 0) {
        explain_limits(&evidence->spec->results.limits, round, &text);
    }
    if (text.size == 0) {
        buf_printf(&text, "%" PRIu32 " of %" PRIu32 " packets lost or late",
                   round->sd.lost + round->ds.lost + round->lost_unknown + round->late,
                   round->sent);
    }
    add_escaped(buf_string(&text), out);
    buf_fini(&text);
}

void evidence_links_write(const struct evidence_list *list, const char *path, size_t max,
                          struct buf *out)
{
    buf_add_string(out, list->count > 0 ? "<ul class=\"evidence\">\n" : "");
    for (size_t i = list->count; i > 0 && list->count - i < max; i--) {
        const struct evidence *evidence = list->items[i - 1];
        uint64_t id = evidence_id(evidence);
        buf_add_string(out, "<li><time>");
        add_time(evidence, false, out);
        buf_add_string(out, "</time>: ");
        add_reason(evidence, out);
        buf_printf(out, " <a href=\"%sevidence/%" PRIu64 ".pcapng\">pcapng</a>", path, id);
        buf_printf(out, " <a href=\"%sevidence/%" PRIu64 ".json\">JSON</a></li>\n", path, id);
    }
    buf_add_string(out, list->count > 0 ? "</ul>\n" : "");
}
