/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/dscp.h"
#include "cli/trace.h"

#define ADDRESS_WIDTH_MIN 15
#define MS_TEXT_MAX 32

static double to_ms(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

static double average_ms(const struct trace_cell *cell)
{
    return to_ms(cell->rtt_sum_ns) / cell->answered;
}

static unsigned lost_percent(const struct trace_cell *cell)
{
    return (unsigned)(100 * (cell->sent - cell->answered) + cell->sent / 2) / cell->sent;
}

static void add_head(const struct cli_trace *view, struct buf *out)
{
    const struct trace_settings *settings = view->settings;
    char address[ADDR_TEXT_MAX], dscp[DSCP_TEXT_MAX];
    addr_format_ip(&settings->peer, address);
    buf_printf(out, "Path to %s", view->host);
    if (strcmp(view->host, address) != 0) {
        buf_printf(out, " (%s)", address);
    }
    if (settings->protocol == TRACE_UDP) {
        buf_printf(out, ", UDP port %u", (unsigned)settings->peer.port);
    } else {
        buf_add_string(out, ", ICMP echo");
    }
    buf_printf(out, ", DSCP %s, ", dscp_format(settings->tos >> 2, dscp));
    buf_printf(out, "flows %u, packets of a flow to a hop %u\n", (unsigned)settings->flows,
               (unsigned)settings->probes);
}

static int address_width(const struct trace_result *result)
{
    int width = ADDRESS_WIDTH_MIN;
    for (unsigned hop = 1; hop <= result->hop_count; hop++) {
        const struct trace_hop *seen = trace_result_hop(result, hop);
        for (unsigned i = 0; i < seen->address_count; i++) {
            char text[ADDR_TEXT_MAX];
            int length = (int)strlen(addr_format_ip(&seen->addresses[i], text));
            width = length > width ? length : width;
        }
    }
    return width;
}

/* "all", or the numbers of those, from 1. */
static void add_flows(const struct trace_result *result, unsigned hop, unsigned address,
                      struct buf *out)
{
    unsigned count = 0;
    size_t start = out->size;
    for (unsigned flow = 0; flow < result->flow_count; flow++) {
        if (trace_result_cell(result, hop, flow)->address == address) {
            buf_printf(out, "%s%u", count > 0 ? "," : "", flow + 1);
            count++;
        }
    }
    if (count == result->flow_count) {
        buf_take(out, out->bytes + start);
        buf_add_string(out, "all");
    }
}

static void add_notes(const struct trace_result *result, unsigned hop, struct buf *out)
{
    const struct trace_hop *seen = trace_result_hop(result, hop);
    char dscp[DSCP_TEXT_MAX];
    if (seen->has_tos && seen->tos >> 2 != result->tos >> 2) {
        buf_printf(out, "  DSCP %s", dscp_format(seen->tos >> 2, dscp));
    }
    if (seen->has_tos && (seen->tos & 3) != (result->tos & 3)) {
        buf_printf(out, "  ECN %u", seen->tos & 3u);
    }
    for (unsigned i = 0; i < seen->label_count; i++) {
        const struct quote_label *label = &seen->labels[i];
        buf_printf(out, "%s%" PRIu32 " (TC %u, TTL %u)", i == 0 ? "  MPLS " : ", ", label->label,
                   (unsigned)label->traffic_class, (unsigned)label->ttl);
    }
    if (seen->has_more_addresses) {
        buf_add_string(out, "  and more addresses");
    }
}

/* Ends a line without the spaces that columns leave. */
static void end_line(struct buf *out)
{
    while (out->size > 0 && out->bytes[out->size - 1] == ' ') {
        buf_take(out, out->bytes + out->size - 1);
    }
    buf_add_char(out, '\n');
}

static void add_address(const struct trace_result *result, unsigned hop, unsigned number, int width,
                        struct buf *out)
{
    const struct trace_hop *seen = trace_result_hop(result, hop);
    const struct trace_cell sum = trace_result_sum(result, hop, number);
    char address[ADDR_TEXT_MAX], times[MS_TEXT_MAX * 3] = "";
    if (sum.answered > 0) {
        snprintf(times, sizeof times, "%.3f/%.3f/%.3f", to_ms(sum.rtt_min_ns), average_ms(&sum),
                 to_ms(sum.rtt_max_ns));
    }
    if (number == 1) {
        buf_printf(out, "%3u", hop);
    } else {
        buf_add_string(out, "   ");
    }
    buf_printf(out, "  %-*s ", width, addr_format_ip(&seen->addresses[number - 1], address));
    if (sum.sent > 0) {
        buf_printf(out, "%4u%%  %-22s  ", lost_percent(&sum), times);
        add_flows(result, hop, number, out);
    }
    if (number == 1) {
        add_notes(result, hop, out);
    }
    end_line(out);
}

static void add_hop(const struct trace_result *result, unsigned hop, int width, struct buf *out)
{
    const struct trace_hop *seen = trace_result_hop(result, hop);
    if (seen->address_count == 0) {
        buf_printf(out, "%3u  %-*s %4u%%\n", hop, width, "*", 100u);
    }
    for (unsigned i = 1; i <= seen->address_count; i++) {
        add_address(result, hop, i, width, out);
    }
}

static void add_flow_table(const struct cli_trace *view, struct buf *out)
{
    const struct trace_result *result = view->result;
    if (result->flow_count < 2 || result->hop_count == 0) {
        return;
    }
    buf_printf(out, "\nflow  %-11s  host answered at  unanswered\n",
               view->settings->protocol == TRACE_UDP ? "source port" : "identifier");
    for (unsigned flow = 0; flow < result->flow_count; flow++) {
        const struct trace_cell sum = trace_result_flow(result, flow);
        buf_printf(out, "%4u  %11u  ", flow + 1, (unsigned)result->ports[flow]);
        if (result->ends[flow] > 0) {
            buf_printf(out, "hop %-12u  ", (unsigned)result->ends[flow]);
        } else {
            buf_add_string(out, "never             ");
        }
        buf_printf(out, "%u of %u\n", (unsigned)(sum.sent - sum.answered), (unsigned)sum.sent);
    }
}

static void add_value(enum trace_field field, uint8_t value, struct buf *out)
{
    char dscp[DSCP_TEXT_MAX];
    if (field == TRACE_DSCP) {
        buf_add_string(out, dscp_format(value, dscp));
    } else {
        buf_printf(out, "%u", (unsigned)value);
    }
}

static void add_rewrite(const struct trace_result *result, enum trace_field field, struct buf *out)
{
    const struct trace_rewrite rewrite = trace_result_rewrite(result, field);
    if (rewrite.hop == 0) {
        return;
    }
    buf_printf(out, "%s rewritten from ", field == TRACE_DSCP ? "DSCP" : "ECN");
    add_value(field, trace_field_of(field, result->tos), out);
    buf_add_string(out, " to ");
    add_value(field, rewrite.value, out);
    if (rewrite.after == 0) {
        buf_printf(out, ": hop %u is the first that saw it\n", (unsigned)rewrite.hop);
    } else {
        buf_printf(out, ": behind the entrance of hop %u, seen at hop %u\n",
                   (unsigned)rewrite.after, (unsigned)rewrite.hop);
    }
}

static void add_end(const struct trace_result *result, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    if (result->is_reached) {
        return;
    }
    if (result->stop.from.family != ADDR_NONE) {
        buf_printf(out, "%s says that packets go no further (ICMP type %u, code %u)\n",
                   addr_format_ip(&result->stop.from, address), (unsigned)result->stop.type,
                   (unsigned)result->stop.code);
    } else if (result->error != 0) {
        buf_printf(out, "this host did not send: %s\n", strerror(result->error));
    } else {
        buf_add_string(out, "the host did not answer\n");
    }
}

void cli_trace_add_text(const struct cli_trace *view, struct buf *out)
{
    const struct trace_result *result = view->result;
    int width = address_width(result);
    add_head(view, out);
    buf_printf(out, "hop  %-*s  lost  min/avg/max ms          flows\n", width, "address");
    for (unsigned hop = 1; hop <= result->hop_count; hop++) {
        add_hop(result, hop, width, out);
    }
    add_flow_table(view, out);
    add_rewrite(result, TRACE_DSCP, out);
    add_rewrite(result, TRACE_ECN, out);
    add_end(result, out);
    if (!result->can_quote) {
        buf_add_string(out, "where DSCP is rewritten, and MPLS labels, are not known: this needs "
                            "CAP_NET_RAW\n");
    }
}
