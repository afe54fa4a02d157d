/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets as configuration of routers: golden files for each dialect (IPSLA_GOLDEN_WRITE=1 writes
 * them), and for each key of a target that it is told, or named with its reason. */
#include "export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/files.h"

#define FOLDER IPSLA_SOURCE_DIR "/tests/unit/export/"

static struct config *read_config(const char *text)
{
    struct diagnostics diagnostics = {0};
    struct config *config = config_parse("t.yml", text, strlen(text), &diagnostics);
    if (config == NULL) {
        struct buf said = {0};
        diagnostics_format(&diagnostics, &said);
        fail_msg("%s\n%s", text, buf_string(&said));
    }
    diagnostics_fini(&diagnostics);
    return config;
}

/* Every operation, and every way to be measured. */
static const char whole[] =
    "targets:\n"
    "  - {host: 192.0.2.1}\n"
    "  - {name: full, host: 192.0.2.1, port: 5000, num_packets: 100, interval: 10ms,\n"
    "     request_data_size: 64, frequency: 30s, timeout: 2s, threshold: 150ms, tos: 0xb8,\n"
    "     owner: the NOC, tag: 'SITE A, B', life: 1h, start: after 1h, source_port: 6000,\n"
    "     control: {retries: 5, timeout: 3s}, vrf: RED}\n"
    "  - {name: call, host: 192.0.2.1, codec: g711ulaw, codec_num_packets: 100, codec_size: 80,\n"
    "     codec_interval: 30ms, advantage_factor: 5, port: 13684}\n"
    "  - {name: fine, host: 192.0.2.1, precision: microseconds, clock_tolerance: 10%}\n"
    "  - {name: echo, host: 192.0.2.2, operation: udp-echo, port: 7, verify_data: true,\n"
    "     data_pattern: C15C0105, control: {version: none}, frequency: 1s}\n"
    "  - {name: connect, host: r3.example.net, operation: tcp-connect, port: 23}\n"
    "  - {name: serve, host: r3.example.net, operation: tcp-connect, port: 443,\n"
    "     control: {version: none}, start: pending}\n"
    "  - {name: ping, host: '2001:db8::4', operation: icmp-echo, request_data_size: 100}\n"
    "  - {name: stamps, host: 192.0.2.4, operation: icmp-jitter, num_packets: 50}\n"
    "  - {name: odd, host: 192.0.2.5, frequency: 1500ms, timeout: 400ms, ttl: 64, series: all,\n"
    "     control: {version: 2, port: 2167}, labels: {site: paris}, interface: eth1,\n"
    "     source_address: 192.0.2.100, limits: {loss: 1%}, dont_fragment: true}\n"
    "  - {name: pings, host: 192.0.2.6, operation: icmp-echo, num_packets: 5,\n"
    "     data_pattern: 0102030405}\n"
    "  - {name: reflected, host: 192.0.2.7, operation: stamp}\n";

/* Two more, whose keys need no file so. */
static void add_keys(struct spec **specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(specs[i]->identity.name, "full") == 0) {
            specs[i]->control.key = (struct auth_key){7, AUTH_MD5, 6, "s3cret"};
        } else if (strcmp(specs[i]->identity.name, "odd") == 0) {
            specs[i]->control.key = (struct auth_key){8, AUTH_HMAC_SHA256, 6, "hidden"};
        }
    }
}

struct world {
    struct config *config;
    struct spec *specs[16];
    size_t count;
};

static void make_world(struct world *world)
{
    world->config = read_config(whole);
    world->count = world->config->targets->count;
    assert_in_range(world->count, 1, 16);
    for (size_t i = 0; i < world->count; i++) {
        const struct spec *spec = world->config->targets->specs[i];
        world->specs[i] = spec_with_ip(spec, &spec->path.peer);
    }
    add_keys(world->specs, world->count);
}

static void unmake_world(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        spec_unref(world->specs[i]);
    }
    config_free(world->config);
}

static void add_senders(const struct world *world, enum export_dialect dialect, struct buf *out)
{
    export_sender_add_head(dialect, out);
    for (size_t i = 0; i < world->count; i++) {
        export_sender_add(dialect, world->specs[i], (uint32_t)i + 1, out);
    }
}

/* The targets of a router stand one after the other. */
static void add_routers(const struct world *world, const struct export_router *settings,
                        struct buf *out)
{
    const struct spec *const *specs = (const struct spec *const *)world->specs;
    for (size_t i = 0, next; i < world->count; i = next) {
        for (next = i + 1; next < world->count &&
                           strcmp(specs[next]->identity.host, specs[i]->identity.host) == 0;
             next++) {
        }
        export_router_add(settings, specs + i, next - i, out);
    }
}

static void expect_golden(const char *name, const struct buf *text)
{
    char path[256];
    struct buf golden = {0};
    snprintf(path, sizeof path, FOLDER "%s", name);
    if (getenv("IPSLA_GOLDEN_WRITE") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(text->bytes, 1, text->size, file);
        fclose(file);
    }
    files_read(path, &golden);
    assert_string_equal(buf_string(text), buf_string(&golden));
    buf_fini(&golden);
}

static void test_golden_files(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    for (unsigned i = 0; i < EXPORT_DIALECTS; i++) {
        char name[64];
        struct buf senders = {0}, routers = {0};
        const struct export_router settings = {.dialect = (enum export_dialect)i};
        add_senders(&world, (enum export_dialect)i, &senders);
        snprintf(name, sizeof name, "sender.%s", export_dialect_name((enum export_dialect)i));
        expect_golden(name, &senders);
        add_routers(&world, &settings, &routers);
        snprintf(name, sizeof name, "router.%s", export_dialect_name((enum export_dialect)i));
        expect_golden(name, &routers);
        buf_fini(&senders);
        buf_fini(&routers);
    }
    unmake_world(&world);
}

static void test_secrets_are_written_on_demand_only(void **state)
{
    (void)state;
    struct world world;
    struct buf without = {0}, with = {0};
    const struct addr own = build_addr("192.0.2.10");
    const struct export_router careful = {.own = &own};
    const struct export_router open = {.own = &own, .has_secrets = true};
    make_world(&world);
    add_routers(&world, &careful, &without);
    add_routers(&world, &open, &with);
    assert_null(strstr(buf_string(&without), "s3cret"));
    assert_non_null(strstr(buf_string(&with), " key 7\n  key-string s3cret\n"));
    assert_null(strstr(buf_string(&with), "hidden")); /* of another algorithm */
    assert_non_null(strstr(buf_string(&with), " permit udp host 192.0.2.10 any eq 1967\n"));
    assert_null(strstr(buf_string(&with), "<address"));
    for (unsigned i = 0; i < EXPORT_DIALECTS; i++) {
        struct buf senders = {0};
        add_senders(&world, (enum export_dialect)i, &senders);
        assert_null(strstr(buf_string(&senders), "s3cret"));
        buf_fini(&senders);
    }
    buf_fini(&without);
    buf_fini(&with);
    unmake_world(&world);
}

/* A value other than the default of each key; `beside`: what it needs. */
static const struct example {
    enum slot slot;
    const char *text, *beside;
} examples[] = {
    {SLOT_HOSTS, NULL, NULL}, /* as host */
    {SLOT_MODULE, NULL, NULL}, /* as the keys of the module */
    {SLOT_CONTROL, NULL, NULL}, /* as its keys */
    {SLOT_NAME, NULL, NULL}, /* in the comment of each */
    {SLOT_OPERATION, NULL, NULL}, /* tried with each */
    {SLOT_HOST, "host: 192.0.2.9", ""},
    {SLOT_PORT, "port: 5001", ""},
    {SLOT_FREQUENCY, "frequency: 30s", ""},
    {SLOT_TIMEOUT, "timeout: 3s", ""},
    {SLOT_THRESHOLD, "threshold: 1s", ""},
    {SLOT_NUM_PACKETS, "num_packets: 12", ""},
    {SLOT_INTERVAL, "interval: 100ms", ""},
    {SLOT_REQUEST_DATA_SIZE, "request_data_size: 99", ""},
    {SLOT_VERIFY_DATA, "verify_data: true", ""},
    {SLOT_DATA_PATTERN, "data_pattern: 'C1'", ""},
    {SLOT_CODEC, "codec: g711alaw", ""},
    {SLOT_CODEC_NUM_PACKETS, "codec_num_packets: 99", ", codec: g711alaw"},
    {SLOT_CODEC_INTERVAL, "codec_interval: 30ms", ", codec: g711alaw"},
    {SLOT_CODEC_SIZE, "codec_size: 99", ", codec: g711alaw"},
    {SLOT_ADVANTAGE_FACTOR, "advantage_factor: 5", ", codec: g711alaw"},
    {SLOT_PRECISION, "precision: microseconds", ""},
    {SLOT_TIMESTAMP_FORMAT, "timestamp_format: ptp", ", precision: microseconds"},
    {SLOT_TIMESTAMPS, "timestamps: user", ""},
    {SLOT_CLOCK_TOLERANCE, "clock_tolerance: 5ms", ""},
    {SLOT_SOURCE_ADDRESS, "source_address: 192.0.2.100", ""},
    {SLOT_SOURCE_PORT, "source_port: 6000", ""},
    {SLOT_IP_VERSION, "ip_version: 4", ""},
    {SLOT_BUCKETS, "buckets: [1ms]", ""},
    {SLOT_SERIES, "series: all", ""},
    {SLOT_HISTOGRAMS, "histograms: native", ""},
    {SLOT_CREATED, "created: true", ""},
    {SLOT_HISTORY, "history: 5", ""},
    {SLOT_DSCP, "dscp: ef", ""},
    {SLOT_TOS, "tos: 8", ""},
    {SLOT_TTL, "ttl: 64", ""},
    {SLOT_DONT_FRAGMENT, "dont_fragment: true", ""},
    {SLOT_INTERFACE, "interface: eth1", ""},
    {SLOT_VRF, "vrf: RED", ""},
    {SLOT_START, "start: pending", ""},
    {SLOT_LIFE, "life: 1h", ""},
    {SLOT_OWNER, "owner: noc", ""},
    {SLOT_TAG, "tag: core", ""},
    {SLOT_LABELS, "labels: {site: paris}", ""},
    {SLOT_SOURCE_PORTS, "source_ports: 6000-6003", ", control: {version: none}"},
    {SLOT_ECMP_PORTS, "ecmp_ports: 4", ", control: {version: none}"},
    {SLOT_PATH, "path: {frequency: 5m}", ""},
    {SLOT_LIMITS, "limits: {loss: 1%}", ""},
    {SLOT_REFLECTOR, NULL, NULL}, /* of no operation of a router */
    {SLOT_AUTH_KEY, NULL, NULL}, /* the same */
    {SLOT_MODE, NULL, NULL}, /* the same */
    {SLOT_SERVER_PORT, NULL, NULL}, /* the same */
    {SLOT_PROTOCOLS, NULL, NULL}, /* the same */
    {SLOT_STAMP_PORT, NULL, NULL}, /* the same */
    {SLOT_TRUST_PEER_CLOCK, NULL, NULL}, /* the same */
    {SLOT_CONTROL_VERSION, "control: {version: none}", ""},
    {SLOT_CONTROL_PORT, "control: {port: 2000}", ""},
    {SLOT_CONTROL_RETRIES, "control: {retries: 5}", ""},
    {SLOT_CONTROL_TIMEOUT, "control: {timeout: 4s}", ""},
    {SLOT_CONTROL_KEY, "owner: ''", ""}, /* is set below */
    {SLOT_CONTROL_AUTH_LAYOUT, "control: {auth_layout: prefix}", ""},
};

static const struct example *example_of(enum slot slot)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        if (examples[i].slot == slot) {
            return &examples[i];
        }
    }
    return NULL;
}

static const struct schema_scope *const scopes[] = {&schema_operation, &schema_control,
                                                    &schema_defaults, &schema_target};
#define SCOPE_COUNT (sizeof scopes / sizeof scopes[0])

static void test_every_key_has_a_row(void **state)
{
    (void)state;
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        for (size_t i = 0; i < scopes[s]->count; i++) {
            const struct schema_key *key = &scopes[s]->keys[i];
            if (export_key_find(key->slot) == NULL || example_of(key->slot) == NULL) {
                fail_msg("%s: %s has no row in src/export/keys.c, or no example here",
                         scopes[s]->name, key->name);
            }
        }
    }
}

/* What is exported of a target with these keys, without the comments. */
static void export_lines(const char *yaml, bool has_key, enum export_dialect dialect,
                         struct buf *lines, struct buf *all)
{
    struct config *config = read_config(yaml);
    const struct spec *configured = config->targets->specs[0];
    struct spec *spec = spec_with_ip(configured, &configured->path.peer);
    if (has_key) {
        spec->control.key = (struct auth_key){7, AUTH_MD5, 1, "x"};
    }
    export_sender_add(dialect, spec, 1, all);
    for (const char *at = buf_string(all); *at != '\0';) {
        size_t size = strcspn(at, "\n") + 1;
        if (at[0] != '!') {
            buf_add(lines, at, size);
        }
        at += size;
    }
    spec_unref(spec);
    config_free(config);
}

static void write_yaml(const struct operation *operation, const char *host, const char *beside,
                       const char *key, char out[512])
{
    snprintf(out, 512, "targets: [{name: t%s, operation: %s%s%s%s}]\n", host, operation->name,
             beside, key[0] == '\0' ? "" : ", ", key);
}

/* Told: another value gives other lines, or a note; not told: a note, and the same lines (but that
 * a precision has a size, which is told). */
static void try_key(const struct schema_key *key, const struct operation *operation,
                    enum export_dialect dialect)
{
    const struct example *example = example_of(key->slot);
    const char *why = export_key_find(key->slot)->why[dialect];
    bool is_host = key->slot == SLOT_HOST;
    char yaml[512], note[64];
    struct buf usual = {0}, usual_all = {0}, lines = {0}, all = {0};
    write_yaml(operation, ", host: 192.0.2.1", example->beside, "", yaml);
    export_lines(yaml, false, dialect, &usual, &usual_all);
    write_yaml(operation, is_host ? "" : ", host: 192.0.2.1", example->beside, example->text, yaml);
    export_lines(yaml, key->slot == SLOT_CONTROL_KEY, dialect, &lines, &all);
    snprintf(note, sizeof note,
             "\n! %s%s:", schema_find(&schema_control, key->name) == key ? "control." : "",
             key->name);
    bool has_note =
        strstr(buf_string(&all), note) != NULL || strstr(buf_string(&all), "\n! control.") != NULL;
    bool is_other = strcmp(buf_string(&usual), buf_string(&lines)) != 0;
    bool has_operation = usual.size > 0;
    if (has_operation && why == NULL && !is_other && !has_note) {
        fail_msg("%s of %s is forgotten as %s:\n%s", key->name, operation->name,
                 export_dialect_name(dialect), buf_string(&all));
    }
    if (has_operation && why != NULL && ((is_other && key->slot != SLOT_PRECISION) || !has_note)) {
        fail_msg("%s of %s should only be named as %s:\n%s", key->name, operation->name,
                 export_dialect_name(dialect), buf_string(&all));
    }
    buf_fini(&usual);
    buf_fini(&usual_all);
    buf_fini(&lines);
    buf_fini(&all);
}

static void test_every_key_is_told_or_named(void **state)
{
    (void)state;
    unsigned tried = 0;
    for (size_t s = 0; s < SCOPE_COUNT; s++) {
        for (size_t i = 0; i < scopes[s]->count * OPERATION_COUNT * EXPORT_DIALECTS; i++) {
            const struct schema_key *key = &scopes[s]->keys[i / OPERATION_COUNT / EXPORT_DIALECTS];
            const struct operation *operation = operation_at(i / EXPORT_DIALECTS % OPERATION_COUNT);
            const char *name = scopes[s] == &schema_control ? "control" : key->name;
            bool is_theirs = !(key->is_by_operation || scopes[s] == &schema_control) ||
                             operation_key(operation, name) != NULL;
            if (!export_is_ip_sla(operation)) {
                continue;
            }
            if (key->slot == SLOT_IP_VERSION && operation->ipv4_only != NULL) {
                continue; /* it is 4 anyway */
            }
            if (is_theirs && example_of(key->slot)->text != NULL) {
                try_key(key, operation, (enum export_dialect)(i % EXPORT_DIALECTS));
                tried++;
            }
        }
    }
    assert_in_range(tried, 300, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_files),
        cmocka_unit_test(test_secrets_are_written_on_demand_only),
        cmocka_unit_test(test_every_key_has_a_row),
        cmocka_unit_test(test_every_key_is_told_or_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
