/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/answering.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/log.h"

#define RESERVED "/proc/sys/net/ipv4/ip_local_reserved_ports"

void answering_drop_reserved(struct reflect_settings *settings)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen(RESERVED, "r");
    if (file == NULL) {
        return;
    }
    if (getline(&line, &size, file) > 0) {
        port_set_remove_list(&settings->ports, line);
    }
    free(line);
    fclose(file);
}

void answering_warn_open(const struct reflect_settings *settings)
{
    char text[ADDR_TEXT_MAX];
    if (settings->allow_count > 0) {
        return;
    }
    for (size_t i = 0; i < settings->listen_count; i++) {
        if (!addr_is_loopback(&settings->listen[i])) {
            log_line(LOG_LEVEL_WARN, "the responder answers everybody: it has no allow list",
                     "address", addr_format(&settings->listen[i], text), NULL);
            return;
        }
    }
}
