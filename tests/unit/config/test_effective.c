/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A configuration that is written out makes the same again: each key with each of its values, and
 * any of them together. A key that is not written fails here. */
#include "support/cm.h"
#include "unit/config/change_rows.h"
#include "unit/config/folder.h"

#include "base/rng.h"
#include "config/effective.h"
#include "config/yaml_text.h"
#include "probe/spec_field.h"

/* In pieces of `size` bytes. */
static char *write_out(const struct config *config, size_t size)
{
    struct effective *effective = effective_new(config);
    struct buf text = {0}, tail = {0};
    char piece[256];
    size_t count;
    buf_add_string(&tail, "# the tail\n");
    struct effective_reader *reader = effective_open(effective, &tail);
    effective_unref(effective);
    while ((count = effective_read(reader, piece, size)) > 0) {
        buf_add(&text, piece, count);
    }
    effective_close(reader);
    assert_non_null(strstr(buf_string(&text), "# the tail\n"));
    return text.bytes;
}

/* Key 5 has another secret than the others. */
static char *put_secrets(const char *text)
{
    struct buf out = {0};
    const char *at;
    for (unsigned id = 1; (at = strstr(text, EFFECTIVE_SECRET)) != NULL; id++) {
        buf_add(&out, text, (size_t)(at - text));
        buf_add_string(&out, secrets[id == 5]);
        text = at + strlen(EFFECTIVE_SECRET);
    }
    buf_add_string(&out, text);
    return out.bytes;
}

static void assert_same_specs(const struct spec_set *a, const struct spec_set *b, const char *text)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->specs[i]->identity.name, b->specs[i]->identity.name) != 0 ||
            !spec_is_equal(a->specs[i], b->specs[i])) {
            fail_msg("%s is another target in:\n%s", a->specs[i]->identity.name, text);
        }
    }
}

/* Frees `config`. Returns it as it was written, for the caller to free. */
static char *round_trip(struct config *config)
{
    char *masked = write_out(config, 256), *text = put_secrets(masked);
    struct buf findings = {0};
    struct config *again = parse_text(text, &findings);
    if (again == NULL) {
        fail_msg("what was written is refused:\n%s\n%s", buf_string(&findings), text);
    }
    assert_same_specs(config->targets, again->targets, text);
    assert_same_specs(config->modules, again->modules, text);
    assert_int_equal(config->max_packet_rate, again->max_packet_rate);
    assert_int_equal(config->has_responder, again->has_responder);
    assert_true(!config->has_responder ||
                reflect_settings_are_equal(&config->responder, &again->responder));
    assert_int_equal(config->responder.listen_both, again->responder.listen_both);
    config_free(again);
    config_free(config);
    buf_fini(&findings);
    free(text);
    return masked;
}

static void test_each_key_is_written(void **state)
{
    (void)state;
    write_secrets();
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char *before = round_trip(config_of(&rows[i], rows[i].before));
        char *after = round_trip(config_of(&rows[i], rows[i].after));
        if (strcmp(before, after) == 0) {
            fail_msg("%s.%s is not written", rows[i].scope->name, rows[i].key);
        }
        free(before);
        free(after);
    }
    remove_secrets();
}

/* Keys of the section `limits` with what their target has besides. */
static const char *const limits[][2] = {
    {"limits: {loss: 1%}", "loss: 1%"},
    {"limits: {loss: 33.3%}", "loss: 33.3%"},
    {"limits: {loss: 0.07%}", "loss: 0.07%"},
    {"limits: {loss_sd: [none, 100%]}", "loss_sd: [none, 100%]"},
    {"limits: {loss_ds: [0.1%, 5%]}", "loss_ds: [0.1%, 5%]"},
    {"limits: {rtt: [150ms, 250500us]}", "rtt: [150ms, 250500us]"},
    {"threshold: 1s", "rtt: 1s"},
    {"threshold: 1s, limits: {rtt: none}", "rtt: none"},
    {"threshold: 1s, limits: {rtt: [none, 2s]}", "rtt: [none, 2s]"},
    {"operation: icmp-jitter, threshold: 20ms", "jitter: 20ms"},
    {"limits: {jitter: 30ms}", "jitter: 30ms"},
    {"limits: {jitter_sd: 30ms}", "jitter_sd: 30ms"},
    {"limits: {jitter_ds: 7ms}", "jitter_ds: 7ms"},
    {"limits: {one_way: 1us}", "one_way: 1us"},
    {"limits: {one_way_sd: 80ms}", "one_way_sd: 80ms"},
    {"limits: {one_way_ds: 80ms}", "one_way_ds: 80ms"},
    {"codec: g729a, limits: {mos: [3.6, 3.15]}", "mos: [3.6, 3.15]"},
    {"limits: {rtt: 1ms, for: 3}", "for: 3"},
};
#define LIMITS_ROWS (sizeof limits / sizeof limits[0])

static struct config *config_of_keys(const char *keys)
{
    char *text = target_text(keys);
    if (strstr(keys, "icmp") != NULL || strstr(keys, "ping") != NULL) {
        memcpy(strstr(text, "port: 5000"), "tag: nopor", 10); /* ICMP has none */
    }
    struct buf findings = {0};
    struct config *config = parse_text(text, &findings);
    if (config == NULL) {
        fail_msg("%s: %s", keys, buf_string(&findings));
    }
    buf_fini(&findings);
    free(text);
    return config;
}

static void test_each_limit_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIMITS_ROWS; i++) {
        char *text = round_trip(config_of_keys(limits[i][0]));
        if (strstr(text, limits[i][1]) == NULL) {
            fail_msg("no %s in:\n%s", limits[i][1], text);
        }
        free(text);
    }
    for (size_t k = 0; k < schema_limit.count; k++) {
        const char *name = schema_limit.keys[k].name;
        size_t length = strlen(name), row = 0;
        while (row < LIMITS_ROWS &&
               (strncmp(limits[row][1], name, length) != 0 || limits[row][1][length] != ':')) {
            row++;
        }
        assert_true(row < LIMITS_ROWS);
    }
}

/* What a target can say that the rows above do not. */
static void test_odd_targets(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "operation: tcp-connect",
        "operation: tcp-connect, control: {version: none}",
        "operation: udp-echo, num_packets: 7, interval: 300ms",
        "operation: icmp-echo",
        "operation: icmp-jitter",
        "operation: stamp",
        "operation: stamp, reflector: stateless, timestamp_format: ptp",
        "operation: twamp-light, request_data_size: 100",
        "operation: auto",
        "operation: auto, protocols: [twamp-light], stamp_port: 8620, control: {retries: 2, port: "
        "1999}",
        "operation: auto, control: {timeout: 1s}, precision: microseconds, num_packets: 1000",
        "operation: twamp, server_port: 8620, source_port: 19000, reflector: stateless",
        "precision: microseconds",
        "precision: microseconds, control: {version: 2}, request_data_size: 60",
        "codec: g711alaw, codec_num_packets: 5",
        "control: {version: none}",
        "control: {version: none, port: 1234}",
        "control: {version: 2}",
        "clock_tolerance: 1ms",
        "start: pending",
        "start: after 10m, life: 2d",
        "timestamps: hardware, interface: eth0",
        "frequency: 100ms, timeout: 1ms",
        "tos: 0xb8",
        "tos: 255",
        "dscp: va",
        "dscp: 3",
        "operation: udp-echo, data_pattern: '1234'",
        "operation: udp-echo, data_pattern: 00",
        "operation: udp-echo, data_pattern: '0123456789abcdef'",
        "tag: 'it''s: a #text, [with] {all}'",
        "tag: ' blank '",
        "tag: 'true', owner: '~'",
        "tag: '007', owner: \"caf\\u00e9\"",
        "tag: '- x', owner: '*a'",
        "labels: {a: '', b: ': ', c: 'x', d: '!!str y'}",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        free(round_trip(config_of_keys(keys[i])));
    }
    for (size_t i = 0; i < SCHEMA_MODULE_COUNT; i++) {
        struct buf key = {0};
        buf_printf(&key, "module: %s", schema_modules[i].name);
        free(round_trip(config_of_keys(buf_string(&key))));
        buf_fini(&key);
    }
}

static const char all_sections[] =
    "clock: {assume_synchronized: true}\n"
    "max_packet_rate: 1000\n"
    "evidence: {size: 1000000, loss: false, limit: false}\n"
    "keys:\n  - {id: 1, algorithm: md5, secret_file: %s}\n"
    "  - {id: 2, algorithm: hmac-sha256, secret_file: %s}\n"
    "  - {id: 3, algorithm: twamp, name: alice, secret_file: %s}\n"
    "defaults: {frequency: 10s, labels: {site: a}, control: {key: 1}, codec_size: 100}\n"
    "modules:\n  voice: {codec: g729a, dscp: ef}\n  echo: {frequency: 30s, labels: {kind: b}}\n"
    "  ping: {ttl: 7}\n"
    "targets:\n  - {name: a, host: a.example, module: voice}\n"
    "  - {hosts: [192.0.2.1, '2001:db8::1'], module: echo}\n"
    "responder:\n  listen: [1967, '127.0.0.2:1968', '[::1]:1969']\n  vrf: red\n"
    "  allow: [127.0.0.0/8, 10.1.2.3, '2001:db8::/32']\n"
    "  permanent_ports: [5000, '127.0.0.1:5001']\n  permanent_tcp_ports: [6000]\n"
    "  stamp_ports: [862]\n  stamp_reflector: stateless\n  stamp_tlv: off\n  stamp_key: 2\n"
    "  twamp_ports: [862]\n  twamp_keys: [3]\n"
    "  workers: 2\n  max_sessions: 7\n  max_sessions_per_source: 5\n  requests_per_source: 6\n"
    "  reserve_for: [192.0.2.0/24]\n  reserved_sessions: 2\n"
    "  min_duration: 2s\n  max_duration: 2m\n  ports: [2000-3000, 4000]\n  min_source_port: 0\n"
    "  refusal: silent\n  reply: short\n  reflect_tos: false\n  timestamp_format: ptp\n"
    "  keys: [1]\n  replay_window: 0s\n"
    "  impair: {seed: 3, rules: [{ports: [5000-5009, 6000], clients: [192.0.2.0/24], after: 10s,\n"
    "    every: 1m, for: 7s, loss_sd: 0.5%% in bursts of 3, loss_ds: every 5, clock_offset: -5ms,\n"
    "    clock_drift: 20ppm, dscp_ds: ef, refuse: 100%%, refuse_with: auth}, {silence: true}]}\n"
    "probe:\n  modules: [voice, ping]\n  allow: [192.0.2.0/24, '2001:db8::7']\n"
    "  max_concurrent: 7\n";

static struct config *load_sections(void)
{
    struct buf text = {0}, findings = {0};
    buf_printf(&text, all_sections, secrets[0], secrets[0], secrets[0]);
    struct config *config = parse_text(buf_string(&text), &findings);
    if (config == NULL) {
        fail_msg("%s", buf_string(&findings));
    }
    buf_fini(&text);
    buf_fini(&findings);
    return config;
}

static void assert_line(const char *text, const char *name, const char *indentation)
{
    struct buf line = {0};
    buf_printf(&line, "\n%s%s:", indentation, name);
    if (strstr(text, buf_string(&line)) == NULL) {
        fail_msg("no key %s in:\n%s", name, text);
    }
    buf_fini(&line);
}

/* The defaults are in each target, and the targets of files among the others. */
static bool is_merged(const struct schema_key *key)
{
    return key->slot == SLOT_DEFAULTS || key->slot == SLOT_TARGET_FILES;
}

static void test_each_section_is_written(void **state)
{
    (void)state;
    write_secrets();
    struct reflect_settings usual;
    reflect_settings_default(&usual);
    char *text = round_trip(load_sections());
    for (size_t i = 0; i < schema_root.count; i++) {
        if (!is_merged(&schema_root.keys[i])) {
            assert_line(text, schema_root.keys[i].name, "");
        }
    }
    struct effective *plain = effective_of_responder(&usual);
    struct buf tail = {0}, defaults = {0};
    struct effective_reader *reader = effective_open(plain, &tail);
    char piece[64];
    for (size_t size; (size = effective_read(reader, piece, sizeof piece)) > 0;) {
        buf_add(&defaults, piece, size);
    }
    effective_close(reader);
    effective_unref(plain);
    for (size_t i = 0; i < schema_responder.count; i++) {
        struct buf line = {0};
        const char *name = schema_responder.keys[i].name;
        assert_line(text, name, "  ");
        buf_printf(&line, "\n  %s: ", name);
        const char *at = strstr(buf_string(&defaults), buf_string(&line));
        size_t length = at == NULL ? 0 : strcspn(at + 1, "\n") + 2;
        if (at != NULL && strncmp(strstr(text, buf_string(&line)), at, length) == 0) {
            fail_msg("%s is written as the default, which it is not", name);
        }
        buf_fini(&line);
    }
    buf_fini(&defaults);
    free(text);
    remove_secrets();
}

static void test_no_secret_is_written(void **state)
{
    (void)state;
    write_secrets();
    struct config *config = load_sections();
    char *text = write_out(config, 7);
    assert_null(strstr(text, "xyz"));
    assert_null(strstr(text, secrets[0]));
    assert_non_null(strstr(text, "secret_file: " EFFECTIVE_SECRET "\n"));
    free(text);
    config_free(config);
    remove_secrets();
}

/* Values for keys of any target, of which many exclude each other. */
static const char *const any_keys[] = {
    "operation: udp-echo",
    "operation: tcp-connect",
    "operation: icmp-echo",
    "operation: icmp-jitter",
    "frequency: 7s",
    "frequency: 200ms",
    "timeout: 70ms",
    "threshold: 15ms",
    "num_packets: 3",
    "interval: 201ms",
    "request_data_size: 99",
    "verify_data: true",
    "data_pattern: E1",
    "codec: g729a",
    "codec_interval: 30ms",
    "codec_num_packets: 9",
    "codec_size: 92",
    "advantage_factor: 10",
    "precision: microseconds",
    "timestamp_format: ptp",
    "timestamps: kernel",
    "clock_tolerance: 3%",
    "source_address: 192.0.2.9",
    "source_port: 4444",
    "ip_version: 4",
    "control: {version: 2}",
    "control: {version: none}",
    "control: {retries: 1, timeout: 150ms, port: 99}",
    "buckets: [1us, 1h]",
    "series: all",
    "histograms: native",
    "created: true",
    "history: 5",
    "dscp: le",
    "tos: 3",
    "ttl: 1",
    "dont_fragment: true",
    "interface: lo",
    "vrf: blue",
    "start: now",
    "life: 1s",
    "owner: 'x y'",
    "labels: {l: '%', m: ''}",
    "limits: {loss: 0.3%, for: 2}",
    "limits: {rtt: [none, 3ms]}",
    "limits: {mos: 4.1}",
    "limits: {one_way_ds: 3us}",
};
#define ANY_KEYS (sizeof any_keys / sizeof any_keys[0])
#define RANDOM_CONFIGS 3000
#define RANDOM_KEYS 5

static void add_random_keys(struct rng *rng, struct buf *out)
{
    for (uint64_t i = rng_below(rng, RANDOM_KEYS); i > 0; i--) {
        buf_printf(out, "%s, ", any_keys[rng_below(rng, ANY_KEYS)]);
    }
}

static void test_random_configurations(void **state)
{
    (void)state;
    struct rng rng = {15};
    size_t taken = 0;
    for (unsigned i = 0; i < RANDOM_CONFIGS; i++) {
        struct buf text = {0}, findings = {0};
        buf_add_string(&text, "defaults: {");
        add_random_keys(&rng, &text);
        buf_add_string(&text, "}\nmodules: {m: {");
        add_random_keys(&rng, &text);
        buf_add_string(&text, "}}\ntargets: [{host: 192.0.2.1, module: m, ");
        add_random_keys(&rng, &text);
        buf_add_string(&text, "}, b.example]\n");
        struct config *config = parse_text(buf_string(&text), &findings);
        if (config != NULL) {
            free(round_trip(config));
            taken++;
        }
        buf_fini(&text);
        buf_fini(&findings);
    }
    assert_true(taken >= RANDOM_CONFIGS / 20);
}

static void test_targets_of_files(void **state)
{
    (void)state;
    struct folder folder = folder_make();
    struct diagnostics diagnostics = {0};
    folder_write(&folder, "a.yml", "- targets: [a1, a2]\n");
    folder_write(&folder, "b.yml", "[]\n");
    folder_write(&folder, "c.yml", "- targets: [c1]\n");
    folder_write(&folder, "main.yml", "target_files: ['?.yml']\ntargets: [own]\n");
    struct config *config = config_load(folder_path(&folder, "main.yml"), &diagnostics);
    assert_non_null(config);
    struct buf wanted = {0};
    buf_printf(&wanted, "  # from %s/a.yml\n  - name: a1\n", folder.path);
    char *text = write_out(config, 100);
    assert_non_null(strstr(text, buf_string(&wanted)));
    buf_clear(&wanted);
    buf_printf(&wanted, "  # from %s/b.yml\n  # from %s/c.yml\n  - name: c1\n", folder.path,
               folder.path);
    assert_non_null(strstr(text, buf_string(&wanted)));
    assert_non_null(strstr(text, "targets:\n  - name: own\n"));
    free(text);
    free(round_trip(config));
    buf_fini(&wanted);
    diagnostics_fini(&diagnostics);
    folder_remove(&folder);
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"core-1.example", "core-1.example"},
        {"192.0.2.1", "192.0.2.1"},
        {"yes", "'yes'"},
        {"NULL", "'NULL'"},
        {"", "''"},
        {"1e3", "'1e3'"},
        {"a b", "'a b'"},
        {"it's", "'it''s'"},
        {"::1", "'::1'"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buf out = {0};
        yaml_add_text(&out, texts[i][0]);
        assert_string_equal(buf_string(&out), texts[i][1]);
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_key_is_written),  cmocka_unit_test(test_each_limit_is_written),
        cmocka_unit_test(test_odd_targets),          cmocka_unit_test(test_each_section_is_written),
        cmocka_unit_test(test_no_secret_is_written), cmocka_unit_test(test_random_configurations),
        cmocka_unit_test(test_targets_of_files),     cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
