/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets of `operation: auto`: their keys, what they may not say, and the target that each of the
 * protocols makes of them, which is the one of somebody who wrote its operation. */
#include "support/cm.h"
#include "unit/config/change_rows.h"

#include "operation/operation.h"
#include "probe/chosen.h"
#include "probe/spec_field.h"
#include "support/build.h"

#define AUTO "targets: [{name: a, host: 192.0.2.1, operation: auto, "

static const struct expectation findings[] = {
    {"an unknown word", AUTO "protocols: [ipsla-v3, stamp]}]\n",
     "f:1:67: targets[0].protocols[0]: 'ipsla-v3' is none of the choices; did you mean "
     "'ipsla-v2'?\n"},
    {"twice the same", AUTO "protocols: [stamp, stamp]}]\n",
     "f:1:74: targets[0].protocols[1]: 'stamp' stands there already; allowed: each once\n"},
    {"none", AUTO "protocols: []}]\n",
     "f:1:66: targets[0].protocols: this list is empty; allowed: 1 to 5 of ipsla-v2, ipsla-v1, "
     "stamp, twamp-light, icmp-echo\n"},
    {"a single word", AUTO "protocols: stamp}]\n",
     "f:1:66: targets[0].protocols: this is a single value where a list is due; write protocols: "
     "[stamp]\n"},
    {"a version", AUTO "control: {version: 2}}]\n",
     "f:1:74: targets[0].control.version: auto chooses the version; allowed: protocols with "
     "ipsla-v2, ipsla-v1 or both\n"},
    {"keys of one operation", AUTO "source_port: 5000}]\n",
     "f:1:55: targets[0].source_port: does not apply to auto; allowed with: udp-jitter, udp-echo, "
     "tcp-connect, stamp, twamp-light, twamp\n"},
    {"its keys in another operation",
     "targets: [{host: 192.0.2.1, protocols: [stamp], stamp_port: 863}]\n",
     "f:1:29: targets[0].protocols: does not apply to udp-jitter; allowed with: auto\n"
     "f:1:49: targets[0].stamp_port: does not apply to udp-jitter; allowed with: auto\n"},
    {"wrong where it is inherited", "defaults: {operation: auto, protocols: [x]}\ntargets: [h]\n",
     "f:1:41: defaults.protocols[0]: 'x' is none of the choices; allowed: 1 to 5 of ipsla-v2, "
     "ipsla-v1, stamp, twamp-light, icmp-echo\n"},
    {"a version in defaults is for others",
     "defaults: {control: {version: 2}}\ntargets: [{host: h, operation: auto}]\n", ""},
};

static void mistakes_are_explained(void **state)
{
    (void)state;
    EXPECT_FINDINGS(findings);
}

/* Keys 1 (md5), 3 (sha256), 4 (hmac-sha256). */
static struct config *with_keys(const char *keys, struct buf *found)
{
    struct buf text = {0};
    buf_printf(&text,
               "keys: [{id: 1, algorithm: md5, secret_file: %s}, {id: 3, algorithm: sha256, "
               "secret_file: %s}, {id: 4, algorithm: hmac-sha256, secret_file: %s}]\n"
               "targets: [{name: a, host: 192.0.2.1, %s}]\n",
               secrets[0], secrets[0], secrets[0], keys);
    struct config *config = parse_text(buf_string(&text), found);
    buf_fini(&text);
    return config;
}

static struct config *good_with_keys(const char *keys)
{
    struct buf found = {0};
    struct config *config = with_keys(keys, &found);
    if (config == NULL) {
        fail_msg("%s: %s", keys, buf_string(&found));
    }
    buf_fini(&found);
    return config;
}

/* What auto measures by a protocol is what a target of its operation would be. */
static void each_protocol_is_its_operation(void **state)
{
    (void)state;
    static const char *const same[PROTOCOL_COUNT] = {
        [PROTOCOL_IPSLA_V2] = "operation: udp-jitter, control: {version: 2, key: 3}, "
                              "precision: microseconds, clock_tolerance: 1ms, port: 5000",
        [PROTOCOL_IPSLA_V1] = "operation: udp-jitter, control: {version: 1}, "
                              "precision: microseconds, clock_tolerance: 1ms, port: 5000",
        [PROTOCOL_STAMP] = "operation: stamp, port: 8620, auth_key: 4, reflector: stateful, "
                           "clock_tolerance: 1ms, trust_peer_clock: true",
        [PROTOCOL_TWAMP_LIGHT] = "operation: twamp-light, port: 8620, reflector: stateful, "
                                 "clock_tolerance: 1ms, trust_peer_clock: true",
        [PROTOCOL_ICMP_ECHO] = "operation: icmp-echo, num_packets: 10, interval: 20ms",
    };
    write_secrets();
    struct config *chosen = good_with_keys(
        "operation: auto, protocols: [ipsla-v2, ipsla-v1, stamp, twamp-light, icmp-echo], "
        "control: {key: 3}, auth_key: 4, precision: microseconds, clock_tolerance: 1ms, "
        "stamp_port: 8620, port: 5000, reflector: stateful, trust_peer_clock: true");
    const struct spec *head = chosen->targets->specs[0];
    for (unsigned place = 0; place < PROTOCOL_COUNT; place++) {
        struct config *written = good_with_keys(same[place]);
        struct choice *choice = choice_copy(head->choice);
        choice->chosen = (uint8_t)place;
        choice->state = CHOICE_MADE;
        struct spec *spec = chosen_spec(head, choice, &head->path.peer);
        for (size_t i = 0; i < SPEC_FIELD_COUNT; i++) {
            const struct spec_field *field = &spec_fields[i];
            if (field->kind != FIELD_CHOICE && field->rule != FIELD_INTERNAL &&
                !spec_field_is_equal(field, spec, written->targets->specs[0])) {
                fail_msg("%s: %s differs from what its operation has", choice_row(choice)->name,
                         field->name);
            }
        }
        spec_unref(spec);
        choice_unref(choice);
        config_free(written);
    }
    config_free(chosen);
    remove_secrets();
}

static void keys_fit_some_protocol(void **state)
{
    (void)state;
    struct buf found = {0};
    write_secrets();
    config_free(good_with_keys("operation: auto, protocols: [ipsla-v1], control: {key: 1}"));
    assert_null(
        with_keys("operation: auto, protocols: [ipsla-v1, stamp], control: {key: 3}", &found));
    assert_non_null(strstr(buf_string(&found),
                           "key 3 is of algorithm sha256, which no control request of protocols "
                           "has"));
    buf_clear(&found);
    assert_null(with_keys("operation: auto, auth_key: 3", &found));
    assert_non_null(
        strstr(buf_string(&found), "key 3 is of algorithm sha256; allowed: hmac-sha256"));
    buf_fini(&found);
    remove_secrets();
}

/* A trial is short, whatever the target is. */
static void a_trial_is_short(void **state)
{
    (void)state;
    struct config *config = parse_good(AUTO "num_packets: 1000, frequency: 1h, timeout: 1m, "
                                            "path: {frequency: 1h}, start: after 1h}]\n");
    const struct spec *head = config->targets->specs[0];
    for (size_t place = 0; place < head->choice->count; place++) {
        struct spec *spec = chosen_trial(head, place, &head->path.peer, "3:1");
        assert_string_equal(spec->identity.name, "3:1");
        assert_int_equal(spec->packets.count, 3);
        assert_true(spec->schedule.budget_ns < 7 * NS_PER_SECOND);
        assert_int_equal(spec->schedule.start, SPEC_START_NOW);
        assert_int_equal(spec->trace.frequency_ns, 0);
        assert_int_equal(spec->results.history, 0);
        spec_unref(spec);
    }
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(each_protocol_is_its_operation),
        cmocka_unit_test(keys_fit_some_protocol),
        cmocka_unit_test(a_trial_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
