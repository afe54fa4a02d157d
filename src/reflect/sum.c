/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What several workers have counted together. */
#include "reflect/reflect.h"

static void add_counts(uint64_t *sum, const uint64_t *part, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sum[i] += part[i];
    }
}

/* Ports and limits are the same for all. */
void reflect_stats_add(struct reflect_stats *sum, const struct reflect_stats *part)
{
    add_counts(sum->requests, part->requests, REFLECT_RESULT_COUNT);
    add_counts(sum->requests_v2, part->requests_v2, REFLECT_RESULT_COUNT);
    add_counts(sum->requests_twamp, part->requests_twamp, REFLECT_RESULT_COUNT);
    add_counts(sum->dropped, part->dropped, REFLECT_DROP_COUNT);
    add_counts(sum->stamps, part->stamps, STAMP_SOURCE_COUNT);
    add_counts(sum->impairments, part->impairments, IMPAIR_KIND_COUNT);
    sum->echo_probes += part->echo_probes;
    sum->jitter_probes += part->jitter_probes;
    sum->jitter_us_probes += part->jitter_us_probes;
    sum->stamp_packets += part->stamp_packets;
    sum->twamp_packets += part->twamp_packets;
    sum->tcp_connects += part->tcp_connects;
    sum->sessions += part->sessions;
    hist_merge(&sum->processing, &part->processing);
}
