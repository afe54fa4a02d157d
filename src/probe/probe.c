/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "wire/ipsla.h"

enum { CHANNEL = 0 };

static const char *const unmatched_names[UNMATCHED_COUNT] = {
    [UNMATCHED_SOURCE] = "source",
    [UNMATCHED_CONTROL] = "control",
    [UNMATCHED_SEQUENCE] = "sequence",
    [UNMATCHED_EARLY] = "early",
};

const char *unmatched_name(enum unmatched unmatched)
{
    assert((unsigned)unmatched < UNMATCHED_COUNT);
    return unmatched_names[unmatched];
}

void probe_init(struct probe *probe, const struct spec *spec, uint8_t first_id)
{
    *probe = (struct probe){.spec = spec, .next_id = first_id};
    train_init(&probe->train, spec->num_packets, spec->interval_ns, spec->timeout_ns);
}

void probe_fini(struct probe *probe)
{
    train_fini(&probe->train);
}

void probe_set_spec(struct probe *probe, const struct spec *spec)
{
    probe->spec = spec;
}

/* The operation ends with `outcome`; what is open is closed by the next poll. */
static void finish(struct probe *probe, enum outcome outcome, struct mono end)
{
    if (outcome != OUTCOME_LOCAL && outcome != OUTCOME_UNREACHABLE) {
        probe->round.error = 0; /* it passed */
    }
    probe->phase = PROBE_OVER;
    probe->round.outcome = outcome;
    probe->round.duration_ns = mono_diff(end, probe->started);
    probe->has_result = true;
}

void probe_start(struct probe *probe, struct instant now, struct mono latest_end)
{
    assert(probe_is_idle(probe));
    train_clear(&probe->train);
    probe->round = (struct round){.started = now.wall, .control_rtt_ns = -1};
    probe->started = now.mono;
    probe->last_event = now.mono;
    probe->latest_end = latest_end;
    probe->tries = 0;
    probe->failed_tries = 0;
    probe->has_epoch = false;
    probe->is_unreachable = false;
    probe->has_result = false;
    if (probe->spec->peer.family == ADDR_NONE) {
        finish(probe, OUTCOME_RESOLVE, now.mono);
        return;
    }
    probe->phase = PROBE_OPENING;
    probe->wants_open = true;
}

void probe_abandon(struct probe *probe)
{
    if (probe->phase == PROBE_IDLE) {
        return;
    }
    probe->phase = PROBE_OVER;
    probe->wants_open = false;
    probe->has_result = false;
}

/* The port stays open for timeout + packets x interval; version 1 over IPv4 has 16 bits for it. */
static uint16_t control_duration_ms(const struct spec *spec)
{
    int64_t duration_ns = spec->timeout_ns;
    if (spec->operation == OPERATION_UDP_JITTER) {
        duration_ns += spec->num_packets * spec->interval_ns;
    }
    int64_t duration_ms = (duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    return duration_ms > UINT16_MAX ? UINT16_MAX : (uint16_t)duration_ms;
}

static void fill_send(struct fx *fx, const struct addr *peer, const uint8_t *bytes, size_t size)
{
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.channel = CHANNEL,
        .peer = *peer,
        .bytes = bytes,
        .size = size,
    };
}

static void send_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    const struct spec *spec = probe->spec;
    struct ipsla_request request = {
        .id = probe->next_id,
        .command =
            spec->operation == OPERATION_UDP_JITTER ? IPSLA_COMMAND_JITTER : IPSLA_COMMAND_ECHO,
        .port = spec->port,
        .duration_ms = control_duration_ms(spec),
    };
    memcpy(request.address, spec->peer.ip, sizeof request.address);
    ipsla_request_encode(&request, scratch);
    struct addr peer = spec->peer;
    peer.port = spec->control_port;
    fill_send(fx, &peer, scratch, IPSLA_REQUEST_BYTES);
    probe->wants_control = false;
    probe->control_sent[probe->tries] = now.mono;
    probe->tries++;
    probe->next_id++;
    probe->deadline = mono_add(now.mono, spec->control_timeout_ns);
}

static void send_probe(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    const struct spec *spec = probe->spec;
    uint32_t seq = train_send(&probe->train, now);
    if (spec->operation == OPERATION_UDP_JITTER) {
        struct wall sent = {probe->train.samples[seq - 1].t1_ns};
        struct ipsla_jitter_ms request = {
            .send_ms = wall_ms_of_day(sent),
            .sender_seq = (uint16_t)seq,
        };
        ipsla_jitter_ms_encode(&request, scratch, spec->payload_bytes);
    } else {
        ipsla_echo_encode(scratch, spec->payload_bytes);
    }
    fill_send(fx, &spec->peer, scratch, spec->payload_bytes);
}

/* When SETTLE ends: a moment after the last answer, or when late replies are no longer waited for.
 */
static struct mono settle_deadline(const struct probe *probe)
{
    if (train_is_complete(&probe->train)) {
        return mono_min(mono_add(probe->last_event, PROBE_SETTLE_NS), probe->latest_end);
    }
    struct mono expiry = train_expiry(&probe->train);
    struct mono end = mono_min(mono_add(expiry, PROBE_GRACE_NS), probe->latest_end);
    return mono_is_before(end, expiry) ? expiry : end;
}

static void settle(struct probe *probe)
{
    probe->phase = PROBE_SETTLE;
    probe->deadline = settle_deadline(probe);
}

static void finish_train(struct probe *probe)
{
    const struct train *train = &probe->train;
    bool was_sent = false;
    bool was_received = false;
    for (uint32_t i = 0; i < train->count; i++) {
        was_sent |= train->samples[i].fate != FATE_UNSENT;
        was_received |= train->samples[i].fate == FATE_RECEIVED;
    }
    struct mono end = train_is_complete(train) ? probe->last_event : train_expiry(train);
    enum outcome unanswered = was_sent ? OUTCOME_TIMEOUT : OUTCOME_LOCAL;
    finish(probe, was_received ? OUTCOME_OK : unanswered, end);
}

static bool poll_control(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    bool is_due = !mono_is_before(now.mono, probe->deadline);
    if (!probe->wants_control && !is_due) {
        return false;
    }
    if (probe->wants_control || probe->tries < probe->spec->control_tries) {
        send_control(probe, now, fx, scratch);
        return true;
    }
    if (probe->failed_tries == probe->tries) {
        finish(probe, OUTCOME_LOCAL, now.mono);
    } else {
        finish(probe, probe->is_unreachable ? OUTCOME_UNREACHABLE : OUTCOME_NO_CONNECTION,
               now.mono);
    }
    return false;
}

static bool poll_train(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (mono_is_before(now.mono, train_next_due(&probe->train))) {
        return false;
    }
    send_probe(probe, now, fx, scratch);
    if (mono_is_before(train_next_due(&probe->train), MONO_NEVER)) {
        return true;
    }
    settle(probe);
    return true;
}

static bool poll_running(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    switch (probe->phase) {
    case PROBE_OPENING:
        if (!probe->wants_open) {
            return false;
        }
        probe->wants_open = false;
        *fx = (struct fx){.kind = FX_OPEN, .id.channel = CHANNEL, .local = probe->spec->source};
        if (fx->local.family == ADDR_NONE) {
            fx->local.family = probe->spec->peer.family;
        }
        return true;
    case PROBE_CONTROL:
        return poll_control(probe, now, fx, scratch);
    case PROBE_TRAIN:
        return poll_train(probe, now, fx, scratch);
    case PROBE_SETTLE:
        if (!mono_is_before(now.mono, probe->deadline)) {
            finish_train(probe);
        }
        return false;
    case PROBE_IDLE:
    case PROBE_OVER:
        break;
    }
    return false;
}

bool probe_poll(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch)
{
    if (poll_running(probe, now, fx, scratch)) {
        return true;
    }
    if (probe->phase == PROBE_OVER && probe->is_open) {
        probe->is_open = false;
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = CHANNEL};
        return true;
    }
    return false;
}

struct mono probe_deadline(const struct probe *probe)
{
    switch (probe->phase) {
    case PROBE_CONTROL:
    case PROBE_SETTLE:
        return probe->deadline;
    case PROBE_TRAIN:
        return train_next_due(&probe->train);
    case PROBE_IDLE:
    case PROBE_OPENING:
    case PROBE_OVER:
        break;
    }
    return MONO_NEVER;
}

bool probe_is_idle(const struct probe *probe)
{
    return (probe->phase == PROBE_IDLE || probe->phase == PROBE_OVER) && !probe->is_open;
}

static enum outcome refusal_outcome(uint32_t status)
{
    switch (ipsla_status_code(status)) {
    case 2:
        return OUTCOME_AUTH;
    case 3:
        return OUTCOME_FORMAT;
    case 4:
        return OUTCOME_PORT_IN_USE;
    default:
        return OUTCOME_REFUSED;
    }
}

static void input_control(struct probe *probe, const struct ev *ev, struct instant now)
{
    struct ipsla_response response;
    bool is_readable = ipsla_response_decode(ev->bytes, ev->size, &response) == IPSLA_ACCEPT;
    /* Ids count up by one a try, so an id's age in tries tells whether it is outstanding. */
    uint8_t age = is_readable ? (uint8_t)(probe->next_id - response.id) : 0;
    if (probe->phase != PROBE_CONTROL || age == 0 || age > probe->tries) {
        probe->unmatched[UNMATCHED_CONTROL]++;
        return;
    }
    struct mono sent = probe->control_sent[probe->tries - age];
    probe->round.control_rtt_ns = mono_diff(ev->received.at.mono, sent);
    if (response.status != 0 || (response.has_port && response.port != probe->spec->port)) {
        probe->round.control_status = response.status;
        finish(probe, refusal_outcome(response.status), now.mono);
        return;
    }
    probe->phase = PROBE_TRAIN;
    train_start(&probe->train, now);
}

/* `value` modulo `modulus`, moved into -modulus/2 .. modulus/2. */
static int64_t fold(int64_t value, int64_t modulus)
{
    int64_t rest = value - floor_div(value, modulus) * modulus;
    return rest > modulus / 2 ? rest - modulus : rest;
}

/* Puts the responder's stamps on one line. UTC stamps wrap at midnight and are placed next to the
 * sender's; others (bit 31) count from an unknown moment, so only their differences mean anything.
 */
static void place_remote_times(struct probe *probe, struct sample *sample,
                               const struct ipsla_jitter_ms *reply)
{
    bool is_utc = (reply->receive_ms & IPSLA_TIME_NOT_UTC) == 0;
    int64_t modulus = is_utc ? MS_PER_DAY : (int64_t)IPSLA_TIME_NOT_UTC;
    if (!probe->has_epoch) {
        probe->has_epoch = true;
        probe->epoch_ms = reply->receive_ms;
        int64_t sent_ms = floor_div(sample->t1_ns, NS_PER_MS);
        int64_t ahead_ms = fold((int64_t)reply->receive_ms - reply->send_ms, modulus);
        probe->epoch_ns = (is_utc ? sent_ms + ahead_ms : 0) * NS_PER_MS;
    }
    int64_t since_ms = fold((int64_t)reply->receive_ms - probe->epoch_ms, modulus);
    sample->t2_ns = probe->epoch_ns + since_ms * NS_PER_MS;
    sample->t3_ns = sample->t2_ns + reply->delta_ms * NS_PER_MS;
    sample->has_remote_times = ((reply->receive_ms ^ probe->epoch_ms) & IPSLA_TIME_NOT_UTC) == 0;
}

/* A clock step between the kernel's stamp and its conversion can put an arrival before the sending;
 * the time of reading is then the better one. */
static struct stamp plausible_stamp(const struct probe *probe, const struct ev *ev,
                                    const struct sample *sample, struct instant now)
{
    if (train_clock_ns(&probe->train, ev->received.at.mono) < sample->t1_ns) {
        return (struct stamp){.at = now, .source = STAMP_USER};
    }
    return ev->received;
}

/* Books a reply to packet `seq`; returns its sample when it is the first one. */
static struct sample *book_reply(struct probe *probe, uint32_t seq, struct stamp received)
{
    struct sample *sample = NULL;
    switch (train_receive(&probe->train, seq, received, &sample)) {
    case ARRIVAL_ACCEPTED:
        if (sample->fate == FATE_RECEIVED) {
            probe->last_event = received.at.mono;
        }
        return sample;
    case ARRIVAL_DUPLICATE:
        probe->round.duplicate++;
        break;
    case ARRIVAL_UNKNOWN:
        probe->unmatched[UNMATCHED_SEQUENCE]++;
        break;
    }
    return NULL;
}

static void input_jitter(struct probe *probe, const struct ev *ev, struct instant now)
{
    struct ipsla_jitter_ms reply;
    if (ipsla_jitter_ms_decode_reply(ev->bytes, ev->size, &reply) != IPSLA_ACCEPT ||
        ev->size != probe->spec->payload_bytes) {
        probe->round.corrupt++;
        return;
    }
    const struct sample *sent = train_find(&probe->train, reply.sender_seq);
    if (sent == NULL) {
        probe->unmatched[UNMATCHED_SEQUENCE]++;
        return;
    }
    if (reply.send_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        probe->round.corrupt++;
        return;
    }
    struct stamp received = plausible_stamp(probe, ev, sent, now);
    struct sample *sample = book_reply(probe, reply.sender_seq, received);
    if (sample == NULL) {
        return;
    }
    sample->responder_seq = reply.responder_seq;
    place_remote_times(probe, sample, &reply);
    if (sample_rtt_ns(sample, NS_PER_MS) < 0) {
        /* More processing than the whole round trip: the packet came back, but its times are wrong.
         */
        probe->round.corrupt++;
        sample->has_remote_times = false;
        sample->t3_ns = sample->t2_ns;
    }
}

static void input_echo(struct probe *probe, const struct ev *ev, struct instant now)
{
    enum ipsla_probe_type type;
    if (ipsla_probe_type(ev->bytes, ev->size, &type) != IPSLA_ACCEPT || type != IPSLA_PROBE_ECHO ||
        ev->size != probe->spec->payload_bytes) {
        probe->round.corrupt++;
        return;
    }
    const struct sample *sent = train_find(&probe->train, 1);
    if (sent == NULL) {
        probe->unmatched[UNMATCHED_SEQUENCE]++;
        return;
    }
    (void)book_reply(probe, 1, plausible_stamp(probe, ev, sent, now));
}

static void input_data(struct probe *probe, const struct ev *ev, struct instant now)
{
    const struct spec *spec = probe->spec;
    if (!addr_is_same_ip(&ev->peer, &spec->peer)) {
        probe->unmatched[UNMATCHED_SOURCE]++;
    } else if (ev->peer.port == spec->control_port) {
        input_control(probe, ev, now);
    } else if (ev->peer.port != spec->port) {
        probe->unmatched[UNMATCHED_SOURCE]++;
    } else if (probe->phase != PROBE_TRAIN && probe->phase != PROBE_SETTLE) {
        probe->unmatched[UNMATCHED_EARLY]++;
    } else if (spec->operation == OPERATION_UDP_JITTER) {
        input_jitter(probe, ev, now);
    } else {
        input_echo(probe, ev, now);
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = settle_deadline(probe);
    }
}

/* The network says that a datagram of ours was not delivered. During the train that is a loss like
 * any other; during the handshake a refused port ends the operation, other errors may be passing.
 */
static void input_icmp(struct probe *probe, const struct ev *ev, struct instant now)
{
    if (probe->phase != PROBE_CONTROL || !addr_is_same_ip(&ev->peer, &probe->spec->peer)) {
        return;
    }
    probe->is_unreachable = true;
    probe->round.error = ev->error;
    if (ev->error == ECONNREFUSED) {
        finish(probe, OUTCOME_UNREACHABLE, now.mono);
    }
}

/* Our own host did not do what was asked of it. Full buffers pass; the rest does not. */
static void input_failure(struct probe *probe, const struct ev *ev, struct instant now)
{
    bool is_passing = ev->error == ENOBUFS || ev->error == EAGAIN || ev->error == ENOMEM;
    if (probe->phase == PROBE_OPENING || (probe->phase == PROBE_CONTROL && !is_passing)) {
        probe->round.error = ev->error;
        finish(probe, OUTCOME_LOCAL, now.mono);
    } else if (probe->phase == PROBE_CONTROL) {
        probe->round.error = ev->error;
        probe->failed_tries++;
    } else if (probe->phase == PROBE_TRAIN || probe->phase == PROBE_SETTLE) {
        probe->round.error = ev->error;
        train_unsend(&probe->train);
        probe->last_event = now.mono;
    }
    if (probe->phase == PROBE_SETTLE) {
        probe->deadline = settle_deadline(probe);
    }
}

void probe_input(struct probe *probe, const struct ev *ev, struct instant now)
{
    switch (ev->kind) {
    case EV_OPENED:
        probe->is_open = true;
        if (probe->phase == PROBE_OPENING) {
            probe->phase = PROBE_CONTROL;
            probe->wants_control = true;
        }
        break;
    case EV_DATA:
        input_data(probe, ev, now);
        break;
    case EV_ERROR:
        if (ev->is_icmp) {
            input_icmp(probe, ev, now);
        } else {
            input_failure(probe, ev, now);
        }
        break;
    }
}

static enum return_code round_return_code(const struct round *round, int64_t threshold_ns)
{
    switch (round->outcome) {
    case OUTCOME_OK:
        return moments_average_ns(&round->rtt) > (double)threshold_ns ? RETURN_CODE_OVER_THRESHOLD
                                                                      : RETURN_CODE_OK;
    case OUTCOME_TIMEOUT:
        return RETURN_CODE_TIMEOUT;
    case OUTCOME_RESOLVE:
        return RETURN_CODE_DNS_QUERY_ERROR;
    case OUTCOME_LOCAL:
        return RETURN_CODE_ERROR;
    default:
        return RETURN_CODE_NOT_CONNECTED;
    }
}

const struct round *probe_collect(struct probe *probe, const struct round_sinks *sinks)
{
    assert(probe_is_idle(probe));
    if (!probe->has_result) {
        return NULL;
    }
    probe->has_result = false;
    struct round *round = &probe->round;
    round->control_retries = probe->tries > 0 ? probe->tries - 1u : 0;
    if (probe->train.next > 0) {
        const struct round_rules rules = {
            .threshold_ns = probe->spec->threshold_ns,
            .resolution_ns = NS_PER_MS,
        };
        struct samples samples = train_samples(&probe->train);
        round_compute(round, &samples, &rules, sinks);
    }
    round->return_code = round_return_code(round, probe->spec->threshold_ns);
    return round;
}
