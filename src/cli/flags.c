/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/clock.h"
#include "cli/control.h"
#include "cli/packet.h"
#include "cli/path.h"
#include "cli/progress.h"
#include "config/limit_keys.h"
#include "program/config_file.h"

/* The built-in defaults of the operation and the codec that the flags name; NULL after a message.
 */
static struct spec *default_spec(const struct key_flags *flags, const struct operation *operation)
{
    const char *host = flags->options.positional[0];
    struct value codec;
    if (!key_flags_apply(flags, operation) ||
        !key_flag_value(flags, operation, SLOT_CODEC, NULL, &codec)) {
        return NULL;
    }
    return codec.state == VALUE_SET
               ? config_default_voice_spec((enum voice_codec)(codec.number + 1), host)
               : config_default_spec(operation, host);
}

/* The built-in defaults for the host and the operation that the flags name; NULL after a message.
 */
static struct spec *spec_from_defaults(const struct key_flags *flags)
{
    struct value operation;
    if (flags->options.positional_count == 0) {
        fprintf(stderr, "ipsla probe: which host? (ipsla probe --help)\n");
        return NULL;
    }
    if (!key_flag_value(flags, operation_at(0), SLOT_OPERATION, NULL, &operation)) {
        return NULL;
    }
    return default_spec(flags, operation_at((size_t)operation.number));
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
        const char *nearest = config_file_nearest(config, name);
        fprintf(stderr, "ipsla probe: %s has no target named %s%s%s%s\n", file, name,
                nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "?)");
    }
    config_free(config);
    return spec;
}

/* What makes a target another one than the file says. */
static bool is_override(const struct key_flags *flags)
{
    static const enum slot slots[] = {SLOT_OPERATION, SLOT_CODEC, SLOT_PRECISION};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        if (key_flag_text(flags, slots[i]) != NULL) {
            fprintf(stderr, "ipsla probe: --%s cannot change a configured target\n",
                    key_flag_name(flags, slots[i]));
            return false;
        }
    }
    if (flags->options.positional_count > 0) {
        fprintf(stderr, "ipsla probe: HOST and --config exclude each other\n");
        return false;
    }
    return true;
}

/* Where the flags begin from; NULL after a message. */
static struct spec *base_spec(const struct key_flags *flags)
{
    const char *file = options_value(&flags->options, "config");
    const char *target = options_value(&flags->options, "target");
    if ((file == NULL) != (target == NULL)) {
        fprintf(stderr, "ipsla probe: --config goes with --target or --all\n");
        return NULL;
    }
    if (file == NULL) {
        return spec_from_defaults(flags);
    }
    return is_override(flags) ? spec_from_file(file, target) : NULL;
}

static bool read_timing(const struct key_flags *flags, struct spec *spec)
{
    if (!key_flag_number(flags, spec, SLOT_TIMEOUT, &spec->schedule.timeout_ns) ||
        !key_flag_number(flags, spec, SLOT_THRESHOLD, &spec->results.threshold_ns)) {
        return false;
    }
    if (key_flag_text(flags, SLOT_THRESHOLD) != NULL) {
        limit_put_threshold(spec);
    }
    return true;
}

/* Late replies come to the next packet, of this operation or of the next: they must be told apart.
 */
static bool tells_late_replies(const struct spec *spec)
{
    uint32_t least = spec->operation->bytes_min_with_nonce;
    if (operation_needs_nonce(spec) && spec->packets.bytes < least) {
        fprintf(stderr,
                "ipsla probe: --request-data-size must be %" PRIu32
                " or more with --%s: a late reply would pass for the next one\n",
                least, spec->path.source.port != 0 ? "source-port" : "num-packets");
        return false;
    }
    return true;
}

/* A port that a control request opens is open to one source port. */
static bool can_spread(const struct spec *spec)
{
    if (spec->packets.flows > 1 && control_has_request(spec->control.version)) {
        fprintf(stderr,
                "ipsla probe: --ecmp-ports and --source-ports need --control-version none: a "
                "port that a control request opens is open to one source port\n");
        return false;
    }
    if (spec->path.source.port + spec->packets.flows > UINT16_MAX + 1) {
        fprintf(stderr, "ipsla probe: from --source-port on there are not so many ports\n");
        return false;
    }
    return true;
}

static bool read_spec(const struct key_flags *flags, struct spec *spec)
{
    return key_flags_apply(flags, spec->operation) && cli_read_control(flags, spec) &&
           cli_read_packets(flags, spec) && read_timing(flags, spec) &&
           cli_read_path(flags, spec) && can_spread(spec) && cli_read_clock(flags, spec) &&
           tells_late_replies(spec) && cli_is_probe_port(flags, spec);
}

bool cli_is_ios(enum cli_output output)
{
    return output == CLI_IOS || output == CLI_IOS_DETAILS || output == CLI_IOS_SUMMARY;
}

/* The number of the entry that a router would have. */
static bool read_id(const struct options *options, struct cli_request *out)
{
    const char *text = options_value(options, "id");
    uint64_t id = 0;
    if (text == NULL) {
        return true;
    }
    if (!cli_is_ios(out->output)) {
        fprintf(stderr, "ipsla probe: --id is for --output ios, ios-details and ios-summary\n");
        return false;
    }
    if (!options_parse_number(text, 1, CLI_ID_MAX, &id)) {
        options_refuse(options, "id", text, "1 to 2147483647");
        return false;
    }
    out->ios_id = (uint32_t)id;
    return true;
}

static bool read_output(const struct options *options, struct cli_request *out)
{
    static const char *const names[] = {
        [CLI_TEXT] = "text",
        [CLI_JSON] = "json",
        [CLI_NAGIOS] = "nagios",
        [CLI_IOS] = "ios",
        [CLI_IOS_DETAILS] = "ios-details",
        [CLI_IOS_SUMMARY] = "ios-summary",
    };
    const char *text = options_value(options, "output");
    unsigned output = 0;
    while (output < sizeof names / sizeof names[0] && strcmp(text, names[output]) != 0) {
        output++;
    }
    if (output == sizeof names / sizeof names[0]) {
        options_refuse(options, "output", text,
                       "text, json, nagios, ios, ios-details or ios-summary");
        return false;
    }
    out->output = (enum cli_output)output;
    out->wants_packets = options_has(options, "packets");
    out->write_file = options_value(options, "write");
    if (out->wants_packets && out->output != CLI_JSON) {
        fprintf(stderr, "ipsla probe: --packets is for --output json\n");
        return false;
    }
    if (!read_id(options, out)) {
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

/* The limits of a severity, instead of those that a configured target has. */
static bool read_limits(const struct options *options, enum severity severity,
                        const struct cli_request *request)
{
    struct buf problem = {0};
    const char *name = severity_name(severity);
    const char *text = options_value(options, name);
    if (text == NULL) {
        return true;
    }
    if (request->output != CLI_NAGIOS) {
        fprintf(stderr, "ipsla probe: --%s is for --output nagios\n", name);
        return false;
    }
    bool is_read = cli_limits_parse(text, severity, request->spec, &problem);
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
    int64_t train_ns =
        operation_train_ns(spec->operation, spec->packets.count, spec->packets.interval_ns);
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

static bool read_repeat(const struct key_flags *flags, struct cli_request *out)
{
    struct spec *spec = out->spec;
    const char *text = options_value(&flags->options, "repeat");
    uint64_t runs = 1;
    spec->schedule.life_ns = SPEC_FOREVER;
    if (text == NULL) {
        spec->schedule.frequency_ns = schema_row(SLOT_FREQUENCY, spec->operation)->max;
    } else if (out->output == CLI_NAGIOS) {
        fprintf(stderr, "ipsla probe: --repeat is not for --output nagios\n");
        return false;
    } else if (strcmp(text, "forever") == 0) {
        runs = 0;
    } else if (!options_parse_number(text, 1, CLI_REPEAT_MAX, &runs)) {
        options_refuse(&flags->options, "repeat", text, "1 to 1000000, or forever");
        return false;
    }
    out->is_repeated = text != NULL;
    out->runs = (uint32_t)runs;
    if (text == NULL && key_flag_text(flags, SLOT_FREQUENCY) != NULL) {
        fprintf(stderr, "ipsla probe: --frequency is for --repeat\n");
        return false;
    }
    return key_flag_number(flags, spec, SLOT_FREQUENCY, &spec->schedule.frequency_ns) &&
           is_period_enough(spec) && is_port_open_enough(spec);
}

/* Each target as it is in the file: nothing but the output can be chosen. */
static bool is_as_configured(const struct key_flags *flags)
{
    static const char *const others[] = {"target", "repeat", "write", "warning", "critical", "id"};
    const char *other = key_flags_first(flags);
    for (size_t i = 0; i < sizeof others / sizeof others[0] && other == NULL; i++) {
        other = options_has(&flags->options, others[i]) ? others[i] : NULL;
    }
    if (other != NULL) {
        fprintf(stderr, "ipsla probe: --%s is not for --all\n", other);
    } else if (flags->options.positional_count > 0) {
        fprintf(stderr, "ipsla probe: HOST and --all exclude each other\n");
    }
    return other == NULL && flags->options.positional_count == 0;
}

static bool read_all(const struct key_flags *flags, struct cli_request *out)
{
    const struct options *options = &flags->options;
    const char *file = options_value(options, "config");
    const char *parallel = options_value(options, "parallel");
    uint64_t number;
    if (file == NULL) {
        fprintf(stderr, "ipsla probe: --all is for --config\n");
        return false;
    }
    if (!is_as_configured(flags) || !read_output(options, out)) {
        return false;
    }
    if (out->output == CLI_NAGIOS) {
        fprintf(stderr, "ipsla probe: --all is not for --output nagios\n");
        return false;
    }
    if (!options_parse_number(parallel, 1, CLI_ALL_PARALLEL_MAX, &number)) {
        options_refuse(options, "parallel", parallel, "1 to 1000");
        return false;
    }
    out->parallel = (unsigned)number;
    out->config = config_file_load(file);
    return out->config != NULL;
}

static bool read_one(const struct key_flags *flags, struct cli_request *out)
{
    const struct options *options = &flags->options;
    out->spec = base_spec(flags);
    if (out->spec == NULL) {
        return false;
    }
    if (!read_spec(flags, out->spec) || !read_output(options, out) ||
        !read_limits(options, SEVERITY_WARNING, out) ||
        !read_limits(options, SEVERITY_CRITICAL, out) || !read_repeat(flags, out)) {
        spec_unref(out->spec);
        return false;
    }
    spec_fit_layout(out->spec);
    return true;
}

static bool read_request(const struct key_flags *flags, struct cli_request *out)
{
    if (options_has(&flags->options, "all")) {
        return read_all(flags, out);
    }
    if (options_has(&flags->options, "parallel")) {
        fprintf(stderr, "ipsla probe: --parallel is for --all\n");
        return false;
    }
    return read_one(flags, out);
}

bool cli_request_read(int argc, char **argv, struct cli_request *out, int *exit_status)
{
    struct key_flags flags;
    *out = (struct cli_request){0};
    bool is_read = key_flags_parse(&flags, argc, argv, exit_status);
    if (is_read) {
        *exit_status = OPTIONS_EXIT_USAGE;
        is_read = read_request(&flags, out);
    }
    key_flags_fini(&flags);
    return is_read;
}
