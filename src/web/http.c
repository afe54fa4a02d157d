/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The library neither listens nor has a thread: this thread accepts, gives it the connections, and
 * lets it run when its epoll says so. It has no call that ends a connection; it ends one whose
 * socket was shut down. */
#include "web/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "web/exchange.h"
#include "web/listen.h"
#include "web/response.h"
#include "web/slots.h"

/* Measuring goes first (nice(2)), but a scrape has to end in time on a busy machine, too. */
#define NICENESS 10
/* Of all descriptors that the process may have, connections take one of so many parts. */
#define DESCRIPTORS_PART 4
#define CONNECTIONS_MIN 4
/* A turn comes at least so often. */
#define IDLE_NS (60 * NS_PER_SECOND)
/* Connections accepted at once, before those that there are go on. */
#define ACCEPTS_MAX 32
/* When the system has no descriptor left, and none of them is ours to close. */
#define ACCEPT_PAUSE_NS (100 * NS_PER_MS)
/* Places given at once, before those who came meanwhile are seen. */
#define GRANTS_MAX 4
/* How often to look whether an answer is unread, while others wait for its place. */
#define WAITING_STEP_NS (5 * NS_PER_MS)

/* A stop waits so long for answers being written, and so long for a request that may be on its way
 * on an open connection. */
#define STOP_ANSWER_NS (800 * NS_PER_MS)
#define STOP_GRACE_NS (50 * NS_PER_MS)
#define STOP_STEP_NS (5 * NS_PER_MS)

struct listener {
    int fd;
    struct addr address;
};

struct http {
    struct exchanges exchanges;
    char *metrics_path;
    struct MHD_Daemon *daemon;
    int library_fd, wake_fd;
    pthread_t thread;
    bool has_thread;
    atomic_bool is_stopping; /* seen by the thread in `exchanges` */
    atomic_int reload_end; /* how the latest reload ended, 0 when that was seen */
    /* For the thread only. */
    struct listener *listeners; /* first those that were opened by others */
    size_t listener_count, adopted_count;
    struct pollfd *polled; /* the wake-up, the library, the listeners */
    int64_t accept_ns; /* when to accept again */
};

/* How a reload ended, as a number above 0. */
#define RELOAD_END(end) ((int)(end) + 1)

/* Ends the connection. What was not sent of an answer is not sent any more, so that the system
 * forgets it. */
static void leave(struct http *http, struct slot *slot, enum expo_rejection reason, int64_t now_ns)
{
    const struct linger none = {.l_onoff = 1};
    if (slot->state == SLOT_ANSWERING) {
        exchanges_note_cut(&http->exchanges, slot->user, reason);
        setsockopt(slot->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    bool has_begun = slot->user != NULL;
    if (has_begun) {
        shutdown(slot->fd, SHUT_RDWR);
    }
    slots_enter(http->exchanges.slots, slot, has_begun ? SLOT_LEAVING : SLOT_FREE, now_ns);
}

/* A place for the client, perhaps that of an answer that is not read. */
static bool find_place(struct http *http, struct slot *slot, int64_t now_ns)
{
    if (slots_give_place(http->exchanges.slots, slot, now_ns)) {
        return true;
    }
    struct slot *stalled = slots_stalled(http->exchanges.slots, now_ns);
    if (stalled == NULL) {
        return false;
    }
    leave(http, stalled, EXPO_REJECTION_CROWDED, now_ns);
    return slots_give_place(http->exchanges.slots, slot, now_ns);
}

/* Those who wait for a place get one, or their refusal when their time is over. */
static void serve_waiting(struct http *http, int64_t now_ns)
{
    struct slot *slot;
    for (unsigned i = 0;
         i < GRANTS_MAX && (slot = slots_next(http->exchanges.slots, now_ns)) != NULL &&
         find_place(http, slot, now_ns);
         i++) {
        slots_enter(http->exchanges.slots, slot, SLOT_ANSWERING, now_ns);
        exchanges_go_on(&http->exchanges, slot->user);
    }
    while ((slot = http->exchanges.site.is_stopping
                       ? slots_next(http->exchanges.slots, now_ns)
                       : slots_refused(http->exchanges.slots, now_ns)) != NULL) {
        slots_enter(http->exchanges.slots, slot, SLOT_ANSWERING, now_ns);
        exchanges_refuse(&http->exchanges, slot->user);
    }
}

static void end_overdue(struct http *http, int64_t now_ns)
{
    struct slot *slot;
    while ((slot = slots_overdue(http->exchanges.slots, now_ns)) != NULL) {
        leave(http, slot, EXPO_REJECTION_TIMEOUT, now_ns);
    }
}

/* Whether one more connection can be taken, for which another may have to go. */
static bool make_room(struct http *http, int64_t now_ns)
{
    struct slot *slot;
    if (slots_are_full(http->exchanges.slots) &&
        (slot = slots_leaver(http->exchanges.slots, now_ns)) != NULL) {
        leave(http, slot, EXPO_REJECTION_CROWDED, now_ns);
        MHD_run(http->daemon);
    }
    return !slots_are_full(http->exchanges.slots);
}

/* The error is that of accept(2). */
static void wait_for_descriptors(struct http *http, int error, int64_t now_ns)
{
    struct slot *slot = slots_leaver(http->exchanges.slots, now_ns);
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) {
        return; /* nobody there any more */
    }
    if (slot != NULL) {
        leave(http, slot, EXPO_REJECTION_CROWDED, now_ns);
    } else {
        http->accept_ns = now_ns + ACCEPT_PAUSE_NS;
    }
}

static void accept_some(struct http *http, int listener, int64_t now_ns)
{
    /* The library takes an address for limits of its own, which are not used. */
    static const struct sockaddr_in nobody = {.sin_family = AF_INET};
    for (unsigned i = 0; i < ACCEPTS_MAX && make_room(http, now_ns); i++) {
        struct addr peer;
        int fd = listen_accept(listener, &peer);
        if (fd < 0) {
            wait_for_descriptors(http, -fd, now_ns);
            return;
        }
        struct slot *slot = slots_take(http->exchanges.slots, fd, &peer, now_ns);
        if (MHD_add_connection(http->daemon, fd, (const struct sockaddr *)&nobody, sizeof nobody) !=
            MHD_YES) {
            slots_enter(http->exchanges.slots, slot, SLOT_FREE, now_ns); /* the library closed it */
        }
    }
}

/* How long there will be nothing to do, at most `most_ns`, in ms for poll(2). */
static int idle_ms(struct http *http, int64_t now_ns, int64_t most_ns)
{
    MHD_UNSIGNED_LONG_LONG library_ms;
    if (http->exchanges.must_run) {
        return 0;
    }
    int64_t due_ns = slots_due(http->exchanges.slots);
    int64_t wait_ns = due_ns < now_ns ? 0 : due_ns - now_ns;
    if (slots_waiting(http->exchanges.slots) > 0 || http->accept_ns > now_ns) {
        most_ns = WAITING_STEP_NS;
    }
    if (http->exchanges.probing != NULL && most_ns > EXCHANGES_LOOK_NS) {
        most_ns = EXCHANGES_LOOK_NS;
    }
    const struct shares *shares = &http->exchanges.site.shares;
    if (shares->count > 0 && most_ns > shares->window_ns) {
        most_ns = shares->window_ns;
    }
    wait_ns = wait_ns < most_ns ? wait_ns : most_ns;
    if (MHD_get_timeout(http->daemon, &library_ms) == MHD_YES) {
        int64_t library_ns = (int64_t)library_ms * NS_PER_MS;
        wait_ns = wait_ns < library_ns ? wait_ns : library_ns;
    }
    return (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* Waits for something to do, at most `most_ns`, and does it. */
static void take_turn(struct http *http, int64_t most_ns)
{
    int64_t now_ns = response_now_ns();
    struct pollfd *listeners = http->polled + 2;
    bool is_open = now_ns >= http->accept_ns && make_room(http, now_ns);
    http->polled[0] = (struct pollfd){.fd = http->wake_fd, .events = POLLIN};
    http->polled[1] = (struct pollfd){.fd = http->library_fd, .events = POLLIN};
    for (size_t i = 0; i < http->listener_count; i++) {
        listeners[i] = (struct pollfd){.fd = http->listeners[i].fd, .events = POLLIN};
    }
    poll(http->polled, 2 + (is_open ? http->listener_count : 0), idle_ms(http, now_ns, most_ns));
    uint64_t count;
    ssize_t size = read(http->wake_fd, &count, sizeof count);
    (void)size;
    int end = atomic_exchange(&http->reload_end, 0);
    if (end != 0) {
        exchanges_end_reload(&http->exchanges, (enum reload_end)(end - 1));
    }
    exchanges_end_judging(&http->exchanges);
    exchanges_end_probes(&http->exchanges);
    http->exchanges.must_run = false;
    shares_expire(&http->exchanges.site.shares, response_now_ns());
    MHD_run(http->daemon);
    now_ns = response_now_ns();
    end_overdue(http, now_ns);
    serve_waiting(http, now_ns);
    for (size_t i = 0; is_open && i < http->listener_count; i++) {
        if (listeners[i].revents != 0) {
            accept_some(http, listeners[i].fd, now_ns);
        }
    }
}

static void close_listeners(struct http *http)
{
    for (size_t i = 0; i < http->listener_count; i++) {
        close(http->listeners[i].fd);
    }
    http->listener_count = 0;
}

/* Until nothing is being answered, and no request is likely to be on its way. */
static void end_answers(struct http *http)
{
    int64_t begin_ns = response_now_ns();
    int64_t waited_ns;
    do {
        take_turn(http, STOP_STEP_NS);
        waited_ns = response_now_ns() - begin_ns;
    } while (waited_ns < STOP_ANSWER_NS && http->exchanges.connections > 0 &&
             (http->exchanges.requests > 0 || waited_ns < STOP_GRACE_NS));
}

static void *serve(void *context)
{
    struct http *http = context;
    pthread_setname_np(pthread_self(), "http");
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    while (!atomic_load(&http->is_stopping)) {
        take_turn(http, IDLE_NS);
    }
    http->exchanges.site.is_stopping = true;
    close_listeners(http);
    exchanges_end_reload(&http->exchanges, RELOAD_STOPPED);
    exchanges_stop_probes(&http->exchanges);
    if (http->exchanges.guard != NULL) {
        guard_give_up(http->exchanges.guard);
    }
    end_answers(http);
    return NULL;
}

static void wake(void *context)
{
    struct http *http = context;
    uint64_t one = 1;
    ssize_t size = write(http->wake_fd, &one, sizeof one);
    (void)size;
}

/* Who measures for clients tells by `wake` that something has ended; NULL: not any more. */
static void attach_probes(struct http *http, void (*tell)(void *))
{
    const struct probe_handlers *probes = &http->exchanges.site.handlers.probes;
    if (probes->attach != NULL) {
        probes->attach(probes->context, tell, http);
    }
}

void http_reloaded(struct http *http, bool is_successful)
{
    atomic_store(&http->reload_end, RELOAD_END(is_successful ? RELOAD_DONE : RELOAD_FAILED));
    wake(http);
}

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

static struct slots *make_slots(const struct http_settings *settings)
{
    struct rlimit limit;
    struct slots_limits limits = {
        .connections = (unsigned)or_default(settings->connections_max, HTTP_CONNECTIONS),
        .places = settings->places_max,
        .request_ns = or_default(settings->request_ns, HTTP_REQUEST_NS),
        .answer_ns = or_default(settings->answer_ns, HTTP_ANSWER_NS),
        .unread_ns = or_default(settings->unread_ns, HTTP_UNREAD_NS),
        .wait_ns = or_default(settings->wait_ns, HTTP_WAIT_NS),
        .stalled_ns = or_default(settings->stalled_ns, HTTP_STALLED_NS),
    };
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limits.connections > limit.rlim_cur / DESCRIPTORS_PART) {
        limits.connections = (unsigned)(limit.rlim_cur / DESCRIPTORS_PART);
    }
    if (limits.connections < CONNECTIONS_MIN) {
        limits.connections = CONNECTIONS_MIN;
    }
    return slots_new(&limits);
}

/* Whether a socket of `addr` shall take IPv4 along. */
static bool takes_ipv4(const struct http_settings *settings, const struct addr *addr)
{
    for (size_t i = 0; i < settings->listen_count; i++) {
        if (settings->listen[i].family == ADDR_IPV4 && settings->listen[i].port == addr->port &&
            addr->port != 0) {
            return false;
        }
    }
    return addr->family == ADDR_IPV6 && addr_is_any(addr);
}

/* 0 or an errno value; *failed is the address that it is about. */
static int start(struct http *http, const struct http_settings *settings, struct addr *failed)
{
    for (size_t i = 0; i < settings->listen_count; i++) {
        struct listener *listener = &http->listeners[http->listener_count];
        *failed = settings->listen[i];
        listener->fd = listen_open(failed, takes_ipv4(settings, failed), &listener->address);
        if (listener->fd < 0) {
            return -listener->fd;
        }
        http->listener_count++;
    }
    errno = ENOMEM;
    http->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (http->wake_fd >= 0 && settings->guard != NULL &&
        !guard_start(settings->guard, wake, http)) {
        return errno;
    }
    http->daemon = exchanges_start(&http->exchanges, HTTP_CONNECTIONS_MAX + 1);
    if (http->wake_fd < 0 || http->daemon == NULL) {
        return errno;
    }
    attach_probes(http, wake);
    http->library_fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int error = pthread_create(&http->thread, NULL, serve, http);
    http->has_thread = error == 0;
    return error;
}

struct http *http_start(const struct http_settings *settings, const struct http_handlers *handlers,
                        struct addr *failed, int *error)
{
    struct http *http = mem_alloc(1, sizeof *http);
    http->metrics_path = mem_string(settings->metrics_path);
    http->exchanges.site = (struct site){
        .handlers = *handlers,
        .metrics_path = http->metrics_path,
        .route_prefix = settings->route_prefix == NULL ? "" : settings->route_prefix,
        .external_path = settings->external_path == NULL ? "" : settings->external_path,
        .is_plain = settings->is_plain,
        .hides_program = settings->hides_program,
        .has_lifecycle = settings->has_lifecycle,
        .shares = {.window_ns = or_default(settings->share_ns, SHARE_NS)},
    };
    http->wake_fd = -1;
    http->exchanges.slots = make_slots(settings);
    http->exchanges.guard = settings->guard;
    http->exchanges.has_open_health = settings->has_open_health;
    size_t count = settings->listen_count + settings->socket_count;
    http->listeners = mem_alloc(count, sizeof *http->listeners);
    http->polled = mem_alloc(2 + count, sizeof *http->polled);
    for (; http->adopted_count < settings->socket_count; http->adopted_count++) {
        http->listeners[http->adopted_count].fd = settings->sockets[http->adopted_count];
    }
    http->listener_count = http->adopted_count;
    *error = start(http, settings, failed);
    if (*error != 0) {
        http_stop(http);
        return NULL;
    }
    return http;
}

struct addr http_address(const struct http *http, size_t index)
{
    return http->listeners[http->adopted_count + index].address;
}

void http_stop(struct http *http)
{
    if (http == NULL) {
        return;
    }
    if (http->has_thread) {
        atomic_store(&http->is_stopping, true);
        wake(http);
        pthread_join(http->thread, NULL);
    }
    close_listeners(http);
    if (http->daemon != NULL) {
        MHD_stop_daemon(http->daemon);
    }
    shares_fini(&http->exchanges.site.shares);
    attach_probes(http, NULL);
    if (http->exchanges.guard != NULL) {
        guard_stop(http->exchanges.guard);
    }
    if (http->wake_fd >= 0) {
        close(http->wake_fd);
    }
    slots_free(http->exchanges.slots);
    free(http->listeners);
    free(http->polled);
    free(http->metrics_path);
    free(http);
}

const char *http_library_version(void)
{
    return MHD_get_version();
}
