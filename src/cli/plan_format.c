/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/plan.h"
#include "cli/screen.h"

#define CELL_MAX 32
#define HOST_WIDTH_MIN 18
#define HOST_WIDTH_MAX 40
#define BITS 8
#define KILO 1000.0

static double kilobits(const struct traffic_way *way)
{
    return way->bytes * BITS / KILO;
}

/* "812 B", "17.7 MB": powers of 1000. */
static const char *write_bytes(uint64_t bytes, char out[CELL_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= KILO && unit + 1 < sizeof units / sizeof units[0]) {
        value /= KILO;
        unit++;
    }
    snprintf(out, CELL_MAX, "%.*f %s", unit == 0 || value >= 100 ? 0 : 1, value, units[unit]);
    return out;
}

static void add_traffic(const char *name, const struct traffic *traffic, struct buf *out)
{
    buf_printf(out, "%-18s %12.1f %12.1f %12.1f %12.1f\n", name, traffic->sent.packets,
               traffic->received.packets, kilobits(&traffic->sent), kilobits(&traffic->received));
}

static void add_packets(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "%-18s %12s %12s %12s %12s\n", "PACKETS", "SENT/s", "RECEIVED/s", "SENT kbit/s",
               "RECV kbit/s");
    add_traffic("average", &plan->average, out);
    add_traffic("all trains at once", &plan->trains, out);
    if (plan->paths.sent.packets > 0) {
        add_traffic("paths, at most", &plan->paths, out);
    }
}

static size_t host_width(const struct cli_plan *view, size_t shown)
{
    size_t width = HOST_WIDTH_MIN;
    for (size_t i = 0; i < shown; i++) {
        size_t length = strlen(view->plan.hosts[i].name);
        width = length > width ? length : width;
    }
    return width < HOST_WIDTH_MAX ? width : HOST_WIDTH_MAX;
}

static void add_hosts(const struct cli_plan *view, struct buf *out)
{
    const struct plan *plan = &view->plan;
    size_t shown = plan->host_count < view->hosts_max ? plan->host_count : view->hosts_max;
    size_t width = host_width(view, shown);
    if (shown == 0) {
        return;
    }
    buf_printf(out, "\n%-*s %8s %12s %12s %12s %12s\n", (int)width, "HOST", "TARGETS", "AVERAGE/s",
               "IN TRAINS/s", "TO kbit/s", "FROM kbit/s");
    for (size_t i = 0; i < shown; i++) {
        const struct plan_host *host = &plan->hosts[i];
        screen_add_text(host->name, width, out);
        buf_printf(out, " %8zu %12.2f %12.1f %12.2f %12.2f\n", host->targets,
                   host->average.sent.packets, host->trains.sent.packets,
                   kilobits(&host->average.sent), kilobits(&host->average.received));
    }
    if (shown < plan->host_count) {
        buf_printf(out, "... and %zu more (--hosts=N)\n", plan->host_count - shown);
    }
}

static void add_metrics(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "\n%-18s %12s %12s %12s %12s %12s\n", "METRICS", "SERIES", "NATIVE", "TEXT",
               "TEXT, GZIP", "PROTOBUF");
    for (enum metrics_form form = METRICS_CONFIGURED; form < METRICS_FORMS; form++) {
        char text[CELL_MAX], gzip[CELL_MAX], protobuf[CELL_MAX];
        const struct metrics_size *size = &plan->metrics[form];
        buf_printf(out, "%-18s %12" PRIu64 " %12" PRIu64 " %12s %12s %12s\n",
                   metrics_form_name(form), size->series, size->native_series,
                   write_bytes(size->text_bytes, text),
                   write_bytes(cli_plan_gzip_bytes(form, size), gzip),
                   write_bytes(size->protobuf_bytes, protobuf));
    }
}

/* UINT64_MAX: not known. */
static void add_need(const char *what, const char *needed, uint64_t allowed,
                     const char *allowed_text, struct buf *out)
{
    buf_printf(out, "%-18s %22s %12s\n", what, needed, allowed == UINT64_MAX ? "?" : allowed_text);
}

static void add_count(const char *what, uint64_t needed, uint64_t allowed, struct buf *out)
{
    char number[CELL_MAX], limit[CELL_MAX];
    snprintf(number, sizeof number, "%" PRIu64, needed);
    snprintf(limit, sizeof limit, "%" PRIu64, allowed);
    add_need(what, number, allowed, limit, out);
}

static void add_process(const struct cli_plan *view, struct buf *out)
{
    char needed[CELL_MAX], allowed[CELL_MAX];
    const struct plan_cost *cost = &view->plan.cost;
    buf_printf(out, "\n%-18s %22s %12s\n", "PROCESS", "NEEDED", "HERE");
    add_count("file descriptors", view->needed.descriptors, view->allowed.descriptors, out);
    add_count("local ports", view->needed.ports, view->allowed.ports, out);
    add_need("memory, about", write_bytes(cost->memory_bytes, needed), view->memory_allowed,
             write_bytes(view->memory_allowed, allowed), out);
    snprintf(needed, sizeof needed, "%.3f to %.3f cores", cost->cpu_least, cost->cpu_most);
    snprintf(allowed, sizeof allowed, "%u thread%s", view->workers, view->workers == 1 ? "" : "s");
    add_need("CPU, about", needed, 0, allowed, out);
    snprintf(needed, sizeof needed, "%.3f s of CPU", cost->scrape_seconds);
    add_need("a scrape, about", needed, 0, "", out);
    snprintf(needed, sizeof needed, "%.3f s of CPU", cost->scrape_gzip_seconds);
    add_need("  with gzip", needed, 0, "", out);
}

static void add_warnings(const struct cli_plan *view, struct buf *out)
{
    struct buf warnings = {0};
    if (cli_plan_warn(view, &warnings) > 0) {
        buf_printf(out, "\nDoes not fit here:\n%s", buf_string(&warnings));
    }
    buf_fini(&warnings);
}

void cli_plan_add_text(const struct cli_plan *view, struct buf *out)
{
    const struct plan *plan = &view->plan;
    buf_printf(out, "%s: %zu target%s, %zu host%s\n\n", view->file, plan->targets,
               plan->targets == 1 ? "" : "s", plan->host_count, plan->host_count == 1 ? "" : "s");
    add_packets(plan, out);
    add_hosts(view, out);
    add_metrics(plan, out);
    add_process(view, out);
    add_warnings(view, out);
}
