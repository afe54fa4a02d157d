/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter_resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/thread.h"

#define THREADS_MAX 4U
#define AGAIN_NS (60 * NS_PER_SECOND)
#define RETRY_NS (10 * NS_PER_SECOND)

struct name {
    char *text;
    struct addr addr; /* ADDR_NONE: none found yet */
    struct mono due;
    bool is_busy; /* a thread is looking it up and owns the memory until it is back */
    bool is_gone; /* no longer wanted; that thread frees it */
    bool has_failed; /* the latest lookup */
};

struct resolver {
    void (*changed)(void *context);
    void *context;
    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t work;
    struct name **names; /* by text */
    size_t count;
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

static void name_drop(struct name *name)
{
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
    pthread_cond_destroy(&resolver->work);
    pthread_mutex_destroy(&resolver->mutex);
    free(resolver);
}

/* The address of one host, as config/address.h asks of a literal one. */
static bool is_usable(const struct addr *addr)
{
    return !addr_is_any(addr) && addr->ip[0] < 224;
}

/* 0 and one of the answers, `current` if it is among them; or an error of getaddrinfo. */
static int look_up(const char *text, const struct addr *current, struct addr *out)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *answers;
    int error = getaddrinfo(text, NULL, &hints, &answers);
    if (error != 0) {
        return error;
    }
    struct addr found = {.family = ADDR_NONE};
    for (const struct addrinfo *at = answers; at != NULL; at = at->ai_next) {
        struct sockaddr_in sin;
        struct addr answer = {.family = ADDR_IPV4};
        memcpy(&sin, at->ai_addr, sizeof sin);
        memcpy(answer.ip, &sin.sin_addr, sizeof sin.sin_addr);
        bool is_current = addr_is_same_ip(&answer, current);
        if (is_usable(&answer) && (found.family == ADDR_NONE || is_current)) {
            found = answer;
        }
    }
    freeaddrinfo(answers);
    if (found.family == ADDR_NONE) {
        return EAI_NONAME;
    }
    *out = found;
    return 0;
}

/* The name that is due first and nobody is looking up. */
static struct name *next_name(const struct resolver *resolver)
{
    struct name *next = NULL;
    for (size_t i = 0; i < resolver->count; i++) {
        struct name *name = resolver->names[i];
        if (!name->is_busy && (next == NULL || mono_is_before(name->due, next->due))) {
            next = name;
        }
    }
    return next;
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
    pthread_mutex_unlock(&resolver->mutex);
    int error = look_up(name->text, &current, &answer);
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
    name->due = mono_add(clock_now().mono, has_address ? AGAIN_NS : RETRY_NS);
}

static void *resolver_run(void *context)
{
    struct resolver *resolver = context;
    pthread_mutex_lock(&resolver->mutex);
    while (!resolver->is_stopping) {
        struct name *name = next_name(resolver);
        if (name == NULL) {
            pthread_cond_wait(&resolver->work, &resolver->mutex);
        } else if (mono_is_before(clock_now().mono, name->due)) {
            struct timespec until = {
                .tv_sec = name->due.ns / NS_PER_SECOND,
                .tv_nsec = name->due.ns % NS_PER_SECOND,
            };
            pthread_cond_timedwait(&resolver->work, &resolver->mutex, &until);
        } else {
            work_on(resolver, name);
        }
    }
    leave(resolver);
    return NULL;
}

static int compare_texts(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

static int compare_to_name(const void *key, const void *element)
{
    const struct name *const *name = element;
    return strcmp(key, (*name)->text);
}

/* The place of `text` in the list, NULL when it is not in. */
static struct name **find(const struct resolver *resolver, const char *text)
{
    if (resolver->count == 0) {
        return NULL;
    }
    return bsearch(text, resolver->names, resolver->count, sizeof(struct name *), compare_to_name);
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

void resolver_set_names(struct resolver *resolver, const char *const *names, size_t count)
{
    const char **sorted = mem_alloc(count, sizeof *sorted);
    struct name **list = mem_alloc(count, sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = names[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_texts);
    pthread_mutex_lock(&resolver->mutex);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(sorted[i], sorted[i - 1]) == 0) {
            continue;
        }
        struct name **known = find(resolver, sorted[i]);
        struct name *name = known == NULL ? mem_alloc(1, sizeof *name) : *known;
        if (known == NULL) {
            name->text = mem_string(sorted[i]);
        }
        list[kept++] = name;
    }
    struct resolver old = {.names = resolver->names, .count = resolver->count};
    resolver->names = list;
    resolver->count = kept;
    for (size_t i = 0; i < old.count; i++) {
        if (find(resolver, old.names[i]->text) == NULL) {
            name_drop(old.names[i]);
        }
    }
    start_threads(resolver);
    pthread_cond_broadcast(&resolver->work);
    pthread_mutex_unlock(&resolver->mutex);
    free(old.names);
    free(sorted);
}

bool resolver_find(struct resolver *resolver, const char *name, struct addr *out)
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
