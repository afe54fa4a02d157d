/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What HTTP asks for, answered on its threads from snapshots. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/clock_state.h"
#include "program/process.h"
#include "program/responder_view.h"
#include "web/api.h"

/* Everything that a view points to. */
struct scene {
    struct expo_view view;
    struct snapshot *snapshots[2]; /* of the targets; of what clients ask for, NULL: nothing */
    struct responder_view responder;
    struct expo_history history;
    struct target_files *files; /* NULL: none */
    struct expo_file *shown_files;
    char config_hash[CONFIG_HASH_BYTES];
    struct expo_lookup *lookups; /* NULL: for a page, which shows none */
};

static void show_files(struct scene *scene)
{
    size_t count = scene->files == NULL ? 0 : scene->files->count;
    scene->shown_files = mem_alloc(count, sizeof *scene->shown_files);
    for (size_t i = 0; i < count; i++) {
        const struct target_file *file = &scene->files->items[i];
        struct expo_file *shown = &scene->shown_files[i];
        *shown = (struct expo_file){.path = file->path,
                                    .is_good = file->is_good,
                                    .targets = file->targets->count,
                                    .good_at = file->good_at};
        diagnostics_first_error(&file->findings, &shown->line, &shown->column);
    }
    scene->view.files = scene->shown_files;
    scene->view.file_count = count;
}

static void scene_init(struct scene *scene, struct exporter *exporter)
{
    *scene = (struct scene){
        .snapshots = {exporter_acquire(exporter), prober_acquire_stats(exporter->prober)}};
    struct expo_view *view = &scene->view;
    struct responder_stats stats;
    view->now = clock_now().wall;
    view->version = IPSLA_VERSION;
    view->revision = IPSLA_REVISION;
    view->snapshots = scene->snapshots;
    view->snapshot_count = scene->snapshots[1] == NULL ? 1 : 2;
    view->probes = prober_counts(exporter->prober);
    view->resolve_failures = resolver_failures(exporter->resolver);
    view->failovers = resolver_failovers(exporter->resolver);
    view->protocol_changes = chooser_changes(exporter->chooser);
    view->names_waiting = resolver_waiting(exporter->resolver);
    process_read(exporter->started, view);
    clock_state_read(&view->clock);
    view->history =
        history_keeper_view(exporter->history, &scene->history) ? &scene->history : NULL;
    view->is_realtime = atomic_load(&exporter->is_realtime);
    web_view_fill(exporter->guard, view);
    pthread_mutex_lock(&exporter->mutex);
    memcpy(scene->config_hash, exporter->config_hash, sizeof scene->config_hash);
    view->config_hash = scene->config_hash[0] == '\0' ? NULL : scene->config_hash;
    view->reload_successful = exporter->is_reload_successful;
    view->reload_success = exporter->reload_success;
    view->scrape_seconds = exporter->scrape_seconds;
    scene->files = exporter->files == NULL ? NULL : target_files_ref(exporter->files);
    bool has_responder = exporter->responder != NULL;
    if (has_responder) {
        responder_team_stats(exporter->responder, &stats);
    }
    pthread_mutex_unlock(&exporter->mutex);
    show_files(scene);
    if (has_responder) {
        responder_view_fill(&stats, &scene->responder);
        view->responder = &scene->responder.responder;
    }
}

/* When the names of the targets that show it were resolved. */
static void scene_add_lookups(struct scene *scene, struct exporter *exporter)
{
    const struct snapshot *snapshot = scene->snapshots[0];
    scene->lookups = mem_alloc(snapshot->count, sizeof *scene->lookups);
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct spec *spec = snapshot->reports[i]->spec;
        struct resolver_name name = {spec->identity.host, spec_ip_version(spec)};
        struct resolver_lookup latest;
        if (spec->results.series == SERIES_ALL &&
            resolver_latest(exporter->resolver, &name, &latest)) {
            scene->lookups[i] = (struct expo_lookup){latest.duration_ns, latest.at};
        }
    }
    scene->view.lookups = scene->lookups;
}

static void scene_fini(struct scene *scene)
{
    free(scene->lookups);
    snapshot_unref(scene->snapshots[0]);
    snapshot_unref(scene->snapshots[1]);
    target_files_unref(scene->files);
    free(scene->shown_files);
}

/* What a scrape shows, to one client or to several. */
struct shown {
    struct scene scene;
    const struct expo_format *format;
    unsigned references; /* of the one thread that serves */
};

/* A scrape being answered. */
struct scrape {
    struct exporter *exporter;
    struct mono begin;
    struct shown *shown; /* a reference */
    struct expo_body *body;
};

static size_t read_scrape(void *context, char *out, size_t size)
{
    struct scrape *scrape = context;
    return expo_body_read(scrape->body, out, size);
}

static void close_scrape(void *context, bool is_complete)
{
    struct scrape *scrape = context;
    struct exporter *exporter = scrape->exporter;
    if (is_complete) {
        double seconds = (double)mono_diff(clock_now().mono, scrape->begin) / (double)NS_PER_SECOND;
        pthread_mutex_lock(&exporter->mutex);
        exporter->scrape_seconds = seconds;
        pthread_mutex_unlock(&exporter->mutex);
    }
    expo_body_close(scrape->body);
    if (--scrape->shown->references == 0) {
        scene_fini(&scrape->shown->scene);
        free(scrape->shown);
    }
    free(scrape);
}

static struct stream_source open_again(void *context);

/* Takes a reference on `shown`. */
static struct stream_source open_shown(struct exporter *exporter, struct shown *shown,
                                       struct mono begin)
{
    struct scrape *scrape = mem_alloc(1, sizeof *scrape);
    *scrape = (struct scrape){exporter, begin, shown, NULL};
    shown->references++;
    scrape->body = expo_body_open(&shown->scene.view, shown->format);
    return (struct stream_source){scrape, read_scrape, close_scrape, open_again};
}

static struct stream_source open_again(void *context)
{
    const struct scrape *scrape = context;
    return open_shown(scrape->exporter, scrape->shown, scrape->begin);
}

static struct stream_source open_scrape(void *context, const struct metrics_request *request)
{
    struct exporter *exporter = context;
    struct mono begin = clock_now().mono;
    struct shown *shown = mem_alloc(1, sizeof *shown);
    scene_init(&shown->scene, exporter);
    scene_add_lookups(&shown->scene, exporter);
    shown->scene.view.filter = request->filter;
    shown->scene.view.rejections = request->rejections;
    shown->format = request->format;
    return open_shown(exporter, shown, begin);
}

static struct stream_source open_config(void *context)
{
    struct exporter *exporter = context;
    return shown_config_open(&exporter->shown, exporter->guard);
}

static bool show_page(void *context, const struct page_request *request, struct buf *out)
{
    struct scene scene;
    scene_init(&scene, context);
    bool is_there = exporter_draw_page(context, &scene.view, request, out);
    scene_fini(&scene);
    return is_there;
}

static void show_status(void *context, struct buf *out)
{
    struct scene scene;
    scene_init(&scene, context);
    api_status_write(&scene.view, out);
    scene_fini(&scene);
}

/* Once ready, always ready: what a reload adds is no reason to take the others from the scrapers.
 */
static bool is_ready(void *context, struct buf *message)
{
    struct exporter *exporter = context;
    if (atomic_load(&exporter->was_ready)) {
        return true;
    }
    pthread_mutex_lock(&exporter->mutex);
    size_t wanted = exporter->targets->count;
    bool is_loaded = exporter->reload_success.ns != 0;
    pthread_mutex_unlock(&exporter->mutex);
    struct snapshot *snapshot = exporter_acquire(exporter);
    struct mono now = clock_now().mono;
    size_t awaited = snapshot->count < wanted ? wanted - snapshot->count : 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        awaited += report_is_awaited(snapshot->reports[i], now);
    }
    snapshot_unref(snapshot);
    if (!is_loaded || awaited > 0) {
        buf_printf(message, "not ready: %zu of %zu targets are in their first operation", awaited,
                   wanted);
        return false;
    }
    atomic_store(&exporter->was_ready, true);
    return true;
}

/* Files, sockets and threads are the main thread's business. */
static void request_reload(void *context)
{
    struct exporter *exporter = context;
    atomic_store(&exporter->wants_reload, true);
    exporter_wake(exporter);
}

void exporter_wake(struct exporter *exporter)
{
    uint64_t one = 1;
    ssize_t size = write(exporter->wake_fd, &one, sizeof one);
    (void)size;
}

struct http_handlers exporter_handlers(struct exporter *exporter)
{
    return (struct http_handlers){
        .context = exporter,
        .metrics = open_scrape,
        .page = show_page,
        .targets = exporter_open_targets,
        .target = exporter_show_target,
        .operations = exporter_show_operations,
        .status = show_status,
        .responder = exporter_show_responder,
        .evidence = exporter_find_evidence,
        .ready = is_ready,
        .reload = request_reload,
        .config = open_config,
        .probes = prober_handlers(exporter->prober),
    };
}
