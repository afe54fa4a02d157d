/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/reassembly.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PACKET_MAX ((size_t)65536)
#define UNIT ((size_t)8) /* pieces begin at multiples of it */

struct assembly {
    struct packet packet; /* of the piece at 0, else of any; its bytes are not used */
    uint64_t place;
    uint64_t number; /* of its first piece; 0: free */
    int64_t at_ns; /* of the piece at 0, else of the first that came */
    bool has_first;
    size_t total; /* 0: not known */
    size_t cut_at; /* bytes from here on may not be captured */
    size_t room;
    uint8_t *bytes; /* `room` */
    uint8_t has[PACKET_MAX / UNIT]; /* units that came */
};

static void clear(struct assembly *assembly)
{
    assembly->number = 0;
    assembly->has_first = false;
    assembly->total = 0;
    assembly->cut_at = PACKET_MAX;
    memset(assembly->has, 0, sizeof assembly->has);
}

static bool is_of(const struct assembly *assembly, const struct packet *packet, uint64_t place)
{
    const struct packet *own = &assembly->packet;
    return assembly->number != 0 && own->ip_id == packet->ip_id &&
           own->protocol == packet->protocol && assembly->place == place &&
           addr_is_same_ip(&own->source, &packet->source) &&
           addr_is_same_ip(&own->destination, &packet->destination);
}

/* The assembly of this packet, else a free one, else the oldest. */
static struct assembly *find(struct reassembly *reassembly, const struct packet *packet,
                             uint64_t place)
{
    struct assembly *oldest = &reassembly->assemblies[0];
    for (size_t i = 0; i < REASSEMBLY_MAX; i++) {
        struct assembly *assembly = &reassembly->assemblies[i];
        if (is_of(assembly, packet, place)) {
            return assembly;
        }
        if (assembly->number < oldest->number) {
            oldest = assembly;
        }
    }
    return oldest;
}

static void store(struct assembly *assembly, const struct packet *packet)
{
    size_t end = packet->piece_at + packet->length;
    if (end > assembly->room) {
        assembly->bytes = mem_resize(assembly->bytes, end, 1);
        memset(assembly->bytes + assembly->room, 0, end - assembly->room);
        assembly->room = end;
    }
    memcpy(assembly->bytes + packet->piece_at, packet->bytes, packet->size);
    size_t captured = packet->piece_at + packet->size;
    if (captured < end && captured < assembly->cut_at) {
        assembly->cut_at = captured;
    }
    for (size_t unit = packet->piece_at / UNIT; unit * UNIT < end; unit++) {
        assembly->has[unit] = 1;
    }
    if (!packet->has_more) {
        assembly->total = end;
    }
}

static bool is_whole(const struct assembly *assembly)
{
    for (size_t unit = 0; unit * UNIT < assembly->total; unit++) {
        if (assembly->has[unit] == 0) {
            return false;
        }
    }
    return assembly->total > 0;
}

/* As much as came without a gap. */
static void take(struct assembly *assembly, struct packet *out)
{
    size_t size = 0;
    while (size < assembly->room && assembly->has[size / UNIT] != 0) {
        size += UNIT;
    }
    size = size < assembly->room ? size : assembly->room;
    *out = assembly->packet;
    out->bytes = assembly->bytes;
    out->length = assembly->total > 0 ? assembly->total : size;
    out->size = size < assembly->cut_at ? size : assembly->cut_at;
    out->size = out->size < out->length ? out->size : out->length;
    clear(assembly);
}

static void begin(struct reassembly *reassembly, struct assembly *assembly,
                  const struct packet *packet, int64_t at_ns)
{
    clear(assembly);
    assembly->number = reassembly->pieces;
    assembly->packet = *packet;
    assembly->at_ns = at_ns;
}

/* The assembly that `packet` belongs to, begun when need be. */
static struct assembly *choose(struct reassembly *reassembly, const struct packet *packet,
                               int64_t at_ns, uint64_t place)
{
    struct assembly *assembly = find(reassembly, packet, place);
    bool is_known = is_of(assembly, packet, place);
    if (!is_known || llabs(at_ns - assembly->at_ns) > REASSEMBLY_NS) {
        reassembly->given_up += assembly->number != 0;
        begin(reassembly, assembly, packet, at_ns);
        assembly->place = place;
    }
    if (packet->piece_at == 0 && !assembly->has_first) {
        assembly->packet = *packet;
        assembly->at_ns = at_ns;
        assembly->has_first = true;
    }
    return assembly;
}

bool reassembly_add(struct reassembly *reassembly, const struct packet *packet, int64_t at_ns,
                    uint64_t place, struct packet *out)
{
    if (packet->piece_at + packet->length > PACKET_MAX || packet->length == 0) {
        return false;
    }
    if (reassembly->assemblies == NULL) {
        reassembly->assemblies = mem_alloc(REASSEMBLY_MAX, sizeof *reassembly->assemblies);
    }
    reassembly->pieces++;
    struct assembly *assembly = choose(reassembly, packet, at_ns, place);
    store(assembly, packet);
    if (!is_whole(assembly)) {
        return false;
    }
    take(assembly, out);
    return true;
}

bool reassembly_next_rest(struct reassembly *reassembly, struct packet *out, int64_t *at_ns)
{
    for (size_t i = 0; reassembly->assemblies != NULL && i < REASSEMBLY_MAX; i++) {
        struct assembly *assembly = &reassembly->assemblies[i];
        if (assembly->number != 0 && assembly->has_first) {
            *at_ns = assembly->at_ns;
            take(assembly, out);
            return true;
        }
    }
    return false;
}

void reassembly_fini(struct reassembly *reassembly)
{
    for (size_t i = 0; reassembly->assemblies != NULL && i < REASSEMBLY_MAX; i++) {
        free(reassembly->assemblies[i].bytes);
    }
    free(reassembly->assemblies);
    *reassembly = (struct reassembly){0};
}
