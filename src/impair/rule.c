/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/rule.h"

#include <assert.h>
#include <string.h>

struct impair_rule impair_rule_default(void)
{
    return (struct impair_rule){
        .acts =
            {
                .reorder_by_ns = IMPAIR_REORDER_NS,
                .dscp = {IMPAIR_AS_IT_IS, IMPAIR_AS_IT_IS},
            },
    };
}

static bool are_rules_equal(const struct impair_rule *a, const struct impair_rule *b)
{
    return memcmp(&a->acts, &b->acts, sizeof a->acts) == 0 && a->port_count == b->port_count &&
           memcmp(a->ports, b->ports, a->port_count * sizeof a->ports[0]) == 0 &&
           a->client_count == b->client_count &&
           addr_prefixes_are_equal(a->clients, b->clients, a->client_count);
}

bool impair_settings_are_equal(const struct impair_settings *a, const struct impair_settings *b)
{
    bool is_equal = a->seed == b->seed && a->rule_count == b->rule_count;
    for (size_t i = 0; is_equal && i < a->rule_count; i++) {
        is_equal = are_rules_equal(&a->rules[i], &b->rules[i]);
    }
    return is_equal;
}

static const char *const kind_names[IMPAIR_KIND_COUNT] = {
    [IMPAIR_LOSS + IMPAIR_SD] = "loss_sd",
    [IMPAIR_LOSS + IMPAIR_DS] = "loss_ds",
    [IMPAIR_DELAY + IMPAIR_SD] = "delay_sd",
    [IMPAIR_DELAY + IMPAIR_DS] = "delay_ds",
    [IMPAIR_DUPLICATE + IMPAIR_SD] = "duplicate_sd",
    [IMPAIR_DUPLICATE + IMPAIR_DS] = "duplicate_ds",
    [IMPAIR_REORDER + IMPAIR_SD] = "reorder_sd",
    [IMPAIR_REORDER + IMPAIR_DS] = "reorder_ds",
    [IMPAIR_DSCP + IMPAIR_SD] = "dscp_sd",
    [IMPAIR_DSCP + IMPAIR_DS] = "dscp_ds",
    [IMPAIR_TTL] = "ttl_ds",
    [IMPAIR_CLOCK] = "clock",
    [IMPAIR_REFUSE] = "refuse",
    [IMPAIR_SILENCE] = "silence",
    [IMPAIR_TOO_MANY_HELD] = "too_many_held",
    [IMPAIR_PORT_CLOSED] = "port_closed",
    [IMPAIR_SEND_FAILED] = "send_failed",
};

const char *impair_kind_name(unsigned kind)
{
    assert(kind < IMPAIR_KIND_COUNT);
    return kind_names[kind];
}
