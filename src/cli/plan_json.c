/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "cli/plan.h"
#include "config/json_value.h"

static void json_traffic(const char *name, const struct traffic *traffic, struct buf *out)
{
    buf_printf(out,
               "\"%s\": {\"sent_packets\": %.6f, \"received_packets\": %.6f, \"sent_bytes\": %.3f, "
               "\"received_bytes\": %.3f}",
               name, traffic->sent.packets, traffic->received.packets, traffic->sent.bytes,
               traffic->received.bytes);
}

static void json_hosts(const struct cli_plan *view, struct buf *out)
{
    const struct plan *plan = &view->plan;
    buf_add_string(out, "\"hosts\": [");
    for (size_t i = 0; i < plan->host_count && i < view->hosts_max; i++) {
        const struct plan_host *host = &plan->hosts[i];
        buf_add_string(out, i == 0 ? "{\"host\": " : ", {\"host\": ");
        json_string_write(host->name, out);
        buf_printf(out, ", \"targets\": %zu, ", host->targets);
        json_traffic("average", &host->average, out);
        buf_add_string(out, ", ");
        json_traffic("trains", &host->trains, out);
        buf_add_char(out, '}');
    }
    buf_add_string(out, "], ");
}

static void json_metrics(const struct plan *plan, struct buf *out)
{
    static const char *const keys[METRICS_FORMS] = {"configured", "minimal", "default", "all"};
    buf_add_string(out, "\"metrics\": {");
    for (enum metrics_form form = METRICS_CONFIGURED; form < METRICS_FORMS; form++) {
        const struct metrics_size *size = &plan->metrics[form];
        buf_printf(out,
                   "%s\"%s\": {\"series\": %" PRIu64 ", \"native_series\": %" PRIu64
                   ", \"text_bytes\": %" PRIu64 ", \"text_gzip_bytes\": %" PRIu64
                   ", \"protobuf_bytes\": %" PRIu64 "}",
                   form == METRICS_CONFIGURED ? "" : ", ", keys[form], size->series,
                   size->native_series, size->text_bytes, cli_plan_gzip_bytes(form, size),
                   size->protobuf_bytes);
    }
    buf_add_string(out, "}, ");
}

static void json_need(const char *name, uint64_t needed, uint64_t allowed, struct buf *out)
{
    buf_printf(out, "\"%s\": {\"needed\": %" PRIu64 ", \"allowed\": ", name, needed);
    if (allowed == UINT64_MAX) {
        buf_add_string(out, "null}, ");
    } else {
        buf_printf(out, "%" PRIu64 "}, ", allowed);
    }
}

static void json_warnings(const struct cli_plan *view, struct buf *out)
{
    struct buf warnings = {0};
    char *rest = NULL;
    buf_add_string(out, "\"warnings\": [");
    if (cli_plan_warn(view, &warnings) > 0) {
        for (char *line = strtok_r(warnings.bytes, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            buf_add_string(out, line == warnings.bytes ? "" : ", ");
            json_string_write(line, out);
        }
    }
    buf_add_char(out, ']');
    buf_fini(&warnings);
}

void cli_plan_add_json(const struct cli_plan *view, struct buf *out)
{
    const struct plan *plan = &view->plan;
    const struct plan_cost *cost = &plan->cost;
    buf_printf(out, "{\"targets\": %zu, \"host_count\": %zu, ", plan->targets, plan->host_count);
    json_traffic("average", &plan->average, out);
    buf_add_string(out, ", ");
    json_traffic("trains", &plan->trains, out);
    buf_add_string(out, ", ");
    json_traffic("paths", &plan->paths, out);
    buf_add_string(out, ", ");
    json_hosts(view, out);
    json_metrics(plan, out);
    json_need("file_descriptors", view->needed.descriptors, view->allowed.descriptors, out);
    json_need("local_ports", view->needed.ports, view->allowed.ports, out);
    json_need("memory_bytes", cost->memory_bytes, view->memory_allowed, out);
    buf_printf(out,
               "\"cpu_cores\": {\"least\": %.6f, \"most\": %.6f}, \"workers\": %u, "
               "\"scrape_cpu_seconds\": %.6f, \"scrape_gzip_cpu_seconds\": %.6f, ",
               cost->cpu_least, cost->cpu_most, view->workers, cost->scrape_seconds,
               cost->scrape_gzip_seconds);
    json_warnings(view, out);
    buf_add_string(out, "}\n");
}
