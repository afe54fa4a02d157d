/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "config/words.h"

static int compare_orders(const struct claim *a, const struct claim *b)
{
    return a->order < b->order ? -1 : 1;
}

static int compare_names(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    if (a->name == NULL || b->name == NULL) {
        return a->name == b->name ? compare_orders(a, b) : a->name == NULL ? -1 : 1;
    }
    int order = strcmp(a->name->text, b->name->text);
    return order != 0 ? order : compare_orders(a, b);
}

static void check_names(struct claim *claims, size_t count, struct diagnostics *diagnostics)
{
    const struct claim *first = NULL;
    qsort(claims, count, sizeof *claims, compare_names);
    for (size_t i = 0; i < count; i++) {
        const struct claim *claim = &claims[i];
        if (claim->name == NULL) {
            continue;
        }
        if (first == NULL || strcmp(first->name->text, claim->name->text) != 0) {
            first = claim;
            continue;
        }
        char quoted[WORDS_QUOTE_MAX];
        diagnostics_error(diagnostics, place_value(claim->name),
                          "%s is the name of the target on line %u already; names are unique",
                          words_quote(claim->name->text, quoted), first->target->line);
    }
}

static int compare_ports(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    if (a->source.port != b->source.port) {
        return a->source.port < b->source.port ? -1 : 1;
    }
    return compare_orders(a, b);
}

/* Port `b` is not below `a`. A port without an address is that port on every address, and one
 * without a device (or VRF) that on every device. */
static bool do_collide(const struct claim *a, const struct claim *b)
{
    bool is_any = a->source.family == ADDR_NONE || b->source.family == ADDR_NONE;
    bool is_apart = a->device != NULL && b->device != NULL && strcmp(a->device, b->device) != 0;
    return a->source.port + a->port_count > b->source.port && !is_apart &&
           (is_any || addr_is_same_ip(&a->source, &b->source));
}

static void report_collision(const struct claim *claim, const struct claim *earlier,
                             struct diagnostics *diagnostics)
{
    struct place place = node_is_within(claim->source_port, claim->target)
                             ? place_value(claim->source_port)
                             : place_below(claim->target, "source_port");
    diagnostics_error(diagnostics, place,
                      "%u is the source port of the target on line %u too; "
                      "allowed: each port once on an address",
                      (unsigned)claim->source.port, earlier->target->line);
}

static void check_sources(struct claim *claims, size_t count, struct diagnostics *diagnostics)
{
    size_t first = 0; /* whose ports may reach so far */
    qsort(claims, count, sizeof *claims, compare_ports);
    for (size_t i = 0; i < count; i++) {
        while (claims[first].source.port + SPEC_FLOWS_MAX <= claims[i].source.port) {
            first++;
        }
        size_t earlier = claims[i].source.port == 0 ? i : first;
        while (earlier < i && !do_collide(&claims[earlier], &claims[i])) {
            earlier++;
        }
        if (earlier < i) {
            report_collision(&claims[i], &claims[earlier], diagnostics);
        }
    }
}

void check_claims(struct claim *claims, size_t count, struct diagnostics *diagnostics)
{
    if (count < 2) {
        return;
    }
    check_names(claims, count, diagnostics);
    check_sources(claims, count, diagnostics);
}
