/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One packet of an operation: four timestamps, both sequence numbers, and what became of it.
 * Everything an operation reports is computed from an array of these (round.h).
 * Source: shared vocabulary of RFC 6812 4 and the IP SLA jitter operation. */
#ifndef STATS_SAMPLE_H
#define STATS_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

enum fate {
    FATE_PLANNED, /* not due yet */
    FATE_UNSENT, /* the host could not send it */
    FATE_SENT, /* sent, no answer (yet): lost when the operation ends */
    FATE_RECEIVED, /* answered within the timeout */
    FATE_LATE, /* answered, but after the timeout */
    FATE_DROPPED, /* answered as far as anybody can tell: lost in our own socket (stats/drops.h) */
} __attribute__((packed));

/* "planned", "unsent", "lost", "received", "late", "dropped". */
const char *fate_name(enum fate fate);

/* t1 and t4 are on the sender's operation clock: UTC at the start of the operation, advanced by the
 * monotonic clock, so a step of the system clock cannot bend an operation. t2 and t3 are on the
 * responder's clock, unwrapped, in steps of the wire's resolution. All in nanoseconds. */
struct sample {
    int64_t t1_ns; /* sender sends */
    int64_t called_ns; /* the system was asked to send, on the same clock */
    int64_t stamped_ns; /* t1 as the kernel told it; 0: it did not. Becomes t1 with the result */
    int64_t t2_ns; /* responder receives */
    int64_t t3_ns; /* responder sends */
    int64_t t4_ns; /* sender receives */
    uint32_t
        responder_seq; /* the responder's count of received probes; 0: the protocol carries none */
    uint32_t error_ns; /* of t1 and t4 together, as far as it is known; saturates */
    enum fate fate;
    bool has_left; /* the kernel (not the adapter) told that it left this host */
    bool has_remote_times; /* t2 and t3 are usable for jitter */
    enum stamp_source t1_source, t4_source, stamped_source;
};

/* What a clock may gain or lose against another one while nobody looks: 500 us a second, the rate
 * at which the kernel lets its own maximum error grow. */
#define CLOCK_WANDER_DIVISOR 2000

/* One-way delays of a received sample with the responder's times, in steps of the wire: the
 * difference of two clocks, so they may be negative. */
int64_t sample_sd_ns(const struct sample *sample, int64_t resolution_ns);
int64_t sample_ds_ns(const struct sample *sample, int64_t resolution_ns);

/* True when one of these delays is smaller than what it may be off by: a step of the wire, or the
 * error of our own stamps. */
bool sample_is_unresolved(const struct sample *sample, int64_t resolution_ns);

/* True when the responder's clock cannot have run on evenly between two received samples with its
 * times, in either order: a packet would have arrived before it was sent. */
bool sample_clock_was_set(const struct sample *a, const struct sample *b, int64_t resolution_ns);

#endif
