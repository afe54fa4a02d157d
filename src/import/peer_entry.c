/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/peer_entry.h"

#include "import/reader.h"

int import_peer_entry(struct import_device *device, const char *id, unsigned line,
                      enum import_kind kind)
{
    int entry = import_add_entry(device, id, line, false);
    if (entry >= 0) {
        device->entries[entry].kind = kind;
        device->entries[entry].is_scheduled = true;
        import_peer_number(device, entry, PARAM_START, 0, line);
        import_peer_number(device, entry, PARAM_LIFE, -1, line);
    }
    return entry;
}

void import_peer_number(struct import_device *device, int entry, enum import_param param,
                        int64_t number, unsigned line)
{
    struct import_value value = {.number = number, .line = line};
    import_set(device, entry, param, &value);
}

void import_peer_text(struct import_device *device, int entry, enum import_param param,
                      const char *text, unsigned line)
{
    struct import_value value = {.text = text, .line = line};
    import_set(device, entry, param, &value);
}

void import_peer_count(struct import_device *device, int entry, unsigned line, const char *text,
                       const char *why)
{
    import_count(device, entry, line, why == NULL ? FATE_MAPPED : FATE_UNSUPPORTED);
    if (why != NULL) {
        struct import_note note = {
            .fate = FATE_UNSUPPORTED, .line = line, .entry = entry, .text = text, .why = why};
        import_note_add(device, &note);
    }
}
