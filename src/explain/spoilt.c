/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "explain/explain.h"

bool explain_is_spoilt(const struct round *round, enum spoiler spoiler)
{
    return spoiler == SPOILT_BY_CLOCK ? round->responder_steps > 0 : round->missed > 0;
}

void explain_spoilt(const struct round *round, enum spoiler spoiler, struct buf *out)
{
    if (!explain_is_spoilt(round, spoiler)) {
        return;
    }
    if (spoiler == SPOILT_BY_CLOCK) {
        buf_add_string(out, "the clock of the responder was set during the operation: no one-way "
                            "delay, and no jitter across it");
    } else {
        buf_printf(out,
                   "this host was too late for %" PRIu32 " of %" PRIu32 " packets and left them "
                   "out: stopped, suspended or overloaded",
                   round->missed, round->planned);
    }
}

void explain_all_spoilt(const struct round *round, const char *separator, struct buf *out)
{
    const char *before = "";
    for (unsigned i = 0; i < SPOILER_COUNT; i++) {
        if (explain_is_spoilt(round, (enum spoiler)i)) {
            buf_add_string(out, before);
            explain_spoilt(round, (enum spoiler)i, out);
            before = separator;
        }
    }
}
