/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla health: whether an exporter runs, for the health check of a container that has no curl. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/fetch.h"
#include "program/options.h"

#define PROGRAM "ipsla health"
enum { EXIT_UNHEALTHY = 1 };

static const struct option_row rows[] = {
    {.name = "ready",
     .help = "Ask whether each target that is due has been measured once, not only whether the "
             "exporter runs."},
};

static const struct options_program health_program = {
    .name = PROGRAM,
    .usage = "[URL] [--ready]",
    .summary = "Asks a running exporter (" FETCH_URL ") whether it is healthy. Exit status 0: it\n"
               "is; 1: it is not, or does not answer.",
    .rows = rows,
    .row_count = 1,
    .positional_max = 1,
};

int cli_health_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&health_program, argc, argv, &options, &status)) {
        return status;
    }
    const char *url = options.positional_count > 0 ? options.positional[0] : FETCH_URL;
    struct fetch *fetch =
        fetch_open(PROGRAM, url, options_has(&options, "ready") ? "/-/ready" : "/-/healthy");
    if (fetch == NULL) {
        return EXIT_UNHEALTHY;
    }
    for (const char *line; (line = fetch_line(fetch)) != NULL;) {
        puts(line);
    }
    return fetch_close(fetch) ? EXIT_SUCCESS : EXIT_UNHEALTHY;
}
