/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/deviation.h"

#include <assert.h>

static const struct {
    const char *name, *text;
} words[DEVIATION_COUNT] = {
    {"swapped", "it exchanges T1 and T3, which were exchanged back"},
    {"nanoseconds", "it writes nanoseconds where NTP has a fraction, which were converted"},
    {"echo", "it returns the request as it is: an echo service, no reflector"},
    {"no_sender_fields", "it does not return what the sender wrote"},
    {"constant_estimate", "it always claims the same error, less than a microsecond"},
    {"no_ttl", "its replies end before the TTL"},
    {"same_times", "it sends at the very moment that it receives: T2 is T3"},
};

const char *deviation_name(unsigned bit)
{
    assert(bit < DEVIATION_COUNT);
    return words[bit].name;
}

const char *deviation_text(unsigned bit)
{
    assert(bit < DEVIATION_COUNT);
    return words[bit].text;
}
