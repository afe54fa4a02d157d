/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

/* A share, seconds or a score: shares and times to the ninth decimal, as everywhere in the object.
 */
static void add_value(enum limit limit, double value, struct buf *out)
{
    buf_printf(out, limit == LIMIT_MOS ? "%.2f" : "%.9f", value);
}

static void add_limit(const struct cli_result *result, enum severity severity, enum limit limit,
                      struct buf *out)
{
    const struct limit_set *set = &result->spec->results.limits;
    double value;
    buf_printf(out, "{\"limit\": \"%s\", \"severity\": \"%s\", \"bound\": ", limit_name(limit),
               severity_name(severity));
    add_value(limit, set->value[severity][limit], out);
    buf_add_string(out, ", \"value\": ");
    if (limit_measure(limit, result->round, &value)) {
        add_value(limit, value, out);
    } else {
        buf_add_string(out, "null");
    }
    buf_printf(out, ", \"exceeded\": %s}",
               limit_exceeds(set, severity, limit, result->round) ? "true" : "false");
}

void cli_json_add_limits(const struct cli_result *result, struct buf *out)
{
    const char *separator = "";
    buf_printf(out, "\"state\": \"%s\", \"limits\": [", target_state_name(cli_state(result)));
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
            if (result->spec->results.limits.is_set[s][i]) {
                buf_add_string(out, separator);
                add_limit(result, (enum severity)s, (enum limit)i, out);
                separator = ", ";
            }
        }
    }
    buf_add_string(out, "],\n ");
}
