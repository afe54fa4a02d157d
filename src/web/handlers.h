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
#include "web/stream.h"

/* What a client wants of the metrics. */
struct metrics_request {
    const struct expo_format *format;
    struct expo_filter filter;
    struct expo_rejections rejections; /* of other scrapes so far */
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
};

#endif
