/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/cost.h"

#include <string.h>

#include "engine/report.h"
#include "operation/operation.h"

/* A session: schedule, protocol, the running operation. */
#define SESSION_BYTES 1400
/* Of each packet of an operation; of each operation that is kept. */
#define PACKET_BYTES 52
#define HISTORY_BYTES 40
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

uint64_t cost_target_bytes(const struct spec *spec)
{
    unsigned histograms = operation_has(spec->operation, RESULT_JITTER) ? 6 : 2;
    uint64_t native = spec->results.histograms == HIST_CLASSIC ? 0 : NATIVE_BYTES;
    return SESSION_BYTES + sizeof(struct report) + sizeof(struct spec) + SOCKET_BYTES +
           histograms * native + (uint64_t)spec->packets.count * PACKET_BYTES +
           (uint64_t)spec->results.history * HISTORY_BYTES + text_bytes(spec);
}
