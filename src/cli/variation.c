/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/variation.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/values.h"
#include "operation/payload.h"

/* The one value of a set of one, with its sign. */
static int64_t signed_value(const struct jitter *jitter)
{
    return jitter->negative.count > 0 ? -jitter->max_ns : jitter->max_ns;
}

/* That of an operation that ends with these two: it has one sample at most. */
static struct cli_variation vary(const struct cli_result *result, uint32_t previous, uint32_t index)
{
    const struct round_rules rules = {
        .threshold_ns = result->spec->results.threshold_ns,
        .resolution_ns = payload_resolution_ns(result->spec),
    };
    const struct round_sinks sinks = {0};
    const struct samples pair = {
        .items = result->samples.items + previous,
        .count = index - previous + 1,
    };
    struct round round = {0};
    round_compute(&round, &pair, &rules, &sinks);
    return (struct cli_variation){
        .has_sd = round.sd.jitter.samples > 0,
        .has_ds = round.ds.jitter.samples > 0,
        .sd_ns = signed_value(&round.sd.jitter),
        .ds_ns = signed_value(&round.ds.jitter),
    };
}

struct cli_variation cli_variation_next(struct cli_variations *variations,
                                        const struct cli_result *result, uint32_t index)
{
    struct cli_variation variation = {0};
    const struct sample *sample = &result->samples.items[index];
    if (sample->fate != FATE_RECEIVED || !sample->has_remote_times) {
        return variation;
    }
    if (variations->has_previous) {
        variation = vary(result, variations->previous, index);
    }
    variations->has_previous = true;
    variations->previous = index;
    return variation;
}

size_t cli_sorted_jitters(const struct cli_result *result, bool is_ds, int64_t **out)
{
    struct cli_variations variations = {0};
    size_t count = 0;
    int64_t *values = mem_alloc(result->samples.count, sizeof *values);
    for (uint32_t i = 0; i < result->samples.count; i++) {
        struct cli_variation variation = cli_variation_next(&variations, result, i);
        if (is_ds ? variation.has_ds : variation.has_sd) {
            values[count++] = llabs(is_ds ? variation.ds_ns : variation.sd_ns);
        }
    }
    cli_sort(values, count);
    *out = values;
    return count;
}
