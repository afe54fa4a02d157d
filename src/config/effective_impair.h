/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_EFFECTIVE_IMPAIR_H
#define CONFIG_EFFECTIVE_IMPAIR_H

#include "base/buf.h"
#include "impair/rule.h"

/* Appends the value of the key `impair` as a configuration has it, in one line. */
void effective_add_impair(const struct impair_settings *settings, struct buf *out);

#endif
