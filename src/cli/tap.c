/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/tap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evidence/evidence.h"

struct tap {
    struct engine *engine;
    FILE *file;
    const char *name;
    uint64_t left_out;
};

static void add_to_file(struct tap *tap, struct buf *bytes)
{
    fwrite(bytes->bytes, 1, bytes->size, tap->file);
    fflush(tap->file);
    buf_fini(bytes);
}

struct tap *tap_open(const char *name, struct engine *engine)
{
    const struct evidence_rules rules = {.bytes = TAP_BYTES_MAX * EVIDENCE_OPERATION_SHARE,
                                         .reasons = EVIDENCE_ALWAYS};
    struct buf head = {0};
    FILE *file = fopen(name, "wbe");
    if (file == NULL) {
        return NULL;
    }
    struct tap *tap = mem_alloc(1, sizeof *tap);
    *tap = (struct tap){.engine = engine, .file = file, .name = name};
    engine_set_evidence(engine, &rules);
    evidence_add_head("ipsla probe", &head);
    add_to_file(tap, &head);
    return tap;
}

void tap_write(struct tap *tap)
{
    struct evidence *next = tap == NULL ? NULL : engine_take_evidence(tap->engine);
    while (next != NULL) {
        struct evidence *evidence = next;
        struct buf packets = {0};
        next = evidence->next;
        evidence_add_packets(evidence, &packets);
        add_to_file(tap, &packets);
        tap->left_out += evidence->record->left_out;
        evidence_unref(evidence);
    }
}

bool tap_close(struct tap *tap)
{
    if (tap == NULL) {
        return true;
    }
    bool has_failed = ferror(tap->file) != 0;
    has_failed |= fclose(tap->file) != 0;
    if (has_failed) {
        fprintf(stderr, "ipsla probe: %s: cannot be written\n", tap->name);
    }
    if (tap->left_out > 0) {
        fprintf(stderr, "ipsla probe: %s: %" PRIu64 " packets left out: more than 64 MiB\n",
                tap->name, tap->left_out);
    }
    free(tap);
    return !has_failed;
}
