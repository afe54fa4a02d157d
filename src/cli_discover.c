/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_discover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli.h"
#include "config/config.h"
#include "host/clock.h"
#include "host/host.h"

#define PROGRESS_NS (200 * NS_PER_MS)
#define TIMEOUT_MIN_NS (10 * NS_PER_MS)
#define TIMEOUT_MAX_NS (60 * NS_PER_SECOND)

enum { EXIT_NONE = 1 };

static const struct option_row rows[] = {
    {"port", "N", "16384", "port that a responder is asked to open for 100 ms", false},
    {"control-port", "N", "1967", "control port to ask", false},
    {"parallel", "N", "32", "addresses that are asked at the same time, 1 to 1024", false},
    {"rate", "N", "50", "requests a second, 1 to 1000", false},
    {"timeout", "DURATION", "1s", "wait for each request, 10ms to 60s", false},
    {"tries", "N", "2", "requests to an address that does not answer, 1 to 5", false},
    {"force", NULL, NULL, "allow prefixes up to a /16", false},
    {"output", "FORMAT", "text", "text or json", false},
};

static const struct options_program program = {
    .name = "ipsla discover",
    .usage = "HOST... [flags]",
    .summary = "Says which addresses (names, or prefixes up to a /24) answer IP SLA control "
               "requests.\nA responder that answers opens a UDP port for 100 ms (or for its own "
               "minimum).",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = OPTIONS_POSITIONAL_MAX,
};

struct run {
    const struct cli_hosts *hosts;
    struct discover *discover;
    struct host *host;
    bool is_json;
    bool has_progress; /* on standard error */
    struct mono next_progress;
    size_t printed; /* addresses, in their order */
    size_t responders; /* among them */
};

static bool read_number(const struct options *options, const char *name, uint64_t max,
                        unsigned *out)
{
    const char *text = options_value(options, name);
    uint64_t value;
    if (!options_parse_number(text, 1, max, &value)) {
        char allowed[32];
        snprintf(allowed, sizeof allowed, "1 to %u", (unsigned)max);
        options_refuse(options, name, text, allowed);
        return false;
    }
    *out = (unsigned)value;
    return true;
}

static bool read_timeout(const struct options *options, int64_t *out)
{
    const char *text = options_value(options, "timeout");
    int64_t value;
    if (!config_parse_duration(text, &value) || value < TIMEOUT_MIN_NS || value > TIMEOUT_MAX_NS) {
        options_refuse(options, "timeout", text, "a duration from 10ms to 60s");
        return false;
    }
    *out = value;
    return true;
}

static bool read_settings(const struct options *options, struct discover_settings *out)
{
    unsigned port = 0;
    unsigned control_port = 0;
    if (!read_number(options, "port", UINT16_MAX, &port) ||
        !read_number(options, "control-port", UINT16_MAX, &control_port) ||
        !read_number(options, "parallel", DISCOVER_PARALLEL_MAX, &out->parallel) ||
        !read_number(options, "rate", DISCOVER_RATE_MAX, &out->rate) ||
        !read_number(options, "tries", DISCOVER_TRIES_MAX, &out->tries) ||
        !read_timeout(options, &out->timeout_ns)) {
        return false;
    }
    out->port = (uint16_t)port;
    out->control_port = (uint16_t)control_port;
    /* Another start than that of a run just before, whose answers may still be on the way. */
    out->first_id = (uint8_t)(clock_now().wall.ns / NS_PER_MS);
    return true;
}

static void clear_progress(const struct run *run)
{
    if (run->has_progress) {
        fputs("\r\033[K", stderr);
    }
}

static void show_progress(struct run *run, struct instant now)
{
    if (run->has_progress && !mono_is_before(now.mono, run->next_progress)) {
        fprintf(stderr, "\r%zu of %zu addresses\033[K", discover_count(run->discover),
                run->hosts->count);
        run->next_progress = mono_add(now.mono, PROGRESS_NS);
    }
}

/* Prints what has a result and is next in the order. */
static void print_results(struct run *run)
{
    struct buf out = {0};
    for (; run->printed < run->hosts->count; run->printed++) {
        size_t index = run->printed;
        const struct discover_result *result = discover_result(run->discover, index);
        if (!result->is_over) {
            break;
        }
        run->responders +=
            result->outcome == DISCOVER_ACCEPTED || result->outcome == DISCOVER_REFUSED;
        if (run->is_json) {
            cli_discover_add_json(&run->hosts->hosts[index], result, &out);
        } else {
            cli_discover_add_row(run->hosts, index, result, &out);
        }
    }
    if (out.size > 0) {
        clear_progress(run);
        fputs(buf_string(&out), stdout);
        fflush(stdout);
    }
    buf_fini(&out);
}

static struct mono after(void *context, struct instant now)
{
    struct run *run = context;
    print_results(run);
    show_progress(run, now);
    if (discover_is_over(run->discover)) {
        clear_progress(run);
        host_stop(run->host);
    }
    return MONO_NEVER;
}

static void print_text(void (*add)(struct buf *out))
{
    struct buf out = {0};
    add(&out);
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
}

static int report_error(int error)
{
    fprintf(stderr, "%s: %s\n", program.name, strerror(error));
    return EXIT_NONE;
}

static int drive(struct run *run)
{
    struct host_hook hook = {.after = after, .context = run};
    run->host = host_new(discover_machine(run->discover), hook);
    if (run->host == NULL) {
        return report_error(errno);
    }
    if (!run->is_json) {
        struct buf head = {0};
        cli_discover_add_head(run->hosts, &head);
        fputs(buf_string(&head), stdout);
        buf_fini(&head);
    }
    host_run(run->host);
    host_free(run->host);
    if (discover_error(run->discover) != 0) {
        return report_error(discover_error(run->discover));
    }
    if (!run->is_json) {
        print_text(cli_discover_add_legend);
    }
    if (discover_unmatched(run->discover) > 0) {
        fprintf(stderr, "%s: %llu datagrams were no answer to a request\n", program.name,
                (unsigned long long)discover_unmatched(run->discover));
    }
    return run->responders > 0 ? EXIT_SUCCESS : EXIT_NONE;
}

static int discover(const struct cli_hosts *hosts, const struct discover_settings *settings,
                    bool is_json)
{
    struct run run = {
        .hosts = hosts,
        .is_json = is_json,
        .has_progress = isatty(STDERR_FILENO) != 0,
        .next_progress = clock_now().mono,
    };
    struct addr *peers = mem_alloc(hosts->count, sizeof *peers);
    for (size_t i = 0; i < hosts->count; i++) {
        peers[i] = hosts->hosts[i].addr;
    }
    run.discover = discover_new(settings, peers, hosts->count);
    free(peers);
    int status = drive(&run);
    discover_free(run.discover);
    return status;
}

int cli_discover_main(int argc, char **argv)
{
    struct options options;
    struct discover_settings settings = {0};
    struct cli_hosts hosts;
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    const char *format = options_value(&options, "output");
    bool is_json = strcmp(format, "json") == 0;
    if (!is_json && strcmp(format, "text") != 0) {
        return options_refuse(&options, "output", format, "text or json");
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "ipsla discover: which hosts? (ipsla discover --help)\n");
        return OPTIONS_EXIT_USAGE;
    }
    if (!read_settings(&options, &settings) ||
        !cli_hosts_read(&options, options_has(&options, "force"), &hosts)) {
        return OPTIONS_EXIT_USAGE;
    }
    status = hosts.count == 0 ? EXIT_NONE : discover(&hosts, &settings, is_json);
    cli_hosts_fini(&hosts);
    return status;
}
