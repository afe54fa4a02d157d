/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reactions: what a router watches, read into the model. */
#include <stdio.h>
#include <string.h>

#include "import/global.h"

static int64_t number_of(const struct import_match *match, size_t index,
                         const struct import_line *line)
{
    int64_t number = 0;
    if (index < match->arg_count) {
        import_number(line->word[match->args[index]], &number);
    }
    return number;
}

static void set_type(struct import_reaction *reaction, const char *type,
                     const struct import_match *match, const struct import_line *line)
{
    reaction->type = type;
    reaction->x = number_of(match, 0, line);
    reaction->y = number_of(match, 1, line);
}

static const char *element_word(struct import_device *device, const struct import_match *match,
                                const struct import_line *line)
{
    char text[IMPORT_PROMPT_MAX];
    const char *word = line->word[match->args[0]];
    if (match->row->value == 'P') {
        snprintf(text, sizeof text, "packet-loss %.40s", word);
    } else if (match->row->value == 'J') {
        snprintf(text, sizeof text, "jitter-average %.40s", word);
    } else {
        snprintf(text, sizeof text, "%.60s", word);
    }
    return import_keep(device, text);
}

bool import_reaction_apply(struct import_device *device, int index,
                           const struct import_match *match, const struct import_line *line)
{
    struct import_reaction *reaction = &device->reactions[index];
    switch (match->row->value) {
    case 'e':
    case 'P':
    case 'J':
        reaction->element = element_word(device, match, line);
        break;
    case 'v':
    case 'u':
        reaction->upper = number_of(match, 0, line);
        reaction->lower = match->arg_count > 1 ? number_of(match, 1, line) : reaction->upper;
        break;
    case 'l':
        reaction->lower = number_of(match, 0, line);
        reaction->upper = number_of(match, 1, line);
        break;
    case 'f':
        reaction->lower = number_of(match, 0, line);
        break;
    case 'i':
        set_type(reaction, "immediate", match, line);
        break;
    case 'n':
        set_type(reaction, "never", match, line);
        break;
    case 'c':
        set_type(reaction, "consecutive", match, line);
        break;
    case 'x':
        set_type(reaction, "xofy", match, line);
        break;
    case 'a':
        set_type(reaction, "average", match, line);
        break;
    case 't':
        reaction->action = import_keep(device, line->word[match->args[0]]);
        break;
    case 'C':
        reaction->element = "connectionLoss";
        break;
    case 'T':
        reaction->element = "timeout";
        break;
    case 'V':
        reaction->element = "verifyError";
        break;
    default:
        return false;
    }
    return true;
}

enum import_fate import_reaction_words(struct import_device *device, int reaction,
                                       const struct import_line *line, size_t at)
{
    int entry = import_find_entry(device, device->reactions[reaction].id);
    while (at < line->count && !import_is_comment(line, at)) {
        struct import_match match = import_match(&import_reaction, line, at, false);
        if (match.state == MATCH_NONE) {
            char why[128];
            snprintf(why, sizeof why, "'%.60s' is not known here", line->word[at]);
            import_say(device, entry, line, FATE_UNSUPPORTED, why);
            return FATE_UNSUPPORTED;
        }
        if (match.state != MATCH_OK) {
            return import_fault(device, entry, &match, line);
        }
        import_reaction_apply(device, reaction, &match, line);
        at = match.end;
    }
    return FATE_TURNED;
}
