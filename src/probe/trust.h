/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether the one-way delays of a finished operation mean anything. They are the difference of two
 * clocks, so both must be on UTC: ours by the word of our system
 * (stats/clock_state.h), the responder's by what its replies carry; and nothing that was measured
 * may contradict it. Rules and their order:
 * docs/measurement.md, "One-way delay". */
#ifndef PROBE_TRUST_H
#define PROBE_TRUST_H

#include "operation/payload.h"
#include "probe/spec.h"
#include "probe/train.h"
#include "stats/clock.h"

struct trust_case {
    const struct spec *spec;
    const struct payload *payload;
    const struct train *train; /* its stamps are taken */
    const struct clock_state *clock; /* of this host */
    struct instant now;
};

/* Our clock was slewed while the operation ran: none of its durations are right. */
bool trust_was_slewed(const struct trust_case *about);

/* Adds what the operation tells about the responder's clock to `filter`, and what is known of it
 * then to `offset`. ONE_WAY_SHOWN: the samples may be used, those with a negative way excepted. */
enum one_way trust_judge(const struct trust_case *about, struct clock_filter *filter,
                         struct clock_offset *offset);

#endif
