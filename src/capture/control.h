/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control messages of both versions in a capture: requests, their repetitions, and answers. */
#ifndef CAPTURE_CONTROL_H
#define CAPTURE_CONTROL_H

#include "capture/capture.h"

/* When and where a packet was seen. */
struct seen {
    int64_t at_ns;
    uint64_t digest; /* of the payload as captured */
    uint32_t frame;
    uint32_t place;
    enum pcap_direction direction;
    bool has_time;
    bool lacks_piece;
};

/* Whether the datagram is from or to a control port; then it is read here, whatever it says. */
bool capture_read_control(struct capture *capture, const struct packet *packet,
                          const struct seen *seen);

/* After the last frame: makes exchanges of the messages. */
void capture_pair_messages(struct capture *capture);

/* The latest request for the port of this flow at or before `at_ns`; NULL: none. */
struct exchange *capture_find_exchange(const struct capture *capture, const struct flow *flow,
                                       int64_t at_ns);

#endif
