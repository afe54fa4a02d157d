/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The rules of what goes wrong on purpose: their life, and what they say of control requests. What
 * becomes of packets: machine.c. */
#include "reflect/impaired.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reflect/state.h"

void reflect_start_impaired(struct reflect *reflect)
{
    const struct impair_settings *settings = &reflect->settings.impair;
    reflect->stats.impair_rules = settings->rule_count;
    if (reflect->impaired == NULL && settings->rule_count == 0) {
        return;
    }
    if (reflect->impaired == NULL) {
        reflect->impaired = mem_alloc(1, sizeof *reflect->impaired);
        reflect->impaired->impair.counts = reflect->stats.impairments;
    }
    struct impaired *impaired = reflect->impaired;
    impaired->has_begun =
        impaired->has_begun && impair_settings_are_equal(&impaired->impair.settings, settings);
}

void reflect_end_impaired(struct reflect *reflect)
{
    if (reflect->impaired != NULL) {
        hold_fini(&reflect->impaired->hold);
        free(reflect->impaired->leaving);
        free(reflect->impaired);
    }
}

struct impair *reflect_impair_rules(struct reflect *reflect, struct mono now)
{
    struct impaired *impaired = reflect->impaired;
    if (!impaired->has_begun) {
        impair_begin(&impaired->impair, &reflect->settings.impair, now);
        impaired->has_begun = true;
    }
    return &impaired->impair;
}

enum reflect_result reflect_impair_request(struct reflect *reflect, const struct opening *to,
                                           struct mono now)
{
    static const enum reflect_result results[] = {
        [IMPAIR_REFUSE_FAILED] = RESULT_FAILED,
        [IMPAIR_REFUSE_AUTH] = RESULT_AUTH,
        [IMPAIR_REFUSE_PORT_IN_USE] = RESULT_PORT_IN_USE,
    };
    const struct impair_flow flow = {&to->peer, to->wanted_port};
    enum impair_refusal reason = IMPAIR_REFUSE_FAILED;
    switch (impair_judge_request(reflect_impair_rules(reflect, now), flow, now, &reason)) {
    case IMPAIR_REFUSAL:
        return results[reason];
    case IMPAIR_NO_ANSWER:
        return REFLECT_RESULT_COUNT;
    case IMPAIR_ANSWER:
        break;
    }
    return RESULT_ACCEPTED;
}
