/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Log lines to the system's journal as entries with fields, in its native protocol: a datagram of
 * NAME=value lines, values with line breaks behind their size. Source: systemd,
 * docs/JOURNAL_NATIVE_PROTOCOL. */
#ifndef HOST_JOURNAL_H
#define HOST_JOURNAL_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether standard error leads to the journal: $JOURNAL_STREAM names its device and inode. */
bool journal_has_stderr(void);

/* Where the journal listens: $IPSLA_JOURNAL_SOCKET, for tests, else the system's own. */
const char *journal_socket(void);

/* Entries go to the datagram socket at `path` from now on; false: there is none. Before threads
 * start. NULL: no more. */
bool journal_open(const char *path);
bool journal_is_open(void);

/* Begins an entry of a syslog priority ('3' error ... '7' debug). */
void journal_begin(struct buf *entry, char priority);

/* Adds a field with a name of the journal, or one of ours: "target" is IPSLA_TARGET. */
void journal_add(struct buf *entry, const char *name, const char *value);
void journal_add_own(struct buf *entry, const char *name, const char *value);

/* Sends the entry without waiting; false: the journal did not take it. */
bool journal_send(const struct buf *entry);

#endif
