/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The first socket of a group is tried out without SO_REUSEPORT: so a port that anybody else has,
 * another responder too, is found to be taken, as it is without workers. A program may name a
 * socket that is still to come: the kernel then chooses by itself, and only the sources of a worker
 * that has answered nobody on this port are concerned. */
#include "host/port_group.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>

#include "base/mem.h"
#include "host/sock.h"
#include "host/tcp.h"

/* Source addresses in the headers of IPv4 and IPv6. */
#define SOURCE4_AT (SKF_NET_OFF + 12)
#define SOURCE6_AT (SKF_NET_OFF + 8)
/* Spreads neighbouring addresses: 2^32 divided by the golden ratio. */
#define SPREAD UINT32_C(0x9e3779b1)
#define PROGRAM_MAX (10 + 2 * PORT_GROUP_WORKERS_MAX)
/* Of what is left in a socket that is taken into use again. */
#define STALE_MAX 4096

struct group {
    struct group *next;
    enum transport transport;
    struct addr local; /* as it was asked for */
    struct addr bound;
    char device[16];
    unsigned order[PORT_GROUP_WORKERS_MAX]; /* worker of each socket, as the kernel numbers them */
    int fds[PORT_GROUP_WORKERS_MAX]; /* in that order */
    unsigned count;
    uint32_t active; /* bit w: worker w reads its socket */
    uint32_t awaited; /* bit w: worker w will, for the first time */
};

struct port_groups {
    pthread_mutex_t mutex;
    unsigned workers;
    struct group *first;
};

struct port_groups *port_groups_new(unsigned workers)
{
    assert(workers >= 2 && workers <= PORT_GROUP_WORKERS_MAX);
    struct port_groups *groups = mem_alloc(1, sizeof *groups);
    pthread_mutex_init(&groups->mutex, NULL);
    groups->workers = workers;
    return groups;
}

void port_groups_free(struct port_groups *groups)
{
    if (groups != NULL) {
        assert(groups->first == NULL && "each worker has left its groups");
        pthread_mutex_destroy(&groups->mutex);
        free(groups);
    }
}

static bool is_of(const struct group *group, const struct fx *fx)
{
    return group->transport == fx->transport && addr_is_equal(&group->local, &fx->local) &&
           memcmp(group->device, fx->options.device, sizeof group->device) == 0;
}

static struct group *find_group(struct port_groups *groups, const struct fx *fx)
{
    struct group *group = groups->first;
    while (group != NULL && !is_of(group, fx)) {
        group = group->next;
    }
    return group;
}

/* The place of the worker's socket in the group; `count`: it has none. */
static unsigned place_of(const struct group *group, unsigned worker)
{
    unsigned place = 0;
    while (place < group->count && group->order[place] != worker) {
        place++;
    }
    return place;
}

static bool has_socket(const struct group *group, unsigned worker, int fd)
{
    unsigned place = place_of(group, worker);
    return place < group->count && group->fds[place] == fd;
}

/* Which socket gets what the sources of each worker send: its own, else the first that is read. */
static void choose_places(const struct group *group, unsigned workers, unsigned out[])
{
    unsigned any = 0;
    for (unsigned i = group->count; i > 0; i--) {
        any = (group->active >> group->order[i - 1] & 1) != 0 ? i - 1 : any;
    }
    for (unsigned worker = 0; worker < workers; worker++) {
        bool is_active = ((group->active | group->awaited) >> worker & 1) != 0;
        out[worker] = is_active ? place_of(group, worker) : any;
    }
}

/* Writes the program that finds the socket of a datagram; returns its length. */
static unsigned short write_program(const struct group *group, unsigned workers,
                                    struct sock_filter out[PROGRAM_MAX])
{
    static const struct sock_filter hash4[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SOURCE4_AT),
    };
    static const struct sock_filter hash6[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SOURCE6_AT),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, SPREAD),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SOURCE6_AT + 4),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
    };
    const struct sock_filter share[] = {
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, SPREAD),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers),
    };
    bool is_ipv6 = group->local.family == ADDR_IPV6;
    unsigned places[PORT_GROUP_WORKERS_MAX];
    size_t count = is_ipv6 ? sizeof hash6 / sizeof hash6[0] : sizeof hash4 / sizeof hash4[0];
    memcpy(out, is_ipv6 ? hash6 : hash4, count * sizeof *out);
    memcpy(out + count, share, sizeof share);
    count += sizeof share / sizeof share[0];
    choose_places(group, workers, places);
    for (unsigned worker = 0; worker < workers; worker++) {
        out[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, worker, 0, 1);
        out[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, places[worker]);
    }
    out[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
    return (unsigned short)count;
}

/* 0 or -errno. A group of one socket needs no program. */
static int direct(const struct group *group, unsigned workers)
{
    struct sock_filter code[PROGRAM_MAX];
    struct sock_fprog program = {write_program(group, workers, code), code};
    int result =
        setsockopt(group->fds[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program);
    return result == 0 ? 0 : -errno;
}

static bool is_tcp(enum transport transport)
{
    return transport == TRANSPORT_TCP_LISTEN || transport == TRANSPORT_TCP_SERVER;
}

static int open_socket(const struct fx *fx, bool is_shared, int *fd, struct addr *bound)
{
    if (is_tcp(fx->transport)) {
        const struct tcp_call call = {fx->local, fx->peer, fx->options, fx->tos, is_shared};
        return tcp_listen(&call, fd, bound);
    }
    return is_shared ? sock_open_shared(&fx->local, &fx->options, fd, bound)
                     : sock_open_with(&fx->local, &fx->options, fd, bound);
}

/* Nobody has the port. 0 or -errno. */
static int try_out(const struct fx *fx)
{
    struct addr bound;
    int fd;
    int error = open_socket(fx, false, &fd, &bound);
    if (error == 0) {
        close(fd);
    }
    return error;
}

/* What came in for others while the socket was not read is not this worker's. */
static void discard(const struct group *group, int fd)
{
    uint8_t byte;
    int spare = -1;
    struct addr peer, local;
    for (int i = 0; i < STALE_MAX; i++) {
        if (is_tcp(group->transport)
                ? tcp_accept(fd, &spare, &peer, &local) != 0
                : recv(fd, &byte, sizeof byte, MSG_DONTWAIT) < 0 && errno == EAGAIN) {
            return;
        }
    }
}

/* A socket for the worker at the end of the group, to which its sources are directed first. */
static int add_socket(struct port_groups *groups, struct group *group, const struct fx *fx,
                      unsigned worker)
{
    int error = 0;
    group->order[group->count] = worker;
    group->active |= UINT32_C(1) << worker;
    group->count++;
    if (error == 0 && group->count > 1) {
        error = direct(group, groups->workers);
    }
    if (error == 0) {
        error = open_socket(fx, true, &group->fds[group->count - 1], &group->bound);
    }
    if (error != 0) {
        group->count--;
        group->active &= ~(UINT32_C(1) << worker);
        (void)(group->count > 1 && direct(group, groups->workers));
    }
    return error;
}

/* Sockets for all workers, of which only `worker` is ready. */
static int add_all(struct port_groups *groups, struct group *group, const struct fx *fx,
                   unsigned worker)
{
    int error = 0;
    for (unsigned i = 0; i < groups->workers && error == 0; i++) {
        error = add_socket(groups, group, fx, i);
    }
    group->active &= UINT32_C(1) << worker;
    group->awaited = ((UINT32_C(1) << groups->workers) - 1) & ~group->active;
    return error;
}

/* The first socket of a port that nobody else has, or all. 0 or -errno. */
static int begin(struct port_groups *groups, struct group *group, const struct fx *fx,
                 unsigned worker)
{
    int error = try_out(fx);
    if (error != 0) {
        return error;
    }
    return fx->is_for_all ? add_all(groups, group, fx, worker)
                          : add_socket(groups, group, fx, worker);
}

static struct group *group_new(struct port_groups *groups, const struct fx *fx)
{
    struct group *group = mem_alloc(1, sizeof *group);
    group->transport = fx->transport;
    group->local = fx->local;
    memcpy(group->device, fx->options.device, sizeof group->device);
    group->next = groups->first;
    groups->first = group;
    return group;
}

static void group_free(struct port_groups *groups, struct group *group)
{
    struct group **at = &groups->first;
    while (*at != group) {
        at = &(*at)->next;
    }
    *at = group->next;
    for (unsigned i = 0; i < group->count; i++) {
        close(group->fds[i]);
    }
    free(group);
}

/* The worker reads its socket, of before or a new one. 0 or -errno. */
static int join(struct port_groups *groups, struct group *group, const struct fx *fx,
                unsigned worker)
{
    const uint32_t bit = UINT32_C(1) << worker;
    unsigned place = place_of(group, worker);
    if (group->count == 0) {
        return begin(groups, group, fx, worker);
    }
    if (place == group->count) {
        return add_socket(groups, group, fx, worker);
    }
    if ((group->awaited & bit) == 0) {
        discard(group, group->fds[place]);
    }
    group->awaited &= ~bit;
    group->active |= bit;
    return group->count > 1 ? direct(group, groups->workers) : 0;
}

int port_group_join(const struct port_member *member, const struct fx *fx, int *fd,
                    struct addr *bound)
{
    struct port_groups *groups = member->groups;
    assert(fx->local.port != 0 && member->worker < groups->workers);
    pthread_mutex_lock(&groups->mutex);
    struct group *group = find_group(groups, fx);
    bool is_new = group == NULL;
    if (is_new) {
        group = group_new(groups, fx);
    }
    int error = join(groups, group, fx, member->worker);
    if (error == 0) {
        *fd = group->fds[place_of(group, member->worker)];
        *bound = group->bound;
    } else if (is_new) {
        group_free(groups, group);
    }
    pthread_mutex_unlock(&groups->mutex);
    return error;
}

void port_group_leave(const struct port_member *member, int fd)
{
    struct port_groups *groups = member->groups;
    pthread_mutex_lock(&groups->mutex);
    struct group *group = groups->first;
    while (!has_socket(group, member->worker, fd)) {
        group = group->next;
    }
    group->active &= ~(UINT32_C(1) << member->worker);
    if (group->active == 0) {
        group_free(groups, group);
    } else {
        (void)direct(group, groups->workers);
    }
    pthread_mutex_unlock(&groups->mutex);
}
