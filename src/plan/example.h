/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The report that a target would have after a day on which everything was measured: what the
 * exposition makes of it has every series that the target can have, with values of usual length. */
#ifndef PLAN_EXAMPLE_H
#define PLAN_EXAMPLE_H

#include "engine/report.h"

/* Hops on the way to a host, which nobody knows before. */
#define EXAMPLE_HOPS 8

/* Fills the zeroed *report, which is not counted; `spec` must outlive it. */
void example_fill(struct report *report, const struct spec *spec);
void example_fini(struct report *report);

#endif
