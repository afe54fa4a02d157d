/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sentence for each way to fail names the likeliest cause and where to look. */
#include <errno.h>
#include <string.h>

#include "explain/explain.h"
#include "explain/reason.h"
#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"

#define ASKED "192.0.2.1"

struct row {
    struct round round;
    enum control_version version;
    uint16_t key; /* 0: none */
    const char *sentence;
};

#define ELSEWHERE(last, at)                                                                        \
    {                                                                                              \
        .family = ADDR_IPV4, .ip = {192, 0, 2, (last)}, .port = (at)                               \
    }
#define SAYS(kind, what)                                                                           \
    {                                                                                              \
        .from = {.family = ADDR_IPV4, .ip = {10, 0, 0, 1}}, .type = (kind), .code = (what)         \
    }

static const struct row rows[] = {
    {{.outcome = OUTCOME_NO_CONNECTION, .control_retries = 2},
     CONTROL_V1,
     0,
     "no answer from 192.0.2.1 port 1967 to 3 control requests: is \"ip sla responder\" configured "
     "there, and is UDP 1967 open on the way?"},
    {{.outcome = OUTCOME_NO_CONNECTION, .elsewhere = ELSEWHERE(9, 1967)},
     CONTROL_V1,
     0,
     "answers came from 192.0.2.9 instead of 192.0.2.1: a virtual gateway address, a load balancer "
     "or an address translation on the way changes their source"},
    {{.outcome = OUTCOME_TIMEOUT, .elsewhere = ELSEWHERE(1, 4000)},
     CONTROL_NONE,
     0,
     "answers came from 192.0.2.1:4000 instead of 192.0.2.1: a virtual gateway address, a load "
     "balancer or an address translation on the way changes their source"},
    {{.outcome = OUTCOME_AUTH},
     CONTROL_V2,
     7,
     "the responder answered, but its answer is not signed as it must be: it has no hmac-sha256 "
     "key 7, or another secret for it"},
    {{.outcome = OUTCOME_AUTH, .control_status = 2},
     CONTROL_V2,
     0,
     "the responder refused the control request: auth (status 0x00000002): it demands a key"},
    {{.outcome = OUTCOME_PORT_UNREACHABLE, .error = ECONNREFUSED},
     CONTROL_V1,
     0,
     "192.0.2.1 port 1967: Connection refused; the host lives, but \"ip sla responder\" is not "
     "configured there"},
    {{.outcome = OUTCOME_PROHIBITED, .error = EHOSTUNREACH, .icmp = SAYS(3, 13)},
     CONTROL_V1,
     0,
     "192.0.2.1 port 1967: administratively prohibited, says 10.0.0.1: a filter on the way"},
    {{.outcome = OUTCOME_UNREACHABLE, .error = EHOSTUNREACH, .icmp = SAYS(11, 0)},
     CONTROL_V1,
     0,
     "192.0.2.1 port 1967: TTL ran out, says 10.0.0.1: ttl is too small, or a routing loop"},
    {{.outcome = OUTCOME_UNREACHABLE, .error = EHOSTUNREACH, .icmp = SAYS(3, 77)},
     CONTROL_V1,
     0,
     "192.0.2.1 port 1967: No route to host, says 10.0.0.1"},
    {{.outcome = OUTCOME_LOCAL, .error = EINVAL},
     CONTROL_V1,
     0,
     "this host could not send: Invalid argument; a route of type blackhole of this host, or a "
     "source address that cannot reach it"},
    {{.outcome = OUTCOME_LOCAL, .error = EPERM},
     CONTROL_V1,
     0,
     "this host could not send: Operation not permitted; a firewall of this host forbids it"},
};

static void test_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spec *spec = build_jitter_spec("t", ASKED);
        struct buf said = {0};
        spec->control.version = rows[i].version;
        spec->control.key.id = rows[i].key;
        spec->control.key.algorithm = rows[i].key != 0 ? AUTH_HMAC_SHA256 : AUTH_NONE;
        explain_failure(spec, &rows[i].round, 0, &said);
        assert_string_equal(buf_string(&said), rows[i].sentence);
        buf_fini(&said);
        spec_unref(spec);
    }
}

static void expect_timeout(const struct operation *operation, enum auth_algorithm algorithm,
                           uint32_t corrupt, const char *sentence)
{
    struct spec *spec = build_jitter_spec("t", ASKED);
    const struct round round = {.outcome = OUTCOME_TIMEOUT, .planned = 10, .corrupt = corrupt};
    struct buf said = {0};
    spec->operation = operation;
    spec->control.version = CONTROL_NONE;
    spec->control.key.id = 7;
    spec->control.key.algorithm = algorithm;
    explain_failure(spec, &round, 0, &said);
    assert_string_equal(buf_string(&said), sentence);
    buf_fini(&said);
    spec_unref(spec);
}

/* Of a reflector nobody asks for a control request; and what came back is not nothing. */
static void test_silence_and_wrong_replies(void **state)
{
    (void)state;
    expect_timeout(&operation_udp_echo, AUTH_NONE, 0,
                   "nothing came back from 192.0.2.1 port 16384 in time: does it answer without a "
                   "control request, and is UDP 16384 open on the way?");
    expect_timeout(&operation_twamp_light, AUTH_NONE, 0,
                   "nothing came back from 192.0.2.1 port 16384 in time: does a reflector of "
                   "twamp-light answer this host there, and is UDP 16384 open on the way?");
    expect_timeout(&operation_stamp, AUTH_HMAC_SHA256, 0,
                   "nothing came back from 192.0.2.1 port 16384 in time: does a reflector of stamp "
                   "answer this host there, has it the same key 7, and is UDP 16384 open on the "
                   "way?");
    expect_timeout(&operation_stamp, AUTH_HMAC_SHA256, 2,
                   "replies came from 192.0.2.1 port 16384, but none that is valid (corrupt: 2): "
                   "the reflector has no key or another one, or another service has that port, or "
                   "something changes the data");
    expect_timeout(&operation_udp_jitter, AUTH_NONE, 3,
                   "replies came from 192.0.2.1 port 16384, but none that is valid (corrupt: 3): "
                   "another service has that port, or something changes the data");
}

/* A port that the responder does not open. */
static void test_refused_names_the_port(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", ASKED);
    const struct round round = {.outcome = OUTCOME_REFUSED, .control_status = 1};
    struct buf said = {0};
    explain_failure(spec, &round, 0, &said);
    assert_string_equal(
        buf_string(&said),
        "the responder refused the control request: refused (status 0x00000001); it "
        "does not open port 16384, or has no session left");
    buf_fini(&said);
    spec_unref(spec);
}

/* Nobody is left without a sentence. */
static void test_every_outcome_has_one(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", ASKED);
    for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        const struct round round = {.outcome = (enum outcome)i};
        struct buf said = {0};
        explain_failure(spec, &round, 0, &said);
        assert_true(said.size > 0);
        buf_fini(&said);
    }
    spec_unref(spec);
}

/* 20 packets of which 7 are lost; a round trip of 20 ms. */
static struct round lossy(void)
{
    struct round round = {.sent = 20, .received = 13};
    moments_add(&round.rtt, 20 * NS_PER_MS);
    return round;
}

static void expect_limits(const struct limit_set *set, const struct round *round,
                          const char *sentence)
{
    struct buf said = {0};
    explain_limits(set, round, &said);
    assert_string_equal(buf_string(&said), sentence);
    buf_fini(&said);
}

static void test_limits_of_one_operation(void **state)
{
    (void)state;
    struct limit_set set = {0};
    struct round round = lossy();
    expect_limits(&set, &round, "");
    limit_put(&set, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    limit_put(&set, SEVERITY_WARNING, LIMIT_RTT, 0.15);
    expect_limits(&set, &round, "loss 35% is above 1%");
    limit_put(&set, SEVERITY_CRITICAL, LIMIT_LOSS, 0.05);
    limit_put(&set, SEVERITY_WARNING, LIMIT_RTT, 0.0125);
    limit_put(&set, SEVERITY_WARNING, LIMIT_MOS, 3.6);
    round.voice = (struct voice){.is_scored = true, .mos_hundredths = 210};
    expect_limits(&set, &round,
                  "loss 35% is above 5% (critical), rtt 20.000 ms is above 12.500 ms, "
                  "mos 2.10 is below 3.60");
}

static void expect_state(const struct report *report, const char *sentence)
{
    struct buf said = {0};
    explain_state(report, &said);
    assert_string_equal(buf_string(&said), sentence);
    buf_fini(&said);
}

/* Exceeded so often, not so often any more, and by a limit that a reload has changed. */
static void test_state_of_a_target(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", ASKED);
    struct report report = {.spec = spec, .has_run = true, .latest = lossy()};
    struct limit_set *set = &spec->results.limits;
    struct limit_watch *watch = &report.condition.limits;
    set->consecutive = 2;
    limit_put(set, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    limit_put(set, SEVERITY_WARNING, LIMIT_RTT, 0.0125);
    report.condition.state = TARGET_OK;
    expect_state(&report, "");
    report.condition.state = TARGET_DEGRADED;
    watch->is_exceeded[SEVERITY_WARNING][LIMIT_LOSS] = true;
    expect_state(&report, "loss 35% is above 1%");
    report.latest.received = 20;
    watch->streak[SEVERITY_WARNING][LIMIT_LOSS] = 1;
    watch->is_exceeded[SEVERITY_WARNING][LIMIT_RTT] = true;
    expect_state(&report, "loss 0%, was above 1%, better in 1 of 2 operations, "
                          "rtt 20.000 ms is above 12.500 ms");
    watch->streak[SEVERITY_WARNING][LIMIT_LOSS] = 0;
    watch->is_exceeded[SEVERITY_WARNING][LIMIT_RTT] = false;
    expect_state(&report, "loss 0%, was beyond its former limit");
    report.condition.state = TARGET_FAILED;
    report.latest = (struct round){.outcome = OUTCOME_TIMEOUT};
    report.unearned = 3;
    expect_state(&report, "192.0.2.1 sent 3 replies that do not return the random bytes in the "
                          "data of the packets, so none was taken: either the responder changes "
                          "them, or it is not the one that answers");
    spec_unref(spec);
}

static void test_kinds_of_icmp(void **state)
{
    (void)state;
    const struct icmp_error known = SAYS(3, 13), unknown = SAYS(3, 77);
    struct buf said = {0};
    reason_add_icmp_kind(&known, &said);
    buf_add_string(&said, "; ");
    reason_add_icmp_kind(&unknown, &said);
    assert_string_equal(buf_string(&said), "administratively prohibited; type 3, code 77");
    buf_fini(&said);
}

static void test_what_spoils_an_operation(void **state)
{
    (void)state;
    struct round round = {.planned = 20, .sent = 20, .received = 20};
    struct buf said = {0};
    explain_all_spoilt(&round, "; ", &said);
    assert_int_equal(said.size, 0);
    round.missed = 3;
    round.responder_steps = 1;
    explain_all_spoilt(&round, "; ", &said);
    assert_string_equal(buf_string(&said),
                        "the clock of the responder was set during the operation: no one-way "
                        "delay, and no jitter across it; this host was too late for 3 of 20 "
                        "packets and left them out: stopped, suspended or overloaded");
    buf_fini(&said);
}

static void test_prohibitions(void **state)
{
    (void)state;
    static const struct {
        enum addr_family family;
        uint8_t type, code;
        bool is_prohibition;
    } cases[] = {
        {ADDR_IPV4, 3, 9, true},  {ADDR_IPV4, 3, 10, true},  {ADDR_IPV4, 3, 13, true},
        {ADDR_IPV4, 3, 1, false}, {ADDR_IPV4, 11, 9, false}, {ADDR_IPV6, 1, 1, true},
        {ADDR_IPV6, 1, 5, true},  {ADDR_IPV6, 1, 6, true},   {ADDR_IPV6, 1, 3, false},
        {ADDR_IPV6, 3, 1, false}, {ADDR_NONE, 3, 13, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct icmp_error icmp = {
            .from.family = cases[i].family, .type = cases[i].type, .code = cases[i].code};
        assert_int_equal(icmp_error_is_prohibition(&icmp), cases[i].is_prohibition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_spoils_an_operation),
        cmocka_unit_test(test_prohibitions),
        cmocka_unit_test(test_refused_names_the_port),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_silence_and_wrong_replies),
        cmocka_unit_test(test_every_outcome_has_one),
        cmocka_unit_test(test_limits_of_one_operation),
        cmocka_unit_test(test_state_of_a_target),
        cmocka_unit_test(test_kinds_of_icmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
