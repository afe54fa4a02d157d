/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Facts about reactions that limits and rules need alike. */
#ifndef IMPORT_REACTION_H
#define IMPORT_REACTION_H

#include "import/element.h"
#include "import/model.h"

/* The router acts on it: its threshold-type is not `never`. */
bool import_reaction_acts(const struct import_reaction *reaction);

/* The value beyond which there is trouble, in the router's unit. */
int64_t import_threshold(const struct import_element *element,
                         const struct import_reaction *reaction);

/* Packets in one operation. */
double import_packets_of(const struct import_entry *entry);

#endif
