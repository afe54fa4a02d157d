/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/nagios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/limit.h"
#include "operation/operation.h"

#define LIMIT_TEXT_MAX 64
#define REASON_MAX 1024

static const char *const state_names[] = {
    [CLI_STATE_OK] = "OK",
    [CLI_STATE_WARNING] = "WARNING",
    [CLI_STATE_CRITICAL] = "CRITICAL",
    [CLI_STATE_UNKNOWN] = "UNKNOWN",
};

/* One "name=value"; cuts `text` at the equals sign. */
static bool parse_limit(char *text, enum severity severity, struct spec *spec, struct buf *problem)
{
    enum limit limit;
    double value;
    char *equals = strchr(text, '=');
    bool has_codec = spec->packets.codec != VOICE_CODEC_NONE;
    if (equals != NULL) {
        *equals = '\0';
    }
    if (equals == NULL || !limit_find(text, &limit)) {
        buf_add_string(problem, "is not a list of");
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            buf_printf(problem, "%s%s=", i == 0 ? " " : ", ", limit_name((enum limit)i));
        }
        return false;
    }
    if (spec->results.limits.is_set[severity][limit]) {
        buf_printf(problem, "has %s twice", limit_name(limit));
        return false;
    }
    const char *needs = limit_needs(limit, spec->operation, has_codec);
    if (needs != NULL) {
        buf_printf(problem, "has %s, which needs %s%s", limit_name(limit),
                   limit == LIMIT_MOS ? "--" : "", needs);
        return false;
    }
    if (!limit_parse(limit, equals + 1, &value)) {
        buf_printf(problem, "has a %s that is not %s", limit_name(limit), limit_allowed(limit));
        return false;
    }
    limit_put(&spec->results.limits, severity, limit, value);
    return true;
}

bool cli_limits_parse(const char *text, enum severity severity, struct spec *spec,
                      struct buf *problem)
{
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        spec->results.limits.is_set[severity][i] = false;
    }
    for (;;) {
        char part[LIMIT_TEXT_MAX];
        size_t length = strcspn(text, ",");
        if (length >= sizeof part) {
            buf_add_string(problem, "is too long");
            return false;
        }
        memcpy(part, text, length);
        part[length] = '\0';
        if (!parse_limit(part, severity, spec, problem)) {
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
    const char *words; /* NULL: among the performance data only */
    const char *label;
    enum limit limit; /* its own, */
    enum limit general; /* or that of both directions together, where it has none */
    bool has_limit; /* the limits are about it */
};

/* The line as it grows: its words and its performance data. */
struct line {
    const struct limit_set *limits;
    enum cli_state state;
    struct buf words, data;
};

/* The limit of a severity that goes for the measure; NULL when there is none. */
static const double *find_bound(const struct line *line, const struct measure *measure,
                                enum severity severity)
{
    const struct limit_set *limits = line->limits;
    if (!measure->has_limit) {
        return NULL;
    }
    if (limits->is_set[severity][measure->limit]) {
        return &limits->value[severity][measure->limit];
    }
    return limits->is_set[severity][measure->general] ? &limits->value[severity][measure->general]
                                                      : NULL;
}

static bool is_share(enum limit limit)
{
    return limit == LIMIT_LOSS || limit == LIMIT_LOSS_SD || limit == LIMIT_LOSS_DS;
}

/* Times to the nanosecond, percentages and scores to the hundredth, without zeros at the end. */
static void add_number(struct buf *out, enum limit limit, double value)
{
    bool is_fine = !is_share(limit) && limit != LIMIT_MOS;
    char text[64];
    int length =
        snprintf(text, sizeof text, "%.*f", is_fine ? 9 : 2, is_share(limit) ? value * 100 : value);
    while (text[length - 1] == '0') {
        length--;
    }
    if (text[length - 1] == '.') {
        length--;
    }
    text[length] = '\0';
    buf_add_string(out, text);
}

static void add_threshold(struct line *line, const struct measure *measure, enum severity severity)
{
    const double *bound = find_bound(line, measure, severity);
    buf_add_char(&line->data, ';');
    if (bound != NULL) {
        add_number(&line->data, measure->limit, *bound);
        buf_add_string(&line->data, measure->limit == LIMIT_MOS ? ":" : "");
    }
}

static void add_data(struct line *line, const struct measure *measure, double value)
{
    bool is_score = measure->limit == LIMIT_MOS;
    bool is_percent = is_share(measure->limit);
    buf_printf(&line->data, "%s%s=", line->data.size > 0 ? " " : "", measure->label);
    add_number(&line->data, measure->limit, value);
    buf_add_string(&line->data, is_percent ? "%" : is_score ? "" : "s");
    add_threshold(line, measure, SEVERITY_WARNING);
    add_threshold(line, measure, SEVERITY_CRITICAL);
    buf_add_string(&line->data, is_percent ? ";0;100" : is_score ? ";1;5" : ";0");
}

static void judge(struct line *line, const struct measure *measure, double value)
{
    static const enum cli_state states[] = {
        [SEVERITY_WARNING] = CLI_STATE_WARNING, [SEVERITY_CRITICAL] = CLI_STATE_CRITICAL};
    for (unsigned s = SEVERITY_COUNT; s-- > 0;) {
        const double *bound = find_bound(line, measure, (enum severity)s);
        if (bound != NULL && limit_is_worse(measure->limit, value, *bound)) {
            buf_printf(&line->words, " (%s ", measure->limit == LIMIT_MOS ? "below" : "above");
            limit_add_value(measure->limit, *bound, &line->words);
            buf_add_char(&line->words, ')');
            line->state = states[s] > line->state ? states[s] : line->state;
            return;
        }
    }
}

static void add_measure(struct line *line, const struct measure *measure, double value)
{
    add_data(line, measure, value);
    if (measure->words != NULL) {
        buf_printf(&line->words, "%s%s ", line->words.size > 0 ? ", " : "", measure->words);
        limit_add_value(measure->limit, value, &line->words);
        judge(line, measure, value);
    }
}

static void add_rtt(struct line *line, const struct moments *rtt)
{
    static const struct measure average = {"rtt", "rtt", LIMIT_RTT, LIMIT_RTT, true};
    static const struct measure min = {NULL, "rtt_min", LIMIT_RTT, LIMIT_RTT, false};
    static const struct measure max = {NULL, "rtt_max", LIMIT_RTT, LIMIT_RTT, false};
    add_measure(line, &average, moments_average_ns(rtt) / 1e9);
    add_measure(line, &min, (double)rtt->min_ns / 1e9);
    add_measure(line, &max, (double)rtt->max_ns / 1e9);
}

static bool has_bound(const struct line *line, const struct measure *measure)
{
    return find_bound(line, measure, SEVERITY_WARNING) != NULL ||
           find_bound(line, measure, SEVERITY_CRITICAL) != NULL;
}

/* What stands behind the round trip, in this order. */
static const struct {
    struct measure measure;
    bool is_optional; /* there when it has a limit */
} measures[] = {
    {{"loss", "loss", LIMIT_LOSS, LIMIT_LOSS, true}, false},
    {{"loss SD", "loss_sd", LIMIT_LOSS_SD, LIMIT_LOSS_SD, true}, true},
    {{"loss DS", "loss_ds", LIMIT_LOSS_DS, LIMIT_LOSS_DS, true}, true},
    {{"jitter SD", "jitter_sd", LIMIT_JITTER_SD, LIMIT_JITTER, true}, false},
    {{"jitter DS", "jitter_ds", LIMIT_JITTER_DS, LIMIT_JITTER, true}, false},
    {{"one-way SD", "one_way_sd", LIMIT_ONE_WAY_SD, LIMIT_ONE_WAY, true}, true},
    {{"one-way DS", "one_way_ds", LIMIT_ONE_WAY_DS, LIMIT_ONE_WAY, true}, true},
    {{"MOS", "mos", LIMIT_MOS, LIMIT_MOS, true}, false},
};

static void add_measures(struct line *line, const struct cli_result *result)
{
    double value;
    if (result->round->rtt.count > 0) {
        add_rtt(line, &result->round->rtt);
    }
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        const struct measure *measure = &measures[i].measure;
        bool is_there = !measures[i].is_optional || has_bound(line, measure);
        if (is_there && limit_measure(measure->limit, result->round, &value)) {
            add_measure(line, measure, value);
        }
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

enum cli_state cli_nagios_format(const struct cli_result *result, struct buf *out)
{
    struct line line = {.limits = &result->spec->results.limits};
    struct buf reason = {0};
    enum outcome outcome = result->round->outcome;
    line.state = outcome_state(outcome);
    add_measures(&line, result);
    cli_add_reason(result, &reason);
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
