/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the two daemons do alike: logging, signals, why they cannot listen, word to the
 * service manager. */
#ifndef PROGRAM_DAEMON_H
#define PROGRAM_DAEMON_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "program/options.h"

/* Rows for an option table. */
#define DAEMON_LOGGING_ROWS                                                                        \
    {"log.level", "LEVEL", "info", "debug, info, warn or error.", false},                          \
    {                                                                                              \
        "log.format", "FORMAT", "logfmt", "logfmt or json.", false                                 \
    }

#define DAEMON_IMPAIR_ROW                                                                          \
    {                                                                                              \
        "impair-anywhere", NULL, NULL,                                                             \
            "Let rules of impairment be in force on addresses that others can reach, too.", false  \
    }

/* Sets up the log by those flags. 0 or an exit status, with the error printed. */
int daemon_read_logging(const struct options *options);

struct config;
struct config_source;
struct diagnostics;

/* Reads the configuration that a daemon begins with: the versions of the program and of its
 * libraries, the file and its targets are the first line of the log, and each finding is one. NULL
 * when there is an error among them. */
struct config *daemon_begin_config(const struct config_source *source);

/* The first line of a daemon that has no such file (NULL), or reads it later. */
void daemon_log_start(const char *file);
struct config *daemon_read_config(const char *file);

/* What is wrong with the configuration: each finding is a line of the log. */
void daemon_log_findings(const struct diagnostics *diagnostics);

/* Blocks SIGTERM, SIGINT and those of `also`, which ends with 0, in this thread and those it will
 * start, and returns the set, to be waited for. Ignores SIGPIPE. */
sigset_t daemon_block_signals(const int *also);

/* Allows as many descriptors as the system lets us: every session has a socket. */
void daemon_raise_limits(void);

/* What the errno value `error` of binding to `address` means: one line, with the privilege that was
 * missing. Valid until the next call. */
const char *daemon_listen_error(const struct addr *address, int error);

/* Tells the service manager, if one asked to be told: "READY=1" (sd_notify(3)). */
void daemon_notify(const char *state);

/* One asked. */
bool daemon_has_manager(void);

/* Within this time the service manager wants "WATCHDOG=1" again and again (sd_watchdog_enabled(3));
 * 0: it does not. */
int64_t daemon_watchdog_ns(void);

#endif
