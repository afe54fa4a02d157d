/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/simnet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PPM UINT64_C(1000000)
#define PPB INT64_C(1000000000)

/* All clocks agree unless a test moves them: 2026-03-01 10:00:00 UTC, an hour after boot. */
#define START_WALL_NS (INT64_C(1772359200) * NS_PER_SECOND)
#define START_MONO_NS (INT64_C(3600) * NS_PER_SECOND)

/* Split in seconds and rest: the product of a long run and a large drift does not fit otherwise. */
static int64_t elapsed(const struct simnet_clock *clock, int64_t at_ns)
{
    int64_t seconds = at_ns / PPB;
    int64_t rest = at_ns % PPB;
    return at_ns + seconds * clock->drift_ppb + floor_div(rest * clock->drift_ppb, PPB);
}

struct instant simnet_clock_read(const struct simnet_clock *clock, int64_t at_ns)
{
    int64_t ns = elapsed(clock, at_ns);
    struct instant now = {{clock->mono_start_ns + ns}, {clock->wall_start_ns + ns}};
    for (size_t i = 0; i < clock->step_count; i++) {
        if (clock->steps[i].at_ns <= at_ns) {
            now.wall.ns += clock->steps[i].by_ns;
        }
    }
    return now;
}

int64_t simnet_clock_when(const struct simnet_clock *clock, struct mono mono)
{
    if (mono.ns == INT64_MAX) {
        return INT64_MAX;
    }
    int64_t wanted = mono.ns - clock->mono_start_ns;
    if (wanted <= 0) {
        return 0;
    }
    if (wanted > INT64_MAX / 4) {
        return INT64_MAX;
    }
    int64_t low = wanted / 2;
    int64_t high = wanted * 2 + 2;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (elapsed(clock, middle) >= wanted) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void simnet_init(struct simnet *net, uint64_t seed)
{
    *net = (struct simnet){.rng = {seed}, .trace = UINT64_C(14695981039346656037)};
}

void simnet_fini(struct simnet *net)
{
    for (size_t i = 0; i < net->event_count; i++) {
        free(net->events[i].packet);
    }
    free(net->events);
}

void simnet_trace(struct simnet *net, uint64_t value)
{
    net->trace = (net->trace ^ value) * UINT64_C(1099511628211);
    net->trace ^= net->trace >> 29;
}

unsigned simnet_node_add(struct simnet *net, const char *ip)
{
    assert(net->node_count < SIMNET_NODES_MAX);
    struct simnet_node *node = &net->nodes[net->node_count];
    bool is_address = addr_parse_ip(ip, &node->address);
    assert(is_address);
    node->clock = (struct simnet_clock){
        .mono_start_ns = START_MONO_NS,
        .wall_start_ns = START_WALL_NS,
    };
    return (unsigned)net->node_count++;
}

int simnet_node_find(const struct simnet *net, const struct addr *address)
{
    for (size_t i = 0; i < net->node_count; i++) {
        if (addr_is_same_ip(&net->nodes[i].address, address)) {
            return (int)i;
        }
    }
    return -1;
}

struct simnet_link *simnet_link(struct simnet *net, unsigned a, unsigned b)
{
    assert(a < net->node_count && b < net->node_count);
    return &net->links[a][b];
}

struct simnet_link *simnet_connect(struct simnet *net, unsigned a, unsigned b, int64_t delay_ns)
{
    *simnet_link(net, a, b) = (struct simnet_link){.delay_ns = delay_ns, .is_up = true};
    *simnet_link(net, b, a) = (struct simnet_link){.delay_ns = delay_ns, .is_up = true};
    return simnet_link(net, a, b);
}

void simnet_link_rule(struct simnet_link *link, struct simnet_rule rule)
{
    assert(link->rule_count < SIMNET_RULES_MAX);
    link->rules[link->rule_count++] = rule;
}

struct simnet_packet *simnet_packet_new(const void *bytes, size_t size)
{
    struct simnet_packet *packet = mem_alloc(1, sizeof(*packet) + size);
    packet->size = size;
    if (size > 0) {
        memcpy(packet->bytes, bytes, size);
    }
    return packet;
}

static struct simnet_packet *packet_copy(const struct simnet_packet *packet)
{
    struct simnet_packet *copy = mem_alloc(1, sizeof(*copy) + packet->size);
    memcpy(copy, packet, sizeof(*packet) + packet->size);
    copy->is_copy = true;
    return copy;
}

static bool event_is_before(const struct simnet_event *a, const struct simnet_event *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void event_push(struct simnet *net, struct simnet_event event)
{
    assert(event.at_ns >= net->now_ns);
    if (net->event_count == net->event_capacity) {
        net->event_capacity = net->event_capacity ? net->event_capacity * 2 : 64;
        net->events = mem_resize(net->events, net->event_capacity, sizeof(*net->events));
    }
    event.order = net->next_order++;
    size_t place = net->event_count++;
    while (place > 0 && event_is_before(&event, &net->events[(place - 1) / 2])) {
        net->events[place] = net->events[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    net->events[place] = event;
}

static struct simnet_event event_pop(struct simnet *net)
{
    struct simnet_event first = net->events[0];
    struct simnet_event last = net->events[--net->event_count];
    size_t place = 0;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= net->event_count) {
            break;
        }
        if (child + 1 < net->event_count &&
            event_is_before(&net->events[child + 1], &net->events[child])) {
            child++;
        }
        if (!event_is_before(&net->events[child], &last)) {
            break;
        }
        net->events[place] = net->events[child];
        place = child;
    }
    if (net->event_count > 0) {
        net->events[place] = last;
    }
    return first;
}

static bool happens(struct simnet *net, uint32_t ppm)
{
    return ppm > 0 && rng_below(&net->rng, PPM) < ppm;
}

static int64_t below(struct simnet *net, int64_t bound_ns)
{
    return bound_ns > 0 ? (int64_t)rng_below(&net->rng, (uint64_t)bound_ns) : 0;
}

/* Time the packet spends in the bottleneck, -1 when the queue is full. */
static int64_t bottleneck_pass(struct simnet_link *link, size_t size, int64_t at_ns)
{
    if (link->rate_bps == 0) {
        return 0;
    }
    int64_t start_ns = link->busy_until_ns > at_ns ? link->busy_until_ns : at_ns;
    if (start_ns - at_ns > link->queue_ns) {
        return -1;
    }
    int64_t bits = (int64_t)(size + 28) * 8;
    link->busy_until_ns = start_ns + bits * NS_PER_SECOND / link->rate_bps;
    return link->busy_until_ns - at_ns;
}

static void arrive(struct simnet *net, struct simnet_packet *packet, unsigned node, int64_t at_ns)
{
    event_push(net, (struct simnet_event){
                        .at_ns = at_ns, .kind = SIMNET_ARRIVAL, .node = node, .packet = packet});
}

static void duplicate(struct simnet *net, const struct simnet_packet *packet, unsigned node,
                      int64_t at_ns)
{
    net->duplicated++;
    arrive(net, packet_copy(packet), node, at_ns);
}

/* What the link's script says about this packet: false when it is dropped. */
static bool apply_rules(struct simnet *net, struct simnet_link *link,
                        const struct simnet_packet *packet, unsigned node, int64_t *at_ns)
{
    uint64_t nth = ++link->seen[packet->class];
    int64_t plain_ns = *at_ns;
    for (size_t i = 0; i < link->rule_count; i++) {
        const struct simnet_rule *rule = &link->rules[i];
        if (rule->class != packet->class || rule->nth != nth) {
            continue;
        }
        if (rule->action == SIMNET_DROP) {
            return false;
        }
        if (rule->action == SIMNET_DELAY) {
            *at_ns += rule->extra_ns;
        } else {
            duplicate(net, packet, node, plain_ns + rule->extra_ns);
        }
    }
    return true;
}

static void corrupt(struct simnet *net, struct simnet_packet *packet)
{
    uint64_t flips = 1 + rng_below(&net->rng, 4);
    for (uint64_t i = 0; i < flips && packet->size > 0; i++) {
        uint64_t bit = rng_below(&net->rng, packet->size * 8);
        packet->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    packet->is_corrupt = true;
    net->corrupted++;
}

static void drop(struct simnet *net, struct simnet_packet *packet)
{
    simnet_trace(net, 0xd40b);
    net->lost++;
    free(packet);
}

void simnet_send(struct simnet *net, unsigned from, struct simnet_packet *packet, int64_t at_ns)
{
    int to = simnet_node_find(net, &packet->to);
    struct simnet_link *link = to < 0 ? NULL : &net->links[from][to];
    simnet_trace(net, (uint64_t)at_ns);
    if (link == NULL || !link->is_up) {
        drop(net, packet);
        return;
    }
    int64_t passed_ns = bottleneck_pass(link, packet->size, at_ns);
    int64_t arrival_ns = at_ns + passed_ns + link->delay_ns + below(net, link->spread_ns);
    bool survives = apply_rules(net, link, packet, (unsigned)to, &arrival_ns);
    if (passed_ns < 0) {
        net->overflowed++;
    }
    if (passed_ns < 0 || !survives || happens(net, link->loss_ppm)) {
        drop(net, packet);
        return;
    }
    if (happens(net, link->corrupt_ppm)) {
        corrupt(net, packet);
    }
    if (happens(net, link->reorder_ppm)) {
        arrival_ns += link->reorder_ns;
    }
    if (happens(net, link->duplicate_ppm)) {
        duplicate(net, packet, (unsigned)to, arrival_ns + below(net, link->duplicate_ns));
    }
    arrive(net, packet, (unsigned)to, arrival_ns);
}

void simnet_send_icmp(struct simnet *net, unsigned from, struct simnet_packet *packet)
{
    int to = simnet_node_find(net, &packet->from);
    struct simnet_link *link = to < 0 ? NULL : &net->links[from][to];
    if (link == NULL || !link->is_up || happens(net, link->loss_ppm)) {
        drop(net, packet);
        return;
    }
    event_push(net, (struct simnet_event){.at_ns = net->now_ns + link->delay_ns,
                                          .kind = SIMNET_ICMP,
                                          .node = (unsigned)to,
                                          .packet = packet});
}

void simnet_timer(struct simnet *net, uint64_t timer, uint64_t generation, int64_t at_ns)
{
    event_push(net, (struct simnet_event){.at_ns = at_ns > net->now_ns ? at_ns : net->now_ns,
                                          .kind = SIMNET_TIMER,
                                          .timer = timer,
                                          .generation = generation});
}

bool simnet_next(struct simnet *net, int64_t until_ns, struct simnet_event *out)
{
    if (net->event_count == 0 || net->events[0].at_ns > until_ns) {
        net->now_ns = until_ns > net->now_ns ? until_ns : net->now_ns;
        return false;
    }
    *out = event_pop(net);
    net->now_ns = out->at_ns;
    simnet_trace(net, (uint64_t)out->at_ns);
    simnet_trace(net, (uint64_t)out->kind << 32 | out->node);
    for (size_t i = 0; out->packet != NULL && i < out->packet->size; i++) {
        simnet_trace(net, out->packet->bytes[i]);
    }
    return true;
}
