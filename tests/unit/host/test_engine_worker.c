/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A real engine on its own thread, with a real responder, on loopback. */
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/engine_worker.h"
#include "host/responder_worker.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/loopback.h"

#define GIVE_UP_NS (60 * NS_PER_SECOND)

/* Acquires snapshots until `is_it` says yes; the caller's reference. */
static struct snapshot *await_snapshot(struct engine_worker *worker,
                                       bool (*is_it)(const struct snapshot *, const void *),
                                       const void *wanted)
{
    struct mono give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    struct snapshot *snapshot = engine_worker_acquire(worker);
    while (!is_it(snapshot, wanted)) {
        assert_true(mono_is_before(clock_now().mono, give_up));
        snapshot_unref(snapshot);
        poll(NULL, 0, 1);
        snapshot = engine_worker_acquire(worker);
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
    spec->schedule.timeout_ns = spec->schedule.frequency_ns;
    spec->control.port = control_port;
    return spec;
}

static void apply_and_drop(struct engine_worker *worker, struct spec **specs, size_t count)
{
    struct spec_set *set = build_set(specs, count);
    engine_worker_apply(worker, set);
    spec_set_unref(set);
}

static void test_starts_empty(void **state)
{
    (void)state;
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    assert_non_null(worker);
    struct snapshot *snapshot = engine_worker_acquire(worker);
    assert_int_equal(snapshot->count, 0);
    snapshot_unref(snapshot);
    engine_worker_stop(worker);
    engine_worker_stop(NULL);
}

/* Who waited sees the latest targets at once, however often they change. */
static void test_await(void **state)
{
    (void)state;
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    engine_worker_await(worker);
    for (size_t count = 0; count < 40; count++) {
        struct spec *specs[40];
        for (size_t i = 0; i < count; i++) {
            char name[8];
            snprintf(name, sizeof name, "t%zu", i);
            specs[i] = build_echo_spec(name, "127.0.0.1");
        }
        apply_and_drop(worker, specs, count);
        engine_worker_await(worker);
        struct snapshot *snapshot = engine_worker_acquire(worker);
        assert_int_equal(snapshot->count, count);
        snapshot_unref(snapshot);
    }
    engine_worker_stop(worker);
}

static void test_targets_go_in_and_reports_come_out(void **state)
{
    (void)state;
    struct spec *specs[] = {build_echo_spec("a", "127.0.0.1"), build_jitter_spec("b", "127.0.0.1")};
    struct spec *kept = spec_ref(specs[0]);
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, specs, 2);
    size_t two = 2;
    struct snapshot *snapshot = await_snapshot(worker, has_count, &two);
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "a");
    assert_string_equal(snapshot->reports[1]->spec->identity.name, "b");
    engine_worker_stop(worker);
    /* A snapshot outlives its worker; after it nobody else holds the target. */
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "a");
    snapshot_unref(snapshot);
    assert_int_equal(kept->references, 1);
    spec_unref(kept);
}

static void test_latest_set_wins(void **state)
{
    (void)state;
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    struct spec *kept[200];
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "target%d", i);
        struct spec *spec = build_echo_spec(name, "127.0.0.1");
        kept[i] = spec_ref(spec);
        apply_and_drop(worker, &spec, 1);
    }
    snapshot_unref(await_snapshot(worker, is_named, "target199"));
    engine_worker_stop(worker);
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
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    engine_worker_stop(worker);
    assert_int_equal(kept->references, 1);
    spec_unref(kept);
}

static void test_failure_is_published(void **state)
{
    (void)state;
    struct spec *spec = fast_echo_spec("nobody", loopback_free().port);
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    struct snapshot *snapshot = await_snapshot(worker, has_all_run, NULL);
    assert_int_equal(snapshot->reports[0]->latest.outcome, OUTCOME_PORT_UNREACHABLE);
    snapshot_unref(snapshot);
    engine_worker_stop(worker);
}

static void count_published(void *context)
{
    sem_post(context);
}

static void test_prompt_worker_tells_each_result(void **state)
{
    (void)state;
    sem_t published;
    sem_init(&published, 0, 0);
    struct engine_worker *worker = engine_worker_start_prompt(count_published, &published);
    for (unsigned i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "t%u", i);
        struct spec *spec = fast_echo_spec(name, loopback_free().port);
        spec->schedule.start = SPEC_START_NOW;
        apply_and_drop(worker, &spec, 1);
        struct snapshot *snapshot = engine_worker_acquire(worker);
        while (!is_named(snapshot, name) || !snapshot->reports[0]->has_run) {
            snapshot_unref(snapshot);
            assert_int_equal(sem_wait(&published), 0);
            snapshot = engine_worker_acquire(worker);
        }
        snapshot_unref(snapshot);
    }
    engine_worker_stop(worker);
    sem_destroy(&published);
}

static void test_signals_stay_with_the_main_thread(void **state)
{
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    engine_worker_stop(worker);
}

static void test_sender_measures_responder(void **state)
{
    (void)state;
    struct addr address = loopback_free();
    struct reflect_settings settings = loopback_responder(address);
    struct addr failed;
    int error = 0;
    struct responder_worker *responder = responder_worker_start(&settings, NULL, &failed, &error);
    assert_non_null(responder);
    struct spec *spec = fast_echo_spec("echo", address.port);
    spec->path.peer.port = spec->path.port = loopback_free().port;
    struct engine_worker *worker = engine_worker_start((const uint8_t[SIPHASH_KEY_BYTES]){0});
    apply_and_drop(worker, &spec, 1);
    struct snapshot *snapshot = await_snapshot(worker, has_all_run, NULL);
    const struct round *round = &snapshot->reports[0]->latest;
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 1);
    assert_int_equal(round->received, 1);
    snapshot_unref(snapshot);
    engine_worker_stop(worker);
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
        cmocka_unit_test(test_prompt_worker_tells_each_result),
        cmocka_unit_test(test_signals_stay_with_the_main_thread),
        cmocka_unit_test(test_sender_measures_responder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
