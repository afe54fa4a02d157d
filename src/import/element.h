/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The elements of reactions: what a router can watch, and which limit and metric here are the same.
 * Source: rttMonReactVar of CISCO-RTTMON-TC-MIB, the command references. */
#ifndef IMPORT_ELEMENT_H
#define IMPORT_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_unit {
    ELEMENT_STATE, /* occurs or not: no thresholds */
    ELEMENT_MS,
    ELEMENT_PACKETS,
    ELEMENT_PACKET_SHARE, /* packets on the router, a share of those sent here */
    ELEMENT_HUNDREDTH, /* 360 is 3.6 */
    ELEMENT_NUMBER,
};

struct import_element {
    const char *ios; /* as IOS prints it; compared without case */
    const char *xr; /* NULL: IOS XR has it not */
    enum element_unit unit;
    const char *limit; /* key of `limits`; NULL: none */
    const char *metric; /* in an expression; %s is the selector's content, as `target="NAME"` */
    int64_t upper, lower; /* thresholds that the router has by default */
    bool is_low_bad; /* what is below `lower` is the trouble */
};

/* NULL: it is none, or nothing here is the same. */
const struct import_element *import_element_find(const char *name);

/* All of them, for the reference page; NULL beyond the last. */
const struct import_element *import_element_at(size_t index);

#endif
