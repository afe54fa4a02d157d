/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/handshake.h"

#include <assert.h>
#include <string.h>

#include "wire/ipsla.h"

void handshake_start(struct handshake *handshake, const struct spec *spec)
{
    handshake->spec = spec;
    handshake->tries = 0;
    handshake->failed_tries = 0;
}

bool handshake_has_tries(const struct handshake *handshake)
{
    return handshake->tries < handshake->spec->control_tries;
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
    int64_t duration_ns = spec->timeout_ns;
    if (spec->operation == OPERATION_UDP_JITTER) {
        duration_ns += spec->num_packets * spec->interval_ns;
    }
    int64_t rounded_ms = (duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    int64_t most_ms = spec->peer.family == ADDR_IPV6 ? UINT32_MAX : UINT16_MAX;
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

size_t handshake_write(struct handshake *handshake, struct instant now, uint8_t *out)
{
    assert(handshake_has_tries(handshake));
    const struct spec *spec = handshake->spec;
    struct ipsla_request request = {
        .id = handshake->next_id,
        .command = command_of(spec->operation),
        .is_ipv6 = spec->peer.family == ADDR_IPV6,
        .port = spec->port,
        .duration_ms = duration_ms(spec),
    };
    memcpy(request.address, spec->peer.ip, sizeof request.address);
    size_t size = ipsla_request_encode(&request, out);
    handshake->sent[handshake->tries] = now.mono;
    handshake->tries++;
    handshake->next_id++;
    handshake->deadline = mono_add(now.mono, spec->control_timeout_ns);
    return size;
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

enum handshake_verdict handshake_judge(const struct handshake *handshake, const struct ev *ev,
                                       struct handshake_answer *out)
{
    struct ipsla_response response;
    if (ipsla_response_decode(ev->bytes, ev->size, &response) != IPSLA_ACCEPT) {
        return HANDSHAKE_UNMATCHED;
    }
    /* Ids count up by one a try, so an id's age in tries tells whether it is outstanding. */
    uint8_t age = (uint8_t)(handshake->next_id - response.id);
    if (age == 0 || age > handshake->tries) {
        return HANDSHAKE_UNMATCHED;
    }
    bool is_other_port = response.has_port && response.port != handshake->spec->port;
    *out = (struct handshake_answer){
        .rtt_ns = mono_diff(ev->received.at.mono, handshake->sent[handshake->tries - age]),
        .status = response.status,
        .outcome = refusal_outcome(response.status),
    };
    return response.status != 0 || is_other_port ? HANDSHAKE_REFUSED : HANDSHAKE_ACCEPTED;
}
