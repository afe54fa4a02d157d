/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Paths with parts that stand for something: "/api/v1/targets/NAME/evidence/ID.json". NAME is any
 * text that is not empty, ID a number. */
#ifndef WEB_ROUTE_PATH_H
#define WEB_ROUTE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Where they are in a path; not ended by a NUL. */
struct route_parts {
    const char *name, *id; /* id NULL: the pattern has none */
    size_t name_size, id_size;
};

/* False: `path` is none of `pattern`, which has a NAME. */
bool route_path_match(const char *pattern, const char *path, struct route_parts *out);

#endif
