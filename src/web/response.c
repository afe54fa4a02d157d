/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/response.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/time.h"
#include "web/routes.h"

/* Metrics on their way. */
struct metrics {
    struct stream *stream;
    int64_t *moved_ns;
};

int64_t response_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* The next part of an answer, whenever there is room for it on its connection. */
static ssize_t on_part(void *context, uint64_t place, char *out, size_t size)
{
    (void)place;
    struct metrics *metrics = context;
    *metrics->moved_ns = response_now_ns();
    size_t read = stream_read(metrics->stream, out, size);
    return read > 0 ? (ssize_t)read : MHD_CONTENT_READER_END_OF_STREAM;
}

static void on_answer_end(void *context)
{
    struct metrics *metrics = context;
    stream_close(metrics->stream);
    free(metrics);
}

static struct MHD_Response *make_streamed(const struct reply *reply, bool is_head,
                                          int64_t *moved_ns)
{
    struct metrics *metrics = mem_alloc(1, sizeof *metrics);
    *metrics = (struct metrics){reply->stream, moved_ns};
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, ROUTES_SHORT_BYTES, on_part, metrics, on_answer_end);
    if (response == NULL) {
        on_answer_end(metrics);
    } else if (is_head) {
        /* Otherwise the library would send the last chunk of a body in chunks. */
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    }
    return response;
}

static struct MHD_Response *make_whole(const struct reply *reply)
{
    bool is_empty = reply->body.bytes == NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.size, is_empty ? (void *)"" : reply->body.bytes,
                                        is_empty ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(reply->body.bytes);
    }
    return response;
}

static void add_allow(struct MHD_Response *response, unsigned allowed)
{
    struct buf text = {0};
    methods_format(allowed, &text);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, buf_string(&text));
    buf_fini(&text);
}

static void add_location(struct MHD_Response *response, const char *path)
{
    struct buf text = {0};
    buf_printf(&text, "%s/", path);
    MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, buf_string(&text));
    buf_fini(&text);
}

/* A name of plain letters (evidence_file_name). */
static void add_disposition(struct MHD_Response *response, const char *file_name)
{
    struct buf text = {0};
    buf_printf(&text, "attachment; filename=\"%s\"", file_name);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, buf_string(&text));
    buf_fini(&text);
}

/* What the web configuration says, else what is ours. */
static void add_security(struct MHD_Response *response, const struct reply *reply,
                         const struct guard *guard)
{
    const char *values[WEB_HEADERS] = {
        [WEB_HEADER_CONTENT_TYPE_OPTIONS] = "nosniff",
        [WEB_HEADER_CSP] = reply->policy,
    };
    for (unsigned i = 0; i < WEB_HEADERS; i++) {
        const char *wanted = guard == NULL ? NULL : guard_header(guard, (enum web_header)i);
        const char *value = wanted == NULL ? values[i] : wanted;
        if (value != NULL) {
            MHD_add_response_header(response, web_header_names[i], value);
        }
    }
}

static void add_headers(struct MHD_Response *response, const struct reply *reply)
{
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY,
                            reply->varies ? "Accept, Accept-Encoding" : "Accept-Encoding");
    if (reply->is_gzip) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    if (reply->retry_seconds > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", reply->retry_seconds);
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (reply->file_name[0] != '\0') {
        add_disposition(response, reply->file_name);
    }
    if (reply->allowed != 0) {
        add_allow(response, reply->allowed);
    }
    if (reply->location != NULL) {
        add_location(response, reply->location);
    }
    if (reply->asks_password) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"ipsla\", charset=\"UTF-8\"");
    }
}

bool response_send(struct MHD_Connection *connection, const struct reply *reply,
                   const struct response_way *way)
{
    struct MHD_Response *response = reply->stream != NULL
                                        ? make_streamed(reply, way->is_head, way->moved_ns)
                                        : make_whole(reply);
    if (response == NULL) {
        return false;
    }
    add_headers(response, reply);
    add_security(response, reply, way->guard);
    bool is_queued = MHD_queue_response(connection, reply->status, response) == MHD_YES;
    MHD_destroy_response(response);
    return is_queued;
}
