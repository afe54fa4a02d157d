/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration file: a configuration, or findings that say why not. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the rest of the program relies on without a check of its own. */
static void check_spec(const struct spec *spec)
{
    assert(spec->identity.name[0] != '\0' && spec->identity.host[0] != '\0' && spec->path.port > 0);
    assert(spec->schedule.timeout_ns > 0 &&
           spec->schedule.timeout_ns <= spec->schedule.frequency_ns);
    assert(spec->packets.count >= 1 && spec->packets.count <= 60000);
    assert(spec->packets.bytes >= 4 && spec->packets.bytes <= 17512);
    assert(spec->results.layout.count >= 1 && spec->results.layout.count <= HIST_BOUNDS_MAX);
    assert(spec->control.tries >= 1 && spec->control.tries <= 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    struct config *config = config_parse("fuzz.yml", (const char *)data, size, &diagnostics);
    assert((config == NULL) == (diagnostics.error_count > 0));
    for (size_t i = 0; config != NULL && i < config->targets->count; i++) {
        check_spec(config->targets->specs[i]);
    }
    diagnostics_format(&diagnostics, &text);
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
    return 0;
}
