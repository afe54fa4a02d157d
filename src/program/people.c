/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/people.h"

#include "host/clock.h"

void people_read(struct responder_worker *worker, struct responder_people *out)
{
    responder_worker_roster(worker, &out->roster, &out->since);
    responder_worker_refusals(worker, &out->refusals);
    out->now = clock_now().mono;
}
