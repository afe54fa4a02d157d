/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whom the responder did not answer, or refused, and why: for those who read the log, since the
 * counters name no source. Memory is fixed, however many sources a flood invents: each reason has a
 * few rows of its own, so that a flood of one kind hides no source of another; who finds no row is
 * counted under the reason alone. */
#ifndef REFLECT_REFUSALS_H
#define REFLECT_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "reflect/reflect.h"

/* A reason is an enum reflect_result, or REFLECT_RESULT_COUNT + a reason of
 * reflect_stats.dropped. */
#define REFUSAL_REASONS (REFLECT_RESULT_COUNT + REFLECT_DROP_COUNT)
/* Sources of one reason that have a row. */
#define REFUSAL_ROWS 8
/* A row is given to another source when its own was quiet for so long: longer than a sum takes to
 * be said (program/refusal_log.h). */
#define REFUSAL_KEEP_NS (180 * NS_PER_SECOND)

struct refused {
    struct addr source; /* without port; ADDR_NONE: the row is free */
    uint16_t port; /* that the latest request named; 0: none */
    uint64_t count; /* datagrams, since the source got this row; never 0 in a row that is taken */
    struct mono last;
};

/* A plain value: copy it to publish it. */
struct refusals {
    struct refused rows[REFUSAL_REASONS][REFUSAL_ROWS];
    uint64_t beyond[REFUSAL_REASONS]; /* datagrams of sources that found no row */
};

/* What `reason` is called in the metrics. */
const char *refusal_reason_name(unsigned reason);

/* A request that was refused, and not any other datagram. */
bool refusal_is_of_request(unsigned reason);

void refusals_count(struct refusals *refusals, unsigned reason, const struct refused *what);

/* Adds whom another responder of the same ports refused. */
void refusals_add(struct refusals *refusals, const struct refusals *other);

#endif
