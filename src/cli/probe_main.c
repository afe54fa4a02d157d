/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/all.h"

static bool is_nagios(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--output=nagios") == 0 ||
            (i + 1 < argc && strcmp(argv[i], "--output") == 0 &&
             strcmp(argv[i + 1], "nagios") == 0)) {
            return true;
        }
    }
    return false;
}

/* As cli_request_read; what is wrong goes to standard output where a plugin has to say it. */
static bool read_request(int argc, char **argv, struct cli_request *out, int *status)
{
    struct cli_capture capture;
    if (!is_nagios(argc, argv)) {
        return cli_request_read(argc, argv, out, status);
    }
    cli_capture_begin(&capture);
    bool is_read = cli_request_read(argc, argv, out, status);
    bool is_fine = is_read || *status == EXIT_SUCCESS;
    cli_capture_end(&capture, is_fine);
    if (!is_fine) {
        *status = CLI_STATE_UNKNOWN;
    }
    return is_read;
}

int cli_probe_main(int argc, char **argv)
{
    struct cli_request request;
    int status;
    if (!read_request(argc, argv, &request, &status)) {
        return status;
    }
    status = request.config != NULL ? cli_all(&request) : cli_one(&request);
    config_free(request.config);
    spec_unref(request.spec);
    return status;
}
