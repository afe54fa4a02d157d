/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "trace/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "wire/icmp.h"

#define NONCE UINT64_C(0x1122334455667788)
#define FIRST_CHANNEL 100
#define TIMEOUT_NS NS_PER_SECOND
#define PACKET_BYTES_MAX 128

/* A host by hand: what is open, and the packet sent last. */
struct world {
    struct trace *trace;
    struct instant now;
    int quotes_error, flow_error; /* of opening */
    uint16_t taken_port; /* cannot be bound */
    unsigned open;
    struct fx sent;
    uint8_t bytes[PACKET_BYTES_MAX];
    unsigned count; /* packets sent */
};

static struct addr addr_of(const char *text)
{
    struct addr addr;
    assert_true(addr_parse_ip(text, &addr));
    return addr;
}

static struct trace_settings settings_of(unsigned flows, unsigned probes)
{
    struct trace_settings settings = {
        .peer = addr_of("198.51.100.7"),
        .tos = 0x68,
        .flows = (uint8_t)flows,
        .probes = (uint8_t)probes,
        .max_hops = 10,
        .timeout_ns = TIMEOUT_NS,
        .first_channel = FIRST_CHANNEL,
    };
    settings.peer.port = 33434;
    return settings;
}

static void begin(struct world *world, const struct trace_settings *settings)
{
    *world = (struct world){.trace = trace_new(settings, NONCE), .now = {{NS_PER_SECOND}, {0}}};
}

static void give(struct world *world, struct ev ev)
{
    trace_input(world->trace, &ev, world->now);
}

static void open_channel(struct world *world, const struct fx *fx)
{
    bool is_quotes = fx->transport == TRANSPORT_ICMP_ERRORS;
    int error = is_quotes ? world->quotes_error : world->flow_error;
    struct ev ev = {.kind = EV_OPENED, .id = fx->id, .local = fx->local};
    assert_int_equal(is_quotes, fx->id.channel == FIRST_CHANNEL);
    if (error == 0 && fx->local.port != 0 && fx->local.port == world->taken_port) {
        error = EADDRINUSE;
    }
    if (error != 0) {
        ev.kind = EV_ERROR;
        ev.error = error;
    }
    if (ev.local.port == 0) {
        ev.local.port = 777;
    }
    world->open += error == 0;
    give(world, ev);
}

/* Polls until there is nothing more to do. */
static void pump(struct world *world)
{
    struct fx fx;
    while (trace_poll(world->trace, world->now, &fx)) {
        if (fx.kind == FX_OPEN) {
            open_channel(world, &fx);
        } else if (fx.kind == FX_CLOSE) {
            world->open--;
        } else {
            assert_true(fx.size <= sizeof world->bytes);
            world->sent = fx;
            memcpy(world->bytes, fx.bytes, fx.size);
            world->count++;
        }
    }
    assert_true(mono_is_before(world->now.mono, trace_deadline(world->trace)));
}

static void wait_ns(struct world *world, int64_t ns)
{
    world->now.mono = mono_add(world->now.mono, ns);
    world->now.wall = wall_add(world->now.wall, ns);
    pump(world);
}

/* An error about the packet sent last, which quotes `size` bytes of its payload, 1 ms after it. */
static void give_error(struct world *world, const char *from, const uint8_t type_and_code[2],
                       size_t size)
{
    struct ev ev = {
        .kind = EV_ERROR,
        .id = world->sent.id,
        .is_icmp = true,
        .icmp = {addr_of(from), type_and_code[0], type_and_code[1]},
        .peer = world->sent.peer,
        .bytes = world->bytes,
        .size = size,
    };
    world->now.mono = mono_add(world->now.mono, NS_PER_MS);
    ev.received = (struct stamp){.at = world->now, .source = STAMP_KERNEL};
    give(world, ev);
    wait_ns(world, TRACE_INTERVAL_NS);
}

static const uint8_t exceeded[2] = {11, 0}, port_closed[2] = {3, 3}, prohibited[2] = {3, 13};

static void answer(struct world *world, const char *from)
{
    give_error(world, from, exceeded, world->sent.size);
}

static void end_at_host(struct world *world)
{
    give_error(world, "198.51.100.7", port_closed, world->sent.size);
}

static struct trace_result *end(struct world *world, const struct trace_result *before)
{
    pump(world);
    assert_true(trace_is_over(world->trace));
    assert_int_equal(world->open, 0);
    struct trace_result *result = trace_result(world->trace, before, world->now.wall);
    trace_free(world->trace);
    return result;
}

static void assert_address(const struct trace_result *result, unsigned hop, const char *text)
{
    char got[ADDR_TEXT_MAX];
    const struct trace_hop *seen = trace_result_hop(result, hop);
    assert_int_equal(seen->address_count, 1);
    assert_string_equal(addr_format_ip(&seen->addresses[0], got), text);
}

/* Hop by hop, with a TTL more each time, in packets whose ports stay. */
static void test_hops(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    assert_int_equal(world.open, 2);
    for (unsigned ttl = 1; ttl <= 3; ttl++) {
        assert_int_equal(world.count, ttl);
        assert_int_equal(world.sent.ttl, ttl);
        assert_int_equal(world.sent.tos, 0x68);
        assert_int_equal(world.sent.size, TRACE_BYTES + ttl);
        assert_int_equal(world.sent.peer.port, 33434);
        if (ttl < 3) {
            answer(&world, ttl == 1 ? "192.0.2.1" : "192.0.2.2");
        } else {
            end_at_host(&world);
        }
    }
    struct trace_result *result = end(&world, NULL);
    assert_true(result->is_reached);
    assert_int_equal(result->hop_count, 3);
    assert_int_equal(result->ends[0], 3);
    assert_int_equal(result->ports[0], TRACE_SOURCE_PORT);
    assert_address(result, 1, "192.0.2.1");
    assert_address(result, 3, "198.51.100.7");
    const struct trace_cell *cell = trace_result_cell(result, 2, 0);
    assert_int_equal(cell->sent, 1);
    assert_int_equal(cell->answered, 1);
    assert_int_equal(cell->rtt_min_ns, NS_PER_MS);
    assert_int_equal(result->runs, 1);
    assert_int_equal(result->changes, 0);
    trace_result_unref(result);
}

/* A hop that says nothing is waited for; after five in a row nothing more comes. */
static void test_silence(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    wait_ns(&world, TIMEOUT_NS - 1);
    assert_int_equal(world.count, 1);
    wait_ns(&world, 1);
    assert_int_equal(world.sent.ttl, 2);
    answer(&world, "192.0.2.2");
    for (unsigned i = 0; i < TRACE_SILENT_MAX; i++) {
        assert_int_equal(world.sent.ttl, 3 + i);
        wait_ns(&world, TIMEOUT_NS);
    }
    struct trace_result *result = end(&world, NULL);
    assert_false(result->is_reached);
    assert_int_equal(result->hop_count, 2);
    assert_int_equal(trace_result_hop(result, 1)->address_count, 0);
    assert_int_equal(trace_result_cell(result, 1, 0)->answered, 0);
    assert_address(result, 2, "192.0.2.2");
    trace_result_unref(result);
}

/* Old routers quote 8 bytes behind the IP header, which are the UDP header: then nothing is left.
 */
static void test_short_quote(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    give_error(&world, "192.0.2.1", exceeded, 0);
    assert_int_equal(world.sent.ttl, 2);
    give_error(&world, "198.51.100.7", port_closed, 11);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->hop_count, 2);
    trace_result_unref(result);
}

/* What quotes another nonce, or a packet that nobody waits for any more, answers nothing. */
static void test_foreign_quotes(void **state)
{
    (void)state;
    struct world world;
    uint8_t first[PACKET_BYTES_MAX];
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    memcpy(first, world.bytes, sizeof first);
    world.bytes[0] ^= 1;
    answer(&world, "192.0.2.66");
    assert_int_equal(world.count, 1);
    wait_ns(&world, TIMEOUT_NS);
    assert_int_equal(world.sent.ttl, 2);
    memcpy(world.bytes, first, sizeof first);
    answer(&world, "192.0.2.1"); /* that of hop 1, too late */
    assert_int_equal(world.count, 2);
    give_error(&world, "192.0.2.66", (const uint8_t[2]){12, 0}, 0); /* says nothing of the way */
    assert_int_equal(world.count, 2);
    trace_abandon(world.trace);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->hop_count, 0);
    trace_result_unref(result);
}

/* Somebody on the way refuses: the host is not reached. */
static void test_stopped(void **state)
{
    (void)state;
    struct world world;
    char text[ADDR_TEXT_MAX];
    const struct trace_settings settings = settings_of(1, 2);
    begin(&world, &settings);
    pump(&world);
    give_error(&world, "192.0.2.1", prohibited, 40);
    assert_int_equal(world.sent.ttl, 1);
    give_error(&world, "192.0.2.1", prohibited, 40);
    struct trace_result *result = end(&world, NULL);
    assert_false(result->is_reached);
    assert_int_equal(result->hop_count, 1);
    assert_string_equal(addr_format_ip(&result->stop.from, text), "192.0.2.1");
    assert_int_equal(result->stop.code, 13);
    trace_result_unref(result);
}

/* The whole error about the packet sent last, as the channel of quotes brings it. */
static void give_quote(struct world *world, const char *from, uint8_t tos, uint16_t port)
{
    uint8_t bytes[ICMP_HEADER_BYTES + 20 + 8 + 100 + 12] = {11, 0, 0, 0, 0, 32};
    uint8_t *ip = bytes + ICMP_HEADER_BYTES, *udp = ip + 20;
    const size_t size = world->sent.size;
    memcpy(ip, "\x45\0\0\0\0\0\0\0\1\x11\0\0\xc0\0\2\x63\xc6\x33\x64\x07", 20);
    ip[1] = tos;
    const uint8_t header[] = {(uint8_t)(port >> 8), (uint8_t)port, 0x82, 0x9a, 0,
                              (uint8_t)(size + 8)};
    memcpy(udp, header, sizeof header);
    memcpy(udp + 8, world->bytes, size);
    memcpy(bytes + ICMP_HEADER_BYTES + 128, "\x20\0\0\0\0\x08\1\1\x05\xdc\x1b\x01", 12);
    const struct ev ev = {
        .kind = EV_DATA,
        .id.channel = FIRST_CHANNEL,
        .peer = addr_of(from),
        .bytes = bytes,
        .size = sizeof bytes,
        .received = {.at = world->now, .source = STAMP_KERNEL},
    };
    give(world, ev);
}

/* TOS and labels are noted whether the whole error comes before that of the flow, after it, or
 * alone; that of another sender's flow says nothing. */
static void test_quotes(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    give_quote(&world, "192.0.2.66", 0, 4711);
    assert_int_equal(world.count, 1);
    give_quote(&world, "192.0.2.1", 0x68, TRACE_SOURCE_PORT);
    answer(&world, "192.0.2.1");
    assert_int_equal(world.sent.ttl, 2);
    const struct fx second = world.sent;
    uint8_t bytes[PACKET_BYTES_MAX];
    memcpy(bytes, world.bytes, sizeof bytes);
    answer(&world, "192.0.2.2");
    assert_int_equal(world.sent.ttl, 3);
    const struct world now = world;
    world.sent = second;
    memcpy(world.bytes, bytes, sizeof bytes);
    give_quote(&world, "192.0.2.2", 0x29, TRACE_SOURCE_PORT);
    world = now;
    end_at_host(&world);
    struct trace_result *result = end(&world, NULL);
    assert_true(result->can_quote);
    assert_int_equal(trace_result_hop(result, 1)->tos, 0x68);
    assert_int_equal(trace_result_hop(result, 1)->label_count, 1);
    assert_int_equal(trace_result_hop(result, 1)->labels[0].label, 24001);
    assert_int_equal(trace_result_hop(result, 2)->tos, 0x29);
    assert_false(trace_result_hop(result, 3)->has_tos);
    const struct trace_rewrite dscp = trace_result_rewrite(result, TRACE_DSCP);
    assert_int_equal(dscp.hop, 2);
    assert_int_equal(dscp.after, 1);
    assert_int_equal(dscp.value, 10);
    const struct trace_rewrite ecn = trace_result_rewrite(result, TRACE_ECN);
    assert_int_equal(ecn.hop, 2);
    assert_int_equal(ecn.value, 1);
    trace_result_unref(result);
}

/* Without the privilege everything else is there. */
static void test_unprivileged(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    world.quotes_error = EPROTONOSUPPORT;
    pump(&world);
    assert_int_equal(world.open, 1);
    end_at_host(&world);
    struct trace_result *result = end(&world, NULL);
    assert_false(result->can_quote);
    assert_true(result->is_reached);
    assert_int_equal(result->error, 0);
    assert_int_equal(trace_result_rewrite(result, TRACE_DSCP).hop, 0);
    trace_result_unref(result);
}

static void test_source_port_is_taken(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(2, 1);
    begin(&world, &settings);
    world.taken_port = TRACE_SOURCE_PORT + 1;
    pump(&world);
    assert_int_equal(world.open, 3);
    trace_abandon(world.trace);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->ports[0], TRACE_SOURCE_PORT);
    assert_int_equal(result->ports[1], TRACE_SOURCE_PORT + 1 + TRACE_FLOWS_MAX);
    trace_result_unref(result);
}

static void test_cannot_open(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(2, 1);
    begin(&world, &settings);
    world.flow_error = EACCES;
    pump(&world);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->hop_count, 0);
    assert_int_equal(result->error, EACCES);
    trace_result_unref(result);
}

static void test_cannot_send(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, 1);
    begin(&world, &settings);
    pump(&world);
    give(&world,
         (struct ev){
             .kind = EV_ERROR, .id = world.sent.id, .tag = world.sent.tag, .error = ENETUNREACH});
    wait_ns(&world, TRACE_INTERVAL_NS);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->error, ENETUNREACH);
    assert_int_equal(result->hop_count, 0);
    trace_result_unref(result);
}

/* A run of two flows with these answers at hop 1 (NULL: none), and the host at hop 2. */
static struct trace_result *run_of_two(const char *const from[2], const struct trace_result *before)
{
    struct world world;
    const struct trace_settings settings = settings_of(2, 1);
    begin(&world, &settings);
    pump(&world);
    for (unsigned flow = 0; flow < 2; flow++) {
        assert_int_equal(world.sent.ttl, 1);
        assert_int_equal(world.sent.id.channel, FIRST_CHANNEL + 1 + flow);
        if (from[flow] != NULL) {
            answer(&world, from[flow]);
        } else {
            wait_ns(&world, TRACE_INTERVAL_NS);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        while (world.sent.ttl < 2) {
            wait_ns(&world, TIMEOUT_NS);
        }
        end_at_host(&world);
        wait_ns(&world, TIMEOUT_NS);
    }
    return end(&world, before);
}

/* Equal paths are no change; another address for the same flow is one, also after silence. */
static void test_changes(void **state)
{
    (void)state;
    static const char *const both[2] = {"192.0.2.1", "192.0.2.2"};
    static const char *const one[2] = {"192.0.2.1", NULL};
    static const char *const other[2] = {"192.0.2.1", "192.0.2.3"};
    struct trace_result *first = run_of_two(both, NULL);
    assert_int_equal(trace_result_hop(first, 1)->address_count, 2);
    assert_int_equal(trace_result_cell(first, 1, 0)->address, 1);
    assert_int_equal(trace_result_cell(first, 1, 1)->address, 2);
    assert_int_equal(trace_result_sum(first, 1, TRACE_ALL_ADDRESSES).answered, 2);
    assert_int_equal(trace_result_sum(first, 1, 2).answered, 1);
    struct trace_result *second = run_of_two(both, first);
    assert_int_equal(second->changes, 0);
    struct trace_result *third = run_of_two(one, second);
    assert_int_equal(third->changes, 0);
    struct trace_result *fourth = run_of_two(other, third);
    assert_int_equal(fourth->changes, 1);
    assert_int_equal(fourth->runs, 4);
    struct trace_result *fifth = run_of_two(other, fourth);
    assert_int_equal(fifth->changes, 1);
    trace_result_unref(first);
    trace_result_unref(second);
    trace_result_unref(third);
    trace_result_unref(fourth);
    trace_result_unref(fifth);
}

/* The host answers the first flow at hop 1 and loses the packet of the second: that goes no
 * further. */
static void test_lost_at_end(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(2, 1);
    begin(&world, &settings);
    pump(&world);
    end_at_host(&world);
    assert_int_equal(world.count, 2);
    wait_ns(&world, TIMEOUT_NS);
    struct trace_result *result = end(&world, NULL);
    assert_int_equal(result->hop_count, 1);
    assert_int_equal(result->ends[0], 1);
    assert_int_equal(result->ends[1], 0);
    assert_int_equal(trace_result_flow(result, 1).sent, 1);
    assert_int_equal(trace_result_flow(result, 1).answered, 0);
    trace_result_unref(result);
}

/* Of a hop with more addresses than are kept it is said that there are more. */
static void test_many_addresses(void **state)
{
    (void)state;
    struct world world;
    const struct trace_settings settings = settings_of(1, TRACE_PROBES_MAX);
    begin(&world, &settings);
    pump(&world);
    for (unsigned i = 0; i < TRACE_PROBES_MAX; i++) {
        char from[ADDR_TEXT_MAX];
        snprintf(from, sizeof from, "192.0.2.%u", i + 1);
        assert_int_equal(world.sent.ttl, 1);
        answer(&world, from);
    }
    trace_abandon(world.trace);
    struct trace_result *result = end(&world, NULL);
    const struct trace_hop *hop = trace_result_hop(result, 1);
    assert_int_equal(hop->address_count, TRACE_ADDRESSES_MAX);
    assert_true(hop->has_more_addresses);
    assert_int_equal(trace_result_cell(result, 1, 0)->answered, TRACE_PROBES_MAX);
    trace_result_unref(result);
}

/* Echoes: the checksum stays from packet to packet, and the host answers with an echo reply. */
static void test_icmp(void **state)
{
    (void)state;
    struct world world;
    struct trace_settings settings = settings_of(1, 1);
    uint8_t first[PACKET_BYTES_MAX];
    settings.protocol = TRACE_ICMP;
    settings.peer.port = 0;
    begin(&world, &settings);
    pump(&world);
    assert_int_equal(icmp_checksum(world.bytes, world.sent.size), 0);
    memcpy(first, world.bytes, sizeof first);
    give_error(&world, "192.0.2.1", exceeded, ICMP_HEADER_BYTES);
    assert_int_equal(world.sent.ttl, 2);
    assert_memory_equal(world.bytes, first, 6);
    assert_memory_not_equal(world.bytes + 6, first + 6, 2);
    world.bytes[0] = ICMP_TYPE_ECHO_REPLY;
    struct ev reply = {.kind = EV_DATA,
                       .id = world.sent.id,
                       .peer = settings.peer,
                       .bytes = world.bytes,
                       .size = world.sent.size,
                       .received.at = world.now};
    world.bytes[7] ^= 1; /* another sequence number */
    give(&world, reply);
    pump(&world);
    assert_false(trace_is_over(world.trace));
    world.bytes[7] ^= 1;
    give(&world, reply);
    wait_ns(&world, TRACE_INTERVAL_NS);
    struct trace_result *result = end(&world, NULL);
    assert_true(result->is_reached);
    assert_int_equal(result->hop_count, 2);
    trace_result_unref(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hops),         cmocka_unit_test(test_silence),
        cmocka_unit_test(test_short_quote),  cmocka_unit_test(test_foreign_quotes),
        cmocka_unit_test(test_stopped),      cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_unprivileged), cmocka_unit_test(test_source_port_is_taken),
        cmocka_unit_test(test_cannot_open),  cmocka_unit_test(test_cannot_send),
        cmocka_unit_test(test_changes),      cmocka_unit_test(test_many_addresses),
        cmocka_unit_test(test_lost_at_end),  cmocka_unit_test(test_icmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
