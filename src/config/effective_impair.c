/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Rules of impairment, written as a configuration has them: what is as in a rule without keys is
 * left out. */
#include "config/effective_impair.h"

#include <inttypes.h>

#include "base/dscp.h"
#include "config/duration.h"
#include "config/impair_value.h"
#include "config/number_field.h"
#include "config/schema.h"
#include "config/yaml_text.h"

static void add_number(const struct schema_key *key, int64_t number, struct buf *out)
{
    char text[DURATION_TEXT_MAX], dscp[DSCP_TEXT_MAX];
    switch (key->kind) {
    case SCHEMA_DURATION:
        buf_add_string(out, duration_format(number, text));
        break;
    case SCHEMA_CHOICE:
        buf_add_string(out, key->choices[number]);
        break;
    case SCHEMA_DSCP:
        buf_add_string(out, dscp_format((uint8_t)number, dscp));
        break;
    case SCHEMA_WHICH:
        impair_add_which(number, out);
        break;
    case SCHEMA_OFFSET:
        impair_add_offset(number, out);
        break;
    default:
        buf_printf(out, "%" PRId64 "%s", number, key->kind == SCHEMA_DRIFT ? "ppm" : "");
        break;
    }
}

static void add_ports(const struct impair_rule *rule, struct buf *out)
{
    for (size_t i = 0; i < rule->port_count; i++) {
        const struct port_range *range = &rule->ports[i];
        buf_printf(out, range->first == range->last ? "%s%u" : "%s%u-%u", i == 0 ? "[" : ", ",
                   (unsigned)range->first, (unsigned)range->last);
    }
    buf_add_char(out, ']');
}

static void add_key(const char *name, const char **separator, struct buf *out)
{
    buf_printf(out, "%s%s: ", *separator, name);
    *separator = ", ";
}

static void add_rule(const struct impair_rule *rule, struct buf *out)
{
    const struct impair_rule usual = impair_rule_default();
    const char *separator = "";
    buf_add_char(out, '{');
    for (size_t i = 0; i < schema_impair_rule.count; i++) {
        const struct schema_key *key = &schema_impair_rule.keys[i];
        size_t size = key->setting.size, offset = key->setting.offset;
        if (key->slot == SLOT_RULE_PORTS && rule->port_count > 0) {
            add_key(key->name, &separator, out);
            add_ports(rule, out);
        } else if (key->slot == SLOT_RULE_CLIENTS && rule->client_count > 0) {
            add_key(key->name, &separator, out);
            yaml_add_prefixes(rule->clients, rule->client_count, out);
        } else if (size > 0) {
            int64_t number = number_field_get((const char *)&rule->acts + offset, size);
            if (number != number_field_get((const char *)&usual.acts + offset, size)) {
                add_key(key->name, &separator, out);
                add_number(key, number, out);
            }
        }
    }
    buf_add_char(out, '}');
}

void effective_add_impair(const struct impair_settings *settings, struct buf *out)
{
    buf_printf(out, "{seed: %" PRId64 ", rules: [", settings->seed);
    for (size_t i = 0; i < settings->rule_count; i++) {
        buf_add_string(out, i == 0 ? "" : ", ");
        add_rule(&settings->rules[i], out);
    }
    buf_add_string(out, "]}");
}
