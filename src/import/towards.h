/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets that measure the devices themselves: those that answer. */
#ifndef IMPORT_TOWARDS_H
#define IMPORT_TOWARDS_H

#include "import/target.h"

/* A target for the responder of the device, and one for each of its open ports. */
void import_towards(struct import_device *device, const struct import_wish *wish,
                    struct import_targets *out);

/* The address by which others reach the device, as far as its configuration tells: of a loopback,
 * else of the first interface, else its name. */
const char *import_device_address(const struct import_device *device);

#endif
