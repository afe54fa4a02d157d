/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of the memory that the rules allow, for all operations under way. */
#define UNDER_WAY_SHARE 4

#define ROOM_FIRST 1024
/* Records that wait for the next operation, so that few are allocated and grow. */
#define SPARES_MAX 64
#define SPARE_ROOM_MAX 8192
#define ALIGNMENT 8

static size_t packet_room(size_t size)
{
    return (sizeof(struct evidence_packet) + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct evidence_packet *packet_at(struct evidence_record *record, size_t at)
{
    return at < record->size ? (struct evidence_packet *)(void *)(record->bytes + at) : NULL;
}

static size_t offset_behind(const struct evidence_record *record,
                            const struct evidence_packet *packet)
{
    return (size_t)((const uint8_t *)packet - record->bytes) + packet_room(packet->size);
}

const struct evidence_packet *evidence_first(const struct evidence *evidence)
{
    return packet_at(evidence->record, 0);
}

const struct evidence_packet *evidence_next(const struct evidence *evidence,
                                            const struct evidence_packet *packet)
{
    return packet_at(evidence->record, offset_behind(evidence->record, packet));
}

const uint8_t *evidence_bytes(const struct evidence_packet *packet)
{
    return (const uint8_t *)(packet + 1);
}

uint64_t evidence_id(const struct evidence *evidence)
{
    return (uint64_t)(evidence->round.started.ns / NS_PER_MS);
}

struct evidence *evidence_ref(struct evidence *evidence)
{
    __atomic_fetch_add(&evidence->references, 1, __ATOMIC_RELAXED);
    return evidence;
}

void evidence_unref(struct evidence *evidence)
{
    if (evidence != NULL && __atomic_sub_fetch(&evidence->references, 1, __ATOMIC_ACQ_REL) == 0) {
        spec_unref(evidence->spec);
        free(evidence->record);
        free(evidence);
    }
}

static size_t record_bytes(const struct evidence_record *record)
{
    return sizeof *record + record->room;
}

static size_t evidence_size(const struct evidence *evidence)
{
    return sizeof *evidence + record_bytes(evidence->record);
}

static struct evidence *take_first(struct evidence **first, struct evidence ***end)
{
    struct evidence *evidence = *first;
    *first = evidence->next;
    *end = *first == NULL ? NULL : *end;
    evidence->next = NULL;
    return evidence;
}

static void put_last(struct evidence **first, struct evidence ***end, struct evidence *evidence)
{
    *(*end == NULL ? first : *end) = evidence;
    *end = &evidence->next;
}

static void drop_oldest(struct evidence_store *store)
{
    struct evidence *oldest = take_first(&store->first, &store->end);
    store->kept -= evidence_size(oldest);
    evidence_unref(oldest);
}

static void free_spares(struct evidence_store *store)
{
    while (store->spare != NULL) {
        struct evidence_record *next = store->spare->next;
        free(store->spare);
        store->spare = next;
    }
    store->spare_count = 0;
}

void evidence_store_fini(struct evidence_store *store)
{
    evidence_publish(store);
    while (store->first != NULL) {
        drop_oldest(store);
    }
    free_spares(store);
}

void evidence_store_set(struct evidence_store *store, const struct evidence_rules *rules)
{
    store->rules = *rules;
    free_spares(store);
}

/* Makes room for a packet that needs so much in the record; it moves. False: there is none. */
static bool grow(struct evidence_store *store, struct evidence_record **record, size_t needed)
{
    size_t room = (*record)->room;
    size_t before = record_bytes(*record);
    while (room < needed) {
        room *= 2;
    }
    size_t after = before + room - (*record)->room;
    if (after > store->rules.bytes / EVIDENCE_OPERATION_SHARE ||
        store->under_way + after - before > store->rules.bytes / UNDER_WAY_SHARE) {
        return false;
    }
    *record = mem_resize(*record, 1, after);
    (*record)->room = room;
    store->under_way += after - before;
    return true;
}

/* An empty record; NULL: too much is under way. */
static struct evidence_record *begin(struct evidence_store *store)
{
    struct evidence_record *record = store->spare;
    size_t room = record == NULL ? ROOM_FIRST : record->room;
    if (store->under_way + sizeof *record + room > store->rules.bytes / UNDER_WAY_SHARE) {
        return NULL;
    }
    if (record != NULL) {
        store->spare = record->next;
        store->spare_count--;
    } else {
        record = mem_resize(NULL, 1, sizeof *record + room);
    }
    *record = (struct evidence_record){.room = room, .latest = SIZE_MAX};
    store->under_way += record_bytes(record);
    return record;
}

/* What was in it is not needed. */
static void discard(struct evidence_store *store, struct evidence_record *record)
{
    if (store->spare_count == SPARES_MAX || record->room > SPARE_ROOM_MAX) {
        free(record);
        return;
    }
    record->next = store->spare;
    store->spare = record;
    store->spare_count++;
}

/* A packet with its bytes and nothing else; NULL: it is left out. */
static struct evidence_packet *add_packet(struct evidence_store *store,
                                          struct evidence_record **record, const uint8_t *bytes,
                                          size_t size)
{
    if (*record == NULL && (*record = begin(store)) == NULL) {
        return NULL;
    }
    size_t at = (*record)->size;
    size_t end = at + packet_room(size);
    if (end > (*record)->room && !grow(store, record, end)) {
        (*record)->left_out++;
        return NULL;
    }
    (*record)->size = end;
    struct evidence_packet *packet = packet_at(*record, at);
    *packet = (struct evidence_packet){.size = (uint32_t)size, .rtt_ns = -1};
    memcpy(packet + 1, bytes, size);
    return packet;
}

static bool is_control(const struct probe *probe, const struct addr *far)
{
    return far->port == probe->spec->control.port &&
           control_has_request(probe->spec->control.version);
}

void evidence_note_sent(struct evidence_store *store, struct evidence_record **record,
                        const struct probe *probe, const struct fx *fx, struct instant now)
{
    bool is_first = *record == NULL;
    struct evidence_packet *packet = add_packet(store, record, fx->bytes, fx->size);
    if (packet == NULL) {
        return;
    }
    if (is_first) {
        (*record)->epoch_ns = now.wall.ns - now.mono.ns;
        (*record)->near = probe->handshake.local;
    }
    if (fx->local.family != ADDR_NONE) {
        (*record)->near = fx->local;
    }
    (*record)->latest = (size_t)((uint8_t *)packet - (*record)->bytes);
    packet->is_sent = true;
    packet->time_ns = now.mono.ns;
    packet->far = fx->peer;
    packet->near_port = probe->handshake.local.port;
    packet->tos = fx->tos;
    packet->ttl = probe->spec->path.options.ttl;
    packet->seq = fx->tag;
    if (fx->tag == 0) {
        packet->role = is_control(probe, &fx->peer) ? EVIDENCE_CONTROL : EVIDENCE_QUERY;
    }
}

static enum evidence_role role_of(const struct probe *probe, const struct addr *far,
                                  uint32_t answered)
{
    if (is_control(probe, far)) {
        return EVIDENCE_CONTROL;
    }
    if (answered > 0) {
        return EVIDENCE_PROBE;
    }
    return probe->train.next == 0 && !control_has_request(probe->spec->control.version)
               ? EVIDENCE_QUERY
               : EVIDENCE_STRAY;
}

static void note_received(struct evidence_store *store, struct evidence_record **record,
                          const struct probe *probe, const struct ev *ev, uint32_t answered)
{
    struct evidence_packet *packet = add_packet(store, record, ev->bytes, ev->size);
    if (packet == NULL) {
        return;
    }
    if (ev->local.family != ADDR_NONE) {
        (*record)->near = ev->local;
    }
    packet->time_ns = ev->received.at.mono.ns;
    packet->source = ev->received.source;
    packet->far = ev->peer;
    packet->near_port = probe->handshake.local.port;
    packet->tos = ev->tos;
    packet->ttl = ev->ttl;
    packet->seq = answered;
    packet->role = role_of(probe, &ev->peer, answered);
}

void evidence_note_event(struct evidence_store *store, struct evidence_record **record,
                         const struct probe *probe, const struct ev *ev, uint32_t answered)
{
    if (ev->kind == EV_DATA && ev->bytes != NULL) {
        note_received(store, record, probe, ev, answered);
    } else if (ev->kind == EV_ERROR && !ev->is_icmp && ev->tag == 0 && *record != NULL) {
        struct evidence_packet *latest = packet_at(*record, (*record)->latest);
        if (latest != NULL && latest->seq == 0) {
            latest->was_refused = true;
        }
    }
}

static unsigned reasons_of(const struct spec *spec, const struct round *round)
{
    unsigned reasons = EVIDENCE_ALWAYS;
    if (round->outcome != OUTCOME_OK) {
        return reasons | EVIDENCE_FAILED;
    }
    if (round->sd.lost + round->ds.lost + round->lost_unknown + round->late > 0) {
        reasons |= EVIDENCE_LOSS;
    }
    const struct limit_set none = {0};
    bool has_limits = memcmp(spec->results.limits.is_set, none.is_set, sizeof none.is_set) != 0;
    for (unsigned i = 0; has_limits && i < SEVERITY_COUNT * LIMIT_COUNT; i++) {
        if (limit_exceeds(&spec->results.limits, i / LIMIT_COUNT, i % LIMIT_COUNT, round)) {
            reasons |= EVIDENCE_LIMIT;
        }
    }
    return reasons;
}

/* What the ledger says of a probe that was sent. One that is not in it was cut off. */
static void settle_sent(struct evidence_packet *packet, const struct samples *samples,
                        const enum loss_way *ways)
{
    if (packet->seq > samples->count) {
        packet->was_refused = true;
        return;
    }
    const struct sample *sample = &samples->items[packet->seq - 1];
    packet->fate = sample->fate;
    packet->way = ways[packet->seq - 1];
    packet->was_refused = sample->fate < FATE_SENT;
    if (!packet->was_refused) {
        packet->time_ns = sample->t1_ns;
        packet->source = sample->t1_source;
    }
}

static void settle_packet(const struct evidence *evidence, struct evidence_packet *packet,
                          const struct samples *samples, const enum loss_way *ways)
{
    const struct spec *spec = evidence->spec;
    bool is_probe = packet->role == EVIDENCE_PROBE;
    if (is_probe && packet->is_sent) {
        settle_sent(packet, samples, ways);
    } else if (is_probe && packet->seq <= samples->count) {
        packet->fate = samples->items[packet->seq - 1].fate;
        packet->time_ns = samples->items[packet->seq - 1].t4_ns;
        packet->source = samples->items[packet->seq - 1].t4_source;
    }
    if (is_probe && packet->seq <= samples->count &&
        sample_is_answered(&samples->items[packet->seq - 1])) {
        packet->rtt_ns =
            sample_rtt_ns(&samples->items[packet->seq - 1], payload_resolution_ns(spec));
    }
}

/* The monotonic times become those of the operation clock, and the ledger says what became of
 * each. */
static void settle(struct evidence *evidence, const struct probe *probe)
{
    struct evidence_record *record = evidence->record;
    const struct samples samples = train_samples(&probe->train);
    enum loss_way *ways = mem_alloc(samples.count, sizeof *ways);
    int64_t epoch_ns = probe->train.next > 0 ? probe->train.epoch_ns : record->epoch_ns;
    direction_name(&samples, payload_resolution_ns(evidence->spec), ways);
    for (struct evidence_packet *packet = packet_at(record, 0); packet != NULL;
         packet = packet_at(record, offset_behind(record, packet))) {
        packet->time_ns += epoch_ns;
        settle_packet(evidence, packet, &samples, ways);
    }
    free(ways);
}

static struct evidence_record *trim(struct evidence_record *record)
{
    record = mem_resize(record, 1, sizeof *record + record->size);
    record->room = record->size;
    return record;
}

static void keep(struct evidence_store *store, struct evidence_record *record,
                 const struct probe *probe, const struct round *round)
{
    struct evidence *evidence = mem_alloc(1, sizeof *evidence);
    evidence->references = 1;
    evidence->spec = spec_ref(probe->spec);
    evidence->round = *round;
    evidence->reasons = reasons_of(probe->spec, round) & store->rules.reasons;
    evidence->record = trim(record);
    settle(evidence, probe);
    store->under_way += evidence_size(evidence);
    put_last(&store->fresh, &store->fresh_end, evidence);
}

void evidence_end(struct evidence_store *store, struct evidence_record *record,
                  const struct probe *probe, const struct round *round)
{
    if (record == NULL) {
        return;
    }
    store->under_way -= record_bytes(record);
    if (round != NULL && (reasons_of(probe->spec, round) & store->rules.reasons) != 0) {
        keep(store, record, probe, round);
    } else {
        discard(store, record);
    }
}

void evidence_publish(struct evidence_store *store)
{
    while (store->fresh != NULL) {
        struct evidence *evidence = take_first(&store->fresh, &store->fresh_end);
        store->under_way -= evidence_size(evidence);
        store->kept += evidence_size(evidence);
        put_last(&store->first, &store->end, evidence);
    }
    while (store->first != NULL && store->kept + store->under_way > store->rules.bytes) {
        drop_oldest(store);
    }
}

struct evidence *evidence_take(struct evidence_store *store)
{
    struct evidence *first = store->fresh;
    for (struct evidence *at = first; at != NULL; at = at->next) {
        store->under_way -= evidence_size(at);
    }
    store->fresh = NULL;
    store->fresh_end = NULL;
    return first;
}
