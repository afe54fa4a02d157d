/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A device's operations as targets of this project, once everything of the device is read. Each
 * target is a list of keys that every writer prints in its own way. */
#ifndef IMPORT_TARGET_H
#define IMPORT_TARGET_H

#include "base/buf.h"
#include "import/model.h"

#define IMPORT_FIELDS_MAX 48

struct import_field {
    const char *section; /* "control", "limits", "labels"; NULL: of the target itself */
    const char *key;
    const char *value;
    bool is_text; /* else a number or a duration */
    enum import_param param; /* where it comes from */
    unsigned line;
    bool is_left_out; /* the configuration would not take it */
};

struct import_target {
    int entry; /* -1: the device itself, with --towards */
    unsigned line;
    const char *name;
    struct import_field fields[IMPORT_FIELDS_MAX];
    size_t count;
    bool is_left_out;
    bool has_limits_for; /* the operations in a row of all its limits */
    int64_t limits_for;
};

struct import_targets {
    struct import_target *items;
    size_t count, room;
};

void import_targets_fini(struct import_targets *targets);

/* Appends a target. The pointer is valid until the next one. */
struct import_target *import_targets_add(struct import_targets *targets);

/* Appends a key; `value` is copied to the device. */
struct import_field *import_field_add(struct import_device *device, struct import_target *target,
                                      const char *section, const char *key, const char *value);

/* The value of a key, "" where it has none. */
const char *import_field_value(const struct import_target *target, const char *key);

/* What the readers and the judge need to know of the user's wishes. */
struct import_wish {
    bool is_from_device; /* keep source address, source port and VRF of the router */
    bool is_towards; /* make targets of the responders */
    const char *release; /* whose defaults are written out; NULL: none */
    /* Appends the labels of the user for a device, as fields. */
    void (*add_labels)(void *context, struct import_device *device, struct import_target *target);
    void *context;
};

/* Judges every operation: makes targets, and notes of what cannot be one. */
void import_judge(struct import_device *device, const struct import_wish *wish,
                  struct import_targets *out);

/* The labels that every target of a device has. */
void import_add_labels(struct import_device *device, struct import_target *target,
                       const struct import_wish *wish);

/* Has the configuration's own reader look at the targets: a key that it does not take is left out,
 * with a note, and so is a target that is nothing without it. */
void import_verify(struct import_device *device, struct import_targets *targets);

/* Puts the reactions of a target's operation into its `limits`, as far as they are the same. */
void import_limits(struct import_device *device, struct import_target *target);

/* Appends the targets as entries of `targets:`. */
void import_yaml(const struct import_target *target, struct buf *out);

/* Appends `text` as YAML: plain, or between single quotes. */
void import_yaml_text(const char *text, struct buf *out);

#endif
