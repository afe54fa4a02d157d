/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/api_routes.h"

#include <stdlib.h>
#include <string.h>

#include "engine/report.h"
#include "web/api.h"
#include "web/query.h"

#define NAME_BYTES_MAX 256 /* of a target, with the NUL */

enum { BAD_REQUEST = 400, NOT_FOUND = 404 };

/* NULL, or what is wrong with the query. */
static const char *read_selection(const struct request *request, struct selection *out)
{
    struct request_pair pair;
    size_t position = 0;
    const char *problem;
    *out = (struct selection){0};
    while (request_next_argument(request, &position, &pair, &problem)) {
        problem = selection_take(out, pair.name, pair.value);
        if (problem != NULL) {
            return problem;
        }
    }
    return problem;
}

void api_answer_targets(struct site *site, const struct request *request, struct reply *reply)
{
    struct selection selection;
    const char *problem = read_selection(request, &selection);
    if (problem != NULL) {
        reply_set(reply, BAD_REQUEST, problem);
        return;
    }
    reply->content_type = API_CONTENT_TYPE;
    struct stream_source source = site->handlers.targets(site->handlers.context, &selection);
    reply->stream = stream_open(&source);
}

/* The name of the target in the path of a request, before `tail`. False: there can be none. */
static bool read_name(const struct site *site, const struct request *request, const char *tail,
                      char out[NAME_BYTES_MAX])
{
    struct buf text = {0};
    const char *name = site_path(site, request->path) + strlen(API_TARGETS) + 1;
    buf_add(&text, name, strlen(name) - strlen(tail));
    bool is_name = query_decode(buf_string(&text), out, NAME_BYTES_MAX);
    buf_fini(&text);
    return is_name;
}

static void refuse_name(struct reply *reply)
{
    reply_set(reply, NOT_FOUND, "no target has this name");
}

void api_answer_target(struct site *site, const struct request *request, struct reply *reply)
{
    char name[NAME_BYTES_MAX];
    if (read_name(site, request, "", name) &&
        site->handlers.target(site->handlers.context, name, &reply->body)) {
        reply->content_type = API_CONTENT_TYPE;
    } else {
        refuse_name(reply);
    }
}

/* NULL, or what is wrong with the query. */
static const char *read_limit(const struct request *request, size_t *out)
{
    struct request_pair pair;
    size_t position = 0;
    const char *problem;
    *out = HISTORY_MAX;
    while (request_next_argument(request, &position, &pair, &problem)) {
        size_t length = strspn(pair.value, "0123456789");
        unsigned long limit = length <= 4 ? strtoul(pair.value, NULL, 10) : 0;
        if (strcmp(pair.name, "limit") != 0) {
            return "an argument is not limit";
        }
        if (pair.value[length] != '\0' || limit < 1 || limit > HISTORY_MAX) {
            return "limit is not a number from 1 to 1440";
        }
        *out = limit;
    }
    return problem;
}

void api_answer_operations(struct site *site, const struct request *request, struct reply *reply)
{
    char name[NAME_BYTES_MAX];
    size_t limit;
    const char *problem = read_limit(request, &limit);
    if (problem != NULL) {
        reply_set(reply, BAD_REQUEST, problem);
    } else if (read_name(site, request, API_OPERATIONS, name) &&
               site->handlers.operations(site->handlers.context, name, limit, &reply->body)) {
        reply->content_type = API_CONTENT_TYPE;
    } else {
        refuse_name(reply);
    }
}

void api_answer_responder(struct site *site, const struct request *request, struct reply *reply)
{
    (void)request;
    reply->content_type = API_CONTENT_TYPE;
    site->handlers.responder(site->handlers.context, &reply->body);
}

void api_answer_status(struct site *site, const struct request *request, struct reply *reply)
{
    (void)request;
    reply->content_type = API_CONTENT_TYPE;
    site->handlers.status(site->handlers.context, &reply->body);
}
