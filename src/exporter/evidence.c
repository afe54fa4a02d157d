/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packets of operations that turned bad: each measuring thread keeps its share. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "exporter/exporter.h"
#include "web/evidence.h"

void exporter_set_evidence(struct exporter *exporter, const struct config_evidence *wanted)
{
    const struct evidence_rules rules = {
        .bytes = (size_t)wanted->bytes / exporter->work.count,
        .reasons = (wanted->loss ? EVIDENCE_LOSS : 0u) | (wanted->failed ? EVIDENCE_FAILED : 0u) |
                   (wanted->limit ? EVIDENCE_LIMIT : 0u),
    };
    for (unsigned i = 0; i < exporter->work.count; i++) {
        engine_worker_set_evidence(exporter->workers[i], &rules);
    }
}

static bool has_target(struct exporter *exporter, const char *name)
{
    bool is_there = false;
    pthread_mutex_lock(&exporter->mutex);
    for (size_t i = 0; i < exporter->targets->count && !is_there; i++) {
        is_there = strcmp(exporter->targets->specs[i]->identity.name, name) == 0;
    }
    pthread_mutex_unlock(&exporter->mutex);
    return is_there;
}

bool exporter_find_evidence(void *context, const char *name, struct evidence_list *out)
{
    struct exporter *exporter = context;
    *out = (struct evidence_list){0};
    if (!has_target(exporter, name)) {
        return false;
    }
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct evidence **own;
        size_t count = engine_worker_evidence(exporter->workers[i], name, &own);
        if (count > 0) {
            out->items = mem_resize(out->items, out->count + count, sizeof(struct evidence *));
            memcpy(out->items + out->count, own, count * sizeof(struct evidence *));
            out->count += count;
        }
        free(own);
    }
    return true;
}
