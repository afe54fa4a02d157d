/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many datagrams at once, over real sockets on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/outbox.h"
#include "host/sock.h"
#include "support/build.h"

/* A shared socket with one channel, an outbox, and somebody who listens. */
struct fixture {
    struct outbox outbox;
    struct batch *batch;
    struct endpoint *endpoint;
    struct channel channel;
    int listener;
    struct addr listener_addr;
};

static struct fx open_to(const char *peer)
{
    return (struct fx){
        .kind = FX_OPEN,
        .local = build_addr("127.0.0.1:0"),
        .peer = build_addr(peer),
        .may_share = true,
    };
}

static void setup(struct fixture *fixture)
{
    struct fx fx = open_to("127.0.0.1");
    struct addr local = build_addr("127.0.0.1:0");
    *fixture = (struct fixture){.batch = batch_new()};
    outbox_init(&fixture->outbox);
    assert_int_equal(endpoint_open(&fx, 0, NULL, &fixture->endpoint), 0);
    fixture->channel = (struct channel){.id = {3, 0}, .serial = 9, .peer = fx.peer};
    endpoint_join(fixture->endpoint, &fixture->channel);
    assert_int_equal(sock_open(&local, &fixture->listener, &fixture->listener_addr), 0);
}

static void teardown(struct fixture *fixture)
{
    endpoint_leave(fixture->endpoint, &fixture->channel);
    assert_true(endpoint_is_unused(fixture->endpoint));
    endpoint_close(fixture->endpoint);
    endpoint_free(fixture->endpoint);
    outbox_fini(&fixture->outbox);
    batch_free(fixture->batch);
    close(fixture->listener);
}

static void add(struct fixture *fixture, const struct addr *peer, uint32_t tag)
{
    struct fx fx = {
        .kind = FX_SEND,
        .peer = *peer,
        .bytes = (const uint8_t *)&tag,
        .size = sizeof tag,
        .wants_stamp = true,
        .tag = tag,
    };
    outbox_add(&fixture->outbox, &fixture->channel, &fx);
}

/* Reads the transmit timestamps: the tags of their packets, in the kernel's order. */
static size_t take_tags(struct fixture *fixture, uint32_t tags[BATCH_MAX])
{
    struct sock_notice notices[BATCH_MAX];
    size_t known = 0;
    size_t count = batch_receive_notices(fixture->batch, fixture->endpoint->fd, notices);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(notices[i].kind, SOCK_NOTICE_SENT);
        const struct sent_key *key = endpoint_find_sent(fixture->endpoint, notices[i].key);
        if (key != NULL) {
            assert_int_equal(key->serial, 9);
            tags[known++] = key->tag;
        }
    }
    return known;
}

static void test_a_full_outbox_leaves_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sock_datagram datagrams[BATCH_MAX];
    uint32_t tags[BATCH_MAX];
    setup(&fixture);
    for (uint32_t tag = 0; tag < BATCH_MAX; tag++) {
        assert_false(outbox_is_full(&fixture.outbox));
        add(&fixture, &fixture.listener_addr, tag);
    }
    assert_true(outbox_is_full(&fixture.outbox));
    outbox_send(&fixture.outbox, fixture.batch, clock_mono());
    assert_int_equal(fixture.endpoint->stamps_pending, BATCH_MAX);
    assert_int_equal(take_tags(&fixture, tags), BATCH_MAX);
    assert_int_equal(fixture.endpoint->stamps_pending, 0);
    assert_int_equal(batch_receive(fixture.batch, fixture.listener, datagrams), BATCH_MAX);
    for (uint32_t i = 0; i < BATCH_MAX; i++) {
        assert_int_equal(tags[i], i);
        assert_int_equal(datagrams[i].size, sizeof i);
        assert_memory_equal(datagrams[i].bytes, &i, sizeof i);
        assert_int_equal(fixture.outbox.items[i].error, 0);
    }
    assert_int_equal(batch_receive(fixture.batch, fixture.listener, datagrams), -EAGAIN);
    teardown(&fixture);
}

/* The one that fails says so; the others leave, and each keeps its own transmit timestamp. */
static void test_one_that_fails_stops_no_other(void **state)
{
    (void)state;
    for (int gives_keys = 0; gives_keys <= (int)sock_takes_keys(); gives_keys++) {
        struct fixture fixture;
        struct addr unreachable = build_addr("[::1]:9");
        static const uint32_t expected[] = {0, 1, 3, 4};
        uint32_t tags[BATCH_MAX];
        setup(&fixture);
        fixture.endpoint->gives_keys = gives_keys != 0;
        for (uint32_t tag = 0; tag < 5; tag++) {
            add(&fixture, tag == 2 ? &unreachable : &fixture.listener_addr, tag);
        }
        outbox_send(&fixture.outbox, fixture.batch, clock_mono());
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(fixture.outbox.items[i].error, i == 2 ? EAFNOSUPPORT : 0);
        }
        assert_int_equal(fixture.endpoint->stamps_pending, 4);
        assert_int_equal(take_tags(&fixture, tags), 4);
        assert_memory_equal(tags, expected, sizeof expected);
        assert_int_equal(fixture.endpoint->stamps_pending, 0);
        teardown(&fixture);
    }
}

/* What the firewall or a full queue refuses has used up a number; what never became a packet has
 * only when the numbers are ours. */
static void test_refused_datagrams_and_their_keys(void **state)
{
    (void)state;
    static const struct {
        bool gives_keys;
        int error;
        uint32_t key; /* of the next one */
    } cases[] = {
        {true, EPERM, 2},    {true, ENOBUFS, 2},   {true, EMSGSIZE, 2}, {false, EPERM, 2},
        {false, ENOBUFS, 2}, {false, EMSGSIZE, 1}, {false, EACCES, 1},
    };
    const struct sent_key first = {.id = {3, 0}, .serial = 9, .tag = 50};
    const struct sent_key last = {.id = {3, 0}, .serial = 9, .tag = 51};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        struct sock_parcel parcel = {0};
        setup(&fixture);
        fixture.endpoint->gives_keys = cases[i].gives_keys;
        endpoint_note_sent(fixture.endpoint, &first, clock_mono());
        endpoint_note_refused(fixture.endpoint, cases[i].error);
        endpoint_request_stamp(fixture.endpoint, &parcel, 0);
        assert_int_equal(parcel.key, cases[i].key);
        assert_int_equal(parcel.has_key, cases[i].gives_keys);
        endpoint_note_sent(fixture.endpoint, &last, clock_mono());
        assert_int_equal(endpoint_find_sent(fixture.endpoint, cases[i].key)->tag, 51);
        assert_int_equal(endpoint_find_sent(fixture.endpoint, 0)->tag, 50);
        if (cases[i].key == 2) {
            assert_null(endpoint_find_sent(fixture.endpoint, 1));
        }
        assert_int_equal(fixture.endpoint->stamps_pending, 0);
        teardown(&fixture);
    }
}

/* A datagram that was refused and then sent after all has used up two numbers of the kernel, which
 * only the timestamps tell. */
static void test_numbers_that_nobody_told(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    fixture.endpoint->gives_keys = false;
    for (uint32_t i = 0; i < 3; i++) {
        const struct sent_key sent = {.id = {3, 0}, .serial = 9, .tag = 60 + i};
        endpoint_note_sent(fixture.endpoint, &sent, clock_mono());
    }
    assert_int_equal(endpoint_find_sent(fixture.endpoint, 0)->tag, 60);
    assert_int_equal(endpoint_find_sent(fixture.endpoint, 1)->tag, 61);
    assert_int_equal(endpoint_find_sent(fixture.endpoint, 4)->tag, 62);
    assert_int_equal(fixture.endpoint->stamps_pending, 0);
    assert_int_equal(fixture.endpoint->next_key, 5);
    assert_null(endpoint_find_sent(fixture.endpoint, 5 + ENDPOINT_KEYS));
    assert_int_equal(fixture.endpoint->next_key, 5);
    teardown(&fixture);
}

/* Packets wait in a queue of this host: none loses its number as long as there may be room. One
 * that was dropped there is forgotten. */
static void test_many_wait_for_their_timestamps(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    for (uint32_t key = 0; key < ENDPOINT_KEYS_MAX; key++) {
        const struct sent_key sent = {.id = {3, 0}, .serial = 9, .tag = 1000 + key};
        endpoint_note_sent(fixture.endpoint, &sent, clock_mono());
    }
    assert_int_equal(fixture.endpoint->stamps_pending, ENDPOINT_KEYS_MAX);
    for (uint32_t key = 1; key < ENDPOINT_KEYS_MAX; key++) {
        assert_int_equal(endpoint_find_sent(fixture.endpoint, key)->tag, 1000 + key);
        assert_null(endpoint_find_sent(fixture.endpoint, key));
    }
    assert_int_equal(fixture.endpoint->stamps_pending, 1);
    const struct sent_key next = {.id = {3, 0}, .serial = 9, .tag = 7};
    endpoint_note_sent(fixture.endpoint, &next, clock_mono());
    assert_int_equal(fixture.endpoint->stamps_pending, 1);
    assert_null(endpoint_find_sent(fixture.endpoint, 0));
    assert_int_equal(endpoint_find_sent(fixture.endpoint, ENDPOINT_KEYS_MAX)->tag, 7);
    assert_int_equal(fixture.endpoint->key_count, ENDPOINT_KEYS_MAX);
    teardown(&fixture);
}

static void test_a_device_without_timestamps_gets_no_more_requests(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mono now = {5 * NS_PER_SECOND};
    const struct sent_key key = {.id = {3, 0}, .serial = 9, .tag = 1};
    setup(&fixture);
    assert_true(endpoint_requests_stamp(fixture.endpoint, true, now));
    endpoint_note_sent(fixture.endpoint, &key, now);
    assert_true(
        endpoint_requests_stamp(fixture.endpoint, true, mono_add(now, ENDPOINT_STAMP_TIMEOUT_NS)));
    assert_false(endpoint_requests_stamp(fixture.endpoint, true,
                                         mono_add(now, ENDPOINT_STAMP_TIMEOUT_NS + 1)));
    assert_true(fixture.endpoint->gives_no_stamps);
    teardown(&fixture);
}

/* A device that has reported one timestamp is not given up when later ones are missing. */
static void test_a_device_with_one_timestamp_gets_more_requests(void **state)
{
    (void)state;
    struct fixture fixture;
    struct mono now = {5 * NS_PER_SECOND};
    const struct sent_key key = {.id = {3, 0}, .serial = 9, .tag = 1};
    setup(&fixture);
    endpoint_note_sent(fixture.endpoint, &key, now);
    assert_non_null(endpoint_find_sent(fixture.endpoint, 0));
    endpoint_note_sent(fixture.endpoint, &key, now);
    assert_true(endpoint_requests_stamp(fixture.endpoint, true,
                                        mono_add(now, 9 * ENDPOINT_STAMP_TIMEOUT_NS)));
    assert_null(endpoint_find_sent(fixture.endpoint, 2 + ENDPOINT_KEYS));
    assert_null(endpoint_find_sent(fixture.endpoint, 2u - ENDPOINT_KEYS_MAX - 1));
    teardown(&fixture);
}

static void test_who_may_share(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    struct fx fx = open_to("127.0.0.2");
    assert_true(endpoint_can_join(fixture.endpoint, &fx));
    struct fx same_peer = open_to("127.0.0.1:1967");
    assert_false(endpoint_can_join(fixture.endpoint, &same_peer));
    struct fx other_ttl = fx;
    other_ttl.options.ttl = 7;
    assert_false(endpoint_can_join(fixture.endpoint, &other_ttl));
    struct fx other_df = fx;
    other_df.options.dont_fragment = true;
    assert_false(endpoint_can_join(fixture.endpoint, &other_df));
    struct fx other_device = fx;
    strcpy(other_device.options.device, "lo");
    assert_false(endpoint_can_join(fixture.endpoint, &other_device));
    struct fx other_source = fx;
    other_source.local = build_addr("127.0.0.9:0");
    assert_false(endpoint_can_join(fixture.endpoint, &other_source));
    struct fx other_port = fx;
    other_port.local.port = 40000;
    assert_false(endpoint_can_join(fixture.endpoint, &other_port));
    teardown(&fixture);
}

/* A socket that nobody reads: the kernel reports how many datagrams were dropped, with the next
 * datagram and with sock_drops. */
static void test_drops_are_reported(void **state)
{
    (void)state;
    struct addr local = build_addr("127.0.0.1:0");
    struct addr bound;
    struct sock_datagram datagrams[BATCH_MAX];
    static const uint8_t bytes[20000];
    struct batch *batch = batch_new();
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &bound), 0);
    assert_int_equal(sock_drops(fd), 0);
    struct sock_parcel parcel = {.peer = bound, .bytes = bytes, .size = sizeof bytes};
    for (int i = 0; i < 1000 && sock_drops(fd) < 3; i++) {
        assert_int_equal(sock_send(fd, &parcel), 0);
    }
    assert_int_equal(sock_drops(fd), 3);
    while (batch_receive(batch, fd, datagrams) == BATCH_MAX) {
    }
    assert_int_equal(sock_send(fd, &parcel), 0);
    assert_int_equal(batch_receive(batch, fd, datagrams), 1);
    assert_int_equal(datagrams[0].drops, 3);
    batch_free(batch);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_outbox_leaves_in_order),
        cmocka_unit_test(test_one_that_fails_stops_no_other),
        cmocka_unit_test(test_refused_datagrams_and_their_keys),
        cmocka_unit_test(test_numbers_that_nobody_told),
        cmocka_unit_test(test_many_wait_for_their_timestamps),
        cmocka_unit_test(test_a_device_without_timestamps_gets_no_more_requests),
        cmocka_unit_test(test_a_device_with_one_timestamp_gets_more_requests),
        cmocka_unit_test(test_who_may_share),
        cmocka_unit_test(test_drops_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
