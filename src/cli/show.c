/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla show: the targets of a running exporter, as a router shows its operations. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/fetch.h"
#include "cli/ios.h"
#include "cli/listing.h"
#include "config/duration.h"
#include "config/yaml.h"
#include "program/options.h"
#include "json/result.h"

#define PROGRAM "ipsla show"
enum { EXIT_FAILED = 1 };

static const struct option_row rows[] = {
    {"timeout", "DURATION", FETCH_WHOLE, "How long the answer may take.", false},
};

static const struct options_program show_program = {
    .name = PROGRAM,
    .usage = "[URL] statistics|details|summary|responder [NAME]",
    .summary = "Shows the targets of a running exporter (" FETCH_URL ") as a router with IOS XE\n"
               "shows its operations. NAME is a target's name or number. URL - reads what another\n"
               "program fetched of /api/v1/targets or /api/v1/responder from standard input.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .positional_max = 3,
};

/* Who is asked. */
struct source {
    const char *url;
    int64_t timeout_ns;
};

/* A target as it was read. */
struct shown {
    char *name, *wanted, *destination; /* wanted: NULL without the label */
    char *choice; /* what auto chose, and why; NULL: the operation was written */
    struct ios_entry entry;
    struct round round;
};

struct list {
    struct shown *items;
    size_t count, room;
};

static void free_list(struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].wanted);
        free(list->items[i].destination);
        free(list->items[i].choice);
    }
    free(list->items);
}

static bool is_word(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

static void read_counts(const struct node *object, struct ios_entry *entry)
{
    uint64_t operations = json_number(object, "operations");
    uint64_t over = json_number(object, "over_threshold");
    uint64_t bad = json_number(object, "failures") + over;
    entry->failures = bad < operations ? bad : operations;
    entry->successes = operations - entry->failures;
    entry->was_over_threshold = over > 0;
    if (!json_seconds_read(json_text(object, "life_left_seconds"), &entry->life_left_ns)) {
        entry->life_left_ns = SPEC_FOREVER;
    }
}

/* NULL: the operation was not chosen. */
static char *read_choice(const struct node *object)
{
    const struct node *choice = json_find(object, "auto");
    bool is_good = true;
    const char *words = choice == NULL ? NULL : listing_text(choice, "explanation", &is_good);
    return words == NULL || !is_good ? NULL : mem_string(words);
}

/* False when it is no target of an exporter. */
static bool read_target(const struct node *object, struct shown *out)
{
    const char *operation = json_text(object, "operation");
    const struct node *target = json_find(object, "target");
    const struct node *labels = json_find(object, "labels");
    const struct node *latest = json_find(object, "latest");
    const char *state = json_text(object, "state");
    struct ios_entry *entry = &out->entry;
    entry->operation = operation == NULL ? NULL : operation_find(operation);
    if (entry->operation == NULL || target == NULL || state == NULL ||
        json_text(object, "name") == NULL) {
        return false;
    }
    bool is_good = true;
    const char *address = listing_text(target, "address", &is_good);
    const char *host = listing_text(target, "host", &is_good);
    listing_text(object, "name", &is_good);
    if (!is_good) {
        return false;
    }
    if (latest != NULL && !json_result_read(latest, &out->round)) {
        return false;
    }
    out->name = mem_string(json_text(object, "name"));
    out->wanted = labels == NULL || json_text(labels, IOS_ID_LABEL) == NULL
                      ? NULL
                      : mem_string(json_text(labels, IOS_ID_LABEL));
    out->choice = read_choice(object);
    out->destination = mem_string(address != NULL ? address : host != NULL ? host : "-");
    entry->destination = out->destination;
    entry->precision = is_word(json_text(object, "precision"), "microseconds")
                           ? PRECISION_MICROSECONDS
                           : PRECISION_MILLISECONDS;
    entry->has_codec = json_text(object, "codec") != NULL;
    bool is_inactive = is_word(state, "inactive");
    entry->state = !is_inactive ? IOS_ACTIVE : latest == NULL ? IOS_PENDING : IOS_INACTIVE;
    entry->round = latest == NULL ? NULL : &out->round;
    read_counts(object, entry);
    return true;
}

static bool take_target(void *context, const struct node *target)
{
    struct list *list = context;
    struct shown shown = {0};
    if (!read_target(target, &shown)) {
        return false;
    }
    if (list->count == list->room) {
        list->room = list->room * 2 + 16;
        list->items = mem_resize(list->items, list->room, sizeof *list->items);
    }
    list->items[list->count++] = shown;
    return true;
}

static bool read_list(struct fetch *fetch, struct list *list)
{
    struct listing listing = {.take = take_target, .context = list};
    bool is_read = listing_read(&listing, fetch);
    for (size_t i = 0; i < list->count; i++) { /* the items do not move any more */
        struct shown *shown = &list->items[i];
        shown->entry.round = shown->entry.round == NULL ? NULL : &shown->round;
        shown->entry.age_ns = listing.now_ns - shown->round.started.ns;
    }
    return is_read;
}

/* Each has its number, whatever is shown of them. */
static void number(struct list *list, struct ios_name *names)
{
    for (size_t i = 0; i < list->count; i++) {
        names[i].name = list->items[i].name;
        names[i].wanted = list->items[i].wanted;
    }
    ios_names_number(names, list->count);
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].entry.id = names[i].id;
    }
}

static bool is_chosen(const struct ios_name *name, const char *wanted)
{
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, name->id);
    return wanted == NULL || strcmp(name->name, wanted) == 0 || strcmp(text, wanted) == 0;
}

/* A router has no word for it: beside its lines, when one target is asked for. */
static void say_choice(const struct shown *shown)
{
    if (shown != NULL && shown->choice != NULL) {
        fprintf(stderr, PROGRAM ": %s: %s\n", shown->name, shown->choice);
    }
}

/* How many were shown. */
static size_t print_list(const struct list *list, const struct ios_name *names,
                         enum cli_output output, const char *wanted)
{
    struct buf out = {0};
    size_t shown = 0;
    cli_ios_add_head(output, &out);
    for (size_t i = 0; i < list->count; i++) {
        if (is_chosen(&names[i], wanted)) {
            cli_ios_add(output, &list->items[i].entry, &out);
            ios_names_say(PROGRAM, wanted == NULL ? NULL : &names[i], wanted == NULL ? 0 : 1);
            say_choice(wanted == NULL ? NULL : &list->items[i]);
            shown++;
        }
    }
    if (wanted == NULL) {
        ios_names_say(PROGRAM, names, list->count);
    }
    if (shown > 0 || wanted == NULL) {
        fputs(buf_string(&out), stdout);
    } else {
        fprintf(stderr, PROGRAM ": no target has the name or number %s\n", wanted);
    }
    buf_fini(&out);
    return shown;
}

static int show_targets(const struct source *source, enum cli_output output, const char *wanted)
{
    struct list list = {0};
    struct fetch *fetch =
        fetch_open_within(PROGRAM, source->url, "/api/v1/targets", source->timeout_ns);
    if (fetch == NULL) {
        return EXIT_FAILED;
    }
    bool is_read = read_list(fetch, &list);
    bool is_good = fetch_close(fetch);
    int status = EXIT_FAILED;
    if (is_good && !is_read) {
        fprintf(stderr, PROGRAM ": %s: this is not the list of an exporter's targets\n",
                source->url);
    } else if (is_good) {
        struct ios_name *names = mem_alloc(list.count + 1, sizeof *names);
        number(&list, names);
        size_t shown = print_list(&list, names, output, wanted);
        status = shown > 0 || wanted == NULL ? EXIT_SUCCESS : EXIT_FAILED;
        free(names);
    }
    free_list(&list);
    return status;
}

/* `usual`, if it is among the ports; else the first of them that is not `other`, else 0. */
static uint16_t choose_port(const struct node *ports, uint16_t usual, uint16_t other)
{
    uint16_t first = 0;
    const struct node *port = ports == NULL ? NULL : ports->first;
    for (; port != NULL; port = port->next) {
        uint64_t number;
        if (port->text == NULL || !options_parse_number(port->text, 1, UINT16_MAX, &number)) {
            continue;
        }
        if (number == usual) {
            return usual;
        }
        first = first == 0 && number != other ? (uint16_t)number : first;
    }
    return first;
}

static int print_responder(const struct node *object)
{
    struct buf out = {0};
    const struct node *ports = json_find(object, "control_ports");
    struct ios_responder responder = {
        .is_enabled = is_word(json_text(object, "enabled"), "true"),
        .port = choose_port(ports, 1967, 1167),
        .port_v2 = choose_port(ports, 1167, 1967),
        .has_permanent_ports = json_number(object, "permanent_ports") > 0,
    };
    if (!responder.is_enabled) { /* a router names them then too */
        responder.port = 1967;
        responder.port_v2 = 1167;
    }
    if (json_text(object, "enabled") == NULL) {
        fprintf(stderr, PROGRAM ": this is not what an exporter says of its responder\n");
        return EXIT_FAILED;
    }
    ios_responder_add(&responder, &out);
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
    return EXIT_SUCCESS;
}

static int show_responder(const struct source *source)
{
    struct fetch *fetch =
        fetch_open_within(PROGRAM, source->url, "/api/v1/responder", source->timeout_ns);
    if (fetch == NULL) {
        return EXIT_FAILED;
    }
    const char *line = fetch_line(fetch);
    struct tree *tree = line == NULL ? NULL : listing_parse(line, strlen(line));
    int status = EXIT_FAILED;
    if (tree != NULL) {
        status = print_responder(tree->root);
    } else {
        fprintf(stderr, PROGRAM ": %s: this is no JSON\n", source->url);
    }
    tree_free(tree);
    fetch_close(fetch);
    return status;
}

int cli_show_main(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum cli_output output;
    } words[] = {{"statistics", CLI_IOS},
                 {"details", CLI_IOS_DETAILS},
                 {"summary", CLI_IOS_SUMMARY},
                 {"responder", CLI_TEXT}};
    struct options options;
    int status;
    if (!options_parse(&show_program, argc, argv, &options, &status)) {
        return status;
    }
    const char *const *given = options.positional;
    size_t left = options.positional_count;
    bool has_url = left > 0 && (strstr(given[0], "://") != NULL || strcmp(given[0], "-") == 0);
    const char *timeout = options_value(&options, "timeout");
    struct source source = {.url = has_url ? given[0] : FETCH_URL};
    if (duration_parse(timeout, &source.timeout_ns) != NULL || source.timeout_ns <= 0) {
        return options_refuse(&options, "timeout", timeout, "a duration");
    }
    given += has_url;
    left -= has_url;
    for (size_t i = 0; left > 0 && left < 3 && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(given[0], words[i].word) == 0 && (words[i].output != CLI_TEXT || left == 1)) {
            return words[i].output == CLI_TEXT
                       ? show_responder(&source)
                       : show_targets(&source, words[i].output, left == 2 ? given[1] : NULL);
        }
    }
    fprintf(stderr, PROGRAM ": statistics, details or summary, with the name of a target or "
                            "without, or responder? (ipsla show --help)\n");
    return OPTIONS_EXIT_USAGE;
}
