/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Other settings for a responder that runs. They are taken over when no request is being answered,
 * as a request may point to a key. Permanent ports that are not wanted any more close, with their
 * sessions; those that are new open like the first ones. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reflect/reflect.h"
#include "reflect/state.h"

uint32_t reflect_permanent_total(const struct reflect_settings *settings)
{
    return (uint32_t)(settings->permanent_count + settings->permanent_tcp_count +
                      settings->stamp.port_count + 2 * settings->twamp.port_count);
}

const struct addr *reflect_permanent_at(const struct reflect_settings *settings, size_t place,
                                        enum transport *transport)
{
    *transport = TRANSPORT_UDP;
    if (place < settings->permanent_count) {
        return &settings->permanent[place];
    }
    place -= settings->permanent_count;
    if (place < settings->permanent_tcp_count) {
        *transport = TRANSPORT_TCP_LISTEN;
        return &settings->permanent_tcp[place];
    }
    place -= settings->permanent_tcp_count;
    if (place < settings->stamp.port_count) {
        return &settings->stamp.ports[place];
    }
    place -= settings->stamp.port_count;
    if (place < settings->twamp.port_count) {
        *transport = TRANSPORT_TCP_SERVER;
        return &settings->twamp.ports[place];
    }
    return &settings->twamp.ports[place - settings->twamp.port_count];
}

bool reflect_is_twamp_port(const struct reflect_settings *settings, const struct lease_port *port)
{
    for (size_t i = 0; i < settings->twamp.port_count; i++) {
        if (port->transport == TRANSPORT_UDP &&
            addr_is_equal(&settings->twamp.ports[i], &port->local)) {
            return true;
        }
    }
    return false;
}

bool reflect_is_stamp_port(const struct reflect_settings *settings, const struct lease_port *port)
{
    for (size_t i = 0; i < settings->stamp.port_count; i++) {
        if (port->transport == TRANSPORT_UDP &&
            addr_is_equal(&settings->stamp.ports[i], &port->local)) {
            return true;
        }
    }
    return false;
}

/* Where control requests are taken, and how much is always open, for whoever shows it. */
static void note_ports(struct reflect *reflect)
{
    const struct reflect_settings *settings = &reflect->settings;
    uint16_t *ports = reflect->stats.control_ports;
    uint32_t count = 0;
    for (size_t i = 0; i < settings->listen_count; i++) {
        uint32_t at = 0;
        while (at < count && ports[at] != settings->listen[i].port) {
            at++;
        }
        ports[at] = settings->listen[i].port;
        count += at == count;
    }
    reflect->stats.control_port_count = count;
    reflect->stats.twamp_ports = (uint32_t)settings->twamp.port_count;
    reflect->stats.permanent_ports =
        (uint32_t)(settings->permanent_count + settings->permanent_tcp_count);
}

void reflect_set_limits(struct reflect *reflect)
{
    const struct reflect_settings *settings = &reflect->settings;
    uint32_t requests = settings->requests_per_source;
    reflect->stats.max_sessions = settings->max_sessions;
    note_ports(reflect);
    reflect_write_estimate(reflect);
    reflect_start_twamp(reflect);
    reflect_start_impaired(reflect);
    if (requests > 0) { /* a second's worth at once */
        reflect->requests.rate = (struct meter_rate){requests, NS_PER_SECOND / requests};
    }
    if (settings->key_count > 0 && reflect->memory == NULL) {
        reflect->memory =
            settings->replays != NULL ? settings->replays : mem_alloc(1, sizeof *reflect->memory);
    }
}

void reflect_wipe_settings(struct reflect_settings *settings)
{
    for (size_t i = 0; i < settings->key_count; i++) {
        auth_key_wipe(&settings->keys[i]);
    }
    auth_key_wipe(&settings->stamp.key);
    for (size_t i = 0; i < settings->twamp.key_count; i++) {
        auth_key_wipe(&settings->twamp.keys[i]);
    }
}

void reflect_change(struct reflect *reflect, const struct reflect_settings *settings)
{
    if (reflect->wanted == NULL) {
        reflect->wanted = mem_alloc(1, sizeof *reflect->wanted);
    }
    reflect_wipe_settings(reflect->wanted);
    *reflect->wanted = *settings;
}

void reflect_apply_change(struct reflect *reflect)
{
    struct reflect_settings *settings = &reflect->settings;
    struct reflect_settings *wanted = reflect->wanted;
    uint32_t permanent = reflect_permanent_total(settings) + reflect_permanent_total(wanted);
    if (reflect->memory != NULL) { /* what was seen before is kept */
        wanted->replays = settings->replays;
    }
    reflect_wipe_settings(settings);
    *settings = *wanted;
    reflect_wipe_settings(wanted);
    free(wanted);
    reflect->wanted = NULL;
    lease_grow(&reflect->book, settings->max_sessions, permanent);
    reflect_set_limits(reflect);
    reflect->permanent_asked = 0;
    memset(reflect->permanent_errors, 0, sizeof reflect->permanent_errors);
    reflect->is_removing = true;
}

static bool is_permanent(const struct reflect_settings *settings, const struct lease_port *port)
{
    for (size_t i = 0; i < reflect_permanent_total(settings); i++) {
        enum transport transport;
        const struct addr *local = reflect_permanent_at(settings, i, &transport);
        if (transport == port->transport && addr_is_equal(local, &port->local)) {
            return port->is_stamp == reflect_is_stamp_port(settings, port) &&
                   port->is_twamp == reflect_is_twamp_port(settings, port);
        }
    }
    return false;
}

static void end_sessions(struct reflect *reflect, uint32_t port)
{
    struct lease_book *book = &reflect->book;
    for (uint32_t i = 0; i < book->session_limit; i++) {
        struct lease_session *session = &book->sessions[i];
        if (session->peer.family != ADDR_NONE && session->port == port) {
            lease_end(book, session);
        }
    }
    reflect_note_sessions(reflect);
}

uint32_t reflect_find_removed(struct reflect *reflect)
{
    for (uint32_t i = 0; i < reflect->book.port_limit; i++) {
        const struct lease_port *port = &reflect->book.ports[i];
        if (port->state == PORT_OPEN && port->is_permanent &&
            !is_permanent(&reflect->settings, port)) {
            end_sessions(reflect, i);
            return i;
        }
    }
    reflect->is_removing = false;
    return LEASE_NONE;
}

void reflect_mark_port(struct reflect *reflect, uint32_t index)
{
    struct lease_port *port = &reflect->book.ports[index];
    port->is_stamp = reflect_is_stamp_port(&reflect->settings, port);
    port->is_twamp = reflect_is_twamp_port(&reflect->settings, port);
}

bool reflect_make_permanent(struct reflect *reflect, const struct addr *local,
                            enum transport transport)
{
    uint32_t index = lease_find_port(&reflect->book, local, transport);
    if (index == LEASE_NONE || !addr_is_equal(&reflect->book.ports[index].local, local)) {
        return false;
    }
    reflect->book.ports[index].is_permanent = true;
    reflect_mark_port(reflect, index);
    return true;
}
