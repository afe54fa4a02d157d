/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Real threads, a real engine and a real responder, on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/sock.h"
#include "host/worker.h"
#include "support/build.h"

#define GIVE_UP_NS (20 * NS_PER_SECOND)

/* Acquires snapshots until `is_it` says yes; the caller's reference. */
static struct snapshot *await_snapshot(struct worker *worker,
                                       bool (*is_it)(const struct snapshot *, const void *),
                                       const void *wanted)
{
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    struct snapshot *snapshot = worker_acquire(worker);
    while (!is_it(snapshot, wanted)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        snapshot_unref(snapshot);
        poll(NULL, 0, 1);
        snapshot = worker_acquire(worker);
    }
    return snapshot;
}

static bool has_count(const struct snapshot *snapshot, const void *wanted)
{
    return snapshot->count == *(const size_t *)wanted;
}

static bool is_named(const struct snapshot *snapshot, const void *wanted)
{
    return snapshot->count == 1 && strcmp(snapshot->reports[0]->spec->identity.name, wanted) == 0;
}

static bool has_all_run(const struct snapshot *snapshot, const void *wanted)
{
    size_t run = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        run += snapshot->reports[i]->has_run;
    }
    return snapshot->count > 0 && run == snapshot->count && wanted == NULL;
}

static struct spec *fast_echo_spec(const char *name, uint16_t control_port)
{
    struct spec *spec = build_echo_spec(name, "127.0.0.1");
    spec->schedule.frequency_ns = NS_PER_SECOND;
    spec->schedule.timeout_ns = NS_PER_SECOND / 2;
    spec->control.port = control_port;
    return spec;
}

/* A loopback port that was free a moment ago. */
static struct addr free_address(void)
{
    struct addr local = build_addr("127.0.0.1:0");
    struct addr bound;
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &bound), 0);
    close(fd);
    return bound;
}

static void apply_and_drop(struct worker *worker, struct spec **specs, size_t count)
{
    struct spec_set *set = build_set(specs, count);
    worker_apply(worker, set);
    spec_set_unref(set);
}

static void test_starts_empty(void **state)
{
    (void)state;
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    assert_non_null(worker);
    struct snapshot *snapshot = worker_acquire(worker);
    assert_int_equal(snapshot->count, 0);
    snapshot_unref(snapshot);
    worker_stop(worker);
    worker_stop(NULL);
}

/* Who waited sees the latest targets at once, however often they change. */
static void test_await(void **state)
{
    (void)state;
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    worker_await(worker);
    for (size_t count = 0; count < 40; count++) {
        struct spec *specs[40];
        for (size_t i = 0; i < count; i++) {
            char name[8];
            snprintf(name, sizeof name, "t%zu", i);
            specs[i] = build_echo_spec(name, "127.0.0.1");
        }
        apply_and_drop(worker, specs, count);
        worker_await(worker);
        struct snapshot *snapshot = worker_acquire(worker);
        assert_int_equal(snapshot->count, count);
        snapshot_unref(snapshot);
    }
    worker_stop(worker);
}

static void test_targets_go_in_and_reports_come_out(void **state)
{
    (void)state;
    struct spec *specs[] = {build_echo_spec("a", "127.0.0.1"), build_jitter_spec("b", "127.0.0.1")};
    struct spec *kept = spec_ref(specs[0]);
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, specs, 2);
    size_t two = 2;
    struct snapshot *snapshot = await_snapshot(worker, has_count, &two);
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "a");
    assert_string_equal(snapshot->reports[1]->spec->identity.name, "b");
    worker_stop(worker);
    /* A snapshot outlives its worker; after it nobody else holds the target. */
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "a");
    snapshot_unref(snapshot);
    assert_int_equal(kept->references, 1);
    spec_unref(kept);
}

static void test_latest_set_wins(void **state)
{
    (void)state;
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    struct spec *kept[200];
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "target%d", i);
        struct spec *spec = build_echo_spec(name, "127.0.0.1");
        kept[i] = spec_ref(spec);
        apply_and_drop(worker, &spec, 1);
    }
    snapshot_unref(await_snapshot(worker, is_named, "target199"));
    worker_stop(worker);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(kept[i]->references, 1);
        spec_unref(kept[i]);
    }
}

static void test_pending_set_is_released_at_stop(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("a", "127.0.0.1");
    struct spec *kept = spec_ref(spec);
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    worker_stop(worker);
    assert_int_equal(kept->references, 1);
    spec_unref(kept);
}

static void test_failure_is_published(void **state)
{
    (void)state;
    struct spec *spec = fast_echo_spec("nobody", free_address().port);
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    struct snapshot *snapshot = await_snapshot(worker, has_all_run, NULL);
    assert_int_equal(snapshot->reports[0]->latest.outcome, OUTCOME_UNREACHABLE);
    snapshot_unref(snapshot);
    worker_stop(worker);
}

static void test_signals_stay_with_the_main_thread(void **state)
{
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    worker_stop(worker);
}

static struct reflect_settings settings_at(struct addr address)
{
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    settings.listen[0] = address;
    settings.listen_count = 1;
    return settings;
}

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
    struct addr address = free_address();
    struct reflect_settings settings = settings_at(address);
    struct addr failed;
    int error = 0;
    struct responder_worker *worker = responder_worker_start(&settings, &failed, &error);
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
    struct reflect_settings settings = settings_at(free_address());
    settings.listen[settings.listen_count++] = taken;
    struct addr failed = {.family = ADDR_NONE};
    int error = 0;
    assert_null(responder_worker_start(&settings, &failed, &error));
    assert_int_equal(error, EADDRINUSE);
    assert_true(addr_is_equal(&failed, &taken));
    close(fd);
}

static void test_sender_measures_responder(void **state)
{
    (void)state;
    struct addr address = free_address();
    struct reflect_settings settings = settings_at(address);
    struct addr failed;
    int error = 0;
    struct responder_worker *responder = responder_worker_start(&settings, &failed, &error);
    assert_non_null(responder);
    struct spec *spec = fast_echo_spec("echo", address.port);
    spec->path.peer.port = spec->path.port = free_address().port;
    struct worker *worker = worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    struct snapshot *snapshot = await_snapshot(worker, has_all_run, NULL);
    const struct round *round = &snapshot->reports[0]->latest;
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 1);
    assert_int_equal(round->received, 1);
    snapshot_unref(snapshot);
    worker_stop(worker);
    responder_worker_stop(responder, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_empty),
        cmocka_unit_test(test_await),
        cmocka_unit_test(test_targets_go_in_and_reports_come_out),
        cmocka_unit_test(test_latest_set_wins),
        cmocka_unit_test(test_pending_set_is_released_at_stop),
        cmocka_unit_test(test_failure_is_published),
        cmocka_unit_test(test_signals_stay_with_the_main_thread),
        cmocka_unit_test(test_responder_counts_and_stops),
        cmocka_unit_test(test_responder_says_which_address_fails),
        cmocka_unit_test(test_sender_measures_responder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
