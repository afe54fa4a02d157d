/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A set of port numbers, and ranges of them as text. All zero is the empty set. */
#ifndef BASE_PORT_SET_H
#define BASE_PORT_SET_H

#include <stdbool.h>
#include <stdint.h>

struct port_set {
    uint8_t bits[8192];
};

struct port_range {
    uint16_t first, last; /* 1 <= first <= last */
};

/* Reads "5000" or "5000-5999". NULL, or what is wrong with the text; `out` untouched then. */
const char *port_range_parse(const char *text, struct port_range *out);

void port_set_add(struct port_set *set, struct port_range range);
void port_set_remove(struct port_set *set, struct port_range range);
bool port_set_has(const struct port_set *set, uint16_t port);

/* Removes the ranges of a list like "8080,9148-9150"; what is no range is skipped. */
void port_set_remove_list(struct port_set *set, const char *list);

#endif
