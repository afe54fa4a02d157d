/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A request as the routes see it, and the reply that they give. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "web/stream.h"

#define REPLY_PLAIN_TEXT "text/plain; charset=utf-8"

/* Values of headers are NULL when the request has none; several lines of one name are joined with
 * commas. */
struct request {
    const char *method, *path;
    const char *accept, *accept_encoding;
    const char *host, *origin, *fetch_site; /* Sec-Fetch-Site */
    int64_t now_ns; /* CLOCK_MONOTONIC */
};

struct reply {
    unsigned status; /* of HTTP */
    const char *content_type;
    const char *policy; /* Content-Security-Policy */
    unsigned allowed; /* methods (routes.h) for the Allow header; 0: none */
    unsigned retry_seconds; /* Retry-After; 0: none */
    bool varies; /* with Accept */
    bool is_gzip;
    bool is_scrape; /* counts among the scrapes until it is sent */
    bool is_pending; /* the answer comes when the reload is done; nothing else is set */
    struct buf body;
    struct stream *stream; /* instead of the body; NULL: the body */
};

/* The reply becomes `status` with one line of text. */
void reply_set(struct reply *reply, unsigned status, const char *line);

/* Compresses the reply if it is large enough and the client asked for it. */
void reply_compress(struct reply *reply, const struct request *request);

#endif
