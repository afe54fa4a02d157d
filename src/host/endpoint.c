/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/endpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/icmp.h"
#include "host/sock.h"

bool endpoint_is_icmp(const struct endpoint *endpoint)
{
    return endpoint->transport == TRANSPORT_ICMP_ECHO ||
           endpoint->transport == TRANSPORT_ICMP_TIMESTAMP ||
           endpoint->transport == TRANSPORT_ICMP_ERRORS;
}

bool endpoint_is_stream(const struct endpoint *endpoint)
{
    return endpoint->transport == TRANSPORT_TCP_STREAM ||
           endpoint->transport == TRANSPORT_TCP_ACCEPTED;
}

bool endpoint_is_tcp(const struct endpoint *endpoint)
{
    return endpoint_is_stream(endpoint) || endpoint->transport == TRANSPORT_TCP_CONNECT ||
           endpoint->transport == TRANSPORT_TCP_LISTEN ||
           endpoint->transport == TRANSPORT_TCP_SERVER;
}

static int icmp_socket_open(struct endpoint *endpoint, const struct fx *fx, uint16_t identifier)
{
    const struct icmp_call call = {fx->transport, fx->local, fx->peer, fx->options, identifier};
    struct icmp_socket made;
    int error = icmp_open(&call, &made);
    if (error == 0) {
        endpoint->fd = made.fd;
        endpoint->bound = made.bound;
        endpoint->has_ip_header = made.has_ip_header;
    }
    return error;
}

static int socket_open(struct endpoint *endpoint, const struct fx *fx, uint16_t identifier)
{
    if (endpoint->member.groups != NULL) {
        return port_group_join(&endpoint->member, fx, &endpoint->fd, &endpoint->bound);
    }
    const struct tcp_call call = {fx->local, fx->peer, fx->options, fx->tos};
    int error;
    switch (fx->transport) {
    case TRANSPORT_TCP_CONNECT:
    case TRANSPORT_TCP_STREAM:
        error = tcp_connect(&call, &endpoint->fd, &endpoint->bound, &endpoint->started);
        endpoint->is_connecting = true;
        return error == -EINPROGRESS ? 0 : error;
    case TRANSPORT_TCP_LISTEN:
    case TRANSPORT_TCP_SERVER:
        return tcp_listen(&call, &endpoint->fd, &endpoint->bound);
    case TRANSPORT_ICMP_ECHO:
    case TRANSPORT_ICMP_TIMESTAMP:
    case TRANSPORT_ICMP_ERRORS:
        return icmp_socket_open(endpoint, fx, identifier);
    case TRANSPORT_TCP_ACCEPTED: /* endpoint_adopt */
        return -EINVAL;
    case TRANSPORT_UDP:
        break;
    }
    return sock_open_with(&fx->local, &fx->options, &endpoint->fd, &endpoint->bound);
}

static bool has_stamps(const struct endpoint *endpoint)
{
    return endpoint->transport == TRANSPORT_UDP || endpoint_is_icmp(endpoint);
}

static void choose_stamps(struct endpoint *endpoint)
{
    const char *device = endpoint->options.device;
    if (endpoint->wants_hardware && has_stamps(endpoint)) {
        endpoint->adapter_error = adapter_open(endpoint->fd, device, &endpoint->adapter);
        endpoint->has_adapter = endpoint->adapter_error == 0;
    }
    endpoint->stamps = endpoint->has_adapter ? SOCK_STAMPS_HARDWARE
                       : endpoint->is_shared ? SOCK_STAMPS_KERNEL
                                             : SOCK_STAMPS_REQUESTED;
    endpoint->gives_keys = has_stamps(endpoint) && sock_takes_keys();
    if (endpoint->stamps != SOCK_STAMPS_REQUESTED) {
        sock_set_stamps(endpoint->fd, endpoint->stamps);
    }
}

/* Of a socket that was read before: what was lost then has been counted. */
static void note_old_drops(struct endpoint *endpoint)
{
    if (endpoint->member.groups != NULL && endpoint->transport == TRANSPORT_UDP) {
        endpoint->drops = sock_drops(endpoint->fd);
    }
}

static struct endpoint *endpoint_new(const struct fx *fx)
{
    struct endpoint *endpoint = mem_alloc(1, sizeof *endpoint);
    endpoint->transport = fx->transport;
    endpoint->requested = fx->local;
    endpoint->options = fx->options;
    endpoint->peers.is_by_peer = true;
    return endpoint;
}

struct endpoint *endpoint_adopt(const struct fx *fx, struct tcp_arrival *arrival)
{
    struct endpoint *endpoint = endpoint_new(fx);
    endpoint->fd = arrival->fd;
    endpoint->bound = arrival->local;
    arrival->fd = -1;
    return endpoint;
}

int endpoint_open(const struct fx *fx, uint16_t identifier, const struct port_member *member,
                  struct endpoint **out)
{
    struct endpoint *endpoint = endpoint_new(fx);
    endpoint->member = member == NULL ? (struct port_member){0} : *member;
    endpoint->is_shared = fx->transport == TRANSPORT_UDP && fx->may_share;
    endpoint->wants_hardware = fx->wants_hardware;
    int error = socket_open(endpoint, fx, identifier);
    if (error != 0) {
        free(endpoint);
        return error;
    }
    if (endpoint->is_shared) {
        sock_set_receive_buffer(endpoint->fd, ENDPOINT_SHARED_BUFFER_BYTES);
        sock_omit_destination(endpoint->fd, endpoint->bound.family);
    } else if (fx->transport == TRANSPORT_UDP && fx->room_bytes > 0) {
        sock_set_receive_buffer(endpoint->fd, (int)fx->room_bytes);
    }
    note_old_drops(endpoint);
    choose_stamps(endpoint);
    *out = endpoint;
    return 0;
}

void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->member.groups != NULL) {
        port_group_leave(&endpoint->member, endpoint->fd);
    } else if (endpoint->transport == TRANSPORT_TCP_CONNECT) {
        tcp_close(endpoint->fd, endpoint->requested.port != 0);
    } else {
        close(endpoint->fd);
    }
    endpoint->fd = -1;
    if (endpoint->has_adapter) {
        adapter_close(&endpoint->adapter);
    }
}

void endpoint_free(struct endpoint *endpoint)
{
    channel_table_fini(&endpoint->peers);
    free(endpoint->keys);
    free(endpoint);
}

static bool is_same_device(const struct io_options *a, const struct io_options *b)
{
    return strncmp(a->device, b->device, sizeof a->device) == 0;
}

bool endpoint_can_join(const struct endpoint *endpoint, const struct fx *fx)
{
    return endpoint->requested.family == fx->local.family &&
           endpoint->requested.port == fx->local.port &&
           endpoint->requested.scope == fx->local.scope &&
           memcmp(endpoint->requested.ip, fx->local.ip, sizeof fx->local.ip) == 0 &&
           endpoint->wants_hardware == fx->wants_hardware &&
           endpoint->options.ttl == fx->options.ttl &&
           endpoint->options.dont_fragment == fx->options.dont_fragment &&
           is_same_device(&endpoint->options, &fx->options) &&
           channel_table_find_peer(&endpoint->peers, &fx->peer) == NULL;
}

void endpoint_join(struct endpoint *endpoint, struct channel *channel)
{
    channel->endpoint = endpoint;
    if (endpoint->is_shared) {
        channel_table_add(&endpoint->peers, channel);
    } else {
        assert(endpoint->only == NULL);
        endpoint->only = channel;
    }
}

void endpoint_leave(struct endpoint *endpoint, struct channel *channel)
{
    if (endpoint->is_shared) {
        channel_table_remove(&endpoint->peers, channel);
    } else {
        endpoint->only = NULL;
    }
    channel->endpoint = NULL;
}

bool endpoint_is_unused(const struct endpoint *endpoint)
{
    return endpoint->only == NULL && endpoint->peers.count == 0;
}

struct channel *endpoint_channel(const struct endpoint *endpoint, const struct addr *peer)
{
    return endpoint->is_shared ? channel_table_find_peer(&endpoint->peers, peer) : endpoint->only;
}

/* The kernel counts from 0 after the option was off. */
static void restart_keys(struct endpoint *endpoint)
{
    free(endpoint->keys);
    endpoint->keys = NULL;
    endpoint->key_count = 0;
    endpoint->next_key = 0;
    endpoint->stamps_pending = 0;
}

struct channel *endpoint_only_channel(const struct endpoint *endpoint)
{
    bool is_alone = endpoint->is_shared && endpoint->peers.count == 1;
    return is_alone ? channel_table_any(&endpoint->peers) : NULL;
}

/* No timestamp arrived in time. After the adapter the kernel is tried; after the kernel the
 * program's own clock is used. */
static void give_up_stamps(struct endpoint *endpoint)
{
    sock_stop_stamps(endpoint->fd);
    if (endpoint->stamps != SOCK_STAMPS_HARDWARE) {
        endpoint->gives_no_stamps = true;
        return;
    }
    endpoint->adapter_error = -ENODATA;
    endpoint->stamps = SOCK_STAMPS_KERNEL;
    endpoint->first_request = (struct mono){0};
    restart_keys(endpoint);
    sock_set_stamps(endpoint->fd, endpoint->stamps);
}

bool endpoint_requests_stamp(struct endpoint *endpoint, bool wants, struct mono now)
{
    if (!endpoint->has_reported && endpoint->first_request.ns != 0 &&
        mono_diff(now, endpoint->first_request) > ENDPOINT_STAMP_TIMEOUT_NS) {
        give_up_stamps(endpoint);
    }
    if (wants && endpoint->stamps == SOCK_STAMPS_REQUESTED && !endpoint->is_set_up) {
        sock_set_stamps(endpoint->fd, SOCK_STAMPS_REQUESTED);
        endpoint->is_set_up = true;
    }
    return (wants || endpoint->stamps != SOCK_STAMPS_REQUESTED) && !endpoint->gives_no_stamps;
}

void endpoint_request_stamp(const struct endpoint *endpoint, struct sock_parcel *parcel,
                            uint32_t ahead)
{
    parcel->wants_stamp = endpoint->stamps == SOCK_STAMPS_REQUESTED;
    parcel->has_key = endpoint->gives_keys;
    parcel->key = endpoint->next_key + ahead;
}

static struct sent_key *key_slot(struct endpoint *endpoint, uint32_t key)
{
    return &endpoint->keys[key % endpoint->key_count];
}

static void set_key_room(struct endpoint *endpoint, uint32_t count)
{
    struct sent_key *old = endpoint->keys;
    uint32_t old_count = endpoint->key_count;
    endpoint->keys = mem_alloc(count, sizeof *endpoint->keys);
    endpoint->key_count = count;
    for (uint32_t i = 1; i <= old_count; i++) {
        uint32_t key = endpoint->next_key - i;
        *key_slot(endpoint, key) = old[key % old_count];
    }
    free(old);
}

/* The place of the next packet. Only when there is no more room, one that waits gives it up. */
static struct sent_key *take_slot(struct endpoint *endpoint)
{
    if (endpoint->keys == NULL) {
        set_key_room(endpoint, ENDPOINT_KEYS);
    }
    bool is_full = key_slot(endpoint, endpoint->next_key)->is_pending;
    if (is_full && endpoint->key_count < ENDPOINT_KEYS_MAX) {
        set_key_room(endpoint, 2 * endpoint->key_count);
        is_full = false;
    }
    endpoint->stamps_pending -= is_full;
    return key_slot(endpoint, endpoint->next_key++);
}

void endpoint_note_sent(struct endpoint *endpoint, const struct sent_key *sent, struct mono now)
{
    if (endpoint->first_request.ns == 0) {
        endpoint->first_request = now;
    }
    struct sent_key *slot = take_slot(endpoint);
    *slot = *sent;
    slot->called = now;
    slot->is_pending = true;
    endpoint->stamps_pending++;
}

void endpoint_note_refused(struct endpoint *endpoint, int error)
{
    if (endpoint->gives_keys || sock_is_refusal(error)) {
        *take_slot(endpoint) = (struct sent_key){0};
    }
}

/* A number beyond ours: the kernel has counted datagrams that were refused and then sent, of which
 * sendmmsg(2) does not tell. It is that of the datagram sent last. */
static void catch_up(struct endpoint *endpoint, uint32_t key)
{
    struct sent_key *latest = key_slot(endpoint, endpoint->next_key - 1);
    struct sent_key moved = *latest;
    latest->is_pending = false;
    while (endpoint->next_key != key + 1) {
        *take_slot(endpoint) = (struct sent_key){0};
    }
    *key_slot(endpoint, key) = moved;
}

const struct sent_key *endpoint_find_sent(struct endpoint *endpoint, uint32_t key)
{
    endpoint->has_reported = true;
    if (!endpoint->gives_keys && endpoint->keys != NULL &&
        key - endpoint->next_key < ENDPOINT_KEYS) {
        catch_up(endpoint, key);
    }
    uint32_t age = endpoint->next_key - key;
    if (age == 0 || age > endpoint->key_count || !key_slot(endpoint, key)->is_pending) {
        return NULL;
    }
    endpoint->stamps_pending--;
    key_slot(endpoint, key)->is_pending = false;
    return key_slot(endpoint, key);
}
