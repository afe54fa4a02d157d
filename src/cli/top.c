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

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/screen.h"
#include "cli/terminal.h"
#include "config/duration.h"
#include "host/clock.h"
#include "program/options.h"
#include "json/result.h"

#define PROGRAM "ipsla top"
#define FILTER_MAX 100 /* bytes, with the NUL */
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
    .name = PROGRAM,
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

static const char *const sorts[] = {"worst", "name", "age", "loss", "rtt", "jitter", "mos"};
#define SORT_COUNT (sizeof sorts / sizeof sorts[0])

/* What is wanted. */
struct view {
    const char *url;
    int64_t interval_ns, timeout_ns;
    size_t sort;
    bool is_reversed, is_bad_only, is_typing; /* typing: the filter */
    char filter[FILTER_MAX];
    size_t offset;
};

/* What was fetched. */
struct table {
    struct screen_row *items;
    size_t count, room;
    int64_t now_ns;
    uint64_t matched;
};

static void table_fini(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        screen_row_fini(&table->items[i]);
    }
    free(table->items);
    *table = (struct table){0};
}

static char *copy_of(const char *text)
{
    return mem_string(text == NULL ? "" : text);
}

static bool take_row(void *context, const struct node *object)
{
    struct table *table = context;
    const struct node *target = json_find(object, "target");
    const struct node *latest = json_find(object, "latest");
    struct screen_row row = {.has_run = latest != NULL};
    bool is_good = target != NULL;
    const char *name = listing_text(object, "name", &is_good);
    const char *state = listing_text(object, "state", &is_good);
    const char *reason = listing_text(object, "reason", &is_good);
    const char *host = target == NULL ? NULL : listing_text(target, "host", &is_good);
    if (!is_good || name == NULL || state == NULL ||
        (latest != NULL && !json_result_read(latest, &row.round))) {
        return false;
    }
    row.name = copy_of(name);
    row.state = copy_of(state);
    row.reason = copy_of(reason);
    row.host = copy_of(host);
    if (table->count == table->room) {
        table->room = table->room * 2 + 32;
        table->items = mem_resize(table->items, table->room, sizeof *table->items);
    }
    table->items[table->count++] = row;
    return true;
}

static void add_encoded(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        buf_printf(out, "%%%02x", (unsigned)(unsigned char)*text);
    }
}

static void add_query(const struct view *view, size_t limit, struct buf *out)
{
    buf_printf(out, "/api/v1/targets?sort=%s%s", view->is_reversed ? "-" : "", sorts[view->sort]);
    if (view->filter[0] != '\0') {
        buf_add_string(out, "&q=");
        add_encoded(view->filter, out);
    }
    buf_add_string(out, view->is_bad_only ? "&state=failed&state=degraded" : "");
    if (limit > 0) {
        buf_printf(out, "&limit=%zu&offset=%zu", limit, view->offset);
    }
}

/* At most `limit` targets, 0: all. False after a message on standard error. */
static bool fetch_table(const struct view *view, size_t limit, struct table *table)
{
    struct listing listing = {.take = take_row, .context = table};
    struct buf path = {0};
    add_query(view, limit, &path);
    struct fetch *fetch =
        fetch_open_within(PROGRAM, view->url, buf_string(&path), view->timeout_ns);
    buf_fini(&path);
    if (fetch == NULL) {
        return false;
    }
    bool is_read = listing_read(&listing, fetch);
    bool is_whole = fetch_close(fetch);
    if (is_whole && !is_read) {
        fprintf(stderr, PROGRAM ": %s: this is not the list of an exporter's targets\n", view->url);
    }
    table->now_ns = listing.now_ns;
    table->matched = listing.matched;
    for (size_t i = 0; i < table->count; i++) {
        table->items[i].age_ns = table->now_ns - table->items[i].round.started.ns;
    }
    return is_whole && is_read;
}

static int print_once(const struct view *view)
{
    struct table table = {0};
    struct buf out = {0};
    bool is_good = fetch_table(view, 0, &table);
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
    table_fini(&table);
    return is_good ? EXIT_SUCCESS : EXIT_FAILED;
}

/* As fetch_table; what it says on standard error goes to `problem`, not over the picture. */
static bool fetch_quietly(const struct view *view, size_t limit, struct table *table,
                          struct buf *problem)
{
    char text[512] = "";
    FILE *file = tmpfile();
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    if (file == NULL || kept < 0 || dup2(fileno(file), STDERR_FILENO) < 0) {
        return false;
    }
    bool is_good = fetch_table(view, limit, table);
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
static void add_status(const struct view *view, const struct table *table, const char *problem,
                       struct buf *line)
{
    if (problem[0] != '\0') {
        buf_add_string(line, problem);
        return;
    }
    size_t first = table->count > 0 ? view->offset + 1 : 0;
    buf_printf(line, "%s  targets %zu-%zu of %llu by %s%s%s", view->url, first,
               view->offset + table->count, (unsigned long long)table->matched,
               view->is_reversed ? "-" : "", sorts[view->sort],
               view->is_bad_only ? ", failed or degraded" : "");
    if (view->filter[0] != '\0') {
        buf_printf(line, ", with \"%s\"", view->filter);
    }
}

static void draw(const struct view *view, const struct table *table, const char *problem)
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
static bool type_filter(struct view *view, int key)
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

static void turn_page(struct view *view, const struct table *table, int key)
{
    size_t page = page_of();
    if (key == 'p') {
        view->offset -= view->offset < page ? view->offset : page;
    } else if (view->offset + page < table->matched) {
        view->offset += page;
    }
}

/* True: ask again. */
static bool press(struct view *view, const struct table *table, int key)
{
    if (view->is_typing) {
        return type_filter(view, key);
    }
    switch (key) {
    case 's':
        view->sort = (view->sort + 1) % SORT_COUNT;
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

static bool is_end(const struct view *view, int key)
{
    return key == TERMINAL_ENDED || key == KEY_END_OF_TEXT || (key == 'q' && !view->is_typing);
}

static void refresh(const struct view *view, struct table *table, struct buf *problem)
{
    struct table fresh = {0};
    buf_clear(problem);
    if (fetch_quietly(view, page_of(), &fresh, problem)) {
        table_fini(table);
        *table = fresh;
    } else {
        table_fini(&fresh);
    }
}

static int run(struct view *view)
{
    struct table table = {0};
    struct buf problem = {0};
    struct mono due = {0};
    int key = TERMINAL_NOTHING;
    if (!terminal_begin()) {
        fprintf(stderr,
                PROGRAM ": standard input and output are no terminal; with --once the table "
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
    table_fini(&table);
    buf_fini(&problem);
    return EXIT_SUCCESS;
}

static bool read_sort(const struct options *options, struct view *view)
{
    const char *text = options_value(options, "sort");
    view->is_reversed = text[0] == '-';
    for (view->sort = 0; view->sort < SORT_COUNT; view->sort++) {
        if (strcmp(sorts[view->sort], text + view->is_reversed) == 0) {
            return true;
        }
    }
    return false;
}

/* 0 or an exit status. */
static int read_view(const struct options *options, struct view *view)
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
    struct view view = {0};
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
