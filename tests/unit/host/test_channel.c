/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which socket a channel uses, from when to when. */
#include <errno.h>
#include <sys/resource.h>

#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/scripted.h"

static void test_open_that_fails(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_until_all_performed;
    script_effect(&fake,
                  (struct fx){.kind = FX_OPEN, .id = scripted_first, .local = fake.client_addr});
    script_open(&fake, scripted_second);
    scripted_run(&fake);
    assert_int_equal(fake.seen_count, 2);
    assert_int_equal(fake.seen[0].kind, EV_ERROR);
    assert_int_equal(fake.seen[0].error, EADDRINUSE);
    assert_false(fake.seen[0].is_icmp);
    assert_int_equal(fake.seen[0].id.owner, scripted_first.owner);
    assert_int_equal(fake.seen[1].kind, EV_OPENED);
}

/* No descriptors left once the loop runs; put back by whoever lowers the limit. */
static void play_starve(struct scripted *fake)
{
    if (fake->scripted == 0) {
        struct rlimit limit;
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        script_open(fake, scripted_first);
        return;
    }
    fake->is_over = fake->seen_count == 1;
}

static void test_no_descriptors_left(void **state)
{
    (void)state;
    struct scripted fake;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    scripted_init(&fake);
    fake.play = play_starve;
    scripted_run(&fake);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(fake.seen[0].kind, EV_ERROR);
    assert_int_equal(fake.seen[0].error, EMFILE);
}

static void react_close_and_reopen(struct scripted *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA) {
        script_close(fake, ev->id);
        script_open(fake, ev->id);
    }
}

/* Three datagrams wait when the loop first looks; after the machine has replaced the channel, none
 * of the old socket's may come under the same id. */
static void play_three_and_wait(struct scripted *fake)
{
    if (fake->seen_count == 1) {
        for (int i = 0; i < 3; i++) {
            client_send(fake, &fake->seen[0].local);
        }
    }
    if (count_events(fake, EV_OPENED) == 2) {
        fake->is_over = true;
    }
}

static void test_late_data_of_a_replaced_channel_is_dropped(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_close_and_reopen;
    fake.play = play_three_and_wait;
    script_open(&fake, scripted_first);
    scripted_run(&fake);
    assert_int_equal(count_events(&fake, EV_DATA), 1);
}

/* The first channel closes on its first datagram; one on the second channel, sent last, ends the
 * play. */
static void play_three_and_one(struct scripted *fake)
{
    if (fake->seen_count == 2) {
        for (int i = 0; i < 3; i++) {
            client_send(fake, &fake->seen[0].local);
        }
        client_send(fake, &fake->seen[1].local);
    }
    fake->is_over = fake->seen_count == 4;
}

static void test_nothing_arrives_after_close(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_close;
    fake.play = play_three_and_one;
    script_open(&fake, scripted_first);
    script_open(&fake, scripted_second);
    scripted_run(&fake);
    assert_int_equal(count_events(&fake, EV_DATA), 2);
}

static void script_open_shared(struct scripted *fake, struct channel_id id, const char *peer)
{
    script_open(fake, id);
    fake->script[fake->scripted - 1].peer = build_addr(peer);
    fake->script[fake->scripted - 1].may_share = true;
}

static void play_to_shared(struct scripted *fake)
{
    if (fake->seen_count == 2) {
        client_send(fake, &fake->seen[0].local);
    }
    fake->is_over = count_events(fake, EV_DATA) == 1;
}

/* Two channels to different peers are one socket, and who sends decides whose a datagram is; a
 * channel to a peer that is taken gets another socket. */
static void test_shared_socket(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_to_shared;
    script_open_shared(&fake, scripted_first, "127.0.0.5");
    script_open_shared(&fake, scripted_second, "127.0.0.1");
    scripted_run(&fake);
    assert_int_equal(fake.seen[0].local.port, fake.seen[1].local.port);
    assert_int_equal(fake.seen[2].kind, EV_DATA);
    assert_int_equal(fake.seen[2].id.owner, scripted_second.owner);
    assert_int_equal(fake.seen[2].received.source, STAMP_KERNEL);
}

static void test_same_peer_gets_another_socket(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_until_all_performed;
    script_open_shared(&fake, scripted_first, "127.0.0.1");
    script_open_shared(&fake, scripted_second, "127.0.0.1");
    scripted_run(&fake);
    assert_int_not_equal(fake.seen[0].local.port, fake.seen[1].local.port);
}

/* The client, whom nobody asked, sends when both channels are open. */
static void play_as_unknown_source(struct scripted *fake)
{
    if (fake->seen_count == 2) {
        client_send(fake, &fake->seen[0].local);
        fake->seen_count++;
    }
    fake->is_over = host_stats(fake->host)->strangers == 1;
}

/* It may be meant for either. */
static void test_unknown_source_on_a_shared_socket_is_counted(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_as_unknown_source;
    script_open_shared(&fake, scripted_first, "127.0.0.5");
    script_open_shared(&fake, scripted_second, "127.0.0.6");
    scripted_run(&fake);
    assert_int_equal(count_events(&fake, EV_DATA), 0);
}

static void play_to_the_only_channel(struct scripted *fake)
{
    if (fake->seen_count == 1) {
        client_send(fake, &fake->seen[0].local);
    }
    fake->is_over = count_events(fake, EV_DATA) == 1;
}

/* It can only be meant for the one: the machine judges it, and can say who answers in its place. */
static void test_unknown_source_is_given_to_the_only_channel(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_to_the_only_channel;
    script_open_shared(&fake, scripted_first, "127.0.0.5");
    scripted_run(&fake);
    assert_int_equal(fake.seen[fake.seen_count - 1].id.owner, scripted_first.owner);
}

/* The client fills the socket between two turns; the machine closes it after its first datagram. */
static void play_overflow(struct scripted *fake)
{
    static const uint8_t bytes[20000];
    if (fake->seen_count == 1) {
        struct sock_parcel parcel = {
            .peer = fake->seen[0].local, .bytes = bytes, .size = sizeof bytes};
        for (int i = 0; i < 100; i++) {
            assert_int_equal(sock_send(fake->client, &parcel), 0);
        }
    }
    fake->is_over = count_events(fake, EV_DROPPED) == 1;
}

static void test_drops_are_reported_before_a_channel_is_closed(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_close;
    fake.play = play_overflow;
    script_open(&fake, scripted_first);
    scripted_run(&fake);
    const struct ev *last = &fake.seen[fake.seen_count - 1];
    assert_int_equal(last->kind, EV_DROPPED);
    assert_in_range(last->dropped, 1, 99);
}

/* The client fills the shared socket; then, before anything of that is read, another channel opens
 * and closes, and the first one closes. */
static void play_overflow_before_another(struct scripted *fake)
{
    static const uint8_t bytes[60000];
    if (fake->seen_count == 1 && fake->scripted == 1) {
        struct sock_parcel parcel = {
            .peer = fake->seen[0].local, .bytes = bytes, .size = sizeof bytes};
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(sock_send(fake->client, &parcel), 0);
        }
        script_open_shared(fake, scripted_second, "127.0.0.6");
        script_close(fake, scripted_second);
        script_close(fake, scripted_first);
    }
    fake->is_over = count_events(fake, EV_DROPPED) > 0;
}

static void test_drops_of_before_are_not_those_of_a_channel(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_overflow_before_another;
    script_open_shared(&fake, scripted_first, "127.0.0.5");
    scripted_run(&fake);
    assert_int_equal(count_events(&fake, EV_DROPPED), 1);
    const struct ev *last = &fake.seen[fake.seen_count - 1];
    assert_int_equal(last->kind, EV_DROPPED);
    assert_int_equal(last->id.owner, scripted_first.owner);
}

/* The kernel answers more echo requests than the socket has room for. */
static void react_ping_much(struct scripted *fake, const struct ev *ev)
{
    static uint8_t request[30000];
    if (ev->kind != EV_OPENED) {
        return;
    }
    uint16_t identifier = ev->local.port;
    uint16_t sum = (uint16_t) ~(0x800 + identifier + (0x800 + identifier) / 0x10000);
    request[0] = 8;
    request[2] = (uint8_t)(sum >> 8);
    request[3] = (uint8_t)sum;
    request[4] = (uint8_t)(identifier >> 8);
    request[5] = (uint8_t)identifier;
    for (size_t i = 0; i < 12; i++) {
        struct fx fx = {.kind = FX_SEND, .id = ev->id, .bytes = request, .size = sizeof request};
        fx.peer = build_addr("127.0.0.1");
        script_effect(fake, fx);
    }
    script_close(fake, ev->id);
}

static void test_drops_of_icmp_are_reported(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_ping_much;
    fake.play = play_until_all_performed;
    script_effect(&fake, (struct fx){.kind = FX_OPEN,
                                     .transport = TRANSPORT_ICMP_ECHO,
                                     .id = scripted_first,
                                     .local = build_addr("127.0.0.1:0")});
    scripted_run(&fake);
    if (fake.seen[0].kind == EV_ERROR) {
        skip(); /* neither raw nor ping sockets */
    }
    assert_int_equal(count_events(&fake, EV_DROPPED), 1);
    assert_in_range(fake.seen[fake.seen_count - 1].dropped, 1, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_that_fails),
        cmocka_unit_test(test_no_descriptors_left),
        cmocka_unit_test(test_late_data_of_a_replaced_channel_is_dropped),
        cmocka_unit_test(test_nothing_arrives_after_close),
        cmocka_unit_test(test_shared_socket),
        cmocka_unit_test(test_same_peer_gets_another_socket),
        cmocka_unit_test(test_unknown_source_on_a_shared_socket_is_counted),
        cmocka_unit_test(test_unknown_source_is_given_to_the_only_channel),
        cmocka_unit_test(test_drops_are_reported_before_a_channel_is_closed),
        cmocka_unit_test(test_drops_of_before_are_not_those_of_a_channel),
        cmocka_unit_test(test_drops_of_icmp_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
