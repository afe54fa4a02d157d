/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla export: what the routers need that a configuration measures, or what measures the same from
 * a router. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/ios.h"
#include "export/export.h"
#include "program/config_file.h"
#include "program/options.h"

#define PROGRAM "ipsla export"

static const struct option_row rows[] = {
    {"format", "NAME", "ios", "ios (and IOS XE), xr or nxos."},
    {"sender", NULL, NULL,
     "The operation with which a router measures what each target does, instead of what the "
     "measured router needs."},
    {"address", "IP", NULL,
     "This host's address, for access lists; else source_address of the target, else a "
     "placeholder."},
    {"secrets", NULL, NULL, "Write the secrets of keys, instead of a placeholder."},
};

static const struct options_program export_program = {
    .name = PROGRAM,
    .usage = "CONFIG [flags]",
    .summary = "Prints lines for the routers that a configuration measures. Look over them: they "
               "are a\nbeginning, and nothing is sent to a router.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 1,
};

static bool read_dialect(const struct options *options, enum export_dialect *out)
{
    const char *text = options_value(options, "format");
    for (unsigned i = 0; i < EXPORT_DIALECTS; i++) {
        if (strcmp(text, export_dialect_name((enum export_dialect)i)) == 0) {
            *out = (enum export_dialect)i;
            return true;
        }
    }
    options_refuse(options, "format", text, "ios, xr or nxos");
    return false;
}

static void flush(struct buf *out)
{
    fputs(buf_string(out), stdout);
    buf_fini(out);
}

static void print_senders(const struct spec_set *targets, enum export_dialect dialect)
{
    struct ios_name *names = mem_alloc(targets->count + 1, sizeof *names);
    struct buf out = {0};
    for (size_t i = 0; i < targets->count; i++) {
        names[i].name = targets->specs[i]->identity.name;
        names[i].wanted = ios_wanted_id(targets->specs[i]);
    }
    ios_names_number(names, targets->count);
    ios_names_say(PROGRAM, names, targets->count);
    export_sender_add_head(dialect, &out);
    for (size_t i = 0; i < targets->count; i++) {
        export_sender_add(dialect, targets->specs[i], names[i].id, &out);
        flush(&out);
    }
    free(names);
}

static int compare_hosts(const void *a, const void *b)
{
    const struct spec *left = *(const struct spec *const *)a;
    const struct spec *right = *(const struct spec *const *)b;
    int order = strcmp(left->identity.host, right->identity.host);
    return order != 0 ? order : strcmp(left->identity.name, right->identity.name);
}

/* Router by router. */
static void print_routers(const struct spec_set *targets, const struct export_router *settings)
{
    const struct spec **sorted = mem_alloc(targets->count + 1, sizeof(struct spec *));
    struct buf out = {0};
    memcpy(sorted, targets->specs, targets->count * sizeof(struct spec *));
    qsort(sorted, targets->count, sizeof(struct spec *), compare_hosts);
    for (size_t i = 0, next; i < targets->count; i = next) {
        for (next = i + 1; next < targets->count &&
                           strcmp(sorted[next]->identity.host, sorted[i]->identity.host) == 0;
             next++) {
        }
        export_router_add(settings, sorted + i, next - i, &out);
        flush(&out);
    }
    free(sorted);
}

static int export_config(const struct options *options)
{
    struct addr own;
    struct export_router settings = {.has_secrets = options_has(options, "secrets")};
    const char *address = options_value(options, "address");
    if (!read_dialect(options, &settings.dialect)) {
        return OPTIONS_EXIT_USAGE;
    }
    if (address != NULL && !addr_parse_ip(address, &own)) {
        return options_refuse(options, "address", address, "an IP address");
    }
    settings.own = address == NULL ? NULL : &own;
    if (options_has(options, "sender") && (settings.has_secrets || address != NULL)) {
        fprintf(stderr, PROGRAM ": --address and --secrets are not for --sender\n");
        return OPTIONS_EXIT_USAGE;
    }
    struct config *config = config_file_load(options->positional[0]);
    if (config == NULL) {
        return OPTIONS_EXIT_USAGE;
    }
    if (options_has(options, "sender")) {
        print_senders(config->targets, settings.dialect);
    } else {
        print_routers(config->targets, &settings);
    }
    config_free(config);
    return EXIT_SUCCESS;
}

int cli_export_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&export_program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, PROGRAM ": which configuration? (ipsla export --help)\n");
        return OPTIONS_EXIT_USAGE;
    }
    return export_config(&options);
}
