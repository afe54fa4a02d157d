/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A question is an address and a method; those of an address follow one another. Questions in
 * flight have a slot each. A slot that waited its timeout in vain asks again or, out of tries, is
 * over; repeats go before new questions. `next_send` keeps requests 1 s / rate apart, so that a
 * late timer makes the rate lower and never higher.
 *
 * Channels are opened before anything is asked; to the host each is an owner with one channel.
 * Questions whose channel could not be opened are over at once: the others are asked. */
#include "discover/discover.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "discover/ask.h"

#define TTL 255
#define FAMILY_COUNT 2
#define CHANNEL_COUNT (DISCOVER_METHOD_COUNT * FAMILY_COUNT)

struct slot {
    size_t index; /* of the result */
    struct mono deadline; /* of the latest request */
    struct instant sent[DISCOVER_TRIES_MAX];
    uint32_t numbers[DISCOVER_TRIES_MAX];
};

struct channel {
    bool is_wanted; /* some question needs it */
    bool is_open;
    int error; /* it could not be opened */
    struct addr local;
};

enum phase { PHASE_OPENING, PHASE_OPEN, PHASE_CLOSING, PHASE_OVER };

struct discover {
    struct discover_settings settings;
    struct discover_result *results; /* of question index x DISCOVER_METHOD_COUNT + method */
    size_t count; /* of questions, those that are not asked included */
    size_t next; /* the first question that was not asked */
    size_t over_count;
    struct slot *slots; /* settings.parallel of them */
    size_t slot_count;
    struct channel channels[CHANNEL_COUNT];
    unsigned channel; /* PHASE_OPENING, PHASE_CLOSING: the next one */
    struct mono next_send;
    enum phase phase;
    uint32_t next_number;
    uint64_t unmatched;
    uint8_t bytes[DISCOVER_REQUEST_BYTES_MAX];
};

static enum discover_method method_of(size_t index)
{
    return (enum discover_method)(index % DISCOVER_METHOD_COUNT);
}

static unsigned channel_of(enum discover_method method, enum addr_family family)
{
    return method * FAMILY_COUNT + (family == ADDR_IPV6 ? 1 : 0);
}

static struct channel *channel_for(struct discover *discover, size_t index)
{
    return &discover->channels[channel_of(method_of(index), discover->results[index].peer.family)];
}

static void leave_out(struct discover *discover, size_t index, int error)
{
    discover->results[index].is_over = true;
    discover->results[index].outcome = DISCOVER_NOT_ASKED;
    discover->results[index].error = error;
    discover->over_count++;
}

static void add_question(struct discover *discover, const struct addr *peer, size_t index)
{
    const struct discover_settings *settings = &discover->settings;
    enum discover_method method = method_of(index);
    struct discover_result *result = &discover->results[index];
    result->peer = *peer;
    result->peer.port = discover_peer_port(settings, method);
    if (!settings->methods[method] || (method == DISCOVER_TIMESTAMP && peer->family == ADDR_IPV6)) {
        leave_out(discover, index, 0);
    } else {
        channel_for(discover, index)->is_wanted = true;
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
        free(discover->results);
        free(discover);
    }
}

static struct discover_result *result_of(const struct discover *discover, const struct slot *slot)
{
    return &discover->results[slot->index];
}

/* The slot's question has its result; the last slot takes the place. */
static void finish(struct discover *discover, struct slot *slot)
{
    result_of(discover, slot)->is_over = true;
    discover->over_count++;
    *slot = discover->slots[--discover->slot_count];
}

static struct slot *find_slot(struct discover *discover, unsigned channel, const struct addr *peer)
{
    for (size_t i = 0; i < discover->slot_count; i++) {
        struct slot *slot = &discover->slots[i];
        const struct addr *asked = &result_of(discover, slot)->peer;
        if (channel == channel_of(method_of(slot->index), asked->family) &&
            addr_is_equal(asked, peer)) {
            return slot;
        }
    }
    return NULL;
}

static struct slot *slot_with(struct discover *discover, size_t index)
{
    for (size_t i = 0; i < discover->slot_count; i++) {
        if (discover->slots[i].index == index) {
            return &discover->slots[i];
        }
    }
    return NULL;
}

/* The slot's request with this number. */
static struct discover_request request_of(struct discover *discover, const struct slot *slot,
                                          unsigned number)
{
    enum discover_method method = method_of(slot->index);
    return (struct discover_request){
        .method = method,
        .peer = &result_of(discover, slot)->peer,
        .port = discover_is_control(method) ? discover->settings.ports[method] : 0,
        .local = channel_for(discover, slot->index)->local,
        .number = slot->numbers[number],
        .sent = slot->sent[number].wall,
        .random = discover->settings.random,
    };
}

/* Which of the slot's requests `ev` answers; settings.tries: none. A request that came back as it
 * was is not read. */
static unsigned find_request(struct discover *discover, const struct slot *slot,
                             const struct ev *ev, struct discover_answer *answer, bool *is_read)
{
    for (unsigned number = 0; number < result_of(discover, slot)->tries; number++) {
        struct discover_request request = request_of(discover, slot, number);
        bool is_ours = discover_answer_read(&request, ev, answer) &&
                       !discover_answer_is_copy(answer, &request);
        *is_read |= is_ours;
        if (is_ours && answer->number == request.number) {
            return number;
        }
    }
    return discover->settings.tries;
}

static void take_unreadable(struct discover *discover, const struct slot *slot)
{
    discover->unmatched++;
    result_of(discover, slot)->outcome = DISCOVER_UNREADABLE;
}

static void take_data(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, ev->id.owner, &ev->peer);
    struct discover_answer answer;
    if (slot == NULL) {
        discover->unmatched++;
        return;
    }
    struct discover_result *result = result_of(discover, slot);
    bool is_read = false;
    unsigned number = find_request(discover, slot, ev, &answer, &is_read);
    if (!is_read) {
        take_unreadable(discover, slot);
        return;
    }
    if (number == discover->settings.tries) {
        discover->unmatched++;
        return;
    }
    result->outcome = answer.outcome;
    result->status = answer.status;
    result->shape = answer.shape;
    result->is_utc = answer.is_utc;
    result->is_swapped = answer.is_swapped;
    result->signs = answer.signs;
    result->rtt_ns = mono_diff(ev->received.at.mono, slot->sent[number].mono);
    finish(discover, slot);
}

/* The best match among the requests of the slot. */
static enum discover_quote quote_of(struct discover *discover, const struct slot *slot,
                                    const struct ev *ev)
{
    enum discover_quote best = DISCOVER_QUOTES_ANOTHER;
    for (unsigned number = 0; number < result_of(discover, slot)->tries; number++) {
        struct discover_request request = request_of(discover, slot, number);
        enum discover_quote quote = discover_quote_read(&request, ev->bytes, ev->size);
        best = quote > best ? quote : best;
    }
    return best;
}

/* An error that quotes too little may be anybody's: it is the outcome when nothing else comes. */
static void take_icmp(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = find_slot(discover, ev->id.owner, &ev->peer);
    enum discover_quote quote =
        slot == NULL ? DISCOVER_QUOTES_ANOTHER : quote_of(discover, slot, ev);
    if (quote == DISCOVER_QUOTES_ANOTHER) {
        discover->unmatched++;
        return;
    }
    struct discover_result *result = result_of(discover, slot);
    result->outcome = ev->error == ECONNREFUSED ? DISCOVER_CLOSED : DISCOVER_UNREACHABLE;
    result->error = ev->error;
    if (quote == DISCOVER_QUOTES_IT) {
        finish(discover, slot);
    }
}

/* A request did not leave. A full queue may pass; no route will not. */
static void take_send_error(struct discover *discover, const struct ev *ev)
{
    struct slot *slot = slot_with(discover, ev->tag);
    if (slot == NULL) {
        return;
    }
    struct discover_result *result = result_of(discover, slot);
    bool may_pass = ev->error == ENOBUFS || ev->error == EAGAIN || ev->error == ENOMEM;
    if (may_pass && result->tries < discover->settings.tries) {
        return;
    }
    result->outcome = DISCOVER_UNSENT;
    result->error = ev->error;
    finish(discover, slot);
}

static void input(void *self, const struct ev *ev, struct instant now)
{
    struct discover *discover = self;
    struct channel *channel = &discover->channels[ev->id.owner];
    (void)now;
    if (ev->kind == EV_OPENED) {
        channel->is_open = true;
        channel->local = ev->local;
    } else if (ev->kind == EV_DATA) {
        take_data(discover, ev);
    } else if (ev->kind == EV_ERROR && ev->is_icmp) {
        take_icmp(discover, ev);
    } else if (ev->kind == EV_ERROR && !channel->is_open) {
        channel->error = ev->error;
    } else if (ev->kind == EV_ERROR) {
        take_send_error(discover, ev);
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
        bool is_due = result_of(discover, slot)->tries < discover->settings.tries &&
                      !mono_is_before(now.mono, slot->deadline);
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

static void ask(struct discover *discover, struct slot *slot, struct instant now, struct fx *fx)
{
    struct discover_result *result = result_of(discover, slot);
    enum discover_method method = method_of(slot->index);
    slot->numbers[result->tries] = discover_number(method, discover->next_number++);
    slot->sent[result->tries] = now;
    slot->deadline = mono_add(now.mono, discover->settings.timeout_ns);
    struct discover_request request = request_of(discover, slot, result->tries);
    size_t size = discover_request_write(&request, discover->bytes);
    result->tries++;
    discover->next_send = mono_add(now.mono, (NS_PER_SECOND - 1) / discover->settings.rate + 1);
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.owner = channel_of(method, result->peer.family),
        .peer = result->peer,
        .bytes = discover->bytes,
        .size = size,
        .tag = (uint32_t)slot->index,
    };
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
        const struct channel *channel = channel_for(discover, i);
        if (!discover->results[i].is_over && !channel->is_open) {
            leave_out(discover, i, channel->error);
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

static bool poll(void *self, struct instant now, struct fx *fx)
{
    struct discover *discover = self;
    if (discover->phase == PHASE_OPENING && poll_opening(discover, fx)) {
        return true;
    }
    if (discover->phase == PHASE_OPEN) {
        expire(discover, now);
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

int discover_error(const struct discover *discover, enum discover_method method,
                   enum addr_family family)
{
    return discover->channels[channel_of(method, family)].error;
}

const struct discover_result *discover_result(const struct discover *discover, size_t index,
                                              enum discover_method method)
{
    size_t at = index * DISCOVER_METHOD_COUNT + method;
    assert(at < discover->count);
    return &discover->results[at];
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
