/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla plan: what a configuration will cost, before it runs. */
#include "cli/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "probe/chosen.h"
#include "program/config_file.h"
#include "program/daemon.h"
#include "program/responder_view.h"
#include "program/shard.h"

#define PROGRAM "ipsla plan"
#define HOSTS_MAX 1000000

enum { EXIT_TOO_MUCH = 1 };

static const struct option_row rows[] = {
    {"output", "FORMAT", "text", "text or json.", false},
    {"hosts", "N", "10", "How many of the measured hosts are listed, the busiest first.", false},
    WORKERS_ROW,
    SHARD_ROW("Only"),
};

static const struct options_program program = {
    .name = PROGRAM,
    .usage = "CONFIG [flags]",
    .summary = "Says what a configuration will cost before it runs: packets and bandwidth, of this "
               "host and of each\nmeasured one, series and bytes of a scrape, CPU, memory, file "
               "descriptors and ports; and what does\nnot fit here. Sends nothing.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 1,
};

static uint64_t machine_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

static bool read_format(const struct options *options, bool *is_json)
{
    const char *text = options_value(options, "output");
    *is_json = strcmp(text, "json") == 0;
    if (*is_json || strcmp(text, "text") == 0) {
        return true;
    }
    options_refuse(options, "output", text, "text or json");
    return false;
}

static bool read_hosts(const struct options *options, size_t *out)
{
    const char *text = options_value(options, "hosts");
    uint64_t number;
    if (!options_parse_number(text, 0, HOSTS_MAX, &number)) {
        options_refuse(options, "hosts", text, "0 to 1000000");
        return false;
    }
    *out = (size_t)number;
    return true;
}

/* With the counters that a responder of the configuration has. */
static void make_plan(const struct config *config, struct plan *out)
{
    static const struct responder_stats nothing;
    struct responder_view *responder = mem_alloc(1, sizeof *responder);
    responder_view_fill(&nothing, responder);
    plan_init(out, config, config->has_responder ? &responder->responder : NULL);
    free(responder);
}

static int print_plan(const struct config *config, struct cli_plan *view, bool is_json)
{
    struct buf out = {0}, warnings = {0};
    daemon_raise_limits();
    view->needed = limits_needed(config, view->workers);
    view->allowed = limits_allowed();
    view->memory_allowed = machine_bytes();
    make_plan(config, &view->plan);
    if (is_json) {
        cli_plan_add_json(view, &out);
    } else {
        cli_plan_add_text(view, &out);
    }
    fputs(buf_string(&out), stdout);
    size_t count = cli_plan_warn(view, &warnings);
    buf_fini(&warnings);
    buf_fini(&out);
    plan_fini(&view->plan);
    return count > 0 ? EXIT_TOO_MUCH : EXIT_SUCCESS;
}

static int plan_config(const struct options *options)
{
    struct shard shard;
    struct spec_division work;
    bool is_json;
    struct cli_plan view = {.file = options->positional[0]};
    if (!read_format(options, &is_json) || !read_hosts(options, &view.hosts_max) ||
        shard_read(options, &shard) != 0 || workers_read(options, &work) != 0) {
        return OPTIONS_EXIT_USAGE;
    }
    view.workers = work.count;
    const struct config_source source = {.file = view.file};
    struct config *config = config_file_check(&source);
    if (config == NULL) {
        return OPTIONS_EXIT_USAGE;
    }
    shard_keep(&shard, config);
    config->targets = chosen_most_wanted(config->targets);
    int status = print_plan(config, &view, is_json);
    config_free(config);
    return status;
}

int cli_plan_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, PROGRAM ": which configuration? (ipsla plan --help)\n");
        return OPTIONS_EXIT_USAGE;
    }
    return plan_config(&options);
}
