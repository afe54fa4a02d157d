/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The way to a session's target, looked for now and then beside its operations: one run after the
 * other, each with the settings of the spec at its start. */
#ifndef ENGINE_TRACING_H
#define ENGINE_TRACING_H

#include "base/siphash.h"
#include "probe/spec.h"
#include "trace/trace.h"

/* Its channels, above those of the operation. */
#define TRACING_CHANNEL 64

struct tracing {
    struct trace *trace; /* the run; NULL: none */
    struct mono next; /* when the next one begins; MONO_NEVER: not at all */
    uint64_t runs; /* begun */
    bool is_void; /* the run's result is not wanted any more */
};

/* Whether the target wants it. Not for one operation on request. */
bool tracing_is_wanted(const struct spec *spec);

/* Whether a path that was found for the one is that of the other, and is looked for alike. */
bool tracing_is_same(const struct spec *a, const struct spec *b);

struct tracing *tracing_new(void);
void tracing_free(struct tracing *tracing); /* NULL is fine */

/* True: perform *fx, then poll again; fx->id.owner is not set. Begins a run of `spec` when one is
 * due; `key` is secret. */
bool tracing_poll(struct tracing *tracing, const struct spec *spec, const struct siphash_key *key,
                  struct instant now, struct fx *fx);

/* The result of a run that is over, after `before`: once, the caller's reference; else NULL. */
struct trace_result *tracing_take(struct tracing *tracing, const struct trace_result *before,
                                  struct wall now);

/* The run ends without a result; the next polls close its channels. */
void tracing_abandon(struct tracing *tracing);

struct mono tracing_deadline(const struct tracing *tracing);

#endif
