/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_flags.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "config/describe.h"
#include "config/hint.h"

/* One flag: a key of `scope`, or none and a whole row. */
struct entry {
    const struct schema_scope *scope;
    enum slot slot;
    struct option_row row;
};

static const struct entry entries[] = {
    {&schema_operation, SLOT_OPERATION, {.heading = "Operation"}},
    {&schema_operation, SLOT_PORT, {0}},
    {&schema_operation, SLOT_TIMEOUT, {0}},
    {&schema_operation, SLOT_THRESHOLD, {0}},
    {&schema_operation, SLOT_IP_VERSION, {.argument = "4|6"}},

    {&schema_operation, SLOT_NUM_PACKETS, {.heading = "Packets", .alias = "count"}},
    {&schema_operation, SLOT_INTERVAL, {0}},
    {&schema_operation, SLOT_REQUEST_DATA_SIZE, {.alias = "size"}},
    {&schema_operation, SLOT_VERIFY_DATA, {0}},
    {&schema_operation, SLOT_DATA_PATTERN, {0}},
    {&schema_operation, SLOT_PRECISION, {0}},
    {&schema_operation, SLOT_TIMESTAMP_FORMAT, {0}},
    {&schema_operation, SLOT_REFLECTOR, {0}},
    {&schema_operation, SLOT_MODE, {.argument = "MODE"}},
    {&schema_operation, SLOT_SERVER_PORT, {0}},
    {&schema_operation, SLOT_STAMP_PORT, {0}},

    {&schema_operation, SLOT_CODEC, {.heading = "Voice"}},
    {&schema_operation, SLOT_CODEC_NUM_PACKETS, {0}},
    {&schema_operation, SLOT_CODEC_INTERVAL, {0}},
    {&schema_operation, SLOT_CODEC_SIZE, {0}},
    {&schema_operation, SLOT_ADVANTAGE_FACTOR, {0}},

    {&schema_operation, SLOT_SOURCE_ADDRESS, {.heading = "Path", .alias = "source"}},
    {&schema_operation, SLOT_SOURCE_PORT, {0}},
    {&schema_operation, SLOT_SOURCE_PORTS, {0}},
    {&schema_operation, SLOT_ECMP_PORTS, {0}},
    {&schema_operation, SLOT_INTERFACE, {0}},
    {&schema_operation, SLOT_VRF, {0}},
    {&schema_operation, SLOT_DSCP, {0}},
    {&schema_operation, SLOT_TOS, {0}},
    {&schema_operation, SLOT_TTL, {0}},
    {&schema_operation, SLOT_DONT_FRAGMENT, {0}},

    {&schema_control,
     SLOT_CONTROL_VERSION,
     {.argument = "VERSION", .alias = "control", .heading = "Control request"}},
    {&schema_control, SLOT_CONTROL_PORT, {0}},
    {&schema_control, SLOT_CONTROL_RETRIES, {0}},
    {&schema_control, SLOT_CONTROL_TIMEOUT, {0}},
    {&schema_control, SLOT_CONTROL_AUTH_LAYOUT, {0}},
    {&schema_key, SLOT_KEY_ID, {0}},
    {&schema_key, SLOT_KEY_ALGORITHM, {0}},
    {&schema_key, SLOT_KEY_NAME, {0}},
    {&schema_key, SLOT_KEY_SECRET_FILE, {.argument = "FILE", .alias = "key-file"}},

    {&schema_operation, SLOT_TIMESTAMPS, {.heading = "Clocks"}},
    {&schema_operation, SLOT_CLOCK_TOLERANCE, {0}},
    {&schema_operation, SLOT_TRUST_PEER_CLOCK, {0}},
    {&schema_clock, SLOT_ASSUME_SYNCHRONIZED, {.alias = "assume-synchronized"}},

    {.row = {"config", "FILE", NULL, "Take the target from this configuration file.",
             .heading = "A configured target"}},
    {.row = {"target", "NAME", NULL, "The target's name in that file."}},
    {.row = {"all", NULL, NULL, "Measure each target of that file once, and print a table."}},
    {.row = {"parallel", "N", "100", "With --all: targets measured at the same time, 1 to 1000."}},

    {.row = {"repeat", "N|forever", NULL, "Measure N times, or until interrupted.",
             .heading = "Repetition"}},
    {&schema_operation, SLOT_FREQUENCY, {0}},

    {.row = {"output", "FORMAT", "text",
             "text, json, nagios, or as a router prints it: ios, ios-details or ios-summary.",
             .heading = "Output"}},
    {.row = {"id", "N", NULL,
             "With --output=ios...: the number of the operation; else that of the "
             "label ip_sla, else 1."}},
    {.row = {"packets", NULL, NULL, "With --output=json: every packet too."}},
    {.row = {"write", "FILE", NULL, "Write what is sent and received to FILE, as pcapng."}},
    {.row = {"warning", "LIMITS", NULL,
             "With --output=nagios: rtt=100ms,loss=1%,jitter=30ms,mos=3.6."}},
    {.row = {"critical", "LIMITS", NULL, "With --output=nagios: the same, but worse."}},
    {.row = {"progress", NULL, NULL, "Show progress, as is done on a terminal anyway."}},
    {.row = {"no-progress", NULL, NULL, "Show no progress."}},
};
#define ENTRY_COUNT (sizeof entries / sizeof entries[0])
_Static_assert(ENTRY_COUNT <= KEY_FLAGS_MAX, "a place for each flag");

/* The first row of a slot in a scope of its own. */
static const struct schema_key *first_row(const struct entry *entry)
{
    for (size_t i = 0; i < entry->scope->count; i++) {
        if (entry->scope->keys[i].slot == entry->slot) {
            return &entry->scope->keys[i];
        }
    }
    assert(false && "a slot of this scope");
    return NULL;
}

static void make_row(struct key_flags *flags, size_t index)
{
    const struct entry *entry = &entries[index];
    struct option_row *row = &flags->rows[index];
    *row = entry->row;
    if (entry->scope == NULL) {
        return;
    }
    const struct schema_key *key = first_row(entry);
    describe_flag(entry->scope, key, &flags->names[index]);
    describe_help(key, &flags->helps[index]);
    row->name = buf_string(&flags->names[index]);
    row->help = buf_string(&flags->helps[index]);
    row->argument = row->argument != NULL ? row->argument : describe_argument(key);
}

bool key_flags_parse(struct key_flags *flags, int argc, char **argv, int *exit_status)
{
    *flags = (struct key_flags){0};
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        make_row(flags, i);
    }
    flags->program = (struct options_program){
        .name = "ipsla probe",
        .usage = "HOST [flags] | --config FILE --target NAME [flags] | --config FILE --all [flags]",
        .summary = "Measures the path to an IP SLA responder once and prints the result.\n"
                   "Flags have the names of the configuration's keys. A DURATION has a unit (20ms, "
                   "60s);\nwithout one it is in milliseconds.",
        .rows = flags->rows,
        .row_count = ENTRY_COUNT,
        .positional_max = 1,
    };
    return options_parse(&flags->program, argc, argv, &flags->options, exit_status);
}

void key_flags_fini(struct key_flags *flags)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        buf_fini(&flags->names[i]);
        buf_fini(&flags->helps[i]);
    }
}

static size_t index_of(enum slot slot)
{
    size_t index = 0;
    while (entries[index].scope == NULL || entries[index].slot != slot) {
        index++;
        assert(index < ENTRY_COUNT);
    }
    return index;
}

const char *key_flag_name(const struct key_flags *flags, enum slot slot)
{
    return flags->rows[index_of(slot)].name;
}

const char *key_flag_text(const struct key_flags *flags, enum slot slot)
{
    const char *name = key_flag_name(flags, slot);
    return options_has(&flags->options, name) ? options_value(&flags->options, name) : NULL;
}

bool key_flag_refuse(const struct key_flags *flags, enum slot slot, const char *allowed)
{
    options_refuse(&flags->options, key_flag_name(flags, slot), key_flag_text(flags, slot),
                   allowed);
    return false;
}

/* The row that counts; NULL when the operation has no such key. */
static const struct schema_key *row_for(const struct entry *entry,
                                        const struct operation *operation)
{
    bool has_control = schema_row(SLOT_CONTROL, operation) != NULL;
    bool takes_key = has_control || operation->key_algorithm != AUTH_NONE;
    if ((entry->scope == &schema_control && !has_control) ||
        (entry->scope == &schema_key && !takes_key)) {
        return NULL;
    }
    return entry->scope == &schema_operation ? schema_row(entry->slot, operation)
                                             : first_row(entry);
}

bool key_flags_apply(const struct key_flags *flags, const struct operation *operation)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        bool is_key = entries[i].scope != NULL;
        if (is_key && options_has(&flags->options, flags->rows[i].name) &&
            row_for(&entries[i], operation) == NULL) {
            fprintf(stderr, "ipsla probe: --%s is not for operation %s\n", flags->rows[i].name,
                    operation->name);
            return false;
        }
    }
    return true;
}

const char *key_flags_first(const struct key_flags *flags)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (entries[i].scope != NULL && options_has(&flags->options, flags->rows[i].name)) {
            return flags->rows[i].name;
        }
    }
    return NULL;
}

/* As the key would be, or a number of milliseconds. NULL, or what is wrong. */
static const char *parse(const struct schema_key *key, const struct operation *operation,
                         const char *text, struct value *out)
{
    char with_unit[32];
    uint64_t number;
    if (key->kind == SCHEMA_DURATION && options_parse_number(text, 0, UINT32_MAX, &number)) {
        snprintf(with_unit, sizeof with_unit, "%ums", (unsigned)number);
        text = with_unit;
    }
    return value_parse(key, operation, text, out);
}

static void refuse_value(const struct key_flags *flags, const struct operation *operation,
                         enum slot slot, const struct schema_key *key)
{
    struct buf problem = {0}, hint = {0};
    buf_add_string(&problem, "is not ");
    schema_add_range(key, operation, &problem);
    if (hint_value(key, key_flag_text(flags, slot), &hint)) {
        buf_printf(&problem, "; did you mean \"%s\"?", buf_string(&hint));
    }
    options_reject(&flags->options, key_flag_name(flags, slot), key_flag_text(flags, slot),
                   buf_string(&problem));
    buf_fini(&problem);
    buf_fini(&hint);
}

bool key_flag_value(const struct key_flags *flags, const struct operation *operation,
                    enum slot slot, const struct schema_key *key, struct value *out)
{
    const char *text = key_flag_text(flags, slot);
    *out = (struct value){0};
    if (text == NULL) {
        return true;
    }
    if (key == NULL) {
        key = row_for(&entries[index_of(slot)], operation);
    }
    if (parse(key, operation, text, out) != NULL) {
        refuse_value(flags, operation, slot, key);
        return false;
    }
    out->state = VALUE_SET;
    return true;
}

bool key_flag_number(const struct key_flags *flags, const struct spec *spec, enum slot slot,
                     int64_t *out)
{
    struct value value;
    if (!key_flag_value(flags, spec->operation, slot, NULL, &value)) {
        return false;
    }
    *out = value.state == VALUE_SET ? value.number : *out;
    return true;
}

bool key_flags_exclude(const struct key_flags *flags, enum slot one, enum slot other)
{
    if (key_flag_text(flags, one) != NULL && key_flag_text(flags, other) != NULL) {
        fprintf(stderr, "ipsla probe: --%s and --%s exclude each other\n",
                key_flag_name(flags, one), key_flag_name(flags, other));
        return false;
    }
    return true;
}
