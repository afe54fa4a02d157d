/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What HTTP asks for. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "expo/expo.h"
#include "host/clock.h"
#include "program/people.h"
#include "program/process.h"
#include "program/responder_view.h"
#include "responder/responder.h"
#include "web/api.h"

/* A scrape being answered. */
struct scrape {
    struct expo_view view;
    struct responder_view counted;
    struct expo_body *body;
};

static void fill(struct scrape *scrape, struct responder *responder)
{
    struct responder_stats stats;
    responder_team_stats(responder->worker, &stats);
    responder_view_fill(&stats, &scrape->counted);
    scrape->view = (struct expo_view){
        .now = clock_now().wall,
        .version = IPSLA_VERSION,
        .revision = IPSLA_REVISION,
        .responder = &scrape->counted.responder,
        .reload_successful = atomic_load(&responder->is_reload_successful),
        .reload_success.ns = atomic_load(&responder->reload_success_ns),
    };
    process_read(responder->started, &scrape->view);
    web_view_fill(responder->guard, &scrape->view);
}

static size_t read_scrape(void *context, char *out, size_t size)
{
    struct scrape *scrape = context;
    return expo_body_read(scrape->body, out, size);
}

static void close_scrape(void *context, bool is_complete)
{
    (void)is_complete;
    struct scrape *scrape = context;
    expo_body_close(scrape->body);
    free(scrape);
}

static struct stream_source open_scrape(void *context, const struct metrics_request *request)
{
    struct scrape *scrape = mem_alloc(1, sizeof *scrape);
    fill(scrape, context);
    scrape->view.filter = request->filter;
    scrape->body = expo_body_open(&scrape->view, request->format);
    return (struct stream_source){scrape, read_scrape, close_scrape};
}

static struct stream_source open_config(void *context)
{
    struct responder *responder = context;
    return shown_config_open(&responder->shown, responder->guard);
}

static bool show_page(void *context, const struct page_request *request, struct buf *out)
{
    struct responder *responder = context;
    struct scrape scrape;
    struct responder_people *people = mem_alloc(1, sizeof *people);
    fill(&scrape, responder);
    people_read(responder->worker, people);
    const struct page_source source = {.view = &scrape.view, .people = people};
    bool is_there = page_draw(out, &source, request);
    free(people);
    return is_there;
}

/* A responder measures nothing. */
static struct stream_source open_targets(void *context, const struct selection *selection)
{
    (void)context;
    return api_targets_open(NULL, selection, clock_now());
}

static bool show_operations(void *context, const char *name, size_t limit, struct buf *out)
{
    (void)context;
    (void)name;
    (void)limit;
    (void)out;
    return false;
}

static void show_status(void *context, struct buf *out)
{
    struct scrape scrape;
    fill(&scrape, context);
    api_status_write(&scrape.view, out);
}

static bool show_target(void *context, const char *name, struct buf *out)
{
    (void)context;
    (void)name;
    (void)out;
    return false;
}

static void show_responder(void *context, struct buf *out)
{
    struct responder *responder = context;
    struct scrape scrape;
    fill(&scrape, responder);
    api_responder_write(scrape.view.responder, out);
}

/* HTTP is served only once every port is open. */
static bool is_ready(void *context, struct buf *message)
{
    (void)context;
    (void)message;
    return true;
}

/* The main thread waits for signals. */
static void request_reload(void *context)
{
    struct responder *responder = context;
    atomic_store(&responder->wants_reload, true);
    kill(getpid(), SIGHUP);
}

struct http_handlers responder_handlers(struct responder *responder)
{
    return (struct http_handlers){
        .context = responder,
        .metrics = open_scrape,
        .page = show_page,
        .targets = open_targets,
        .target = show_target,
        .operations = show_operations,
        .status = show_status,
        .responder = show_responder,
        .ready = is_ready,
        .reload = request_reload,
        .config = open_config,
    };
}
