/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/tcp.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/build.h"
#include "support/cm.h"

#define PATIENCE_MS 60000

static void wait_for(int fd, short what)
{
    struct pollfd one = {.fd = fd, .events = what};
    assert_int_equal(poll(&one, 1, PATIENCE_MS), 1);
}

static int listen_here(struct addr *bound)
{
    int fd = -1;
    struct tcp_call call = {.local = build_addr("127.0.0.1")};
    assert_int_equal(tcp_listen(&call, &fd, bound), 0);
    return fd;
}

/* The result of connecting to `peer`; *fd when it is 0. */
static int connect_to(const struct addr *peer, int *fd)
{
    struct tcp_call call = {.local = build_addr("127.0.0.1"), .peer = *peer};
    struct addr bound;
    struct instant started = {0};
    int made = -1;
    int error = tcp_connect(&call, &made, &bound, &started);
    if (error == -EINPROGRESS) {
        wait_for(made, POLLOUT);
        error = tcp_result(made);
    }
    assert_true(started.mono.ns != 0);
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

static void test_accepted_and_closed_first(void **state)
{
    (void)state;
    struct addr bound, peer, local;
    int listener = listen_here(&bound), fd = -1, spare = tcp_spare();
    assert_int_equal(tcp_accept(listener, &spare, &peer, &local), -EAGAIN);
    assert_int_equal(connect_to(&bound, &fd), 0);
    wait_for(listener, POLLIN);
    assert_int_equal(tcp_accept(listener, &spare, &peer, &local), 0);
    assert_true(addr_is_equal(&local, &bound));
    assert_true(addr_is_same_ip(&peer, &bound));
    char byte;
    wait_for(fd, POLLIN);
    assert_int_equal(read(fd, &byte, 1), 0);
    tcp_close(fd, true);
    close(spare);
    close(listener);
}

static void test_refused(void **state)
{
    (void)state;
    struct addr bound;
    int fd = -1;
    close(listen_here(&bound));
    assert_int_equal(connect_to(&bound, &fd), -ECONNREFUSED);
}

/* The peer sees that the connection was aborted. */
static void test_close_frees_the_port(void **state)
{
    (void)state;
    static const int expected[] = {0, -1};
    for (int i = 0; i < 2; i++) {
        struct addr bound;
        int listener = listen_here(&bound), fd = -1;
        assert_int_equal(connect_to(&bound, &fd), 0);
        wait_for(listener, POLLIN);
        int other = accept(listener, NULL, NULL);
        assert_true(other >= 0);
        tcp_close(fd, i == 1);
        wait_for(other, POLLIN);
        char byte;
        assert_int_equal(read(other, &byte, 1), expected[i]);
        close(other);
        close(listener);
    }
}

/* Out of descriptors, a connection is taken off the queue all the same: it would wake us for ever.
 */
static void test_no_descriptors(void **state)
{
    (void)state;
    struct addr bound, peer, local;
    struct rlimit before, none;
    int listener = listen_here(&bound), fd = -1, spare = tcp_spare();
    assert_int_equal(connect_to(&bound, &fd), 0);
    wait_for(listener, POLLIN);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)spare + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int error = tcp_accept(listener, &spare, &peer, &local);
    int again = tcp_accept(listener, &spare, &peer, &local);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(error, -EMFILE);
    assert_int_equal(again, -EAGAIN);
    assert_true(spare >= 0);
    close(spare);
    close(fd);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted_and_closed_first),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_close_frees_the_port),
        cmocka_unit_test(test_no_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
