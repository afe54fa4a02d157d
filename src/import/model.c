/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/node.h"

#define KEPT_BYTES_MAX 1000
#define KEPT_BYTES_OF_DEVICE (64 * 1024 * 1024) /* beyond them texts are empty */

/* Kinds of the index. */
#define ENTRY 'e'
#define TRACK 't'

/* "configs/router1.cfg" is router1. */
static void name_after_file(struct import_device *device)
{
    const char *slash = strrchr(device->file, '/');
    const char *base = slash != NULL ? slash + 1 : device->file;
    size_t length = strcspn(base, ".");
    char *name = tree_alloc(device->memory, length + sizeof "device");
    memcpy(name, base, length);
    bool is_name = length > 0 && strchr(base, ' ') == NULL;
    device->default_name = is_name ? name : "device";
}

void import_device_init(struct import_device *device, const char *file)
{
    *device = (struct import_device){.memory = mem_alloc(1, sizeof(struct tree))};
    device->file = import_keep(device, file);
    name_after_file(device);
}

void import_device_fini(struct import_device *device)
{
    for (size_t i = 0; i < device->entry_count; i++) {
        free(device->entries[i].statements);
    }
    free(device->entries);
    free(device->reactions);
    free(device->tracks);
    free(device->interfaces);
    free(device->dependants);
    free(device->ports);
    free(device->notes);
    import_index_fini(&device->index);
    tree_free(device->memory);
    *device = (struct import_device){0};
}

bool import_device_has_content(const struct import_device *device)
{
    return device->entry_count > 0 || device->note_count > 0 || device->responder_line > 0 ||
           device->track_count > 0 || device->dependant_count > 0 || device->stranger != NULL;
}

const char *import_keep(struct import_device *device, const char *text)
{
    size_t size = strlen(text);
    if (device->kept_bytes > KEPT_BYTES_OF_DEVICE) {
        return "";
    }
    if (size > KEPT_BYTES_MAX) {
        for (size = KEPT_BYTES_MAX; size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80;
             size--) {
        }
    }
    device->kept_bytes += size + 1;
    char *copy = tree_alloc(device->memory, size + 1);
    memcpy(copy, text, size);
    return copy;
}

const char *import_device_name(const struct import_device *device)
{
    return device->name != NULL ? device->name : device->default_name;
}

int import_find_entry(const struct import_device *device, const char *id)
{
    int found = import_index_find(&device->index, ENTRY, id);
    return found >= 0 && !device->entries[found].is_removed ? found : -1;
}

/* A function that appends one zeroed item to an array of the device; NULL when there are `most`. */
#define DEFINE_ADD(member, items, most)                                                            \
    static struct import_##member *add_##member(struct import_device *device)                      \
    {                                                                                              \
        if (device->member##_count >= (most)) {                                                    \
            return NULL;                                                                           \
        }                                                                                          \
        if (device->member##_count == device->member##_room) {                                     \
            device->member##_room = device->member##_room == 0 ? 8 : device->member##_room * 2;    \
            device->items =                                                                        \
                mem_resize(device->items, device->member##_room, sizeof *device->items);           \
        }                                                                                          \
        struct import_##member *item = &device->items[device->member##_count++];                   \
        *item = (struct import_##member){0};                                                       \
        return item;                                                                               \
    }

DEFINE_ADD(entry, entries, IMPORT_ENTRIES_MAX)
DEFINE_ADD(reaction, reactions, IMPORT_OTHERS_MAX)
DEFINE_ADD(track, tracks, IMPORT_OTHERS_MAX)
DEFINE_ADD(interface, interfaces, IMPORT_INTERFACES_MAX)
DEFINE_ADD(dependant, dependants, IMPORT_OTHERS_MAX)
DEFINE_ADD(port, ports, IMPORT_OTHERS_MAX)
DEFINE_ADD(note, notes, IMPORT_NOTES_MAX)

int import_add_entry(struct import_device *device, const char *id, unsigned line, bool is_refused)
{
    struct import_entry *entry = add_entry(device);
    if (entry == NULL) {
        return -1;
    }
    entry->id = import_keep(device, id);
    entry->line = line;
    entry->is_refused = is_refused;
    int index = (int)device->entry_count - 1;
    if (!is_refused) {
        import_index_set(&device->index, ENTRY, id, (uint32_t)index);
    }
    return index;
}

struct import_reaction *import_add_reaction(struct import_device *device, unsigned line)
{
    struct import_reaction *reaction = add_reaction(device);
    if (reaction != NULL) {
        reaction->line = line;
        reaction->upper = reaction->lower = -1;
    }
    return reaction;
}

struct import_track *import_find_track(const struct import_device *device, const char *name)
{
    int found = import_index_find(&device->index, TRACK, name);
    return found >= 0 ? &device->tracks[found] : NULL;
}

struct import_track *import_add_track(struct import_device *device, const char *name, unsigned line)
{
    struct import_track *track = add_track(device);
    if (track != NULL) {
        track->line = line;
        track->name = import_keep(device, name);
        track->up = track->down = -1;
        import_index_set(&device->index, TRACK, name, (uint32_t)device->track_count - 1);
    }
    return track;
}

struct import_interface *import_add_interface(struct import_device *device, const char *name)
{
    struct import_interface *interface = add_interface(device);
    if (interface != NULL) {
        interface->name = import_keep(device, name);
    }
    return interface;
}

struct import_dependant *import_add_dependant(struct import_device *device, unsigned line)
{
    struct import_dependant *dependant = add_dependant(device);
    if (dependant != NULL) {
        dependant->line = line;
    }
    return dependant;
}

struct import_port *import_add_port(struct import_device *device, unsigned line)
{
    struct import_port *port = add_port(device);
    if (port != NULL) {
        port->line = line;
    }
    return port;
}

/* "e0/1", "Ethernet 0/1" and "ethernet0/1" are one interface. */
static bool is_same_interface(const char *full, const char *name)
{
    size_t letters = strcspn(name, " 0123456789");
    size_t full_letters = strcspn(full, " 0123456789");
    const char *number = name + letters + strspn(name + letters, " ");
    const char *full_number = full + full_letters + strspn(full + full_letters, " ");
    return letters > 0 && letters <= full_letters && strncasecmp(full, name, letters) == 0 &&
           strcmp(number, full_number) == 0;
}

const char *import_find_interface(const struct import_device *device, const char *name)
{
    for (size_t i = 0; i < device->interface_count; i++) {
        const struct import_interface *interface = &device->interfaces[i];
        bool is_it = is_same_interface(interface->name, name) ||
                     (interface->nameif != NULL && strcmp(interface->nameif, name) == 0);
        if (is_it && interface->address != NULL) {
            return interface->address;
        }
    }
    return NULL;
}

void import_count(struct import_device *device, int index, unsigned line, enum import_fate fate)
{
    struct import_entry *entry = index >= 0 ? &device->entries[index] : NULL;
    if (entry == NULL || entry->statement_count >= IMPORT_STATEMENTS_MAX) {
        (entry != NULL ? entry->fates : device->fates)[fate]++;
        return;
    }
    bool is_full = (entry->statement_count & (entry->statement_count - 1)) == 0;
    if (is_full) { /* 0, 1, 2, 4, 8, ... */
        size_t room = entry->statement_count < 4 ? 8 : entry->statement_count * 2;
        entry->statements = mem_resize(entry->statements, room, sizeof *entry->statements);
    }
    entry->statements[entry->statement_count++] = (struct import_statement){line, fate};
}

void import_recount(struct import_device *device, int index, unsigned line, enum import_fate fate)
{
    struct import_entry *entry = &device->entries[index];
    for (size_t i = 0; i < entry->statement_count; i++) {
        struct import_statement *statement = &entry->statements[i];
        bool is_good = statement->fate == FATE_MAPPED || statement->fate == FATE_KEPT ||
                       statement->fate == FATE_TURNED;
        if (statement->line == line && is_good) {
            statement->fate = fate;
        }
    }
}

void import_recount_all(struct import_device *device, int index, enum import_fate fate)
{
    struct import_entry *entry = &device->entries[index];
    unsigned rest = 0;
    for (size_t i = 0; i < entry->statement_count; i++) {
        entry->statements[i].fate = fate;
    }
    for (enum import_fate other = 0; other < FATE_COUNT; other++) {
        rest += entry->fates[other];
        entry->fates[other] = 0;
    }
    entry->fates[fate] = rest;
}

void import_note_add(struct import_device *device, const struct import_note *note)
{
    struct import_note *copy = add_note(device);
    if (copy == NULL) {
        device->unlisted++;
        return;
    }
    *copy = *note;
    copy->text = import_keep(device, note->text != NULL ? note->text : "");
    copy->why = import_keep(device, note->why != NULL ? note->why : "");
}

unsigned import_entry_count(const struct import_entry *entry, enum import_fate fate)
{
    unsigned count = entry->fates[fate];
    for (size_t i = 0; i < entry->statement_count; i++) {
        count += entry->statements[i].fate == fate;
    }
    return count;
}

unsigned import_device_count(const struct import_device *device, enum import_fate fate)
{
    unsigned count = device->fates[fate];
    for (size_t i = 0; i < device->entry_count; i++) {
        count += import_entry_count(&device->entries[i], fate);
    }
    return count;
}
