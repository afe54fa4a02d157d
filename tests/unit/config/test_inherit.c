/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Built-in defaults, then `defaults`, then the module, then the target. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/time.h"
#include "operation/operation.h"
#include "probe/spec_field.h"

static const struct spec *only(const struct config *config)
{
    assert_int_equal(config->targets->count, 1);
    return config->targets->specs[0];
}

static void defaults_are_those_of_ios(void **state)
{
    (void)state;
    char *text = target_text("");
    struct config *config = parse_good(text);
    const struct spec *spec = only(config);
    assert_string_equal(spec->identity.name, "a");
    assert_string_equal(spec->identity.host, "192.0.2.1");
    assert_string_equal(spec->identity.owner, "");
    assert_string_equal(spec->identity.tag, "");
    assert_int_equal(spec->identity.label_count, 0);
    assert_int_equal(spec->operation, &operation_udp_jitter);
    assert_int_equal(spec->path.peer.family, ADDR_IPV4);
    assert_int_equal(spec->path.peer.port, 5000);
    assert_int_equal(spec->path.port, 5000);
    assert_int_equal(spec->path.source.family, ADDR_NONE);
    assert_int_equal(spec->path.source.port, 0);
    assert_int_equal(spec->schedule.frequency_ns, 60 * NS_PER_SECOND);
    assert_int_equal(spec->schedule.timeout_ns, 5 * NS_PER_SECOND);
    assert_int_equal(spec->results.threshold_ns, 5 * NS_PER_SECOND);
    assert_int_equal(spec->packets.interval_ns, 20 * NS_PER_MS);
    assert_int_equal(spec->packets.count, 10);
    assert_int_equal(spec->packets.bytes, 32);
    assert_int_equal(spec->control.port, 1967);
    assert_int_equal(spec->control.tries, 3);
    assert_int_equal(spec->control.timeout_ns, 2 * NS_PER_SECOND);
    assert_ptr_equal(spec->results.layout, &hist_layout_default);
    config_free(config);
    free(text);
}

static void default_spec_is_the_same(void **state)
{
    (void)state;
    static const char *const keys[OPERATION_COUNT] = {"", "module: echo", "module: tcp"};
    for (unsigned i = 0; i < OPERATION_COUNT && keys[i] != NULL; i++) {
        struct spec *spec = config_default_spec(operation_at(i), "192.0.2.1");
        char *text = target_text(keys[i]);
        struct config *config = parse_good(text);
        assert_ptr_equal(spec->operation, operation_at(i));
        assert_string_equal(spec->identity.name, "192.0.2.1");
        assert_int_equal(spec->path.port, 16384);
        assert_int_equal(spec->path.peer.family, ADDR_NONE);
        free(spec->identity.name);
        spec->identity.name = mem_string("a");
        spec->path.port = 5000;
        assert_true(spec_is_same_target(spec, only(config)));
        spec_unref(spec);
        config_free(config);
        free(text);
    }
}

/* What is inherited and means nothing to ICMP is not in its way. */
static void icmp_has_no_ports(void **state)
{
    (void)state;
    struct config *config = parse_good("defaults: {source_port: 7, num_packets: 3, "
                                       "interval: 30ms, control: {retries: 1}}\n"
                                       "targets:\n"
                                       "  - {name: a, host: 192.0.2.1, module: ping}\n"
                                       "  - {name: b, host: 192.0.2.1, operation: icmp-jitter}\n");
    assert_int_equal(config->targets->count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct spec *spec = config->targets->specs[i];
        assert_int_equal(spec->operation, i == 0 ? &operation_icmp_echo : &operation_icmp_jitter);
        assert_int_equal(spec->packets.count, i == 0 ? 1 : 3);
        assert_int_equal(spec->packets.interval_ns, (i == 0 ? 200 : 30) * NS_PER_MS);
        assert_int_equal(spec->packets.bytes, i == 0 ? 28 : 0);
        assert_int_equal(spec->control.version, CONTROL_NONE);
        assert_int_equal(spec->packets.codec, VOICE_CODEC_NONE);
        assert_int_equal(spec->path.port + spec->path.peer.port + spec->path.source.port, 0);
    }
    config_free(config);
}

/* As in the file so far, and as the CLI and people write it. */
static void versions_of_control_have_two_words(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum control_version version;
    } words[] = {{"none", CONTROL_NONE},
                 {"1", CONTROL_V1},
                 {"v1", CONTROL_V1},
                 {"2", CONTROL_V2},
                 {"v2", CONTROL_V2}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct buf text = {0};
        buf_printf(&text, "targets: [{name: a, host: h, port: 7, control: {version: %s}}]\n",
                   words[i].word);
        struct config *config = parse_good(buf_string(&text));
        assert_int_equal(only(config)->control.version, words[i].version);
        config_free(config);
        buf_fini(&text);
    }
}

static void echo_sends_one_packet(void **state)
{
    (void)state;
    struct config *config = parse_good("defaults: {num_packets: 50, interval: 1s}\n"
                                       "targets: [{name: a, host: h, port: 7, module: echo}]\n");
    const struct spec *spec = only(config);
    assert_int_equal(spec->operation, &operation_udp_echo);
    assert_int_equal(spec->packets.count, 1);
    assert_int_equal(spec->packets.interval_ns, 200 * NS_PER_MS);
    assert_int_equal(spec->packets.bytes, 16);
    assert_int_equal(spec->path.peer.family, ADDR_NONE);
    assert_int_equal(spec->path.port, 7);
    config_free(config);
}

/* `key` in none, one or more of the places; the tag is the answer. */
static void the_nearest_place_wins(void **state)
{
    (void)state;
    static const struct {
        const char *defaults, *module, *target, *tag;
    } cases[] = {
        {"", "", "", ""},
        {"tag: d", "", "", "d"},
        {"tag: d", "tag: m", "", "m"},
        {"", "tag: m", "", "m"},
        {"tag: d", "tag: m", ", tag: t", "t"},
        {"tag: d", "", ", tag: t", "t"},
        {"tag: d", "tag: m", ", tag: ''", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text = {0};
        buf_printf(&text, "targets: [{name: a, host: h, port: 7, module: m%s}]\n", cases[i].target);
        buf_printf(&text, "defaults: {%s}\nmodules: {m: {%s}}\n", cases[i].defaults,
                   cases[i].module);
        struct config *config = parse_good(buf_string(&text));
        assert_string_equal(only(config)->identity.tag, cases[i].tag);
        config_free(config);
        buf_fini(&text);
    }
}

static void every_key_is_inherited(void **state)
{
    (void)state;
    struct config *config = parse_good(
        "defaults: {frequency: 5m, timeout: 3s, threshold: 1s, owner: noc, control: {port: 1, "
        "timeout: "
        "1s}}\n"
        "modules: {m: {num_packets: 5, interval: 5ms, request_data_size: 100, buckets: [1ms, "
        "2ms],\n"
        "  control: {retries: 5}}}\n"
        "targets: [{name: a, host: h, port: 7, module: m, series: minimal, source_address: "
        "127.0.0.9, source_port: "
        "9,\n"
        "  control: {port: 2}}]\n");
    const struct spec *spec = only(config);
    assert_int_equal(spec->schedule.frequency_ns, 300 * NS_PER_SECOND);
    assert_int_equal(spec->schedule.timeout_ns, 3 * NS_PER_SECOND);
    assert_int_equal(spec->results.threshold_ns, NS_PER_SECOND);
    assert_string_equal(spec->identity.owner, "noc");
    assert_int_equal(spec->packets.count, 5);
    assert_int_equal(spec->packets.interval_ns, 5 * NS_PER_MS);
    assert_int_equal(spec->packets.bytes, 100);
    assert_int_equal(spec->results.series, SERIES_MINIMAL);
    assert_int_equal(spec->results.layout->count, 2);
    assert_int_equal(spec->results.layout->bounds_ns[1], 2 * NS_PER_MS);
    assert_int_equal(spec->path.source.ip[3], 9);
    assert_int_equal(spec->path.source.port, 9);
    assert_int_equal(spec->control.port, 2);
    assert_int_equal(spec->control.tries, 5);
    assert_int_equal(spec->control.timeout_ns, NS_PER_SECOND);
    config_free(config);
}

static void built_in_modules_can_be_changed(void **state)
{
    (void)state;
    struct config *config = parse_good("modules: {echo: {timeout: 1s}}\ndefaults: {operation: "
                                       "udp-echo}\n"
                                       "targets: [{name: a, host: h, port: 7, module: echo},\n"
                                       "  {name: b, host: h, port: 7, module: jitter}]\n");
    assert_int_equal(config->targets->specs[0]->operation, &operation_udp_echo);
    assert_int_equal(config->targets->specs[0]->schedule.timeout_ns, NS_PER_SECOND);
    assert_int_equal(config->targets->specs[1]->operation, &operation_udp_jitter);
    assert_int_equal(config->targets->specs[1]->schedule.timeout_ns, 5 * NS_PER_SECOND);
    config_free(config);
}

static void modules_are_found_by_name(void **state)
{
    (void)state;
    struct config *config =
        parse_good("modules: {z: {tag: z}, a: {tag: a}, m: {tag: m}, b: {tag: b}}\n"
                   "targets:\n- {name: a, host: h, port: 7, module: a}\n"
                   "- {name: b, host: h, port: 7, module: b}\n"
                   "- {name: m, host: h, port: 7, module: m}\n"
                   "- {name: z, host: h, port: 7, module: z}\n");
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(config->targets->specs[i]->identity.tag,
                            config->targets->specs[i]->identity.name);
    }
    config_free(config);
}

static const struct expectation wrong[] = {
    {"unknown module", "targets: [{name: a, host: h, port: 7, module: jiter}]\n",
     "f:1:47: targets[0].module: no module 'jiter'; did you mean 'jitter'?\n"},
    {"no such module",
     "modules: {mine: {}}\ntargets: [{name: a, host: h, port: 7, module: voice}]\n",
     "f:2:47: targets[0].module: no module 'voice'; write it under modules, or take one of: mine, "
     "ping, tcp\n"},
    {"name of a module", "modules: {a b: {}, '': {}}\nresponder: {}\n",
     "f:1:11: modules.a b: not a name of a module; allowed: 1 to 64 letters, digits, '_', '.', "
     "'-'\n"
     "f:1:20: modules.: not a name of a module; allowed: 1 to 64 letters, digits, '_', '.', '-'\n"},
    {"keys of a target in a module", "modules: {m: {host: h}}\nresponder: {}\n",
     "f:1:15: modules.m.host: unknown key here; it belongs to an entry of targets\n"},
    {"no contents", "modules:\n  m:\n  n: [a]\n  o: x\nresponder: {}\n",
     "f:2:5: modules.m: the value is missing; write keys and values: {key: value}\n"
     "f:3:6: modules.n: this is a list; write keys and values: {key: value}\n"
     "f:4:6: modules.o: this is a single value; write keys and values: {key: value}\n"},
    {"broken module in use",
     "modules: {m: []}\ntargets: [{name: a, host: h, port: 7, module: m, timeout: 5m}]\n",
     "f:1:14: modules.m: this is a list; write keys and values: {key: value}\n"},
    {"broken reference", "targets: [{name: a, host: h, port: 7, module: [m], timeout: 5m}]\n",
     "f:1:47: targets[0].module: this is a list; allowed: 1 to 64 bytes of text\n"},
};

static void wrong_modules_have_their_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_ios),
        cmocka_unit_test(default_spec_is_the_same),
        cmocka_unit_test(icmp_has_no_ports),
        cmocka_unit_test(versions_of_control_have_two_words),
        cmocka_unit_test(echo_sends_one_packet),
        cmocka_unit_test(the_nearest_place_wins),
        cmocka_unit_test(every_key_is_inherited),
        cmocka_unit_test(built_in_modules_can_be_changed),
        cmocka_unit_test(modules_are_found_by_name),
        cmocka_unit_test(wrong_modules_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
