/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What can be read. */
#ifndef IMPORT_FORMAT_H
#define IMPORT_FORMAT_H

#include <stddef.h>

enum import_format {
    FORMAT_IOS,
    FORMAT_ASA,
    FORMAT_NXOS,
    FORMAT_XR,
    FORMAT_SMOKEPING, /* a Targets file */
    FORMAT_SNMP, /* what snmpwalk prints */
    FORMAT_PROBER, /* the configuration of smokeping_prober */
    FORMAT_BLACKBOX, /* modules of the blackbox_exporter, and Prometheus' scrape_configs */
    FORMAT_JUNIPER,
    FORMAT_HUAWEI,
    FORMAT_NOKIA,
    FORMAT_COUNT
};

/* What configurations of routers are; others are known by how they begin. */
#define FORMATS_ROUTERS (1U << FORMAT_IOS | 1U << FORMAT_ASA | 1U << FORMAT_NXOS | 1U << FORMAT_XR)

/* What import/session.h reads. */
#define FORMATS_SESSIONS (1U << FORMAT_JUNIPER | 1U << FORMAT_HUAWEI | 1U << FORMAT_NOKIA)

/* "ios", "asa", ...; NULL beyond the last. */
const char *import_format_name(size_t format);

#endif
