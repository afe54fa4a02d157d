/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/tracing.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/nonce.h"

bool tracing_is_wanted(const struct spec *spec)
{
    return spec->trace.frequency_ns > 0 && spec->schedule.budget_ns == 0;
}

bool tracing_is_same(const struct spec *a, const struct spec *b)
{
    const struct spec_trace *old = &a->trace, *new = &b->trace;
    return old->frequency_ns == new->frequency_ns && old->timeout_ns == new->timeout_ns &&
           old->port == new->port && old->is_icmp == new->is_icmp && old->flows == new->flows &&
           old->probes == new->probes && old->max_hops == new->max_hops &&
           a->path.tos == b->path.tos &&addr_is_equal(&a->path.peer, &b->path.peer);
}

struct tracing *tracing_new(void)
{
    struct tracing *tracing = mem_alloc(1, sizeof *tracing);
    tracing->next = MONO_NEVER;
    return tracing;
}

void tracing_free(struct tracing *tracing)
{
    if (tracing != NULL) {
        trace_free(tracing->trace);
        free(tracing);
    }
}

static struct trace_settings settings_of(const struct spec *spec)
{
    struct trace_settings settings = {
        .protocol = spec->trace.is_icmp ? TRACE_ICMP : TRACE_UDP,
        .peer = spec->path.peer,
        .source = spec->path.source,
        .options = spec->path.options,
        .tos = spec->path.tos,
        .flows = spec->trace.flows,
        .probes = spec->trace.probes,
        .max_hops = spec->trace.max_hops,
        .timeout_ns = spec->trace.timeout_ns,
        .first_channel = TRACING_CHANNEL,
    };
    settings.peer.port = spec->trace.is_icmp ? 0 : spec->trace.port;
    return settings;
}

/* Runs that were due meanwhile are left out. A name without an address has no path. */
static void begin(struct tracing *tracing, const struct spec *spec, const struct siphash_key *key,
                  struct mono now)
{
    const int64_t period_ns = spec->trace.frequency_ns;
    int64_t past = mono_diff(now, tracing->next) / period_ns;
    tracing->next = mono_add(tracing->next, (past + 1) * period_ns);
    tracing->is_void = false;
    if (spec->path.peer.family != ADDR_NONE) {
        const struct trace_settings settings = settings_of(spec);
        tracing->trace = trace_new(&settings, nonce_draw(key, NONCE_TRACE, tracing->runs++));
    }
}

bool tracing_poll(struct tracing *tracing, const struct spec *spec, const struct siphash_key *key,
                  struct instant now, struct fx *fx)
{
    if (tracing->trace == NULL && tracing_is_wanted(spec) &&
        !mono_is_before(now.mono, tracing->next)) {
        begin(tracing, spec, key, now.mono);
    }
    return tracing->trace != NULL && trace_poll(tracing->trace, now, fx);
}

struct trace_result *tracing_take(struct tracing *tracing, const struct trace_result *before,
                                  struct wall now)
{
    struct trace_result *result = NULL;
    if (tracing->trace != NULL && trace_is_over(tracing->trace)) {
        result = tracing->is_void ? NULL : trace_result(tracing->trace, before, now);
        trace_free(tracing->trace);
        tracing->trace = NULL;
    }
    return result;
}

void tracing_abandon(struct tracing *tracing)
{
    if (tracing->trace != NULL) {
        tracing->is_void = true;
        trace_abandon(tracing->trace);
    }
}

struct mono tracing_deadline(const struct tracing *tracing)
{
    return tracing->trace != NULL ? trace_deadline(tracing->trace) : tracing->next;
}
