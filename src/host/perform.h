/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Polls the machine and performs its effects. Host's thread only. */
#ifndef HOST_PERFORM_H
#define HOST_PERFORM_H

#include <stdbool.h>

#include "host/state.h"

/* Polls the machine until it has nothing more to do, and sends everything that waits in the outbox.
 * After many effects it stops early and sets host->has_more. True when it did anything. */
bool perform_effects(struct host *host);

/* Receives at most one batch from `endpoint`, delivers each datagram and polls the machine after
 * each. Returns the number of datagrams, 0 to BATCH_MAX. */
int perform_receive(struct host *host, struct endpoint *endpoint);

#endif
