/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla_exporter: flags, signals, and what the main thread waits for. */
#include "exporter/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/log.h"
#include "program/config_file.h"
#include "program/daemon.h"
#include "program/start_key.h"
#include "program/web_flags.h"

#define APPLY_INTERVAL_NS (200 * NS_PER_MS)
#define JUDGE_INTERVAL_NS NS_PER_SECOND

static const struct option_row rows[] = {
    {"config.file", "FILE", "ipsla.yml", "The configuration.", false},
    {"config.check", NULL, NULL, "Check the configuration, print every problem, and exit.", false},
    {"config.print-schema", NULL, NULL, "Print the JSON Schema of the configuration, and exit.",
     false},
    {"config.expand-environment-variables", NULL, NULL,
     "Replace ${NAME} in values of the configuration by the environment variable; $$ is a dollar.",
     false},
    {"config.enable-auto-reload", NULL, NULL,
     "Reload when the configuration, or a secret that it names, holds something else.", false,
     "config.auto-reload"},
    {"config.auto-reload-interval", "DURATION", "30s", "How often to look whether it does.", false},
    SHARD_ROW("Measure"),
    {"start-key-file", "FILE", NULL,
     "Secret from which the starts of targets follow; without it the machine's own.", false},
    WORKERS_ROW,
    {"resolve.next-address-after", "N", "3",
     "Failed operations in a row after which a host name with several addresses is measured at the "
     "next one. 0: never.",
     false},
    {"timeout-offset", "DURATION", "500ms",
     "How much earlier than the scrape an operation asked for at /probe must end; also in seconds, "
     "as 0.5.",
     false},
    {"history.file", "FILE", NULL,
     "Keep the latest operations of the targets in this file over a restart.", false},
    {"realtime", NULL, NULL, "Run the measuring threads with real-time priority (SCHED_FIFO).",
     false},
    DAEMON_IMPAIR_ROW,
    WEB_FLAGS_ROWS(":10967"),
    DAEMON_LOGGING_ROWS,
    {"log.target", "NAME", NULL, "With --log.level=debug: log each operation of this target.",
     true},
};

static const struct options_program program = {
    .name = "ipsla_exporter",
    .usage = "[flags]",
    .summary = "Measures network paths with Cisco IP SLA and serves the results to Prometheus.\n"
               "SIGHUP reloads the configuration; SIGTERM and SIGINT end it.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* One line: what it takes at most, and what there is here. */
static void print_need(const char *what, uint64_t needed, uint64_t allowed)
{
    printf("%s: %" PRIu64 " needed at most", what, needed);
    if (allowed != UINT64_MAX) {
        printf(", %" PRIu64 " allowed here%s", allowed, needed > allowed ? ": too few" : "");
    }
    printf("\n");
}

/* 0 or an exit status. */
static int read_next_address(const struct options *options, unsigned *out)
{
    const char *text = options_value(options, "resolve.next-address-after");
    uint64_t count;
    if (!options_parse_number(text, 0, 1000, &count)) {
        return options_refuse(options, "resolve.next-address-after", text,
                              "a number from 0 to 1000");
    }
    *out = (unsigned)count;
    return 0;
}

/* 0 or an exit status. */
static int read_start_key(const struct options *options, uint8_t out[SIPHASH_KEY_BYTES])
{
    const char *file = options_value(options, "start-key-file");
    const char *problem = start_key_read(file, out);
    return problem == NULL ? 0 : options_reject(options, "start-key-file", file, problem);
}

/* Who named no file may not know that one can. */
static struct config *load_config(const struct options *options, struct follow *follow,
                                  struct config *(*read)(const struct config_source *source))
{
    const char *file = options_value(options, "config.file");
    const struct config_source source = {.file = file,
                                         .expands_environment = follow->expands_environment,
                                         .now = clock_now().wall,
                                         .inputs = &follow->inputs};
    struct config *config = read(&source);
    if (config == NULL && !options_has(options, "config.file")) {
        fprintf(stderr, "ipsla_exporter: without --config.file=FILE the file is ./%s\n", file);
    }
    return config;
}

static int check_config(const struct options *options, struct follow *follow,
                        const struct shard *shard, unsigned workers)
{
    const char *file = options_value(options, "config.file");
    struct config *config = load_config(options, follow, config_file_check);
    inputs_fini(&follow->inputs);
    if (config == NULL || !exporter_may_impair(config, options_has(options, "impair-anywhere"))) {
        config_free(config);
        return OPTIONS_EXIT_USAGE;
    }
    size_t count = config->targets->count;
    printf("%s: ok, %zu %s", file, count, count == 1 ? "target" : "targets");
    if (shard->count > 1) {
        size_t own = shard_keep(shard, config);
        printf(", %zu in shard %u/%u", own, shard->number, shard->count);
    }
    printf("\n");
    daemon_raise_limits();
    struct limits needed = limits_needed(config, workers);
    struct limits allowed = limits_allowed();
    print_need("file descriptors", needed.descriptors, allowed.descriptors);
    print_need("local ports", needed.ports, allowed.ports);
    config_free(config);
    return 0;
}

static void on_new_addresses(void *context)
{
    struct exporter *exporter = context;
    atomic_store(&exporter->has_new_addresses, true);
    exporter_wake(exporter);
}

/* Reloads; answers the client that requested it by HTTP before, if there is one. */
static void reload(struct exporter *exporter)
{
    bool is_requested = atomic_exchange(&exporter->wants_reload, false);
    char state[64];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             clock_now().mono.ns / NS_PER_US);
    daemon_notify(state);
    bool is_successful = exporter_reload(exporter);
    exporter_follow_new(exporter);
    daemon_notify("READY=1");
    if (is_requested) {
        http_reloaded(exporter->http, is_successful);
    }
}

static void on_wake(struct exporter *exporter)
{
    uint64_t count;
    ssize_t size = read(exporter->wake_fd, &count, sizeof count);
    (void)size;
    if (atomic_load(&exporter->wants_reload)) {
        reload(exporter);
    }
}

/* Many names may be resolved one after the other: what is O(targets) is done for all that have been
 * by then. */
static void apply_addresses(struct exporter *exporter)
{
    struct mono now = clock_now().mono;
    if (!mono_is_before(now, exporter->apply_next) &&
        atomic_exchange(&exporter->has_new_addresses, false)) {
        exporter_renew(exporter);
        exporter->apply_next = mono_add(now, APPLY_INTERVAL_NS);
    }
}

/* Once a JUDGE_INTERVAL_NS: what the targets say of their addresses. */
static void judge_addresses(struct exporter *exporter)
{
    struct mono now = clock_now().mono;
    if (exporter->has_names && !mono_is_before(now, exporter->judge_next)) {
        exporter_leave_dead_addresses(exporter);
        exporter->judge_next = mono_add(now, JUDGE_INTERVAL_NS);
    }
}

/* For poll(2): until `next`, or until addresses that wait are due. */
static int wait_ms(struct exporter *exporter, struct mono next)
{
    if (exporter->has_names) {
        next = mono_min(next, exporter->judge_next);
    }
    if (atomic_load(&exporter->has_new_addresses)) {
        next = mono_min(next, exporter->apply_next);
    }
    int64_t left_ns = mono_diff(next, clock_now().mono);
    return left_ns <= 0 ? 0 : (int)(left_ns / NS_PER_MS) + 1;
}

/* False when the signal says that this is the end. */
static bool on_signal(struct exporter *exporter, int signal_fd)
{
    struct signalfd_siginfo info;
    if (read(signal_fd, &info, sizeof info) != (ssize_t)sizeof info) {
        return true;
    }
    if (info.ssi_signo == SIGHUP) {
        reload(exporter);
        return true;
    }
    if (info.ssi_signo == SIGXCPU) {
        exporter_end_realtime(exporter);
        return true;
    }
    log_line(LOG_LEVEL_INFO, "stopping", "signal", sigabbrev_np((int)info.ssi_signo), NULL);
    return false;
}

static void wait_for_end(struct exporter *exporter, int signal_fd)
{
    bool goes_on = true;
    while (goes_on) {
        struct mono next = exporter_watch(exporter);
        struct pollfd items[] = {
            {.fd = signal_fd, .events = POLLIN},
            {.fd = exporter->wake_fd, .events = POLLIN},
            {.fd = exporter_follow_fd(exporter), .events = POLLIN},
        };
        if (poll(items, 3, wait_ms(exporter, next)) < 0) {
            continue;
        }
        if (items[1].revents != 0) {
            on_wake(exporter);
        }
        if (exporter_must_reload(exporter)) {
            reload(exporter);
        }
        apply_addresses(exporter);
        judge_addresses(exporter);
        goes_on = items[0].revents == 0 || on_signal(exporter, signal_fd);
    }
}

static void refuse_system(const char *what)
{
    log_line(LOG_LEVEL_ERROR, "cannot start", "part", what, "error", strerror(errno), NULL);
}

/* Requests in flight are answered first. */
static void stop(struct exporter *exporter)
{
    daemon_notify("STOPPING=1");
    http_stop(exporter->http);
    history_keeper_stop(exporter->history);
    prober_free(exporter->prober);
    engine_worker_stop(exporter->trials);
    exporter_stop_workers(exporter);
    responder_team_stop(exporter->responder, NULL);
    exporter_end_changes(exporter);
    resolver_stop(exporter->resolver);
    chooser_free(exporter->chooser);
    exporter_follow_end(exporter);
    target_files_unref(exporter->files);
    shown_config_fini(&exporter->shown);
    config_free(exporter->config);
    free(exporter->replays);
    spec_set_unref(exporter->targets);
    archive_free(exporter->archive);
    close(exporter->wake_fd);
}

static struct snapshot *acquire_targets(void *context)
{
    return exporter_acquire(context);
}

/* Runs with `config`, which it takes over. Returns the exit status. */
static int run(struct exporter *exporter, struct config *config, struct web_flags *web)
{
    static const int also[] = {SIGHUP, SIGXCPU, 0};
    sigset_t signals = daemon_block_signals(also);
    daemon_raise_limits();
    int signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    exporter->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bool has_workers = exporter_start_workers(exporter);
    exporter->resolver = resolver_new(on_new_addresses, exporter);
    exporter->chooser = exporter_new_chooser(exporter);
    exporter->prober = prober_new(exporter->timeout_offset_ns);
    bool has_begun = false;
    if (signal_fd < 0 || exporter->wake_fd < 0 || !has_workers) {
        refuse_system("worker");
    } else {
        exporter->archive = history_keeper_read(exporter->history);
        has_begun = exporter_begin(exporter, config);
    }
    if (!has_begun) {
        config_free(config);
    } else {
        /* Last, so that the first scrape finds every target. */
        struct http_handlers handlers = exporter_handlers(exporter);
        exporter->http = web_flags_start(web, &handlers);
    }
    bool is_running = exporter->http != NULL;
    if (is_running) {
        if (exporter->wants_realtime) {
            exporter_begin_realtime(exporter);
        }
        web_flags_log(web, exporter->http);
        history_keeper_start(exporter->history, acquire_targets, exporter);
        exporter_check_clock();
        daemon_notify("READY=1");
        exporter_follow_new(exporter);
        wait_for_end(exporter, signal_fd);
    }
    stop(exporter);
    close(signal_fd);
    return is_running ? 0 : 1;
}

/* Large blocks, such as those of a file being read, go back to the system when they are freed.
 * Unless told so, glibc keeps them from the second time on. */
#define LARGE_BYTES (128 * 1024)

int main(int argc, char **argv)
{
    struct options options;
    struct web_flags web;
    struct shard shard;
    struct spec_division work;
    unsigned next_address_after;
    uint8_t start_key[SIPHASH_KEY_BYTES];
    struct follow follow;
    int64_t timeout_offset_ns;
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (options_has(&options, "config.print-schema")) {
        return config_file_print_schema();
    }
    status = web_flags_read(&options, &web);
    if (status == 0) {
        status = shard_read(&options, &shard);
    }
    if (status == 0) {
        status = workers_read(&options, &work);
    }
    if (status == 0) {
        status = read_next_address(&options, &next_address_after);
    }
    if (status == 0) {
        status = read_start_key(&options, start_key);
    }
    if (status == 0) {
        status = exporter_read_follow(&options, &follow);
    }
    if (status == 0) {
        status = prober_read_offset(&options, &timeout_offset_ns);
    }
    if (status == 0) {
        status = daemon_read_logging(&options);
    }
    bool is_check = status == 0 && options_has(&options, "config.check");
    if (is_check) {
        status = check_config(&options, &follow, &shard, work.count);
    }
    if (is_check || status != 0) {
        web_flags_fini(&web);
        return status;
    }
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    struct config *config = load_config(&options, &follow, daemon_begin_config);
    if (config == NULL) {
        inputs_fini(&follow.inputs);
        web_flags_fini(&web);
        return OPTIONS_EXIT_USAGE; /* to start again is of no use */
    }
    struct exporter exporter = {
        .config_file = options_value(&options, "config.file"),
        .metrics_path = web.http.metrics_path,
        .guard = web.http.guard,
        .wants_realtime = options_has(&options, "realtime"),
        .may_impair_anywhere = options_has(&options, "impair-anywhere"),
        .shard = shard,
        .next_address_after = next_address_after,
        .timeout_offset_ns = timeout_offset_ns,
        .history = history_keeper_new(options_value(&options, "history.file")),
        .work = work,
        .started = clock_now().wall,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .shown = {.mutex = PTHREAD_MUTEX_INITIALIZER},
        .scrape_seconds = -1,
        .follow = follow,
    };
    memcpy(exporter.start_key, start_key, sizeof start_key);
    operations_read(&options, &exporter.operations);
    status = run(&exporter, config, &web);
    web_flags_fini(&web);
    return status;
}
