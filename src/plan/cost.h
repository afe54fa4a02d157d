/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Estimates of CPU and memory, from what was measured (docs/benchmarks.md, docs/scale.md). */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include <stdint.h>

#include "plan/traffic.h"
#include "probe/spec.h"

/* CPU of one probe packet with its reply, ns: of 1 000 trains of 50 a second side by side ("CPU per
 * probe"), and of 10 000 targets with the defaults of IOS, handshakes included. */
#define COST_PROBE_LEAST_NS 13700.0
#define COST_PROBE_MOST_NS 75000.0
/* To write and send one series of a scrape, ns, as text and with gzip ("Exposition"). */
#define COST_SERIES_NS 88.0
#define COST_SERIES_GZIP_NS 293.0
/* With gzip a scrape has about this share of the bytes of its text ("Bytes of a scrape"), and its
 * heads of families. */
#define COST_GZIP_BYTES 5000.0
#define COST_GZIP_SHARE 0.051
#define COST_GZIP_SHARE_MINIMAL 0.07

/* Resident, of an exporter without targets and of a target ("Memory of a target"). */
#define COST_PROCESS_BYTES (UINT64_C(10) << 20)
uint64_t cost_target_bytes(const struct spec *spec);

#endif
