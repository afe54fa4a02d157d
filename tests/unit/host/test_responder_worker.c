/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A real responder on its own thread, on loopback. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/responder_worker.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/loopback.h"

#define GIVE_UP_NS (60 * NS_PER_SECOND)

static uint64_t dropped_in_all(const struct responder_stats *stats)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < REFLECT_DROP_COUNT; i++) {
        sum += stats->reflect.dropped[i];
    }
    return sum;
}

static void test_responder_counts_and_stops(void **state)
{
    (void)state;
    struct addr address = loopback_free();
    struct reflect_settings settings = loopback_responder(address);
    struct addr failed;
    int error = 0;
    struct responder_worker *worker = responder_worker_start(&settings, NULL, &failed, &error);
    assert_non_null(worker);
    struct addr local = build_addr("127.0.0.1:0");
    struct addr bound;
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &bound), 0);
    struct sock_parcel parcel = {.peer = address, .bytes = (const uint8_t *)"junk", .size = 4};
    assert_int_equal(sock_send(fd, &parcel), 0);
    struct responder_stats stats;
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    for (responder_worker_stats(worker, &stats); dropped_in_all(&stats) != 1;
         responder_worker_stats(worker, &stats)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        poll(NULL, 0, 1);
    }
    memset(&stats, 0, sizeof stats);
    responder_worker_stop(worker, &stats);
    assert_int_equal(dropped_in_all(&stats), 1);
    close(fd);
    assert_int_equal(sock_open(&address, &fd, &bound), 0);
    close(fd);
    responder_worker_stop(NULL, NULL);
}

static void test_responder_says_which_address_fails(void **state)
{
    (void)state;
    struct addr local = build_addr("127.0.0.1:0");
    struct addr taken;
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &taken), 0);
    struct reflect_settings settings = loopback_responder(loopback_free());
    settings.listen[settings.listen_count++] = taken;
    struct addr failed = {.family = ADDR_NONE};
    int error = 0;
    assert_null(responder_worker_start(&settings, NULL, &failed, &error));
    assert_int_equal(error, EADDRINUSE);
    assert_true(addr_is_equal(&failed, &taken));
    close(fd);
}

/* The reason stays with the caller, and the worker with what it had. */
static void test_responder_changes(void **state)
{
    (void)state;
    struct addr local = build_addr("127.0.0.1:0");
    struct addr taken, failed, bound;
    struct responder_stats stats;
    int fd = -1, error = 0, other = -1;
    assert_int_equal(sock_open(&local, &fd, &taken), 0);
    struct reflect_settings before = loopback_responder(loopback_free());
    struct responder_worker *worker = responder_worker_start(&before, NULL, &failed, &error);
    assert_non_null(worker);
    struct reflect_settings settings = before;
    settings.max_sessions = 5;
    settings.permanent[settings.permanent_count++] = taken;
    assert_int_equal(responder_worker_change(worker, &before, &settings, &failed), EADDRINUSE);
    assert_true(addr_is_equal(&failed, &taken));
    responder_worker_stats_now(worker, &stats);
    assert_int_equal(stats.reflect.max_sessions, before.max_sessions);
    close(fd);
    assert_int_equal(responder_worker_change(worker, &before, &settings, &failed), 0);
    responder_worker_stats_now(worker, &stats);
    assert_int_equal(stats.reflect.max_sessions, 5);
    assert_int_equal(sock_open(&taken, &other, &bound), -EADDRINUSE); /* it has the port */
    for (unsigned i = 0; i < 20; i++) { /* nothing to open or close: no event tells of the end */
        settings.max_sessions++;
        assert_int_equal(responder_worker_change(worker, &before, &settings, &failed), 0);
    }
    responder_worker_stop(worker, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responder_counts_and_stops),
        cmocka_unit_test(test_responder_says_which_address_fails),
        cmocka_unit_test(test_responder_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
