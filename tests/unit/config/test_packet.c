/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How packets leave and when: from the keys to the spec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/time.h"

/* What a target's keys (and a head of the file) make of its spec. */
struct outcome_row {
    const char *head;
    const char *keys;
    struct spec spec;
};

static const struct outcome_row rows[] = {
    {"", "", {.path.options.ttl = 255}},
    {"", "dscp: ef", {.path.tos = 0xb8, .path.options.ttl = 255}},
    {"", "dscp: 5", {.path.tos = 20, .path.options.ttl = 255}},
    {"", "dscp: 63", {.path.tos = 252, .path.options.ttl = 255}},
    {"", "tos: 0xb9", {.path.tos = 0xb9, .path.options.ttl = 255}},
    {"", "tos: 184", {.path.tos = 184, .path.options.ttl = 255}},
    {"defaults: {dscp: ef}\n", "tos: 1", {.path.tos = 1, .path.options.ttl = 255}},
    {"defaults: {tos: 1}\n", "dscp: cs1", {.path.tos = 32, .path.options.ttl = 255}},
    {"defaults: {tos: 7}\n", "", {.path.tos = 7, .path.options.ttl = 255}},
    {"", "ttl: 1, dont_fragment: true", {.path.options = {.ttl = 1, .dont_fragment = true}}},
    {"", "interface: eth1", {.path.options = {.device = "eth1", .ttl = 255}}},
    {"",
     "vrf: 'a23456789012345'",
     {.path.is_vrf = true, .path.options = {.device = "a23456789012345", .ttl = 255}}},
    {"defaults: {vrf: blue}\n",
     "interface: eth1",
     {.path.options = {.device = "eth1", .ttl = 255}}},
    {"defaults: {interface: eth1}\n",
     "vrf: blue",
     {.path.is_vrf = true, .path.options = {.device = "blue", .ttl = 255}}},
    {"", "start: now", {.path.options.ttl = 255, .schedule.start = SPEC_START_NOW}},
    {"", "start: pending", {.path.options.ttl = 255, .schedule.start = SPEC_START_PENDING}},
    {"",
     "start: after 90s",
     {.path.options.ttl = 255,
      .schedule.start = SPEC_START_AFTER,
      .schedule.start_after_ns = 90 * NS_PER_SECOND}},
    {"", "life: 2h", {.path.options.ttl = 255, .schedule.life_ns = 7200 * NS_PER_SECOND}},
    {"defaults: {life: 2h}\n",
     "life: forever",
     {.path.options.ttl = 255, .schedule.life_ns = SPEC_FOREVER}},
};

static void assert_same(const struct spec *spec, const struct spec *expected)
{
    assert_int_equal(spec->path.tos, expected->path.tos);
    assert_int_equal(spec->path.options.ttl, expected->path.options.ttl);
    assert_int_equal(spec->path.options.dont_fragment, expected->path.options.dont_fragment);
    assert_string_equal(spec->path.options.device, expected->path.options.device);
    assert_int_equal(spec->path.is_vrf, expected->path.is_vrf);
    assert_int_equal(spec->schedule.start, expected->schedule.start);
    assert_true(spec->schedule.start_after_ns == expected->schedule.start_after_ns);
    assert_true(spec->schedule.life_ns == expected->schedule.life_ns);
}

static void keys_become_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf text = {0};
        char *target = target_text(rows[i].keys);
        buf_printf(&text, "%s%s", rows[i].head, target);
        print_message("%s", buf_string(&text));
        struct config *config = parse_good(buf_string(&text));
        assert_same(config->targets->specs[0], &rows[i].spec);
        config_free(config);
        free(target);
        buf_fini(&text);
    }
}

#define T "targets: [{name: a, host: h, port: 5, "
#define DSCP "allowed: default, cs0 to cs7, af11 to af43, ef, va, le, 0 to 63\n"
#define TOS "allowed: 0 to 255 or 0x00 to 0xff\n"
#define START "allowed: spread, now, after 0s to after 365d, pending\n"
#define DEVICE "allowed: a device name of up to 15 bytes\n"
static const struct expectation wrong[] = {
    {"dscp", T "dscp: EF}]", "f:1:45: targets[0].dscp: 'EF' is no DSCP; did you mean 'ef'?\n"},
    {"tos", T "tos: 0xzz}]",
     "f:1:44: targets[0].tos: '0xzz' is not a whole number in decimal, or in hexadecimal after "
     "0x; " TOS},
    {"tos zero", T "tos: 07}]", "f:1:44: targets[0].tos: '07' has a leading zero; " TOS},
    {"both", T "tos: 1, dscp: ef}]",
     "f:1:39: targets[0].tos: cannot stand beside 'dscp'; allowed: one of the two\n"},
    {"both in defaults", "defaults: {vrf: a, interface: b}\n" T "}]",
     "f:1:12: defaults.vrf: cannot stand beside 'interface'; allowed: one of the two\n"},
    {"fragment", T "dont_fragment: yes}]",
     "f:1:54: targets[0].dont_fragment: 'yes' is none of the choices; did you mean 'true'?\n"},
    {"long device", T "interface: a234567890123456}]",
     "f:1:50: targets[0].interface: 'a234567890123456' is too long; " DEVICE},
    {"slash", T "vrf: a/b}]",
     "f:1:44: targets[0].vrf: 'a/b' has a character that no device name has; " DEVICE},
    {"no device", T "vrf: ''}]", "f:1:44: targets[0].vrf: '' is empty; " DEVICE},
    {"start", T "start: soon}]", "f:1:46: targets[0].start: 'soon' is no time to start; " START},
    {"after", T "start: after 5}]",
     "f:1:46: targets[0].start: 'after 5' has no unit (us, ms, s, m, h or d), as in 20ms or "
     "60s; " START},
    {"life", T "life: 5}]",
     "f:1:45: targets[0].life: '5' has no unit (us, ms, s, m, h or d), as in 20ms or 60s; "
     "allowed: 1s to 24855d, or forever\n"},
};

static void wrong_values_are_refused(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

static void responder_reflects_unless_told(void **state)
{
    (void)state;
    struct config *config = parse_good("responder: {}\n");
    assert_true(config->responder.reflect_tos);
    config_free(config);
    config = parse_good("responder: {reflect_tos: false}\n");
    assert_false(config->responder.reflect_tos);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_become_options),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(responder_reflects_unless_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
