/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the packets of an operation come to: its ledger (probe/train.h) is filled as the sender
 * filled it, with the capture's times in place of the kernel's, and then read as a live one is
 * (probe/result.c). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capture/run.h"
#include "probe/probe.h"
#include "probe/trust.h"

#define THRESHOLD_NS (5 * NS_PER_SECOND) /* the default of IOS */

enum { ICMP_PORT = 3, ICMP6_PORT = 4, ICMP_UNREACHABLE = 3, ICMP6_UNREACHABLE = 1 };

/* A reply, in order of arrival. */
struct run_arrival {
    int64_t at_ns;
    const struct sight *sight;
    uint32_t index; /* of the packet */
    bool is_extra;
};

static bool is_seen(const struct run_packet *packet)
{
    return packet->request.first != NULL || packet->reply.first != NULL;
}

static const struct sight *first_request(const struct run *run)
{
    for (uint32_t i = 0; i < run->packets.count; i++) {
        const struct sight *sight = run_packet(run, i)->request.first;
        if (sight != NULL) {
            return sight;
        }
    }
    return NULL;
}

static const struct operation *operation_of(const struct run *run)
{
    const struct sight *request = first_request(run);
    bool is_other = run->traffic->other != NULL && request != NULL && !request->has_ssid;
    return is_other ? run->traffic->other : run->traffic->operation;
}

/* The packets that were seen at all: from *first on, so many. */
static uint32_t find_range(const struct run *run, uint32_t *first)
{
    uint32_t end = (uint32_t)run->packets.count;
    *first = 0;
    while (*first < end && !is_seen(run_packet(run, *first))) {
        (*first)++;
    }
    while (end > *first && !is_seen(run_packet(run, end - 1))) {
        end--;
    }
    return end - *first;
}

/* The time between packets, to the millisecond: of the first and the last, over what is between. */
static int64_t interval_ns(const struct run *run)
{
    const struct sight *first = first_request(run);
    if (first == NULL || !run->traffic->is_numbered) {
        return NS_PER_MS;
    }
    uint32_t steps = 0;
    int64_t last_ns = first->at_ns;
    for (uint32_t i = 0; i < run->packets.count; i++) {
        const struct sight *sight = run_packet(run, i)->request.first;
        if (sight != NULL) {
            steps = run->traffic->has_wrap ? (uint16_t)(sight->number - first->number)
                                           : sight->number - first->number;
            last_ns = sight->at_ns;
        }
    }
    int64_t each_ns = steps == 0 ? 0 : (last_ns - first->at_ns) / steps;
    int64_t whole_ns = (each_ns + NS_PER_MS / 2) / NS_PER_MS * NS_PER_MS;
    return whole_ns > 0 ? whole_ns : NS_PER_MS;
}

static void name_session(const struct flow *flow, struct spec *spec)
{
    char sender[ADDR_TEXT_MAX], responder[ADDR_TEXT_MAX];
    struct buf name = {0};
    bool has_ports = spec->operation->has_ports;
    buf_printf(&name, "%s to %s",
               has_ports ? addr_format(&flow->sender, sender)
                         : addr_format_ip(&flow->sender, sender),
               has_ports ? addr_format(&flow->responder, responder)
                         : addr_format_ip(&flow->responder, responder));
    spec->identity.name = mem_string(buf_string(&name));
    spec->identity.host = mem_string(addr_format_ip(&flow->responder, responder));
    spec->identity.owner = mem_string("");
    spec->identity.tag = mem_string("");
    buf_fini(&name);
}

static struct spec *make_spec(const struct capture *capture, const struct flow *flow,
                              const struct operation *operation, const struct exchange *exchange)
{
    struct spec *spec = spec_new();
    spec->operation = operation;
    name_session(flow, spec);
    spec->path.peer = flow->responder;
    spec->path.port = flow->responder.port;
    spec->path.source = flow->sender;
    spec->schedule.timeout_ns = capture->options.timeout_ns;
    spec->results.threshold_ns = THRESHOLD_NS;
    spec->clocks.is_assumed_synchronized = capture->options.is_synchronized;
    spec->packets.count = 1;
    if (exchange != NULL) {
        spec->control.version = exchange->version;
        spec->control.port = exchange->responder.port;
        spec->control.key.algorithm = exchange->auth;
        spec->control.key.id = exchange->key_id;
        spec->control.tries = (uint8_t)(exchange->tries > UINT8_MAX ? UINT8_MAX : exchange->tries);
    }
    return spec;
}

static void describe_packets(const struct run *run, struct spec *spec)
{
    const struct sight *request = first_request(run);
    spec->packets.precision = run->traffic->precision;
    spec->packets.interval_ns = interval_ns(run);
    if (request == NULL) {
        return;
    }
    spec->packets.bytes = request->bytes;
    spec->packets.has_long_sequence = request->is_long;
    spec->path.tos = request->tos;
    if (run->traffic->precision == PRECISION_MICROSECONDS) {
        spec->packets.timestamp_format =
            timestamp_format_near(request->times[0], (struct wall){request->at_ns});
    }
}

/* A packet of the ledger as its sender had it: what it wrote of the time, and then the stamp. */
static void send_packet(const struct run *run, const struct run_way *way, bool is_timeless,
                        struct sample *sample)
{
    int64_t left_ns = run_request_ns(way);
    sample->fate = FATE_SENT;
    sample->t1_ns = is_timeless ? 0 : run->traffic->sent_ns(way->first, left_ns);
    sample->called_ns = left_ns;
    sample->stamped_ns = is_timeless ? 0 : left_ns;
    sample->stamped_source = is_timeless ? STAMP_USER : STAMP_KERNEL;
    sample->has_left = true;
}

static int compare_arrivals(const void *left, const void *right)
{
    const struct run_arrival *a = left, *b = right;
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    return a->sight->frame < b->sight->frame ? -1 : a->sight->frame > b->sight->frame;
}

/* All replies in order of arrival; the caller frees them. */
static struct run_arrival *sort_arrivals(const struct run *run, uint32_t first, uint32_t count,
                                         size_t *out)
{
    struct run_arrival *arrivals = mem_alloc(count + run->extras.count, sizeof *arrivals);
    const struct run_extra *extras = run->extras.items;
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct run_way *way = &run_packet(run, first + i)->reply;
        if (run_reply_came(run, way)) {
            arrivals[size++] = (struct run_arrival){run_reply_ns(run, way), way->first, i, false};
        }
    }
    for (size_t i = 0; i < run->extras.count; i++) {
        arrivals[size++] = (struct run_arrival){extras[i].reply->at_ns, extras[i].reply,
                                                extras[i].index - first, true};
    }
    qsort(arrivals, size, sizeof *arrivals, compare_arrivals);
    *out = size;
    return arrivals;
}

/* What the readers of the operations do with a reply (operation/). */
static void receive(const struct run *run, const struct run_arrival *arrival,
                    struct capture_session *session, struct payload *payload)
{
    struct train *train = &session->train;
    const struct sight *sight = arrival->sight;
    uint32_t seq = arrival->index + 1;
    struct sample *sample = NULL;
    const struct stamp stamp = {
        .at.mono.ns = session->is_timeless ? 0 : arrival->at_ns,
        .source = session->is_timeless ? STAMP_USER : STAMP_KERNEL,
    };
    if (train_find(train, seq) == NULL) {
        return;
    }
    bool counts = sight->responder_number != 0 && !sight->lacks_piece; /* stats/direction.c */
    if (counts) {
        train_count(train, seq, sight->responder_number, arrival->is_extra);
    }
    if (arrival->is_extra) {
        session->round.duplicate++;
        return;
    }
    if (sight->lacks_piece) {
        train->samples[arrival->index].fate = FATE_DROPPED;
        session->lacking++;
        return;
    }
    if (train_receive(train, seq, stamp, &sample) != ARRIVAL_ACCEPTED) {
        return;
    }
    session->round.has_reply = true;
    session->round.reply_tos = sight->tos;
    session->round.reply_ttl = sight->ttl;
    sample->responder_seq = sight->responder_number;
    if (run->traffic->place == NULL) {
        return;
    }
    run->traffic->place(payload, sample, sight);
    if (session->spec->operation->settle == NULL && !session->is_timeless) {
        session->round.corrupt += payload_check_times(session->spec, sample) == PAYLOAD_TIMELESS;
    }
}

static void fill_train(const struct run *run, uint32_t first, struct capture_session *session,
                       struct payload *payload)
{
    struct train *train = &session->train;
    size_t arrivals;
    for (uint32_t i = 0; i < train->count; i++) {
        const struct run_packet *packet = run_packet(run, first + i);
        if (packet->request.first == NULL) {
            train->samples[i].fate = FATE_UNSENT;
            session->missing++;
            continue;
        }
        send_packet(run, &packet->request, session->is_timeless, &train->samples[i]);
        train->unsettled++;
    }
    train->next = train->count;
    train->last = train->count;
    struct run_arrival *sorted = sort_arrivals(run, first, train->count, &arrivals);
    for (size_t i = 0; i < arrivals; i++) {
        receive(run, &sorted[i], session, payload);
    }
    free(sorted);
}

static enum outcome outcome_of(const struct icmp_error *error)
{
    bool is_v6 = error->from.family == ADDR_IPV6;
    bool is_port = is_v6 ? error->type == ICMP6_UNREACHABLE && error->code == ICMP6_PORT
                         : error->type == ICMP_UNREACHABLE && error->code == ICMP_PORT;
    return is_port ? OUTCOME_PORT_UNREACHABLE : OUTCOME_UNREACHABLE;
}

/* What the network said about the packets of the flow, or of its control request. */
static void take_complaint(const struct capture *capture, const struct addr *sender,
                           const struct addr *responder, struct round *round)
{
    const struct complaint *complaints = capture->complaints.items;
    for (size_t i = 0; i < capture->complaints.count; i++) {
        if (addr_is_equal(&complaints[i].sender, sender) &&
            addr_is_equal(&complaints[i].responder, responder)) {
            round->icmp = complaints[i].error;
        }
    }
}

static void take_exchange(const struct exchange *exchange, struct round *round)
{
    round->control_rtt_ns = -1;
    if (exchange == NULL) {
        return;
    }
    round->started.ns = exchange->at_ns;
    round->control_retries = exchange->tries - 1;
    round->control_status = exchange->status;
    if (exchange->reply_frame != 0 && exchange->has_time && exchange->reply_ns >= exchange->at_ns) {
        round->control_rtt_ns = exchange->reply_ns - exchange->at_ns;
    }
}

static void compute(const struct run *run, struct capture_session *session, struct payload *payload)
{
    struct round *round = &session->round;
    const struct spec *spec = session->spec;
    const struct round_sinks sinks = {0};
    const struct clock_state clock = {
        .fault = CLOCK_UNKNOWN, .estimated_error_ns = -1, .maximum_error_ns = -1};
    struct clock_filter filter = {0};
    if (spec->operation->settle != NULL) {
        struct payload_learned learned = {
            .reflector = run->traffic->port == 0 ? REFLECTOR_AUTO
                                                 : capture_find_reflector(run->capture, run->flow),
        };
        round->corrupt += spec->operation->settle(payload, &learned);
        round->byte_order = payload->byte_order;
        round->deviations = payload->signs.deviations;
    }
    train_take_stamps(&session->train, payload_resolution_ns(spec));
    const struct trust_case about = {
        .spec = spec,
        .payload = payload,
        .train = &session->train,
        .clock = &clock,
        .now = {session->train.start, {session->train.start.ns}},
    };
    round->one_way = trust_judge(&about, &filter, &round->offset);
    round->clock_fault = CLOCK_UNKNOWN;
    const struct round_rules rules = {
        .threshold_ns = spec->results.threshold_ns,
        .resolution_ns = payload_resolution_ns(spec),
        .is_stamped = operation_has(spec->operation, RESULT_ONE_WAY),
        .trust_clocks = round->one_way == ONE_WAY_SHOWN,
        .needs_kernel_stamps = session->is_timeless,
    };
    struct samples samples = train_samples(&session->train);
    round_compute(round, &samples, &rules, &sinks);
    if (rules.trust_clocks && round->sd.delay.count == 0) {
        round->one_way = ONE_WAY_NEGATIVE;
    }
}

static void conclude(const struct run *run, struct capture_session *session)
{
    struct round *round = &session->round;
    take_complaint(run->capture, &run->flow->sender, &run->flow->responder, round);
    if (round->received > 0) {
        round->outcome = OUTCOME_OK;
    } else if (round->icmp.from.family != ADDR_NONE) {
        round->outcome = outcome_of(&round->icmp);
    } else {
        round->outcome = OUTCOME_TIMEOUT;
    }
    round->return_code = probe_return_code(round, session->spec);
}

/* Start, end, and how many behind the last answer may still have been answered. */
static void take_times(const struct run *run, struct capture_session *session)
{
    const struct train *train = &session->train;
    struct round *round = &session->round;
    int64_t end_ns = INT64_MIN, start_ns = INT64_MAX;
    for (uint32_t i = 0; i < train->count; i++) {
        const struct sample *sample = &train->samples[i];
        bool is_answered = sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE;
        if (sample->fate == FATE_UNSENT) {
            continue;
        }
        int64_t known_ns = is_answered ? sample->t4_ns : sample->t1_ns;
        start_ns = sample->t1_ns < start_ns ? sample->t1_ns : start_ns;
        end_ns = known_ns > end_ns ? known_ns : end_ns;
        bool is_open = sample->fate == FATE_SENT &&
                       run->capture->latest_ns - sample->t1_ns < train->timeout_ns;
        session->open = is_answered ? 0 : session->open + is_open;
    }
    if (session->exchange == NULL) {
        round->started.ns = start_ns == INT64_MAX ? 0 : start_ns;
    }
    round->duration_ns = end_ns > round->started.ns ? end_ns - round->started.ns : 0;
}

static enum capture_point find_point(const struct run *run)
{
    for (uint32_t i = 0; i < run->packets.count; i++) {
        const struct run_packet *packet = run_packet(run, i);
        if (packet->request.has_out && packet->reply.has_in) {
            return POINT_SENDER;
        }
        if (packet->request.has_in && packet->reply.has_out) {
            return POINT_RESPONDER;
        }
    }
    return POINT_UNKNOWN;
}

static bool is_timeless(const struct run *run)
{
    for (uint32_t i = 0; i < run->packets.count; i++) {
        const struct run_packet *packet = run_packet(run, i);
        const struct sight *sight =
            packet->request.first != NULL ? packet->request.first : packet->reply.first;
        if (sight != NULL && !sight->has_time) {
            return true;
        }
    }
    return false;
}

void run_measure(const struct run *run, struct capture_session *out)
{
    uint32_t first;
    uint32_t count = find_range(run, &first);
    *out = (struct capture_session){
        .exchange = run->exchange,
        .spec = make_spec(run->capture, run->flow, operation_of(run), run->exchange),
        .copies = run->copies,
        .request_duplicates = run->request_duplicates,
        .before = run->traffic->has_wrap ? 0 : run->base + first - 1,
        .point = find_point(run),
        .is_timeless = is_timeless(run),
    };
    describe_packets(run, out->spec);
    out->spec->packets.count = count;
    train_init(&out->train, count, out->spec->packets.interval_ns, out->spec->schedule.timeout_ns);
    train_set_desk(&out->train, desk_take(NULL, count));
    const struct sight *request = first_request(run);
    out->train.start.ns = request == NULL ? 0 : request->at_ns;
    struct payload payload = {.spec = out->spec, .train = &out->train};
    fill_train(run, first, out, &payload);
    take_exchange(run->exchange, &out->round);
    compute(run, out, &payload);
    run_take_ends(run, first, out);
    take_times(run, out);
    conclude(run, out);
}

void run_measure_exchange(const struct capture *capture, const struct exchange *exchange,
                          struct capture_session *out)
{
    static const struct operation *const operations[] = {
        [IPSLA_COMMAND_ECHO] = &operation_udp_echo,
        [IPSLA_COMMAND_TCP] = &operation_tcp_connect,
        [IPSLA_COMMAND_JITTER] = &operation_udp_jitter,
    };
    const struct operation *operation =
        exchange->command == 0 ? &operation_udp_jitter : operations[exchange->command];
    struct flow flow = {.sender = exchange->sender, .responder = exchange->responder};
    flow.responder.port = exchange->granted_port;
    *out = (struct capture_session){
        .exchange = exchange,
        .spec = make_spec(capture, &flow, operation, exchange),
    };
    struct round *round = &out->round;
    take_exchange(exchange, round);
    take_complaint(capture, &exchange->sender, &exchange->responder, round);
    if (exchange->reply_frame == 0) {
        bool has_error = round->icmp.from.family != ADDR_NONE;
        round->outcome = has_error ? outcome_of(&round->icmp) : OUTCOME_NO_CONNECTION;
    } else {
        round->outcome = exchange->status == 0
                             ? OUTCOME_TIMEOUT
                             : control_outcome(ipsla_status_code(exchange->status));
    }
    round->one_way = ONE_WAY_NO_SAMPLES;
    round->return_code = probe_return_code(round, out->spec);
}

void run_measure_fini(struct capture_session *session)
{
    desk_give(NULL, session->train.desk);
    spec_unref(session->spec);
}
