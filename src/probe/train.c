/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/train.h"

#include <assert.h>
#include <string.h>

void train_init(struct train *train, uint32_t count, int64_t interval_ns, int64_t timeout_ns)
{
    assert(count > 0);
    *train = (struct train){
        .count = count,
        .capacity = count,
        .interval_ns = interval_ns,
        .timeout_ns = timeout_ns,
    };
}

void train_set_desk(struct train *train, struct desk *desk)
{
    train->desk = desk;
    train->samples = desk == NULL ? NULL : desk->samples;
    train->arrival = desk == NULL ? NULL : desk->arrival;
    train->count = train->capacity;
    train->has_counts = false;
    train->arrivals = 0;
    train->next = 0;
    train->last = 0;
    train->unsettled = 0;
    train->missed = 0;
    train->refused = 0;
    if (desk != NULL) {
        memset(train->samples, 0, train->count * sizeof(struct sample));
        counted_use(&train->counted, desk->seen, train->count);
    }
}

void train_start(struct train *train, struct instant now)
{
    assert(train->next == 0 && train->arrivals == 0);
    train->start = now.mono;
    train->epoch_ns = now.wall.ns - now.mono.ns;
}

static struct mono packet_due(const struct train *train, uint32_t index)
{
    return mono_add(train->start, (int64_t)index * train->interval_ns);
}

struct mono train_next_due(const struct train *train)
{
    return train->next == train->count ? MONO_NEVER : packet_due(train, train->next);
}

static void skip_next(struct train *train)
{
    train->samples[train->next].fate = FATE_UNSENT;
    train->next++;
    train->missed++;
}

void train_skip_rest(struct train *train)
{
    while (train->next < train->count) {
        skip_next(train);
    }
}

void train_skip(struct train *train, struct mono now)
{
    if (train->next == 0 || train->interval_ns == 0) {
        return;
    }
    int64_t allowed_ns = train->interval_ns > TRAIN_SKIP_NS ? train->interval_ns : TRAIN_SKIP_NS;
    while (train->next < train->count &&
           mono_diff(now, packet_due(train, train->next)) >= allowed_ns) {
        skip_next(train);
    }
}

uint32_t train_send(struct train *train, struct instant now)
{
    assert(train->next < train->count);
    struct sample *sample = &train->samples[train->next];
    sample->fate = FATE_SENT;
    sample->t1_ns = train_clock_ns(train, now.mono);
    sample->called_ns = sample->t1_ns;
    sample->t1_source = STAMP_USER;
    train->next++;
    train->last = train->next;
    train->unsettled++;
    return train->next;
}

void train_set_sent(struct train *train, struct mono sent)
{
    assert(train->next > 0);
    struct sample *sample = &train->samples[train->next - 1];
    sample->t1_ns = train_clock_ns(train, sent);
    sample->called_ns = sample->t1_ns;
}

int64_t train_lateness_ns(const struct train *train, uint32_t index)
{
    int64_t due_ns = train_clock_ns(train, packet_due(train, index));
    int64_t lateness_ns = train->samples[index].called_ns - due_ns;
    return lateness_ns > 0 ? lateness_ns : 0;
}

int64_t train_queueing_ns(const struct train *train, uint32_t index)
{
    const struct sample *sample = &train->samples[index];
    int64_t queueing_ns = sample->t1_ns - sample->called_ns;
    return sample->t1_source != STAMP_USER && queueing_ns > 0 ? queueing_ns : 0;
}

uint32_t train_count_late(const struct train *train)
{
    int64_t half_ns = train->interval_ns / 2;
    int64_t limit_ns = half_ns > 0 && half_ns < TRAIN_LATE_NS ? half_ns : TRAIN_LATE_NS;
    uint32_t late = 0;
    for (uint32_t i = 0; i < train->next; i++) {
        bool was_sent = train->samples[i].fate != FATE_UNSENT;
        late += was_sent && train_lateness_ns(train, i) > limit_ns;
    }
    return late;
}

uint32_t train_count_queued(const struct train *train)
{
    uint32_t queued = 0;
    for (uint32_t i = 0; i < train->next; i++) {
        bool was_sent = train->samples[i].fate != FATE_UNSENT;
        queued += was_sent && train_queueing_ns(train, i) > TRAIN_QUEUED_NS;
    }
    return queued;
}

/* The packet with sequence number `seq` if it was sent, else NULL. */
static struct sample *find_sent(const struct train *train, uint32_t seq)
{
    if (seq == 0 || seq > train->next || train->samples[seq - 1].fate == FATE_UNSENT) {
        return NULL;
    }
    return &train->samples[seq - 1];
}

void train_unsend(struct train *train, uint32_t seq)
{
    struct sample *sample = find_sent(train, seq);
    if (sample != NULL && sample->fate == FATE_SENT) {
        sample->fate = FATE_UNSENT;
        train->unsettled--;
    }
}

void train_refuse(struct train *train)
{
    train->refused = train->refused == 0 ? train->next : train->refused;
    for (; train->next < train->count; train->next++) {
        train->samples[train->next].fate = FATE_UNSENT;
    }
}

static bool is_answered(const struct sample *sample)
{
    return sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE;
}

void train_unsend_refused(struct train *train)
{
    for (uint32_t seq = train->refused; seq > 0 && !is_answered(&train->samples[seq - 1]); seq--) {
        train_unsend(train, seq);
    }
}

const struct sample *train_find(const struct train *train, uint32_t seq)
{
    return find_sent(train, seq);
}

static void add_error(struct sample *sample, uint32_t error_ns)
{
    bool is_too_much = error_ns > UINT32_MAX - sample->error_ns;
    sample->error_ns = is_too_much ? UINT32_MAX : sample->error_ns + error_ns;
}

void train_stamp(struct train *train, uint32_t seq, struct mono called, struct stamp left)
{
    struct sample *sample = find_sent(train, seq);
    if (sample == NULL) {
        return;
    }
    sample->has_left = left.source != STAMP_HARDWARE;
    if (called.ns != 0) {
        sample->called_ns = train_clock_ns(train, called);
    }
    int64_t left_ns = train_clock_ns(train, left.at.mono);
    int64_t held_ns = left_ns - sample->t1_ns;
    if (left.source != STAMP_USER && held_ns >= 0 && held_ns <= TRAIN_HELD_MAX_NS) {
        sample->stamped_ns = left_ns;
        sample->stamped_source = left.source;
        add_error(sample, left.error_ns);
    }
}

void train_take_stamps(struct train *train, int64_t resolution_ns)
{
    for (uint32_t i = 0; i < train->next; i++) {
        struct sample *sample = &train->samples[i];
        struct sample stamped = *sample;
        stamped.t1_ns = sample->stamped_ns;
        stamped.t1_source = sample->stamped_source;
        bool makes_sense = !is_answered(sample) || sample_rtt_ns(&stamped, resolution_ns) >= 0;
        if (sample->stamped_ns != 0 && makes_sense) {
            *sample = stamped;
        }
        if (sample->fate == FATE_LATE && sample->t4_ns - sample->t1_ns <= train->timeout_ns) {
            sample->fate = FATE_RECEIVED;
        }
    }
}

/* Whether the kernel's word on what left is complete: what was answered did leave. */
static bool knows_departures(const struct train *train)
{
    for (uint32_t i = 0; i < train->next; i++) {
        if (is_answered(&train->samples[i]) && !train->samples[i].has_left) {
            return false;
        }
    }
    return true;
}

uint32_t train_unsend_queued(struct train *train)
{
    uint32_t dropped = 0;
    bool has_later_left = false;
    if (!knows_departures(train)) {
        return 0;
    }
    for (uint32_t seq = train->next; seq > 0; seq--) {
        struct sample *sample = &train->samples[seq - 1];
        if (sample->fate == FATE_SENT && !sample->has_left && has_later_left) {
            train_unsend(train, seq);
            dropped++;
        }
        has_later_left |= sample->has_left;
    }
    return dropped;
}

enum arrival train_receive(struct train *train, uint32_t seq, struct stamp received,
                           struct sample **out)
{
    struct sample *sample = find_sent(train, seq);
    if (sample == NULL) {
        return ARRIVAL_UNKNOWN;
    }
    if (sample->fate != FATE_SENT) {
        return ARRIVAL_DUPLICATE;
    }
    sample->t4_ns = train_clock_ns(train, received.at.mono);
    sample->t4_source = received.source;
    add_error(sample, received.error_ns);
    sample->fate = sample->t4_ns - sample->t1_ns > train->timeout_ns ? FATE_LATE : FATE_RECEIVED;
    train->arrival[train->arrivals++] = seq - 1;
    train->unsettled--;
    *out = sample;
    return ARRIVAL_ACCEPTED;
}

uint32_t train_cut(struct train *train, struct mono now)
{
    int64_t now_ns = train_clock_ns(train, now);
    while (train->next > 0) {
        struct sample *last = &train->samples[train->next - 1];
        if (last->fate != FATE_SENT || now_ns - last->t1_ns > train->timeout_ns) {
            break;
        }
        *last = (struct sample){0};
        train->next--;
        train->unsettled--;
    }
    train->count = train->next;
    train->last = train->next;
    return train->count;
}

bool train_is_complete(const struct train *train)
{
    return train->next == train->count && train->unsettled == 0;
}

struct mono train_expiry(const struct train *train)
{
    if (train->next < train->count) {
        return MONO_NEVER;
    }
    uint32_t index = train->last > 0 ? train->last - 1 : 0;
    const struct sample *last = &train->samples[index];
    if (last->fate == FATE_UNSENT) {
        return mono_add(packet_due(train, index), train->timeout_ns);
    }
    return (struct mono){last->t1_ns - train->epoch_ns + train->timeout_ns};
}

int64_t train_clock_ns(const struct train *train, struct mono t)
{
    return t.ns + train->epoch_ns;
}

void train_count(struct train *train, uint32_t seq, uint32_t number, bool is_copy)
{
    train->has_counts = true;
    counted_add(&train->counted, seq, number, is_copy);
}

void train_forget_counts(struct train *train)
{
    train->has_counts = false;
    for (uint32_t i = 0; i < train->count; i++) {
        train->samples[i].responder_seq = 0;
    }
}

struct samples train_samples(const struct train *train)
{
    return (struct samples){
        .items = train->samples,
        .count = train->desk == NULL ? 0 : train->count,
        .arrival = train->arrival,
        .arrivals = train->arrivals,
        .counted = train->has_counts ? &train->counted : NULL,
    };
}
