/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `codec` and the keys around it: defaults of IOS, what excludes what, and at which level. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/time.h"
#include "operation/operation.h"

static void expect_train(const char *text, enum voice_codec codec, uint32_t num_packets,
                         int64_t interval_ms, uint32_t bytes)
{
    struct config *config = parse_good(text);
    const struct spec *spec = config->targets->specs[0];
    assert_int_equal(spec->operation, &operation_udp_jitter);
    assert_int_equal(spec->packets.codec, codec);
    assert_int_equal(spec->packets.count, num_packets);
    assert_int_equal(spec->packets.interval_ns, interval_ms * NS_PER_MS);
    assert_int_equal(spec->packets.bytes, bytes);
    config_free(config);
}

#define TARGET "targets: [{name: a, host: h, port: 7"

static void defaults_are_those_of_ios(void **state)
{
    (void)state;
    expect_train(TARGET "}]", VOICE_CODEC_NONE, 10, 20, 32);
    expect_train(TARGET ", codec: g711ulaw}]", VOICE_CODEC_G711ULAW, 1000, 20, 172);
    expect_train(TARGET ", codec: g711alaw}]", VOICE_CODEC_G711ALAW, 1000, 20, 172);
    expect_train(TARGET ", codec: g729a}]", VOICE_CODEC_G729A, 1000, 20, 32);
    expect_train(TARGET ", module: voice_g711u}]", VOICE_CODEC_G711ULAW, 1000, 20, 172);
    expect_train(TARGET ", module: voice_g711a}]", VOICE_CODEC_G711ALAW, 1000, 20, 172);
    expect_train(TARGET ", module: voice_g729a}]", VOICE_CODEC_G729A, 1000, 20, 32);
}

static void keys_of_a_codec_shape_its_train(void **state)
{
    (void)state;
    expect_train(TARGET ", codec: g729a, codec_num_packets: 7, codec_interval: 30ms, "
                        "codec_size: 42, advantage_factor: 5}]",
                 VOICE_CODEC_G729A, 7, 30, 42);
    expect_train("defaults: {codec_num_packets: 100}\n" TARGET
                 ", module: voice_g711u, codec_size: 92}]",
                 VOICE_CODEC_G711ULAW, 100, 20, 92);
    expect_train("modules: {voice_g711u: {codec_num_packets: 50}}\n" TARGET
                 ", module: voice_g711u}]",
                 VOICE_CODEC_G711ULAW, 50, 20, 172);
    struct config *config = parse_good(TARGET ", codec: g729a, advantage_factor: 20}]");
    assert_int_equal(config->targets->specs[0]->packets.advantage_factor, 20);
    config_free(config);
}

/* What is further from the target than the codec does not count, and is no error. */
static void a_codec_beats_the_plain_train(void **state)
{
    (void)state;
    expect_train("defaults: {num_packets: 5, interval: 5ms, request_data_size: 500}\n" TARGET
                 ", codec: g711ulaw}]",
                 VOICE_CODEC_G711ULAW, 1000, 20, 172);
    expect_train("modules: {m: {num_packets: 5}}\n" TARGET ", module: m, codec: g711ulaw}]",
                 VOICE_CODEC_G711ULAW, 1000, 20, 172);
    expect_train("defaults: {codec_size: 100, advantage_factor: 3}\n" TARGET "}]", VOICE_CODEC_NONE,
                 10, 20, 32);
}

static void other_operations_do_not_care(void **state)
{
    (void)state;
    struct config *config = parse_good("defaults: {codec: g729a}\n" TARGET ", module: echo}]");
    const struct spec *spec = config->targets->specs[0];
    assert_int_equal(spec->packets.codec, VOICE_CODEC_NONE);
    assert_int_equal(spec->packets.bytes, 16);
    config_free(config);
}

static const struct expectation wrong[] = {
    {"both in a target", TARGET ", codec: g729a, num_packets: 5}]",
     "f:1:53: targets[0].num_packets: does not go with a codec; allowed: codec_num_packets\n"},
    {"nearer than the codec",
     "modules: {m: {codec: g729a}}\n" TARGET ", module: m, interval: 5ms}]",
     "f:2:50: targets[0].interval: does not go with a codec; allowed: codec_interval\n"},
    {"over a built-in codec", TARGET ", module: voice_g711u, request_data_size: 100}]",
     "f:1:60: targets[0].request_data_size: does not go with a codec; allowed: codec_size\n"},
    {"both in a module, used or not",
     "modules: {m: {codec: g729a, num_packets: 5}}\n" TARGET ", module: m}]",
     "f:1:29: modules.m.num_packets: does not go with a codec; allowed: codec_num_packets\n"},
    {"in a changed built-in module", "modules: {voice_g729a: {interval: 5ms}}\n" TARGET "}]",
     "f:1:25: modules.voice_g729a.interval: does not go with a codec; allowed: codec_interval\n"},
    {"both in defaults", "defaults: {codec: g729a, num_packets: 5}\n" TARGET "}]",
     "f:1:26: defaults.num_packets: does not go with a codec; allowed: codec_num_packets\n"},
    {"codec in defaults, the other in the module",
     "defaults: {codec: g729a}\nmodules: {m: {num_packets: 5}}\n" TARGET ", module: m}]",
     "f:3:11: targets[0].num_packets: (line 2) does not go with a codec; allowed: "
     "codec_num_packets\n"},
    {"no codec", TARGET ", codec_size: 100, advantage_factor: 1}]",
     "f:1:39: targets[0].codec_size: means nothing without a codec; allowed with: codec\n"
     "f:1:56: targets[0].advantage_factor: means nothing without a codec; allowed with: codec\n"},
    {"no codec in the module", "modules: {m: {codec_interval: 5ms}}\n" TARGET ", module: m}]",
     "f:2:11: targets[0].codec_interval: (line 1) means nothing without a codec; allowed with: "
     "codec\n"},
    {"wrong operation", TARGET ", operation: udp-echo, codec: g729a}]",
     "f:1:60: targets[0].codec: does not apply to udp-echo; allowed with: udp-jitter\n"},
    {"no such codec", TARGET ", codec: g722, codec_size: 100}]",
     "f:1:46: targets[0].codec: 'g722' is none of the choices; did you mean 'g729a'?\n"},
    {"ranges",
     TARGET ", codec: g729a, codec_num_packets: 60001, codec_interval: 3ms,\n codec_size: 15, "
            "advantage_factor: 21}]",
     "f:1:72: targets[0].codec_num_packets: '60001' is out of range; allowed: 1 to 60000\n"
     "f:1:95: targets[0].codec_interval: '3ms' is out of range; allowed: 4ms to 1m\n"
     "f:2:14: targets[0].codec_size: '15' is out of range; allowed: 16 to 16384 bytes\n"
     "f:2:36: targets[0].advantage_factor: '21' is out of range; allowed: 0 to 20\n"},
    {"a run that is too long", TARGET ", codec: g729a, frequency: 20s}]",
     "f:1:64: warning: targets[0].frequency: an operation without answers takes 25s "
     "(codec_num_packets x codec_interval + timeout), frequency '20s' is not longer; starts will "
     "be skipped\n"},
};

static void wrong_keys_have_their_place(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

static void spec_for_the_command_line(void **state)
{
    (void)state;
    struct spec *spec = config_default_voice_spec(VOICE_CODEC_G711ALAW, "192.0.2.1");
    assert_string_equal(spec->identity.name, "192.0.2.1");
    assert_int_equal(spec->operation, &operation_udp_jitter);
    assert_int_equal(spec->packets.codec, VOICE_CODEC_G711ALAW);
    assert_int_equal(spec->packets.count, 1000);
    assert_int_equal(spec->packets.bytes, 172);
    assert_int_equal(spec->packets.advantage_factor, 0);
    spec_unref(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_ios),
        cmocka_unit_test(keys_of_a_codec_shape_its_train),
        cmocka_unit_test(a_codec_beats_the_plain_train),
        cmocka_unit_test(other_operations_do_not_care),
        cmocka_unit_test(wrong_keys_have_their_place),
        cmocka_unit_test(spec_for_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
