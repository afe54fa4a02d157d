/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "config/json_value.h"
#include "evidence/evidence.h"
#include "operation/operation.h"
#include "json/result.h"

#define FATE_COUNT (FATE_DROPPED + 1)

static void add_reasons(unsigned reasons, struct buf *out)
{
    const char *separator = "";
    buf_add_string(out, "\"why\": [");
    for (unsigned bit = EVIDENCE_LOSS; bit <= EVIDENCE_ALWAYS; bit <<= 1) {
        if ((reasons & bit) != 0) {
            buf_printf(out, "%s\"%s\"", separator, evidence_reason_name(bit));
            separator = ", ";
        }
    }
    buf_add_char(out, ']');
}

/* How many packets were recorded, and what became of the probes among them. */
static void add_counts(const struct evidence *evidence, struct buf *out)
{
    uint64_t recorded = 0, fates[FATE_COUNT] = {0};
    for (const struct evidence_packet *packet = evidence_first(evidence); packet != NULL;
         packet = evidence_next(evidence, packet)) {
        recorded += evidence_is_shown(packet);
        if (packet->role == EVIDENCE_PROBE && packet->is_sent) {
            fates[packet->fate]++;
        }
    }
    buf_printf(out, "\"recorded\": %" PRIu64 ", \"left_out\": %" PRIu64 ", \"fates\": {", recorded,
               evidence->record->left_out);
    for (unsigned i = FATE_UNSENT; i < FATE_COUNT; i++) {
        buf_printf(out, "%s\"%s\": %" PRIu64, i > FATE_UNSENT ? ", " : "", fate_name((enum fate)i),
                   fates[i]);
    }
    buf_add_char(out, '}');
}

void evidence_add_summary(const struct evidence *evidence, struct buf *out)
{
    buf_printf(out, "\"id\": \"%" PRIu64 "\", \"started\": ", evidence_id(evidence));
    json_seconds_write(evidence->round.started.ns, out);
    buf_printf(out, ", \"outcome\": \"%s\", ", outcome_name(evidence->round.outcome));
    add_reasons(evidence->reasons, out);
    buf_add_string(out, ", ");
    add_counts(evidence, out);
}

static void add_bytes(const struct evidence_packet *packet, struct buf *out)
{
    const uint8_t *bytes = evidence_bytes(packet);
    buf_add_string(out, ", \"bytes\": \"");
    for (uint32_t i = 0; i < packet->size; i++) {
        buf_add_char(out, "0123456789abcdef"[bytes[i] >> 4]);
        buf_add_char(out, "0123456789abcdef"[bytes[i] & 15]);
    }
    buf_add_char(out, '"');
}

static void add_endpoint(const char *name, const struct addr *addr, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    buf_printf(out, ", \"%s\": {\"address\": \"%s\", \"port\": %u}", name,
               addr_format_ip(addr, text), (unsigned)addr->port);
}

static void add_packet(const struct evidence *evidence, const struct evidence_packet *packet,
                       struct buf *out)
{
    static const char *const roles[] = {[EVIDENCE_PROBE] = "probe",
                                        [EVIDENCE_CONTROL] = "control",
                                        [EVIDENCE_QUERY] = "query",
                                        [EVIDENCE_STRAY] = "stray"};
    bool is_probe = packet->role == EVIDENCE_PROBE;
    struct addr near = evidence->record->near;
    near.port = packet->near_port;
    buf_printf(out, "{\"direction\": \"%s\", \"role\": \"%s\", \"seq\": ",
               packet->is_sent ? "out" : "in", roles[packet->role]);
    buf_printf(out, is_probe ? "%" PRIu32 : "null", packet->seq);
    buf_add_string(out, ", \"time\": ");
    json_seconds_write(packet->time_ns, out);
    buf_printf(out, ", \"time_source\": \"%s\", \"fate\": ", stamp_source_name(packet->source));
    buf_printf(out, is_probe ? "\"%s\"" : "null", fate_name(packet->fate));
    buf_add_string(out, ", \"lost\": ");
    buf_printf(out, packet->way != LOSS_NONE ? "\"%s\"" : "null", loss_way_name(packet->way));
    buf_add_string(out, ", \"rtt\": ");
    if (packet->rtt_ns >= 0) {
        json_seconds_write(packet->rtt_ns, out);
    } else {
        buf_add_string(out, "null");
    }
    add_endpoint("near", &near, out);
    add_endpoint("far", &packet->far, out);
    buf_printf(out, ", \"tos\": %u, \"ttl\": ", (unsigned)packet->tos);
    buf_printf(out, packet->ttl > 0 ? "%u" : "null", (unsigned)packet->ttl);
    add_bytes(packet, out);
    buf_add_char(out, '}');
}

void evidence_add_json(const struct evidence *evidence, struct buf *out)
{
    const char *separator = "\n";
    buf_add_string(out, "{\"target\": ");
    json_string_write(evidence->spec->identity.name, out);
    buf_printf(out, ", \"operation\": \"%s\", ", evidence->spec->operation->name);
    evidence_add_summary(evidence, out);
    buf_add_string(out, ", \"result\": {");
    json_result_write(&evidence->round, out);
    buf_add_string(out, "}, \"packets\": [");
    for (const struct evidence_packet *packet = evidence_first(evidence); packet != NULL;
         packet = evidence_next(evidence, packet)) {
        buf_add_string(out, separator);
        add_packet(evidence, packet, out);
        separator = ",\n";
    }
    buf_add_string(out, "\n]}\n");
}
