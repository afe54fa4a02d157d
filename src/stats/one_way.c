/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/one_way.h"

#include <assert.h>

static const struct {
    const char *name, *text;
} words[ONE_WAY_COUNT] = {
    [ONE_WAY_SHOWN] = {"", ""},
    [ONE_WAY_NO_SAMPLES] = {"no_samples", "no reply brought times of the responder"},
    [ONE_WAY_LOCAL_UNKNOWN] = {"local_unknown",
                               "the system does not tell whether our clock is synchronized"},
    [ONE_WAY_LOCAL_CLOCK] = {"local_clock", "our clock is not synchronized"},
    [ONE_WAY_LOCAL_STEP] = {"local_step", "our clock was set during the operation"},
    [ONE_WAY_LOCAL_SLEW] = {"local_slew", "our clock was slewed during the operation"},
    [ONE_WAY_RESPONDER_CLOCK] = {"responder_clock",
                                 "the responder says that its clock is not synchronized"},
    [ONE_WAY_RESPONDER_ESTIMATE] = {"responder_estimate",
                                    "the reflector claims a clock that it need not have"},
    [ONE_WAY_RESPONDER_TIMES] = {"responder_times", "the responder's times make no sense"},
    [ONE_WAY_RESPONDER_STEP] = {"responder_step",
                                "the responder's clock was set during the operation"},
    [ONE_WAY_OFFSET] = {"offset", "the clocks are further apart than the path can explain"},
    [ONE_WAY_TOLERANCE] = {"tolerance", "the clocks admit more error than is tolerated"},
    [ONE_WAY_RESOLUTION] = {"resolution", "a way is shorter than the timestamps can tell"},
    [ONE_WAY_NEGATIVE] = {"negative", "one way of each packet came out negative"},
};

const char *one_way_name(enum one_way one_way)
{
    assert((unsigned)one_way < ONE_WAY_COUNT);
    return words[one_way].name;
}

const char *one_way_text(enum one_way one_way)
{
    assert((unsigned)one_way < ONE_WAY_COUNT);
    return words[one_way].text;
}

const char *byte_order_name(enum byte_order order)
{
    switch (order) {
    case BYTE_ORDER_NETWORK:
        return "network";
    case BYTE_ORDER_SWAPPED:
        return "swapped";
    case BYTE_ORDER_SENSELESS:
        return "senseless";
    case BYTE_ORDER_UNKNOWN:
        break;
    }
    return "";
}
