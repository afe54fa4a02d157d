/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ipsla path`: which way packets go. */
#include "cli/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/interrupt.h"
#include "host/clock.h"
#include "host/entropy.h"

#define PROGRESS_NS (200 * NS_PER_MS)

enum { EXIT_NOT_REACHED = 1 };

static const struct option_row rows[] = {
    {"protocol", "NAME", "udp", "What is sent: udp, or icmp (echoes)."},
    {"port", "N", "33434", "UDP port that the packets go to; nobody should listen there."},
    {"flows", "N", "4",
     "How many flows, each from a port of its own, so that equal paths show; 1 to 16."},
    {"probes", "N", "1",
     "Packets of each flow to each hop, 1 to 10. Routers limit their answers: many packets look "
     "like loss."},
    {"max-hops", "N", "30", "The highest TTL, 1 to 64."},
    {"timeout", "DURATION", "1s", "How long to wait for each answer, 10ms to 60s."},
    {"dscp", "NAME", "default", "DSCP of the packets."},
    {"source-address", "IP", NULL, "Address to send from."},
    {"ip-version", "N", NULL, "4 or 6: which address of a host name to take."},
    {"interface", "NAME", NULL, "Send and receive through this network device (or VRF) only."},
    {"output", "FORMAT", "text", "text or json."},
};

static const struct options_program program = {
    .name = "ipsla path",
    .usage = "HOST [flags]",
    .summary = "Shows the hops on the way to a host: their addresses, also of equal paths, their "
               "round trips,\nloss, MPLS labels, and where DSCP or ECN is rewritten. The last two "
               "need CAP_NET_RAW.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 1,
};

struct run {
    const struct trace_settings *settings;
    struct trace *trace;
    struct host *host;
    bool has_progress; /* on standard error */
    struct mono next_progress;
};

static void show_progress(struct run *run, struct instant now)
{
    if (run->has_progress && !mono_is_before(now.mono, run->next_progress)) {
        fprintf(stderr, "\rhop %u\033[K", trace_hop_now(run->trace));
        run->next_progress = mono_add(now.mono, PROGRESS_NS);
    }
}

static struct mono after(void *context, struct instant now)
{
    struct run *run = context;
    show_progress(run, now);
    if (cli_is_interrupted()) {
        trace_abandon(run->trace);
    }
    if (trace_is_over(run->trace) || cli_is_interrupted()) {
        host_stop(run->host);
    }
    return MONO_NEVER;
}

static bool drive(struct run *run)
{
    struct host_hook hook = {.after = after, .context = run};
    run->host = host_new(trace_machine(run->trace), hook);
    if (run->host == NULL) {
        fprintf(stderr, "%s: %s\n", program.name, strerror(errno));
        return false;
    }
    cli_interrupt_catch(run->host);
    host_run(run->host);
    cli_interrupt_release();
    host_free(run->host);
    if (run->has_progress) {
        fputs("\r\033[K", stderr);
    }
    return true;
}

/* Interrupted, it shows what was seen so far. */
static int show(const struct trace_settings *settings, const char *host, bool is_json)
{
    uint64_t nonce;
    entropy_fill(&nonce, sizeof nonce);
    struct run run = {
        .settings = settings,
        .trace = trace_new(settings, nonce),
        .has_progress = isatty(STDERR_FILENO) != 0,
        .next_progress = clock_now().mono,
    };
    int status = EXIT_NOT_REACHED;
    if (drive(&run)) {
        struct buf out = {0};
        struct trace_result *result = trace_result(run.trace, NULL, clock_now().wall);
        const struct cli_trace view = {host, settings, result};
        if (is_json) {
            cli_trace_add_json(&view, &out);
        } else {
            cli_trace_add_text(&view, &out);
        }
        fputs(buf_string(&out), stdout);
        status = result->is_reached ? EXIT_SUCCESS : EXIT_NOT_REACHED;
        trace_result_unref(result);
        buf_fini(&out);
    }
    trace_free(run.trace);
    return status;
}

int cli_trace_main(int argc, char **argv)
{
    struct options options;
    struct trace_settings settings = {0};
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    const char *output = options_value(&options, "output");
    bool is_json = strcmp(output, "json") == 0;
    if (!is_json && strcmp(output, "text") != 0) {
        return options_refuse(&options, "output", output, "text or json");
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "%s: which host? (%s --help)\n", program.name, program.name);
        return OPTIONS_EXIT_USAGE;
    }
    if (!cli_trace_read(&options, &settings)) {
        return OPTIONS_EXIT_USAGE;
    }
    return show(&settings, options.positional[0], is_json);
}
