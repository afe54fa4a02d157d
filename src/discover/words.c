/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of discovery, as people and programs read them. */
#include <assert.h>

#include "discover/discover.h"

const char *discover_method_name(enum discover_method method)
{
    static const char *const names[] = {
        [DISCOVER_V1] = "v1",       [DISCOVER_V2] = "v2",     [DISCOVER_STAMP] = "stamp",
        [DISCOVER_TWAMP] = "twamp", [DISCOVER_ECHO] = "echo", [DISCOVER_TIMESTAMP] = "timestamp",
    };
    return names[method];
}

bool discover_is_control(enum discover_method method)
{
    return method == DISCOVER_V1 || method == DISCOVER_V2;
}

bool discover_is_responder(enum discover_method method)
{
    return discover_is_control(method) || method == DISCOVER_STAMP || method == DISCOVER_TWAMP;
}

const char *discover_outcome_name(enum discover_outcome outcome)
{
    static const char *const names[] = {
        [DISCOVER_NO_ANSWER] = "no_answer", [DISCOVER_ACCEPTED] = "accepted",
        [DISCOVER_REFUSED] = "refused",     [DISCOVER_UNREADABLE] = "unreadable",
        [DISCOVER_CLOSED] = "closed",       [DISCOVER_UNREACHABLE] = "unreachable",
        [DISCOVER_UNSENT] = "unsent",       [DISCOVER_NOT_ASKED] = "not_asked",
    };
    return names[outcome];
}

const char *discover_shape_name(enum discover_shape shape)
{
    static const char *const names[] = {
        [DISCOVER_LONG] = "long",
        [DISCOVER_SHORT] = "short",
        [DISCOVER_PADDED] = "padded",
        [DISCOVER_COPY] = "copy",
    };
    return names[shape];
}

const char *discover_sign_name(unsigned bit)
{
    static const char *const names[DISCOVER_SIGN_COUNT] = {
        "stateful", "ssid",       "tlv",     "synchronized",     "least_error",
        "no_ttl",   "same_times", "swapped", "no_sender_fields",
    };
    assert(bit < DISCOVER_SIGN_COUNT);
    return names[bit];
}

bool discover_is_stamp(unsigned signs)
{
    return (signs & (DISCOVER_SSID | DISCOVER_TLV)) == (DISCOVER_SSID | DISCOVER_TLV);
}

const char *discover_software(unsigned signs)
{
    static const struct {
        unsigned present, absent;
        const char *name;
    } rows[] = {
        {DISCOVER_SWAPPED, 0, "twamp-light (Domos)"},
        {DISCOVER_NO_SENDER, 0, "snormore/twamp"},
        {DISCOVER_NO_TTL | DISCOVER_SAME_TIMES | DISCOVER_LEAST_ERROR, DISCOVER_SSID, "twampy"},
        {DISCOVER_SSID | DISCOVER_TLV | DISCOVER_LEAST_ERROR, DISCOVER_NO_TTL, "stamp-suite"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((signs & rows[i].present) == rows[i].present && (signs & rows[i].absent) == 0) {
            return rows[i].name;
        }
    }
    return NULL;
}

const char *discover_mode_name(unsigned bit)
{
    static const char *const names[] = {"unauthenticated", "authenticated", "encrypted", "mixed"};
    return bit < sizeof names / sizeof names[0] ? names[bit] : NULL;
}

const char *discover_server_software(uint32_t modes, uint32_t count)
{
    enum { ALL_OF_RFC_5618 = 15, ROUNDS = 2048 };
    return modes == ALL_OF_RFC_5618 && count == ROUNDS ? "twampd (perfSONAR)" : NULL;
}
