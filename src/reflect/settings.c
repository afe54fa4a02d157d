/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Defaults and comparison of the responder's settings, and the names of what it counts. */
#include <assert.h>
#include <string.h>

#include "reflect/reflect.h"

void reflect_settings_default(struct reflect_settings *settings)
{
    *settings = (struct reflect_settings){
        .listen = {{.family = ADDR_IPV4, .port = IPSLA_CONTROL_PORT},
                   {.family = ADDR_IPV4, .port = IPSLA_CONTROL_PORT_V2}},
        .listen_count = 2,
        .listen_both = 3,
        .workers = 1,
        .max_sessions = 1000,
        .requests_per_source = 1000,
        .reserved_sessions = 100,
        .min_duration_ns = 1 * NS_PER_SECOND,
        .max_duration_ns = 300 * NS_PER_SECOND,
        .min_source_port = REFLECT_PORT_MIN,
        .refusal = REFUSAL_STATUS16,
        .reply = REPLY_LONG,
        .reflect_tos = true,
        .replay_window_ns = 300 * NS_PER_SECOND,
    };
    port_set_add(&settings->ports, (struct port_range){REFLECT_PORT_MIN, UINT16_MAX});
}

static bool are_addresses_equal(const struct addr *a, const struct addr *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!addr_is_equal(&a[i], &b[i])) {
            return false;
        }
    }
    return true;
}

static bool are_keys_equal(const struct auth_key *a, const struct auth_key *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!auth_key_is_equal(&a[i], &b[i])) {
            return false;
        }
    }
    return true;
}

static bool are_twamp_equal(const struct reflect_twamp *a, const struct reflect_twamp *b)
{
    return a->port_count == b->port_count && a->key_count == b->key_count &&
           are_addresses_equal(a->ports, b->ports, a->port_count) &&
           are_keys_equal(a->keys, b->keys, a->key_count);
}

bool reflect_may_change(const struct reflect_settings *a, const struct reflect_settings *b)
{
    return a->listen_count == b->listen_count &&
           are_addresses_equal(a->listen, b->listen, a->listen_count) &&
           strcmp(a->device, b->device) == 0 && a->workers == b->workers;
}

static bool are_lists_equal(const struct reflect_settings *a, const struct reflect_settings *b)
{
    return reflect_may_change(a, b) && a->allow_count == b->allow_count &&
           a->permanent_count == b->permanent_count &&
           a->permanent_tcp_count == b->permanent_tcp_count &&
           a->stamp.port_count == b->stamp.port_count &&
           are_addresses_equal(a->stamp.ports, b->stamp.ports, a->stamp.port_count) &&
           addr_prefixes_are_equal(a->allow, b->allow, a->allow_count) &&
           are_addresses_equal(a->permanent, b->permanent, a->permanent_count) &&
           are_addresses_equal(a->permanent_tcp, b->permanent_tcp, a->permanent_tcp_count) &&
           a->reserve_for_count == b->reserve_for_count &&
           addr_prefixes_are_equal(a->reserve_for, b->reserve_for, a->reserve_for_count) &&
           a->key_count == b->key_count && are_keys_equal(a->keys, b->keys, a->key_count) &&
           are_twamp_equal(&a->twamp, &b->twamp) &&
           impair_settings_are_equal(&a->impair, &b->impair) &&
           memcmp(&a->ports, &b->ports, sizeof a->ports) == 0;
}

bool reflect_settings_are_equal(const struct reflect_settings *a, const struct reflect_settings *b)
{
    return are_lists_equal(a, b) && a->max_sessions == b->max_sessions &&
           a->max_sessions_per_source == b->max_sessions_per_source &&
           a->requests_per_source == b->requests_per_source &&
           a->reserved_sessions == b->reserved_sessions &&
           a->min_duration_ns == b->min_duration_ns && a->max_duration_ns == b->max_duration_ns &&
           a->min_source_port == b->min_source_port && a->refusal == b->refusal &&
           a->reply == b->reply && a->reflect_tos == b->reflect_tos &&
           a->stamp.is_stateless == b->stamp.is_stateless && a->stamp.tlv == b->stamp.tlv &&
           auth_key_is_equal(&a->stamp.key, &b->stamp.key) &&
           a->timestamp_format == b->timestamp_format && a->replay_window_ns == b->replay_window_ns;
}

static const char *const drop_names[REFLECT_DROP_COUNT - IPSLA_REJECT_COUNT] = {
    [DROP_NOT_ALLOWED - IPSLA_REJECT_COUNT] = "not_allowed",
    [DROP_LOOP - IPSLA_REJECT_COUNT] = "loop",
    [DROP_NO_SESSION - IPSLA_REJECT_COUNT] = "no_session",
    [DROP_OTHER_PORT - IPSLA_REJECT_COUNT] = "other_port",
    [DROP_LIMIT - IPSLA_REJECT_COUNT] = "limit",
    [DROP_SOURCE_LIMIT - IPSLA_REJECT_COUNT] = "source_limit",
    [DROP_OTHER_VRF - IPSLA_REJECT_COUNT] = "other_vrf",
    [DROP_BAD_SOURCE - IPSLA_REJECT_COUNT] = "bad_source",
    [DROP_BAD_HMAC - IPSLA_REJECT_COUNT] = "bad_hmac",
    [DROP_UNWANTED - IPSLA_REJECT_COUNT] = "unwanted",
    [DROP_REFUSED - IPSLA_REJECT_COUNT] = "refused",
    [DROP_SEND_FAILED - IPSLA_REJECT_COUNT] = "send_failed",
};

static const char *const result_names[REFLECT_RESULT_COUNT] = {
    [RESULT_ACCEPTED] = "accepted",
    [RESULT_AUTH] = "auth",
    [RESULT_PORT_IN_USE] = "port_in_use",
    [RESULT_FAILED] = "failed",
    [RESULT_LIMIT] = "limit",
    [RESULT_FORMAT] = "format",
    [RESULT_PORT_NOT_ALLOWED] = "port_not_allowed",
    [RESULT_SOURCE_LIMIT] = "source_limit",
};

const char *reflect_drop_name(unsigned drop)
{
    assert(drop < REFLECT_DROP_COUNT);
    return drop < IPSLA_REJECT_COUNT ? ipsla_reject_name((enum ipsla_reject)drop)
                                     : drop_names[drop - IPSLA_REJECT_COUNT];
}

const char *reflect_result_name(enum reflect_result result)
{
    assert((unsigned)result < REFLECT_RESULT_COUNT);
    return result_names[result];
}
