/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/impair_value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "config/duration.h"
#include "impair/which.h"

#define BURSTS " in bursts of "
#define EVERY "every "
#define NUMBER_DIGITS_MAX 7
/* Digits behind the point of a percentage, down to a millionth of all. */
#define FRACTION_DIGITS_MAX 4
#define PERCENT (WHICH_ALL / 100)

static const char out_of_range[] = "is out of range";

/* Reads up to `max` digits, and moves *text behind them. False when there are none, or more. */
static bool read_digits(const char **text, size_t max, uint32_t *out)
{
    size_t digits = strspn(*text, "0123456789");
    *out = 0;
    for (size_t i = 0; i < digits && i < max; i++) {
        *out = *out * 10 + (uint32_t)((*text)[i] - '0');
    }
    *text += digits;
    return digits > 0 && digits <= max;
}

/* "0.25%": *text is moved behind it. */
static bool read_percent(const char **text, uint32_t *out)
{
    uint32_t whole, fraction = 0, unit = PERCENT;
    if (!read_digits(text, 3, &whole)) {
        return false;
    }
    if (**text == '.') {
        const char *start = ++*text;
        if (!read_digits(text, FRACTION_DIGITS_MAX, &fraction)) {
            return false;
        }
        for (size_t i = 0; i < (size_t)(*text - start); i++) {
            unit /= 10;
        }
    }
    *out = whole * PERCENT + fraction * unit;
    return *(*text)++ == '%';
}

const char *impair_parse_which(const char *text, int64_t *out)
{
    struct which which = {0};
    bool is_every = strncmp(text, EVERY, sizeof EVERY - 1) == 0;
    text += is_every ? sizeof EVERY - 1 : 0;
    if (!(is_every ? read_digits(&text, NUMBER_DIGITS_MAX, &which.every)
                   : read_percent(&text, &which.share))) {
        return "is neither a percentage such as 2% nor such as every 5";
    }
    bool is_burst = strncmp(text, BURSTS, sizeof BURSTS - 1) == 0;
    text += is_burst ? sizeof BURSTS - 1 : 0;
    if ((is_burst && !read_digits(&text, NUMBER_DIGITS_MAX, &which.burst)) || *text != '\0') {
        return "has something behind it that is not as in 2% in bursts of 3";
    }
    if (is_every ? which.every < 1 || which.every > WHICH_EVERY_MAX
                 : which.share < 1 || which.share > WHICH_ALL) {
        return out_of_range;
    }
    if (is_burst && (which.burst < 2 || which.burst > WHICH_BURST_MAX)) {
        return "has bursts that are not of 2 to 1000";
    }
    if (is_every && which.burst > which.every) {
        return "has bursts that are longer than what they are part of";
    }
    *out = which_pack(which);
    return NULL;
}

void impair_add_which(int64_t number, struct buf *out)
{
    const struct which which = which_unpack(number);
    if (which.every > 0) {
        buf_printf(out, EVERY "%" PRIu32, which.every);
    } else {
        buf_printf(out, "%" PRIu32, which.share / PERCENT);
        uint32_t fraction = which.share % PERCENT;
        if (fraction > 0) {
            buf_printf(out, ".%0*" PRIu32, FRACTION_DIGITS_MAX, fraction);
        }
        buf_add_char(out, '%');
    }
    if (which.burst > 0) {
        buf_printf(out, BURSTS "%" PRIu32, which.burst);
    }
}

const char *impair_parse_offset(const char *text, int64_t *out_ns)
{
    bool is_behind = text[0] == '-';
    int64_t ns;
    const char *problem = duration_parse(text + is_behind, &ns);
    if (problem == NULL && ns > IMPAIR_OFFSET_MAX_NS) {
        problem = out_of_range;
    }
    if (problem == NULL) {
        *out_ns = is_behind ? -ns : ns;
    }
    return problem;
}

void impair_add_offset(int64_t offset_ns, struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    buf_printf(out, "%s%s", offset_ns < 0 ? "-" : "",
               duration_format(offset_ns < 0 ? -offset_ns : offset_ns, text));
}

const char *impair_parse_drift(const char *text, int64_t *out_ppm)
{
    bool is_slow = text[0] == '-';
    uint32_t ppm;
    text += is_slow;
    if (!read_digits(&text, NUMBER_DIGITS_MAX, &ppm) || strcmp(text, "ppm") != 0) {
        return "is not a number of ppm such as 20ppm";
    }
    if (ppm > IMPAIR_DRIFT_MAX_PPM) {
        return out_of_range;
    }
    *out_ppm = is_slow ? -(int64_t)ppm : ppm;
    return NULL;
}
