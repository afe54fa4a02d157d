/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Operations that HTTP clients ask for (/probe): a measuring thread of their own, whose targets
 * come and go with the requests, so that neither scheduled targets nor other requests wait for
 * them. Jobs belong to the thread that serves; rules come from the main thread. */
#ifndef EXPORTER_PROBER_H
#define EXPORTER_PROBER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/prober.h"
#include "engine/report.h"
#include "expo/view.h"
#include "program/options.h"
#include "web/handlers.h"

struct prober;

/* Reads the flag --timeout-offset. 0 or an exit status. */
int prober_read_offset(const struct options *options, int64_t *out_ns);

/* `offset_ns`: how much earlier than a scrape ends its operation must. Starts no thread yet. */
struct prober *prober_new(int64_t offset_ns);
/* Nobody serves any more. NULL is fine. */
void prober_free(struct prober *prober);

/* From now on requests go by `rules` (a reference is taken; NULL: all are refused); what runs goes
 * on by its own. False with errno set when the system gives no thread: then all are refused. */
bool prober_configure(struct prober *prober, struct prober_rules *rules);

/* Real-time priority of its thread, now or when it starts. 0 or -errno. */
int prober_set_realtime(struct prober *prober, bool is_realtime);

/* As engine_worker_nudge; counts up by itself while there is no thread. */
uint64_t prober_nudge(struct prober *prober);

/* A snapshot without targets: what its thread has counted. NULL: there is no thread. */
struct snapshot *prober_acquire_stats(struct prober *prober);

/* The thread that serves. */
struct expo_probes prober_counts(const struct prober *prober);
struct probe_handlers prober_handlers(struct prober *prober);

#endif
