/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Real sockets on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/loopback.h"
#include "support/receive.h"

#define WAIT_MS 60000

static const struct addr unset = {.family = ADDR_NONE};

static int open_at(const char *text, struct addr *bound)
{
    struct addr local = build_addr(text);
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, bound), 0);
    return fd;
}

static void wait_readable(int fd)
{
    struct pollfd item = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&item, 1, WAIT_MS), 1);
}

static void send_text(int fd, const struct addr *peer, const struct addr *source, const char *text)
{
    struct sock_parcel parcel = {
        .peer = *peer,
        .source = *source,
        .bytes = (const uint8_t *)text,
        .size = strlen(text),
    };
    assert_int_equal(sock_send(fd, &parcel), 0);
}

static struct sock_datagram receive_text(int fd, const char *expected)
{
    uint8_t bytes[2048];
    struct sock_datagram datagram;
    wait_readable(fd);
    assert_int_equal(sock_receive(fd, bytes, sizeof bytes, &datagram), 0);
    assert_int_equal(datagram.size, strlen(expected));
    assert_memory_equal(bytes, expected, datagram.size);
    return datagram;
}

static void assert_ip(const struct addr *addr, const char *text)
{
    struct addr expected = build_addr(text);
    assert_true(addr_is_same_ip(addr, &expected));
}

static void test_open_returns_the_bound_address(void **state)
{
    (void)state;
    struct addr bound;
    int fd = open_at("127.0.0.3:0", &bound);
    assert_ip(&bound, "127.0.0.3");
    assert_int_not_equal(bound.port, 0);
    struct addr again;
    int other = -1;
    assert_int_equal(sock_open(&bound, &other, &again), -EADDRINUSE);
    assert_int_equal(other, -1);
    close(fd);
}

static void test_open_without_address_takes_any(void **state)
{
    (void)state;
    struct addr bound;
    int fd = -1;
    assert_int_equal(sock_open(&unset, &fd, &bound), 0);
    assert_true(addr_is_any(&bound));
    assert_int_not_equal(bound.port, 0);
    close(fd);
}

static void test_open_refuses_what_it_cannot(void **state)
{
    (void)state;
    struct addr foreign = build_addr("192.0.2.1");
    struct addr bound;
    int fd = -1;
    assert_int_equal(sock_open(&foreign, &fd, &bound), -EADDRNOTAVAIL);
    assert_int_equal(fd, -1);
}

static void test_options_are_set(void **state)
{
    (void)state;
    struct io_options options = {.device = "lo", .ttl = 7, .dont_fragment = true};
    struct addr a_addr, b_addr;
    struct addr local = build_addr("127.0.0.1:0");
    int a = -1;
    int b = open_at("127.0.0.2:0", &b_addr);
    assert_int_equal(sock_open_with(&local, &options, &a, &a_addr), 0);
    struct sock_parcel small = {.peer = b_addr, .bytes = (const uint8_t *)"ping", .size = 4};
    assert_int_equal(sock_send(a, &small), 0);
    assert_int_equal(receive_text(b, "ping").ttl, 7);
    int value = 0;
    socklen_t size = sizeof value;
    assert_int_equal(getsockopt(a, IPPROTO_IP, IP_MTU_DISCOVER, &value, &size), 0);
    assert_int_equal(value, IP_PMTUDISC_PROBE);
    close(a);
    snprintf(options.device, sizeof options.device, "%s", "no-such-device0");
    assert_int_equal(sock_open_with(&local, &options, &a, &a_addr), -ENODEV);
    close(b);
}

static void test_datagram_carries_everything(void **state)
{
    (void)state;
    struct addr a_addr, b_addr;
    int a = open_at("127.0.0.1:0", &a_addr);
    int b = open_at("127.0.0.2:0", &b_addr);
    struct instant before = clock_now();
    struct sock_parcel ping = {
        .peer = b_addr, .tos = 0xb8, .bytes = (const uint8_t *)"ping", .size = 4};
    assert_int_equal(sock_send(a, &ping), 0);
    struct sock_datagram datagram = receive_text(b, "ping");
    struct instant after = clock_now();
    assert_true(addr_is_equal(&datagram.peer, &a_addr));
    assert_ip(&datagram.local, "127.0.0.2");
    assert_int_equal(datagram.tos, 0xb8);
    assert_int_equal(datagram.ttl, 64);
    assert_in_range(datagram.kernel.ns, before.wall.ns, after.wall.ns);
    close(a);
    close(b);
}

/* Loopback timestamps a packet during the send call. The kernel starts timestamping a moment after
 * the first socket requests it, so the first datagrams may get their timestamp when they are
 * read. */
static void test_stamp_is_of_the_arrival_not_of_the_reading(void **state)
{
    (void)state;
    struct addr a_addr, b_addr;
    int a = open_at("127.0.0.1:0", &a_addr);
    int b = open_at("127.0.0.1:0", &b_addr);
    struct mono give_up = mono_add(clock_now().mono, WAIT_MS * NS_PER_MS);
    bool was_stamped_early = false;
    while (!was_stamped_early && mono_is_before(clock_now().mono, give_up)) {
        send_text(a, &b_addr, &unset, "stamp me");
        struct instant sent = clock_now();
        struct sock_datagram datagram = receive_text(b, "stamp me");
        was_stamped_early = datagram.kernel.ns != 0 && datagram.kernel.ns <= sent.wall.ns;
    }
    assert_true(was_stamped_early);
    close(a);
    close(b);
}

static void test_nothing_there_and_empty_datagram(void **state)
{
    (void)state;
    struct addr a_addr, b_addr;
    int a = open_at("127.0.0.1:0", &a_addr);
    int b = open_at("127.0.0.1:0", &b_addr);
    uint8_t bytes[16];
    struct sock_datagram datagram;
    struct sock_notice notice;
    assert_int_equal(sock_receive(b, bytes, sizeof bytes, &datagram), -EAGAIN);
    assert_int_equal(sock_receive_notice(b, &notice), -EAGAIN);
    send_text(a, &b_addr, &unset, "");
    assert_int_equal(receive_text(b, "").size, 0);
    close(a);
    close(b);
}

static void test_source_address_is_chosen(void **state)
{
    (void)state;
    struct addr client_addr, server_addr;
    int client = open_at("127.0.0.1:0", &client_addr);
    int server = open_at("0.0.0.0:0", &server_addr);
    struct addr to = build_addr("127.0.0.2");
    to.port = server_addr.port;
    send_text(client, &to, &unset, "ask");
    struct sock_datagram question = receive_text(server, "ask");
    assert_ip(&question.local, "127.0.0.2");
    send_text(server, &question.peer, &question.local, "answer");
    struct sock_datagram answer = receive_text(client, "answer");
    assert_true(addr_is_equal(&answer.peer, &to));
    struct addr any = build_addr("0.0.0.0");
    send_text(server, &question.peer, &any, "system's choice");
    answer = receive_text(client, "system's choice");
    assert_ip(&answer.peer, "127.0.0.1");
    close(client);
    close(server);
}

static void test_icmp_error_names_the_peer(void **state)
{
    (void)state;
    struct addr own;
    struct sock_notice notice;
    int fd = open_at("127.0.0.1:0", &own);
    struct addr closed = loopback_free();
    send_text(fd, &closed, &unset, "anybody?");
    wait_readable(fd);
    assert_int_equal(sock_receive_notice(fd, &notice), 0);
    assert_int_equal(notice.kind, SOCK_NOTICE_ICMP);
    assert_int_equal(notice.error, ECONNREFUSED);
    assert_true(addr_is_equal(&notice.peer, &closed));
    assert_int_equal(sock_receive_notice(fd, &notice), -EAGAIN);
    close(fd);
}

/* Only datagrams with a request get a timestamp, and the keys count the requests. */
static void test_send_stamps(void **state)
{
    (void)state;
    struct addr a_addr, b_addr;
    struct sock_notice notice;
    int a = open_at("127.0.0.1:0", &a_addr);
    int b = open_at("127.0.0.1:0", &b_addr);
    struct sock_parcel parcel = {.peer = b_addr, .bytes = (const uint8_t *)"x", .size = 1};
    sock_set_stamps(a, SOCK_STAMPS_REQUESTED);
    for (uint32_t key = 0; key < 3; key++) {
        parcel.wants_stamp = false;
        assert_int_equal(sock_send(a, &parcel), 0);
        assert_int_equal(sock_receive_notice(a, &notice), -EAGAIN);
        parcel.wants_stamp = true;
        struct instant before = clock_now();
        assert_int_equal(sock_send(a, &parcel), 0);
        wait_readable(a);
        assert_int_equal(sock_receive_notice(a, &notice), 0);
        assert_int_equal(notice.kind, SOCK_NOTICE_SENT);
        assert_int_equal(notice.key, key);
        assert_in_range(notice.kernel.ns, before.wall.ns, clock_now().wall.ns);
    }
    close(a);
    close(b);
}

/* Neither the next send nor the next receive fails because of an earlier datagram's error. */
static void test_pending_error_stops_nothing(void **state)
{
    (void)state;
    struct addr own, listener_addr;
    int fd = open_at("127.0.0.1:0", &own);
    int listener = open_at("127.0.0.1:0", &listener_addr);
    struct addr closed = loopback_free();
    send_text(fd, &closed, &unset, "lost");
    wait_readable(fd);
    send_text(fd, &listener_addr, &unset, "arrives");
    receive_text(listener, "arrives");

    send_text(fd, &closed, &unset, "lost");
    send_text(listener, &own, &unset, "back");
    uint8_t bytes[16];
    struct sock_datagram datagram;
    wait_readable(fd);
    assert_int_equal(sock_receive(fd, bytes, sizeof bytes, &datagram), 0);
    assert_int_equal(datagram.size, 4);
    close(fd);
    close(listener);
}

static void test_own_send_errors_are_reported(void **state)
{
    (void)state;
    struct addr own;
    int fd = open_at("127.0.0.1:0", &own);
    static const uint8_t bytes[65508];
    struct sock_parcel too_big = {.peer = own, .bytes = bytes, .size = sizeof bytes};
    assert_int_equal(sock_send(fd, &too_big), -EMSGSIZE);
    struct sock_parcel ipv6 = {.peer = build_addr("::1"), .bytes = bytes, .size = 1};
    assert_int_equal(sock_send(fd, &ipv6), -EAFNOSUPPORT);
    struct sock_parcel foreign = {
        .peer = own, .source = build_addr("192.0.2.1"), .bytes = bytes, .size = 1};
    assert_true(sock_send(fd, &foreign) < 0);
    close(fd);
}

static void test_largest_datagram(void **state)
{
    (void)state;
    struct addr own;
    int fd = open_at("127.0.0.1:0", &own);
    static uint8_t bytes[65507];
    bytes[65506] = 0x5a;
    struct sock_parcel largest = {.peer = own, .bytes = bytes, .size = sizeof bytes};
    assert_int_equal(sock_send(fd, &largest), 0);
    static uint8_t received[65507];
    struct sock_datagram datagram;
    wait_readable(fd);
    assert_int_equal(sock_receive(fd, received, sizeof received, &datagram), 0);
    assert_int_equal(datagram.size, sizeof bytes);
    assert_memory_equal(received, bytes, sizeof bytes);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_returns_the_bound_address),
        cmocka_unit_test(test_open_without_address_takes_any),
        cmocka_unit_test(test_open_refuses_what_it_cannot),
        cmocka_unit_test(test_options_are_set),
        cmocka_unit_test(test_datagram_carries_everything),
        cmocka_unit_test(test_stamp_is_of_the_arrival_not_of_the_reading),
        cmocka_unit_test(test_nothing_there_and_empty_datagram),
        cmocka_unit_test(test_source_address_is_chosen),
        cmocka_unit_test(test_icmp_error_names_the_peer),
        cmocka_unit_test(test_send_stamps),
        cmocka_unit_test(test_pending_error_stops_nothing),
        cmocka_unit_test(test_own_send_errors_are_reported),
        cmocka_unit_test(test_largest_datagram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
