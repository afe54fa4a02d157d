/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a live operation of STAMP or TWAMP Light and one in a capture share. */
#ifndef OPERATION_STAMP_H
#define OPERATION_STAMP_H

#include "operation/payload.h"
#include "wire/stamp_packet.h"

/* The number of the one packet that asks whether a reflector counts: who does answers 0, who does
 * not the same number. */
#define STAMP_QUERY_SEQ 65536U

/* Notes what an accepted reply says of its reflector, and puts its times into the sample. T1 and T3
 * of `reply` stand where they belong. */
enum payload_verdict stamp_take_reply(struct payload *payload, struct sample *sample,
                                      const struct stamp_reply *reply);
/* What the answer to the query says. */
enum reflector stamp_reflector_of(uint32_t reply_seq);

#endif
