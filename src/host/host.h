/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Performs one machine's effects with real sockets and clocks, in the calling thread: the only
 * place with system calls on the measuring path. host.c is the only user of libevent. Machine and
 * host belong to the thread that calls host_run; only host_wake may be called from elsewhere. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "probe/io.h"

struct host;

/* Called on the loop's thread before the first batch of events and after each, and soon after
 * host_wake; may use the machine's own functions (apply, snapshot) and host_stop. Returns when it
 * wants to be called at the latest; MONO_NEVER: with the next batch. */
struct host_hook {
    struct mono (*after)(void *context, struct instant now);
    void *context;
};

/* NULL with errno set when the system refuses (descriptors, memory). `hook.after` may be NULL. */
struct host *host_new(struct machine machine, struct host_hook hook);

/* Lets the loop wake up about once in `tick_ns` at the most (a few times more often for a moment):
 * what becomes due leaves late by that at the most, many at a time. 0, as at first: it wakes for
 * everything. For machines whose channels need no prompt answer; before host_run. */
void host_set_tick(struct host *host, int64_t tick_ns);

/* What it has counted; from the loop's thread. */
const struct io_stats *host_stats(struct host *host);

/* Closes all channels' sockets. */
void host_free(struct host *host);

/* Runs until host_stop. Once per host. */
void host_run(struct host *host);

/* Only from the loop's thread (the hook): host_run returns after the machine has been polled
 * once more until it has nothing to do. */
void host_stop(struct host *host);

/* From any thread or a signal handler: the hook is called soon. */
void host_wake(struct host *host);

#endif
