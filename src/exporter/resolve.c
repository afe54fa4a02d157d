/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/mem.h"
#include "base/time.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/lookup.h"
#include "host/thread.h"

/* Lookups that nobody answers take as long as the system's resolver is patient, 10 s and more. As
 * many threads may be in them as there are; some are kept for the other names. */
#define THREADS_MAX 256U
#define THREADS_FAILED_MAX 64U
#define AGAIN_NS (60 * NS_PER_SECOND)
#define RETRY_NS (10 * NS_PER_SECOND)
#define RETRY_MAX_NS (160 * NS_PER_SECOND)
/* An interface that was made anew has another index; asking for it takes no network. */
#define LINK_LOCAL_NS NS_PER_SECOND

struct name {
    struct heap_item due; /* first member: the heap hands it back; not in it while it is busy */
    char *text;
    enum addr_family family; /* wanted; ADDR_NONE: IPv4 before IPv6 */
    struct addr addr; /* ADDR_NONE: none found yet */
    struct resolver_lookup latest; /* that found it */
    bool is_busy; /* a thread is looking it up and owns the memory until it is back */
    bool is_gone; /* no longer wanted; that thread frees it */
    bool has_failed; /* the latest lookup */
    bool is_dead, works; /* for a target, as judged since resolver_leave_dead */
    bool wants_next; /* the next lookup moves on to another address */
    struct mono next_after; /* not before that */
    int64_t pause_ns; /* after a failure without an address: grows while nobody answers */
};

struct resolver {
    void (*changed)(void *context);
    void *context;
    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t work;
    struct name **names; /* by text and family */
    size_t count;
    struct heap queue; /* of those that nobody is looking up, new or answered the latest time */
    struct heap failed; /* the others */
    uint64_t failures, failovers;
    unsigned threads, idle, busy_failed; /* in all; waiting; looking up a name that failed before */
    unsigned users; /* threads and the owner */
    bool is_stopping;
};

static void name_free(struct name *name)
{
    free(name->text);
    free(name);
}

static void name_drop(struct resolver *resolver, struct name *name)
{
    heap_remove(name->has_failed ? &resolver->failed : &resolver->queue, &name->due);
    if (name->is_busy) {
        name->is_gone = true;
    } else {
        name_free(name);
    }
}

struct resolver *resolver_new(void (*changed)(void *context), void *context)
{
    struct resolver *resolver = mem_alloc(1, sizeof *resolver);
    pthread_condattr_t attributes;
    resolver->changed = changed;
    resolver->context = context;
    resolver->users = 1;
    pthread_mutex_init(&resolver->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&resolver->work, &attributes);
    pthread_condattr_destroy(&attributes);
    return resolver;
}

/* Gives up one use; unlocks. The last one frees. */
static void leave(struct resolver *resolver)
{
    bool is_last = --resolver->users == 0;
    pthread_mutex_unlock(&resolver->mutex);
    if (!is_last) {
        return;
    }
    for (size_t i = 0; i < resolver->count; i++) {
        name_free(resolver->names[i]);
    }
    free(resolver->names);
    heap_fini(&resolver->queue);
    heap_fini(&resolver->failed);
    pthread_cond_destroy(&resolver->work);
    pthread_mutex_destroy(&resolver->mutex);
    free(resolver);
}

static struct mono due_of(const struct heap_item *item)
{
    return item == NULL ? MONO_NEVER : item->due;
}

/* What a thread does next, at once or when it is due: names that failed wait for the others. NULL:
 * nothing to do. */
static struct name *next_name(const struct resolver *resolver, struct mono now)
{
    struct heap_item *first = heap_first(&resolver->queue);
    struct heap_item *failed = heap_first(&resolver->failed);
    bool may_fail = resolver->busy_failed < THREADS_FAILED_MAX;
    if (!may_fail || !mono_is_before(now, due_of(first)) ||
        !mono_is_before(due_of(failed), due_of(first))) {
        return (struct name *)first;
    }
    return (struct name *)failed;
}

static void take_failure(struct resolver *resolver, struct name *name, int error)
{
    resolver->failures++;
    if (!name->has_failed) {
        log_line(LOG_LEVEL_WARN, "cannot resolve", "host", name->text, "error", gai_strerror(error),
                 NULL);
    }
    name->has_failed = true;
}

static void take_answer(struct resolver *resolver, struct name *name, const struct addr *answer)
{
    char text[ADDR_TEXT_MAX];
    name->has_failed = false;
    if (addr_is_same_ip(&name->addr, answer)) {
        return;
    }
    if (name->wants_next) {
        resolver->failovers++;
        log_line(LOG_LEVEL_WARN, "address is dead, trying the next", "host", name->text, "address",
                 addr_format_ip(&name->addr, text), NULL);
    }
    name->addr = *answer;
    log_line(LOG_LEVEL_INFO, "resolved", "host", name->text, "address",
             addr_format_ip(answer, text), NULL);
    resolver->changed(resolver->context);
}

static bool is_link_local(const struct name *name)
{
    return strchr(name->text, '%') != NULL;
}

/* When to look it up again. A name server that does not answer is asked less and less often, and
 * no name waits for one. */
static int64_t rest_of(struct name *name, int error)
{
    if (is_link_local(name)) {
        return LINK_LOCAL_NS;
    }
    if (error == 0 || name->addr.family != ADDR_NONE) {
        name->pause_ns = 0;
        return AGAIN_NS;
    }
    bool is_longer = error == EAI_AGAIN && name->pause_ns > 0;
    int64_t pause_ns = is_longer ? 2 * name->pause_ns : RETRY_NS;
    name->pause_ns = pause_ns < RETRY_MAX_NS ? pause_ns : RETRY_MAX_NS;
    return name->pause_ns;
}

static void take(struct resolver *resolver, struct name *name, int error, const struct addr *answer)
{
    if (error != 0) {
        take_failure(resolver, name, error);
    } else {
        take_answer(resolver, name, answer);
    }
    name->wants_next = false;
    heap_set(name->has_failed ? &resolver->failed : &resolver->queue, &name->due,
             mono_add(clock_now().mono, rest_of(name, error)));
}

static void start_thread(struct resolver *resolver);

/* Somebody must be there for what is due while this thread is away. */
static void call_next(struct resolver *resolver)
{
    const struct name *name = next_name(resolver, clock_now().mono);
    if (name == NULL) {
        return;
    }
    if (resolver->idle > 0) {
        pthread_cond_signal(&resolver->work);
    } else {
        start_thread(resolver);
    }
}

/* Looks up one name; unlocked meanwhile. */
static void work_on(struct resolver *resolver, struct name *name)
{
    struct addr current = name->addr;
    struct addr answer;
    bool has_failed = name->has_failed, wants_next = name->wants_next;
    name->is_busy = true;
    heap_remove(has_failed ? &resolver->failed : &resolver->queue, &name->due);
    resolver->busy_failed += has_failed;
    call_next(resolver);
    pthread_mutex_unlock(&resolver->mutex);
    struct instant began = clock_now();
    int error = wants_next ? lookup_next_address(name->text, name->family, &current, &answer)
                           : lookup_address(name->text, name->family, &current, &answer);
    struct instant ended = clock_now();
    pthread_mutex_lock(&resolver->mutex);
    resolver->busy_failed -= has_failed;
    name->is_busy = false;
    if (error == 0) {
        name->latest = (struct resolver_lookup){ended.wall, mono_diff(ended.mono, began.mono)};
    }
    if (name->is_gone) {
        name_free(name);
    } else if (!resolver->is_stopping) {
        take(resolver, name, error, &answer);
    }
}

/* Waits for work, until `name` is due, if there is one. */
static void rest(struct resolver *resolver, const struct name *name)
{
    resolver->idle++;
    if (name == NULL) {
        pthread_cond_wait(&resolver->work, &resolver->mutex);
    } else {
        struct timespec until = {
            .tv_sec = name->due.due.ns / NS_PER_SECOND,
            .tv_nsec = name->due.due.ns % NS_PER_SECOND,
        };
        pthread_cond_timedwait(&resolver->work, &resolver->mutex, &until);
    }
    resolver->idle--;
}

static void *resolver_run(void *context)
{
    struct resolver *resolver = context;
    pthread_mutex_lock(&resolver->mutex);
    while (!resolver->is_stopping) {
        struct mono now = clock_now().mono;
        struct name *name = next_name(resolver, now);
        if (name == NULL || mono_is_before(now, name->due.due)) {
            rest(resolver, name);
        } else {
            work_on(resolver, name);
        }
    }
    leave(resolver);
    return NULL;
}

static int compare(const char *text, enum addr_family family, const char *other,
                   enum addr_family other_family)
{
    int order = strcmp(text, other);
    return order != 0 ? order : (int)family - (int)other_family;
}

static int compare_names(const void *a, const void *b)
{
    const struct resolver_name *x = a;
    const struct resolver_name *y = b;
    return compare(x->text, x->family, y->text, y->family);
}

static int compare_to_name(const void *key, const void *element)
{
    const struct resolver_name *wanted = key;
    const struct name *const *name = element;
    return compare(wanted->text, wanted->family, (*name)->text, (*name)->family);
}

/* The place of `name` in the list, NULL when it is not in. */
static struct name **find(const struct resolver *resolver, const struct resolver_name *name)
{
    if (resolver->count == 0) {
        return NULL;
    }
    return bsearch(name, resolver->names, resolver->count, sizeof(struct name *), compare_to_name);
}

/* A new entry for `wanted` when the list has none yet. */
static struct name *find_or_make(struct resolver *resolver, const struct resolver_name *wanted)
{
    struct name **known = find(resolver, wanted);
    if (known != NULL) {
        return *known;
    }
    struct name *name = mem_alloc(1, sizeof *name);
    name->text = mem_string(wanted->text);
    name->family = wanted->family;
    heap_set(&resolver->queue, &name->due, (struct mono){0});
    return name;
}

/* One more, up to the maximum. They are never fewer again: an idle one costs nothing. */
static void start_thread(struct resolver *resolver)
{
    pthread_t thread;
    if (resolver->threads == THREADS_MAX || resolver->threads >= resolver->count) {
        return;
    }
    int error = thread_start(&thread, "resolve", resolver_run, resolver);
    if (error != 0) {
        if (resolver->threads == 0) { /* else the others do it, later */
            log_line(LOG_LEVEL_ERROR, "cannot start a resolver thread", "error", strerror(-error),
                     NULL);
        }
        return;
    }
    pthread_detach(thread);
    resolver->threads++;
    resolver->users++;
}

void resolver_set_names(struct resolver *resolver, const struct resolver_name *names, size_t count)
{
    struct resolver_name *sorted = mem_alloc(count, sizeof *sorted);
    struct name **list = mem_alloc(count, sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = names[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_names);
    pthread_mutex_lock(&resolver->mutex);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_names(&sorted[i], &sorted[i - 1]) != 0) {
            list[kept++] = find_or_make(resolver, &sorted[i]);
        }
    }
    struct resolver old = {.names = resolver->names, .count = resolver->count};
    resolver->names = list;
    resolver->count = kept;
    for (size_t i = 0; i < old.count; i++) {
        struct resolver_name key = {old.names[i]->text, old.names[i]->family};
        if (find(resolver, &key) == NULL) {
            name_drop(resolver, old.names[i]);
        }
    }
    if (resolver->idle == 0) {
        start_thread(resolver);
    }
    pthread_cond_broadcast(&resolver->work);
    pthread_mutex_unlock(&resolver->mutex);
    free(old.names);
    free(sorted);
}

bool resolver_find(struct resolver *resolver, const struct resolver_name *name, struct addr *out)
{
    pthread_mutex_lock(&resolver->mutex);
    struct name **found = find(resolver, name);
    bool has_address = found != NULL && (*found)->addr.family != ADDR_NONE;
    if (has_address) {
        *out = (*found)->addr;
    }
    pthread_mutex_unlock(&resolver->mutex);
    return has_address;
}

bool resolver_latest(struct resolver *resolver, const struct resolver_name *name,
                     struct resolver_lookup *out)
{
    pthread_mutex_lock(&resolver->mutex);
    struct name **found = find(resolver, name);
    bool was_resolved = found != NULL && (*found)->latest.at.ns > 0;
    if (was_resolved) {
        *out = (*found)->latest;
    }
    pthread_mutex_unlock(&resolver->mutex);
    return was_resolved;
}

uint64_t resolver_failures(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    uint64_t failures = resolver->failures;
    pthread_mutex_unlock(&resolver->mutex);
    return failures;
}

void resolver_judge(struct resolver *resolver, const struct resolver_name *name, bool is_dead)
{
    pthread_mutex_lock(&resolver->mutex);
    struct name **found = find(resolver, name);
    if (found != NULL) {
        (*found)->is_dead |= is_dead;
        (*found)->works |= !is_dead;
    }
    pthread_mutex_unlock(&resolver->mutex);
}

void resolver_leave_dead(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    struct mono now = clock_now().mono;
    for (size_t i = 0; i < resolver->count; i++) {
        struct name *name = resolver->names[i];
        bool is_dead = name->is_dead && !name->works;
        name->is_dead = name->works = false;
        if (is_dead && !name->is_busy && !mono_is_before(now, name->next_after)) {
            name->wants_next = true;
            name->next_after = mono_add(now, AGAIN_NS);
            heap_set(name->has_failed ? &resolver->failed : &resolver->queue, &name->due, now);
            pthread_cond_signal(&resolver->work);
        }
    }
    pthread_mutex_unlock(&resolver->mutex);
}

uint64_t resolver_failovers(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    uint64_t failovers = resolver->failovers;
    pthread_mutex_unlock(&resolver->mutex);
    return failovers;
}

uint64_t resolver_waiting(struct resolver *resolver)
{
    uint64_t waiting = 0;
    pthread_mutex_lock(&resolver->mutex);
    struct mono now = clock_now().mono;
    for (size_t i = 0; i < resolver->count; i++) {
        const struct name *name = resolver->names[i];
        waiting += name->is_busy || !mono_is_before(now, name->due.due);
    }
    pthread_mutex_unlock(&resolver->mutex);
    return waiting;
}

void resolver_stop(struct resolver *resolver)
{
    if (resolver == NULL) {
        return;
    }
    pthread_mutex_lock(&resolver->mutex);
    resolver->is_stopping = true;
    pthread_cond_broadcast(&resolver->work);
    leave(resolver);
}
