/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/pcap.h"

#include <string.h>

#include "base/buf.h"
#include "support/cm.h"
#include "support/guard.h"

static bool is_little;

static void add_number(struct buf *buf, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        size_t shift = 8 * (is_little ? i : bytes - 1 - i);
        buf_add_char(buf, (char)(value >> shift & 0xff));
    }
}

static void add_zeros(struct buf *buf, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_char(buf, '\0');
    }
}

/* An Ethernet frame with "hello" from port 5000 to `port`. */
static struct buf make_frame(bool is_ipv6, bool is_tagged, uint16_t port)
{
    static const uint8_t tag[] = {0x81, 0x00, 0x00, 0x07};
    static const uint8_t v4[] = {0x08, 0x00, 0x45, 0, 0, 33, 0, 0, 0x40, 0, 64, 17};
    static const uint8_t v6[] = {0x86, 0xdd, 0x60, 0, 0, 0, 0, 13, 17, 64};
    const uint8_t udp[] = {0x13, 0x88, (uint8_t)(port >> 8), (uint8_t)port, 0, 13, 0, 0};
    struct buf frame = {0};
    add_zeros(&frame, 12);
    if (is_tagged) {
        buf_add(&frame, tag, sizeof tag);
    }
    buf_add(&frame, is_ipv6 ? v6 : v4, is_ipv6 ? sizeof v6 : sizeof v4);
    add_zeros(&frame, is_ipv6 ? 32 : 10);
    buf_add(&frame, udp, sizeof udp);
    buf_add(&frame, "hello", 5);
    return frame;
}

static void add_classic(struct buf *file, uint32_t magic, const struct buf *frame)
{
    add_number(file, magic, 4);
    add_zeros(file, 16);
    add_number(file, 1, 4);
    add_zeros(file, 8);
    add_number(file, (uint32_t)frame->size, 4);
    add_number(file, (uint32_t)frame->size, 4);
    buf_add(file, frame->bytes, frame->size);
}

static void add_block(struct buf *file, uint32_t type, const struct buf *body)
{
    size_t padding = (4 - body->size % 4) % 4;
    uint32_t size = (uint32_t)(12 + body->size + padding);
    add_number(file, type, 4);
    add_number(file, size, 4);
    buf_add(file, body->bytes, body->size);
    add_zeros(file, padding);
    add_number(file, size, 4);
}

static void add_ng(struct buf *file, const struct buf *frame, bool is_simple)
{
    struct buf body = {0};
    add_number(&body, 0x1a2b3c4d, 4);
    add_zeros(&body, 12);
    add_block(file, 0x0a0d0d0a, &body);
    buf_clear(&body);
    add_number(&body, 1, 2);
    add_zeros(&body, 6);
    add_block(file, 1, &body);
    buf_clear(&body);
    add_block(file, 0x0bad, &body); /* a kind nobody knows is skipped */
    if (is_simple) {
        add_number(&body, (uint32_t)frame->size, 4);
    } else {
        add_zeros(&body, 12);
        add_number(&body, (uint32_t)frame->size, 4);
        add_number(&body, (uint32_t)frame->size, 4);
    }
    buf_add(&body, frame->bytes, frame->size);
    add_block(file, is_simple ? 3 : 6, &body);
    buf_fini(&body);
}

/* How many "hello" to port 1967 the file holds. */
static unsigned count(const uint8_t *bytes, size_t size)
{
    struct pcap pcap;
    struct pcap_frame frame;
    struct pcap_datagram datagram;
    unsigned found = 0;
    if (!pcap_open(&pcap, bytes, size)) {
        return 0;
    }
    while (pcap_next(&pcap, &frame)) {
        if (pcap_find_udp(&frame, &datagram)) {
            assert_int_equal(datagram.source_port, 5000);
            assert_int_equal(datagram.size, 5);
            assert_memory_equal(datagram.bytes, "hello", 5);
            found += datagram.destination_port == 1967;
        }
    }
    return found;
}

static unsigned count_file(const struct buf *file)
{
    return count((const uint8_t *)file->bytes, file->size);
}

static void make_file(unsigned kind, const struct buf *frame, struct buf *out)
{
    static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d};
    is_little = kind % 2 == 1;
    if (kind / 2 < 2) {
        add_classic(out, magics[kind / 2], frame);
    } else {
        add_ng(out, frame, kind / 2 == 3);
    }
}

static void test_both_formats_and_byte_orders(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 8; kind++) {
        for (unsigned shape = 0; shape < 4; shape++) {
            struct buf frame = make_frame(shape % 2 == 1, shape / 2 == 1, 1967);
            struct buf file = {0};
            make_file(kind, &frame, &file);
            assert_int_equal(count_file(&file), 1);
            buf_fini(&file);
            buf_fini(&frame);
        }
    }
}

static void test_other_traffic_is_passed_over(void **state)
{
    (void)state;
    struct buf frame = make_frame(false, false, 1968);
    struct pcap_datagram datagram;
    struct pcap_frame at = {1, (const uint8_t *)frame.bytes, frame.size};
    assert_true(pcap_find_udp(&at, &datagram));
    assert_int_equal(datagram.destination_port, 1968);
    at.link_type = 147; /* unknown */
    assert_false(pcap_find_udp(&at, &datagram));
    at.link_type = 101; /* raw IP starts where Ethernet ends */
    at.bytes += 14;
    at.size -= 14;
    assert_true(pcap_find_udp(&at, &datagram));
    at.bytes -= 14;
    at.size += 14;
    at.link_type = 1;
    frame.bytes[23] = 6; /* TCP */
    assert_false(pcap_find_udp(&at, &datagram));
    frame.bytes[23] = 17;
    frame.bytes[20] = 0x20; /* more fragments */
    assert_false(pcap_find_udp(&at, &datagram));
    frame.bytes[20] = 0;
    frame.bytes[14] = 0x44; /* a header below 20 bytes */
    assert_false(pcap_find_udp(&at, &datagram));
    buf_fini(&frame);
}

/* Cut off anywhere, before a page that may not be touched: nothing is found, or the datagram. */
static void test_every_truncation(void **state)
{
    (void)state;
    struct buf frame = make_frame(false, true, 1967);
    struct guard guard;
    guard_init(&guard, 4096);
    for (unsigned kind = 0; kind < 8; kind++) {
        struct buf file = {0};
        make_file(kind, &frame, &file);
        for (size_t size = 0; size < file.size; size++) {
            assert_true(count(guard_copy(&guard, (const uint8_t *)file.bytes, size), size) <= 1);
        }
        buf_fini(&file);
    }
    guard_fini(&guard);
    buf_fini(&frame);
}

static void test_what_is_no_capture(void **state)
{
    (void)state;
    struct pcap pcap = {0};
    static const uint8_t zeros[64];
    assert_false(pcap_open(&pcap, zeros, sizeof zeros));
    assert_false(pcap_open(&pcap, NULL, 0));
    assert_false(pcap_open(&pcap, (const uint8_t *)"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_formats_and_byte_orders),
        cmocka_unit_test(test_other_traffic_is_passed_over),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_what_is_no_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
