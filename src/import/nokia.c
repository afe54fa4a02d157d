/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Nokia SR OS, classic CLI and MD-CLI: sessions of `oam-pm`, reflectors of TWAMP Light in routers
 * and VPRNs, the TWAMP server of `test-oam`. */
#include <string.h>

#include "import/peer_entry.h"
#include "import/session.h"
#include "import/session_entry.h"

#define INTERVAL_MS 1000

static void take_light(struct import_device *device, const struct import_line *line, size_t at,
                       int entry)
{
    device->entries[entry].kind = KIND_TWAMP_LIGHT;
    import_session_words(device, entry, &import_nokia_light, line, at);
}

static void take_session(struct import_device *device, const struct import_line *line, size_t at)
{
    int entry = import_session_entry(device, line->word[at], line);
    size_t ip = import_session_behind(line, at + 1, "ip");
    device->dialect = "nokia";
    /* "session NAME test-family ip session-type proactive create" is around all others. */
    for (size_t i = at + 1; ip == 0 && i < line->count; i++) {
        bool is_word_of_family = i > 0 && strcmp(line->word[i - 1], "test-family") == 0;
        ip = strcmp(line->word[i], "ip") == 0 && !is_word_of_family ? i + 1 : 0;
    }
    if (entry < 0) {
        import_session_refuse(device, line, "too many operations on one device");
        return;
    }
    size_t light = import_session_behind(line, ip, "twamp-light");
    if (ip == 0) {
        import_session_words(device, entry, &import_nokia_session, line, at + 1);
    } else if (light > 0) {
        take_light(device, line, light, entry);
    } else {
        import_session_words(device, entry, &import_nokia_ip, line, ip);
    }
}

/* The word behind "twamp-light reflector", in a router or a VPRN; 0: there is none. */
static size_t reflector_of(const struct import_line *line)
{
    for (size_t i = 0; i + 1 < line->count; i++) {
        if (strcmp(line->word[i], "twamp-light") == 0 &&
            strcmp(line->word[i + 1], "reflector") == 0) {
            return i + 2;
        }
    }
    return 0;
}

/* "interface NAME address A/N" of a router, which the classic CLI writes without a keyword more. */
static void take_interface(struct import_device *device, const struct import_line *line)
{
    const char *name = NULL, *address = NULL;
    for (size_t i = 0; i + 1 < line->count; i++) {
        name = strcmp(line->word[i], "interface") == 0 ? line->word[i + 1] : name;
        address = strcmp(line->word[i], "address") == 0 ? line->word[i + 1] : address;
    }
    if (name != NULL && address != NULL && strpbrk(address, ".:") != NULL) {
        import_session_address(device, name, address);
    }
}

void import_nokia_statement(struct import_device *device, const struct import_line *line)
{
    const char *first = line->word[0];
    size_t at = strcmp(first, "configure") == 0 || strcmp(first, "/configure") == 0;
    size_t reflector = reflector_of(line);
    size_t end;
    if (import_words_are(line, line->count - 1, "exit") > 0 ||
        strcmp(line->text, "exit all") == 0) {
        return;
    }
    if (reflector > 0) {
        device->dialect = "nokia";
        import_session_port(device, KIND_TWAMP_LIGHT, line, NULL);
        import_session_words(device, -1, &import_nokia_reflector, line, reflector);
    } else if ((end = import_session_behind(line, at, "test-oam twamp server")) > 0) {
        device->dialect = "nokia";
        import_session_port(device, KIND_TWAMP_SESSION, line, NULL);
        import_session_words(device, -1, &import_nokia_server, line, end);
    } else if ((end = import_session_behind(line, at, "oam-pm session")) > 0 && end < line->count) {
        take_session(device, line, end);
    } else if ((end = import_session_behind(line, at, "system name")) > 0 && end < line->count) {
        device->name = import_keep(device, line->word[end]);
    } else if (import_session_behind(line, at, "router") > 0) {
        take_interface(device, line);
    }
}

void import_nokia_finish(struct import_device *device, int index)
{
    struct import_entry *entry = &device->entries[index];
    struct import_value *vrf = &entry->values[PARAM_VRF];
    if (vrf->is_set && vrf->text != NULL && strcmp(vrf->text, "Base") == 0) {
        vrf->is_set = false; /* the router itself */
    }
    if (entry->kind == KIND_TWAMP_LIGHT) {
        import_session_stream(device, index, INTERVAL_MS);
    }
}
