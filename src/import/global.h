/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Commands that refer to operations by number: schedules, groups, reactions, responders. */
#ifndef IMPORT_GLOBAL_H
#define IMPORT_GLOBAL_H

#include "import/reader.h"

/* A line whose words from `at` on stand behind "ip sla" or another prefix. */
void import_global(struct import_reader *reader, const struct import_line *line, size_t at,
                   bool is_negated);

/* The same for other lines, by what they begin with and what they stand in. False: not theirs. */
bool import_track_line(struct import_reader *reader, const struct import_line *line, size_t at,
                       bool is_negated);
bool import_feature_line(struct import_reader *reader, const struct import_line *line, size_t at,
                         bool is_negated);
bool import_block_line(struct import_reader *reader, const struct import_line *line, size_t at);

/* A schedule of operation `entry`, before its words. */
void import_begin_schedule(struct import_device *device, int entry, unsigned line);

/* Words of a schedule; the fate of the line. */
enum import_fate import_schedule_words(struct import_device *device, int entry,
                                       const struct import_line *line, size_t at);

/* "group schedule N" with the words from `at` on. */
enum import_fate import_group_words(struct import_device *device, const struct import_line *line,
                                    size_t at, bool is_negated);

/* Words of a reaction, and the reaction of IOS XR's rows. */
enum import_fate import_reaction_words(struct import_device *device, int reaction,
                                       const struct import_line *line, size_t at);
bool import_reaction_apply(struct import_device *device, int reaction,
                           const struct import_match *match, const struct import_line *line);

/* The seconds after which a member of a group starts; -1 pending: how PARAM_START is stored. */
#define IMPORT_START_SPREAD 0
#define IMPORT_START_PENDING (-1)
#define IMPORT_START_AFTER(seconds) (1 + (seconds))
#define IMPORT_LIFE_FOREVER (-1)
#define IMPORT_LIFE_DEFAULT 3600

#endif
