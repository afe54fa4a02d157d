/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

struct instant build_at(int64_t ns)
{
    return (struct instant){.mono = {BUILD_MONO_NS + ns}, .wall = {BUILD_WALL_NS + ns}};
}

struct addr build_addr(const char *text)
{
    struct addr addr;
    if (!addr_parse_ip(text, &addr) && !addr_parse_ip_port(text, &addr)) {
        fprintf(stderr, "not an address: %s\n", text);
        exit(1);
    }
    return addr;
}

static struct spec *build_spec(const char *name, const char *ip, uint16_t port)
{
    struct spec *spec = spec_new();
    spec->identity.name = mem_string(name);
    spec->identity.host = mem_string(ip);
    spec->identity.owner = mem_string("");
    spec->identity.tag = mem_string("");
    spec->path.peer = build_addr(ip);
    spec->path.peer.port = port;
    spec->path.port = port;
    spec->schedule.frequency_ns = 60 * NS_PER_SECOND;
    spec->schedule.timeout_ns = 5 * NS_PER_SECOND;
    spec->results.threshold_ns = 5 * NS_PER_SECOND;
    spec->packets.interval_ns = 20 * NS_PER_MS;
    spec->control.version = CONTROL_V1;
    spec->control.port = 1967;
    spec->control.tries = 3;
    spec->control.timeout_ns = 2 * NS_PER_SECOND;
    return spec;
}

struct spec *build_jitter_spec(const char *name, const char *ip)
{
    struct spec *spec = build_spec(name, ip, 16384);
    spec->operation = &operation_udp_jitter;
    spec->packets.count = 10;
    spec->packets.bytes = 32;
    return spec;
}

struct spec *build_echo_spec(const char *name, const char *ip)
{
    struct spec *spec = build_spec(name, ip, 50000);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 1;
    spec->packets.bytes = 16;
    return spec;
}

struct spec_set *build_set(struct spec **specs, size_t count)
{
    return spec_set_new(specs, count);
}

struct ev build_data(struct channel_id id, const char *peer, const char *local,
                     const uint8_t *bytes, size_t size)
{
    return (struct ev){
        .kind = EV_DATA,
        .id = id,
        .peer = build_addr(peer),
        .local = build_addr(local),
        .bytes = bytes,
        .size = size,
        .ttl = 64,
    };
}

struct counted *build_counted(const struct sample *items, uint32_t count)
{
    struct counted *counted = NULL;
    for (uint32_t i = 0; i < count; i++) {
        bool is_answer = items[i].fate == FATE_RECEIVED || items[i].fate == FATE_LATE;
        if (!is_answer || items[i].responder_seq == 0) {
            continue;
        }
        if (counted == NULL) {
            counted = mem_alloc(1, sizeof *counted);
            counted_use(counted, mem_alloc(counted_words(count), sizeof(uint64_t)), count);
        }
        counted_add(counted, i + 1, items[i].responder_seq, false);
    }
    return counted;
}

void build_counted_free(struct counted *counted)
{
    if (counted != NULL) {
        free(counted->seen);
        free(counted);
    }
}

struct spec *build_labelled_spec(void)
{
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    spec->identity.label_count = 2;
    spec->identity.labels = mem_alloc(2, sizeof *spec->identity.labels);
    spec->identity.labels[0] = (struct label){mem_string("site"), mem_string("berlin")};
    spec->identity.labels[1] = (struct label){mem_string("link"), mem_string("a")};
    return spec;
}
