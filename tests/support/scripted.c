/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/scripted.h"

#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/sock.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/receive.h"

#define GIVE_UP_NS (60 * NS_PER_SECOND)

const struct channel_id scripted_first = {.owner = 7, .channel = 1};
const struct channel_id scripted_second = {.owner = 8, .channel = 1};
const uint8_t scripted_hello[SCRIPTED_HELLO_BYTES] = {'h', 'e', 'l', 'l', 'o'};

static void fake_input(void *self, const struct ev *ev, struct instant now)
{
    struct scripted *fake = self;
    assert_true(now.mono.ns >= fake->last_now.ns);
    fake->last_now = now.mono;
    if (ev->kind == EV_DATA) {
        assert_false(fake->awaits_poll);
        fake->awaits_poll = true;
    } else {
        fake->awaits_open = false;
    }
    assert_true(fake->seen_count < SCRIPTED_SEEN_MAX);
    fake->seen[fake->seen_count] = *ev;
    fake->seen[fake->seen_count++].bytes = NULL;
    if (fake->react != NULL) {
        fake->react(fake, ev);
    }
}

static bool fake_poll(void *self, struct instant now, struct fx *fx)
{
    struct scripted *fake = self;
    assert_false(fake->awaits_open);
    assert_true(now.mono.ns >= fake->last_now.ns);
    fake->last_now = now.mono;
    fake->awaits_poll = false;
    fake->polls++;
    if (!mono_is_before(now.mono, fake->deadline) && !fake->is_stuck) {
        fake->fired = now.mono;
        fake->deadline = MONO_NEVER;
    }
    if (fake->performed == fake->scripted) {
        return false;
    }
    *fx = fake->script[fake->performed++];
    bool is_connecting = fx->transport == TRANSPORT_TCP_STREAM; /* answered when it is connected */
    fake->awaits_open = fx->kind == FX_OPEN && !is_connecting;
    return true;
}

static struct mono fake_deadline(const void *self)
{
    const struct scripted *fake = self;
    return fake->deadline;
}

static const struct machine_ops fake_ops = {fake_input, fake_poll, fake_deadline};

static struct mono fake_after(void *context, struct instant now)
{
    struct scripted *fake = context;
    if (fake->play != NULL) {
        fake->play(fake);
    }
    if (fake->is_over || !mono_is_before(now.mono, fake->give_up)) {
        host_stop(fake->host);
    }
    return mono_add(now.mono, NS_PER_MS);
}

struct machine scripted_machine(struct scripted *fake)
{
    return (struct machine){.ops = &fake_ops, .self = fake};
}

void scripted_init(struct scripted *fake)
{
    *fake = (struct scripted){.deadline = MONO_NEVER};
    struct addr local = build_addr("127.0.0.1:0");
    assert_int_equal(sock_open(&local, &fake->client, &fake->client_addr), 0);
}

void script_effect(struct scripted *fake, struct fx fx)
{
    assert_true(fake->scripted < SCRIPTED_EFFECTS_MAX);
    fake->script[fake->scripted++] = fx;
}

void script_open(struct scripted *fake, struct channel_id id)
{
    script_effect(fake, (struct fx){.kind = FX_OPEN, .id = id, .local = build_addr("127.0.0.1:0")});
}

void script_send(struct scripted *fake, struct channel_id id, const struct addr *peer)
{
    struct fx fx = {.kind = FX_SEND,
                    .id = id,
                    .peer = *peer,
                    .bytes = scripted_hello,
                    .size = sizeof scripted_hello};
    script_effect(fake, fx);
}

void script_close(struct scripted *fake, struct channel_id id)
{
    script_effect(fake, (struct fx){.kind = FX_CLOSE, .id = id});
}

void scripted_run(struct scripted *fake)
{
    struct machine machine = scripted_machine(fake);
    struct host_hook hook = {.after = fake_after, .context = fake};
    fake->host = host_new(machine, hook);
    assert_non_null(fake->host);
    fake->give_up = mono_add(clock_now().mono, GIVE_UP_NS);
    host_run(fake->host);
    fake->stats = *host_stats(fake->host);
    host_free(fake->host);
    close(fake->client);
    assert_true(fake->is_over);
}

void client_send(struct scripted *fake, const struct addr *to)
{
    struct sock_parcel parcel = {
        .peer = *to, .bytes = scripted_hello, .size = sizeof scripted_hello};
    assert_int_equal(sock_send(fake->client, &parcel), 0);
}

bool client_receives(struct scripted *fake)
{
    uint8_t bytes[64];
    struct sock_datagram datagram;
    return sock_receive(fake->client, bytes, sizeof bytes, &datagram) == 0 &&
           datagram.size == sizeof scripted_hello &&
           memcmp(bytes, scripted_hello, sizeof scripted_hello) == 0;
}

size_t count_events(const struct scripted *fake, enum ev_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->seen_count; i++) {
        count += fake->seen[i].kind == kind;
    }
    return count;
}

void play_until_all_performed(struct scripted *fake)
{
    fake->is_over = fake->performed == fake->scripted;
}

void react_close(struct scripted *fake, const struct ev *ev)
{
    if (ev->kind == EV_DATA && ev->id.owner == scripted_first.owner) {
        script_close(fake, ev->id);
    }
}
