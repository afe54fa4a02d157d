/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipsla: one word, one job. `probe` runs one operation with the same engine and host as the
 * exporter; `check` says what is wrong with a configuration file; `discover` has a file of
 * its own. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "config_file.h"
#include "engine/engine.h"
#include "host/clock.h"
#include "host/entropy.h"
#include "host/host.h"
#include "host/lookup.h"

enum { EXIT_FAILED = 1 };

static const struct option_row probe_rows[] = {
    {"operation", "NAME", "udp-jitter",
     "udp-jitter, udp-echo, tcp-connect, icmp-echo or icmp-jitter", false},
    {"port", "N", "16384", "probe port on the responder", false},
    {"count", "N", NULL, "packets of a jitter operation (default 10, with a codec 1000)", false},
    {"interval", "MS", NULL, "milliseconds between packets (default 20)", false},
    {"size", "BYTES", NULL,
     "payload (default 32, udp-echo 16, icmp-echo 28, g711 172, microseconds 64)", false},
    {"codec", "NAME", NULL, "send a call and score it: g711ulaw, g711alaw or g729a", false},
    {"advantage-factor", "N", NULL, "with a codec: what users forgive, 0 to 20 (default 0)", false},
    {"precision", "UNIT", "milliseconds", "milliseconds or microseconds", false},
    {"timeout", "DURATION", NULL, "how long a reply may take (default 5s)", false},
    {"threshold", "DURATION", NULL, "round trips above it are counted (default 5s)", false},
    {"source", "ADDRESS", NULL, "source address", false},
    {"ip-version", "4|6", NULL, "which address of a name (default IPv4 if it has one)", false},
    {"verify-data", NULL, NULL, "a reply must equal what was sent (echoes)", false},
    {"data-pattern", "HEX", NULL, "what an echo is filled with (default ABCD)", false},
    {"control", "WHAT", "v1", "v1, v2, or none: the port is open always", false},
    CLI_PACKET_ROWS,
    CLI_CLOCK_ROWS,
    {"control-port", "N", NULL, "control port on the responder (default 1967, v2: 1167)", false},
    {"key-id", "N", NULL, "id of the key that signs the control request", false},
    {"key-algorithm", "NAME", NULL, "md5 for v1; sha256 or hmac-sha256 for v2", false},
    {"key-file", "FILE", NULL, "file whose one line is the key's secret", false},
    {"control-timeout", "DURATION", NULL, "wait for each of 3 control requests (default 2s)",
     false},
    {"config", "FILE", NULL, "take the target from a configuration file", false},
    {"target", "NAME", NULL, "the target's name in that file", false},
    {"output", "FORMAT", "text", "text or json", false},
};

static const struct options_program probe_program = {
    .name = "ipsla probe",
    .usage = "HOST [flags] | --config FILE --target NAME",
    .summary = "Measures the path to an IP SLA responder once and prints the result.",
    .rows = probe_rows,
    .row_count = sizeof probe_rows / sizeof probe_rows[0],
    .positional_max = 1,
};

static const struct options_program check_program = {
    .name = "ipsla check",
    .usage = "FILE",
    .summary = "Says everything that is wrong with a configuration file.",
    .positional_max = 1,
};

static const struct options_program main_program = {
    .name = "ipsla",
    .usage = "probe HOST [flags] | discover HOST... [flags] | check FILE | "
             "key-solve --pcap FILE",
    .summary = "Cisco IP SLA from the command line. Each word has its own --help.",
};

/* Reads `text` as the configuration key would; a duration without a unit is in milliseconds. */
static bool parse_value(const struct schema_key *key, const char *text, int64_t *out)
{
    uint64_t number;
    int64_t value;
    if (key->kind == SCHEMA_DURATION && config_parse_duration(text, &value)) {
        *out = value;
        return true;
    }
    if (!options_parse_number(text, 0, UINT32_MAX, &number)) {
        return false;
    }
    *out = (int64_t)number * (key->kind == SCHEMA_DURATION ? NS_PER_MS : 1);
    return true;
}

/* Reads the flag `name` within the range of a configuration key; `out` keeps its value when the
 * flag was not given. False after a message. */
static bool read_flag(const struct options *options, const char *name, const struct schema_key *key,
                      int64_t *out)
{
    const char *text = options_value(options, name);
    int64_t value;
    if (text == NULL) {
        return true;
    }
    if (key == NULL) {
        fprintf(stderr, "ipsla probe: --%s is not for operation %s\n", name,
                options_value(options, "operation"));
        return false;
    }
    if (!parse_value(key, text, &value) || value < key->min || value > key->max) {
        struct buf allowed = {0};
        schema_add_range(key, &allowed);
        options_refuse(options, name, text, buf_string(&allowed));
        buf_fini(&allowed);
        return false;
    }
    *out = value;
    return true;
}

static bool read_source(const struct options *options, struct addr *out)
{
    const char *text = options_value(options, "source");
    struct addr addr;
    if (text == NULL) {
        return true;
    }
    if (!addr_parse_ip(text, &addr)) {
        options_refuse(options, "source", text, "an IP address");
        return false;
    }
    *out = addr;
    return true;
}

/* Which addresses of the host count, and that host and source agree with it. */
static bool read_ip_version(const struct options *options, struct spec *spec)
{
    const char *text = options_value(options, "ip-version");
    struct addr host = {0};
    if (text != NULL && strcmp(text, "4") != 0 && strcmp(text, "6") != 0) {
        options_refuse(options, "ip-version", text, "4 or 6");
        return false;
    }
    if (text != NULL) {
        spec->ip_version = text[0] == '4' ? ADDR_IPV4 : ADDR_IPV6;
    }
    enum addr_family wanted = spec_ip_version(spec);
    addr_parse_ip(spec->host, &host);
    if (addr_is_link_local(&host)) {
        fprintf(stderr, "ipsla probe: %s is link-local: by which interface? (%s%%eth0)\n",
                spec->host, spec->host);
        return false;
    }
    bool is_ipv6 =
        host.family == ADDR_IPV6 || spec->source.family == ADDR_IPV6 || wanted == ADDR_IPV6;
    if (spec->operation == OPERATION_ICMP_JITTER && is_ipv6) {
        fprintf(stderr, "ipsla probe: icmp-jitter is for IPv4 only: ICMPv6 has no timestamp "
                        "messages\n");
        return false;
    }
    bool is_clash = host.family != ADDR_NONE && wanted != ADDR_NONE && host.family != wanted;
    if (is_clash || (spec->source.family != ADDR_NONE && spec->source.family != wanted)) {
        fprintf(stderr, "ipsla probe: host, --source and --ip-version mix IPv4 and IPv6\n");
        return false;
    }
    return true;
}

static bool is_size_enough(const struct options *options, const struct spec *spec)
{
    if (spec->precision == PRECISION_MICROSECONDS &&
        spec->payload_bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        options_refuse(options, "size", options_value(options, "size"),
                       "56 bytes or more, as precision microseconds needs");
        return false;
    }
    return true;
}

static bool read_train(const struct options *options, struct spec *spec)
{
    enum operation operation = spec->operation;
    struct schema_train slots = schema_train(spec->codec != VOICE_CODEC_NONE);
    int64_t count = spec->num_packets;
    int64_t size = spec->payload_bytes;
    if (!read_flag(options, "count", schema_row(slots.num_packets, operation), &count) ||
        !read_flag(options, "interval", schema_row(slots.interval, operation),
                   &spec->interval_ns) ||
        !read_flag(options, "size", schema_row(slots.size, operation), &size)) {
        return false;
    }
    spec->num_packets = (uint32_t)count;
    spec->payload_bytes = (uint32_t)size;
    return is_size_enough(options, spec);
}

/* Before the size is read: it has another default and another least value. */
static bool read_precision(const struct options *options, struct spec *spec)
{
    const char *text = options_value(options, "precision");
    if (strcmp(text, precision_name(PRECISION_MILLISECONDS)) == 0) {
        return true;
    }
    if (spec->operation != OPERATION_UDP_JITTER ||
        strcmp(text, precision_name(PRECISION_MICROSECONDS)) != 0) {
        options_refuse(options, "precision", text,
                       spec->operation == OPERATION_UDP_JITTER
                           ? "milliseconds or microseconds"
                           : "milliseconds, the only one of udp-echo");
        return false;
    }
    spec->precision = PRECISION_MICROSECONDS;
    if (spec->payload_bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        spec->payload_bytes = SPEC_MICROSECONDS_BYTES;
    }
    return true;
}

static bool read_advantage(const struct options *options, struct spec *spec)
{
    int64_t advantage = 0;
    if (options_has(options, "advantage-factor") && spec->codec == VOICE_CODEC_NONE) {
        fprintf(stderr, "ipsla probe: --advantage-factor is for --codec\n");
        return false;
    }
    if (!read_flag(options, "advantage-factor", schema_row(SLOT_ADVANTAGE_FACTOR, spec->operation),
                   &advantage)) {
        return false;
    }
    spec->advantage_factor = (uint8_t)advantage;
    return true;
}

static bool read_timing(const struct options *options, struct spec *spec)
{
    enum operation operation = spec->operation;
    return read_flag(options, "timeout", schema_row(SLOT_TIMEOUT, operation), &spec->timeout_ns) &&
           read_flag(options, "threshold", schema_row(SLOT_THRESHOLD, operation),
                     &spec->threshold_ns) &&
           read_flag(options, "control-timeout", schema_row(SLOT_CONTROL_TIMEOUT, operation),
                     &spec->control_timeout_ns);
}

/* What says something about ports or the responder says nothing about ICMP. */
static bool refuse_ports(const struct options *options, enum operation operation)
{
    static const char *const names[] = {"port",          "source-port",     "control",
                                        "control-port",  "control-timeout", "key-id",
                                        "key-algorithm", "key-file"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (options_has(options, names[i])) {
            fprintf(stderr, "ipsla probe: --%s is not for operation %s\n", names[i],
                    operation_name(operation));
            return false;
        }
    }
    return true;
}

static bool read_ports(const struct options *options, struct spec *spec)
{
    const struct schema_key *key = schema_row(SLOT_CONTROL_PORT, spec->operation);
    int64_t port = 0;
    int64_t control_port = control_version_port(spec->control);
    if (!read_flag(options, "port", key, &port) ||
        !read_flag(options, "control-port", key, &control_port)) {
        return false;
    }
    spec->port = (uint16_t)port;
    spec->control_port = (uint16_t)control_port;
    return true;
}

static bool read_responder(const struct options *options, struct spec *spec)
{
    if (operation_is_icmp(spec->operation)) {
        return refuse_ports(options, spec->operation);
    }
    return cli_read_control(options, spec) && read_ports(options, spec);
}

static bool is_for_operation(const struct options *options, const char *name, enum slot slot,
                             enum operation operation)
{
    if (!options_has(options, name) || schema_row(slot, operation) != NULL) {
        return true;
    }
    fprintf(stderr, "ipsla probe: --%s is not for operation %s\n", name, operation_name(operation));
    return false;
}

static bool read_data(const struct options *options, struct spec *spec)
{
    const char *pattern = options_value(options, "data-pattern");
    if (!is_for_operation(options, "verify-data", SLOT_VERIFY_DATA, spec->operation) ||
        !is_for_operation(options, "data-pattern", SLOT_DATA_PATTERN, spec->operation)) {
        return false;
    }
    spec->verify_data = options_has(options, "verify-data");
    if (pattern != NULL && !pattern_parse(pattern, &spec->pattern)) {
        options_refuse(options, "data-pattern", pattern,
                       "1 to 8 bytes of two hexadecimal digits each");
        return false;
    }
    return true;
}

/* The built-in defaults of the operation and the codec that the flags name; NULL after a message.
 */
static struct spec *default_spec(const struct options *options, enum operation operation)
{
    const char *name = options_value(options, "codec");
    enum voice_codec codec;
    if (name == NULL) {
        return config_default_spec(operation, options->positional[0]);
    }
    if (operation != OPERATION_UDP_JITTER) {
        fprintf(stderr, "ipsla probe: --codec is not for operation %s\n",
                operation_name(operation));
        return NULL;
    }
    if (!voice_codec_parse(name, &codec)) {
        options_refuse(options, "codec", name, "g711ulaw, g711alaw or g729a");
        return NULL;
    }
    return config_default_voice_spec(codec, options->positional[0]);
}

/* The spec that the flags describe; NULL after a message. */
static struct spec *spec_from_flags(const struct options *options)
{
    const char *name = options_value(options, "operation");
    enum operation operation;
    if (options->positional_count == 0) {
        fprintf(stderr, "ipsla probe: which host? (ipsla probe --help)\n");
        return NULL;
    }
    if (!operation_parse(name, &operation)) {
        options_refuse(options, "operation", name,
                       "udp-jitter, udp-echo, tcp-connect, icmp-echo or icmp-jitter");
        return NULL;
    }
    struct spec *spec = default_spec(options, operation);
    if (spec == NULL) {
        return NULL;
    }
    if (!read_responder(options, spec) || !read_precision(options, spec) ||
        !read_train(options, spec) || !read_timing(options, spec) ||
        !read_advantage(options, spec) || !read_source(options, &spec->source) ||
        !read_ip_version(options, spec) || !read_data(options, spec) ||
        !cli_read_packet(options, spec) || !cli_read_clock(options, spec)) {
        spec_unref(spec);
        return NULL;
    }
    spec_fit_layout(spec);
    return spec;
}

/* A copy of the target `name` of a configuration file; NULL after a message. */
static struct spec *spec_from_file(const char *file, const char *name)
{
    struct config *config = config_file_load(file);
    struct spec *spec = NULL;
    for (size_t i = 0; config != NULL && i < config->targets->count; i++) {
        const struct spec *candidate = config->targets->specs[i];
        if (strcmp(candidate->name, name) == 0) {
            spec = spec_with_ip(candidate, &candidate->peer);
        }
    }
    if (config != NULL && spec == NULL) {
        fprintf(stderr, "ipsla probe: %s has no target named %s\n", file, name);
    }
    config_free(config);
    return spec;
}

/* One run: the hook stops the host when the only target has a result. */
struct run {
    struct engine *engine;
    struct host *host;
    struct report *report;
};

static struct mono stop_when_done(void *context, struct instant now)
{
    (void)now;
    struct run *run = context;
    struct snapshot *snapshot = engine_snapshot(run->engine);
    if (run->report == NULL && snapshot->reports[0]->has_run) {
        run->report = report_ref(snapshot->reports[0]);
        host_stop(run->host);
    }
    snapshot_unref(snapshot);
    return MONO_NEVER;
}

static void print_result(const struct run *run, bool is_json)
{
    struct cli_result result = {
        .spec = run->report->spec,
        .round = &run->report->latest,
        .samples = engine_samples(run->engine, 0),
    };
    struct buf out = {0};
    if (is_json) {
        cli_json_format(&result, &out);
    } else {
        cli_text_format(&result, &out);
    }
    fputs(buf_string(&out), stdout);
    buf_fini(&out);
}

/* Measures once; takes over the caller's reference on `spec`. */
static int measure(struct spec *spec, bool is_json)
{
    struct engine_options engine_options = {.start_now = true};
    entropy_fill(engine_options.seed, sizeof engine_options.seed);
    struct run run = {.engine = engine_new(&engine_options)};
    struct host_hook hook = {.after = stop_when_done, .context = &run};
    struct spec_set *set = spec_set_new(&spec, 1);
    cli_tell_clock(run.engine);
    engine_apply(run.engine, set, clock_now());
    spec_set_unref(set);
    run.host = host_new(engine_machine(run.engine), hook);
    if (run.host == NULL) {
        fprintf(stderr, "ipsla probe: %s\n", strerror(errno));
        engine_free(run.engine);
        return EXIT_FAILED;
    }
    host_run(run.host);
    print_result(&run, is_json);
    bool is_ok = run.report->latest.outcome == OUTCOME_OK;
    report_unref(run.report);
    host_free(run.host);
    engine_free(run.engine);
    return is_ok ? EXIT_SUCCESS : EXIT_FAILED;
}

static int probe_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&probe_program, argc, argv, &options, &status)) {
        return status;
    }
    const char *format = options_value(&options, "output");
    const char *file = options_value(&options, "config");
    const char *target = options_value(&options, "target");
    bool is_json = strcmp(format, "json") == 0;
    if (!is_json && strcmp(format, "text") != 0) {
        return options_refuse(&options, "output", format, "text or json");
    }
    if ((file == NULL) != (target == NULL)) {
        fprintf(stderr, "ipsla probe: --config and --target go together\n");
        return OPTIONS_EXIT_USAGE;
    }
    struct spec *spec = file != NULL ? spec_from_file(file, target) : spec_from_flags(&options);
    if (spec == NULL) {
        return OPTIONS_EXIT_USAGE;
    }
    struct addr ip = {0};
    struct addr current = {0};
    lookup_address(spec->host, spec_ip_version(spec), &current, &ip);
    struct spec *resolved = spec_with_ip(spec, &ip);
    spec_unref(spec);
    return measure(resolved, is_json);
}

static int check_main(int argc, char **argv)
{
    struct options options;
    int status;
    if (!options_parse(&check_program, argc, argv, &options, &status)) {
        return status;
    }
    if (options.positional_count == 0) {
        fprintf(stderr, "ipsla check: which file?\n");
        return OPTIONS_EXIT_USAGE;
    }
    struct config *config = config_file_load(options.positional[0]);
    if (config == NULL) {
        return OPTIONS_EXIT_USAGE;
    }
    printf("%s: ok, %zu targets\n", options.positional[0], config->targets->count);
    config_free(config);
    return EXIT_SUCCESS;
}

#define WORDS "probe, discover, check or key-solve"

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*run)(int argc, char **argv);
    } words[] = {
        {"probe", probe_main},
        {"discover", cli_discover_main},
        {"check", check_main},
        {"key-solve", cli_key_solve},
    };
    struct options options;
    int status;
    for (size_t i = 0; argc > 1 && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(argv[1], words[i].word) == 0) {
            return words[i].run(argc - 1, argv + 1);
        }
    }
    if (argc > 1 && argv[1][0] != '-') {
        fprintf(stderr, "ipsla: unknown word %s; it is " WORDS "\n", argv[1]);
        return OPTIONS_EXIT_USAGE;
    }
    if (!options_parse(&main_program, argc, argv, &options, &status)) {
        return status;
    }
    fprintf(stderr, "ipsla: " WORDS "? (ipsla --help)\n");
    return OPTIONS_EXIT_USAGE;
}
