/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Where targets come from: a table of sources, each of which yields specs or diagnostics. A new one
 * is a function and a row. */
#ifndef CONFIG_TARGET_SOURCE_H
#define CONFIG_TARGET_SOURCE_H

#include "config/diagnostics.h"
#include "config/inherit.h"
#include "config/target_files.h"
#include "config/value.h"
#include "probe/spec.h"

/* What a source may go by, and leave. */
struct target_sourcing {
    const struct values *root; /* the top level of the file */
    const struct inheritance *inheritance;
    const struct target_files *before; /* the reading before of files with targets; NULL: none */
    struct wall now;
    struct target_files **files; /* receives this one, NULL when there are none */
};

/* Reads the targets of every source that the top level of the file names, and checks that
 * they do not share what is to be one's own. The caller owns the set; a target with an error of its
 * own is not in it. */
struct spec_set *target_sources_read(const struct target_sourcing *sourcing,
                                     struct diagnostics *diagnostics);

#endif
