/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the operations of STAMP and TWAMP have in common, live and in a capture: what a reply is,
 * once it is decoded. */
#ifndef OPERATION_STAMP_H
#define OPERATION_STAMP_H

#include "operation/operation.h"
#include "wire/stamp_packet.h"

/* The number of the one packet that asks whether a reflector counts: who does answers 0, who does
 * not the same number. */
#define STAMP_QUERY_SEQ 65536U

/* T1 of a packet that was sent, as it stands in it. */
uint64_t stamp_t1(const struct spec *spec, const struct sample *sample);

/* Books a decoded reply, which may be changed; as `read` of struct operation. */
enum payload_verdict stamp_take_reply(struct payload *payload, struct stamp_reply *reply,
                                      const struct ev *ev, struct instant now,
                                      const struct sample **out);

/* The part of it after booking: notes what an accepted reply says of its reflector, and puts its
 * times into the sample. T1 and T3 of `reply` stand where they belong. */
enum payload_verdict stamp_note_reply(struct payload *payload, struct sample *sample,
                                      const struct stamp_reply *reply);

/* What the answer to the query says. */
enum reflector stamp_reflector_of(uint32_t reply_seq);

/* As `settle` of struct operation. */
uint32_t stamp_settle(struct payload *payload, struct payload_learned *learned);

#endif
