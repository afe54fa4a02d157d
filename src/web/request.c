/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/request.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "web/query.h"

static const char *const names[REQUEST_NAMES] = {
    [REQUEST_ACCEPT] = "Accept",
    [REQUEST_ACCEPT_ENCODING] = "Accept-Encoding",
    [REQUEST_HOST] = "Host",
    [REQUEST_ORIGIN] = "Origin",
    [REQUEST_FETCH_SITE] = "Sec-Fetch-Site",
    [REQUEST_SCRAPE_TIMEOUT] = "X-Prometheus-Scrape-Timeout-Seconds",
};

static const char *const arguments[REQUEST_ARGUMENTS] = {
    [REQUEST_TARGET] = "target",
    [REQUEST_MODULE] = "module",
    [REQUEST_DEBUG] = "debug",
};

size_t request_value_size(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
        size--;
    }
    return size;
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    for (size_t i = 0; i < REQUEST_NAMES; i++) {
        struct buf *header = &request->headers[i];
        if (strcasecmp(name, names[i]) == 0) {
            buf_add_string(header, header->bytes == NULL ? "" : ",");
            buf_add(header, value, request_value_size(value));
        }
    }
}

/* A family's name is shorter. */
#define ARGUMENT_MAX 128

static void keep_argument(struct request *request, const char *name, const char *value)
{
    for (size_t i = 0; i < REQUEST_ARGUMENTS; i++) {
        struct buf *argument = &request->arguments[i];
        if (strcmp(name, arguments[i]) != 0) {
            continue;
        }
        request->repeated = argument->bytes != NULL ? arguments[i] : request->repeated;
        buf_clear(argument);
        buf_add_string(argument, value);
        buf_string(argument);
    }
}

void request_add_argument(struct request *request, const char *name, const char *value)
{
    char text[ARGUMENT_MAX];
    buf_add_string(&request->query, name);
    buf_add_char(&request->query, '=');
    buf_add_string(&request->query, value);
    buf_add_char(&request->query, '&');
    if (!query_decode(name, text, sizeof text)) {
        return;
    }
    keep_argument(request, text, value);
    if (strcmp(text, "name[]") != 0) {
        return;
    }
    if (!request->has_names) {
        request->has_names = true;
        expo_filter_hide_all(&request->filter);
    }
    if (query_decode(value, text, sizeof text)) {
        expo_filter_show(&request->filter, text);
    }
}

/* Decodes the part of the query from *position to the next `end`, and goes behind that. */
static bool take_part(const struct request *request, size_t *position, char end,
                      char out[REQUEST_ARGUMENT_BYTES])
{
    char text[3 * REQUEST_ARGUMENT_BYTES];
    const char *from = request->query.bytes + *position;
    size_t size = (size_t)(strchr(from, end) - from);
    *position += size + 1;
    if (size >= sizeof text) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        text[i] = from[i] == '+' ? ' ' : from[i]; /* as the fields of a form are written */
    }
    text[size] = '\0';
    return query_decode(text, out, REQUEST_ARGUMENT_BYTES);
}

bool request_next_argument(const struct request *request, size_t *position,
                           struct request_pair *out, const char **problem)
{
    *problem = NULL;
    if (*position >= request->query.size) {
        return false;
    }
    if (!take_part(request, position, '=', out->name) ||
        !take_part(request, position, '&', out->value)) {
        *problem = "an argument is too long, or has a wrong escape";
        return false;
    }
    return true;
}

const char *request_header(const struct request *request, enum request_name name)
{
    return request->headers[name].bytes;
}

const char *request_argument(const struct request *request, enum request_argument argument)
{
    return request->arguments[argument].bytes;
}

void request_fini(struct request *request)
{
    for (size_t i = 0; i < REQUEST_ARGUMENTS; i++) {
        buf_fini(&request->arguments[i]);
    }
    for (size_t i = 0; i < REQUEST_NAMES; i++) {
        buf_fini(&request->headers[i]);
    }
    buf_fini(&request->query);
}

/* Browsers send Sec-Fetch-Site only to sites that they trust (https, localhost); it is right also
 * behind a proxy that changes Host. */
bool request_is_foreign(const struct request *request)
{
    const char *site = request_header(request, REQUEST_FETCH_SITE);
    const char *origin = request_header(request, REQUEST_ORIGIN);
    const char *host = request_header(request, REQUEST_HOST);
    if (site != NULL) {
        return strcasecmp(site, "same-origin") != 0 && strcasecmp(site, "none") != 0;
    }
    if (origin == NULL) {
        return false;
    }
    const char *own = strstr(origin, "://");
    return own == NULL || host == NULL || strcasecmp(own + 3, host) != 0;
}
