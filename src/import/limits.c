/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reactions as `limits` of a target. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/element.h"
#include "import/reaction.h"
#include "import/target.h"

static void say(struct import_device *device, const struct import_target *target,
                const struct import_reaction *reaction, enum import_fate fate, const char *why)
{
    struct import_note note = {.fate = fate,
                               .line = reaction->line,
                               .entry = target->entry,
                               .text = reaction->element != NULL ? reaction->element : "",
                               .why = why};
    import_note_add(device, &note);
    if (fate != FATE_TURNED) {
        import_recount(device, target->entry, reaction->line, fate);
    }
}

double import_packets_of(const struct import_entry *entry)
{
    bool has_codec = entry->values[PARAM_CODEC].is_set;
    const struct import_value *count =
        &entry->values[has_codec ? PARAM_CODEC_NUM_PACKETS : PARAM_NUM_PACKETS];
    bool is_train = entry->kind == KIND_UDP_JITTER || entry->kind == KIND_ICMP_JITTER;
    double standard = has_codec ? 1000 : is_train ? 10 : 1;
    return count->is_set && count->number > 0 ? (double)count->number : standard;
}

/* The limit as the key writes it; false: it can never be exceeded. */
static bool write_limit(const struct import_element *element, const struct import_entry *entry,
                        int64_t threshold, char text[48])
{
    double share = 100 * (double)threshold / import_packets_of(entry);
    switch (element->unit) {
    case ELEMENT_MS:
        snprintf(text, 48, "%" PRId64 "ms", threshold);
        return true;
    case ELEMENT_PACKET_SHARE:
        snprintf(text, 48, "%.4g%%", share);
        return share < 100;
    case ELEMENT_HUNDREDTH:
        snprintf(text, 48, "%.4g", (double)threshold / 100);
        return threshold > 100 && threshold <= 500;
    default:
        return false;
    }
}

bool import_reaction_acts(const struct import_reaction *reaction)
{
    return reaction->type != NULL && strcmp(reaction->type, "never") != 0;
}

int64_t import_threshold(const struct import_element *element,
                         const struct import_reaction *reaction)
{
    int64_t own = element->is_low_bad ? reaction->lower : reaction->upper;
    return own >= 0 ? own : element->is_low_bad ? element->lower : element->upper;
}

static bool has_limit(const struct import_target *target, const char *key)
{
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        if (field->section != NULL && strcmp(field->section, "limits") == 0 &&
            strcmp(field->key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* How many operations in a row make the limit exceeded; 0: it is counted in another way. */
static int64_t in_a_row(const struct import_reaction *reaction)
{
    if (strcmp(reaction->type, "immediate") == 0) {
        return 1;
    }
    bool is_row = strcmp(reaction->type, "consecutive") == 0;
    return is_row ? (reaction->x > 0 ? reaction->x : 5) : 0;
}

static void add_limit(struct import_device *device, struct import_target *target,
                      const struct import_element *element, const struct import_reaction *reaction)
{
    char text[48];
    char why[160];
    int64_t row = in_a_row(reaction);
    bool fits = element->limit != NULL && row > 0 && !has_limit(target, element->limit) &&
                (!target->has_limits_for || target->limits_for == row);
    if (!fits || !write_limit(element, &device->entries[target->entry],
                              import_threshold(element, reaction), text)) {
        say(device, target, reaction, FATE_TURNED, "an alert rule (with --rules)");
        return;
    }
    import_field_add(device, target, "limits", element->limit, text)->line = reaction->line;
    snprintf(why, sizeof why, "the limit %s: %s, and an alert rule (with --rules)", element->limit,
             text);
    if (!target->has_limits_for && row > 1) {
        snprintf(text, sizeof text, "%" PRId64, row);
        import_field_add(device, target, "limits", "for", text)->line = reaction->line;
    }
    target->has_limits_for = true;
    target->limits_for = row;
    say(device, target, reaction, FATE_TURNED, why);
}

void import_limits(struct import_device *device, struct import_target *target)
{
    for (size_t i = 0; i < device->reaction_count; i++) {
        const struct import_reaction *reaction = &device->reactions[i];
        if (reaction->entry != target->entry) {
            continue;
        }
        const struct import_element *element =
            reaction->element != NULL ? import_element_find(reaction->element) : NULL;
        if (reaction->element == NULL) {
            say(device, target, reaction, FATE_REFUSED, "it does not say what is watched");
        } else if (element == NULL) {
            say(device, target, reaction, FATE_UNSUPPORTED, "nothing here watches this");
        } else if (!import_reaction_acts(reaction)) {
            say(device, target, reaction, FATE_REFUSED,
                "threshold-type never (the default): the router does nothing");
        } else {
            add_limit(device, target, element, reaction);
        }
    }
}
