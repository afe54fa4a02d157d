/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which families an exposition leaves out: those that the client did not name, and those about this
 * program when nobody wants them. */
#ifndef EXPO_FILTER_H
#define EXPO_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_FAMILIES_MAX 256

/* A bit for each family that is left out, by its place in the table. All zero: none is. */
struct expo_filter {
    uint64_t hidden[FILTER_FAMILIES_MAX / 64];
};

/* Leaves out all. */
void expo_filter_hide_all(struct expo_filter *filter);
/* Shows one again, by its name with or without _total or _info, as text and OpenMetrics name it.
 * One that there is not changes nothing. */
void expo_filter_show(struct expo_filter *filter, const char *name);
/* Leaves out what is about this program: ipsla_exporter_..., process_... and the like. */
void expo_filter_hide_program(struct expo_filter *filter);

/* `index` as in family_at. */
bool expo_filter_hides(const struct expo_filter *filter, size_t index);

#endif
