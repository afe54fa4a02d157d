/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "relay/journal.h"

#include <inttypes.h>
#include <stdio.h>

#define PAYLOAD_SHOWN 64

void journal_begin(FILE *file)
{
    fputs(
        "direction result actions kind number protocol tos ttl source_port destination_port bytes "
        "sequence responder_sequence received_mono_ns received_wall_ns forwarded_mono_ns "
        "forwarded_wall_ns payload\n",
        file);
}

static void write_actions(FILE *file, unsigned actions)
{
    static const char *const names[] = {"drop", "loss", "duplicate", "hold", "corrupt"};
    const char *separator = "";
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (actions & 1U << i) {
            fprintf(file, "%s%s", separator, names[i]);
            separator = "+";
        }
    }
    if (actions == 0) {
        fputs("pass", file);
    }
}

void journal_write(FILE *file, const struct journal_entry *entry)
{
    const struct packet *packet = &entry->packet;
    fprintf(file, "%s %s ", entry->direction, entry->result);
    write_actions(file, entry->decision.actions);
    fprintf(file, " %s %" PRIu64 " %u %u %u %u %u %zu %u %u", packet_kind_name(packet->kind),
            entry->decision.number, packet->protocol, packet->tos, packet->ttl, packet->source_port,
            packet->destination_port, packet->payload_size, packet->sequence,
            packet->responder_sequence);
    fprintf(file, " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " ", entry->received.mono.ns,
            entry->received.wall.ns, entry->forwarded.mono.ns, entry->forwarded.wall.ns);
    size_t shown = packet->payload_size < PAYLOAD_SHOWN ? packet->payload_size : PAYLOAD_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        fprintf(file, "%02x", entry->bytes[packet->payload_at + i]);
    }
    fputs(shown == 0 ? "-\n" : "\n", file);
}
