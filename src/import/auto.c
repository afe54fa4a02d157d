/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/auto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/mem.h"
#include "import/global.h"

#define LISTS_MAX 16
#define PARTS_MAX 1000
#define MEMBERS_MAX 4000 /* operations of one group */
#define TRIES_MAX 100000 /* endpoints of all groups together */

enum part { PART_TEMPLATE, PART_SCHEDULE, PART_GROUP, PART_ENDPOINTS };

/* One block. Values of templates and schedules are kept in an entry that is no operation. */
struct import_auto {
    enum part part;
    const char *name;
    int entry; /* -1: it has none */
    int64_t interval_ms; /* of a schedule, between two operations */
    const char *lists[LISTS_MAX]; /* endpoints as written; of a group its templates */
    int64_t ports[LISTS_MAX];
    size_t list_count;
    const char *schedule, *destination; /* of a group */
    unsigned line;
};

static const struct {
    const char *words;
    enum part part;
} parts[] = {
    {"auto template type ip", PART_TEMPLATE},
    {"auto schedule", PART_SCHEDULE},
    {"auto group type ip", PART_GROUP},
    {"endpoint-list type ip", PART_ENDPOINTS},
};

static struct import_auto *add(struct import_reader *reader, enum part part)
{
    if (reader->auto_count >= PARTS_MAX) {
        return NULL;
    }
    if ((reader->auto_count & (reader->auto_count - 1)) == 0) {
        size_t room = reader->auto_count == 0 ? 1 : reader->auto_count * 2;
        reader->autos = mem_resize(reader->autos, room, sizeof *reader->autos);
    }
    struct import_auto *made = &reader->autos[reader->auto_count++];
    *made = (struct import_auto){.part = part, .entry = -1, .interval_ms = 1000};
    return made;
}

static void add_recipe(struct import_device *device, struct import_auto *made, unsigned line)
{
    made->entry = import_add_entry(device, made->name, line, true);
    if (made->entry >= 0) {
        device->entries[made->entry].is_refused = false;
        device->entries[made->entry].is_recipe = true;
    }
}

enum import_fate import_auto_begin(struct import_reader *reader, const struct import_line *line,
                                   size_t at)
{
    struct import_device *device = &reader->device;
    size_t end = 0, row = 0;
    while (row < sizeof parts / sizeof parts[0] &&
           (end = import_words_are(line, at, parts[row].words)) == 0) {
        row++;
    }
    reader->mode = MODE_BLOCK;
    bool is_template = end > 0 && parts[row].part == PART_TEMPLATE;
    if (end == 0 || end + is_template >= line->count) {
        return FATE_UNSUPPORTED;
    }
    struct import_auto *made = add(reader, parts[row].part);
    if (made == NULL) {
        return FATE_UNSUPPORTED;
    }
    reader->mode = MODE_AUTO;
    made->name = import_keep(device, line->word[end + is_template]);
    made->line = line->number;
    if (made->part == PART_TEMPLATE || made->part == PART_SCHEDULE) {
        add_recipe(device, made, line->number);
    }
    for (enum import_kind kind = KIND_ICMP_ECHO; is_template && kind <= KIND_TCP_CONNECT; kind++) {
        if (made->entry >= 0 && import_word_is(line->word[end], import_kind_row(kind)->name)) {
            device->entries[made->entry].kind = kind;
        }
    }
    return FATE_TURNED;
}

/* A parameter of a template or a schedule. */
static bool take_value(struct import_reader *reader, struct import_auto *part,
                       const struct import_line *line, size_t at)
{
    static const struct import_table *const tables[] = {&import_lines, &import_options,
                                                        &import_schedule};
    struct import_device *device = &reader->device;
    for (size_t i = 0; part->entry >= 0 && i < sizeof tables / sizeof tables[0]; i++) {
        struct import_match match = import_match(tables[i], line, at, false);
        if (match.state == MATCH_OK) {
            enum import_fate fate = import_apply(device, part->entry, &match, line, false);
            import_count(device, part->entry, line->number, fate);
            return true;
        }
    }
    return false;
}

/* A line that names other parts. */
static bool take_name(struct import_device *device, struct import_auto *part,
                      const struct import_line *line, size_t at)
{
    const char *word = line->word[at];
    const char *last = import_keep(device, line->word[line->count - 1]);
    bool is_group = part->part == PART_GROUP && at + 1 < line->count;
    bool has_room = part->list_count < LISTS_MAX;
    if (is_group && strcasecmp(word, "schedule") == 0) {
        part->schedule = last;
    } else if (is_group && strcasecmp(word, "destination") == 0) {
        part->destination = last;
    } else if (is_group && strcasecmp(word, "template") == 0 && has_room) {
        part->lists[part->list_count++] = last;
    } else if (part->part == PART_ENDPOINTS && strcasecmp(word, "ip-address") == 0 && has_room &&
               at + 1 < line->count) {
        import_number(last, &part->ports[part->list_count]);
        part->lists[part->list_count++] = import_keep(device, line->word[at + 1]);
    } else if (part->part == PART_SCHEDULE && strcasecmp(word, "probe-interval") == 0) {
        import_number(last, &part->interval_ms);
    } else {
        return part->part == PART_TEMPLATE && strcasecmp(word, "parameters") == 0;
    }
    return true;
}

bool import_auto_line(struct import_reader *reader, const struct import_line *line, size_t at)
{
    struct import_device *device = &reader->device;
    if (reader->mode != MODE_AUTO) {
        return false;
    }
    struct import_auto *part = &reader->autos[reader->auto_count - 1];
    if (take_name(device, part, line, at)) {
        import_count(device, part->entry, line->number, FATE_TURNED);
        return true;
    }
    if (take_value(reader, part, line, at)) {
        return true;
    }
    if (line->indent <= reader->indent) {
        return false;
    }
    import_say(device, part->entry, line, FATE_UNSUPPORTED, "not known");
    import_count(device, part->entry, line->number, FATE_UNSUPPORTED);
    return true;
}

/* ---- operations ---- */

static const struct import_auto *find(const struct import_reader *reader, enum part part,
                                      const char *name)
{
    for (size_t i = 0; name != NULL && i < reader->auto_count; i++) {
        if (reader->autos[i].part == part && strcmp(reader->autos[i].name, name) == 0) {
            return &reader->autos[i];
        }
    }
    return NULL;
}

struct making {
    struct import_reader *reader;
    const struct import_auto *group, *plan, *recipe;
    size_t count; /* of operations of the group */
    size_t *tries;
};

static void override(struct import_device *device, int entry, int plan, enum import_param param)
{
    if (device->entries[plan].values[param].is_set) {
        device->entries[entry].values[param] = device->entries[plan].values[param];
    }
}

static void make_one(struct making *making, const char *address, int64_t port)
{
    struct import_device *device = &making->reader->device;
    char id[300];
    snprintf(id, sizeof id, "%.80s-%.80s-%.80s", making->group->name, making->recipe->name,
             address);
    if (making->count >= MEMBERS_MAX || import_find_entry(device, id) >= 0 ||
        ++*making->tries > TRIES_MAX) {
        return;
    }
    int entry = import_add_entry(device, id, making->group->line, false);
    if (entry < 0) {
        return;
    }
    const struct import_entry *recipe = &device->entries[making->recipe->entry];
    struct import_value host = {.text = address, .line = making->group->line};
    struct import_value number = {.number = port, .line = making->group->line};
    memcpy(device->entries[entry].values, recipe->values, sizeof recipe->values);
    device->entries[entry].kind = recipe->kind;
    import_set(device, entry, PARAM_HOST, &host);
    if (port > 0 && recipe->kind != KIND_ICMP_ECHO && recipe->kind != KIND_ICMP_JITTER) {
        import_set(device, entry, PARAM_PORT, &number);
    }
    if (making->plan != NULL && making->plan->entry >= 0) {
        import_begin_schedule(device, entry, making->plan->line);
        override(device, entry, making->plan->entry, PARAM_FREQUENCY);
        override(device, entry, making->plan->entry, PARAM_LIFE);
        override(device, entry, making->plan->entry, PARAM_START);
        struct import_value *start = &device->entries[entry].values[PARAM_START];
        if (start->number != IMPORT_START_PENDING) {
            int64_t after_ms = (int64_t)making->count * making->plan->interval_ms;
            start->number = IMPORT_START_AFTER(after_ms / 1000);
        }
    }
    making->count++;
}

/* "192.0.2.1", "192.0.2.1-9", "192.0.2.1-192.0.2.9", each of a list with commas. */
static void make_range(struct making *making, const char *text, int64_t port)
{
    char word[ADDR_TEXT_MAX * 2];
    struct addr first, last;
    char address[ADDR_TEXT_MAX];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ","), text);
    char *dash = strchr(word, '-');
    if (dash != NULL) {
        *dash = '\0';
    }
    if (!addr_parse_ip(word, &first)) {
        make_one(making, word, port);
        return;
    }
    last = first;
    if (dash != NULL && first.family == ADDR_IPV4 && !addr_parse_ip(dash + 1, &last)) {
        last.ip[3] = (uint8_t)strtoul(dash + 1, NULL, 10);
    }
    for (unsigned octet = first.ip[3]; octet <= last.ip[3] || octet == first.ip[3]; octet++) {
        struct addr each = first;
        each.ip[3] = (uint8_t)octet;
        make_one(making, addr_format_ip(dash != NULL ? &each : &first, address), port);
        if (dash == NULL || first.family != ADDR_IPV4) {
            break;
        }
    }
}

static void make_list(struct making *making, const struct import_auto *endpoints)
{
    for (size_t i = 0; i < endpoints->list_count; i++) {
        for (const char *at = endpoints->lists[i]; at != NULL && *making->tries <= TRIES_MAX;) {
            make_range(making, at, endpoints->ports[i]);
            at = strchr(at, ',');
            at = at != NULL ? at + 1 : NULL;
        }
    }
}

static void make_group(struct import_reader *reader, const struct import_auto *group, size_t *tries)
{
    struct import_device *device = &reader->device;
    const struct import_auto *endpoints = find(reader, PART_ENDPOINTS, group->destination);
    struct making making = {.tries = tries,
                            .reader = reader,
                            .group = group,
                            .plan = find(reader, PART_SCHEDULE, group->schedule)};
    for (size_t i = 0; endpoints != NULL && i < group->list_count; i++) {
        making.recipe = find(reader, PART_TEMPLATE, group->lists[i]);
        if (making.recipe != NULL && making.recipe->entry >= 0) {
            make_list(&making, endpoints);
        }
    }
    if (making.count == 0) {
        struct import_note note = {.fate = FATE_REFUSED,
                                   .line = group->line,
                                   .entry = -1,
                                   .is_remark = true,
                                   .text = group->name,
                                   .why = "the group has no template or no endpoints in the file"};
        import_note_add(device, &note);
    }
}

void import_auto_end(struct import_reader *reader)
{
    size_t tries = 0;
    for (size_t i = 0; i < reader->auto_count; i++) {
        if (reader->autos[i].part == PART_GROUP) {
            make_group(reader, &reader->autos[i], &tries);
        }
    }
    free(reader->autos);
    reader->autos = NULL;
    reader->auto_count = 0;
}
