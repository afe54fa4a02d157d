/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/responder.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

struct responder responder;
const struct reflect_seed responder_seed = {{1, 2, 3}};

int responder_load(void **state)
{
    (void)state;
    vectors_load(&responder.vectors);
    return 0;
}

void responder_prepare(void)
{
    reflect_settings_default(&responder.settings);
}

void responder_allow(const char *prefix)
{
    struct reflect_settings *settings = &responder.settings;
    assert_true(addr_parse_prefix(prefix, &settings->allow[settings->allow_count++]));
}

void responder_set_up(void)
{
    responder.reflect = reflect_new(&responder.settings, &responder_seed);
    responder.datagrams = 0;
    drive_init(&responder.drive, reflect_machine(responder.reflect), build_at(0));
    drive_poll(&responder.drive);
    drive_forget(&responder.drive);
}

uint64_t responder_drops(void)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < REFLECT_DROP_COUNT; i++) {
        total += reflect_stats(responder.reflect)->dropped[i];
    }
    return total;
}

void responder_tear_down(void)
{
    assert_int_equal(responder.drive.sent + responder_drops() +
                         reflect_stats(responder.reflect)->tcp_connects -
                         reflect_stats(responder.reflect)->dropped[DROP_SEND_FAILED],
                     responder.datagrams);
    reflect_stop(responder.reflect);
    drive_poll(&responder.drive);
    assert_int_equal(responder.drive.open_count, 0);
    assert_true(reflect_machine(responder.reflect)
                    .ops->deadline(reflect_machine(responder.reflect).self)
                    .ns == INT64_MAX);
    reflect_free(responder.reflect);
}

void responder_deliver(uint16_t port, const char *peer, const void *bytes, size_t size)
{
    const struct drive_channel *channel = drive_channel(&responder.drive, port);
    assert_non_null(channel);
    struct ev ev =
        build_data(channel->id, peer, peer[0] == '[' ? RESPONDER_IPV6 : RESPONDER_IP, bytes, size);
    ev.local.port = port;
    ev.tos = 0xb8;
    responder.datagrams++;
    drive_input(&responder.drive, ev);
}

void responder_deliver_vector(uint16_t port, const char *peer, const char *name)
{
    const struct vector *v = vectors_find(&responder.vectors, name);
    responder_deliver(port, peer, v->bytes, v->size);
}

void responder_ask(const char *peer, uint16_t port, uint16_t duration_ms)
{
    struct ipsla_request request = {
        0x42, IPSLA_COMMAND_JITTER, {198, 51, 100, 20}, port, duration_ms, false, false};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    responder_deliver(1967, peer, bytes, ipsla_request_encode(&request, bytes));
}

void responder_send_jitter(uint16_t port, const char *peer, uint16_t seq)
{
    const struct ipsla_jitter_ms probe = {.send_ms = 43200000, .sender_seq = seq};
    uint8_t bytes[32];
    ipsla_jitter_ms_encode(&probe, bytes, sizeof bytes);
    responder_deliver(port, peer, bytes, sizeof bytes);
}

const struct drive_effect *responder_last(const char *peer)
{
    assert_true(responder.drive.effect_count > 0);
    const struct drive_effect *effect = &responder.drive.effects[responder.drive.effect_count - 1];
    struct addr addr = build_addr(peer);
    assert_int_equal(effect->fx.kind, FX_SEND);
    assert_true(addr_is_equal(&effect->fx.peer, &addr));
    return effect;
}

struct ipsla_jitter_ms responder_last_jitter(const char *peer)
{
    const struct drive_effect *effect = responder_last(peer);
    struct ipsla_jitter_ms probe = {0};
    assert_int_equal(ipsla_jitter_ms_decode_reply(effect->bytes, effect->fx.size, &probe),
                     IPSLA_ACCEPT);
    return probe;
}

void responder_assert_reply(const char *peer, const void *bytes, size_t size)
{
    const struct drive_effect *effect = responder_last(peer);
    assert_int_equal(effect->fx.size, size);
    assert_memory_equal(effect->bytes, bytes, size);
}

uint64_t responder_dropped(unsigned reason)
{
    return reflect_stats(responder.reflect)->dropped[reason];
}

uint64_t responder_results(enum reflect_result result)
{
    return reflect_stats(responder.reflect)->requests[result];
}
