/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "serve.h"

static void metrics_are_negotiated(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    ask(fixture, "GET /metrics", "", &answer);
    expect_status(&answer, 200);
    expect_header(&answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8");
    expect_header(&answer, "Vary: Accept, Accept-Encoding");
    assert_string_equal(body_of(&answer), "x 1\n");
    buf_clear(&answer);
    ask(fixture, "GET /metrics?x=y", "Accept: application/openmetrics-text;version=1.0.0\r\n",
        &answer);
    expect_header(&answer, "Content-Type: application/openmetrics-text; version=1.0.0; "
                           "charset=utf-8");
    assert_string_equal(body_of(&answer), "# EOF\n");
    buf_fini(&answer);
}

/* RFC 9110 5.3: several lines of one name are one list. */
static void lines_of_one_header_are_joined(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    ask(fixture, "GET /metrics",
        "Accept: text/html\r\nX: y\r\naccept: application/openmetrics-text;version=1.0.0\r\n",
        &answer);
    expect_header(&answer, "Content-Type: application/openmetrics-text; version=1.0.0; "
                           "charset=utf-8");
    buf_clear(&answer);
    atomic_store(&fixture->page_size, 50000);
    ask(fixture, "GET /", "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n", &answer);
    expect_header(&answer, "Content-Encoding: gzip");
    buf_fini(&answer);
}

/* A body of `size` bytes, in one chunk when `is_chunked`. */
static void send_body(const struct fixture *fixture, size_t size, bool is_chunked,
                      struct buf *answer)
{
    struct buf request = {0};
    buf_printf(&request, "POST /-/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    if (is_chunked) {
        buf_printf(&request, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", size);
    } else {
        buf_printf(&request, "Content-Length: %zu\r\n\r\n", size);
    }
    for (size_t i = 0; i < size; i++) {
        buf_add_char(&request, 'a');
    }
    buf_add_string(&request, is_chunked ? "\r\n0\r\n\r\n" : "");
    buf_clear(answer);
    ask_raw(&fixture->address, request.bytes, request.size, answer);
    buf_fini(&request);
}

static void a_body_that_is_too_large_is_said(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    for (unsigned is_chunked = 0; is_chunked < 2; is_chunked++) {
        send_body(fixture, 64 * 1024, is_chunked, &answer);
        expect_status(&answer, 403); /* read, and answered by its route */
        send_body(fixture, 70 * 1000, is_chunked, &answer);
        expect_status(&answer, 413);
    }
    assert_int_equal(atomic_load(&fixture->reloads), 0);
    buf_fini(&answer);
}

static void the_page_may_fetch_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    ask(fixture, "GET /", "", &answer);
    expect_status(&answer, 200);
    expect_header(&answer, "Content-Type: text/html; charset=utf-8");
    expect_header(&answer, "Content-Security-Policy: default-src 'none'; style-src 'self'; "
                           "script-src 'self'; img-src 'self'; connect-src 'self'; "
                           "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    assert_string_equal(body_of(&answer), "<!DOCTYPE html>");
    buf_fini(&answer);
}

static void large_answers_are_compressed_on_request(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    static const char head[] = "<!DOCTYPE html>";
    atomic_store(&fixture->page_size, 50000);
    ask(fixture, "GET /", "Accept-Encoding: gzip;q=0.5\r\n", &answer);
    expect_status(&answer, 200);
    expect_header(&answer, "Content-Encoding: gzip");
    expect_header(&answer, "Vary: Accept-Encoding");
    const char *body = body_of(&answer);
    size_t size = answer.size - (size_t)(body - answer.bytes);
    assert_true(size < 1000);
    assert_int_equal(unpack(body, size, head), strlen(head) + 50000);
    buf_clear(&answer);
    ask(fixture, "GET /", "", &answer);
    assert_null(strstr(answer.bytes, "Content-Encoding"));
    assert_int_equal(strlen(body_of(&answer)), strlen(head) + 50000);
    buf_clear(&answer);
    atomic_store(&fixture->page_size, 0);
    ask(fixture, "GET /", "Accept-Encoding: gzip\r\n", &answer);
    assert_string_equal(body_of(&answer), head); /* too small to be worth it */
    buf_fini(&answer);
}

static void the_configuration_is_a_text(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    ask(fixture, "GET /config", "", &answer);
    expect_status(&answer, 200);
    expect_header(&answer, "Content-Type: text/plain; charset=utf-8");
    assert_string_equal(body_of(&answer), CONFIG_TEXT);
    buf_clear(&answer);
    ask(fixture, "POST /config", "", &answer);
    expect_status(&answer, 405);
    buf_fini(&answer);
}

static void health_and_readiness(void **state)
{
    struct fixture *fixture = *state;
    expect(fixture, "GET /-/healthy", 200, "ok\n");
    expect(fixture, "GET /-/ready", 503, "2 targets have not run yet\n");
    atomic_store(&fixture->is_ready, true);
    expect(fixture, "GET /-/ready", 200, "ready\n");
}

static void other_paths_and_methods(void **state)
{
    struct fixture *fixture = *state;
    expect(fixture, "GET /nothing", 404, "not found\n");
    expect(fixture, "GET /metrics/", 404, "not found\n");
    expect(fixture, "DELETE /nothing", 404, "not found\n");
    expect(fixture, "POST /metrics", 405, "method not allowed\n");
    struct buf answer = {0};
    ask(fixture, "DELETE /-/healthy", "", &answer);
    expect_status(&answer, 405);
    expect_header(&answer, "Allow: GET, HEAD");
    assert_int_equal(atomic_load(&fixture->renders), 0);
    buf_fini(&answer);
}

static void head_has_no_body(void **state)
{
    struct fixture *fixture = *state;
    static const char *const paths[] = {"/", "/metrics", "/-/healthy"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct buf answer = {0};
        char what[64];
        snprintf(what, sizeof what, "HEAD %s", paths[i]);
        ask(fixture, what, "", &answer);
        expect_status(&answer, 200);
        assert_string_equal(body_of(&answer), "");
        assert_null(strstr(answer.bytes, "Content-Length: 0"));
        assert_non_null(strstr(answer.bytes, "\r\nContent-Length: "));
        buf_fini(&answer);
    }
}

static void connections_are_kept(void **state)
{
    struct fixture *fixture = *state;
    static const char requests[] = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    struct buf answer = {0};
    ask_raw(&fixture->address, requests, sizeof requests - 1, &answer);
    expect_status(&answer, 200);
    assert_non_null(strstr(answer.bytes, "\r\n\r\nok\n"));
    assert_non_null(strstr(answer.bytes, "\r\n\r\nx 1\n"));
    buf_fini(&answer);
}

static void garbage_is_survived(void **state)
{
    struct fixture *fixture = *state;
    static const char *const requests[] = {
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x01\xff\xff\xfe\x80 \r\n\r\n",
        "GET /metrics HTTP/9.9\r\n\r\n",
        "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "POST /-/reload%00 HTTP/1.0\r\n\r\n",
        "GET /metrics%00%ff%zz HTTP/1.0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct buf answer = {0};
        ask_raw(&fixture->address, requests[i], strlen(requests[i]), &answer);
        assert_null(strstr(buf_string(&answer), "200 OK"));
        buf_fini(&answer);
        expect(fixture, "GET /-/healthy", 200, "ok\n");
    }
    assert_int_equal(atomic_load(&fixture->reloads), 0);
    assert_int_equal(atomic_load(&fixture->renders), 0);
}

static void unfinished_requests_hold_nobody_up(void **state)
{
    struct fixture *fixture = *state;
    static const char *const requests[] = {
        "",
        "\r\n\r\n\r\n\r\n",
        "GET /metr",
        "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: ;;;,,,\"\r\n",
        "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int fd = dial(&fixture->address);
        say(fd, requests[i], strlen(requests[i]));
        expect(fixture, "GET /-/healthy", 200, "ok\n");
        close(fd);
        expect(fixture, "GET /-/healthy", 200, "ok\n");
    }
    assert_int_equal(atomic_load(&fixture->reloads), 0);
    assert_int_equal(atomic_load(&fixture->renders), 0);
}

static void headers_and_bodies_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct buf request = {0};
    struct buf answer = {0};
    buf_add_string(&request, "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: ");
    for (unsigned i = 0; i < 200000; i++) {
        buf_add_char(&request, 'a');
    }
    buf_add_string(&request, "\r\n\r\n");
    ask_raw(&fixture->address, request.bytes, request.size, &answer);
    assert_null(strstr(buf_string(&answer), "x 1\n"));
    buf_clear(&request);
    buf_clear(&answer);
    buf_add_string(&request,
                   "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
    for (unsigned i = 0; i < 9999999; i++) {
        buf_add_char(&request, 'a');
    }
    ask_raw(&fixture->address, request.bytes, request.size, &answer);
    assert_null(strstr(buf_string(&answer), "200 OK"));
    assert_int_equal(atomic_load(&fixture->reloads), 0);
    assert_int_equal(atomic_load(&fixture->renders), 0);
    buf_fini(&request);
    buf_fini(&answer);
    expect(fixture, "GET /-/healthy", 200, "ok\n");
}

/* SIGPIPE is not ignored here: a server that raised it would end the test. */
static void clients_that_leave_early_do_no_harm(void **state)
{
    struct fixture *fixture = *state;
    atomic_store(&fixture->page_size, (size_t)8 * 1024 * 1024);
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    for (unsigned i = 0; i < 20; i++) {
        int fd = dial(&fixture->address);
        say(fd, request, sizeof request - 1);
        char byte;
        assert_int_equal(recv(fd, &byte, 1, 0), 1);
        const struct linger reset = {1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    struct buf answer = {0};
    ask(fixture, "GET /", "", &answer);
    assert_true(answer.size > (size_t)8 * 1024 * 1024);
    buf_fini(&answer);
}

static void *ask_often(void *context)
{
    for (unsigned i = 0; i < 25; i++) {
        expect(context, i % 2 == 0 ? "GET /metrics" : "GET /-/healthy", 200,
               i % 2 == 0 ? "x 1\n" : "ok\n");
    }
    return NULL;
}

static void many_ask_at_once(void **state)
{
    struct fixture *fixture = *state;
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, fixture), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&fixture->renders), 8 * 13);
}

static void a_port_in_use_is_said(void **state)
{
    struct fixture *fixture = *state;
    int error;
    assert_null(start_at(&fixture->address, 1, fixture, &error));
    assert_int_equal(error, EADDRINUSE);
    const struct addr both[] = {build_addr("127.0.0.1:0"), fixture->address};
    assert_null(start_at(both, 2, fixture, &error));
    assert_int_equal(error, EADDRINUSE);
    const struct addr foreign = build_addr("192.0.2.1:0");
    assert_null(start_at(&foreign, 1, fixture, &error));
    assert_int_equal(error, EADDRNOTAVAIL);
}

static void it_listens_on_several_addresses(void **state)
{
    struct fixture *fixture = *state;
    struct addr listen[] = {build_addr("127.0.0.1:0"), build_addr("[::1]:0")};
    int error;
    struct http *http = start_at(listen, 2, fixture, &error);
    if (http == NULL && (error == EADDRNOTAVAIL || error == EAFNOSUPPORT)) {
        print_message("no IPv6 loopback here\n");
        skip();
    }
    assert_non_null(http);
    for (size_t i = 0; i < 2; i++) {
        struct addr address = http_address(http, i);
        static const char request[] = "GET /-/healthy HTTP/1.0\r\n\r\n";
        struct buf answer = {0};
        ask_raw(&address, request, sizeof request - 1, &answer);
        assert_non_null(strstr(buf_string(&answer), "200 OK"));
        buf_fini(&answer);
    }
    http_stop(http);
}

static void expect_healthy(const char *ip, uint16_t port)
{
    static const char request[] = "GET /-/healthy HTTP/1.0\r\n\r\n";
    struct buf answer = {0};
    struct addr address = build_addr(ip);
    address.port = port;
    ask_raw(&address, request, sizeof request - 1, &answer);
    assert_non_null(strstr(buf_string(&answer), "200 OK"));
    buf_fini(&answer);
}

/* Unless another address has the port for IPv4. */
static void any_address_is_of_both_families(void **state)
{
    struct fixture *fixture = *state;
    struct addr listen[] = {build_addr("[::]:0"), build_addr("127.0.0.1:0")};
    int error;
    struct http *http = start_at(listen, 1, fixture, &error);
    assert_non_null(http);
    struct addr address = http_address(http, 0);
    expect_healthy("127.0.0.1:0", address.port);
    if (address.family == ADDR_IPV4) {
        http_stop(http);
        print_message("no IPv6 here\n");
        skip();
    }
    expect_healthy("[::1]:0", address.port);
    http_stop(http);
    listen[0].port = listen[1].port = address.port;
    http = start_at(listen, 2, fixture, &error);
    assert_non_null(http);
    expect_healthy("[::1]:0", address.port);
    expect_healthy("127.0.0.1:0", address.port);
    http_stop(http);
}

/* A scrape that is being answered when the stop comes is answered; afterwards nobody listens. */
static void a_stop_lets_answers_out(void **state)
{
    struct fixture *fixture = *state;
    atomic_store(&fixture->hold_ms, 200);
    int idle = dial(&fixture->address);
    int fd = dial(&fixture->address);
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    say(fd, request, sizeof request - 1);
    for (unsigned i = 0; i < DEADLINE_MS && atomic_load(&fixture->renders) == 0; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    assert_int_equal(atomic_load(&fixture->renders), 1);
    http_stop(fixture->http);
    fixture->http = NULL;
    struct buf answer = {0};
    hear(fd, &answer);
    expect_status(&answer, 200);
    assert_string_equal(body_of(&answer), "x 1\n");
    buf_fini(&answer);
    close(fd);
    close(idle);
    int error;
    struct http *next = start_at(&fixture->address, 1, fixture, &error);
    assert_non_null(next);
    http_stop(next);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        EACH(metrics_are_negotiated),
        EACH(lines_of_one_header_are_joined),
        EACH(a_body_that_is_too_large_is_said),
        EACH(the_page_may_fetch_nothing),
        EACH(large_answers_are_compressed_on_request),
        EACH(the_configuration_is_a_text),
        EACH(health_and_readiness),
        EACH(other_paths_and_methods),
        EACH(head_has_no_body),
        EACH(connections_are_kept),
        EACH(garbage_is_survived),
        EACH(unfinished_requests_hold_nobody_up),
        EACH(headers_and_bodies_are_bounded),
        EACH(clients_that_leave_early_do_no_harm),
        EACH(many_ask_at_once),
        EACH(any_address_is_of_both_families),
        EACH(a_port_in_use_is_said),
        EACH(it_listens_on_several_addresses),
        EACH(a_stop_lets_answers_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
