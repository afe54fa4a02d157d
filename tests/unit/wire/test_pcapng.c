/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is written is read again: wire/pcapng.h against wire/pcap.h, frame.h and reassembly.h. */
#include "wire/pcapng.h"

#include <string.h>

#include "support/cm.h"
#include "wire/frame.h"
#include "wire/icmp.h"
#include "wire/reassembly.h"

static struct addr addr(const char *text, uint16_t port)
{
    struct addr out;
    assert_true(addr_parse_ip(text, &out));
    out.port = port;
    return out;
}

/* Writes the packet, reads the file, and gives the packet in it. */
static void there_and_back(const struct pcapng_packet *packet, struct buf *file,
                           struct pcap_frame *frame, struct packet *out)
{
    struct pcap pcap = {0};
    size_t at = 0, used;
    enum pcap_step step;
    pcapng_add_head("test", "here", file);
    pcapng_add_packet(packet, file);
    do {
        step = pcap_read(&pcap, (const uint8_t *)file->bytes + at, file->size - at, &used, frame);
        at += used;
    } while (step == PCAP_NONE);
    assert_int_equal(step, PCAP_FRAME);
    assert_int_equal(at, file->size);
    assert_int_equal(frame_read(frame, out), FRAME_PACKET);
    pcap_fini(&pcap);
}

static void test_datagrams(void **state)
{
    (void)state;
    static const char *const ends[][2] = {{"192.0.2.1", "192.0.2.2"}, {"2001:db8::1", "fe80::2"}};
    for (size_t i = 0; i < 4; i++) {
        struct buf file = {0};
        struct pcap_frame frame;
        struct packet out;
        const struct pcapng_packet packet = {
            .time_ns = 1790000000123456789,
            .is_out = i % 2 == 0,
            .protocol = IP_UDP,
            .tos = 0xb8,
            .ttl = 61,
            .source = addr(ends[i / 2][0], 40000),
            .destination = addr(ends[i / 2][1], 1967),
            .bytes = (const uint8_t *)"odd size",
            .size = 7,
            .comment = "why",
        };
        there_and_back(&packet, &file, &frame, &out);
        assert_int_equal(frame.time_ns, packet.time_ns);
        assert_int_equal(frame.direction, i % 2 == 0 ? PCAP_OUT : PCAP_IN);
        assert_true(packet_read_udp(&out));
        assert_false(out.has_bad_checksum);
        assert_true(addr_is_equal(&out.source, &packet.source));
        assert_true(addr_is_equal(&out.destination, &packet.destination));
        assert_int_equal(out.tos, 0xb8);
        assert_int_equal(out.ttl, 61);
        assert_int_equal(out.size, 7);
        assert_memory_equal(out.bytes, "odd siz", 7);
        buf_fini(&file);
    }
}

/* The checksum of ICMPv6 is the system's to write: here it is written for it. */
static void test_icmp6_has_a_checksum(void **state)
{
    (void)state;
    uint8_t echo[ICMP_HEADER_BYTES];
    struct buf file = {0};
    struct pcap_frame frame;
    struct packet out;
    icmp6_encode(&(struct icmp_header){ICMP6_TYPE_ECHO, 7, 9}, echo);
    const struct pcapng_packet packet = {
        .protocol = IP_ICMP6,
        .source = addr("::1", 0),
        .destination = addr("::1", 0),
        .bytes = echo,
        .size = sizeof echo,
        .comment = "",
    };
    there_and_back(&packet, &file, &frame, &out);
    assert_int_equal(out.protocol, IP_ICMP6);
    assert_int_equal(out.size, sizeof echo);
    assert_true(out.bytes[2] != 0 || out.bytes[3] != 0);
    buf_fini(&file);
}

static struct packet piece(uint32_t at, size_t size, bool has_more)
{
    static const uint8_t bytes[64] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    return (struct packet){
        .source = addr("192.0.2.1", 0),
        .destination = addr("192.0.2.2", 0),
        .protocol = IP_UDP,
        .ip_id = 5,
        .is_fragment = true,
        .has_more = has_more,
        .piece_at = at,
        .bytes = bytes,
        .size = size,
        .length = size,
    };
}

/* What never becomes whole takes no more than its place, and what began is told at the end. */
static void test_reassembly_is_bounded(void **state)
{
    (void)state;
    struct reassembly reassembly = {0};
    struct packet out;
    int64_t at_ns;
    unsigned rests = 0;
    for (uint32_t i = 0; i < 3 * REASSEMBLY_MAX; i++) {
        struct packet one = piece(0, 16, true);
        one.ip_id = i;
        assert_false(reassembly_add(&reassembly, &one, i, 1, &out));
    }
    assert_int_equal(reassembly.given_up, 2 * REASSEMBLY_MAX);
    while (reassembly_next_rest(&reassembly, &out, &at_ns)) {
        assert_int_equal(out.size, 16);
        rests++;
    }
    assert_int_equal(rests, REASSEMBLY_MAX);
    struct packet beyond = piece(65528, 16, false);
    assert_false(reassembly_add(&reassembly, &beyond, 0, 1, &out));
    reassembly_fini(&reassembly);
}

/* Pieces of other places, or much later, are of another packet. */
static void test_reassembly_keeps_packets_apart(void **state)
{
    (void)state;
    struct reassembly reassembly = {0};
    struct packet first = piece(0, 16, true), last = piece(16, 8, false), out;
    assert_false(reassembly_add(&reassembly, &last, 0, 1, &out));
    assert_false(reassembly_add(&reassembly, &first, 0, 2, &out));
    assert_true(reassembly_add(&reassembly, &first, 5, 1, &out));
    assert_int_equal(out.size, 24);
    assert_int_equal(out.length, 24);
    assert_memory_equal(out.bytes + 16, first.bytes, 8);
    assert_false(reassembly_add(&reassembly, &last, REASSEMBLY_NS + 1, 2, &out));
    assert_int_equal(reassembly.given_up, 1);
    reassembly_fini(&reassembly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_icmp6_has_a_checksum),
        cmocka_unit_test(test_reassembly_is_bounded),
        cmocka_unit_test(test_reassembly_keeps_packets_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
