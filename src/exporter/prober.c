/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exporter/prober.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/duration.h"
#include "exporter/prober_job.h"
#include "host/clock.h"
#include "host/engine_worker.h"
#include "operation/operation.h"

#define JOBS_MAX 1000
/* The thread that measures ends an operation in time. When it does not come around, this much later
 * nobody waits for it any more. */
#define GRACE_NS NS_PER_SECOND

struct prober {
    int64_t offset_ns;
    pthread_mutex_t mutex; /* for the following four */
    struct prober_rules *rules; /* NULL: none */
    struct engine_worker *worker; /* NULL: not yet needed; stays to the end */
    bool is_realtime;
    uint64_t turns; /* that were told while there was no worker */
    /* Whom to tell. Readers are the threads that have news, which do not wait for each other. */
    pthread_rwlock_t wake_lock;
    void (*wake)(void *http);
    void *http;
    struct inquiries *inquiries;
    atomic_bool has_results; /* the worker has published */
    /* Of the thread that serves. */
    struct probe_job *jobs[JOBS_MAX]; /* NULL: free */
    size_t places; /* no job is behind */
    uint64_t serial;
    bool is_changed; /* the worker's targets are not those of the jobs */
    struct expo_probes counts;
};

/* Seconds without a unit are how other probers take it. */
int prober_read_offset(const struct options *options, int64_t *out)
{
    const char *text = options_value(options, "timeout-offset");
    bool is_read = probe_parse_seconds(text, out) || duration_parse(text, out) == NULL;
    return is_read && *out <= PROBE_TIMEOUT_MAX_NS
               ? 0
               : options_refuse(options, "timeout-offset", text, "a time from 0s to 2m");
}

/* On any thread. */
static void tell(void *context)
{
    struct prober *prober = context;
    pthread_rwlock_rdlock(&prober->wake_lock);
    if (prober->wake != NULL) {
        prober->wake(prober->http);
    }
    pthread_rwlock_unlock(&prober->wake_lock);
}

static void take_published(void *context)
{
    struct prober *prober = context;
    atomic_store(&prober->has_results, true);
    tell(prober);
}

struct prober *prober_new(int64_t offset_ns)
{
    struct prober *prober = mem_alloc(1, sizeof *prober);
    prober->offset_ns = offset_ns;
    pthread_mutex_init(&prober->mutex, NULL);
    pthread_rwlock_init(&prober->wake_lock, NULL);
    prober->inquiries = inquiries_new(tell, prober);
    return prober;
}

void prober_free(struct prober *prober)
{
    if (prober == NULL) {
        return;
    }
    engine_worker_stop(prober->worker);
    inquiries_free(prober->inquiries);
    prober_rules_unref(prober->rules);
    pthread_rwlock_destroy(&prober->wake_lock);
    pthread_mutex_destroy(&prober->mutex);
    free(prober);
}

bool prober_configure(struct prober *prober, struct prober_rules *rules)
{
    pthread_mutex_lock(&prober->mutex);
    if (rules != NULL && prober->worker == NULL) {
        prober->worker = engine_worker_start_prompt(take_published, prober);
        if (prober->worker != NULL && prober->is_realtime) {
            (void)engine_worker_set_realtime(prober->worker, true);
        }
    }
    bool has_worker = rules == NULL || prober->worker != NULL;
    struct prober_rules *before = prober->rules;
    prober->rules = rules == NULL || !has_worker ? NULL : prober_rules_ref(rules);
    pthread_mutex_unlock(&prober->mutex);
    prober_rules_unref(before);
    return has_worker;
}

int prober_set_realtime(struct prober *prober, bool is_realtime)
{
    pthread_mutex_lock(&prober->mutex);
    prober->is_realtime = is_realtime;
    int error =
        prober->worker == NULL ? 0 : engine_worker_set_realtime(prober->worker, is_realtime);
    pthread_mutex_unlock(&prober->mutex);
    return error;
}

uint64_t prober_nudge(struct prober *prober)
{
    pthread_mutex_lock(&prober->mutex);
    uint64_t turns = prober->worker == NULL ? ++prober->turns : engine_worker_nudge(prober->worker);
    pthread_mutex_unlock(&prober->mutex);
    return turns;
}

struct snapshot *prober_acquire_stats(struct prober *prober)
{
    pthread_mutex_lock(&prober->mutex);
    struct snapshot *snapshot =
        prober->worker == NULL ? NULL : engine_worker_acquire(prober->worker);
    pthread_mutex_unlock(&prober->mutex);
    if (snapshot == NULL) {
        return NULL;
    }
    struct snapshot *stats = snapshot_new(0);
    stats->stats = snapshot->stats;
    snapshot_unref(snapshot);
    return stats;
}

struct expo_probes prober_counts(const struct prober *prober)
{
    return prober->counts;
}

static void attach(void *context, void (*wake)(void *http), void *http)
{
    struct prober *prober = context;
    pthread_rwlock_wrlock(&prober->wake_lock);
    prober->wake = wake;
    prober->http = http;
    pthread_rwlock_unlock(&prober->wake_lock);
}

/* The caller's reference; NULL: there are none. */
static struct prober_rules *take_rules(struct prober *prober)
{
    pthread_mutex_lock(&prober->mutex);
    struct prober_rules *rules = prober->rules == NULL ? NULL : prober_rules_ref(prober->rules);
    pthread_mutex_unlock(&prober->mutex);
    return rules;
}

/* Why the module cannot be asked of the target; NULL: it can. */
static const char *check_module(const struct prober_module *module, const struct probe_query *query)
{
    if (module == NULL) {
        return "module is none of those that may be asked for here (probe.modules)";
    }
    enum addr_family family = spec_ip_version(module->spec);
    if (query->port != 0 && !module->spec->operation->has_ports) {
        return "target has a port, but the operation of the module has none";
    }
    if (query->addr.family != ADDR_NONE && family != ADDR_NONE && family != query->addr.family) {
        return "target is an address of another IP version than that of the module";
    }
    return query->port != 0 && spec_is_control_port(module->spec, query->port)
               ? "target has a port where responders take control requests, not probes"
               : NULL;
}

/* What is wrong with the request; NULL: nothing. */
static const char *refuse(const struct prober *prober, const struct request *request,
                          struct probe_job *job, enum expo_probe_refusal *refusal)
{
    *refusal = EXPO_PROBE_OFF;
    if (job->rules == NULL) {
        return "nothing is measured on request: the configuration has no section probe";
    }
    *refusal = EXPO_PROBE_INVALID;
    const char *problem = probe_query_read(request, &job->query);
    job->module = problem == NULL ? prober_find_module(job->rules, job->query.module) : NULL;
    problem = problem == NULL ? check_module(job->module, &job->query) : problem;
    if (problem != NULL) {
        return problem;
    }
    *refusal = EXPO_PROBE_FORBIDDEN;
    if (job->query.addr.family != ADDR_NONE && !prober_allows(job->rules, &job->query.addr)) {
        return "target is not in probe.allow";
    }
    *refusal = EXPO_PROBE_BUSY;
    return prober->counts.running >= job->rules->max_concurrent
               ? "as many operations run as may (probe.max_concurrent), try again later"
               : NULL;
}

static int64_t time_left(const struct probe_job *job)
{
    return job->budget_ns - mono_diff(clock_now().mono, job->begun);
}

/* Ends it: what is measured for it is not any more. */
static void end_job(struct prober *prober, struct probe_job *job)
{
    prober->counts.running--;
    prober->counts.ended[job->result] += !job->is_forbidden;
    prober->counts.refused[EXPO_PROBE_FORBIDDEN] += job->is_forbidden;
    prober->is_changed |= job->spec != NULL;
}

static void end_without(struct prober *prober, struct probe_job *job, enum expo_probe_result result)
{
    probe_job_end(job, result);
    end_job(prober, job);
}

/* The address is known (ADDR_NONE: there is none). */
static void measure(struct prober *prober, struct probe_job *job, const struct addr *ip)
{
    int64_t left_ns = time_left(job);
    if (ip->family != ADDR_NONE && !prober_allows(job->rules, ip)) {
        job->is_forbidden = true;
        end_without(prober, job, EXPO_PROBE_FAILURE);
    } else if (left_ns <= 0) {
        end_without(prober, job, EXPO_PROBE_TIMEOUT);
    } else {
        probe_job_set_spec(job, ip, left_ns, prober->serial++);
        prober->is_changed = true;
    }
}

/* False: nobody can look up the name now. */
static bool look_up(struct prober *prober, struct probe_job *job)
{
    if (job->query.addr.family != ADDR_NONE) {
        measure(prober, job, &job->query.addr);
        return true;
    }
    job->inquiry =
        inquiry_begin(prober->inquiries, job->query.host, spec_ip_version(job->module->spec));
    return job->inquiry != NULL;
}

/* Hands the worker what the jobs want measured. */
static void apply(struct prober *prober)
{
    struct spec *specs[JOBS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < prober->places; i++) {
        const struct probe_job *job = prober->jobs[i];
        if (job != NULL && job->spec != NULL && !job->has_ended) {
            specs[count++] = spec_ref(job->spec);
        }
    }
    struct spec_set *set = spec_set_new(specs, count);
    engine_worker_apply(prober->worker, set);
    spec_set_unref(set);
    prober->is_changed = false;
}

static void apply_changes(struct prober *prober)
{
    if (prober->is_changed) {
        apply(prober);
    }
}

/* False: all are taken. */
static bool take_place(struct prober *prober, struct probe_job *job)
{
    size_t place = 0;
    while (place < prober->places && prober->jobs[place] != NULL) {
        place++;
    }
    if (place == JOBS_MAX) {
        return false;
    }
    job->place = place;
    prober->jobs[place] = job;
    prober->places = place < prober->places ? prober->places : place + 1;
    return true;
}

static struct probe_job *begin(void *context, const struct request *request, struct buf *message,
                               enum expo_probe_refusal *refusal)
{
    struct prober *prober = context;
    struct probe_job *job = mem_alloc(1, sizeof *job);
    job->rules = take_rules(prober);
    job->client = request->client;
    job->begun = clock_now().mono;
    const char *problem = refuse(prober, request, job, refusal);
    job->budget_ns = probe_budget_ns(job->query.timeout_ns, prober->offset_ns);
    if (problem == NULL && !take_place(prober, job)) {
        problem = "too many answers are being sent, try again later";
    }
    prober->counts.running += problem == NULL;
    if (problem == NULL && !look_up(prober, job)) {
        prober->counts.running--;
        prober->jobs[job->place] = NULL;
        problem = "too many host names are being looked up, try again later";
    }
    if (problem != NULL) {
        prober->counts.refused[*refusal]++;
        buf_add_string(message, problem);
        probe_job_free(job);
        return NULL;
    }
    apply_changes(prober);
    return job;
}

static void take_address(struct prober *prober, struct probe_job *job)
{
    struct addr addr;
    if (!inquiry_is_over(job->inquiry, &addr, &job->lookup_ns)) {
        return;
    }
    inquiry_drop(job->inquiry);
    job->inquiry = NULL;
    job->lookup_at = clock_now().wall;
    measure(prober, job, &addr);
}

/* The job that it is about; NULL: that has ended. */
static struct probe_job *find_job(struct prober *prober, const struct report *report)
{
    size_t place = strtoul(report->spec->identity.name, NULL, 10);
    struct probe_job *job = place < prober->places ? prober->jobs[place] : NULL;
    return job != NULL && job->spec == report->spec && !job->has_ended ? job : NULL;
}

static void take_results(struct prober *prober)
{
    if (!atomic_exchange(&prober->has_results, false)) {
        return;
    }
    struct snapshot *snapshot = engine_worker_acquire(prober->worker);
    for (size_t i = 0; i < snapshot->count; i++) {
        struct report *report = snapshot->reports[i];
        bool is_over = report->has_run || report->was_cut;
        struct probe_job *job = is_over ? find_job(prober, report) : NULL;
        if (job != NULL) {
            probe_job_take(job, report);
            end_job(prober, job);
        }
    }
    snapshot_unref(snapshot);
}

/* Time is over without a word. */
static void end_overdue(struct prober *prober, struct probe_job *job)
{
    int64_t grace_ns = job->inquiry == NULL ? GRACE_NS : 0;
    if (!job->has_ended && time_left(job) + grace_ns <= 0) {
        job->lookup_ns = job->inquiry == NULL ? job->lookup_ns : job->budget_ns;
        end_without(prober, job, EXPO_PROBE_TIMEOUT);
    }
}

static void *next(void *context)
{
    struct prober *prober = context;
    void *client = NULL;
    take_results(prober);
    for (size_t i = 0; i < prober->places && client == NULL; i++) {
        struct probe_job *job = prober->jobs[i];
        if (job == NULL || job->client == NULL) {
            continue;
        }
        if (job->inquiry != NULL) {
            take_address(prober, job);
        }
        end_overdue(prober, job);
        if (job->has_ended) {
            client = job->client;
            job->client = NULL;
        }
    }
    apply_changes(prober);
    return client;
}

static enum probe_answer answer(void *context, struct probe_job *job,
                                const struct metrics_request *wanted, struct buf *out)
{
    (void)context;
    return probe_job_answer(job, wanted, out);
}

static void drop(void *context, struct probe_job *job)
{
    struct prober *prober = context;
    if (!job->has_ended) {
        end_without(prober, job, EXPO_PROBE_CANCELLED);
    }
    prober->jobs[job->place] = NULL;
    probe_job_free(job);
    apply_changes(prober);
}

struct probe_handlers prober_handlers(struct prober *prober)
{
    return (struct probe_handlers){
        .context = prober,
        .attach = attach,
        .begin = begin,
        .next = next,
        .answer = answer,
        .drop = drop,
    };
}
