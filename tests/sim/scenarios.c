/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/scenarios.h"

const struct report *scenario_result(struct rig *rig)
{
    const struct report *report = rig_report(rig, 0, 0);
    assert_true(report->has_run);
    return report;
}

const struct round *scenario_run(struct rig *rig, int64_t ns)
{
    char text[200];
    struct expectation expected;
    world_run(&rig->world, ns);
    const struct report *report = scenario_result(rig);
    const struct truth_run *run = rig_truth(rig, 0, report->spec);
    assert_non_null(run);
    assert_false(run->is_open);
    truth_expect(run, report->spec, &expected);
    struct rig_scope scope = {expected.is_direction_known, expected.is_direction_known};
    const char *difference =
        round_difference(&report->latest, &expected, scope, text, sizeof(text));
    if (difference != NULL) {
        fail_msg("%s", difference);
    }
    assert_null(round_imbalance(&report->latest));
    assert_null(tally_imbalance(&report->tally));
    return &report->latest;
}

void scenario_rule(struct rig *rig, unsigned from, struct simnet_rule rule)
{
    unsigned to = from == RIG_SENDER ? RIG_RESPONDER : RIG_SENDER;
    simnet_link_rule(simnet_link(&rig->world.net, from, to), rule);
}

void scenario_drop_probe(struct rig *rig, unsigned from, uint64_t nth)
{
    scenario_rule(rig, from, (struct simnet_rule){SIMNET_PROBE, nth, SIMNET_DROP, 0});
}

int main(void)
{
    int failures = scenarios_world();
    failures += scenarios_path();
    failures += scenarios_direction();
    failures += scenarios_control();
    failures += scenarios_grant();
    failures += scenarios_clock();
    failures += scenarios_trust();
    failures += scenarios_schedule();
    failures += scenarios_reload();
    failures += scenarios_responder();
    failures += scenarios_tcp();
    failures += scenarios_sent();
    failures += scenarios_voice();
    failures += scenarios_us();
    failures += scenarios_ipv6();
    failures += scenarios_auth();
    failures += scenarios_discover();
    failures += scenarios_icmp();
    failures += scenarios_echo();
    failures += scenarios_impair();
    failures += scenarios_loops();
    return failures == 0 ? 0 : 1;
}
