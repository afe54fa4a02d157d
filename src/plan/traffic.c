/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/traffic.h"

#include "base/time.h"
#include "operation/operation.h"
#include "plan/packet.h"
#include "trace/trace.h"
#include "wire/twamp_control.h"

/* A header with timestamps (RFC 7323), and of a SYN with what Linux offers. */
#define TCP_BYTES 32
#define TCP_SYN_BYTES 40

/* A connection that is made and closed at once: SYN, ACK, FIN and the last ACK; SYN with ACK, ACK
 * and FIN. Which of them share a segment depends on who is faster. */
#define CONNECT_SENT 4
#define CONNECT_RECEIVED 3
/* Four messages of TWAMP-Control each way, and the acknowledgements that no message carries. */
#define TWAMP_SENT 6
#define TWAMP_RECEIVED 4

static void count(struct traffic_way *way, double packets, size_t bytes_each)
{
    way->packets += packets;
    way->bytes += packets * (double)bytes_each;
}

static void add_control(const struct spec *spec, struct traffic *traffic)
{
    if (control_has_request(spec->control.version)) {
        count(&traffic->sent, 1, packet_request_bytes(spec));
        count(&traffic->received, 1, packet_response_bytes(spec));
    }
}

static void add_connection(const struct spec *spec, struct traffic *traffic)
{
    size_t headers = packet_ip_bytes(spec) + TCP_BYTES;
    size_t syn = packet_ip_bytes(spec) + TCP_SYN_BYTES;
    count(&traffic->sent, 1, syn);
    count(&traffic->sent, CONNECT_SENT - 1, headers);
    count(&traffic->received, 1, syn);
    count(&traffic->received, CONNECT_RECEIVED - 1, headers);
}

/* Set-Up-Response, Request-Session, Start- and Stop-Sessions; and what is said to them. */
static void add_negotiation(const struct spec *spec, struct traffic *traffic)
{
    size_t headers = packet_ip_bytes(spec) + TCP_BYTES;
    add_connection(spec, traffic);
    count(&traffic->sent, TWAMP_SENT, headers);
    traffic->sent.bytes += TWAMP_SETUP_BYTES + TWAMP_REQUEST_BYTES + 2 * TWAMP_SHORT_BYTES;
    count(&traffic->received, TWAMP_RECEIVED, headers);
    traffic->received.bytes +=
        TWAMP_GREETING_BYTES + TWAMP_SERVER_START_BYTES + TWAMP_ACCEPT_BYTES + TWAMP_SHORT_BYTES;
}

static void add_probes(const struct spec *spec, double packets, struct traffic *traffic)
{
    count(&traffic->sent, packets, packet_probe_bytes(spec));
    count(&traffic->received, packets, packet_reply_bytes(spec));
}

struct traffic traffic_operation(const struct spec *spec)
{
    struct traffic traffic = {0};
    add_control(spec, &traffic);
    if (spec->operation->transport == TRANSPORT_TCP_CONNECT) {
        add_connection(spec, &traffic);
        return traffic;
    }
    if (spec->operation->negotiates) {
        add_negotiation(spec, &traffic);
    }
    add_probes(spec, spec->packets.count, &traffic);
    return traffic;
}

static void scale(struct traffic *traffic, double factor)
{
    struct traffic_way *ways[] = {&traffic->sent, &traffic->received};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        ways[i]->packets *= factor;
        ways[i]->bytes *= factor;
    }
}

static double per_second(int64_t period_ns)
{
    return (double)NS_PER_SECOND / (double)period_ns;
}

struct traffic traffic_average(const struct spec *spec)
{
    struct traffic traffic = {0};
    if (spec->schedule.start != SPEC_START_PENDING) {
        traffic = traffic_operation(spec);
        scale(&traffic, per_second(spec->schedule.frequency_ns));
    }
    return traffic;
}

struct traffic traffic_train(const struct spec *spec)
{
    struct traffic traffic = {0};
    if (spec->packets.count < 2 || spec->schedule.start == SPEC_START_PENDING) {
        return traffic_average(spec);
    }
    add_probes(spec, per_second(spec->packets.interval_ns), &traffic);
    return traffic;
}

struct traffic traffic_path(const struct spec *spec)
{
    struct traffic traffic = {0};
    const struct spec_trace *trace = &spec->trace;
    if (trace->frequency_ns == 0 || spec->schedule.start == SPEC_START_PENDING) {
        return traffic;
    }
    double packets = (double)trace->flows * trace->probes * trace->max_hops;
    size_t ttl = trace->is_icmp ? 0 : trace->max_hops / 2U; /* see TRACE_BYTES */
    count(&traffic.sent, packets, packet_ip_bytes(spec) + PACKET_UDP_BYTES + TRACE_BYTES + ttl);
    scale(&traffic, per_second(trace->frequency_ns));
    return traffic;
}

void traffic_add(struct traffic *sum, const struct traffic *more)
{
    sum->sent.packets += more->sent.packets;
    sum->sent.bytes += more->sent.bytes;
    sum->received.packets += more->received.packets;
    sum->received.bytes += more->received.bytes;
}
