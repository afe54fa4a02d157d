/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/handshake.h"

#include <assert.h>
#include <string.h>

#include "probe/handshake_v2.h"
#include "wire/ipsla.h"

void handshake_seed(struct handshake *handshake, const uint8_t seed[HANDSHAKE_SEED_BYTES])
{
    memcpy(handshake->seed, seed, sizeof handshake->seed);
}

void handshake_start(struct handshake *handshake, const struct spec *spec)
{
    bool is_new = handshake->operations == 0;
    handshake->spec = spec;
    handshake->tries = 0;
    handshake->failed_tries = 0;
    if (is_new && spec->control.auth_layout > 0) {
        handshake->layout = (uint8_t)(spec->control.auth_layout - 1);
        handshake->is_layout_known = true;
    } else if (is_new) {
        handshake->layouts_left = AUTH_LAYOUT_COUNT - 1;
    }
    handshake_v2_start(handshake);
    handshake->operations++;
}

bool handshake_has_tries(const struct handshake *handshake)
{
    return handshake->tries < handshake->spec->control.tries;
}

void handshake_fail_try(struct handshake *handshake)
{
    handshake->failed_tries++;
}

bool handshake_has_failed(const struct handshake *handshake)
{
    return handshake->tries > 0 && handshake->failed_tries == handshake->tries;
}

/* The port stays open for timeout + packets x interval; version 1 has 16 bits for it over IPv4, 32
 * over IPv6. */
static uint32_t duration_ms(const struct spec *spec)
{
    int64_t duration_ns = spec->schedule.timeout_ns;
    if (spec->operation == OPERATION_UDP_JITTER) {
        duration_ns += spec->packets.count * spec->packets.interval_ns;
    }
    int64_t rounded_ms = (duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    int64_t most_ms = spec->path.peer.family == ADDR_IPV6 ? UINT32_MAX : UINT16_MAX;
    return (uint32_t)(rounded_ms > most_ms ? most_ms : rounded_ms);
}

static enum ipsla_command command_of(enum operation operation)
{
    switch (operation) {
    case OPERATION_UDP_JITTER:
        return IPSLA_COMMAND_JITTER;
    case OPERATION_TCP_CONNECT:
        return IPSLA_COMMAND_TCP;
    default:
        return IPSLA_COMMAND_ECHO;
    }
}

static size_t write_v1(struct handshake *handshake, uint8_t *out)
{
    const struct spec *spec = handshake->spec;
    struct ipsla_request request = {
        .id = handshake->next_id,
        .command = command_of(spec->operation),
        .is_ipv6 = spec->path.peer.family == ADDR_IPV6,
        .port = spec->path.port,
        .duration_ms = duration_ms(spec),
    };
    memcpy(request.address, spec->path.peer.ip, sizeof request.address);
    size_t size = ipsla_request_encode(&request, out);
    if (spec->control.key.algorithm == AUTH_MD5) {
        auth_sign(out, size, &spec->control.key, handshake->layout);
    }
    handshake->next_id++;
    return size;
}

size_t handshake_write(struct handshake *handshake, struct instant now, uint8_t *out)
{
    assert(handshake_has_tries(handshake));
    bool is_v2 = handshake->spec->control.version == CONTROL_V2;
    size_t size = is_v2 ? handshake_v2_write(handshake, now, out) : write_v1(handshake, out);
    handshake->sent[handshake->tries] = now.mono;
    handshake->tries++;
    handshake->deadline = mono_add(now.mono, handshake->spec->control.timeout_ns);
    return size;
}

enum outcome handshake_outcome(uint32_t code)
{
    switch (code) {
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

/* An MD5 key that was refused: with the other layouts in turn, once through all of them in one
 * operation, then one an operation. */
static enum handshake_verdict next_layout(struct handshake *handshake, struct mono now)
{
    handshake->layout = (uint8_t)((handshake->layout + 1U) % AUTH_LAYOUT_COUNT);
    if (handshake->layouts_left == 0) {
        return HANDSHAKE_REFUSED;
    }
    handshake->layouts_left--;
    handshake->tries = 0;
    handshake->failed_tries = 0;
    handshake->deadline = mono_add(now, HANDSHAKE_LAYOUT_PAUSE_NS);
    return HANDSHAKE_TRY_NEXT;
}

static enum handshake_verdict judge_v1(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out)
{
    const struct spec *spec = handshake->spec;
    struct ipsla_response response;
    if (ipsla_response_decode(ev->bytes, ev->size, &response) != IPSLA_ACCEPT) {
        return HANDSHAKE_UNMATCHED;
    }
    /* Ids count up by one a try, so an id's age in tries tells whether it is outstanding. */
    uint8_t age = (uint8_t)(handshake->next_id - response.id);
    if (age == 0 || age > handshake->tries) {
        return HANDSHAKE_UNMATCHED;
    }
    bool is_other_port = response.has_port && response.port != spec->path.port;
    *out = (struct handshake_answer){
        .rtt_ns = mono_diff(ev->received.at.mono, handshake->sent[handshake->tries - age]),
        .status = response.status,
        .outcome = handshake_outcome(ipsla_status_code(response.status)),
        .port = spec->path.port,
    };
    bool is_keyed = spec->control.key.algorithm == AUTH_MD5 && !handshake->is_layout_known;
    if (is_keyed && out->outcome == OUTCOME_AUTH) {
        return next_layout(handshake, now);
    }
    if (response.status != 0 || is_other_port) {
        return HANDSHAKE_REFUSED;
    }
    handshake->is_layout_known = spec->control.key.algorithm == AUTH_MD5;
    return HANDSHAKE_ACCEPTED;
}

enum handshake_verdict handshake_judge(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out)
{
    return handshake->spec->control.version == CONTROL_V2 ? handshake_v2_judge(handshake, ev, out)
                                                          : judge_v1(handshake, ev, now, out);
}
