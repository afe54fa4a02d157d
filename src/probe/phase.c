/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/phase.h"

#include <errno.h>

#include "operation/operation.h"

bool phase_has_handshake(const struct probe *probe)
{
    return control_has_request(probe->spec->control.version);
}

bool phase_is_connection(const struct probe *probe)
{
    return probe->spec->operation->transport == TRANSPORT_TCP_CONNECT;
}

enum outcome phase_unreachable(const struct probe *probe)
{
    if (probe->round->error == ECONNREFUSED) {
        return OUTCOME_PORT_UNREACHABLE;
    }
    return icmp_error_is_prohibition(&probe->round->icmp) ? OUTCOME_PROHIBITED
                                                          : OUTCOME_UNREACHABLE;
}

enum outcome phase_connect_outcome(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
        return OUTCOME_REFUSED;
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
        return OUTCOME_UNREACHABLE;
    case ETIMEDOUT:
        return OUTCOME_TIMEOUT;
    default:
        return OUTCOME_LOCAL;
    }
}

void phase_finish(struct probe *probe, enum outcome outcome, struct mono end)
{
    if (outcome != OUTCOME_LOCAL && outcome != OUTCOME_UNREACHABLE &&
        outcome != OUTCOME_PORT_UNREACHABLE && outcome != OUTCOME_PROHIBITED) {
        probe->round->error = 0; /* it passed */
    }
    probe->phase = PROBE_OVER;
    probe->round->outcome = outcome;
    probe->round->duration_ns = mono_diff(end, probe->started);
    probe->has_result = true;
}

void phase_wait_until(struct probe *probe, struct mono deadline)
{
    probe->deadline = deadline;
    probe->held_until = (struct mono){0};
}

bool phase_may_share(const struct probe *probe)
{
    return probe->spec->operation->may_share_socket && !probe->spec->path.is_alone;
}

unsigned phase_port_bits(const struct probe *probe)
{
    enum { SYSTEM_PORT_BITS = 14 };
    bool is_configured = probe->spec->path.source.port != 0 && !phase_is_connection(probe);
    return phase_may_share(probe) || is_configured ? 0 : SYSTEM_PORT_BITS;
}

void phase_end_query(struct probe *probe)
{
    probe->phase = PROBE_OPENING;
    probe->wants_open = true;
}

void phase_refuse(struct probe *probe)
{
    probe->round->control_rtt_ns = probe->refusal.rtt_ns;
    probe->round->control_status = probe->refusal.status;
    phase_finish(probe, probe->refusal.outcome, probe->last_event);
}

struct mono phase_settle_deadline(const struct probe *probe)
{
    if (train_is_complete(&probe->train)) {
        return mono_min(mono_add(probe->last_event, PROBE_SETTLE_NS), probe->latest_end);
    }
    struct mono expiry = train_expiry(&probe->train);
    struct mono end = mono_min(mono_add(expiry, PROBE_GRACE_NS), probe->latest_end);
    return mono_is_before(end, expiry) ? expiry : end;
}

void phase_settle(struct probe *probe)
{
    probe->phase = PROBE_SETTLE;
    phase_wait_until(probe, phase_settle_deadline(probe));
}

void phase_finish_train(struct probe *probe)
{
    struct train *train = &probe->train;
    bool was_sent = false;
    bool was_received = false;
    train_unsend_refused(train);
    for (uint32_t i = 0; i < train->count; i++) {
        was_sent |= train->samples[i].fate != FATE_UNSENT;
        was_received |= train->samples[i].fate == FATE_RECEIVED;
    }
    struct mono end = train_is_complete(train) ? probe->last_event : train_expiry(train);
    /* Nothing left before the port was closed: the path is slow, or this host stood still. */
    bool is_too_slow = train->missed == train->count &&
                       handshake_is_slow(probe->spec, probe->round->control_rtt_ns);
    enum outcome unanswered = was_sent || is_too_slow ? OUTCOME_TIMEOUT : OUTCOME_LOCAL;
    if (was_sent && probe->is_unreachable && !phase_has_handshake(probe)) {
        unanswered = phase_unreachable(probe);
    }
    if (unanswered == OUTCOME_TIMEOUT && probe->is_altered) {
        unanswered = OUTCOME_VERIFY;
    }
    phase_finish(probe, was_received ? OUTCOME_OK : unanswered, end);
}
