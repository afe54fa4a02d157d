/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the routes of the API read of a path and a query, and how they refuse. */
#include "web/api_routes.h"

#include <stdio.h>
#include <string.h>

#include "engine/history.h"
#include "support/cm.h"

/* What the handlers were asked. */
struct seen {
    struct selection selection;
    char name[300];
    size_t limit;
    unsigned closed;
};

static size_t read_nothing(void *context, char *out, size_t size)
{
    (void)context;
    (void)out;
    (void)size;
    return 0;
}

static void close_targets(void *context, bool is_complete)
{
    struct seen *seen = context;
    (void)is_complete;
    seen->closed++;
}

static struct stream_source give_targets(void *context, const struct selection *selection)
{
    struct seen *seen = context;
    seen->selection = *selection;
    return (struct stream_source){seen, read_nothing, close_targets};
}

/* "unknown" is no target. */
static bool give_target(void *context, const char *name, struct buf *out)
{
    struct seen *seen = context;
    snprintf(seen->name, sizeof seen->name, "%s", name);
    buf_add_string(out, strcmp(name, "unknown") == 0 ? "" : "{}\n");
    return strcmp(name, "unknown") != 0;
}

static bool give_operations(void *context, const char *name, size_t limit, struct buf *out)
{
    struct seen *seen = context;
    seen->limit = limit;
    return give_target(context, name, out);
}

static void give_status(void *context, struct buf *out)
{
    (void)context;
    buf_add_string(out, "{}\n");
}

/* Asks for "PATH?a=b&c=d" with a place, as a server without a prefix, or with. */
static struct reply ask_at(struct seen *seen, const char *prefix, const char *url)
{
    struct site site = {.handlers = {.context = seen,
                                     .targets = give_targets,
                                     .target = give_target,
                                     .operations = give_operations,
                                     .status = give_status},
                        .metrics_path = "/metrics",
                        .route_prefix = prefix,
                        .external_path = prefix};
    char text[4096];
    snprintf(text, sizeof text, "%s", url);
    char *query = strchr(text, '?');
    struct request request = {.method = "GET", .path = text, .has_place = true};
    if (query != NULL) {
        *query++ = '\0';
        for (char *word = strtok(query, "&"); word != NULL; word = strtok(NULL, "&")) {
            char *value = strchr(word, '=');
            *value = '\0';
            request_add_argument(&request, word, value + 1);
        }
    }
    struct reply reply = routes_answer(&site, &request);
    request_fini(&request);
    return reply;
}

static unsigned ask(struct seen *seen, const char *url)
{
    struct reply reply = ask_at(seen, "", url);
    stream_close(reply.stream);
    buf_fini(&reply.body);
    return reply.status;
}

static void the_query_selects(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_int_equal(ask(&seen, "/api/v1/targets"), 200);
    assert_int_equal(seen.selection.limit, 0);
    assert_int_equal(ask(&seen, "/api/v1/targets?state=failed&site=a+b%2Bc%26&q=&limit=7"
                                "&offset=3&sort=-loss"),
                     200);
    assert_int_equal(seen.selection.states, 1u << TARGET_FAILED);
    assert_string_equal(seen.selection.labels[0].value, "a b+c&");
    assert_int_equal(seen.selection.limit, 7);
    assert_int_equal(seen.selection.offset, 3);
    assert_true(seen.selection.is_reversed);
    assert_int_equal(seen.closed, 2);
}

static void a_wrong_query_is_refused(void **state)
{
    (void)state;
    struct seen seen = {0};
    char url[2200] = "/api/v1/targets?q=";
    static const char *const wrong[] = {
        "/api/v1/targets?state=up",
        "/api/v1/targets?q=%",
        "/api/v1/targets?q=%00",
        "/api/v1/targets?limit=0",
        "/api/v1/targets?limit=1001",
        "/api/v1/targets?a%20b=c",
        "/api/v1/targets?site=%zz",
        "/api/v1/targets/a/operations?limit=1441",
        "/api/v1/targets/a/operations?limit=0",
        "/api/v1/targets/a/operations?limit=x",
        "/api/v1/targets/a/operations?limit=00000001",
        "/api/v1/targets/a/operations?since=3",
        "/api/v1/targets/a/operations?limit=%",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (ask(&seen, wrong[i]) != 400) {
            fail_msg("%s", wrong[i]);
        }
    }
    memset(url + strlen(url), 'x', 2000);
    assert_int_equal(ask(&seen, url), 400);
    assert_int_equal(seen.closed, 0);
    assert_string_equal(seen.name, "");
}

static void a_path_names_a_target(void **state)
{
    (void)state;
    struct seen seen = {0};
    assert_int_equal(ask(&seen, "/api/v1/targets/a%2Fb%20%22"), 200);
    assert_string_equal(seen.name, "a/b \"");
    assert_int_equal(ask(&seen, "/api/v1/targets/a%2Fb/operations"), 200);
    assert_string_equal(seen.name, "a/b");
    assert_int_equal(seen.limit, HISTORY_MAX);
    assert_int_equal(ask(&seen, "/api/v1/targets/operations/operations?limit=12"), 200);
    assert_string_equal(seen.name, "operations");
    assert_int_equal(seen.limit, 12);
    assert_int_equal(ask(&seen, "/api/v1/targets/operations"), 200);
    assert_string_equal(seen.name, "operations");
    assert_int_equal(ask(&seen, "/api/v1/targets/unknown"), 404);
    assert_int_equal(ask(&seen, "/api/v1/targets/unknown/operations"), 404);
    assert_int_equal(ask(&seen, "/api/v1/targets/"), 404);
    assert_int_equal(ask(&seen, "/api/v1/targets/%00"), 404);
    assert_int_equal(ask(&seen, "/api/v1/status"), 200);
    assert_int_equal(ask(&seen, "/api/v1/nothing"), 404);
}

static void a_prefix_is_no_part_of_a_name(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct reply reply = ask_at(&seen, "/x", "/x/api/v1/targets/b/operations?limit=1");
    assert_int_equal(reply.status, 200);
    assert_string_equal(seen.name, "b");
    buf_fini(&reply.body);
    const struct site site = {.route_prefix = "/x"};
    assert_true(routes_is_api(&site, "/x/api/v1/targets"));
    assert_true(routes_is_api(&site, "/x/api/v1/nothing"));
    assert_false(routes_is_api(&site, "/api/v1/targets"));
    assert_false(routes_is_api(&site, "/x/metrics"));
}

static void an_error_is_a_problem(void **state)
{
    (void)state;
    struct reply reply = {.status = 404};
    buf_add_string(&reply.body, "no \"target\"\n");
    reply_make_problem(&reply);
    assert_string_equal(reply.content_type, "application/problem+json");
    assert_string_equal(buf_string(&reply.body),
                        "{\"type\": \"about:blank\", \"title\": \"Not Found\", \"status\": 404, "
                        "\"detail\": \"no \\\"target\\\"\"}\n");
    buf_fini(&reply.body);
    reply = (struct reply){.status = 599};
    reply_make_problem(&reply);
    assert_string_equal(buf_string(&reply.body),
                        "{\"type\": \"about:blank\", \"title\": \"Error\", \"status\": 599, "
                        "\"detail\": \"\"}\n");
    buf_fini(&reply.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_query_selects),     cmocka_unit_test(a_wrong_query_is_refused),
        cmocka_unit_test(a_path_names_a_target), cmocka_unit_test(a_prefix_is_no_part_of_a_name),
        cmocka_unit_test(an_error_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
