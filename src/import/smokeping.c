/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* SmokePing: sections "*** Targets ***", nodes "++ name", keys that nodes below inherit. Source:
 * smokeping_config(5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import/peer_entry.h"

#define DEPTH_MAX 12
#define WORD_MAX 128

struct setting {
    char text[WORD_MAX];
    unsigned line;
};

enum key {
    KEY_HOST,
    KEY_PROBE,
    KEY_TITLE,
    KEY_PINGS,
    KEY_STEP,
    KEY_SIZE,
    KEY_TIMEOUT,
    KEY_TOS,
    KEY_PORT,
    KEY_SOURCE,
    KEY_COUNT
};

static const struct {
    const char *name;
    enum key key;
} keys[] = {
    {"host", KEY_HOST},       {"probe", KEY_PROBE},
    {"title", KEY_TITLE},     {"pings", KEY_PINGS},
    {"step", KEY_STEP},       {"packetsize", KEY_SIZE},
    {"timeout", KEY_TIMEOUT}, {"tos", KEY_TOS},
    {"port", KEY_PORT},       {"sourceaddress", KEY_SOURCE},
};

static const struct {
    const char *probe; /* what its name begins with */
    enum import_kind kind;
    bool is_ipv6;
} probes[] = {
    {"FPing6", KIND_ICMP_ECHO, true},
    {"FPing", KIND_ICMP_ECHO, false},
    {"TCPPing", KIND_TCP_CONNECT, false},
    {"CiscoRTTMonEchoICMP", KIND_ICMP_ECHO, false},
    {"CiscoRTTMonTcpConnect", KIND_TCP_CONNECT, false},
    {"OpenSSHEOSPing", KIND_ICMP_ECHO, false},
    {"EchoPingHttp", KIND_HTTP, false},
    {"Curl", KIND_HTTP, false},
    {"DNS", KIND_DNS, false},
    {"EchoPingDNS", KIND_DNS, false},
};

struct import_smokeping {
    bool is_targets, is_probes;
    unsigned depth; /* of the node at hand; 0: the section itself */
    char names[DEPTH_MAX + 1][WORD_MAX];
    unsigned line; /* of the node */
    struct setting own[DEPTH_MAX + 1][KEY_COUNT];
    struct setting common[KEY_COUNT]; /* of *** Database *** and *** Probes *** */
};

struct import_smokeping *import_smokeping_new(void)
{
    return mem_alloc(1, sizeof(struct import_smokeping));
}

void import_smokeping_free(struct import_smokeping *smokeping)
{
    free(smokeping);
}

/* What the node says, or the nearest one above it. */
static const struct setting *get(const struct import_smokeping *smokeping, enum key key)
{
    static const struct setting none = {.text = ""};
    for (unsigned depth = smokeping->depth + 1; depth-- > 0;) {
        if (smokeping->own[depth][key].text[0] != '\0') {
            return &smokeping->own[depth][key];
        }
    }
    return smokeping->common[key].text[0] != '\0' ? &smokeping->common[key] : &none;
}

static void set_number(struct import_device *device, int entry, enum import_param param,
                       const struct setting *setting, int64_t scale)
{
    char *end;
    double value = strtod(setting->text, &end);
    if (end != setting->text && value >= 0 && value < 1e9) {
        import_peer_number(device, entry, param, (int64_t)(value * (double)scale), setting->line);
    }
}

static void fill(const struct import_smokeping *smokeping, struct import_device *device, int entry)
{
    const struct setting *size = get(smokeping, KEY_SIZE), *port = get(smokeping, KEY_PORT);
    const struct setting *tos = get(smokeping, KEY_TOS), *source = get(smokeping, KEY_SOURCE);
    const struct setting *title = &smokeping->own[smokeping->depth][KEY_TITLE];
    bool is_tcp = device->entries[entry].kind == KIND_TCP_CONNECT;
    int64_t number;
    set_number(device, entry, PARAM_FREQUENCY, get(smokeping, KEY_STEP), 1);
    if (!device->entries[entry].values[PARAM_FREQUENCY].is_set) {
        import_peer_number(device, entry, PARAM_FREQUENCY, 300, smokeping->line);
    }
    set_number(device, entry, PARAM_TIMEOUT, get(smokeping, KEY_TIMEOUT), 1000);
    if (!is_tcp) {
        set_number(device, entry, PARAM_NUM_PACKETS, get(smokeping, KEY_PINGS), 1);
    } else {
        import_peer_number(device, entry, PARAM_CONTROL, 0, smokeping->line);
        import_peer_number(device, entry, PARAM_PORT, 80, smokeping->line);
        set_number(device, entry, PARAM_PORT, port, 1);
    }
    if (!is_tcp && import_number(size->text, &number) && number >= IMPORT_TIME_BYTES) {
        import_peer_number(device, entry, PARAM_SIZE, number - IMPORT_TIME_BYTES, size->line);
    }
    if (import_number(tos->text, &number)) {
        import_peer_number(device, entry, PARAM_TOS, number, tos->line);
    }
    if (source->text[0] != '\0') {
        import_peer_text(device, entry, PARAM_SOURCE, source->text, source->line);
    }
    if (title->text[0] != '\0') {
        import_peer_text(device, entry, PARAM_TAG, title->text, title->line);
    }
}

/* The node is complete: a target, if it has a host. */
static void finish_node(struct import_smokeping *smokeping, struct import_device *device)
{
    const struct setting *host = &smokeping->own[smokeping->depth][KEY_HOST];
    const char *probe = get(smokeping, KEY_PROBE)->text;
    size_t row = 0;
    if (!smokeping->is_targets || host->text[0] == '\0') {
        return;
    }
    if (host->text[0] == '/' || strcasecmp(host->text, "DYNAMIC") == 0) {
        import_peer_count(device, -1, host->line, host->text,
                          "a graph of other targets, or a host that announces itself");
        return;
    }
    char id[256] = "";
    for (unsigned depth = 1; depth <= smokeping->depth; depth++) {
        size_t length = strlen(id);
        snprintf(id + length, sizeof id - length, "%s%.60s", depth > 1 ? "." : "",
                 smokeping->names[depth]);
    }
    while (row < sizeof probes / sizeof probes[0] &&
           strncasecmp(probe, probes[row].probe, strlen(probes[row].probe)) != 0) {
        row++;
    }
    bool is_known = row < sizeof probes / sizeof probes[0];
    int entry =
        import_peer_entry(device, id, smokeping->line, is_known ? probes[row].kind : KIND_NONE);
    if (entry < 0) {
        return;
    }
    import_peer_text(device, entry, PARAM_HOST, host->text, host->line);
    import_count(device, entry, host->line, FATE_MAPPED);
    if (!is_known) {
        char why[160];
        snprintf(why, sizeof why, "the probe %.80s is not known", probe[0] ? probe : "(none)");
        import_recount(device, entry, host->line, FATE_UNSUPPORTED);
        import_peer_count(device, entry, host->line, host->text, why);
    }
    if (is_known && probes[row].is_ipv6) {
        import_peer_number(device, entry, PARAM_IP_VERSION, 6, smokeping->line);
    }
    fill(smokeping, device, entry);
}

static void begin_node(struct import_smokeping *smokeping, struct import_device *device,
                       const struct import_line *line)
{
    unsigned depth = (unsigned)strspn(line->text, "+");
    finish_node(smokeping, device);
    depth = depth > DEPTH_MAX ? DEPTH_MAX : depth;
    smokeping->depth = depth;
    smokeping->line = line->number;
    memset(smokeping->own[depth], 0, sizeof smokeping->own[depth]);
    snprintf(smokeping->names[depth], WORD_MAX, "%.*s", WORD_MAX - 1,
             line->text + strspn(line->text, "+ "));
}

static void take_key(struct import_smokeping *smokeping, struct import_device *device,
                     const struct import_line *line, const char *equals)
{
    size_t length = strcspn(line->text, " =");
    const char *value = equals + 1 + strspn(equals + 1, " ");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i].name) != length || strncasecmp(line->text, keys[i].name, length) != 0) {
            continue;
        }
        struct setting *setting = smokeping->is_targets
                                      ? &smokeping->own[smokeping->depth][keys[i].key]
                                      : &smokeping->common[keys[i].key];
        snprintf(setting->text, sizeof setting->text, "%s", value);
        setting->line = line->number;
        if (keys[i].key != KEY_HOST || !smokeping->is_targets) { /* that is counted with its node */
            import_count(device, -1, line->number, FATE_MAPPED);
        }
        return;
    }
    if (smokeping->is_targets || smokeping->is_probes) {
        import_peer_count(device, -1, line->number, line->text, "nothing here is the same");
    }
}

void import_smokeping_line(struct import_smokeping *smokeping, struct import_device *device,
                           const struct import_line *line)
{
    const char *equals = strchr(line->text, '=');
    device->dialect = "smokeping";
    device->is_peer = true;
    if (line->text[0] == '\0' || line->text[0] == '#') {
        return;
    }
    if (strncmp(line->text, "***", 3) == 0) {
        finish_node(smokeping, device);
        smokeping->is_targets = strstr(line->text, "Targets") != NULL;
        smokeping->is_probes =
            strstr(line->text, "Probes") != NULL || strstr(line->text, "Database") != NULL;
        smokeping->depth = 0;
        memset(smokeping->own, 0, sizeof smokeping->own);
    } else if (line->text[0] == '+') {
        begin_node(smokeping, device, line);
    } else if (line->text[0] == '@') {
        import_peer_count(device, -1, line->number, line->text, "give the other file, too");
    } else if (equals != NULL && (smokeping->is_targets || smokeping->is_probes)) {
        take_key(smokeping, device, line, equals);
    }
}

void import_smokeping_end(struct import_smokeping *smokeping, struct import_device *device)
{
    finish_node(smokeping, device);
    smokeping->is_targets = smokeping->is_probes = false;
}
