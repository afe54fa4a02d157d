/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Values of several families, taken from each target in one walk over the reports and written
 * later, family by family. Reports of thousands of targets fit neither into the cache nor into the
 * tables of the processor for addresses: a walk for each family costs more than the writing. */
#ifndef EXPO_TAPE_H
#define EXPO_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expo/family.h"
#include "expo/format.h"

#define TAPE_FAMILIES_MAX 32
/* About so much memory for the values of one walk. */
#define TAPE_BYTES ((size_t)8 * 1024 * 1024)

/* The values of one family. */
struct tape_track {
    const struct family *family;
    struct series series; /* keeps what is written to it here */
    struct series_value *values; /* of one target after the other */
    size_t value_count, value_room;
    uint8_t *counts; /* how many values each target has */
    const char *words[SERIES_WORDS_MAX];
    unsigned word_count, word_next;
};

struct tape {
    struct tape_track tracks[TAPE_FAMILIES_MAX];
    unsigned count; /* tracks in use */
    size_t target_count;
};

struct tape *tape_new(size_t target_count);
void tape_free(struct tape *tape); /* NULL is fine */

/* Whether its values can be kept: single ones, whose label, if there is one, has a constant of the
 * program as its value. */
bool tape_takes(const struct family *family);
/* Whether no further family should be added. */
bool tape_is_full(const struct tape *tape);
/* Forgets all. */
void tape_clear(struct tape *tape);
/* Adds an empty track for the family. */
void tape_add_family(struct tape *tape, const struct family *family);
/* NULL when the family has none. */
struct tape_track *tape_find(struct tape *tape, const struct family *family);

/* Appends the values that the family has of `source`, the `target`th target. */
void tape_take(struct tape_track *track, const struct family_source *source, size_t target);

#endif
