/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A responder's counters in the words of the metrics, for the two programs that have one. */
#ifndef PROGRAM_RESPONDER_VIEW_H
#define PROGRAM_RESPONDER_VIEW_H

#include "expo/view.h"
#include "host/responder_worker.h"

#define RESPONDER_VIEW_KINDS 6

/* What an expo_responder points to. It must stay where it is. */
struct responder_view {
    struct expo_responder responder;
    struct expo_count requests[REFLECT_RESULT_COUNT];
    struct expo_count requests_v2[REFLECT_RESULT_COUNT];
    struct expo_count requests_twamp[REFLECT_RESULT_COUNT];
    struct expo_count probes[RESPONDER_VIEW_KINDS];
    struct expo_count drops[REFLECT_DROP_COUNT];
    struct expo_count impairments[IMPAIR_KIND_COUNT];
    uint16_t control_ports[REFLECT_SOCKETS_MAX];
};

void responder_view_fill(const struct responder_stats *counted, struct responder_view *out);

#endif
