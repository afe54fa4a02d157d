/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One operation, driven by hand: each test plays the network and the responder. */
#include "probe/probe.h"

#include <errno.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "wire/ipsla.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)
#define CONTROL "198.51.100.20:1967"
#define PROBES "198.51.100.20:16384"
#define ECHO_PROBES "198.51.100.20:50000"
#define LOCAL "192.0.2.10:40000"

/* The probe as a machine of its own, and its host. */
struct rig {
    struct probe probe;
    struct spec *spec;
    struct drive drive;
    uint16_t received; /* the responder's count */
    uint8_t scratch[IO_DATAGRAM_MAX];
};

static struct rig rig;

static void rig_input(void *self, const struct ev *ev, struct instant now)
{
    probe_input(&((struct rig *)self)->probe, ev, now);
}

static bool rig_poll(void *self, struct instant now, struct fx *fx)
{
    struct rig *r = self;
    return probe_poll(&r->probe, now, fx, r->scratch);
}

static struct mono rig_deadline(const void *self)
{
    return probe_deadline(&((const struct rig *)self)->probe);
}

static const struct machine_ops rig_ops = {rig_input, rig_poll, rig_deadline};

static void start_at(struct instant now)
{
    rig.received = 0;
    rig.drive.now = now;
    probe_start(&rig.probe, now, mono_add(now.mono, SECONDS(59)));
    drive_poll(&rig.drive);
}

/* Takes over the caller's reference. */
static void set_up(struct spec *spec, uint8_t first_id)
{
    memset(&rig, 0, sizeof rig);
    rig.spec = spec;
    probe_init(&rig.probe, spec, first_id);
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, build_at(0));
    start_at(build_at(0));
}

static void set_up_jitter(void)
{
    set_up(build_jitter_spec("t", "198.51.100.20"), 0xff);
}

static void tear_down(void)
{
    assert_int_equal(rig.drive.opened, rig.drive.closed);
    probe_fini(&rig.probe);
    spec_unref(rig.spec);
}

static const struct drive_effect *sent(size_t index)
{
    const struct drive_effect *effect = drive_find(&rig.drive, FX_SEND, index);
    assert_non_null(effect);
    return effect;
}

static void deliver(const char *from, const void *bytes, size_t size)
{
    drive_input(&rig.drive, build_data((struct channel_id){0, 0}, from, LOCAL, bytes, size));
}

static void control_reply(uint8_t id, uint32_t status)
{
    uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(id, status, bytes);
    deliver(CONTROL, bytes, sizeof bytes);
}

/* Handshake done 5 ms after the start: the first probe is out. */
static void handshake(void)
{
    drive_until(&rig.drive, build_at(MS(5)));
    uint8_t id = sent(0)->bytes[1];
    drive_forget(&rig.drive);
    control_reply(id, 0);
    assert_int_equal(rig.probe.phase, rig.spec->num_packets == 1 ? PROBE_SETTLE : PROBE_TRAIN);
}

/* What the responder sends back for packet `seq`: received at `receive_ms`, held `delta_ms`. */
static struct ipsla_jitter_ms reply_to(uint16_t seq, uint32_t receive_ms, uint16_t delta_ms)
{
    const struct sample *sample = &rig.probe.train.samples[seq - 1];
    return (struct ipsla_jitter_ms){
        .delta_ms = delta_ms,
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .receive_ms = receive_ms,
        .sender_seq = seq,
        .responder_seq = ++rig.received,
    };
}

static void deliver_jitter(const char *from, const struct ipsla_jitter_ms *reply)
{
    uint8_t bytes[32];
    ipsla_jitter_ms_encode(reply, bytes, sizeof bytes);
    deliver(from, bytes, sizeof bytes);
}

/* A good reply to `seq` now: the responder's clock is ours, it received 2 ms after we sent. */
static void reply(uint16_t seq)
{
    const struct sample *sample = &rig.probe.train.samples[seq - 1];
    struct wall received = {sample->t1_ns + MS(2)};
    struct ipsla_jitter_ms message = reply_to(seq, wall_ms_of_day(received), 0);
    deliver_jitter(PROBES, &message);
}

/* Packets first..last are sent and answered 4 ms later. */
static void run_packets(uint16_t first, uint16_t last)
{
    for (uint16_t seq = first; seq <= last; seq++) {
        drive_until(&rig.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(4)));
        reply(seq);
    }
}

static const struct round *finish_and_collect(void)
{
    static const struct round_sinks nowhere;
    drive_until(&rig.drive, mono_is_before(rig.drive.now.mono, build_at(SECONDS(59)).mono)
                                ? build_at(SECONDS(59))
                                : rig.drive.now);
    assert_true(probe_is_idle(&rig.probe));
    assert_int_equal(rig.drive.open_count, 0);
    const struct round *round = probe_collect(&rig.probe, &nowhere);
    assert_non_null(round);
    assert_null(probe_collect(&rig.probe, &nowhere));
    assert_int_equal(round->planned, round->sent + round->unsent);
    assert_int_equal(round->sent, round->received + round->sd.lost + round->ds.lost +
                                      round->lost_unknown + round->late);
    return round;
}

static void assert_unmatched(unsigned source, unsigned control, unsigned sequence, unsigned early)
{
    assert_int_equal(rig.probe.unmatched[UNMATCHED_SOURCE], source);
    assert_int_equal(rig.probe.unmatched[UNMATCHED_CONTROL], control);
    assert_int_equal(rig.probe.unmatched[UNMATCHED_SEQUENCE], sequence);
    assert_int_equal(rig.probe.unmatched[UNMATCHED_EARLY], early);
}

static void test_opens_then_asks(void **state)
{
    (void)state;
    static const uint8_t c4[] = "\x01\xff\x00\x34\0\0\0\0\x00\x04\x00\x10\0\0\0\0\xc6\x33\x64\x14"
                                "\x40\x00\x14\x50\x00\x01\x00\x1c";
    set_up_jitter();
    assert_int_equal(rig.drive.effect_count, 2);
    const struct fx *open = &rig.drive.effects[0].fx;
    assert_int_equal(open->kind, FX_OPEN);
    assert_int_equal(open->local.port, 0);
    const struct drive_effect *request = sent(0);
    struct addr control = build_addr(CONTROL);
    assert_true(addr_is_equal(&request->fx.peer, &control));
    assert_int_equal(request->fx.size, IPSLA_REQUEST_BYTES);
    assert_memory_equal(request->bytes, c4, 28);
    for (size_t i = 28; i < IPSLA_REQUEST_BYTES; i++) {
        assert_int_equal(request->bytes[i], 0);
    }
    assert_true(probe_deadline(&rig.probe).ns == BUILD_MONO_NS + SECONDS(2));
    probe_abandon(&rig.probe);
    drive_poll(&rig.drive);
    tear_down();
}

static void test_ten_packets(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 10);
    struct addr probes = build_addr(PROBES);
    for (uint16_t k = 0; k < 10; k++) {
        const struct drive_effect *packet = sent(k);
        struct ipsla_jitter_ms request;
        assert_true(addr_is_equal(&packet->fx.peer, &probes));
        assert_int_equal(packet->fx.size, 32);
        assert_true(packet->at.mono.ns == BUILD_MONO_NS + MS(5) + MS(20) * k);
        assert_int_equal(ipsla_jitter_ms_decode_request(packet->bytes, 32, &request), IPSLA_ACCEPT);
        assert_int_equal(request.sender_seq, k + 1);
        assert_int_equal(request.send_ms, wall_ms_of_day(packet->at.wall));
    }
    assert_int_equal(drive_count(&rig.drive, FX_SEND), 10);
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 0);
    drive_until(&rig.drive, build_at(MS(5 + 180 + 4) + PROBE_SETTLE_NS));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 1);
    const struct round *round = finish_and_collect();
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
    assert_unmatched(0, 0, 0, 0);
    tear_down();
}

static void test_processing_is_subtracted(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->num_packets = 1;
    set_up(spec, 1);
    handshake();
    drive_until(&rig.drive, build_at(MS(5) + MS(21) + 300000));
    struct ipsla_jitter_ms message = reply_to(1, 43200000, 13);
    deliver_jitter(PROBES, &message);
    const struct round *round = finish_and_collect();
    assert_true(round->rtt.sum_ns == MS(8) + 300000);
    assert_true(round->processing.sum_ns == MS(13));
    tear_down();
}

static void test_udp_echo(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"), 0x21);
    const struct drive_effect *request = sent(0);
    assert_memory_equal(request->bytes + 8, "\x00\x02", 2);
    assert_memory_equal(request->bytes + 20, "\xc3\x50\x13\x88", 4); /* 50000, 5000 ms */
    handshake();
    const struct drive_effect *packet = sent(0);
    assert_int_equal(packet->fx.size, 16);
    assert_memory_equal(packet->bytes, "\0\1\0\0\xab\xcd\xab\xcd\xab\xcd\xab\xcd\xab\xcd\xab\xcd",
                        16);
    drive_until(&rig.drive, build_at(MS(12)));
    deliver(ECHO_PROBES, packet->bytes, 16);
    deliver(ECHO_PROBES, packet->bytes, 16);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 1);
    assert_int_equal(round->duplicate, 1);
    assert_true(round->rtt.sum_ns == MS(7));
    assert_int_equal(round->sd.jitter.samples + round->ds.jitter.samples, 0);
    tear_down();
}

static void test_retry_takes_a_fresh_id(void **state)
{
    (void)state;
    set_up(build_jitter_spec("t", "198.51.100.20"), 0xfe);
    drive_until(&rig.drive, build_at(SECONDS(5)));
    assert_int_equal(drive_count(&rig.drive, FX_SEND), 3);
    assert_int_equal(sent(0)->bytes[1], 0xfe);
    assert_int_equal(sent(1)->bytes[1], 0xff);
    assert_int_equal(sent(2)->bytes[1], 0x00);
    assert_true(sent(1)->at.mono.ns == BUILD_MONO_NS + SECONDS(2));
    assert_true(sent(2)->at.mono.ns == BUILD_MONO_NS + SECONDS(4));
    /* all but the id is the same */
    assert_int_equal(sent(2)->bytes[0], 1);
    assert_memory_equal(sent(0)->bytes + 2, sent(2)->bytes + 2, IPSLA_REQUEST_BYTES - 2);
    control_reply(0xff, 0); /* the second one, late */
    assert_int_equal(rig.probe.phase, PROBE_TRAIN);
    control_reply(0x00, 0);
    assert_unmatched(0, 1, 0, 0);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->control_retries, 2);
    assert_true(round->control_rtt_ns == SECONDS(3));
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->return_code, 4);
    assert_int_equal(round->lost_unknown, 10);
    tear_down();
}

static void test_stale_ids_are_not_accepted(void **state)
{
    (void)state;
    set_up_jitter();
    control_reply(0xfe, 0);
    control_reply(0x00, 0);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    assert_unmatched(0, 2, 0, 0);
    control_reply(0xff, 0);
    assert_int_equal(rig.probe.phase, PROBE_TRAIN);
    run_packets(1, 10);
    finish_and_collect();
    /* the next operation does not take a reply to the one before */
    start_at(build_at(SECONDS(60)));
    control_reply(0xff, 0);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    control_reply(0x00, 0);
    assert_int_equal(rig.probe.phase, PROBE_TRAIN);
    drive_until(&rig.drive, build_at(SECONDS(120)));
    finish_and_collect();
    tear_down();
}

static void test_malformed_control_is_counted(void **state)
{
    (void)state;
    set_up_jitter();
    deliver(CONTROL, "", 0);
    deliver(CONTROL, "\x01\xff\x00\x08\x00\x00\x00", 7);
    deliver(CONTROL, "\x02\xff\x00\x08\x00\x00\x00\x00", 8);
    deliver(CONTROL, "\x01\xff\x00\x09\x00\x00\x00\x00", 8);
    assert_unmatched(0, 4, 0, 0);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    control_reply(0xff, 0);
    assert_int_equal(rig.probe.phase, PROBE_TRAIN);
    finish_and_collect();
    tear_down();
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
        set_up_jitter();
        drive_until(&rig.drive, build_at(MS(7)));
        control_reply(0xff, rows[i].status);
        assert_int_equal(drive_count(&rig.drive, FX_SEND), 1);
        assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 1);
        const struct round *round = finish_and_collect();
        assert_int_equal(round->outcome, rows[i].outcome);
        assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
        assert_int_equal(round->control_status, rows[i].status);
        assert_true(round->control_rtt_ns == MS(7));
        assert_int_equal(round->planned, 0);
        tear_down();
    }
}

static void icmp_error(int error, const char *about)
{
    drive_input(
        &rig.drive,
        (struct ev){.kind = EV_ERROR, .error = error, .is_icmp = true, .peer = build_addr(about)});
}

static void test_port_unreachable_ends_the_handshake(void **state)
{
    (void)state;
    set_up_jitter();
    drive_until(&rig.drive, build_at(MS(3)));
    icmp_error(ECONNREFUSED, CONTROL);
    assert_true(probe_is_idle(&rig.probe));
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_UNREACHABLE);
    assert_int_equal(round->return_code, 6);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_true(round->duration_ns == MS(3));
    tear_down();
}

/* Routes may come back: other errors end nothing, but they are what the operation ends with. */
static void test_host_unreachable_is_remembered(void **state)
{
    (void)state;
    set_up_jitter();
    icmp_error(EHOSTUNREACH, CONTROL);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_UNREACHABLE);
    assert_int_equal(round->error, EHOSTUNREACH);
    assert_int_equal(round->control_retries, 2);
    tear_down();
}

static void test_icmp_of_another_peer_is_ignored(void **state)
{
    (void)state;
    set_up_jitter();
    icmp_error(ECONNREFUSED, "203.0.113.1:1967");
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    assert_int_equal(finish_and_collect()->outcome, OUTCOME_NO_CONNECTION);
    tear_down();
}

static void test_icmp_during_the_train_is_a_loss(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    icmp_error(ECONNREFUSED, PROBES);
    run_packets(2, 10);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->error, 0);
    tear_down();
}

static void test_no_reply(void **state)
{
    (void)state;
    set_up_jitter();
    drive_until(&rig.drive, build_at(SECONDS(6) - 1));
    assert_false(probe_is_idle(&rig.probe));
    drive_until(&rig.drive, build_at(SECONDS(6)));
    assert_true(probe_is_idle(&rig.probe));
    assert_int_equal(drive_count(&rig.drive, FX_SEND), 3);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_int_equal(round->return_code, 6);
    assert_int_equal(round->control_retries, 2);
    assert_true(round->control_rtt_ns == -1);
    assert_int_equal(round->planned + round->sent + round->unsent, 0);
    assert_true(round->duration_ns == SECONDS(6));
    tear_down();
}

static void test_no_address(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->peer = (struct addr){0};
    set_up(spec, 1);
    assert_int_equal(rig.drive.effect_count, 0);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_RESOLVE);
    assert_int_equal(round->return_code, RETURN_CODE_DNS_QUERY_ERROR);
    tear_down();
}

static void test_no_socket(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.spec = build_jitter_spec("t", "198.51.100.20");
    probe_init(&rig.probe, rig.spec, 1);
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, build_at(0));
    rig.drive.open_error = EADDRINUSE;
    start_at(build_at(0));
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->return_code, RETURN_CODE_ERROR);
    assert_int_equal(round->error, EADDRINUSE);
    tear_down();
}

static void test_no_route(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.spec = build_jitter_spec("t", "198.51.100.20");
    probe_init(&rig.probe, rig.spec, 1);
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, build_at(0));
    rig.drive.send_error = ENETUNREACH;
    start_at(build_at(0));
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, ENETUNREACH);
    tear_down();
}

static void test_wrong_source(void **state)
{
    (void)state;
    set_up_jitter();
    uint8_t accept[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(0xff, 0, accept);
    deliver("203.0.113.1:1967", accept, sizeof accept);
    deliver("198.51.100.20:1968", accept, sizeof accept);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    assert_unmatched(2, 0, 0, 0);
    handshake();
    struct ipsla_jitter_ms message = reply_to(1, 43200007, 0);
    deliver_jitter("203.0.113.1:16384", &message);
    deliver_jitter("198.51.100.20:16385", &message);
    assert_unmatched(4, 0, 0, 0);
    rig.received = 0;
    run_packets(1, 10);
    assert_int_equal(finish_and_collect()->received, 10);
    tear_down();
}

static void test_probe_before_the_train(void **state)
{
    (void)state;
    set_up_jitter();
    const struct ipsla_jitter_ms message = {0, 43200000, 43200001, 1, 1};
    deliver_jitter(PROBES, &message);
    assert_unmatched(0, 0, 0, 1);
    assert_int_equal(rig.probe.phase, PROBE_CONTROL);
    assert_int_equal(finish_and_collect()->outcome, OUTCOME_NO_CONNECTION);
    tear_down();
}

static void test_unsent_sequence(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    struct ipsla_jitter_ms message = reply_to(2, 43200007, 0);
    deliver_jitter(PROBES, &message);
    message.sender_seq = 0;
    deliver_jitter(PROBES, &message);
    message.sender_seq = 11;
    deliver_jitter(PROBES, &message);
    assert_unmatched(0, 0, 3, 0);
    assert_int_equal(finish_and_collect()->received, 0);
    tear_down();
}

static void test_duplicates(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 9);
    rig.received--;
    reply(9);
    rig.received--;
    reply(3);
    run_packets(10, 10);
    drive_until(&rig.drive, build_at(MS(200)));
    rig.received--;
    reply(10); /* after the last answer, before the socket closes */
    const struct round *round = finish_and_collect();
    assert_int_equal(round->duplicate, 3);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.count, 10);
    tear_down();
}

static void test_late(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 9);
    drive_until(&rig.drive, build_at(MS(5 + 180) + SECONDS(5) + 1));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 0);
    reply(10);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->late, 1);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->lost_unknown, 0);
    assert_int_equal(round->outcome, OUTCOME_OK);
    tear_down();
}

/* One packet missing: its timeout, then the grace for late replies, then the end. */
static void test_grace(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 9);
    drive_until(&rig.drive, build_at(MS(5 + 180) + SECONDS(5) + PROBE_GRACE_NS - 1));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 0);
    drive_until(&rig.drive, build_at(MS(5 + 180) + SECONDS(5) + PROBE_GRACE_NS));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 1);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->lost_unknown, 1);
    assert_true(round->duration_ns == MS(5 + 180) + SECONDS(5));
    tear_down();
}

static void test_latest_end(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.spec = build_jitter_spec("t", "198.51.100.20");
    rig.spec->num_packets = 1;
    probe_init(&rig.probe, rig.spec, 1);
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, build_at(0));
    probe_start(&rig.probe, build_at(0), build_at(SECONDS(6)).mono);
    drive_poll(&rig.drive);
    control_reply(1, 0);
    drive_until(&rig.drive, build_at(SECONDS(6) - 1));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 0);
    drive_until(&rig.drive, build_at(SECONDS(6)));
    assert_int_equal(drive_count(&rig.drive, FX_CLOSE), 1);
    assert_int_equal(finish_and_collect()->outcome, OUTCOME_TIMEOUT);
    tear_down();
}

static void test_corrupt(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    struct ipsla_jitter_ms message = reply_to(1, 43200007, 0);
    uint8_t bytes[64];
    ipsla_jitter_ms_encode(&message, bytes, sizeof bytes);
    deliver(PROBES, bytes, 31);
    deliver(PROBES, bytes, 33);
    deliver(PROBES, bytes, 15);
    deliver(PROBES, bytes, 0);
    bytes[1] = 1;
    deliver(PROBES, bytes, 32);
    bytes[1] = 3;
    deliver(PROBES, bytes, 32);
    message.send_ms++; /* not what we sent */
    deliver_jitter(PROBES, &message);
    message.send_ms--;
    message.responder_seq = 0; /* our own request, reflected */
    deliver_jitter(PROBES, &message);
    assert_int_equal(rig.probe.train.arrivals, 0);
    rig.received = 0;
    run_packets(1, 10);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->corrupt, 8);
    assert_int_equal(round->received, 10);
    assert_unmatched(0, 0, 0, 0);
    tear_down();
}

static void test_corrupt_echo(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"), 1);
    handshake();
    uint8_t bytes[17] = {0, 1};
    deliver(ECHO_PROBES, bytes, 15);
    deliver(ECHO_PROBES, bytes, 17);
    bytes[1] = 2;
    deliver(ECHO_PROBES, bytes, 16);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->corrupt, 3);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    tear_down();
}

/* Responder stamps on both sides of midnight: jitter is small, and so is the round trip. */
static void test_midnight(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->num_packets = 3;
    memset(&rig, 0, sizeof rig);
    rig.spec = spec;
    probe_init(&rig.probe, spec, 1);
    struct instant start = build_at(0);
    start.wall.ns += MS(INT64_C(43199978) - 5); /* 5 ms before 23:59:59.978 */
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, start);
    start_at(start);
    static const uint32_t receive_ms[] = {86399985, 5, 26}; /* P4 is the second: sent .998 */
    struct instant now = start;
    now.mono.ns += MS(5);
    now.wall.ns += MS(5);
    drive_until(&rig.drive, now);
    control_reply(1, 0);
    for (uint16_t seq = 1; seq <= 3; seq++) {
        struct instant at = now;
        at.mono.ns += MS(20 * (seq - 1) + 14);
        at.wall.ns += MS(20 * (seq - 1) + 14);
        drive_until(&rig.drive, at);
        struct ipsla_jitter_ms message = reply_to(seq, receive_ms[seq - 1], 0);
        if (seq == 2) {
            assert_int_equal(message.send_ms, 86399998);
        }
        deliver_jitter(PROBES, &message);
    }
    drive_until(&rig.drive,
                build_at(SECONDS(9)).mono.ns > rig.drive.now.mono.ns
                    ? (struct instant){build_at(SECONDS(9)).mono, {start.wall.ns + SECONDS(9)}}
                    : rig.drive.now);
    const struct samples samples = train_samples(&rig.probe.train);
    assert_true(samples.items[0].t2_ns - samples.items[0].t1_ns == MS(7));
    assert_true(samples.items[1].t2_ns - samples.items[1].t1_ns == MS(7));
    assert_true(samples.items[2].t2_ns - samples.items[2].t1_ns == MS(8));
    static const struct round_sinks nowhere;
    const struct round *round = probe_collect(&rig.probe, &nowhere);
    assert_true(round->rtt.sum_ns == MS(42));
    assert_int_equal(round->sd.jitter.samples, 2);
    assert_int_equal(round->sd.jitter.positive.count, 1);
    assert_true(round->sd.jitter.positive.sum_ns == MS(1));
    assert_int_equal(round->sd.jitter.negative.count, 0);
    tear_down();
}

/* A responder without the time of day marks its stamps with bit 31: jitter and round trip still
 * hold. */
static void test_clock_that_is_not_utc(void **state)
{
    (void)state;
    static const uint32_t bases[] = {0x80000000, 0x89706006, 0xffffffff - 30};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        struct spec *spec = build_jitter_spec("t", "198.51.100.20");
        spec->num_packets = 3;
        set_up(spec, 1);
        handshake();
        for (uint16_t seq = 1; seq <= 3; seq++) {
            drive_until(&rig.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(9)));
            uint32_t receive_ms = bases[i] + 20u * (seq - 1u) + (seq == 2 ? 3 : 0);
            receive_ms |= IPSLA_TIME_NOT_UTC; /* wraps within 31 bits */
            struct ipsla_jitter_ms message = reply_to(seq, receive_ms, 1);
            deliver_jitter(PROBES, &message);
        }
        const struct round *round = finish_and_collect();
        assert_true(round->rtt.sum_ns == MS(24));
        assert_int_equal(round->sd.jitter.samples, 2);
        assert_true(round->sd.jitter.positive.sum_ns == MS(3));
        assert_true(round->sd.jitter.negative.sum_ns == MS(3));
        assert_int_equal(round->sd.delay.count, 0);
        tear_down();
    }
}

static void test_send_errors_are_unsent(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 2);
    rig.drive.send_error = ENOBUFS;
    drive_until(&rig.drive, build_at(MS(5 + 40)));
    rig.drive.send_error = 0;
    run_packets(4, 10);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->unsent, 1);
    assert_int_equal(round->sent, 9);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->planned, 10);
    assert_int_equal(round->error, 0);
    tear_down();
}

static void test_nothing_could_be_sent(void **state)
{
    (void)state;
    set_up_jitter();
    drive_until(&rig.drive, build_at(MS(5)));
    rig.drive.send_error = EPERM;
    control_reply(0xff, 0);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EPERM);
    assert_int_equal(round->unsent, 10);
    assert_int_equal(round->sent, 0);
    tear_down();
}

/* The answer to an echo that never left belongs to nothing. */
static void test_reply_to_unsent_echo(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"), 1);
    drive_until(&rig.drive, build_at(MS(5)));
    rig.drive.send_error = ENOBUFS;
    control_reply(1, 0);
    const uint8_t bytes[16] = {0, 1};
    deliver(ECHO_PROBES, bytes, sizeof bytes);
    assert_unmatched(0, 0, 1, 0);
    assert_int_equal(finish_and_collect()->outcome, OUTCOME_LOCAL);
    tear_down();
}

static void test_abandon(void **state)
{
    (void)state;
    static const struct round_sinks nowhere;
    for (unsigned when = 0; when < 3; when++) {
        set_up_jitter();
        if (when > 0) {
            handshake();
            run_packets(1, when == 1 ? 3 : 10);
        }
        assert_int_equal(rig.drive.open_count, 1);
        probe_abandon(&rig.probe);
        drive_poll(&rig.drive);
        assert_int_equal(rig.drive.open_count, 0);
        assert_true(probe_is_idle(&rig.probe));
        assert_true(probe_deadline(&rig.probe).ns == INT64_MAX);
        assert_null(probe_collect(&rig.probe, &nowhere));
        start_at(build_at(SECONDS(60))); /* and it can go on */
        assert_int_equal(rig.probe.phase, PROBE_CONTROL);
        probe_abandon(&rig.probe);
        drive_poll(&rig.drive);
        tear_down();
    }
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
        spec->timeout_ns = MS(rows[i].timeout_ms);
        spec->interval_ns = MS(rows[i].interval_ms);
        spec->num_packets = rows[i].packets;
        set_up(spec, 1);
        assert_memory_equal(sent(0)->bytes + 22, rows[i].bytes, 2);
        probe_abandon(&rig.probe);
        drive_poll(&rig.drive);
        tear_down();
    }
}

static void test_source_and_control_port(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->source = build_addr("192.0.2.10:4243");
    spec->control_port = 4000;
    spec->payload_bytes = 172;
    set_up(spec, 7);
    struct addr source = build_addr("192.0.2.10:4243");
    assert_true(addr_is_equal(&rig.drive.effects[0].fx.local, &source));
    assert_int_equal(sent(0)->fx.peer.port, 4000);
    uint8_t accept[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(7, 0, accept);
    deliver(CONTROL, accept, sizeof accept);
    assert_unmatched(1, 0, 0, 0);
    deliver("198.51.100.20:4000", accept, sizeof accept);
    assert_int_equal(sent(1)->fx.peer.port, 16384);
    assert_int_equal(sent(1)->fx.size, 172);
    assert_int_equal(rig.drive.opened, 1); /* control and probes share the port */
    finish_and_collect();
    tear_down();
}

static void test_over_threshold(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->threshold_ns = MS(3);
    set_up(spec, 7);
    handshake();
    run_packets(1, 10);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->return_code, RETURN_CODE_OVER_THRESHOLD);
    assert_int_equal(round->over_threshold, 10);
    tear_down();
}

/* A responder that was asked for 16384 and says it opened another port opened nothing for us. */
static void test_reply_about_another_port(void **state)
{
    (void)state;
    set_up_jitter();
    struct ipsla_request request = {0xff, IPSLA_COMMAND_JITTER, {198, 51, 100, 20}, 999, 1, false};
    uint8_t bytes[IPSLA_RESPONSE_LONG_BYTES];
    ipsla_response_encode_long(&request, bytes);
    deliver(CONTROL, bytes, sizeof bytes);
    assert_int_not_equal(rig.probe.phase, PROBE_TRAIN);
    assert_int_not_equal(finish_and_collect()->outcome, OUTCOME_OK);
    tear_down();
}

/* A wall clock that jumps during an operation bends nothing. */
static void test_wall_clock_step(void **state)
{
    (void)state;
    set_up_jitter();
    handshake();
    run_packets(1, 4);
    for (uint16_t seq = 5; seq <= 10; seq++) {
        struct instant at = build_at(MS(5) + MS(20) * (seq - 1) + MS(4));
        at.wall.ns -= SECONDS(7200);
        drive_until(&rig.drive, at);
        reply(seq);
    }
    struct instant end = build_at(SECONDS(59));
    end.wall.ns -= SECONDS(7200);
    drive_until(&rig.drive, end);
    const struct round *round = finish_and_collect();
    assert_int_equal(round->received, 10);
    assert_true(round->rtt.sum_ns == MS(40));
    assert_int_equal(round->sd.jitter.positive.count + round->sd.jitter.negative.count, 0);
    tear_down();
}

static void test_unmatched_names(void **state)
{
    (void)state;
    assert_string_equal(unmatched_name(UNMATCHED_SOURCE), "source");
    assert_string_equal(unmatched_name(UNMATCHED_CONTROL), "control");
    assert_string_equal(unmatched_name(UNMATCHED_SEQUENCE), "sequence");
    assert_string_equal(unmatched_name(UNMATCHED_EARLY), "early");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_then_asks),
        cmocka_unit_test(test_ten_packets),
        cmocka_unit_test(test_processing_is_subtracted),
        cmocka_unit_test(test_udp_echo),
        cmocka_unit_test(test_retry_takes_a_fresh_id),
        cmocka_unit_test(test_stale_ids_are_not_accepted),
        cmocka_unit_test(test_malformed_control_is_counted),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_port_unreachable_ends_the_handshake),
        cmocka_unit_test(test_host_unreachable_is_remembered),
        cmocka_unit_test(test_icmp_of_another_peer_is_ignored),
        cmocka_unit_test(test_icmp_during_the_train_is_a_loss),
        cmocka_unit_test(test_no_reply),
        cmocka_unit_test(test_no_address),
        cmocka_unit_test(test_no_socket),
        cmocka_unit_test(test_no_route),
        cmocka_unit_test(test_wrong_source),
        cmocka_unit_test(test_probe_before_the_train),
        cmocka_unit_test(test_unsent_sequence),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_grace),
        cmocka_unit_test(test_latest_end),
        cmocka_unit_test(test_corrupt),
        cmocka_unit_test(test_corrupt_echo),
        cmocka_unit_test(test_midnight),
        cmocka_unit_test(test_clock_that_is_not_utc),
        cmocka_unit_test(test_send_errors_are_unsent),
        cmocka_unit_test(test_nothing_could_be_sent),
        cmocka_unit_test(test_reply_to_unsent_echo),
        cmocka_unit_test(test_abandon),
        cmocka_unit_test(test_duration_is_clamped),
        cmocka_unit_test(test_source_and_control_port),
        cmocka_unit_test(test_over_threshold),
        cmocka_unit_test(test_reply_about_another_port),
        cmocka_unit_test(test_wall_clock_step),
        cmocka_unit_test(test_unmatched_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
