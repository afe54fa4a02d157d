/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Why this host did not open a socket or send a packet for a target, in words that name the key
 * or the privilege that it takes. */
#ifndef PROGRAM_REASON_H
#define PROGRAM_REASON_H

#include "base/buf.h"
#include "probe/spec.h"

/* Appends one sentence without a full stop about the errno value `error`. */
void reason_add(const struct spec *spec, int error, struct buf *out);

#endif
