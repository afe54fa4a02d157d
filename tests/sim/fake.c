/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/fake.h"

#include <string.h>

enum { CONTROL_CHANNEL, PROBE_CHANNEL, CHANNELS };

#define CONTROL_PORT 1967
#define LONG_BYTES 24
#define DURATION_AT 22
#define SHORT_BYTES 8
#define NOT_UTC 0x80000000u

static void put_u16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value);
}

/* The request in fake->bytes becomes its answer. */
static void answer_control(struct fake *fake, struct mono now)
{
    uint8_t *bytes = fake->bytes;
    fake->last_ids[fake->requests++ % 8] = bytes[1];
    fake->probes = 0;
    fake->granted = now;
    if (fake->grants_ms > 0) {
        put_u16(bytes + DURATION_AT, fake->grants_ms);
    }
    fake->wants_send = fake->shape != FAKE_SILENT;
    if (fake->shape == FAKE_ECHO) {
        return;
    }
    if (fake->shape == FAKE_LONG || fake->shape == FAKE_SECTION) {
        put_u16(bytes + 2, LONG_BYTES);
        put_u32(bytes + 12, fake->shape == FAKE_SECTION ? fake->status << 16 : 0);
        fake->size = LONG_BYTES;
        return;
    }
    put_u16(bytes + 2, SHORT_BYTES);
    memset(bytes + 4, 0, 8);
    fake->size = fake->shape == FAKE_SHORT_24 ? LONG_BYTES : SHORT_BYTES;
    if (fake->shape == FAKE_STATUS_16) {
        put_u16(bytes + 4, fake->status);
    } else if (fake->shape == FAKE_STATUS_32) {
        put_u32(bytes + 4, fake->status);
    } else if (fake->shape == FAKE_WRONG_ID) {
        bytes[1] = (uint8_t)(bytes[1] + 100);
    } else if (fake->shape == FAKE_GARBAGE) {
        memset(bytes, 0xff, SHORT_BYTES);
    }
}

static void answer_probe(struct fake *fake, struct stamp received)
{
    uint8_t *bytes = fake->bytes;
    fake->probes++;
    fake->wants_send = !fake->is_probe_silent;
    if (bytes[1] != 2) {
        return;
    }
    uint32_t uptime_ms = (uint32_t)(received.at.mono.ns / NS_PER_MS);
    uint32_t utc_ms = wall_ms_of_day(received.at.wall);
    uint32_t sender_seq = (uint32_t)bytes[12] << 8 | bytes[13];
    put_u16(bytes + 2, fake->claims_held_ms);
    put_u32(bytes + 8, fake->is_not_utc ? uptime_ms | NOT_UTC : utc_ms);
    put_u16(bytes + 14, fake->copies_sequence ? sender_seq : fake->probes);
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    struct fake *fake = self;
    if (ev->kind != EV_DATA || ev->size < 4 || ev->size > sizeof(fake->bytes)) {
        return;
    }
    memcpy(fake->bytes, ev->bytes, ev->size);
    fake->size = ev->size;
    fake->to = ev->peer;
    fake->to_id = ev->id;
    if (ev->id.channel == CONTROL_CHANNEL) {
        answer_control(fake, now.mono);
    } else if (fake->grants_ms == 0 ||
               mono_diff(now.mono, fake->granted) < fake->grants_ms * NS_PER_MS) {
        answer_probe(fake, ev->received);
    }
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct fake *fake = self;
    (void)now;
    if (fake->is_stopping && fake->opened > 0) {
        *fx = (struct fx){.kind = FX_CLOSE, .id.channel = --fake->opened};
        return true;
    }
    if (!fake->is_stopping && fake->opened < CHANNELS) {
        *fx = (struct fx){
            .kind = FX_OPEN,
            .id.channel = fake->opened,
            .local = {.family = ADDR_IPV4,
                      .port = fake->opened == CONTROL_CHANNEL ? CONTROL_PORT : fake->port},
        };
        fake->opened++;
        return true;
    }
    if (!fake->wants_send) {
        return false;
    }
    fake->wants_send = false;
    *fx = (struct fx){.kind = FX_SEND,
                      .id = fake->to_id,
                      .peer = fake->to,
                      .bytes = fake->bytes,
                      .size = fake->size};
    return true;
}

static struct mono deadline(const void *self)
{
    (void)self;
    return MONO_NEVER;
}

struct machine fake_machine(struct fake *fake)
{
    static const struct machine_ops ops = {.input = input, .poll = poll, .deadline = deadline};
    return (struct machine){.ops = &ops, .self = fake};
}

void fake_stop(struct fake *fake)
{
    fake->is_stopping = true;
}
