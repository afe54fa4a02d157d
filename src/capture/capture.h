/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Measurements in a capture. Frames go in, in any order; at the end sessions come out, with the
 * same result (struct round) that the sender itself would have computed: by stats/ and
 * operation/, as a live one. Bounded: CAPTURE_SIGHTS_MAX packets of measurements, CAPTURE_FLOWS_MAX
 * flows, CAPTURE_EXCHANGES_MAX control requests are kept; what comes then is counted. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "capture/list.h"
#include "capture/sight.h"
#include "probe/spec.h"
#include "wire/frame.h"
#include "wire/pcap.h"
#include "wire/reassembly.h"

#define CAPTURE_SIGHTS_MAX ((size_t)1 << 21)
#define CAPTURE_FLOWS_MAX ((size_t)1 << 16)
#define CAPTURE_EXCHANGES_MAX ((size_t)1 << 16)

struct capture_options {
    struct siphash_key key; /* random: of the table of flows */
    struct addr host; /* only packets from or to it; ADDR_NONE: all */
    uint16_t port; /* only sessions with this port of the responder; 0: all */
    uint16_t control_ports[CONTROL_VERSION_COUNT];
    int64_t timeout_ns; /* a reply is late after it */
    bool has_both_ends; /* the user says so of the interfaces of the capture, and of their clock */
    bool is_synchronized; /* the user says so of the capture's clock */
};

/* What was seen. */
struct capture_stats {
    uint64_t frames, bytes; /* captured */
    uint64_t packets; /* IP, put together */
    uint64_t sights; /* packets of measurements, each as often as it was seen */
    uint64_t cut; /* frames without the fields that matter */
    uint64_t unknown_link; /* frames of a link type that is not known, */
    uint32_t link_type; /* such as this one */
    uint64_t lacking; /* packets of which a fragment is missing */
    uint64_t bad_checksums;
    uint64_t split; /* packets made of what an adapter was to split (UDP_SEGMENT) */
    uint64_t shuffled; /* frames that are older than one before */
    uint64_t left_out; /* packets and requests for which there was no room */
};

struct capture {
    struct capture_options options;
    struct capture_stats stats;
    struct reassembly reassembly;
    int64_t latest_ns;
    uint32_t *slots; /* flow + 1, by hash */
    struct list flows; /* struct flow */
    struct list sights; /* struct sight; in order of flow and time after capture_end */
    struct list messages; /* struct exchange, each a message; until capture_end */
    struct list exchanges; /* struct exchange; since capture_end, in order of who and time */
    struct list complaints; /* struct complaint */
};

void capture_init(struct capture *capture, const struct capture_options *options);
void capture_fini(struct capture *capture);

void capture_add(struct capture *capture, const struct pcap_frame *frame);

/* STAMP: what the answer to the question whether the reflector of `flow` counts said
 * (operation/stamp.h); REFLECTOR_AUTO: nothing. After capture_end. */
enum reflector capture_find_reflector(const struct capture *capture, const struct flow *flow);

/* After the last frame: what lacks a fragment, and order. */
void capture_end(struct capture *capture);

#endif
