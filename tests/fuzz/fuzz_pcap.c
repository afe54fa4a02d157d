/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "wire/pcap.h"

/* Every byte of a payload that is found can be read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pcap pcap;
    struct pcap_frame frame;
    struct pcap_datagram datagram;
    volatile uint8_t sum = 0;
    if (!pcap_open(&pcap, data, size)) {
        return 0;
    }
    while (pcap_next(&pcap, &frame)) {
        if (pcap_find_udp(&frame, &datagram)) {
            for (size_t i = 0; i < datagram.size; i++) {
                sum = (uint8_t)(sum + datagram.bytes[i]);
            }
        }
    }
    return 0;
}
