/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is sent and received, and what is reported about it. */
#include <errno.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/loopback.h"
#include "support/scripted.h"

static void react_echo(struct scripted *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA) {
        script_send(fake, ev->id, &ev->peer);
        fake->script[fake->scripted - 1].local = ev->local;
    }
}

static void play_echo(struct scripted *fake)
{
    if (fake->seen_count == 1) {
        client_send(fake, &fake->seen[0].local);
    }
    fake->is_over = client_receives(fake);
}

static void test_echo(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_echo;
    fake.play = play_echo;
    script_open(&fake, scripted_first);
    scripted_run(&fake);
    assert_int_equal(fake.seen[0].kind, EV_OPENED);
    assert_int_not_equal(fake.seen[0].local.port, 0);
    const struct ev *data = &fake.seen[1];
    assert_int_equal(data->kind, EV_DATA);
    assert_int_equal(data->id.owner, scripted_first.owner);
    assert_int_equal(data->id.channel, scripted_first.channel);
    assert_int_equal(data->size, sizeof scripted_hello);
    assert_true(addr_is_equal(&data->peer, &fake.client_addr));
    assert_true(addr_is_equal(&data->local, &fake.seen[0].local));
    assert_int_equal(data->received.source, STAMP_KERNEL);
}

static void test_send_that_fails_is_reported_before_the_next_poll(void **state)
{
    (void)state;
    struct scripted fake;
    struct addr ipv6 = build_addr("[::1]:9");
    scripted_init(&fake);
    fake.play = play_until_all_performed;
    script_open(&fake, scripted_first);
    script_send(&fake, scripted_first, &ipv6);
    script_close(&fake, scripted_first);
    scripted_run(&fake);
    assert_int_equal(fake.seen_count, 2);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.seen[1].error, EAFNOSUPPORT);
    assert_int_equal(fake.stats.send_errors[SEND_ERROR_ADDRESS], 1);
    assert_false(fake.seen[1].is_icmp);
    assert_true(addr_is_equal(&fake.seen[1].peer, &ipv6));
}

static void play_until_two_seen(struct scripted *fake)
{
    fake->is_over = fake->seen_count >= 2;
}

static void test_icmp_error(void **state)
{
    (void)state;
    struct addr closed = loopback_free();
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_until_two_seen;
    script_open(&fake, scripted_first);
    script_send(&fake, scripted_first, &closed);
    scripted_run(&fake);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.seen[1].error, ECONNREFUSED);
    assert_true(fake.seen[1].is_icmp);
    for (unsigned i = 0; i < SEND_ERROR_COUNT; i++) {
        assert_int_equal(fake.stats.send_errors[i], 0); /* it left */
    }
    assert_true(addr_is_equal(&fake.seen[1].peer, &closed));
    assert_int_equal(fake.seen[1].id.owner, scripted_first.owner);
}

static void play_stamps(struct scripted *fake)
{
    fake->is_over = count_events(fake, EV_SENT) == 3;
}

/* The transmit timestamp of each datagram with a request is reported under its tag. */
static void test_send_stamps(void **state)
{
    (void)state;
    static struct scripted fake;
    const struct channel_id id = {.owner = 4, .channel = 1};
    scripted_init(&fake);
    fake.play = play_stamps;
    script_open(&fake, id);
    for (uint32_t tag = 70; tag < 73; tag++) {
        struct fx fx = {.kind = FX_SEND,
                        .id = id,
                        .peer = fake.client_addr,
                        .bytes = scripted_hello,
                        .size = sizeof scripted_hello,
                        .wants_stamp = tag != 71,
                        .tag = tag};
        script_effect(&fake, fx);
    }
    struct fx last = fake.script[fake.scripted - 1];
    last.tag = 99;
    script_effect(&fake, last);
    scripted_run(&fake);
    static const uint32_t expected[] = {70, 72, 99};
    for (size_t i = 0, n = 0; i < fake.seen_count; i++) {
        if (fake.seen[i].kind == EV_SENT) {
            assert_int_equal(fake.seen[i].tag, expected[n++]);
            assert_int_equal(fake.seen[i].left.source, STAMP_KERNEL);
            assert_int_equal(fake.seen[i].id.owner, 4);
        }
    }
}

static void script_waiting_send(struct scripted *fake, const struct addr *peer, uint32_t tag)
{
    script_send(fake, scripted_first, peer);
    struct fx *fx = &fake->script[fake->scripted - 1];
    fx->may_wait = true;
    fx->wants_stamp = true;
    fx->tag = tag;
}

static void play_three_sent(struct scripted *fake)
{
    fake->is_over = count_events(fake, EV_SENT) == 2 && count_events(fake, EV_ERROR) == 1;
}

/* Packets with may_wait are sent at the end of the turn; the result of each, failed or sent, is
 * reported under its tag. */
static void test_waiting_sends(void **state)
{
    (void)state;
    struct scripted fake;
    struct addr ipv6 = build_addr("[::1]:9");
    scripted_init(&fake);
    fake.play = play_three_sent;
    script_open(&fake, scripted_first);
    script_waiting_send(&fake, &fake.client_addr, 11);
    script_waiting_send(&fake, &fake.client_addr, 12);
    script_waiting_send(&fake, &ipv6, 13);
    scripted_run(&fake);
    assert_int_equal(fake.seen[1].kind, EV_ERROR);
    assert_int_equal(fake.stats.send_errors[SEND_ERROR_ADDRESS], 1);
    assert_int_equal(fake.seen[1].tag, 13);
    assert_int_equal(fake.seen[1].error, EAFNOSUPPORT);
    assert_int_equal(fake.seen[2].tag, 11);
    assert_int_equal(fake.seen[3].tag, 12);
}

static void play_client_has_it(struct scripted *fake)
{
    fake->is_over = fake->performed == fake->scripted && client_receives(fake);
}

/* A channel that closes in the turn of its last packet has sent it. */
static void test_waiting_send_before_close(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_client_has_it;
    script_open(&fake, scripted_first);
    script_waiting_send(&fake, &fake.client_addr, 11);
    script_close(&fake, scripted_first);
    scripted_run(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_send_that_fails_is_reported_before_the_next_poll),
        cmocka_unit_test(test_icmp_error),
        cmocka_unit_test(test_send_stamps),
        cmocka_unit_test(test_waiting_sends),
        cmocka_unit_test(test_waiting_send_before_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
