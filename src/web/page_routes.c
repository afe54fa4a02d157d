/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/page_routes.h"

#include <string.h>

#include "page/assets.h"
#include "page/overview.h"

#define LINKS_MAX 5

enum { BAD_REQUEST = 400, NOT_FOUND = 404 };

/* Nothing of others is loaded or run, no form is sent elsewhere, and no page of others shows ours
 * in a frame. The last three are not covered by default-src. */
static const char policy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* An argument of the query: where it goes. NULL, or what is wrong with it. */
static const char *take_text(char *out, size_t room, const char *value)
{
    if (strlen(value) >= room) {
        return "an argument is too long";
    }
    memcpy(out, value, strlen(value) + 1);
    return NULL;
}

/* What a page does not know, chooses among the targets. */
static const char *take_argument(struct page_request *page, const struct request_pair *pair)
{
    if (page->place == PAGE_TARGET && strcmp(pair->name, "name") == 0) {
        return take_text(page->name, sizeof page->name, pair->value);
    }
    if (page->place == PAGE_MATRIX) {
        struct matrix_choice *matrix = &page->matrix;
        const struct {
            const char *name;
            char *out;
        } fields[] = {{"rows", matrix->rows}, {"columns", matrix->columns}, {"show", matrix->show}};
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
            if (strcmp(pair->name, fields[i].name) == 0) {
                return take_text(fields[i].out, MATRIX_TEXT_BYTES, pair->value);
            }
        }
    }
    return selection_take(&page->selection, pair->name, pair->value);
}

/* NULL, or what is wrong with the query. */
static const char *read_query(const struct request *request, struct page_request *page)
{
    struct request_pair pair;
    size_t position = 0;
    const char *problem;
    while (request_next_argument(request, &position, &pair, &problem)) {
        problem = take_argument(page, &pair);
        if (problem != NULL) {
            return problem;
        }
    }
    return problem;
}

/* The worst first, and no more rows than a page has room for; a matrix is of all targets. */
static void set_bounds(struct page_request *page)
{
    struct selection *selection = &page->selection;
    if (page->place == PAGE_MATRIX) {
        selection->limit = selection->offset = 0;
        selection->sort = SELECTION_AS_CONFIGURED;
        return;
    }
    if (selection->sort == SELECTION_AS_CONFIGURED) {
        selection->sort = SELECTION_WORST;
    }
    if (selection->limit == 0 || selection->limit > OVERVIEW_ROWS) {
        selection->limit = OVERVIEW_ROWS;
    }
}

/* What is no page, for the foot of each. */
static size_t find_links(const char *metrics_path, struct page_link links[LINKS_MAX])
{
    const struct page_link all[LINKS_MAX] = {{metrics_path, "Metrics"},
                                             {"/config", "Configuration"},
                                             {"/api/v1/targets", "JSON"},
                                             {"/-/healthy", "Healthy"},
                                             {"/-/ready", "Ready"}};
    memcpy(links, all, sizeof all);
    return LINKS_MAX;
}

static void answer(struct site *site, const struct request *request, struct reply *reply,
                   enum page_place place)
{
    struct page_link links[LINKS_MAX];
    struct page_request page = {.place = place, .links = links};
    const char *problem = read_query(request, &page);
    if (problem != NULL) {
        reply_set(reply, BAD_REQUEST, problem);
        return;
    }
    set_bounds(&page);
    page.link_count = find_links(site->metrics_path, links);
    reply->content_type = "text/html; charset=utf-8";
    reply->policy = policy;
    if (!site->handlers.page(site->handlers.context, &page, &reply->body)) {
        reply->status = NOT_FOUND;
    }
}

void page_answer_overview(struct site *site, const struct request *request, struct reply *reply)
{
    answer(site, request, reply, PAGE_OVERVIEW);
}

void page_answer_matrix(struct site *site, const struct request *request, struct reply *reply)
{
    answer(site, request, reply, PAGE_MATRIX);
}

void page_answer_target(struct site *site, const struct request *request, struct reply *reply)
{
    answer(site, request, reply, PAGE_TARGET);
}

void page_answer_responder(struct site *site, const struct request *request, struct reply *reply)
{
    answer(site, request, reply, PAGE_RESPONDER);
}

/* A browser may keep what it asked for by its tag: other contents have another one. */
static void answer_asset(const struct request *request, struct reply *reply, enum asset asset)
{
    char tag[ASSET_TAG_BYTES];
    struct request_pair pair;
    size_t position = 0;
    const char *problem;
    struct asset_file file = asset_file(asset);
    asset_tag(asset, tag);
    reply->content_type = file.content_type;
    buf_add(&reply->body, file.bytes, file.size);
    while (request_next_argument(request, &position, &pair, &problem)) {
        if (strcmp(pair.name, "v") == 0 && strcmp(pair.value, tag) == 0) {
            reply->may_be_kept = true;
        }
    }
}

void page_answer_style(struct site *site, const struct request *request, struct reply *reply)
{
    (void)site;
    answer_asset(request, reply, ASSET_STYLE);
}

void page_answer_script(struct site *site, const struct request *request, struct reply *reply)
{
    (void)site;
    answer_asset(request, reply, ASSET_SCRIPT);
}

void page_answer_icon(struct site *site, const struct request *request, struct reply *reply)
{
    (void)site;
    answer_asset(request, reply, ASSET_ICON);
}
