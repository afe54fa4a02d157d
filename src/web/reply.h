/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a route answers. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include <stdbool.h>

#include "base/buf.h"
#include "web/request.h"
#include "web/stream.h"

#define REPLY_FILE_NAME_MAX 320
#define REPLY_PLAIN_TEXT "text/plain; charset=utf-8"

/* What a reply waits for, of which nothing else is set then. */
enum reply_wait {
    WAIT_NOT,
    WAIT_PLACE, /* ask again with a place */
    WAIT_RELOAD, /* routes_reloaded tells, when it is done */
    WAIT_PROBE, /* ask again with `probe`, when it has ended */
};

struct reply {
    enum reply_wait wait;
    struct probe_job *probe; /* WAIT_PROBE: the caller's to drop */
    unsigned status; /* of HTTP */
    const char *content_type;
    const char *policy; /* Content-Security-Policy */
    unsigned allowed; /* methods (routes.h) for the Allow header; 0: none */
    unsigned retry_seconds; /* Retry-After; 0: none */
    bool asks_password; /* WWW-Authenticate */
    char file_name[REPLY_FILE_NAME_MAX]; /* Content-Disposition: to be saved as; "": to be shown */
    const char *location; /* a path, which with a slash is where to go; NULL: none */
    bool varies; /* with Accept */
    bool is_gzip;
    struct buf body;
    struct stream *stream; /* instead of the body; NULL: the body */
};

/* The reply becomes `status` with one line of text. */
void reply_set(struct reply *reply, unsigned status, const char *line);

/* An error becomes a problem for programs (RFC 9457), with its line of text as the detail. */
#define REPLY_PROBLEM "application/problem+json"
void reply_make_problem(struct reply *reply);

/* Compresses the reply if it is large enough and the client asked for it. */
void reply_compress(struct reply *reply, const struct request *request);

#endif
