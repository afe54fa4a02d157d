/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Tracks, features of NX-OS, and blocks that are not supported as a whole. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import/global.h"
#include "import/session_entry.h"

static void set_track(struct import_device *device, struct import_track *track,
                      const struct import_match *match, const struct import_line *line)
{
    track->kind = match->row->action;
    if (match->arg_count > 0) {
        track->id = import_keep(device, line->word[match->args[0]]);
    }
}

/* Rest of a track's line; its fate. */
static enum import_fate rest_of_track(struct import_device *device, const struct import_line *line,
                                      const struct import_match *match)
{
    if (match->end < line->count && !import_is_comment(line, match->end)) {
        char why[128];
        snprintf(why, sizeof why, "'%.60s' is not known here", line->word[match->end]);
        import_say(device, -1, line, FATE_UNSUPPORTED, why);
        return FATE_UNSUPPORTED;
    }
    return match->row->fate;
}

static struct import_track *open_track(struct import_reader *reader, const char *name,
                                       unsigned line)
{
    struct import_device *device = &reader->device;
    struct import_track *track = import_find_track(device, name);
    track = track != NULL ? track : import_add_track(device, name, line);
    reader->track = track == NULL ? -1 : (int)(track - device->tracks);
    return track;
}

/* "track N ..." at the left edge. */
static bool begin_track(struct import_reader *reader, const struct import_line *line, size_t at,
                        bool is_negated)
{
    struct import_device *device = &reader->device;
    struct import_match match = import_match(&import_track, line, at + 2, false);
    const char *name = line->word[at + 1];
    bool is_ours = match.state == MATCH_OK;
    if (is_negated) {
        struct import_track *track = import_find_track(device, name);
        bool is_known = track != NULL && track->kind != ACTION_TRACK_OTHER;
        if (is_known) {
            track->kind = ACTION_TRACK_OTHER;
            import_count(device, -1, line->number, FATE_MAPPED);
        }
        return is_known;
    }
    bool is_template =
        import_is_placeholder(line->text) &&
        (strstr(line->text, " ip sla ") != NULL || strstr(line->text, " rtr ") != NULL);
    if (!is_ours && is_template) {
        import_count(device, -1, line->number, import_fault(device, -1, &match, line));
        return true;
    }
    struct import_track *track = open_track(reader, name, line->number);
    if (track == NULL) {
        import_count(device, -1, line->number, FATE_UNSUPPORTED);
        return true;
    }
    reader->indent = line->indent;
    if (!is_ours) { /* of IOS XR, or about something else */
        track->kind = track->kind == ACTION_NONE ? ACTION_TRACK_OTHER : track->kind;
        bool is_xr = at + 2 == line->count;
        reader->mode = is_xr || track->kind != ACTION_TRACK_OTHER ? MODE_TRACK : MODE_TRACK_OTHER;
        if (track->kind != ACTION_TRACK_OTHER) {
            import_count(device, -1, line->number, FATE_TURNED);
        }
        return true;
    }
    set_track(device, track, &match, line);
    reader->mode = MODE_TRACK;
    import_count(device, -1, line->number, rest_of_track(device, line, &match));
    return true;
}

static void add_member(struct import_device *device, struct import_track *track,
                       const struct import_match *match, const struct import_line *line)
{
    if (track->member_count >= IMPORT_MEMBERS_MAX) {
        return;
    }
    struct import_member *member = &track->members[track->member_count++];
    *member = (struct import_member){.track = import_keep(device, line->word[match->args[0]]),
                                     .is_not = match->row->action == ACTION_OBJECT_NOT,
                                     .weight = 10};
    if (match->arg_count > 1) {
        import_number(line->word[match->args[1]], &member->weight);
    }
}

static void apply_line(struct import_device *device, struct import_track *track,
                       const struct import_match *match, const struct import_line *line)
{
    int64_t number = 0;
    if (match->arg_count > 0) {
        import_number(line->word[match->args[0]], &number);
    }
    switch (match->row->action) {
    case ACTION_DELAY_UP:
        track->delay_up = number;
        break;
    case ACTION_DELAY_DOWN:
        track->delay_down = number;
        break;
    case ACTION_THRESHOLD_UP:
        track->up = number;
        break;
    case ACTION_THRESHOLD_DOWN:
        track->down = number;
        break;
    case ACTION_OBJECT:
    case ACTION_OBJECT_NOT:
    case ACTION_OBJECT_WEIGHT:
        add_member(device, track, match, line);
        break;
    case ACTION_NONE:
        import_say_instead(device, -1, line, match->row->why, match->row->instead);
        break;
    default:
        if (track->kind == ACTION_TRACK_OTHER) { /* "track NAME" of IOS XR counts now */
            import_count(device, -1, line->number, FATE_TURNED);
        }
        set_track(device, track, match, line);
    }
}

/* A line below "track N". */
static bool take_track_line(struct import_reader *reader, const struct import_line *line, size_t at,
                            bool is_negated)
{
    struct import_device *device = &reader->device;
    struct import_track *track = &device->tracks[reader->track];
    struct import_match match = import_match(&import_track_lines, line, at, is_negated);
    bool is_type = match.state == MATCH_OK && strncmp(match.row->pattern, "type", 4) == 0;
    if (match.state == MATCH_NONE || (track->kind == ACTION_TRACK_OTHER && !is_type)) {
        return false;
    }
    enum import_fate fate = FATE_TURNED;
    while (match.state == MATCH_OK && !is_negated) {
        fate = import_worse(fate, match.row->fate);
        apply_line(device, track, &match, line);
        at = match.end;
        if (at >= line->count || import_is_comment(line, at)) {
            break;
        }
        match = import_match(&import_track_lines, line, at, false);
    }
    if (match.state != MATCH_OK) {
        fate = import_fault(device, -1, &match, line);
    }
    import_count(device, -1, line->number, fate);
    return true;
}

bool import_track_line(struct import_reader *reader, const struct import_line *line, size_t at,
                       bool is_negated)
{
    bool is_begin = at + 1 < line->count && strcasecmp(line->word[at], "track") == 0 &&
                    (line->indent == 0 || reader->mode == MODE_TRACK ||
                     reader->mode == MODE_TRACK_OTHER || reader->mode == MODE_ENTRY);
    if (is_begin) {
        return begin_track(reader, line, at, is_negated);
    }
    return reader->mode == MODE_TRACK && take_track_line(reader, line, at, is_negated);
}

bool import_feature_line(struct import_reader *reader, const struct import_line *line, size_t at,
                         bool is_negated)
{
    struct import_device *device = &reader->device;
    if (at >= line->count || strcasecmp(line->word[at], "feature") != 0) {
        return false;
    }
    struct import_match match = import_match(&import_features, line, at, false);
    if (match.state != MATCH_OK) {
        return false;
    }
    device->dialect = "nxos";
    if (match.row->action == ACTION_RESPONDER && device->responder_line == 0 && !is_negated) {
        device->responder_line = line->number;
    }
    if (match.row->fate == FATE_UNSUPPORTED) {
        import_say_instead(device, -1, line, match.row->why, match.row->instead);
    }
    import_count(device, -1, line->number, is_negated ? FATE_MAPPED : match.row->fate);
    reader->mode = MODE_NONE;
    return true;
}

bool import_block_line(struct import_reader *reader, const struct import_line *line, size_t at)
{
    struct import_device *device = &reader->device;
    if (reader->mode == MODE_REACTION && reader->reaction >= 0 &&
        import_match(&import_reaction, line, at, false).state != MATCH_NONE) {
        import_count(device, reader->entry, line->number,
                     import_reaction_words(device, reader->reaction, line, at));
        return true;
    }
    if (reader->mode == MODE_SERVER && line->count == 2 && strcasecmp(line->word[0], "port") == 0) {
        import_session_port(device, KIND_TWAMP_SESSION, line, line->word[1]);
        import_count(device, -1, line->number, FATE_TURNED);
        return true;
    }
    static const char *const below[] = {"port", "timer", "timeout"};
    bool is_below = line->indent > reader->indent;
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
        is_below |= strcasecmp(line->word[0], below[i]) == 0;
    }
    if ((reader->mode != MODE_BLOCK && reader->mode != MODE_SERVER) || !is_below) {
        return false;
    }
    import_count(device, -1, line->number, FATE_UNSUPPORTED);
    return true;
}
