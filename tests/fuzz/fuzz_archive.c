/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A history file: read to its end or refused, and what is found in a good one are operations of
 * outcomes that there are. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/archive.h"
#include "support/build.h"

static void look_up(const struct archive *archive, const char *name)
{
    struct history_entry entries[5];
    struct spec *spec = build_jitter_spec(name, "192.0.2.1");
    spec->results.history = 5;
    struct history *history = archive_find(archive, spec);
    size_t count = history_copy(history, entries, 5);
    for (size_t i = 0; i < count; i++) {
        assert(entries[i].outcome < OUTCOME_COUNT);
        assert(entries[i].rtt_min_ns >= 0 && entries[i].jitter_ds_ns >= 0);
    }
    history_unref(history);
    spec_unref(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum archive_fault fault;
    uint8_t *bytes = mem_alloc(size, 1);
    if (size > 0) {
        memcpy(bytes, data, size);
    }
    struct archive *archive = archive_read(bytes, size, &fault);
    assert((archive != NULL) == (fault == ARCHIVE_IS_GOOD));
    if (archive != NULL) {
        assert(archive_count(archive) <= size / 12);
        look_up(archive, "a");
        look_up(archive, "berlin");
    }
    archive_free(archive);
    return 0;
}
