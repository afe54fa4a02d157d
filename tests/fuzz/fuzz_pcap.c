/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A capture, given in two portions, from the file's first byte to its sessions: nothing that is in
 * it may do harm, and every session's ledger adds up. */
#include "fuzz/fuzz.h"

#include <assert.h>

#include "capture/session.h"

static void check(void *context, const struct capture_session *session)
{
    const struct round *round = &session->round;
    uint32_t *sessions = context;
    (*sessions)++;
    assert(round->sent + round->unsent == round->planned);
    assert(round->sent == round->received + round->sd.lost + round->ds.lost + round->lost_unknown +
                              round->late + round->dropped_here);
}

/* Reads up to `size`; returns how far it came. */
static size_t read_to(struct pcap *pcap, struct capture *capture, const uint8_t *data, size_t from,
                      size_t size)
{
    struct pcap_frame frame;
    enum pcap_step step;
    size_t used;
    do {
        step = pcap_read(pcap, data + from, size - from, &used, &frame);
        if (step == PCAP_FRAME) {
            capture_add(capture, &frame);
        }
        from += used;
    } while (step != PCAP_MORE && step != PCAP_BAD);
    return from;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct capture_options options = {
        .control_ports = {0, IPSLA_CONTROL_PORT, IPSLA_CONTROL_PORT_V2},
        .timeout_ns = 5 * NS_PER_SECOND,
        .has_both_ends = size % 2 == 0,
        .is_synchronized = size % 3 == 0,
    };
    struct pcap pcap = {0};
    struct capture capture;
    uint32_t sessions = 0;
    capture_init(&capture, &options);
    size_t from = read_to(&pcap, &capture, data, 0, size / 2);
    (void)read_to(&pcap, &capture, data, from, size);
    capture_end(&capture);
    capture_each(&capture, check, &sessions);
    capture_fini(&capture);
    pcap_fini(&pcap);
    return 0;
}
