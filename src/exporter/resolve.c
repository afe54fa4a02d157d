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

#define THREADS_MAX 4U
#define AGAIN_NS (60 * NS_PER_SECOND)
#define RETRY_NS (10 * NS_PER_SECOND)

struct name {
    struct heap_item due; /* first member: the heap hands it back; not in it while it is busy */
    char *text;
    enum addr_family family; /* wanted; ADDR_NONE: IPv4 before IPv6 */
    struct addr addr; /* ADDR_NONE: none found yet */
    bool is_busy; /* a thread is looking it up and owns the memory until it is back */
    bool is_gone; /* no longer wanted; that thread frees it */
    bool has_failed; /* the latest lookup */
};

struct resolver {
    void (*changed)(void *context);
    void *context;
    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t work;
    struct name **names; /* by text and family */
    size_t count;
    struct heap queue; /* of those that nobody is looking up */
    uint64_t failures;
    unsigned threads;
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
    heap_remove(&resolver->queue, &name->due);
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
    pthread_cond_destroy(&resolver->work);
    pthread_mutex_destroy(&resolver->mutex);
    free(resolver);
}

/* The name that is due first and nobody is looking up. */
static struct name *next_name(const struct resolver *resolver)
{
    return (struct name *)heap_first(&resolver->queue);
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
    name->addr = *answer;
    log_line(LOG_LEVEL_INFO, "resolved", "host", name->text, "address",
             addr_format_ip(answer, text), NULL);
    resolver->changed(resolver->context);
}

/* Looks up one name; unlocked meanwhile. */
static void work_on(struct resolver *resolver, struct name *name)
{
    struct addr current = name->addr;
    struct addr answer;
    name->is_busy = true;
    heap_remove(&resolver->queue, &name->due);
    pthread_mutex_unlock(&resolver->mutex);
    int error = lookup_address(name->text, name->family, &current, &answer);
    pthread_mutex_lock(&resolver->mutex);
    name->is_busy = false;
    if (name->is_gone) {
        name_free(name);
        return;
    }
    if (resolver->is_stopping) {
        return;
    }
    if (error != 0) {
        take_failure(resolver, name, error);
    } else {
        take_answer(resolver, name, &answer);
    }
    bool has_address = name->addr.family != ADDR_NONE;
    heap_set(&resolver->queue, &name->due,
             mono_add(clock_now().mono, has_address ? AGAIN_NS : RETRY_NS));
}

static void *resolver_run(void *context)
{
    struct resolver *resolver = context;
    pthread_mutex_lock(&resolver->mutex);
    while (!resolver->is_stopping) {
        struct name *name = next_name(resolver);
        if (name == NULL) {
            pthread_cond_wait(&resolver->work, &resolver->mutex);
        } else if (mono_is_before(clock_now().mono, name->due.due)) {
            struct timespec until = {
                .tv_sec = name->due.due.ns / NS_PER_SECOND,
                .tv_nsec = name->due.due.ns % NS_PER_SECOND,
            };
            pthread_cond_timedwait(&resolver->work, &resolver->mutex, &until);
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

/* As many threads as there are names, up to the maximum. They are never fewer again: an idle one
 * costs nothing. */
static void start_threads(struct resolver *resolver)
{
    while (resolver->threads < THREADS_MAX && resolver->threads < resolver->count) {
        pthread_t thread;
        int error = thread_start(&thread, "resolve", resolver_run, resolver);
        if (error != 0) {
            log_line(LOG_LEVEL_ERROR, "cannot start a resolver thread", "error", strerror(-error),
                     NULL);
            return;
        }
        pthread_detach(thread);
        resolver->threads++;
        resolver->users++;
    }
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
    start_threads(resolver);
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

uint64_t resolver_failures(struct resolver *resolver)
{
    pthread_mutex_lock(&resolver->mutex);
    uint64_t failures = resolver->failures;
    pthread_mutex_unlock(&resolver->mutex);
    return failures;
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
