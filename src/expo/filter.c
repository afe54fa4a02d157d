/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/filter.h"

#include <assert.h>
#include <string.h>

#include "expo/family.h"

static uint64_t bit_of(size_t index)
{
    assert(index < FILTER_FAMILIES_MAX);
    return UINT64_C(1) << index % 64;
}

void expo_filter_hide_all(struct expo_filter *filter)
{
    memset(filter, 0xff, sizeof *filter);
}

static bool is_called(const struct metric *metric, const char *name)
{
    size_t size = strlen(name);
    if (strncmp(metric->name, name, size) != 0) {
        return false;
    }
    const char *rest = metric->name + size;
    return *rest == '\0' || (metric->type == METRIC_COUNTER && strcmp(rest, "_total") == 0) ||
           (metric->type == METRIC_INFO && strcmp(rest, "_info") == 0);
}

void expo_filter_show(struct expo_filter *filter, const char *name)
{
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        if (is_called(&family->metric, name)) {
            filter->hidden[i / 64] &= ~bit_of(i);
        }
    }
}

void expo_filter_hide_program(struct expo_filter *filter)
{
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        if (family->scope == FAMILY_EXPORTER || family->scope == FAMILY_RESPONDER_ALONE ||
            family->scope == FAMILY_PROCESS) {
            filter->hidden[i / 64] |= bit_of(i);
        }
    }
}

bool expo_filter_hides(const struct expo_filter *filter, size_t index)
{
    return (filter->hidden[index / 64] & bit_of(index)) != 0;
}
