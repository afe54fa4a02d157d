/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Where targets come from: a table of sources, each of which yields specs or diagnostics. A new one
 * is a function and a row. */
#ifndef CONFIG_TARGET_SOURCE_H
#define CONFIG_TARGET_SOURCE_H

#include "config/diagnostics.h"
#include "config/inherit.h"
#include "config/value.h"
#include "probe/spec.h"

/* Reads the targets of every source that the top level of the file (`root`) names, and checks that
 * they do not share what is to be one's own, and do not send more than max_packet_rate. The caller
 * owns the set; a target with an error of its own is not in it. */
struct spec_set *target_sources_read(const struct values *root,
                                     const struct inheritance *inheritance,
                                     struct diagnostics *diagnostics);

#endif
