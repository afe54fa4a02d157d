/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/limit.h"

/* The unit of a value, for people. */
enum unit { UNIT_SHARE, UNIT_SECONDS, UNIT_SCORE };

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static bool share_of_sent(const struct round *round, uint32_t count, double *out)
{
    *out = round->sent > 0 ? (double)count / round->sent : 0;
    return round->sent > 0;
}

static bool measure_loss(const struct round *round, double *out)
{
    return share_of_sent(round, round->sent - round->received - round->dropped_here, out);
}

static bool measure_loss_sd(const struct round *round, double *out)
{
    return share_of_sent(round, round->sd.lost, out);
}

static bool measure_loss_ds(const struct round *round, double *out)
{
    return share_of_sent(round, round->ds.lost, out);
}

static bool measure_rtt(const struct round *round, double *out)
{
    *out = moments_average_ns(&round->rtt) / 1e9;
    return round->rtt.count > 0;
}

static bool measure_jitter_sd(const struct round *round, double *out)
{
    *out = jitter_average_ns(&round->sd.jitter) / 1e9;
    return round->sd.jitter.samples > 0;
}

static bool measure_jitter_ds(const struct round *round, double *out)
{
    *out = jitter_average_ns(&round->ds.jitter) / 1e9;
    return round->ds.jitter.samples > 0;
}

static bool measure_one_way_sd(const struct round *round, double *out)
{
    *out = moments_average_ns(&round->sd.delay) / 1e9;
    return round->sd.delay.count > 0;
}

static bool measure_one_way_ds(const struct round *round, double *out)
{
    *out = moments_average_ns(&round->ds.delay) / 1e9;
    return round->ds.delay.count > 0;
}

/* The worse of the two: a direction without a value is 0. */
static bool measure_jitter(const struct round *round, double *out)
{
    double sd, ds;
    bool has_sd = measure_jitter_sd(round, &sd), has_ds = measure_jitter_ds(round, &ds);
    *out = larger(sd, ds);
    return has_sd || has_ds;
}

static bool measure_one_way(const struct round *round, double *out)
{
    double sd, ds;
    bool has_sd = measure_one_way_sd(round, &sd), has_ds = measure_one_way_ds(round, &ds);
    *out = larger(sd, ds);
    return has_sd || has_ds;
}

static bool measure_mos(const struct round *round, double *out)
{
    *out = round->voice.mos_hundredths / 100.0;
    return round->voice.is_scored;
}

static const struct limit_row {
    const char *name;
    enum unit unit;
    bool (*measure)(const struct round *round, double *out);
} rows[LIMIT_COUNT] = {
    [LIMIT_LOSS] = {"loss", UNIT_SHARE, measure_loss},
    [LIMIT_LOSS_SD] = {"loss_sd", UNIT_SHARE, measure_loss_sd},
    [LIMIT_LOSS_DS] = {"loss_ds", UNIT_SHARE, measure_loss_ds},
    [LIMIT_RTT] = {"rtt", UNIT_SECONDS, measure_rtt},
    [LIMIT_JITTER] = {"jitter", UNIT_SECONDS, measure_jitter},
    [LIMIT_JITTER_SD] = {"jitter_sd", UNIT_SECONDS, measure_jitter_sd},
    [LIMIT_JITTER_DS] = {"jitter_ds", UNIT_SECONDS, measure_jitter_ds},
    [LIMIT_ONE_WAY] = {"one_way", UNIT_SECONDS, measure_one_way},
    [LIMIT_ONE_WAY_SD] = {"one_way_sd", UNIT_SECONDS, measure_one_way_sd},
    [LIMIT_ONE_WAY_DS] = {"one_way_ds", UNIT_SECONDS, measure_one_way_ds},
    [LIMIT_MOS] = {"mos", UNIT_SCORE, measure_mos},
};

const char *limit_name(enum limit limit)
{
    return rows[limit].name;
}

const char *severity_name(enum severity severity)
{
    return severity == SEVERITY_CRITICAL ? "critical" : "warning";
}

void limit_put(struct limit_set *set, enum severity severity, enum limit limit, double value)
{
    set->is_set[severity][limit] = true;
    set->value[severity][limit] = value;
}

bool limit_set_is_equal(const struct limit_set *a, const struct limit_set *b)
{
    bool is_equal = a->consecutive == b->consecutive;
    for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            is_equal =
                is_equal && a->is_set[s][i] == b->is_set[s][i] && a->value[s][i] == b->value[s][i];
        }
    }
    return is_equal;
}

bool limit_measure(enum limit limit, const struct round *round, double *out)
{
    return rows[limit].measure(round, out);
}

bool limit_is_worse(enum limit limit, double value, double bound)
{
    return limit == LIMIT_MOS ? value < bound : value > bound;
}

bool limit_exceeds(const struct limit_set *set, enum severity severity, enum limit limit,
                   const struct round *round)
{
    double value;
    return set->is_set[severity][limit] && limit_measure(limit, round, &value) &&
           limit_is_worse(limit, value, set->value[severity][limit]);
}

void limit_add_value(enum limit limit, double value, struct buf *out)
{
    switch (rows[limit].unit) {
    case UNIT_SHARE:
        buf_printf(out, "%.4g%%", value * 100);
        break;
    case UNIT_SECONDS:
        buf_printf(out, "%.3f ms", value * 1e3);
        break;
    case UNIT_SCORE:
        buf_printf(out, "%.2f", value);
        break;
    }
}

static void take(struct limit_watch *watch, enum severity severity, enum limit limit,
                 bool is_exceeded, unsigned consecutive)
{
    bool *state = &watch->is_exceeded[severity][limit];
    uint8_t *streak = &watch->streak[severity][limit];
    if (is_exceeded == *state) {
        *streak = 0;
        return;
    }
    (*streak)++;
    if (*streak >= consecutive) {
        *state = is_exceeded;
        *streak = 0;
    }
}

void limit_watch_take(struct limit_watch *watch, const struct limit_set *set,
                      const struct round *round)
{
    unsigned consecutive = set->consecutive == 0 ? 1 : set->consecutive;
    for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            if (set->is_set[s][i]) {
                bool is_exceeded = limit_exceeds(set, (enum severity)s, (enum limit)i, round);
                take(watch, (enum severity)s, (enum limit)i, is_exceeded, consecutive);
            }
        }
    }
}

void limit_watch_keep(struct limit_watch *watch, const struct limit_set *set)
{
    for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            watch->is_exceeded[s][i] = watch->is_exceeded[s][i] && set->is_set[s][i];
            watch->streak[s][i] = set->is_set[s][i] ? watch->streak[s][i] : 0;
        }
    }
}

bool limit_watch_is_exceeded(const struct limit_watch *watch)
{
    for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            if (watch->is_exceeded[s][i]) {
                return true;
            }
        }
    }
    return false;
}
