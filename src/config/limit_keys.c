/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/limit_keys.h"

#include <ctype.h>
#include <string.h>

#include "config/limit.h"
#include "config/words.h"

static void refuse(const struct schema_key *key, const struct node *node, const char *problem,
                   struct diagnostics *diagnostics)
{
    struct buf allowed = {0};
    schema_add_range(key, NULL, &allowed);
    diagnostics_error(diagnostics, place_value(node), "%s; allowed: %s", problem,
                      buf_string(&allowed));
    buf_fini(&allowed);
}

static bool is_none(const struct node *node)
{
    return strcmp(node->text, "none") == 0;
}

/* "5 ms" and "5MS" as "5ms", "150" as "150ms". Appends nothing when that is no value either. */
static void add_meant(enum limit limit, const char *text, struct buf *out)
{
    struct buf tidied = {0};
    double value;
    for (; *text != '\0'; text++) {
        if (*text != ' ' && *text != '\t') {
            buf_add_char(&tidied, (char)tolower((unsigned char)*text));
        }
    }
    if (!limit_parse(limit, buf_string(&tidied), &value)) {
        buf_add_string(&tidied, "ms");
    }
    if (limit_parse(limit, buf_string(&tidied), &value)) {
        buf_printf(out, "; did you mean '%s'?", buf_string(&tidied));
    }
    buf_fini(&tidied);
}

static bool read_one(const struct schema_key *key, const struct node *node,
                     struct diagnostics *diagnostics)
{
    enum limit limit = (enum limit)(key->slot - SLOT_LIMIT);
    char quoted[WORDS_QUOTE_MAX];
    double value;
    if (node->is_refused) {
        return false;
    }
    if (node->kind != NODE_SCALAR || node_is_missing(node)) {
        refuse(key, node,
               node->kind == NODE_SCALAR    ? "the value is missing"
               : node->kind == NODE_MAPPING ? "this is a mapping"
                                            : "this is a list",
               diagnostics);
        return false;
    }
    if (is_none(node) || limit_parse(limit, node->text, &value)) {
        return true;
    }
    struct buf meant = {0};
    add_meant(limit, node->text, &meant);
    diagnostics_error(diagnostics, place_value(node), "%s is not %s%s",
                      words_quote(node->text, quoted), limit_allowed(limit), buf_string(&meant));
    buf_fini(&meant);
    return false;
}

/* Critical begins where the warning does, or later. */
static bool check_order(enum limit limit, const struct node *warning, const struct node *critical,
                        struct diagnostics *diagnostics)
{
    double first, second;
    char quoted[WORDS_QUOTE_MAX], other[WORDS_QUOTE_MAX];
    if (is_none(warning) || is_none(critical) || !limit_parse(limit, warning->text, &first) ||
        !limit_parse(limit, critical->text, &second) || !limit_is_worse(limit, first, second)) {
        return true;
    }
    diagnostics_error(diagnostics, place_value(critical),
                      "the critical limit %s is better than the warning %s; write [%s, %s]",
                      words_quote(critical->text, quoted), words_quote(warning->text, other),
                      critical->text, warning->text);
    return false;
}

bool limit_read(const struct schema_key *key, const struct node *node,
                struct diagnostics *diagnostics)
{
    if (node->is_refused || node->kind != NODE_SEQUENCE) {
        return read_one(key, node, diagnostics);
    }
    if (node->count != SEVERITY_COUNT) {
        refuse(key, node, "this list has not two entries", diagnostics);
        return false;
    }
    const struct node *warning = node->first, *critical = warning->next;
    bool is_good = read_one(key, warning, diagnostics);
    return read_one(key, critical, diagnostics) && is_good &&
           check_order((enum limit)(key->slot - SLOT_LIMIT), warning, critical, diagnostics);
}

void limit_check_own(const struct values *own, const struct operation *operation, bool has_codec,
                     struct diagnostics *diagnostics)
{
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        const struct value *value = &own->of[SLOT_LIMIT + i];
        const char *needs = limit_needs((enum limit)i, operation, has_codec);
        if (value->state != VALUE_UNSET && value->node != NULL && needs != NULL) {
            diagnostics_error(diagnostics, place_key(value->node),
                              "does not apply to %s: it needs %s", operation->name, needs);
        }
    }
}

static void put(struct limit_set *set, enum severity severity, enum limit limit,
                const struct node *node)
{
    double value;
    if (!is_none(node) && limit_parse(limit, node->text, &value)) {
        limit_put(set, severity, limit, value);
    }
}

static void put_both(struct limit_set *set, enum limit limit, const struct node *node)
{
    bool is_list = node->kind == NODE_SEQUENCE;
    put(set, SEVERITY_WARNING, limit, is_list ? node->first : node);
    if (is_list) {
        put(set, SEVERITY_CRITICAL, limit, node->first->next);
    }
}

enum limit limit_of_threshold(const struct spec *spec)
{
    return spec->operation->is_judged_by_jitter ? LIMIT_JITTER : LIMIT_RTT;
}

void limit_put_threshold(struct spec *spec)
{
    if (spec->results.threshold_ns < spec->schedule.timeout_ns) {
        limit_put(&spec->results.limits, SEVERITY_WARNING, limit_of_threshold(spec),
                  (double)spec->results.threshold_ns / 1e9);
    }
}

void limit_build(const struct values *values, struct spec *spec)
{
    bool has_codec = spec->packets.codec != VOICE_CODEC_NONE;
    struct limit_set *set = &spec->results.limits;
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        const struct value *value = &values->of[SLOT_LIMIT + i];
        if (value->state == VALUE_SET &&
            limit_needs((enum limit)i, spec->operation, has_codec) == NULL) {
            put_both(set, (enum limit)i, value->node);
        }
    }
    if (values->of[SLOT_LIMIT + limit_of_threshold(spec)].state == VALUE_UNSET) {
        limit_put_threshold(spec);
    }
    set->consecutive = (uint8_t)values->of[SLOT_LIMIT_FOR].number;
}
