/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The part of the handshake that is protocol version 2 (RFC 6812); handshake.c alone uses it. */
#ifndef PROBE_HANDSHAKE_V2_H
#define PROBE_HANDSHAKE_V2_H

#include "probe/handshake.h"

/* Draws sequence, session id and random number of the operation that starts. */
void handshake_v2_start(struct handshake *handshake);

/* As handshake_write, without counting the try. */
size_t handshake_v2_write(struct handshake *handshake, struct instant now, uint8_t *out);

/* As handshake_judge. */
enum handshake_verdict handshake_v2_judge(const struct handshake *handshake, const struct ev *ev,
                                          struct handshake_answer *out);

#endif
