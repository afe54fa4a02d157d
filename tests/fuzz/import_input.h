/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file for `ipsla import`: a configuration that its reader takes, and a report. */
#ifndef FUZZ_IMPORT_INPUT_H
#define FUZZ_IMPORT_INPUT_H

#include <assert.h>
#include <string.h>

#include "config/config.h"
#include "fuzz/fuzz.h"
#include "import/import.h"

static inline void import_input_read(const uint8_t *data, size_t size, enum import_output output,
                                     unsigned formats)
{
    struct import_settings settings = {.output = output, .wants_rules = true, .formats = formats};
    struct diagnostics diagnostics = {0};
    settings.wish.is_from_device = size % 2 == 1;
    settings.wish.is_towards = size % 5 == 4;
    settings.wish.release = size % 3 == 2 ? "17" : NULL;
    struct import *import = import_new(&settings);
    import_file(import, "fuzz");
    import_feed(import, (const char *)data, size / 2);
    import_feed(import, (const char *)data + size / 2, size - size / 2);
    import_finish(import);
    const struct buf *text = import_text(import);
    if (output == IMPORT_YAML && strcmp(buf_string(text), "targets: []\n") != 0) {
        struct config *config =
            config_parse("fuzz.yml", buf_string(text), text->size, &diagnostics);
        assert(config != NULL && config->targets->count == import_totals(import)->targets);
        config_free(config);
    }
    diagnostics_fini(&diagnostics);
    import_free(import);
}

/* All ways of output of one input. */
static inline void import_input_check(const uint8_t *data, size_t size, unsigned formats)
{
    import_input_read(data, size, IMPORT_YAML, formats);
    import_input_read(data, size, IMPORT_JSON, formats);
    import_input_read(data, size, IMPORT_REPORT, formats);
}

#endif
