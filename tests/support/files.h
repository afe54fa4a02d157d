/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Files that tests compare with. */
#ifndef SUPPORT_FILES_H
#define SUPPORT_FILES_H

#include <stdio.h>

#include "base/buf.h"
#include "support/cm.h"

/* Appends the file, which must be there. */
static inline void files_read(const char *path, struct buf *out)
{
    char bytes[4096];
    size_t size;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0) {
        buf_add(out, bytes, size);
    }
    fclose(file);
}

/* Makes the file anew. */
static inline void files_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#endif
