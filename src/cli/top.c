/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla top: the targets of a running exporter on a terminal, the worst first, again and again. The
 * exporter sorts and filters (docs/api.md); each picture asks for as many targets as there are
 * lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/fetch.h"
#include "cli/terminal.h"
#include "cli/top_table.h"
#include "config/duration.h"
#include "host/clock.h"
#include "program/options.h"

#define LINES_BESIDE 3 /* of the screen, beside the targets */
#define ROWS_MAX 1000 /* that the exporter gives at once */
#define INTERVAL_MIN_NS (100 * NS_PER_MS)

enum { EXIT_FAILED = 1, KEY_ESCAPE = 27, KEY_DELETE = 127, KEY_END_OF_TEXT = 3 };

static const struct option_row rows[] = {
    {"once", NULL, NULL, "Print the table once, all of it, and end: for scripts.", false},
    {"interval", "DURATION", "2s", "How often to ask.", false},
    {"sort", "WORD", "worst", "worst, name, age, loss, rtt, jitter or mos; -WORD is the reverse.",
     false},
    {"filter", "TEXT", NULL, "Only targets with this text in name, host, address or a label.",
     false},
    {"timeout", "DURATION", FETCH_WHOLE, "How long one answer may take.", false},
};

static const struct options_program top_program = {
    .name = TOP_PROGRAM,
    .usage = "[URL] [flags]",
    .summary =
        "Shows the targets of a running exporter (" FETCH_URL "), the worst first, and\n"
        "refreshes. Keys: q ends, s sorts by the next word, r reverses, / filters by text, b "
        "shows\n"
        "only what is failed or degraded, n and p the next and the previous page, space asks now.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 1,
};

static int print_once(const struct top_view *view)
{
    struct top_table table = {0};
    struct buf out = {0};
    bool is_good = top_table_fetch(view, 0, &table);
    if (is_good) {
        screen_add_heading(0, &out);
        buf_add_char(&out, '\n');
        for (size_t i = 0; i < table.count; i++) {
            screen_add_row(&table.items[i], 0, terminal_has_colour(), &out);
            buf_add_char(&out, '\n');
        }
        fputs(buf_string(&out), stdout);
    }
    buf_fini(&out);
    top_table_fini(&table);
    return is_good ? EXIT_SUCCESS : EXIT_FAILED;
}

/* As fetch_table; what it says on standard error goes to `problem`, not over the picture. */
static bool fetch_quietly(const struct top_view *view, size_t limit, struct top_table *table,
                          struct buf *problem)
{
    char text[512] = "";
    FILE *file = tmpfile();
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    if (file == NULL || kept < 0 || dup2(fileno(file), STDERR_FILENO) < 0) {
        return false;
    }
    bool is_good = top_table_fetch(view, limit, table);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    text[strcspn(text, "\n")] = '\0';
    buf_add_string(problem, text);
    return is_good;
}

static void add_line(struct buf *line, size_t width, struct buf *out)
{
    screen_add_text(buf_string(line), width, out);
    buf_add_string(out, "\033[K\r\n");
    buf_fini(line);
}

/* The line above the table: what it shows, or why it cannot. */
static void add_status(const struct top_view *view, const struct top_table *table,
                       const char *problem, struct buf *line)
{
    if (problem[0] != '\0') {
        buf_add_string(line, problem);
        return;
    }
    size_t first = table->count > 0 ? view->offset + 1 : 0;
    buf_printf(line, "%s  targets %zu-%zu of %llu by %s%s%s", view->url, first,
               view->offset + table->count, (unsigned long long)table->matched,
               view->is_reversed ? "-" : "", top_sorts[view->sort],
               view->is_bad_only ? ", failed or degraded" : "");
    if (view->filter[0] != '\0') {
        buf_printf(line, ", with \"%s\"", view->filter);
    }
}

static void draw(const struct top_view *view, const struct top_table *table, const char *problem)
{
    struct buf out = {0}, line = {0};
    size_t columns, lines;
    terminal_size(&columns, &lines);
    buf_add_string(&out, "\033[H");
    add_status(view, table, problem, &line);
    add_line(&line, columns, &out);
    buf_add_string(&out, "\033[7m");
    screen_add_heading(columns, &out);
    buf_add_string(&out, "\033[0m\033[K\r\n");
    for (size_t i = 0; i < table->count && i + LINES_BESIDE < lines; i++) {
        screen_add_row(&table->items[i], columns, terminal_has_colour(), &out);
        buf_add_string(&out, "\033[K\r\n");
    }
    buf_add_string(&out, "\033[J");
    buf_printf(&line, view->is_typing ? "filter: %s_" : "q s r / b n p%s",
               view->is_typing ? view->filter : "");
    screen_add_text(buf_string(&line), columns, &out);
    fwrite(out.bytes, 1, out.size, stdout);
    fflush(stdout);
    buf_fini(&line);
    buf_fini(&out);
}

/* A key while the filter is typed. True: ask again. */
static bool type_filter(struct top_view *view, int key)
{
    size_t length = strlen(view->filter);
    if (key == '\r' || key == '\n') {
        view->is_typing = false;
        return true;
    }
    if (key == KEY_ESCAPE) {
        view->is_typing = false;
        view->filter[0] = '\0';
        return true;
    }
    if (key == KEY_DELETE || key == '\b') {
        view->filter[length > 0 ? length - 1 : 0] = '\0';
    } else if (key >= ' ' && length + 1 < sizeof view->filter) {
        view->filter[length] = (char)key;
        view->filter[length + 1] = '\0';
    }
    return false;
}

static size_t page_of(void)
{
    size_t columns, lines;
    terminal_size(&columns, &lines);
    size_t page = lines > LINES_BESIDE ? lines - LINES_BESIDE : 1;
    return page < ROWS_MAX ? page : ROWS_MAX;
}

static void turn_page(struct top_view *view, const struct top_table *table, int key)
{
    size_t page = page_of();
    if (key == 'p') {
        view->offset -= view->offset < page ? view->offset : page;
    } else if (view->offset + page < table->matched) {
        view->offset += page;
    }
}

/* True: ask again. */
static bool press(struct top_view *view, const struct top_table *table, int key)
{
    if (view->is_typing) {
        return type_filter(view, key);
    }
    switch (key) {
    case 's':
        view->sort = (view->sort + 1) % TOP_SORTS;
        break;
    case 'r':
        view->is_reversed = !view->is_reversed;
        break;
    case 'b':
        view->is_bad_only = !view->is_bad_only;
        break;
    case '/':
        view->is_typing = true;
        view->filter[0] = '\0';
        return false;
    case 'n':
    case 'p':
        turn_page(view, table, key);
        return true;
    case ' ':
        return true;
    default:
        return false;
    }
    view->offset = 0;
    return true;
}

static bool is_end(const struct top_view *view, int key)
{
    return key == TERMINAL_ENDED || key == KEY_END_OF_TEXT || (key == 'q' && !view->is_typing);
}

static void refresh(const struct top_view *view, struct top_table *table, struct buf *problem)
{
    struct top_table fresh = {0};
    buf_clear(problem);
    if (fetch_quietly(view, page_of(), &fresh, problem)) {
        top_table_fini(table);
        *table = fresh;
    } else {
        top_table_fini(&fresh);
    }
}

static int run(struct top_view *view)
{
    struct top_table table = {0};
    struct buf problem = {0};
    struct mono due = {0};
    int key = TERMINAL_NOTHING;
    if (!terminal_begin()) {
        fprintf(stderr,
                TOP_PROGRAM ": standard input and output are no terminal; with --once the table "
                            "is printed once\n");
        return EXIT_FAILED;
    }
    while (!is_end(view, key)) {
        bool is_wanted = key == TERMINAL_RESIZED || (key >= 0 && press(view, &table, key));
        if (is_wanted || !mono_is_before(clock_now().mono, due)) {
            refresh(view, &table, &problem);
            due = mono_add(clock_now().mono, view->interval_ns);
        }
        draw(view, &table, buf_string(&problem));
        key = terminal_key(due);
    }
    terminal_end();
    top_table_fini(&table);
    buf_fini(&problem);
    return EXIT_SUCCESS;
}

static bool read_sort(const struct options *options, struct top_view *view)
{
    const char *text = options_value(options, "sort");
    view->is_reversed = text[0] == '-';
    for (view->sort = 0; view->sort < TOP_SORTS; view->sort++) {
        if (strcmp(top_sorts[view->sort], text + view->is_reversed) == 0) {
            return true;
        }
    }
    return false;
}

/* 0 or an exit status. */
static int read_view(const struct options *options, struct top_view *view)
{
    const char *filter = options_value(options, "filter");
    const char *interval = options_value(options, "interval");
    const char *timeout = options_value(options, "timeout");
    view->url = options->positional_count > 0 ? options->positional[0] : FETCH_URL;
    if (!read_sort(options, view)) {
        return options_refuse(options, "sort", options_value(options, "sort"),
                              "worst, name, age, loss, rtt, jitter or mos");
    }
    if (duration_parse(interval, &view->interval_ns) != NULL ||
        view->interval_ns < INTERVAL_MIN_NS) {
        return options_refuse(options, "interval", interval, "a duration from 100ms");
    }
    if (duration_parse(timeout, &view->timeout_ns) != NULL || view->timeout_ns <= 0) {
        return options_refuse(options, "timeout", timeout, "a duration");
    }
    if (filter != NULL && strlen(filter) >= sizeof view->filter) {
        return options_refuse(options, "filter", filter, "a text of at most 99 bytes");
    }
    memcpy(view->filter, filter == NULL ? "" : filter, filter == NULL ? 1 : strlen(filter) + 1);
    return 0;
}

int cli_top_main(int argc, char **argv)
{
    struct options options;
    struct top_view view = {0};
    int status;
    if (!options_parse(&top_program, argc, argv, &options, &status)) {
        return status;
    }
    status = read_view(&options, &view);
    if (status != 0) {
        return status;
    }
    return options_has(&options, "once") ? print_once(&view) : run(&view);
}
