/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics that are long, and those who read them slowly. */
#include "serve.h"

/* The parts of a chunked body, put together. The answer must be whole. */
static void join_chunks(const char *at, struct buf *out)
{
    for (;;) {
        char *end;
        size_t size = strtoul(at, &end, 16);
        assert_true(end > at && strncmp(end, "\r\n", 2) == 0);
        buf_add(out, end + 2, size);
        at = end + 2 + size;
        assert_true(strncmp(at, "\r\n", 2) == 0);
        at += 2;
        if (size == 0) {
            return;
        }
    }
}

/* Longer than any buffer between the two ends. */
#define LONG_BYTES ((size_t)32 * 1024 * 1024)

static void long_metrics_come_in_parts(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    struct buf body = {0};
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    ask(fixture, "GET /metrics", "", &answer);
    expect_status(&answer, 200);
    expect_header(&answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8");
    expect_header(&answer, "Transfer-Encoding: chunked");
    join_chunks(body_of(&answer), &body);
    assert_int_equal(body.size, LONG_BYTES);
    for (size_t i = 0; i < body.size; i++) {
        assert_true(body.bytes[i] == (char)('0' + i % 10));
    }
    assert_int_equal(atomic_load(&fixture->completed), 1);
    buf_clear(&answer);
    ask(fixture, "HEAD /metrics", "", &answer);
    expect_status(&answer, 200);
    assert_string_equal(body_of(&answer), "");
    buf_clear(&answer);
    static const char old[] = "GET /metrics HTTP/1.0\r\n\r\n";
    ask_raw(&fixture->address, old, sizeof old - 1, &answer);
    assert_int_equal(answer.size - (size_t)(body_of(&answer) - answer.bytes), LONG_BYTES);
    buf_fini(&answer);
    buf_fini(&body);
}

static void long_metrics_are_compressed_on_the_way(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    struct buf body = {0};
    const size_t sizes[] = {2000, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 500000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        bool is_long = sizes[i] >= (size_t)64 * 1024;
        atomic_store(&fixture->metrics_size, sizes[i]);
        buf_clear(&answer);
        buf_clear(&body);
        ask(fixture, "GET /metrics", "Accept-Encoding: gzip\r\n", &answer);
        expect_status(&answer, 200);
        expect_header(&answer, "Content-Encoding: gzip");
        if (is_long) {
            expect_header(&answer, "Transfer-Encoding: chunked");
            join_chunks(body_of(&answer), &body);
        } else {
            const char *start = body_of(&answer);
            buf_add(&body, start, answer.size - (size_t)(start - answer.bytes));
        }
        assert_int_equal(unpack(body.bytes, body.size, ""), sizes[i]);
    }
    buf_fini(&answer);
    buf_fini(&body);
}

static void a_plain_server_compresses_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct buf answer = {0};
    restart(fixture, &(struct http_settings){.is_plain = true});
    atomic_store(&fixture->metrics_size, 70000);
    atomic_store(&fixture->page_size, 50000);
    ask(fixture, "GET /metrics", "Accept-Encoding: gzip\r\n", &answer);
    expect_status(&answer, 200);
    ask(fixture, "GET /", "Accept-Encoding: gzip\r\n", &answer);
    assert_true(answer.size > 120000);
    assert_null(strstr(answer.bytes, "Content-Encoding"));
    buf_fini(&answer);
}

/* A client that asks for long metrics, reads their first byte and then no more. */
static int begin_scrape(const struct fixture *fixture)
{
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    int fd = dial(&fixture->address);
    say(fd, request, sizeof request - 1);
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, 'H');
    return fd;
}

static void a_slow_reader_costs_a_part_not_a_body(void **state)
{
    struct fixture *fixture = *state;
    atomic_store(&fixture->metrics_size, 64 * LONG_BYTES);
    int fd = begin_scrape(fixture);
    for (unsigned i = 0; i < 20; i++) {
        expect(fixture, "GET /-/healthy", 200, "ok\n"); /* others are answered meanwhile */
    }
    assert_true(atomic_load(&fixture->given) < LONG_BYTES);
    close(fd);
    await(&fixture->closed, 1);
    assert_int_equal(atomic_load(&fixture->completed), 0);
}

static void no_answer_lasts_for_ever(void **state)
{
    struct fixture *fixture = *state;
    restart(fixture, &(struct http_settings){.answer_ns = 200 * NS_PER_MS});
    atomic_store(&fixture->metrics_size, 64 * LONG_BYTES);
    int fd = begin_scrape(fixture);
    char bytes[4096];
    size_t heard = 0;
    ssize_t size;
    do { /* it always moves, and never would be done */
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
        nanosleep(&(struct timespec){0, 100000}, NULL);
        size = recv(fd, bytes, sizeof bytes, 0);
        heard += size > 0 ? (size_t)size : 0;
    } while (size > 0);
    assert_true(heard > 0 && heard < 64 * LONG_BYTES);
    await(&fixture->closed, 1);
    assert_int_equal(atomic_load(&fixture->completed), 0);
    close(fd);
    expect_rejected(fixture, EXPO_REJECTION_TIMEOUT, 1);
}

static void who_reads_nothing_is_left(void **state)
{
    struct fixture *fixture = *state;
    restart(fixture, &(struct http_settings){.unread_ns = NS_PER_SECOND});
    atomic_store(&fixture->metrics_size, 64 * LONG_BYTES);
    int fd = begin_scrape(fixture);
    await(&fixture->closed, 1);
    assert_int_equal(atomic_load(&fixture->completed), 0);
    close(fd);
    expect_rejected(fixture, EXPO_REJECTION_TIMEOUT, 1);
}

static void a_stop_waits_for_no_slow_reader(void **state)
{
    struct fixture *fixture = *state;
    atomic_store(&fixture->metrics_size, 64 * LONG_BYTES);
    int fd = begin_scrape(fixture);
    http_stop(fixture->http);
    fixture->http = NULL;
    assert_int_equal(atomic_load(&fixture->closed), 1);
    assert_int_equal(atomic_load(&fixture->completed), 0);
    close(fd);
}

/* As long as a busy machine may need until all have asked. */
#define SHARED_NS (600 * NS_PER_SECOND)
#define SCRAPERS 8

static int begin_with(const struct fixture *fixture, const char *header)
{
    struct buf request = {0};
    buf_printf(&request, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", header);
    int fd = dial(&fixture->address);
    say(fd, request.bytes, request.size);
    buf_fini(&request);
    return fd;
}

static void hear_body(int fd, struct buf *body)
{
    struct buf answer = {0};
    hear(fd, &answer);
    expect_status(&answer, 200);
    join_chunks(body_of(&answer), body);
    buf_fini(&answer);
    close(fd);
}

static void all_who_ask_at_once_get_the_same(void **state)
{
    struct fixture *fixture = *state;
    int fds[SCRAPERS];
    struct buf first = {0};
    restart(fixture, &(struct http_settings){.share_ns = SHARED_NS});
    atomic_store(&fixture->can_share, true);
    atomic_store(&fixture->metrics_size, 400000);
    for (unsigned i = 0; i < SCRAPERS; i++) {
        fds[i] = begin_with(fixture, "Accept-Encoding: gzip\r\n");
    }
    hear_body(fds[0], &first);
    assert_int_equal(unpack(first.bytes, first.size, ""), 400000);
    for (unsigned i = 1; i < SCRAPERS; i++) {
        struct buf body = {0};
        hear_body(fds[i], &body);
        assert_int_equal(body.size, first.size);
        assert_memory_equal(body.bytes, first.bytes, first.size);
        buf_fini(&body);
    }
    assert_int_equal(atomic_load(&fixture->renders), 1);
    assert_int_equal(atomic_load(&fixture->given), 400000);
    buf_fini(&first);
}

/* Of those who share, one leaves, and one reads when the others have long been served. */
static void who_reads_slowly_or_leaves_hurts_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct buf first = {0}, second = {0};
    restart(fixture, &(struct http_settings){
                         .share_ns = SHARED_NS, .unread_ns = SHARED_NS, .answer_ns = SHARED_NS});
    atomic_store(&fixture->can_share, true);
    atomic_store(&fixture->metrics_size, LONG_BYTES);
    int leaves = begin_scrape(fixture);
    int slow = begin_with(fixture, "");
    int fast = begin_with(fixture, "");
    close(leaves);
    hear_body(fast, &first);
    hear_body(slow, &second);
    assert_int_equal(first.size, LONG_BYTES);
    assert_int_equal(second.size, LONG_BYTES);
    assert_memory_equal(first.bytes, second.bytes, LONG_BYTES);
    assert_memory_equal(first.bytes, "0123456789", 10);
    assert_memory_equal(first.bytes, first.bytes + 10, LONG_BYTES - 10);
    buf_fini(&first);
    buf_fini(&second);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        EACH(long_metrics_come_in_parts),
        EACH(long_metrics_are_compressed_on_the_way),
        EACH(a_plain_server_compresses_nothing),
        EACH(a_slow_reader_costs_a_part_not_a_body),
        EACH(no_answer_lasts_for_ever),
        EACH(who_reads_nothing_is_left),
        EACH(a_stop_waits_for_no_slow_reader),
        EACH(all_who_ask_at_once_get_the_same),
        EACH(who_reads_slowly_or_leaves_hurts_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
