/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/limit.h"

#include <stdlib.h>
#include <string.h>

#include "config/duration.h"

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
    double percent;
    if (!parse_decimal(text, "%", &percent) || percent > 100) {
        return false;
    }
    *out = percent / 100;
    return true;
}

static bool parse_score(const char *text, double *out)
{
    return parse_decimal(text, "", out) && *out >= 1 && *out <= 5;
}

static const struct kind {
    bool (*parse)(const char *text, double *out);
    const char *allowed;
} share = {parse_percent, "a percentage, for example 1%"},
  delay = {parse_duration, "a duration, for example 150ms"},
  variation = {parse_duration, "a duration, for example 30ms"},
  score = {parse_score, "1 to 5, for example 3.6"};

static const struct row {
    const struct kind *kind;
    unsigned results; /* that the operation must have */
    const char *needs;
} rows[LIMIT_COUNT] = {
    [LIMIT_LOSS] = {&share, 0, NULL},
    [LIMIT_LOSS_SD] = {&share, RESULT_DIRECTION, "an operation that tells directions"},
    [LIMIT_LOSS_DS] = {&share, RESULT_DIRECTION, "an operation that tells directions"},
    [LIMIT_RTT] = {&delay, 0, NULL},
    [LIMIT_JITTER] = {&variation, RESULT_JITTER, "a jitter operation"},
    [LIMIT_JITTER_SD] = {&variation, RESULT_JITTER, "a jitter operation"},
    [LIMIT_JITTER_DS] = {&variation, RESULT_JITTER, "a jitter operation"},
    [LIMIT_ONE_WAY] = {&delay, RESULT_ONE_WAY, "a jitter operation"},
    [LIMIT_ONE_WAY_SD] = {&delay, RESULT_ONE_WAY, "a jitter operation"},
    [LIMIT_ONE_WAY_DS] = {&delay, RESULT_ONE_WAY, "a jitter operation"},
    [LIMIT_MOS] = {&score, 0, NULL},
};

bool limit_find(const char *name, enum limit *out)
{
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        if (strcmp(name, limit_name((enum limit)i)) == 0) {
            *out = (enum limit)i;
            return true;
        }
    }
    *out = LIMIT_RTT;
    return strcmp(name, "rta") == 0;
}

bool limit_parse(enum limit limit, const char *text, double *out)
{
    return rows[limit].kind->parse(text, out);
}

const char *limit_allowed(enum limit limit)
{
    return rows[limit].kind->allowed;
}

void limit_add_range(enum limit limit, struct buf *out)
{
    buf_printf(out, "%s, or [warning, critical], each of which may be none", limit_allowed(limit));
}

const char *limit_needs(enum limit limit, const struct operation *operation, bool has_codec)
{
    if (limit == LIMIT_MOS) {
        return has_codec ? NULL : "codec";
    }
    return (operation->results & rows[limit].results) == rows[limit].results ? NULL
                                                                             : rows[limit].needs;
}
