/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the operations of STAMP and TWAMP have in common: what a reply is, once it is decoded. */
#ifndef OPERATION_STAMP_H
#define OPERATION_STAMP_H

#include "operation/operation.h"
#include "wire/stamp_packet.h"

/* T1 of a packet that was sent, as it stands in it. */
uint64_t stamp_t1(const struct spec *spec, const struct sample *sample);

/* Books a decoded reply, which may be changed; as `read` of struct operation. */
enum payload_verdict stamp_take_reply(struct payload *payload, struct stamp_reply *reply,
                                      const struct ev *ev, struct instant now,
                                      const struct sample **out);

/* As `settle` of struct operation. */
uint32_t stamp_settle(struct payload *payload, struct payload_learned *learned);

#endif
