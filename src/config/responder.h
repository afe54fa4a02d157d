/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `responder`. */
#ifndef CONFIG_RESPONDER_H
#define CONFIG_RESPONDER_H

#include "config/diagnostics.h"
#include "config/keys.h"
#include "config/node.h"
#include "reflect/reflect.h"

/* Fills `out` from the mapping `node` over the defaults, with keys of `ring`; reports what is
 * wrong.
 */
void responder_read(const struct node *node, const struct key_ring *ring,
                    struct diagnostics *diagnostics, struct reflect_settings *out);

#endif
