/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What of a plan does not fit here. */
#include <inttypes.h>

#include "cli/plan.h"
#include "plan/cost.h"

uint64_t cli_plan_gzip_bytes(enum metrics_form form, const struct metrics_size *size)
{
    double share = form == METRICS_MINIMAL ? COST_GZIP_SHARE_MINIMAL : COST_GZIP_SHARE;
    return (uint64_t)(COST_GZIP_BYTES + (double)size->text_bytes * share);
}

static bool add_lack(const char *what, uint64_t needed, uint64_t allowed, const char *raise,
                     struct buf *out)
{
    if (needed > allowed) {
        buf_printf(out, "%s: %" PRIu64 " needed at most, %" PRIu64 " allowed here; raise %s\n",
                   what, needed, allowed, raise);
    }
    return needed > allowed;
}

size_t cli_plan_warn(const struct cli_plan *view, struct buf *out)
{
    const struct plan_cost *cost = &view->plan.cost;
    size_t count = 0;
    count += add_lack("file descriptors", view->needed.descriptors, view->allowed.descriptors,
                      "LimitNOFILE= of the unit, or ulimit -Hn", out);
    count += add_lack("local ports", view->needed.ports, view->allowed.ports,
                      "net.ipv4.ip_local_port_range", out);
    if (cost->memory_bytes > view->memory_allowed) {
        buf_printf(out, "memory: about %" PRIu64 " MiB needed, this machine has %" PRIu64 " MiB\n",
                   cost->memory_bytes >> 20, view->memory_allowed >> 20);
        count++;
    }
    if (cost->cpu_least > view->workers) {
        buf_printf(out,
                   "CPU: measuring takes %.1f cores or more, and has %u thread%s; take more "
                   "--workers, more exporters (--shard), or send less\n",
                   cost->cpu_least, view->workers, view->workers == 1 ? "" : "s");
        count++;
    }
    return count;
}
