/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The reader of IOS, IOS XE, NX-OS and ASA: commands at the left edge, blocks below some of them. A
 * block ends only at a line that is no command of it: indentation, `!`, blank lines and `exit` say
 * nothing, since people type and paste configurations in every form. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "import/auto.h"
#include "import/format.h"
#include "import/global.h"
#include "import/reader.h"

#define BANNER_LINES_MAX 500

void import_reader_begin(struct import_reader *reader, const char *file)
{
    import_device_init(&reader->device, file);
    reader->mode = MODE_NONE;
    reader->entry = reader->track = reader->reaction = -1;
    reader->is_xr = false;
}

void import_reader_end(struct import_reader *reader)
{
    import_auto_end(reader);
    reader->finish(reader->context, &reader->device);
    import_device_fini(&reader->device);
}

static void next_device(struct import_reader *reader)
{
    char file[IMPORT_LINE_MAX];
    snprintf(file, sizeof file, "%s", reader->device.file);
    import_reader_end(reader);
    import_reader_begin(reader, file);
}

/* A prompt shows 20 characters of a long name. */
#define PROMPT_NAME 20

static bool is_same_name(const char *name, const char *prompt)
{
    size_t length = strlen(prompt);
    return strcmp(name, prompt) == 0 || (length >= PROMPT_NAME && !strncmp(name, prompt, length));
}

static void take_prompt(struct import_reader *reader, const char *prompt)
{
    struct import_device *device = &reader->device;
    if (device->name != NULL && !is_same_name(device->name, prompt) &&
        import_device_has_content(device)) {
        next_device(reader);
    }
    if (device->name == NULL || (!device->has_hostname && !is_same_name(device->name, prompt))) {
        device->name = import_keep(device, prompt);
    }
}

static void take_hostname(struct import_reader *reader, const char *name)
{
    struct import_device *device = &reader->device;
    bool is_other = device->name != NULL && !is_same_name(name, device->name);
    if (device->has_hostname ? is_other : is_other && import_device_has_content(device)) {
        next_device(reader);
    }
    device->name = import_keep(device, name);
    device->has_hostname = true;
}

/* ---- free text ---- */

static void begin_banner(struct import_reader *reader, const struct import_line *line)
{
    const char *text = import_line_rest(line, line->count > 2 && strlen(line->word[1]) > 1 ? 2 : 1);
    size_t size = text[0] == '^' && text[1] != '\0' ? 2 : 1;
    if (text[0] == '\0' || strstr(text + size, "^C") != NULL) {
        return;
    }
    memcpy(reader->mark, text, size);
    reader->mark[size] = '\0';
    if (strstr(text + size, reader->mark) == NULL) {
        reader->mode = MODE_BANNER;
        reader->banner_lines = 0;
    }
}

/* Free text: true while it lasts. */
static bool take_text(struct import_reader *reader, const struct import_line *line)
{
    if (reader->mode == MODE_RAW) {
        if (line->count == 1 && strcasecmp(line->word[0], "exit") == 0) {
            reader->mode = MODE_ENTRY;
        }
        return true;
    }
    if (reader->mode == MODE_BANNER) {
        if (strstr(line->text, reader->mark) != NULL) {
            reader->mode = MODE_NONE;
        }
        return reader->banner_lines++ < BANNER_LINES_MAX;
    }
    return false;
}

/* ---- lines of an operation ---- */

/* The row of the first table that knows the line; the faults of a row count when no table takes it.
 */
static struct import_match match_any(const struct import_table *const *tables, size_t count,
                                     const struct import_line *line, size_t at, bool is_negated)
{
    struct import_match first = {.state = MATCH_NONE};
    for (size_t i = 0; i < count; i++) {
        struct import_match match = import_match(tables[i], line, at, is_negated);
        if (match.state == MATCH_OK) {
            return match;
        }
        if (first.state == MATCH_NONE) {
            first = match;
        }
    }
    return first;
}

/* The words behind a type: options, each of which may be missing. */
static enum import_fate take_options(struct import_reader *reader, const struct import_line *line,
                                     size_t at, enum import_fate fate)
{
    static const struct import_table *const tables[] = {&import_options, &import_lines};
    struct import_device *device = &reader->device;
    while (at < line->count && !import_is_comment(line, at)) {
        struct import_match match = match_any(tables, 2, line, at, false);
        if (match.state == MATCH_NONE) {
            char why[128];
            snprintf(why, sizeof why, "'%.60s' is not known here", line->word[at]);
            import_say(device, reader->entry, line, FATE_UNSUPPORTED, why);
            return FATE_UNSUPPORTED;
        }
        if (match.state != MATCH_OK) {
            return import_worse(fate, import_fault(device, reader->entry, &match, line));
        }
        fate = import_worse(fate, import_apply(device, reader->entry, &match, line, false));
        at = match.end;
    }
    return fate;
}

static void take_refused(struct import_reader *reader, const struct import_line *line)
{
    import_count(&reader->device, -1, line->number, FATE_REFUSED);
    (void)line;
}

/* A line of the operation at hand. False: it belongs to something else. */
static bool take_entry_line(struct import_reader *reader, const struct import_line *line, size_t at,
                            bool is_negated)
{
    const struct import_table *const tables[] = {
        reader->is_legacy ? &import_types_legacy : &import_types, &import_lines, &import_options,
        reader->is_legacy ? &import_types : &import_types_legacy};
    struct import_device *device = &reader->device;
    struct import_match match = match_any(tables, 4, line, at, is_negated);
    bool is_below = line->indent > reader->indent;
    if (match.state == MATCH_NONE && !is_below) {
        return false;
    }
    bool is_left_over = match.state == MATCH_OK && match.end < line->count && !is_below &&
                        match.row->action != ACTION_TYPE && line->prompt[0] == '\0' &&
                        !import_is_comment(line, match.end) && at == 0 &&
                        strcmp(match.row->pattern, "vrf W") == 0;
    if (is_left_over) { /* "vrf definition NAME" at the left edge is another command */
        return false;
    }
    if (reader->entry < 0) {
        take_refused(reader, line);
        return true;
    }
    enum import_fate fate;
    if (match.state == MATCH_OK) {
        fate = import_apply(device, reader->entry, &match, line, is_negated);
        reader->mode = match.row->action == ACTION_RAW ? MODE_RAW : MODE_ENTRY;
        if (fate != FATE_REFUSED && !is_negated &&
            device->entries[reader->entry].kind < KIND_PATH_ECHO) {
            fate = take_options(reader, line, match.end, fate);
        }
    } else if (match.state == MATCH_NONE) {
        bool is_template = import_is_placeholder(line->text);
        import_say(device, reader->entry, line, FATE_UNSUPPORTED,
                   is_template ? "a template, not a configuration" : "not known");
        device->entries[reader->entry].is_template |= is_template;
        fate = FATE_UNSUPPORTED;
    } else {
        fate = import_fault(device, reader->entry, &match, line);
    }
    import_count(device, reader->entry, line->number, fate);
    return true;
}

/* ---- commands ---- */

struct prefix {
    const char *words;
    const char *dialect;
    bool is_legacy;
    unsigned format;
};

static const struct prefix prefixes[] = {
    {"ip sla monitor", "ios", true, 1U << FORMAT_IOS},
    {"ip sla", "ios", false, 1U << FORMAT_IOS | 1U << FORMAT_NXOS},
    {"rtr", "ios", true, 1U << FORMAT_IOS},
    {"sla monitor", "asa", true, 1U << FORMAT_ASA},
};

/* "ip", "rtr" and "sla" are not abbreviated in any configuration that was seen. */
static const struct prefix *find_prefix(const struct import_line *line, size_t at, size_t *end)
{
    bool may_be = at < line->count && strchr("irsIRS", line->word[at][0]) != NULL;
    for (size_t i = 0; may_be && i < sizeof prefixes / sizeof prefixes[0]; i++) {
        const struct prefix *prefix = &prefixes[i];
        size_t first = strcspn(prefix->words, " ");
        if (strlen(line->word[at]) == first &&
            (*end = import_words_are(line, at, prefix->words)) > 0) {
            bool is_short = prefix->words[first] != '\0' && strlen(line->word[at + 1]) < 3;
            return is_short ? NULL : prefix;
        }
    }
    return NULL;
}

/* The command is IP SLA's. False: it is not. */
static bool take_global(struct import_reader *reader, const struct import_line *line, size_t at,
                        bool is_negated)
{
    size_t end = 0;
    const struct prefix *prefix = find_prefix(line, at, &end);
    if (prefix == NULL || (prefix->format & reader->formats) == 0) {
        return false;
    }
    if (reader->device.dialect == NULL) {
        reader->device.dialect = prefix->dialect;
    }
    reader->mode = MODE_NONE;
    reader->indent = line->indent;
    reader->is_legacy = prefix->is_legacy;
    import_global(reader, line, end, is_negated);
    return true;
}

static void take_interface_line(struct import_reader *reader, const struct import_line *line)
{
    struct import_device *device = &reader->device;
    struct import_interface *interface = &device->interfaces[device->interface_count - 1];
    size_t end = import_words_are(line, 0, "ip address");
    end = end > 0 ? end : import_words_are(line, 0, "ipv4 address");
    end = end > 0 ? end : import_words_are(line, 0, "ipv6 address");
    if (end > 0 && end < line->count && interface->address == NULL) {
        char address[IMPORT_PROMPT_MAX];
        snprintf(address, sizeof address, "%.*s", (int)strcspn(line->word[end], "/"),
                 line->word[end]);
        interface->address = strpbrk(address, ".:") != NULL ? import_keep(device, address) : NULL;
    } else if (line->count == 2 && strcasecmp(line->word[0], "nameif") == 0) {
        interface->nameif = import_keep(device, line->word[1]);
    }
}

/* A line that is no statement of IP SLA. */
static void take_other(struct import_reader *reader, const struct import_line *line)
{
    const char *first = line->word[0];
    if (line->count > 1 &&
        (strcasecmp(first, "hostname") == 0 || strcasecmp(first, "switchname") == 0)) {
        take_hostname(reader, line->word[1]);
        reader->mode = MODE_NONE;
    } else if (line->count > 1 && strcasecmp(first, "banner") == 0) {
        begin_banner(reader, line);
    } else if (line->count > 1 && line->indent == 0 && strcasecmp(first, "interface") == 0) {
        bool is_new = import_add_interface(&reader->device, import_line_rest(line, 1)) != NULL;
        reader->mode = is_new ? MODE_INTERFACE : MODE_NONE;
    } else if (reader->mode == MODE_INTERFACE) {
        take_interface_line(reader, line);
    } else if (line->indent == 0) {
        reader->mode = MODE_NONE;
    }
    import_note_dependant(&reader->device, line);
    import_note_stranger(&reader->device, line);
}

static bool is_structure(const struct import_line *line)
{
    const char *first = line->count > 0 ? line->word[0] : "";
    return line->count == 0 || first[0] == '!' || first[0] == '#' ||
           (line->count == 1 && (strcasecmp(first, "exit") == 0 || strcmp(first, "^") == 0));
}

void import_ios_line(struct import_reader *reader, const struct import_line *line)
{
    if (take_text(reader, line)) {
        return;
    }
    if (line->prompt[0] != '\0') {
        take_prompt(reader, line->prompt);
    }
    if (is_structure(line)) {
        import_note_stranger(&reader->device, line);
        return;
    }
    if ((reader->formats & 1U << FORMAT_XR) != 0 && import_xr_line(reader, line)) {
        return;
    }
    bool is_negated = line->count > 1 && (strcasecmp(line->word[0], "no") == 0 ||
                                          strcasecmp(line->word[0], "default") == 0);
    size_t at = is_negated ? 1 : 0;
    if (take_global(reader, line, at, is_negated) ||
        import_track_line(reader, line, at, is_negated) ||
        import_feature_line(reader, line, at, is_negated)) {
        return;
    }
    if ((reader->mode == MODE_ENTRY && take_entry_line(reader, line, at, is_negated)) ||
        import_auto_line(reader, line, at) || import_block_line(reader, line, at)) {
        return;
    }
    take_other(reader, line);
}
