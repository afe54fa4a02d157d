/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Every field of struct spec as a table: where it is, how it is compared, and what a reload does
 * when it changes. A field without a row fails tests/unit/probe/test_spec_field.c. */
#ifndef PROBE_SPEC_FIELD_H
#define PROBE_SPEC_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/spec.h"

enum field_kind {
    FIELD_NUMBER, /* an integer, enum or bool */
    FIELD_STRING, /* char *, never NULL */
    FIELD_TEXT, /* an array of char that ends with NUL */
    FIELD_LABELS, /* identity.labels and identity.label_count */
    FIELD_ADDR,
    FIELD_PATTERN,
    FIELD_KEY,
    FIELD_LAYOUT,
    FIELD_LIMITS,
    FIELD_CHOICE,
};

/* What a changed value means to the target. Its counters are those of its name and its path: they
 * start at 0 when something else is measured, and only then. */
enum field_rule {
    FIELD_RESETS, /* what is measured: another target, whose counters start at 0 */
    FIELD_KEEPS, /* how, when or for whom: the same target, from its next operation on */
    FIELD_LOCAL, /* the same target: it says something about this host, or the peer's address now */
    FIELD_INTERNAL, /* says nothing about the target */
};

struct spec_field {
    const char *name; /* as in C: "schedule.timeout_ns" */
    size_t offset, size; /* in struct spec, bytes */
    enum field_kind kind;
    enum field_rule rule;
};

#define SPEC_FIELD_COUNT 64
/* In the order of struct spec. */
extern const struct spec_field spec_fields[SPEC_FIELD_COUNT];

/* The row of that name; NULL when there is none. */
const struct spec_field *spec_field_find(const char *name);

/* Whether both have the same value. */
bool spec_field_is_equal(const struct spec_field *field, const struct spec *a,
                         const struct spec *b);

/* No field that is FIELD_RESETS differs. */
bool spec_is_same_target(const struct spec *a, const struct spec *b);

/* A hash of the fields that are FIELD_RESETS, the same on every machine: by it, and by its name, a
 * target is known over a restart. A field that is 0 or empty is not in it, so that those of later
 * releases change nothing. */
uint64_t spec_identity_hash(const struct spec *spec);

/* No field differs, but for those that are FIELD_INTERNAL. */
bool spec_is_equal(const struct spec *a, const struct spec *b);

#endif
