/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/run.h"

#include <stdlib.h>

#include "capture/control.h"

/* A packet is seen at two places of a host within this. */
#define COPY_NS (2 * NS_PER_MS)
/* Numbers before the first one that was seen. */
#define EARLIER 64U
/* Unanswered packets without numbers that a reply may belong to. */
#define OPEN_MAX 64U

void run_clear(struct run *run)
{
    run->packets.count = 0;
    run->extras.count = 0;
    run->exchange = NULL;
    run->oldest_open = 0;
    run->copies = 0;
    run->request_duplicates = 0;
    run->sender_place = 0;
    run->has_sender_end = false;
    run->is_begun = false;
}

void run_fini(struct run *run)
{
    list_fini(&run->packets);
    list_fini(&run->extras);
}

static struct run_packet *packets(const struct run *run)
{
    return run->packets.items;
}

static bool is_within(const struct sight *a, const struct sight *b, int64_t ns)
{
    return llabs(a->at_ns - b->at_ns) <= ns;
}

/* Seen again somewhere else: not another packet. */
static bool is_elsewhere(const struct sight *sight, const struct sight *before)
{
    return sight->place != before->place || sight->direction != before->direction ||
           (sight->is_cooked && is_within(sight, before, COPY_NS));
}

static bool is_copy(const struct sight *sight, const struct run_way *way)
{
    return sight->digest == way->first->digest && is_elsewhere(sight, way->first) &&
           (way->last == NULL || is_elsewhere(sight, way->last));
}

static void note(struct run_way *way, const struct sight *sight)
{
    if (way->first == NULL) {
        way->first = sight;
    } else {
        way->last = sight;
    }
    if (sight->direction == PCAP_OUT) {
        way->has_out = true;
        way->out_ns = sight->at_ns;
    } else if (sight->direction == PCAP_IN && !way->has_in) {
        way->has_in = true;
        way->in_ns = sight->at_ns;
    }
}

/* Makes the packet with this index exist; false when the train would be too long. */
static bool reach(struct run *run, uint32_t index)
{
    while (run->packets.count <= index) {
        if (list_add(&run->packets, sizeof(struct run_packet), RUN_PACKETS_MAX) == NULL) {
            return false;
        }
    }
    return true;
}

static void begin(struct run *run, const struct sight *sight, uint32_t number)
{
    run->is_begun = true;
    run->base = number > EARLIER ? number - EARLIER : 1;
    run->base = run->traffic->is_numbered ? run->base : 1;
    run->highest = 0;
    run->highest_ns = sight->at_ns;
    run->exchange = capture_find_exchange(run->capture, run->flow, sight->at_ns);
}

/* Numbers that go round are taken next to the one before. */
static uint32_t unwrap(struct run *run, const struct sight *sight)
{
    if (!run->traffic->has_wrap) {
        return sight->number;
    }
    if (!run->is_begun) {
        run->wraps_at = 0x10000U + sight->number;
    }
    int16_t step = (int16_t)(uint16_t)(sight->number - run->wraps_at);
    run->wraps_at = (uint32_t)((int64_t)run->wraps_at + step);
    return run->wraps_at;
}

/* A request with a number that was there before, or a smaller one, much later or with other
 * data. */
static bool is_new_train(const struct run *run, const struct sight *sight, uint32_t index)
{
    uint32_t number = run->base + index;
    const struct run_way *way = index < run->packets.count ? &packets(run)[index].request : NULL;
    if (way != NULL && way->first != NULL) {
        return way->first->digest != sight->digest ||
               !is_within(sight, way->first, run->capture->options.timeout_ns);
    }
    if (number > run->highest) {
        return false;
    }
    bool is_other = capture_find_exchange(run->capture, run->flow, sight->at_ns) != run->exchange;
    return is_other || sight->at_ns - run->highest_ns > run->capture->options.timeout_ns;
}

static bool take_request(struct run *run, const struct sight *sight, uint32_t index)
{
    if (is_new_train(run, sight, index) || !reach(run, index)) {
        return false;
    }
    struct run_way *way = &packets(run)[index].request;
    if (way->first != NULL && !is_copy(sight, way)) {
        run->request_duplicates++;
        return true;
    }
    run->copies += way->first != NULL;
    run->sender_place = run->sender_place == 0 ? sight->place : run->sender_place;
    note(way, sight);
    if (run->base + index >= run->highest) {
        run->highest = run->base + index;
        run->highest_ns = sight->at_ns;
    }
    return true;
}

static bool take_reply(struct run *run, const struct sight *sight, uint32_t index)
{
    if (!reach(run, index)) {
        return false;
    }
    struct run_way *way = &packets(run)[index].reply;
    if (way->first != NULL && !is_copy(sight, way)) {
        struct run_extra *extra = list_add(&run->extras, sizeof *extra, CAPTURE_SIGHTS_MAX);
        *extra = (struct run_extra){index, sight};
        return true;
    }
    run->copies += way->first != NULL;
    note(way, sight);
    run->has_sender_end |= packets(run)[index].request.has_out && way->has_in;
    return true;
}

/* A frame that shows the last packet of this way again, told by its data only. */
static bool is_again(const struct run_way *way, const struct sight *sight)
{
    return way->first != NULL && way->first->ip_id == sight->ip_id &&
           is_within(sight, way->first, COPY_NS) && is_copy(sight, way);
}

static bool take_request_unnumbered(struct run *run, const struct sight *sight)
{
    size_t count = run->packets.count;
    if (count > 0 && is_again(&packets(run)[count - 1].request, sight)) {
        run->copies++;
        note(&packets(run)[count - 1].request, sight);
        return true;
    }
    if (count > 0 &&
        capture_find_exchange(run->capture, run->flow, sight->at_ns) != run->exchange) {
        return false;
    }
    if (!reach(run, (uint32_t)count)) {
        return false;
    }
    run->sender_place = run->sender_place == 0 ? sight->place : run->sender_place;
    note(&packets(run)[count].request, sight);
    return true;
}

/* The oldest unanswered request with the same data. */
static bool take_reply_unnumbered(struct run *run, const struct sight *sight)
{
    size_t count = run->packets.count;
    size_t from = count > OPEN_MAX ? count - OPEN_MAX : 0;
    from = from > run->oldest_open ? from : run->oldest_open;
    for (size_t i = from > 0 ? from - 1 : 0; i < count; i++) {
        struct run_packet *packet = &packets(run)[i];
        bool is_open = packet->reply.first == NULL;
        if (is_again(&packet->reply, sight) ||
            (is_open && packet->request.first->digest == sight->digest)) {
            run->copies += !is_open;
            note(&packet->reply, sight);
            run->oldest_open += i == run->oldest_open && is_open;
            return true;
        }
    }
    for (size_t i = count; i > from; i--) {
        if (packets(run)[i - 1].request.first->digest == sight->digest) {
            return take_reply(run, sight, (uint32_t)(i - 1));
        }
    }
    return true; /* to a request that is not in the capture */
}

bool run_take(struct run *run, const struct sight *sight)
{
    uint32_t number = unwrap(run, sight);
    if (!run->is_begun) {
        begin(run, sight, number);
    }
    if (!run->traffic->is_numbered) {
        return sight->is_reply ? take_reply_unnumbered(run, sight)
                               : take_request_unnumbered(run, sight);
    }
    if (number < run->base || number - run->base >= RUN_PACKETS_MAX) {
        return false;
    }
    uint32_t index = number - run->base;
    return sight->is_reply ? take_reply(run, sight, index) : take_request(run, sight, index);
}
