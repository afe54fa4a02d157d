/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/quote.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "wire/icmp.h"

/* "Time exceeded" about a UDP packet of 40 bytes payload, TOS 0x68, from port 61440 to 33434. */
static const uint8_t head4[] = {
    11,   0,    0,    0,    0, 0,  0, 0, /* ICMP; byte 5 is the length of the quote */
    0x45, 0x68, 0,    68,   0, 0,  0, 0, 1, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7, /* IP */
    0xf0, 0x00, 0x82, 0x9a, 0, 48, 0, 0, /* UDP */
};

static const uint8_t head6[] = {
    3,    0,    0,    0,    0, 0,  0,  0, /* ICMPv6; byte 4 is the length of the quote */
    0x66, 0x80, 0,    0,    0, 48, 17, 1, /* IPv6, traffic class 0x68 */
    0x20, 0x01, 0x0d, 0xb8, 0, 0,  0,  0, 0, 0, 0, 0, 0, 0, 0, 1, /* source */
    0x20, 0x01, 0x0d, 0xb8, 0, 0,  0,  0, 0, 0, 0, 0, 0, 0, 0, 7, /* destination */
    0xf0, 0x00, 0x82, 0x9a, 0, 48, 0,  0, /* UDP */
};

/* Two labels: 24001, class 5, TTL 1; 3, class 0, TTL 254, the bottom. */
static const uint8_t labels[] = {0x20, 0,    0,    0,    0, 12,   1,    1,
                                 0x05, 0xdc, 0x1a, 0x01, 0, 0x00, 0x31, 0xfe};

#define EXTENDED (ICMP_HEADER_BYTES + 128 + sizeof labels)

/* `head` padded to 128 bytes of quote, and the labels. */
static void extend(const uint8_t *head, size_t size, uint8_t out[EXTENDED])
{
    memset(out, 0, EXTENDED);
    memcpy(out, head, size);
    memcpy(out + ICMP_HEADER_BYTES + 128, labels, sizeof labels);
    uint8_t *extension = out + ICMP_HEADER_BYTES + 128;
    uint16_t checksum = icmp_checksum(extension, sizeof labels);
    extension[2] = (uint8_t)(checksum >> 8);
    extension[3] = (uint8_t)checksum;
}

static void assert_labels(const struct quote *quote)
{
    assert_int_equal(quote->label_count, 2);
    assert_int_equal(quote->labels[0].label, 24001);
    assert_int_equal(quote->labels[0].traffic_class, 5);
    assert_int_equal(quote->labels[0].ttl, 1);
    assert_int_equal(quote->labels[1].label, 3);
    assert_int_equal(quote->labels[1].traffic_class, 0);
    assert_int_equal(quote->labels[1].ttl, 254);
}

static void test_reasons(void **state)
{
    (void)state;
    assert_int_equal(quote_reason(ADDR_IPV4, 11, 0), QUOTE_EXCEEDED);
    assert_int_equal(quote_reason(ADDR_IPV4, 11, 1), QUOTE_OTHER);
    assert_int_equal(quote_reason(ADDR_IPV4, 3, 3), QUOTE_PORT);
    assert_int_equal(quote_reason(ADDR_IPV4, 3, 13), QUOTE_UNREACHABLE);
    assert_int_equal(quote_reason(ADDR_IPV4, 0, 0), QUOTE_OTHER);
    assert_int_equal(quote_reason(ADDR_IPV6, 3, 0), QUOTE_EXCEEDED);
    assert_int_equal(quote_reason(ADDR_IPV6, 1, 4), QUOTE_PORT);
    assert_int_equal(quote_reason(ADDR_IPV6, 1, 1), QUOTE_UNREACHABLE);
    assert_int_equal(quote_reason(ADDR_IPV6, 11, 0), QUOTE_OTHER);
}

static void test_udp(void **state)
{
    (void)state;
    struct quote quote;
    char text[ADDR_TEXT_MAX];
    assert_true(quote_read(ADDR_IPV4, head4, sizeof head4, &quote));
    assert_int_equal(quote.reason, QUOTE_EXCEEDED);
    assert_int_equal(quote.tos, 0x68);
    assert_int_equal(quote.ttl, 1);
    assert_int_equal(quote.protocol, QUOTE_PROTOCOL_UDP);
    assert_string_equal(addr_format(&quote.destination, text), "198.51.100.7:33434");
    assert_int_equal(quote.source_port, 61440);
    assert_int_equal(quote.payload_size, 40);
    assert_int_equal(quote.rest_size, 0);
    assert_int_equal(quote.label_count, 0);
}

static void test_ipv6(void **state)
{
    (void)state;
    struct quote quote;
    char text[ADDR_TEXT_MAX];
    assert_true(quote_read(ADDR_IPV6, head6, sizeof head6, &quote));
    assert_int_equal(quote.reason, QUOTE_EXCEEDED);
    assert_int_equal(quote.tos, 0x68);
    assert_string_equal(addr_format(&quote.destination, text), "[2001:db8::7]:33434");
    assert_int_equal(quote.source_port, 61440);
    assert_int_equal(quote.payload_size, 40);
}

/* Options of the quoted header stand before its ports. */
static void test_options(void **state)
{
    (void)state;
    uint8_t bytes[sizeof head4 + 4];
    struct quote quote;
    memcpy(bytes, head4, ICMP_HEADER_BYTES + 20);
    memset(bytes + ICMP_HEADER_BYTES + 20, 1, 4);
    memcpy(bytes + ICMP_HEADER_BYTES + 24, head4 + ICMP_HEADER_BYTES + 20, 8);
    bytes[ICMP_HEADER_BYTES] = 0x46;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.source_port, 61440);
    bytes[ICMP_HEADER_BYTES] = 0x4f; /* more options than there are bytes */
    assert_false(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    bytes[ICMP_HEADER_BYTES] = 0x44; /* no header is so short */
    assert_false(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
}

/* The length is told in words of 4 bytes, of ICMPv6 in 8; some routers do not tell it. */
static void test_labels(void **state)
{
    (void)state;
    uint8_t bytes[EXTENDED];
    struct quote quote;
    extend(head4, sizeof head4, bytes);
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_labels(&quote);
    assert_int_equal(quote.rest_size, EXTENDED - sizeof head4);
    bytes[5] = 128 / 4;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_labels(&quote);
    assert_int_equal(quote.rest_size, 128 - 28);

    extend(head6, sizeof head6, bytes);
    bytes[4] = 128 / 8;
    assert_true(quote_read(ADDR_IPV6, bytes, sizeof bytes, &quote));
    assert_labels(&quote);
}

/* A checksum of 0 is none, which is believed only where the length is told. */
static void test_checksum_of_labels(void **state)
{
    (void)state;
    uint8_t bytes[EXTENDED];
    struct quote quote;
    extend(head4, sizeof head4, bytes);
    bytes[5] = 128 / 4;
    bytes[ICMP_HEADER_BYTES + 128 + 2] ^= 1;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
    memset(bytes + ICMP_HEADER_BYTES + 128 + 2, 0, 2);
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_labels(&quote);
    bytes[5] = 0;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
}

/* Objects of other classes are passed over; one that goes beyond the end ends the reading. */
static void test_objects(void **state)
{
    (void)state;
    static const uint8_t objects[] = {0x20, 0, 0, 0, /* a version 2 without checksum */
                                      0,    4, 2, 1, /* interface information, empty */
                                      0,    8, 1, 1, 0x05, 0xdc, 0x1b, 0x01, /* one label */
                                      0,    3, 1, 1}; /* no object is so short */
    uint8_t bytes[ICMP_HEADER_BYTES + 128 + sizeof objects] = {0};
    struct quote quote;
    memcpy(bytes, head4, sizeof head4);
    bytes[5] = 128 / 4;
    memcpy(bytes + ICMP_HEADER_BYTES + 128, objects, sizeof objects);
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 1);
    bytes[ICMP_HEADER_BYTES + 128 + 9] = 13; /* a byte more than there is */
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
    bytes[ICMP_HEADER_BYTES + 128 + 8] = 0xff;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
}

/* A stack higher than any is cut off. */
static void test_high_stack(void **state)
{
    (void)state;
    enum { ENTRIES = 20 };
    uint8_t bytes[ICMP_HEADER_BYTES + 128 + 8 + 4 * ENTRIES] = {0};
    struct quote quote;
    memcpy(bytes, head4, sizeof head4);
    bytes[5] = 128 / 4;
    memcpy(bytes + ICMP_HEADER_BYTES + 128, "\x20\0\0\0\0\x54\1\1", 8);
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, QUOTE_LABELS_MAX);
}

static void assert_cut(enum addr_family family, const uint8_t *bytes, size_t size, size_t least)
{
    struct guard guard;
    guard_init(&guard, size);
    for (size_t i = 0; i < size; i++) {
        struct quote quote = {.type = 99};
        bool is_good = quote_read(family, guard_copy(&guard, bytes, i), i, &quote);
        assert_int_equal(is_good, i >= least);
        assert_true(is_good || quote.type == 99);
    }
    guard_fini(&guard);
}

/* At every length nothing beyond the end is read, and what cannot be read leaves `out` alone. */
static void test_cut_off(void **state)
{
    (void)state;
    uint8_t bytes[EXTENDED];
    extend(head4, sizeof head4, bytes);
    assert_cut(ADDR_IPV4, bytes, sizeof bytes, sizeof head4);
    bytes[5] = 128 / 4;
    assert_cut(ADDR_IPV4, bytes, sizeof bytes, sizeof head4);
    extend(head6, sizeof head6, bytes);
    assert_cut(ADDR_IPV6, bytes, sizeof bytes, sizeof head6);
}

/* A length that the message does not have, and one that leaves no room for a header. */
static void test_hostile_lengths(void **state)
{
    (void)state;
    uint8_t bytes[EXTENDED];
    struct quote quote;
    extend(head4, sizeof head4, bytes);
    bytes[5] = 255;
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
    bytes[5] = 6;
    assert_false(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    bytes[5] = 8; /* less than 128 bytes: no extension can follow */
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.label_count, 0);
    bytes[ICMP_HEADER_BYTES + 20 + 5] = 7; /* a UDP length below its header */
    assert_true(quote_read(ADDR_IPV4, bytes, sizeof bytes, &quote));
    assert_int_equal(quote.payload_size, 0);
    assert_false(quote_read(ADDR_IPV6, bytes, sizeof bytes, &quote));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons), cmocka_unit_test(test_udp),
        cmocka_unit_test(test_ipv6),    cmocka_unit_test(test_options),
        cmocka_unit_test(test_labels),  cmocka_unit_test(test_checksum_of_labels),
        cmocka_unit_test(test_objects), cmocka_unit_test(test_high_stack),
        cmocka_unit_test(test_cut_off), cmocka_unit_test(test_hostile_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
