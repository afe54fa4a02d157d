/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A train of packets: when each is due, and the ledger of what became of it. Pure bookkeeping:
 * knows no protocol. Packet k (from 1) is due at start + (k - 1) * interval: an absolute schedule,
 * so lateness of one packet never shifts the next. A sender that was held up neither catches up nor
 * hides it: packets whose time is over by an interval (and TRAIN_SKIP_NS) are skipped (train_skip),
 * those that leave late are counted (train_count_late). */
#ifndef PROBE_TRAIN_H
#define PROBE_TRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "probe/desk.h"
#include "stats/round.h"
#include "stats/sample.h"

/* A packet left late when that was more than half an interval after its time, or more than this. */
#define TRAIN_LATE_NS (10 * NS_PER_MS)

/* A packet waited in a queue of this host when the kernel had it longer than this. */
#define TRAIN_QUEUED_NS NS_PER_MS

/* No queue holds a packet longer: the clocks were set. */
#define TRAIN_HELD_MAX_NS (60 * NS_PER_SECOND)

/* Less than this is never too late to leave: a busy host wakes its threads that late now and then.
 */
#define TRAIN_SKIP_NS (50 * NS_PER_MS)

struct train {
    uint32_t next; /* index of the next packet to send */
    uint32_t last; /* number of the packet that was sent last; 0: none */
    uint32_t unsettled; /* sent and not answered */
    uint32_t count; /* to send; `capacity`, unless it was cut */
    struct mono start;
    int64_t interval_ns;
    int64_t timeout_ns; /* of each packet, from its own sending */
    int64_t epoch_ns; /* operation clock minus monotonic clock */
    struct desk *desk; /* where what follows is; NULL: none */
    struct sample *samples; /* `count`; samples[k - 1] is packet k */
    uint32_t *arrival; /* indices of received and late samples in order of arrival */
    uint32_t arrivals;
    bool has_counts;
    struct counted counted; /* numbers of the responder; untouched when it does not count */
    uint32_t missed; /* skipped by train_skip and train_skip_rest */
    uint32_t refused; /* packets sent when the path refused their size; 0: it did not */
    uint32_t capacity;
};

/* Without a desk: nothing sent, nothing due. */
void train_init(struct train *train, uint32_t count, int64_t interval_ns, int64_t timeout_ns);

/* Its ledger is on `desk` from now on (the caller's, with room for `count` packets), and empty.
 * NULL: it has none. Of a train without one only train_samples and train_find may be asked. */
void train_set_desk(struct train *train, struct desk *desk);

/* The ledger is empty; the first packet is due now. */
void train_start(struct train *train, struct instant now);

/* When the next packet is due; MONO_NEVER when all are sent. */
struct mono train_next_due(const struct train *train);

/* Skips what would leave an interval and TRAIN_SKIP_NS late or more: unsent, and counted in
 * `missed`. Never the first packet, on which the schedule hangs. */
void train_skip(struct train *train, struct mono now);

/* Nothing more is sent: the rest is skipped and counted like that, be it due or not. */
void train_skip_rest(struct train *train);

/* The next packet leaves at `now`; returns its sequence number (from 1). */
uint32_t train_send(struct train *train, struct instant now);

/* The packet sent last left at `sent`, as the host tells afterwards. */
void train_set_sent(struct train *train, struct mono sent);

/* Packet `seq` did not leave after all. */
void train_unsend(struct train *train, uint32_t seq);

/* How long after its due time the system was asked to send packet `index` (from 0, sent), and how
 * long the packet then waited, as the kernel tells; not negative. */
int64_t train_lateness_ns(const struct train *train, uint32_t index);
int64_t train_queueing_ns(const struct train *train, uint32_t index);

/* How many of the sent packets were late, and how many waited longer than TRAIN_QUEUED_NS. */
uint32_t train_count_late(const struct train *train);
uint32_t train_count_queued(const struct train *train);

/* Packet `seq` if it was sent, else NULL. */
const struct sample *train_find(const struct train *train, uint32_t seq);

/* The kernel, asked at `called` (0: not known), says that packet `seq` left at `left`. Believed
 * when it was sent and that is not before our own t1, nor TRAIN_HELD_MAX_NS after it. */
void train_stamp(struct train *train, uint32_t seq, struct mono called, struct stamp left);

/* The operation is over: t1 of each packet becomes what the kernel told, where it did and the round
 * trip (in stamps of `resolution_ns`) makes sense with it. A reply that was late only because its
 * packet waited here is in time. */
void train_take_stamps(struct train *train, int64_t resolution_ns);

/* At the end: unanswered packets that a queue of this host dropped count as not sent; returns how
 * many. Those are the ones that the kernel did not see leave while it saw a later one leave, when
 * it missed none of those that were answered. */
uint32_t train_unsend_queued(struct train *train);

/* The path refuses packets of this size: the rest of the train is not sent. */
void train_refuse(struct train *train);

/* After train_refuse, at the end: packets sent before it, with no answered one behind them, count
 * as not sent. */
void train_unsend_refused(struct train *train);

enum arrival { ARRIVAL_ACCEPTED, ARRIVAL_DUPLICATE, ARRIVAL_UNKNOWN };

/* A reply to packet `seq` came at `received`. ACCEPTED: the sample is now received or late, t4 is
 * set and *out points at it for the protocol's fields. UNKNOWN: no such packet was sent. */
enum arrival train_receive(struct train *train, uint32_t seq, struct stamp received,
                           struct sample **out);

/* The train ends here: packets of which nothing is known at `now` (not due yet, or unanswered
 * within their timeout, with no answered one behind them) were never planned. Returns how many are
 * left. The next train is whole again. */
uint32_t train_cut(struct train *train, struct mono now);

/* All packets sent (or unsent), all answered. */
bool train_is_complete(const struct train *train);

/* When the timeout of the packet sent last ends; MONO_NEVER before all are sent or skipped. */
struct mono train_expiry(const struct train *train);

/* `t` on the operation clock, ns. */
int64_t train_clock_ns(const struct train *train, struct mono t);

/* The reply to packet `seq` brought the responder's `number` back; `is_copy`: it was answered
 * before. */
void train_count(struct train *train, uint32_t seq, uint32_t number, bool is_copy);

/* What the replies brought were no counts after all. */
void train_forget_counts(struct train *train);

/* The ledger as round_compute reads it; valid until the train changes. */
struct samples train_samples(const struct train *train);

#endif
