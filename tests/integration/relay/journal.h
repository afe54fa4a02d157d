/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The relay's log: the ground truth of a test. One line for each copy of a packet, forwarded or
 * lost, written at once; the first line names the columns. */
#ifndef RELAY_JOURNAL_H
#define RELAY_JOURNAL_H

#include <stdint.h>
#include <stdio.h>

#include "base/time.h"
#include "relay/impair.h"
#include "relay/packet.h"

struct journal_entry {
    const char *direction; /* "lr" left to right, "rl" back */
    const char *result; /* "forwarded", "lost", "overflow", "write_error" */
    struct packet packet;
    const uint8_t *bytes; /* the whole packet, as it is forwarded */
    size_t size;
    struct decision decision;
    struct instant received; /* just after it was read from the device */
    struct instant forwarded; /* just before it was written; 0 when it was not */
};

/* The line of column names. */
void journal_begin(FILE *file);
void journal_write(FILE *file, const struct journal_entry *entry);

#endif
