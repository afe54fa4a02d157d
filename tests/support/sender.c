/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/sender.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

struct sender sender;

static void input(void *self, const struct ev *ev, struct instant now)
{
    probe_input(&((struct sender *)self)->probe, ev, now);
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct sender *r = self;
    return probe_poll(&r->probe, now, fx, r->scratch);
}

static struct mono deadline(const void *self)
{
    return probe_deadline(&((const struct sender *)self)->probe);
}

static const struct machine_ops ops = {input, poll, deadline};

void sender_prepare(struct spec *spec, struct instant now)
{
    static const uint8_t seed[HANDSHAKE_SEED_BYTES] = {1, 2, 3};
    memset(&sender, 0, sizeof sender);
    sender.spec = spec;
    probe_init(&sender.probe, spec, seed);
    drive_init(&sender.drive, (struct machine){&ops, &sender}, now);
}

void sender_start(struct instant now)
{
    sender.received = 0;
    sender.drive.now = now;
    probe_start(&sender.probe, now, mono_add(now.mono, SECONDS(59)));
    drive_poll(&sender.drive);
}

void sender_set_up(struct spec *spec)
{
    sender_prepare(spec, build_at(0));
    sender_start(build_at(0));
}

void sender_set_up_jitter(void)
{
    sender_set_up(build_jitter_spec("t", "198.51.100.20"));
}

void sender_tear_down(void)
{
    assert_int_equal(sender.drive.opened, sender.drive.closed);
    probe_fini(&sender.probe);
    spec_unref(sender.spec);
}

const struct drive_effect *sender_sent(size_t index)
{
    const struct drive_effect *effect = drive_find(&sender.drive, FX_SEND, index);
    assert_non_null(effect);
    return effect;
}

void sender_deliver(const char *from, const void *bytes, size_t size)
{
    drive_input(&sender.drive,
                build_data((struct channel_id){0, 0}, from, SENDER_LOCAL, bytes, size));
}

uint8_t sender_id(uint32_t number)
{
    return sender.probe.handshake.ids[number % HANDSHAKE_IDS];
}

void sender_return_nonce(uint8_t *bytes)
{
    payload_write_nonce(&sender.probe.payload, 1, bytes);
}

void sender_icmp(int error, const char *about, size_t index, size_t quoted)
{
    struct ev ev = {
        .kind = EV_ERROR,
        .error = error,
        .is_icmp = true,
        .icmp = {.from = build_addr("192.0.2.254"), .type = 3, .code = 13},
        .peer = build_addr(about),
    };
    uint8_t quote[DRIVE_BYTES_MAX];
    assert_true(quoted <= sizeof quote);
    memcpy(quote, sender_sent(index)->bytes, quoted);
    ev.bytes = quote;
    ev.size = quoted;
    drive_input(&sender.drive, ev);
}

void sender_control(uint32_t number, uint32_t status)
{
    uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(sender_id(number), status, bytes);
    sender_deliver(SENDER_CONTROL, bytes, sizeof bytes);
}

void sender_handshake(void)
{
    drive_until(&sender.drive, build_at(MS(5)));
    drive_forget(&sender.drive);
    sender_control(sender.probe.handshake.requests - 1, 0);
    assert_int_equal(sender.probe.phase,
                     sender.spec->packets.count == 1 ? PROBE_SETTLE : PROBE_TRAIN);
}

struct ipsla_jitter_ms sender_reply_to(uint16_t seq, uint32_t receive_ms, uint16_t delta_ms)
{
    const struct sample *sample = &sender.probe.train.samples[seq - 1];
    return (struct ipsla_jitter_ms){
        .delta_ms = delta_ms,
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .receive_ms = receive_ms,
        .sender_seq = seq,
        .responder_seq = ++sender.received,
    };
}

void sender_deliver_jitter(const char *from, const struct ipsla_jitter_ms *reply)
{
    uint8_t bytes[32];
    ipsla_jitter_ms_encode(reply, bytes, sizeof bytes);
    sender_return_nonce(bytes);
    sender_deliver(from, bytes, sizeof bytes);
}

void sender_reply(uint16_t seq)
{
    const struct sample *sample = &sender.probe.train.samples[seq - 1];
    struct wall received = {sample->t1_ns + MS(2)};
    struct ipsla_jitter_ms message = sender_reply_to(seq, wall_ms_of_day(received), 0);
    sender_deliver_jitter(SENDER_PROBES, &message);
}

void sender_run(uint16_t first, uint16_t last)
{
    for (uint16_t seq = first; seq <= last; seq++) {
        drive_until(&sender.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(4)));
        sender_reply(seq);
    }
}

const struct round *sender_finish(void)
{
    static const struct round_sinks nowhere;
    drive_until(&sender.drive, mono_is_before(sender.drive.now.mono, build_at(SECONDS(59)).mono)
                                   ? build_at(SECONDS(59))
                                   : sender.drive.now);
    assert_true(probe_is_idle(&sender.probe));
    assert_int_equal(sender.drive.open_count, 0);
    const struct round *round =
        probe_collect(&sender.probe, &sender.clock, sender.drive.now, &nowhere);
    assert_non_null(round);
    assert_null(probe_collect(&sender.probe, &sender.clock, sender.drive.now, &nowhere));
    assert_int_equal(round->planned, round->sent + round->unsent);
    assert_int_equal(round->sent, round->received + round->sd.lost + round->ds.lost +
                                      round->lost_unknown + round->late + round->dropped_here);
    return round;
}

void sender_assert_unmatched(unsigned source, unsigned control, unsigned sequence, unsigned early)
{
    assert_int_equal(sender.probe.unmatched[UNMATCHED_SOURCE], source);
    assert_int_equal(sender.probe.unmatched[UNMATCHED_CONTROL], control);
    assert_int_equal(sender.probe.unmatched[UNMATCHED_SEQUENCE], sequence);
    assert_int_equal(sender.probe.unmatched[UNMATCHED_EARLY], early);
}
