/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Command lines from a table: "--flag=value", "--flag value", switches, repeated flags, aliases,
 * positional arguments, "--" to end the flags, and --help (-h) and --version everywhere. Writes
 * messages to standard output and error; never exits. */
#ifndef PROGRAM_OPTIONS_H
#define PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_GIVEN_MAX 128
#define OPTIONS_POSITIONAL_MAX 4096

/* Exit status of wrong usage. */
#define OPTIONS_EXIT_USAGE 2

struct option_row {
    const char *name; /* without dashes: "config.file" */
    const char *argument; /* what --help calls the value: "FILE"; NULL: a switch */
    const char *standard; /* the value when the flag is not given; NULL: none */
    const char *help;
    bool is_repeatable; /* else giving it twice is an error */
    const char *alias; /* another name; NULL: none */
    const char *heading; /* of this row and the ones below it in --help; NULL: as above */
};

struct options_program {
    const char *name; /* "ipsla_exporter" */
    const char *usage; /* "[flags]", "probe HOST [flags]" */
    const char *summary;
    const struct option_row *rows;
    size_t row_count;
    size_t positional_max; /* more than this many positional arguments are an error */
};

struct options_given {
    const struct option_row *row;
    const char *value; /* "" for a switch */
};

/* The parsed command line. Values point into argv. */
struct options {
    const struct options_program *program;
    struct options_given given[OPTIONS_GIVEN_MAX];
    size_t given_count;
    const char *positional[OPTIONS_POSITIONAL_MAX];
    size_t positional_count;
};

/* True: go on with `out`. False: exit with *exit_status: 0 after --help or --version,
 * OPTIONS_EXIT_USAGE after one line on standard error that says what is wrong. */
bool options_parse(const struct options_program *program, int argc, char *const *argv,
                   struct options *out, int *exit_status);

/* The value given for `name` (the last one), else its standard value, which may be NULL. */
const char *options_value(const struct options *options, const char *name);

/* Whether the flag was given: the way to ask for a switch. */
bool options_has(const struct options *options, const char *name);

/* Values of a repeatable flag in order: start with *position = 0, call until NULL. When it was not
 * given its standard value, if any, is the only one. */
const char *options_next(const struct options *options, const char *name, size_t *position);

/* Reads a decimal number in min..max. False otherwise; `out` untouched. */
bool options_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Say on standard error that the value of --`name` is wrong: `"VALUE" is not ALLOWED` or
 * `"VALUE" PROBLEM`. Return OPTIONS_EXIT_USAGE. */
int options_refuse(const struct options *options, const char *name, const char *value,
                   const char *allowed);
int options_reject(const struct options *options, const char *name, const char *value,
                   const char *problem);

#endif
