/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Evidence (engine/evidence.h) for people and programs: as a pcapng file and as JSON. */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include "base/buf.h"
#include "engine/evidence.h"

/* "sd", "ds", "unknown" (LOSS_NONE too). */
const char *loss_way_name(enum loss_way way);

/* "loss", "failed", "limit", "always": one bit of enum evidence_reason. */
const char *evidence_reason_name(enum evidence_reason reason);

/* Whether the packet was on the wire as far as anybody knows, and is part of the result: those are
 * in the file. */
bool evidence_is_shown(const struct evidence_packet *packet);

/* Appends what the packet was and became, in one line of ASCII: "packet 7: lost on the way there;
 * sent at the kernel's time". */
void evidence_add_comment(const struct evidence_packet *packet, struct buf *out);

/* Appends the beginning of a file that `program` writes, and the packets of an operation. */
void evidence_add_head(const char *program, struct buf *out);
void evidence_add_packets(const struct evidence *evidence, struct buf *out);

/* Appends one JSON object: the operation, its result, and every packet with its bytes. */
void evidence_add_json(const struct evidence *evidence, struct buf *out);

/* Appends what a list says of it, as the members of a JSON object without braces: id, time, why,
 * outcome, packets by fate. */
void evidence_add_summary(const struct evidence *evidence, struct buf *out);

#endif
