/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capture/control.h"
#include "capture/traffic.h"
#include "operation/stamp.h"

#define SLOTS (2 * CAPTURE_FLOWS_MAX)
/* A datagram of one frame is not longer, unless an adapter was to split it. */
#define DATAGRAM_USUAL 1472

enum { LINK_RAW = 101, ICMP_HEADER = 8 };
enum { ICMP_UNREACHABLE = 3, ICMP_TIME_EXCEEDED = 11, ICMP6_UNREACHABLE = 1, ICMP6_EXCEEDED = 3 };

void capture_init(struct capture *capture, const struct capture_options *options)
{
    *capture = (struct capture){.options = *options, .latest_ns = INT64_MIN};
    capture->slots = mem_alloc(SLOTS, sizeof *capture->slots);
}

void capture_fini(struct capture *capture)
{
    reassembly_fini(&capture->reassembly);
    free(capture->slots);
    list_fini(&capture->flows);
    list_fini(&capture->sights);
    list_fini(&capture->messages);
    list_fini(&capture->exchanges);
    list_fini(&capture->complaints);
}

static bool is_same_flow(const struct flow *a, const struct flow *b)
{
    return a->traffic == b->traffic && a->identifier == b->identifier &&
           addr_is_equal(&a->sender, &b->sender) && addr_is_equal(&a->responder, &b->responder);
}

static uint64_t hash_flow(const struct capture *capture, const struct flow *flow)
{
    uint8_t bytes[sizeof flow->sender.ip * 2 + 12];
    uint8_t *at = bytes;
    const uint16_t ports[] = {flow->sender.port, flow->responder.port};
    memcpy(at, flow->sender.ip, sizeof flow->sender.ip);
    at += sizeof flow->sender.ip;
    memcpy(at, flow->responder.ip, sizeof flow->sender.ip);
    at += sizeof flow->sender.ip;
    memcpy(at, ports, sizeof ports);
    at += sizeof ports;
    memcpy(at, &flow->identifier, sizeof flow->identifier);
    at += sizeof flow->identifier;
    memcpy(at, &flow->traffic, sizeof flow->traffic);
    return siphash(&capture->options.key, bytes, sizeof bytes);
}

/* The slot of the flow, 0 when it is not known. */
static uint32_t *find_slot(const struct capture *capture, const struct flow *flow)
{
    size_t slot = hash_flow(capture, flow) % SLOTS;
    const struct flow *flows = capture->flows.items;
    while (capture->slots[slot] != 0 && !is_same_flow(&flows[capture->slots[slot] - 1], flow)) {
        slot = (slot + 1) % SLOTS;
    }
    return &capture->slots[slot];
}

/* The index of the flow, made when it is new; CAPTURE_FLOWS_MAX when there is no room. */
static size_t find_flow(struct capture *capture, const struct flow *flow)
{
    uint32_t *slot = find_slot(capture, flow);
    if (*slot != 0) {
        return *slot - 1;
    }
    struct flow *added = list_add(&capture->flows, sizeof *flow, CAPTURE_FLOWS_MAX);
    if (added == NULL) {
        return CAPTURE_FLOWS_MAX;
    }
    *added = *flow;
    *slot = (uint32_t)capture->flows.count;
    return capture->flows.count - 1;
}

static void keep_sight(struct capture *capture, const struct flow *flow, const struct sight *sight)
{
    size_t index = find_flow(capture, flow);
    struct sight *kept = index == CAPTURE_FLOWS_MAX
                             ? NULL
                             : list_add(&capture->sights, sizeof *kept, CAPTURE_SIGHTS_MAX);
    if (kept == NULL) {
        capture->stats.left_out++;
        return;
    }
    *kept = *sight;
    kept->flow = (uint32_t)index;
    capture->stats.sights++;
}

/* Which end of a flow without numbers asks is known when the control request is: until then its
 * sender is the end with the lower address. */
static bool is_from_higher(const struct packet *packet)
{
    int order = memcmp(packet->source.ip, packet->destination.ip, sizeof packet->source.ip);
    return order != 0 ? order > 0 : packet->source.port > packet->destination.port;
}

/* A packet from or to a port of reflectors. False: from and to others. */
static bool read_ports(const struct capture *capture, uint32_t row, const struct packet *packet,
                       bool *is_reply)
{
    uint16_t usual = traffic_rows[row].port, named = capture->options.port;
    uint16_t to = packet->destination.port, from = packet->source.port;
    *is_reply = to != usual && (named == 0 || to != named);
    return !*is_reply || from == usual || (named != 0 && from == named);
}

/* Reads the packet as a measurement of one kind. */
static bool read_as(const struct capture *capture, const struct packet *packet, uint32_t row,
                    struct flow *flow, struct sight *sight)
{
    const struct traffic *traffic = &traffic_rows[row];
    struct sight read = *sight;
    uint32_t identifier = 0;
    if (traffic->port != 0 && !read_ports(capture, row, packet, &read.is_reply)) {
        return false;
    }
    if (!traffic->read(packet, &read, &identifier)) {
        return false;
    }
    read.is_reply = traffic->needs_control ? is_from_higher(packet) : read.is_reply;
    *flow = (struct flow){
        .sender = read.is_reply ? packet->destination : packet->source,
        .responder = read.is_reply ? packet->source : packet->destination,
        .identifier = identifier,
        .traffic = row,
    };
    if (traffic->port != 0 && read.number == STAMP_QUERY_SEQ + 1) {
        flow->sender.port = 0;
    }
    *sight = read;
    return true;
}

/* How long the datagrams were that an adapter was to split this one into: the next one begins
 * there, and has the next number. 0: it is one. Nothing else tells. */
static size_t find_split(const struct packet *packet, uint32_t row, const struct sight *first)
{
    struct packet rest = *packet;
    if (!traffic_rows[row].is_numbered || packet->protocol != IP_UDP ||
        packet->length <= DATAGRAM_USUAL || packet->is_fragment) {
        return 0;
    }
    for (size_t size = IPSLA_JITTER_MS_BYTES_MIN; size + size <= packet->size + size / 2; size++) {
        struct sight next = {.is_reply = traffic_rows[row].port != 0 && first->is_reply};
        uint32_t identifier;
        rest.bytes = packet->bytes + size;
        rest.size = packet->size - size;
        if (rest.bytes[0] == packet->bytes[0] && rest.bytes[1] == packet->bytes[1] &&
            traffic_rows[row].read(&rest, &next, &identifier) && next.number == first->number + 1 &&
            next.is_reply == first->is_reply) {
            return size;
        }
    }
    return 0;
}

static void read_measurement(struct capture *capture, const struct packet *packet,
                             const struct seen *seen)
{
    struct flow flow;
    struct sight sight = {
        .at_ns = seen->at_ns,
        .digest = seen->digest,
        .frame = seen->frame,
        .place = seen->place,
        .ip_id = packet->ip_id,
        .bytes = packet->length > UINT16_MAX ? UINT16_MAX : (uint16_t)packet->length,
        .tos = packet->tos,
        .ttl = packet->ttl,
        .direction = packet->direction,
        .has_time = seen->has_time,
        .is_cooked = packet->is_cooked,
        .lacks_piece = seen->lacks_piece,
    };
    for (uint32_t row = 0; row < TRAFFIC_COUNT; row++) {
        struct packet part = *packet;
        if (!read_as(capture, &part, row, &flow, &sight)) {
            continue;
        }
        size_t split = find_split(packet, row, &sight);
        capture->stats.split += split > 0;
        for (size_t at = 0; at < packet->size; at += split) {
            struct sight each = sight;
            size_t left = packet->size - at;
            part.bytes = packet->bytes + at;
            part.size = split == 0 || left < split ? left : split;
            each.bytes = split > 0 ? (uint16_t)part.size : each.bytes;
            each.digest =
                split > 0 ? siphash(&capture->options.key, part.bytes, part.size) : each.digest;
            if (at > 0 && !read_as(capture, &part, row, &flow, &each)) {
                break;
            }
            keep_sight(capture, &flow, &each);
            if (split == 0) {
                break;
            }
        }
        return;
    }
}

static bool is_error(const struct packet *packet)
{
    uint8_t type = packet->bytes[0];
    return (packet->protocol == IP_ICMP &&
            (type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED)) ||
           (packet->protocol == IP_ICMP6 && (type == ICMP6_UNREACHABLE || type == ICMP6_EXCEEDED));
}

/* An ICMP error is about the datagram that it quotes, and no packet of a session. */
static bool read_error(struct capture *capture, const struct packet *packet,
                       const struct seen *seen)
{
    struct packet quoted;
    if (packet->size < ICMP_HEADER || !is_error(packet)) {
        return false;
    }
    const struct pcap_frame quote = {
        .link_type = LINK_RAW,
        .bytes = packet->bytes + ICMP_HEADER,
        .size = packet->size - ICMP_HEADER,
        .length = packet->length - ICMP_HEADER,
    };
    if (frame_read(&quote, &quoted) != FRAME_PACKET) {
        return true;
    }
    (void)packet_read_udp(&quoted);
    struct complaint *complaint =
        list_add(&capture->complaints, sizeof *complaint, CAPTURE_EXCHANGES_MAX);
    if (complaint != NULL) {
        complaint->at_ns = seen->at_ns;
        complaint->sender = quoted.source;
        complaint->responder = quoted.destination;
        complaint->error.from = packet->source;
        complaint->error.type = packet->bytes[0];
        complaint->error.code = packet->bytes[1];
    }
    return true;
}

static bool is_wanted(const struct capture *capture, const struct packet *packet)
{
    const struct addr *host = &capture->options.host;
    return host->family == ADDR_NONE || addr_is_same_ip(host, &packet->source) ||
           addr_is_same_ip(host, &packet->destination);
}

/* A whole IP packet, or as much of it as there is. */
static void read_packet(struct capture *capture, struct packet *packet, struct seen *seen)
{
    bool is_udp = packet->protocol == IP_UDP;
    bool is_icmp = packet->protocol == IP_ICMP || packet->protocol == IP_ICMP6;
    capture->stats.packets++;
    if ((!is_udp && !is_icmp) || !is_wanted(capture, packet)) {
        return;
    }
    if (is_udp && !packet_read_udp(packet)) {
        capture->stats.cut += packet->size < packet->length;
        return;
    }
    seen->direction = packet->direction;
    seen->digest = siphash(&capture->options.key, packet->bytes, packet->size);
    capture->stats.bad_checksums += packet->has_bad_checksum;
    if (is_icmp && read_error(capture, packet, seen)) {
        return;
    }
    if (!is_udp || !capture_read_control(capture, packet, seen)) {
        read_measurement(capture, packet, seen);
    }
}

/* A piece may complete a packet, and that may be a tunnel with pieces inside. */
static void read_piece(struct capture *capture, const struct packet *piece, struct seen *seen)
{
    struct packet packet;
    if (!reassembly_add(&capture->reassembly, piece, seen->at_ns, seen->place, &packet)) {
        return;
    }
    enum frame_kind kind = packet_go_on(&packet);
    if (kind == FRAME_PACKET) {
        read_packet(capture, &packet, seen);
    }
}

static uint32_t place_of(const struct capture *capture, const struct pcap_frame *frame,
                         const struct packet *packet)
{
    const uint32_t parts[] = {frame->section, frame->interface, packet->device,
                              packet->encapsulation};
    return (uint32_t)siphash(&capture->options.key, parts, sizeof parts);
}

static void note_frame(struct capture *capture, const struct pcap_frame *frame)
{
    capture->stats.frames++;
    capture->stats.bytes += frame->size;
    if (!frame_knows_link(frame->link_type)) {
        capture->stats.unknown_link++;
        capture->stats.link_type = frame->link_type;
    }
    if (frame->has_time && frame->time_ns < capture->latest_ns) {
        capture->stats.shuffled++;
    } else if (frame->has_time) {
        capture->latest_ns = frame->time_ns;
    }
}

void capture_add(struct capture *capture, const struct pcap_frame *frame)
{
    struct packet packet;
    note_frame(capture, frame);
    enum frame_kind kind = frame_read(frame, &packet);
    struct seen seen = {
        .at_ns = frame->time_ns,
        .has_time = frame->has_time,
        .frame = (uint32_t)capture->stats.frames,
    };
    switch (kind) {
    case FRAME_PACKET:
        seen.place = place_of(capture, frame, &packet);
        read_packet(capture, &packet, &seen);
        break;
    case FRAME_FRAGMENT:
        seen.place = place_of(capture, frame, &packet);
        read_piece(capture, &packet, &seen);
        break;
    case FRAME_CUT:
        capture->stats.cut++;
        break;
    case FRAME_OTHER:
        break;
    }
}

static int compare_sights(const void *left, const void *right)
{
    const struct sight *a = left, *b = right;
    if (a->flow != b->flow) {
        return a->flow < b->flow ? -1 : 1;
    }
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    if (a->frame != b->frame) {
        return a->frame < b->frame ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

void capture_end(struct capture *capture)
{
    struct packet packet;
    struct seen seen = {.has_time = true, .lacks_piece = true};
    while (reassembly_next_rest(&capture->reassembly, &packet, &seen.at_ns)) {
        capture->stats.lacking++;
        if (packet_go_on(&packet) == FRAME_PACKET) {
            seen.frame = (uint32_t)capture->stats.frames;
            read_packet(capture, &packet, &seen);
        }
    }
    capture_pair_messages(capture);
    if (capture->sights.count > 0) {
        qsort(capture->sights.items, capture->sights.count, sizeof(struct sight), compare_sights);
    }
}

/* The first sight of a flow; the number of all when it has none. */
static size_t first_of(const struct capture *capture, uint32_t flow)
{
    const struct sight *sights = capture->sights.items;
    size_t from = 0, to = capture->sights.count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (sights[middle].flow < flow) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

enum reflector capture_find_reflector(const struct capture *capture, const struct flow *flow)
{
    const struct sight *sights = capture->sights.items;
    struct flow question = *flow;
    question.sender.port = 0;
    uint32_t index = *find_slot(capture, &question);
    if (index == 0) {
        return REFLECTOR_AUTO;
    }
    size_t at = first_of(capture, index - 1);
    for (; at < capture->sights.count && sights[at].flow == index - 1; at++) {
        if (sights[at].is_reply) {
            return stamp_reflector_of(sights[at].responder_number - 1);
        }
    }
    return REFLECTOR_AUTO;
}
