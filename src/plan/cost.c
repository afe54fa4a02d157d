/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/cost.h"

#include <string.h>

#include "engine/report.h"
#include "operation/operation.h"
#include "probe/desk.h"

/* A session: schedule and protocol. */
#define SESSION_BYTES 1150
/* What an operation has while it runs, and of each packet; of each operation that is kept. */
#define DESK_BYTES sizeof(struct desk)
#define PACKET_BYTES (sizeof(struct sample) + sizeof(uint32_t))
#define HISTORY_BYTES 32
/* Of a histogram in native form: typically 10 to 25 buckets. */
#define NATIVE_BYTES (18 * 10)
#define SOCKET_BYTES 300 /* in the kernel */

static uint64_t text_bytes(const struct spec *spec)
{
    const struct spec_identity *identity = &spec->identity;
    uint64_t bytes = strlen(identity->name) + strlen(identity->host);
    for (size_t i = 0; i < identity->label_count; i++) {
        bytes += strlen(identity->labels[i].name) + strlen(identity->labels[i].value);
    }
    return bytes;
}

/* Of a desk, the share of the time in which the target has one. */
static uint64_t desk_bytes(const struct spec *spec)
{
    double train_ns = (double)spec->packets.count * (double)spec->packets.interval_ns;
    double share = (train_ns + 200.0 * NS_PER_MS) / (double)spec->schedule.frequency_ns;
    double bytes = (double)DESK_BYTES + (double)spec->packets.count * (double)PACKET_BYTES;
    return (uint64_t)(bytes * (share < 1 ? share : 1));
}

uint64_t cost_target_bytes(const struct spec *spec)
{
    unsigned histograms = operation_has(spec->operation, RESULT_JITTER) ? 4 : 2;
    uint64_t native = spec->results.histograms == HIST_CLASSIC ? 0 : NATIVE_BYTES;
    return SESSION_BYTES + sizeof(struct report) + sizeof(struct spec) + SOCKET_BYTES +
           histograms * native + desk_bytes(spec) +
           (uint64_t)spec->results.history * HISTORY_BYTES + text_bytes(spec);
}
