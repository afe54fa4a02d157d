/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "select/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `part` is somewhere in `text`, whatever the case of its letters. */
static bool has_part(const char *text, const char *part)
{
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (part[i] != '\0' && lower(text[i]) == lower(part[i])) {
            i++;
        }
        if (part[i] == '\0') {
            return true;
        }
    }
    return *part == '\0';
}

static bool has_text(const struct spec *spec, const char *text)
{
    const struct spec_identity *identity = &spec->identity;
    char address[ADDR_TEXT_MAX];
    bool is_found = has_part(identity->name, text) || has_part(identity->host, text) ||
                    has_part(spec->operation->name, text) || has_part(identity->owner, text) ||
                    has_part(identity->tag, text);
    for (size_t i = 0; i < identity->label_count && !is_found; i++) {
        is_found = has_part(identity->labels[i].value, text);
    }
    return is_found || (spec->path.peer.family != ADDR_NONE &&
                        has_part(addr_format_ip(&spec->path.peer, address), text));
}

/* "" when it has no such label: as in Prometheus, that is the same. */
static const char *label_value(const struct spec_identity *identity, const char *name)
{
    for (size_t i = 0; i < identity->label_count; i++) {
        if (strcmp(identity->labels[i].name, name) == 0) {
            return identity->labels[i].value;
        }
    }
    return "";
}

/* It has one of the values that are wanted of this label. */
static bool has_wanted(const struct selection *selection, const struct spec_identity *identity,
                       const char *name)
{
    const char *value = label_value(identity, name);
    for (size_t i = 0; i < selection->label_count; i++) {
        const struct selection_label *wanted = &selection->labels[i];
        if (strcmp(wanted->name, name) == 0 && strcmp(wanted->value, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool matches_but_state(const struct selection *selection, const struct spec *spec)
{
    for (size_t i = 0; i < selection->label_count; i++) {
        if (!has_wanted(selection, &spec->identity, selection->labels[i].name)) {
            return false;
        }
    }
    return selection->text[0] == '\0' || has_text(spec, selection->text);
}

/* What a target is sorted by: `rank`, then `key`, the lowest first. */
struct item {
    const struct report *report;
    double key;
    unsigned rank;
    unsigned position; /* in the snapshot */
};

static unsigned rank_of(enum target_state state)
{
    static const unsigned ranks[TARGET_STATE_COUNT] = {
        [TARGET_FAILED] = 0, [TARGET_DEGRADED] = 1, [TARGET_PENDING] = 2,
        [TARGET_OK] = 3,     [TARGET_INACTIVE] = 4,
    };
    return ranks[state];
}

#define RANK_WITHOUT_VALUE 1

/* How bad it is by the latest operation: the worse, the lower. */
static void rate_by_limit(struct item *item, enum limit limit)
{
    double value = 0;
    bool has_value = item->report->has_run && limit_measure(limit, &item->report->latest, &value);
    item->rank = has_value ? 0 : RANK_WITHOUT_VALUE;
    item->key = limit_is_worse(limit, 1, 0) ? -value : value;
}

static void rate(struct item *item, unsigned sort)
{
    const struct report *report = item->report;
    if (sort >= SELECTION_LIMIT) {
        rate_by_limit(item, (enum limit)(sort - SELECTION_LIMIT));
    } else if (sort == SELECTION_WORST) {
        rate_by_limit(item, LIMIT_LOSS);
        item->rank = rank_of(report->condition.state);
    } else if (sort == SELECTION_AGE) {
        item->rank = report->has_run ? 0 : RANK_WITHOUT_VALUE;
        item->key = (double)report->last_run.ns;
    }
}

static int compare_names(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = strcmp(a->report->spec->identity.name, b->report->spec->identity.name);
    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

static int compare(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->rank != b->rank) {
        return a->rank > b->rank ? 1 : -1;
    }
    if (a->key < b->key || a->key > b->key) {
        return a->key > b->key ? 1 : -1;
    }
    return (a->position > b->position) - (a->position < b->position);
}

static void sort_items(const struct selection *selection, struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rate(&items[i], selection->sort);
    }
    if (selection->sort == SELECTION_NAME) {
        qsort(items, count, sizeof *items, compare_names);
    } else if (selection->sort != SELECTION_AS_CONFIGURED) {
        qsort(items, count, sizeof *items, compare);
    }
}

/* Those that have a value in the other order; those without stay last. */
static void reverse(const struct selection *selection, struct item *items, size_t count)
{
    bool has_last = selection->sort == SELECTION_AGE || selection->sort >= SELECTION_LIMIT;
    size_t end = count;
    while (has_last && end > 0 && items[end - 1].rank == RANK_WITHOUT_VALUE) {
        end--;
    }
    for (size_t i = 0; i < end / 2; i++) {
        struct item first = items[i];
        items[i] = items[end - 1 - i];
        items[end - 1 - i] = first;
    }
}

void selection_apply(const struct selection *selection, const struct snapshot *snapshot,
                     struct selected *out)
{
    struct item *items = mem_alloc(snapshot->count, sizeof *items);
    *out = (struct selected){0};
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct report *report = snapshot->reports[i];
        enum target_state state = report->condition.state;
        if (!matches_but_state(selection, report->spec)) {
            continue;
        }
        out->by_state[state]++;
        if (selection->states == 0 || (selection->states >> state & 1) != 0) {
            items[out->matched++] = (struct item){.report = report, .position = (unsigned)i};
        }
    }
    sort_items(selection, items, out->matched);
    if (selection->is_reversed) {
        reverse(selection, items, out->matched);
    }
    size_t first = selection->offset < out->matched ? selection->offset : out->matched;
    out->count = out->matched - first;
    if (selection->limit > 0 && out->count > selection->limit) {
        out->count = selection->limit;
    }
    out->reports = mem_alloc(out->count, sizeof *out->reports);
    for (size_t i = 0; i < out->count; i++) {
        out->reports[i] = items[first + i].report;
    }
    free(items);
}

void selected_fini(struct selected *selected)
{
    free(selected->reports);
    *selected = (struct selected){0};
}
