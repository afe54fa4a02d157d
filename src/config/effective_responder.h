/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `responder`, read off its settings. */
#ifndef CONFIG_EFFECTIVE_RESPONDER_H
#define CONFIG_EFFECTIVE_RESPONDER_H

#include "base/buf.h"
#include "reflect/reflect.h"

/* Appends the section with all its keys. */
void effective_add_responder(const struct reflect_settings *settings, struct buf *out);

#endif
