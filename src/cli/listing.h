/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads the targets of a running exporter (/api/v1/targets, docs/api.md), one after the other. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/fetch.h"
#include "config/node.h"

struct listing {
    int64_t now_ns; /* of the exporter */
    uint64_t matched; /* targets that the query wants, in all parts */
    bool (*take)(void *context, const struct node *target); /* false: it is none */
    void *context;
};

/* Gives each target to `take`. False: this is not the list of an exporter's targets, or it is not
 * complete. At most SCHEMA_TARGETS_MAX. */
bool listing_read(struct listing *listing, struct fetch *fetch);

/* A mapping of JSON in one text; NULL when it is none. */
struct tree *listing_parse(const char *text, size_t size);

/* The text of `key`; NULL: there is none, or one that would move the cursor of a terminal, as no
 * exporter has them: *is_good is false then. */
const char *listing_text(const struct node *object, const char *key, bool *is_good);

#endif
