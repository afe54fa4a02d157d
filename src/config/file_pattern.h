/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The names of files, with '*', '?' and '[...]' in them as a shell takes them. */
#ifndef CONFIG_FILE_PATTERN_H
#define CONFIG_FILE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define FILE_PATTERN_ALLOWED "paths, with '*' and '?', that end in .yml, .yaml or .json"

/* Files that one pattern may match. */
#define FILE_PATTERN_MATCHES_MAX 10000

/* Returns NULL, or what is wrong with the pattern. */
const char *file_pattern_problem(const char *pattern);

/* Paths in the order of their bytes, each once; all zero: none. */
struct paths {
    char **items;
    size_t count, capacity;
};

void paths_fini(struct paths *paths);

/* Adds the files that `pattern` matches now. False when there are too many. */
bool file_pattern_match(const char *pattern, struct paths *files);

/* Adds the directories that must be watched to see a change of what the pattern matches, or of the
 * contents of a file that it matches: the one of each part of the path that has a '*', the nearest
 * one that exists, and those of symbolic links on the way. */
void file_pattern_add_places(const char *pattern, struct paths *directories);

#endif
