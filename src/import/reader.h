/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Lines of configurations into devices: what the readers of the dialects share. A reader is given
 * clean lines, and hands on a device when the next one begins. */
#ifndef IMPORT_READER_H
#define IMPORT_READER_H

#include "import/model.h"
#include "import/tables.h"

/* In what the lines stand. */
enum import_mode {
    MODE_NONE,
    MODE_ENTRY, /* of an operation */
    MODE_REACTION, /* more words of the latest reaction may follow */
    MODE_TRACK,
    MODE_TRACK_OTHER, /* of something that is no IP SLA */
    MODE_INTERFACE,
    MODE_BLOCK, /* of something that is not supported */
    MODE_SERVER, /* of a TWAMP server */
    MODE_AUTO, /* of `ip sla auto` */
    MODE_RAW, /* free text up to `exit` */
    MODE_BANNER, /* free text up to a mark */
};

#define IMPORT_MARK_MAX 8

struct import_reader {
    struct import_device device;
    unsigned formats; /* bits of enum import_format that may be read */
    void (*finish)(void *context, struct import_device *device);
    void *context;

    enum import_mode mode;
    unsigned indent; /* of the line that the block began with */
    int entry; /* the operation of MODE_ENTRY; -1: it is not taken */
    bool is_legacy; /* its type is written as `type ...` */
    int track, reaction; /* the latest; -1: none */
    char mark[IMPORT_MARK_MAX]; /* that ends a banner */
    unsigned banner_lines;
    int xr_section; /* of xr.c */
    bool is_xr; /* within an `ipsla` block */
    size_t auto_count; /* of auto.c */
    struct import_auto *autos;
};

/* A new device in `file`; what was read before is handed on. */
void import_reader_begin(struct import_reader *reader, const char *file);
void import_reader_end(struct import_reader *reader);

/* One line of IOS, IOS XE, NX-OS, ASA or IOS XR. */
void import_ios_line(struct import_reader *reader, const struct import_line *line);
/* The same within `ipsla` of IOS XR, or if it begins one. False: it is no part of it. */
bool import_xr_line(struct import_reader *reader, const struct import_line *line);

/* Notes what is to be said about the statement on a line. */
void import_say(struct import_device *device, int entry, const struct import_line *line,
                enum import_fate fate, const char *why);
void import_say_instead(struct import_device *device, int entry, const struct import_line *line,
                        const char *why, const char *instead);

/* Sets a parameter of an operation from a word, in the unit of its row. */
void import_set(struct import_device *device, int entry, enum import_param param,
                const struct import_value *value);

/* Does what a matched row says to the operation: its arguments, its kind. `is_negated`: takes it
 * back. Returns the fate, of which a note is made where there is something to say. */
enum import_fate import_apply(struct import_device *device, int entry,
                              const struct import_match *match, const struct import_line *line,
                              bool is_negated);

/* A statement that is written wrongly, or in a template: notes why, and returns its fate. */
enum import_fate import_fault(struct import_device *device, int entry,
                              const struct import_match *match, const struct import_line *line);

/* The worse of two: a line has one fate. */
enum import_fate import_worse(enum import_fate a, enum import_fate b);

/* Word `at` begins a comment behind a statement. */
bool import_is_comment(const struct import_line *line, size_t at);

/* What a line that is no statement tells about others: look-alikes of other vendors, and who
 * depends on operations and tracks. */
void import_note_stranger(struct import_device *device, const struct import_line *line);
void import_note_dependant(struct import_device *device, const struct import_line *line);

#endif
