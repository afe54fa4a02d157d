/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `probe`: modules become templates, and what may be measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "operation/operation.h"
#include "support/build.h"

static const struct expectation findings[] = {
    {"no modules", "probe: {allow: [192.0.2.0/24]}\n",
     "f:1:8: probe.modules: the key is missing; required: 1 to 100 names of modules\n"},
    {"nothing allowed", "probe: {modules: [jitter], allow: []}\n",
     "f:1:35: probe.allow: this list is empty; allowed: 1 to 64 IP prefixes\n"},
    {"an unknown module", "probe: {modules: [jiter], allow: [192.0.2.0/24]}\n",
     "f:1:19: probe.modules[0].module: no module 'jiter'; did you mean 'jitter'?\n"},
    {"a module that has to look first",
     "modules: {a: {operation: auto}}\nprobe: {modules: [a], allow: [192.0.2.0/24]}\n",
     "f:2:19: probe.modules[0]: is of operation auto, for which one operation has no time; "
     "allowed: "
     "a module of another operation\n"},
    {"a module with a port of its own",
     "modules: {a: {source_port: 5000}}\nprobe: {modules: [a], allow: [192.0.2.0/24]}\n",
     "f:2:19: probe.modules[0]: has a source_port, which one operation at a time can have; "
     "allowed: a module without\n"},
    {"too many at once", "probe: {modules: [ping], allow: [192.0.2.0/24], max_concurrent: 1001}\n",
     "f:1:65: probe.max_concurrent: '1001' is out of range; allowed: 1 to 1000\n"},
    {"a misspelt key", "probe: {module: [ping], allow: [192.0.2.0/24]}\n",
     "f:1:9: probe.module: unknown key; did you mean 'modules'?\n"},
    {"a module that cannot be",
     "modules: {a: {operation: udp-echo, codec: g729a}}\n"
     "probe: {modules: [a], allow: [192.0.2.0/24]}\n",
     "f:1:36: modules.a.codec: does not apply to udp-echo; allowed with: udp-jitter\n"},
};

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    EXPECT_FINDINGS(findings);
}

static void modules_become_templates(void **state)
{
    (void)state;
    struct config *config = parse_good("defaults: {timeout: 700ms, labels: {a: b}}\n"
                                       "modules: {call: {codec: g729a, frequency: 30s, life: 1h}}\n"
                                       "probe: {modules: [call, ping], allow: [192.0.2.0/24]}\n");
    const struct prober_rules *rules = config->prober;
    assert_int_equal(rules->module_count, 2);
    assert_int_equal(rules->max_concurrent, PROBER_CONCURRENT);
    const struct spec *call = prober_find_module(rules, "call")->spec;
    assert_ptr_equal(call->operation, operation_find("udp-jitter"));
    assert_int_equal(call->packets.codec, VOICE_CODEC_G729A);
    assert_int_equal(call->schedule.timeout_ns, 700 * NS_PER_MS);
    assert_int_equal(call->schedule.start, SPEC_START_NOW);
    assert_int_equal(call->schedule.frequency_ns, 7 * MS_PER_DAY * NS_PER_MS);
    assert_int_equal(call->schedule.life_ns, SPEC_FOREVER);
    assert_int_equal(call->path.peer.family, ADDR_NONE);
    assert_int_equal(call->identity.label_count, 1);
    assert_ptr_equal(prober_find_module(rules, "ping")->spec->operation,
                     operation_find("icmp-echo"));
    assert_null(prober_find_module(rules, "jitter"));
    assert_null(prober_find_module(rules, ""));
    config_free(config);
}

static void without_the_section_there_is_none(void **state)
{
    (void)state;
    char *text = target_text("");
    struct config *config = parse_good(text);
    assert_null(config->prober);
    config_free(config);
    free(text);
}

static void only_single_hosts_in_the_list_are_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool is_allowed;
    } rows[] = {
        {"192.0.2.1", true},    {"192.0.3.1", false},
        {"127.0.0.1", false},   {"0.0.0.0", false},
        {"0.0.0.1", false},     {"169.254.1.1", false},
        {"224.0.0.1", false},   {"255.255.255.255", false},
        {"240.0.0.1", false},   {"2001:db8::1", true},
        {"2001:db9::1", false}, {"::", false},
        {"::1", false},         {"fe80::1", false},
        {"ff02::1", false},     {"::ffff:192.0.2.1", false},
    };
    struct config *narrow =
        parse_good("probe: {modules: [ping], allow: [192.0.2.0/24, '2001:db8::/32']}\n");
    struct config *wide = parse_good("probe: {modules: [ping], allow: [0.0.0.0/0, '::/0']}\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct addr addr;
        assert_true(addr_parse_ip(rows[i].address, &addr));
        if (prober_allows(narrow->prober, &addr) != rows[i].is_allowed) {
            fail_msg("%s", rows[i].address);
        }
    }
    static const char *const never[] = {"0.0.0.0", "169.254.0.1", "239.1.1.1", "255.255.255.255",
                                        "::",      "fe80::1",     "ff05::1",   "::ffff:10.0.0.1"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        struct addr addr;
        assert_true(addr_parse_ip(never[i], &addr));
        if (prober_allows(wide->prober, &addr)) {
            fail_msg("%s", never[i]);
        }
    }
    config_free(narrow);
    config_free(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(modules_become_templates),
        cmocka_unit_test(without_the_section_there_is_none),
        cmocka_unit_test(only_single_hosts_in_the_list_are_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
