/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `operation: auto`: which protocols may be measured with, in which order they are wanted, and what
 * is known of them. Immutable and shared by reference, as a spec is. */
#ifndef PROBE_CHOICE_H
#define PROBE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/control.h"
#include "stats/round.h"
#include "wire/auth.h"

struct operation;

/* What can be chosen. */
enum protocol {
    PROTOCOL_IPSLA_V2,
    PROTOCOL_IPSLA_V1,
    PROTOCOL_STAMP,
    PROTOCOL_TWAMP_LIGHT,
    PROTOCOL_ICMP_ECHO,
};
#define PROTOCOL_COUNT 5

struct protocol_row {
    const char *name; /* "ipsla-v2": a word of the configuration and a label value */
    const struct operation *operation; /* that is measured */
    enum control_version version; /* with this way of control */
};
const struct protocol_row *protocol_row(enum protocol protocol);

enum choice_state {
    CHOICE_OPEN, /* nothing is known yet */
    CHOICE_MADE, /* the chosen one worked */
    CHOICE_VAIN, /* none worked when all were tried */
};

struct choice {
    uint8_t protocols[PROTOCOL_COUNT]; /* enum protocol, the most wanted first */
    uint8_t count; /* of them, 1 or more */
    uint8_t chosen; /* the place of what is measured */
    enum choice_state state;
    bool is_tried[PROTOCOL_COUNT]; /* by place: `outcome` is that of its latest trial */
    enum outcome outcome[PROTOCOL_COUNT];
    uint16_t stamp_port; /* UDP, of reflectors */
    bool is_signed; /* a key for control requests is configured */
    struct auth_key stamp_key; /* of packets of STAMP; algorithm AUTH_NONE: none */
    unsigned references; /* use choice_ref and choice_unref only */
};

/* All zero but for one reference. Change it only until it is shared. */
struct choice *choice_new(void);
/* A new one like `choice`. */
struct choice *choice_copy(const struct choice *choice);
const struct choice *choice_ref(const struct choice *choice); /* NULL is fine */
void choice_unref(const struct choice *choice); /* NULL is fine */

/* Both say the same; either may be NULL, which is a target whose operation nobody chooses. */
bool choice_is_equal(const struct choice *a, const struct choice *b);
/* The same without what is known of the protocols: what was configured. */
bool choice_is_same_question(const struct choice *a, const struct choice *b);

/* The protocol that is measured. */
const struct protocol_row *choice_row(const struct choice *choice);
/* The one at a place. */
const struct protocol_row *choice_row_at(const struct choice *choice, size_t place);

#endif
