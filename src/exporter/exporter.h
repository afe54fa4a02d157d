/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the parts of ipsla_exporter share. The main thread starts, configures and stops; HTTP
 * threads read through the mutex and ask the main thread to reload.
 *   exporter.c         flags, signals, the main thread's wait
 *   config.c  loading and applying configurations
 *   view.c    the handlers of HTTP */
#ifndef EXPORTER_EXPORTER_H
#define EXPORTER_EXPORTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"
#include "config/config.h"
#include "web/http.h"
#include "exporter/resolve.h"
#include "host/worker.h"
#include "probe/spec_set.h"

#define EXPORTER_WORKERS_MAX 64

/* The parts of a configuration file that exporters share: this one's is `number` of `count`. */
struct exporter_shard {
    unsigned number, count;
};

struct exporter {
    /* Unchanging while HTTP runs. */
    const char *config_file;
    const char *metrics_path;
    bool wants_realtime;
    struct wall started;
    struct exporter_shard shard;
    struct worker *workers[EXPORTER_WORKERS_MAX]; /* NULL beyond the last */
    struct spec_division work; /* of the targets among them */
    struct resolver *resolver;
    int wake_fd; /* written to wake the main thread */

    atomic_bool has_new_addresses; /* set by the resolver */
    atomic_bool is_realtime; /* threads that measure go before others */

    pthread_mutex_t mutex; /* for the following */
    pthread_cond_t answered; /* a reload was done, or there will be none */
    struct responder_worker *responder; /* NULL: none */
    struct spec_set *targets; /* what the workers were given, in the order of the file */
    bool is_reload_successful;
    struct wall reload_success;
    uint64_t reloads_wanted, reloads_done;
    struct buf reload_message; /* why the latest reload failed */
    bool is_stopping;
    double scrape_seconds; /* of the latest scrape; negative: there was none */

    /* The main thread's own. */
    struct config *config; /* of its targets: those of the shard */
    size_t shared_count; /* targets in the file */
    struct mono apply_next; /* when addresses may be taken over again */
};

/* Wakes the main thread, from any thread. */
void exporter_wake(struct exporter *exporter);

/* Takes over `config` at start: responder, names, targets. False with a line logged when the
 * responder cannot listen; the caller still owns `config` then. */
bool exporter_begin(struct exporter *exporter, struct config *config);

/* Reads the file again and takes it over, or keeps everything as it is, logs why, and appends that
 * to `message`. */
bool exporter_reload(struct exporter *exporter, struct buf *message);

/* Starts the threads that measure, or as many as the system allows: false with errno set then. */
bool exporter_start_workers(struct exporter *exporter);
void exporter_stop_workers(struct exporter *exporter);

/* Puts the threads that measure before all others of the machine, or says in the log which
 * privilege that takes. One that then computes without a pause for EXPORTER_REALTIME_MS makes the
 * kernel send SIGXCPU to this process. */
#define EXPORTER_REALTIME_MS 500
void exporter_begin_realtime(struct exporter *exporter);
/* They are as all others again. */
void exporter_end_realtime(struct exporter *exporter);

/* Hands the targets, with the addresses known by now, to the workers, and waits until they have
 * them: some milliseconds. */
void exporter_apply(struct exporter *exporter);

/* Logs when this process may not ask about the clock of this host. */
void exporter_check_clock(void);

/* Logs what keeps this host from measuring: each error once, with the first target that has it. */
void exporter_check_sockets(const struct spec_set *targets);

/* The functions that HTTP calls. */
struct http_handlers exporter_handlers(struct exporter *exporter);

#endif
