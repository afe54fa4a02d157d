/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Junos and Junos Evolved: `services rpm twamp` and `services monitoring twamp`, as braces or as
 * `set` commands. A test session has what its control connection says, where it says nothing. */
#include <stdio.h>
#include <string.h>

#include "import/peer_entry.h"
#include "import/session.h"
#include "import/session_entry.h"

#define MS_PER_SECOND 1000
/* Between two tests, where no pause is written; and at least, since replies are waited for. */
#define PAUSE_S 60
#define PAUSE_MIN_S 6
#define PROBES_DEFAULT 1

static void take_interface(struct import_device *device, const struct import_line *line, size_t at)
{
    char name[IMPORT_PROMPT_MAX];
    const char *unit = "0", *address = NULL;
    for (size_t i = at + 1; i + 1 < line->count; i++) {
        unit = strcmp(line->word[i], "unit") == 0 ? line->word[i + 1] : unit;
        address = strcmp(line->word[i], "address") == 0 ? line->word[i + 1] : address;
    }
    if (address != NULL && at < line->count) {
        snprintf(name, sizeof name, "%.40s.%.10s", line->word[at], unit);
        import_session_address(device, name, address);
    }
}

static void take_session(struct import_device *device, const struct import_line *line, size_t at,
                         int connection)
{
    char id[256];
    snprintf(id, sizeof id, "%.120s.%.120s", device->entries[connection].id, line->word[at]);
    int entry = import_session_entry(device, id, line);
    if (entry < 0) {
        import_session_refuse(device, line, "too many operations on one device");
        return;
    }
    device->entries[entry].recipe = (size_t)connection + 1;
    import_session_words(device, entry, &import_juniper_session, line, at + 1);
}

static void take_client(struct import_device *device, const struct import_line *line, size_t at)
{
    int connection = import_session_entry(device, line->word[at], line);
    if (connection < 0) {
        import_session_refuse(device, line, "too many operations on one device");
        return;
    }
    device->entries[connection].is_recipe = true;
    size_t session = import_session_behind(line, at + 1, "test-session");
    if (session > 0 && session < line->count) {
        take_session(device, line, session, connection);
    } else {
        import_session_words(device, connection, &import_juniper_connection, line, at + 1);
    }
}

static void take_server(struct import_device *device, const struct import_line *line, size_t at)
{
    if (import_session_behind(line, at, "light") == 0) {
        import_session_port(device, KIND_TWAMP_SESSION, line, NULL);
    }
    import_session_words(device, -1, &import_juniper_server, line, at);
}

/* "inactive: " before a statement, or before one around it. */
static bool is_inactive(const struct import_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        if (strcmp(line->word[i], "inactive:") == 0) {
            return true;
        }
    }
    return false;
}

static void take_twamp(struct import_device *device, const struct import_line *line, size_t at)
{
    size_t client = import_session_behind(line, at, "client control-connection");
    size_t server = import_session_behind(line, at, "server");
    device->dialect = "juniper";
    if (is_inactive(line)) {
        import_say(device, -1, line, FATE_REFUSED, "inactive: the router does not act on it");
        import_count(device, -1, line->number, FATE_REFUSED);
    } else if (client > 0 && client < line->count) {
        take_client(device, line, client);
    } else if (server > 0) {
        take_server(device, line, server);
    }
}

void import_juniper_statement(struct import_device *device, const struct import_line *line)
{
    size_t at = strcmp(line->word[0], "set") == 0;
    size_t end;
    while (at + 2 < line->count && (strcmp(line->word[at], "groups") == 0 ||
                                    strcmp(line->word[at], "logical-systems") == 0)) {
        at += 2;
    }
    if (at < line->count && strcmp(line->word[at], "inactive:") == 0) {
        at++;
    }
    if ((end = import_session_behind(line, at, "system host-name")) > 0 && end < line->count) {
        device->name = import_keep(device, line->word[end]);
    } else if ((end = import_session_behind(line, at, "interfaces")) > 0) {
        take_interface(device, line, end);
    } else if ((end = import_session_behind(line, at, "services rpm twamp")) > 0 ||
               (end = import_session_behind(line, at, "services monitoring twamp")) > 0) {
        take_twamp(device, line, end);
    } else if (import_session_behind(line, at, "services rpm probe") > 0) {
        device->dialect = "juniper";
        import_session_refuse(device, line, "a probe of RPM, not of TWAMP");
    }
}

/* "101110", or a name that only Junos has. */
static void spell_dscp(struct import_device *device, int index)
{
    static const char *const names[][2] = {{"be", "default"}, {"nc1", "cs6"}, {"nc2", "cs7"}};
    struct import_value *dscp = &device->entries[index].values[PARAM_DSCP];
    char text[8];
    if (!dscp->is_set || dscp->text == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        dscp->text = strcmp(dscp->text, names[i][0]) == 0 ? names[i][1] : dscp->text;
    }
    if (strlen(dscp->text) == 6 && strspn(dscp->text, "01") == 6) {
        unsigned number = 0;
        for (size_t i = 0; i < 6; i++) {
            number = number * 2 + (dscp->text[i] == '1');
        }
        snprintf(text, sizeof text, "%u", number);
        dscp->text = import_keep(device, text);
    }
}

/* A test is a train; the next one begins a pause after its end. */
static void set_times(struct import_device *device, int index)
{
    const struct import_value *values = device->entries[index].values;
    const struct import_value *pause = &values[PARAM_PAUSE];
    const struct import_value *count = &values[PARAM_NUM_PACKETS];
    const struct import_value *interval = &values[PARAM_INTERVAL];
    unsigned line = pause->is_set ? pause->line : device->entries[index].line;
    int64_t probes = count->is_set ? count->number : PROBES_DEFAULT;
    int64_t seconds = interval->is_set && interval->number > 0 ? interval->number : 1;
    if (probes > UINT16_MAX || seconds > UINT16_MAX || pause->number > UINT16_MAX) {
        return; /* out of range: the configuration's reader says so */
    }
    int64_t pause_s = pause->is_set ? pause->number : PAUSE_S;
    int64_t period = probes * seconds + (pause_s > PAUSE_MIN_S ? pause_s : PAUSE_MIN_S);
    import_peer_number(device, index, PARAM_NUM_PACKETS, probes,
                       count->is_set ? count->line : device->entries[index].line);
    import_peer_number(device, index, PARAM_INTERVAL, seconds * MS_PER_SECOND,
                       interval->is_set ? interval->line : device->entries[index].line);
    import_peer_number(device, index, PARAM_FREQUENCY, period, line);
}

void import_juniper_finish(struct import_device *device, int index)
{
    struct import_entry *entry = &device->entries[index];
    struct import_value *server = &entry->values[PARAM_SERVER_PORT];
    if (entry->kind == KIND_NONE) {
        entry->kind = KIND_TWAMP_SESSION; /* "managed", the default */
    }
    if (entry->kind == KIND_TWAMP_LIGHT && server->is_set) {
        struct import_value *port = &entry->values[PARAM_PORT];
        *port = port->is_set ? *port : *server;
        server->is_set = false;
    }
    spell_dscp(device, index);
    set_times(device, index);
}
