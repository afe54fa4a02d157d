/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A responder that does as it is told, written from the wire format and not from our codec: the
 * shapes of reply that other responders use, refusals, a clock that is not UTC, a count that is
 * only a copy. */
#ifndef SIM_FAKE_H
#define SIM_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/io.h"

enum fake_shape {
    FAKE_LONG, /* 24 bytes: header and enable section */
    FAKE_SHORT, /* 8 bytes */
    FAKE_SHORT_24, /* length field 8, section header blanked, 24 bytes sent */
    FAKE_ECHO, /* the request itself */
    FAKE_STATUS_16, /* 8 bytes, `status` in 4-5 */
    FAKE_STATUS_32, /* 8 bytes, `status` in 4-7 */
    FAKE_SECTION, /* long, `status` in the section */
    FAKE_WRONG_ID, /* short, an id never asked with */
    FAKE_GARBAGE, /* bytes that are no response */
    FAKE_SILENT,
};

struct fake {
    /* What the test sets. */
    uint16_t port; /* of the probes; open from the start */
    enum fake_shape shape;
    uint32_t status;
    bool is_not_utc; /* receive stamps are milliseconds since boot with bit 31 set */
    bool copies_sequence; /* returns the sender's number as its own */
    bool is_probe_silent;
    uint16_t grants_ms; /* it opens the port for this long, and says so (FAKE_LONG); 0: for ever */
    uint16_t claims_held_ms; /* returned as the processing time */

    struct mono granted; /* since then */
    unsigned requests;
    unsigned probes; /* since the latest request */
    uint8_t last_ids[8]; /* of the latest requests, newest at requests - 1 modulo 8 */
    unsigned opened;
    bool wants_send, is_stopping;
    struct channel_id to_id;
    struct addr to;
    size_t size;
    uint8_t bytes[2048];
};

struct machine fake_machine(struct fake *fake);

/* Closes its channels at the next poll. */
void fake_stop(struct fake *fake);

#endif
