/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "import/reader.h"

void import_say(struct import_device *device, int entry, const struct import_line *line,
                enum import_fate fate, const char *why)
{
    struct import_note note = {
        .fate = fate, .line = line->number, .entry = entry, .text = line->text, .why = why};
    import_note_add(device, &note);
}

void import_say_instead(struct import_device *device, int entry, const struct import_line *line,
                        const char *why, const char *instead)
{
    struct import_note note = {.fate = FATE_UNSUPPORTED,
                               .line = line->number,
                               .entry = entry,
                               .text = line->text,
                               .why = why,
                               .instead = instead};
    import_note_add(device, &note);
}

enum import_fate import_worse(enum import_fate a, enum import_fate b)
{
    static const int ranks[FATE_COUNT] = {
        [FATE_MAPPED] = 0, [FATE_KEPT] = 1,    [FATE_TURNED] = 2,
        [FATE_UNDONE] = 3, [FATE_REFUSED] = 4, [FATE_UNSUPPORTED] = 5};
    return ranks[a] >= ranks[b] ? a : b;
}

bool import_is_comment(const struct import_line *line, size_t at)
{
    return at < line->count && (line->word[at][0] == '#' || line->word[at][0] == '!');
}

void import_set(struct import_device *device, int entry, enum import_param param,
                const struct import_value *value)
{
    struct import_value *own = &device->entries[entry].values[param];
    *own = *value;
    own->is_set = true;
    own->text = value->text != NULL ? import_keep(device, value->text) : NULL;
}

/* The words of an argument: one, two of an interface, or the rest of the line. */
static const char *argument_text(const struct import_match *match, size_t index,
                                 const struct import_line *line, char text[IMPORT_LINE_MAX])
{
    size_t at = match->args[index];
    size_t end = index + 1 < match->arg_count ? match->args[index + 1] : match->end;
    bool is_rest = strchr(match->row->pattern, 'R') != NULL && index + 1 == match->arg_count;
    bool is_pair = strchr(match->row->pattern, 'I') != NULL && end - at == 2;
    if (is_rest) {
        return import_line_rest(line, at);
    }
    if (is_pair) {
        snprintf(text, IMPORT_LINE_MAX, "%s%s", line->word[at], line->word[at + 1]);
        return text;
    }
    return line->word[at];
}

static void store(struct import_device *device, int entry, const struct import_match *match,
                  const struct import_line *line)
{
    const struct import_row *row = match->row;
    char text[IMPORT_LINE_MAX];
    for (size_t i = 0; i < IMPORT_ARGS_MAX && row->params[i] != PARAM_NONE; i++) {
        struct import_value value = {.line = line->number, .number = row->value};
        bool has_argument = i < match->arg_count;
        if (has_argument) {
            value.text = argument_text(match, i, line, text);
            import_number(value.text, &value.number);
        } else if (i > 0) {
            break;
        }
        import_set(device, entry, row->params[i], &value);
    }
}

static void unset(struct import_device *device, int entry, const struct import_row *row)
{
    for (size_t i = 0; i < IMPORT_ARGS_MAX && row->params[i] != PARAM_NONE; i++) {
        device->entries[entry].values[row->params[i]] = (struct import_value){0};
    }
}

/* An operation keeps the type it was given first. */
static enum import_fate set_kind(struct import_device *device, int index,
                                 const struct import_match *match, const struct import_line *line)
{
    struct import_entry *entry = &device->entries[index];
    bool is_xr = device->dialect != NULL && strcmp(device->dialect, "xr") == 0;
    bool is_again = is_xr || device->is_of_sessions; /* "formal": on each line again */
    if (is_again && entry->kind == match->row->kind) {
        return match->row->fate;
    }
    if (entry->kind != KIND_NONE && match->row->kind != KIND_MULTICAST) {
        import_say(device, index, line, FATE_REFUSED, "the operation has a type already");
        return FATE_REFUSED;
    }
    entry->kind = match->row->kind;
    entry->kind_line = line->number;
    return match->row->fate;
}

enum import_fate import_apply(struct import_device *device, int entry,
                              const struct import_match *match, const struct import_line *line,
                              bool is_negated)
{
    const struct import_row *row = match->row;
    enum import_fate fate = row->fate;
    if (is_negated) {
        unset(device, entry, row);
        return FATE_MAPPED;
    }
    if (row->action == ACTION_TYPE) {
        fate = set_kind(device, entry, match, line);
        if (fate == FATE_REFUSED) {
            return fate;
        }
    } else if (fate == FATE_UNSUPPORTED) {
        import_say_instead(device, entry, line, row->why, row->instead);
    }
    store(device, entry, match, line);
    return fate;
}

enum import_fate import_fault(struct import_device *device, int entry,
                              const struct import_match *match, const struct import_line *line)
{
    char why[256];
    const char *word = match->bad < line->count ? line->word[match->bad] : "";
    if (import_is_placeholder(line->text)) {
        if (entry >= 0) {
            device->entries[entry].is_template = true;
        }
        import_say(device, entry, line, FATE_UNSUPPORTED, "a template, not a configuration");
        return FATE_UNSUPPORTED;
    }
    if (match->row == NULL) {
        import_say(device, entry, line, FATE_UNSUPPORTED, "not known");
        return FATE_UNSUPPORTED;
    }
    if (match->state == MATCH_AMBIGUOUS) {
        snprintf(why, sizeof why, "an abbreviation of several commands");
    } else if (match->state == MATCH_SHORT) {
        snprintf(why, sizeof why, "something is missing at the end; the form is: %.100s",
                 match->row->pattern);
    } else {
        snprintf(why, sizeof why, "'%.60s' is not what stands here; the form is: %.100s", word,
                 match->row->pattern);
    }
    import_say(device, entry, line, FATE_REFUSED, why);
    return FATE_REFUSED;
}
