/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/choice.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

static const struct protocol_row rows[PROTOCOL_COUNT] = {
    [PROTOCOL_IPSLA_V2] = {"ipsla-v2", &operation_udp_jitter, CONTROL_V2},
    [PROTOCOL_IPSLA_V1] = {"ipsla-v1", &operation_udp_jitter, CONTROL_V1},
    [PROTOCOL_STAMP] = {"stamp", &operation_stamp, CONTROL_NONE},
    [PROTOCOL_TWAMP_LIGHT] = {"twamp-light", &operation_twamp_light, CONTROL_NONE},
    [PROTOCOL_ICMP_ECHO] = {"icmp-echo", &operation_icmp_echo, CONTROL_NONE},
};

const struct protocol_row *protocol_row(enum protocol protocol)
{
    assert((unsigned)protocol < PROTOCOL_COUNT);
    return &rows[protocol];
}

struct choice *choice_new(void)
{
    struct choice *choice = mem_alloc(1, sizeof *choice);
    choice->references = 1;
    return choice;
}

struct choice *choice_copy(const struct choice *choice)
{
    struct choice *copy = choice_new();
    /* Everything but the counter, which other threads may be changing. */
    memcpy(copy, choice, offsetof(struct choice, references));
    return copy;
}

/* The counter is the one part of a shared choice that changes. */
static struct choice *shared(const struct choice *choice)
{
    return (struct choice *)(uintptr_t)choice;
}

const struct choice *choice_ref(const struct choice *choice)
{
    if (choice != NULL) {
        __atomic_fetch_add(&shared(choice)->references, 1, __ATOMIC_RELAXED);
    }
    return choice;
}

void choice_unref(const struct choice *choice)
{
    if (choice != NULL &&
        __atomic_sub_fetch(&shared(choice)->references, 1, __ATOMIC_ACQ_REL) == 0) {
        auth_key_wipe(&shared(choice)->stamp_key);
        free(shared(choice));
    }
}

bool choice_is_same_question(const struct choice *a, const struct choice *b)
{
    return a->count == b->count && memcmp(a->protocols, b->protocols, a->count) == 0 &&
           a->stamp_port == b->stamp_port && a->is_signed == b->is_signed &&
           auth_key_is_equal(&a->stamp_key, &b->stamp_key);
}

static bool has_same_answer(const struct choice *a, const struct choice *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->is_tried[i] != b->is_tried[i] || a->outcome[i] != b->outcome[i]) {
            return false;
        }
    }
    return a->chosen == b->chosen && a->state == b->state;
}

bool choice_is_equal(const struct choice *a, const struct choice *b)
{
    if (a == b || a == NULL || b == NULL) {
        return a == b;
    }
    return choice_is_same_question(a, b) && has_same_answer(a, b);
}

const struct protocol_row *choice_row_at(const struct choice *choice, size_t place)
{
    assert(place < choice->count);
    return protocol_row((enum protocol)choice->protocols[place]);
}

const struct protocol_row *choice_row(const struct choice *choice)
{
    return choice_row_at(choice, choice->chosen);
}
