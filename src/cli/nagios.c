/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/nagios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/duration.h"
#include "operation/operation.h"

#define LIMIT_TEXT_MAX 64
#define REASON_MAX 1024

static const char *const state_names[] = {
    [CLI_STATE_OK] = "OK",
    [CLI_STATE_WARNING] = "WARNING",
    [CLI_STATE_CRITICAL] = "CRITICAL",
    [CLI_STATE_UNKNOWN] = "UNKNOWN",
};

static bool parse_duration(const char *text, double *out)
{
    int64_t ns;
    if (duration_parse(text, &ns) != NULL) {
        return false;
    }
    *out = (double)ns / 1e9;
    return true;
}

/* A decimal number without exponent or sign, followed by `unit` or nothing. */
static bool parse_decimal(const char *text, const char *unit, double *out)
{
    char *end;
    size_t length = strspn(text, "0123456789.");
    double value = strtod(text, &end);
    if (length == 0 || end != text + length || (*end != '\0' && strcmp(end, unit) != 0)) {
        return false;
    }
    *out = value;
    return true;
}

static bool parse_percent(const char *text, double *out)
{
    return parse_decimal(text, "%", out) && *out <= 100;
}

static bool parse_score(const char *text, double *out)
{
    return parse_decimal(text, "", out) && *out >= 1 && *out <= 5;
}

static bool has_rtt(const struct spec *spec)
{
    (void)spec;
    return true;
}

static bool has_jitter(const struct spec *spec)
{
    return operation_has(spec->operation, RESULT_JITTER);
}

static bool has_score(const struct spec *spec)
{
    return spec->packets.codec != VOICE_CODEC_NONE;
}

static const struct limit_row {
    const char *name;
    bool (*is_for)(const struct spec *spec);
    const char *needs;
    bool (*parse)(const char *text, double *out);
    const char *allowed;
} limit_rows[CLI_LIMIT_COUNT] = {
    [CLI_LIMIT_RTT] = {"rtt", has_rtt, "", parse_duration, "a duration, for example 100ms"},
    [CLI_LIMIT_LOSS] = {"loss", has_rtt, "", parse_percent, "a percentage, for example 1%"},
    [CLI_LIMIT_JITTER] = {"jitter", has_jitter, "a jitter operation", parse_duration,
                          "a duration, for example 30ms"},
    [CLI_LIMIT_MOS] = {"mos", has_score, "--codec", parse_score, "1 to 5, for example 3.6"},
};

/* CLI_LIMIT_COUNT: there is none of this name. */
static unsigned find_limit(const char *name)
{
    if (strcmp(name, "rta") == 0) {
        return CLI_LIMIT_RTT;
    }
    unsigned limit = 0;
    while (limit < CLI_LIMIT_COUNT && strcmp(name, limit_rows[limit].name) != 0) {
        limit++;
    }
    return limit;
}

/* One "name=value"; cuts `text` at the equals sign. */
static bool parse_limit(char *text, const struct spec *spec, struct cli_limits *out,
                        struct buf *problem)
{
    char *equals = strchr(text, '=');
    if (equals != NULL) {
        *equals = '\0';
    }
    unsigned limit = find_limit(text);
    if (equals == NULL || limit == CLI_LIMIT_COUNT) {
        buf_add_string(problem, "is not a list of rtt=, loss=, jitter=, mos=");
        return false;
    }
    const struct limit_row *row = &limit_rows[limit];
    if (out->is_set[limit]) {
        buf_printf(problem, "has %s twice", row->name);
        return false;
    }
    if (!row->is_for(spec)) {
        buf_printf(problem, "has %s, which needs %s", row->name, row->needs);
        return false;
    }
    if (!row->parse(equals + 1, &out->value[limit])) {
        buf_printf(problem, "has a %s that is not %s", row->name, row->allowed);
        return false;
    }
    out->is_set[limit] = true;
    return true;
}

bool cli_limits_parse(const char *text, const struct spec *spec, struct cli_limits *out,
                      struct buf *problem)
{
    *out = (struct cli_limits){0};
    for (;;) {
        char part[LIMIT_TEXT_MAX];
        size_t length = strcspn(text, ",");
        if (length >= sizeof part) {
            buf_add_string(problem, "is too long");
            return false;
        }
        memcpy(part, text, length);
        part[length] = '\0';
        if (!parse_limit(part, spec, out, problem)) {
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

/* One number of the line. */
struct measure {
    const char *label;
    enum cli_limit limit;
    double value;
    bool has_limit; /* the limits are about it */
};

/* The line as it grows: its words and its performance data. */
struct line {
    const struct cli_limits *warning, *critical;
    enum cli_state state;
    struct buf words, data;
};

static bool is_worse(const struct measure *measure, const struct cli_limits *limits)
{
    double limit = limits->value[measure->limit];
    if (!measure->has_limit || !limits->is_set[measure->limit]) {
        return false;
    }
    return measure->limit == CLI_LIMIT_MOS ? measure->value < limit : measure->value > limit;
}

/* A value in the unit that people read. */
static void add_value(struct buf *out, enum cli_limit limit, double value)
{
    if (limit == CLI_LIMIT_LOSS) {
        buf_printf(out, "%.4g%%", value);
    } else if (limit == CLI_LIMIT_MOS) {
        buf_printf(out, "%.2f", value);
    } else {
        buf_printf(out, "%.3f ms", value * 1e3);
    }
}

/* Durations to the nanosecond, the rest to the hundredth, without zeros at the end. */
static void add_number(struct buf *out, enum cli_limit limit, double value)
{
    bool is_fine = limit == CLI_LIMIT_RTT || limit == CLI_LIMIT_JITTER;
    char text[64];
    int length = snprintf(text, sizeof text, "%.*f", is_fine ? 9 : 2, value);
    while (text[length - 1] == '0') {
        length--;
    }
    if (text[length - 1] == '.') {
        length--;
    }
    text[length] = '\0';
    buf_add_string(out, text);
}

static void add_threshold(struct buf *out, const struct measure *measure,
                          const struct cli_limits *limits)
{
    buf_add_char(out, ';');
    if (measure->has_limit && limits->is_set[measure->limit]) {
        add_number(out, measure->limit, limits->value[measure->limit]);
        buf_add_string(out, measure->limit == CLI_LIMIT_MOS ? ":" : "");
    }
}

static void add_data(struct line *line, const struct measure *measure)
{
    static const char *const units[CLI_LIMIT_COUNT] = {"s", "%", "s", ""};
    static const char *const ranges[CLI_LIMIT_COUNT] = {";0", ";0;100", ";0", ";1;5"};
    buf_printf(&line->data, "%s%s=", line->data.size > 0 ? " " : "", measure->label);
    add_number(&line->data, measure->limit, measure->value);
    buf_add_string(&line->data, units[measure->limit]);
    add_threshold(&line->data, measure, line->warning);
    add_threshold(&line->data, measure, line->critical);
    buf_add_string(&line->data, ranges[measure->limit]);
}

static void add_measure(struct line *line, const char *words, const struct measure *measure)
{
    bool is_critical = is_worse(measure, line->critical);
    bool is_warning = is_worse(measure, line->warning);
    add_data(line, measure);
    if (words == NULL) {
        return;
    }
    buf_printf(&line->words, "%s%s ", line->words.size > 0 ? ", " : "", words);
    add_value(&line->words, measure->limit, measure->value);
    if (is_critical || is_warning) {
        const struct cli_limits *limits = is_critical ? line->critical : line->warning;
        enum cli_state state = is_critical ? CLI_STATE_CRITICAL : CLI_STATE_WARNING;
        buf_printf(&line->words, " (%s ", measure->limit == CLI_LIMIT_MOS ? "below" : "above");
        add_value(&line->words, measure->limit, limits->value[measure->limit]);
        buf_add_char(&line->words, ')');
        line->state = state > line->state ? state : line->state;
    }
}

static void add_rtt(struct line *line, const struct moments *rtt)
{
    struct measure measure = {"rtt", CLI_LIMIT_RTT, moments_average_ns(rtt) / 1e9, true};
    add_measure(line, "rtt", &measure);
    measure = (struct measure){"rtt_min", CLI_LIMIT_RTT, (double)rtt->min_ns / 1e9, false};
    add_measure(line, NULL, &measure);
    measure = (struct measure){"rtt_max", CLI_LIMIT_RTT, (double)rtt->max_ns / 1e9, false};
    add_measure(line, NULL, &measure);
}

static void add_jitter(struct line *line, const struct round *round)
{
    const struct jitter *ways[] = {&round->sd.jitter, &round->ds.jitter};
    static const char *const labels[] = {"jitter_sd", "jitter_ds"};
    static const char *const words[] = {"jitter SD", "jitter DS"};
    for (size_t i = 0; i < 2; i++) {
        if (ways[i]->samples > 0) {
            struct measure measure = {labels[i], CLI_LIMIT_JITTER, jitter_average_ns(ways[i]) / 1e9,
                                      true};
            add_measure(line, words[i], &measure);
        }
    }
}

static void add_measures(struct line *line, const struct cli_result *result)
{
    const struct round *round = result->round;
    if (round->rtt.count > 0) {
        add_rtt(line, &round->rtt);
    }
    if (round->sent > 0) {
        double missing = round->sent - round->received - round->dropped_here;
        struct measure measure = {"loss", CLI_LIMIT_LOSS, missing * 100 / round->sent, true};
        add_measure(line, "loss", &measure);
    }
    if (has_jitter(result->spec)) {
        add_jitter(line, round);
    }
    if (round->voice.is_scored) {
        struct measure measure = {"mos", CLI_LIMIT_MOS, round->voice.mos_hundredths / 100.0, true};
        add_measure(line, "MOS", &measure);
    }
}

static enum cli_state outcome_state(enum outcome outcome)
{
    if (outcome == OUTCOME_OK) {
        return CLI_STATE_OK;
    }
    return outcome == OUTCOME_LOCAL || outcome == OUTCOME_RESOLVE ? CLI_STATE_UNKNOWN
                                                                  : CLI_STATE_CRITICAL;
}

/* A bar or a newline in words of others would end them. */
static void add_plain(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        buf_add_char(out, *text == '|' || (unsigned char)*text < ' ' ? ' ' : *text);
    }
}

enum cli_state cli_nagios_format(const struct cli_result *result, const struct cli_limits *warning,
                                 const struct cli_limits *critical, struct buf *out)
{
    struct line line = {.warning = warning, .critical = critical};
    struct buf reason = {0};
    enum outcome outcome = result->round->outcome;
    line.state = outcome_state(outcome);
    add_measures(&line, result);
    cli_explain(result, &reason);
    buf_printf(out, "IPSLA %s - %s ", state_names[line.state], result->spec->operation->name);
    add_plain(out, result->spec->identity.name);
    buf_add_string(out, ": ");
    add_plain(out, outcome == OUTCOME_OK ? buf_string(&line.words) : buf_string(&reason));
    if (line.data.size > 0) {
        buf_printf(out, " | %s", buf_string(&line.data));
    }
    buf_add_char(out, '\n');
    buf_fini(&reason);
    buf_fini(&line.words);
    buf_fini(&line.data);
    return line.state;
}

void cli_capture_begin(struct cli_capture *capture)
{
    *capture = (struct cli_capture){-1, -1};
    int memory_fd = memfd_create("messages", MFD_CLOEXEC);
    int saved_fd = dup(STDERR_FILENO);
    fflush(stderr);
    if (memory_fd < 0 || saved_fd < 0 || dup2(memory_fd, STDERR_FILENO) < 0) {
        close(memory_fd);
        close(saved_fd);
        return;
    }
    *capture = (struct cli_capture){saved_fd, memory_fd};
}

void cli_capture_end(struct cli_capture *capture, bool is_fine)
{
    char text[REASON_MAX] = "";
    if (capture->memory_fd >= 0) {
        fflush(stderr);
        dup2(capture->saved_fd, STDERR_FILENO);
        ssize_t size = pread(capture->memory_fd, text, sizeof text - 1, 0);
        text[size > 0 ? size : 0] = '\0';
        close(capture->saved_fd);
        close(capture->memory_fd);
    }
    if (is_fine) {
        fputs(text, stderr);
        return;
    }
    struct buf out = {0};
    text[strcspn(text, "\n")] = '\0';
    buf_add_string(&out, "IPSLA UNKNOWN - ");
    add_plain(&out, text[0] == '\0' ? "wrong usage (ipsla probe --help)" : text);
    puts(buf_string(&out));
    buf_fini(&out);
}
