/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Clients that keep connections and want nothing, and those who want something beside them. Which
 * of them goes when is tested in test_slots.c. */
#include "serve.h"

#define LONG_BYTES ((size_t)2 * 1024 * 1024 * 1024)
#define NEVER_NS (3600 * NS_PER_SECOND)
#define HALF "GET /metrics HTTP/1.1\r\nHost: x\r\n"

/* A connection from 127.0.0.`host`, on which this much was sent. */
static int dial_from(const struct fixture *fixture, uint8_t host, const char *sent)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(fixture->address.port)};
    memcpy(&own.sin_addr, (uint8_t[]){127, 0, 0, host}, 4);
    memcpy(&name.sin_addr, fixture->address.ip, 4);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    say(fd, sent, strlen(sent));
    return fd;
}

static void expect_closed(int fd)
{
    struct buf heard = {0};
    hear(fd, &heard);
    assert_int_equal(heard.size, 0);
    close(fd);
}

static void expect_answer(int fd, int status)
{
    struct buf answer = {0};
    hear(fd, &answer);
    expect_status(&answer, status);
    if (status == 503) {
        expect_header(&answer, "Retry-After: 1");
    }
    buf_fini(&answer);
    close(fd);
}

static void half_requests_keep_nobody_out(void **state)
{
    struct fixture *fixture = *state;
    int fds[40];
    restart(fixture, &(struct http_settings){.connections_max = 8, .request_ns = NEVER_NS});
    int other = dial_from(fixture, 9, HALF "Connection: close\r\n");
    for (size_t i = 0; i < 40; i++) {
        fds[i] = dial_from(fixture, (uint8_t)(2 + i % 2), HALF);
        if (i % 4 == 0) {
            expect_answer(dial_from(fixture, 1, HALF "Connection: close\r\n\r\n"), 200);
            expect_answer(dial_from(fixture, 2, HALF "Connection: close\r\n\r\n"), 200);
        }
    }
    for (size_t i = 0; i < 32; i++) {
        expect_closed(fds[i]);
    }
    say(other, "\r\n", 2);
    expect_answer(other, 200); /* it was first, but has one only */
    for (size_t i = 32; i < 40; i++) {
        close(fds[i]);
    }
}

/* It is never idle, and never done. */
static void a_request_has_its_time(void **state)
{
    struct fixture *fixture = *state;
    restart(fixture, &(struct http_settings){.request_ns = 300 * NS_PER_MS});
    static const char *const begins[] = {
        HALF "X: ",
        "POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
        "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\nGET / ",
    };
    for (size_t i = 0; i < 3; i++) {
        int fd = dial_from(fixture, 2, begins[i]);
        struct buf heard = {0};
        while (send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
            struct pollfd wait = {.fd = fd, .events = POLLRDHUP};
            poll(&wait, 1, 1);
        }
        hear(fd, &heard);
        assert_true(strncmp(buf_string(&heard), "HTTP/1.1 200", 12) == 0 || i < 2);
        buf_fini(&heard);
        close(fd);
    }
}

static void unread_answers_keep_nobody_out(void **state)
{
    struct fixture *fixture = *state;
    int fds[20];
    restart(fixture, &(struct http_settings){.places_max = 2, .stalled_ns = 1});
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    for (unsigned i = 0; i < 20; i++) { /* of eight times two there is room */
        fds[i] = dial_from(fixture, 2, HALF "\r\n");
        await(&fixture->renders, i + 1);
    }
    await(&fixture->closed, 4);
    expect_rejected(fixture, EXPO_REJECTION_CROWDED, 5); /* it needs a place too */
    expect_answer(dial_from(fixture, 2, HALF "Connection: close\r\n\r\n"), 200);
    expect_answer(dial_from(fixture, 3, "GET / HTTP/1.0\r\n\r\n"), 200);
    for (unsigned i = 0; i < 20; i++) {
        close(fds[i]);
    }
}

/* The page needs a place as well. What is small does not. */
static void who_reads_keeps_the_place(void **state)
{
    struct fixture *fixture = *state;
    restart(fixture,
            &(struct http_settings){
                .places_max = 1, .stalled_ns = NEVER_NS, .unread_ns = NEVER_NS, .wait_ns = 1});
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    int first = dial_from(fixture, 2, HALF "\r\n");
    await(&fixture->renders, 1);
    expect_answer(dial_from(fixture, 3, HALF "Connection: close\r\n\r\n"), 503);
    expect_answer(dial_from(fixture, 3, "GET / HTTP/1.0\r\n\r\n"), 503);
    expect(fixture, "GET /-/healthy", 200, "ok\n");
    assert_int_equal(atomic_load(&fixture->renders), 1);
    assert_int_equal(atomic_load(&fixture->closed), 0);
    close(first);
    await(&fixture->closed, 1);
    expect_rejected(fixture, EXPO_REJECTION_BUSY, 1); /* the page is no scrape */
}

static void who_waits_gets_the_next_place(void **state)
{
    struct fixture *fixture = *state;
    int waiting[3];
    restart(fixture, &(struct http_settings){.places_max = 1,
                                             .stalled_ns = NEVER_NS,
                                             .unread_ns = NEVER_NS,
                                             .wait_ns = NEVER_NS});
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    int first = dial_from(fixture, 2, HALF "\r\n");
    await(&fixture->renders, 1);
    atomic_store(&fixture->metrics_size, 0);
    for (size_t i = 0; i < 3; i++) {
        waiting[i] = dial_from(fixture, 2, HALF "Connection: close\r\n\r\n");
    }
    close(dial_from(fixture, 2, HALF "\r\n")); /* one leaves */
    expect(fixture, "GET /-/healthy", 200, "ok\n");
    close(first);
    for (size_t i = 0; i < 3; i++) {
        expect_answer(waiting[i], 200);
    }
}

static void a_stop_refuses_who_waits(void **state)
{
    struct fixture *fixture = *state;
    restart(fixture, &(struct http_settings){.places_max = 1,
                                             .stalled_ns = NEVER_NS,
                                             .wait_ns = NEVER_NS,
                                             .request_ns = NEVER_NS});
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    int first = dial_from(fixture, 2, HALF "\r\n");
    await(&fixture->renders, 1);
    int second = dial_from(fixture, 2, HALF "Connection: close\r\n\r\n");
    expect(fixture, "GET /-/healthy", 200, "ok\n");
    http_stop(fixture->http);
    fixture->http = NULL;
    expect_answer(second, 503);
    close(first);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        EACH(half_requests_keep_nobody_out),  EACH(a_request_has_its_time),
        EACH(unread_answers_keep_nobody_out), EACH(who_reads_keeps_the_place),
        EACH(who_waits_gets_the_next_place),  EACH(a_stop_refuses_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
