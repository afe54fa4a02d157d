/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

static const struct schema_key group_keys[] = {
    {"targets", SLOT_GROUP_TARGETS, SCHEMA_LIST, .is_required = true, .max = SCHEMA_TARGETS_MAX,
     .doc = "What to measure, each as HOST or HOST:PORT, which is its name too."},
    {"labels", SLOT_GROUP_LABELS, SCHEMA_MAPPING,
     .doc = "Labels of each of these targets; __KEY__ is the key KEY of a target, __SECTION_KEY__ "
            "one in a section."},
};
const struct schema_scope schema_group = {"group", group_keys,
                                          sizeof group_keys / sizeof group_keys[0], NULL};
