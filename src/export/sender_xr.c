/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* IOS XR: nested blocks, each with a line of its own for every value. */
#include <inttypes.h>

#include "export/sender.h"

#define BELOW "   "

static const char *type_of(const struct spec *spec)
{
    if (!spec->operation->has_ports) {
        return "icmp echo";
    }
    return operation_has(spec->operation, RESULT_JITTER) ? "udp jitter" : "udp echo";
}

static void add_packets(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    struct buf *out = &sender->lines;
    if (sender_has_train(sender)) {
        buf_printf(out, BELOW "packet count %" PRIu32 "\n" BELOW "packet interval %" PRId64 "\n",
                   spec->packets.count,
                   sender_whole(sender, "interval", spec->packets.interval_ns, NS_PER_MS));
    }
    buf_printf(out, BELOW "datasize request %" PRIu32 "\n", spec->packets.bytes);
    if (spec->packets.verify_data) {
        buf_add_string(out, BELOW "verify-data\n");
    }
}

static void add_path(struct sender *sender)
{
    const struct spec *spec = sender->spec;
    struct buf *out = &sender->lines;
    if (spec->path.is_vrf) {
        buf_printf(out, BELOW "vrf %s\n", spec->path.options.device);
    }
    buf_printf(out, BELOW "destination address %s\n", spec->identity.host);
    if (spec->path.source.port != 0) {
        buf_printf(out, BELOW "source port %u\n", (unsigned)spec->path.source.port);
    }
    if (spec->operation->has_ports) {
        buf_printf(out, BELOW "destination port %u\n", (unsigned)spec->path.port);
        if (!control_has_request(spec->control.version)) {
            buf_add_string(out, BELOW "control disable\n");
        }
    }
    if (spec->path.tos != 0) {
        buf_printf(out, BELOW "tos %u\n", (unsigned)spec->path.tos);
    }
}

static void add_schedule(struct sender *sender, uint32_t id)
{
    struct buf *out = &sender->lines;
    buf_printf(out, " schedule operation %" PRIu32 "\n", id);
    if (sender->spec->schedule.start != SPEC_START_PENDING) {
        buf_add_string(out, "  ");
        sender_add_start(sender, out);
        buf_add_char(out, '\n');
    }
    buf_add_string(out, "  ");
    sender_add_life(sender, out);
    buf_add_string(out, "\n !\n!\n");
}

void sender_add_xr(struct sender *sender, uint32_t id)
{
    const struct spec *spec = sender->spec;
    struct buf *out = &sender->lines;
    struct addr address;
    if (!addr_parse_ip(spec->identity.host, &address)) {
        sender_note(sender, "host", "IOS XR wants an address instead of a name");
    }
    if (spec->packets.codec != VOICE_CODEC_NONE) {
        sender_note(sender, "codec", "IOS XR sends the packets of the call, and scores nothing");
    }
    buf_printf(out, "ipsla\n operation %" PRIu32 "\n  type %s\n", id, type_of(spec));
    if (spec->identity.tag[0] != '\0') {
        buf_printf(out, BELOW "tag %s\n", spec->identity.tag);
    }
    add_path(sender);
    add_packets(sender);
    buf_printf(out, BELOW "timeout %" PRId64 "\n" BELOW "frequency %" PRId64 "\n  !\n !\n",
               sender_whole(sender, "timeout", spec->schedule.timeout_ns, NS_PER_MS),
               sender_whole(sender, "frequency", spec->schedule.frequency_ns, NS_PER_SECOND));
    add_schedule(sender, id);
    sender_note_echoes(sender);
    sender_note_control(sender);
}
