/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/reply.h"

#include "config/json_value.h"
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

static const char *title_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *title; /* RFC 9110 15, RFC 6585 */
    } titles[] = {
        {400, "Bad Request"},       {401, "Unauthorized"},        {403, "Forbidden"},
        {404, "Not Found"},         {405, "Method Not Allowed"},  {413, "Content Too Large"},
        {429, "Too Many Requests"}, {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    return "Error";
}

void reply_make_problem(struct reply *reply)
{
    struct buf detail = reply->body;
    while (detail.size > 0 && detail.bytes[detail.size - 1] == '\n') {
        detail.bytes[--detail.size] = '\0';
    }
    reply->body = (struct buf){0};
    reply->content_type = REPLY_PROBLEM;
    buf_printf(&reply->body, "{\"type\": \"about:blank\", \"title\": \"%s\", \"status\": %u",
               title_of(reply->status), reply->status);
    buf_add_string(&reply->body, ", \"detail\": ");
    json_string_write(buf_string(&detail), &reply->body);
    buf_add_string(&reply->body, "}\n");
    buf_fini(&detail);
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
