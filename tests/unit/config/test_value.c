/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key at the ends of its range and just beyond them, and every kind of wrong value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include <inttypes.h>

#include "base/time.h"

/* A key with numbers: the ends of its range and what lies beyond. "%s" stands for the value. */
struct range {
    const char *text;
    const char *below, *min, *max, *above;
};

#define TARGET "targets: [{name: a, host: h, port: 5"
static const struct range ranges[] = {
    {TARGET ", operation: udp-echo, frequency: %s}]", "99ms", "100ms", "604800s", "604801s"},
    {TARGET ", frequency: 7d, timeout: %s}]", "999us", "1ms", "1h", "3600001ms"},
    {TARGET ", threshold: %s}]", NULL, "0ms", "60s", "60001ms"},
    {TARGET ", control: {version: 2}, num_packets: %s}]", "0", "1", "60000", "60001"},
    {TARGET ", control: {version: 2}, interval: %s}]", "3999us", "4ms", "60s", "60001ms"},
    {TARGET ", request_data_size: %s}]", "15", "16", "17512", "17513"},
    {TARGET ", operation: udp-echo, request_data_size: %s}]", "3", "4", "1500", "1501"},
    {TARGET ", source_port: %s}]", "0", "1", "65535", "65536"},
    {TARGET ", control: {port: %s}}]", "0", "1", "65535", "65536"},
    {TARGET ", control: {retries: %s}}]", "0", "1", "5", "6"},
    {TARGET ", control: {timeout: %s}}]", "99ms", "100ms", "10s", "10001ms"},
    {TARGET ", buckets: [%s]}]", "0us", "1us", "1h", "3600001ms"},
    {TARGET ", dscp: %s}]", NULL, "0", "63", "64"},
    {TARGET ", tos: %s}]", NULL, "0", "255", "256"},
    {TARGET ", tos: %s}]", "0x", "0x0", "0xfF", "0x100"},
    {TARGET ", ttl: %s}]", "0", "1", "255", "256"},
    {TARGET ", life: %s}]", "999ms", "1s", "24855d", "24856d"},
    {TARGET ", start: after %s}]", NULL, "0s", "365d", "366d"},
    {"targets: [{name: a, host: h, port: %s}]", "0", "1", "65535", "65536"},
    {"max_packet_rate: %s\nresponder: {}", "0", "1", "100000000", "100000001"},
    {"responder: {workers: %s}", "0", "1", "16", "17"},
    {"responder: {max_sessions: %s}", "0", "1", "65536", "65537"},
    {"responder: {max_sessions_per_source: %s}", NULL, "0", "65536", "65537"},
    {"responder: {requests_per_source: %s}", NULL, "0", "1000000", "1000001"},
    {"responder: {reserved_sessions: %s}", NULL, "0", "65536", "65537"},
    {"responder: {min_duration: %s}", NULL, "0s", "60s", "60001ms"},
    {"responder: {max_duration: %s}", "59999ms", "60s", "24h", "86400001ms"},
    {"responder: {min_source_port: %s}", NULL, "0", "65535", "65536"},
    {"responder: {ports: [%s]}", "0", "1", "65535", "65536"},
    {"responder: {permanent_ports: [%s]}", "0", "1", "65535", "65536"},
    {"responder: {listen: ['127.0.0.1:%s']}", "0", "1", "65535", "65536"},
    {"responder: {allow: [0.0.0.0/%s]}", NULL, "0", "32", "33"},
};

/* The text with the value in place of "%s". */
static char *fill(const char *text, const char *value)
{
    struct buf filled = {0};
    const char *hole = strstr(text, "%s");
    assert_non_null(hole);
    buf_add(&filled, text, (size_t)(hole - text));
    buf_add_string(&filled, value);
    buf_add_string(&filled, hole + 2);
    return filled.bytes;
}

static bool is_accepted(const char *text, const char *value)
{
    struct buf findings = {0};
    char *filled = fill(text, value);
    struct config *config = parse_text(filled, &findings);
    bool is_good = config != NULL;
    config_free(config);
    free(filled);
    buf_fini(&findings);
    return is_good;
}

static void ranges_end_where_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct range *range = &ranges[i];
        bool is_good = is_accepted(range->text, range->min) &&
                       is_accepted(range->text, range->max) &&
                       !is_accepted(range->text, range->above) &&
                       (range->below == NULL || !is_accepted(range->text, range->below));
        if (!is_good) {
            fail_msg("range of %s", range->text);
        }
    }
}

struct length {
    const char *text;
    size_t min, max;
};
static const struct length lengths[] = {
    {"targets: [{name: '%s', host: h, port: 5}]", 1, 255},
    {"targets: [{name: a, host: h, port: 5, owner: '%s'}]", 0, 255},
    {"targets: [{name: a, host: h, port: 5, tag: '%s'}]", 0, 128},
    {"targets: [{name: a, host: h, port: 5, labels: {x: '%s'}}]", 0, 1024},
    {"{responder: {}, modules: {'%s': {}}}", 1, 64},
    {"targets: [{name: a, host: '%s', port: 5}]", 1, 63},
};

static bool is_length_accepted(const char *text, size_t length)
{
    char *value = mem_alloc(length + 1, 1);
    memset(value, 'n', length);
    bool is_good = is_accepted(text, value);
    free(value);
    return is_good;
}

static void texts_have_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const struct length *length = &lengths[i];
        assert_true(is_length_accepted(length->text, length->min));
        assert_true(is_length_accepted(length->text, length->max));
        assert_false(is_length_accepted(length->text, length->max + 1));
        assert_true(length->min == 0 || !is_length_accepted(length->text, length->min - 1));
    }
}

/* A list of `count` entries, "FORMAT" with the number of each. */
struct list {
    const char *text;
    const char *prefix, *suffix;
    size_t min, max;
};
static const struct list lists[] = {
    {"targets: [{name: a, host: h, port: 5, buckets: [%s]}]", "", "ms", 1, 24},
    {"targets: [{name: a, host: h, port: 5, labels: {%s}}]", "x", ": y", 0, 32},
    {"responder: {listen: [%s]}", "'127.0.0.1:", "'", 1, 8},
    {"responder: {allow: [%s]}", "10.0.", ".0/24", 0, 64},
    {"responder: {reserve_for: [%s]}", "10.0.", ".0/24", 0, 64},
    {"responder: {ports: [%s]}", "", "", 0, 64},
    {"responder: {permanent_ports: [%s]}", "", "", 0, 64},
    {"{responder: {}, modules: {%s}}", "m", ": {}", 0, 1000},
};

static bool is_count_accepted(const struct list *list, size_t count)
{
    struct buf entries = {0};
    for (size_t i = 1; i <= count; i++) {
        buf_printf(&entries, "%s%s%zu%s", i > 1 ? ", " : "", list->prefix, i, list->suffix);
    }
    bool is_good = is_accepted(list->text, buf_string(&entries));
    buf_fini(&entries);
    return is_good;
}

static void lists_have_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct list *list = &lists[i];
        bool is_good = is_count_accepted(list, list->min) && is_count_accepted(list, list->max) &&
                       !is_count_accepted(list, list->max + 1) &&
                       (list->min == 0 || !is_count_accepted(list, list->min - 1));
        if (!is_good) {
            fail_msg("number of entries of %s", list->text);
        }
    }
}

static const struct expectation wrong[] = {
    {"bare number", "defaults:\n  frequency: 60\nresponder: {}\n",
     "f:2:14: defaults.frequency: '60' has no unit (us, ms, s, m, h or d), as in 20ms or 60s; "
     "allowed: 100ms to 7d\n"},
    {"fraction", "defaults:\n  timeout: 0.5s\nresponder: {}\n",
     "f:2:12: defaults.timeout: '0.5s' has a fraction; use a smaller unit, as in 1500us or 500ms; "
     "did you mean '500ms'?\n"},
    {"overflow", "defaults:\n  timeout: 99999999999d\nresponder: {}\n",
     "f:2:12: defaults.timeout: '99999999999d' is too long a time; allowed: 1ms to 1h\n"},
    {"sign", "defaults:\n  codec_num_packets: -1\nresponder: {}\n",
     "f:2:22: defaults.codec_num_packets: '-1' is not a whole number in decimal digits; allowed: 1 "
     "to "
     "60000\n"},
    {"hexadecimal", "defaults:\n  codec_num_packets: 0x10\nresponder: {}\n",
     "f:2:22: defaults.codec_num_packets: '0x10' is not a whole number in decimal digits; allowed: "
     "1 "
     "to 60000\n"},
    {"underscore", "defaults:\n  codec_num_packets: 1_000\nresponder: {}\n",
     "f:2:22: defaults.codec_num_packets: '1_000' is not a whole number in decimal digits; did you "
     "mean "
     "'1000'?\n"},
    {"octal", "defaults:\n  codec_num_packets: 010\nresponder: {}\n",
     "f:2:22: defaults.codec_num_packets: '010' has a leading zero; did you mean '10'?\n"},
    {"large", "defaults:\n  codec_num_packets: 99999999999999999999\nresponder: {}\n",
     "f:2:22: defaults.codec_num_packets: '99999999999999999999' is out of range; allowed: 1 to "
     "60000\n"},
    {"rows", "defaults:\n  request_data_size: 17513\nresponder: {}\n",
     "f:2:22: defaults.request_data_size: '17513' is out of range; allowed: 16 to 17512 bytes for "
     "udp-jitter, 4 to 1500 bytes for udp-echo, up to 16384 bytes for icmp-echo, "
     "44 to 9000 bytes for stamp, 14 to 9000 bytes for twamp-light, "
     "14 to 9000 bytes for twamp\n"},
    {"choice", "defaults:\n  operation: udpEcho\nresponder: {}\n",
     "f:2:14: defaults.operation: 'udpEcho' is none of the choices; did you mean 'udp-echo'?\n"},
    {"missing", "defaults:\n  owner:\n  timeout:\n  buckets:\n  control:\nresponder:\n",
     "f:2:9: defaults.owner: the value is missing; allowed: up to 255 bytes of text\n"
     "f:3:11: defaults.timeout: the value is missing; allowed: 1ms to 1h\n"
     "f:4:11: defaults.buckets: the value is missing; write buckets: [1ms, 10ms, 100ms]\n"
     "f:5:11: defaults.control: the value is missing; write control: {version: 2}\n"
     "f:6:11: responder: the value is missing; write responder: {}\n"},
    {"list for scalar", "defaults:\n  owner: [a]\n  timeout: {a: b}\nresponder: {}\n",
     "f:2:10: defaults.owner: this is a list; allowed: up to 255 bytes of text\n"
     "f:3:12: defaults.timeout: this is a mapping; allowed: 1ms to 1h\n"},
    {"scalar for others", "defaults: 1\nmodules: [a]\ntargets: {}\nresponder: yes\n",
     "f:1:11: defaults: this is a single value where a mapping is due; write defaults: {frequency: "
     "30s}\n"
     "f:2:10: modules: this is a list where a mapping is due; write modules: {voice: {codec: "
     "g729a}}\n"
     "f:3:10: targets: this is a mapping where a list is due; write targets: [{name: a, host: "
     "192.0.2.1}]\n"
     "f:4:12: responder: this is a single value where a mapping is due; write responder: {}\n"},
    {"source address", "defaults:\n  source_address: ff02::1\nresponder: {}\n",
     "f:2:19: defaults.source_address: 'ff02::1' is a multicast address; "
     "allowed: an IP address\n"},
    {"source name", "defaults:\n  source_address: eth0\nresponder: {}\n",
     "f:2:19: defaults.source_address: 'eth0' is not an IP address; allowed: an IP "
     "address\n"},
    {"any source", "defaults:\n  source_address: 0.0.0.0\nresponder: {}\n",
     "f:2:19: defaults.source_address: '0.0.0.0' is no address of one host; allowed: an IP "
     "address\n"},
    {"control character", "defaults:\n  tag: \"a\\tb\"\nresponder: {}\n",
     "f:2:8: defaults.tag: 'a\\x09b' has a control character; allowed: up to 128 bytes of "
     "text\n"},
    {"bounds", "defaults:\n  buckets: [1ms, 1ms, 2, [], 3ms]\nresponder: {}\n",
     "f:2:18: defaults.buckets[1]: '1ms' is not above the bound before it; allowed: 1 to 24 "
     "rising durations from 1us to 1h\n"
     "f:2:23: defaults.buckets[2]: '2' has no unit (us, ms, s, m, h or d), as in 20ms or 60s; "
     "allowed: 1 to 24 rising durations from 1us to 1h\n"
     "f:2:26: defaults.buckets[3]: this is a list; allowed: 1 to 24 rising durations from 1us "
     "to 1h\n"},
    {"no bounds", "defaults:\n  buckets: []\nresponder: {}\n",
     "f:2:12: defaults.buckets: this list is empty; allowed: 1 to 24 rising durations from 1us "
     "to 1h\n"},
    {"unknown",
     "defaults:\n  frequncy: 5s\n  zzz: 1\n  control: {prot: 1}\n"
     "responder: {lisen: []}\nweb: {}\n",
     "f:2:3: defaults.frequncy: unknown key; did you mean 'frequency'?\n"
     "f:3:3: defaults.zzz: unknown key; allowed: tos, ttl, vrf and others, see ipsla.yml(5)\n"
     "f:4:13: defaults.control.prot: unknown key; did you mean 'port'?\n"
     "f:5:13: responder.lisen: unknown key; did you mean 'listen'?\n"
     "f:6:1: web: unknown key; allowed: defaults, modules, targets, target_files, keys, clock, "
     "max_packet_rate, "
     "evidence, responder, probe\n"},
};

static void wrong_values_have_their_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

/* What another reader of YAML would take for something else is a text here. */
static void texts_are_taken_as_they_stand(void **state)
{
    (void)state;
    struct config *config =
        parse_good("targets:\n- {name: no, host: true, port: '5', owner: ~, tag: "
                   "0x10, timeout: '1s', labels: {on: null}}\n");
    const struct spec *spec = config->targets->specs[0];
    assert_string_equal(spec->identity.name, "no");
    assert_string_equal(spec->identity.host, "true");
    assert_int_equal(spec->path.port, 5);
    assert_string_equal(spec->identity.owner, "~");
    assert_string_equal(spec->identity.tag, "0x10");
    assert_int_equal(spec->schedule.timeout_ns, NS_PER_SECOND);
    assert_string_equal(spec->identity.labels[0].name, "on");
    assert_string_equal(spec->identity.labels[0].value, "null");
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_end_where_they_say),
        cmocka_unit_test(texts_have_bounds),
        cmocka_unit_test(lists_have_bounds),
        cmocka_unit_test(wrong_values_have_their_place),
        cmocka_unit_test(texts_are_taken_as_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
