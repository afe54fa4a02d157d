/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/lookups.h"

#include <pthread.h>
#include <stdatomic.h>

#include "host/lookup.h"

#define THREADS_MAX 32

struct lookups {
    const struct spec_set *targets;
    struct addr *addresses;
    atomic_size_t next;
};

static void *look_up(void *context)
{
    struct lookups *lookups = context;
    size_t i;
    while ((i = atomic_fetch_add(&lookups->next, 1)) < lookups->targets->count) {
        const struct spec *spec = lookups->targets->specs[i];
        const struct addr none = {0};
        lookups->addresses[i] = spec->path.peer;
        if (spec->path.peer.family == ADDR_NONE) {
            lookup_address(spec->identity.host, spec_ip_version(spec), &none,
                           &lookups->addresses[i]);
        }
    }
    return NULL;
}

static size_t count_names(const struct spec_set *targets)
{
    size_t count = 0;
    for (size_t i = 0; i < targets->count; i++) {
        count += targets->specs[i]->path.peer.family == ADDR_NONE;
    }
    return count;
}

void cli_lookups(const struct spec_set *targets, struct addr *addresses)
{
    struct lookups lookups = {.targets = targets, .addresses = addresses};
    pthread_t threads[THREADS_MAX];
    size_t names = count_names(targets), count = 0;
    while (count < THREADS_MAX && count + 1 < names &&
           pthread_create(&threads[count], NULL, look_up, &lookups) == 0) {
        count++;
    }
    look_up(&lookups);
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
}
