/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The text of `show ip sla statistics`, `show ip sla statistics details`, `show ip sla summary` and
 * `show ip sla responder` as IOS XE 17 prints it, for programs that read a router's text: tabs,
 * whole units cut off, zeros where nothing was measured, and nothing that a router does not print.
 * Source: transcripts of routers, docs/cli.md#as-a-router-prints-it. */
#ifndef CLI_IOS_H
#define CLI_IOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/flags.h"
#include "operation/operation.h"
#include "probe/spec.h"
#include "stats/round.h"

/* The label whose value is the number of the operation on a router. */
#define IOS_ID_LABEL "ip_sla"

enum ios_state { IOS_ACTIVE, IOS_INACTIVE, IOS_PENDING };

/* One `ip sla N`. */
struct ios_entry {
    uint32_t id;
    const struct operation *operation;
    enum precision precision;
    bool has_codec;
    const char *destination; /* an address, or the name that has none */
    enum ios_state state;
    const struct round *round; /* the latest operation; NULL: none has ended */
    int64_t age_ns; /* since that one started */
    uint64_t successes, failures; /* operations; one over threshold is a failure here */
    int64_t life_left_ns; /* SPEC_FOREVER: without end */
    bool was_over_threshold; /* an operation was */
};

/* The line above the entries. */
void ios_statistics_add_head(struct buf *out);
void ios_statistics_add(const struct ios_entry *entry, bool has_details, struct buf *out);

void ios_summary_add_head(struct buf *out);
/* One line. */
void ios_summary_add(const struct ios_entry *entry, struct buf *out);

/* What `show ip sla responder` tells. */
struct ios_responder {
    bool is_enabled;
    uint16_t port, port_v2; /* of control requests; 0: not asked for */
    bool has_permanent_ports;
};
void ios_responder_add(const struct ios_responder *responder, struct buf *out);

/* Numbers for targets that are told by a text: `wanted` is the value of IOS_ID_LABEL, NULL without
 * one. A wanted number that is none, or is taken, counts as none. Else the number is made of the
 * name: the same in each run, and in each program. */
struct ios_name {
    const char *name, *wanted;
    uint32_t id; /* the result */
    bool is_made; /* of the name */
};
void ios_names_number(struct ios_name *names, size_t count);
/* Says on standard error, for `program`, which numbers were made; not more than a screen of them.
 */
void ios_names_say(const char *program, const struct ios_name *names, size_t count);

/* NULL when the target has no such label. */
const char *ios_wanted_id(const struct spec *spec);

/* How `ipsla probe` shows its only result so far as an entry. `destination` has room for the text
 * of an address. */
struct ios_entry ios_entry_of(const struct cli_result *result, uint32_t id,
                              char destination[ADDR_TEXT_MAX]);

/* The whole output of one entry in a way of CLI_IOS... (cli/flags.h). */
void cli_ios_add_head(enum cli_output output, struct buf *out);
void cli_ios_add(enum cli_output output, const struct ios_entry *entry, struct buf *out);

#endif
