/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discover/reflector.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "wire/stamp_packet.h"

#define NUMBER (REFLECTOR_NUMBER_MIN + 7)
#define REPLY_BYTES 48
#define FAIR_ESTIMATE 0x8c01 /* synchronized, 1 us */
enum { TIME_AT = 4, T2_AT = 16, T1_AT = 28, TLV_AT = 44 };

static struct addr peer;
static uint8_t random_bytes[DISCOVER_RANDOM_BYTES];
static uint8_t sent[DISCOVER_REQUEST_BYTES_MAX];
static uint8_t reply[DISCOVER_REQUEST_BYTES_MAX];

static struct discover_request request_of(uint32_t number)
{
    peer = build_addr("198.51.100.1");
    peer.port = STAMP_PORT;
    memcpy(random_bytes, "random bytes are", sizeof random_bytes);
    return (struct discover_request){
        .method = DISCOVER_STAMP,
        .peer = &peer,
        .number = number,
        .sent = {1700000000 * NS_PER_SECOND},
        .random = random_bytes,
    };
}

/* What an ordinary reflector returns; tests change it. */
static void write_reply(uint32_t seq, uint16_t estimate)
{
    const struct discover_request request = request_of(NUMBER);
    struct stamp_request packet;
    assert_int_equal(reflector_request_write(&request, sent), REPLY_BYTES);
    assert_int_equal(stamp_request_decode(sent, REPLY_BYTES, NULL, &packet), STAMP_ACCEPT);
    assert_int_equal(packet.seq, NUMBER);
    assert_int_not_equal(packet.ssid, 0);
    const struct stamp_reply wire = {
        .seq = seq,
        .t2 = packet.t1 + 1000,
        .t3 = packet.t1 + 2000,
        .estimate = estimate,
        .ssid = packet.ssid,
        .sender_seq = packet.seq,
        .t1 = packet.t1,
        .sender_estimate = packet.estimate,
        .has_ttl = true,
        .ttl = 255,
    };
    memcpy(reply, sent, sizeof reply);
    stamp_reply_encode(&wire, NULL, reply, REPLY_BYTES);
}

static bool read(const uint8_t *bytes, size_t size, struct discover_answer *out)
{
    const struct discover_request request = request_of(NUMBER);
    struct ev ev =
        build_data((struct channel_id){0, 0}, "198.51.100.1:862", "192.0.2.1:40000", bytes, size);
    return reflector_answer_read(&request, &ev, out);
}

static void expect(size_t size, unsigned signs, const char *software)
{
    struct discover_answer answer;
    assert_true(read(reply, size, &answer));
    assert_int_equal(answer.number, NUMBER);
    assert_int_equal(answer.outcome, DISCOVER_ACCEPTED);
    assert_int_equal(answer.signs, signs);
    if (software == NULL) {
        assert_null(discover_software(answer.signs));
    } else {
        assert_string_equal(discover_software(answer.signs), software);
    }
}

static void test_a_reflector_of_rfc_8972(void **state)
{
    (void)state;
    write_reply(0, FAIR_ESTIMATE);
    reply[TLV_AT] = 0;
    expect(REPLY_BYTES, DISCOVER_STATEFUL | DISCOVER_SSID | DISCOVER_TLV | DISCOVER_SYNCHRONIZED,
           NULL);
    write_reply(NUMBER, 0x0001);
    reply[TLV_AT] = 0;
    expect(REPLY_BYTES, DISCOVER_SSID | DISCOVER_TLV | DISCOVER_LEAST_ERROR, "stamp-suite");
    assert_true(discover_is_stamp(DISCOVER_SSID | DISCOVER_TLV));
    assert_false(discover_is_stamp(DISCOVER_SSID));
}

/* 38 octets, one time for both, the least error, no SSID. */
static void test_a_short_reply(void **state)
{
    (void)state;
    write_reply(3, 0x0001);
    memset(reply + 14, 0, 2);
    memcpy(reply + TIME_AT, reply + T2_AT, 8);
    expect(38, DISCOVER_STATEFUL | DISCOVER_LEAST_ERROR | DISCOVER_NO_TTL | DISCOVER_SAME_TIMES,
           "twampy");
    struct discover_answer answer;
    assert_false(read(reply, 37, &answer));
}

static void test_exchanged_times(void **state)
{
    uint8_t t1[8];
    (void)state;
    write_reply(NUMBER, 0x8001);
    memset(reply + 14, 0, 2);
    memcpy(t1, reply + T1_AT, sizeof t1);
    memcpy(reply + T1_AT, reply + TIME_AT, sizeof t1);
    memcpy(reply + TIME_AT, t1, sizeof t1);
    expect(REPLY_BYTES, DISCOVER_SYNCHRONIZED | DISCOVER_LEAST_ERROR | DISCOVER_SWAPPED,
           "twamp-light (Domos)");
}

/* The request with T2 in it: there is an answer, but none that can be used. */
static void test_no_sender_fields(void **state)
{
    struct discover_answer answer;
    (void)state;
    write_reply(NUMBER, FAIR_ESTIMATE);
    memcpy(sent + T2_AT, reply + T2_AT, 8);
    assert_true(read(sent, REPLY_BYTES, &answer));
    assert_int_equal(answer.number, NUMBER);
    assert_int_equal(answer.outcome, DISCOVER_UNREADABLE);
    assert_string_equal(discover_software(answer.signs), "snormore/twamp");
}

static void test_no_answer(void **state)
{
    struct discover_answer answer;
    (void)state;
    write_reply(NUMBER, FAIR_ESTIMATE);
    assert_false(read(sent, REPLY_BYTES, &answer)); /* an echo service */
    reply[T1_AT]++;
    assert_false(read(reply, REPLY_BYTES, &answer)); /* another T1 than ours */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reflector_of_rfc_8972),
        cmocka_unit_test(test_a_short_reply),
        cmocka_unit_test(test_exchanged_times),
        cmocka_unit_test(test_no_sender_fields),
        cmocka_unit_test(test_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
