/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "responder/flags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/address.h"
#include "config/duration.h"
#include "config/packet.h"
#include "program/daemon.h"
#include "program/key_option.h"
#include "program/web_flags.h"
#include "responder/settings_file.h"

#define TOO_MANY "is one too many"
/* As in the configuration of the exporter. */
#define DURATION_MIN_MAX_NS (60 * NS_PER_SECOND)
#define DURATION_MAX_MAX_NS (24 * 3600 * NS_PER_SECOND)

static const struct option_row rows[] = {
    {"listen-address", "[IP:]PORT", NULL,
     "Where to take control requests; a port alone is every IPv4 and IPv6 address. Default: :1967 "
     "and :1167.",
     true},
    {"vrf", "NAME", NULL, "Answer in this VRF only, on Linux a network device.", false},
    {"allow", "PREFIX", NULL, "Who may ask, for example 192.0.2.0/24. Not given: everybody.", true},
    {"permanent-port", "[IP:]PORT", NULL, "A probe port that is always open.", true},
    {"permanent-tcp-port", "[IP:]PORT", NULL, "A TCP port that is always open.", true},
    {"stamp-port", "[IP:]PORT", NULL,
     "A port that reflects STAMP and TWAMP Light; theirs is 862. Nobody has to ask for it.", true},
    {"stamp-reflector", "KIND", "stateful",
     "Whether it counts its replies, so that senders know the direction of a loss: stateful or "
     "stateless.",
     false},
    {"stamp-tlv", "KIND", "auto", "What follows the base of its packets: auto, on or off.", false},
    {"stamp-key", "ID:ALGORITHM:FILE", NULL,
     "The key, of algorithm hmac-sha256, that authenticates each of its packets.", false},
    {"twamp-port", "[IP:]PORT", NULL,
     "A port of a TWAMP server, which is 862: TCP for control, UDP for test packets.", true},
    {"twamp-key", "ID:twamp:FILE", NULL,
     "A key that TWAMP clients must have, its pass-phrase the one line of FILE; the KeyID is ID.",
     true},
    {"workers", "N", "1",
     "Threads that answer, 1 to 16; all that one source sends is answered by one of them.", false},
    {"max-sessions", "N", "1000", "Most sessions at a time, 1 to 65536.", false},
    {"max-sessions-per-source", "N", "0",
     "Most sessions of one IPv4 address or IPv6 /64. 0: as many as are free, or 16.", false},
    {"requests-per-source", "N", "1000",
     "Most control requests a second of one IPv4 address or IPv6 /64. 0: any number.", false},
    {"reserve-for", "PREFIX", NULL, "Senders without these two limits, who have a reserve.", true},
    {"reserved-sessions", "N", "100",
     "Sessions that only senders of --reserve-for can have, up to half of all.", false},
    {"min-duration", "DURATION", "1s", "Shortest time a port stays open.", false},
    {"max-duration", "DURATION", "5m", "Longest time that is granted; probes double it at most.",
     false},
    {"ports", "RANGE", "1024-65535",
     "Ports that requests may name, but for those that the system reserves. TCP ports only for "
     "senders of --allow or with a key, and for this host itself.",
     true},
    {"min-source-port", "PORT", "1024", "Answer nothing to ports below: they are of services.",
     false},
    {"refusal", "KIND", "status16", "How to refuse: status16, status32 or silent.", false},
    {"reply", "KIND", "long", "How to accept: long or short.", false},
    {"reflect-tos", "BOOL", "true", "Answer with the TOS byte of what is answered: true or false.",
     false},
    {"timestamp-format", "FORMAT", "ntp", "Of microsecond probes: ntp or ptp.", false},
    {"key", "ID:ALGORITHM:FILE", NULL,
     "A key: md5 (version 1), sha256 or hmac-sha256 (version 2), its secret the one line of FILE. "
     "With keys, unsigned requests are refused.",
     true},
    {"replay-window", "DURATION", "5m",
     "How far the time in a signed request of version 2 may be off; 0s: not checked.", false},
    {"impair", "FILE", NULL,
     "Lose, delay and change packets on purpose, by the rules in this file; for trying dashboards "
     "and alerts, on loopback addresses.",
     false},
    {"config.file", "FILE", NULL,
     "Take the sections responder and keys of this file, of the exporter's format, instead of the "
     "flags above.",
     false},
    DAEMON_IMPAIR_ROW,
    WEB_FLAGS_ROWS(NULL),
    DAEMON_LOGGING_ROWS,
};

const struct options_program flags_program = {
    .name = "ipsla_responder",
    .usage = "[flags]",
    .summary = "Answers IP SLA control requests, UDP jitter, UDP echo and TCP connect probes.\n"
               "SIGHUP reads its files again; SIGUSR1 logs the counters; SIGTERM and SIGINT log "
               "them and end it.",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
};

/* Addresses and ports of the repeatable flag `name`, at most `max`. 0 or an exit status. */
static int read_endpoints(const struct options *options, const char *name, size_t max,
                          struct addr *out, size_t *out_count)
{
    const char *text;
    size_t count = 0;
    for (size_t at = 0; (text = options_next(options, name, &at)) != NULL;) {
        if (count == max) {
            return options_reject(options, name, text, TOO_MANY);
        }
        const char *problem = address_parse_endpoint(text, &out[count++]);
        if (problem != NULL) {
            return options_reject(options, name, text, problem);
        }
    }
    *out_count = count;
    return 0;
}

/* The index of `text` among `words`, -1 when it is none of them. */
static int find_word(const char *const *words, int count, const char *text)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

static int read_listen(const struct options *options, struct reflect_settings *settings)
{
    if (!options_has(options, "listen-address")) {
        return 0;
    }
    const char *text;
    uint32_t bit = 1;
    settings->listen_both = 0;
    for (size_t at = 0; (text = options_next(options, "listen-address", &at)) != NULL; bit <<= 1) {
        settings->listen_both |= address_is_port(text) ? bit : 0;
    }
    return read_endpoints(options, "listen-address", REFLECT_LISTEN_MAX, settings->listen,
                          &settings->listen_count);
}

static int read_vrf(const struct options *options, struct reflect_settings *settings)
{
    const char *name = options_value(options, "vrf");
    const char *problem = name == NULL ? NULL : packet_check_device(name);
    if (name != NULL && problem == NULL) {
        memcpy(settings->device, name, strlen(name) + 1);
    }
    return problem == NULL ? 0 : options_reject(options, "vrf", name, problem);
}

static int read_permanent(const struct options *options, struct reflect_settings *settings)
{
    int status = read_endpoints(options, "permanent-port", REFLECT_PERMANENT_MAX,
                                settings->permanent, &settings->permanent_count);
    return status != 0 ? status
                       : read_endpoints(options, "permanent-tcp-port", REFLECT_PERMANENT_MAX,
                                        settings->permanent_tcp, &settings->permanent_tcp_count);
}

static int read_stamp(const struct options *options, struct reflect_stamp *stamp)
{
    static const char *const reflectors[] = {"stateful", "stateless"};
    static const char *const tlvs[] = {"auto", "on", "off"};
    const char *text = options_value(options, "stamp-reflector");
    int reflector = find_word(reflectors, 2, text);
    if (reflector < 0) {
        return options_refuse(options, "stamp-reflector", text, "stateful or stateless");
    }
    text = options_value(options, "stamp-tlv");
    int tlv = find_word(tlvs, 3, text);
    if (tlv < 0) {
        return options_refuse(options, "stamp-tlv", text, "auto, on or off");
    }
    stamp->is_stateless = reflector == 1;
    stamp->tlv = (enum reflect_tlv)tlv;
    text = options_value(options, "stamp-key");
    const char *problem = text == NULL ? NULL : key_option_parse(text, &stamp->key);
    if (problem == NULL && text != NULL && stamp->key.algorithm != AUTH_HMAC_SHA256) {
        problem = "is not of algorithm hmac-sha256";
    }
    if (problem != NULL) {
        return options_reject(options, "stamp-key", text, problem);
    }
    return read_endpoints(options, "stamp-port", REFLECT_PERMANENT_MAX, stamp->ports,
                          &stamp->port_count);
}

static int read_twamp(const struct options *options, struct reflect_twamp *twamp)
{
    const char *text;
    for (size_t at = 0; (text = options_next(options, "twamp-key", &at)) != NULL;) {
        if (twamp->key_count == REFLECT_KEYS_MAX) {
            return options_reject(options, "twamp-key", text, TOO_MANY);
        }
        struct auth_key *key = &twamp->keys[twamp->key_count++];
        const char *problem = key_option_parse(text, key);
        if (problem == NULL && key->algorithm != AUTH_TWAMP) {
            problem = "is not of algorithm twamp";
        }
        if (problem != NULL) {
            return options_reject(options, "twamp-key", text, problem);
        }
    }
    return read_endpoints(options, "twamp-port", REFLECT_PERMANENT_MAX, twamp->ports,
                          &twamp->port_count);
}

/* The prefixes of the flag `name`, at most REFLECT_ALLOW_MAX. 0 or an exit status. */
static int read_prefixes(const struct options *options, const char *name, struct addr_prefix *out,
                         size_t *count)
{
    const char *text;
    *count = 0;
    for (size_t at = 0; (text = options_next(options, name, &at)) != NULL;) {
        if (*count == REFLECT_ALLOW_MAX) {
            return options_reject(options, name, text, TOO_MANY);
        }
        const char *problem = address_parse_prefix(text, &out[(*count)++]);
        if (problem != NULL) {
            return options_reject(options, name, text, problem);
        }
    }
    return 0;
}

static int read_allow(const struct options *options, struct reflect_settings *settings)
{
    int status = read_prefixes(options, "allow", settings->allow, &settings->allow_count);
    return status != 0 ? status
                       : read_prefixes(options, "reserve-for", settings->reserve_for,
                                       &settings->reserve_for_count);
}

/* A flag whose value is a number. 0 or an exit status. */
static int read_number(const struct options *options, const char *name, uint64_t min, uint64_t max,
                       uint32_t *out)
{
    uint64_t number;
    char allowed[64];
    const char *text = options_value(options, name);
    if (!options_parse_number(text, min, max, &number)) {
        snprintf(allowed, sizeof allowed, "a number from %" PRIu64 " to %" PRIu64, min, max);
        return options_refuse(options, name, text, allowed);
    }
    *out = (uint32_t)number;
    return 0;
}

static int read_durations(const struct options *options, struct reflect_settings *settings)
{
    const char *text = options_value(options, "min-duration");
    const char *problem = duration_parse(text, &settings->min_duration_ns);
    if (problem == NULL && settings->min_duration_ns > DURATION_MIN_MAX_NS) {
        problem = "is more than 60s";
    }
    if (problem != NULL) {
        return options_reject(options, "min-duration", text, problem);
    }
    text = options_value(options, "max-duration");
    problem = duration_parse(text, &settings->max_duration_ns);
    if (problem == NULL && (settings->max_duration_ns < DURATION_MIN_MAX_NS ||
                            settings->max_duration_ns > DURATION_MAX_MAX_NS)) {
        problem = "is not from 1m to 24h";
    }
    return problem == NULL ? 0 : options_reject(options, "max-duration", text, problem);
}

static int read_limits(const struct options *options, struct reflect_settings *settings)
{
    uint32_t source_port = 0;
    int status = read_number(options, "workers", 1, REFLECT_WORKERS_MAX, &settings->workers);
    if (status == 0) {
        status = read_number(options, "max-sessions", 1, 65536, &settings->max_sessions);
    }
    if (status == 0) {
        status = read_number(options, "max-sessions-per-source", 0, 65536,
                             &settings->max_sessions_per_source);
    }
    if (status == 0) {
        status =
            read_number(options, "requests-per-source", 0, 1000000, &settings->requests_per_source);
    }
    if (status == 0) {
        status = read_number(options, "reserved-sessions", 0, 65536, &settings->reserved_sessions);
    }
    if (status == 0) {
        status = read_number(options, "min-source-port", 0, UINT16_MAX, &source_port);
    }
    settings->min_source_port = (uint16_t)source_port;
    return status == 0 ? read_durations(options, settings) : status;
}

static int read_ports(const struct options *options, struct reflect_settings *settings)
{
    const char *text;
    settings->ports = (struct port_set){0};
    for (size_t at = 0; (text = options_next(options, "ports", &at)) != NULL;) {
        struct port_range range;
        const char *problem = port_range_parse(text, &range);
        if (problem != NULL) {
            return options_reject(options, "ports", text, problem);
        }
        port_set_add(&settings->ports, range);
    }
    return 0;
}

static int read_kinds(const struct options *options, struct reflect_settings *settings)
{
    static const char *const refusals[] = {"status16", "status32", "silent"};
    static const char *const replies[] = {"long", "short"};
    static const char *const formats[TIMESTAMP_FORMAT_COUNT] = {"ntp", "ptp"};
    const char *text = options_value(options, "refusal");
    int found = find_word(refusals, 3, text);
    if (found < 0) {
        return options_refuse(options, "refusal", text, "status16, status32 or silent");
    }
    settings->refusal = (enum reflect_refusal)found;
    text = options_value(options, "reply");
    found = find_word(replies, 2, text);
    if (found < 0) {
        return options_refuse(options, "reply", text, "long or short");
    }
    settings->reply = (enum reflect_reply)found;
    static const char *const no_yes[] = {"false", "true"};
    text = options_value(options, "reflect-tos");
    found = find_word(no_yes, 2, text);
    if (found < 0) {
        return options_refuse(options, "reflect-tos", text, "true or false");
    }
    settings->reflect_tos = found == 1;
    text = options_value(options, "timestamp-format");
    found = find_word(formats, TIMESTAMP_FORMAT_COUNT, text);
    if (found < 0) {
        return options_refuse(options, "timestamp-format", text, "ntp or ptp");
    }
    settings->timestamp_format = (enum timestamp_format)found;
    return 0;
}

static int read_keys(const struct options *options, struct reflect_settings *settings)
{
    const char *text;
    for (size_t at = 0; (text = options_next(options, "key", &at)) != NULL;) {
        if (settings->key_count == REFLECT_KEYS_MAX) {
            return options_reject(options, "key", text, TOO_MANY);
        }
        struct auth_key *key = &settings->keys[settings->key_count++];
        const char *problem = key_option_parse(text, key);
        if (problem == NULL && key->algorithm == AUTH_TWAMP) {
            problem = "is of algorithm twamp, which --twamp-key takes";
        }
        if (problem != NULL) {
            return options_reject(options, "key", text, problem);
        }
    }
    text = options_value(options, "replay-window");
    const char *problem = duration_parse(text, &settings->replay_window_ns);
    return problem == NULL ? 0 : options_reject(options, "replay-window", text, problem);
}

int flags_read(const struct options *options, struct reflect_settings *settings)
{
    if (options_has(options, "config.file")) {
        return settings_file_read(options, settings);
    }
    reflect_settings_default(settings);
    int status = read_listen(options, settings);
    if (status == 0) {
        status = read_vrf(options, settings);
    }
    if (status == 0) {
        status = read_permanent(options, settings);
    }
    if (status == 0) {
        status = read_stamp(options, &settings->stamp);
    }
    if (status == 0) {
        status = read_twamp(options, &settings->twamp);
    }
    if (status == 0) {
        status = read_allow(options, settings);
    }
    if (status == 0) {
        status = read_limits(options, settings);
    }
    if (status == 0) {
        status = read_ports(options, settings);
    }
    if (status == 0) {
        status = read_kinds(options, settings);
    }
    if (status == 0) {
        status = read_keys(options, settings);
    }
    return status == 0 ? settings_file_read_impair(options, &settings->impair) : status;
}
