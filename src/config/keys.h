/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `keys`, and the ids by which targets and the responder refer to it. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stddef.h>

#include "config/diagnostics.h"
#include "config/inputs.h"
#include "config/value.h"
#include "probe/spec.h"
#include "reflect/reflect.h"

struct key_ring {
    struct auth_key
        keys[SCHEMA_KEYS_MAX]; /* algorithm AUTH_NONE: the key has an error of its own */
    size_t count;
};

/* Reads the list `keys`, NULL when there is none, and the files that it names, which are noted in
 * `inputs` (NULL: nowhere). */
void keys_read(const struct node *list, struct diagnostics *diagnostics, struct inputs *inputs,
               struct key_ring *out);
void keys_fini(struct key_ring *ring);

/* Gives `spec` the key that `values` name, if any; reports one that is unknown or not for the
 * protocol version. */
void keys_assign(const struct key_ring *ring, const struct values *values,
                 struct diagnostics *diagnostics, struct spec *spec);

/* The key whose id stands at `node`; NULL after a report. */
const struct auth_key *keys_find(const struct key_ring *ring, const struct node *node,
                                 struct diagnostics *diagnostics);

/* The same for the list `ids` of a responder. */
void keys_list(const struct key_ring *ring, const struct node *ids, struct diagnostics *diagnostics,
               struct reflect_settings *out);

/* The key that stands in `out`, if it is of `algorithm`; else *out stays. `node` names its id. */
void keys_take_one(const struct key_ring *ring, const struct node *node,
                   enum auth_algorithm algorithm, struct diagnostics *diagnostics,
                   struct auth_key *out);

/* The same for a list of ids; returns how many. `out` has room for what the schema allows. */
size_t keys_take_list(const struct key_ring *ring, const struct node *ids,
                      enum auth_algorithm algorithm, struct diagnostics *diagnostics,
                      struct auth_key *out);

#endif
