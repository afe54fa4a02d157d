/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which worker's socket hears whom, on the loopback device. */
#include "host/port_group.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/loopback.h"

#define WORKERS 3
#define SOURCES 24
#define NOBODY (-1)
#define PATIENCE_MS 10000

static struct port_groups *groups;
static int senders[SOURCES];

static int set_up(void **state)
{
    (void)state;
    groups = port_groups_new(WORKERS);
    for (int i = 0; i < SOURCES; i++) {
        char text[32];
        struct addr bound;
        snprintf(text, sizeof text, "127.3.%d.%d:0", i % 2, i + 1);
        struct addr local = build_addr(text);
        assert_int_equal(sock_open(&local, &senders[i], &bound), 0);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < SOURCES; i++) {
        close(senders[i]);
    }
    port_groups_free(groups);
    return 0;
}

static int join(unsigned worker, const struct addr *at)
{
    const struct port_member member = {groups, worker};
    struct fx fx = {.kind = FX_OPEN, .local = *at};
    struct addr bound;
    int fd;
    assert_int_equal(port_group_join(&member, &fx, &fd, &bound), 0);
    assert_true(addr_is_equal(&bound, at));
    return fd;
}

static void leave(unsigned worker, int fd)
{
    const struct port_member member = {groups, worker};
    port_group_leave(&member, fd);
}

/* Which of the sockets (-1: none) hears source `number`. */
static int who_hears(int number, const struct addr *at, const int fds[WORKERS])
{
    const struct sock_parcel parcel = {.peer = *at, .bytes = (const uint8_t *)"x", .size = 1};
    struct pollfd waiting[WORKERS];
    int found = NOBODY;
    assert_int_equal(sock_send(senders[number], &parcel), 0);
    for (int i = 0; i < WORKERS; i++) {
        waiting[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    }
    assert_int_equal(poll(waiting, WORKERS, PATIENCE_MS), 1);
    for (int i = 0; i < WORKERS; i++) {
        uint8_t byte;
        found = (waiting[i].revents & POLLIN) != 0 ? i : found;
        (void)(waiting[i].revents != 0 && recv(fds[i], &byte, 1, MSG_DONTWAIT));
    }
    return found;
}

static void test_a_source_stays_with_its_worker(void **state)
{
    (void)state;
    struct addr first = loopback_free();
    struct addr second = loopback_free();
    int home[SOURCES], count[WORKERS] = {0};
    int a[WORKERS] = {NOBODY, NOBODY, join(2, &first)};
    int b[WORKERS];
    for (int i = 0; i < SOURCES; i++) { /* alone */
        assert_int_equal(who_hears(i, &first, a), 2);
    }
    a[0] = join(0, &first);
    a[1] = join(1, &first);
    for (int i = 0; i < WORKERS; i++) { /* in another order */
        b[i] = join((unsigned)i, &second);
    }
    for (int i = 0; i < SOURCES; i++) {
        home[i] = who_hears(i, &first, a);
        count[home[i]]++;
        assert_int_equal(who_hears(i, &second, b), home[i]);
    }
    for (int i = 0; i < WORKERS; i++) {
        assert_in_range(count[i], 2, SOURCES - 2 * (WORKERS - 1));
        leave((unsigned)i, b[i]);
        leave((unsigned)i, a[i]);
    }
}

static void test_who_leaves_moves_nobody_else(void **state)
{
    (void)state;
    struct addr at = loopback_free();
    int fds[WORKERS], home[SOURCES];
    for (int i = 0; i < WORKERS; i++) {
        fds[i] = join((unsigned)i, &at);
    }
    for (int i = 0; i < SOURCES; i++) {
        home[i] = who_hears(i, &at, fds);
    }
    leave(0, fds[0]);
    for (int i = 0; i < SOURCES; i++) {
        int heard = who_hears(i, &at, fds);
        assert_int_equal(home[i] == 0 ? 1 : home[i], heard);
    }
    fds[0] = join(0, &at);
    for (int i = 0; i < SOURCES; i++) {
        assert_int_equal(who_hears(i, &at, fds), home[i]);
    }
    for (int i = 0; i < WORKERS; i++) {
        leave((unsigned)i, fds[i]);
    }
    assert_int_equal(sock_open(&at, &fds[0], &at), 0); /* it is free again */
    close(fds[0]);
}

/* What comes for a worker before it opens the port waits for it. */
static void test_a_port_for_all(void **state)
{
    (void)state;
    struct addr at = loopback_free(), bound;
    struct fx fx = {.kind = FX_OPEN, .local = at, .is_for_all = true};
    int fds[WORKERS], heard[WORKERS] = {0};
    const struct sock_parcel parcel = {.peer = at, .bytes = (const uint8_t *)"x", .size = 1};
    for (unsigned i = 0; i < WORKERS; i++) {
        const struct port_member member = {groups, i};
        assert_int_equal(port_group_join(&member, &fx, &fds[i], &bound), 0);
        for (int k = 0; k < SOURCES && i == 0; k++) {
            assert_int_equal(sock_send(senders[k], &parcel), 0);
        }
    }
    for (int i = 0; i < WORKERS; i++) {
        uint8_t byte;
        while (recv(fds[i], &byte, 1, MSG_DONTWAIT) == 1) {
            heard[i]++;
        }
        assert_in_range(heard[i], 2, SOURCES - 2 * (WORKERS - 1));
    }
    assert_int_equal(heard[0] + heard[1] + heard[2], SOURCES);
    for (unsigned i = 0; i < WORKERS; i++) {
        leave(i, fds[i]);
    }
}

static void test_a_taken_port_is_taken(void **state)
{
    (void)state;
    static const struct io_options nothing;
    const struct port_member member = {groups, 1};
    struct addr at = loopback_free(), bound;
    struct fx fx = {.kind = FX_OPEN, .local = at};
    int other, fd;
    assert_int_equal(sock_open_shared(&at, &nothing, &other, &bound), 0);
    assert_int_equal(port_group_join(&member, &fx, &fd, &bound), -EADDRINUSE);
    close(other);
    leave(1, join(1, &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_source_stays_with_its_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_leaves_moves_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_port_for_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_taken_port_is_taken, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
