/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration file: a configuration, or findings that say why not. One that has no
 * keys (whose secrets are files) makes the same again when it is written out. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "config/effective.h"
#include "config/keys.h"
#include "fuzz/fuzz.h"
#include "operation/operation.h"
#include "probe/spec_field.h"

/* What the rest of the program relies on without a check of its own. */
static void check_spec(const struct spec *spec)
{
    assert(spec->identity.name[0] != '\0' && spec->identity.host[0] != '\0');
    assert((spec->path.port > 0) == spec->operation->has_ports);
    assert(spec->schedule.timeout_ns > 0 &&
           spec->schedule.timeout_ns <= spec->schedule.frequency_ns);
    assert(spec->packets.count >= 1 && spec->packets.count <= 60000);
    assert(spec->packets.bytes <= 17512);
    assert(spec->results.layout->count >= 1 && spec->results.layout->count <= HIST_BOUNDS_MAX);
    assert(!spec->operation->has_ports || (spec->control.tries >= 1 && spec->control.tries <= 5));
}

static void write_out(const struct config *config, struct buf *out)
{
    char piece[100];
    struct buf tail = {0};
    struct effective *effective = effective_new(config);
    struct effective_reader *reader = effective_open(effective, &tail);
    for (size_t size; (size = effective_read(reader, piece, sizeof piece)) > 0;) {
        buf_add(out, piece, size);
    }
    effective_close(reader);
    effective_unref(effective);
}

static void check_written(const struct config *config)
{
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    write_out(config, &text);
    struct config *again = config_parse("again.yml", text.bytes, text.size, &diagnostics);
    if (again == NULL) {
        fprintf(stderr, "refused:\n%s\n", text.bytes);
    }
    assert(again != NULL && again->targets->count == config->targets->count);
    for (size_t i = 0; i < config->targets->count; i++) {
        assert(spec_is_equal(config->targets->specs[i], again->targets->specs[i]));
    }
    assert(reflect_settings_are_equal(&config->responder, &again->responder));
    config_free(again);
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
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
    if (config != NULL && config->keys->count == 0 &&
        (config->targets->count > 0 || config->has_responder)) {
        check_written(config);
    }
    diagnostics_format(&diagnostics, &text);
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
    return 0;
}
