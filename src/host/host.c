/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The loop. One turn is: wait (libevent) for sockets, the timer or a wake; give each thing that
 * happened to the machine, and after each poll the machine until it has nothing more to do; call
 * the hook; poll again, because the hook may have changed the machine; arm one timer for the
 * machine's deadline or the hook's wish, whichever comes first.
 *
 * The clock is read before each poll, so what leaves is stamped when it leaves, not when its batch
 * began. One effect is performed at a time and its failure is told before the next poll (io.h rule
 * 5), so a machine never has two unanswered effects. A busy socket gives up to BATCH_MAX datagrams
 * a turn and then lets others have theirs; libevent reports it again, since it waits for levels,
 * not edges. Between any two of those datagrams everything that has become due is sent, by the
 * same polling.
 *
 * Every channel has its own socket: a closed channel's late data goes where its descriptor went.
 *
 * Timer: deadlines are nanoseconds, libevent's timeouts microseconds: rounded up, since waking
 * early would only mean waking twice. With precise timers libevent waits on a timerfd. */
#include "host/host.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/channels.h"
#include "host/clock.h"
#include "host/icmp.h"
#include "host/sock.h"
#include "host/tcp.h"

#define BATCH_MAX 64

struct host {
    struct machine machine;
    struct host_hook hook;
    struct event_base *base;
    struct event *timer;
    struct event *wake;
    int wake_fd;
    int spare_fd;
    bool is_stopping;
    uint64_t last_serial;
    struct channels channels;
    uint8_t *buffer; /* IO_DATAGRAM_MAX bytes */
};

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_connected(evutil_socket_t fd, short what, void *context);
static void on_connection(evutil_socket_t fd, short what, void *context);

static void give(struct host *host, const struct ev *ev)
{
    host->machine.ops->input(host->machine.self, ev, clock_now());
}

static void channel_close(struct channel *channel)
{
    if (channel->readable != NULL) {
        event_free(channel->readable);
    }
    if (channel->transport == TRANSPORT_TCP_CONNECT) {
        tcp_close(channel->fd, channel->has_port);
    } else {
        close(channel->fd);
    }
    free(channel);
}

static bool is_icmp(const struct channel *channel)
{
    return channel->transport == TRANSPORT_ICMP_ECHO ||
           channel->transport == TRANSPORT_ICMP_TIMESTAMP;
}

/* Processes that open raw sockets one after the other should not share identifiers; should they, a
 * probe still knows its replies by address, sequence number and time. */
static uint16_t identifier_of(const struct channel *channel)
{
    return (uint16_t)((uint32_t)getpid() * UINT32_C(40503) + (uint32_t)channel->serial);
}

static int datagram_open(struct channel *channel, const struct fx *fx)
{
    if (!is_icmp(channel)) {
        return sock_open_with(&fx->local, &fx->options, &channel->fd, &channel->bound);
    }
    const struct icmp_call call = {fx->transport, fx->local, fx->options, identifier_of(channel)};
    struct icmp_socket made;
    int error = icmp_open(&call, &made);
    if (error == 0) {
        channel->fd = made.fd;
        channel->bound = made.bound;
        channel->is_raw = made.has_ip_header;
    }
    return error;
}

/* The socket of `channel`, and what to wait for. 0 or -errno. */
static int socket_open(struct channel *channel, const struct fx *fx, struct event **waiting)
{
    struct event_base *base = channel->host->base;
    const struct tcp_call call = {fx->local, fx->peer, fx->options, fx->tos};
    int error;
    switch (fx->transport) {
    case TRANSPORT_TCP_CONNECT:
        error = tcp_connect(&call, &channel->fd, &channel->bound, &channel->started);
        channel->is_connecting = true;
        if (error == 0 || error == -EINPROGRESS) {
            *waiting = event_new(base, channel->fd, EV_WRITE, on_connected, channel);
            error = 0;
        }
        return error;
    case TRANSPORT_TCP_LISTEN:
        error = tcp_listen(&fx->local, &channel->fd, &channel->bound);
        if (error == 0) {
            *waiting = event_new(base, channel->fd, EV_READ | EV_PERSIST, on_connection, channel);
        }
        return error;
    case TRANSPORT_UDP:
    case TRANSPORT_ICMP_ECHO:
    case TRANSPORT_ICMP_TIMESTAMP:
        break;
    }
    error = datagram_open(channel, fx);
    if (error == 0) {
        *waiting = event_new(base, channel->fd, EV_READ | EV_PERSIST, on_readable, channel);
    }
    return error;
}

/* Opens a socket and waits for it. 0 or -errno. */
static int channel_open(struct host *host, const struct fx *fx, struct channel **out)
{
    struct channel *channel = mem_alloc(1, sizeof *channel);
    channel->id = fx->id;
    channel->host = host;
    channel->serial = ++host->last_serial;
    channel->transport = fx->transport;
    channel->has_port = fx->local.port != 0;
    int error = socket_open(channel, fx, &channel->readable);
    if (error != 0) {
        free(channel);
        return error;
    }
    if (channel->readable == NULL || event_add(channel->readable, NULL) != 0) {
        channel_close(channel);
        return -ENOMEM;
    }
    *out = channel;
    return 0;
}

/* The machine's number of the datagram that the kernel calls `key`; false when that is too long
 * ago. A datagram that failed to leave may have used up a key: then the kernel is ahead, and it is
 * the latest. */
static bool find_tag(struct channel *channel, uint32_t key, uint32_t *out)
{
    uint32_t age = channel->next_key - key;
    if (age == 0 || age > INT32_MAX) {
        channel->tags[key % CHANNEL_TAGS] = channel->tags[(channel->next_key - 1) % CHANNEL_TAGS];
        channel->next_key = key + 1;
        age = 1;
    }
    *out = channel->tags[key % CHANNEL_TAGS];
    return age <= CHANNEL_TAGS;
}

static bool receive_notice(struct host *host, struct channel *channel)
{
    struct sock_notice notice;
    struct ev ev = {.id = channel->id};
    if (sock_receive_notice(channel->fd, &notice) != 0) {
        return false;
    }
    if (notice.kind == SOCK_NOTICE_ICMP) {
        ev.kind = EV_ERROR;
        ev.is_icmp = true;
        ev.error = notice.error;
        ev.peer = notice.peer;
        if (!is_icmp(channel) ||
            icmp_is_quoted(notice.quote, notice.quote_size, channel->bound.port)) {
            give(host, &ev);
        }
    } else if (find_tag(channel, notice.key, &ev.tag)) {
        ev.kind = EV_SENT;
        ev.left = notice.left;
        give(host, &ev);
    }
    return true;
}

static void perform_open(struct host *host, const struct fx *fx)
{
    assert(channels_find(&host->channels, fx->id) == NULL && "FX_OPEN of an open channel");
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = fx->local};
    struct channel *channel;
    int error = channel_open(host, fx, &channel);
    if (error == 0) {
        channels_add(&host->channels, channel);
        ev.local = channel->bound;
        if (channel->is_connecting) {
            return;
        }
    } else {
        ev.kind = EV_ERROR;
        ev.error = -error;
    }
    give(host, &ev);
}

static void perform_send(struct host *host, const struct fx *fx)
{
    struct channel *channel = channels_find(&host->channels, fx->id);
    assert(channel != NULL && (channel->transport == TRANSPORT_UDP || is_icmp(channel)) &&
           "FX_SEND on a closed channel");
    struct sock_parcel parcel = {
        .peer = fx->peer,
        .source = fx->local,
        .tos = fx->tos,
        .wants_stamp = fx->wants_stamp,
        .bytes = fx->bytes,
        .size = fx->size,
    };
    int error = sock_send(channel->fd, &parcel);
    if (error != 0) {
        struct ev ev = {.kind = EV_ERROR, .id = fx->id, .peer = fx->peer, .error = -error};
        ev.tag = fx->tag;
        give(host, &ev);
    } else if (fx->wants_stamp) {
        channel->tags[channel->next_key++ % CHANNEL_TAGS] = fx->tag;
        /* Most devices have stamped it by now; taking the notice here spares a wake-up. */
        (void)receive_notice(host, channel);
    }
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
    case FX_CLOSE: {
        struct channel *channel = channels_remove(&host->channels, fx->id);
        assert(channel != NULL && "FX_CLOSE of a closed channel");
        channel_close(channel);
        break;
    }
    }
}

/* Polls until the machine has nothing more to do now. */
static void drain(struct host *host)
{
    struct fx fx;
    struct instant now = clock_now();
    while (host->machine.ops->poll(host->machine.self, now, &fx)) {
        perform(host, &fx);
        now = clock_now();
    }
    struct mono deadline = host->machine.ops->deadline(host->machine.self);
    assert(mono_is_before(now.mono, deadline) && "after draining the deadline lies ahead");
}

static bool receive_datagram(struct host *host, const struct channel *channel)
{
    struct sock_datagram datagram;
    if (sock_receive(channel->fd, host->buffer, IO_DATAGRAM_MAX, &datagram) != 0) {
        return false;
    }
    struct ev ev = {
        .kind = EV_DATA,
        .id = channel->id,
        .local = datagram.local,
        .peer = datagram.peer,
        .bytes = host->buffer,
        .size = datagram.size,
        .received = datagram.received,
        .tos = datagram.tos,
        .ttl = datagram.ttl,
    };
    ev.local.port = channel->bound.port;
    if (!channel->is_raw || icmp_strip(&ev.bytes, &ev.size)) {
        give(host, &ev);
    }
    return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    struct host *host = channel->host;
    struct channel_id id = channel->id;
    uint64_t serial = channel->serial;
    bool has_notices = true;
    for (int i = 0; i < BATCH_MAX; i++) {
        has_notices = has_notices && receive_notice(host, channel);
        if (!has_notices && !receive_datagram(host, channel)) {
            return;
        }
        drain(host);
        channel = channels_find(&host->channels, id);
        if (channel == NULL || channel->serial != serial) {
            return;
        }
    }
}

/* The handshake of TCP has ended, one way or the other: this is t4. */
static void on_connected(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct channel *channel = context;
    struct host *host = channel->host;
    struct ev ev = {
        .kind = EV_OPENED,
        .id = channel->id,
        .local = channel->bound,
        .received = {.at = clock_now(), .source = STAMP_USER},
        .started = channel->started,
    };
    int error = tcp_result(fd);
    channel->is_connecting = false;
    if (error != 0) {
        ev.kind = EV_ERROR;
        ev.error = -error;
        channel_close(channels_remove(&host->channels, ev.id));
    }
    give(host, &ev);
    drain(host);
}

static void on_connection(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    const struct channel *channel = context;
    struct host *host = channel->host;
    struct channel_id id = channel->id;
    uint64_t serial = channel->serial;
    for (int i = 0; i < BATCH_MAX; i++) {
        struct ev ev = {.kind = EV_DATA, .id = id};
        if (tcp_accept(fd, &host->spare_fd, &ev.peer, &ev.local) != 0) {
            return;
        }
        ev.received = (struct stamp){.at = clock_now(), .source = STAMP_USER};
        give(host, &ev);
        drain(host);
        channel = channels_find(&host->channels, id);
        if (channel == NULL || channel->serial != serial) {
            return;
        }
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    drain(context);
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
    host->buffer = mem_alloc(IO_DATAGRAM_MAX, 1);
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
        channel_close(channels_remove(&host->channels, channel->id));
    }
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
    free(host->buffer);
    free(host);
}

static void arm(struct host *host, struct mono wish)
{
    struct mono due = mono_min(host->machine.ops->deadline(host->machine.self), wish);
    if (due.ns == MONO_NEVER.ns) {
        event_del(host->timer);
        return;
    }
    int64_t left_ns = mono_diff(due, clock_now().mono);
    int64_t left_us = left_ns <= 0 ? 0 : (left_ns - 1) / NS_PER_US + 1;
    struct timeval timeout = {
        .tv_sec = left_us / (NS_PER_SECOND / NS_PER_US),
        .tv_usec = left_us % (NS_PER_SECOND / NS_PER_US),
    };
    event_add(host->timer, &timeout);
}

static struct mono call_hook(struct host *host)
{
    return host->hook.after == NULL ? MONO_NEVER
                                    : host->hook.after(host->hook.context, clock_now());
}

void host_run(struct host *host)
{
    drain(host);
    struct mono wish = call_hook(host);
    drain(host);
    while (!host->is_stopping) {
        arm(host, wish);
        int result = event_base_loop(host->base, EVLOOP_ONCE);
        assert(result == 0 && "the event loop runs");
        wish = call_hook(host);
        drain(host);
    }
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
