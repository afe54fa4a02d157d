/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/session_entry.h"

#include <stdio.h>
#include <string.h>

#include "import/peer_entry.h"

#define PORT_DEFAULT 862
#define STREAM_MS 50000
#define STREAM_PACKETS_MAX 60000

size_t import_session_behind(const struct import_line *line, size_t at, const char *pattern)
{
    return at < line->count ? import_words_are(line, at, pattern) : 0;
}

int import_session_entry(struct import_device *device, const char *id,
                         const struct import_line *line)
{
    int entry = import_find_entry(device, id);
    return entry >= 0 ? entry : import_peer_entry(device, id, line->number, KIND_NONE);
}

/* What a row says about the device itself. */
static enum import_fate tell(struct import_device *device, const struct import_match *match,
                             const struct import_line *line)
{
    const struct import_row *row = match->row;
    if (row->action == ACTION_PORT) {
        import_session_port(device, row->kind, line,
                            match->arg_count > 0 ? line->word[match->args[0]] : NULL);
    }
    if (row->action == ACTION_SHUT && device->port_count > 0) {
        device->ports[device->port_count - 1].is_shut = true;
    }
    if (row->fate == FATE_UNSUPPORTED) {
        import_say_instead(device, -1, line, row->why, row->instead);
    } else if (row->fate == FATE_REFUSED) {
        import_say(device, -1, line, row->fate, row->why);
    }
    return row->fate;
}

void import_session_words(struct import_device *device, int entry, const struct import_table *table,
                          const struct import_line *line, size_t at)
{
    enum import_fate fate = FATE_MAPPED;
    while (at < line->count) {
        struct import_match match = import_match(table, line, at, false);
        if (match.state != MATCH_OK) {
            fate = import_worse(fate, import_fault(device, entry, &match, line));
            break;
        }
        fate = import_worse(fate, entry < 0 ? tell(device, &match, line)
                                            : import_apply(device, entry, &match, line, false));
        at = match.end;
    }
    import_count(device, entry, line->number, fate);
}

void import_session_port(struct import_device *device, enum import_kind kind,
                         const struct import_line *line, const char *port)
{
    struct import_port *own = NULL;
    int64_t number = 0;
    for (size_t i = 0; i < device->port_count; i++) {
        own = device->ports[i].kind == kind ? &device->ports[i] : own;
    }
    if (own == NULL && (own = import_add_port(device, line->number)) != NULL) {
        own->kind = kind;
        own->port = PORT_DEFAULT;
    }
    if (own != NULL && port != NULL && import_number(port, &number)) {
        own->port = number;
    }
}

void import_session_address(struct import_device *device, const char *interface,
                            const char *address)
{
    struct import_interface *last =
        device->interface_count > 0 ? &device->interfaces[device->interface_count - 1] : NULL;
    if (last == NULL || strcmp(last->name, interface) != 0) {
        last = import_add_interface(device, interface);
    }
    if (last != NULL && last->address == NULL) {
        char text[IMPORT_PROMPT_MAX];
        snprintf(text, sizeof text, "%.*s", (int)strcspn(address, "/"), address);
        last->address = import_keep(device, text);
    }
}

void import_session_refuse(struct import_device *device, const struct import_line *line,
                           const char *why)
{
    import_say(device, -1, line, FATE_UNSUPPORTED, why);
    import_count(device, -1, line->number, FATE_UNSUPPORTED);
}

void import_session_stream(struct import_device *device, int entry, int64_t interval_ms)
{
    const struct import_value *interval = &device->entries[entry].values[PARAM_INTERVAL];
    unsigned line = interval->is_set ? interval->line : device->entries[entry].line;
    interval_ms = interval->is_set && interval->number > 0 ? interval->number : interval_ms;
    int64_t packets = interval_ms < STREAM_MS ? STREAM_MS / interval_ms : 1;
    import_peer_number(device, entry, PARAM_INTERVAL, interval_ms, line);
    import_peer_number(device, entry, PARAM_NUM_PACKETS,
                       packets < STREAM_PACKETS_MAX ? packets : STREAM_PACKETS_MAX, line);
}
