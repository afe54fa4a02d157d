/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The handshake, the schedule, how operations end. */
#include "probe/probe.h"

#include <errno.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/sender.h"
#include "wire/ipsla.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

static void test_opens_then_asks(void **state)
{
    (void)state;
    uint8_t c4[] = "\x01\xff\x00\x34\0\0\0\0\x00\x04\x00\x10\0\0\0\0\xc6\x33\x64\x14"
                   "\x40\x00\x14\x50\x00\x01\x00\x1c";
    sender_set_up_jitter();
    assert_int_equal(sender.drive.effect_count, 2);
    c4[1] = sender_id(0);
    const struct fx *open = &sender.drive.effects[0].fx;
    assert_int_equal(open->kind, FX_OPEN);
    assert_int_equal(open->local.port, 0);
    const struct drive_effect *request = sender_sent(0);
    struct addr control = build_addr(SENDER_CONTROL);
    assert_true(addr_is_equal(&request->fx.peer, &control));
    assert_int_equal(request->fx.size, IPSLA_REQUEST_BYTES);
    assert_memory_equal(request->bytes, c4, 28);
    for (size_t i = 28; i < IPSLA_REQUEST_BYTES; i++) {
        assert_int_equal(request->bytes[i], 0);
    }
    assert_true(probe_deadline(&sender.probe).ns == BUILD_MONO_NS + SECONDS(2));
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

static void prepare_options(void)
{
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    spec->path.tos = 0xb9;
    spec->path.options = (struct io_options){.device = "eth1", .ttl = 3, .dont_fragment = true};
    sender_set_up(spec);
}

/* The socket is opened as the spec says; the TOS byte is on probes and not on control requests. */
static void test_options_reach_the_host(void **state)
{
    (void)state;
    prepare_options();
    const struct fx *open = &sender.drive.effects[0].fx;
    assert_int_equal(open->kind, FX_OPEN);
    assert_string_equal(open->options.device, "eth1");
    assert_int_equal(open->options.ttl, 3);
    assert_true(open->options.dont_fragment);
    assert_int_equal(sender_sent(0)->fx.tos, 0);
    sender_handshake();
    assert_int_equal(sender_sent(0)->fx.size, 32);
    assert_int_equal(sender_sent(0)->fx.tos, 0xb9);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

/* How the last reply came; an operation without one has none, whatever was before. */
static void test_last_reply_is_noted(void **state)
{
    (void)state;
    prepare_options();
    sender_handshake();
    for (uint16_t seq = 1; seq <= 10; seq++) {
        struct ipsla_jitter_ms reply = sender_reply_to(seq, 0, 0);
        uint8_t bytes[32];
        ipsla_jitter_ms_encode(&reply, bytes, sizeof bytes);
        sender_return_nonce(bytes);
        ipsla_jitter_ms_fill_reply(bytes, 0, reply.receive_ms, seq);
        struct ev ev =
            build_data((struct channel_id){0, 0}, SENDER_PROBES, SENDER_LOCAL, bytes, sizeof bytes);
        ev.tos = (uint8_t)(seq == 10 ? 0x28 : 0xb8);
        ev.ttl = (uint8_t)(200 + seq);
        drive_input(&sender.drive, ev);
        drive_until(&sender.drive, build_at(MS(5) + MS(20) * seq));
    }
    const struct round *round = sender_finish();
    assert_true(round->has_reply);
    assert_int_equal(round->reply_tos, 0x28);
    assert_int_equal(round->reply_ttl, 210);
    sender_start(build_at(SECONDS(60)));
    drive_until(&sender.drive, build_at(SECONDS(70)));
    round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_false(round->has_reply);
    sender_tear_down();
}

static void test_ten_packets(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 10);
    struct addr probes = build_addr(SENDER_PROBES);
    for (uint16_t k = 0; k < 10; k++) {
        const struct drive_effect *packet = sender_sent(k);
        struct ipsla_jitter_ms request;
        assert_true(addr_is_equal(&packet->fx.peer, &probes));
        assert_int_equal(packet->fx.size, 32);
        assert_true(packet->at.mono.ns == BUILD_MONO_NS + MS(5) + MS(20) * k);
        assert_int_equal(ipsla_jitter_ms_decode_request(packet->bytes, 32, &request), IPSLA_ACCEPT);
        assert_int_equal(request.sender_seq, k + 1);
        assert_int_equal(request.send_ms, wall_ms_of_day(packet->at.wall));
    }
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 10);
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    drive_until(&sender.drive, build_at(MS(5 + 180 + 4) + PROBE_SETTLE_NS));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->return_code, 1);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->planned, 10);
    assert_true(round->rtt.sum_ns == MS(40));
    assert_true(round->control_rtt_ns == MS(5));
    assert_int_equal(round->control_retries, 0);
    assert_true(round->duration_ns == MS(5 + 180 + 4));
    assert_true(round->started.ns == BUILD_WALL_NS);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->ds.jitter.samples, 9);
    assert_int_equal(round->sd.delay.count, 0);
    sender_assert_unmatched(0, 0, 0, 0);
    sender_tear_down();
}

static void test_processing_is_subtracted(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->packets.count = 1;
    sender_set_up(spec);
    sender_handshake();
    drive_until(&sender.drive, build_at(MS(5) + MS(21) + 300000));
    struct ipsla_jitter_ms message = sender_reply_to(1, 43200000, 13);
    sender_deliver_jitter(SENDER_PROBES, &message);
    const struct round *round = sender_finish();
    assert_true(round->rtt.sum_ns == MS(8) + 300000);
    assert_true(round->processing.sum_ns == MS(13));
    sender_tear_down();
}

static void test_udp_echo(void **state)
{
    (void)state;
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    const struct drive_effect *request = sender_sent(0);
    assert_memory_equal(request->bytes + 8, "\x00\x02", 2);
    assert_memory_equal(request->bytes + 20, "\xc3\x50\x13\x88", 4); /* 50000, 5000 ms */
    sender_handshake();
    const struct drive_effect *packet = sender_sent(0);
    assert_int_equal(packet->fx.size, 16);
    uint8_t p1[] = "\0\1\0\0\xab\xcd\xab\xcd\xab\xcd\xab\xcd\xab\xcd\xab\xcd";
    sender_return_nonce(p1);
    assert_memory_equal(packet->bytes, p1, 16);
    drive_until(&sender.drive, build_at(MS(12)));
    sender_deliver(SENDER_ECHO_PROBES, packet->bytes, 16);
    sender_deliver(SENDER_ECHO_PROBES, packet->bytes, 16);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 1);
    assert_int_equal(round->duplicate, 1);
    assert_true(round->rtt.sum_ns == MS(7));
    assert_int_equal(round->sd.jitter.samples + round->ds.jitter.samples, 0);
    sender_tear_down();
}

static void test_retry_takes_a_fresh_id(void **state)
{
    (void)state;
    sender_set_up(build_jitter_spec("t", "198.51.100.20"));
    drive_until(&sender.drive, build_at(SECONDS(5)));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 3);
    assert_int_equal(sender_sent(0)->bytes[1], sender_id(0));
    assert_int_equal(sender_sent(1)->bytes[1], sender_id(1));
    assert_int_equal(sender_sent(2)->bytes[1], sender_id(2));
    assert_true(sender_sent(1)->at.mono.ns == BUILD_MONO_NS + SECONDS(2));
    assert_true(sender_sent(2)->at.mono.ns == BUILD_MONO_NS + SECONDS(4));
    /* all but the id is the same */
    assert_int_equal(sender_sent(2)->bytes[0], 1);
    assert_memory_equal(sender_sent(0)->bytes + 2, sender_sent(2)->bytes + 2,
                        IPSLA_REQUEST_BYTES - 2);
    sender_control(1, 0); /* the second one, late */
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    sender_control(2, 0);
    sender_assert_unmatched(0, 1, 0, 0);
    const struct round *round = sender_finish();
    assert_int_equal(round->control_retries, 2);
    assert_true(round->control_rtt_ns == SECONDS(3));
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->return_code, 4);
    assert_int_equal(round->lost_unknown, 10);
    sender_tear_down();
}

static void answer_id(uint8_t id, uint32_t status)
{
    uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(id, status, bytes);
    sender_deliver(SENDER_CONTROL, bytes, sizeof bytes);
}

static void test_stale_ids_are_not_accepted(void **state)
{
    (void)state;
    sender_set_up_jitter();
    for (unsigned id = 0; id <= UINT8_MAX; id++) {
        if (id != sender_id(0)) {
            answer_id((uint8_t)id, 0);
        }
    }
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    sender_assert_unmatched(0, UINT8_MAX, 0, 0);
    sender_control(0, 0);
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    sender_run(1, 10);
    sender_finish();
    /* the next operation does not take a reply to the one before */
    sender_start(build_at(SECONDS(60)));
    sender_control(0, 0);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    sender_control(1, 0);
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    drive_until(&sender.drive, build_at(SECONDS(120)));
    sender_finish();
    sender_tear_down();
}

static void test_malformed_control_is_counted(void **state)
{
    (void)state;
    uint8_t bytes[] = {1, 0, 0, 8, 0, 0, 0, 0};
    sender_set_up_jitter();
    bytes[1] = sender_id(0);
    sender_deliver(SENDER_CONTROL, "", 0);
    sender_deliver(SENDER_CONTROL, bytes, 7);
    bytes[0] = 2;
    sender_deliver(SENDER_CONTROL, bytes, 8);
    bytes[0] = 1;
    bytes[3] = 9;
    sender_deliver(SENDER_CONTROL, bytes, 8);
    sender_assert_unmatched(0, 4, 0, 0);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    sender_control(0, 0);
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    sender_finish();
    sender_tear_down();
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        uint32_t status;
        enum outcome outcome;
    } rows[] = {
        {1, OUTCOME_REFUSED},       {2, OUTCOME_AUTH},
        {3, OUTCOME_FORMAT},        {4, OUTCOME_PORT_IN_USE},
        {0x10000, OUTCOME_REFUSED}, {0x20000, OUTCOME_AUTH},
        {0x30000, OUTCOME_FORMAT},  {0x40000, OUTCOME_PORT_IN_USE},
        {77, OUTCOME_REFUSED},      {0xffffffff, OUTCOME_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sender_set_up_jitter();
        drive_until(&sender.drive, build_at(MS(7)));
        sender_control(0, rows[i].status);
        assert_int_equal(sender.probe.phase, PROBE_CONTROL);
        drive_until(&sender.drive, build_at(SECONDS(2)));
        assert_int_equal(drive_count(&sender.drive, FX_SEND), 1);
        assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, rows[i].outcome);
        assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
        assert_int_equal(round->control_status, rows[i].status);
        assert_true(round->control_rtt_ns == MS(7));
        assert_true(round->duration_ns == MS(7));
        assert_int_equal(round->planned, 0);
        sender_tear_down();
    }
}

static void test_port_unreachable_ends_the_handshake(void **state)
{
    (void)state;
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    drive_until(&sender.drive, build_at(MS(3)));
    sender_icmp(ECONNREFUSED, SENDER_CONTROL, 0, IPSLA_REQUEST_BYTES);
    assert_true(probe_is_idle(&sender.probe));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->return_code, 6);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_true(round->duration_ns == MS(3));
    sender_tear_down();
}

/* Routes may come back: other errors end nothing, but they are what the operation ends with. */
static void test_host_unreachable_is_remembered(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_icmp(EHOSTUNREACH, SENDER_CONTROL, 0, 0);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PROHIBITED);
    assert_int_equal(round->error, EHOSTUNREACH);
    assert_int_equal(round->icmp.code, 13);
    assert_int_equal(round->icmp.from.family, ADDR_IPV4);
    assert_int_equal(round->control_retries, 2);
    sender_tear_down();
}

/* Not believed, but told: who answers in place of the one that was asked. */
static void test_answer_from_elsewhere_is_told(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_deliver("198.51.100.77:1967", (const uint8_t *)"anything", 8);
    const struct round *round = sender_finish();
    const struct addr other = build_addr("198.51.100.77:1967");
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_true(addr_is_equal(&round->elsewhere, &other));
    assert_int_equal(round->from_elsewhere, 1);
    sender_tear_down();
}

static void test_icmp_of_another_peer_is_ignored(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_icmp(ECONNREFUSED, "203.0.113.1:1967", 0, IPSLA_REQUEST_BYTES);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    assert_int_equal(sender_finish()->outcome, OUTCOME_NO_CONNECTION);
    sender_tear_down();
}

static void test_icmp_during_the_train_is_a_loss(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_icmp(ECONNREFUSED, SENDER_PROBES, 0, 32);
    sender_run(2, 10);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->error, 0);
    sender_tear_down();
}

static void test_no_reply(void **state)
{
    (void)state;
    sender_set_up_jitter();
    drive_until(&sender.drive, build_at(SECONDS(6) - 1));
    assert_false(probe_is_idle(&sender.probe));
    drive_until(&sender.drive, build_at(SECONDS(6)));
    assert_true(probe_is_idle(&sender.probe));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 3);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_int_equal(round->return_code, 6);
    assert_int_equal(round->control_retries, 2);
    assert_true(round->control_rtt_ns == -1);
    assert_int_equal(round->planned + round->sent + round->unsent, 0);
    assert_true(round->duration_ns == SECONDS(6));
    sender_tear_down();
}

static void test_no_address(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->path.peer = (struct addr){0};
    sender_set_up(spec);
    assert_int_equal(sender.drive.effect_count, 0);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_RESOLVE);
    assert_int_equal(round->return_code, RETURN_CODE_DNS_QUERY_ERROR);
    sender_tear_down();
}

static void test_no_socket(void **state)
{
    (void)state;
    sender_prepare(build_jitter_spec("t", "198.51.100.20"), build_at(0));
    sender.drive.open_error = EADDRINUSE;
    sender_start(build_at(0));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->return_code, RETURN_CODE_ERROR);
    assert_int_equal(round->error, EADDRINUSE);
    sender_tear_down();
}

static void test_no_route(void **state)
{
    (void)state;
    sender_prepare(build_jitter_spec("t", "198.51.100.20"), build_at(0));
    sender.drive.send_error = ENETUNREACH;
    sender_start(build_at(0));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, ENETUNREACH);
    sender_tear_down();
}

static void test_abandon(void **state)
{
    (void)state;
    static const struct round_sinks nowhere;
    for (unsigned when = 0; when < 3; when++) {
        sender_set_up_jitter();
        if (when > 0) {
            sender_handshake();
            sender_run(1, when == 1 ? 3 : 10);
        }
        assert_int_equal(sender.drive.open_count, 1);
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        assert_int_equal(sender.drive.open_count, 0);
        assert_true(probe_is_idle(&sender.probe));
        assert_true(probe_deadline(&sender.probe).ns == INT64_MAX);
        assert_null(probe_collect(&sender.probe, &sender.clock, sender.drive.now, &nowhere));
        sender_start(build_at(SECONDS(60))); /* and it can go on */
        assert_int_equal(sender.probe.phase, PROBE_CONTROL);
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        sender_tear_down();
    }
}

/* Five packets left, four came back, one is on its way: the result is about four. */
static void test_cut_short(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 4);
    drive_until(&sender.drive, build_at(MS(86)));
    probe_cut_short(&sender.probe, sender.drive.now);
    drive_poll(&sender.drive);
    assert_true(probe_is_idle(&sender.probe));
    const struct round_sinks sinks = {0};
    const struct round *round =
        probe_collect(&sender.probe, &sender.clock, sender.drive.now, &sinks);
    assert_non_null(round);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->planned, 4);
    assert_int_equal(round->received, 4);
    assert_int_equal(round->unsent, 0);
    assert_int_equal(round->lost_unknown, 0);
    probe_cut_short(&sender.probe, sender.drive.now); /* there is nothing to cut any more */
    assert_true(probe_is_idle(&sender.probe));
    sender_tear_down();
}

static void test_duration_is_clamped(void **state)
{
    (void)state;
    static const struct {
        int64_t timeout_ms, interval_ms;
        uint32_t packets;
        const char *bytes;
    } rows[] = {
        {5000, 20, 10, "\x14\x50"},   {1000, 20, 10, "\x04\xb0"},
        {5000, 1000, 60, "\xfd\xe8"}, {5535, 1000, 60, "\xff\xff"},
        {5536, 1000, 60, "\xff\xff"}, {5000, 60000, 60000, "\xff\xff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spec *spec = build_jitter_spec("t", "198.51.100.20");
        spec->schedule.timeout_ns = MS(rows[i].timeout_ms);
        spec->packets.interval_ns = MS(rows[i].interval_ms);
        spec->packets.count = rows[i].packets;
        sender_set_up(spec);
        assert_memory_equal(sender_sent(0)->bytes + 22, rows[i].bytes, 2);
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        sender_tear_down();
    }
}

static void test_source_and_control_port(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->path.source = build_addr("192.0.2.10:4243");
    spec->control.port = 4000;
    spec->packets.bytes = 172;
    sender_set_up(spec);
    struct addr source = build_addr("192.0.2.10:4243");
    assert_true(addr_is_equal(&sender.drive.effects[0].fx.local, &source));
    assert_int_equal(sender_sent(0)->fx.peer.port, 4000);
    uint8_t accept[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(sender_id(0), 0, accept);
    sender_deliver(SENDER_CONTROL, accept, sizeof accept);
    sender_assert_unmatched(1, 0, 0, 0);
    sender_deliver("198.51.100.20:4000", accept, sizeof accept);
    assert_int_equal(sender_sent(1)->fx.peer.port, 16384);
    assert_int_equal(sender_sent(1)->fx.size, 172);
    assert_int_equal(sender.drive.opened, 1); /* control and probes share the port */
    sender_finish();
    sender_tear_down();
}

/* A responder that was asked for 16384 and says it opened another port opened nothing for us. */
static void test_reply_about_another_port(void **state)
{
    (void)state;
    sender_set_up_jitter();
    struct ipsla_request request = {
        sender_id(0), IPSLA_COMMAND_JITTER, {198, 51, 100, 20}, 999, 1, false, false};
    uint8_t bytes[IPSLA_RESPONSE_BYTES_MAX];
    size_t size = ipsla_response_encode_long(&request, bytes);
    sender_deliver(SENDER_CONTROL, bytes, size);
    assert_int_not_equal(sender.probe.phase, PROBE_TRAIN);
    assert_int_not_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

static void test_unmatched_names(void **state)
{
    (void)state;
    assert_string_equal(unmatched_name(UNMATCHED_SOURCE), "source");
    assert_string_equal(unmatched_name(UNMATCHED_CONTROL), "control");
    assert_string_equal(unmatched_name(UNMATCHED_SEQUENCE), "sequence");
    assert_string_equal(unmatched_name(UNMATCHED_EARLY), "early");
    assert_string_equal(unmatched_name(UNMATCHED_EARLIER), "earlier");
    assert_string_equal(unmatched_name(UNMATCHED_NONCE), "nonce");
    assert_string_equal(unmatched_name(UNMATCHED_ICMP), "icmp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_then_asks),
        cmocka_unit_test(test_options_reach_the_host),
        cmocka_unit_test(test_last_reply_is_noted),
        cmocka_unit_test(test_ten_packets),
        cmocka_unit_test(test_processing_is_subtracted),
        cmocka_unit_test(test_udp_echo),
        cmocka_unit_test(test_retry_takes_a_fresh_id),
        cmocka_unit_test(test_stale_ids_are_not_accepted),
        cmocka_unit_test(test_malformed_control_is_counted),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_port_unreachable_ends_the_handshake),
        cmocka_unit_test(test_host_unreachable_is_remembered),
        cmocka_unit_test(test_answer_from_elsewhere_is_told),
        cmocka_unit_test(test_icmp_of_another_peer_is_ignored),
        cmocka_unit_test(test_icmp_during_the_train_is_a_loss),
        cmocka_unit_test(test_no_reply),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_no_socket),
        cmocka_unit_test(test_no_route),
        cmocka_unit_test(test_abandon),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_duration_is_clamped),
        cmocka_unit_test(test_source_and_control_port),
        cmocka_unit_test(test_reply_about_another_port),
        cmocka_unit_test(test_unmatched_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
