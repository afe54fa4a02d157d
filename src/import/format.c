/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/format.h"

const char *import_format_name(size_t format)
{
    static const char *const names[FORMAT_COUNT] = {
        [FORMAT_IOS] = "ios",
        [FORMAT_ASA] = "asa",
        [FORMAT_NXOS] = "nxos",
        [FORMAT_XR] = "xr",
        [FORMAT_SMOKEPING] = "smokeping",
        [FORMAT_SNMP] = "snmpwalk",
        [FORMAT_PROBER] = "smokeping_prober",
        [FORMAT_BLACKBOX] = "blackbox",
        [FORMAT_JUNIPER] = "juniper",
        [FORMAT_HUAWEI] = "huawei",
        [FORMAT_NOKIA] = "nokia",
    };
    return format < FORMAT_COUNT ? names[format] : NULL;
}
