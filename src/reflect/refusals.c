/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/refusals.h"

const char *refusal_reason_name(unsigned reason)
{
    return refusal_is_of_request(reason) ? reflect_result_name((enum reflect_result)reason)
                                         : reflect_drop_name(reason - REFLECT_RESULT_COUNT);
}

bool refusal_is_of_request(unsigned reason)
{
    return reason < REFLECT_RESULT_COUNT;
}

static bool is_free(const struct refused *row, struct mono now)
{
    return row->count == 0 || mono_diff(now, row->last) > REFUSAL_KEEP_NS;
}

/* The row of that source, else one that is free, else NULL. */
static struct refused *find_row(struct refused *rows, const struct refused *what)
{
    struct refused *found = NULL;
    for (size_t i = 0; i < REFUSAL_ROWS; i++) {
        if (rows[i].count > 0 && addr_is_same_ip(&rows[i].source, &what->source)) {
            return &rows[i];
        }
        if (found == NULL && is_free(&rows[i], what->last)) {
            found = &rows[i];
        }
    }
    if (found != NULL) {
        *found = (struct refused){.source = what->source};
        found->source.port = 0;
    }
    return found;
}

void refusals_count(struct refusals *refusals, unsigned reason, const struct refused *what)
{
    struct refused *row = find_row(refusals->rows[reason], what);
    if (row == NULL) {
        refusals->beyond[reason]++;
        return;
    }
    row->count++;
    row->port = what->port;
    row->last = what->last;
}

static void add_row(struct refusals *refusals, unsigned reason, const struct refused *row)
{
    for (size_t i = 0; i < REFUSAL_ROWS; i++) {
        if (refusals->rows[reason][i].count == 0) {
            refusals->rows[reason][i] = *row;
            return;
        }
    }
    refusals->beyond[reason] += row->count;
}

void refusals_add(struct refusals *refusals, const struct refusals *other)
{
    for (unsigned reason = 0; reason < REFUSAL_REASONS; reason++) {
        for (size_t i = 0; i < REFUSAL_ROWS; i++) {
            if (other->rows[reason][i].count > 0) {
                add_row(refusals, reason, &other->rows[reason][i]);
            }
        }
        refusals->beyond[reason] += other->beyond[reason];
    }
}
