/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/line.h"

/* Backslashes, line ends and, when `quotes`, double quotes are escaped with a backslash. Needs room
 * for twice the size. */
static char *put_escaped(char *at, const char *value, bool quotes)
{
    static const bool is_special[256] = {['\0'] = true, ['\\'] = true, ['\n'] = true, ['"'] = true};
    for (;;) {
        for (; !is_special[(unsigned char)*value]; value++) {
            *at++ = *value;
        }
        char c = *value++;
        if (c == '\0') {
            return at;
        }
        if (c != '"' || quotes) {
            *at++ = '\\';
        }
        *at++ = (char)(c == '\n' ? 'n' : c);
    }
}

void line_add_label(struct buf *labels, const char *name, size_t name_size, const char *value)
{
    char *at = buf_room(labels, name_size + 2 * strlen(value) + sizeof ",=\"\"" + SERIES_STEP);
    if (labels->size > 0) {
        *at++ = ',';
    }
    at = line_put(at, name, name_size);
    *at++ = '=';
    *at++ = '"';
    at = put_escaped(at, value, true);
    *at++ = '"';
    buf_take(labels, at);
}

void *line_open(void)
{
    return NULL;
}

void line_close(void *state)
{
    (void)state;
}

void line_add_head(struct series *series, const char *keyword, size_t name_size, const char *text)
{
    buf_add_string(series->out, keyword);
    buf_add(series->out, series->metric->name, name_size);
    buf_add_char(series->out, ' ');
    buf_add_string(series->out, text);
    buf_add_char(series->out, '\n');
}

void line_add_help(struct series *series, size_t name_size, bool quotes)
{
    const char *help = series->metric->help;
    buf_add_string(series->out, "# HELP ");
    buf_add(series->out, series->metric->name, name_size);
    buf_add_char(series->out, ' ');
    buf_take(series->out, put_escaped(buf_room(series->out, 2 * strlen(help)), help, quotes));
    buf_add_char(series->out, '\n');
}

char *line_begin(struct series *series, size_t name_size, const char *suffix, size_t suffix_size)
{
    size_t labels_size = series->labels.size;
    char *at = buf_room(series->out, name_size + suffix_size + labels_size + LINE_EXTRA_MAX);
    at = series_put_wide(at, series->name, name_size);
    at = line_put(at, suffix, suffix_size);
    if (labels_size > 0) {
        *at++ = '{';
        at = series_put_wide(at, series->labels.bytes, labels_size);
        *at++ = '}';
    }
    *at++ = ' ';
    return at;
}

char *line_put_exemplar(char *at, const struct exemplar *exemplar)
{
    static const char label[] = " # {sequence=\"";
    static const char end[] = "\"} ";
    at = line_put(at, label, sizeof label - 1);
    at = decimal_count(at, exemplar->sequence);
    at = line_put(at, end, sizeof end - 1);
    at = decimal_seconds(at, exemplar->value_ns);
    *at++ = ' ';
    return decimal_seconds(at, exemplar->at.ns);
}
