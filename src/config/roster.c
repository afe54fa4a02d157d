/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/roster.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/packet_rate.h"

#define PORT_HEADS 4096
#define END SIZE_MAX

struct entry {
    const struct spec *spec;
    const char *file;
    size_t next_name, next_port; /* with the same head; END: none */
};

struct roster {
    struct entry *entries;
    size_t count, capacity;
    uint64_t rate; /* packets a second */
    size_t *names; /* heads by hash, as many as the capacity */
    size_t ports[PORT_HEADS];
};

static void fill(size_t *heads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        heads[i] = END;
    }
}

struct roster *roster_new(void)
{
    struct roster *roster = mem_alloc(1, sizeof *roster);
    fill(roster->ports, PORT_HEADS);
    return roster;
}

void roster_free(struct roster *roster)
{
    free(roster->entries);
    free(roster->names);
    free(roster);
}

static size_t *name_head(const struct roster *roster, const struct spec *spec)
{
    return &roster->names[spec_hash(spec) & (roster->capacity - 1)];
}

static void link_name(struct roster *roster, size_t index)
{
    size_t *head = name_head(roster, roster->entries[index].spec);
    roster->entries[index].next_name = *head;
    *head = index;
}

static void grow(struct roster *roster)
{
    roster->capacity = roster->capacity == 0 ? 64 : roster->capacity * 2;
    roster->entries = mem_resize(roster->entries, roster->capacity, sizeof *roster->entries);
    roster->names = mem_resize(roster->names, roster->capacity, sizeof *roster->names);
    fill(roster->names, roster->capacity);
    for (size_t i = 0; i < roster->count; i++) {
        link_name(roster, i);
    }
}

static void add(struct roster *roster, const struct spec *spec, const char *file)
{
    if (roster->count == roster->capacity) {
        grow(roster);
    }
    size_t index = roster->count++;
    size_t *port = &roster->ports[spec->path.source.port % PORT_HEADS];
    roster->entries[index] = (struct entry){.spec = spec, .file = file, .next_port = *port};
    link_name(roster, index);
    if (spec->path.source.port != 0) {
        *port = index;
    }
}

void roster_add(struct roster *roster, const struct spec_set *targets, const char *file)
{
    for (size_t i = 0; i < targets->count; i++) {
        add(roster, targets->specs[i], file);
    }
    roster->rate += packet_rate(targets);
}

uint64_t roster_rate(const struct roster *roster, const struct spec_set *more)
{
    return roster->rate + packet_rate(more);
}

size_t roster_count(const struct roster *roster)
{
    return roster->count;
}

const char *roster_find_name(const struct roster *roster, const struct spec *spec)
{
    size_t at = roster->capacity == 0 ? END : *name_head(roster, spec);
    while (at != END && strcmp(roster->entries[at].spec->identity.name, spec->identity.name) != 0) {
        at = roster->entries[at].next_name;
    }
    return at == END ? NULL : roster->entries[at].file;
}

/* As check_claims has it. */
static bool do_collide(const struct spec *a, const struct spec *b)
{
    const char *device = a->path.options.device, *other = b->path.options.device;
    bool is_any = a->path.source.family == ADDR_NONE || b->path.source.family == ADDR_NONE;
    bool is_apart = device[0] != '\0' && other[0] != '\0' && strcmp(device, other) != 0;
    return a->path.source.port == b->path.source.port && !is_apart &&
           (is_any || addr_is_same_ip(&a->path.source, &b->path.source));
}

const char *roster_find_source(const struct roster *roster, const struct spec *spec)
{
    size_t at =
        spec->path.source.port == 0 ? END : roster->ports[spec->path.source.port % PORT_HEADS];
    while (at != END && !do_collide(roster->entries[at].spec, spec)) {
        at = roster->entries[at].next_port;
    }
    return at == END ? NULL : roster->entries[at].file;
}
