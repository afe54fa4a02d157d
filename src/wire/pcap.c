/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/pcap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"

enum {
    CLASSIC_HEADER = 24,
    CLASSIC_RECORD = 16,
    CLASSIC_MICROSECONDS = 6,
    CLASSIC_NANOSECONDS = 9,
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_OBSOLETE = 2,
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_MIN = 12,
    SECTION_MIN = 16,
    OPTION_END = 0,
    OPTION_FLAGS = 2, /* of an enhanced packet */
    OPTION_RESOLUTION = 9, /* of an interface */
    OPTION_OFFSET = 14,
    FRAME_MAX = 256 * 1024,
};

#define RESOLUTION_BINARY 0x80
/* Seconds that nanoseconds in 64 bits can hold, and then some. */
#define SECONDS_MAX INT64_C(9000000000)

/* The bytes of a record in the byte order of the file. */
struct record {
    const uint8_t *bytes;
    size_t size;
    bool is_little;
};

/* A number of up to 8 bytes; 0 beyond the end. */
static uint64_t number(const struct record *record, size_t offset, size_t bytes)
{
    uint64_t value = 0;
    if (offset > record->size || bytes > record->size - offset) {
        return 0;
    }
    for (size_t i = 0; i < bytes; i++) {
        size_t place = record->is_little ? bytes - 1 - i : i;
        value = value << 8 | record->bytes[offset + place];
    }
    return value;
}

static uint32_t word(const struct record *record, size_t offset)
{
    return (uint32_t)number(record, offset, 4);
}

static enum pcap_step bad(struct pcap *pcap, const char *problem)
{
    pcap->problem = problem;
    return PCAP_BAD;
}

/* The part of a second, `fraction` of 2^-bits, in whole nanoseconds. */
static int64_t binary_ns(uint64_t fraction, unsigned bits)
{
    uint64_t billion = (uint64_t)NS_PER_SECOND;
    if (bits <= 32) {
        return (int64_t)(fraction * billion >> bits);
    }
    uint64_t high = (fraction >> 32) * billion + ((fraction & UINT32_MAX) * billion >> 32);
    return (int64_t)(high >> (bits - 32));
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t value = 1;
    while (exponent-- > 0) {
        value *= 10;
    }
    return value;
}

/* Sets the time when the ticks and the interface's options make one of our age. */
static void set_time(struct pcap_frame *frame, const struct pcap_interface *interface,
                     uint64_t ticks)
{
    bool is_binary = (interface->resolution & RESOLUTION_BINARY) != 0;
    unsigned exponent = interface->resolution & (RESOLUTION_BINARY - 1);
    if (exponent > (is_binary ? 63 : 19)) {
        return;
    }
    uint64_t per_second = is_binary ? UINT64_C(1) << exponent : power_of_ten(exponent);
    uint64_t seconds = ticks / per_second, rest = ticks % per_second;
    int64_t ns;
    if (is_binary) {
        ns = binary_ns(rest, exponent);
    } else if (exponent > 9) {
        ns = (int64_t)(rest / power_of_ten(exponent - 9));
    } else {
        ns = (int64_t)(rest * power_of_ten(9 - exponent));
    }
    bool is_far = interface->offset_s > SECONDS_MAX || interface->offset_s < -SECONDS_MAX ||
                  seconds > (uint64_t)SECONDS_MAX;
    int64_t sum_s = is_far ? 0 : interface->offset_s + (int64_t)seconds;
    if (!is_far && sum_s <= SECONDS_MAX && sum_s >= -SECONDS_MAX) {
        frame->has_time = true;
        frame->time_ns = sum_s * NS_PER_SECOND + ns;
    }
}

static struct pcap_interface *add_interface(struct pcap *pcap)
{
    if (pcap->interface_count == PCAP_INTERFACES_MAX) {
        return NULL;
    }
    if (pcap->interfaces == NULL) {
        pcap->interfaces = mem_alloc(PCAP_INTERFACES_MAX, sizeof *pcap->interfaces);
    }
    struct pcap_interface *interface = &pcap->interfaces[pcap->interface_count++];
    *interface = (struct pcap_interface){.resolution = CLASSIC_MICROSECONDS};
    return interface;
}

static enum pcap_step open_classic(struct pcap *pcap, struct record *record, size_t *used)
{
    for (unsigned i = 0; i < 2; i++) {
        record->is_little = i == 1;
        uint32_t magic = word(record, 0);
        if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) {
            continue;
        }
        if (record->size < CLASSIC_HEADER) {
            return PCAP_MORE;
        }
        struct pcap_interface *interface = add_interface(pcap);
        /* The upper bits of the link type say whether frames end with a checksum. */
        interface->link_type = word(record, 20) & 0xffff;
        interface->resolution = magic == 0xa1b2c3d4 ? CLASSIC_MICROSECONDS : CLASSIC_NANOSECONDS;
        pcap->is_little = record->is_little;
        pcap->is_open = true;
        pcap->sections = 1;
        *used = CLASSIC_HEADER;
        return PCAP_NONE;
    }
    return bad(pcap, "neither pcap nor pcapng");
}

static enum pcap_step read_classic(struct pcap *pcap, const struct record *record, size_t *used,
                                   struct pcap_frame *out)
{
    if (record->size < CLASSIC_RECORD) {
        return PCAP_MORE;
    }
    uint32_t size = word(record, 8);
    uint32_t fraction = word(record, 4);
    uint64_t per_second = power_of_ten(pcap->interfaces[0].resolution);
    if (size > FRAME_MAX) {
        return bad(pcap, "a frame of more than 256 KiB");
    }
    if (size > record->size - CLASSIC_RECORD) {
        return PCAP_MORE;
    }
    *out = (struct pcap_frame){
        .link_type = pcap->interfaces[0].link_type,
        .section = 1,
        .bytes = record->bytes + CLASSIC_RECORD,
        .size = size,
        .length = word(record, 12),
    };
    set_time(out, &pcap->interfaces[0], word(record, 0) * per_second + fraction);
    *used = CLASSIC_RECORD + size;
    return PCAP_FRAME;
}

/* The next option from *at on, before `end`; *at moves behind it. Options may have no end mark. */
static bool next_option(const struct record *record, size_t *at, size_t end, struct record *value,
                        unsigned *code)
{
    if (end - *at < 4) {
        return false;
    }
    *code = (unsigned)number(record, *at, 2);
    size_t size = (size_t)number(record, *at + 2, 2);
    if (*code == OPTION_END || size > end - *at - 4) {
        return false;
    }
    *value = (struct record){record->bytes + *at + 4, size, record->is_little};
    size_t step = 4 + (size + 3) / 4 * 4;
    *at = step < end - *at ? *at + step : end;
    return true;
}

static void read_interface(struct pcap *pcap, const struct record *record)
{
    size_t at = 16, end = record->size - 4;
    struct record value;
    unsigned code;
    struct pcap_interface *interface = record->size < 20 ? NULL : add_interface(pcap);
    if (interface == NULL) {
        return;
    }
    interface->link_type = (uint32_t)number(record, 8, 2);
    while (next_option(record, &at, end, &value, &code)) {
        if (code == OPTION_RESOLUTION && value.size >= 1) {
            interface->resolution = value.bytes[0];
        } else if (code == OPTION_OFFSET && value.size >= 8) {
            interface->offset_s = (int64_t)number(&value, 0, 8);
        }
    }
}

static void read_flags(const struct record *record, size_t at, struct pcap_frame *out)
{
    struct record value;
    unsigned code;
    while (next_option(record, &at, record->size - 4, &value, &code)) {
        if (code == OPTION_FLAGS && value.size >= 4) {
            uint32_t direction = word(&value, 0) & 3;
            out->direction = direction == 1 ? PCAP_IN : direction == 2 ? PCAP_OUT : PCAP_UNTOLD;
        }
    }
}

/* A block with a frame: the enhanced, the simple, and the obsolete one. */
static enum pcap_step read_frame(struct pcap *pcap, const struct record *record,
                                 struct pcap_frame *out)
{
    uint32_t type = word(record, 0);
    bool is_simple = type == BLOCK_SIMPLE;
    size_t data = is_simple ? 12 : 28;
    if (record->size < data + 4) {
        return bad(pcap, "a packet block that is too short");
    }
    uint32_t interface = is_simple                ? 0
                         : type == BLOCK_ENHANCED ? word(record, 8)
                                                  : (uint32_t)number(record, 8, 2);
    size_t room = record->size - data - 4;
    size_t size = word(record, is_simple ? 8 : 20);
    if (!is_simple && size > room) {
        return bad(pcap, "a packet that is longer than its block");
    }
    if (interface >= pcap->interface_count) {
        pcap->strangers++;
        return PCAP_NONE;
    }
    *out = (struct pcap_frame){
        .link_type = pcap->interfaces[interface].link_type,
        .section = pcap->sections,
        .interface = interface,
        .bytes = record->bytes + data,
        .size = size < room ? size : room,
        .length = word(record, is_simple ? 8 : 24),
    };
    if (!is_simple) {
        uint64_t ticks = (uint64_t)word(record, 12) << 32 | word(record, 16);
        set_time(out, &pcap->interfaces[interface], ticks);
        read_flags(record, data + (size + 3) / 4 * 4, out);
    }
    return PCAP_FRAME;
}

/* A section header block: its byte order is told by a number inside. */
static enum pcap_step open_section(struct pcap *pcap, struct record *record)
{
    for (unsigned i = 0; i < 2; i++) {
        record->is_little = i == 1;
        if (word(record, 8) == 0x1a2b3c4d) {
            pcap->is_little = record->is_little;
            pcap->is_ng = true;
            pcap->is_open = true;
            pcap->sections++;
            pcap->interface_count = 0;
            return PCAP_NONE;
        }
    }
    return bad(pcap, "a section without a byte order");
}

static bool has_meaning(uint32_t type)
{
    return type == BLOCK_INTERFACE || type == BLOCK_OBSOLETE || type == BLOCK_SIMPLE ||
           type == BLOCK_ENHANCED;
}

static enum pcap_step read_block(struct pcap *pcap, struct record *record, size_t *used,
                                 struct pcap_frame *out)
{
    if (record->size < SECTION_MIN && (record->size < BLOCK_MIN || word(record, 4) != BLOCK_MIN)) {
        return PCAP_MORE;
    }
    uint32_t type = word(record, 0);
    if (type == BLOCK_SECTION && open_section(pcap, record) == PCAP_BAD) {
        return PCAP_BAD;
    }
    uint32_t size = word(record, 4);
    if (size < BLOCK_MIN || size % 4 != 0) {
        return bad(pcap, "a block whose length is wrong");
    }
    if (!has_meaning(type)) {
        *used = size < record->size ? size : record->size;
        pcap->skip = size - *used;
        return PCAP_NONE;
    }
    if (size > PCAP_RECORD_MAX) {
        return bad(pcap, "a packet of more than 1 MiB");
    }
    if (size > record->size) {
        return PCAP_MORE;
    }
    record->size = size;
    if (word(record, size - 4) != size) {
        return bad(pcap, "a block whose two lengths differ");
    }
    *used = size;
    if (type == BLOCK_INTERFACE) {
        read_interface(pcap, record);
        return PCAP_NONE;
    }
    return read_frame(pcap, record, out);
}

enum pcap_step pcap_read(struct pcap *pcap, const uint8_t *bytes, size_t size, size_t *used,
                         struct pcap_frame *out)
{
    struct record record = {bytes, size, pcap->is_little};
    enum pcap_step step;
    *used = 0;
    if (pcap->skip > 0) {
        *used = pcap->skip < size ? (size_t)pcap->skip : size;
        pcap->skip -= *used;
        pcap->offset += *used;
        return *used > 0 ? PCAP_NONE : PCAP_MORE;
    }
    if (size < 4) {
        return PCAP_MORE;
    }
    if (pcap->is_open) {
        step = pcap->is_ng ? read_block(pcap, &record, used, out)
                           : read_classic(pcap, &record, used, out);
    } else {
        step = word(&record, 0) == BLOCK_SECTION ? read_block(pcap, &record, used, out)
                                                 : open_classic(pcap, &record, used);
    }
    if (step == PCAP_BAD) {
        *used = 0;
    }
    pcap->offset += *used;
    return step;
}

void pcap_fini(struct pcap *pcap)
{
    free(pcap->interfaces);
    *pcap = (struct pcap){0};
}
