/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/global.h"

#include "import/auto.h"
#include "import/session_entry.h"

#include <stdio.h>
#include <string.h>

#define UNKNOWN "no such operation: the router drops it"

/* The operation that a command names by number; -1 after a note. */
static int entry_of(struct import_reader *reader, const struct import_match *match,
                    const struct import_line *line)
{
    int entry = import_find_entry(&reader->device, line->word[match->args[0]]);
    if (entry < 0) {
        import_say(&reader->device, -1, line, FATE_REFUSED, UNKNOWN);
    }
    return entry;
}

/* ---- entries ---- */

static enum import_fate remove_entry(struct import_device *device, const char *id,
                                     const struct import_line *line)
{
    int entry = import_find_entry(device, id);
    if (entry < 0) {
        import_say(device, -1, line, FATE_REFUSED, UNKNOWN);
        return FATE_REFUSED;
    }
    device->entries[entry].is_removed = true;
    return FATE_MAPPED;
}

/* Opens the operation again, if the router would. */
static void reopen(struct import_reader *reader, int entry, const struct import_line *line)
{
    struct import_device *device = &reader->device;
    if (!device->entries[entry].is_scheduled) {
        reader->entry = entry;
        import_count(device, entry, line->number, FATE_MAPPED);
        return;
    }
    import_say(device, -1, line, FATE_REFUSED,
               "the number is in use and scheduled: the router keeps the first operation");
    import_count(device, -1, line->number, FATE_REFUSED);
    reader->entry = -1;
}

static void begin_entry(struct import_reader *reader, const struct import_line *line, size_t at,
                        size_t end)
{
    struct import_device *device = &reader->device;
    const char *id = line->word[at];
    int entry = import_find_entry(device, id);
    reader->mode = MODE_ENTRY;
    if (entry >= 0) {
        reopen(reader, entry, line);
        return;
    }
    reader->entry = import_add_entry(device, id, line->number, false);
    if (reader->entry < 0) {
        import_say(device, -1, line, FATE_UNSUPPORTED, "too many operations on one device");
        import_count(device, -1, line->number, FATE_UNSUPPORTED);
        return;
    }
    bool is_all = end >= line->count || import_is_comment(line, end);
    if (!is_all) {
        import_say(device, reader->entry, line, FATE_UNSUPPORTED, "not known behind the number");
    }
    import_count(device, reader->entry, line->number, is_all ? FATE_MAPPED : FATE_UNSUPPORTED);
}

/* ---- what is said about an operation ---- */

static void schedule(struct import_reader *reader, const struct import_match *match,
                     const struct import_line *line, bool is_negated)
{
    struct import_device *device = &reader->device;
    int entry = entry_of(reader, match, line);
    if (entry < 0) {
        import_count(device, -1, line->number, FATE_REFUSED);
        return;
    }
    if (reader->is_legacy && match->end == line->count && !is_negated &&
        import_words_are(line, 0, "ip sla monitor") > 0) {
        device->stranger = "another vendor, whose schedules have no words";
    }
    enum import_fate fate = FATE_MAPPED;
    if (is_negated) {
        device->entries[entry].is_scheduled = false;
    } else {
        import_begin_schedule(device, entry, line->number);
        fate =
            import_worse(match->row->fate, import_schedule_words(device, entry, line, match->end));
    }
    import_count(device, entry, line->number, fate);
}

static void remove_reactions(struct import_device *device, int entry)
{
    bool has_any = device->entries[entry].has_reactions;
    device->entries[entry].has_reactions = false;
    for (size_t i = 0; has_any && i < device->reaction_count; i++) {
        if (device->reactions[i].entry == entry) {
            device->reactions[i].type = "never";
        }
    }
}

static void reaction(struct import_reader *reader, const struct import_match *match,
                     const struct import_line *line, bool is_negated)
{
    struct import_device *device = &reader->device;
    int entry = entry_of(reader, match, line);
    enum import_fate fate = entry < 0 ? FATE_REFUSED : FATE_TURNED;
    if (entry >= 0 && is_negated) {
        remove_reactions(device, entry);
        fate = FATE_MAPPED;
    } else if (entry >= 0) {
        struct import_reaction *made = import_add_reaction(device, line->number);
        reader->reaction = made == NULL ? -1 : (int)device->reaction_count - 1;
        reader->mode = MODE_REACTION;
        reader->entry = entry;
        if (made != NULL) {
            made->id = device->entries[entry].id;
            made->entry = entry;
            device->entries[entry].has_reactions = true;
            fate = import_worse(fate,
                                import_reaction_words(device, reader->reaction, line, match->end));
        }
    }
    import_count(device, entry, line->number, fate);
}

static void group(struct import_reader *reader, const struct import_match *match,
                  const struct import_line *line, bool is_negated)
{
    enum import_fate fate = import_group_words(&reader->device, line, match->end, is_negated);
    import_count(&reader->device, -1, line->number, fate);
}

/* ---- the device as a responder ---- */

static const char *word_behind(const struct import_line *line, size_t at, const char *keyword)
{
    for (; at + 1 < line->count; at++) {
        if (strcmp(line->word[at], keyword) == 0) {
            return line->word[at + 1];
        }
    }
    return NULL;
}

static enum import_fate add_port(struct import_device *device, const struct import_match *match,
                                 const struct import_line *line)
{
    bool is_light = match->row->kind == KIND_TWAMP_LIGHT;
    const char *address = word_behind(line, 0, is_light ? "local-ip" : "ipaddress");
    const char *port = word_behind(line, 0, is_light ? "local-port" : "port");
    int64_t number = 0;
    if (port == NULL || !import_number(port, &number) || number < 1 || number > UINT16_MAX) {
        import_say(device, -1, line, FATE_REFUSED, "the port is missing");
        return FATE_REFUSED;
    }
    struct import_port *made = import_add_port(device, line->number);
    if (made != NULL) {
        address = address != NULL || is_light ? address : word_behind(line, match->end, "ip");
        bool is_tcp = strstr(match->row->pattern, "tcp") != NULL;
        made->kind = is_light ? KIND_TWAMP_LIGHT : is_tcp ? KIND_TCP_CONNECT : KIND_UDP_ECHO;
        made->address = address != NULL ? import_keep(device, address) : NULL;
        made->port = number;
    }
    return FATE_TURNED;
}

static void about_device(struct import_reader *reader, const struct import_match *match,
                         const struct import_line *line, size_t at, bool is_negated)
{
    struct import_device *device = &reader->device;
    enum import_fate fate = is_negated ? FATE_MAPPED : match->row->fate;
    switch (match->row->action) {
    case ACTION_RESPONDER:
        device->responder_line = is_negated ? 0 : line->number;
        break;
    case ACTION_PORT:
        fate = is_negated ? fate : add_port(device, match, line);
        break;
    case ACTION_KEY_CHAIN:
        device->key_line = is_negated ? 0 : line->number;
        break;
    case ACTION_AUTO:
        fate = is_negated ? fate : import_auto_begin(reader, line, at);
        break;
    case ACTION_BLOCK:
        reader->mode = MODE_BLOCK;
        break;
    case ACTION_SERVER:
        reader->mode = MODE_SERVER;
        if (!is_negated) {
            import_session_port(device, KIND_TWAMP_SESSION, line, NULL);
        }
        break;
    default:
        break;
    }
    if (fate == FATE_UNSUPPORTED) {
        import_say_instead(device, -1, line, match->row->why, match->row->instead);
    } else if (fate == FATE_REFUSED && match->row->action != ACTION_PORT) {
        import_say(device, -1, line, fate, match->row->why);
    }
    import_count(device, -1, line->number, fate);
}

static void fault(struct import_reader *reader, const struct import_match *match,
                  const struct import_line *line)
{
    struct import_device *device = &reader->device;
    enum import_fate fate = FATE_UNSUPPORTED;
    if (match->state == MATCH_NONE) {
        bool is_template = import_is_placeholder(line->text);
        import_say(device, -1, line, fate,
                   is_template ? "a template, not a configuration" : "not known");
        /* The lines below it belong to it. */
        reader->mode = MODE_BLOCK;
    } else {
        fate = import_fault(device, -1, match, line);
    }
    import_count(device, -1, line->number, fate);
}

void import_global(struct import_reader *reader, const struct import_line *line, size_t at,
                   bool is_negated)
{
    struct import_match match = import_match(&import_globals, line, at, is_negated);
    if (match.state != MATCH_OK || (match.arg_count == 0 && strchr(match.row->pattern, 'N'))) {
        fault(reader, &match, line);
        return;
    }
    switch (match.row->action) {
    case ACTION_ENTRY:
        if (is_negated) {
            import_count(&reader->device, -1, line->number,
                         remove_entry(&reader->device, line->word[at], line));
        } else {
            begin_entry(reader, line, at, match.end);
        }
        break;
    case ACTION_SCHEDULE:
        schedule(reader, &match, line, is_negated);
        break;
    case ACTION_REACTION:
        reaction(reader, &match, line, is_negated);
        break;
    case ACTION_GROUP:
        group(reader, &match, line, is_negated);
        break;
    default:
        about_device(reader, &match, line, at, is_negated);
    }
}
