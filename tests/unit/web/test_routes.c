/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The rows of the routes against the documentation, and what follows from them. The answers
 * themselves are tested through the server (test_http.c). */
#include "web/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "support/cm.h"
#include "support/files.h"

#define PAGE IPSLA_SOURCE_DIR "/docs/http.md"
#define MANUAL IPSLA_SOURCE_DIR "/docs/man/ipsla_exporter.8"

static size_t count_of(const char *text, const char *wanted)
{
    size_t count = 0;
    for (; (text = strstr(text, wanted)) != NULL; text++) {
        count++;
    }
    return count;
}

static size_t count_routes(void)
{
    size_t count = 0;
    while (route_at(count) != NULL) {
        count++;
    }
    return count;
}

static void expect_in(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL) {
        fail_msg("the documentation lacks: %s", wanted);
    }
}

static void the_page_lists_every_route(void **state)
{
    (void)state;
    struct buf text = {0};
    files_read(PAGE, &text);
    for (size_t i = 0; i < count_routes(); i++) {
        const struct route *route = route_at(i);
        struct buf row = {0};
        buf_printf(&row, "\n| `%s` | ", route->path);
        methods_format(route->methods, &row);
        buf_printf(&row, " | %s |\n", route->help);
        expect_in(text.bytes, row.bytes);
        buf_fini(&row);
    }
    assert_int_equal(count_of(text.bytes, "\n| `/"), count_routes());
    buf_fini(&text);
}

/* As troff wants it: a minus sign is not a hyphen. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        buf_add_string(out, *text == '-' ? "\\-" : (char[]){*text, '\0'});
    }
}

static void the_manual_lists_every_route(void **state)
{
    (void)state;
    struct buf text = {0};
    files_read(MANUAL, &text);
    for (size_t i = 0; i < count_routes(); i++) {
        const struct route *route = route_at(i);
        struct buf entry = {0};
        buf_add_string(&entry, ".TP\n.BR ");
        add_escaped(&entry, route->path);
        buf_add_string(&entry, " \" (");
        methods_format(route->methods, &entry);
        buf_add_string(&entry, ")\"\n");
        add_escaped(&entry, route->help);
        buf_add_char(&entry, '\n');
        expect_in(text.bytes, entry.bytes);
        buf_fini(&entry);
    }
    assert_int_equal(count_of(text.bytes, "\n.BR /"), count_routes());
    buf_fini(&text);
}

static void paths_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < count_routes(); i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(route_at(i)->path, route_at(k)->path);
        }
    }
}

/* Every route but that of the metrics keeps its place, and the metrics may not take it. */
static void the_metrics_take_no_place_of_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < count_routes(); i++) {
        const struct route *route = route_at(i);
        assert_string_equal(route_path(route, "/m"), route->is_telemetry ? "/m" : route->path);
        assert_int_equal(routes_is_free(route->path), route->is_telemetry);
    }
    assert_true(routes_is_free("/m"));
    assert_true(routes_is_free("/-"));
    assert_false(routes_is_free("/-/later"));
}

/* What a POST for a reload gets at this time. */
static struct reply reload_at(struct site *site, int64_t now_ns)
{
    const struct request request = {.method = "POST", .path = "/-/reload", .now_ns = now_ns};
    return routes_answer(site, &request);
}

static void expect_too_many(struct site *site, int64_t now_ns)
{
    struct reply reply = reload_at(site, now_ns);
    assert_int_equal(reply.status, 429);
    assert_int_equal(reply.retry_seconds, 1);
    buf_fini(&reply.body);
}

static void expect_reload(struct site *site, int64_t now_ns)
{
    assert_true(reload_at(site, now_ns).wait == WAIT_RELOAD);
    expect_too_many(site, now_ns + 5 * NS_PER_SECOND); /* one at a time, however long it takes */
    struct reply reply = routes_reloaded(site, RELOAD_DONE);
    assert_int_equal(reply.status, 200);
    buf_fini(&reply.body);
}

static void a_second_lies_between_reloads(void **state)
{
    (void)state;
    struct site site = {
        .metrics_path = "/metrics", .route_prefix = "", .external_path = "", .has_lifecycle = true};
    const int64_t begin_ns = 7 * NS_PER_SECOND;
    expect_reload(&site, begin_ns);
    expect_too_many(&site, begin_ns);
    expect_too_many(&site, begin_ns + NS_PER_SECOND - 1);
    expect_reload(&site, begin_ns + NS_PER_SECOND);
    expect_too_many(&site, begin_ns + NS_PER_SECOND + 1);
}

/* Scrapes are counted wherever the metrics are. */
static void the_metrics_are_known_by_their_path(void **state)
{
    (void)state;
    const struct site plain = {.metrics_path = "/m", .route_prefix = "", .external_path = ""};
    const struct site below = {.metrics_path = "/m", .route_prefix = "/x", .external_path = ""};
    assert_true(routes_is_scrape(&plain, "/m"));
    assert_false(routes_is_scrape(&plain, "/metrics"));
    assert_false(routes_is_scrape(&plain, "/"));
    assert_true(routes_is_scrape(&below, "/x/m"));
    assert_false(routes_is_scrape(&below, "/m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_lists_every_route),
        cmocka_unit_test(the_manual_lists_every_route),
        cmocka_unit_test(paths_are_unique),
        cmocka_unit_test(the_metrics_take_no_place_of_others),
        cmocka_unit_test(the_metrics_are_known_by_their_path),
        cmocka_unit_test(a_second_lies_between_reloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
