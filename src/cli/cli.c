/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla: one word, one job. The
 * words have files of their own, but `check`, which says what is wrong with a configuration file.
 */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/effective.h"
#include "program/config_file.h"
#include "program/options.h"
#include "program/output.h"

static const struct option_row check_rows[] = {
    {"print", NULL, NULL,
     "Print each good file with every key and its value, secrets masked, as /config does.", false},
};

static const struct options_program check_program = {
    .name = "ipsla check",
    .usage = "[--print] FILE...",
    .summary = "Says everything that is wrong with configuration files.",
    .rows = check_rows,
    .row_count = 1,
    .positional_max = OPTIONS_POSITIONAL_MAX,
};

static const struct options_program main_program = {
    .name = "ipsla",
    .usage = "probe HOST [flags] | show [URL] statistics|details|summary|responder | top [URL] "
             "[flags] | "
             "health [URL] | discover HOST... [flags] | path HOST [flags] | check FILE... | plan "
             "CONFIG | "
             "export CONFIG | import "
             "FILE... [flags] | "
             "decode FILE [flags] | key-solve --pcap FILE | voice-table [flags]",
    .summary = "Cisco IP SLA from the command line. Each word has its own --help.",
};

static void print_config(const struct config *config)
{
    char piece[4096];
    struct buf tail = {0};
    struct effective *effective = effective_new(config);
    struct effective_reader *reader = effective_open(effective, &tail);
    for (size_t size; (size = effective_read(reader, piece, sizeof piece)) > 0;) {
        fwrite(piece, 1, size, stdout);
    }
    effective_close(reader);
    effective_unref(effective);
}

static bool check_file(const char *file, bool does_print)
{
    const struct config_source source = {.file = file};
    struct config *config = config_file_check(&source);
    if (config != NULL && does_print) {
        print_config(config);
    } else if (config != NULL) {
        size_t count = config->targets->count;
        printf("%s: ok, %zu %s\n", file, count, count == 1 ? "target" : "targets");
    }
    config_free(config);
    return config != NULL;
}

static int check_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&check_program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "ipsla check: which file?\n");
        return OPTIONS_EXIT_USAGE;
    }
    status = EXIT_SUCCESS;
    for (size_t i = 0; i < options.positional_count; i++) {
        status = check_file(options.positional[i], options_has(&options, "print"))
                     ? status
                     : OPTIONS_EXIT_USAGE;
    }
    return status;
}

/* "help probe" and "--help probe" are "probe --help", and "help" is "--help". */
static void read_help(int argc, char **argv)
{
    static char help[] = "--help";
    if (argc < 2 || (strcmp(argv[1], "help") != 0 && strcmp(argv[1], "--help") != 0)) {
        return;
    }
    argv[1] = help;
    if (argc == 3 && argv[2][0] != '-') {
        argv[1] = argv[2];
        argv[2] = help;
    }
}

#define WORDS                                                                                      \
    "probe, show, top, health, discover, path, check, plan, export, import, decode, key-solve or " \
    "voice-table"

static int run(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*run)(int argc, char **argv);
    } words[] = {
        {"probe", cli_probe_main},
        {"show", cli_show_main},
        {"top", cli_top_main},
        {"health", cli_health_main},
        {"export", cli_export_main},
        {"discover", cli_discover_main},
        {"path", cli_trace_main},
        {"plan", cli_plan_main},
        {"check", check_main},
        {"decode", cli_decode_main},
        {"key-solve", cli_key_solve},
        {"import", cli_import_main},
        {"voice-table", cli_voice_table},
    };
    struct options options;
    int status;
    setlocale(LC_CTYPE, "");
    read_help(argc, argv);
    for (size_t i = 0; argc > 1 && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(argv[1], words[i].word) == 0) {
            return words[i].run(argc - 1, argv + 1);
        }
    }
    if (argc > 1 && argv[1][0] != '-') {
        fprintf(stderr, "ipsla: unknown word %s; it is " WORDS "\n", argv[1]);
        return OPTIONS_EXIT_USAGE;
    }
    if (!options_parse(&main_program, argc, argv, &options, &status)) {
        return status;
    }
    fprintf(stderr, "ipsla: " WORDS "? (ipsla --help)\n");
    return OPTIONS_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    return output_end("ipsla", run(argc, argv));
}
