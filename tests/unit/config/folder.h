/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test, with files that come and go. Include after cmocka. */
#ifndef UNIT_CONFIG_FOLDER_H
#define UNIT_CONFIG_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct folder {
    char path[64];
};

static inline struct folder folder_make(void)
{
    struct folder folder = {"/tmp/ipsla-unit-XXXXXX"};
    assert_non_null(mkdtemp(folder.path));
    return folder;
}

/* The path of `name` in there, until the next call. */
static inline const char *folder_path(const struct folder *folder, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

static inline void folder_write(const struct folder *folder, const char *name, const char *text)
{
    FILE *file = fopen(folder_path(folder, name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline void folder_link(const struct folder *folder, const char *to, const char *name)
{
    assert_int_equal(symlink(to, folder_path(folder, name)), 0);
}

static inline void folder_rename(const struct folder *folder, const char *from, const char *to)
{
    char old[512];
    snprintf(old, sizeof old, "%s/%s", folder->path, from);
    assert_int_equal(rename(old, folder_path(folder, to)), 0);
}

static inline void folder_empty(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char inner[1024];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlink(inner) != 0) {
            folder_empty(inner);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    rmdir(path);
}

static inline void folder_remove(const struct folder *folder)
{
    folder_empty(folder->path);
}

#endif
