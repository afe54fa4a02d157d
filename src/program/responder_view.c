/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/responder_view.h"

#include <string.h>

void responder_view_fill(const struct responder_stats *counted, struct responder_view *out)
{
    const struct reflect_stats *stats = &counted->reflect;
    size_t drop_count = 0;
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        out->requests[i] = (struct expo_count){.label = reflect_result_name((enum reflect_result)i),
                                               .value = stats->requests[i]};
        out->requests_v2[i] = (struct expo_count){
            .label = reflect_result_name((enum reflect_result)i), .value = stats->requests_v2[i]};
        out->requests_twamp[i] =
            (struct expo_count){.label = reflect_result_name((enum reflect_result)i),
                                .value = stats->requests_twamp[i]};
    }
    out->probes[0] = (struct expo_count){.label = "jitter", .value = stats->jitter_probes};
    out->probes[1] = (struct expo_count){.label = "echo", .value = stats->echo_probes};
    out->probes[2] = (struct expo_count){.label = "tcp_connect", .value = stats->tcp_connects};
    out->probes[3] = (struct expo_count){.label = "jitter_us", .value = stats->jitter_us_probes};
    out->probes[4] = (struct expo_count){.label = "stamp", .value = stats->stamp_packets};
    out->probes[5] = (struct expo_count){.label = "twamp", .value = stats->twamp_packets};
    for (unsigned i = IPSLA_ACCEPT + 1; i < REFLECT_DROP_COUNT; i++) {
        out->drops[drop_count++] =
            (struct expo_count){.label = reflect_drop_name(i), .value = stats->dropped[i]};
    }
    for (unsigned i = 0; i < IMPAIR_KIND_COUNT; i++) {
        out->impairments[i] =
            (struct expo_count){.label = impair_kind_name(i), .value = stats->impairments[i]};
    }
    memcpy(out->control_ports, stats->control_ports, sizeof out->control_ports);
    out->responder = (struct expo_responder){
        .requests = out->requests,
        .request_count = RESULT_FORMAT, /* the last, which version 1 does not have */
        .requests_v2 = out->requests_v2,
        .request_v2_count = REFLECT_RESULT_COUNT,
        .requests_twamp = out->requests_twamp,
        .request_twamp_count = stats->twamp_ports > 0 ? REFLECT_RESULT_COUNT : 0,
        .probes = out->probes,
        .probe_count = RESPONDER_VIEW_KINDS,
        .drops = out->drops,
        .drop_count = drop_count,
        .impair_rules = stats->impair_rules,
        .impairments = out->impairments,
        .impairment_count = IMPAIR_KIND_COUNT,
        .socket_drops = counted->socket_drops,
        .sessions = stats->sessions,
        .max_sessions = stats->max_sessions,
        .control_ports = out->control_ports,
        .control_port_count = stats->control_port_count,
        .permanent_ports = stats->permanent_ports,
        .processing = stats->processing,
    };
}
