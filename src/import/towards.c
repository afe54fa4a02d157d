/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/towards.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

const char *import_device_address(const struct import_device *device)
{
    const char *first = NULL;
    for (size_t i = 0; i < device->interface_count; i++) {
        const struct import_interface *interface = &device->interfaces[i];
        if (interface->address != NULL && strncasecmp(interface->name, "lo", 2) == 0) {
            return interface->address;
        }
        first = first == NULL ? interface->address : first;
    }
    return first != NULL ? first : import_device_name(device);
}

static struct import_target *begin(struct import_device *device, struct import_targets *out,
                                   const char *suffix, const char *host, unsigned line)
{
    char name[300];
    struct import_target *target = import_targets_add(out);
    snprintf(name, sizeof name, "%.200s%s", import_device_name(device), suffix);
    target->entry = -1;
    target->line = line;
    target->name = import_keep(device, name);
    import_field_add(device, target, NULL, "host", host)->is_text = true;
    return target;
}

static void add_port(struct import_device *device, const struct import_wish *wish,
                     const struct import_port *port, struct import_targets *out)
{
    char suffix[48];
    char number[32];
    const char *operation = import_kind_row(port->kind)->name;
    bool is_server = port->kind == KIND_TWAMP_SESSION;
    snprintf(suffix, sizeof suffix, "-%s-%" PRId64, operation, port->port);
    snprintf(number, sizeof number, "%" PRId64, port->port);
    struct import_target *target =
        begin(device, out, suffix,
              port->address != NULL ? port->address : import_device_address(device), port->line);
    import_field_add(device, target, NULL, "operation", operation)->is_text = true;
    import_field_add(device, target, NULL, is_server ? "server_port" : "port", number);
    if (port->kind == KIND_UDP_ECHO || port->kind == KIND_TCP_CONNECT) {
        import_field_add(device, target, "control", "version", "none");
    }
    import_add_labels(device, target, wish);
}

void import_towards(struct import_device *device, const struct import_wish *wish,
                    struct import_targets *out)
{
    if (device->stranger != NULL) {
        return;
    }
    if (device->responder_line > 0) {
        struct import_target *target =
            begin(device, out, "", import_device_address(device), device->responder_line);
        import_field_add(device, target, NULL, "operation", "udp-jitter")->is_text = true;
        import_add_labels(device, target, wish);
    }
    for (size_t i = 0; i < device->port_count; i++) {
        if (!device->ports[i].is_shut) {
            add_port(device, wish, &device->ports[i], out);
        }
    }
}
