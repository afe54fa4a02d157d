/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Scenarios by subject: each runs a cmocka group and returns how many of its tests failed. */
#ifndef SIM_SCENARIOS_H
#define SIM_SCENARIOS_H

#include "sim/rig.h"
#include "support/cm.h"

int scenarios_world(void); /* the simulator itself */
int scenarios_path(void); /* what networks do to packets */
int scenarios_direction(void); /* in which direction packets are lost */
int scenarios_control(void); /* the handshake */
int scenarios_grant(void); /* how long the port is open; hosts that stand still */
int scenarios_clock(void); /* midnight, steps, drift */
int scenarios_trust(void); /* which clocks are believed */
int scenarios_schedule(void); /* phases, overruns */
int scenarios_reload(void); /* engine_apply */
int scenarios_responder(void); /* leases, limits, permanent ports */
int scenarios_tcp(void); /* connections */
int scenarios_sent(void); /* when packets really left */
int scenarios_voice(void); /* loss and delay as scores of a call */
int scenarios_icmp(void); /* echoes and timestamps that kernels answer */
int scenarios_echo(void); /* several in one operation */
int scenarios_us(void); /* precision microseconds */
int scenarios_ipv6(void); /* what differs from IPv4 */
int scenarios_auth(void); /* keys, version 2 */
int scenarios_discover(void); /* who answers among several */
int scenarios_impair(void); /* what a responder does wrong on purpose */
int scenarios_loops(void); /* responders that are set on each other */

/* The report of the only target of the first engine; the test fails when it has not run. */
const struct report *scenario_result(struct rig *rig);

/* The result of the first engine's only target after `ns`, compared in full with the truth. */
const struct round *scenario_run(struct rig *rig, int64_t ns);

/* Sender and responder over IPv6, 10 ms apart. */
#define SCENARIO_RESPONDER_IPV6 "2001:db8:2::2"
void scenario_init_ipv6(struct rig *rig);

/* A rule for nth packet of a class on the way from one node of a pair to the other. */
void scenario_rule(struct rig *rig, unsigned from, struct simnet_rule rule);
void scenario_drop_probe(struct rig *rig, unsigned from, uint64_t nth);

#endif
