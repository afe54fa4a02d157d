/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe`. Those that are keys of the configuration have name, range, default
 * and help from the key's row of the schema; a value that is not given leaves what stands already.
 */
#ifndef CLI_KEY_FLAGS_H
#define CLI_KEY_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/value.h"
#include "probe/spec.h"
#include "program/options.h"

#define KEY_FLAGS_MAX 64

/* Belongs to one thread; `options` points into it. */
struct key_flags {
    struct options options;
    struct options_program program;
    struct option_row rows[KEY_FLAGS_MAX];
    struct buf names[KEY_FLAGS_MAX], helps[KEY_FLAGS_MAX];
};

/* Parses the command line as options_parse does. Call key_flags_fini whatever it returns. */
bool key_flags_parse(struct key_flags *flags, int argc, char **argv, int *exit_status);
void key_flags_fini(struct key_flags *flags);

/* The text given for a key; NULL when it was not given. A switch has "". */
const char *key_flag_text(const struct key_flags *flags, enum slot slot);

/* Without dashes: "num-packets". */
const char *key_flag_name(const struct key_flags *flags, enum slot slot);

/* Says that the value of the flag is wrong, as options_refuse. Returns false. */
bool key_flag_refuse(const struct key_flags *flags, enum slot slot, const char *allowed);

/* Each flag that was given is for the operation. False after a message. */
bool key_flags_apply(const struct key_flags *flags, const struct operation *operation);

/* The name of the first flag given that is a key; NULL: there is none. */
const char *key_flags_first(const struct key_flags *flags);

/* Reads a flag by the row of `key` (NULL: its own row for the operation): out->state is VALUE_UNSET
 * when it was not given. False after a message. A duration without a unit is in milliseconds. */
bool key_flag_value(const struct key_flags *flags, const struct operation *operation,
                    enum slot slot, const struct schema_key *key, struct value *out);

/* The number of a flag; `out` keeps its value when it was not given. False after a message. */
bool key_flag_number(const struct key_flags *flags, const struct spec *spec, enum slot slot,
                     int64_t *out);

/* The two flags exclude each other. False after a message. */
bool key_flags_exclude(const struct key_flags *flags, enum slot one, enum slot other);

#endif
