/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/tap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "wire/frame.h"
#include "wire/pcapng.h"

#define TTL_USUAL 64

struct tap_record {
    bool is_out, is_refused;
    struct mono at; /* asked to send, or received */
    struct mono left; /* as the kernel told; 0: it did not */
    struct wall wall; /* with `at` */
    struct addr source, destination;
    uint8_t tos, ttl;
    uint32_t tag; /* of a probe: its sequence number; 0: control */
    size_t bytes_at, size;
};

struct tap {
    struct machine inner;
    FILE *file;
    const char *name;
    struct tap_record *records;
    size_t count, room;
    struct buf bytes; /* of the records */
    struct addr local; /* of the channel */
    uint64_t left_out;
};

struct tap *tap_open(const char *name)
{
    struct buf head = {0};
    FILE *file = fopen(name, "wbe");
    if (file == NULL) {
        return NULL;
    }
    struct tap *tap = mem_alloc(1, sizeof *tap);
    tap->file = file;
    tap->name = name;
    pcapng_add_head("ipsla probe", "ipsla", &head);
    fwrite(head.bytes, 1, head.size, file);
    buf_fini(&head);
    return tap;
}

static struct tap_record *keep_record(struct tap *tap, const uint8_t *bytes, size_t size)
{
    if (tap->bytes.size + size > TAP_BYTES_MAX) {
        tap->left_out++;
        return NULL;
    }
    if (tap->count == tap->room) {
        tap->room = tap->room == 0 ? 256 : tap->room * 2;
        tap->records = mem_resize(tap->records, tap->room, sizeof *tap->records);
    }
    struct tap_record *record = &tap->records[tap->count++];
    *record = (struct tap_record){.bytes_at = tap->bytes.size, .size = size};
    buf_add(&tap->bytes, bytes, size);
    return record;
}

static void note_send(struct tap *tap, const struct fx *fx, struct instant now)
{
    struct tap_record *record = keep_record(tap, fx->bytes, fx->size);
    if (record != NULL) {
        record->is_out = true;
        record->at = now.mono;
        record->wall = now.wall;
        record->source = fx->local.family == ADDR_NONE ? tap->local : fx->local;
        record->source.port = tap->local.port;
        record->destination = fx->peer;
        record->tos = fx->tos;
        record->ttl = TTL_USUAL;
        record->tag = fx->tag;
    }
}

static void note_data(struct tap *tap, const struct ev *ev)
{
    struct tap_record *record = keep_record(tap, ev->bytes, ev->size);
    if (record != NULL) {
        record->at = ev->received.at.mono;
        record->wall = ev->received.at.wall;
        record->source = ev->peer;
        record->destination = ev->local;
        record->tos = ev->tos;
        record->ttl = ev->ttl;
        tap->local = ev->local;
    }
}

/* The latest packet that was sent with this tag. */
static struct tap_record *find_sent(struct tap *tap, uint32_t tag)
{
    for (size_t i = tap->count; i > 0; i--) {
        if (tap->records[i - 1].is_out && tap->records[i - 1].tag == tag) {
            return &tap->records[i - 1];
        }
    }
    return NULL;
}

static void tap_input(void *self, const struct ev *ev, struct instant now)
{
    struct tap *tap = self;
    struct tap_record *sent = NULL;
    if (ev->kind == EV_OPENED) {
        tap->local = ev->local;
    } else if (ev->kind == EV_DATA) {
        note_data(tap, ev);
    } else if (ev->kind == EV_SENT || (ev->kind == EV_ERROR && !ev->is_icmp)) {
        sent = find_sent(tap, ev->tag);
    }
    if (sent != NULL && ev->kind == EV_ERROR) {
        sent->is_refused = true;
    } else if (sent != NULL && ev->left.source != STAMP_USER) {
        sent->left = ev->left.at.mono;
    }
    tap->inner.ops->input(tap->inner.self, ev, now);
}

static bool tap_poll(void *self, struct instant now, struct fx *fx)
{
    struct tap *tap = self;
    bool has_more = tap->inner.ops->poll(tap->inner.self, now, fx);
    if (has_more && fx->kind == FX_SEND) {
        note_send(tap, fx, now);
    }
    return has_more;
}

static struct mono tap_deadline(const void *self)
{
    const struct tap *tap = self;
    return tap->inner.ops->deadline(tap->inner.self);
}

struct machine tap_machine(struct tap *tap, struct machine machine)
{
    static const struct machine_ops ops = {tap_input, tap_poll, tap_deadline};
    tap->inner = machine;
    return (struct machine){&ops, tap};
}

/* A probe of the train; else it is a request, or asks whether a reflector counts. */
static bool is_probe(const struct cli_result *result, const struct tap_record *record)
{
    return record->is_out && record->tag > 0 && record->tag <= result->samples.count;
}

/* The sample of a probe that was sent; NULL: it is none. */
static const struct sample *sample_of(const struct cli_result *result,
                                      const struct tap_record *record)
{
    const struct samples *samples = &result->samples;
    const struct sample *sample =
        is_probe(result, record) ? &samples->items[record->tag - 1] : NULL;
    return sample != NULL && sample->fate >= FATE_SENT ? sample : NULL;
}

/* The operation's clock minus the monotonic one, by a packet of which both are known. */
static int64_t epoch_of(const struct tap *tap, const struct cli_result *result)
{
    for (size_t i = 0; i < tap->count; i++) {
        const struct tap_record *record = &tap->records[i];
        const struct sample *sample = sample_of(result, record);
        if (sample != NULL) {
            bool is_stamped = sample->t1_source != STAMP_USER && record->left.ns != 0;
            return sample->t1_ns - (is_stamped ? record->left.ns : record->at.ns);
        }
    }
    return tap->count == 0 ? 0 : tap->records[0].wall.ns - tap->records[0].at.ns;
}

/* The number of the packet whose answer came at this time; 0: it counts for none. */
static uint32_t answered_at(const struct cli_result *result, int64_t at_ns)
{
    for (uint32_t i = 0; i < result->samples.arrivals; i++) {
        uint32_t index = result->samples.arrival[i];
        if (result->samples.items[index].t4_ns == at_ns) {
            return index + 1;
        }
    }
    return 0;
}

static void add_fate(const struct cli_result *result, uint32_t seq, struct buf *out)
{
    const struct sample *sample = &result->samples.items[seq - 1];
    int64_t rtt_ns = sample_rtt_ns(sample, payload_resolution_ns(result->spec));
    buf_printf(out, "%" PRIu32 ": %s", seq, cli_fate_name(sample->fate));
    if (sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE) {
        buf_printf(out, ", RTT %.3f ms", (double)rtt_ns / 1e6);
    }
}

static void add_comment(const struct cli_result *result, const struct tap_record *record,
                        int64_t at_ns, struct buf *out)
{
    bool has_ports = result->spec->operation->has_ports;
    uint16_t far = record->is_out ? record->destination.port : record->source.port;
    bool is_control = has_ports && control_has_request(result->spec->control.version) &&
                      far == result->spec->control.port;
    uint32_t answered = record->is_out || is_control ? 0 : answered_at(result, at_ns);
    if (is_control) {
        buf_add_string(out, record->is_out ? "control request" : "control answer");
    } else if (record->is_out && !is_probe(result, record)) {
        buf_add_string(out, "asks whether the reflector counts");
    } else if (record->is_out) {
        buf_add_string(out, "packet ");
        add_fate(result, record->tag, out);
    } else if (answered > 0) {
        buf_add_string(out, "answer to packet ");
        add_fate(result, answered, out);
    } else {
        buf_add_string(out, "not counted: a duplicate, or no answer to a packet");
    }
}

static uint8_t protocol_of(const struct cli_result *result)
{
    if (result->spec->operation->has_ports) {
        return IP_UDP;
    }
    return result->spec->path.peer.family == ADDR_IPV6 ? IP_ICMP6 : IP_ICMP;
}

static void add_to_file(struct tap *tap, const struct cli_result *result,
                        const struct tap_record *record, int64_t epoch_ns)
{
    struct buf comment = {0}, out = {0};
    const struct sample *sample = sample_of(result, record);
    bool is_cut = record->is_out && record->tag > result->samples.count;
    if (record->is_refused || is_cut) {
        return;
    }
    int64_t at_ns = sample != NULL ? sample->t1_ns : record->at.ns + epoch_ns;
    add_comment(result, record, at_ns, &comment);
    struct pcapng_packet packet = {
        .time_ns = at_ns,
        .is_out = record->is_out,
        .protocol = protocol_of(result),
        .tos = record->tos,
        .ttl = record->ttl,
        .source = record->source,
        .destination = record->destination,
        .bytes = (const uint8_t *)tap->bytes.bytes + record->bytes_at,
        .size = record->size,
        .comment = buf_string(&comment),
    };
    if (record->is_out && addr_is_any(&packet.source) &&
        tap->local.family == packet.source.family) {
        memcpy(packet.source.ip, tap->local.ip, sizeof packet.source.ip);
    }
    pcapng_add_packet(&packet, &out);
    fwrite(out.bytes, 1, out.size, tap->file);
    buf_fini(&out);
    buf_fini(&comment);
}

void tap_write(struct tap *tap, const struct cli_result *result)
{
    int64_t epoch_ns = epoch_of(tap, result);
    for (size_t i = 0; i < tap->count; i++) {
        add_to_file(tap, result, &tap->records[i], epoch_ns);
    }
    fflush(tap->file);
    tap->count = 0;
    buf_clear(&tap->bytes);
}

bool tap_close(struct tap *tap)
{
    if (tap == NULL) {
        return true;
    }
    bool has_failed = ferror(tap->file) != 0;
    has_failed |= fclose(tap->file) != 0;
    if (has_failed) {
        fprintf(stderr, "ipsla probe: %s: cannot be written\n", tap->name);
    }
    if (tap->left_out > 0) {
        fprintf(stderr, "ipsla probe: %s: %" PRIu64 " packets left out: more than 64 MiB\n",
                tap->name, tap->left_out);
    }
    free(tap->records);
    buf_fini(&tap->bytes);
    free(tap);
    return !has_failed;
}
