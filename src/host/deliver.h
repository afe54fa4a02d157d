/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Delivers to the machine what came from the kernel: datagrams, ICMP errors and transmit
 * timestamps, each with the best timestamp available (adapter, else kernel, else our own clock).
 * Host's thread only. The machine must be polled after each delivery, except after EV_SENT. */
#ifndef HOST_DELIVER_H
#define HOST_DELIVER_H

#include <stdbool.h>

#include "host/state.h"

/* The stream of `endpoint` is over (errno value; 0: its peer closed it). Says so to the machine
 * once, and hears no more of it. */
void deliver_end(struct host *host, struct endpoint *endpoint, int error);

/* Passes `ev` to the machine, as of now or as of `now`. */
void deliver_event(struct host *host, const struct ev *ev);
void deliver_event_at(struct host *host, const struct ev *ev, struct instant now);

/* Delivers a datagram that was received for `channel`. A datagram of a raw ICMP socket that is too
 * short for its IP header is dropped. Call deliver_read_clocks after receiving it. */
void deliver_datagram(struct host *host, const struct channel *channel,
                      const struct sock_datagram *datagram, struct instant now);

/* Reads the clocks against which the timestamps of `endpoint` are converted. Call it right after
 * the datagrams were received. */
void deliver_read_clocks(struct host *host, struct endpoint *endpoint);

/* Reads the error queue of `endpoint`, at most BATCH_MAX messages, and delivers what they report.
 * True when the machine must be polled: a transmit timestamp alone does not need it. */
bool deliver_notices(struct host *host, struct endpoint *endpoint);

#endif
