/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/file_pattern.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* As many symbolic links behind one another as the system follows. */
#define LINKS_MAX 40

const char *file_pattern_problem(const char *pattern)
{
    static const char *const ends[] = {".yml", ".yaml", ".json"};
    size_t length = strlen(pattern);
    if (length >= PATH_MAX) {
        return "is too long";
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t size = strlen(ends[i]);
        if (length > size && strcmp(pattern + length - size, ends[i]) == 0) {
            return NULL;
        }
    }
    return "is no such path";
}

void paths_fini(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->items[i]);
    }
    free(paths->items);
    *paths = (struct paths){0};
}

/* Keeps the order. */
static void paths_add(struct paths *paths, const char *path)
{
    size_t low = 0, high = paths->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(paths->items[middle], path);
        if (order == 0) {
            return;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    if (paths->count == paths->capacity) {
        paths->capacity = paths->capacity == 0 ? 8 : paths->capacity * 2;
        paths->items = mem_resize(paths->items, paths->capacity, sizeof *paths->items);
    }
    memmove(paths->items + low + 1, paths->items + low,
            (paths->count - low) * sizeof *paths->items);
    paths->items[low] = mem_string(path);
    paths->count++;
}

bool file_pattern_match(const char *pattern, struct paths *files)
{
    glob_t found = {0};
    bool is_good = true;
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        is_good = found.gl_pathc <= FILE_PATTERN_MATCHES_MAX;
        for (size_t i = 0; i < found.gl_pathc && is_good; i++) {
            paths_add(files, found.gl_pathv[i]);
        }
    }
    globfree(&found);
    return is_good;
}

/* The first `length` bytes of `path`, which end before a '/' or at the end; "/" and "." where
 * nothing is left. */
static char *part_of(const char *path, size_t length)
{
    if (length == 0) {
        return mem_string(path[0] == '/' ? "/" : ".");
    }
    char *part = mem_alloc(length + 1, 1);
    memcpy(part, path, length);
    return part;
}

static size_t parent_length(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    return length;
}

/* Where the link `path` leads, as seen from here; NULL when it is no link. */
static char *follow_link(const char *path)
{
    char target[PATH_MAX];
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size <= 0) {
        return NULL;
    }
    target[size] = '\0';
    size_t length = target[0] == '/' ? 0 : parent_length(path, strlen(path));
    size_t skipped = target[0] == '/' || (length == 0 && path[0] != '/') ? 0 : 1;
    char *whole = mem_alloc(length + skipped + (size_t)size + 1, 1);
    memcpy(whole, path, length);
    memset(whole + length, '/', skipped);
    memcpy(whole + length + skipped, target, (size_t)size);
    return whole;
}

static void add_parent(const char *path, size_t length, struct paths *directories)
{
    char *parent = part_of(path, parent_length(path, length));
    paths_add(directories, parent);
    free(parent);
}

/* The directory of each symbolic link on the way to `path`, and of what it leads to. */
static void add_links(const char *path, unsigned links, struct paths *directories)
{
    size_t whole = strlen(path);
    for (size_t length = 1; length <= whole && links < LINKS_MAX; length++) {
        if (length < whole && path[length] != '/') {
            continue;
        }
        char *part = part_of(path, length);
        char *target = follow_link(part);
        if (target != NULL) {
            add_parent(path, length, directories);
            add_parent(target, strlen(target), directories);
            add_links(target, links + 1, directories);
        }
        free(target);
        free(part);
    }
}

/* The directories that `part` of a pattern matches. Whether there is one. */
static bool add_directories(const char *part, struct paths *directories)
{
    struct stat status;
    glob_t found = {0};
    bool is_any = false;
    if (glob(part, GLOB_NOSORT, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && i < FILE_PATTERN_MATCHES_MAX; i++) {
            if (stat(found.gl_pathv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
                paths_add(directories, found.gl_pathv[i]);
                add_links(found.gl_pathv[i], 0, directories);
                is_any = true;
            }
        }
    }
    globfree(&found);
    return is_any;
}

void file_pattern_add_places(const char *pattern, struct paths *directories)
{
    struct paths files = {0};
    size_t length = strlen(pattern);
    bool is_literal = false, is_found = false;
    while (length > 0 && !(is_literal && is_found)) {
        length = parent_length(pattern, length);
        char *part = part_of(pattern, length);
        is_literal = strpbrk(part, "*?[") == NULL;
        is_found = add_directories(part, directories);
        free(part);
    }
    if (file_pattern_match(pattern, &files)) {
        for (size_t i = 0; i < files.count; i++) {
            add_links(files.items[i], 0, directories);
        }
    }
    paths_fini(&files);
}
