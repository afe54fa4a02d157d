/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "discover/state.h"

enum discover_method question_method(size_t index)
{
    return (enum discover_method)(index % DISCOVER_METHOD_COUNT);
}

unsigned question_channel(enum discover_method method, enum addr_family family)
{
    return method * FAMILY_COUNT + (family == ADDR_IPV6 ? 1 : 0);
}

struct channel *slot_channel(struct discover *discover, size_t index)
{
    return &discover->channels[question_channel(question_method(index),
                                                discover->results[index].peer.family)];
}

void question_leave_out(struct discover *discover, size_t index, int error)
{
    discover->results[index].is_over = true;
    discover->results[index].outcome = DISCOVER_NOT_ASKED;
    discover->results[index].error = error;
    discover->over_count++;
}

struct discover_result *slot_result(const struct discover *discover, const struct slot *slot)
{
    return &discover->results[slot->index];
}

void slot_finish(struct discover *discover, struct slot *slot)
{
    slot_result(discover, slot)->is_over = true;
    discover->over_count++;
    if (slot->is_open) {
        discover->closing[discover->closing_count++] = slot->index;
    }
    *slot = discover->slots[--discover->slot_count];
}

struct slot *slot_with(struct discover *discover, size_t index)
{
    for (size_t i = 0; i < discover->slot_count; i++) {
        if (discover->slots[i].index == index) {
            return &discover->slots[i];
        }
    }
    return NULL;
}

struct discover_request slot_request(struct discover *discover, const struct slot *slot,
                                     unsigned number)
{
    enum discover_method method = question_method(slot->index);
    return (struct discover_request){
        .method = method,
        .peer = &slot_result(discover, slot)->peer,
        .port = discover_is_control(method) ? discover->settings.ports[method] : 0,
        .local = slot_channel(discover, slot->index)->local,
        .number = slot->numbers[number],
        .sent = slot->sent[number].wall,
        .random = discover->settings.random,
    };
}

const struct discover_result *discover_result(const struct discover *discover, size_t index,
                                              enum discover_method method)
{
    size_t at = index * DISCOVER_METHOD_COUNT + method;
    assert(at < discover->count);
    return &discover->results[at];
}
