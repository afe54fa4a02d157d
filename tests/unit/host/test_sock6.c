/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/receive.h"

#define WAIT_MS 60000

static const struct addr unset = {.family = ADDR_NONE};

/* A system without IPv6 cannot show any of this. */
static void require_ipv6(void)
{
    struct addr loopback = build_addr("::1");
    struct addr bound;
    int fd;
    int error = sock_open(&loopback, &fd, &bound);
    if (error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL) {
        print_message("no IPv6 loopback here: %s\n", strerror(-error));
        skip();
    }
    assert_int_equal(error, 0);
    close(fd);
}

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

static int send_text(int fd, const struct addr *peer, const struct addr *source, uint8_t tos)
{
    struct sock_parcel parcel = {
        .peer = *peer, .source = *source, .tos = tos, .bytes = (const uint8_t *)"six", .size = 3};
    return sock_send(fd, &parcel);
}

static struct sock_datagram receive(int fd)
{
    uint8_t bytes[16];
    struct sock_datagram datagram;
    wait_readable(fd);
    assert_int_equal(sock_receive(fd, bytes, sizeof bytes, &datagram), 0);
    assert_int_equal(datagram.size, 3);
    return datagram;
}

static void test_datagram_carries_everything(void **state)
{
    (void)state;
    require_ipv6();
    struct addr a_addr, b_addr;
    int a = open_at("[::1]:0", &a_addr);
    int b = open_at("[::]:0", &b_addr);
    struct addr to = a_addr;
    to.port = b_addr.port;
    assert_int_equal(send_text(a, &to, &unset, 0xb8), 0);
    struct sock_datagram datagram = receive(b);
    assert_true(addr_is_equal(&datagram.peer, &a_addr));
    assert_true(addr_is_same_ip(&datagram.local, &to));
    assert_int_equal(datagram.local.scope, 0);
    assert_int_equal(datagram.tos, 0xb8);
    assert_int_equal(datagram.ttl, 64);
    assert_true(datagram.kernel.ns != 0);
    assert_int_equal(send_text(b, &datagram.peer, &datagram.local, 0), 0);
    datagram = receive(a);
    assert_true(addr_is_equal(&datagram.peer, &to));
    assert_int_equal(datagram.tos, 0);
    close(a);
    close(b);
}

static void test_source_must_be_ours(void **state)
{
    (void)state;
    require_ipv6();
    struct addr own;
    struct addr foreign = build_addr("2001:db8::1");
    int fd = open_at("[::]:0", &own);
    struct addr to = build_addr("::1");
    to.port = own.port;
    assert_int_not_equal(send_text(fd, &to, &foreign, 0), 0);
    close(fd);
}

/* IPV6_V6ONLY: the same port of both versions at once, and no IPv4 in an IPv6 socket. */
static void test_versions_are_apart(void **state)
{
    (void)state;
    require_ipv6();
    struct addr six_addr, four_addr, client_addr;
    int six = open_at("[::]:0", &six_addr);
    struct addr local = {.family = ADDR_IPV4, .port = six_addr.port};
    int four = -1;
    assert_int_equal(sock_open(&local, &four, &four_addr), 0);
    int client = open_at("127.0.0.1:0", &client_addr);
    struct addr to = build_addr("127.0.0.1");
    to.port = four_addr.port;
    assert_int_equal(send_text(client, &to, &unset, 0), 0);
    struct sock_datagram datagram = receive(four);
    assert_true(addr_is_equal(&datagram.peer, &client_addr));
    assert_int_not_equal(send_text(six, &to, &unset, 0), 0);
    close(six);
    close(four);
    close(client);
}

static void test_icmp_error_names_the_peer(void **state)
{
    (void)state;
    require_ipv6();
    struct addr own, closed;
    struct sock_notice notice;
    int fd = open_at("[::1]:0", &own);
    close(open_at("[::1]:0", &closed));
    assert_int_equal(send_text(fd, &closed, &unset, 0), 0);
    wait_readable(fd);
    assert_int_equal(sock_receive_notice(fd, &notice), 0);
    assert_int_equal(notice.kind, SOCK_NOTICE_ICMP);
    assert_int_equal(notice.error, ECONNREFUSED);
    assert_true(addr_is_equal(&notice.peer, &closed));
    assert_int_equal(sock_receive_notice(fd, &notice), -EAGAIN);
    close(fd);
}

static void test_options(void **state)
{
    (void)state;
    require_ipv6();
    static const uint8_t large[65000];
    struct addr own, to;
    struct addr local = build_addr("[::1]:0");
    struct io_options options = {.device = "lo", .ttl = 77, .dont_fragment = true};
    int fd = -1;
    int sink = open_at("[::1]:0", &to);
    assert_int_equal(sock_open_with(&local, &options, &fd, &own), 0);
    assert_int_equal(send_text(fd, &to, &unset, 0), 0);
    assert_int_equal(receive(sink).ttl, 77);
    int mtu = 1500, on = 0;
    socklen_t size = sizeof on;
    assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG, &on, &size), 0);
    assert_int_equal(on, 1);
    assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof mtu), 0);
    struct sock_parcel parcel = {.peer = to, .bytes = large, .size = sizeof large};
    assert_int_equal(sock_send(fd, &parcel), -EMSGSIZE);
    close(fd);
    close(sink);
}

static void test_transmit_timestamp_is_reported(void **state)
{
    (void)state;
    require_ipv6();
    struct addr own, to;
    struct sock_notice notice;
    int fd = open_at("[::1]:0", &own);
    int sink = open_at("[::1]:0", &to);
    struct sock_parcel parcel = {
        .peer = to, .wants_stamp = true, .bytes = (const uint8_t *)"six", .size = 3};
    sock_set_stamps(fd, SOCK_STAMPS_REQUESTED);
    assert_int_equal(sock_send(fd, &parcel), 0);
    wait_readable(fd);
    assert_int_equal(sock_receive_notice(fd, &notice), 0);
    assert_int_equal(notice.kind, SOCK_NOTICE_SENT);
    assert_int_equal(notice.key, 0);
    close(fd);
    close(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagram_carries_everything),
        cmocka_unit_test(test_source_must_be_ours),
        cmocka_unit_test(test_versions_are_apart),
        cmocka_unit_test(test_icmp_error_names_the_peer),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_transmit_timestamp_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
