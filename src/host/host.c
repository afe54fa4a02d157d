/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The event loop. One turn:
 *  1. wait for a readable socket, the timer or host_wake (libevent);
 *  2. deliver each event to the machine, and poll it after each event until it has nothing to do;
 *  3. send the packets that waited for the end of the turn, one system call per socket;
 *  4. call the hook, and poll again, because the hook may have changed the machine.
 * The clock is read before each poll. From one socket at most BATCH_MAX datagrams are received in a
 * turn, so that a busy socket does not delay the others; libevent (level-triggered) then reports it
 * again.
 *
 * Sockets. A channel with may_share joins the first shared socket that has the same address and
 * options and no channel to the same peer; a received datagram belongs to the channel of its source
 * address. Every other channel has its own socket: datagrams that arrive after the channel is
 * closed are discarded with that socket.
 *
 * Wake-ups. A wake-up costs more than sending a packet. With a tick (host_set_tick) a token bucket
 * limits them (wakes.h): one token per tick. With a token the loop wakes up for every deadline and
 * datagram, so a few targets are measured on time; without one it sleeps until the next tick and
 * then handles everything that arrived or became due, at most one tick late. When that goes on, the
 * loop is busy: it reads the shared sockets at every tick and removes them from libevent, whose
 * readiness events would cost time for each packet. Receive times remain exact, because they are
 * kernel timestamps. For a TCP handshake they are not, so while such a channel is open there is no
 * limit.
 *
 * Timer. Deadlines are nanoseconds, libevent's timeouts microseconds; they are rounded up, because
 * an early wake-up means a second one. With precise timers libevent uses a timerfd. */
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
#include "host/channel.h"
#include "host/deliver.h"
#include "host/entropy.h"
#include "host/perform.h"
#include "host/tcp.h"

/* Most batches received from one shared socket at a tick. */
#define ROUNDS_MAX 16

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_connected(evutil_socket_t fd, short what, void *context);
static void on_arrival(evutil_socket_t fd, short what, void *context);
static void on_bytes(evutil_socket_t fd, short what, void *context);
static void on_connection(evutil_socket_t fd, short what, void *context);

static struct event *event_for(struct host *host, struct endpoint *endpoint)
{
    switch (endpoint->transport) {
    case TRANSPORT_TCP_CONNECT:
        return event_new(host->base, endpoint->fd, EV_WRITE, on_connected, endpoint);
    case TRANSPORT_TCP_LISTEN:
        return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_connection, endpoint);
    case TRANSPORT_TCP_SERVER:
        return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_arrival, endpoint);
    case TRANSPORT_TCP_STREAM:
        if (endpoint->is_connecting) {
            return event_new(host->base, endpoint->fd, EV_WRITE, on_connected, endpoint);
        }
        /* fall through */
    case TRANSPORT_TCP_ACCEPTED:
        return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_bytes, endpoint);
    case TRANSPORT_UDP:
    case TRANSPORT_ICMP_ECHO:
    case TRANSPORT_ICMP_TIMESTAMP:
    case TRANSPORT_ICMP_ERRORS:
        break;
    }
    return event_new(host->base, endpoint->fd, EV_READ | EV_PERSIST, on_readable, endpoint);
}

static bool watch(struct host *host, struct endpoint *endpoint)
{
    bool is_read_at_ticks = endpoint->is_shared && !host->watches_shared;
    endpoint->waiting = event_for(host, endpoint);
    return endpoint->waiting != NULL &&
           (is_read_at_ticks || event_add(endpoint->waiting, NULL) == 0);
}

static void unwatch(struct endpoint *endpoint)
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
    int count = perform_receive(host, endpoint);
    host->has_more |= count == BATCH_MAX;
    if (endpoint->fd >= 0 && (count == 0 || endpoint->stamps_pending > 0)) {
        deliver_notices(host, endpoint);
    }
    perform_effects(host);
}

/* The TCP handshake has succeeded or failed; now is t4 of the measurement. */
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
    if (error == 0 && endpoint->transport == TRANSPORT_TCP_STREAM) {
        unwatch(endpoint);
        error = watch(host, endpoint) ? 0 : -ENOMEM;
    }
    if (error != 0) {
        ev.kind = EV_ERROR;
        ev.error = -error;
        channel_close(host, endpoint->only);
    }
    deliver_event(host, &ev);
    perform_effects(host);
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
        deliver_event(host, &ev);
        perform_effects(host);
    }
}

/* Whoever is not taken by the machine is let go. */
static void on_arrival(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    const struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    for (int i = 0; i < BATCH_MAX && endpoint->only != NULL; i++) {
        struct ev ev = {.kind = EV_DATA, .id = endpoint->only->id};
        if (tcp_take(fd, &host->spare_fd, &host->arrival) != 0) {
            return;
        }
        ev.peer = host->arrival.peer;
        ev.local = host->arrival.local;
        ev.received = (struct stamp){.at = clock_now(), .source = STAMP_USER};
        deliver_event(host, &ev);
        perform_effects(host);
        if (host->arrival.fd >= 0) {
            close(host->arrival.fd);
            host->arrival.fd = -1;
        }
    }
}

static void on_bytes(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    uint8_t bytes[IO_STREAM_BYTES_MAX];
    struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    int count = tcp_read(fd, bytes, sizeof bytes);
    if (count == -EAGAIN || count == -EINTR) {
        return;
    }
    if (count > 0) {
        struct ev ev = {.kind = EV_DATA, .id = endpoint->only->id, .local = endpoint->bound};
        ev.bytes = bytes;
        ev.size = (size_t)count;
        ev.received = (struct stamp){.at = clock_now(), .source = STAMP_USER};
        deliver_event(host, &ev);
    } else {
        deliver_end(host, endpoint, -count);
    }
    perform_effects(host);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    /* Every turn polls the machine. */
    (void)fd;
    (void)what;
    (void)context;
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    (void)context;
    uint64_t count;
    /* This only resets the descriptor; every turn calls the hook. */
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
    host->watch = watch;
    host->unwatch = unwatch;
    draw_key(host);
    outbox_init(&host->outbox);
    host->batch = batch_new();
    clock_read(&host->clock);
    host->spare_fd = tcp_spare();
    host->arrival.fd = -1;
    host->watches_shared = true;
    host->due = MONO_NEVER;
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
    for (struct channel *channel; (channel = channel_table_any(&host->channels)) != NULL;) {
        channel_close(host, channel);
    }
    channel_free_closed(host);
    channel_table_fini(&host->channels);
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

static void arm(struct host *host, struct mono latest)
{
    struct mono due = mono_min(host->machine.ops->deadline(host->machine.self), latest);
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

/* Sets whether libevent reports readable shared sockets; a busy loop reads them at every tick
 * instead. When the system refuses, the loop stays busy. */
static void watch_shared(struct host *host, bool is_watched)
{
    bool is_complete = is_watched;
    for (struct endpoint *at = host->shared; at != NULL; at = at->next) {
        if (!is_watched) {
            event_del(at->waiting);
        } else if (event_add(at->waiting, NULL) != 0) {
            is_complete = false;
        }
    }
    host->watches_shared = is_complete;
    host->wakes.is_busy = !is_complete;
}

/* Takes a token for one wake-up, and sleeps until there is one. */
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

/* Reads all shared sockets. While their data is delivered, sockets may be closed and opened. */
static void read_shared(struct host *host)
{
    for (struct endpoint *at = host->shared; at != NULL; at = at->next) {
        int count = BATCH_MAX;
        for (int i = 0; i < ROUNDS_MAX && at->fd >= 0 && count == BATCH_MAX; i++) {
            count = perform_receive(host, at);
        }
        host->has_more |= count == BATCH_MAX;
        if (at->fd >= 0) {
            deliver_notices(host, at);
        }
    }
}

static void wait_for_events(struct host *host, struct mono latest)
{
    int flags = EVLOOP_ONCE;
    if (!host->has_more) {
        spend_wake(host);
    }
    if (host->has_more || !host->watches_shared) {
        flags = EVLOOP_NONBLOCK;
    } else {
        arm(host, latest);
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

/* The hook may have made the machine do what the hook waits for. Then it is called again soon, at
 * the next tick at the latest. */
static struct mono end_turn(struct host *host)
{
    struct mono latest = call_hook(host);
    bool has_acted = perform_effects(host);
    host->has_more |= has_acted && host->watches_shared;
    channel_free_closed(host);
    return latest;
}

void host_run(struct host *host)
{
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    perform_effects(host);
    struct mono latest = end_turn(host);
    while (!host->is_stopping) {
        wait_for_events(host, latest);
        perform_effects(host);
        latest = end_turn(host);
        wakes_note(&host->wakes, host->has_acted);
    }
}

void host_set_tick(struct host *host, int64_t tick_ns)
{
    host->wakes.tick_ns = tick_ns;
}

void host_share_ports(struct host *host, const struct port_member *member)
{
    host->member = *member;
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

const char *host_library_version(void)
{
    return event_get_version();
}
