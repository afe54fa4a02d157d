/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/reason.h"

#include <errno.h>
#include <string.h>

#include "operation/operation.h"

/* Below it a port takes a privilege, unless the system is told otherwise. */
#define FIRST_FREE_PORT 1024

static void add_device(const struct spec *spec, struct buf *out)
{
    buf_printf(out, "%s %s", spec->path.is_vrf ? "vrf" : "interface", spec->path.options.device);
}

void reason_add(const struct spec *spec, int error, struct buf *out)
{
    const char *text = error == 0 ? "unknown error" : strerror(error);
    char ip[ADDR_TEXT_MAX];
    if (error == EPROTONOSUPPORT && spec->operation->privilege != NULL) {
        buf_add_string(out, spec->operation->privilege);
    } else if (error == EPERM && spec->path.options.device[0] != '\0') {
        add_device(spec, out);
        buf_printf(out, ": %s; before Linux 5.7 this needs CAP_NET_RAW, later only a firewall",
                   text);
        buf_add_string(out, " of this host forbids it");
    } else if (error == EACCES && spec->path.source.port != 0 &&
               spec->path.source.port < FIRST_FREE_PORT) {
        buf_printf(out, "source_port %u: %s; a port below %d needs CAP_NET_BIND_SERVICE",
                   (unsigned)spec->path.source.port, text, FIRST_FREE_PORT);
    } else if (error == ENODEV) {
        add_device(spec, out);
        buf_printf(out, ": %s", text);
    } else if (error == EADDRNOTAVAIL && spec->path.source.family != ADDR_NONE) {
        buf_printf(out, "source_address %s: %s", addr_format_ip(&spec->path.source, ip), text);
    } else if (error == EADDRINUSE && spec->path.source.port != 0) {
        buf_printf(out, "source_port %u: %s", (unsigned)spec->path.source.port, text);
    } else if (error == EMSGSIZE && spec->path.options.dont_fragment) {
        buf_printf(out, "%s: %u bytes of payload exceed the path MTU, and dont_fragment is set",
                   text, (unsigned)spec->packets.bytes);
    } else {
        buf_add_string(out, text);
    }
}
