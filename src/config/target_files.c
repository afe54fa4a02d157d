/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/file.h"
#include "config/inputs.h"
#include "config/roster.h"
#include "config/surrogates.h"
#include "config/target_group.h"
#include "config/yaml.h"

/* Files being read one after the other. */
struct reading {
    const struct target_files_call *call;
    struct roster *roster; /* of what was accepted before */
};

/* The list of groups in `text`. */
static void read_groups(const struct reading *reading, struct tree *tree,
                        struct diagnostics *findings, struct yield *yield)
{
    const struct node *root = tree->root;
    if (root->kind != NODE_SEQUENCE) {
        diagnostics_error(findings, place_value(root),
                          "not a list of groups; write - targets: [HOST:PORT]");
        return;
    }
    for (const struct node *group = root->first; group != NULL; group = group->next) {
        target_group_read(tree, group, reading->call->inheritance, findings, yield);
    }
}

static void report_taken(const struct claim *claim, const char *what, const char *file,
                         struct diagnostics *findings)
{
    diagnostics_error(findings, place_value(claim->target),
                      "%s is one of a target in %s already; allowed: each once", what, file);
}

/* Against what other files have. */
static void check_others(const struct reading *reading, const struct yield *yield,
                         struct diagnostics *findings)
{
    for (size_t i = 0; i < yield->spec_count; i++) {
        const char *named = roster_find_name(reading->roster, yield->specs[i]);
        const char *sending = roster_find_source(reading->roster, yield->specs[i]);
        if (named != NULL) {
            report_taken(&yield->claims[i], "the name", named, findings);
        } else if (sending != NULL) {
            report_taken(&yield->claims[i], "the source port", sending, findings);
        }
    }
    const struct spec_set own = {.specs = (const struct spec **)yield->specs,
                                 .count = yield->spec_count};
    const struct value *most = reading->call->max_rate;
    uint64_t rate = roster_rate(reading->roster, &own);
    if (most->state == VALUE_SET && rate > (uint64_t)most->number) {
        diagnostics_error(findings, place_file(),
                          "with these targets %" PRIu64
                          " packets a second are sent; allowed: %" PRId64 " (max_packet_rate)",
                          rate, most->number);
    }
    if (roster_count(reading->roster) + yield->spec_count > SCHEMA_TARGETS_MAX) {
        diagnostics_error(findings, place_file(), "has too many targets; allowed: %d in all files",
                          SCHEMA_TARGETS_MAX);
    }
}

/* NULL when there is an error. */
static struct spec_set *parse(const struct reading *reading, const struct buf *text,
                              struct diagnostics *findings)
{
    struct yield yield = {0};
    struct spec_set *targets = NULL;
    struct tree *tree = yaml_parse(buf_string(text), text->size, findings);
    if (tree != NULL) {
        read_groups(reading, tree, findings, &yield);
    }
    if (findings->error_count == 0) {
        check_others(reading, &yield, findings); /* each claim has its spec */
    }
    check_claims(yield.claims, yield.claim_count, findings);
    diagnostics_sort(findings);
    diagnostics_drop_repeated(findings);
    if (findings->error_count == 0) {
        targets = spec_set_new(yield.specs, yield.spec_count);
    } else {
        for (size_t i = 0; i < yield.spec_count; i++) {
            spec_unref(yield.specs[i]);
        }
    }
    yield_fini(&yield);
    tree_free(tree);
    return targets;
}

/* Those of `before` that nobody has taken meanwhile. */
static struct spec_set *keep(const struct reading *reading, const struct target_file *before)
{
    size_t count = 0, all = before == NULL ? 0 : before->targets->count;
    struct spec **kept = mem_alloc(all, sizeof *kept);
    for (size_t i = 0; i < all; i++) {
        const struct spec *spec = before->targets->specs[i];
        if (roster_find_name(reading->roster, spec) == NULL &&
            roster_find_source(reading->roster, spec) == NULL) {
            kept[count++] = (struct spec *)spec_ref(spec);
        }
    }
    struct spec_set *targets = spec_set_new(kept, count);
    free(kept);
    return targets;
}

static int compare_path(const void *path, const void *file)
{
    return strcmp(path, ((const struct target_file *)file)->path);
}

static const struct target_file *find_before(const struct target_files *before, const char *path)
{
    return before == NULL || before->count == 0
               ? NULL
               : bsearch(path, before->items, before->count, sizeof *before->items, compare_path);
}

static bool is_json(const char *path)
{
    size_t length = strlen(path);
    return length > 5 && strcmp(path + length - 5, ".json") == 0;
}

/* False when the file is gone. */
static bool read_file(const struct reading *reading, const char *path, struct target_file *out)
{
    struct buf text = {0};
    const struct target_file *before = find_before(reading->call->before, path);
    struct target_file file = {.path = mem_string(path)};
    inputs_digest(path, file.digest); /* first: a change meanwhile is seen later */
    int error = file_read_path(path, YAML_BYTES_MAX, &text);
    file.findings.file = mem_string(path);
    if (error == 0) {
        if (is_json(path)) {
            surrogates_join(&text);
        }
        file.targets = parse(reading, &text, &file.findings);
    } else {
        diagnostics_error(&file.findings, place_file(), "cannot be read: %s", file_problem(error));
    }
    buf_fini(&text);
    file.is_good = file.targets != NULL;
    if (file.is_good) {
        file.good_at = reading->call->now;
        memcpy(file.good_digest, file.digest, sizeof file.digest);
    } else {
        file.targets = keep(reading, before);
        memcpy(file.good_digest,
               before == NULL ? (uint8_t[CRYPTO_SHA256_BYTES]){0} : before->good_digest,
               sizeof file.good_digest);
        file.good_at = before == NULL ? (struct wall){0} : before->good_at;
    }
    file.is_news = before == NULL || before->is_good != file.is_good ||
                   memcmp(before->digest, file.digest, sizeof file.digest) != 0;
    *out = file;
    return error != -ENOENT || file_is_there(path);
}

static void fini_file(struct target_file *file)
{
    spec_set_unref(file->targets);
    diagnostics_fini(&file->findings);
    free(file->path);
}

/* All files that match, with what is wrong with the patterns. */
static struct paths match_all(const struct target_files *files, const struct node *patterns,
                              struct diagnostics *diagnostics)
{
    struct paths paths = {0};
    const struct node *node = patterns->first;
    for (size_t i = 0; i < files->pattern_count; i++, node = node->next) {
        size_t before = paths.count;
        if (!file_pattern_match(files->patterns[i], &paths)) {
            diagnostics_error(diagnostics, place_value(node), "matches too many files; allowed: %d",
                              FILE_PATTERN_MATCHES_MAX);
        } else if (paths.count == before) {
            diagnostics_warn(diagnostics, place_value(node), "matches no further file yet");
        }
    }
    return paths;
}

static void set_patterns(struct target_files *files, const struct node *patterns,
                         const char *named_in)
{
    files->patterns = mem_alloc(patterns->count, sizeof *files->patterns);
    for (const struct node *node = patterns->first; node != NULL; node = node->next) {
        files->patterns[files->pattern_count++] = file_beside(named_in, node->text);
    }
}

struct target_files *target_files_read(const struct target_files_call *call,
                                       struct diagnostics *diagnostics, struct yield *own)
{
    struct target_files *files = mem_alloc(1, sizeof *files);
    struct reading reading = {.call = call, .roster = roster_new()};
    files->references = 1;
    set_patterns(files, call->patterns, diagnostics->file);
    struct paths paths = match_all(files, call->patterns, diagnostics);
    files->items = mem_alloc(paths.count, sizeof *files->items);
    const struct spec_set first = {.specs = (const struct spec **)own->specs,
                                   .count = own->spec_count};
    roster_add(reading.roster, &first, diagnostics->file);
    for (size_t i = 0; i < paths.count; i++) {
        struct target_file *file = &files->items[files->count];
        if (!read_file(&reading, paths.items[i], file)) {
            fini_file(file);
            continue;
        }
        roster_add(reading.roster, file->targets, file->path);
        files->count++;
    }
    for (size_t i = 0; i < files->count; i++) {
        yield_take(own, files->items[i].targets);
    }
    roster_free(reading.roster);
    paths_fini(&paths);
    return files;
}

struct target_files *target_files_ref(struct target_files *files)
{
    __atomic_fetch_add(&files->references, 1, __ATOMIC_RELAXED);
    return files;
}

void target_files_unref(struct target_files *files)
{
    if (files == NULL || __atomic_sub_fetch(&files->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < files->pattern_count; i++) {
        free(files->patterns[i]);
    }
    for (size_t i = 0; i < files->count; i++) {
        fini_file(&files->items[i]);
    }
    free(files->patterns);
    free(files->items);
    free(files);
}

static bool is_changed(const struct target_file *file, const char *path)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    if (strcmp(file->path, path) != 0) {
        return true;
    }
    inputs_digest(path, digest);
    return memcmp(digest, file->digest, sizeof digest) != 0;
}

bool target_files_have_changed(const struct target_files *files)
{
    struct paths paths = {0};
    for (size_t i = 0; i < files->pattern_count; i++) {
        file_pattern_match(files->patterns[i], &paths);
    }
    bool is_other = paths.count != files->count;
    for (size_t i = 0; i < paths.count && !is_other; i++) {
        is_other = is_changed(&files->items[i], paths.items[i]);
    }
    paths_fini(&paths);
    return is_other;
}

void target_files_add_places(const struct target_files *files, struct paths *directories)
{
    for (size_t i = 0; i < files->pattern_count; i++) {
        file_pattern_add_places(files->patterns[i], directories);
    }
}

bool target_files_are_good(const struct target_files *files)
{
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        if (!files->items[i].is_good) {
            return false;
        }
    }
    return true;
}
