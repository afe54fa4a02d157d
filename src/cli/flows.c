/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What became of the packets from each source port, when there are several. */
#include <inttypes.h>

#include "cli/cli.h"
#include "stats/flow.h"

/* How many flows there are; 0: it is one. */
static unsigned count_flows(const struct cli_result *result,
                            struct flow_tally flows[SPEC_FLOWS_MAX])
{
    const struct spec *spec = result->spec;
    if (spec->packets.flows <= 1) {
        return 0;
    }
    flow_tally_add(flows, spec->packets.flows, &result->samples, payload_resolution_ns(spec));
    return spec->packets.flows;
}

void cli_json_add_flows(const struct cli_result *result, struct buf *out)
{
    struct flow_tally flows[SPEC_FLOWS_MAX] = {{0}};
    unsigned count = count_flows(result, flows);
    for (unsigned i = 0; i < count; i++) {
        const struct flow_tally *flow = &flows[i];
        buf_printf(
            out, "%s{\"flow\": %u, \"sent\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"rtt_seconds\": ",
            i == 0 ? ", \"flows\": [" : ", ", i + 1, flow->sent, flow->lost);
        if (flow->latest_answered > 0) {
            int64_t average_ns = flow->latest_rtt_ns / flow->latest_answered;
            buf_printf(out, "%" PRId64 ".%09" PRId64, average_ns / NS_PER_SECOND,
                       average_ns % NS_PER_SECOND);
        } else {
            buf_add_string(out, "null");
        }
        buf_add_char(out, '}');
    }
    buf_add_string(out, count > 0 ? "]" : "");
}

void cli_text_add_flows(const struct cli_result *result, struct buf *out)
{
    struct flow_tally flows[SPEC_FLOWS_MAX] = {{0}};
    unsigned count = count_flows(result, flows);
    buf_add_string(out, count > 0 ? "Flows, each from a source port:\n" : "");
    for (unsigned i = 0; i < count; i++) {
        const struct flow_tally *flow = &flows[i];
        buf_printf(out, "        Flow %u: lost %" PRIu64 " of %" PRIu64, i + 1, flow->lost,
                   flow->sent);
        if (flow->latest_answered > 0) {
            buf_printf(out, ", average RTT %.3f ms",
                       (double)flow->latest_rtt_ns / flow->latest_answered / (double)NS_PER_MS);
        }
        buf_add_char(out, '\n');
    }
}
