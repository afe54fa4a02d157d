/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files of the probe machine share: the ends of its phases. Nobody else includes it. */
#ifndef PROBE_PHASE_H
#define PROBE_PHASE_H

#include "probe/probe.h"

/* The one channel of an operation, and that of its control connection. */
enum { PROBE_CHANNEL = 0, PROBE_STREAM = 1 };

/* A control request opens the port first. */
bool phase_has_handshake(const struct probe *probe);
/* The packets are those of a TCP connection. */
bool phase_is_connection(const struct probe *probe);

/* How what was said to be unreachable ends: the host lives, or it does not. */
enum outcome phase_unreachable(const struct probe *probe);

/* Ends the operation with `outcome`; what is open is closed by the next poll. */
void phase_finish(struct probe *probe, enum outcome outcome, struct mono end);

/* The deadline of the phase that begins, or of its next try. */
void phase_wait_until(struct probe *probe, struct mono deadline);

/* When SETTLE ends: a moment after the last answer, or when late replies are no longer waited for.
 */
struct mono phase_settle_deadline(const struct probe *probe);

/* All packets are sent. */
void phase_settle(struct probe *probe);

/* Other targets may be measured from the same port. */
bool phase_may_share(const struct probe *probe);

/* How many random bits our port has for who may not see it: none when it is configured, or when
 * other targets are measured from it. */
unsigned phase_port_bits(const struct probe *probe);

/* An answer that repeats so many random bits, the port's among them, was not guessed. */
#define PHASE_PROOF_BITS 20

/* The query is answered, or nobody waits for that any longer: the train has a channel of its own.
 */
void phase_end_query(struct probe *probe);

/* The packets' channel is open: the control connection begins. */
void phase_negotiate(struct probe *probe, struct instant now);

/* What came or happened on the control connection. */
void phase_input_stream(struct probe *probe, const struct ev *ev, struct instant now);

/* What there is to do on the control connection; false: nothing. */
bool phase_poll_stream(struct probe *probe, struct fx *fx);

/* How a TCP connection that never was ends. */
enum outcome phase_connect_outcome(int error);

/* Ends the operation with the refusal that was heard. */
void phase_refuse(struct probe *probe);

/* Ends the operation with what the train says of its packets. */
void phase_finish_train(struct probe *probe);

#endif
