/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/pcap.h"

#include <string.h>

#include "base/buf.h"
#include "base/time.h"
#include "support/cm.h"
#include "support/guard.h"
#include "wire/frame.h"

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

static enum pcap_step next(struct pcap *pcap, const uint8_t *bytes, size_t size, size_t *at,
                           struct pcap_frame *frame)
{
    size_t used;
    enum pcap_step step;
    do {
        step = pcap_read(pcap, bytes + *at, size - *at, &used, frame);
        *at += used;
    } while (step == PCAP_NONE);
    return step;
}

/* How many "hello" to port 1967 the file holds. */
static unsigned count(const uint8_t *bytes, size_t size)
{
    struct pcap pcap = {0};
    struct pcap_frame frame;
    struct packet packet;
    unsigned found = 0;
    size_t at = 0;
    while (next(&pcap, bytes, size, &at, &frame) == PCAP_FRAME) {
        if (frame_read(&frame, &packet) == FRAME_PACKET && packet_read_udp(&packet)) {
            assert_int_equal(packet.source.port, 5000);
            assert_int_equal(packet.length, 5);
            assert_memory_equal(packet.bytes, "hello", packet.size);
            found += packet.destination.port == 1967;
        }
    }
    pcap_fini(&pcap);
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

static bool has_datagram(const struct pcap_frame *frame)
{
    struct packet packet;
    return frame_read(frame, &packet) == FRAME_PACKET && packet_read_udp(&packet);
}

static void test_other_traffic_is_passed_over(void **state)
{
    (void)state;
    struct buf frame = make_frame(false, false, 1968);
    struct pcap_frame at = {
        .link_type = 1,
        .bytes = (const uint8_t *)frame.bytes,
        .size = frame.size,
        .length = frame.size,
    };
    assert_true(has_datagram(&at));
    at.link_type = 147; /* unknown */
    assert_false(frame_knows_link(at.link_type));
    assert_false(has_datagram(&at));
    at.link_type = 101; /* raw IP starts where Ethernet ends */
    at.bytes += 14;
    at.size -= 14;
    at.length = at.size;
    assert_true(has_datagram(&at));
    at.bytes -= 14;
    at.size += 14;
    at.length = at.size;
    at.link_type = 1;
    frame.bytes[23] = 6; /* TCP */
    assert_false(has_datagram(&at));
    frame.bytes[23] = 17;
    frame.bytes[20] = 0x20; /* more fragments */
    assert_false(has_datagram(&at));
    frame.bytes[20] = 0;
    frame.bytes[14] = 0x44; /* a header below 20 bytes */
    assert_false(has_datagram(&at));
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
    static const uint8_t zeros[64];
    static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct pcap pcap = {0};
    struct pcap_frame frame;
    size_t used;
    assert_int_equal(pcap_read(&pcap, zeros, sizeof zeros, &used, &frame), PCAP_BAD);
    assert_non_null(pcap.problem);
    assert_int_equal(pcap_read(&pcap, NULL, 0, &used, &frame), PCAP_MORE);
    assert_int_equal(pcap_read(&pcap, (const uint8_t *)text, sizeof text, &used, &frame), PCAP_BAD);
    assert_int_equal(used, 0);
    assert_false(pcap.is_open);
    pcap_fini(&pcap);
}

/* A little-endian pcapng file of one frame at `ticks`. */
static void make_timed(uint8_t resolution, uint64_t ticks, struct buf *out)
{
    struct buf body = {0};
    is_little = true;
    add_number(&body, 0x1a2b3c4d, 4);
    add_zeros(&body, 12);
    add_block(out, 0x0a0d0d0a, &body);
    buf_clear(&body);
    add_number(&body, 101, 2);
    add_zeros(&body, 6);
    add_number(&body, 9, 2);
    add_number(&body, 1, 2);
    add_number(&body, resolution, 4);
    add_block(out, 1, &body);
    buf_clear(&body);
    add_zeros(&body, 4);
    add_number(&body, (uint32_t)(ticks >> 32), 4);
    add_number(&body, (uint32_t)ticks, 4);
    add_zeros(&body, 8);
    add_block(out, 6, &body);
    buf_fini(&body);
}

/* Each resolution to the nanosecond, cut; what no clock shows is no time. */
static void test_resolutions(void **state)
{
    (void)state;
    static const struct {
        uint8_t resolution;
        uint64_t ticks;
        bool has_time;
        int64_t time_ns;
    } rows[] = {
        {0, 7, true, 7 * NS_PER_SECOND},
        {6, 1500001, true, 1500001000},
        {9, 1767225600123456789, true, 1767225600123456789},
        {12, 1500000000999, true, 1500000000},
        {19, UINT64_MAX, true, 1844674407},
        {20, 1, false, 0},
        {0x80, 3, true, 3 * NS_PER_SECOND},
        {0x80 | 1, 3, true, 1500000000},
        {0x80 | 32, (UINT64_C(1) << 32) + (UINT64_C(1) << 31), true, 1500000000},
        {0x80 | 40, UINT64_C(0x18000000000), true, 1500000000},
        {0x80 | 63, UINT64_C(0xffffffffffffffff), true, 1999999999},
        {0x80 | 64, 1, false, 0},
        {0, UINT64_MAX, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf file = {0};
        struct pcap pcap = {0};
        struct pcap_frame frame;
        size_t at = 0;
        make_timed(rows[i].resolution, rows[i].ticks, &file);
        assert_int_equal(next(&pcap, (const uint8_t *)file.bytes, file.size, &at, &frame),
                         PCAP_FRAME);
        assert_int_equal(frame.has_time, rows[i].has_time);
        assert_int_equal(frame.time_ns, rows[i].time_ns);
        pcap_fini(&pcap);
        buf_fini(&file);
    }
}

/* A block that is not needed may be larger than any window: it is skipped in portions. */
static void test_large_blocks_are_skipped(void **state)
{
    (void)state;
    struct buf file = {0};
    struct pcap pcap = {0};
    struct pcap_frame frame;
    size_t used;
    make_timed(9, 5, &file);
    size_t head = 28; /* the section */
    assert_int_equal(pcap_read(&pcap, (const uint8_t *)file.bytes, file.size, &used, &frame),
                     PCAP_NONE);
    assert_int_equal(used, head);
    struct buf large = {0};
    add_number(&large, 0x0bad, 4);
    add_number(&large, 8 * 1024 * 1024, 4);
    add_zeros(&large, 8);
    assert_int_equal(pcap_read(&pcap, (const uint8_t *)large.bytes, large.size, &used, &frame),
                     PCAP_NONE);
    assert_int_equal(used, 16);
    assert_int_equal(pcap.skip, 8 * 1024 * 1024 - 16);
    pcap.skip = 0;
    assert_int_equal(pcap.offset, head + 16);
    buf_fini(&large);
    buf_fini(&file);
    pcap_fini(&pcap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_formats_and_byte_orders),
        cmocka_unit_test(test_other_traffic_is_passed_over),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_what_is_no_capture),
        cmocka_unit_test(test_resolutions),
        cmocka_unit_test(test_large_blocks_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
