/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What every worker does, with a machine that does nothing and a counter as its mailbox. */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "host/worker.h"
#include "support/cm.h"

struct counter {
    struct worker *worker;
    /* Under the mutex. */
    int handed_over, published;
    /* Belongs to the thread. */
    int taken, stops;
    atomic_bool is_published;
    atomic_int tries; /* calls of publish_due with something to publish */
};

static void idle_input(void *self, const struct ev *ev, struct instant now)
{
    (void)self;
    (void)ev;
    (void)now;
}

static bool idle_poll(void *self, struct instant now, struct fx *fx)
{
    (void)self;
    (void)now;
    (void)fx;
    return false;
}

static struct mono idle_deadline(const void *self)
{
    (void)self;
    return MONO_NEVER;
}

static const struct machine_ops idle_ops = {idle_input, idle_poll, idle_deadline};

static void take(void *self)
{
    struct counter *counter = self;
    if (counter->handed_over != counter->taken) {
        counter->taken = counter->handed_over;
        counter->is_published = false;
    }
}

static struct mono publish_due(void *self, struct instant now)
{
    struct counter *counter = self;
    if (counter->is_published) {
        return MONO_NEVER;
    }
    counter->tries++;
    return now.mono;
}

static struct mono publish(void *self, struct instant now)
{
    struct counter *counter = self;
    (void)now;
    counter->published = counter->taken;
    counter->is_published = true;
    return MONO_NEVER;
}

static void stop(void *self)
{
    struct counter *counter = self;
    counter->stops++;
}

static const struct worker_ops ops = {
    .name = "count",
    .take = take,
    .publish_due = publish_due,
    .publish = publish,
    .stop = stop,
};

static void start(struct counter *counter)
{
    *counter = (struct counter){.is_published = true};
    counter->worker = worker_new((struct machine){&idle_ops, NULL}, &ops, counter);
    assert_non_null(counter->worker);
    assert_int_equal(worker_start(counter->worker), 0);
}

static void hand_over(struct counter *counter, int value)
{
    worker_lock(counter->worker);
    counter->handed_over = value;
    worker_unlock(counter->worker);
    worker_wake(counter->worker);
}

static void await(struct counter *counter, int value)
{
    worker_lock(counter->worker);
    while (counter->published != value) {
        worker_wait(counter->worker);
    }
    worker_unlock(counter->worker);
}

static void test_what_is_handed_over_is_published(void **state)
{
    (void)state;
    struct counter counter;
    start(&counter);
    for (int value = 1; value <= 100; value++) {
        hand_over(&counter, value);
        await(&counter, value);
    }
    worker_stop(counter.worker);
    assert_int_equal(counter.stops, 1);
    worker_free(counter.worker);
}

/* The thread goes on while the mailbox is locked, and comes back by itself. */
static void test_a_locked_mailbox_stops_nobody(void **state)
{
    (void)state;
    struct counter counter;
    start(&counter);
    hand_over(&counter, 1);
    await(&counter, 1);
    worker_lock(counter.worker);
    counter.handed_over = 2;
    counter.is_published = false;
    int before = counter.tries;
    worker_wake(counter.worker);
    while (counter.tries < before + 10) {
        poll(NULL, 0, 1);
    }
    assert_int_equal(counter.published, 1);
    worker_unlock(counter.worker);
    await(&counter, 2);
    worker_stop(counter.worker);
    worker_free(counter.worker);
}

static void test_a_worker_that_never_started(void **state)
{
    (void)state;
    struct counter counter = {.is_published = true};
    worker_free(worker_new((struct machine){&idle_ops, NULL}, &ops, &counter));
    assert_int_equal(counter.stops, 0);
    worker_free(NULL);
}

static void test_no_descriptors_left(void **state)
{
    (void)state;
    struct counter counter;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct worker *worker = worker_new((struct machine){&idle_ops, NULL}, &ops, &counter);
    int error = errno;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_null(worker);
    assert_int_equal(error, EMFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_handed_over_is_published),
        cmocka_unit_test(test_a_locked_mailbox_stops_nobody),
        cmocka_unit_test(test_a_worker_that_never_started),
        cmocka_unit_test(test_no_descriptors_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
