/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The text of a single value, or of one element of a list, by the row of its key. */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "config/schema.h"

/* What a text says; which of the two follows from the kind of the key. */
struct parsed {
    int64_t number; /* ns, integer, bytes, place in the choices, or as spec_set_tolerance */
    struct addr addr; /* host, source_address */
};

/* Reads `text` as a single value of `key`, as `operation` (NULL: any) has it. Returns NULL, or what
 * is wrong with it. */
const char *parse_value(const struct schema_key *key, const struct operation *operation,
                        const char *text, struct parsed *out);

/* Lists of this kind consist of single values. */
bool parse_has_elements(enum schema_kind kind);

/* Checks one element of such a list; *previous_ns is the bound before it, 0 at first, and becomes
 * this one. Returns NULL, or what is wrong with it. */
const char *parse_element(const struct schema_key *key, const char *text, int64_t *previous_ns);

/* As a value of the key, or as the first element of it. */
bool parse_is_valid(const struct schema_key *key, const char *text);

/* A prefix without a length, which is one host, though it is written as a network is: its last
 * octet (of IPv6 the last 64 bits) is zero. */
bool parse_lacks_length(const char *text);

#endif
