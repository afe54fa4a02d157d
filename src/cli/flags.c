/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "config/schema.h"
#include "program/config_file.h"

#define DEFAULT_PORT 16384

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
    {"timestamps", "WHO", "auto", "who stamps packets: auto, user, kernel or hardware", false},
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
    {"repeat", "N", NULL, "measure N times, or \"forever\"", false},
    {"frequency", "DURATION", NULL,
     "with --repeat: from one start to the next (default 60s, or the target's)", false},
    {"output", "FORMAT", "text", "text, json or nagios", false},
    {"packets", NULL, NULL, "with --output json: every packet too", false},
    {"warning", "LIMITS", NULL, "with --output nagios: rtt=100ms,loss=1%,jitter=30ms,mos=3.6",
     false},
    {"critical", "LIMITS", NULL, "with --output nagios: the same, but worse", false},
    {"progress", NULL, NULL, "show progress (the default on a terminal)", false},
    {"no-progress", NULL, NULL, "show no progress", false},
};

static const struct options_program probe_program = {
    .name = "ipsla probe",
    .usage = "HOST [flags] | --config FILE --target NAME",
    .summary = "Measures the path to an IP SLA responder once and prints the result.",
    .rows = probe_rows,
    .row_count = sizeof probe_rows / sizeof probe_rows[0],
    .positional_max = 1,
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

/* The value that was given; NULL: what stands already is kept. */
static const char *given(const struct options *options, const char *name)
{
    return options_has(options, name) ? options_value(options, name) : NULL;
}

static bool refuse_for(const struct spec *spec, const char *name)
{
    fprintf(stderr, "ipsla probe: --%s is not for operation %s\n", name, spec->operation->name);
    return false;
}

/* Reads the flag `name` within the range of a configuration key; `out` keeps its value when the
 * flag was not given. False after a message. */
static bool read_flag(const struct options *options, const struct spec *spec, const char *name,
                      const struct schema_key *key, int64_t *out)
{
    const char *text = given(options, name);
    int64_t value;
    if (text == NULL) {
        return true;
    }
    if (key == NULL) {
        return refuse_for(spec, name);
    }
    const struct schema_limits limits = schema_limits(key, spec->operation);
    if (!parse_value(key, text, &value) || value < limits.min || value > limits.max) {
        struct buf allowed = {0};
        schema_add_range(key, spec->operation, &allowed);
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
        spec->path.ip_version = text[0] == '4' ? ADDR_IPV4 : ADDR_IPV6;
    }
    enum addr_family wanted = spec_ip_version(spec);
    addr_parse_ip(spec->identity.host, &host);
    if (addr_is_link_local(&host)) {
        fprintf(stderr, "ipsla probe: %s is link-local: by which interface? (%s%%eth0)\n",
                spec->identity.host, spec->identity.host);
        return false;
    }
    bool is_ipv6 =
        host.family == ADDR_IPV6 || spec->path.source.family == ADDR_IPV6 || wanted == ADDR_IPV6;
    if (spec->operation->ipv4_only != NULL && is_ipv6) {
        fprintf(stderr, "ipsla probe: %s is for IPv4 only: %s\n", spec->operation->name,
                spec->operation->ipv4_only);
        return false;
    }
    bool is_clash = host.family != ADDR_NONE && wanted != ADDR_NONE && host.family != wanted;
    if (is_clash || (spec->path.source.family != ADDR_NONE && spec->path.source.family != wanted)) {
        fprintf(stderr, "ipsla probe: host, --source and --ip-version mix IPv4 and IPv6\n");
        return false;
    }
    return true;
}

static bool is_size_enough(const struct options *options, const struct spec *spec)
{
    if (spec->packets.precision == PRECISION_MICROSECONDS &&
        spec->packets.bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        options_refuse(options, "size", options_value(options, "size"),
                       "56 bytes or more, as precision microseconds needs");
        return false;
    }
    return true;
}

static bool read_train(const struct options *options, struct spec *spec)
{
    const struct operation *operation = spec->operation;
    struct schema_train slots = schema_train(spec->packets.codec != VOICE_CODEC_NONE);
    int64_t count = spec->packets.count;
    int64_t size = spec->packets.bytes;
    if (!read_flag(options, spec, "count", schema_row(slots.num_packets, operation), &count) ||
        !read_flag(options, spec, "interval", schema_row(slots.interval, operation),
                   &spec->packets.interval_ns) ||
        !read_flag(options, spec, "size", schema_row(slots.size, operation), &size)) {
        return false;
    }
    spec->packets.count = (uint32_t)count;
    spec->packets.bytes = (uint32_t)size;
    return is_size_enough(options, spec);
}

/* Before the size is read: it has another default and another least value. */
static bool read_precision(const struct options *options, struct spec *spec)
{
    const char *text = given(options, "precision");
    if (text == NULL || strcmp(text, precision_name(PRECISION_MILLISECONDS)) == 0) {
        return true;
    }
    bool has_choice = schema_row(SLOT_PRECISION, spec->operation) != NULL;
    if (!has_choice || strcmp(text, precision_name(PRECISION_MICROSECONDS)) != 0) {
        options_refuse(options, "precision", text,
                       has_choice ? "milliseconds or microseconds"
                                  : "milliseconds, the only one of this operation");
        return false;
    }
    spec->packets.precision = PRECISION_MICROSECONDS;
    if (spec->packets.bytes < SPEC_MICROSECONDS_BYTES_MIN) {
        spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    }
    return true;
}

static bool read_advantage(const struct options *options, struct spec *spec)
{
    int64_t advantage = spec->packets.advantage_factor;
    if (options_has(options, "advantage-factor") && spec->packets.codec == VOICE_CODEC_NONE) {
        fprintf(stderr, "ipsla probe: --advantage-factor is for --codec\n");
        return false;
    }
    if (!read_flag(options, spec, "advantage-factor",
                   schema_row(SLOT_ADVANTAGE_FACTOR, spec->operation), &advantage)) {
        return false;
    }
    spec->packets.advantage_factor = (uint8_t)advantage;
    return true;
}

static bool read_timing(const struct options *options, struct spec *spec)
{
    const struct operation *operation = spec->operation;
    return read_flag(options, spec, "timeout", schema_row(SLOT_TIMEOUT, operation),
                     &spec->schedule.timeout_ns) &&
           read_flag(options, spec, "threshold", schema_row(SLOT_THRESHOLD, operation),
                     &spec->results.threshold_ns) &&
           read_flag(options, spec, "control-timeout", schema_row(SLOT_CONTROL_TIMEOUT, operation),
                     &spec->control.timeout_ns);
}

/* What says something about ports or the responder says nothing about ICMP. */
static bool refuse_ports(const struct options *options, const struct spec *spec)
{
    static const char *const names[] = {"port",          "source-port",     "control",
                                        "control-port",  "control-timeout", "key-id",
                                        "key-algorithm", "key-file"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (options_has(options, names[i])) {
            return refuse_for(spec, names[i]);
        }
    }
    return true;
}

static bool read_ports(const struct options *options, struct spec *spec)
{
    const struct schema_key *key = schema_row(SLOT_CONTROL_PORT, spec->operation);
    int64_t port = spec->path.port;
    int64_t control_port = spec->control.port;
    if (!read_flag(options, spec, "port", key, &port) ||
        !read_flag(options, spec, "control-port", key, &control_port)) {
        return false;
    }
    spec->path.port = (uint16_t)port;
    spec->control.port = (uint16_t)control_port;
    return true;
}

static bool read_responder(const struct options *options, struct spec *spec)
{
    if (!spec->operation->has_ports) {
        return refuse_ports(options, spec);
    }
    return cli_read_control(options, spec) && read_ports(options, spec);
}

static bool read_data(const struct options *options, struct spec *spec)
{
    const char *pattern = given(options, "data-pattern");
    bool wants_verify = options_has(options, "verify-data");
    if (wants_verify && schema_row(SLOT_VERIFY_DATA, spec->operation) == NULL) {
        return refuse_for(spec, "verify-data");
    }
    if (pattern != NULL && schema_row(SLOT_DATA_PATTERN, spec->operation) == NULL) {
        return refuse_for(spec, "data-pattern");
    }
    spec->packets.verify_data = spec->packets.verify_data || wants_verify;
    if (pattern != NULL && !pattern_parse(pattern, &spec->packets.pattern)) {
        options_refuse(options, "data-pattern", pattern,
                       "1 to 8 bytes of two hexadecimal digits each");
        return false;
    }
    return true;
}

/* The built-in defaults of the operation and the codec that the flags name; NULL after a message.
 */
static struct spec *default_spec(const struct options *options, const struct operation *operation)
{
    const char *name = options_value(options, "codec");
    enum voice_codec codec;
    if (name == NULL) {
        return config_default_spec(operation, options->positional[0]);
    }
    if (schema_row(SLOT_CODEC, operation) == NULL) {
        fprintf(stderr, "ipsla probe: --codec is not for operation %s\n", operation->name);
        return NULL;
    }
    if (!voice_codec_parse(name, &codec)) {
        options_refuse(options, "codec", name, "g711ulaw, g711alaw or g729a");
        return NULL;
    }
    return config_default_voice_spec(codec, options->positional[0]);
}

/* The built-in defaults for the host and the operation that the flags name; NULL after a message.
 */
static struct spec *spec_from_defaults(const struct options *options)
{
    const char *name = options_value(options, "operation");
    if (options->positional_count == 0) {
        fprintf(stderr, "ipsla probe: which host? (ipsla probe --help)\n");
        return NULL;
    }
    const struct operation *operation = operation_find(name);
    if (operation == NULL) {
        options_refuse(options, "operation", name,
                       "udp-jitter, udp-echo, tcp-connect, icmp-echo or icmp-jitter");
        return NULL;
    }
    struct spec *spec = default_spec(options, operation);
    if (spec != NULL && operation->has_ports) {
        spec->path.port = DEFAULT_PORT;
    }
    return spec;
}

/* A copy of the target `name` of a configuration file; NULL after a message. */
static struct spec *spec_from_file(const char *file, const char *name)
{
    struct config *config = config_file_load(file);
    struct spec *spec = NULL;
    for (size_t i = 0; config != NULL && i < config->targets->count; i++) {
        const struct spec *candidate = config->targets->specs[i];
        if (strcmp(candidate->identity.name, name) == 0) {
            spec = spec_with_ip(candidate, &candidate->path.peer);
        }
    }
    if (config != NULL && spec == NULL) {
        fprintf(stderr, "ipsla probe: %s has no target named %s\n", file, name);
    }
    config_free(config);
    return spec;
}

/* What makes a target another one than the file says. */
static bool is_override(const struct options *options)
{
    static const char *const names[] = {"operation", "codec", "precision"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (options_has(options, names[i])) {
            fprintf(stderr, "ipsla probe: --%s cannot change a configured target\n", names[i]);
            return false;
        }
    }
    if (options->positional_count > 0) {
        fprintf(stderr, "ipsla probe: HOST and --config exclude each other\n");
        return false;
    }
    return true;
}

/* Where the flags begin from; NULL after a message. */
static struct spec *base_spec(const struct options *options)
{
    const char *file = options_value(options, "config");
    const char *target = options_value(options, "target");
    if ((file == NULL) != (target == NULL)) {
        fprintf(stderr, "ipsla probe: --config and --target go together\n");
        return NULL;
    }
    if (file == NULL) {
        return spec_from_defaults(options);
    }
    return is_override(options) ? spec_from_file(file, target) : NULL;
}

static bool timestamps_parse(const char *name, enum timestamps *out)
{
    for (unsigned i = 0; i < TIMESTAMPS_COUNT; i++) {
        if (strcmp(name, timestamps_name((enum timestamps)i)) == 0) {
            *out = (enum timestamps)i;
            return true;
        }
    }
    return false;
}

/* After the device is read. */
static bool read_timestamps(const struct options *options, struct spec *spec)
{
    const char *text = given(options, "timestamps");
    if (text == NULL) {
        return true;
    }
    if (!timestamps_parse(text, &spec->clocks.timestamps)) {
        options_refuse(options, "timestamps", text, "auto, user, kernel or hardware");
        return false;
    }
    if (spec->clocks.timestamps == TIMESTAMPS_HARDWARE && spec->path.options.device[0] == '\0') {
        fprintf(stderr, "ipsla probe: --timestamps=hardware needs --interface\n");
        return false;
    }
    return true;
}

static bool read_spec(const struct options *options, struct spec *spec)
{
    return read_responder(options, spec) && read_precision(options, spec) &&
           read_train(options, spec) && read_timing(options, spec) &&
           read_advantage(options, spec) && read_source(options, &spec->path.source) &&
           read_ip_version(options, spec) && read_data(options, spec) &&
           cli_read_packet(options, spec) && cli_read_clock(options, spec) &&
           read_timestamps(options, spec);
}

static bool read_output(const struct options *options, struct cli_request *out)
{
    static const char *const names[] = {
        [CLI_TEXT] = "text", [CLI_JSON] = "json", [CLI_NAGIOS] = "nagios"};
    const char *text = options_value(options, "output");
    unsigned output = 0;
    while (output < sizeof names / sizeof names[0] && strcmp(text, names[output]) != 0) {
        output++;
    }
    if (output == sizeof names / sizeof names[0]) {
        options_refuse(options, "output", text, "text, json or nagios");
        return false;
    }
    out->output = (enum cli_output)output;
    out->wants_packets = options_has(options, "packets");
    if (out->wants_packets && out->output != CLI_JSON) {
        fprintf(stderr, "ipsla probe: --packets is for --output json\n");
        return false;
    }
    if (options_has(options, "progress") && options_has(options, "no-progress")) {
        fprintf(stderr, "ipsla probe: --progress and --no-progress exclude each other\n");
        return false;
    }
    out->wants_progress = !options_has(options, "no-progress") &&
                          (options_has(options, "progress") ||
                           (out->output != CLI_NAGIOS && cli_progress_is_possible()));
    return true;
}

static bool read_limits(const struct options *options, const char *name,
                        const struct cli_request *request, struct cli_limits *out)
{
    struct buf problem = {0};
    const char *text = options_value(options, name);
    if (text == NULL) {
        return true;
    }
    if (request->output != CLI_NAGIOS) {
        fprintf(stderr, "ipsla probe: --%s is for --output nagios\n", name);
        return false;
    }
    bool is_read = cli_limits_parse(text, request->spec, out, &problem);
    if (!is_read) {
        options_reject(options, name, text, buf_string(&problem));
    }
    buf_fini(&problem);
    return is_read;
}

/* One run takes less than its period: else the next could never start in time. */
static bool is_period_enough(const struct spec *spec)
{
    int64_t train_ns = (int64_t)(spec->packets.count - 1) * spec->packets.interval_ns;
    if (train_ns < spec->schedule.frequency_ns) {
        return true;
    }
    fprintf(stderr, "ipsla probe: sending takes %.3g s, longer than --frequency allows (%.3g s)\n",
            (double)train_ns / 1e9, (double)spec->schedule.frequency_ns / 1e9);
    return false;
}

/* What would leave after the port is closed is never sent. */
static bool is_port_open_enough(const struct spec *spec)
{
    bool is_address = strchr(spec->identity.host, ':') != NULL; /* names have no colon */
    enum addr_family family = is_address ? ADDR_IPV6 : spec_ip_version(spec);
    int64_t most_ns = control_duration_max_ms(spec->control.version, family) * NS_PER_MS;
    int64_t train_ns = spec->packets.count * spec->packets.interval_ns;
    if (!spec->operation->has_ports || train_ns <= most_ns) {
        return true;
    }
    fprintf(stderr,
            "ipsla probe: sending takes %.3g s, but control version 1 over IPv4 can ask for the "
            "port for %.5g s at most: send less, or use --ip-version=6, --control=v2 or "
            "--control=none\n",
            (double)train_ns / 1e9, (double)most_ns / 1e9);
    return false;
}

static bool read_repeat(const struct options *options, struct cli_request *out)
{
    struct spec *spec = out->spec;
    const struct schema_key *frequency = schema_row(SLOT_FREQUENCY, spec->operation);
    const char *text = options_value(options, "repeat");
    uint64_t runs = 1;
    spec->schedule.life_ns = SPEC_FOREVER;
    if (text == NULL) {
        spec->schedule.frequency_ns = frequency->max;
    } else if (out->output == CLI_NAGIOS) {
        fprintf(stderr, "ipsla probe: --repeat is not for --output nagios\n");
        return false;
    } else if (strcmp(text, "forever") == 0) {
        runs = 0;
    } else if (!options_parse_number(text, 1, CLI_REPEAT_MAX, &runs)) {
        options_refuse(options, "repeat", text, "1 to 1000000, or forever");
        return false;
    }
    out->is_repeated = text != NULL;
    out->runs = (uint32_t)runs;
    if (options_has(options, "frequency") && text == NULL) {
        fprintf(stderr, "ipsla probe: --frequency is for --repeat\n");
        return false;
    }
    return read_flag(options, spec, "frequency", frequency, &spec->schedule.frequency_ns) &&
           is_period_enough(spec) && is_port_open_enough(spec);
}

static bool read_request(const struct options *options, struct cli_request *out)
{
    out->spec = base_spec(options);
    if (out->spec == NULL) {
        return false;
    }
    if (!read_spec(options, out->spec) || !read_output(options, out) ||
        !read_limits(options, "warning", out, &out->warning) ||
        !read_limits(options, "critical", out, &out->critical) || !read_repeat(options, out)) {
        spec_unref(out->spec);
        return false;
    }
    spec_fit_layout(out->spec);
    return true;
}

bool cli_request_read(int argc, char **argv, struct cli_request *out, int *exit_status)
{
    struct options options;
    *out = (struct cli_request){0};
    if (!options_parse(&probe_program, argc, argv, &options, exit_status)) {
        return false;
    }
    *exit_status = OPTIONS_EXIT_USAGE;
    return read_request(&options, out);
}
