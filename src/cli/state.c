/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "explain/explain.h"

enum target_state cli_state(const struct cli_result *result)
{
    const struct limit_set *limits = &result->spec->results.limits;
    if (result->round->outcome != OUTCOME_OK) {
        return TARGET_FAILED;
    }
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        if (limit_exceeds(limits, SEVERITY_WARNING, (enum limit)i, result->round) ||
            limit_exceeds(limits, SEVERITY_CRITICAL, (enum limit)i, result->round)) {
            return TARGET_DEGRADED;
        }
    }
    return TARGET_OK;
}

void cli_add_reason(const struct cli_result *result, struct buf *out)
{
    if (result->round->outcome != OUTCOME_OK) {
        explain_failure(result->spec, result->round, result->unmatched[UNMATCHED_NONCE], out);
    } else {
        explain_limits(&result->spec->results.limits, result->round, out);
    }
}
