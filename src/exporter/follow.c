/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Changes that nobody announces. Target files are looked at when the system reports a change in
 * their directories, and now and then, as not every file system reports all changes. With
 * --config.enable-auto-reload, the configuration and the secrets that it names are looked at as
 * often as the flag says. What they hold decides, not their times. All of it is done by the main
 * thread, for which nothing that measures or serves waits. */
#include <errno.h>
#include <string.h>

#include "config/duration.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/watch.h"

/* From a change to looking at it: those who replace a file make several changes. */
#define SETTLE_NS (100 * NS_PER_MS)
/* Whatever is reported. */
#define LOOK_INTERVAL_NS (30 * NS_PER_SECOND)

#define RELOAD_INTERVAL_MIN_NS NS_PER_SECOND
#define RELOAD_INTERVAL_MAX_NS (86400 * NS_PER_SECOND)

int exporter_read_follow(const struct options *options, struct follow *out)
{
    const char *text = options_value(options, "config.auto-reload-interval");
    int64_t interval_ns;
    uint64_t seconds;
    if (options_parse_number(text, 1, RELOAD_INTERVAL_MAX_NS / NS_PER_SECOND, &seconds)) {
        interval_ns = (int64_t)seconds * NS_PER_SECOND;
    } else if (duration_parse(text, &interval_ns) != NULL || interval_ns < RELOAD_INTERVAL_MIN_NS ||
               interval_ns > RELOAD_INTERVAL_MAX_NS) {
        return options_refuse(options, "config.auto-reload-interval", text,
                              "a time from 1s to 1d, or seconds without a unit");
    }
    bool is_on = options_has(options, "config.enable-auto-reload");
    *out = (struct follow){.interval_ns = is_on ? interval_ns : 0,
                           .expands_environment =
                               options_has(options, "config.expand-environment-variables"),
                           .look_next = MONO_NEVER,
                           .check_next = MONO_NEVER};
    return 0;
}

static void watch_places(struct follow *follow, const struct target_files *files)
{
    struct paths places = {0};
    size_t refused = 0;
    target_files_add_places(files, &places);
    if (follow->watch != NULL) {
        refused = watch_set(follow->watch, places.items, places.count);
    }
    bool is_blind = follow->watch == NULL || refused > 0;
    if (is_blind && !follow->is_blind) {
        log_line(LOG_LEVEL_WARN,
                 "changes of target files are not reported by the system, "
                 "they are looked at every 30 s",
                 "error", strerror(errno), NULL);
    }
    follow->is_blind = is_blind;
    paths_fini(&places);
}

/* Watches first, so that nothing changes unseen in between. */
static void look(struct exporter *exporter)
{
    struct follow *follow = &exporter->follow;
    const struct target_files *files = exporter->config->files;
    follow->look_next = MONO_NEVER;
    if (files == NULL) {
        watch_free(follow->watch);
        follow->watch = NULL;
        return;
    }
    follow->watch = follow->watch != NULL ? follow->watch : watch_new();
    watch_places(follow, files);
    if (target_files_have_changed(files)) {
        exporter_reread_files(exporter);
    }
    follow->look_next = mono_add(clock_now().mono, LOOK_INTERVAL_NS);
}

void exporter_follow_new(struct exporter *exporter)
{
    struct follow *follow = &exporter->follow;
    follow->look_next = clock_now().mono;
    if (follow->interval_ns > 0) {
        follow->check_next = mono_add(follow->look_next, follow->interval_ns);
    }
}

int exporter_follow_fd(const struct exporter *exporter)
{
    return exporter->follow.watch == NULL ? -1 : watch_fd(exporter->follow.watch);
}

struct mono exporter_follow(struct exporter *exporter)
{
    struct follow *follow = &exporter->follow;
    struct mono now = clock_now().mono;
    if (follow->watch != NULL && watch_take(follow->watch)) {
        follow->look_next = mono_min(follow->look_next, mono_add(now, SETTLE_NS));
    }
    if (!mono_is_before(now, follow->look_next)) {
        look(exporter);
    }
    return mono_min(follow->look_next, follow->check_next);
}

bool exporter_must_reload(struct exporter *exporter)
{
    struct follow *follow = &exporter->follow;
    struct mono now = clock_now().mono;
    if (mono_is_before(now, follow->check_next)) {
        return false;
    }
    follow->check_next = mono_add(now, follow->interval_ns);
    return inputs_have_changed(&follow->inputs);
}

void exporter_follow_end(struct exporter *exporter)
{
    watch_free(exporter->follow.watch);
    inputs_fini(&exporter->follow.inputs);
}
