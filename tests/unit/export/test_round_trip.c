/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is exported for a router as a sender comes back from an import as the same target: random
 * operations of what both sides can say, 2 000 of them; IPSLA_FILES=250 tries 10 000. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "config/config.h"
#include "export/export.h"
#include "import/import.h"
#include "probe/spec_field.h"
#include "support/build.h"
#include "support/cm.h"

enum { FILES = 50, OPERATIONS = 40 }; /* in each file; IPSLA_FILES: another number of files */

static uint32_t number(struct rng *rng, uint32_t min, uint32_t max)
{
    return min + (uint32_t)rng_below(rng, (uint64_t)max - min + 1);
}

static bool one_in(struct rng *rng, uint32_t n)
{
    return rng_below(rng, n) == 0;
}

/* Characters that may stand in a tag, also those that mean something in YAML. */
static void set_text(struct rng *rng, char **text, uint32_t size_max)
{
    static const char letters[] = "abcXYZ019 _-.,:#'\"(){}[]&*!|%@";
    char out[64];
    uint32_t size = number(rng, 1, size_max);
    for (uint32_t i = 0; i < size; i++) {
        bool is_edge = i == 0 || i + 1 == size; /* a router cuts spaces there */
        out[i] = letters[number(rng, 0, is_edge ? 8 : (uint32_t)sizeof letters - 2)];
    }
    out[size] = '\0';
    free(*text);
    *text = strdup(out);
}

static void set_train(struct rng *rng, struct spec *spec)
{
    struct spec_packets *packets = &spec->packets;
    packets->count = number(rng, 1, 300);
    packets->interval_ns = number(rng, 4, 100) * NS_PER_MS;
    if (spec->operation != &operation_udp_jitter) {
        return;
    }
    if (packets->codec != VOICE_CODEC_NONE) {
        packets->bytes = one_in(rng, 2) ? packets->bytes : number(rng, 16, 16384);
        packets->advantage_factor = (uint8_t)number(rng, 0, 20);
        return;
    }
    if (one_in(rng, 2)) {
        packets->precision = PRECISION_MICROSECONDS;
        packets->bytes = one_in(rng, 2) ? SPEC_MICROSECONDS_BYTES : number(rng, 60, 17512);
        if (one_in(rng, 2)) {
            spec_set_tolerance(spec, one_in(rng, 2) ? -(int64_t)number(rng, 1, 100)
                                                    : number(rng, 1, 100000) * NS_PER_US);
        }
    } else if (one_in(rng, 2)) {
        packets->bytes = number(rng, 16, 17512);
    }
}

static void set_echo(struct rng *rng, struct spec *spec)
{
    if (operation_key(spec->operation, "request_data_size") != NULL && one_in(rng, 2)) {
        spec->packets.bytes = number(rng, 28, 1500);
    }
    if (operation_key(spec->operation, "verify_data") != NULL) {
        spec->packets.verify_data = one_in(rng, 3);
    }
    if (operation_key(spec->operation, "data_pattern") != NULL && one_in(rng, 3)) {
        spec->packets.pattern.size = (uint8_t)number(rng, 1, 4);
        for (unsigned i = 0; i < spec->packets.pattern.size; i++) {
            spec->packets.pattern.bytes[i] = (uint8_t)rng_u64(rng);
        }
    }
}

static void set_path(struct rng *rng, struct spec *spec)
{
    if (spec->operation->has_ports) {
        spec->path.port = (uint16_t)number(rng, 2000, 65535);
        if (one_in(rng, 3)) {
            spec->path.source.port = (uint16_t)number(rng, 1024, 65535);
        }
        if (one_in(rng, 3)) {
            spec->control.version = CONTROL_NONE;
            spec->control.port = 0;
        } else if (one_in(rng, 2)) {
            spec->control.tries = (uint8_t)number(rng, 1, 5);
            spec->control.timeout_ns = number(rng, 1, 10) * NS_PER_SECOND;
        }
    }
    spec->path.tos = one_in(rng, 2) ? 0 : (uint8_t)rng_u64(rng);
    if (one_in(rng, 4)) {
        spec->path.is_vrf = true;
        snprintf(spec->path.options.device, sizeof spec->path.options.device, "VRF-%u",
                 number(rng, 1, 1000));
    }
}

/* As a router would schedule it: threshold below timeout below frequency, and the train in between.
 */
static void set_schedule(struct rng *rng, struct spec *spec)
{
    struct spec_schedule *schedule = &spec->schedule;
    uint32_t timeout_ms = one_in(rng, 2) ? 5000 : number(rng, 10, 40000);
    uint32_t least = 1 + timeout_ms / 1000 + 31; /* no train takes longer */
    schedule->timeout_ns = timeout_ms * NS_PER_MS;
    spec->results.threshold_ns =
        (timeout_ms >= 5000 && one_in(rng, 2) ? 5000 : number(rng, 0, timeout_ms)) * NS_PER_MS;
    schedule->frequency_ns =
        (least <= 60 && one_in(rng, 2) ? 60 : number(rng, least, 604800)) * NS_PER_SECOND;
    if (one_in(rng, 3)) {
        schedule->start = SPEC_START_PENDING;
    }
    if (one_in(rng, 3)) {
        schedule->life_ns = number(rng, 1, 2000000) * NS_PER_SECOND;
    }
}

static struct spec *make_spec(struct rng *rng)
{
    static const struct operation *const operations[] = {
        &operation_udp_jitter,  &operation_udp_jitter, &operation_udp_jitter, &operation_udp_echo,
        &operation_tcp_connect, &operation_icmp_echo,  &operation_icmp_jitter};
    const struct operation *operation = operations[number(rng, 0, 6)];
    char host[32];
    bool is_ipv6 = operation->ipv4_only == NULL && one_in(rng, 3);
    snprintf(host, sizeof host, is_ipv6 ? "2001:db8::%x" : "192.0.2.%u", number(rng, 1, 250));
    if (one_in(rng, 4)) {
        snprintf(host, sizeof host, "r%u.example.net", number(rng, 1, 99));
    }
    bool has_codec = operation == &operation_udp_jitter && one_in(rng, 3);
    struct spec *spec = has_codec
                            ? config_default_voice_spec((enum voice_codec)number(rng, 1, 3), host)
                            : config_default_spec(operation, host);
    if (operation_has(operation, RESULT_JITTER)) {
        set_train(rng, spec);
    } else {
        set_echo(rng, spec);
    }
    set_path(rng, spec);
    set_schedule(rng, spec);
    if (one_in(rng, 3)) {
        set_text(rng, &spec->identity.tag, 30);
    }
    if (one_in(rng, 3)) {
        set_text(rng, &spec->identity.owner, 60);
    }
    return spec;
}

/* What a configuration adds to what a spec says by itself, or what a name and a label tell. */
static bool is_compared(const char *field)
{
    static const char *const others[] = {"identity.name", "identity.labels", "identity.hash",
                                         "path.peer",     "results.limits",  "control.port",
                                         "path.is_alone", "references"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strncmp(field, others[i], strlen(others[i])) == 0) {
            return false;
        }
    }
    return true;
}

static void expect_same(const struct spec *spec, const struct spec *read, const char *text,
                        const char *yaml)
{
    for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
        if (is_compared(spec_fields[i].name) && !spec_field_is_equal(&spec_fields[i], spec, read)) {
            fail_msg("%s is another:\n%s\n%s", spec_fields[i].name, text, yaml);
        }
    }
}

static struct config *import_text_as_config(const struct buf *text, struct buf *yaml)
{
    const struct import_settings settings = {
        .formats = 1U << FORMAT_IOS, .output = IMPORT_YAML, .wish.is_from_device = true};
    struct diagnostics diagnostics = {0};
    struct import *import = import_new(&settings);
    import_file(import, "r1.cfg");
    import_feed(import, text->bytes, text->size);
    import_finish(import);
    buf_add(yaml, import_text(import)->bytes, import_text(import)->size);
    import_free(import);
    struct config *config = config_parse("r1.yml", yaml->bytes, yaml->size, &diagnostics);
    if (config == NULL) {
        struct buf said = {0};
        diagnostics_format(&diagnostics, &said);
        fail_msg("%s\n%s\n%s", buf_string(text), buf_string(yaml), buf_string(&said));
    }
    diagnostics_fini(&diagnostics);
    return config;
}

static void try_file(struct rng *rng)
{
    struct spec *specs[OPERATIONS];
    struct buf text = {0}, yaml = {0};
    const uint32_t count = OPERATIONS;
    buf_add_string(&text, "hostname r1\n");
    for (uint32_t i = 0; i < count; i++) {
        specs[i] = make_spec(rng);
        assert_true(export_sender_add(EXPORT_IOS, specs[i], i + 1, &text));
    }
    struct config *config = import_text_as_config(&text, &yaml);
    if (config->targets->count != count) {
        fail_msg("%zu targets:\n%s\n%s", config->targets->count, buf_string(&text),
                 buf_string(&yaml));
    }
    for (uint32_t i = 0; i < count; i++) {
        expect_same(specs[i], config->targets->specs[i], buf_string(&text), buf_string(&yaml));
        spec_unref(specs[i]);
    }
    config_free(config);
    buf_fini(&text);
    buf_fini(&yaml);
}

static void test_what_is_exported_is_imported_as_the_same(void **state)
{
    (void)state;
    struct rng rng = {.state = 20261128};
    const char *files = getenv("IPSLA_FILES");
    for (long i = files == NULL ? FILES : strtol(files, NULL, 10); i > 0; i--) {
        try_file(&rng);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_exported_is_imported_as_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
