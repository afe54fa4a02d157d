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
    return probe->round.error == ECONNREFUSED ? OUTCOME_PORT_UNREACHABLE : OUTCOME_UNREACHABLE;
}

void phase_finish(struct probe *probe, enum outcome outcome, struct mono end)
{
    if (outcome != OUTCOME_LOCAL && outcome != OUTCOME_UNREACHABLE &&
        outcome != OUTCOME_PORT_UNREACHABLE) {
        probe->round.error = 0; /* it passed */
    }
    probe->phase = PROBE_OVER;
    probe->round.outcome = outcome;
    probe->round.duration_ns = mono_diff(end, probe->started);
    probe->has_result = true;
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
    probe->deadline = phase_settle_deadline(probe);
}

void phase_finish_train(struct probe *probe)
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
    if (was_sent && probe->is_unreachable && !phase_has_handshake(probe)) {
        unanswered = phase_unreachable(probe);
    }
    phase_finish(probe, was_received ? OUTCOME_OK : unanswered, end);
}
