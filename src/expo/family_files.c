/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the files with targets, and of the one with their latest operations. */
#include "base/time.h"
#include "expo/family.h"

static void emit_good(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (size_t i = 0; i < source->view->file_count; i++) {
        const struct expo_file *file = &source->view->files[i];
        series_count_by(series, file->path, file->is_good ? 1 : 0);
    }
}

static void emit_time(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (size_t i = 0; i < source->view->file_count; i++) {
        const struct expo_file *file = &source->view->files[i];
        if (file->good_at.ns != 0) {
            series_seconds_by(series, file->path, file->good_at.ns);
        }
    }
}

static void emit_targets(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (size_t i = 0; i < source->view->file_count; i++) {
        const struct expo_file *file = &source->view->files[i];
        series_count_by(series, file->path, file->targets);
    }
}

static void emit_written(struct series *series, const struct family_source *source, size_t offset)
{
    const struct expo_history *history = source->view->history;
    (void)offset;
    if (history != NULL) {
        series_count(series, history->is_write_successful ? 1 : 0);
    }
}

static void emit_write_time(struct series *series, const struct family_source *source,
                            size_t offset)
{
    const struct expo_history *history = source->view->history;
    (void)offset;
    if (history != NULL && history->written.ns != 0) {
        series_seconds(series, history->written.ns);
    }
}

static const struct family rows[] = {
    {{"ipsla_exporter_target_file_last_read_successful",
      METRIC_GAUGE,
      NULL,
      "Whether what the file with targets holds is in force.",
      {"file"}},
     FAMILY_EXPORTER,
     emit_good,
     0},
    {{"ipsla_exporter_target_file_last_read_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the file with targets was last read without an error, Unix time.",
      {"file"}},
     FAMILY_EXPORTER,
     emit_time,
     0},
    {{"ipsla_exporter_target_file_targets",
      METRIC_GAUGE,
      NULL,
      "Targets in force from the file.",
      {"file"}},
     FAMILY_EXPORTER,
     emit_targets,
     0},
    {{"ipsla_exporter_history_last_write_successful",
      METRIC_GAUGE,
      NULL,
      "Whether the history file was written when that was last tried.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_written,
     0},
    {{"ipsla_exporter_history_last_write_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the history file was last written, Unix time.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_write_time,
     0},
};
const struct family_part family_of_files = {rows, sizeof rows / sizeof rows[0]};
