/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/reply.h"

#include "web/gzip.h"
#include "web/negotiate.h"

/* Below this compressing saves less than a packet. */
#define GZIP_BYTES_MIN 1400

void reply_set(struct reply *reply, unsigned status, const char *line)
{
    reply->status = status;
    buf_clear(&reply->body);
    buf_add_string(&reply->body, line);
}

void reply_compress(struct reply *reply, const struct request *request)
{
    bool is_small = reply->stream == NULL && reply->body.size < GZIP_BYTES_MIN;
    if (!reply->is_gzip && !is_small &&
        negotiate_gzip(request_header(request, REQUEST_ACCEPT_ENCODING))) {
        reply->is_gzip =
            reply->stream != NULL ? stream_compress(reply->stream) : gzip_compress(&reply->body);
    }
}
