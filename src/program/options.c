/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/options.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/words.h"
#include "host/log.h"

#define NAMES_MAX 128
#define HELP_COLUMNS 79
#define HELP_INDENT 6
#define NAME_MAX_BYTES ((size_t)80)

static const struct option_row common_rows[] = {
    {.name = "help", .help = "Show this text and exit."},
    {.name = "version", .help = "Show the version and exit."},
};
#define COMMON_COUNT (sizeof common_rows / sizeof common_rows[0])

/* Rows of the program and then the common ones; NULL behind the last. */
static const struct option_row *row_at(const struct options_program *program, size_t index)
{
    if (index < program->row_count) {
        return &program->rows[index];
    }
    index -= program->row_count;
    return index < COMMON_COUNT ? &common_rows[index] : NULL;
}

/* The `length` bytes at `text` are `word`. */
static bool is_word(const char *word, const char *text, size_t length)
{
    return strlen(word) == length && memcmp(word, text, length) == 0;
}

static const struct option_row *row_find(const struct options_program *program, const char *name,
                                         size_t length)
{
    const struct option_row *row;
    for (size_t i = 0; (row = row_at(program, i)) != NULL; i++) {
        if (is_word(row->name, name, length) ||
            (row->alias != NULL && is_word(row->alias, name, length))) {
            return row;
        }
    }
    return NULL;
}

__attribute__((format(printf, 2, 3))) static bool complain(const struct options_program *program,
                                                           const char *format, ...)
{
    va_list arguments;
    struct buf text = {0};
    buf_printf(&text, "%s: ", program->name);
    va_start(arguments, format);
    buf_vprintf(&text, format, arguments);
    va_end(arguments);
    log_text(LOG_LEVEL_ERROR, buf_string(&text));
    buf_fini(&text);
    return false;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* `dashed` is the argument as given, of which `name`, of `length` characters, is a part. */
static bool complain_unknown(const struct options_program *program, const char *dashed,
                             const char *name, size_t length)
{
    const struct option_row *row;
    const char *names[NAMES_MAX];
    char word[NAME_MAX_BYTES + 1];
    size_t count = 0;
    for (size_t i = 0; count + 2 <= NAMES_MAX && (row = row_at(program, i)) != NULL; i++) {
        names[count++] = row->name;
        if (row->alias != NULL) {
            names[count++] = row->alias;
        }
    }
    snprintf(word, sizeof word, "%.*s", (int)least(length, NAME_MAX_BYTES), name);
    const char *nearest = words_nearest(word, names, count);
    int shown = (int)least((size_t)(name - dashed) + length, NAME_MAX_BYTES);
    if (nearest == NULL) {
        return complain(program, "unknown flag %.*s (--help lists the flags)", shown, dashed);
    }
    return complain(program, "unknown flag %.*s (did you mean --%s?)", shown, dashed, nearest);
}

/* Words of `text`, indented, in lines of up to HELP_COLUMNS; *column is where the last one ended.
 */
static void print_words(const char *text, size_t *column)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (*column > 0 && *column + 1 + length > HELP_COLUMNS) {
            *column = 0;
            putchar('\n');
        }
        int space = *column == 0 ? HELP_INDENT : 1;
        printf("%*s%.*s", space, "", (int)length, text);
        *column += (size_t)space + length;
        text += length;
        text += strspn(text, " ");
    }
}

static void print_flag(const char *lead, const char *name, const struct option_row *row)
{
    printf("%s--%s%s%s%s", lead, name, row->argument == NULL ? "" : "=",
           row->argument == NULL ? "" : row->argument, row->is_repeatable ? " ..." : "");
}

static void print_row(const struct option_row *row)
{
    size_t column = 0;
    print_flag("  ", row->name, row);
    if (row->alias != NULL) {
        print_flag(", ", row->alias, row);
    }
    putchar('\n');
    print_words(row->help, &column);
    if (row->standard != NULL) {
        print_words("Default:", &column);
        print_words(row->standard, &column);
        putchar('.');
    }
    putchar('\n');
}

/* What stands above row `index`; NULL: nothing. */
static const char *heading_at(const struct options_program *program, size_t index)
{
    bool has_headings = program->row_count > 0 && program->rows[0].heading != NULL;
    if (index == program->row_count && has_headings) {
        return "Other";
    }
    return index == 0 && !has_headings ? "Flags" : row_at(program, index)->heading;
}

static void print_help(const struct options_program *program)
{
    const struct option_row *row;
    printf("Usage: %s %s\n\n%s\n", program->name, program->usage, program->summary);
    for (size_t i = 0; (row = row_at(program, i)) != NULL; i++) {
        const char *heading = heading_at(program, i);
        if (heading != NULL) {
            printf("\n%s:\n", heading);
        }
        print_row(row);
    }
}

/* Records one flag. `argument` is the text after "--"; *next is the argument behind it, consumed
 * (set to NULL) when it is the value. */
static bool take_flag(struct options *options, const char *dashed, const char *argument,
                      const char **next)
{
    const struct options_program *program = options->program;
    size_t length = strcspn(argument, "=");
    const char *value = argument[length] == '=' ? argument + length + 1 : NULL;
    const struct option_row *row = row_find(program, argument, length);
    if (row == NULL) {
        return complain_unknown(program, dashed, argument, length);
    }
    if (row->argument == NULL && value != NULL) {
        return complain(program, "flag --%s takes no value", row->name);
    }
    if (row->argument != NULL && value == NULL && *next != NULL && strncmp(*next, "--", 2) != 0) {
        value = *next;
        *next = NULL;
    }
    if (row->argument != NULL && value == NULL) {
        return complain(program, "flag --%s needs a value: --%s=%s", row->name, row->name,
                        row->argument);
    }
    if (!row->is_repeatable && options_has(options, row->name)) {
        return complain(program, "flag --%s may be given only once", row->name);
    }
    if (options->given_count == OPTIONS_GIVEN_MAX) {
        return complain(program, "too many flags (at most %d)", OPTIONS_GIVEN_MAX);
    }
    options->given[options->given_count++] =
        (struct options_given){.row = row, .value = value == NULL ? "" : value};
    return true;
}

static bool take_positional(struct options *options, const char *argument)
{
    if (options->positional_count ==
        least(options->program->positional_max, OPTIONS_POSITIONAL_MAX)) {
        return complain(options->program, "unexpected argument: %s", argument);
    }
    options->positional[options->positional_count++] = argument;
    return true;
}

static bool take_all(struct options *options, int argc, char *const *argv)
{
    bool flags_ended = false;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool had_next = next != NULL;
        bool is_good;
        if (flags_ended || argument[0] != '-' || argument[1] == '\0') {
            is_good = take_positional(options, argument);
        } else if (strcmp(argument, "--") == 0) {
            flags_ended = true;
            continue;
        } else if (strcmp(argument, "-h") == 0) {
            is_good = take_flag(options, argument, "help", &next);
        } else if (argument[1] != '-') {
            is_good = complain_unknown(options->program, argument, argument + 1,
                                       strcspn(argument + 1, "="));
        } else {
            is_good = take_flag(options, argument, argument + 2, &next);
        }
        if (!is_good) {
            return false;
        }
        i += had_next && next == NULL ? 1 : 0;
    }
    return true;
}

bool options_parse(const struct options_program *program, int argc, char *const *argv,
                   struct options *out, int *exit_status)
{
    struct options options = {.program = program};
    if (!take_all(&options, argc, argv)) {
        *exit_status = OPTIONS_EXIT_USAGE;
        return false;
    }
    if (options_has(&options, "help")) {
        print_help(program);
        *exit_status = 0;
        return false;
    }
    if (options_has(&options, "version")) {
        printf("%s %s (revision %s)\n", program->name, IPSLA_VERSION, IPSLA_REVISION);
        *exit_status = 0;
        return false;
    }
    *out = options;
    return true;
}

const char *options_value(const struct options *options, const char *name)
{
    const struct option_row *row = row_find(options->program, name, strlen(name));
    assert(row != NULL);
    for (size_t i = options->given_count; i > 0; i--) {
        if (options->given[i - 1].row == row) {
            return options->given[i - 1].value;
        }
    }
    return row->standard;
}

bool options_has(const struct options *options, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < options->given_count; i++) {
        count += strcmp(options->given[i].row->name, name) == 0;
    }
    return count > 0;
}

const char *options_next(const struct options *options, const char *name, size_t *position)
{
    for (size_t i = *position; i < options->given_count; i++) {
        if (strcmp(options->given[i].row->name, name) == 0) {
            *position = i + 1;
            return options->given[i].value;
        }
    }
    if (*position > 0 || options_has(options, name)) {
        return NULL;
    }
    *position = OPTIONS_GIVEN_MAX;
    return options_value(options, name);
}

bool options_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (text[0] == '\0') {
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

int options_refuse(const struct options *options, const char *name, const char *value,
                   const char *allowed)
{
    complain(options->program, "flag --%s: \"%s\" is not %s", name, value, allowed);
    return OPTIONS_EXIT_USAGE;
}

int options_reject(const struct options *options, const char *name, const char *value,
                   const char *problem)
{
    complain(options->program, "flag --%s: \"%s\" %s", name, value, problem);
    return OPTIONS_EXIT_USAGE;
}
