/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/drive.h"

#include <assert.h>
#include <string.h>

/* More effects than this without time passing are a livelock. */
enum { POLLS_MAX = 10000 };

void drive_init(struct drive *drive, struct machine machine, struct instant now)
{
    memset(drive, 0, sizeof *drive);
    drive->machine = machine;
    drive->now = now;
}

/* Index of the open channel, or open_count. */
static size_t find_open(const struct drive *drive, struct channel_id id)
{
    size_t i = 0;
    while (i < drive->open_count &&
           (drive->open[i].id.owner != id.owner || drive->open[i].id.channel != id.channel)) {
        i++;
    }
    return i;
}

static void note(struct drive *drive, const struct fx *fx)
{
    if (drive->effect_count == DRIVE_EFFECTS_MAX) {
        return;
    }
    struct drive_effect *effect = &drive->effects[drive->effect_count++];
    *effect = (struct drive_effect){.fx = *fx, .at = drive->now};
    effect->fx.bytes = NULL;
    if (fx->kind == FX_SEND) {
        memcpy(effect->bytes, fx->bytes, fx->size < DRIVE_BYTES_MAX ? fx->size : DRIVE_BYTES_MAX);
    }
}

static void answer(struct drive *drive, struct ev ev)
{
    drive->machine.ops->input(drive->machine.self, &ev, drive->now);
}

static void perform_open(struct drive *drive, const struct fx *fx)
{
    assert(find_open(drive, fx->id) == drive->open_count);
    if (drive->open_error != 0) {
        answer(drive, (struct ev){.kind = EV_ERROR, .id = fx->id, .error = drive->open_error});
        return;
    }
    assert(drive->open_count < DRIVE_CHANNELS_MAX);
    struct addr bound = fx->local;
    bound.port = bound.port == 0 ? 40000 : bound.port;
    drive->open[drive->open_count++] =
        (struct drive_channel){.id = fx->id, .local = bound, .transport = fx->transport};
    drive->opened++;
    if (fx->transport != TRANSPORT_TCP_CONNECT && fx->transport != TRANSPORT_TCP_STREAM) {
        answer(drive, (struct ev){.kind = EV_OPENED, .id = fx->id, .local = bound});
    }
}

static bool is_stream(enum transport transport)
{
    return transport == TRANSPORT_TCP_STREAM || transport == TRANSPORT_TCP_ACCEPTED;
}

static void perform(struct drive *drive, const struct fx *fx)
{
    size_t place = find_open(drive, fx->id);
    switch (fx->kind) {
    case FX_OPEN:
        perform_open(drive, fx);
        break;
    case FX_SEND:
        assert(place < drive->open_count && fx->size <= IO_DATAGRAM_MAX);
        if (is_stream(drive->open[place].transport)) {
            break;
        }
        assert(fx->peer.family != ADDR_NONE);
        assert((fx->peer.port != 0) == (drive->open[place].transport == TRANSPORT_UDP));
        drive->sent++;
        if (drive->send_error != 0) {
            answer(drive,
                   (struct ev){
                       .kind = EV_ERROR, .id = fx->id, .tag = fx->tag, .error = drive->send_error});
        }
        break;
    case FX_CLOSE:
        assert(place < drive->open_count);
        drive->open[place] = drive->open[--drive->open_count];
        drive->closed++;
        break;
    }
}

static struct mono deadline(const struct drive *drive)
{
    return drive->machine.ops->deadline(drive->machine.self);
}

void drive_poll(struct drive *drive)
{
    struct fx fx;
    unsigned polls = 0;
    memset(&fx, 0, sizeof fx);
    while (drive->machine.ops->poll(drive->machine.self, drive->now, &fx)) {
        note(drive, &fx);
        perform(drive, &fx);
        assert(++polls < POLLS_MAX);
    }
    assert(mono_is_before(drive->now.mono, deadline(drive)));
}

static void move_to(struct drive *drive, struct mono mono)
{
    int64_t passed_ns = mono_diff(mono, drive->now.mono);
    drive->now.mono = mono;
    drive->now.wall = wall_add(drive->now.wall, passed_ns);
}

void drive_until(struct drive *drive, struct instant now)
{
    while (mono_is_before(deadline(drive), now.mono)) {
        move_to(drive, deadline(drive));
        drive_poll(drive);
    }
    drive->now = now;
    drive_poll(drive);
}

void drive_input(struct drive *drive, struct ev ev)
{
    if (ev.kind == EV_DATA) {
        ev.received = (struct stamp){.at = drive->now, .source = STAMP_KERNEL};
    }
    answer(drive, ev);
    drive_poll(drive);
}

bool drive_is_open(const struct drive *drive, struct channel_id id)
{
    return find_open(drive, id) < drive->open_count;
}

const struct drive_channel *drive_channel(const struct drive *drive, uint16_t port)
{
    for (size_t i = 0; i < drive->open_count; i++) {
        if (drive->open[i].local.port == port) {
            return &drive->open[i];
        }
    }
    return NULL;
}

void drive_forget(struct drive *drive)
{
    drive->effect_count = 0;
}

const struct drive_effect *drive_find(const struct drive *drive, enum fx_kind kind, size_t index)
{
    for (size_t i = 0; i < drive->effect_count; i++) {
        if (drive->effects[i].fx.kind == kind && index-- == 0) {
            return &drive->effects[i];
        }
    }
    return NULL;
}

size_t drive_count(const struct drive *drive, enum fx_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < drive->effect_count; i++) {
        count += drive->effects[i].fx.kind == kind;
    }
    return count;
}
