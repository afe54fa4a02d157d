/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/control.h"

#include <stdlib.h>
#include <string.h>

#include "wire/auth.h"
#include "wire/ipsla.h"
#include "wire/ipsla2.h"

/* An answer comes, and a request is repeated, within this. */
#define EXCHANGE_NS (60 * NS_PER_SECOND)
/* The same message is seen again: at one place within this, */
#define COPY_NS (2 * NS_PER_MS)
/* and at another one, which may be the other end, within this. */
#define PASSAGE_NS NS_PER_SECOND
/* Requests that an answer is looked for among. */
#define LOOK_BACK 256

static struct exchange *item(const struct capture *capture, size_t index)
{
    return (struct exchange *)capture->exchanges.items + index;
}

static bool has_same_ends(const struct exchange *a, const struct exchange *b)
{
    return a->version == b->version && addr_is_equal(&a->sender, &b->sender) &&
           addr_is_equal(&a->responder, &b->responder);
}

/* Another request for the same. */
static bool is_same(const struct exchange *a, const struct exchange *b)
{
    return has_same_ends(a, b) && a->port == b->port && a->source_port == b->source_port;
}

/* Keeps a request; one that was seen before is a copy, or another try. */
static void keep_request(struct capture *capture, const struct exchange *request)
{
    size_t count = capture->exchanges.count;
    for (size_t back = 1; back <= count && back <= LOOK_BACK; back++) {
        struct exchange *before = item(capture, count - back);
        int64_t since_ns = request->at_ns - before->at_ns;
        if (!is_same(before, request) || since_ns > EXCHANGE_NS) {
            continue;
        }
        int64_t copy_ns = before->place == request->place ? COPY_NS : PASSAGE_NS;
        if (before->digest == request->digest && since_ns <= copy_ns) {
            /* The sight nearest to the wire is the latest one on the way out. */
            before->at_ns = request->direction == PCAP_OUT ? request->at_ns : before->at_ns;
            return;
        }
        if (before->reply_frame == 0) {
            uint32_t tries = before->tries + 1;
            *before = *request;
            before->tries = tries;
            return;
        }
        break;
    }
    *(struct exchange *)list_add(&capture->exchanges, sizeof *request, SIZE_MAX) = *request;
}

/* Gives an answer to the latest request with its number; an answer counts once. */
static void keep_answer(struct capture *capture, const struct exchange *answer)
{
    size_t count = capture->exchanges.count;
    for (size_t back = 1; back <= count && back <= LOOK_BACK; back++) {
        struct exchange *exchange = item(capture, count - back);
        if (!has_same_ends(exchange, answer) || exchange->sequence != answer->sequence) {
            continue;
        }
        if (exchange->reply_frame == 0) {
            exchange->reply_frame = answer->frame;
            exchange->reply_ns = answer->at_ns;
            exchange->reply_direction = answer->direction;
            exchange->has_time &= answer->has_time;
            exchange->status = answer->status;
            exchange->granted_port =
                answer->granted_port != 0 ? answer->granted_port : exchange->port;
            exchange->granted_ms = answer->granted_ms;
        } else if (exchange->reply_direction == PCAP_OUT && answer->direction == PCAP_IN) {
            exchange->reply_ns = answer->at_ns; /* the capture has both ends: here it came */
            exchange->reply_direction = PCAP_IN;
        }
        return;
    }
}

static int compare_times(const void *left, const void *right)
{
    const struct exchange *a = left, *b = right;
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    return a->frame < b->frame ? -1 : 1;
}

/* Who asked whom for what port; negative, 0 or positive as with memcmp. */
static int compare_ports(const struct addr *sender, const struct addr *responder, uint16_t port,
                         const struct exchange *exchange)
{
    int order = memcmp(sender->ip, exchange->sender.ip, sizeof sender->ip);
    order = order != 0 ? order : memcmp(responder->ip, exchange->responder.ip, sizeof sender->ip);
    return order != 0 ? order : (int)port - exchange->granted_port;
}

static int compare_exchanges(const void *left, const void *right)
{
    const struct exchange *a = left;
    int order = compare_ports(&a->sender, &a->responder, a->granted_port, right);
    return order != 0 ? order : compare_times(left, right);
}

void capture_pair_messages(struct capture *capture)
{
    const struct exchange *messages = capture->messages.items;
    if (capture->messages.count == 0) {
        return;
    }
    qsort(capture->messages.items, capture->messages.count, sizeof *messages, compare_times);
    for (size_t i = 0; i < capture->messages.count; i++) {
        if (messages[i].is_answer) {
            keep_answer(capture, &messages[i]);
        } else {
            keep_request(capture, &messages[i]);
        }
    }
    list_fini(&capture->messages);
    if (capture->exchanges.count > 0) {
        qsort(capture->exchanges.items, capture->exchanges.count, sizeof *messages,
              compare_exchanges);
    }
}

/* A new message; its ends are those of the request. NULL when there is no room. */
static struct exchange *add_message(struct capture *capture, const struct packet *packet,
                                    const struct seen *seen, enum control_version version)
{
    struct exchange *message = list_add(&capture->messages, sizeof *message, CAPTURE_EXCHANGES_MAX);
    if (message == NULL) {
        capture->stats.left_out++;
        return NULL;
    }
    message->is_answer = packet->source.port == capture->options.control_ports[version];
    message->at_ns = seen->at_ns;
    message->has_time = seen->has_time;
    message->digest = seen->digest;
    message->place = seen->place;
    message->direction = seen->direction;
    message->frame = seen->frame;
    message->tries = 1;
    message->sender = message->is_answer ? packet->destination : packet->source;
    message->responder = message->is_answer ? packet->source : packet->destination;
    message->version = version;
    return message;
}

static void read_v1_answer(struct capture *capture, const struct packet *packet,
                           const struct seen *seen)
{
    struct ipsla_response response;
    struct exchange *message;
    if (ipsla_response_decode(packet->bytes, packet->size, &response) != IPSLA_ACCEPT ||
        (message = add_message(capture, packet, seen, CONTROL_V1)) == NULL) {
        return;
    }
    message->sequence = response.id;
    message->status = response.status;
    message->granted_port = response.has_port ? response.port : 0;
    message->granted_ms = response.has_port ? response.duration_ms : 0;
}

static void read_v1(struct capture *capture, const struct packet *packet, const struct seen *seen)
{
    struct ipsla_request request;
    struct exchange *message;
    if (packet->source.port == capture->options.control_ports[CONTROL_V1]) {
        read_v1_answer(capture, packet, seen);
        return;
    }
    if (ipsla_request_decode(packet->bytes, packet->size, &request) != IPSLA_ACCEPT ||
        (message = add_message(capture, packet, seen, CONTROL_V1)) == NULL) {
        return;
    }
    message->command = (uint8_t)request.command;
    message->port = request.port;
    message->granted_port = request.port;
    message->sequence = request.id;
    message->duration_ms = request.duration_ms;
    if (request.wants_auth) {
        message->auth = AUTH_MD5;
        message->key_id = auth_key_id(packet->bytes, packet->size);
    }
}

static enum auth_algorithm algorithm_of(const struct ipsla2_message *message)
{
    switch (message->mode) {
    case IPSLA2_MODE_SHA256:
        return AUTH_SHA256;
    case IPSLA2_MODE_HMAC:
        return AUTH_HMAC_SHA256;
    default:
        return AUTH_NONE;
    }
}

static uint32_t status_of(const struct ipsla2_message *message)
{
    if (message->command_status != IPSLA2_OK) {
        return message->command_status;
    }
    return message->auth_status != IPSLA2_OK ? message->auth_status : message->status;
}

static void read_v2(struct capture *capture, const struct packet *packet, const struct seen *seen)
{
    struct ipsla2_message content;
    struct exchange *message;
    if (ipsla2_decode_head(packet->bytes, packet->size, &content) != IPSLA_ACCEPT) {
        return;
    }
    bool has_command = ipsla2_decode_command(packet->bytes, packet->size, &content) == IPSLA_ACCEPT;
    bool is_answer = packet->source.port == capture->options.control_ports[CONTROL_V2];
    if ((!has_command && !is_answer) ||
        (message = add_message(capture, packet, seen, CONTROL_V2)) == NULL) {
        return;
    }
    message->sequence = content.sequence;
    message->status = is_answer ? status_of(&content) : 0;
    message->port = content.destination.port;
    message->granted_port = content.destination.port;
    message->source_port = is_answer ? 0 : content.source.port;
    message->duration_ms = content.duration_ms;
    message->granted_ms = content.duration_ms;
    message->auth = algorithm_of(&content);
    message->key_id = message->auth == AUTH_NONE ? 0 : content.key_id;
}

bool capture_read_control(struct capture *capture, const struct packet *packet,
                          const struct seen *seen)
{
    static const enum control_version versions[] = {CONTROL_V1, CONTROL_V2};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        uint16_t port = capture->options.control_ports[versions[i]];
        if (packet->source.port != port && packet->destination.port != port) {
            continue;
        }
        if (versions[i] == CONTROL_V1) {
            read_v1(capture, packet, seen);
        } else {
            read_v2(capture, packet, seen);
        }
        return true;
    }
    return false;
}

struct exchange *capture_find_exchange(const struct capture *capture, const struct flow *flow,
                                       int64_t at_ns)
{
    size_t low = 0, high = capture->exchanges.count;
    while (low < high) { /* the first that comes behind */
        size_t middle = low + (high - low) / 2;
        const struct exchange *exchange = item(capture, middle);
        int order = compare_ports(&flow->sender, &flow->responder, flow->responder.port, exchange);
        bool is_behind = order < 0 || (order == 0 && exchange->at_ns > at_ns);
        high = is_behind ? middle : high;
        low = is_behind ? low : middle + 1;
    }
    struct exchange *found = low == 0 ? NULL : item(capture, low - 1);
    bool is_found = found != NULL && compare_ports(&flow->sender, &flow->responder,
                                                   flow->responder.port, found) == 0;
    return is_found ? found : NULL;
}
