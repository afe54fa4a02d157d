/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/expo.h"
#include "expo/proto.h"
#include "expo/text.h"
#include "plan/example.h"

/* So many targets are written at a time: the memory does not grow with the configuration. Each time
 * has the heads of families, a thousandth of it, again. */
#define CHUNK 1000

static const struct {
    const char *name;
    enum series_level level;
} forms[METRICS_FORMS] = {
    [METRICS_CONFIGURED] = {"as configured", SERIES_DEFAULT},
    [METRICS_MINIMAL] = {"series: minimal", SERIES_MINIMAL},
    [METRICS_DEFAULT] = {"series: default", SERIES_DEFAULT},
    [METRICS_ALL] = {"series: all", SERIES_ALL},
};

const char *metrics_form_name(enum metrics_form form)
{
    return forms[form].name;
}

/* What is written at a time: all of it but the reports' specs are kept by the caller. */
struct chunk {
    struct report reports[CHUNK];
    struct report *pointers[CHUNK];
    struct spec specs[CHUNK]; /* as configured, but for the form */
    struct expo_lookup lookups[CHUNK];
    size_t count;
};

struct counts {
    uint64_t series, buckets, histograms, text_bytes, protobuf_bytes;
};

/* Whether the name of a series, `length` long, ends with the word. */
static bool ends_with(const char *name, size_t length, const char *word)
{
    size_t size = strlen(word);
    return length > size && memcmp(name + length - size, word, size) == 0;
}

static void count_line(const char *line, struct counts *out)
{
    size_t name = strcspn(line, "{ \n");
    if (line[0] == '#' || name == 0) {
        return;
    }
    out->series++;
    if (ends_with(line, name, "_bucket")) {
        size_t rest = strcspn(line, "\n");
        out->buckets++;
        out->histograms += memmem(line, rest, "le=\"+Inf\"", 9) != NULL;
    }
}

static struct expo_view view_of(const struct config *config, struct snapshot *const *snapshot,
                                const struct expo_responder *responder)
{
    static const char hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    return (struct expo_view){
        .version = "0.1.0",
        .revision = "1234567",
        .snapshots = snapshot,
        .snapshot_count = 1,
        .responder = responder,
        .config_hash = hash,
        .file_count = config->files == NULL ? 0 : config->files->count,
    };
}

/* Of the targets of the chunk and of the exporter itself. */
static struct counts measure(const struct config *config, struct chunk *chunk,
                             const struct expo_responder *responder)
{
    struct snapshot snapshot = {.reports = chunk->pointers, .count = chunk->count};
    struct snapshot *const snapshots[] = {&snapshot};
    struct counts counts = {0};
    struct buf out = {0};
    struct expo_view view = view_of(config, snapshots, responder);
    struct expo_file *files = mem_alloc(view.file_count + 1, sizeof *files);
    for (size_t i = 0; i < view.file_count; i++) {
        files[i] = (struct expo_file){.path = config->files->items[i].path, .is_good = true};
    }
    view.files = files;
    view.lookups = chunk->lookups;
    expo_render(&view, &format_text, &out);
    counts.text_bytes = out.size;
    for (const char *line = buf_string(&out); *line != '\0'; line = strchr(line, '\n') + 1) {
        count_line(line, &counts);
    }
    buf_clear(&out);
    expo_render(&view, &format_proto, &out);
    counts.protobuf_bytes = out.size;
    buf_fini(&out);
    free(files);
    return counts;
}

static void chunk_add(struct chunk *chunk, const struct spec *spec, enum metrics_form form)
{
    size_t i = chunk->count++;
    struct addr literal;
    chunk->specs[i] = *spec;
    if (form != METRICS_CONFIGURED) {
        chunk->specs[i].results.series = forms[form].level;
        chunk->specs[i].results.histograms = HIST_NATIVE;
    }
    chunk->reports[i] = (struct report){0};
    chunk->pointers[i] = &chunk->reports[i];
    example_fill(&chunk->reports[i], &chunk->specs[i]);
    bool is_name = !addr_parse_ip(spec->identity.host, &literal);
    struct wall looked_up = chunk->reports[i].last_run;
    chunk->lookups[i] = (struct expo_lookup){is_name ? 1234567 : 0, {is_name ? looked_up.ns : 0}};
}

static void chunk_clear(struct chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++) {
        example_fini(&chunk->reports[i]);
    }
    chunk->count = 0;
}

/* Adds what the chunk has beside `own`, the exporter's share of every chunk. */
static void sum_up(const struct counts *all, const struct counts *own, struct metrics_size *out)
{
    uint64_t series = all->series - own->series;
    uint64_t buckets = all->buckets - own->buckets;
    uint64_t histograms = all->histograms - own->histograms;
    out->series += series;
    out->native_series += series - buckets - histograms; /* _sum and _count become one */
    out->text_bytes += all->text_bytes - own->text_bytes;
    out->protobuf_bytes += all->protobuf_bytes - own->protobuf_bytes;
}

static void measure_form(const struct config *config, const struct expo_responder *responder,
                         enum metrics_form form, struct metrics_size *out)
{
    const struct spec_set *targets = config->targets;
    struct chunk *chunk = mem_alloc(1, sizeof *chunk);
    struct counts own = measure(config, chunk, responder);
    *out = (struct metrics_size){own.series, own.series, own.text_bytes, own.protobuf_bytes};
    for (size_t i = 0; i < targets->count; i++) {
        chunk_add(chunk, targets->specs[i], form);
        if (chunk->count == CHUNK || i + 1 == targets->count) {
            struct counts all = measure(config, chunk, responder);
            sum_up(&all, &own, out);
            chunk_clear(chunk);
        }
    }
    free(chunk);
}

void metrics_measure(const struct config *config, const struct expo_responder *responder,
                     struct metrics_size out[METRICS_FORMS])
{
    for (enum metrics_form form = METRICS_CONFIGURED; form < METRICS_FORMS; form++) {
        measure_form(config, responder, form, &out[form]);
    }
}
