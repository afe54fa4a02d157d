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
 * together, late by a tick at most. Arrival times do not suffer: they are the kernel's. Where they
 * are the thread's own (connections), it wakes for everything.
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
#include "host/clock.h"
#include "host/icmp.h"
#include "host/log.h"
#include "host/outbox.h"
#include "host/tcp.h"

/* Shared sockets that a channel tries before it gets one of its own. */
#define SHARED_TRIES 32

/* Effects performed before the loop looks at its sockets again. */
#define EFFECTS_MAX 1024

/* How old the knowledge of a socket's drops may be: many channels may close at once. */
#define DROPS_NS NS_PER_MS

/* Wake-ups that may be saved. */
#define SAVED_WAKES 16

struct host {
    struct machine machine;
    struct host_hook hook;
    struct event_base *base;
    struct event *timer;
    struct event *wake;
    int wake_fd;
    int spare_fd;
    bool is_stopping;
    bool has_more; /* the machine was not polled to the end */
    uint64_t last_serial;
    struct channels channels;
    struct endpoint *shared; /* the open shared ones */
    struct endpoint *closed; /* to be freed at the end of the turn */
    size_t prompt; /* channels whose events must be seen at once */
    struct outbox outbox;
    struct batch *batch;
    struct clock clock;
    struct io_stats stats;
    int64_t tick_ns; /* 0: wakes for everything */
    struct mono spent_until; /* the wake-ups taken so far pay for the time until then */
};

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_connected(evutil_socket_t fd, short what, void *context);
static void on_connection(evutil_socket_t fd, short what, void *context);

static void give(struct host *host, const struct ev *ev)
{
    host->machine.ops->input(host->machine.self, ev, clock_now());
}

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

/* Of the first such socket; all are counted. */
static void say_timeless(struct host *host, const struct endpoint *endpoint)
{
    const char *device = endpoint->options.device;
    if (host->stats.timeless_sockets++ == 0) {
        log_line(LOG_LEVEL_WARN, "no transmit times from the kernel, our own are used", "device",
                 device[0] == '\0' ? "any" : device, NULL);
    }
}

/* Its socket closes now, its memory goes at the end of the turn: its events may be being given. */
static void close_endpoint(struct host *host, struct endpoint *endpoint)
{
    struct endpoint **at = &host->shared;
    while (*at != NULL && *at != endpoint) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = endpoint->next;
    }
    if (endpoint->waiting != NULL) {
        event_free(endpoint->waiting);
        endpoint->waiting = NULL;
    }
    if (endpoint->gives_no_times) {
        say_timeless(host, endpoint);
    }
    endpoint_close(endpoint);
    endpoint->next = host->closed;
    host->closed = endpoint;
}

static void free_closed(struct host *host)
{
    while (host->closed != NULL) {
        struct endpoint *endpoint = host->closed;
        host->closed = endpoint->next;
        endpoint_free(endpoint);
    }
}

/* Processes that open raw sockets one after the other should not share identifiers; should they, a
 * probe still knows its replies by address, sequence number and time. */
static uint16_t next_identifier(const struct host *host)
{
    return (uint16_t)((uint32_t)getpid() * UINT32_C(40503) + (uint32_t)host->last_serial);
}

static struct endpoint **shared_end(struct host *host)
{
    struct endpoint **end = &host->shared;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    return end;
}

/* A socket for what `fx` asks for, and what to wait for. 0 or -errno. */
static int new_endpoint(struct host *host, const struct fx *fx, struct endpoint **out)
{
    int error = endpoint_open(fx, next_identifier(host), out);
    if (error != 0) {
        return error;
    }
    struct endpoint *endpoint = *out;
    endpoint->host = host;
    endpoint->waiting = event_for(host, endpoint);
    if (endpoint->waiting == NULL || event_add(endpoint->waiting, NULL) != 0) {
        close_endpoint(host, endpoint);
        return -ENOMEM;
    }
    if (endpoint->is_shared) {
        *shared_end(host) = endpoint;
    }
    return 0;
}

static int find_endpoint(struct host *host, struct fx *fx, struct endpoint **out)
{
    int tries = 0;
    if (!fx->may_share) {
        return new_endpoint(host, fx, out);
    }
    for (struct endpoint *at = host->shared; at != NULL && tries < SHARED_TRIES; at = at->next) {
        if (endpoint_may_take(at, fx)) {
            *out = at;
            return 0;
        }
        tries++;
    }
    fx->may_share = tries < SHARED_TRIES;
    return new_endpoint(host, fx, out);
}

/* Opens a channel. 0 or -errno. */
static int open_channel(struct host *host, const struct fx *fx, struct channel **out)
{
    struct endpoint *endpoint;
    struct fx asked = *fx;
    host->last_serial++;
    int error = find_endpoint(host, &asked, &endpoint);
    if (error != 0) {
        return error;
    }
    struct channel *channel = mem_alloc(1, sizeof *channel);
    channel->id = fx->id;
    channel->serial = host->last_serial;
    channel->peer = fx->peer;
    channel->drops_before = endpoint->drops;
    endpoint_join(endpoint, channel);
    channels_add(&host->channels, channel);
    channel->is_prompt = fx->is_prompt || fx->transport == TRANSPORT_TCP_CONNECT;
    host->prompt += channel->is_prompt;
    *out = channel;
    return 0;
}

/* Without a word to the machine. */
static void close_channel(struct host *host, struct channel *channel)
{
    struct endpoint *endpoint = channel->endpoint;
    host->prompt -= channel->is_prompt;
    channels_remove(&host->channels, channel);
    endpoint_leave(endpoint, channel);
    free(channel);
    if (endpoint_is_unused(endpoint)) {
        close_endpoint(host, endpoint);
    }
}

static void note_drops(struct host *host, struct endpoint *endpoint, uint32_t drops)
{
    uint32_t more = drops - endpoint->drops;
    if (more > 0 && more <= INT32_MAX) {
        host->stats.socket_drops += more;
        endpoint->drops = drops;
    }
}

static void tell_drops(struct host *host, const struct channel *channel)
{
    struct ev ev = {.kind = EV_DROPPED, .id = channel->id};
    if (channel->endpoint->transport != TRANSPORT_UDP) {
        return;
    }
    struct endpoint *endpoint = channel->endpoint;
    struct mono now = clock_mono();
    if (mono_diff(now, endpoint->drops_read) > DROPS_NS) {
        endpoint->drops_read = now;
        note_drops(host, endpoint, sock_drops(endpoint->fd));
    }
    ev.dropped = channel->endpoint->drops - channel->drops_before;
    if (ev.dropped > 0) {
        give(host, &ev);
    }
}

/* True when it was somebody's. */
static bool give_icmp(struct host *host, const struct endpoint *endpoint,
                      const struct sock_notice *notice)
{
    const struct channel *channel = endpoint_channel(endpoint, &notice->peer);
    bool is_ours = !endpoint_is_icmp(endpoint) ||
                   icmp_is_quoted(notice->quote, notice->quote_size, endpoint->bound.port);
    if (channel == NULL || !is_ours) {
        return false;
    }
    struct ev ev = {
        .kind = EV_ERROR,
        .id = channel->id,
        .is_icmp = true,
        .error = notice->error,
        .peer = notice->peer,
    };
    give(host, &ev);
    return true;
}

static void give_sent(struct host *host, struct endpoint *endpoint,
                      const struct sock_notice *notice)
{
    const struct sent_key *key = endpoint_find_sent(endpoint, notice->key);
    const struct channel *channel = key == NULL ? NULL : channels_find(&host->channels, key->id);
    if (channel == NULL || channel->serial != key->serial) {
        return;
    }
    struct ev ev = {
        .kind = EV_SENT,
        .id = key->id,
        .tag = key->tag,
        .left = clock_stamp(&host->clock, notice->kernel),
    };
    give(host, &ev);
}

/* Takes what the kernel has put aside. True when the machine must be polled: a send time changes
 * nothing that it would do. */
static bool receive_notices(struct host *host, struct endpoint *endpoint)
{
    struct sock_notice notices[BATCH_MAX];
    bool has_news = false;
    size_t taken;
    size_t count = batch_receive_notices(host->batch, endpoint->fd, notices, &taken);
    if (count > 0) {
        clock_read(&host->clock);
    }
    for (size_t i = 0; i < count; i++) {
        if (notices[i].kind == SOCK_NOTICE_ICMP) {
            has_news |= give_icmp(host, endpoint, &notices[i]);
        } else {
            give_sent(host, endpoint, &notices[i]);
        }
    }
    if (taken < BATCH_MAX && endpoint->is_uncertain) {
        endpoint_restart_keys(endpoint);
    }
    return has_news;
}

static void perform_open(struct host *host, const struct fx *fx)
{
    assert(channels_find(&host->channels, fx->id) == NULL && "FX_OPEN of an open channel");
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = fx->local};
    struct channel *channel;
    int error = open_channel(host, fx, &channel);
    if (error == 0) {
        ev.local = channel->endpoint->bound;
        if (channel->endpoint->is_connecting) {
            return;
        }
    } else {
        ev.kind = EV_ERROR;
        ev.error = -error;
    }
    give(host, &ev);
}

/* Sends what is in the outbox and tells what became of it. True when the machine must be polled. */
static bool flush(struct host *host)
{
    struct outbox *outbox = &host->outbox;
    bool has_news = false;
    if (outbox->count == 0) {
        return false;
    }
    outbox_send(outbox, host->batch, clock_mono());
    for (size_t i = 0; i < outbox->count; i++) {
        const struct outbox_item *item = &outbox->items[i];
        if (item->error != 0) {
            struct ev ev = {.kind = EV_ERROR,
                            .id = item->key.id,
                            .peer = item->parcel.peer,
                            .tag = item->key.tag,
                            .error = item->error};
            has_news = true;
            give(host, &ev);
        }
    }
    /* Most devices have stamped them by now; taking the notices here spares a wake-up. */
    for (size_t i = 0; i < outbox->count; i++) {
        struct endpoint *endpoint = outbox->items[i].endpoint;
        if (outbox->items[i].is_first && (endpoint->awaited > 0 || endpoint->is_uncertain)) {
            has_news |= receive_notices(host, endpoint);
        }
    }
    outbox->count = 0;
    return has_news;
}

static void send_now(struct host *host, const struct channel *channel, const struct fx *fx)
{
    struct endpoint *endpoint = channel->endpoint;
    struct mono now = clock_mono();
    const struct sent_key key = {channel->id, channel->serial, fx->tag};
    struct sock_parcel parcel = {
        .peer = fx->peer,
        .source = fx->local,
        .tos = fx->tos,
        .wants_stamp = fx->wants_stamp && endpoint_asks(endpoint, now),
        .bytes = fx->bytes,
        .size = fx->size,
    };
    int error = sock_send(endpoint->fd, &parcel);
    if (error != 0) {
        struct ev ev = {.kind = EV_ERROR, .id = fx->id, .peer = fx->peer, .error = -error};
        ev.tag = fx->tag;
        endpoint->is_uncertain = endpoint->is_uncertain || parcel.wants_stamp;
        give(host, &ev);
    } else if (parcel.wants_stamp) {
        endpoint_note_sent(endpoint, &key, now);
        (void)receive_notices(host, endpoint);
    }
}

static void perform_send(struct host *host, const struct fx *fx)
{
    const struct channel *channel = channels_find(&host->channels, fx->id);
    assert(channel != NULL && fx->peer.family != ADDR_NONE && "FX_SEND on a closed channel");
    if (!fx->may_wait || fx->size > OUTBOX_BYTES) {
        send_now(host, channel, fx);
        return;
    }
    if (outbox_is_full(&host->outbox)) {
        flush(host);
    }
    outbox_add(&host->outbox, channel, fx);
}

static void perform_close(struct host *host, const struct fx *fx)
{
    flush(host);
    struct channel *channel = channels_find(&host->channels, fx->id);
    assert(channel != NULL && "FX_CLOSE of a closed channel");
    tell_drops(host, channel);
    close_channel(host, channel);
}

static void perform(struct host *host, const struct fx *fx)
{
    switch (fx->kind) {
    case FX_OPEN:
        perform_open(host, fx);
        break;
    case FX_SEND:
        perform_send(host, fx);
        break;
    case FX_CLOSE:
        perform_close(host, fx);
        break;
    }
}

/* Polls until the machine has nothing more to do now, or has done a lot: then the rest is left for
 * the next turn, so that what has arrived is seen. True when it did anything. */
static bool pump(struct host *host)
{
    struct fx fx;
    struct instant now = clock_now();
    int effects = 0;
    while (effects < EFFECTS_MAX && host->machine.ops->poll(host->machine.self, now, &fx)) {
        perform(host, &fx);
        now = clock_now();
        effects++;
    }
    bool is_done = effects < EFFECTS_MAX;
    host->has_more = host->has_more || !is_done;
    struct mono deadline = host->machine.ops->deadline(host->machine.self);
    assert((!is_done || mono_is_before(now.mono, deadline)) &&
           "after draining the deadline lies ahead");
    return effects > 0;
}

/* The same, and everything leaves. */
static bool drain(struct host *host)
{
    bool has_acted = false;
    do {
        has_acted |= pump(host);
    } while (flush(host));
    return has_acted;
}

static void give_data(struct host *host, struct endpoint *endpoint,
                      const struct sock_datagram *datagram, const struct channel *channel)
{
    struct ev ev = {
        .kind = EV_DATA,
        .id = channel->id,
        .local = datagram->local,
        .peer = datagram->peer,
        .bytes = datagram->bytes,
        .size = datagram->size,
        .received = clock_stamp(&host->clock, datagram->kernel),
        .tos = datagram->tos,
        .ttl = datagram->ttl,
    };
    ev.local.port = endpoint->bound.port;
    if (!endpoint->has_ip_header || icmp_strip(&ev.bytes, &ev.size)) {
        give(host, &ev);
    }
}

/* The channels of the datagrams in a batch may be closed, and others opened, while it is given: a
 * datagram is for a channel that was open when it came. False when there was nothing. */
static bool receive_data(struct host *host, struct endpoint *endpoint)
{
    struct sock_datagram datagrams[BATCH_MAX];
    uint64_t serial = host->last_serial;
    int count = batch_receive(host->batch, endpoint->fd, datagrams);
    if (count > 0) {
        clock_read(&host->clock);
    }
    for (int i = 0; i < count; i++) {
        const struct channel *channel = endpoint_channel(endpoint, &datagrams[i].peer);
        note_drops(host, endpoint, datagrams[i].drops);
        if (channel == NULL || channel->serial > serial) {
            host->stats.strangers += endpoint->is_shared;
            continue;
        }
        give_data(host, endpoint, &datagrams[i], channel);
        pump(host);
    }
    host->has_more = host->has_more || count == BATCH_MAX;
    return count > 0;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct endpoint *endpoint = context;
    struct host *host = endpoint->host;
    bool has_data = receive_data(host, endpoint);
    if (endpoint->fd >= 0 && (!has_data || endpoint->awaited > 0)) {
        receive_notices(host, endpoint);
    }
    drain(host);
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
        close_channel(host, endpoint->only);
    }
    give(host, &ev);
    drain(host);
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
        give(host, &ev);
        drain(host);
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

struct host *host_new(struct machine machine, struct host_hook hook)
{
    struct host *host = mem_alloc(1, sizeof *host);
    host->machine = machine;
    host->hook = hook;
    outbox_init(&host->outbox);
    host->batch = batch_new();
    clock_read(&host->clock);
    host->spare_fd = tcp_spare();
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
        close_channel(host, channel);
    }
    free_closed(host);
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

/* Takes a wake-up from the allowance, and sleeps until there is one. */
static void spend_wake(struct host *host)
{
    struct mono now = clock_mono();
    struct mono oldest = mono_add(now, -SAVED_WAKES * host->tick_ns);
    if (host->tick_ns == 0 || host->prompt > 0) {
        return;
    }
    if (mono_is_before(host->spent_until, oldest)) {
        host->spent_until = oldest;
    }
    host->spent_until = mono_add(host->spent_until, host->tick_ns);
    if (mono_is_before(now, host->spent_until)) {
        sleep_until(host->spent_until);
    }
}

static void wait_for_events(struct host *host, struct mono wish)
{
    int flags = EVLOOP_ONCE;
    if (host->has_more) {
        flags = EVLOOP_NONBLOCK;
    } else {
        spend_wake(host);
        arm(host, wish);
    }
    host->has_more = false;
    int result = event_base_loop(host->base, flags);
    assert(result == 0 && "the event loop runs");
}

static struct mono call_hook(struct host *host)
{
    return host->hook.after == NULL ? MONO_NEVER
                                    : host->hook.after(host->hook.context, clock_now());
}

/* What the hook makes the machine do may be what the hook waits for: then it is called again soon.
 */
static struct mono end_turn(struct host *host)
{
    struct mono wish = call_hook(host);
    host->has_more |= drain(host);
    free_closed(host);
    return wish;
}

void host_run(struct host *host)
{
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    drain(host);
    struct mono wish = end_turn(host);
    while (!host->is_stopping) {
        wait_for_events(host, wish);
        drain(host);
        wish = end_turn(host);
    }
}

void host_set_tick(struct host *host, int64_t tick_ns)
{
    host->tick_ns = tick_ns;
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
