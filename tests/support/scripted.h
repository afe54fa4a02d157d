/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine that performs a script of effects and records the events, run by the real host.
 * Machine, loop and the other side of each conversation (the client) share one thread: the hook
 * plays the other side. */
#ifndef SUPPORT_SCRIPTED_H
#define SUPPORT_SCRIPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/host.h"

#define SCRIPTED_SEEN_MAX 512
#define SCRIPTED_EFFECTS_MAX 16
#define SCRIPTED_HELLO_BYTES 5

struct scripted {
    struct fx script[SCRIPTED_EFFECTS_MAX];
    size_t scripted, performed;
    struct ev seen[SCRIPTED_SEEN_MAX]; /* without bytes */
    size_t seen_count;
    size_t polls;
    bool awaits_open; /* FX_OPEN not answered yet */
    bool awaits_poll; /* EV_DATA not followed by a poll yet */
    struct mono last_now;
    struct mono deadline;
    struct mono fired; /* first poll at or after the deadline */
    bool is_stuck; /* never moves its deadline */
    void (*react)(struct scripted *fake, const struct ev *ev);

    struct host *host;
    struct mono give_up;
    bool is_over;
    void (*play)(struct scripted *fake); /* the other side, about every millisecond */
    struct io_stats stats; /* of the host, after scripted_run */
    int client; /* its socket */
    struct addr client_addr;
};

/* Two channels of different owners, and what is sent on them. */
extern const struct channel_id scripted_first, scripted_second;
extern const uint8_t scripted_hello[SCRIPTED_HELLO_BYTES];

/* Opens the client's socket; scripted_run closes it. */
void scripted_init(struct scripted *fake);

struct machine scripted_machine(struct scripted *fake);

/* Runs until `is_over`; fails when that takes too long. */
void scripted_run(struct scripted *fake);

/* Adds an effect to the script. */
void script_effect(struct scripted *fake, struct fx fx);
void script_open(struct scripted *fake, struct channel_id id);
void script_send(struct scripted *fake, struct channel_id id, const struct addr *peer);
void script_close(struct scripted *fake, struct channel_id id);

/* The client sends hello, and has received it. */
void client_send(struct scripted *fake, const struct addr *to);
bool client_receives(struct scripted *fake);

size_t count_events(const struct scripted *fake, enum ev_kind kind);

/* For `play`: it is over when the whole script has been performed. */
void play_until_all_performed(struct scripted *fake);

/* For `react`: the first channel closes on its first datagram. */
void react_close(struct scripted *fake, const struct ev *ev);

#endif
