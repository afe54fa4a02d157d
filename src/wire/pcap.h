/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packet captures, record by record: classic pcap and pcapng, from a file or from a pipe. Needs no
 * more memory than what it keeps of each interface; the caller keeps the bytes. What is in a frame:
 * wire/frame.h. Source: the IETF drafts draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. */
#ifndef WIRE_PCAP_H
#define WIRE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A record that counts is never larger; what does not count is skipped, however large. */
#define PCAP_RECORD_MAX ((size_t)1024 * 1024)

/* Interfaces of a pcapng section that are kept; frames of further ones are counted and skipped. */
#define PCAP_INTERFACES_MAX 4096

/* Which way a frame went, as the capture tells. */
enum pcap_direction { PCAP_UNTOLD, PCAP_IN, PCAP_OUT };

struct pcap_interface {
    uint32_t link_type;
    uint8_t resolution; /* of times: 10^-n s, or with bit 7 2^-n s */
    int64_t offset_s; /* of all its times */
};

/* A capture as far as it was read. All zero before the first byte. */
struct pcap {
    bool is_open, is_ng;
    bool is_little; /* byte order of the file, or of the section */
    uint32_t sections, interface_count;
    struct pcap_interface *interfaces; /* PCAP_INTERFACES_MAX; owned, until pcap_fini */
    uint64_t offset; /* in the file, of what is read next */
    uint64_t skip; /* bytes that are to be skipped first */
    uint64_t strangers; /* frames of interfaces that are not known */
    const char *problem; /* PCAP_BAD: what is wrong at `offset` */
};

struct pcap_frame {
    uint32_t link_type;
    uint32_t section, interface; /* from 1; from 0 in each section */
    const uint8_t *bytes;
    size_t size; /* captured */
    size_t length; /* on the wire */
    bool has_time;
    int64_t time_ns; /* since 1970 */
    enum pcap_direction direction;
};

enum pcap_step {
    PCAP_FRAME, /* *out is a frame; its bytes are the caller's */
    PCAP_NONE, /* something else was read */
    PCAP_MORE, /* the record is not whole: call again with more bytes, or the file is cut here */
    PCAP_BAD, /* what comes is no capture: pcap->problem */
};

/* Reads the record at `bytes`. *used: how many of them were read; the rest is given again. A caller
 * with room for PCAP_RECORD_MAX bytes always gets on. */
enum pcap_step pcap_read(struct pcap *pcap, const uint8_t *bytes, size_t size, size_t *used,
                         struct pcap_frame *out);

void pcap_fini(struct pcap *pcap);

#endif
