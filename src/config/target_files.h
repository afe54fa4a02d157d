/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets in files of their own, in the form of Prometheus' file_sd. Each file stands for itself:
 * one that is wrong, or cannot be read, leaves in force what it last was when it was right. Nothing
 * changes once it is read, so that other threads may look at it. */
#ifndef CONFIG_TARGET_FILES_H
#define CONFIG_TARGET_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"
#include "base/time.h"
#include "config/diagnostics.h"
#include "config/file_pattern.h"
#include "config/inherit.h"
#include "config/yield.h"
#include "probe/spec.h"

struct target_file {
    char *path;
    uint8_t digest[CRYPTO_SHA256_BYTES]; /* of what it held, good or not */
    bool is_good; /* what it holds is in force */
    bool is_news; /* it, or whether it is good, differs from the reading before */
    struct spec_set *targets; /* in force */
    uint8_t good_digest[CRYPTO_SHA256_BYTES]; /* of what those were read from; 0: it never was */
    struct wall good_at; /* when those were read; 0: never */
    struct diagnostics findings;
};

struct target_files {
    char **patterns; /* as seen from here */
    size_t pattern_count;
    struct target_file *items; /* in the order of their paths */
    size_t count;
    unsigned references;
};

/* What a reading goes by. */
struct target_files_call {
    const struct node *patterns; /* the list `target_files` */
    const struct inheritance *inheritance;
    const struct value *max_rate; /* max_packet_rate of all targets together */
    const struct target_files *before; /* the reading before; NULL: none */
    struct wall now;
};

/* Reads the files. `own` are the targets of the configuration file `diagnostics` is about, which
 * come first where two want the same; what the patterns are blamed for is reported there. Appends
 * the targets in force, with a reference of each, to `own`. */
struct target_files *target_files_read(const struct target_files_call *call,
                                       struct diagnostics *diagnostics, struct yield *own);

struct target_files *target_files_ref(struct target_files *files);
void target_files_unref(struct target_files *files); /* NULL is fine */

/* Whether other files match, or one holds something else than when it was read. Reads them all. */
bool target_files_have_changed(const struct target_files *files);

/* Adds the directories in which such a change can be seen. */
void target_files_add_places(const struct target_files *files, struct paths *directories);

/* Whether no file has an error. NULL is fine. */
bool target_files_are_good(const struct target_files *files);

#endif
