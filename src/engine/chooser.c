/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/chooser.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/mem.h"
#include "probe/chosen.h"
#include "probe/spec_field.h"

#define TRIAL_NAME_MAX 48

struct entry {
    struct heap_item due; /* first member: the heap hands it back; not in it while it is tried */
    const struct spec *head; /* of the configuration */
    struct addr ip;
    struct choice *choice; /* what is measured */
    struct choice draft; /* while a look lasts: what it found so far */
    const struct spec *trial; /* of `place`; NULL: none runs */
    size_t place; /* among the protocols */
    bool tries_all; /* else only those that are wanted more than the chosen one */
    bool fails; /* the operations fail in a row */
    struct mono not_before; /* the next look because of failures */
    int64_t pause_ns; /* after it */
};

struct chooser {
    void (*changed)(void *context, const struct chooser_change *change);
    void *context;
    struct entry **entries; /* in the order of the set */
    struct entry **by_name;
    size_t count;
    struct heap waiting;
    struct entry *looks[CHOOSER_PARALLEL_MAX]; /* NULL: free */
    size_t look_count;
    struct mono next_burst;
    uint64_t serial; /* of trials */
    bool is_changed; /* the trials are others than before */
    bool has_news;
    atomic_uint_least64_t changes;
};

struct chooser *chooser_new(void (*changed)(void *context, const struct chooser_change *change),
                            void *context)
{
    struct chooser *chooser = mem_alloc(1, sizeof *chooser);
    chooser->changed = changed;
    chooser->context = context;
    chooser->next_burst.ns = INT64_MIN;
    return chooser;
}

static void end_trial(struct chooser *chooser, struct entry *entry)
{
    if (entry->trial == NULL) {
        return;
    }
    size_t at = strtoul(entry->trial->identity.name, NULL, 10);
    chooser->looks[at] = NULL;
    chooser->look_count--;
    chooser->is_changed = true;
    spec_unref(entry->trial);
    entry->trial = NULL;
}

static void entry_free(struct chooser *chooser, struct entry *entry)
{
    end_trial(chooser, entry);
    heap_remove(&chooser->waiting, &entry->due);
    spec_unref(entry->head);
    choice_unref(entry->choice);
    auth_key_wipe(&entry->draft.stamp_key);
    free(entry);
}

void chooser_free(struct chooser *chooser)
{
    if (chooser == NULL) {
        return;
    }
    for (size_t i = 0; i < chooser->count; i++) {
        entry_free(chooser, chooser->entries[i]);
    }
    heap_fini(&chooser->waiting);
    free(chooser->entries);
    free(chooser->by_name);
    free(chooser);
}

static int compare_specs(const struct spec *a, const struct spec *b)
{
    return strcmp(a->identity.name, b->identity.name);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *const *a = left, *const *b = right;
    return compare_specs((*a)->head, (*b)->head);
}

static int compare_to_entry(const void *key, const void *element)
{
    const struct entry *const *entry = element;
    return compare_specs(key, (*entry)->head);
}

/* The place of the target in the list; NULL: it is not in. */
static struct entry **find(const struct chooser *chooser, const struct spec *spec)
{
    return chooser->count == 0 ? NULL
                               : bsearch(spec, chooser->by_name, chooser->count,
                                         sizeof(struct entry *), compare_to_entry);
}

static struct entry *entry_new(const struct spec *head)
{
    struct entry *entry = mem_alloc(1, sizeof *entry);
    entry->head = spec_ref(head);
    entry->choice = choice_copy(head->choice);
    entry->not_before.ns = INT64_MIN;
    return entry;
}

/* A look because of failures, or the first one, tries all. */
static void plan_look(struct chooser *chooser, struct entry *entry, bool tries_all, struct mono at)
{
    entry->tries_all = tries_all;
    heap_set(&chooser->waiting, &entry->due, at);
}

/* The entry goes on with a new spec; it begins again if it is asked otherwise now. Another key or
 * another source may make something work that did not. */
static void keep(struct chooser *chooser, struct entry *entry, const struct spec *head,
                 struct mono now)
{
    bool is_same = choice_is_same_question(entry->head->choice, head->choice) &&
                   strcmp(entry->head->identity.host, head->identity.host) == 0;
    const struct spec *before = entry->head;
    entry->head = spec_ref(head);
    if (!is_same) {
        end_trial(chooser, entry);
        heap_remove(&chooser->waiting, &entry->due);
        choice_unref(entry->choice);
        entry->choice = choice_copy(head->choice);
        entry->ip = (struct addr){0};
    } else if (entry->trial == NULL && entry->choice->state == CHOICE_MADE &&
               entry->choice->chosen > 0 && !spec_is_equal(before, head)) {
        plan_look(chooser, entry, false, now);
    }
    spec_unref(before);
}

/* That of the set before; else a new one. */
static struct entry *take_entry(struct chooser *chooser, const struct spec *head, struct mono now)
{
    struct entry **known = find(chooser, head);
    if (known == NULL) {
        return entry_new(head);
    }
    keep(chooser, *known, head, now);
    return *known;
}

static bool is_in(const struct chooser *chooser, const struct entry *entry)
{
    struct entry **known = find(chooser, entry->head);
    return known != NULL && *known == entry;
}

static struct entry **sorted(struct entry **entries, size_t count)
{
    struct entry **copy = mem_alloc(count, sizeof(struct entry *));
    for (size_t i = 0; i < count; i++) {
        copy[i] = entries[i];
    }
    qsort(copy, count, sizeof(struct entry *), compare_entries);
    return copy;
}

void chooser_set_targets(struct chooser *chooser, const struct spec_set *targets, struct mono now)
{
    struct entry **old = chooser->entries, **list = mem_alloc(targets->count, sizeof *list);
    size_t old_count = chooser->count, count = 0;
    for (size_t i = 0; i < targets->count; i++) {
        if (targets->specs[i]->choice != NULL) {
            list[count++] = take_entry(chooser, targets->specs[i], now);
        }
    }
    free(chooser->by_name);
    chooser->entries = list;
    chooser->by_name = sorted(list, count);
    chooser->count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (!is_in(chooser, old[i])) {
            entry_free(chooser, old[i]);
        }
    }
    free(old);
}

size_t chooser_count(const struct chooser *chooser)
{
    return chooser->count;
}

bool chooser_is_undecided(const struct chooser *chooser)
{
    for (size_t i = 0; i < chooser->count; i++) {
        const struct entry *entry = chooser->entries[i];
        if (entry->ip.family != ADDR_NONE && entry->choice->state == CHOICE_OPEN) {
            return true;
        }
    }
    return false;
}

struct spec *chooser_spec(struct chooser *chooser, size_t index, const struct addr *ip,
                          struct mono now)
{
    struct entry *entry = chooser->entries[index];
    bool is_idle = entry->trial == NULL && entry->due.place == 0;
    bool may_run = entry->head->schedule.start != SPEC_START_PENDING;
    entry->ip = *ip;
    if (entry->choice->state == CHOICE_OPEN && is_idle && may_run && ip->family != ADDR_NONE) {
        plan_look(chooser, entry, true, now);
    }
    return chosen_spec(entry->head, entry->choice, ip);
}

static void take_choice(struct chooser *chooser, struct entry *entry, struct choice *choice)
{
    struct choice *before = entry->choice;
    bool was_open = before->state == CHOICE_OPEN;
    bool has_moved = before->chosen != choice->chosen;
    if (choice_is_equal(before, choice)) {
        choice_unref(choice);
        return;
    }
    entry->choice = choice;
    chooser->has_news = true;
    if (has_moved || was_open) {
        struct spec *spec = chosen_spec(entry->head, choice, &entry->ip);
        const struct chooser_change change = {spec, was_open ? NULL : before};
        atomic_fetch_add(&chooser->changes, was_open ? 0 : 1);
        chooser->changed(chooser->context, &change);
        spec_unref(spec);
    }
    choice_unref(before);
}

/* Targets that were chosen for at the same time do not look again at the same time. */
static int64_t better_ns(const struct entry *entry)
{
    int64_t spread_ns = CHOOSER_BETTER_NS / 4;
    uint64_t part = spec_hash(entry->head) % 1000;
    return CHOOSER_BETTER_NS - spread_ns + (int64_t)part * (2 * spread_ns / 1000);
}

static void plan_better(struct chooser *chooser, struct entry *entry, struct mono now)
{
    if (entry->choice->state == CHOICE_MADE && entry->choice->chosen > 0) {
        plan_look(chooser, entry, false, mono_add(now, better_ns(entry)));
    }
}

/* Each one is later than the one before until an operation completes. */
static void rest(struct entry *entry, struct mono now)
{
    int64_t longer_ns = 2 * entry->pause_ns;
    entry->pause_ns = entry->pause_ns == 0               ? CHOOSER_PAUSE_NS
                      : longer_ns > CHOOSER_PAUSE_MAX_NS ? CHOOSER_PAUSE_MAX_NS
                                                         : longer_ns;
    entry->not_before = mono_add(now, entry->pause_ns);
}

/* The look is over. */
static void conclude(struct chooser *chooser, struct entry *entry, bool is_found, struct mono now)
{
    struct choice *choice = choice_copy(entry->choice);
    memcpy(choice->is_tried, entry->draft.is_tried, sizeof choice->is_tried);
    memcpy(choice->outcome, entry->draft.outcome, sizeof choice->outcome);
    if (is_found) {
        choice->state = CHOICE_MADE;
        choice->chosen = (uint8_t)entry->place;
    } else if (entry->tries_all) {
        choice->state = CHOICE_VAIN;
    }
    end_trial(chooser, entry);
    if (entry->tries_all) {
        rest(entry, now);
    }
    take_choice(chooser, entry, choice);
    if (entry->choice->state == CHOICE_VAIN) {
        plan_look(chooser, entry, true, entry->not_before);
    } else {
        plan_better(chooser, entry, now);
    }
}

/* Tries the protocol at the entry's place, as the look number `at`. */
static void begin_trial(struct chooser *chooser, struct entry *entry, size_t at)
{
    char name[TRIAL_NAME_MAX];
    snprintf(name, sizeof name, "%zu:%" PRIu64, at, chooser->serial++);
    entry->trial = chosen_trial(entry->head, entry->place, &entry->ip, name);
    chooser->looks[at] = entry;
    chooser->look_count++;
    chooser->is_changed = true;
}

static size_t last_place(const struct entry *entry)
{
    return entry->tries_all ? entry->choice->count : entry->choice->chosen;
}

static void take_outcome(struct chooser *chooser, struct entry *entry, enum outcome outcome,
                         struct mono now)
{
    size_t at = strtoul(entry->trial->identity.name, NULL, 10);
    entry->draft.is_tried[entry->place] = true;
    entry->draft.outcome[entry->place] = outcome;
    if (outcome == OUTCOME_OK) {
        conclude(chooser, entry, true, now);
        return;
    }
    if (++entry->place == last_place(entry)) {
        conclude(chooser, entry, false, now);
        return;
    }
    end_trial(chooser, entry);
    begin_trial(chooser, entry, at);
}

void chooser_take(struct chooser *chooser, const struct report *report, struct mono now)
{
    size_t at = strtoul(report->spec->identity.name, NULL, 10);
    struct entry *entry = at < CHOOSER_PARALLEL_MAX ? chooser->looks[at] : NULL;
    bool is_over = report->has_run || report->was_cut;
    if (entry != NULL && is_over &&
        strcmp(entry->trial->identity.name, report->spec->identity.name) == 0) {
        enum outcome outcome = report->has_run ? report->latest.outcome : OUTCOME_TIMEOUT;
        take_outcome(chooser, entry, outcome, now);
    }
}

/* What was in vain works again: it is kept, and what is wanted more may work too. */
static void take_revival(struct chooser *chooser, struct entry *entry, struct mono now)
{
    struct choice *choice = choice_copy(entry->choice);
    choice->state = CHOICE_MADE;
    take_choice(chooser, entry, choice);
    heap_remove(&chooser->waiting, &entry->due);
    if (entry->choice->chosen > 0) {
        plan_look(chooser, entry, false, now);
    }
}

void chooser_judge(struct chooser *chooser, const struct report *report, struct mono now)
{
    const struct choice *measured = report->spec->choice;
    struct entry **found = measured == NULL ? NULL : find(chooser, report->spec);
    if (found == NULL || !report->has_run || measured->chosen != (*found)->choice->chosen) {
        return;
    }
    struct entry *entry = *found;
    bool works = report->failed_in_a_row == 0;
    bool is_vain = entry->choice->state == CHOICE_VAIN;
    if (works) {
        entry->pause_ns = 0;
        entry->not_before = now;
    }
    if (entry->trial != NULL) {
        return; /* it is looked for already */
    }
    if (works && is_vain) {
        take_revival(chooser, entry, now);
    } else if (report->failed_in_a_row >= CHOOSER_FAILURES &&
               !mono_is_before(now, entry->not_before)) {
        plan_look(chooser, entry, true, now);
    }
}

static size_t free_look(const struct chooser *chooser)
{
    size_t at = 0;
    while (chooser->looks[at] != NULL) {
        at++;
    }
    return at;
}

static void begin_look(struct chooser *chooser, struct entry *entry)
{
    heap_remove(&chooser->waiting, &entry->due);
    if (entry->ip.family == ADDR_NONE) {
        return; /* it begins when there is an address */
    }
    entry->place = 0;
    entry->draft = *entry->choice;
    if (entry->tries_all) {
        memset(entry->draft.is_tried, 0, sizeof entry->draft.is_tried);
        memset(entry->draft.outcome, 0, sizeof entry->draft.outcome);
    }
    begin_trial(chooser, entry, free_look(chooser));
}

static struct spec_set *make_set(const struct chooser *chooser)
{
    struct spec *specs[CHOOSER_PARALLEL_MAX];
    size_t count = 0;
    for (size_t i = 0; i < CHOOSER_PARALLEL_MAX; i++) {
        if (chooser->looks[i] != NULL) {
            specs[count++] = spec_ref(chooser->looks[i]->trial);
        }
    }
    return spec_set_new(specs, count);
}

struct spec_set *chooser_trials(struct chooser *chooser, struct mono now)
{
    bool may_begin = !mono_is_before(now, chooser->next_burst);
    for (unsigned i = 0; may_begin && i < CHOOSER_BURST; i++) {
        struct heap_item *first = heap_first(&chooser->waiting);
        if (first == NULL || mono_is_before(now, first->due) ||
            chooser->look_count == CHOOSER_PARALLEL_MAX) {
            break;
        }
        begin_look(chooser, (struct entry *)first);
        chooser->next_burst = mono_add(now, CHOOSER_BURST_NS);
    }
    if (!chooser->is_changed) {
        return NULL;
    }
    chooser->is_changed = false;
    return make_set(chooser);
}

struct mono chooser_due(const struct chooser *chooser)
{
    const struct heap_item *first = heap_first(&chooser->waiting);
    if (chooser->is_changed) {
        return (struct mono){INT64_MIN};
    }
    if (first == NULL || chooser->look_count == CHOOSER_PARALLEL_MAX) {
        return MONO_NEVER;
    }
    return mono_max(first->due, chooser->next_burst);
}

bool chooser_take_news(struct chooser *chooser)
{
    bool has_news = chooser->has_news;
    chooser->has_news = false;
    return has_news;
}

uint64_t chooser_changes(const struct chooser *chooser)
{
    return atomic_load(&chooser->changes);
}
