/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs one machine (probe/io.h) with real sockets and clocks: an event loop in the calling thread.
 * Machine and host belong to the thread that calls host_run; other threads and signal handlers may
 * call host_wake only. host.c is the only user of libevent. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "host/port_group.h"
#include "probe/io.h"

struct host;

/* Called on the loop's thread before the first batch of events, after each batch, and soon after
 * host_wake. May call the machine's own functions (apply, snapshot) and host_stop. Returns the
 * latest time of the next call; MONO_NEVER: after the next batch. */
struct host_hook {
    struct mono (*after)(void *context, struct instant now);
    void *context;
};

/* The caller keeps the machine, and calls host_free first. `hook.after` may be NULL. Returns NULL
 * with errno set when the system refuses (descriptors, memory). */
struct host *host_new(struct machine machine, struct host_hook hook);

/* Limits wake-ups to about one in `tick_ns`, with short bursts (wakes.h): packets that become due
 * are then sent together, at most `tick_ns` late. 0, the default: the loop wakes up for every
 * event. While a channel with is_prompt is open there is no limit. Call it before host_run. */
void host_set_tick(struct host *host, int64_t tick_ns);

/* The ports that it opens are those of a group of workers, of which it is one; each FX_OPEN must be
 * one that port_group_join takes. Call it before host_run. */
void host_share_ports(struct host *host, const struct port_member *member);

/* The counters of this host, valid until host_free. Loop's thread, or after host_run. */
const struct io_stats *host_stats(struct host *host);

/* Closes all sockets without events to the machine, and frees the host. NULL is fine. */
void host_free(struct host *host);

/* Runs the loop until host_stop. Once per host. */
void host_run(struct host *host);

/* From the loop's thread (the hook) only: host_run returns after the machine has been polled once
 * more until it has nothing to do. */
void host_stop(struct host *host);

/* From any thread or a signal handler: the hook is called soon. Keeps errno. */
void host_wake(struct host *host);

/* The version of libevent that runs. */
const char *host_library_version(void);

#endif
