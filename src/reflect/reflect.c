/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How a datagram becomes an answer. Control requests open a port (or find it open), then the reply
 * leaves: the port is open before the sender can know. Probes are copied, completed with the time
 * of the poll that sends them, and returned to where they came from. The host drains polls after
 * each input, so one pending answer, one opening port and one closing port are all there can be.
 *
 * Never a source of trouble for others: answers go only to who asked for the port (or to permanent
 * ports, which the operator opened), are never longer than what was received, and no answer of one
 * responder is a request to another; but for echoes, which have a budget. */
#include "reflect/reflect.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reflect/state.h"

struct reflect *reflect_new(const struct reflect_settings *settings,
                            const struct reflect_seed *seed)
{
    struct reflect *reflect = mem_alloc(1, sizeof *reflect);
    reflect->settings = *settings;
    reflect->key = siphash_key(seed->bytes);
    reflect->opening.port = LEASE_NONE;
    reflect->closing = LEASE_NONE;
    reflect->clock.error_ns = -1;
    reflect->echoes.rate = (struct meter_rate){REFLECT_ECHO_BURST, REFLECT_ECHO_INTERVAL_NS};
    reflect_set_limits(reflect);
    lease_init(&reflect->book, &reflect->key, settings->max_sessions,
               reflect_permanent_total(settings));
    return reflect;
}

void reflect_free(struct reflect *reflect)
{
    if (reflect != NULL) {
        lease_fini(&reflect->book);
        reflect_end_twamp(reflect);
        reflect_end_impaired(reflect);
        reflect_wipe_settings(&reflect->settings);
        if (reflect->wanted != NULL) {
            reflect_wipe_settings(reflect->wanted);
            free(reflect->wanted);
        }
        if (reflect->memory != reflect->settings.replays) {
            free(reflect->memory);
        }
        free(reflect);
    }
}

const struct addr *reflect_listen_error(const struct reflect *reflect, int *error)
{
    const struct reflect_settings *settings = &reflect->settings;
    if (reflect->wanted != NULL) {
        return NULL;
    }
    for (size_t i = 0; i < settings->listen_count; i++) {
        if (reflect->listeners[i].error != 0) {
            *error = reflect->listeners[i].error;
            return &settings->listen[i];
        }
    }
    for (size_t i = 0; i < reflect_permanent_total(settings); i++) {
        enum transport transport;
        if (reflect->permanent_errors[i] != 0) {
            *error = reflect->permanent_errors[i];
            return reflect_permanent_at(settings, i, &transport);
        }
    }
    return NULL;
}

bool reflect_is_listening(const struct reflect *reflect)
{
    int error;
    for (size_t i = 0; i < reflect->settings.listen_count; i++) {
        if (reflect->listeners[i].state != PORT_OPEN) {
            return false;
        }
    }
    return reflect->wanted == NULL && !reflect->is_removing &&
           reflect->permanent_asked == reflect_permanent_total(&reflect->settings) &&
           reflect->opening.port == LEASE_NONE && reflect_listen_error(reflect, &error) == NULL;
}

const struct reflect_stats *reflect_stats(const struct reflect *reflect)
{
    return &reflect->stats;
}

const struct refusals *reflect_refusals(const struct reflect *reflect)
{
    return &reflect->refusals;
}

void reflect_set_clock(struct reflect *reflect, const struct clock_state *clock)
{
    reflect->clock.is_synchronized = clock->is_synchronized;
    reflect->clock.error_ns =
        clock->is_synchronized ? clock_admitted_ns(clock) : clock->maximum_error_ns;
    reflect_write_estimate(reflect);
}

bool reflect_tells_clock(const struct reflect *reflect)
{
    return reflect->settings.stamp.port_count > 0 || reflect->settings.twamp.port_count > 0;
}

void reflect_stop(struct reflect *reflect)
{
    reflect->is_stopping = true;
}

/* Channels 0 to listen_count - 1 are the control sockets, then the ports of the table. */
static uint32_t port_channel(const struct reflect *reflect, uint32_t port)
{
    return (uint32_t)reflect->settings.listen_count + port;
}

static bool is_allowed(const struct reflect *reflect, const struct addr *peer)
{
    const struct reflect_settings *settings = &reflect->settings;
    for (size_t i = 0; i < settings->allow_count; i++) {
        if (addr_prefix_contains(&settings->allow[i], peer)) {
            return true;
        }
    }
    return settings->allow_count == 0;
}

/* A service, which would read our answer as a request in words that a third party chose; or many.
 */
static bool is_bad_source(const struct reflect *reflect, const struct ev *ev)
{
    return ev->peer.port < reflect->settings.min_source_port || addr_is_multicast(&ev->peer) ||
           addr_is_multicast(&ev->local);
}

static bool is_loop(const struct reflect *reflect, const struct addr *peer)
{
    return peer->port == 0 || reflect_is_control_port(reflect, peer->port);
}

static void input_request(struct reflect *reflect, const struct ev *ev, struct instant now)
{
    bool is_v2 = ev->size > 0 && ev->bytes[0] == IPSLA2_VERSION;
    struct opening to = {
        .port = LEASE_NONE,
        .control = is_v2 ? &reflect_control2 : &reflect_control1,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = ev->tos,
    };
    enum reflect_result result = to.control->read(reflect, ev, now, &to);
    if (result == RESULT_ACCEPTED && reflect->impaired != NULL) {
        result = reflect_impair_request(reflect, &to, now.mono);
    }
    if (result == RESULT_ACCEPTED) {
        reflect_open_port(reflect, &to, now);
    } else if (result != REFLECT_RESULT_COUNT) {
        reflect_refuse(reflect, &to, result);
    }
}

/* On a port for TWAMP, of no session that runs, and not for STAMP either. */
static void drop_twamp(struct reflect *reflect, uint32_t port, const struct addr *peer)
{
    bool is_known = lease_has_address(&reflect->book, port, peer);
    reflect_drop(reflect, is_known ? DROP_OTHER_PORT : DROP_NO_SESSION);
}

static void input_port(struct reflect *reflect, uint32_t port, const struct ev *ev,
                       struct instant now)
{
    const struct lease_port *at = &reflect->book.ports[port];
    if (at->transport == TRANSPORT_TCP_LISTEN) {
        reflect_input_connection(reflect, port, ev, now);
    } else if (at->transport == TRANSPORT_TCP_SERVER) {
        reflect_input_twamp_connection(reflect, ev, now);
    } else if (at->is_twamp && reflect_input_twamp(reflect, port, ev, now)) {
        return;
    } else if (at->is_stamp) {
        reflect_input_stamp(reflect, port, ev, now);
    } else if (at->is_twamp) {
        drop_twamp(reflect, port, &ev->peer);
    } else {
        reflect_input_probe(reflect, port, ev, now);
    }
}

static void input_data(struct reflect *reflect, const struct ev *ev, struct instant now)
{
    assert(!reflect->answer.is_pending && reflect->opening.port == LEASE_NONE);
    reflect->from = ev->peer;
    if (ev->id.channel >= TWAMP_CHANNELS) {
        reflect_input_twamp_bytes(reflect, ev);
    } else if (ev->is_of_vrf) {
        reflect_drop(reflect, DROP_OTHER_VRF);
    } else if (!is_allowed(reflect, &ev->peer)) {
        reflect_drop(reflect, DROP_NOT_ALLOWED);
    } else if (is_loop(reflect, &ev->peer)) {
        reflect_drop(reflect, DROP_LOOP);
    } else if (is_bad_source(reflect, ev)) {
        reflect_drop(reflect, DROP_BAD_SOURCE);
    } else if (ev->id.channel < reflect->settings.listen_count &&
               !reflect_may_ask(reflect, &ev->peer, now.mono)) {
        reflect_drop(reflect, DROP_SOURCE_LIMIT);
    } else if (ev->id.channel < reflect->settings.listen_count) {
        input_request(reflect, ev, now);
    } else {
        input_port(reflect, ev->id.channel - (uint32_t)reflect->settings.listen_count, ev, now);
    }
}

static void input_opened(struct reflect *reflect, uint32_t channel, struct instant now)
{
    if (channel < reflect->settings.listen_count) {
        reflect->listeners[channel].state = PORT_OPEN;
        return;
    }
    struct opening to = reflect->opening;
    assert(to.port != LEASE_NONE && channel == port_channel(reflect, to.port));
    reflect->opening.port = LEASE_NONE;
    reflect->book.ports[to.port].state = PORT_OPEN;
    if (to.control != NULL) {
        reflect_grant(reflect, &to, now);
    }
}

static void remove_port(struct reflect *reflect, uint32_t port)
{
    reflect->room_taken_bytes -= reflect->book.ports[port].room_bytes;
    lease_remove_port(&reflect->book, port);
}

static void input_open_failed(struct reflect *reflect, uint32_t channel, int error)
{
    if (channel < reflect->settings.listen_count) {
        reflect->listeners[channel] = (struct listener){.state = PORT_CLOSING, .error = error};
        return;
    }
    struct opening to = reflect->opening;
    reflect->opening.port = LEASE_NONE;
    remove_port(reflect, to.port);
    if (to.control != NULL) {
        reflect_refuse(reflect, &to, error == EADDRINUSE ? RESULT_PORT_IN_USE : RESULT_FAILED);
    } else {
        reflect->permanent_errors[reflect->permanent_asked - 1] = error;
    }
}

/* Of answers that leave together. */
static uint64_t *late_counter(struct reflect *reflect, enum reflect_late late)
{
    return late == LATE_ECHO ? &reflect->stats.echo_probes : &reflect->stats.jitter_probes;
}

/* An answer did not leave: this host's fault, nobody's refusal. */
static void input_send_failed(struct reflect *reflect, const struct ev *ev)
{
    if (ev->tag != LATE_NONE) {
        (*late_counter(reflect, (enum reflect_late)ev->tag))--;
        reflect->stats.dropped[DROP_SEND_FAILED]++;
    } else if (reflect->unconfirmed != NULL) {
        reflect->unconfirmed = NULL;
        reflect->stats.dropped[DROP_SEND_FAILED]++;
    }
}

static bool is_opening(const struct reflect *reflect, uint32_t channel)
{
    if (channel < reflect->settings.listen_count) {
        return reflect->listeners[channel].state == PORT_OPENING;
    }
    return reflect->opening.port != LEASE_NONE &&
           channel == port_channel(reflect, reflect->opening.port);
}

/* What became of an effect, or of a packet that left. */
static void input_error(struct reflect *reflect, const struct ev *ev)
{
    if (ev->is_icmp) {
        return;
    }
    if (ev->id.channel >= TWAMP_CHANNELS) {
        reflect_input_twamp_failed(reflect, ev->id.channel);
    } else if (is_opening(reflect, ev->id.channel)) {
        input_open_failed(reflect, ev->id.channel, ev->error);
    } else {
        input_send_failed(reflect, ev);
    }
}

void reflect_input(struct reflect *reflect, const struct ev *ev, struct instant now)
{
    reflect->now = now.mono;
    switch (ev->kind) {
    case EV_OPENED:
        if (ev->id.channel >= TWAMP_CHANNELS) {
            reflect_input_twamp_opened(reflect, ev->id.channel, now);
        } else {
            input_opened(reflect, ev->id.channel, now);
        }
        break;
    case EV_DATA:
        input_data(reflect, ev, now);
        break;
    case EV_SENT: /* never asked for */
    case EV_DROPPED: /* the host counts them */
        break;
    case EV_ENDED:
        reflect_input_twamp_ended(reflect, ev->id.channel);
        break;
    case EV_ERROR:
        input_error(reflect, ev);
        break;
    }
}

static void poll_answer(struct reflect *reflect, struct instant now, struct fx *fx)
{
    struct answer *answer = &reflect->answer;
    if (answer->is_jitter) {
        reflect_complete_probe(reflect, now);
    } else if (answer->is_stamp) {
        reflect_complete_stamp(reflect, now);
    } else if (answer->is_twamp) {
        reflect_complete_twamp(reflect, now);
    }
    *fx = (struct fx){
        .kind = FX_SEND,
        .id = answer->id,
        .local = answer->local,
        .peer = answer->peer,
        .bytes = reflect->bytes,
        .size = answer->size,
        .tos = reflect->settings.reflect_tos ? answer->tos : 0,
        .may_wait = answer->late != LATE_NONE,
        .tag = answer->late,
    };
    answer->is_pending = false;
    if (answer->late != LATE_NONE) {
        (*late_counter(reflect, answer->late))++;
    } else {
        reflect->unconfirmed = answer->counter;
    }
}

static void fill_open(const struct reflect *reflect, struct fx *fx, uint32_t channel,
                      const struct addr *local, uint32_t room_bytes)
{
    *fx = (struct fx){
        .kind = FX_OPEN,
        .id.channel = channel,
        .local = *local,
        .options.ttl = REFLECT_TTL,
        .room_bytes = room_bytes,
    };
    memcpy(fx->options.device, reflect->settings.device, sizeof fx->options.device);
}

/* Control sockets first, then permanent ports, one after the other; then what requests ask for. */
static bool poll_open(struct reflect *reflect, struct fx *fx)
{
    const struct reflect_settings *settings = &reflect->settings;
    if (reflect->listen_asked < settings->listen_count) {
        uint32_t i = (uint32_t)reflect->listen_asked++;
        reflect->listeners[i].state = PORT_OPENING;
        fill_open(reflect, fx, i, &settings->listen[i], REFLECT_ROOM_MAX_BYTES);
        fx->is_for_all = true;
        return true;
    }
    struct opening *opening = &reflect->opening;
    while (opening->port == LEASE_NONE &&
           reflect->permanent_asked < reflect_permanent_total(settings)) {
        enum transport transport;
        const struct addr *local =
            reflect_permanent_at(settings, reflect->permanent_asked++, &transport);
        if (!reflect_make_permanent(reflect, local, transport)) {
            *opening =
                (struct opening){.port = lease_add_port(&reflect->book, local, transport, true)};
            if (opening->port != LEASE_NONE) {
                reflect_mark_port(reflect, opening->port);
            }
        }
    }
    if (opening->port == LEASE_NONE || opening->was_asked) {
        return false;
    }
    opening->was_asked = true;
    struct lease_port *port = &reflect->book.ports[opening->port];
    fill_open(reflect, fx, port_channel(reflect, opening->port), &port->local,
              reflect_take_buffer(reflect, port));
    fx->transport = port->transport;
    fx->is_for_all = port->is_permanent;
    return true;
}

static void fill_close(struct reflect *reflect, uint32_t port, struct fx *fx)
{
    *fx = (struct fx){.kind = FX_CLOSE, .id.channel = port_channel(reflect, port)};
    remove_port(reflect, port);
}

/* Ends leases; true when the last one on a port ended, which closes it. */
static bool poll_expiry(struct reflect *reflect, struct mono now, struct fx *fx)
{
    uint32_t port;
    while ((port = lease_expire(&reflect->book, now)) != LEASE_NONE) {
        reflect_note_sessions(reflect);
        const struct lease_port *used = &reflect->book.ports[port];
        if (used->sessions == 0 && !used->is_permanent) {
            fill_close(reflect, port, fx);
            return true;
        }
    }
    return false;
}

static bool poll_stop(struct reflect *reflect, struct fx *fx)
{
    if (reflect_stop_twamp(reflect, fx) || poll_expiry(reflect, MONO_NEVER, fx)) {
        return true;
    }
    for (uint32_t i = 0; i < reflect->book.port_limit; i++) {
        if (reflect->book.ports[i].state == PORT_OPEN) {
            fill_close(reflect, i, fx);
            return true;
        }
    }
    for (uint32_t i = 0; i < reflect->settings.listen_count; i++) {
        bool was_open = reflect->listeners[i].state == PORT_OPEN;
        reflect->listeners[i].state = PORT_CLOSING;
        if (was_open) {
            *fx = (struct fx){.kind = FX_CLOSE, .id.channel = i};
            return true;
        }
    }
    return false;
}

bool reflect_poll(struct reflect *reflect, struct instant now, struct fx *fx)
{
    if (reflect->unconfirmed != NULL) {
        (*reflect->unconfirmed)++;
        reflect->unconfirmed = NULL;
    }
    if (reflect->answer.is_pending) {
        poll_answer(reflect, now, fx);
        return true;
    }
    if (reflect->is_stopping) {
        return poll_stop(reflect, fx);
    }
    reflect_spare_room(reflect, now.mono);
    if (reflect->closing != LEASE_NONE) { /* before the port opens for somebody else */
        fill_close(reflect, reflect->closing, fx);
        reflect->closing = LEASE_NONE;
        return true;
    }
    if (reflect->wanted != NULL && reflect->opening.port == LEASE_NONE) {
        reflect_apply_change(reflect);
    }
    uint32_t removed = reflect->is_removing ? reflect_find_removed(reflect) : LEASE_NONE;
    if (removed != LEASE_NONE) {
        fill_close(reflect, removed, fx);
        return true;
    }
    return reflect_poll_twamp(reflect, now, fx) || poll_open(reflect, fx) ||
           poll_expiry(reflect, now.mono, fx);
}

struct mono reflect_due(const struct reflect *reflect)
{
    return mono_min(lease_next_expiry(&reflect->book), reflect_twamp_due(reflect));
}
