/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ipsla import`: reads files in pieces, and writes what import/ makes of them. */
#include "import/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/import_label.h"
#include "config/schema.h"
#include "host/clock.h"
#include "import/release.h"
#include "program/options.h"

#define CHUNK_BYTES 65536
#define PROGRESS_NS (200 * NS_PER_MS)

enum { EXIT_ALL = 0, EXIT_SOME = 1 };

static const struct option_row rows[] = {
    {"format", "NAME", "auto",
     "What the files are: auto (each is what it looks like), ios, asa, nxos, xr, juniper, huawei, "
     "nokia, smokeping, smokeping_prober, blackbox or snmpwalk."},
    {"output", "FORMAT", "yaml",
     "yaml: a configuration; report: every operation and what became of it; json: both."},
    {"rules", "FILE", NULL,
     "Write recording and alert rules for tracks and reactions to this file, for Prometheus."},
    {"from", "WHERE", "host",
     "host: measure the same destinations from here; device: keep the source address and the VRF "
     "of the router, for a host in its place."},
    {"towards", NULL, NULL,
     "Make targets of the routers that have a responder, instead of what they measure."},
    {"label", "NAME=REGEX", NULL,
     "A label with what the extended regular expression, or its first group, matches of the "
     "device's name.",
     .is_repeatable = true},
    {"release", "RELEASE", NULL,
     "Write out the defaults of this release: 12, 15, 16 or 17 (also 15.2 and so on), asa, nxos or "
     "xr."},
};

static const struct options_program program = {
    .name = "ipsla import",
    .usage = "FILE... [flags]",
    .summary = "Makes a configuration of what routers measure (running configurations; - is "
               "standard input), or\nof the files of smokeping_prober, blackbox_exporter with "
               "Prometheus, SmokePing and snmpwalk.\nExit status: 0 all of it has an equal here, 1 "
               "some of it has none or the router refuses it\n(--output report says what), 2 "
               "nothing was imported.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = OPTIONS_POSITIONAL_MAX,
};

struct run {
    struct import *import;
    FILE *rules;
    const char *rules_file;
    bool has_progress;
    struct mono next_progress;
    unsigned long long bytes;
    bool has_failed;
};

static bool read_format(const struct options *options, struct import_settings *settings)
{
    const char *text = options_value(options, "format");
    for (size_t i = 0; import_format_name(i) != NULL; i++) {
        if (strcmp(import_format_name(i), text) == 0) {
            settings->formats = 1U << i;
            return true;
        }
    }
    if (strcmp(text, "auto") == 0) {
        return true;
    }
    options_refuse(options, "format", text,
                   "auto, ios, asa, nxos, xr, juniper, huawei, nokia, smokeping, smokeping_prober, "
                   "blackbox or snmpwalk");
    return false;
}

static bool read_settings(const struct options *options, struct import_settings *settings)
{
    static const char *const outputs[] = {"yaml", "json", "report"};
    const char *output = options_value(options, "output");
    const char *from = options_value(options, "from");
    const char *release = options_value(options, "release");
    size_t index = 0;
    while (index < sizeof outputs / sizeof outputs[0] && strcmp(outputs[index], output) != 0) {
        index++;
    }
    if (index == sizeof outputs / sizeof outputs[0]) {
        options_refuse(options, "output", output, "yaml, json or report");
        return false;
    }
    if (strcmp(from, "host") != 0 && strcmp(from, "device") != 0) {
        options_refuse(options, "from", from, "host or device");
        return false;
    }
    if (release != NULL && !import_release_is_known(release)) {
        options_refuse(options, "release", release, import_release_names());
        return false;
    }
    settings->output = (enum import_output)index;
    settings->wants_rules = options_value(options, "rules") != NULL;
    settings->wish.is_from_device = strcmp(from, "device") == 0;
    settings->wish.is_towards = options_has(options, "towards");
    settings->wish.release = release;
    return read_format(options, settings);
}

/* ---- reading and writing ---- */

static void clear_progress(const struct run *run)
{
    if (run->has_progress) {
        fputs("\r\033[K", stderr);
    }
}

static void show_progress(struct run *run)
{
    struct mono now = clock_now().mono;
    if (run->has_progress && !mono_is_before(now, run->next_progress)) {
        const struct import_totals *totals = import_totals(run->import);
        fprintf(stderr, "\r%.1f MB, %u devices, %u targets\033[K", (double)run->bytes / 1e6,
                totals->devices, totals->targets);
        run->next_progress = mono_add(now, PROGRESS_NS);
    }
}

static void write_out(struct run *run, struct buf *text, FILE *stream, const char *name)
{
    if (text->size == 0 || run->has_failed) {
        return;
    }
    if (stream == stdout) {
        clear_progress(run);
    }
    if (fwrite(text->bytes, 1, text->size, stream) != text->size) {
        fprintf(stderr, "%s: %s: %s\n", program.name, name, strerror(errno));
        run->has_failed = true;
    }
    buf_clear(text);
}

static void drain(struct run *run)
{
    write_out(run, import_text(run->import), stdout, "standard output");
    if (run->rules != NULL) {
        write_out(run, import_rules_text(run->import), run->rules, run->rules_file);
    }
}

/* Reads one file to its end. False after a message. */
static bool read_stream(struct run *run, FILE *stream, const char *name)
{
    static char chunk[CHUNK_BYTES];
    size_t got;
    while (!run->has_failed && (got = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        import_feed(run->import, chunk, got);
        run->bytes += got;
        drain(run);
        show_progress(run);
    }
    if (ferror(stream)) {
        clear_progress(run);
        fprintf(stderr, "%s: %s: %s\n", program.name, name, strerror(errno));
        return false;
    }
    return true;
}

static bool read_file(struct run *run, const char *name)
{
    bool is_input = strcmp(name, "-") == 0;
    FILE *stream = is_input ? stdin : fopen(name, "rb");
    if (stream == NULL) {
        clear_progress(run);
        fprintf(stderr, "%s: %s: %s\n", program.name, name, strerror(errno));
        return false;
    }
    import_file(run->import, is_input ? "standard input" : name);
    bool is_read = read_stream(run, stream, name);
    if (!is_input) {
        fclose(stream);
    }
    return is_read;
}

static void print_summary(const struct run *run)
{
    const struct import_totals *totals = import_totals(run->import);
    unsigned statements = 0;
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        statements += totals->statements[fate];
    }
    fprintf(stderr, "%s: %u device%s, %u operation%s, %u target%s; %u statements", program.name,
            totals->devices, totals->devices == 1 ? "" : "s", totals->operations,
            totals->operations == 1 ? "" : "s", totals->targets, totals->targets == 1 ? "" : "s",
            statements);
    const char *separator = ": ";
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        if (totals->statements[fate] > 0) {
            fprintf(stderr, "%s%u %s", separator, totals->statements[fate], import_fate_name(fate));
            separator = ", ";
        }
    }
    fputc('\n', stderr);
    if (totals->repaired > 0) {
        fprintf(stderr, "%s: %u lines had bytes that are not UTF-8, each shown as ?\n",
                program.name, totals->repaired);
    }
    if (totals->cut > 0) {
        fprintf(stderr, "%s: %u lines were longer than %d bytes and are cut\n", program.name,
                totals->cut, IMPORT_LINE_MAX - 1);
    }
    if (totals->targets > SCHEMA_TARGETS_MAX) {
        fprintf(stderr, "%s: one configuration may have %d targets: import fewer files at once\n",
                program.name, SCHEMA_TARGETS_MAX);
    }
}

static int status_of(const struct run *run, bool is_read)
{
    const struct import_totals *totals = import_totals(run->import);
    bool is_any = totals->targets > 0 || totals->operations > 0;
    bool is_all =
        totals->statements[FATE_UNSUPPORTED] == 0 && totals->statements[FATE_REFUSED] == 0;
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        is_any |= totals->statements[fate] > 0;
    }
    if (!is_read || run->has_failed || !is_any) {
        return OPTIONS_EXIT_USAGE;
    }
    return is_all ? EXIT_ALL : EXIT_SOME;
}

static int drive(struct run *run, const struct options *options)
{
    bool is_read = true;
    for (size_t i = 0; i < options->positional_count && !run->has_failed; i++) {
        is_read &= read_file(run, options->positional[i]);
    }
    import_finish(run->import);
    drain(run);
    clear_progress(run);
    if (fflush(stdout) != 0) {
        run->has_failed = true;
    }
    print_summary(run);
    return status_of(run, is_read);
}

int cli_import_main(int argc, char **argv)
{
    struct options options;
    struct import_settings settings = {0};
    struct import_labels labels = {0};
    int status = OPTIONS_EXIT_USAGE;
    if (!options_parse(&program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "%s: which file? (- is standard input)\n", program.name);
        return OPTIONS_EXIT_USAGE;
    }
    if (!read_settings(&options, &settings) || !import_labels_read(&options, &labels)) {
        import_labels_fini(&labels);
        return OPTIONS_EXIT_USAGE;
    }
    settings.wish.add_labels = import_labels_add;
    settings.wish.context = &labels;
    struct run run = {.rules_file = options_value(&options, "rules"),
                      .has_progress = isatty(STDERR_FILENO) != 0};
    run.rules = run.rules_file != NULL ? fopen(run.rules_file, "w") : NULL;
    if (run.rules_file != NULL && run.rules == NULL) {
        fprintf(stderr, "%s: %s: %s\n", program.name, run.rules_file, strerror(errno));
    } else {
        run.import = import_new(&settings);
        status = drive(&run, &options);
        import_free(run.import);
    }
    if (run.rules != NULL && fclose(run.rules) != 0) {
        fprintf(stderr, "%s: %s: %s\n", program.name, run.rules_file, strerror(errno));
        status = OPTIONS_EXIT_USAGE;
    }
    import_labels_fini(&labels);
    return status;
}
