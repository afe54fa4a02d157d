/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each key that sets something of a target, with two values. Include after cmocka. */
#ifndef UNIT_CONFIG_CHANGE_ROWS_H
#define UNIT_CONFIG_CHANGE_ROWS_H

#include <unistd.h>

#include "unit/config/expect.h"

#include "config/describe.h"

/* Two files that differ in `key` of `scope`, and what the change does. `more` are further keys of
 * their target. A host without an address fails at once, which counts without a network. */
struct change_row {
    const struct schema_scope *scope;
    const char *key;
    const char *more, *before, *after;
    enum field_rule rule;
};

#define OP &schema_operation
#define CONTROL &schema_control
#define PATH &schema_path
#define TARGET &schema_target
#define KEY &schema_key
#define CLOCK &schema_clock

static const struct change_row rows[] = {
    {OP, "operation", "", "operation: udp-jitter", "operation: udp-echo", FIELD_RESETS},
    {OP, "frequency", "", "frequency: 60s", "frequency: 10s", FIELD_KEEPS},
    {OP, "timeout", "", "timeout: 5s", "timeout: 6s", FIELD_KEEPS},
    {OP, "threshold", "", "threshold: 5s", "threshold: 1s", FIELD_KEEPS},
    {OP, "num_packets", "", "num_packets: 10", "num_packets: 11", FIELD_RESETS},
    {OP, "interval", "", "interval: 20ms", "interval: 21ms", FIELD_RESETS},
    {OP, "request_data_size", "", "request_data_size: 32", "request_data_size: 33", FIELD_RESETS},
    {OP, "verify_data", "operation: udp-echo, ", "verify_data: false", "verify_data: true",
     FIELD_KEEPS},
    {OP, "data_pattern", "operation: udp-echo, ", "data_pattern: ABCD", "data_pattern: ABCE",
     FIELD_RESETS},
    {OP, "codec", "", "codec: g711ulaw", "codec: g711alaw", FIELD_RESETS},
    {OP, "codec_num_packets", "codec: g729a, ", "codec_num_packets: 100", "codec_num_packets: 99",
     FIELD_RESETS},
    {OP, "codec_interval", "codec: g729a, ", "codec_interval: 20ms", "codec_interval: 30ms",
     FIELD_RESETS},
    {OP, "codec_size", "codec: g729a, ", "codec_size: 32", "codec_size: 52", FIELD_RESETS},
    {OP, "advantage_factor", "codec: g729a, ", "advantage_factor: 0", "advantage_factor: 5",
     FIELD_KEEPS},
    {OP, "precision", "", "precision: milliseconds", "precision: microseconds", FIELD_RESETS},
    {OP, "timestamp_format", "precision: microseconds, ", "timestamp_format: ntp",
     "timestamp_format: ptp", FIELD_RESETS},
    {OP, "reflector", "operation: stamp, ", "reflector: auto", "reflector: stateful", FIELD_KEEPS},
    {OP, "auth_key", "operation: stamp, request_data_size: 112, ", "auth_key: 4", "tag: ''",
     FIELD_KEEPS},
    {OP, "mode", "operation: twamp, auth_key: 6, ", "mode: mixed", "mode: encrypted", FIELD_KEEPS},
    {OP, "server_port", "operation: twamp, ", "server_port: 862", "server_port: 863", FIELD_KEEPS},
    {OP, "trust_peer_clock", "operation: stamp, ", "trust_peer_clock: false",
     "trust_peer_clock: true", FIELD_KEEPS},
    {OP, "protocols", "operation: auto, ", "protocols: [stamp, icmp-echo]",
     "protocols: [icmp-echo, stamp]", FIELD_KEEPS},
    {OP, "stamp_port", "operation: auto, ", "stamp_port: 862", "stamp_port: 863", FIELD_KEEPS},
    {OP, "timestamps", "", "timestamps: auto", "timestamps: user", FIELD_KEEPS},
    {OP, "clock_tolerance", "", "clock_tolerance: 0%", "clock_tolerance: 5%", FIELD_KEEPS},
    {OP, "source_address", "", "source_address: 192.0.2.1", "source_address: 192.0.2.2",
     FIELD_RESETS},
    {OP, "source_port", "", "source_port: 5001", "source_port: 5002", FIELD_RESETS},
    {OP, "source_ports", "operation: stamp, ", "source_ports: 40000-40003",
     "source_ports: 40000-40007", FIELD_RESETS},
    {OP, "ecmp_ports", "control: {version: none}, ", "ecmp_ports: 1", "ecmp_ports: 4",
     FIELD_RESETS},
    {OP, "ip_version", "", "ip_version: 4", "ip_version: 6", FIELD_RESETS},
    {OP, "buckets", "", "buckets: [1ms, 2ms]", "buckets: [1ms, 3ms]", FIELD_RESETS},
    {OP, "series", "", "series: minimal", "series: all", FIELD_KEEPS},
    {OP, "histograms", "", "histograms: both", "histograms: classic", FIELD_RESETS},
    {OP, "created", "", "created: false", "created: true", FIELD_KEEPS},
    {OP, "history", "", "history: 60", "history: 0", FIELD_KEEPS},
    {OP, "dscp", "", "dscp: ef", "dscp: af11", FIELD_KEEPS},
    {OP, "tos", "", "tos: 0", "tos: 1", FIELD_KEEPS},
    {OP, "ttl", "", "ttl: 255", "ttl: 64", FIELD_KEEPS},
    {OP, "dont_fragment", "", "dont_fragment: false", "dont_fragment: true", FIELD_KEEPS},
    {OP, "interface", "", "interface: eth0", "interface: eth1", FIELD_RESETS},
    {OP, "vrf", "", "vrf: red", "vrf: blue", FIELD_RESETS},
    {OP, "start", "", "start: now", "start: after 0s", FIELD_KEEPS},
    {OP, "life", "", "life: forever", "life: 1h", FIELD_KEEPS},
    {OP, "owner", "", "owner: a", "owner: b", FIELD_KEEPS},
    {OP, "tag", "", "tag: a", "tag: b", FIELD_KEEPS},
    {CONTROL, "version", "", "control: {version: 1, port: 1967}",
     "control: {version: 2, port: 1967}", FIELD_RESETS},
    {CONTROL, "port", "", "control: {port: 1967}", "control: {port: 1968}", FIELD_KEEPS},
    {CONTROL, "key", "", "control: {key: 1}", "control: {key: 2}", FIELD_KEEPS},
    {CONTROL, "auth_layout", "", "control: {key: 1, auth_layout: auto}",
     "control: {key: 1, auth_layout: prefix}", FIELD_KEEPS},
    {CONTROL, "retries", "", "control: {retries: 3}", "control: {retries: 2}", FIELD_KEEPS},
    {CONTROL, "timeout", "", "control: {timeout: 2s}", "control: {timeout: 1s}", FIELD_KEEPS},
    {TARGET, "name", "", "name: a", "name: b", FIELD_RESETS},
    {TARGET, "host", "", "host: a.invalid", "host: b.invalid", FIELD_RESETS},
    {TARGET, "hosts", "", "hosts: [a.invalid]", "hosts: [b.invalid]", FIELD_RESETS},
    {OP, "port", "", "port: 5000", "port: 5001", FIELD_RESETS},
    {OP, "labels", "", "labels: {site: a}", "labels: {site: b, rack: c}", FIELD_KEEPS},
    {KEY, "id", "", "control: {key: 1}", "control: {key: 2}", FIELD_KEEPS},
    {PATH, "frequency", "", "path: {frequency: 5m}", "path: {frequency: 1m}", FIELD_KEEPS},
    {PATH, "protocol", "", "path: {protocol: udp}", "path: {protocol: icmp}", FIELD_KEEPS},
    {PATH, "port", "", "path: {port: 33434}", "path: {port: 33435}", FIELD_KEEPS},
    {PATH, "flows", "", "path: {flows: 4}", "path: {flows: 5}", FIELD_KEEPS},
    {PATH, "probes", "", "path: {probes: 1}", "path: {probes: 2}", FIELD_KEEPS},
    {PATH, "max_hops", "", "path: {max_hops: 30}", "path: {max_hops: 31}", FIELD_KEEPS},
    {PATH, "timeout", "", "path: {timeout: 1s}", "path: {timeout: 2s}", FIELD_KEEPS},
    {KEY, "algorithm", "", "control: {version: 2, key: 3}", "control: {version: 2, key: 4}",
     FIELD_KEEPS},
    {KEY, "name", "operation: twamp, mode: mixed, ", "auth_key: 6", "auth_key: 7", FIELD_KEEPS},
    {KEY, "secret_file", "", "control: {key: 1}", "control: {key: 5}", FIELD_KEEPS},
    {CLOCK, "assume_synchronized", "", "clock: {assume_synchronized: true}",
     "clock: {assume_synchronized: false}", FIELD_LOCAL},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static char secrets[2][32];

static inline void write_secrets(void)
{
    for (unsigned i = 0; i < 2; i++) {
        snprintf(secrets[i], sizeof secrets[i], "/tmp/ipsla-secret-XXXXXX");
        int file = mkstemp(secrets[i]);
        assert_true(file >= 0);
        assert_true(write(file, i == 0 ? "xyzone\n" : "xyztwo\n", 7) == 7);
        close(file);
    }
}

/* Adds a key of every file, unless it is the row's. */
static inline void add_usual(struct buf *text, const struct change_row *row,
                             const struct schema_scope *scope, const char *key, const char *value)
{
    if (row->scope != scope || strcmp(row->key, key) != 0) {
        buf_printf(text, "%s: %s, ", key, value);
    }
}

static inline struct config *config_of(const struct change_row *row, const char *keys)
{
    struct buf text = {0};
    bool is_of_target = row->scope != CLOCK;
    buf_add_string(&text, "keys:\n");
    for (unsigned id = 1; id <= 5; id++) {
        const char *algorithm = id == 3 ? "sha256" : id == 4 ? "hmac-sha256" : "md5";
        buf_printf(&text, "  - {id: %u, algorithm: %s, secret_file: %s}\n", id, algorithm,
                   secrets[id == 5]);
    }
    buf_printf(&text, "  - {id: 6, algorithm: twamp, secret_file: %s}\n", secrets[0]);
    buf_printf(&text, "  - {id: 7, algorithm: twamp, name: alice, secret_file: %s}\n", secrets[0]);
    buf_printf(&text, "%s\ntargets: [{", is_of_target ? "" : keys);
    add_usual(&text, row, TARGET, "name", "a");
    if (strcmp(row->key, "hosts") != 0) {
        add_usual(&text, row, TARGET, "host", "a.invalid");
    }
    add_usual(&text, row, OP, "port", "5000");
    add_usual(&text, row, OP, "start", "now");
    buf_printf(&text, "%s%s}]\n", row->more, is_of_target ? keys : "");
    struct config *config = parse_good(buf_string(&text));
    buf_fini(&text);
    return config;
}

static inline void remove_secrets(void)
{
    unlink(secrets[0]);
    unlink(secrets[1]);
}

#endif
