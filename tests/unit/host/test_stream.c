/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Streams of bytes: both ends, and how they end. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/name.h"
#include "host/tcp.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/scripted.h"

static const struct channel_id taken = {1, 77};
static int other = -1; /* the other end, of the test itself */
static int listener = -1;

static void script_tcp(struct scripted *fake, struct channel_id id, enum transport transport,
                       const struct addr *peer)
{
    struct fx fx = {.kind = FX_OPEN, .id = id, .transport = transport};
    fx.local = build_addr("127.0.0.1:0");
    fx.peer = *peer;
    script_effect(fake, fx);
}

static void connect_other(const struct addr *to)
{
    socklen_t size;
    union host_name name = name_make(to, &size);
    other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(other, &name.any, size), 0);
}

static void react_take(struct scripted *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA && ev->id.channel == scripted_first.channel) {
        script_tcp(fake, taken, TRANSPORT_TCP_ACCEPTED, &ev->peer);
    } else if (ev->kind == EV_DATA) {
        script_send(fake, taken, &ev->peer);
    } else if (ev->kind == EV_ENDED) {
        script_close(fake, taken);
        script_close(fake, scripted_first);
    }
}

static void play_client(struct scripted *fake)
{
    uint8_t bytes[64];
    if (other < 0 && fake->seen_count == 1) {
        connect_other(&fake->seen[0].local);
        assert_int_equal(send(other, "abc", 3, 0), 3);
    }
    if (fake->seen_count == 4 && recv(other, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
        shutdown(other, SHUT_WR);
    }
    fake->is_over = fake->seen_count == 5;
}

static void test_server(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.react = react_take;
    fake.play = play_client;
    script_tcp(&fake, scripted_first, TRANSPORT_TCP_SERVER, &(struct addr){0});
    scripted_run(&fake);
    static const enum ev_kind kinds[] = {EV_OPENED, EV_DATA, EV_OPENED, EV_DATA, EV_ENDED};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(fake.seen[i].kind, kinds[i]);
    }
    assert_int_equal(fake.seen[1].size, 0);
    assert_int_equal(fake.seen[2].id.channel, taken.channel);
    assert_int_equal(fake.seen[3].size, 3);
    assert_int_equal(fake.seen[4].error, 0);
    close(other);
    other = -1;
}

static void play_not_taken(struct scripted *fake)
{
    uint8_t byte;
    if (other < 0 && fake->seen_count == 1) {
        connect_other(&fake->seen[0].local);
    }
    if (fake->seen_count == 2) {
        assert_int_equal(recv(other, &byte, 1, 0), 0);
        fake->is_over = true;
    }
}

static void test_connection_that_nobody_takes_is_closed(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_not_taken;
    script_tcp(&fake, scripted_first, TRANSPORT_TCP_SERVER, &(struct addr){0});
    scripted_run(&fake);
    close(other);
    other = -1;
}

static void listen_other(struct addr *bound)
{
    struct tcp_call call = {.local = build_addr("127.0.0.1")};
    assert_int_equal(tcp_listen(&call, &listener, bound), 0);
}

static void react_client(struct scripted *fake, const struct ev *ev)
{
    if (ev->kind == EV_OPENED) {
        script_send(fake, scripted_first, &ev->peer);
    } else if (ev->kind == EV_ENDED) {
        script_close(fake, scripted_first);
    }
}

static void play_server(struct scripted *fake)
{
    uint8_t bytes[64];
    if (other < 0) {
        other = accept(listener, NULL, NULL);
    }
    if (other >= 0 && fake->seen_count == 1 &&
        recv(other, bytes, sizeof bytes, MSG_DONTWAIT) == (ssize_t)sizeof scripted_hello) {
        assert_int_equal(send(other, bytes, 5, 0), 5);
        struct linger abort = {.l_onoff = 1, .l_linger = 0};
        setsockopt(other, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    if (fake->seen_count == 2) {
        close(other);
    }
    fake->is_over = fake->seen_count == 3;
}

static void test_client(void **state)
{
    (void)state;
    struct scripted fake;
    struct addr bound;
    listen_other(&bound);
    scripted_init(&fake);
    fake.react = react_client;
    fake.play = play_server;
    script_tcp(&fake, scripted_first, TRANSPORT_TCP_STREAM, &bound);
    scripted_run(&fake);
    assert_int_equal(fake.seen[0].kind, EV_OPENED);
    assert_int_not_equal(fake.seen[0].local.port, 0);
    assert_int_equal(fake.seen[1].kind, EV_DATA);
    assert_int_equal(fake.seen[1].size, 5);
    assert_int_equal(fake.seen[2].kind, EV_ENDED);
    assert_int_equal(fake.seen[2].error, ECONNRESET);
    other = -1;
    close(listener);
}

static void play_until_seen(struct scripted *fake)
{
    fake->is_over = fake->seen_count == 1;
}

static void test_refused_client(void **state)
{
    (void)state;
    struct scripted fake;
    struct addr bound;
    listen_other(&bound);
    close(listener);
    scripted_init(&fake);
    fake.play = play_until_seen;
    script_tcp(&fake, scripted_first, TRANSPORT_TCP_STREAM, &bound);
    scripted_run(&fake);
    assert_int_equal(fake.seen[0].kind, EV_ERROR);
    assert_int_equal(fake.seen[0].error, ECONNREFUSED);
}

/* Who never reads ends his stream, not our memory. */
static void test_write_to_who_does_not_read(void **state)
{
    (void)state;
    static const uint8_t bytes[1 << 16];
    struct tcp_arrival arrival = {.fd = -1};
    struct addr bound;
    int spare = -1;
    listen_other(&bound);
    connect_other(&bound);
    while (tcp_take(listener, &spare, &arrival) == -EAGAIN) {
    }
    int error = 0;
    for (int i = 0; i < 1000 && error == 0; i++) {
        error = tcp_write(arrival.fd, bytes, sizeof bytes);
    }
    assert_int_equal(error, -ENOBUFS);
    close(arrival.fd);
    close(listener);
    close(other);
    other = -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_connection_that_nobody_takes_is_closed),
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_refused_client),
        cmocka_unit_test(test_write_to_who_does_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
