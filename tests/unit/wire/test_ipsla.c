/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/ipsla.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct vectors vectors;

static const struct vector *vector(const char *name)
{
    return vectors_find(&vectors, name);
}

static void assert_verdict(const char *name, enum ipsla_reject actual, enum ipsla_reject expected)
{
    if (actual != expected) {
        fail_msg("%s: %s, not %s", name, ipsla_reject_name(actual), ipsla_reject_name(expected));
    }
}

/* Every vector, given to a responder's control port. */
static const struct {
    const char *name;
    enum ipsla_reject verdict;
} request_verdicts[] = {
    {"C1", IPSLA_ACCEPT},
    {"C2", IPSLA_NO_COMMAND},
    {"C3", IPSLA_WRONG_DIRECTION},
    {"C4", IPSLA_ACCEPT},
    {"C5", IPSLA_ACCEPT},
    {"C6", IPSLA_ACCEPT},
    {"P1", IPSLA_BAD_VERSION},
    {"P2", IPSLA_BAD_VERSION},
    {"P3", IPSLA_BAD_VERSION},
    {"P4", IPSLA_BAD_VERSION},
    {"P5", IPSLA_BAD_VERSION},
    {"P6", IPSLA_BAD_VERSION},
    {"P7", IPSLA_BAD_VERSION},
    {"P8", IPSLA_BAD_VERSION},
    {"R1", IPSLA_BAD_VERSION},
    {"R2", IPSLA_BAD_VERSION},
    {"R3", IPSLA_BAD_VERSION},
    {"R4", IPSLA_BAD_VERSION},
    {"R5", IPSLA_BAD_VERSION},
    {"R6", IPSLA_BAD_VERSION},
    {"R7", IPSLA_BAD_VERSION},
    {"M1", IPSLA_TOO_SHORT},
    {"M2", IPSLA_TOO_SHORT},
    {"M3", IPSLA_NO_COMMAND},
    {"M4", IPSLA_BAD_LENGTH},
    {"M5", IPSLA_BAD_LENGTH},
    {"M6", IPSLA_BAD_SECTION},
    {"M7", IPSLA_BAD_SECTION},
    {"M8", IPSLA_BAD_SECTION},
    {"M9", IPSLA_BAD_SECTION},
    {"M10", IPSLA_DUPLICATE_SECTION},
    {"M11", IPSLA_UNSUPPORTED_COMMAND},
    {"M12", IPSLA_BAD_PORT},
    {"M13", IPSLA_ACCEPT},
    {"M14", IPSLA_ACCEPT},
    {"M15", IPSLA_ACCEPT},
    {"M16", IPSLA_BAD_VERSION},
    {"M17", IPSLA_BAD_VERSION},
    {"M18", IPSLA_ACCEPT},
    {"M19", IPSLA_BAD_VERSION},
    {"M20", IPSLA_BAD_VERSION},
    {"M21", IPSLA_BAD_VERSION},
    {"M22", IPSLA_BAD_VERSION},
    {"M23", IPSLA_BAD_VERSION},
    {"M24", IPSLA_BAD_VERSION},
    {"M25", IPSLA_BAD_VERSION},
    {"M26", IPSLA_BAD_VERSION},
    {"M27", IPSLA_BAD_VERSION},
    {"M28", IPSLA_BAD_VERSION},
    {"M29", IPSLA_BAD_VERSION},
    {"M30", IPSLA_BAD_VERSION},
};

static void test_request_verdicts(void **state)
{
    (void)state;
    assert_int_equal(COUNT(request_verdicts), vectors.count);
    for (size_t i = 0; i < COUNT(request_verdicts); i++) {
        const struct vector *v = vector(request_verdicts[i].name);
        struct ipsla_request request, before;
        memset(&request, 0x5a, sizeof request);
        before = request;
        enum ipsla_reject reject = ipsla_request_decode(v->bytes, v->size, &request);
        assert_verdict(v->name, reject, request_verdicts[i].verdict);
        if (reject != IPSLA_ACCEPT) {
            assert_memory_equal(&request, &before, sizeof request);
        }
    }
}

/* The same bytes, given to a sender that waits for a response. */
static void test_response_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject verdict;
    } rows[] = {
        {"C1", IPSLA_ACCEPT},      {"C2", IPSLA_ACCEPT},       {"C3", IPSLA_ACCEPT},
        {"C4", IPSLA_ACCEPT},      {"P1", IPSLA_BAD_VERSION},  {"P3", IPSLA_BAD_VERSION},
        {"R2", IPSLA_BAD_VERSION}, {"M1", IPSLA_TOO_SHORT},    {"M2", IPSLA_TOO_SHORT},
        {"M3", IPSLA_ACCEPT},      {"M4", IPSLA_BAD_LENGTH},   {"M5", IPSLA_BAD_LENGTH},
        {"M6", IPSLA_BAD_SECTION}, {"M7", IPSLA_BAD_SECTION},  {"M8", IPSLA_BAD_SECTION},
        {"M9", IPSLA_BAD_SECTION}, {"M16", IPSLA_BAD_VERSION}, {"M17", IPSLA_BAD_VERSION},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct vector *v = vector(rows[i].name);
        struct ipsla_response response, before;
        memset(&response, 0x5a, sizeof response);
        before = response;
        enum ipsla_reject reject = ipsla_response_decode(v->bytes, v->size, &response);
        assert_verdict(v->name, reject, rows[i].verdict);
        if (reject != IPSLA_ACCEPT) {
            assert_memory_equal(&response, &before, sizeof response);
        }
    }
}

/* type, type 2 as a request, type 2 as a reply */
static const struct {
    const char *name;
    enum ipsla_reject type, request, reply;
} probe_verdicts[] = {
    {"P1", IPSLA_ACCEPT, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"P2", IPSLA_ACCEPT, IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION},
    {"P3", IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT},
    {"P4", IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT},
    {"P5", IPSLA_ACCEPT, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"P6", IPSLA_ACCEPT, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"P7", IPSLA_ACCEPT, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"C1", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"C2", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"R1", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
    {"M1", IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT},
    {"M19", IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT},
    {"M20", IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT},
    {"M21", IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT},
    {"M22", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE},
};

static void test_probe_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(probe_verdicts); i++) {
        const struct vector *v = vector(probe_verdicts[i].name);
        enum ipsla_probe_type type;
        struct ipsla_jitter_ms probe, before;
        memset(&probe, 0x5a, sizeof probe);
        before = probe;
        assert_verdict(v->name, ipsla_probe_type(v->bytes, v->size, &type), probe_verdicts[i].type);
        enum ipsla_reject request = ipsla_jitter_ms_decode_request(v->bytes, v->size, &probe);
        assert_verdict(v->name, request, probe_verdicts[i].request);
        if (request != IPSLA_ACCEPT) {
            assert_memory_equal(&probe, &before, sizeof probe);
        }
        memcpy(&probe, &before, sizeof probe);
        enum ipsla_reject reply = ipsla_jitter_ms_decode_reply(v->bytes, v->size, &probe);
        assert_verdict(v->name, reply, probe_verdicts[i].reply);
        if (reply != IPSLA_ACCEPT) {
            assert_memory_equal(&probe, &before, sizeof probe);
        }
    }
}

static void test_request_fields(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct ipsla_request request;
    } rows[] = {
        {"C1", {0x21, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 50000, 5000, false, false}},
        {"C5", {0x22, IPSLA_COMMAND_TCP, {198, 51, 100, 20}, 50001, 60000, false, false}},
        {"C4", {0xff, IPSLA_COMMAND_JITTER, {198, 51, 100, 20}, 16384, 5200, false, false}},
        {"M13", {0x01, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 1967, 5000, false, false}},
        {"M14", {0x01, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 50000, 0, false, false}},
        {"M15", {0x01, IPSLA_COMMAND_ECHO, {192, 0, 2, 99}, 50000, 5000, false, false}},
        {"M18", {0x21, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 50000, 5000, true, false}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct vector *v = vector(rows[i].name);
        struct ipsla_request got = {0};
        assert_verdict(v->name, ipsla_request_decode(v->bytes, v->size, &got), IPSLA_ACCEPT);
        assert_int_equal(got.id, rows[i].request.id);
        assert_int_equal(got.command, rows[i].request.command);
        assert_memory_equal(got.address, rows[i].request.address, 4);
        assert_int_equal(got.port, rows[i].request.port);
        assert_int_equal(got.duration_ms, rows[i].request.duration_ms);
        assert_int_equal(got.wants_auth, rows[i].request.wants_auth);
    }
}

static void test_request_encode(void **state)
{
    (void)state;
    const struct ipsla_request c1 = {
        0x21, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 50000, 5000, false, false};
    const struct ipsla_request c4 = {
        0xff, IPSLA_COMMAND_JITTER, {198, 51, 100, 20}, 16384, 5200, false, false};
    uint8_t out[IPSLA_REQUEST_BYTES_MAX];
    assert_int_equal(ipsla_request_encode(&c1, out), vector("C1")->size);
    assert_memory_equal(out, vector("C1")->bytes, vector("C1")->size);
    assert_int_equal(ipsla_request_encode(&c4, out), vector("C4")->size);
    assert_memory_equal(out, vector("C4")->bytes, vector("C4")->size);
}

static void test_response_encode(void **state)
{
    (void)state;
    struct ipsla_request c1;
    uint8_t long_shape[IPSLA_RESPONSE_BYTES_MAX], short_shape[IPSLA_RESPONSE_SHORT_BYTES];
    assert_int_equal(ipsla_request_decode(vector("C1")->bytes, vector("C1")->size, &c1), 0);
    assert_int_equal(ipsla_response_encode_long(&c1, long_shape), vector("C3")->size);
    assert_memory_equal(long_shape, vector("C3")->bytes, vector("C3")->size);
    ipsla_response_encode_short(c1.id, 0, short_shape);
    assert_int_equal(vector("C2")->size, sizeof short_shape);
    assert_memory_equal(short_shape, vector("C2")->bytes, sizeof short_shape);
    ipsla_response_encode_short(7, UINT32_C(4) << 16, short_shape);
    assert_memory_equal(short_shape, "\x01\x07\x00\x08\x00\x04\x00\x00", sizeof short_shape);
    ipsla_response_encode_short(7, 4, short_shape);
    assert_memory_equal(short_shape, "\x01\x07\x00\x08\x00\x00\x00\x04", sizeof short_shape);
}

/* The four shapes that senders meet: header alone; header and section; a length of 8 in 24 bytes
 * with the rest half zeroed; the request as it was. */
static void test_response_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        bool has_port;
    } rows[] = {
        {"0121000800000000", false},
        {"01210018000000000002001000000000c6336414c3501388", true},
        {"01210008000000000000000000000000c6336414c3501388", false},
        {"01210034000000000002001000000000c6336414c35013880001001c000000000000000000000000000000"
         "000000000000000000",
         true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[64];
        size_t size = hex_decode(rows[i].hex, bytes, sizeof bytes);
        struct ipsla_response response = {0};
        assert_verdict(rows[i].hex, ipsla_response_decode(bytes, size, &response), IPSLA_ACCEPT);
        assert_int_equal(response.id, 0x21);
        assert_int_equal(response.status, 0);
        assert_int_equal(response.has_port, rows[i].has_port);
        if (rows[i].has_port) {
            assert_int_equal(response.port, 50000);
        }
    }
}

/* No refusal of a router is public: both widths of the field mean the same, in header or section.
 */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t code;
    } rows[] = {
        {"0121000800010000", 1},
        {"0121000800000001", 1},
        {"0121000800020000", 2},
        {"0121000800000002", 2},
        {"0121000800030000", 3},
        {"0121000800000003", 3},
        {"0121000800040000", 4},
        {"0121000800000004", 4},
        {"0121000800000009", 9},
        {"01210008deadbeef", 0xdeadbeef},
        {"01210018000000000002001000040000c6336414c3501388", 4},
        {"01210018000000000002001000000004c6336414c3501388", 4},
        {"01210018000200000002001000000004c6336414c3501388", 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[64];
        size_t size = hex_decode(rows[i].hex, bytes, sizeof bytes);
        struct ipsla_response response = {0};
        assert_verdict(rows[i].hex, ipsla_response_decode(bytes, size, &response), IPSLA_ACCEPT);
        assert_int_not_equal(response.status, 0);
        assert_int_equal(ipsla_status_code(response.status), rows[i].code);
    }
    assert_int_equal(ipsla_status_code(0), 0);
}

/* A request as hex, with what it must be taken for. */
static void test_sections(void **state)
{
    (void)state;
    static const struct {
        const char *what, *hex;
        enum ipsla_reject verdict;
    } rows[] = {
        {"bytes after the message",
         "01210034000000000002001000000000c6336414c35013880001001c000000000000000000000000000000"
         "000000000000000000deadbeef",
         IPSLA_ACCEPT},
        {"authentication first",
         "01210034000000000001001c0000000000000000000000000000000000000000000000000002001000000000"
         "c6336414c3501388",
         IPSLA_ACCEPT},
        {"an answer", "01210018000000000002001000000000c6336414c3501388", IPSLA_WRONG_DIRECTION},
        {"authentication alone",
         "01210024000000000001001c000000000000000000000000000000000000000000000000",
         IPSLA_NO_COMMAND},
        {"two authentications",
         "01210050000000000002001000000000c6336414c35013880001001c000000000000000000000000000000"
         "0000000000000000000001001c000000000000000000000000000000000000000000000000",
         IPSLA_DUPLICATE_SECTION},
        {"authentication of 27 bytes",
         "01210033000000000002001000000000c6336414c35013880001001b00000000000000000000000000000000"
         "00000000000000",
         IPSLA_BAD_SECTION},
        {"enable of 15 bytes", "01210017000000000002000f00000000c6336414c35013", IPSLA_BAD_SECTION},
        {"enable of 17 bytes", "01210019000000000002001100000000c6336414c350138800",
         IPSLA_BAD_SECTION},
        {"enable of 8 bytes", "01210010000000000002000800000000", IPSLA_BAD_SECTION},
        {"three bytes left over", "0121001b000000000002001000000000c6336414c3501388000100",
         IPSLA_BAD_SECTION},
        {"section behind the total length", "01210017000000000002001000000000c6336414c3501388",
         IPSLA_BAD_SECTION},
        {"command 0", "01210018000000000000001000000000c6336414c3501388",
         IPSLA_UNSUPPORTED_COMMAND},
        {"command 5", "01210018000000000005001000000000c6336414c3501388",
         IPSLA_UNSUPPORTED_COMMAND},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[128];
        size_t size = hex_decode(rows[i].hex, bytes, sizeof bytes);
        struct ipsla_request request = {0};
        assert_verdict(rows[i].what, ipsla_request_decode(bytes, size, &request), rows[i].verdict);
        if (rows[i].verdict == IPSLA_ACCEPT) {
            assert_int_equal(request.port, 50000);
            assert_false(request.wants_auth);
        }
    }
}

/* Each byte of the authentication body alone asks for authentication. */
static void test_any_auth_byte_counts(void **state)
{
    (void)state;
    for (size_t i = 32; i < IPSLA_REQUEST_BYTES; i++) {
        uint8_t bytes[IPSLA_REQUEST_BYTES];
        struct ipsla_request request = {0};
        memcpy(bytes, vector("C1")->bytes, sizeof bytes);
        bytes[i] = 1;
        assert_int_equal(ipsla_request_decode(bytes, sizeof bytes, &request), IPSLA_ACCEPT);
        assert_true(request.wants_auth);
    }
}

static void test_probe_encode(void **state)
{
    (void)state;
    const struct ipsla_jitter_ms p2 = {.send_ms = 45296789, .sender_seq = 258};
    const struct ipsla_jitter_ms p3 = {2, 45296789, 45296792, 258, 257};
    uint8_t out[32];
    ipsla_echo_encode(out, 16);
    assert_memory_equal(out, vector("P1")->bytes, 16);
    ipsla_jitter_ms_encode(&p2, out, 32);
    assert_memory_equal(out, vector("P2")->bytes, 32);
    ipsla_jitter_ms_encode(&p3, out, 32);
    assert_memory_equal(out, vector("P3")->bytes, 32);
}

/* Every size from the least: padding starts with AB, ends at the last byte, and not one later. */
static void test_probe_encode_sizes(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, 64);
    for (size_t size = IPSLA_ECHO_BYTES_MIN; size <= 64; size++) {
        uint8_t *out = guard_end(&guard, size);
        ipsla_echo_encode(out, size);
        assert_memory_equal(out, "\0\1\0\0", 4);
        for (size_t i = 4; i < size; i++) {
            assert_int_equal(out[i], i % 2 == 0 ? 0xab : 0xcd);
        }
    }
    const struct ipsla_jitter_ms probe = {.send_ms = 1, .sender_seq = 1};
    for (size_t size = IPSLA_JITTER_MS_BYTES_MIN; size <= 64; size++) {
        uint8_t *out = guard_end(&guard, size);
        ipsla_jitter_ms_encode(&probe, out, size);
        assert_memory_equal(out, "\0\2\0\0\0\0\0\1\0\0\0\0\0\1\0\0", 16);
        for (size_t i = 16; i < size; i++) {
            assert_int_equal(out[i], i % 2 == 0 ? 0xab : 0xcd);
        }
    }
    guard_fini(&guard);
}

static void test_probe_fields(void **state)
{
    (void)state;
    struct ipsla_jitter_ms probe;
    enum ipsla_probe_type type;
    const struct vector *v = vector("P2");
    assert_int_equal(ipsla_jitter_ms_decode_request(v->bytes, v->size, &probe), IPSLA_ACCEPT);
    assert_int_equal(probe.send_ms, 45296789);
    assert_int_equal(probe.sender_seq, 258);
    assert_int_equal(probe.delta_ms | probe.receive_ms | probe.responder_seq, 0);
    v = vector("P3");
    assert_int_equal(ipsla_jitter_ms_decode_reply(v->bytes, v->size, &probe), IPSLA_ACCEPT);
    assert_int_equal(probe.delta_ms, 2);
    assert_int_equal(probe.send_ms, 45296789);
    assert_int_equal(probe.receive_ms, 45296792);
    assert_int_equal(probe.sender_seq, 258);
    assert_int_equal(probe.responder_seq, 257);
    v = vector("P4");
    assert_int_equal(ipsla_jitter_ms_decode_reply(v->bytes, v->size, &probe), IPSLA_ACCEPT);
    assert_int_equal(probe.send_ms, 86399998);
    assert_int_equal(probe.receive_ms, 5);
    assert_int_equal(ipsla_probe_type(v->bytes, v->size, &type), IPSLA_ACCEPT);
    assert_int_equal(type, IPSLA_PROBE_JITTER_MS);
    v = vector("P1");
    assert_int_equal(ipsla_probe_type(v->bytes, v->size, &type), IPSLA_ACCEPT);
    assert_int_equal(type, IPSLA_PROBE_ECHO);
}

/* Each field that a responder fills marks a reply on its own. */
static void test_direction(void **state)
{
    (void)state;
    const struct ipsla_jitter_ms marks[] = {
        {1, 5, 0, 1, 0}, {0, 5, 1, 1, 0}, {0, 5, 0, 1, 1}, {0, 5, IPSLA_TIME_NOT_UTC, 1, 0}};
    for (size_t i = 0; i < COUNT(marks); i++) {
        uint8_t bytes[16];
        struct ipsla_jitter_ms probe;
        ipsla_jitter_ms_encode(&marks[i], bytes, sizeof bytes);
        assert_int_equal(ipsla_jitter_ms_decode_request(bytes, sizeof bytes, &probe),
                         IPSLA_WRONG_DIRECTION);
        assert_int_equal(ipsla_jitter_ms_decode_reply(bytes, sizeof bytes, &probe),
                         marks[i].responder_seq == 0 ? IPSLA_WRONG_DIRECTION : IPSLA_ACCEPT);
    }
}

static void test_fill_reply(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, 64);
    uint8_t *bytes = guard_copy(&guard, vector("P2")->bytes, 32);
    ipsla_jitter_ms_fill_reply(bytes, 2, 45296792, 257);
    assert_memory_equal(bytes, vector("P3")->bytes, 32);
    bytes = guard_copy(&guard, vector("P2")->bytes, IPSLA_JITTER_MS_BYTES_MIN);
    ipsla_jitter_ms_fill_reply(bytes, 2, 45296792, 257);
    assert_memory_equal(bytes, vector("P3")->bytes, IPSLA_JITTER_MS_BYTES_MIN);
    guard_fini(&guard);
}

/* Gives `bytes` to every decoder; whatever one accepts keeps the promises of the header. */
static void decode_all(const uint8_t *bytes, size_t size)
{
    struct ipsla_request request;
    struct ipsla_response response;
    struct ipsla_jitter_ms probe;
    enum ipsla_probe_type type;
    if (ipsla_request_decode(bytes, size, &request) == IPSLA_ACCEPT) {
        assert_true(request.command == IPSLA_COMMAND_ECHO || request.command == IPSLA_COMMAND_TCP ||
                    request.command == IPSLA_COMMAND_JITTER);
        assert_int_not_equal(request.port, 0);
        assert_true(size >= IPSLA_RESPONSE_LONG_BYTES);
    }
    if (ipsla_response_decode(bytes, size, &response) == IPSLA_ACCEPT) {
        assert_true(size >= IPSLA_RESPONSE_SHORT_BYTES);
        assert_true(!response.has_port || size >= IPSLA_RESPONSE_LONG_BYTES);
    }
    if (ipsla_probe_type(bytes, size, &type) == IPSLA_ACCEPT) {
        assert_true(size >= (type == IPSLA_PROBE_ECHO        ? 4
                             : type == IPSLA_PROBE_JITTER_MS ? 16
                                                             : 56));
    }
    if (ipsla_jitter_ms_decode_request(bytes, size, &probe) == IPSLA_ACCEPT) {
        assert_int_equal(probe.delta_ms | probe.receive_ms | probe.responder_seq, 0);
        assert_true(size >= IPSLA_JITTER_MS_BYTES_MIN);
    }
    if (ipsla_jitter_ms_decode_reply(bytes, size, &probe) == IPSLA_ACCEPT) {
        assert_int_not_equal(probe.responder_seq, 0);
        assert_true(size >= IPSLA_JITTER_MS_BYTES_MIN);
    }
}

static void test_every_truncation(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, VECTOR_BYTES_MAX);
    for (size_t i = 0; i < vectors.count; i++) {
        for (size_t size = 0; size <= vectors.items[i].size; size++) {
            decode_all(guard_copy(&guard, vectors.items[i].bytes, size), size);
        }
    }
    guard_fini(&guard);
}

static void test_truncated_c1_is_never_accepted(void **state)
{
    (void)state;
    for (size_t size = 0; size < IPSLA_REQUEST_BYTES; size++) {
        struct ipsla_request request;
        assert_verdict("C1", ipsla_request_decode(vector("C1")->bytes, size, &request),
                       size < 8 ? IPSLA_TOO_SHORT : IPSLA_BAD_LENGTH);
    }
}

/* Every value of every byte of the shorter vectors, also with a total length that follows a
 * truncation. */
static void test_every_mutation(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, VECTOR_BYTES_MAX);
    for (size_t i = 0; i < vectors.count; i++) {
        const struct vector *v = &vectors.items[i];
        if (v->size > 80) {
            continue;
        }
        for (size_t at = 0; at < v->size; at++) {
            uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
            for (unsigned value = 0; value < 256; value++) {
                bytes[at] = (uint8_t)value;
                decode_all(bytes, v->size);
            }
        }
    }
    guard_fini(&guard);
}

static void test_every_length_field(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, VECTOR_BYTES_MAX);
    for (size_t size = 4; size <= IPSLA_REQUEST_BYTES; size++) {
        uint8_t *bytes = guard_copy(&guard, vector("C1")->bytes, size);
        for (unsigned length = 0; length <= size + 1; length++) {
            bytes[2] = (uint8_t)(length >> 8);
            bytes[3] = (uint8_t)length;
            decode_all(bytes, size);
        }
    }
    guard_fini(&guard);
}

static void test_reject_names(void **state)
{
    (void)state;
    static const char *const names[IPSLA_REJECT_COUNT] = {
        NULL,          "too_short",  "bad_version",       "bad_length",
        "bad_section", "no_command", "duplicate_section", "unsupported_command",
        "bad_port",    "bad_type",   "wrong_direction"};
    for (unsigned i = 1; i < IPSLA_REJECT_COUNT; i++) {
        assert_string_equal(ipsla_reject_name((enum ipsla_reject)i), names[i]);
    }
}

static int load(void **state)
{
    (void)state;
    vectors_load(&vectors);
    return vectors.count == 51 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_verdicts),
        cmocka_unit_test(test_response_verdicts),
        cmocka_unit_test(test_probe_verdicts),
        cmocka_unit_test(test_request_fields),
        cmocka_unit_test(test_request_encode),
        cmocka_unit_test(test_response_encode),
        cmocka_unit_test(test_response_shapes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_any_auth_byte_counts),
        cmocka_unit_test(test_probe_encode),
        cmocka_unit_test(test_probe_encode_sizes),
        cmocka_unit_test(test_probe_fields),
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_fill_reply),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_truncated_c1_is_never_accepted),
        cmocka_unit_test(test_every_mutation),
        cmocka_unit_test(test_every_length_field),
        cmocka_unit_test(test_reject_names),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
