/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What really happened to every probe, written down by the world as it carries them, and what a
 * correct sender must have concluded from it. The conclusions are drawn from the clocks and the
 * fate of packets, never from what the code under test computed; only the reply's own delta and
 * count are not read back. */
#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "probe/io.h"
#include "probe/spec.h"
#include "stats/round.h"

/* One answer by a responder to one copy of a probe. */
struct truth_answer {
    int64_t t2_ns; /* the responder's wall clock at the receive stamp */
    int64_t held_ns; /* how long it held the packet */
    uint32_t count; /* how many probes of this run it had answered, this one included */
};

struct truth_probe {
    uint32_t seq; /* from 1, as on the wire; of udp-echo in the order of sending */
    bool is_unsent;
    uint32_t answers;
    int64_t left_ns; /* virtual time */
    int64_t t1_ns, t4_ns; /* sender's monotonic clock; t4 of the first reply */
    bool was_told; /* that it left, at a time that can be or not */
    bool has_notice;
    int64_t notice_ns; /* when it left, as the sender was told in time: true or not */
    uint32_t returned; /* replies that reached the open channel */
    struct truth_answer first; /* the answer that reached it first */
};

/* One operation as seen from outside: from FX_OPEN to FX_CLOSE of a sender's channel. */
struct truth_run {
    unsigned process;
    struct channel_id id;
    bool is_open, has_target, has_failed_send;
    struct addr target; /* of the control request's datagram, with the probe port it asked for */
    struct instant opened, closed; /* sender's clocks */
    uint32_t control_requests, control_replies;
    uint32_t dropped; /* datagrams lost in its socket, of whatever kind */
    bool is_unreachable; /* ICMP said so while it was open */
    int error; /* errno that ended a TCP handshake */
    int64_t first_probe_ns, last_probe_ns; /* virtual time */
    int64_t epoch_ns; /* sender's wall minus monotonic clock at its first probe */
    struct truth_probe *probes;
    uint32_t probe_count, probe_capacity;
    int64_t asked_ns; /* virtual time: the latest control request reached a responder */
    int64_t lease_age_ns; /* of the latest probe that was answered: since then */
    uint32_t answered; /* by the responder */
    uint32_t last_seq; /* highest answered so far */
    bool is_disturbed; /* probes doubled, swapped or recounted on their way: direction is a guess */
    uint32_t *order; /* indices of probes in order of their first return */
    uint32_t order_count;
};

/* What the network carries for a probe or a reply: whose it is. */
struct truth_tag {
    uint32_t run, probe;
    struct truth_answer answer;
};

struct truth {
    struct truth_run **runs;
    uint32_t run_count, run_capacity;
    struct truth_tag *tags;
    uint32_t tag_count, tag_capacity;
};

void truth_fini(struct truth *truth);

/* A new run; returns its number. */
uint32_t truth_run_new(struct truth *truth, unsigned process, struct channel_id id,
                       struct instant now);

/* The run ends. What its own host did not see leave, while a later probe did, counts as not sent.
 */
void truth_run_end(struct truth *truth, uint32_t run, struct instant now);

/* The newest run of `process` that asked `target` (IP and probe port); NULL when there is none. */
const struct truth_run *truth_find(const struct truth *truth, unsigned process,
                                   const struct addr *target);

/* The newest of them that is over. */
const struct truth_run *truth_find_over(const struct truth *truth, unsigned process,
                                        const struct addr *target);

/* A probe leaves (or fails to); returns the tag for its datagram. */
uint32_t truth_sent(struct truth *truth, uint32_t run, uint32_t seq, struct instant now,
                    int64_t virtual_ns);
void truth_unsent(struct truth *truth, uint32_t tag);

/* A responder that took in the datagram tagged `tag` at `received` answers it now. Returns the
 * answer's tag. */
uint32_t truth_answered(struct truth *truth, uint32_t tag, struct instant received,
                        struct instant now, int64_t virtual_ns);

/* A control request of the run was taken in by a responder. */
void truth_control_arrived(struct truth *truth, uint32_t run, int64_t virtual_ns);

/* The answer tagged `tag` reached its sender's open channel, stamped `received`. */
void truth_returned(struct truth *truth, uint32_t tag, struct mono received);

/* The sender was told that the probe tagged `tag` left at `left`. */
void truth_noticed(struct truth *truth, uint32_t tag, struct mono left);

/* What the sender must have measured. */
struct expectation {
    uint32_t sent, unsent, received, late, duplicate, out_of_order, over_threshold;
    uint32_t loss_runs; /* of packets without a reply in time */
    uint32_t noticed; /* whose t1 is what the kernel told */
    uint32_t lost, lost_sd, lost_ds, lost_unknown; /* dropped_here not among them */
    uint32_t dropped_here;
    bool is_direction_known; /* lost_sd and lost_ds can be relied on */
    int64_t rtt_sum_ns, rtt_min_ns, rtt_max_ns;
    int64_t processing_sum_ns;
    uint32_t jitter_sd_count, jitter_ds_count; /* zeros included */
    int64_t jitter_sd_sum_ns, jitter_ds_sum_ns; /* of absolute values */
};

void truth_expect(const struct truth_run *run, const struct spec *spec, struct expectation *out);

/* Adds what can be added. */
void expectation_add(struct expectation *sum, const struct expectation *part);

#endif
