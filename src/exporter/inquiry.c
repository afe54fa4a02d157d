/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/inquiry.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "host/clock.h"
#include "host/lookup.h"
#include "host/thread.h"

struct inquiries {
    pthread_mutex_t mutex; /* for all below, and for the inquiries */
    void (*told)(void *context); /* NULL: nobody wants to know any more */
    void *context;
    unsigned threads;
    unsigned users; /* threads and the owner */
};

struct inquiry {
    struct inquiries *inquiries;
    char *host;
    enum addr_family family;
    bool is_over, is_dropped; /* the later of the two frees it */
    struct addr addr;
    int64_t duration_ns;
};

struct inquiries *inquiries_new(void (*told)(void *context), void *context)
{
    struct inquiries *inquiries = mem_alloc(1, sizeof *inquiries);
    inquiries->told = told;
    inquiries->context = context;
    inquiries->users = 1;
    pthread_mutex_init(&inquiries->mutex, NULL);
    return inquiries;
}

/* Gives up one use; unlocks. */
static void leave(struct inquiries *inquiries)
{
    bool is_last = --inquiries->users == 0;
    pthread_mutex_unlock(&inquiries->mutex);
    if (is_last) {
        pthread_mutex_destroy(&inquiries->mutex);
        free(inquiries);
    }
}

void inquiries_free(struct inquiries *inquiries)
{
    if (inquiries != NULL) {
        pthread_mutex_lock(&inquiries->mutex);
        inquiries->told = NULL;
        leave(inquiries);
    }
}

static void inquiry_free(struct inquiry *inquiry)
{
    free(inquiry->host);
    free(inquiry);
}

static void *run(void *context)
{
    static const struct addr nothing;
    struct inquiry *inquiry = context;
    struct inquiries *inquiries = inquiry->inquiries;
    struct addr addr = {0};
    struct mono began = clock_now().mono;
    (void)lookup_address(inquiry->host, inquiry->family, &nothing, &addr);
    int64_t duration_ns = mono_diff(clock_now().mono, began);
    pthread_mutex_lock(&inquiries->mutex);
    inquiries->threads--;
    if (inquiry->is_dropped) {
        inquiry_free(inquiry);
    } else {
        inquiry->addr = addr;
        inquiry->duration_ns = duration_ns;
        inquiry->is_over = true;
        if (inquiries->told != NULL) {
            inquiries->told(inquiries->context);
        }
    }
    leave(inquiries);
    return NULL;
}

struct inquiry *inquiry_begin(struct inquiries *inquiries, const char *host,
                              enum addr_family family)
{
    pthread_t thread;
    struct inquiry *inquiry = mem_alloc(1, sizeof *inquiry);
    inquiry->inquiries = inquiries;
    inquiry->host = mem_string(host);
    inquiry->family = family;
    pthread_mutex_lock(&inquiries->mutex);
    bool has_begun =
        inquiries->threads < INQUIRIES_MAX && thread_start(&thread, "inquire", run, inquiry) == 0;
    if (has_begun) {
        pthread_detach(thread);
        inquiries->threads++;
        inquiries->users++;
    } else {
        inquiry_free(inquiry);
    }
    pthread_mutex_unlock(&inquiries->mutex);
    return has_begun ? inquiry : NULL;
}

bool inquiry_is_over(struct inquiry *inquiry, struct addr *out, int64_t *duration_ns)
{
    pthread_mutex_lock(&inquiry->inquiries->mutex);
    bool is_over = inquiry->is_over;
    if (is_over) {
        *out = inquiry->addr;
        *duration_ns = inquiry->duration_ns;
    }
    pthread_mutex_unlock(&inquiry->inquiries->mutex);
    return is_over;
}

void inquiry_drop(struct inquiry *inquiry)
{
    if (inquiry == NULL) {
        return;
    }
    /* While it is under way its thread keeps this. */
    struct inquiries *inquiries = inquiry->inquiries;
    pthread_mutex_lock(&inquiries->mutex);
    bool is_over = inquiry->is_over;
    inquiry->is_dropped = true;
    pthread_mutex_unlock(&inquiries->mutex);
    if (is_over) {
        inquiry_free(inquiry);
    }
}
