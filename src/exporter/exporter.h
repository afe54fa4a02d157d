/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the parts of ipsla_exporter share. The main thread starts, configures and stops; HTTP
 * threads read through the mutex and request reloads from the main thread.
 *   exporter.c  flags, signals, the main thread's loop
 *   config.c    loading and applying configurations
 *   follow.c    changes of files that are found without being announced
 *   check.c     what this host cannot do for a configuration
 *   health.c    what the service manager is told
 *   changes.c   states of targets in the log, which change_log.c keeps short
 *   operations.c  operations of single targets in the log
 *   watch.c     all that is looked at now and then
 *   spoilt.c    operations that completed without all of their numbers, in the log
 *   realtime.c  priority of the measuring threads
 *   resolve.c   host names
 *   choosing.c  protocols of targets of operation auto; chooser.c says which
 *   prober.c    operations that HTTP clients ask for, each a prober_job.c; inquiry.c looks up
 *   history.c   the latest operations over a restart
 *   evidence.c  packets of operations that turned bad
 *   view.c      what HTTP asks for */
#ifndef EXPORTER_EXPORTER_H
#define EXPORTER_EXPORTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/chooser.h"
#include "explain/explain.h"
#include "exporter/history.h"
#include "exporter/operations.h"
#include "exporter/prober.h"
#include "exporter/resolve.h"
#include "host/engine_worker.h"
#include "host/responder_team.h"
#include "probe/spec_set.h"
#include "program/limits.h"
#include "program/refusal_watch.h"
#include "program/shard.h"
#include "program/shown_config.h"
#include "program/web_flags.h"
#include "web/evidence.h"

#define EXPORTER_WORKERS_MAX WORKERS_MAX

/* What is known of datagrams that answered nothing. */
struct unearned {
    uint64_t total; /* so far */
    struct mono next; /* when to look again */
    struct mono quiet_until;
};

/* What is known of operations that one thing spoilt (explain/explain.h). */
struct spoilt {
    uint64_t total; /* so far */
    struct mono quiet_until;
};

/* What the service manager was told. */
struct health {
    struct mono next; /* when to look again */
    /* Of the workers, the prober and the workers of the responder. */
    uint64_t turns[EXPORTER_WORKERS_MAX + 1 + REFLECT_WORKERS_MAX];
    char status[160];
};

/* What is looked at for changes; for the main thread. */
struct follow {
    int64_t interval_ns; /* of looking at the configuration; 0: never */
    bool expands_environment;
    struct inputs inputs; /* what the latest attempt to load it has read */
    struct watch *watch; /* of the directories of target files; NULL: none */
    bool is_blind; /* the system does not report all changes there */
    struct mono look_next; /* at the target files */
    struct mono check_next; /* of the configuration */
};

struct change_log;

struct exporter {
    /* Unchanging while HTTP runs. */
    const char *config_file;
    const char *metrics_path;
    const struct guard *guard; /* of HTTP, for the thread that serves; NULL: none */
    bool wants_realtime;
    bool may_impair_anywhere; /* program/answering.h */
    struct wall started;
    struct shard shard;
    uint8_t start_key[SIPHASH_KEY_BYTES];
    struct engine_worker *workers[EXPORTER_WORKERS_MAX]; /* NULL beyond the last */
    int64_t timeout_offset_ns;
    unsigned next_address_after; /* failed operations in a row; 0: never */
    struct spec_division work; /* of the targets among them */
    struct resolver *resolver;
    struct chooser *chooser; /* of the main thread; others read chooser_changes */
    struct prober *prober;
    struct history_keeper *history; /* NULL: no file */
    int wake_fd; /* written to wake the main thread */

    atomic_bool has_new_addresses; /* set by the resolver, and when a protocol was chosen */
    atomic_bool has_trial_results; /* set by the thread of the trials */
    atomic_bool is_realtime; /* the measuring threads have real-time priority */
    atomic_bool wants_reload; /* set by HTTP */
    atomic_bool was_ready; /* set by HTTP */
    struct shown_config shown;

    pthread_mutex_t mutex; /* for the following */
    struct responder_team *responder; /* NULL: none */
    struct replay_memory *replays; /* of each responder; NULL: none has had keys */
    struct target_files *files; /* NULL: none */
    struct spec_set *targets; /* what the workers were given, in the order of the file */
    char config_hash[CONFIG_HASH_BYTES]; /* of what is in force; "": not known */
    bool is_reload_successful;
    struct wall reload_success;
    double scrape_seconds; /* of the latest scrape; negative: there was none */

    /* The main thread's own. */
    struct http *http; /* NULL before it serves */
    struct archive *archive; /* for the first targets; NULL: none, or it was used */
    struct config *config; /* of its targets: those of the shard */
    size_t shared_count; /* targets in the file */
    struct engine_worker *trials; /* of protocols; NULL: none was needed yet */
    struct mono choices_next; /* when it is looked how it goes with what was chosen */
    bool has_names; /* whose addresses are judged */
    struct mono judge_next; /* when they are judged again */
    struct mono apply_next; /* when addresses may be taken over again */
    struct unearned unearned;
    struct spoilt spoilt[SPOILER_COUNT];
    struct mono spoilt_next; /* when to look again */
    struct change_log *changes; /* of targets; NULL before the first look */
    struct mono changes_next;
    struct operations operations; /* of targets that --log.target names */
    struct refusal_watch refusals; /* of the responder */
    struct health health;
    struct follow follow;
};

/* Wakes the main thread, from any thread. */
void exporter_wake(struct exporter *exporter);

/* As answering_may_impair. */
bool exporter_may_impair(const struct config *config, bool may_anywhere);

/* Takes over `config` at start: responder, names, targets. False with a line logged when the
 * responder cannot listen; the caller still owns `config` then. */
bool exporter_begin(struct exporter *exporter, struct config *config);

/* Reads the file again and takes it over, or keeps everything as it is and logs why. */
bool exporter_reload(struct exporter *exporter);

/* Reads the target files again and takes them over, and nothing else. */
void exporter_reread_files(struct exporter *exporter);

/* Reads the flags of struct follow. 0 or an exit status. */
int exporter_read_follow(const struct options *options, struct follow *out);

/* The configuration was read: its files are to be followed from now on. */
void exporter_follow_new(struct exporter *exporter);
/* To be polled for reading; -1: none. */
int exporter_follow_fd(const struct exporter *exporter);
/* Takes over what changed in target files. Returns when to call it again, unless the descriptor
 * says so. */
struct mono exporter_follow(struct exporter *exporter);
/* Whether it is time to look at the configuration, and it has changed. */
bool exporter_must_reload(struct exporter *exporter);
void exporter_follow_end(struct exporter *exporter);

/* Starts the threads that measure, or as many as the system allows: false with errno set then. */
bool exporter_start_workers(struct exporter *exporter);
void exporter_stop_workers(struct exporter *exporter);

/* Gives the measuring threads real-time priority, or logs which privilege that needs. When one of
 * them runs EXPORTER_REALTIME_MS without a pause, the kernel sends SIGXCPU to this process. */
#define EXPORTER_REALTIME_MS 500
void exporter_begin_realtime(struct exporter *exporter);
/* Takes the real-time priority back. */
void exporter_end_realtime(struct exporter *exporter);

/* Gives the targets, with the addresses known by now, to the workers, and waits until they have
 * them: some milliseconds. */
void exporter_apply(struct exporter *exporter);
/* The same when addresses or protocols are others than before. */
void exporter_renew(struct exporter *exporter);

/* Logs when this process may not ask about the clock of this host. */
void exporter_check_clock(void);

/* Names whose targets failed `next_address_after` times in a row move to their next address. */
void exporter_leave_dead_addresses(struct exporter *exporter);

/* Logs what keeps this host from measuring: each error once, with the first target that has it. */
void exporter_check_sockets(const struct spec_set *targets);

/* Looks now and then whether many datagrams answered nothing, and says so in the log, once a minute
 * at the most. Returns when to call it again. */
struct mono exporter_watch_unearned(struct exporter *exporter);

/* Logs what spoilt operations that completed, once a minute at the most. Returns when to call it
 * again. */
struct mono exporter_watch_spoilt(struct exporter *exporter);

/* Logs which targets changed their state, once a second. Returns when to call it again. */
struct mono exporter_watch_changes(struct exporter *exporter);
void exporter_end_changes(struct exporter *exporter);

/* The protocols of targets of operation auto: they are those of `targets` from now on, and when to
 * look after them again. */
struct chooser *exporter_new_chooser(struct exporter *exporter);
void exporter_set_choices(struct exporter *exporter, const struct spec_set *targets);
struct mono exporter_watch_choices(struct exporter *exporter);

/* Calls all that look now and then. Returns when to call it again. */
struct mono exporter_watch(struct exporter *exporter);

/* Tells the service manager now and then that every thread does its work (or nothing, when one does
 * not), and how many targets are measured. Returns when to call it again. */
struct mono exporter_report_health(struct exporter *exporter);

/* The functions that HTTP calls. */
struct http_handlers exporter_handlers(struct exporter *exporter);

/* What all workers have published, in the order of the file; the caller's reference. */
struct snapshot *exporter_acquire(struct exporter *exporter);

/* Draws a page from the view: true unless it says that there is no such target. */
bool exporter_draw_page(struct exporter *exporter, const struct expo_view *view,
                        const struct page_request *request, struct buf *out);

/* Handlers (web/handlers.h). */
struct stream_source exporter_open_targets(void *context, const struct selection *selection);
bool exporter_show_operations(void *context, const char *name, size_t limit, struct buf *out);
bool exporter_show_target(void *context, const char *name, struct buf *out);
void exporter_show_responder(void *context, struct buf *out);
bool exporter_find_evidence(void *context, const char *name, struct evidence_list *out);

/* What the measuring threads keep from now on. */
void exporter_set_evidence(struct exporter *exporter, const struct config_evidence *wanted);

#endif
