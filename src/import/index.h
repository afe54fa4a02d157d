/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which number belongs to a text: so that large configurations are read in a time that grows with
 * their size only. */
#ifndef IMPORT_INDEX_H
#define IMPORT_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct import_index_slot {
    uint64_t hash; /* 0: free */
    uint32_t value;
};

/* All zero is an empty index. */
struct import_index {
    struct import_index_slot *slots;
    size_t room, count;
};

void import_index_fini(struct import_index *index);

/* The number of `text` among those of `kind`; -1: it has none. */
int import_index_find(const struct import_index *index, char kind, const char *text);

/* Gives it one, instead of the one it had. */
void import_index_set(struct import_index *index, char kind, const char *text, uint32_t value);

#endif
