/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The reader of IOS XR: sections within `ipsla`, nested, closed by `!`; or "formal", all words on
 * each line. Which section a line belongs to follows from its words, not from its depth, since
 * nested blocks end before further keys of the section around them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import/global.h"

enum section {
    SECTION_TOP,
    SECTION_OPERATION,
    SECTION_SCHEDULE,
    SECTION_REACTION,
    SECTION_RESPONDER
};

static const struct import_table *const tables[] = {[SECTION_TOP] = &import_xr_top,
                                                    [SECTION_OPERATION] = &import_xr_operation,
                                                    [SECTION_SCHEDULE] = &import_xr_schedule,
                                                    [SECTION_REACTION] = &import_xr_reaction,
                                                    [SECTION_RESPONDER] = &import_xr_responder};

/* What a line has come to so far. */
struct progress {
    enum import_fate fate;
    int entry; /* of which it is a statement; -1: of the device */
};

static int named_entry(struct import_reader *reader, const struct import_match *match,
                       const struct import_line *line, struct progress *progress)
{
    int entry = import_find_entry(&reader->device, line->word[match->args[0]]);
    if (entry < 0) {
        import_say(&reader->device, -1, line, FATE_REFUSED,
                   "no such operation: the router drops it");
        progress->fate = FATE_REFUSED;
    }
    reader->entry = entry;
    progress->entry = entry;
    return entry;
}

static void begin_operation(struct import_reader *reader, const char *id, unsigned line,
                            struct progress *progress)
{
    int entry = import_find_entry(&reader->device, id);
    if (entry < 0) {
        entry = import_add_entry(&reader->device, id, line, false);
    }
    reader->entry = entry;
    reader->xr_section = SECTION_OPERATION;
    progress->entry = entry;
    progress->fate = entry < 0 ? FATE_UNSUPPORTED : FATE_MAPPED;
}

/* "no operation N", "no schedule operation N"; of the others nothing remains to be taken back. */
static void take_back(struct import_device *device, const struct import_match *match,
                      const struct import_line *line)
{
    int entry = match->arg_count > 0 ? import_find_entry(device, line->word[match->args[0]]) : -1;
    if (entry >= 0 && match->row->action == ACTION_ENTRY) {
        device->entries[entry].is_removed = true;
    } else if (entry >= 0 && match->row->action == ACTION_SCHEDULE) {
        device->entries[entry].is_scheduled = false;
    }
}

/* A row of the top table opens a section, or stands for itself. */
static void take_top(struct import_reader *reader, const struct import_match *match,
                     const struct import_line *line, struct progress *progress, bool is_negated)
{
    struct import_device *device = &reader->device;
    progress->fate = is_negated ? FATE_MAPPED : match->row->fate;
    progress->entry = -1;
    if (is_negated) {
        take_back(device, match, line);
        return;
    }
    switch (match->row->action) {
    case ACTION_ENTRY:
        begin_operation(reader, line->word[match->args[0]], line->number, progress);
        break;
    case ACTION_SCHEDULE:
        reader->xr_section = SECTION_SCHEDULE;
        if (named_entry(reader, match, line, progress) >= 0 &&
            !device->entries[reader->entry].is_scheduled) {
            import_begin_schedule(device, reader->entry, line->number);
        }
        break;
    case ACTION_REACTION:
        named_entry(reader, match, line, progress);
        reader->xr_section = SECTION_REACTION;
        reader->reaction = -1;
        break;
    case ACTION_RESPONDER:
        reader->xr_section = SECTION_RESPONDER;
        device->responder_line = line->number;
        break;
    case ACTION_KEY_CHAIN:
        device->key_line = line->number;
        break;
    default:
        reader->xr_section = SECTION_TOP;
        import_say_instead(device, -1, line, match->row->why, match->row->instead);
        break;
    }
}

static void take_reaction(struct import_reader *reader, const struct import_match *match,
                          const struct import_line *line, struct progress *progress)
{
    struct import_device *device = &reader->device;
    bool is_element = strchr("ePJ", (int)match->row->value) != NULL;
    if (reader->entry >= 0 && (is_element || reader->reaction < 0)) {
        struct import_reaction *made = import_add_reaction(device, line->number);
        reader->reaction = made == NULL ? -1 : (int)device->reaction_count - 1;
        if (made != NULL) {
            made->id = device->entries[reader->entry].id;
            made->entry = reader->entry;
            made->type = "immediate";
        }
    }
    if (reader->reaction >= 0) {
        import_reaction_apply(device, reader->reaction, match, line);
    }
    progress->fate = import_worse(progress->fate, match->row->fate);
}

static void take_responder(struct import_reader *reader, const struct import_match *match,
                           const struct import_line *line, struct progress *progress)
{
    struct import_device *device = &reader->device;
    progress->fate = import_worse(progress->fate, match->row->fate);
    if (match->row->action != ACTION_PORT) {
        import_say_instead(device, -1, line, match->row->why, match->row->instead);
        return;
    }
    struct import_port *port = import_add_port(device, line->number);
    if (port != NULL) {
        port->kind = KIND_UDP_ECHO;
        port->address = import_keep(device, line->word[match->args[0]]);
        import_number(line->word[match->args[1]], &port->port);
    }
}

/* A row of the section at hand. */
static void take_row(struct import_reader *reader, const struct import_match *match,
                     const struct import_line *line, struct progress *progress, bool is_negated)
{
    struct import_device *device = &reader->device;
    progress->entry = reader->xr_section == SECTION_RESPONDER ? -1 : reader->entry;
    if (reader->xr_section == SECTION_REACTION) {
        take_reaction(reader, match, line, progress);
    } else if (reader->xr_section == SECTION_RESPONDER) {
        take_responder(reader, match, line, progress);
    } else if (reader->entry < 0) {
        progress->fate = FATE_REFUSED;
    } else {
        bool is_time =
            reader->xr_section == SECTION_SCHEDULE && match->row->params[0] == PARAM_NONE;
        if (is_time) {
            struct import_value start = {.line = line->number, .number = IMPORT_START_SPREAD};
            import_set(device, reader->entry, PARAM_START, &start);
        }
        enum import_fate fate = import_apply(device, reader->entry, match, line, is_negated);
        progress->fate = import_worse(progress->fate, fate);
    }
}

static bool can_begin(const struct import_line *line, size_t at)
{
    static const char *const words[] = {"operation",    "schedule",  "reaction",
                                        "responder",    "key-chain", "low-memory",
                                        "hw-timestamp", "mpls",      "server"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(line->word[at], words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Takes the words from `at` on; false: the first of them are no statement of `ipsla`. */
static bool take_words(struct import_reader *reader, const struct import_line *line, size_t at,
                       bool is_negated)
{
    struct import_device *device = &reader->device;
    struct progress progress = {.fate = FATE_MAPPED, .entry = -1};
    bool is_any = at >= line->count; /* "ipsla" alone */
    while (at < line->count && !import_is_comment(line, at)) {
        struct import_match match = import_match(tables[reader->xr_section], line, at, is_negated);
        bool is_top = false;
        if (match.state != MATCH_OK && can_begin(line, at)) {
            match = import_match(&import_xr_top, line, at, false);
            is_top = match.state == MATCH_OK;
        }
        if (match.state != MATCH_OK) {
            bool is_known = match.state != MATCH_NONE || is_any || line->indent > reader->indent;
            if (!is_known) {
                return false;
            }
            progress.entry = reader->xr_section == SECTION_RESPONDER ? -1 : reader->entry;
            progress.fate = FATE_UNSUPPORTED;
            if (match.state != MATCH_NONE) {
                progress.fate = import_fault(device, progress.entry, &match, line);
            } else {
                import_say(device, progress.entry, line, FATE_UNSUPPORTED, "not known");
            }
            break;
        }
        if (is_top || reader->xr_section == SECTION_TOP) {
            take_top(reader, &match, line, &progress, is_negated);
        } else {
            take_row(reader, &match, line, &progress, is_negated);
        }
        is_any = true;
        at = match.end;
    }
    import_count(device, progress.entry, line->number, progress.fate);
    return true;
}

bool import_xr_line(struct import_reader *reader, const struct import_line *line)
{
    bool is_negated = strcasecmp(line->word[0], "no") == 0 && line->count > 1;
    size_t at = is_negated ? 1 : 0;
    if (strcasecmp(line->word[at], "ipsla") == 0) {
        reader->device.dialect = "xr";
        reader->is_xr = true;
        reader->mode = MODE_NONE;
        reader->indent = line->indent;
        reader->xr_section = SECTION_TOP;
        reader->entry = reader->reaction = -1;
        return take_words(reader, line, at + 1, is_negated);
    }
    if (!reader->is_xr || line->count <= at) {
        return false;
    }
    if (line->indent <= reader->indent && line->prompt[0] == '\0' && !can_begin(line, at) &&
        reader->xr_section == SECTION_TOP) {
        reader->is_xr = false;
        return false;
    }
    if (!take_words(reader, line, at, is_negated)) {
        reader->is_xr = false;
        return false;
    }
    return true;
}
