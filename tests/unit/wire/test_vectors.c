/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Each message of tests/vectors/ipsla.txt, given to the decoder that it is meant for: what comes of
 * it. The file's verdicts that are a matter of policy (which port, how long, whose address, with
 * which key, what has been seen before) begin behind an "accepted" here; those are the machines'.
 */
#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"
#include "wire/ipsla2.h"
#include "wire/jitter_us.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum reader {
    REQUEST, /* version 1, at the responder */
    RESPONSE, /* version 1, at the sender */
    VERSION_2, /* either way; with its digest */
    ECHO,
    MS_REQUEST,
    MS_REPLY,
    US_REQUEST_16,
    US_REPLY_16,
    US_REQUEST_32,
    US_REPLY_32
};

static const struct row {
    const char *name;
    enum reader reader;
    const char *verdict; /* "accepted", "bad digest", or a name of enum ipsla_reject */
} rows[] = {
    {"C1", REQUEST, "accepted"},
    {"C2", RESPONSE, "accepted"},
    {"C3", RESPONSE, "accepted"},
    {"C4", REQUEST, "accepted"},
    {"C5", REQUEST, "accepted"},
    {"C6", REQUEST, "accepted"},
    {"P1", ECHO, "accepted"},
    {"P2", MS_REQUEST, "accepted"},
    {"P3", MS_REPLY, "accepted"},
    {"P4", MS_REPLY, "accepted"},
    {"P5", US_REQUEST_16, "accepted"},
    {"P6", US_REPLY_16, "accepted"},
    {"P7", US_REQUEST_32, "accepted"},
    {"P8", US_REPLY_32, "accepted"},
    {"R1", VERSION_2, "accepted"},
    {"R2", VERSION_2, "accepted"},
    {"R3", VERSION_2, "accepted"},
    {"R4", VERSION_2, "accepted"},
    {"R5", VERSION_2, "accepted"},
    {"R6", VERSION_2, "accepted"},
    {"R7", VERSION_2, "accepted"},
    {"M1", REQUEST, "too_short"},
    {"M2", REQUEST, "too_short"},
    {"M3", REQUEST, "no_command"},
    {"M4", REQUEST, "bad_length"},
    {"M5", REQUEST, "bad_length"},
    {"M6", REQUEST, "bad_section"},
    {"M7", REQUEST, "bad_section"},
    {"M8", REQUEST, "bad_section"},
    {"M9", REQUEST, "bad_section"},
    {"M10", REQUEST, "duplicate_section"},
    {"M11", REQUEST, "unsupported_command"},
    {"M12", REQUEST, "bad_port"},
    {"M13", REQUEST, "accepted"}, /* the responder refuses its own port */
    {"M14", REQUEST, "accepted"}, /* the responder raises the duration */
    {"M15", REQUEST, "accepted"}, /* tolerant: address translation */
    {"M16", REQUEST, "bad_version"},
    {"M17", REQUEST, "bad_version"},
    {"M18", REQUEST, "accepted"}, /* the responder refuses what it has no key for */
    {"M19", MS_REQUEST, "too_short"},
    {"M20", MS_REQUEST, "wrong_direction"},
    {"M21", US_REQUEST_16, "too_short"},
    {"M22", ECHO, "bad_type"},
    {"M23", VERSION_2, "bad digest"},
    {"M24", VERSION_2, "bad_section"},
    {"M25", VERSION_2, "bad_length"},
    {"M26", VERSION_2, "bad_section"},
    {"M27", VERSION_2, "bad_section"},
    {"M28", VERSION_2, "accepted"}, /* it is R1: the sender knows its own request */
    {"M29", VERSION_2, "bad_section"},
    {"M30", VERSION_2, "bad_section"},
};

static struct vectors vectors;
static struct guard guard;

static bool has_digest_of_the_key(const uint8_t *bytes, size_t size, uint8_t mode)
{
    struct auth_key key = {.id = 7, .size = 15};
    memcpy(key.secret, "correct-horse-7", 15);
    key.algorithm = mode == IPSLA2_MODE_SHA256 ? AUTH_SHA256 : AUTH_HMAC_SHA256;
    return mode == IPSLA2_MODE_NONE || ipsla2_verify(bytes, size, &key);
}

static const char *read_v2(const uint8_t *bytes, size_t size)
{
    struct ipsla2_message message;
    enum ipsla_reject reject = ipsla2_decode_head(bytes, size, &message);
    if (reject == IPSLA_ACCEPT && !has_digest_of_the_key(bytes, size, message.mode)) {
        return "bad digest";
    }
    if (reject == IPSLA_ACCEPT) {
        reject = ipsla2_decode_command(bytes, size, &message);
    }
    return reject == IPSLA_ACCEPT ? "accepted" : ipsla_reject_name(reject);
}

static enum ipsla_reject read_v1(enum reader reader, const uint8_t *bytes, size_t size)
{
    struct ipsla_request request;
    struct ipsla_response response;
    enum ipsla_probe_type type;
    struct ipsla_jitter_ms ms;
    struct jitter_us us;
    switch (reader) {
    case REQUEST:
        return ipsla_request_decode(bytes, size, &request);
    case RESPONSE:
        return ipsla_response_decode(bytes, size, &response);
    case ECHO:
        return ipsla_probe_type(bytes, size, &type);
    case MS_REQUEST:
        return ipsla_jitter_ms_decode_request(bytes, size, &ms);
    case MS_REPLY:
        return ipsla_jitter_ms_decode_reply(bytes, size, &ms);
    case US_REQUEST_16:
        return jitter_us_decode_request(JITTER_US_SEQ16, bytes, size, &us);
    case US_REPLY_16:
        return jitter_us_decode_reply(JITTER_US_SEQ16, bytes, size, &us);
    case US_REQUEST_32:
        return jitter_us_decode_request(JITTER_US_SEQ32, bytes, size, &us);
    default:
        return jitter_us_decode_reply(JITTER_US_SEQ32, bytes, size, &us);
    }
}

static void test_each_vector_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct vector *v = vectors_find(&vectors, rows[i].name);
        const uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        const char *verdict = "accepted";
        if (rows[i].reader == VERSION_2) {
            verdict = read_v2(bytes, v->size);
        } else {
            enum ipsla_reject reject = read_v1(rows[i].reader, bytes, v->size);
            verdict = reject == IPSLA_ACCEPT ? verdict : ipsla_reject_name(reject);
        }
        if (strcmp(verdict, rows[i].verdict) != 0) {
            fail_msg("%s: %s, not %s", rows[i].name, verdict, rows[i].verdict);
        }
    }
}

static void test_every_vector_is_in_the_table(void **state)
{
    (void)state;
    assert_int_equal(COUNT(rows), vectors.count);
    for (size_t i = 0; i < vectors.count; i++) {
        size_t found = 0;
        for (size_t k = 0; k < COUNT(rows); k++) {
            found += strcmp(rows[k].name, vectors.items[i].name) == 0;
        }
        assert_int_equal(found, 1);
    }
}

static int set_up(void **state)
{
    (void)state;
    vectors_load(&vectors);
    guard_init(&guard, VECTOR_BYTES_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    guard_fini(&guard);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_vector_has_its_verdict),
        cmocka_unit_test(test_every_vector_is_in_the_table),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
