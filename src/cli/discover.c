/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/discover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "config/duration.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/host.h"

#define PROGRESS_NS (200 * NS_PER_MS)
#define TIMEOUT_MIN_NS (10 * NS_PER_MS)
#define TIMEOUT_MAX_NS (60 * NS_PER_SECOND)

enum { EXIT_NONE = 1 };

static const struct option_row rows[] = {
    {"methods", "LIST", "v1,v2,stamp,twamp,echo,timestamp",
     "What to ask: control requests of version 1 and 2, STAMP or TWAMP Light, servers of TWAMP, "
     "ICMP "
     "echo, ICMP timestamp."},
    {"port", "N", "16384",
     "Port that a responder is asked to open for 100 ms; version 2 uses the port after it."},
    {"control-port", "N", "1967", "Control port of version 1."},
    {"control-port-v2", "N", "1167", "Control port of version 2."},
    {"stamp-port", "N", "862", "Port of STAMP and TWAMP Light reflectors."},
    {"twamp-port", "N", "862", "TCP port of TWAMP servers."},
    {"parallel", "N", "32", "Requests that are waited for at the same time, 1 to 1024."},
    {"rate", "N", "50", "Requests a second, 1 to 1000."},
    {"timeout", "DURATION", "1s", "How long to wait for each answer, 10ms to 60s."},
    {"tries", "N", "2", "How often a request is sent in all, 1 to 5."},
    {"force", NULL, NULL, "Allow prefixes up to a /16, of IPv6 a /112."},
    {"output", "FORMAT", "text", "text, json, or yaml: a configuration with what answered."},
};

static const struct options_program program = {
    .name = "ipsla discover",
    .usage = "HOST... [flags]",
    .summary = "Says which addresses (names, or prefixes up to a /24, of IPv6 a /120) answer IP "
               "SLA control\nrequests of version 1 and 2, test packets of STAMP and TWAMP Light, "
               "connections to TWAMP\nservers, ICMP echoes and ICMP timestamps. An IP SLA "
               "responder that answers opens a UDP port "
               "for 100 ms (or for its own minimum).",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = OPTIONS_POSITIONAL_MAX,
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_YAML };

struct run {
    struct cli_discover view;
    struct discover *discover;
    struct host *host;
    enum format format;
    uint16_t port; /* that is asked for */
    bool has_progress; /* on standard error */
    bool has_told; /* what cannot be asked */
    struct mono next_progress;
    size_t printed; /* addresses, in their order */
    size_t found; /* among them */
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
    uint64_t number;
    if (options_parse_number(text, 1, UINT16_MAX, &number)) { /* milliseconds, as for probe */
        value = (int64_t)number * NS_PER_MS;
        if (value >= TIMEOUT_MIN_NS && value <= TIMEOUT_MAX_NS) {
            *out = value;
            return true;
        }
    }
    if (duration_parse(text, &value) != NULL || value < TIMEOUT_MIN_NS || value > TIMEOUT_MAX_NS) {
        options_refuse(options, "timeout", text, "a duration from 10ms to 60s");
        return false;
    }
    *out = value;
    return true;
}

static bool read_method(const char *word, size_t length, bool methods[DISCOVER_METHOD_COUNT])
{
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        const char *name = discover_method_name(method);
        if (strlen(name) == length && memcmp(name, word, length) == 0) {
            methods[method] = true;
            return true;
        }
    }
    return false;
}

static bool read_methods(const struct options *options, bool methods[DISCOVER_METHOD_COUNT])
{
    const char *text = options_value(options, "methods");
    for (const char *word = text; word != NULL;) {
        const char *comma = strchr(word, ',');
        size_t length = comma == NULL ? strlen(word) : (size_t)(comma - word);
        if (!read_method(word, length, methods)) {
            options_refuse(options, "methods", text,
                           "a list of v1, v2, stamp, twamp, echo, timestamp");
            return false;
        }
        word = comma == NULL ? NULL : comma + 1;
    }
    return true;
}

static bool read_ports(const struct options *options, struct discover_settings *out)
{
    unsigned port = 0;
    unsigned v1 = 0;
    unsigned v2 = 0;
    unsigned stamp = 0;
    unsigned twamp = 0;
    if (!read_number(options, "port", UINT16_MAX, &port) ||
        !read_number(options, "control-port", UINT16_MAX, &v1) ||
        !read_number(options, "control-port-v2", UINT16_MAX, &v2) ||
        !read_number(options, "stamp-port", UINT16_MAX, &stamp) ||
        !read_number(options, "twamp-port", UINT16_MAX, &twamp)) {
        return false;
    }
    unsigned second = port == UINT16_MAX ? port - 1 : port + 1;
    if (port == v1 || port == v2 || second == v1 || second == v2) {
        options_refuse(options, "port", options_value(options, "port"),
                       "a port that, as the one after it, is no control port");
        return false;
    }
    out->ports[DISCOVER_V1] = (uint16_t)port;
    out->ports[DISCOVER_V2] = (uint16_t)second;
    out->control_ports[DISCOVER_V1] = (uint16_t)v1;
    out->control_ports[DISCOVER_V2] = (uint16_t)v2;
    out->stamp_port = (uint16_t)stamp;
    out->twamp_port = (uint16_t)twamp;
    return true;
}

static bool read_settings(const struct options *options, struct discover_settings *out)
{
    if (!read_methods(options, out->methods) || !read_ports(options, out) ||
        !read_number(options, "parallel", DISCOVER_PARALLEL_MAX, &out->parallel) ||
        !read_number(options, "rate", DISCOVER_RATE_MAX, &out->rate) ||
        !read_number(options, "tries", DISCOVER_TRIES_MAX, &out->tries) ||
        !read_timeout(options, &out->timeout_ns)) {
        return false;
    }
    entropy_fill(out->random, sizeof out->random);
    /* Another start than that of a run just before, whose answers may still be on the way. */
    out->first_number = (uint32_t)(clock_now().wall.ns / NS_PER_MS);
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
        size_t count = discover_count(run->discover);
        size_t total = discover_total(run->discover);
        fprintf(stderr, "\r%3u%%  %zu of %zu addresses, %zu found\033[K",
                (unsigned)(count * 100 / total), run->printed, run->view.hosts->count, run->found);
        run->next_progress = mono_add(now.mono, PROGRESS_NS);
    }
}

static bool has_family(const struct cli_hosts *hosts, enum addr_family family)
{
    for (size_t i = 0; i < hosts->count; i++) {
        if (hosts->hosts[i].addr.family == family) {
            return true;
        }
    }
    return false;
}

/* What this host may not ask, or cannot: a line for each, and the rest goes on. */
static void tell_refusals(struct run *run)
{
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        int v4 = discover_error(run->discover, method, ADDR_IPV4);
        int v6 = discover_error(run->discover, method, ADDR_IPV6);
        int error = v4 != 0 ? v4 : v6;
        bool is_one = v4 == 0 || v6 == 0; /* of two families */
        bool is_mixed = has_family(run->view.hosts, ADDR_IPV4) &&
                        has_family(run->view.hosts, ADDR_IPV6) && method != DISCOVER_TIMESTAMP;
        if (error != 0) {
            struct buf why = {0};
            cli_discover_add_refusal(method, error, &why);
            fprintf(stderr, "%s: %s%s is not asked: %s\n", program.name,
                    discover_method_name(method),
                    !is_one || !is_mixed ? ""
                    : v4 != 0            ? " over IPv4"
                                         : " over IPv6",
                    buf_string(&why));
            buf_fini(&why);
        }
    }
    run->has_told = true;
}

static bool is_known(const struct run *run, size_t index)
{
    for (enum discover_method method = 0; method < DISCOVER_METHOD_COUNT; method++) {
        if (!discover_result(run->discover, index, method)->is_over) {
            return false;
        }
    }
    return true;
}

static void add_result(struct run *run, size_t index, struct buf *out)
{
    bool is_found = cli_discover_is_found(&run->view, index);
    if (run->format == FORMAT_JSON) {
        cli_discover_add_json(&run->view, index, out);
    } else if (run->format == FORMAT_TEXT) {
        cli_discover_add_row(&run->view, index, out);
    } else if (is_found) {
        if (run->found == 0) {
            cli_discover_add_yaml_head(run->port, out);
        }
        cli_discover_add_yaml(&run->view, index, out);
    }
    run->found += is_found;
}

/* Prints what has its results and is next in the order. */
static void print_results(struct run *run)
{
    struct buf out = {0};
    for (; run->printed < run->view.hosts->count && is_known(run, run->printed); run->printed++) {
        add_result(run, run->printed, &out);
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
    if (!run->has_told) {
        tell_refusals(run);
    }
    print_results(run);
    show_progress(run, now);
    if (discover_is_over(run->discover)) {
        clear_progress(run);
        host_stop(run->host);
    }
    return MONO_NEVER;
}

static void print_head(const struct run *run)
{
    struct buf out = {0};
    cli_discover_add_head(&run->view, &out);
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
}

static void print_legend(void)
{
    struct buf out = {0};
    cli_discover_add_legend(&out);
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
}

static int drive(struct run *run)
{
    struct host_hook hook = {.after = after, .context = run};
    run->host = host_new(discover_machine(run->discover), hook);
    if (run->host == NULL) {
        fprintf(stderr, "%s: %s\n", program.name, strerror(errno));
        return EXIT_NONE;
    }
    if (run->format == FORMAT_TEXT) {
        print_head(run);
    }
    host_run(run->host);
    host_free(run->host);
    if (run->format == FORMAT_TEXT && isatty(STDOUT_FILENO) != 0) {
        print_legend();
    }
    if (run->format == FORMAT_YAML && run->found == 0) {
        fprintf(stderr, "%s: nothing answered, so there is no configuration\n", program.name);
    }
    if (discover_unmatched(run->discover) > 0) {
        fprintf(stderr, "%s: %llu datagrams were no answer to a request\n", program.name,
                (unsigned long long)discover_unmatched(run->discover));
    }
    return run->found > 0 ? EXIT_SUCCESS : EXIT_NONE;
}

static int discover(const struct cli_hosts *hosts, const struct discover_settings *settings,
                    enum format format)
{
    struct run run = {
        .view.hosts = hosts,
        .format = format,
        .port = settings->ports[DISCOVER_V1],
        .has_progress = isatty(STDERR_FILENO) != 0,
        .next_progress = clock_now().mono,
    };
    struct addr *peers = mem_alloc(hosts->count, sizeof *peers);
    for (size_t i = 0; i < hosts->count; i++) {
        peers[i] = hosts->hosts[i].addr;
    }
    run.discover = discover_new(settings, peers, hosts->count);
    run.view.discover = run.discover;
    memcpy(run.view.methods, settings->methods, sizeof run.view.methods);
    free(peers);
    int status = drive(&run);
    discover_free(run.discover);
    return status;
}

static bool read_format(const struct options *options, enum format *out)
{
    static const char *const names[] = {
        [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_YAML] = "yaml"};
    const char *text = options_value(options, "output");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (enum format)i;
            return true;
        }
    }
    options_refuse(options, "output", text, "text, json or yaml");
    return false;
}

int cli_discover_main(int argc, char **argv)
{
    struct options options;
    struct discover_settings settings = {0};
    struct cli_hosts hosts;
    enum format format;
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (!read_format(&options, &format)) {
        return OPTIONS_EXIT_USAGE;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "ipsla discover: which hosts? (ipsla discover --help)\n");
        return OPTIONS_EXIT_USAGE;
    }
    if (!read_settings(&options, &settings) ||
        !cli_hosts_read(&options, options_has(&options, "force"), &hosts)) {
        return OPTIONS_EXIT_USAGE;
    }
    status = hosts.count == 0 ? EXIT_NONE : discover(&hosts, &settings, format);
    cli_hosts_fini(&hosts);
    return status;
}
