/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a configuration takes of the system. The file under test is included, for its
 * constants. */
#include "support/cm.h"
#include "unit/config/expect.h"

#include "program/limits.c"

#define BASE (DESCRIPTORS_BASE + DESCRIPTORS_OF_THREAD)
#define JITTER(name, host) "{name: " name ", host: " host ", port: 5000"

static void test_needed(void **state)
{
    (void)state;
    static const struct {
        const char *targets;
        unsigned workers;
        uint64_t descriptors, ports;
    } rows[] = {
        {JITTER("a", "192.0.2.1") "}", 1, BASE + 1, 1},
        /* trains share a socket where their hosts differ, in each thread */
        {JITTER("a", "192.0.2.1") "}, " JITTER("b", "192.0.2.2") "}", 1, BASE + 1, 1},
        {JITTER("a", "192.0.2.1") "}, " JITTER("b", "192.0.2.1") "}", 1, BASE + 2, 2},
        {JITTER("a", "192.0.2.1") "}, " JITTER("b", "192.0.2.2") ", ttl: 3}", 1, BASE + 2, 2},
        {JITTER("a", "192.0.2.1") "}, " JITTER("b", "192.0.2.2") "}", 2,
         BASE + DESCRIPTORS_OF_THREAD + 2, 2},
        /* the others have one each, with a port of their own unless that is configured, or ICMP */
        {JITTER("a", "192.0.2.1") ", module: echo}, " JITTER("b", "192.0.2.2") ", module: echo}", 1,
         BASE + 2, 2},
        {JITTER("a", "192.0.2.1") ", module: echo, source_port: 7000}", 1, BASE + 1, 0},
        {"{name: a, host: 192.0.2.1, module: ping}", 1, BASE + 1, 0},
        /* a name is looked up, through a socket */
        {JITTER("a", "a.invalid") ", module: tcp}", 1, BASE + 2, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "targets: [%s]\n", rows[i].targets);
        struct config *config = parse_good(text);
        struct limits needed = limits_needed(config, rows[i].workers);
        assert_int_equal(needed.descriptors, rows[i].descriptors);
        assert_int_equal(needed.ports, rows[i].ports);
        config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_needed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
