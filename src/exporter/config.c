/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* From a file to running parts. A new configuration is taken whole or not at all: whatever can
 * fail is tried before anything that runs is changed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/sock.h"
#include "program/answering.h"
#include "program/daemon.h"
#include "reflect/replay.h"

static bool is_responder_same(const struct config *a, const struct config *b)
{
    return a->has_responder == b->has_responder &&
           (!a->has_responder || reflect_settings_are_equal(&a->responder, &b->responder));
}

/* Logs that the responder cannot have `address`; false, for the caller to return. */
static bool refuse_address(const struct addr *address, int error)
{
    char text[ADDR_TEXT_MAX];
    log_line(LOG_LEVEL_ERROR, "responder cannot listen", "address", addr_format(address, text),
             "error", daemon_listen_error(address, error), NULL);
    return false;
}

static bool holds_address(const struct addr *held, size_t count, const struct addr *address)
{
    for (size_t i = 0; i < count; i++) {
        if (addr_does_collide(&held[i], address)) {
            return true;
        }
    }
    return false;
}

/* Whether each of `addresses` can be had: those that the running responder holds become free when
 * it stops, the others are tried. */
static bool try_addresses(const struct config *running, const struct reflect_settings *wanted,
                          const struct addr *addresses, size_t count)
{
    struct io_options options = {0};
    memcpy(options.device, wanted->device, sizeof options.device);
    for (size_t i = 0; i < count; i++) {
        const struct reflect_settings *held = &running->responder;
        if (running->has_responder &&
            (holds_address(held->listen, held->listen_count, &addresses[i]) ||
             holds_address(held->permanent, held->permanent_count, &addresses[i]) ||
             holds_address(held->stamp.ports, held->stamp.port_count, &addresses[i]) ||
             holds_address(held->twamp.ports, held->twamp.port_count, &addresses[i]))) {
            continue;
        }
        int fd;
        struct addr bound;
        int error = sock_open_with(&addresses[i], &options, &fd, &bound);
        if (error != 0) {
            return refuse_address(&addresses[i], -error);
        }
        close(fd);
    }
    return true;
}

/* Exchanges the responder that HTTP sees. Returns the one before. */
static struct responder_team *exchange(struct exporter *exporter, struct responder_team *responder)
{
    pthread_mutex_lock(&exporter->mutex);
    struct responder_team *before = exporter->responder;
    exporter->responder = responder;
    pthread_mutex_unlock(&exporter->mutex);
    return before;
}

static bool start_responder(struct exporter *exporter, const struct config *config)
{
    struct addr failed;
    int error;
    char text[ADDR_TEXT_MAX];
    if (!config->has_responder) {
        return true;
    }
    struct responder_team *responder = responder_team_start(&config->responder, &failed, &error);
    if (responder == NULL) {
        return refuse_address(&failed, error);
    }
    exchange(exporter, responder);
    for (size_t i = 0; i < config->responder.listen_count; i++) {
        log_line(LOG_LEVEL_INFO, "responder listening", "address",
                 addr_format(&config->responder.listen[i], text), NULL);
    }
    answering_log_open(&config->responder);
    return true;
}

/* In place, with its sessions. */
static bool change_responder(struct exporter *exporter, const struct config *config)
{
    struct addr failed;
    int error = responder_team_change(exporter->responder, &exporter->config->responder,
                                      &config->responder, &failed);
    if (error != 0) {
        return refuse_address(&failed, error);
    }
    answering_log_open(&config->responder);
    return true;
}

/* Another program may take an address between the trial and the start: then the old one is started
 * again. */
static bool replace_responder(struct exporter *exporter, const struct config *config)
{
    const struct config *running = exporter->config;
    const struct reflect_settings *wanted = &config->responder;
    if (is_responder_same(running, config)) {
        return true;
    }
    if (exporter->responder != NULL && config->has_responder &&
        reflect_may_change(&running->responder, wanted)) {
        return change_responder(exporter, config);
    }
    if (config->has_responder &&
        (!try_addresses(running, wanted, wanted->listen, wanted->listen_count) ||
         !try_addresses(running, wanted, wanted->permanent, wanted->permanent_count) ||
         !try_addresses(running, wanted, wanted->stamp.ports, wanted->stamp.port_count) ||
         !try_addresses(running, wanted, wanted->twamp.ports, wanted->twamp.port_count))) {
        return false;
    }
    responder_team_stop(exchange(exporter, NULL), NULL);
    if (start_responder(exporter, config)) {
        return true;
    }
    start_responder(exporter, running);
    return false;
}

static bool has_literal_address(const struct spec *spec)
{
    return spec->path.peer.family != ADDR_NONE;
}

static void set_names(struct exporter *exporter)
{
    const struct spec_set *targets = exporter->config->targets;
    struct resolver_name *names = mem_alloc(targets->count, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < targets->count; i++) {
        const struct spec *spec = targets->specs[i];
        if (!has_literal_address(spec)) {
            names[count++] = (struct resolver_name){spec->identity.host, spec_ip_version(spec)};
        }
    }
    exporter->has_names = count > 0 && exporter->next_address_after > 0;
    resolver_set_names(exporter->resolver, names, count);
    free(names);
}

bool exporter_start_workers(struct exporter *exporter)
{
    for (unsigned i = 0; i < exporter->work.count; i++) {
        exporter->workers[i] = engine_worker_start(exporter->start_key);
        if (exporter->workers[i] == NULL) {
            return false;
        }
    }
    return true;
}

void exporter_stop_workers(struct exporter *exporter)
{
    for (unsigned i = 0; i < exporter->work.count; i++) {
        engine_worker_stop(exporter->workers[i]);
    }
}

/* The targets with the addresses and the protocols that are known by now. */
static struct spec_set *resolve_targets(struct exporter *exporter)
{
    const struct spec_set *targets = exporter->config->targets;
    struct spec **specs = mem_alloc(targets->count, sizeof *specs);
    struct mono now = clock_now().mono;
    size_t chosen = 0; /* so many targets of operation auto were before */
    for (size_t i = 0; i < targets->count; i++) {
        const struct spec *spec = targets->specs[i];
        struct addr ip = spec->path.peer;
        struct resolver_name name = {spec->identity.host, spec_ip_version(spec)};
        bool is_found = !has_literal_address(spec) && resolver_find(exporter->resolver, &name, &ip);
        if (spec->choice != NULL) {
            specs[i] = chooser_spec(exporter->chooser, chosen++, &ip, now);
        } else {
            specs[i] = is_found ? spec_with_ip(spec, &ip) : spec_ref(spec);
        }
    }
    struct spec_set *set = spec_set_new(specs, targets->count);
    free(specs);
    return set;
}

/* What the archive has of each target; NULL: there is none. */
static struct history **find_pasts(const struct archive *archive, const struct spec_set *targets)
{
    if (archive == NULL) {
        return NULL;
    }
    struct history **pasts = mem_alloc(targets->count, sizeof(struct history *));
    for (size_t i = 0; i < targets->count; i++) {
        pasts[i] = archive_find(archive, targets->specs[i]);
    }
    return pasts;
}

/* A target stays with its worker, whatever else comes and goes. */
static void hand_over(struct exporter *exporter, const struct spec_set *targets)
{
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct spec_set *part = spec_set_part(targets, &exporter->work, i);
        engine_worker_apply_with(exporter->workers[i], part, find_pasts(exporter->archive, part));
        spec_set_unref(part);
    }
    if (!chooser_is_undecided(exporter->chooser)) { /* who is, is another target before long */
        archive_free(exporter->archive);
        exporter->archive = NULL;
    }
    for (unsigned i = 0; i < exporter->work.count; i++) {
        engine_worker_await(exporter->workers[i]);
    }
}

void exporter_apply(struct exporter *exporter)
{
    struct spec_set *targets = resolve_targets(exporter);
    spec_set_renew(targets, exporter->targets);
    hand_over(exporter, targets);
    pthread_mutex_lock(&exporter->mutex);
    struct spec_set *before = exporter->targets;
    exporter->targets = targets;
    pthread_mutex_unlock(&exporter->mutex);
    spec_set_unref(before);
}

/* The configuration in force, with what is measured of it. */
static void show_config(struct exporter *exporter)
{
    struct effective *effective = effective_new(exporter->config);
    effective_set_measured(effective, exporter->targets);
    shown_config_set(&exporter->shown, effective);
}

void exporter_renew(struct exporter *exporter)
{
    exporter_apply(exporter);
    if (chooser_count(exporter->chooser) > 0) {
        show_config(exporter);
    }
}

void exporter_leave_dead_addresses(struct exporter *exporter)
{
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct snapshot *snapshot = engine_worker_acquire(exporter->workers[i]);
        for (size_t k = 0; k < snapshot->count; k++) {
            const struct report *report = snapshot->reports[k];
            struct resolver_name name = {report->spec->identity.host,
                                         spec_ip_version(report->spec)};
            bool is_dead = report->failed_in_a_row >= exporter->next_address_after;
            if (is_dead || (report->has_run && report->failed_in_a_row == 0)) {
                resolver_judge(exporter->resolver, &name, is_dead);
            }
        }
        snapshot_unref(snapshot);
    }
    resolver_leave_dead(exporter->resolver);
}

/* Leaves in `config` what is this exporter's share, and of that what did not change as it was: not
 * twice in memory. */
static void keep_shard(struct exporter *exporter, struct config *config)
{
    exporter->shared_count = config->targets->count;
    shard_keep(&exporter->shard, config);
    const struct spec_set *before = exporter->config == NULL ? NULL : exporter->config->targets;
    spec_set_renew(config->targets, before);
    for (size_t i = 0; config->files != NULL && i < config->files->count; i++) {
        spec_set_renew(config->files->items[i].targets, before);
    }
}

static void log_loaded(const struct exporter *exporter)
{
    size_t count = exporter->config->targets->count;
    char shard[24];
    snprintf(shard, sizeof shard, "%u/%u", exporter->shard.number, exporter->shard.count);
    if (exporter->shard.count == 1) {
        log_line(LOG_LEVEL_INFO, "configuration loaded", "file", exporter->config_file, "targets",
                 LOG_NUMBER(count), NULL);
    } else {
        log_line(LOG_LEVEL_INFO, "configuration loaded", "file", exporter->config_file, "targets",
                 LOG_NUMBER(count), "of", LOG_NUMBER(exporter->shared_count), "shard", shard, NULL);
    }
}

/* The findings of each target file, or only of those that differ from before, and what becomes of
 * its targets. */
static void log_files(const struct target_files *files, bool is_news_only)
{
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        const struct target_file *file = &files->items[i];
        size_t count = file->targets->count;
        if (is_news_only && !file->is_news) {
            continue;
        }
        daemon_log_findings(&file->findings);
        if (file->is_good) {
            log_line(LOG_LEVEL_INFO, "target file read", "file", file->path, "targets",
                     LOG_NUMBER(count), NULL);
        } else {
            log_line(LOG_LEVEL_ERROR, "target file refused, its targets stay as they were", "file",
                     file->path, "targets", LOG_NUMBER(count), NULL);
        }
    }
}

/* What HTTP sees of the configuration. */
static void publish(struct exporter *exporter, const struct config *config)
{
    struct target_files *own = config->files == NULL ? NULL : target_files_ref(config->files);
    show_config(exporter);
    pthread_mutex_lock(&exporter->mutex);
    struct target_files *before = exporter->files;
    exporter->files = own;
    memcpy(exporter->config_hash, config->hash, sizeof exporter->config_hash);
    pthread_mutex_unlock(&exporter->mutex);
    target_files_unref(before);
}

/* The targets of exporter->config become those that are measured. */
static void begin_targets(struct exporter *exporter)
{
    const struct config *config = exporter->config;
    set_names(exporter);
    exporter_set_choices(exporter, config->targets);
    exporter_apply(exporter);
    publish(exporter, config);
    struct limits needed = limits_needed(config, exporter->work.count);
    struct limits allowed = limits_allowed();
    limits_log(&needed, &allowed);
    exporter_check_sockets(config->targets);
}

/* The point of no return of a reload. */
static void take_over(struct exporter *exporter, struct config *config)
{
    keep_shard(exporter, config);
    config_free(exporter->config);
    exporter->config = config;
    exporter_set_evidence(exporter, &config->evidence);
    if (!prober_configure(exporter->prober, config->prober)) {
        log_line(LOG_LEVEL_ERROR, "nothing is measured on request: no thread for it", "error",
                 strerror(errno), NULL);
    }
    begin_targets(exporter);
    pthread_mutex_lock(&exporter->mutex);
    exporter->is_reload_successful = true;
    exporter->reload_success = clock_now().wall;
    pthread_mutex_unlock(&exporter->mutex);
    log_loaded(exporter);
}

void exporter_reread_files(struct exporter *exporter)
{
    struct config *config = exporter->config;
    struct config *again = config_reread_files(config, exporter->config_file, clock_now().wall);
    if (again == NULL) {
        log_line(LOG_LEVEL_ERROR, "target files are not taken over, too many match", "file",
                 exporter->config_file, NULL);
        return;
    }
    keep_shard(exporter, again);
    log_files(again->files, true);
    config_take_targets(config, again);
    begin_targets(exporter);
}

/* What the file does not say. The requests that were seen before outlive each responder: a reload
 * does not let them in again. */
static void prepare_responder(struct exporter *exporter, struct config *config)
{
    answering_add_ipv6(&config->responder);
    answering_drop_reserved(&config->responder);
    if (config->responder.key_count > 0 && exporter->replays == NULL) {
        exporter->replays = mem_alloc(1, sizeof *exporter->replays);
    }
    config->responder.replays = exporter->replays;
}

bool exporter_may_impair(const struct config *config, bool may_anywhere)
{
    return !config->has_responder || answering_may_impair(&config->responder, may_anywhere);
}

bool exporter_begin(struct exporter *exporter, struct config *config)
{
    prepare_responder(exporter, config);
    bool is_started = exporter_may_impair(config, exporter->may_impair_anywhere) &&
                      start_responder(exporter, config);
    if (is_started) {
        take_over(exporter, config);
    }
    return is_started;
}

/* Reads the file; NULL, with the reason logged, when it has an error. */
static struct config *load(struct exporter *exporter)
{
    struct diagnostics diagnostics = {0};
    struct inputs inputs = {0};
    const struct config_source source = {.file = exporter->config_file,
                                         .expands_environment =
                                             exporter->follow.expands_environment,
                                         .before = exporter->config->files,
                                         .now = clock_now().wall,
                                         .inputs = &inputs};
    struct config *config = config_read(&source, &diagnostics);
    daemon_log_findings(&diagnostics);
    log_files(config == NULL ? NULL : config->files, false);
    diagnostics_fini(&diagnostics);
    inputs_fini(&exporter->follow.inputs);
    exporter->follow.inputs = inputs;
    return config;
}

bool exporter_reload(struct exporter *exporter)
{
    struct config *config = load(exporter);
    if (config != NULL) {
        prepare_responder(exporter, config);
    }
    if (config != NULL && exporter_may_impair(config, exporter->may_impair_anywhere) &&
        replace_responder(exporter, config)) {
        take_over(exporter, config);
        return true;
    }
    config_free(config);
    pthread_mutex_lock(&exporter->mutex);
    exporter->is_reload_successful = false;
    pthread_mutex_unlock(&exporter->mutex);
    log_line(LOG_LEVEL_ERROR, "reload failed, the old configuration keeps running", "file",
             exporter->config_file, NULL);
    return false;
}
