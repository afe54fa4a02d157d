/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The event loop. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "support/cm.h"
#include "support/scripted.h"

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

static void play_flood(struct scripted *fake)
{
    if (fake->seen_count == 2) {
        for (int i = 0; i < 150; i++) {
            client_send(fake, &fake->seen[0].local);
        }
        client_send(fake, &fake->seen[1].local);
    }
    fake->is_over = count_events(fake, EV_DATA) == 151;
}

static void test_a_flood_starves_nobody(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_flood;
    script_open(&fake, scripted_first);
    script_open(&fake, scripted_second);
    scripted_run(&fake);
    size_t place = 0;
    while (fake.seen[place].kind != EV_DATA || fake.seen[place].id.owner != scripted_second.owner) {
        place++;
    }
    assert_in_range(place, 2, 2 + 64);
}

static void play_until_fired(struct scripted *fake)
{
    fake->is_over = fake->fired.ns != 0;
}

static struct mono stop_when_fired(void *context, struct instant now)
{
    struct scripted *fake = context;
    (void)now;
    if (fake->fired.ns != 0) {
        host_stop(fake->host);
    }
    return MONO_NEVER;
}

/* The one timer wakes the loop at the deadline, not before it, and not over and over until it. */
static void test_deadline(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    struct mono due = mono_add(clock_now().mono, 30 * NS_PER_MS + 1);
    fake.deadline = due;
    struct machine machine = scripted_machine(&fake);
    struct host_hook hook = {.after = stop_when_fired, .context = &fake};
    fake.host = host_new(machine, hook);
    assert_non_null(fake.host);
    host_run(fake.host);
    const struct hist lag = host_stats(fake.host)->loop_lag;
    host_free(fake.host);
    close(fake.client);
    assert_true(fake.fired.ns >= due.ns);
    assert_int_equal(lag.count, 1); /* polls before the deadline have none */
    assert_int_equal(lag.sum_ns, mono_diff(fake.fired, due));
    assert_in_range(fake.polls, 3, 8);
}

static void test_hook_is_called_at_its_time(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.deadline = mono_add(clock_now().mono, 5 * NS_PER_MS);
    fake.play = play_until_fired;
    scripted_run(&fake);
}

static void test_passed_deadline_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        struct scripted fake = {.is_stuck = true};
        struct machine machine = scripted_machine(&fake);
        host_run(host_new(machine, (struct host_hook){0}));
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_descriptors_are_closed(void **state)
{
    (void)state;
    size_t before = open_descriptors();
    struct scripted fake;
    scripted_init(&fake);
    fake.play = play_until_all_performed;
    script_open(&fake, scripted_first);
    script_open(&fake, scripted_second);
    script_close(&fake, scripted_first);
    scripted_run(&fake);
    assert_int_equal(open_descriptors(), before);
}

struct sleeper {
    struct scripted fake;
    bool was_called;
};

static struct mono stop_on_second_call(void *context, struct instant now)
{
    struct sleeper *sleeper = context;
    (void)now;
    if (sleeper->was_called) {
        host_stop(sleeper->fake.host);
    }
    sleeper->was_called = true;
    return MONO_NEVER;
}

static void *run_host(void *host)
{
    host_run(host);
    return NULL;
}

/* Nothing else would ever end this loop. */
static void test_wake_from_another_thread(void **state)
{
    (void)state;
    struct sleeper sleeper = {.fake = {.deadline = MONO_NEVER}};
    struct machine machine = scripted_machine(&sleeper.fake);
    struct host_hook hook = {.after = stop_on_second_call, .context = &sleeper};
    sleeper.fake.host = host_new(machine, hook);
    assert_non_null(sleeper.fake.host);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_host, sleeper.fake.host), 0);
    host_wake(sleeper.fake.host);
    pthread_join(thread, NULL);
    host_free(sleeper.fake.host);
}

static void set_tick(struct scripted *fake)
{
    host_set_tick(fake->host, NS_PER_MS);
    fake->is_over = fake->seen_count == 150 + 1;
    if (fake->seen_count == 1) {
        for (int i = 0; i < 150; i++) {
            client_send(fake, &fake->seen[0].local);
        }
    }
}

/* With a tick everything still comes, more than a batch of it too. */
static void test_tick(void **state)
{
    (void)state;
    struct scripted fake;
    scripted_init(&fake);
    fake.play = set_tick;
    script_open(&fake, scripted_first);
    scripted_run(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flood_starves_nobody),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_hook_is_called_at_its_time),
        cmocka_unit_test(test_passed_deadline_aborts),
        cmocka_unit_test(test_descriptors_are_closed),
        cmocka_unit_test(test_wake_from_another_thread),
        cmocka_unit_test(test_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
