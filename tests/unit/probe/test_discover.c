/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/discover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"

#define MS(n) ((n)*NS_PER_MS)
#define PEERS_MAX 64

static struct drive drive;
static struct discover *discover;

static const struct discover_settings standard = {
    .control_port = 1967,
    .port = 16384,
    .parallel = 8,
    .rate = 1000,
    .tries = 2,
    .timeout_ns = MS(500),
    .first_id = 0xff,
};

/* 198.51.100.1, .2, ... */
static void set_up(const struct discover_settings *settings, size_t count)
{
    struct addr peers[PEERS_MAX];
    for (size_t i = 0; i < count; i++) {
        peers[i] = build_addr("198.51.100.1");
        peers[i].ip[3] = (uint8_t)(i + 1);
    }
    discover = discover_new(settings, peers, count);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive_poll(&drive);
}

static void tear_down(void)
{
    assert_true(discover_is_over(discover));
    assert_int_equal(drive.opened, drive.closed);
    discover_free(discover);
}

/* `size` bytes from the control port of 198.51.100.`last`. */
static void answer(unsigned last, const uint8_t *bytes, size_t size)
{
    char peer[32];
    snprintf(peer, sizeof peer, "198.51.100.%u:1967", last);
    struct ev ev = build_data((struct channel_id){0, 0}, peer, "192.0.2.1:40000", bytes, size);
    drive_input(&drive, ev);
}

static void icmp(unsigned last, int error)
{
    struct ev ev = {.kind = EV_ERROR, .is_icmp = true, .error = error};
    ev.peer = build_addr("198.51.100.1:1967");
    ev.peer.ip[3] = (uint8_t)last;
    drive_input(&drive, ev);
}

static const uint8_t *sent(size_t index)
{
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, index);
    assert_non_null(effect);
    return effect->bytes;
}

static void test_request_is_short_and_not_authenticated(void **state)
{
    (void)state;
    set_up(&standard, 1);
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    assert_non_null(effect);
    assert_int_equal(effect->fx.size, 52);
    assert_int_equal(effect->fx.peer.port, 1967);
    assert_memory_equal(effect->bytes, "\1\xff\0\x34", 4);
    assert_memory_equal(effect->bytes + 8, "\0\2\0\x10", 4);
    assert_memory_equal(effect->bytes + 16, "\xc6\x33\x64\1\x40\0\0\x64", 8);
    assert_int_equal(drive_find(&drive, FX_OPEN, 0)->fx.options.ttl, 255);
    drive_until(&drive, build_at(MS(1000)));
    tear_down();
}

static void expect_shape(const uint8_t *bytes, size_t size, enum discover_shape shape)
{
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(7)));
    answer(1, bytes, size);
    const struct discover_result *result = discover_result(discover, 0);
    assert_true(result->is_over);
    assert_int_equal(result->outcome, DISCOVER_ACCEPTED);
    assert_int_equal(result->shape, shape);
    assert_true(result->rtt_ns == MS(7));
    assert_int_equal(drive.sent, 1);
    tear_down();
}

static void test_shapes_of_success(void **state)
{
    (void)state;
    uint8_t bytes[52];
    set_up(&standard, 1);
    memcpy(bytes, sent(0), sizeof bytes);
    drive_until(&drive, build_at(MS(1000)));
    tear_down();
    expect_shape(bytes, 52, DISCOVER_COPY);
    bytes[3] = 24;
    expect_shape(bytes, 24, DISCOVER_LONG);
    bytes[3] = 8;
    expect_shape(bytes, 8, DISCOVER_SHORT);
    expect_shape(bytes, 24, DISCOVER_PADDED);
}

static void test_refusals_keep_their_status(void **state)
{
    (void)state;
    static const uint8_t as_16[] = {1, 0xff, 0, 8, 0, 2, 0, 0};
    static const uint8_t as_32[] = {1, 0, 0, 8, 0, 0, 0, 4};
    set_up(&standard, 2);
    drive_until(&drive, build_at(MS(3)));
    answer(1, as_16, sizeof as_16);
    answer(2, as_32, sizeof as_32);
    assert_int_equal(discover_result(discover, 0)->outcome, DISCOVER_REFUSED);
    assert_int_equal(discover_result(discover, 0)->status, 0x20000);
    assert_int_equal(discover_result(discover, 1)->outcome, DISCOVER_REFUSED);
    assert_int_equal(discover_result(discover, 1)->status, 4);
    tear_down();
}

/* Ids go on from 0xff to 0; the answer to the first request counts after the second was sent. */
static void test_repeats_and_late_answer(void **state)
{
    (void)state;
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(500) - 1));
    assert_int_equal(drive.sent, 1);
    drive_until(&drive, build_at(MS(600)));
    assert_int_equal(drive.sent, 2);
    assert_int_equal(sent(1)[1], 0);
    answer(1, (const uint8_t[]){1, 1, 0, 8, 0, 0, 0, 0}, 8);
    assert_false(discover_result(discover, 0)->is_over);
    answer(1, (const uint8_t[]){1, 0xff, 0, 8, 0, 0, 0, 0}, 8);
    assert_true(discover_result(discover, 0)->rtt_ns == MS(600));
    assert_int_equal(discover_result(discover, 0)->tries, 2);
    assert_int_equal(discover_unmatched(discover), 1);
    tear_down();
}

static void test_silence(void **state)
{
    (void)state;
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(1000) - 1));
    assert_false(discover_is_over(discover));
    drive_until(&drive, build_at(MS(1000)));
    assert_int_equal(discover_result(discover, 0)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(drive.sent, 2);
    tear_down();
}

/* The answer of one address, or of another port, is not that of another. */
static void test_answers_belong_to_who_was_asked(void **state)
{
    (void)state;
    static const uint8_t success[] = {1, 0xff, 0, 8, 0, 0, 0, 0};
    set_up(&standard, 2);
    drive_until(&drive, build_at(MS(3)));
    answer(2, success, sizeof success);
    answer(3, success, sizeof success);
    struct ev ev = build_data((struct channel_id){0, 0}, "198.51.100.1:1968", "192.0.2.1:40000",
                              success, sizeof success);
    drive_input(&drive, ev);
    assert_int_equal(discover_count(discover), 0);
    assert_int_equal(discover_unmatched(discover), 3);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

static void test_unreadable(void **state)
{
    (void)state;
    set_up(&standard, 1);
    answer(1, (const uint8_t[]){2, 0xff, 0, 8, 0, 0, 0, 0}, 8);
    answer(1, NULL, 0);
    assert_false(discover_result(discover, 0)->is_over);
    drive_until(&drive, build_at(MS(1000)));
    assert_int_equal(discover_result(discover, 0)->outcome, DISCOVER_UNREADABLE);
    tear_down();
}

static void test_icmp(void **state)
{
    (void)state;
    set_up(&standard, 3);
    drive_until(&drive, build_at(MS(3)));
    icmp(1, ECONNREFUSED);
    icmp(3, EHOSTUNREACH);
    icmp(9, ECONNREFUSED);
    assert_int_equal(discover_count(discover), 2);
    drive_until(&drive, build_at(MS(2000)));
    assert_int_equal(discover_result(discover, 0)->outcome, DISCOVER_CLOSED);
    assert_int_equal(discover_result(discover, 0)->tries, 1);
    assert_int_equal(discover_result(discover, 1)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(discover_result(discover, 2)->outcome, DISCOVER_UNREACHABLE);
    assert_int_equal(discover_result(discover, 2)->error, EHOSTUNREACH);
    tear_down();
}

static void test_local_failures(void **state)
{
    (void)state;
    set_up(&standard, 2);
    drive.send_error = ENETUNREACH;
    drive_until(&drive, build_at(MS(1)));
    assert_int_equal(discover_result(discover, 1)->outcome, DISCOVER_UNSENT);
    assert_int_equal(discover_result(discover, 1)->error, ENETUNREACH);
    drive.send_error = ENOBUFS;
    drive_until(&drive, build_at(MS(499)));
    assert_false(discover_result(discover, 0)->is_over);
    drive_until(&drive, build_at(MS(500)));
    assert_int_equal(discover_result(discover, 0)->outcome, DISCOVER_UNSENT);
    assert_int_equal(discover_result(discover, 0)->error, ENOBUFS);
    tear_down();
}

static void test_full_queue_is_tried_again(void **state)
{
    (void)state;
    set_up(&standard, 2);
    drive.send_error = ENOBUFS;
    drive_until(&drive, build_at(MS(1)));
    drive.send_error = 0;
    drive_until(&drive, build_at(MS(502)));
    answer(2, (const uint8_t[]){1, 2, 0, 8, 0, 0, 0, 0}, 8);
    assert_int_equal(discover_result(discover, 1)->outcome, DISCOVER_ACCEPTED);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

static void test_no_channel(void **state)
{
    (void)state;
    struct addr peer = build_addr("198.51.100.1");
    discover = discover_new(&standard, &peer, 1);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive.open_error = EMFILE;
    drive_poll(&drive);
    assert_int_equal(discover_error(discover), EMFILE);
    assert_int_equal(drive.sent, 0);
    assert_int_equal(drive.closed, 0);
    assert_true(discover_is_over(discover));
    discover_free(discover);
}

static void test_bounded_in_flight(void **state)
{
    (void)state;
    struct discover_settings settings = standard;
    settings.parallel = 3;
    settings.tries = 1;
    set_up(&settings, 5);
    drive_until(&drive, build_at(MS(499)));
    assert_int_equal(drive.sent, 3);
    icmp(2, ECONNREFUSED);
    assert_int_equal(drive.sent, 4);
    drive_until(&drive, build_at(MS(500)));
    assert_int_equal(drive.sent, 5);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

/* Requests are 1 s / rate apart, repeats included. */
static void test_bounded_rate(void **state)
{
    (void)state;
    struct discover_settings settings = standard;
    settings.rate = 30;
    settings.parallel = PEERS_MAX;
    set_up(&settings, 40);
    drive_until(&drive, build_at(MS(4000)));
    assert_int_equal(drive.sent, 80);
    for (size_t i = 1; i < drive.sent; i++) {
        int64_t apart_ns = mono_diff(drive_find(&drive, FX_SEND, i)->at.mono,
                                     drive_find(&drive, FX_SEND, i - 1)->at.mono);
        assert_true(apart_ns >= 33333334);
    }
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_is_short_and_not_authenticated),
        cmocka_unit_test(test_shapes_of_success),
        cmocka_unit_test(test_refusals_keep_their_status),
        cmocka_unit_test(test_repeats_and_late_answer),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_answers_belong_to_who_was_asked),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_local_failures),
        cmocka_unit_test(test_full_queue_is_tried_again),
        cmocka_unit_test(test_no_channel),
        cmocka_unit_test(test_bounded_in_flight),
        cmocka_unit_test(test_bounded_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
