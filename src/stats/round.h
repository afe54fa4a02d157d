/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What one operation measured, computed once from its samples: round trip, one-way delay, jitter,
 * loss by direction, order, loss periods. The same numbers go to metrics, page, text and JSON.
 * Rules: IP SLA as documented in docs/measurement.md (CISCO-RTTMON-MIB, RFC 3550 6.4.1, RFC 3357).
 */
#ifndef STATS_ROUND_H
#define STATS_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/icmp_error.h"
#include "base/time.h"
#include "stats/counted.h"
#include "stats/hist.h"
#include "stats/one_way.h"
#include "stats/sample.h"
#include "stats/voice.h"

/* How an operation ended. The names are label values and JSON words. */
enum outcome {
    OUTCOME_OK,
    OUTCOME_TIMEOUT, /* control succeeded, no probe was answered in time */
    OUTCOME_NO_CONNECTION, /* the control request was never answered */
    OUTCOME_AUTH, /* the responder refused: authentication */
    OUTCOME_FORMAT, /* the responder refused: format */
    OUTCOME_PORT_IN_USE, /* the responder refused: port in use */
    OUTCOME_REFUSED, /* the responder refused with another status */
    OUTCOME_PORT_UNREACHABLE, /* ICMP: the host lives, and nothing listens on the port */
    OUTCOME_UNREACHABLE, /* another ICMP error: no way to the host */
    OUTCOME_RESOLVE, /* the host name has no address */
    OUTCOME_LOCAL, /* our own host: no socket, no port, no route, nothing sent, or no answer read */
    OUTCOME_VERIFY, /* the reply's data are not those that were sent */
    OUTCOME_PROHIBITED, /* ICMP: a filter on the way says so */
};
#define OUTCOME_COUNT 13

/* The label value: "ok", "timeout", "no_connection"... */
const char *outcome_name(enum outcome outcome);

/* CISCO-RTTMON-TC-MIB RttResponseSense, those that occur here. */
enum return_code {
    RETURN_CODE_OTHER = 0,
    RETURN_CODE_OK = 1,
    RETURN_CODE_OVER_THRESHOLD = 3,
    RETURN_CODE_TIMEOUT = 4,
    RETURN_CODE_NOT_CONNECTED = 6,
    RETURN_CODE_VERIFY_ERROR = 9,
    RETURN_CODE_DNS_QUERY_ERROR = 14,
    RETURN_CODE_ERROR = 16,
};

/* What IOS would print as "Latest operation return code". */
const char *return_code_text(enum return_code code);

/* Count, sum, sum of squares, extremes of a set of durations. min and max are 0 when the set is
 * empty. Squares are exact up to 2^53 ns^2 and lose only relative precision beyond. */
struct moments {
    uint32_t count;
    int64_t sum_ns, min_ns, max_ns;
    double sum2_ns2;
};

void moments_add(struct moments *moments, int64_t value_ns);
double moments_average_ns(const struct moments *moments); /* 0 when empty */
double moments_stddev_ns(const struct moments *moments); /* of the population; 0 when empty */

/* Jitter of one direction: packet delay variation of adjacent packets, split by sign as IOS does; a
 * zero counts as a sample and belongs to neither set. Negative values are kept as their absolute
 * value. */
struct jitter {
    uint32_t samples;
    uint32_t dropped; /* pairs not taken: the responder's clock was set between the two, or ours was
                         slewed */
    int64_t min_ns, max_ns; /* of the absolute values, zeros included */
    struct moments positive, negative;
    double interarrival_ns; /* RFC 3550 6.4.1, at the end of the operation, from 0 */
};

/* (sum of positives + sum of negatives) / (their count), as IOS prints it: zeros excluded. 0 when
 * none. */
double jitter_average_ns(const struct jitter *jitter);
/* The same over both directions. */
double jitter_average_both_ns(const struct jitter *sd, const struct jitter *ds);

/* Runs of consecutive losses in one direction (RFC 3357 terms); 0/0 when there are none. */
struct loss_periods {
    uint32_t count;
    uint32_t length_min, length_max;
    uint32_t between_min, between_max; /* packets between the ends of adjacent periods */
};

/* Order of packets with the responder's times or count, as icmp-jitter of IOS tells it: which of
 * the two hosts got a packet after one that was sent later. */
struct reordering {
    uint32_t sd; /* only the responder */
    uint32_t ds; /* only the sender */
    uint32_t both;
};

/* One direction's view. sd: source to destination, ds: the way back. */
struct way {
    uint32_t lost;
    struct loss_periods periods;
    struct moments delay; /* empty unless both clocks are trusted */
    struct jitter jitter;
};

struct round {
    enum outcome outcome;
    enum return_code return_code;
    struct wall started;
    int64_t duration_ns; /* from the start until the last thing that counted */
    int64_t control_rtt_ns; /* of the request that was answered; -1 when none was */
    uint32_t control_retries;
    uint32_t control_status; /* raw status of a refusal, 0 otherwise */
    uint32_t auth_layout; /* number + 1 of the MD5 layout that was accepted; 0: none */
    int error; /* errno behind OUTCOME_LOCAL, PROHIBITED and the two UNREACHABLE, 0 otherwise */
    struct icmp_error icmp; /* the latest about what was sent, whatever the outcome */
    struct addr
        elsewhere; /* the latest that answered from where nothing was asked; ADDR_NONE: no */
    uint32_t from_elsewhere; /* such datagrams */

    int unsent_error; /* errno of the last packet that did not leave, 0 when all did */

    bool has_reply; /* a probe was answered, be it late: */
    uint8_t reply_tos, reply_ttl; /* the IP header of the last answer, as it arrived */

    /* planned = sent + unsent;
     * sent = received + sd.lost + ds.lost + lost_unknown + late + dropped_here.
     * All 0 when no train was started. */
    uint32_t planned, sent, unsent;
    uint32_t missed; /* of the unsent: their time (TRAIN_SKIP_NS) or the port's was over */
    uint32_t queue_dropped; /* of the unsent: a queue of this host dropped them */
    uint32_t sent_late; /* of the sent: TRAIN_LATE_NS or half an interval after their time */
    uint32_t queued; /* of the sent: they waited longer than TRAIN_QUEUED_NS in this host */
    uint32_t received; /* within the timeout, duplicates not counted */
    uint32_t late, lost_unknown;
    uint32_t dropped_here; /* lost in a socket of this host: no loss in the network */
    bool is_all_dropped; /* behind OUTCOME_LOCAL: every answer may have been lost here */
    uint32_t duplicate, out_of_order, corrupt;
    uint32_t unprocessed; /* of the received: without usable times of the responder */
    struct reordering reordering;
    uint32_t over_threshold; /* packets */
    uint32_t loss_runs; /* of packets one after the other without a reply in time, wherever lost;
                           what was dropped here counts as answered */
    struct loss_periods losses; /* in whatever direction; late and dropped packets are no losses */
    struct moments rtt; /* responder processing subtracted */
    int64_t rtt_p50_ns, rtt_p95_ns; /* the least that so many percent do not exceed; 0: no rtt */
    struct moments processing; /* t3 - t2 as the responder reports it */
    struct way sd, ds;
    enum one_way one_way; /* what became of sd.delay and ds.delay */
    uint32_t negative; /* samples without one-way delay, because a way was negative */
    uint32_t responder_steps; /* of its clock, during the operation */
    unsigned deviations; /* enum deviation: of a reflector of STAMP */
    enum byte_order byte_order; /* of the responder's times, where that can differ: icmp-jitter */
    enum clock_fault clock_fault; /* ONE_WAY_LOCAL_CLOCK, .._UNKNOWN: what is wrong with ours, */
    uint32_t clock_age_minutes; /* and how long ago at most it was adjusted */
    bool is_slewed; /* our clock was, during the operation: durations are off by as much */
    struct clock_offset offset; /* of the two clocks, when it can be told */
    struct voice voice;
};

/* Where the single values of an operation go as they are computed; each may be NULL. */
struct round_sinks {
    const struct hist_layout *layout;
    bool keeps_native; /* the exponential form, too */
    struct hist *rtt, *processing, *jitter_sd, *jitter_ds;
    struct hist_pair **one_way; /* what is at it is made with the first delay */
};

/* How to read the samples. */
struct round_rules {
    int64_t threshold_ns;
    int64_t resolution_ns; /* of the wire's timestamps: jitter and one-way delay are taken in these
                              steps */
    bool is_stamped; /* replies should bring times of the responder */
    bool needs_kernel_stamps; /* a sample with other times of ours is unprocessed */
    bool is_slewed; /* our clock was: pairs of packets tell no jitter */
    bool trust_clocks; /* observe one-way delay; a sample with a negative way is dropped */
};

/* Round-trip time of a received sample, responder processing subtracted. With truncated wire stamps
 * the reported processing may exceed the true one by up to one step: when it exceeds t4 - t1, one
 * step less is subtracted. -1 when the sample makes no sense even so. */
int64_t sample_rtt_ns(const struct sample *sample, int64_t resolution_ns);

/* The ledger of one operation. items[i] is sequence number i + 1. */
struct samples {
    const struct sample *items;
    uint32_t count;
    const uint32_t *arrival; /* indices of received and late samples in the order they came back */
    uint32_t arrivals;
    const struct counted *counted; /* by the responder; NULL: it does not count */
};

/* Fills everything of the zeroed counters of `round` that follows from the samples: planned to
 * losses (except missed, queue_dropped, sent_late, queued, duplicate and corrupt), rtt, processing,
 * sd, ds, negative, responder_steps. Needs no memory but for buckets of exponential form. */
void round_compute(struct round *round, const struct samples *samples,
                   const struct round_rules *rules, const struct round_sinks *sinks);

#endif
