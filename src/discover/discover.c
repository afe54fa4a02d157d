/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A question is an address and a method; those of an address follow one another. Questions in
 * flight have a slot each. A slot that waited its timeout in vain asks again or, out of tries, is
 * over; repeats go before new questions. `next_send` keeps requests 1 s / rate apart, so that a
 * late timer makes the rate lower and never higher.
 *
 * Channels are opened before anything is asked; to the host each is an owner with one channel.
 * Questions whose channel could not be opened are over at once: the others are asked. A question to
 * a TWAMP server has a connection of its own and one try, which has the time of all. */
#include "discover/discover.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "discover/state.h"

#define TTL 255

static void add_question(struct discover *discover, const struct addr *peer, size_t index)
{
    const struct discover_settings *settings = &discover->settings;
    enum discover_method method = question_method(index);
    struct discover_result *result = &discover->results[index];
    result->peer = *peer;
    result->peer.port = discover_peer_port(settings, method);
    if (!settings->methods[method] || (method == DISCOVER_TIMESTAMP && peer->family == ADDR_IPV6)) {
        question_leave_out(discover, index, 0);
    } else if (method != DISCOVER_TWAMP) {
        slot_channel(discover, index)->is_wanted = true;
    }
}

struct discover *discover_new(const struct discover_settings *settings, const struct addr *peers,
                              size_t count)
{
    assert(count > 0 && settings->parallel > 0 && settings->parallel <= DISCOVER_PARALLEL_MAX);
    assert(settings->rate > 0 && settings->rate <= DISCOVER_RATE_MAX);
    assert(settings->tries > 0 && settings->tries <= DISCOVER_TRIES_MAX);
    assert(settings->timeout_ns > 0);
    struct discover *discover = mem_alloc(1, sizeof *discover);
    discover->settings = *settings;
    discover->count = count * DISCOVER_METHOD_COUNT;
    discover->next_number = settings->first_number;
    discover->next_send.ns = INT64_MIN;
    discover->slots = mem_alloc(settings->parallel, sizeof *discover->slots);
    discover->closing = mem_alloc(settings->parallel, sizeof *discover->closing);
    discover->results = mem_alloc(discover->count, sizeof *discover->results);
    for (size_t i = 0; i < discover->count; i++) {
        add_question(discover, &peers[i / DISCOVER_METHOD_COUNT], i);
    }
    return discover;
}

void discover_free(struct discover *discover)
{
    if (discover != NULL) {
        free(discover->slots);
        free(discover->closing);
        free(discover->results);
        free(discover);
    }
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    discover_hear(self, ev, now);
}

/* Nothing more will be sent for it. */
static bool is_last(const struct discover *discover, const struct slot *slot)
{
    return question_method(slot->index) == DISCOVER_TWAMP ||
           slot_result(discover, slot)->tries == discover->settings.tries;
}

/* Slots that waited for their last answer in vain. */
static void expire(struct discover *discover, struct instant now)
{
    for (size_t i = discover->slot_count; i-- > 0;) {
        struct slot *slot = &discover->slots[i];
        if (is_last(discover, slot) && !mono_is_before(now.mono, slot->deadline)) {
            slot_finish(discover, slot);
        }
    }
}

static bool has_new(const struct discover *discover)
{
    return discover->next < discover->count && discover->slot_count < discover->settings.parallel;
}

/* Moves `next` to a question that is to be asked. */
static void skip_over(struct discover *discover)
{
    while (discover->next < discover->count && discover->results[discover->next].is_over) {
        discover->next++;
    }
}

/* Whose turn it is to be asked; NULL: nobody's. */
static struct slot *next_slot(struct discover *discover, struct instant now)
{
    struct slot *due = NULL;
    for (size_t i = 0; i < discover->slot_count; i++) {
        struct slot *slot = &discover->slots[i];
        bool is_due = !is_last(discover, slot) && !mono_is_before(now.mono, slot->deadline);
        if (is_due && (due == NULL || mono_is_before(slot->deadline, due->deadline))) {
            due = slot;
        }
    }
    if (due == NULL && has_new(discover)) {
        due = &discover->slots[discover->slot_count++];
        *due = (struct slot){.index = discover->next++};
        skip_over(discover);
    }
    return due;
}

/* The system repeats what gets lost, as long as the question has time. */
static void open_connection(struct discover *discover, struct slot *slot, struct instant now,
                            struct fx *fx)
{
    struct discover_result *result = slot_result(discover, slot);
    int64_t time_ns = discover->settings.tries * discover->settings.timeout_ns;
    slot->sent[0] = now;
    slot->deadline = mono_add(now.mono, time_ns);
    slot->is_open = true;
    result->tries = 1;
    *fx = (struct fx){
        .kind = FX_OPEN,
        .id = {CONNECTIONS, (uint32_t)slot->index},
        .transport = TRANSPORT_TCP_STREAM,
        .local.family = result->peer.family,
        .peer = result->peer,
        .options = {.ttl = TTL},
    };
}

static void send_request(struct discover *discover, struct slot *slot, struct instant now,
                         struct fx *fx)
{
    struct discover_result *result = slot_result(discover, slot);
    enum discover_method method = question_method(slot->index);
    slot->numbers[result->tries] = discover_number(method, discover->next_number++);
    slot->sent[result->tries] = now;
    slot->deadline = mono_add(now.mono, discover->settings.timeout_ns);
    struct discover_request request = slot_request(discover, slot, result->tries);
    size_t size = discover_request_write(&request, discover->bytes);
    result->tries++;
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.owner = question_channel(method, result->peer.family),
        .peer = result->peer,
        .bytes = discover->bytes,
        .size = size,
        .tag = (uint32_t)slot->index,
    };
}

static void ask(struct discover *discover, struct slot *slot, struct instant now, struct fx *fx)
{
    discover->next_send = mono_add(now.mono, (NS_PER_SECOND - 1) / discover->settings.rate + 1);
    if (question_method(slot->index) == DISCOVER_TWAMP) {
        open_connection(discover, slot, now, fx);
    } else {
        send_request(discover, slot, now, fx);
    }
}

static enum transport transport_of(unsigned channel)
{
    static const enum transport transports[] = {
        [DISCOVER_V1] = TRANSPORT_UDP,
        [DISCOVER_V2] = TRANSPORT_UDP,
        [DISCOVER_STAMP] = TRANSPORT_UDP,
        [DISCOVER_ECHO] = TRANSPORT_ICMP_ECHO,
        [DISCOVER_TIMESTAMP] = TRANSPORT_ICMP_TIMESTAMP,
    };
    return transports[channel / FAMILY_COUNT];
}

/* All channels have been tried: what needs one that is not open will not be asked. */
static void begin(struct discover *discover)
{
    for (size_t i = 0; i < discover->count; i++) {
        const struct channel *channel = slot_channel(discover, i);
        bool needs_channel = question_method(i) != DISCOVER_TWAMP;
        if (!discover->results[i].is_over && needs_channel && !channel->is_open) {
            question_leave_out(discover, i, channel->error);
        }
    }
    skip_over(discover);
    discover->phase = PHASE_OPEN;
}

static bool poll_opening(struct discover *discover, struct fx *fx)
{
    while (discover->channel < CHANNEL_COUNT) {
        unsigned number = discover->channel++;
        if (discover->channels[number].is_wanted) {
            *fx = (struct fx){
                .kind = FX_OPEN,
                .id.owner = number,
                .transport = transport_of(number),
                .local.family = number % FAMILY_COUNT == 0 ? ADDR_IPV4 : ADDR_IPV6,
                .options = {.ttl = TTL},
            };
            return true;
        }
    }
    begin(discover);
    return false;
}

static bool poll_closing(struct discover *discover, struct fx *fx)
{
    while (discover->channel > 0) {
        unsigned number = --discover->channel;
        if (discover->channels[number].is_open) {
            *fx = (struct fx){.kind = FX_CLOSE, .id.owner = number};
            return true;
        }
    }
    discover->phase = PHASE_OVER;
    return false;
}

/* A connection whose question has its result. */
static bool poll_connections(struct discover *discover, struct fx *fx)
{
    if (discover->closing_count == 0) {
        return false;
    }
    uint32_t index = (uint32_t)discover->closing[--discover->closing_count];
    *fx = (struct fx){.kind = FX_CLOSE, .id = {CONNECTIONS, index}};
    return true;
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct discover *discover = self;
    if (discover->phase == PHASE_OPENING && poll_opening(discover, fx)) {
        return true;
    }
    if (poll_connections(discover, fx)) {
        return true;
    }
    if (discover->phase == PHASE_OPEN) {
        expire(discover, now);
        if (poll_connections(discover, fx)) {
            return true;
        }
        if (discover->over_count == discover->count) {
            discover->phase = PHASE_CLOSING;
        }
    }
    if (discover->phase != PHASE_OPEN) {
        return discover->phase == PHASE_CLOSING && poll_closing(discover, fx);
    }
    struct slot *slot =
        mono_is_before(now.mono, discover->next_send) ? NULL : next_slot(discover, now);
    if (slot != NULL) {
        ask(discover, slot, now, fx);
    }
    return slot != NULL;
}

static struct mono deadline(const void *self)
{
    const struct discover *discover = self;
    struct mono due = MONO_NEVER;
    if (discover->phase == PHASE_OPENING) {
        return (struct mono){INT64_MIN};
    }
    if (discover->phase != PHASE_OPEN) {
        return due;
    }
    for (size_t i = 0; i < discover->slot_count; i++) {
        const struct slot *slot = &discover->slots[i];
        bool waits = is_last(discover, slot) || mono_is_before(discover->next_send, slot->deadline);
        due = mono_min(due, waits ? slot->deadline : discover->next_send);
    }
    return has_new(discover) ? mono_min(due, discover->next_send) : due;
}

struct machine discover_machine(struct discover *discover)
{
    static const struct machine_ops ops = {.input = input, .poll = poll, .deadline = deadline};
    return (struct machine){.ops = &ops, .self = discover};
}

bool discover_is_over(const struct discover *discover)
{
    return discover->phase == PHASE_OVER;
}

int discover_error(const struct discover *discover, enum discover_method method,
                   enum addr_family family)
{
    return discover->channels[question_channel(method, family)].error;
}

size_t discover_count(const struct discover *discover)
{
    return discover->over_count;
}

size_t discover_total(const struct discover *discover)
{
    return discover->count;
}

uint64_t discover_unmatched(const struct discover *discover)
{
    return discover->unmatched;
}
