/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sentence for each way to fail names the likeliest cause and where to look. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
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
    {{.outcome = OUTCOME_UNREACHABLE, .error = EHOSTUNREACH, .icmp = SAYS(3, 13)},
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
        const struct cli_result result = {.spec = spec, .round = &rows[i].round};
        cli_explain(&result, &said);
        assert_string_equal(buf_string(&said), rows[i].sentence);
        buf_fini(&said);
        spec_unref(spec);
    }
}

/* Nobody is left without a sentence. */
static void test_every_outcome_has_one(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", ASKED);
    for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        const struct round round = {.outcome = (enum outcome)i};
        const struct cli_result result = {.spec = spec, .round = &round};
        struct buf said = {0};
        cli_explain(&result, &said);
        assert_true(said.size > 0);
        buf_fini(&said);
    }
    spec_unref(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_every_outcome_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
