/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The command line of `ipsla probe`: what to measure, how often, and how to print it. */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/nagios.h"
#include "config/config.h"
#include "probe/spec.h"

#define CLI_REPEAT_MAX 1000000
#define CLI_ALL_PARALLEL_MAX 1000
#define CLI_ID_MAX INT32_MAX /* of an operation on a router, from 1 */

enum cli_output { CLI_TEXT, CLI_JSON, CLI_NAGIOS, CLI_IOS, CLI_IOS_DETAILS, CLI_IOS_SUMMARY };

/* One of those that print what a router would. */
bool cli_is_ios(enum cli_output output);

struct cli_request {
    struct spec *spec; /* the caller's reference; its peer is not set yet; NULL with --all */
    struct config *config; /* with --all: the caller's; else NULL */
    unsigned parallel; /* with --all: targets at the same time */
    enum cli_output output;
    uint32_t ios_id; /* with CLI_IOS...: --id; 0: not given */
    bool is_repeated; /* --repeat was given */
    uint32_t runs; /* 0: until interrupted */
    bool wants_packets; /* with CLI_JSON: every packet */
    const char *write_file; /* where the packets go as pcapng; NULL: nowhere */
    bool wants_progress; /* --progress or --no-progress; else as the terminal says */
};

/* False: end with *exit_status, after --help or one line that says what is wrong. */
bool cli_request_read(int argc, char **argv, struct cli_request *out, int *exit_status);

#endif
