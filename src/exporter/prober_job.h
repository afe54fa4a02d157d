/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One operation that a client asked for: what is measured, and what is answered. */
#ifndef EXPORTER_PROBER_JOB_H
#define EXPORTER_PROBER_JOB_H

#include "base/buf.h"
#include "base/time.h"
#include "config/prober.h"
#include "engine/report.h"
#include "expo/view.h"
#include "exporter/inquiry.h"
#include "web/handlers.h"
#include "web/probe_query.h"

struct probe_job {
    struct probe_query query;
    struct prober_rules *rules; /* a reference: those that it began with */
    const struct prober_module *module; /* of them */
    size_t place; /* among the jobs */
    void *client; /* who waits; NULL: was told */
    struct mono begun;
    int64_t budget_ns; /* from then on */
    struct inquiry *inquiry; /* of the host's address; NULL: none is under way */
    int64_t lookup_ns; /* how long that took */
    struct wall lookup_at;
    struct spec *spec; /* what is measured; NULL: nothing yet */
    struct report *report; /* NULL: there is none */
    bool has_ended; /* with: */
    bool is_forbidden; /* the name has an address that is not allowed */
    enum expo_probe_result result;
    int64_t duration_ns;
};

/* Makes job->spec, for the engine: the module's with the host at `ip` (ADDR_NONE: it has none). It
 * must end within `left_ns`. `serial`: no other job has it. */
void probe_job_set_spec(struct probe_job *job, const struct addr *ip, int64_t left_ns,
                        uint64_t serial);

/* Ends what was measured with its report. */
void probe_job_take(struct probe_job *job, struct report *report);
/* Ends it without. */
void probe_job_end(struct probe_job *job, enum expo_probe_result result);

/* As struct probe_handlers has it. */
enum probe_answer probe_job_answer(const struct probe_job *job,
                                   const struct metrics_request *wanted, struct buf *out);

void probe_job_free(struct probe_job *job);

#endif
