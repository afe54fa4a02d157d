/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Schedules of one operation and of groups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/global.h"

#define MEMBERS_MAX 20000

void import_begin_schedule(struct import_device *device, int entry, unsigned line)
{
    /* What a router does without the words. */
    struct import_value pending = {.line = line, .number = IMPORT_START_PENDING};
    struct import_value life = {.line = line, .number = IMPORT_LIFE_DEFAULT};
    import_set(device, entry, PARAM_START, &pending);
    import_set(device, entry, PARAM_LIFE, &life);
    device->entries[entry].values[PARAM_LIFE].is_set = false;
    device->entries[entry].is_scheduled = true;
}

static enum import_fate unknown_word(struct import_device *device, int entry,
                                     const struct import_line *line, size_t at)
{
    char why[128];
    snprintf(why, sizeof why, "'%.60s' is not known here", line->word[at]);
    import_say(device, entry, line, FATE_UNSUPPORTED, why);
    return FATE_UNSUPPORTED;
}

enum import_fate import_schedule_words(struct import_device *device, int entry,
                                       const struct import_line *line, size_t at)
{
    enum import_fate fate = FATE_MAPPED;
    while (at < line->count && !import_is_comment(line, at)) {
        struct import_match match = import_match(&import_schedule, line, at, false);
        if (match.state == MATCH_NONE) {
            return unknown_word(device, entry, line, at);
        }
        if (match.state != MATCH_OK) {
            return import_fault(device, entry, &match, line);
        }
        bool is_clock_time = match.row->params[0] == PARAM_NONE;
        if (is_clock_time) {
            struct import_value start = {.line = line->number, .number = IMPORT_START_SPREAD};
            import_set(device, entry, PARAM_START, &start);
        }
        fate = import_worse(fate, import_apply(device, entry, &match, line, false));
        at = match.end;
    }
    return fate;
}

/* ---- groups ---- */

struct group {
    int members[MEMBERS_MAX];
    size_t count;
    bool is_together, has_life, is_random;
    int64_t period, frequency, start, life; /* frequency 0: not said */
};

static void add_member(struct import_device *device, struct group *group, int64_t id,
                       const struct import_line *line)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    int entry = import_find_entry(device, text);
    if (entry >= 0 && group->count < MEMBERS_MAX) {
        group->members[group->count++] = entry;
    } else {
        char why[80];
        snprintf(why, sizeof why, "no operation %s: the router leaves it out", text);
        import_say(device, -1, line, FATE_REFUSED, why);
    }
}

/* "1,3,10-20". False: it is no list. */
static bool read_members(struct import_device *device, struct group *group, const char *text,
                         const struct import_line *line)
{
    size_t asked = 0;
    for (const char *at = text;;) {
        char *end;
        long first = strtol(at, &end, 10);
        long last = first;
        if (end == at || first < 0) {
            return false;
        }
        if (*end == '-') {
            at = end + 1;
            last = strtol(at, &end, 10);
        }
        if (end == at || last < first || (*end != '\0' && *end != ',')) {
            return false;
        }
        for (; first <= last && asked++ < MEMBERS_MAX; first++) {
            add_member(device, group, first, line);
        }
        if (*end == '\0') {
            return true;
        }
        at = end + 1;
    }
}

/* The offset of member `k`: as many start each second as are needed to start all in the period. */
static int64_t offset_of(const struct group *group, size_t k)
{
    int64_t count = (int64_t)group->count;
    if (group->is_together || group->period <= 0) {
        return 0;
    }
    if (count <= group->period) {
        return (int64_t)k * group->period / count;
    }
    return (int64_t)k / ((count + group->period - 1) / group->period);
}

static void schedule_member(struct import_device *device, const struct group *group, size_t k,
                            unsigned line)
{
    int entry = group->members[k];
    int64_t frequency = group->frequency > 0 ? group->frequency : group->period;
    import_begin_schedule(device, entry, line);
    struct import_value start = {.line = line, .number = group->start};
    if (group->start != IMPORT_START_PENDING && !group->is_random) {
        start.number = IMPORT_START_AFTER(offset_of(group, k));
    }
    struct import_value life = {.line = line, .number = group->life};
    struct import_value own = {.line = line, .number = frequency};
    import_set(device, entry, PARAM_START, &start);
    if (group->has_life) {
        import_set(device, entry, PARAM_LIFE, &life);
    }
    if (frequency > 0 && !group->is_random) {
        import_set(device, entry, PARAM_FREQUENCY, &own);
    }
    device->entries[entry].is_grouped = true;
}

static void take_group_word(struct group *group, const struct import_match *match,
                            const struct import_line *line)
{
    const char *pattern = match->row->pattern;
    int64_t number = 0;
    if (match->arg_count > 0) {
        import_number(line->word[match->args[0]], &number);
    }
    if (strncmp(pattern, "schedule-period", 15) == 0) {
        group->period = number;
    } else if (strcmp(pattern, "schedule-together") == 0) {
        group->is_together = true;
    } else if (strcmp(pattern, "frequency N") == 0) {
        group->frequency = number;
    } else if (strncmp(pattern, "frequency range", 15) == 0) {
        group->is_random = true;
    } else if (match->row->params[0] == PARAM_LIFE) {
        group->has_life = true;
        group->life = match->arg_count > 0 ? number : match->row->value;
    } else if (match->row->params[0] != PARAM_AGEOUT && match->row->params[0] != PARAM_RECURRING) {
        group->start =
            match->row->params[0] == PARAM_START ? match->row->value : IMPORT_START_SPREAD;
    }
}

static enum import_fate read_group(struct import_device *device, struct group *group,
                                   const struct import_line *line, size_t at)
{
    enum import_fate fate = FATE_TURNED;
    while (at < line->count && !import_is_comment(line, at)) {
        struct import_match match = import_match(&import_group, line, at, false);
        if (match.state != MATCH_OK) {
            match = import_match(&import_schedule, line, at, false);
        }
        if (match.state != MATCH_OK) {
            return unknown_word(device, -1, line, at);
        }
        if (match.row->fate == FATE_UNSUPPORTED) {
            import_say_instead(device, -1, line, match.row->why, match.row->instead);
            fate = FATE_UNSUPPORTED;
        }
        take_group_word(group, &match, line);
        at = match.end;
    }
    return fate;
}

enum import_fate import_group_words(struct import_device *device, const struct import_line *line,
                                    size_t at, bool is_negated)
{
    struct import_match change = import_match(&import_group, line, at, false);
    if (is_negated || at >= line->count ||
        (change.state == MATCH_OK &&
         (change.row->fate == FATE_TURNED || change.row->fate == FATE_REFUSED))) {
        import_say(device, -1, line, FATE_REFUSED,
                   "changes a group at the router's prompt; the group as it is then counts");
        return FATE_REFUSED;
    }
    struct group *group = mem_alloc(1, sizeof *group);
    enum import_fate fate = FATE_REFUSED;
    group->start = IMPORT_START_PENDING;
    if (!read_members(device, group, line->word[at], line)) {
        import_say(device, -1, line, FATE_REFUSED, "the list of operations cannot be read");
    } else {
        fate = read_group(device, group, line, at + 1);
        for (size_t k = 0; k < group->count; k++) {
            schedule_member(device, group, k, line->number);
        }
    }
    free(group);
    return fate;
}
