/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* YAML text into a tree (node.h). The only user of libyaml.
 * Takes a small YAML: one document, no anchors, aliases or tags, keys that are plain words, every
 * value a text. Bounded in bytes, depth and nodes. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stddef.h>

#include "config/diagnostics.h"
#include "config/node.h"

#define YAML_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX 2000000

/* Reads `text`, UTF-8. NULL when it cannot be read as a whole (syntax, encoding, a bound, no
 * content); a tree may come with errors too (duplicate keys, anchors). All errors are added to
 * `diagnostics`. */
struct tree *yaml_parse(const char *text, size_t size, struct diagnostics *diagnostics);

/* The version of libyaml that runs. */
const char *yaml_library_version(void);

#endif
