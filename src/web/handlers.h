/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the program answers when a route asks it. The functions are called on the thread that
 * serves, one at a time. */
#ifndef WEB_HANDLERS_H
#define WEB_HANDLERS_H

#include <stdbool.h>

#include "base/buf.h"
#include "expo/format.h"
#include "expo/view.h"
#include "select/selection.h"
#include "web/evidence.h"
#include "web/request.h"
#include "web/stream.h"

/* What a client wants of the metrics. */
struct metrics_request {
    const struct expo_format *format;
    struct expo_filter filter;
    struct expo_rejections rejections; /* of other scrapes so far */
};

/* One operation that a client asks for (/probe), from the request to the answer. */
struct probe_job;

enum probe_answer { PROBE_METRICS, PROBE_LOG, PROBE_FORBIDDEN };

struct probe_handlers {
    void *context;
    /* From now on `wake` tells that `next` may have something; on any thread, and it does not wait.
     * NULL: it is not called any more. */
    void (*attach)(void *context, void (*wake)(void *http), void *http);
    /* Begins what `request` asks for, for its client. NULL: it is refused; why goes to `message`
     * (one line). Must not wait. */
    struct probe_job *(*begin)(void *context, const struct request *request, struct buf *message,
                               enum expo_probe_refusal *refusal);
    /* The client of the next job that has ended; NULL: none. */
    void *(*next)(void *context);
    /* What came of it, or (PROBE_FORBIDDEN, one line) why it was not done. */
    enum probe_answer (*answer)(void *context, struct probe_job *job,
                                const struct metrics_request *wanted, struct buf *out);
    /* Frees the job, which ends if it has not. */
    void (*drop)(void *context, struct probe_job *job);
};

struct http_handlers {
    void *context;
    /* Opens the metrics, which the serving thread then reads and closes. */
    struct stream_source (*metrics)(void *context, const struct metrics_request *request);
    void (*page)(void *context, struct buf *out);
    /* What is not ready yet goes to `message` (one line). */
    bool (*ready)(void *context, struct buf *message);
    /* Requests a reload of the configuration, which another thread does and reports with
     * http_reloaded. Must not wait. */
    void (*reload)(void *context);
    /* Opens the configuration in force, as YAML without secrets. */
    struct stream_source (*config)(void *context);
    struct probe_handlers probes; /* all NULL: this program does not measure */
    /* For programs, as JSON (web/api.h). */
    struct stream_source (*targets)(void *context, const struct selection *selection);
    /* False when no target has the name. */
    bool (*target)(void *context, const char *name, struct buf *out);
    /* At most the latest `limit` operations of one. False likewise. */
    bool (*operations)(void *context, const char *name, size_t limit, struct buf *out);
    void (*responder)(void *context, struct buf *out);
    void (*status)(void *context, struct buf *out);
    /* Evidence of a target, the oldest first, as engine_worker_evidence; false: no target has the
     * name. NULL: this program does not measure. */
    bool (*evidence)(void *context, const char *name, struct evidence_list *out);
};

#endif
