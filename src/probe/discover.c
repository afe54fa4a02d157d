/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses in flight have a slot each. A slot that waited its timeout in vain asks again or, out
 * of tries, is over; repeats go before new addresses. `next_send` keeps requests 1 s / rate apart,
 * so that a late timer makes the rate lower and never higher. */
#include "probe/discover.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/ipsla.h"

#define TTL 255

struct slot {
    size_t index; /* of the result */
    struct mono deadline; /* of the latest request */
    struct mono sent[DISCOVER_TRIES_MAX];
    uint8_t ids[DISCOVER_TRIES_MAX];
};

enum phase { PHASE_CLOSED, PHASE_OPENING, PHASE_OPEN, PHASE_OVER };

struct discover {
    struct discover_settings settings;
    struct discover_result *results;
    size_t count;
    size_t next; /* the first address that was not asked */
    size_t over_count;
    struct slot *slots; /* settings.parallel of them */
    size_t slot_count;
    struct slot *sending; /* whose request is being performed; NULL: none */
    struct mono next_send;
    enum phase phase;
    int error;
    uint8_t next_id;
    uint64_t unmatched;
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
};

const char *discover_outcome_name(enum discover_outcome outcome)
{
    static const char *const names[] = {
        [DISCOVER_NO_ANSWER] = "no_answer", [DISCOVER_ACCEPTED] = "accepted",
        [DISCOVER_REFUSED] = "refused",     [DISCOVER_UNREADABLE] = "unreadable",
        [DISCOVER_CLOSED] = "closed",       [DISCOVER_UNREACHABLE] = "unreachable",
        [DISCOVER_UNSENT] = "unsent",
    };
    return names[outcome];
}

const char *discover_shape_name(enum discover_shape shape)
{
    static const char *const names[] = {
        [DISCOVER_LONG] = "long",
        [DISCOVER_SHORT] = "short",
        [DISCOVER_PADDED] = "padded",
        [DISCOVER_COPY] = "copy",
    };
    return names[shape];
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
    discover->count = count;
    discover->next_id = settings->first_id;
    discover->next_send.ns = INT64_MIN;
    discover->slots = mem_alloc(settings->parallel, sizeof *discover->slots);
    discover->results = mem_alloc(count, sizeof *discover->results);
    for (size_t i = 0; i < count; i++) {
        discover->results[i].peer = peers[i];
        discover->results[i].peer.port = settings->control_port;
    }
    return discover;
}

void discover_free(struct discover *discover)
{
    if (discover != NULL) {
        free(discover->slots);
        free(discover->results);
        free(discover);
    }
}

static struct discover_result *result_of(const struct discover *discover, const struct slot *slot)
{
    return &discover->results[slot->index];
}

/* The slot's address has its result; the last slot takes the place. */
static void finish(struct discover *discover, struct slot *slot)
{
    result_of(discover, slot)->is_over = true;
    discover->over_count++;
    *slot = discover->slots[--discover->slot_count];
}

static struct slot *find_slot(struct discover *discover, const struct addr *peer)
{
    for (size_t i = 0; i < discover->slot_count; i++) {
        if (addr_is_equal(&result_of(discover, &discover->slots[i])->peer, peer)) {
            return &discover->slots[i];
        }
    }
    return NULL;
}

static enum discover_shape shape_of(const struct ipsla_response *response, size_t size)
{
    if (!response->has_port) {
        return size > IPSLA_RESPONSE_SHORT_BYTES ? DISCOVER_PADDED : DISCOVER_SHORT;
    }
    return size == IPSLA_REQUEST_BYTES ? DISCOVER_COPY : DISCOVER_LONG;
}

static void take_data(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, &ev->peer);
    struct ipsla_response response;
    if (slot == NULL) {
        discover->unmatched++;
        return;
    }
    struct discover_result *result = result_of(discover, slot);
    if (ipsla_response_decode(ev->bytes, ev->size, &response) != IPSLA_ACCEPT) {
        discover->unmatched++;
        result->outcome = DISCOVER_UNREADABLE;
        return;
    }
    unsigned number = 0;
    while (number < result->tries && slot->ids[number] != response.id) {
        number++;
    }
    if (number == result->tries) {
        discover->unmatched++;
        return;
    }
    result->outcome = response.status == 0 ? DISCOVER_ACCEPTED : DISCOVER_REFUSED;
    result->status = response.status;
    result->shape = shape_of(&response, ev->size);
    result->rtt_ns = mono_diff(ev->received.at.mono, slot->sent[number]);
    finish(discover, slot);
}

static void take_icmp(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, &ev->peer);
    if (slot == NULL) {
        return;
    }
    struct discover_result *result = result_of(discover, slot);
    result->outcome = ev->error == ECONNREFUSED ? DISCOVER_CLOSED : DISCOVER_UNREACHABLE;
    result->error = ev->error;
    finish(discover, slot);
}

/* The request just performed did not leave. A full queue may pass; no route will not. */
static void take_send_error(struct discover *discover, int error)
{
    struct discover_result *result = result_of(discover, discover->sending);
    bool may_pass = error == ENOBUFS || error == EAGAIN || error == ENOMEM;
    if (may_pass && result->tries < discover->settings.tries) {
        return;
    }
    result->outcome = DISCOVER_UNSENT;
    result->error = error;
    finish(discover, discover->sending);
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    struct discover *discover = self;
    (void)now;
    if (ev->kind == EV_OPENED) {
        discover->phase = PHASE_OPEN;
    } else if (ev->kind == EV_DATA) {
        take_data(discover, ev);
    } else if (ev->kind == EV_ERROR && ev->is_icmp) {
        take_icmp(discover, ev);
    } else if (ev->kind == EV_ERROR && discover->phase == PHASE_OPENING) {
        discover->error = ev->error;
        discover->phase = PHASE_OVER;
    } else if (ev->kind == EV_ERROR && discover->sending != NULL) {
        take_send_error(discover, ev->error);
    }
}

/* Slots that waited for their last answer in vain. */
static void expire(struct discover *discover, struct instant now)
{
    for (size_t i = discover->slot_count; i-- > 0;) {
        struct slot *slot = &discover->slots[i];
        if (result_of(discover, slot)->tries == discover->settings.tries &&
            !mono_is_before(now.mono, slot->deadline)) {
            finish(discover, slot);
        }
    }
}

static bool has_new(const struct discover *discover)
{
    return discover->next < discover->count && discover->slot_count < discover->settings.parallel;
}

/* Whose turn it is to be asked; NULL: nobody's. */
static struct slot *next_slot(struct discover *discover, struct instant now)
{
    struct slot *due = NULL;
    for (size_t i = 0; i < discover->slot_count; i++) {
        struct slot *slot = &discover->slots[i];
        bool is_due = result_of(discover, slot)->tries < discover->settings.tries &&
                      !mono_is_before(now.mono, slot->deadline);
        if (is_due && (due == NULL || mono_is_before(slot->deadline, due->deadline))) {
            due = slot;
        }
    }
    if (due == NULL && has_new(discover)) {
        due = &discover->slots[discover->slot_count++];
        *due = (struct slot){.index = discover->next++};
    }
    return due;
}

static void ask(struct discover *discover, struct slot *slot, struct instant now, struct fx *fx)
{
    struct discover_result *result = result_of(discover, slot);
    struct ipsla_request request = {
        .id = discover->next_id++,
        .command = IPSLA_COMMAND_ECHO,
        .port = discover->settings.port,
        .duration_ms = DISCOVER_DURATION_MS,
    };
    memcpy(request.address, result->peer.ip, sizeof request.address);
    size_t size = ipsla_request_encode(&request, discover->bytes);
    slot->ids[result->tries] = request.id;
    slot->sent[result->tries] = now.mono;
    slot->deadline = mono_add(now.mono, discover->settings.timeout_ns);
    result->tries++;
    discover->sending = slot;
    discover->next_send = mono_add(now.mono, (NS_PER_SECOND - 1) / discover->settings.rate + 1);
    *fx = (struct fx){
        .kind = FX_SEND,
        .peer = result->peer,
        .bytes = discover->bytes,
        .size = size,
    };
}

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct discover *discover = self;
    discover->sending = NULL;
    if (discover->phase == PHASE_CLOSED) {
        discover->phase = PHASE_OPENING;
        *fx = (struct fx){.kind = FX_OPEN, .local.family = ADDR_IPV4, .options = {.ttl = TTL}};
        return true;
    }
    if (discover->phase != PHASE_OPEN) {
        return false;
    }
    expire(discover, now);
    if (discover->over_count == discover->count) {
        discover->phase = PHASE_OVER;
        *fx = (struct fx){.kind = FX_CLOSE};
        return true;
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
    if (discover->phase == PHASE_CLOSED) {
        return (struct mono){INT64_MIN};
    }
    if (discover->phase != PHASE_OPEN) {
        return due;
    }
    for (size_t i = 0; i < discover->slot_count; i++) {
        const struct slot *slot = &discover->slots[i];
        bool is_last = result_of(discover, slot)->tries == discover->settings.tries;
        bool waits = is_last || mono_is_before(discover->next_send, slot->deadline);
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

int discover_error(const struct discover *discover)
{
    return discover->error;
}

const struct discover_result *discover_result(const struct discover *discover, size_t index)
{
    assert(index < discover->count);
    return &discover->results[index];
}

size_t discover_count(const struct discover *discover)
{
    return discover->over_count;
}

uint64_t discover_unmatched(const struct discover *discover)
{
    return discover->unmatched;
}
