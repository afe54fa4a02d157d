/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the readers of other programs' files share: operations that always run. */
#ifndef IMPORT_PEER_ENTRY_H
#define IMPORT_PEER_ENTRY_H

#include "import/model.h"

/* An operation that is started at once, for ever; -1: there are too many. */
int import_peer_entry(struct import_device *device, const char *id, unsigned line,
                      enum import_kind kind);

void import_peer_number(struct import_device *device, int entry, enum import_param param,
                        int64_t number, unsigned line);
void import_peer_text(struct import_device *device, int entry, enum import_param param,
                      const char *text, unsigned line);

/* Counts a statement, with a note of why it is not supported; `why` NULL: it is. */
void import_peer_count(struct import_device *device, int entry, unsigned line, const char *text,
                       const char *why);

/* ICMP data of other programs include the 8 bytes in which the time is sent here. */
#define IMPORT_TIME_BYTES 8

/* The readers: lines, and trees. */
struct import_smokeping;
struct import_smokeping *import_smokeping_new(void);
void import_smokeping_free(struct import_smokeping *smokeping);
void import_smokeping_line(struct import_smokeping *smokeping, struct import_device *device,
                           const struct import_line *line);
void import_smokeping_end(struct import_smokeping *smokeping, struct import_device *device);

void import_snmp_line(struct import_device *device, const struct import_line *line);
void import_snmp_end(struct import_device *device);

struct node;
void import_prober_tree(struct import_device *device, const struct node *root);
/* `modules` of any file and `scrape_configs` of any other. */
void import_blackbox_trees(struct import_device *device, const struct node *const *roots,
                           size_t count);

#endif
