/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One operation that a capture shows, as a result. */
#ifndef CAPTURE_SESSION_H
#define CAPTURE_SESSION_H

#include "capture/capture.h"
#include "capture/traffic.h"
#include "probe/spec.h"
#include "probe/train.h"
#include "stats/round.h"

/* At which end it was captured, as the directions of the frames tell. */
enum capture_point { POINT_UNKNOWN, POINT_SENDER, POINT_RESPONDER, POINT_BOTH };
/* "sender", "responder", "both"; NULL when it is not known. */
const char *capture_point_name(enum capture_point point);

/* Valid during the call of capture_each. */
struct capture_session {
    const struct exchange *exchange; /* NULL: none is in the capture */
    struct spec *spec; /* as far as the packets tell: path.source and path.peer are the ends */
    struct train train; /* empty: there was no packet */
    struct round round;
    uint32_t before; /* the first packet of the train has number before + 1 */
    uint32_t missing; /* packets whose request is not in the capture: unsent in the round */
    uint32_t lacking; /* replies of which a fragment is not in the capture: dropped in the round */
    uint32_t copies; /* sights of a packet that was seen before */
    uint32_t request_duplicates; /* requests that came twice to one place */
    uint32_t open; /* unanswered, and the capture ends before their timeout does */
    enum capture_point point;
    bool is_timeless; /* a packet has no time: there are no delays */
};

/* Calls `each` for every session, those of a flow in order of time. Once, after capture_end. */
void capture_each(struct capture *capture,
                  void (*each)(void *context, const struct capture_session *session),
                  void *context);

#endif
