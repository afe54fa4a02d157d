/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reloads by HTTP: who may request one, how often, and that nobody else waits for it. */
#include "serve.h"

#define BAD_BODY "not reloaded, the old configuration is kept: see the log of the exporter\n"

static void enable(struct fixture *fixture)
{
    restart(fixture, &(struct http_settings){.has_lifecycle = true});
}

/* Sends a request for a reload with these header lines, each with its \r\n. */
static int begin_reload(const struct fixture *fixture, const char *method, const char *headers)
{
    struct buf request = {0};
    buf_printf(&request,
               "%s /-/reload HTTP/1.1\r\nHost: exporter:10967\r\nConnection: close\r\n%s\r\n",
               method, headers);
    int fd = dial(&fixture->address);
    say(fd, request.bytes, request.size);
    buf_fini(&request);
    return fd;
}

/* What the server says on the connection, which must be `status`. */
static void end_with(int fd, int status, struct buf *answer)
{
    buf_clear(answer);
    hear(fd, answer);
    expect_status(answer, status);
    close(fd);
}

static void refused(const struct fixture *fixture, const char *headers, int status)
{
    struct buf answer = {0};
    unsigned before = atomic_load(&fixture->reloads);
    end_with(begin_reload(fixture, "POST", headers), status, &answer);
    assert_int_equal(atomic_load(&fixture->reloads), before);
    buf_fini(&answer);
}

static void it_is_off_unless_enabled(void **state)
{
    struct fixture *fixture = *state;
    refused(fixture, "", 403);
    enable(fixture);
    struct buf answer = {0};
    ask(fixture, "GET /-/reload", "", &answer);
    expect_status(&answer, 405);
    expect_header(&answer, "Allow: POST, PUT");
    assert_int_equal(atomic_load(&fixture->reloads), 0);
    buf_fini(&answer);
}

static void the_answer_tells_the_end(void **state)
{
    static const struct {
        const char *method, *headers;
        bool is_successful;
        int status;
        const char *body;
    } rows[] = {
        {"POST", "", true, 200, "reloaded\n"},
        {"PUT", "", false, 500, BAD_BODY},
        {"POST", "Content-Length: 3\r\n\r\nabc", true, 200, "reloaded\n"},
    };
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf answer = {0};
        enable(fixture); /* the limit of one a second starts again */
        int fd = begin_reload(fixture, rows[i].method, rows[i].headers);
        await(&fixture->reloads, i + 1);
        http_reloaded(fixture->http, rows[i].is_successful);
        end_with(fd, rows[i].status, &answer);
        assert_string_equal(body_of(&answer), rows[i].body);
        buf_fini(&answer);
    }
}

static void nobody_else_waits(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    enable(fixture);
    int fd = begin_reload(fixture, "POST", "");
    await(&fixture->reloads, 1);
    for (unsigned i = 0; i < 20; i++) {
        expect(fixture, "GET /-/healthy", 200, "ok\n");
    }
    refused(fixture, "", 429); /* one at a time */
    http_reloaded(fixture->http, true);
    end_with(fd, 200, &answer);
    buf_fini(&answer);
}

static void pages_of_others_are_refused(void **state)
{
    static const char *const foreign[] = {
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://exporter:10967.evil.example\r\n",
        "Origin: http://exporter\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Origin: http://exporter:10967\r\nSec-Fetch-Site: cross-site\r\n",
    };
    static const char *const own[] = {
        "Origin: http://exporter:10967\r\n",
        "Sec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: none\r\n",
    };
    struct fixture *fixture = *state;
    struct buf answer = {0};
    enable(fixture);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        refused(fixture, foreign[i], 403);
    }
    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++) {
        enable(fixture);
        int fd = begin_reload(fixture, "POST", own[i]);
        await(&fixture->reloads, i + 1);
        http_reloaded(fixture->http, true);
        end_with(fd, 200, &answer);
    }
    buf_fini(&answer);
}

static void a_client_that_left_does_no_harm(void **state)
{
    struct fixture *fixture = *state;
    enable(fixture);
    close(begin_reload(fixture, "POST", ""));
    await(&fixture->reloads, 1);
    expect(fixture, "GET /-/healthy", 200, "ok\n");
    http_reloaded(fixture->http, true);
    http_reloaded(fixture->http, true); /* nobody waits now */
    expect(fixture, "GET /-/healthy", 200, "ok\n");
}

static void a_stop_answers_who_waits(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    enable(fixture);
    int fd = begin_reload(fixture, "POST", "");
    await(&fixture->reloads, 1);
    http_stop(fixture->http);
    fixture->http = NULL;
    end_with(fd, 503, &answer);
    buf_fini(&answer);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        EACH(it_is_off_unless_enabled),
        EACH(the_answer_tells_the_end),
        EACH(nobody_else_waits),
        EACH(pages_of_others_are_refused),
        EACH(a_client_that_left_does_no_harm),
        EACH(a_stop_answers_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
