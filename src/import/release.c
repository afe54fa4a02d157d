/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/release.h"

#include <string.h>

/* Source: CISCO-RTTMON-MIB (rttMonReactThresholdRising and -Falling), the command references of
 * 12.4, 15 and IOS XE 16 and 17. */
static const struct release {
    const char *name; /* and everything that begins with it and goes on with no digit */
    int64_t mos, losses;
} releases[] = {
    {"12", 500, 1000},   {"15", 100, 10000},   {"16", 100, 10000}, {"17", 100, 10000},
    {"asa", 100, 10000}, {"nxos", 100, 10000}, {"xr", 100, 10000},
};

static const struct release *find(const char *text)
{
    for (size_t i = 0; text != NULL && i < sizeof releases / sizeof releases[0]; i++) {
        size_t length = strlen(releases[i].name);
        if (strncmp(text, releases[i].name, length) == 0 &&
            (text[length] == '\0' || text[length] == '.')) {
            return &releases[i];
        }
    }
    return NULL;
}

bool import_release_is_known(const char *text)
{
    return find(text) != NULL;
}

const char *import_release_names(void)
{
    return "12, 15, 16 or 17 (also 15.2 and so on), asa, nxos or xr";
}

int64_t import_release_mos(const char *release)
{
    const struct release *row = find(release);
    return row != NULL ? row->mos : 100;
}

int64_t import_release_losses(const char *release)
{
    const struct release *row = find(release);
    return row != NULL ? row->losses : 10000;
}

static void fill(struct import_entry *entry, enum import_param param, const char *text)
{
    struct import_value *value = &entry->values[param];
    if (!value->is_set && text != NULL) {
        *value = (struct import_value){.is_set = true, .line = entry->line, .text = text};
        import_number(text, &value->number);
    }
}

void import_release_fill(struct import_device *device, int index, const char *release)
{
    struct import_entry *entry = &device->entries[index];
    bool has_codec = entry->values[PARAM_CODEC].is_set;
    bool is_train = entry->kind == KIND_UDP_JITTER || entry->kind == KIND_ICMP_JITTER;
    int64_t period_s = entry->values[PARAM_FREQUENCY].number;
    if (find(release) == NULL) {
        return;
    }
    if (!entry->values[PARAM_FREQUENCY].is_set || period_s >= 5) {
        fill(entry, PARAM_TIMEOUT, import_param_row(PARAM_TIMEOUT)->standard);
    }
    if (entry->values[PARAM_TIMEOUT].number >= 5000) {
        fill(entry, PARAM_THRESHOLD, import_param_row(PARAM_THRESHOLD)->standard);
    }
    fill(entry, PARAM_FREQUENCY, import_param_row(PARAM_FREQUENCY)->standard);
    fill(entry, PARAM_TOS, import_param_row(PARAM_TOS)->standard);
    if (is_train) {
        fill(entry, has_codec ? PARAM_CODEC_NUM_PACKETS : PARAM_NUM_PACKETS,
             import_param_row(has_codec ? PARAM_CODEC_NUM_PACKETS : PARAM_NUM_PACKETS)->standard);
        fill(entry, has_codec ? PARAM_CODEC_INTERVAL : PARAM_INTERVAL,
             import_param_row(has_codec ? PARAM_CODEC_INTERVAL : PARAM_INTERVAL)->standard);
    }
    if (!has_codec && !entry->values[PARAM_PRECISION].is_set) {
        fill(entry, PARAM_SIZE, import_kind_row(entry->kind)->standard_size);
    }
}
