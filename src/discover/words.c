/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of discovery, as people and programs read them. */
#include <assert.h>

#include "discover/discover.h"

const char *discover_method_name(enum discover_method method)
{
    static const char *const names[] = {
        [DISCOVER_V1] = "v1",
        [DISCOVER_V2] = "v2",
        [DISCOVER_ECHO] = "echo",
        [DISCOVER_TIMESTAMP] = "timestamp",
    };
    return names[method];
}

bool discover_is_control(enum discover_method method)
{
    return method == DISCOVER_V1 || method == DISCOVER_V2;
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
