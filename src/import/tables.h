/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The statements that are known, a table for each place where they stand. `tables` of a generation
 * says which of them it has. */
#ifndef IMPORT_TABLES_H
#define IMPORT_TABLES_H

#include "import/row.h"

/* Of IOS, IOS XE, NX-OS and ASA: lines of an operation. */
extern const struct import_table import_types; /* "udp-jitter HOST PORT" */
extern const struct import_table import_types_legacy; /* "type jitter dest-ipaddr HOST" */
extern const struct import_table import_options; /* words behind these; also on lines of their own
                                                  */
extern const struct import_table import_lines; /* "frequency N" */

/* Commands behind "ip sla", "ip sla monitor", "rtr" or "sla monitor". */
extern const struct import_table import_globals;
extern const struct import_table import_schedule; /* words behind "schedule N" */
extern const struct import_table import_group; /* and behind "group schedule N IDS" */
extern const struct import_table import_reaction; /* behind "reaction-configuration N" */

/* Behind "track NAME", and the lines below it. */
extern const struct import_table import_track;
extern const struct import_table import_track_lines;

/* Lines that have a meaning without a prefix. */
extern const struct import_table import_features;

/* IOS XR: each name is that of the section it stands in. */
extern const struct import_table import_xr_top, import_xr_operation, import_xr_schedule,
    import_xr_reaction, import_xr_responder;

/* Sessions of TWAMP: each name is that of the vendor and of the statement they stand in. */
extern const struct import_table import_juniper_connection, import_juniper_session,
    import_juniper_server, import_huawei_client, import_huawei_sender, import_huawei_responder,
    import_nokia_session, import_nokia_ip, import_nokia_light, import_nokia_reflector,
    import_nokia_server;

/* All of them, for the reference page; NULL beyond the last. */
const struct import_table *import_table_at(size_t index);

#endif
