/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What was read of one device: its operations, and everything that refers to them by number.
 * Strings belong to the device and live until it is cleared. */
#ifndef IMPORT_MODEL_H
#define IMPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/index.h"
#include "import/row.h"

/* More of a kind than this are counted and said to be too many: IOS has at most 2000 entries. */
#define IMPORT_ENTRIES_MAX 20000
#define IMPORT_NOTES_MAX 40000
#define IMPORT_OTHERS_MAX 20000 /* reactions, tracks, dependants, ports, each */
#define IMPORT_INTERFACES_MAX 4096
#define IMPORT_MEMBERS_MAX 32 /* of a track list */

struct node;

struct import_value {
    bool is_set;
    unsigned line;
    int64_t number;
    const char *text;
};

/* What is to be said about a statement. */
struct import_note {
    enum import_fate fate;
    unsigned line; /* 0: about the operation as a whole */
    int entry; /* index of the operation it is about; -1: the device */
    bool is_remark; /* about a statement that has another note, or none at all */
    const char *text; /* the statement itself; "" */
    const char *why;
    const char *instead; /* NULL: nothing */
};

/* One line, and what became of it. */
struct import_statement {
    unsigned line;
    enum import_fate fate;
};

/* Lines of one operation that are remembered; more are only counted. */
#define IMPORT_STATEMENTS_MAX 256

struct import_entry {
    const char *id; /* its number; of peers a name */
    unsigned line; /* where it begins */
    enum import_kind kind;
    unsigned kind_line;
    struct import_value values[PARAM_COUNT];
    bool is_scheduled;
    bool is_grouped;
    bool is_recipe; /* its values are for others: a template or schedule of `ip sla auto`, a control
                       connection; no operation itself */
    size_t recipe; /* 1 + the index of the one whose values it has where it has none; 0: none */
    bool has_reactions;
    bool is_removed; /* `no ip sla N` */
    bool is_template; /* has placeholders */
    bool is_refused; /* the router has another entry of this number */
    const char *refusal; /* why the router never runs it; NULL: it does */
    const struct node *labels; /* of a peer; the caller's; NULL: none */
    struct import_statement *statements;
    size_t statement_count;
    unsigned fates[FATE_COUNT]; /* of those that are not remembered */
    const char *target; /* its name, once it has one */
};

struct import_reaction {
    const char *id; /* of the operation */
    int entry;
    unsigned line;
    const char *element; /* as written */
    const char *type; /* "immediate", "consecutive", "xofy", "average", "never" */
    const char *action; /* as written; NULL: none */
    int64_t upper, lower; /* -1: not said */
    int64_t x, y; /* of the type; 0: not said */
};

struct import_member {
    const char *track;
    bool is_not;
    int64_t weight; /* 10 unless said */
};

struct import_track {
    const char *name;
    unsigned line;
    enum import_action kind; /* ACTION_TRACK_..., ACTION_LIST_... */
    const char *id; /* of the operation */
    int64_t delay_up, delay_down; /* seconds */
    int64_t up, down; /* thresholds of a list; -1: not said */
    struct import_member members[IMPORT_MEMBERS_MAX];
    size_t member_count;
};

struct import_interface {
    const char *name;
    const char *nameif; /* of an ASA; NULL */
    const char *address; /* NULL: none */
};

/* A line of the configuration that uses an operation or a track. */
struct import_dependant {
    unsigned line;
    const char *text;
    const char *what; /* "routing" */
    const char *track; /* NULL */
    const char *id; /* of an operation; NULL */
};

/* A port that is always open on the device. */
struct import_port {
    unsigned line;
    enum import_kind kind; /* with which it can be measured */
    bool is_shut; /* it is configured, but closed */
    const char *address; /* NULL: any */
    int64_t port;
};

struct import_device {
    const char *file;
    const char *name; /* NULL: not known yet */
    const char *default_name;
    bool is_peer; /* no router: its operations have names of their own */
    bool is_of_sessions; /* a router whose operations are sessions with names: no rules of IOS hold
                          */
    unsigned skipped; /* statements without a note each */
    bool has_hostname; /* the name comes from the configuration itself, not from a prompt */
    const char *dialect; /* "ios", ...; NULL: nothing was read */
    const char *stranger; /* the vendor whose configuration this is instead; NULL: none */
    unsigned responder_line; /* 0: not configured */
    unsigned key_line; /* control requests must be signed */

    struct import_entry *entries;
    struct import_reaction *reactions;
    struct import_track *tracks;
    struct import_interface *interfaces;
    struct import_dependant *dependants;
    struct import_port *ports;
    struct import_note *notes;
    size_t entry_count, reaction_count, track_count, interface_count, dependant_count, port_count,
        note_count;
    size_t entry_room, reaction_room, track_room, interface_room, dependant_room, port_room,
        note_room;
    size_t unlisted; /* notes beyond the most */
    unsigned fates[FATE_COUNT]; /* of statements that belong to no operation */
    struct import_index index; /* of entries and tracks */
    struct tree *memory;
    size_t kept_bytes; /* of the strings in it */
};

void import_device_init(struct import_device *device, const char *file);
void import_device_fini(struct import_device *device);

/* There is something to report. */
bool import_device_has_content(const struct import_device *device);

/* A copy that lives as long as the device. */
const char *import_keep(struct import_device *device, const char *text);

/* The name, or what its file is called without one. */
const char *import_device_name(const struct import_device *device);

/* The operation of this number that was not removed; -1: there is none. */
int import_find_entry(const struct import_device *device, const char *id);

/* New ones, zeroed but for what is given. NULL or -1: there are too many. An entry that
 * `is_refused` is not found by its number. */
int import_add_entry(struct import_device *device, const char *id, unsigned line, bool is_refused);
struct import_reaction *import_add_reaction(struct import_device *device, unsigned line);
struct import_track *import_add_track(struct import_device *device, const char *name,
                                      unsigned line);
struct import_interface *import_add_interface(struct import_device *device, const char *name);
struct import_dependant *import_add_dependant(struct import_device *device, unsigned line);
struct import_port *import_add_port(struct import_device *device, unsigned line);

struct import_track *import_find_track(const struct import_device *device, const char *name);

/* The address of an interface by its name, however it is abbreviated; NULL: not known. */
const char *import_find_interface(const struct import_device *device, const char *name);

/* Counts the statement on `line`, of operation `entry` (-1: of the device). */
void import_count(struct import_device *device, int entry, unsigned line, enum import_fate fate);

/* The statement on `line` of the operation turned out to have a worse fate. */
void import_recount(struct import_device *device, int entry, unsigned line, enum import_fate fate);

/* So has all of the operation. */
void import_recount_all(struct import_device *device, int entry, enum import_fate fate);

/* Adds a note; its texts are copied. */
void import_note_add(struct import_device *device, const struct import_note *note);

unsigned import_entry_count(const struct import_entry *entry, enum import_fate fate);

/* Statements with this fate, of the device and its operations. */
unsigned import_device_count(const struct import_device *device, enum import_fate fate);

#endif
