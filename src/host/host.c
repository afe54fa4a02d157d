/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The loop. One turn is: wait for sockets, the timer or a wake (libevent); give each thing that
 * happened to the machine, and after each poll the machine until it has nothing more to do; send
 * what it wants sent; call the hook; poll again, because the hook may have changed the machine.
 *
 * The clock is read before each poll, so each effect knows its time. What may wait is collected and
 * leaves when the machine has nothing more to do, one system call for each socket; the kernel tells
 * when each packet really left. A busy socket gives up to BATCH_MAX datagrams a turn and then lets
 * others have theirs; libevent reports it again, since it waits for levels, not edges.
 *
 * Sockets. A channel that may share one joins the first shared socket that is bound and set up
 * alike and has no channel to the same peer; its datagrams find it by who sent them. Every other
 * channel has a socket of its own: a closed channel's late data goes where its descriptor went.
 *
 * Waking. Each wake-up costs more than sending a packet. A host with a tick (host_set_tick) spends
 * them from an allowance: one a tick, and some saved. While there is any, it wakes for each
 * deadline and each datagram when they come, so a few targets are measured on time; when there is
 * none it sleeps until the next tick, and everything that came or became due by then is done
 * together, late by a tick at most. When that goes on (host/wakes.h), it does not even have the
 * kernel tell of the shared sockets, which costs for each packet, and reads them at each tick.
 * Arrival times do not suffer: they are the kernel's. Where they are the thread's own
 * (connections), it wakes for everything.
 *
 * Timer: deadlines are nanoseconds, libevent's timeouts microseconds: rounded up, since waking
 * early would only mean waking twice. With precise timers libevent waits on a timerfd. */
#include "host/host.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/entropy.h"
#include "host/host_state.h"
#include "host/tcp.h"

/* Batches taken from one socket at a tick. */
#define ROUNDS_MAX 16

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_connected(evutil_socket_t fd, short what, void *context);
static void on_connection(evutil_socket_t fd, short what, void *context);

static struct event *event_for(struct host *host, struct endpoint *endpoint)
{
    switch (endpoint->transport) {
    case TRANSPORT_TCP_CONNECT:
        return event_new(host->base, endpoint->fd, EV_WRITE, on_connected, endpoint);
    case TRANSPORT_TCP_LISTEN:
        return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_connection, endpoint);
    case TRANSPORT_UDP:
    case TRANSPORT_ICMP_ECHO:
    case TRANSPORT_ICMP_TIMESTAMP:
        break;
    }
    return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_readable, endpoint);
}

bool host_watch(struct host *host, struct endpoint *endpoint)
{
    bool is_read_at_ticks = endpoint->is_shared && !host->watches_shared;
    endpoint->waiting = event_for(host, endpoint);
    return endpoint->waiting != NULL &&
           (is_read_at_ticks || event_add(endpoint->waiting, NULL) == 0);
}

void host_unwatch(struct endpoint *endpoint)
{
    if (endpoint->waiting != NULL) {
        event_free(endpoint->waiting);
        endpoint->waiting = NULL;
    }
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    int count = host_receive_data(host, endpoint);
    host->has_more |= count == BATCH_MAX;
    if (endpoint->fd >= 0 && (count == 0 || endpoint->awaited > 0)) {
        host_receive_notices(host, endpoint);
    }
    host_drain(host);
}

/* The handshake of TCP has ended, one way or the other: this is t4. */
static void on_connected(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    struct ev ev = {
        .kind = EV_OPENED,
        .id = endpoint->only->id,
        .local = endpoint->bound,
        .received = {.at = clock_now(), .source = STAMP_USER},
        .started = endpoint->started,
    };
    int error = tcp_result(fd);
    endpoint->is_connecting = false;
    if (error != 0) {
        ev.kind = EV_ERROR;
        ev.error = -error;
        host_close_channel(host, endpoint->only);
    }
    host_give(host, &ev);
    host_drain(host);
}

static void on_connection(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    const struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    for (int i = 0; i < BATCH_MAX && endpoint->only != NULL; i++) {
        struct ev ev = {.kind = EV_DATA, .id = endpoint->only->id};
        if (tcp_accept(fd, &host->spare_fd, &ev.peer, &ev.local) != 0) {
            return;
        }
        ev.received = (struct stamp){.at = clock_now(), .source = STAMP_USER};
        host_give(host, &ev);
        host_drain(host);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    /* The turn polls the machine in any case. */
    (void)fd;
    (void)what;
    (void)context;
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    (void)context;
    uint64_t count;
    /* Only the reset matters; the turn goes on to the hook in any case. */
    ssize_t size = read(fd, &count, sizeof count);
    (void)size;
}

static struct event_base *base_new(void)
{
    struct event_base *base = NULL;
    struct event_config *config = event_config_new();
    if (config != NULL) {
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK |
                                          EVENT_BASE_FLAG_IGNORE_ENV);
        base = event_base_new_with_config(config);
        event_config_free(config);
    }
    return base;
}

/* False with errno set when the system refuses. */
static bool events_new(struct host *host)
{
    host->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (host->wake_fd < 0) {
        return false;
    }
    host->base = base_new();
    if (host->base == NULL) {
        return false;
    }
    host->timer = evtimer_new(host->base, on_timer, host);
    host->wake = event_new(host->base, host->wake_fd, EV_READ | EV_PERSIST, on_wake, host);
    return host->timer != NULL && host->wake != NULL && event_add(host->wake, NULL) == 0;
}

static void draw_key(struct host *host)
{
    uint8_t key[SIPHASH_KEY_BYTES];
    entropy_fill(key, sizeof key);
    host->key = siphash_key(key);
}

struct host *host_new(struct machine machine, struct host_hook hook)
{
    struct host *host = mem_alloc(1, sizeof *host);
    host->machine = machine;
    host->hook = hook;
    draw_key(host);
    outbox_init(&host->outbox);
    host->batch = batch_new();
    clock_read(&host->clock);
    host->spare_fd = tcp_spare();
    host->watches_shared = true;
    if (!events_new(host)) {
        int error = errno;
        host_free(host);
        errno = error;
        return NULL;
    }
    return host;
}

void host_free(struct host *host)
{
    if (host == NULL) {
        return;
    }
    for (struct channel *channel; (channel = channels_any(&host->channels)) != NULL;) {
        host_close_channel(host, channel);
    }
    host_free_closed(host);
    channels_fini(&host->channels);
    if (host->timer != NULL) {
        event_free(host->timer);
    }
    if (host->wake != NULL) {
        event_free(host->wake);
    }
    if (host->base != NULL) {
        event_base_free(host->base);
    }
    if (host->wake_fd >= 0) {
        close(host->wake_fd);
    }
    if (host->spare_fd >= 0) {
        close(host->spare_fd);
    }
    outbox_fini(&host->outbox);
    batch_free(host->batch);
    free(host);
}

static void arm(struct host *host, struct mono wish)
{
    struct mono due = mono_min(host->machine.ops->deadline(host->machine.self), wish);
    if (due.ns == MONO_NEVER.ns) {
        event_del(host->timer);
        return;
    }
    int64_t left_ns = mono_diff(due, clock_mono());
    int64_t left_us = left_ns <= 0 ? 0 : (left_ns - 1) / NS_PER_US + 1;
    struct timeval timeout = {
        .tv_sec = left_us / (NS_PER_SECOND / NS_PER_US),
        .tv_usec = left_us % (NS_PER_SECOND / NS_PER_US),
    };
    event_add(host->timer, &timeout);
}

static void sleep_until(struct mono until)
{
    struct timespec at = {until.ns / NS_PER_SECOND, until.ns % NS_PER_SECOND};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* Whether libevent is to tell of the shared sockets: a busy loop looks at them at every tick. When
 * the system has no room for that, it goes on as if it were busy. */
static void watch_shared(struct host *host, bool is_watched)
{
    bool is_told = is_watched;
    for (struct endpoint *at = host->shared; at != NULL; at = at->next) {
        if (!is_watched) {
            event_del(at->waiting);
        } else if (event_add(at->waiting, NULL) != 0) {
            is_told = false;
        }
    }
    host->watches_shared = is_told;
    host->wakes.is_busy = !is_told;
}

/* Takes a wake-up from the allowance, and sleeps until there is one. */
static void spend_wake(struct host *host)
{
    struct wakes *wakes = &host->wakes;
    if (host->prompt > 0) {
        wakes_calm(wakes);
    } else {
        struct mono now = clock_mono();
        struct mono until = wakes_take(wakes, now);
        if (mono_is_before(now, until)) {
            sleep_until(until);
        }
    }
    if (wakes->is_busy == host->watches_shared) {
        watch_shared(host, !wakes->is_busy);
    }
}

/* All that has come; sockets may be closed and opened on the way. */
static void read_shared(struct host *host)
{
    for (struct endpoint *at = host->shared; at != NULL; at = at->next) {
        int count = BATCH_MAX;
        for (int i = 0; i < ROUNDS_MAX && at->fd >= 0 && count == BATCH_MAX; i++) {
            count = host_receive_data(host, at);
        }
        host->has_more |= count == BATCH_MAX;
        if (at->fd >= 0) {
            host_receive_notices(host, at);
        }
    }
}

static void wait_for_events(struct host *host, struct mono wish)
{
    int flags = EVLOOP_ONCE;
    if (!host->has_more) {
        spend_wake(host);
    }
    if (host->has_more || !host->watches_shared) {
        flags = EVLOOP_NONBLOCK;
    } else {
        arm(host, wish);
    }
    host->has_more = false;
    host->has_acted = false;
    int result = event_base_loop(host->base, flags);
    assert(result == 0 && "the event loop runs");
    if (!host->watches_shared) {
        read_shared(host);
    }
}

static struct mono call_hook(struct host *host)
{
    return host->hook.after == NULL ? MONO_NEVER
                                    : host->hook.after(host->hook.context, clock_now());
}

/* What the hook makes the machine do may be what the hook waits for: then it is called again soon,
 * at the next tick at the latest. */
static struct mono end_turn(struct host *host)
{
    struct mono wish = call_hook(host);
    bool has_acted = host_drain(host);
    host->has_more |= has_acted && host->watches_shared;
    host_free_closed(host);
    return wish;
}

void host_run(struct host *host)
{
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    host_drain(host);
    struct mono wish = end_turn(host);
    while (!host->is_stopping) {
        wait_for_events(host, wish);
        host_drain(host);
        wish = end_turn(host);
        wakes_note(&host->wakes, host->has_acted);
    }
}

void host_set_tick(struct host *host, int64_t tick_ns)
{
    host->wakes.tick_ns = tick_ns;
}

const struct io_stats *host_stats(struct host *host)
{
    host->stats.clock_steps = host->clock.steps;
    return &host->stats;
}

void host_stop(struct host *host)
{
    host->is_stopping = true;
}

void host_wake(struct host *host)
{
    int error = errno;
    uint64_t one = 1;
    ssize_t size = write(host->wake_fd, &one, sizeof one);
    (void)size;
    errno = error;
}
