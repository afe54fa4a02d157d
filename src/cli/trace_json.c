/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/trace.h"

static void add_number_or_null(const char *name, unsigned value, struct buf *out)
{
    if (value == 0) {
        buf_printf(out, "\"%s\": null", name);
    } else {
        buf_printf(out, "\"%s\": %u", name, value);
    }
}

static void add_seconds(const char *name, int64_t ns, struct buf *out)
{
    buf_printf(out, "\"%s\": %" PRId64 ".%09" PRId64, name, ns / NS_PER_SECOND, ns % NS_PER_SECOND);
}

static void add_cell(const struct trace_cell *cell, struct buf *out)
{
    buf_printf(out, "\"sent\": %u, \"answered\": %u, ", (unsigned)cell->sent,
               (unsigned)cell->answered);
    if (cell->answered == 0) {
        buf_add_string(out, "\"rtt_seconds\": null");
        return;
    }
    buf_add_string(out, "\"rtt_seconds\": {");
    add_seconds("min", cell->rtt_min_ns, out);
    buf_add_string(out, ", ");
    add_seconds("avg", cell->rtt_sum_ns / cell->answered, out);
    buf_add_string(out, ", ");
    add_seconds("max", cell->rtt_max_ns, out);
    buf_add_char(out, '}');
}

static void add_flows(const struct trace_result *result, struct buf *out)
{
    buf_add_string(out, "\"flows\": [");
    for (unsigned flow = 0; flow < result->flow_count; flow++) {
        buf_printf(out, "%s{\"flow\": %u, \"source_port\": %u, ", flow > 0 ? ", " : "", flow + 1,
                   (unsigned)result->ports[flow]);
        add_number_or_null("reached_hop", result->ends[flow], out);
        const struct trace_cell sum = trace_result_flow(result, flow);
        buf_printf(out, ", \"sent\": %u, \"answered\": %u", (unsigned)sum.sent,
                   (unsigned)sum.answered);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void add_address(const struct trace_result *result, unsigned hop, unsigned number,
                        struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const char *separator = "";
    const struct trace_cell sum = trace_result_sum(result, hop, number);
    buf_printf(out, "{\"address\": \"%s\", \"flows\": [",
               addr_format_ip(&trace_result_hop(result, hop)->addresses[number - 1], address));
    for (unsigned flow = 0; flow < result->flow_count; flow++) {
        if (trace_result_cell(result, hop, flow)->address == number) {
            buf_printf(out, "%s%u", separator, flow + 1);
            separator = ", ";
        }
    }
    buf_add_string(out, "], ");
    add_cell(&sum, out);
    buf_add_char(out, '}');
}

static void add_labels(const struct trace_hop *hop, struct buf *out)
{
    buf_add_string(out, "\"mpls\": [");
    for (unsigned i = 0; i < hop->label_count; i++) {
        buf_printf(out, "%s{\"label\": %" PRIu32 ", \"traffic_class\": %u, \"ttl\": %u}",
                   i > 0 ? ", " : "", hop->labels[i].label, (unsigned)hop->labels[i].traffic_class,
                   (unsigned)hop->labels[i].ttl);
    }
    buf_add_char(out, ']');
}

static void add_hop(const struct trace_result *result, unsigned number, struct buf *out)
{
    const struct trace_hop *hop = trace_result_hop(result, number);
    const struct trace_cell sum = trace_result_sum(result, number, TRACE_ALL_ADDRESSES);
    buf_printf(out, "{\"hop\": %u, ", number);
    add_cell(&sum, out);
    buf_add_string(out, ", \"addresses\": [");
    for (unsigned i = 1; i <= hop->address_count; i++) {
        buf_add_string(out, i > 1 ? ", " : "");
        add_address(result, number, i, out);
    }
    buf_printf(out, "], \"has_more_addresses\": %s, ", hop->has_more_addresses ? "true" : "false");
    if (hop->has_tos) {
        buf_printf(out, "\"dscp\": %u, \"ecn\": %u, ", hop->tos >> 2u, hop->tos & 3u);
    } else {
        buf_add_string(out, "\"dscp\": null, \"ecn\": null, ");
    }
    add_labels(hop, out);
    buf_add_char(out, '}');
}

static void add_rewrite(const char *name, const struct trace_result *result, enum trace_field field,
                        struct buf *out)
{
    const struct trace_rewrite rewrite = trace_result_rewrite(result, field);
    if (rewrite.hop == 0) {
        buf_printf(out, "\"%s\": null, ", name);
        return;
    }
    buf_printf(out, "\"%s\": {\"hop\": %u, ", name, (unsigned)rewrite.hop);
    add_number_or_null("after", rewrite.after, out);
    buf_printf(out, ", \"value\": %u}, ", (unsigned)rewrite.value);
}

static void add_stop(const struct icmp_error *stop, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    if (stop->from.family == ADDR_NONE) {
        buf_add_string(out, "\"stopped_by\": null, ");
        return;
    }
    buf_printf(out, "\"stopped_by\": {\"address\": \"%s\", \"type\": %u, \"code\": %u}, ",
               addr_format_ip(&stop->from, address), (unsigned)stop->type, (unsigned)stop->code);
}

void cli_trace_add_json(const struct cli_trace *view, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    const struct trace_result *result = view->result;
    const struct trace_settings *settings = view->settings;
    buf_printf(out, "{\"address\": \"%s\", \"protocol\": \"%s\", ",
               addr_format_ip(&settings->peer, address), trace_protocol_name(settings->protocol));
    add_number_or_null("port", settings->peer.port, out);
    buf_printf(out, ", \"dscp\": %u, \"ecn\": %u, ", settings->tos >> 2u, settings->tos & 3u);
    buf_printf(out, "\"is_reached\": %s, \"reads_quotes\": %s, ",
               result->is_reached ? "true" : "false", result->can_quote ? "true" : "false");
    add_stop(&result->stop, out);
    add_rewrite("dscp_rewritten", result, TRACE_DSCP, out);
    add_rewrite("ecn_rewritten", result, TRACE_ECN, out);
    add_flows(result, out);
    buf_add_string(out, ", \"hops\": [");
    for (unsigned hop = 1; hop <= result->hop_count; hop++) {
        buf_add_string(out, hop > 1 ? ", " : "");
        add_hop(result, hop, out);
    }
    buf_add_string(out, "]}\n");
}
