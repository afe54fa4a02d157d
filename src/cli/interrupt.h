/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-C while something is measured: the first one is noted, the second ends the program. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

#include "host/host.h"

/* SIGINT and SIGTERM wake `host`, from now until cli_interrupt_release. */
void cli_interrupt_catch(struct host *host);
void cli_interrupt_release(void);

bool cli_is_interrupted(void);

#endif
