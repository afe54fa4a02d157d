/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Huawei VRP: the views of `nqa twamp-light`. A session is described in the view `client`, started
 * in the view `sender`; those of the view `responder` answer. */
#include <string.h>

#include "import/peer_entry.h"
#include "import/session.h"
#include "import/session_entry.h"

#define MS_PER_SECOND 1000
#define INTERVAL_MS 100
/* Octets of a request before its padding. */
#define REQUEST_BASE 14

static void take_interface(struct import_device *device, const struct import_line *line)
{
    size_t end = import_session_behind(line, 2, "ip address");
    end = end > 0 ? end : import_session_behind(line, 2, "ipv6 address");
    if (end > 0 && end < line->count && strpbrk(line->word[end], ".:") != NULL) {
        import_session_address(device, line->word[1], line->word[end]);
    }
}

static void take_client(struct import_device *device, const struct import_line *line, size_t at)
{
    int entry = import_session_entry(device, line->word[at], line);
    if (entry < 0) {
        import_session_refuse(device, line, "too many operations on one device");
        return;
    }
    device->entries[entry].kind = KIND_TWAMP_LIGHT;
    device->entries[entry].is_scheduled = false; /* until the view `sender` starts it */
    import_session_words(device, entry, &import_huawei_client, line, at + 1);
}

static void take_sender(struct import_device *device, const struct import_line *line, size_t at)
{
    int entry = import_find_entry(device, line->word[at]);
    if (entry < 0) {
        import_say(device, -1, line, FATE_REFUSED, "no such session");
        import_count(device, -1, line->number, FATE_REFUSED);
        return;
    }
    device->entries[entry].is_scheduled = true;
    import_session_words(device, entry, &import_huawei_sender, line, at + 1);
}

static const char *word_behind(const struct import_line *line, const char *keyword)
{
    for (size_t i = 0; i + 1 < line->count; i++) {
        if (strcmp(line->word[i], keyword) == 0) {
            return line->word[i + 1];
        }
    }
    return NULL;
}

/* Each session of the view `responder` has an address and a port of its own. */
static void take_responder(struct import_device *device, const struct import_line *line, size_t at)
{
    const char *address = word_behind(line, "local-ip");
    const char *text = word_behind(line, "local-port");
    int64_t number;
    address = address != NULL ? address : word_behind(line, "local-ipv6");
    bool has_port = text != NULL && import_number(text, &number);
    struct import_port *port = has_port ? import_add_port(device, line->number) : NULL;
    if (port != NULL) {
        port->kind = KIND_TWAMP_LIGHT;
        port->port = number;
        port->address = address != NULL ? import_keep(device, address) : NULL;
    }
    import_session_words(device, -1, &import_huawei_responder, line, at + 1);
}

static void take_light(struct import_device *device, const struct import_line *line, size_t at)
{
    size_t client = import_session_behind(line, at, "client test-session");
    size_t sender = import_session_behind(line, at, "sender test start-continual test-session");
    size_t responder = import_session_behind(line, at, "responder test-session");
    device->dialect = "huawei";
    if (client > 0 && client < line->count) {
        take_client(device, line, client);
    } else if (sender > 0 && sender < line->count) {
        take_sender(device, line, sender);
    } else if (responder > 0 && responder < line->count) {
        take_responder(device, line, responder);
    } else if (at + 1 < line->count) { /* one word is a view */
        import_session_refuse(device, line, "not known");
    }
}

void import_huawei_statement(struct import_device *device, const struct import_line *line)
{
    size_t end;
    if ((end = import_session_behind(line, 0, "nqa twamp-light")) > 0) {
        take_light(device, line, end);
    } else if (import_session_behind(line, 0, "nqa") > 0) {
        device->dialect = "huawei";
        import_session_refuse(device, line, "another operation of NQA, not TWAMP Light");
    } else if (line->count == 2 && strcmp(line->word[0], "sysname") == 0) {
        device->name = import_keep(device, line->word[1]);
    } else if (line->count > 3 && strcmp(line->word[0], "interface") == 0) {
        take_interface(device, line);
    }
}

void import_huawei_finish(struct import_device *device, int index)
{
    struct import_entry *entry = &device->entries[index];
    struct import_value *size = &entry->values[PARAM_SIZE];
    struct import_value *timeout = &entry->values[PARAM_TIMEOUT];
    if (size->is_set) {
        size->number += REQUEST_BASE;
    }
    if (timeout->is_set && timeout->number <= UINT16_MAX) {
        timeout->number *= MS_PER_SECOND;
    }
    if (!entry->is_scheduled) {
        struct import_note note = {.fate = FATE_REFUSED,
                                   .entry = index,
                                   .is_remark = true,
                                   .why = "never started: the router does not measure it"};
        import_note_add(device, &note);
    }
    import_session_stream(device, index, INTERVAL_MS);
}
